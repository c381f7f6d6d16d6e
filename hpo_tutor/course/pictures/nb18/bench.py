"""What does T1-T2 do when it is asked anew? A click sets the start, and a small network is really trained from there.

path     (E + 1, 2) l2 (log10 of the penalty) and input noise at the start and after each epoch
rate     learning rate of each hyperparameter's Adam, in multiples of the problem's own
every    steps of the weights for one of the hyperparameters
earlier  the last few paths before this one, which stay in the picture
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hpo_tutor import problems
from hpo_tutor.course.pictures.nb18.drag import (
    GRID,
    NAMES,
    RATES,
    TAILS,
    TIMES,
    by_epoch,
    ground,
    path_layers,
    rated,
)
from hpo_tutor.course.pictures.nb18.field import Field
from hpo_tutor.course.pictures.nb18.field_map import axes, surface
from hpo_tutor.problems.online_objectives import LOG_L2, NOISE
from hpo_tutor.scenes.layers import AnyLayer, Line, Points
from hpo_tutor.scenes.stage import Scene
from hpo_tutor.scenes.ticks import number
from hpo_tutor.widgets.dials import Dial
from hpo_tutor.widgets.workbench import Workbench

Array = NDArray[np.float64]
Start = tuple[float, float]

EVERY = (1, 2, 5, 10, 20, 50)
KEPT = 4  # earlier paths that stay


class Run(NamedTuple):
    """What one path depends on.

    Attributes:
        start: l2 and noise.
        rate: of the hyperparameters, in multiples of the problem's own at a hyper-step every tenth step.
        every: steps of the weights for one of the hyperparameters.
        seed: of weights, order of the rows, and noise.
    """

    start: Start
    rate: float
    every: int
    seed: int


@lru_cache(maxsize=256)
def walked(run: Run, epochs: int | None = None) -> tuple[Array, float]:
    """Train the small network on digits: the path (E + 1, 2), and the validation loss at its end."""
    problem = problems.online_tuning("digits", epochs=epochs)
    configs = problem.configs({name: np.array([value]) for name, value in zip(NAMES, run.start, strict=True)})
    done = problem.tune(
        configs, [run.seed], every=run.every, knobs=rated(problem, run.rate), parts=("validation",), n_threads=1
    )
    return by_epoch(done.tuned, problem)[0], float(done.scores["validation"].losses[0])


def bench_scene(
    rate: float,
    every: int,
    start: Start,
    seed: int,
    earlier: Sequence[Run] = (),
    *,
    n: tuple[int, int] = GRID,
    epochs: int | None = None,
) -> Scene:
    """The path of these values, over those before it."""
    below = ground(n, epochs=epochs)
    path, loss = walked(Run(start, rate, every, seed), epochs)
    layers: list[AnyLayer] = [surface(below)]
    for run in earlier:
        x, y = walked(run, epochs)[0].T
        layers.append(Line(x, y, TAILS[1], width=3.0, opacity=0.5))
        layers.append(Line(x, y, TAILS[0], width=1.5, opacity=0.8))
        layers.append(Points(x[-1:], y[-1:], TAILS[0], "circle", 8.0, outline=TAILS[1], name="end of an earlier path"))
    layers += path_layers(path)
    n_steps = problems.online_tuning("digits", epochs=epochs).n_steps // every
    sentence = (
        f"From l2 = {number(start[0])}, noise {number(start[1])}: {n_steps} hyper-steps lead to "
        f"l2 = {number(path[-1, 0])}, noise {number(path[-1, 1])}. Validation loss: {number(loss)} nats; the map says "
        f"{number(height(below, start))} for the start's values, held, and {number(height(below, path[-1]))} for the "
        f"end's."
    )
    return Scene(layers, *axes(below), sentence, "Click: a new start", aspect=0.75, grid=False)


def drag_bench(
    label: str = "T1-T2, trained as you click", *, n: tuple[int, int] = GRID, epochs: int | None = None
) -> Workbench:
    """A map on which each click starts a real T1-T2 of a small network; the last few paths stay.

    Args:
        label: a heading.
        n: values of l2 and of the noise of the map, which is trained first.
        epochs: of each training; None takes the problem's.
    """

    def make(rate: float, every: int, start: Start, seed: int, earlier: Sequence[Run]) -> Scene:
        return bench_scene(rate, every, start, seed, earlier, n=n, epochs=epochs)

    def kept(*, rate: float, every: int, start: Start, seed: int, earlier: Sequence[Run]) -> dict[str, Any]:
        now = Run(start, rate, every, seed)
        return {"earlier": (*(run for run in earlier if run != now), now)[-KEPT:]}

    def pick(scene: int, x: float, y: float, **values: Any) -> dict[str, Any]:
        place = (float(np.clip(x, *LOG_L2)), float(np.clip(y, *NOISE)))
        return {**kept(**values), "start": place}

    return Workbench(
        make,
        label=label,
        state={"start": (-4.0, 0.6), "seed": 0, "earlier": ()},
        pick=pick,
        actions={
            "Another seed": lambda **values: {**kept(**values), "seed": values["seed"] + 1},
            "Keep this path": kept,
        },
        start={"rate": 1.0, "every": 10},
        rate=Dial("rate of the hyperparameters", (0.1, *RATES), unit=TIMES),
        every=Dial("a hyper-step every", EVERY, unit="steps"),
    )


def height(field: Field, place: ArrayLike) -> float:
    """The loss of the map at a place, linear between its trainings."""
    l2, noise = np.asarray(place, dtype=np.float64)
    rows = [float(np.interp(l2, field.l2s, row)) for row in field.losses.mean(axis=0)]
    return float(np.interp(noise, field.noises, rows))
