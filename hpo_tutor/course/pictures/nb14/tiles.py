"""How does a budget fill the tiles of a space? A small chart for each tile, and every trial lands in its own.

tile     one value of each hyperparameter that decides over others
filling  a search, and which tiles were closed when each of its trials was asked for
(c, r)   column and row of a tile, from the left and from the top; its chart is 1 wide and 1 high
"""

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hpo_tutor.course.pictures.nb14.watched import Filling
from hpo_tutor.domains import finite_values
from hpo_tutor.scenes import ticks
from hpo_tutor.scenes.layers import AnyLayer, Line, Points, Polygons, Text
from hpo_tutor.scenes.looks import GREY, INK, RED, SIZES, style
from hpo_tutor.scenes.stage import Axis, Scene
from hpo_tutor.scenes.ticks import Tick, number
from hpo_tutor.search_space import SearchSpace
from hpo_tutor.trials import History
from hpo_tutor.widgets.dials import Dial
from hpo_tutor.widgets.player import Player

Array = NDArray[np.float64]
Values = tuple[Any, ...]

STEP = 1.08  # from one tile to the next
FLOOR, CEILING = 0.08, 0.68  # heights of the lowest and the highest loss in a tile; above them stand its words
SIDES = (0.07, 0.95)  # where the first and the last trial of a tile stand
LINES = (0.9, 0.75)  # heights of a tile's two lines of words
METER = (0.13, 0.19)  # heights of the budget's bar above the tiles
TOP = 0.42  # above them
SKEWED = 4.0  # a ratio of losses beyond which their axis is logarithmic
SMALL = SIZES["numbers"]


