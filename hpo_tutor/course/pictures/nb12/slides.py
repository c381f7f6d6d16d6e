"""What does the last row see of an error bar? One large thought a picture, for the talk of notebook 12.

values   (B,)  one number a batch
bar      (low, centre, high)
study    B values drawn from a law whose mean is known, and the bar that an interval makes of them
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hpo_tutor.course.pictures.nb12.promises import N_SHOWN, N_STUDIES, TRUTHS, bars, held, promise
from hpo_tutor.course.pictures.nb12.slips import resampled
from hpo_tutor.race import statistics
from hpo_tutor.scenes.layers import AnyLayer, Line, Marks, Points, Polygons, Segments, Text
from hpo_tutor.scenes.looks import BLUE, GREEN, GREY, INK, RED
from hpo_tutor.scenes.stage import Axis, Board, Scene
from hpo_tutor.scenes.ticks import linear, number

Array = NDArray[np.float64]

FLAT = 0.42  # height over width
UP, DOWN = 2.2, 1.0  # how far a hundred bars reach from the true mean, in standard deviations of the law
ENOUGH = 30  # means of which a middle 95 % is told
LARGER = 1.8  # lines and symbols of a notebook's picture, for the last row


def barred(values: ArrayLike, made: Mapping[str, tuple[float, float, float]], label: str) -> Scene:
    """The values as dots, and below them a bar for each name.

    Args:
        values: (B,) one a batch.
        made: what a bar is called -> the bar.
        label: of the axis.
    """
    dots = np.asarray(values, dtype=np.float64)
    ends = [dots.max(), *(bar[2] for bar in made.values())]
    high = 1.05 * float(max(ends))
    layers: list[AnyLayer] = [Points(dots, np.full(len(dots), len(made) + 1.0), BLUE, "circle", 18, 0.75)]
    for row, (name, (low, centre, up)) in enumerate(list(made.items())[::-1]):
        layers += [
            Segments([low], [row + 0.85], [up], [row + 0.85], INK, width=9.0),
            Points([centre], [row + 0.85], INK, "circle", 13),
            Text([-0.29 * high], [row + 0.85], [name], anchor="start", size=16),
        ]
    told = "; ".join(f"{name} from {number(low)} to {number(up)}" for name, (low, _, up) in made.items())
    across = Axis(label, -0.3 * high, high, ticks=linear(0, high))
    return Scene(layers, across, Axis("", 0.3, len(made) + 1.6, ticks=()), f"{len(dots)} values. {told}.", aspect=FLAT)


def hundred(n_batches: int, truth: str, interval: str) -> Scene:
    """Every tenth of a thousand studies by their means, its bar upright; those that miss the true mean are marked.

    Args:
        n_batches: of each study.
        truth: the law, one of ``promises.TRUTHS``.
        interval: what makes the bars, one of ``promises.INTERVALS``.
    """
    made = bars(interval, truth, n_batches)
    every = np.argsort(made.centre, kind="stable")[N_STUDIES // N_SHOWN // 2 :: N_STUDIES // N_SHOWN]
    spread = float(statistics.TRUTHS[TRUTHS[truth]].std())
    low = min(made.mean - min(DOWN * spread, made.mean), float(np.median(made.low)))
    high = max(made.mean + UP * spread, float(np.median(made.high)))
    below, above, place = made.below[every], made.above[every], np.arange(1.0, N_SHOWN + 1)
    layers: list[AnyLayer] = []
    for some, color, symbol, width, size in (
        (~below & ~above, BLUE, "circle", 3.0, 5.0),
        (below, RED, "triangle-down", 5.0, 14.0),
        (above, RED, "triangle-up", 5.0, 14.0),
    ):
        bottom, centre, top = (np.clip(end[every][some], low, high) for end in (made.low, made.centre, made.high))
        layers.append(Segments(place[some], bottom, place[some], top, color, width=width))
        layers.append(Points(place[some], centre, color, symbol, size, outline=None))
    layers.append(Marks([made.mean], axis="y", across=True, color=INK, width=3.0))
    share = 100 * held(interval, truth, n_batches)
    sentence = f"{truth}, {n_batches} batches, {interval} bar: {share:.0f}\u00a0% hold the true mean."
    across = Axis("studies, by their mean", 0, N_SHOWN + 1, ticks=[(1, "1"), (50, "50"), (100, "100")])
    return Scene(layers, across, Axis("mean", low, high), sentence, aspect=FLAT, grid=False)


def shares(truth: str, interval: str, n_batches: int = 10) -> Scene:
    """How many bars hold the true mean, over the batches; the right-hand picture of ``promises.promise``, larger."""
    scene = promise(n_batches, truth, interval).rows[0][1]
    layers = [replace(one, width=LARGER * one.width) if isinstance(one, Line) else one for one in scene.layers]
    share = 100 * held(interval, truth, n_batches)
    sentence = f"{truth}: with {n_batches} batches {share:.0f}\u00a0% of the {interval} bars hold the true mean."
    return replace(scene, layers=layers, sentence=sentence, title="", aspect=FLAT)


def together(n_batches: int, truth: str) -> Scene:
    """A dot for each of a thousand studies: its mean, and how far its Gaussian bar reaches to either side."""
    made = bars("Gaussian", truth, n_batches)
    half = (made.high - made.low) / 2
    missed = made.below | made.above
    layers: list[AnyLayer] = [
        Marks([made.mean], across=True, color=INK, width=3.0, name="true mean"),
        Points(made.centre[~missed], half[~missed], BLUE, "circle", 7.0, 0.5, outline=None, name="bar holds it"),
        Points(made.centre[missed], half[missed], RED, "triangle-up", 13.0, outline=None, name="bar misses it"),
    ]
    related = float(np.corrcoef(made.centre, half)[0, 1])
    sentence = f"{N_STUDIES:,} studies of {n_batches} batches: low means, short bars; correlation {number(related)}."
    x = Axis("mean of a study", 0, 1.02 * float(made.centre.max()))
    return Scene(layers, x, Axis("reach of its bar", 0, 1.05 * float(half.max())), sentence, aspect=FLAT)


def slips(values: ArrayLike, picks: NDArray[np.int64], label: str, counts: Sequence[int]) -> list[Board]:
    """The frames of ``slips.resampled`` with large symbols, few words and no legend.

    Args:
        values: (B,) one a batch.
        picks: (R, B) numbers of the batches that each study drew.
        label: what the values are.
        counts: how many studies each frame has.
    """
    found = []
    for n, board in zip(counts, resampled(values, picks, label, counts), strict=True):
        scenes = [replace(scene, layers=[_bare(one) for one in scene.layers], title="") for scene in board.scenes()]
        said = f"{n:,} stud{'y' if n == 1 else 'ies'}."
        if n >= ENOUGH:
            low, high = np.quantile(np.asarray(values)[picks[:n]].mean(axis=1), [0.025, 0.975])
            said += f" 95\u00a0% of their means lie between {number(float(low))} and {number(float(high))}."
        found.append(Board([[scene] for scene in scenes], said))
    return found


def _bare(layer: AnyLayer) -> AnyLayer:
    """The layer without its place in the legend; symbols and lines larger."""
    if isinstance(layer, Points):
        return replace(layer, name="", size=LARGER * layer.size)
    if isinstance(layer, Marks | Segments):
        return replace(layer, name="", width=LARGER * layer.width)
    return layer


def studentised(t: ArrayLike) -> Scene:
    """How many of their own errors the means of resampled studies lie from ours, and where the middle 95 % end."""
    values = np.asarray(t, dtype=np.float64)
    shown = np.clip(values, -8, 4)
    heights, edges = np.histogram(shown, np.linspace(-8, 4, 49))
    some = heights > 0
    left, right, tall = edges[:-1][some], edges[1:][some], heights[some].astype(float)
    flat = np.zeros_like(tall)
    boxes = Polygons(
        np.column_stack([left, right, right, left]).ravel(),
        np.column_stack([flat, flat, tall, tall]).ravel(),
        fill=GREEN,
    )
    low, high = (float(end) for end in np.quantile(values, [0.025, 0.975]))
    layers: list[AnyLayer] = [
        boxes,
        Marks([-1.96, 1.96], across=True, color=GREY, dash="dash", width=3.0, name=f"{number(-1.96)} and 1.96"),
        Marks([low, high], across=True, color=RED, width=4.0, name="95 % lie between"),
    ]
    sentence = f"95\u00a0% of {len(values):,} resampled studies have t between {number(low)} and {number(high)}."
    return Scene(
        layers, Axis("t, in their own errors", -8, 4), Axis("studies", 0, 1.1 * tall.max()), sentence, aspect=FLAT
    )


def many(p: ArrayLike, level: float = 0.05) -> Scene:
    """P-values in their order, on a logarithmic scale; the level, and Holm's steps below it.

    Args:
        p: (m,) of as many questions.
        level: below which a star is given.
    """
    values, m = np.sort(np.asarray(p, dtype=np.float64)), np.size(p)
    place, star = np.arange(1.0, m + 1), values < level
    layers: list[AnyLayer] = [
        Line([0, m + 1], [level, level], INK, width=3.0, name=f"P = {level:g}"),
        Line(place, level / (m + 1 - place), GREY, "dash", 3.0, name="Holm's line"),
        Points(place[~star], values[~star], BLUE, "circle", 13.0, name="no star"),
        Points(place[star], values[star], RED, "star", 24.0, name="star"),
    ]
    kept = int(np.sum(statistics.holm(values) < level))
    sentence = f"{m} comparisons, {int(star.sum())} P-values below {level:g}; after Holm {kept}."
    x = Axis("comparisons, by their P-value", 0, m + 1, ticks=[(k, str(k)) for k in (1, m // 2, m)])
    low = 0.6 * min(float(values.min()), level / m)
    return Scene(layers, x, Axis("P-value", low, 1.3, log=True), sentence, aspect=FLAT)


def power(found: Mapping[int, float], aim: float = 0.8) -> Scene:
    """How many studies of ten get their star, over the number of batches.

    Args:
        found: batches -> share of studies.
        aim: the share that one would like.
    """
    n, share = list(found), 10 * np.array(list(found.values()))
    layers: list[AnyLayer] = [
        Segments([0], [10 * aim], [1.1 * max(n)], [10 * aim], GREY, "dash", 3.0),
        Line(n, share, BLUE, width=4.0),
        Points(n, share, BLUE, "circle", 18),
        Text([k - 1.2 for k in n], share + 0.6, [f"{one:.0f}" for one in share], anchor="end", size=20),
    ]
    told = ", ".join(f"{one:.0f} with {k}" for k, one in zip(n, share, strict=True))
    x = Axis("batches", 0, 1.1 * max(n), ticks=[(k, str(k)) for k in n])
    return Scene(
        layers, x, Axis("studies of ten with a star", 0, 11.5), f"Of ten studies get a star: {told}.", aspect=FLAT
    )
