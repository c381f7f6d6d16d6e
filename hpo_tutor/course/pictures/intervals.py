"""Who is ahead, and how surely? A row for each comparison: its mean difference and an interval, all on one axis.

mean    what one competitor has more than the other; below zero the first is ahead, for losses are low when good
error   standard error of that mean; the interval reaches two of them to either side
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from hpo_tutor.scenes.layers import AnyLayer, Marks, Points, Segments, Text
from hpo_tutor.scenes.looks import INK, Style
from hpo_tutor.scenes.stage import Axis, Scene
from hpo_tutor.scenes.ticks import number

WIDE = 2  # standard errors to either side
ABOVE = 0.4  # rows between an interval and its words
ASIDE = 0.015  # of the axis, between words and the line that they stand at
LETTERS = 62  # that the axis is long where a slide shows it
LINE = 0.55  # rows between two lines of words at the top


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


def must_hold(across: Axis, rows: Sequence[Row]) -> None:
    """Refuse an axis that would cut something off.

    Raises:
        ValueError: an interval, or zero, lies beyond the axis.
    """
    ends = [0.0, *(row.mean + side * WIDE * row.error for row in rows for side in (-1, 1))]
    if min(ends) < across.low or max(ends) > across.high:
        raise ValueError(
            f"the axis must hold zero and every interval, it runs from {across.low:g} to {across.high:g}, and they "
            f"from {min(ends):g} to {max(ends):g}; widen it"
        )


def intervals(
    rows: Sequence[Row], across: Axis, ahead: tuple[str, str], aspect: float = 0.5, how: str = "ahead"
) -> Scene:
    """The rows from top to bottom, each with its words above it, and a line at zero.

    Args:
        rows: what was compared.
        across: the axis of the differences, with zero and all intervals on it.
        ahead: who is ahead left of zero, and right of it.
        aspect: height over width.
        how: what they are there: ahead, or lower, or cheaper.

    Raises:
        ValueError: an interval, or zero, lies beyond the axis.
    """
    must_hold(across, rows)
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
        verdict = (f"{how}: {ahead[0]}", "too close to call", f"{how}: {ahead[1]}")[1 + row.verdict()]
        told.append(f"{row.words}: {number(row.mean)} ± {number(half)} ({verdict})")
    sides = list(_sides(across, (f"← {ahead[0]} {how}", f"{ahead[1]} {how} →"), top + 0.95))
    sentence = f"Mean differences ± two standard errors. {'; '.join(told)}."
    up = Axis("", 0.5, max(float(np.max(side.y)) for side in sides) + 0.3, ticks=())
    return Scene([*layers, *sides], across, up, sentence, aspect=aspect)


def _sides(across: Axis, said: tuple[str, str], height: float) -> Iterator[Text]:
    """What either side of zero means, beside the line; words that are too long begin at the axis' end, a line above."""
    aside = ASIDE * (across.high - across.low)
    above = height
    for words, end, side in zip(said, (across.low, across.high), (-1, 1), strict=True):
        if len(words) <= LETTERS * abs(end) / (across.high - across.low):
            yield Text([side * aside], [height], words, anchor="end" if side < 0 else "start", size=14)
        else:
            above += LINE
            yield Text([end - side * aside], [above], words, anchor="start" if side < 0 else "end", size=14)
