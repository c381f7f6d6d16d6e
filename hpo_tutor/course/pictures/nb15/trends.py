"""What have the good models in common? For each hyperparameter, its values among the best tenth against those of all.

table    one row a config: its hyperparameters, nan where inactive, and a column of losses
best     the configs with the lowest losses, a tenth of those whose loss is known
share    of the best (of all) with the hyperparameter at this value, among those that have it at all: a second layer's
         kernel says nothing of models with one layer
interval Wilson's, of the share among the best, as if these had been drawn at random; it holds 95 times in 100
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hpo_tutor.scenes.layers import AnyLayer, Points, Segments, Text
from hpo_tutor.scenes.looks import BLUE, GREY, RED
from hpo_tutor.scenes.stage import Axis, Board, Scene
from hpo_tutor.scenes.ticks import number
from hpo_tutor.widgets.dials import Dial
from hpo_tutor.widgets.player import Player

Z = 1.959963984540054  # of the normal distribution, 95 % lie within
MOST_VALUES = 8  # a hyperparameter with more is cut into classes
CLASSES = 5
TO = " to "  # in the text of a class
ASPECT = 0.62
COLUMNS = 4  # of panels
SHOWN = ("share of the best", "mean loss")


class Trend(NamedTuple):
    """One value, or class of values, of a hyperparameter.

    Attributes:
        text: how it is written.
        best: how many of the best have it, of ``of_best`` that have the hyperparameter.
        of_best: see there.
        everyone: how many of all have it, of ``of_all``.
        of_all: see there.
        loss: mean loss of those that have it; nan where there is none.
        error: standard error of this mean; nan where fewer than two.
    """

    text: str
    best: int
    of_best: int
    everyone: int
    of_all: int
    loss: float
    error: float

    @property
    def share(self) -> float:
        """Among the best; nan where none of them has the hyperparameter."""
        return self.best / self.of_best if self.of_best else math.nan

    @property
    def usual(self) -> float:
        """The share among all."""
        return self.everyone / self.of_all if self.of_all else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's, of the share among the best."""
        return wilson(self.best, self.of_best)

    @property
    def clear(self) -> bool:
        """Whether the share among all lies outside of the interval."""
        low, high = self.interval
        return not low <= self.usual <= high


def wilson(k: int, n: int, z: float = Z) -> tuple[float, float]:
    """The interval of a share of which k of n were seen; (0, 1) where nothing was.

    Wilson (1927), doi:10.1080/01621459.1927.10502953
    """
    if not n:
        return 0.0, 1.0
    middle = (k + z**2 / 2) / (n + z**2)
    half = z / (n + z**2) * math.sqrt(k * (n - k) / n + z**2 / 4)
    return max(middle - half, 0.0), min(middle + half, 1.0)


def best_of(table: pd.DataFrame, share: float = 0.1, loss: str = "loss") -> NDArray[np.bool_]:
    """Which rows have the lowest losses, shape (n,): this share of those whose loss is known, at least one.

    Raises:
        ValueError: share is not above 0 and at most 1, or no loss is known.
    """
    losses = table[loss].to_numpy(dtype=np.float64)
    n_known = int(np.isfinite(losses).sum())
    if not 0 < share <= 1:
        raise ValueError(f"share lies above 0 and is at most 1, got {share}")
    if not n_known:
        raise ValueError(f"the best need a known loss, and none of the {len(table)} in {loss!r} is finite")
    chosen = np.zeros(len(table), dtype=bool)
    ordered = np.argsort(np.where(np.isfinite(losses), losses, np.inf), kind="stable")
    chosen[ordered[: max(1, round(share * n_known))]] = True
    return chosen


