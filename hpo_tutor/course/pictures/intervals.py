"""Who is ahead, and how surely? A row for each comparison: its mean difference and an interval, all on one axis.

mean    what one competitor has more than the other; below zero the first is ahead, for losses are low when good
error   standard error of that mean; the interval reaches two of them to either side
"""

from collections.abc import Sequence
from typing import NamedTuple

from hpo_tutor.scenes.layers import AnyLayer, Marks, Points, Segments, Text
from hpo_tutor.scenes.looks import INK, Style
from hpo_tutor.scenes.stage import Axis, Scene
from hpo_tutor.scenes.ticks import number

WIDE = 2  # standard errors to either side
ABOVE = 0.4  # rows between an interval and its words
ASIDE = 0.015  # of the axis, between words and the line that they stand at


class Row(NamedTuple):
    """One comparison.

    Attributes:
        words: what was compared with what.
        mean: the difference.
        error: its standard error.
        look: of the interval.
    """

    words: str
    mean: float
    error: float
    look: Style

    def verdict(self) -> int:
        """-1 where the interval lies below zero, 1 where it lies above, 0 where it holds zero."""
        return int(self.mean > WIDE * self.error) - int(self.mean < -WIDE * self.error)


def intervals(rows: Sequence[Row], across: Axis, ahead: tuple[str, str], aspect: float = 0.5) -> Scene:
    """The rows from top to bottom, each with its words above it, and a line at zero.

    Args:
        rows: what was compared.
        across: the axis of the differences, with zero and all intervals on it.
        ahead: who is ahead left of zero, and right of it.
        aspect: height over width.

    Raises:
        ValueError: an interval, or zero, lies beyond the axis.
    """
    ends = [0.0, *(row.mean + side * WIDE * row.error for row in rows for side in (-1, 1))]
    if min(ends) < across.low or max(ends) > across.high:
        raise ValueError(
            f"the axis must hold zero and every interval, it runs from {across.low:g} to {across.high:g}, and they "
            f"from {min(ends):g} to {max(ends):g}; widen it"
        )
    aside = ASIDE * (across.high - across.low)
    layers: list[AnyLayer] = [Marks([0.0], across=True, color=INK, width=2)]
    told, top = [], len(rows)
    for at, row in zip(range(top, 0, -1), rows, strict=True):
        half = WIDE * row.error
        layers += [
            Segments([row.mean - half], [at], [row.mean + half], [at], color=row.look.color, width=5),
            Points([row.mean], [at], row.look.color, row.look.symbol, 12),
            Text([across.low + aside], [at + ABOVE], row.words, anchor="start", size=14),
        ]
        verdict = (f"ahead: {ahead[0]}", "too close to call", f"ahead: {ahead[1]}")[1 + row.verdict()]
        told.append(f"{row.words}: {number(row.mean)} ± {number(half)} ({verdict})")
    layers.append(Text([-aside], [top + 0.95], f"← {ahead[0]} ahead", anchor="end", size=14))
    layers.append(Text([aside], [top + 0.95], f"{ahead[1]} ahead →", anchor="start", size=14))
    sentence = f"Mean differences ± two standard errors. {'; '.join(told)}."
    return Scene(layers, across, Axis("", 0.5, top + 1.25, ticks=()), sentence, aspect=aspect)
