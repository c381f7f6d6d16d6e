"""What is believed of a function after each click? A process that learns the points that one adds by hand.

points   ((x, y), ...)   what was observed so far
length   the kernel's length scale, in units of x
noise    standard deviation of an observation, in units of f(x)
"""

from typing import Any

import numpy as np

from hpo_tutor.scenes.processes import process
from hpo_tutor.scenes.stage import Axis, Scene
from hpo_tutor.surrogates import GaussianProcess, Kernel
from hpo_tutor.widgets.dials import Dial
from hpo_tutor.widgets.workbench import Workbench

Places = tuple[tuple[float, float], ...]

GRID = np.linspace(0, 1, 201)
SHOWN = ("mean and band", "five draws as well")
NEIGHBOURS: Places = ((0.2, 0.6), (0.48, -0.5), (0.5, 0.5), (0.8, -0.4))
JUMP: Places = tuple((round(0.1 * k, 1), -1.0 if k < 5 else 1.0) for k in range(1, 10))


def posterior(points: Places, length: float, noise: float, show: str) -> Scene:
    """The process after these observations, perhaps with five functions drawn from it."""
    gp = GaussianProcess(Kernel("rbf", length_scales=length, noise=noise))
    if points:
        x, y = np.array(points).T
        gp = gp.condition(x[:, None], y)
    draws = gp.sample(GRID[:, None], 5, np.random.default_rng(3)) if show == SHOWN[1] else None
    title = "Click to observe a value" if len(points) < 2 else f"{len(points)} observations"
    return process(gp, GRID, draws=draws, across=Axis("x", 0, 1), up=Axis("f(x)", -4, 4), title=title)


def added(scene: int, x: float, y: float, **values: Any) -> dict[str, Any]:
    """The points with one more, to three digits."""
    return {"points": (*values["points"], (round(x, 3), round(y, 3)))}


def posterior_bench(label: str, points: Places = ((0.3, 1.0),)) -> Workbench:
    """A process to which a click adds an observation.

    Args:
        label: the heading.
        points: what was observed before the first click.
    """
    return Workbench(
        posterior,
        label=label,
        state={"points": points},
        pick=added,
        actions={
            "Forget the last": lambda **values: {"points": values["points"][:-1]},
            "Forget all": lambda **_: {"points": ()},
        },
        presets={
            "Surprise me": {"points": NEIGHBOURS, "noise": 0, "length": 0.2},
            "A jump": {"points": JUMP, "noise": 0, "length": 0.2},
        },
        start={"length": 0.2},
        length=Dial("length scale", [0.05, 0.1, 0.2, 0.4]),
        noise=Dial("noise, std", [0, 0.1, 0.3, 1]),
        show=Dial("show", SHOWN),
    )