class Fillings:
    """Searches over the same tiles, side by side behind a choice.

    Args:
        searches: rule -> filling, or a mere history, in which no tile is ever closed; all of the same length.
        space: what was searched.
        by: one or two hyperparameters that make the tiles: columns, and rows.
        label: what the loss is, with its unit.

    Raises:
        ValueError: there are other than one or two hyperparameters, no search, a search of another length, one without
            any loss, or a trial that lies in no tile.
    """

    def __init__(
        self,
        searches: Mapping[str, Filling | History],
        space: SearchSpace,
        by: Sequence[str] = ("n_conv", "n_dense"),
        label: str = "loss",
    ) -> None:
        self.by, self.label = tuple(by), label
        if not 1 <= len(self.by) <= 2:
            raise ValueError(f"tiles are drawn in columns and rows, by one or two hyperparameters; got {self.by}")
        lists = [finite_values(space.domains[name]) for name in self.by]
        if any(values is None for values in lists):
            raise ValueError(f"tiles need an Integer or a Choice of few values each; {self.by} are not all of them")
        self.values: list[Values] = list(product(*(values or () for values in lists)))
        self.n_columns = len(lists[0] or ())
        self.n_rows = len(self.values) // self.n_columns
        self.searches = {
            rule: one
            if isinstance(one, Filling)
            else Filling(one, np.zeros((len(one), len(self.values)), bool), self.by)
            for rule, one in searches.items()
        }
        lengths = {rule: len(one.history) for rule, one in self.searches.items()}
        if len(set(lengths.values())) != 1 or not min(lengths.values()):
            raise ValueError(f"searches that are compared have one budget, of a trial at least; got {lengths}")
        for rule, one in self.searches.items():
            if np.shape(one.closed) != (len(one.history), len(self.values)) or one.by != self.by:
                raise ValueError(
                    f"closed has a row for each trial and a column for each of {len(self.values)} tiles by {self.by}; "
                    f"that of {rule!r} has shape {np.shape(one.closed)}, by {one.by}; search the tiles that are drawn"
                )
        self.n_trials = next(iter(lengths.values()))
        self.places = {rule: self._places(one.history) for rule, one in self.searches.items()}
        self.most = max(int(np.bincount(places).max()) for places in self.places.values())
        losses = np.concatenate([one.history.losses for one in self.searches.values()])
        losses = losses[np.isfinite(losses)]
        if not len(losses):
            raise ValueError("tiles are filled with losses, and every trial failed; see history.table() for messages")
        self.low, self.high = float(losses.min()), float(losses.max())
        self.log = self.low > 0 and self.high > SKEWED * self.low
        if not self.high > self.low:
            self.high = self.low + 1.0

    def picture(self, rule: str, n: int) -> Scene:
        """The tiles after n trials.

        Raises:
            ValueError: n is not from 1 to the budget.
        """
        if not 1 <= n <= self.n_trials:
            raise ValueError(f"n counts trials, from 1 to {self.n_trials}; got {n}")
        (history, closed, _), places = self.searches[rule], self.places[rule][:n]
        losses, shut = history.losses[:n], closed[n - 1]
        counts = np.bincount(places, minlength=len(self.values))
        bests = [float(np.nanmin(losses[places == k], initial=np.inf)) for k in range(len(self.values))]
        layers = [
            *self._meter(n),
            *self._dots(places, losses),
            *self._shades(shut),
            *self._frames(shut, bests),
            *self._words(counts, bests, shut),
        ]
        right, low = self.n_columns * STEP - STEP + 1, -(self.n_rows - 1) * STEP
        return Scene(
            layers,
            Axis("trial within its tile", -0.01, right + 0.01, ticks=self._numbers()),
            Axis(self.label, low - 0.01, 1 + TOP, ticks=self._heights()),
            self._sentence(rule, n, counts, bests, shut),
            aspect=(1 + TOP - low) / right if self.n_rows > 1 else 0.6,
            grid=False,
        )

    def player(self, label: str = "Tiles fill up") -> Player:
        """All searches, trial by trial."""
        return Player.over(
            self.picture,
            rule=list(self.searches),
            n=Dial("trials", range(1, self.n_trials + 1)),
            play="n",
            label=label,
            speed=6.0,
        )

    def name(self, tile: int) -> str:
        """A tile in words, "conv 2, dense 1"."""
        told = zip(self.by, self.values[tile], strict=True)
        return ", ".join(f"{name.removeprefix('n_')} {value}" for name, value in told)

    # --- where ---

    def _places(self, history: History) -> NDArray[np.intp]:
        """The tile of each trial, (n,)."""
        known = {values: k for k, values in enumerate(self.values)}
        found = [tuple(trial.config.get(name) for name in self.by) for trial in history]
        strange = next((values for values in found if values not in known), None)
        if strange is not None:
            raise ValueError(f"each trial lies in a tile by {self.by}, one has {strange}; search the same space")
        return np.array([known[values] for values in found], dtype=np.intp)

    def _corner(self, tiles: ArrayLike) -> tuple[Array, Array]:
        """Where the lower left corners of some tiles are; the first hyperparameter goes along the columns."""
        columns, rows = np.divmod(np.asarray(tiles, dtype=np.intp), self.n_rows)
        return columns * STEP, -rows * STEP

    def _across(self, order: ArrayLike) -> Array:
        """Where the trials of these numbers stand within their tiles, counted from 1."""
        share: Array = (np.asarray(order, dtype=np.float64) - 1) / max(self.most - 1, 1)
        return SIDES[0] + (SIDES[1] - SIDES[0]) * share

    def _up(self, losses: ArrayLike) -> Array:
        """How high losses stand within their tiles."""
        values, low, high = np.asarray(losses, dtype=np.float64), self.low, self.high
        share: Array = np.log(values / low) / np.log(high / low) if self.log else (values - low) / (high - low)
        return FLOOR + (CEILING - FLOOR) * share

    def _numbers(self) -> list[Tick]:
        """Numbers of trials below each column."""
        own = sorted({1, *range(5 * max(1, round(self.most / 10)), self.most + 1, 5 * max(1, round(self.most / 10)))})
        return [(column * STEP + float(self._across(k)), str(k)) for column in range(self.n_columns) for k in own]

    def _heights(self) -> list[Tick]:
        """Losses beside each row."""
        some = ticks.logarithmic(self.low, self.high) if self.log else ticks.linear(self.low, self.high, most=5)
        own = [(value, text) for value, text in some if self.low <= value <= self.high]
        if len(own) < 2:
            own = [(value, number(value)) for value in (self.low, self.high)]
        rows = range(self.n_rows - 1, -1, -1)
        return [(-row * STEP + float(self._up(value)), text) for row in rows for value, text in own]

    # --- what is drawn ---

    def _meter(self, n: int) -> list[AnyLayer]:
        """How much of the budget is spent."""
        width = self.n_columns * STEP - STEP + 1
        low, high = 1 + METER[0], 1 + METER[1]
        spent = width * n / self.n_trials
        color = style("Tiles").color
        return [
            Polygons([0, spent, spent, 0], [low, low, high, high], fill=color, width=0.0),
            Line([0, width, width, 0, 0], [low, low, high, high, low], INK, width=1.0),
            Text([0], [1 + 0.31], [f"budget: {n} of {self.n_trials} trials"], anchor="start", size=SIZES["labels"]),
        ]

    def _dots(self, places: NDArray[np.intp], losses: Array) -> list[AnyLayer]:
        """A dot for each trial, a cross for each that failed, the newest ringed; and the best so far in each tile."""
        order = np.array([np.count_nonzero(places[: k + 1] == place) for k, place in enumerate(places)])
        left, bottom = self._corner(places)
        x, failed = left + self._across(order), np.isnan(losses)
        y = bottom + np.where(failed, CEILING, self._up(np.where(failed, self.high, losses)))
        corners = []
        for k in np.unique(places):
            own = places == k
            best = np.fmin.accumulate(losses[own])
            at, level = x[own], bottom[own] + self._up(np.where(np.isnan(best), self.high, best))
            level = np.where(np.isnan(best), np.nan, level)
            corners.append(np.column_stack([np.repeat(at, 2)[1:], np.repeat(level, 2)[:-1]]))
            corners.append(np.full((1, 2), np.nan))
        steps = np.concatenate(corners)
        color = style("Tiles").color
        return [
            Line(steps[:, 0], steps[:, 1], INK, width=1.5, name="best so far in the tile"),
            Points(x[~failed], y[~failed], color, "circle", 7.0, outline=None, name="trial"),
            Points(x[failed], y[failed], RED, "x", 8.0, outline=None, name="failed trial" if failed.any() else ""),
            Points(x[-1:], y[-1:], RED if failed[-1] else color, "circle", 11.0, outline=INK, name="newest trial"),
        ]

    def _shades(self, shut: NDArray[np.bool_]) -> list[AnyLayer]:
        """Closed tiles under a grey veil."""
        left, bottom = self._corner(np.flatnonzero(shut))
        x = np.stack([left, left + 1, left + 1, left], axis=1).ravel()
        y = np.stack([bottom, bottom, bottom + 1, bottom + 1], axis=1).ravel()
        return [Polygons(x, y, fill=GREY, width=0.0, opacity=0.4)]

    def _frames(self, shut: NDArray[np.bool_], bests: Sequence[float]) -> list[AnyLayer]:
        """Thin around open tiles, dashed around closed ones, thick around the best."""
        layers: list[AnyLayer] = []
        for some, dash in ((~shut, "solid"), (shut, "dash")):
            x, y = self._around(np.flatnonzero(some))
            layers.append(Line(x, y, GREY, dash, 1.0, name="closed tile" if dash == "dash" and shut.any() else ""))
        lead = [int(np.argmin(bests))] if np.isfinite(bests).any() else []
        x, y = self._around(np.array(lead, dtype=np.intp))
        return [*layers, Line(x, y, INK, width=4.0, name="best tile")]

    def _around(self, tiles: NDArray[np.intp]) -> tuple[Array, Array]:
        """A line around each of some tiles, with breaks between them."""
        left, bottom = self._corner(tiles)
        gap = np.full(len(tiles), np.nan)
        x = np.stack([left, left + 1, left + 1, left, left, gap], axis=1).ravel()
        y = np.stack([bottom, bottom, bottom + 1, bottom + 1, bottom, gap], axis=1).ravel()
        return x, y

    def _words(self, counts: NDArray[np.intp], bests: Sequence[float], shut: NDArray[np.bool_]) -> list[AnyLayer]:
        """What each tile is, and its incumbent."""
        left, bottom = self._corner(np.arange(len(self.values)))
        said = [
            f"best of {count}: {number(best)}"
            if np.isfinite(best)
            else (f"{count} failed" if count else "no trial yet")
            for best, count in zip(bests, counts, strict=True)
        ]
        off = np.flatnonzero(shut)
        return [
            Text(left + 0.035, bottom + LINES[0], list(map(self.name, range(len(self.values)))), INK, "start", SMALL),
            Text(left + 0.035, bottom + LINES[1], said, INK, "start", SMALL),
            Text(
                left[off] + 0.5, bottom[off] + (FLOOR + CEILING) / 2, ["closed"] * len(off), INK, size=SIZES["labels"]
            ),
        ]

    def _sentence(
        self, rule: str, n: int, counts: NDArray[np.intp], bests: Sequence[float], shut: NDArray[np.bool_]
    ) -> str:
        fewest, most = int(counts.min()), int(counts.max())
        many = f"{fewest}" if fewest == most else f"{fewest} to {most}"
        start = f"{rule}, {n} of {self.n_trials} trials, {many} in each of {len(counts)} tiles"
        start += f", {int(shut.sum())} of them closed." if shut.any() else "."
        if not np.isfinite(bests).any():
            return f"{start} No trial has succeeded yet."
        lead = int(np.argmin(bests))
        return f"{start} Best so far: {number(bests[lead])} in {self.name(lead)}, which has had {counts[lead]}."


def tiles_filling(
    searches: Mapping[str, Filling | History],
    space: SearchSpace,
    by: Sequence[str] = ("n_conv", "n_dense"),
    label: str = "loss",
) -> Player:
    """Searches over tiles behind two dials, the rule and the number of trials; see ``Fillings``."""
    return Fillings(searches, space, by, label).player()