def by_value(table: pd.DataFrame, name: str, share: float = 0.1, loss: str = "loss") -> list[Trend]:
    """How often each value of a hyperparameter occurs among the best and among all, and its mean loss.

    Numbers of more than eight different values are cut into five classes of equal width, on a logarithmic scale where
    they are positive and span more than a factor of ten.

    Args:
        table: one row a config, nan where the hyperparameter is inactive.
        name: of the hyperparameter.
        share: of the rows that are called the best.
        loss: the column of losses; rows without one are left out.

    Raises:
        ValueError: as of ``best_of``; or there is no such column.
    """
    if name not in table:
        raise ValueError(f"the table has no column {name!r}; there are {', '.join(map(str, table.columns))}")
    best = best_of(table, share, loss)
    losses = table[loss].to_numpy(dtype=np.float64)
    there = np.isfinite(losses) & table[name].notna().to_numpy()
    found = []
    for text, members in _classes(table[name], there):
        own = losses[members]
        error = float(own.std(ddof=1) / math.sqrt(len(own))) if len(own) > 1 else math.nan
        mean = float(own.mean()) if len(own) else math.nan
        counts = (int((members & best).sum()), int((there & best).sum()), int(members.sum()), int(there.sum()))
        found.append(Trend(text, *counts, mean, error))
    return found


def trend_board(
    table: pd.DataFrame, names: Sequence[str], shown: str = SHOWN[0], share: float = 0.1, loss: str = "loss"
) -> Board:
    """A small panel for each hyperparameter.

    Args:
        table: one row a config, nan where a hyperparameter is inactive.
        names: hyperparameters, in the order of the panels.
        shown: "share of the best" or "mean loss".
        share: of the rows that are called the best.
        loss: the column of losses.

    Raises:
        ValueError: as of ``by_value``; or there is no name.
    """
    if not names:
        raise ValueError("a board of trends needs at least one hyperparameter, got none")
    every = {name: by_value(table, name, share, loss) for name in names}
    if shown == SHOWN[0]:
        top = max((t.interval[1] for found in every.values() for t in found if t.of_best), default=1.0)
        panels = [_shares(name, found, top) for name, found in every.items()]
    else:
        panels = [_means(name, found, _limits(every.values()), loss) for name, found in every.items()]
    rows = [panels[i : i + COLUMNS] for i in range(0, len(panels), COLUMNS)]
    # a last row of fewer panels, which are wider, is as high as the others
    rows[-1] = [replace(panel, aspect=ASPECT * len(rows[-1]) / len(rows[0])) for panel in rows[-1]]
    return Board(rows, _told(every, shown, int(best_of(table, share, loss).sum())))


def trend_player(
    table: pd.DataFrame, names: Sequence[str], label: str, share: float = 0.1, loss: str = "loss"
) -> Player:
    """``trend_board`` with a choice of what is shown."""
    return Player.over(
        lambda shown: trend_board(table, names, shown, share, loss), label=label, shown=Dial("shown", SHOWN)
    )


def _classes(column: pd.Series, there: NDArray[np.bool_]) -> list[tuple[str, NDArray[np.bool_]]]:
    """Texts of a column's values, or of classes of them, and which rows have each."""
    values: list[Any] = sorted(column[there].unique())
    if len(values) <= MOST_VALUES or not pd.api.types.is_numeric_dtype(column):
        texts = [number(float(v)) if isinstance(v, int | float | np.number) else str(v) for v in values]
        return [(text, there & (column == v).to_numpy()) for text, v in zip(texts, values, strict=True)]
    low, high = float(values[0]), float(values[-1])
    space = np.geomspace if low > 0 and high > 10 * low else np.linspace
    edges = space(low, high, CLASSES + 1)
    places = np.clip(np.searchsorted(edges, column.to_numpy(dtype=np.float64), side="right") - 1, 0, CLASSES - 1)
    return [(f"{number(edges[k])}{TO}{number(edges[k + 1])}", there & (places == k)) for k in range(CLASSES)]


