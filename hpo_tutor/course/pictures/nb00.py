"""What does the network read, how does it learn at one learning rate, and how do four samplers search?

near    how far above the optimum a trial still counts as near it, in units of the loss
curve   (n_epochs,) validation losses of one network, in nats, one after each epoch; infinite once it has diverged
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hpo_tutor.course.pictures.nb03 import one_training as one_training
from hpo_tutor.race.results import Race
from hpo_tutor.scenes import races
from hpo_tutor.scenes.layers import Heatmap, Line, Marks, Points
from hpo_tutor.scenes.looks import GREY, SKY
from hpo_tutor.scenes.stage import Axis, Board, Scene, beside
from hpo_tutor.scenes.ticks import number

Array = NDArray[np.float64]

GUESSING = math.log(10)  # nats: what it costs to give each of ten classes the same chance
LOWEST, HIGHEST = 0.05, 50.0  # nats; a curve above leaves the picture
THIN, THICK = 1.2, 5.5  # pixels: the lines of the narrowest and the widest network


def digits(images: ArrayLike, labels: Sequence[int]) -> Scene:
    """Pictures in a row, and below each what it shows.

    Args:
        images: (n, height, width), each from its top row down; large numbers are ink.
        labels: (n,) the digits.
    """
    ink = np.asarray(images, dtype=np.float64)
    n, height, width = ink.shape
    gap = np.full((n, height, 1), np.nan)
    row = np.concatenate(list(np.concatenate([ink, gap], axis=2)), axis=1)[:, :-1]
    middles = [k * (width + 1) + width / 2 for k in range(n)]
    return Scene(
        [Heatmap(-row[::-1], labels=("ink", "paper"))],
        Axis("", 0, row.shape[1], ticks=[(at, str(label)) for at, label in zip(middles, labels, strict=True)]),
        Axis("", 0, height, ticks=()),
        f"{n} handwritten digits of {height} by {width} pixels: {_listed(labels)}.",
        f"{n} pictures, {height} by {width} pixels",
        aspect=height / row.shape[1],
        grid=False,
    )


def learning_curves(
    rate: float, by_width: Mapping[int, ArrayLike], by_seed: Mapping[int, ArrayLike], width: int
) -> Board:
    """How networks learn at one learning rate: on the left they differ in width, on the right in luck alone.

    The wider the network, the thicker its line. Where a network was best stopped, a point lies on its curve.

    Args:
        rate: the learning rate of all.
        by_width: units in the hidden layer -> curve, narrowest first, all of one seed.
        by_seed: seed -> curve, all of one width.
        width: that width, one of ``by_width``.
    """
    widths, seeds = (
        {key: np.asarray(curve, dtype=np.float64) for key, curve in of.items()} for of in (by_width, by_seed)
    )
    thick = dict(zip(widths, np.geomspace(THIN, THICK, len(widths)).tolist(), strict=True))
    left = _panel("Four widths, one seed", [(curve, thick[key], f"{key} units") for key, curve in widths.items()])
    right = _panel("Four seeds, one width", [(curve, thick[width], "") for curve in seeds.values()])
    ends, lucky = ([float(curve[-1]) for curve in of.values()] for of in (widths, seeds))
    return beside(
        left,
        right,
        sentence=(
            f"Learning rate {number(rate)}. After {len(next(iter(widths.values())))} epochs, the networks of "
            f"{_listed(widths)} units have a loss of {_listed(map(number, ends))} nats; the {len(seeds)} of {width} "
            f"units that differ in their seed alone, between {number(min(lucky))} and {number(max(lucky))}."
        ),
    )


def laps(race: Race, objective: Any, seeds: Sequence[int], samplers: Sequence[str]) -> dict[str, list[Board]]:
    """Some laps of a race, each as a trace for a player: "lap 7" -> one picture a trial; see ``scenes.race``."""
    return {f"lap {seed}": races.race(race, objective, seed, samplers) for seed in seeds}


def share_near(race: Race, objective: Any, sampler: str, first: int, near: float) -> float:
    """Share of a sampler's trials whose expected loss is less than ``near`` above the optimum; the mean over the laps.

    Args:
        race: what ``race.compare`` returned.
        objective: what was searched; each lap's member of its family is drawn.
        sampler: one that took part.
        first: the first trial that counts, from 0.
        near: in units of the loss, above 0.
    """
    shares = []
    for lap in race.seeds:
        member = objective.draw(lap) if hasattr(objective, "draw") else objective
        trials = race.histories[sampler, lap][first:]
        shares.append(np.mean([member.expected(trial.config) < member.optimum + near for trial in trials]))
    return float(np.mean(shares))


def _panel(title: str, curves: Sequence[tuple[Array, float, str]]) -> Scene:
    """Curves, each with the thickness of its line and a name for the legend."""
    epochs = np.arange(1, 1 + max(len(curve) for curve, _, _ in curves))
    lowest = [int(np.argmin(np.where(np.isfinite(curve), curve, np.inf))) for curve, _, _ in curves]
    return Scene(
        [
            Marks([GUESSING], "y", across=True, color=GREY, dash="dash", width=1.5, name="as good as guessing"),
            *(Line(epochs[: len(curve)], curve, SKY, width=thickness, name=name) for curve, thickness, name in curves),
            Points(
                [epochs[at] for at in lowest],
                [curve[at] for (curve, _, _), at in zip(curves, lowest, strict=True)],
                "#ffffff",
                size=8,
                outline="#000000",
                name="lowest point",
            ),
        ],
        Axis("epochs", 1, float(epochs[-1]), ticks=[(float(n), str(n)) for n in (1, *range(5, len(epochs) + 1, 5))]),
        Axis("validation loss (nats)", LOWEST, HIGHEST, log=True),
        title=title,
        aspect=0.8,
    )


def _listed(items: object) -> str:
    """Words with commas, and "and" before the last."""
    *others, last = map(str, items)  # type: ignore[call-overload]
    return f"{', '.join(others)} and {last}" if others else last
