"""What does normalising mend? Best losses of designs on every batch, before and after.

scores    design -> (B,) expected loss of its incumbent on each batch
minima    (B,) smallest loss of each batch, over all designs and resolutions, or the known one
y - 1     score over minimum, minus 1
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.scenes.layers import AnyLayer, Line, Points, Segments
from hpo_tutor.scenes.looks import INK, style
from hpo_tutor.scenes.stage import Axis, Board, Scene, beside
from hpo_tutor.scenes.ticks import MINUS, number

Array = NDArray[np.float64]

ABOVE = f"y {MINUS} 1 (%)"
STEPS = ("as measured", "divided")


def normalised(scores: Mapping[str, Array], minima: Array) -> dict[str, Array]:
    """Of each design on each batch y - 1, in per cent."""
    return {name: 100 * (values / minima - 1) for name, values in scores.items()}


def before_after(step: str, n: int, tables: Mapping[int, Mapping[str, Array]], minima: Array, unit: str) -> Board:
    """A line for each design over the batches, and a row for each with its batches as dots, mean and error.

    Args:
        step: one of ``STEPS``.
        n: resolution; chooses the table.
        tables: resolution -> design -> (B,) scores.
        minima: (B,) of the batches.
        unit: of the loss.
    """
    divided = step == STEPS[1]
    shown = normalised(tables[n], minima) if divided else dict(tables[n])
    every = np.concatenate([v for t in tables.values() for v in (normalised(t, minima) if divided else t).values()])
    margin = 0.05 * float(np.ptp(every))
    low, high = (0.0 if divided else float(every.min()) - margin), float(every.max()) + margin
    label = ABOVE if divided else f"best loss ({unit})"
    batches, names = np.arange(len(minima)), list(shown)
    left: list[AnyLayer] = []
    right: list[AnyLayer] = []
    for row, (name, values) in enumerate(reversed(shown.items())):
        look, mean, error = style(name), float(values.mean()), float(values.std(ddof=1) / np.sqrt(len(values)))
        left += [
            Line(batches, values, look.color, look.dash, 1.5, 0.8),
            Points(batches, values, look.color, look.symbol, 9.0, name=name),
        ]
        right += [
            Points(values, np.full(len(values), row + 0.18), look.color, look.symbol, 7.0, 0.75),
            Segments([mean - 2 * error], [row - 0.18], [mean + 2 * error], [row - 0.18], look.color, width=4.0),
            Points([mean], [row - 0.18], INK, "circle", 7.0, outline=None),
        ]
    means = {name: float(values.mean()) for name, values in shown.items()}
    best = min(means, key=lambda name: means[name])
    apart = np.ptp(list(means.values())) / float(np.mean([values.std(ddof=1) for values in shown.values()]))
    words = "divided by the batch's minimum" if divided else "as measured"
    sentence = (
        f"{n} levels, {words}: lowest mean {best}. The designs' means lie apart by {number(float(apart))} times the "
        "spread of the batches."
    )
    rows = Axis("", -0.6, len(names) - 0.4, ticks=[(k, name) for k, name in enumerate(reversed(names))])
    ticks = [(k, str(k)) for k in batches.tolist()]
    return beside(
        Scene(left, Axis("batch", -0.5, len(minima) - 0.5, ticks=ticks), Axis(label, low, high), aspect=0.8),
        Scene(right, Axis(label, low, high), rows, title="mean ± 2 standard errors", aspect=0.8, grid=False),
        sentence=sentence,
    )