def _shares(name: str, found: Sequence[Trend], top: float) -> Scene:
    """Shares among the best with their intervals, and among all."""
    at = np.arange(len(found))
    shares = 100 * np.array([[t.share, t.usual, *t.interval] for t in found]).reshape(-1, 4)
    seen = np.isfinite(shares[:, 0])
    clear = np.array([t.clear for t in found], dtype=bool) & seen
    layers: list[AnyLayer] = [
        Points(at, shares[:, 1], GREY, "diamond-wide", 13.0, outline=None, name="share among all"),
        Segments(at[seen], shares[seen, 2], at[seen], shares[seen, 3], BLUE, width=2.5, name="95 % interval"),
        Points(at[seen & ~clear], shares[seen & ~clear, 0], BLUE, "circle", 7.0, name="share among the best"),
        Points(at[clear], shares[clear, 0], RED, "star-square", 15.0, name="the same, clear of all"),
        Text(at, np.full(len(at), 112 * top), [f"{t.best}" for t in found], size=12.0),
    ]
    n = found[0].of_best if found else 0
    return _panel(layers, f"{name}, n = {n}", found, Axis("per cent", 0, 124 * top))


def _means(name: str, found: Sequence[Trend], limits: tuple[float, float], loss: str) -> Scene:
    """Mean losses with two standard errors on either side, and how many configs each is of."""
    at, (low, high) = np.arange(len(found)), limits
    means = np.array([[t.loss, t.error] for t in found]).reshape(-1, 2)
    ends = np.isfinite(means).all(axis=1)
    bars = means[ends, 0] - 2 * means[ends, 1], means[ends, 0] + 2 * means[ends, 1]
    room = 0.12 * (high - low)
    layers: list[AnyLayer] = [
        Segments(at[ends], bars[0], at[ends], bars[1], BLUE, width=2.5, name="mean ± 2 standard errors"),
        Points(at, means[:, 0], BLUE, "circle", 7.0, name="mean loss"),
        Text(at, np.full(len(at), high + 1.4 * room), [f"{t.everyone}" for t in found], size=12.0),
    ]
    n = found[0].of_all if found else 0
    return _panel(layers, f"{name}, n = {n}", found, Axis(loss, low - room, high + 2.6 * room))


def _panel(layers: Sequence[AnyLayer], title: str, found: Sequence[Trend], y: Axis) -> Scene:
    ticks = [(float(at), one.text.split(TO)[0]) for at, one in enumerate(found)]
    label = "from" if any(TO in one.text for one in found) else ""
    return Scene(layers, Axis(label, -0.6, max(len(found), 1) - 0.4, ticks=ticks), y, title=title, aspect=ASPECT)


def _limits(every: Any) -> tuple[float, float]:
    ends = [
        t.loss + side * (2 * t.error if np.isfinite(t.error) else 0)
        for found in every
        for t in found
        for side in (-1, 1)
        if np.isfinite(t.loss)
    ]
    if not ends or max(ends) == min(ends):
        return (ends[0] - 0.5, ends[0] + 0.5) if ends else (0.0, 1.0)
    return min(ends), max(ends)


def _told(every: dict[str, list[Trend]], shown: str, n_best: int) -> str:
    if shown == SHOWN[0]:
        seen = [(name, t) for name, found in every.items() for t in found if t.of_best]
        clear = sorted(((name, t) for name, t in seen if t.clear), key=lambda one: -abs(one[1].share - one[1].usual))
        words = [f"{name} {t.text}: {t.share:.0%} of the best, {t.usual:.0%} of all" for name, t in clear[:4]]
        chance = 0.05 * len(seen)
        return (
            f"{len(clear)} of {len(seen)} intervals lie clear of the share among all; chance alone would give about "
            f"{number(round(chance, 1))}. {n_best} configs are the best. " + "; ".join(words) + ("." if words else "")
        )
    spans = {
        name: np.ptp([t.loss for t in found if np.isfinite(t.loss)])
        for name, found in every.items()
        if any(np.isfinite(t.loss) for t in found)
    }
    widest = sorted(spans, key=lambda name: -spans[name])[:3]
    words = [f"{name} {number(float(spans[name]))}" for name in widest]
    return f"Largest differences between mean losses: {', '.join(words)}."
