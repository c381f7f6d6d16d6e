"""What does the talk of notebook 00 show besides? A riddle, two scales, a valley, and where four samplers end.

curve   (n_epochs,) validation losses of one network, in nats, one after each epoch
ruler   how far one training typically lies from the average of its configuration, in nats
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hpo_tutor.course.pictures.nb00 import GUESSING, HIGHEST, LOWEST
from hpo_tutor.figures.races import median_interval
from hpo_tutor.race.results import Race
from hpo_tutor.scenes.layers import AnyLayer, Band, Heatmap, Line, Marks, Points, Segments, Text
from hpo_tutor.scenes.looks import BLUE, GREY, INK, RED, style
from hpo_tutor.scenes.stage import Axis, Scene
from hpo_tutor.scenes.surfaces import chart, landscape
from hpo_tutor.scenes.ticks import number

Array = NDArray[np.float64]

FAINT = 0.22  # opacity of what lies outside of a valley


def riddle(curves: Mapping[str, ArrayLike]) -> Scene:
    """Learning curves with nothing but a letter each; what differs between them is not said.

    Args:
        curves: letter -> curve, all of the same length.
    """
    losses = {letter: np.asarray(curve, dtype=np.float64) for letter, curve in curves.items()}
    n_epochs = len(next(iter(losses.values())))
    epochs = np.arange(1, n_epochs + 1)
    ends = [float(np.clip(curve[-1], LOWEST, HIGHEST)) for curve in losses.values()]
    return Scene(
        [
            Marks([GUESSING], "y", across=True, color=GREY, dash="dash", width=1.5, name="as good as guessing"),
            *(Line(epochs, curve, BLUE, width=3.0) for curve in losses.values()),
            Text([n_epochs + 0.5] * len(ends), [0.7 * end for end in ends], list(losses), anchor="start", size=22),
        ],
        Axis("times through all pictures (epochs)", 1, n_epochs + 2, ticks=[(n, str(n)) for n in (1, 10, 20, 30)]),
        Axis("loss on new pictures (nats)", LOWEST, HIGHEST, log=True),
        f"After {n_epochs} epochs "
        + ", ".join(f"{letter} has a loss of {number(float(curve[-1]))}" for letter, curve in losses.items())
        + f" nats; guessing costs {number(GUESSING)}.",
        aspect=0.45,
    )


def scales(low: float, high: float, n: int = 60, seed: int = 0) -> Scene:
    """The same random numbers spread over a range on a plain scale and on a logarithmic one.

    Args:
        low: the lower end of the range, of learning rates.
        high: the upper end.
        n: how many draws.
        seed: of the draws.
    """
    rng = np.random.default_rng(seed)
    u, up = rng.random(n), rng.uniform(-0.25, 0.25, n)
    plain, even = low + (high - low) * u, low * (high / low) ** u
    below = [float(np.mean(values < 0.01)) for values in (plain, even)]
    return Scene(
        [
            Marks([0.01], color=GREY, dash="dash", across=True),
            Points(plain, 1 + up, RED, "square", 11.0),
            Points(even, up, BLUE, "circle", 11.0),
            Text(
                [low] * 2,
                [1.42, 0.42],
                ["drawn on a plain scale", "drawn on a logarithmic scale"],
                anchor="start",
                size=16,
            ),
        ],
        Axis("learning rate", low, high, log=True),
        Axis("", -0.4, 1.6, ticks=()),
        f"{n} draws: on a plain scale {below[0]:.0%} of them are below 0.01, on a logarithmic scale {below[1]:.0%}.",
        aspect=0.4,
    )


def valley(objective: Any, near: float) -> Scene:
    """The map of a landscape, faint but for the places whose loss is less than ``near`` above the lowest.

    Args:
        objective: a landscape of two hyperparameters.
        near: in units of the loss.
    """
    losses = chart(objective).z
    inside = losses < np.nanmin(losses) + near
    base = landscape(objective)
    surface = next(layer for layer in base.layers if isinstance(layer, Heatmap))
    floor = replace(surface, z=np.where(inside, surface.z, np.nan), name="")
    others = [layer for layer in base.layers if layer is not surface]
    return replace(
        base,
        layers=[replace(surface, opacity=FAINT), floor, *others],
        aspect=0.5,
        sentence=f"{inside.mean():.0%} of the map lie less than {number(near)} nats above its lowest loss.",
    )


def ends(race: Race, names: Sequence[str], ruler: float, high: float, typical: float | None = None) -> Scene:
    """Where each sampler ends above the optimum: median over the laps and its 95 % interval, beside a ruler of luck.

    Args:
        race: what ``race.compare`` returned, on an objective whose optimum is known.
        names: the samplers, from top to bottom.
        ruler: in units of the loss.
        high: the end of the axis.
        typical: how far a typical configuration lies above the optimum; None leaves it out.
    """
    final = {name: race.curves("regret")[name][:, -1] for name in names}
    middle = {name: float(np.median(values)) for name, values in final.items()}
    reach = {name: median_interval(values) or (middle[name], middle[name]) for name, values in final.items()}
    layers: list[AnyLayer] = [Band([0, ruler], [0.0] * 2, [0.45] * 2, GREY, 0.6)]
    layers.append(Text([ruler + high / 80], [0.22], ["luck of one training"], anchor="start", size=15))
    for row, name in enumerate(reversed(names), start=1):
        look, (left, right) = style(name), reach[name]
        layers += [
            Segments([left], [row], [right], [row], look.color, width=4.0),
            Points([middle[name]], [row], look.color, look.symbol, 17.0),
            Text([right + high / 40], [row], [name], anchor="start", size=15),
        ]
    said = "; ".join(f"{name} {number(middle[name])} ({' to '.join(map(number, reach[name]))})" for name in names)
    if typical is not None:
        layers.append(Marks([typical], across=True, color=INK, dash="dash", width=2.5))
        layers.append(
            Text([typical - high / 80], [len(names) + 0.2], ["a typical configuration"], anchor="end", size=15)
        )
        said += f"; a typical configuration {number(typical)}"
    return Scene(
        layers,
        Axis("loss above the optimum (nats): median of the laps and its 95 % interval", 0, high),
        Axis("", 0, len(names) + 0.6, ticks=()),
        f"Above the optimum after {race.n_trials} trials: {said}. One training varies by {number(ruler)} nats.",
        aspect=0.45,
    )
