"""What does a bootstrap do? Slips of paper are drawn and put back, study by study, and their means pile up.

values   (B,)  one number a batch
picks    (R, B)  the batches of each resampled study
means    (R,)  of the resampled studies
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hpo_tutor.scenes.layers import AnyLayer, Marks, Points, Polygons, Segments
from hpo_tutor.scenes.looks import BLUE, GREEN, GREY, INK, RED
from hpo_tutor.scenes.stage import Axis, Board, Scene
from hpo_tutor.scenes.ticks import number

Array = NDArray[np.float64]
Picks = NDArray[np.int64]

N_BINS = 40
ROOM = 5.5  # slips that fit above one another


def resampled(values: ArrayLike, picks: Picks, label: str, counts: Sequence[int] = ()) -> list[Board]:
    """Frames: the slips of the latest study above, the means of all studies so far below.

    Args:
        values: (B,) one a batch.
        picks: (R, B) numbers of the batches that each study drew.
        label: what the values are, with unit.
        counts: how many studies each frame has; none for 1 to 8 and then about twice as many each time.
    """
    drawn = np.asarray(values, dtype=np.float64)
    means = drawn[picks].mean(axis=1)
    low, high = min(drawn.min(), means.min()), max(drawn.max(), means.max())
    across = Axis(label, low - 0.04 * (high - low), high + 0.04 * (high - low))
    edges = np.linspace(means.min(), means.max(), N_BINS + 1)
    top = np.histogram(means, edges)[0].max()
    found = []
    for n in counts or _counts(len(picks)):
        slips = _slips(drawn, picks[n - 1], across)
        found.append(Board([[slips], [_pile(means[:n], float(drawn.mean()), edges, int(top), across)]]))
    return found


def _counts(last: int) -> list[int]:
    """1 to 8, then about twice as many each time, until the last."""
    return [n for n in (*range(1, 9), 15, 30, 60, 125, 250, 500) if n < last] + [last]


def _slips(values: Array, picked: Picks, across: Axis) -> Scene:
    """A dot for each time that a batch was drawn, stacked; an open ring where it never was."""
    times = np.bincount(picked, minlength=len(values))
    mean = float(values[picked].mean())
    x = np.repeat(values, times)
    y = np.concatenate([np.arange(n) + 0.5 for n in times])
    never = values[times == 0]
    layers: list[AnyLayer] = [
        Marks([mean], across=True, color=GREEN, width=3.0, name="mean of this study"),
        Points(never, np.full(len(never), 0.5), GREY, "x", 9.0, outline=None, name="not drawn this time"),
        Points(x, y, BLUE, "circle", 9.0, name="a batch, as often as it was drawn"),
    ]
    n_never = len(never)
    sentence = f"The latest study leaves out {n_never} of {len(values)} batches; its mean is {number(mean)}."
    up = Axis("times drawn", 0, ROOM, ticks=[(k + 0.5, str(k + 1)) for k in range(5)])
    return Scene(layers, across, up, sentence, title="One resampled study", aspect=0.24)


def _pile(means: Array, mean: float, edges: Array, top: int, across: Axis) -> Scene:
    """The histogram of the means so far, and between which numbers the middle 95 % of them lie."""
    heights = np.histogram(means, edges)[0]
    tallest = max(top * len(means) / 1000, heights.max(), 4)
    some = heights > 0
    left, right, tall = edges[:-1][some], edges[1:][some], heights[some].astype(float)
    flat = np.zeros_like(tall)
    boxes = Polygons(
        np.column_stack([left, right, right, left]).ravel(),
        np.column_stack([flat, flat, tall, tall]).ravel(),
        fill=GREEN,
    )
    layers: list[AnyLayer] = [
        boxes,
        Segments([mean], [0], [mean], [tallest], INK, width=2.0, name="mean of the batches"),
    ]
    n = len(means)
    sentence = f"{n:,} resampled stud{'y' if n == 1 else 'ies'}."
    if n >= 30:
        low, high = np.quantile(means, [0.025, 0.975])
        layers.append(Marks([low, high], across=True, color=RED, dash="dash", name="95 % of the means lie between"))
        sentence += f" 95\u00a0% of their means lie between {number(float(low))} and {number(float(high))}."
    return Scene(
        layers,
        across,
        Axis("studies", 0, 1.1 * tallest),
        sentence,
        title=f"{n:,} mean{'' if n == 1 else 's'}",
        aspect=0.3,
    )
