"""What do tiles cost before they earn anything? The part of a budget that goes into the tiles' first designs.

t          tiles, among which a budget is split as evenly as whole trials can be
d          hyperparameters that exist in a tile, each tile its own
start-up   trials of a tile before its sampler has a model: 2 d + 2 wanted; ``BayesianOptimization`` takes no more than
           a quarter of what the tile gets, but at least 2
guided     the trials after that
"""

from collections.abc import Sequence
from functools import cache
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.course.pictures.nb14.networks import space as auto_encoders
from hpo_tutor.domains import finite_values
from hpo_tutor.scenes.layers import AnyLayer, Line, Polygons, Segments, Text
from hpo_tutor.scenes.looks import BLUE, INK, ORANGE, SIZES
from hpo_tutor.scenes.stage import Axis, Scene
from hpo_tutor.scenes.ticks import number
from hpo_tutor.search_space import SearchSpace
from hpo_tutor.widgets.dials import Dial
from hpo_tutor.widgets.player import Player

Array = NDArray[np.float64]
Counts = NDArray[np.int64]

BUDGETS = (20, 30, 45, 60, 90, 135, 180, 270, 400)
TILINGS: tuple[tuple[str, ...], ...] = ((), ("n_conv",), ("n_conv", "n_dense"), ("n_conv", "n_dense", "filters_1"))
"""What makes 1, 3, 9 and 27 tiles of the auto-encoder's space."""
CAPPED, WANTED = "at most a quarter", "all that is wanted"
LEAST = 2  # trials, before a model is fitted
SHARE = 4  # the cap is a fourth of the tile's trials
PITCH = 3.4  # rows from one tiling to the next
STROKES = 2.4  # per cent from one stroke of the hatching to the next


class Costs(NamedTuple):
    """What a budget becomes, an entry for each tile.

    Attributes:
        n_dims: (t,) hyperparameters that exist there.
        n_trials: (t,) that it gets.
        wanted: (t,) 2 d + 2.
        n_startup: (t,) those that are spent before a model guides the search.
    """

    n_dims: Counts
    n_trials: Counts
    wanted: Counts
    n_startup: Counts

    @property
    def share(self) -> float:
        """The part of the whole budget that goes into first designs, 0..1."""
        return float(self.n_startup.sum() / self.n_trials.sum())

    @property
    def n_guided(self) -> Counts:
        """(t,) trials that a model has chosen."""
        return self.n_trials - self.n_startup


def costs_of(space: SearchSpace, by: Sequence[str], n_trials: int, *, capped: bool = True) -> Costs:
    """What a budget becomes when it is split evenly over the tiles of a space.

    Args:
        space: with conditions.
        by: the hyperparameters that make the tiles; () for a single one.
        n_trials: the budget.
        capped: whether start-ups take at most a quarter of a tile's trials, as by default, or all that is wanted.

    Raises:
        ValueError: the budget is below one trial, or a hyperparameter has too many values to make tiles.
    """
    if n_trials < 1:
        raise ValueError(f"n_trials must be at least 1, it is {n_trials}")
    n_dims = np.array(_dims(space, tuple(by)), dtype=np.int64)
    t = len(n_dims)
    own = n_trials // t + (np.arange(t) < n_trials % t)
    wanted = 2 * n_dims + 2
    startup = np.maximum(LEAST, np.minimum(wanted, own // SHARE)) if capped else wanted
    return Costs(n_dims, own, wanted, np.minimum(startup, own))


@cache
def _dims(space: SearchSpace, by: tuple[str, ...]) -> tuple[int, ...]:
    """Hyperparameters of each tile."""
    lists = [finite_values(space.domains[name]) for name in by]
    if any(values is None for values in lists):
        raise ValueError(f"tiles need an Integer or a Choice of few values each; {by} are not all of them")
    return tuple(
        space.fix(**dict(zip(by, values, strict=True))).n_dims for values in product(*(one or () for one in lists))
    )


def startups(
    rule: str = CAPPED,
    n_trials: int = 90,
    space: SearchSpace | None = None,
    tilings: Sequence[Sequence[str]] = TILINGS,
) -> Scene:
    """A bar for each tiling: which part of the budget goes into first designs, and which a model guides.

    Args:
        rule: of the start-up, ``CAPPED`` or ``WANTED``.
        n_trials: the budget.
        space: with conditions; None for the auto-encoder's.
        tilings: hyperparameters that make the tiles, for each bar.

    Raises:
        ValueError: there is no such rule; or as of ``costs_of``.
    """
    if rule not in (CAPPED, WANTED):
        raise ValueError(f"the rule is {CAPPED!r} or {WANTED!r}, got {rule!r}")
    there = auto_encoders() if space is None else space
    found = [costs_of(there, by, n_trials, capped=rule == CAPPED) for by in tilings]
    at = np.array([-PITCH * k for k in range(len(found))])
    ends = np.array([100 * one.share for one in found])
    bars = [_boxes(np.zeros(len(found)), ends, at), _boxes(ends, np.full(len(found), 100.0), at)]
    x0, y0, x1, y1 = np.concatenate([_hatching(end, height) for end, height in zip(ends, at, strict=True)]).T
    heads = [_headed(one, by) for one, by in zip(found, tilings, strict=True)]
    small, middle = SIZES["numbers"], SIZES["labels"]
    layers: list[AnyLayer] = [
        Polygons(*bars[1], fill=BLUE, width=0.0, name="guided by a model"),
        Segments(x0, y0, x1, y1, ORANGE, width=2.0),
        Line(*_rims(np.zeros(len(found)), ends, at), ORANGE, width=2.0, name="hatched: start-up"),
        Text([0.0] * len(found), at + 1.05, heads, INK, "start", middle),
        Text([0.0] * len(found), at - 1.0, [_told(one) for one in found], INK, "start", small),
    ]
    return Scene(
        layers,
        Axis("share of the budget (per cent)", -2.0, 102.0, ticks=[(float(k), str(k)) for k in range(0, 101, 25)]),
        Axis("", at[-1] - 1.7, 1.7, ticks=()),
        _sentence(rule, n_trials, found),
        aspect=0.85,
        grid=False,
    )


def startup_costs(space: SearchSpace | None = None, tilings: Sequence[Sequence[str]] = TILINGS) -> Player:
    """The bars behind two dials: the rule of the start-up, and the budget."""
    there = auto_encoders() if space is None else space
    return Player.over(
        lambda rule, n_trials: startups(rule, n_trials, there, tilings),
        rule=Dial("start-up", [CAPPED, WANTED]),
        n_trials=Dial("budget", BUDGETS, "trials"),
        start={"n_trials": 90},
        label="What do tiles cost before they earn anything?",
        speed=1.0,
    )


def _boxes(left: Array, right: Array, at: Array) -> tuple[Array, Array]:
    x = np.stack([left, right, right, left], axis=1).ravel()
    y = np.stack([at - 0.45, at - 0.45, at + 0.45, at + 0.45], axis=1).ravel()
    return x, y


def _rims(left: Array, right: Array, at: Array) -> tuple[Array, Array]:
    gap = np.full(len(at), np.nan)
    x = np.stack([left, right, right, left, left, gap], axis=1).ravel()
    y = np.stack([at - 0.45, at - 0.45, at + 0.45, at + 0.45, at - 0.45, gap], axis=1).ravel()
    return x, y


def _hatching(right: float, at: float) -> Array:
    """Slanting strokes from 0 to the bar's end: x0, y0, x1, y1 in each row, (n, 4)."""
    feet = np.arange(-STROKES, right, STROKES)
    low, high = np.maximum(feet, 0.0), np.minimum(feet + STROKES, right)
    rise = [(at - 0.45 + 0.9 * (x - feet) / STROKES) for x in (low, high)]
    rows: Array = np.column_stack([low, rise[0], high, rise[1]])[high > low]
    return rows


def _headed(found: Costs, by: Sequence[str]) -> str:
    t, d = len(found.n_dims), found.n_dims
    many = _range(d)
    return f"1 tile, d = {many}" if t == 1 else f"{t} tiles by {', '.join(by)}; d = {many}"


def _told(found: Costs) -> str:
    none = int((found.n_trials == 0).sum())
    whole = "" if len(found.n_dims) == 1 else " a tile"
    start = f"{_range(found.n_startup)} to start (wanted: {_range(found.wanted)})"
    return f"{_range(found.n_trials)} trials{whole}, {start}" + (f"; {none} get none" if none else "")


def _range(counts: Counts) -> str:
    low, high = int(counts.min()), int(counts.max())
    return str(low) if low == high else f"{low} to {high}"


def _sentence(rule: str, n_trials: int, found: Sequence[Costs]) -> str:
    told = [f"{number(100 * one.share)} with {len(one.n_dims)}" for one in found]
    most = found[-1]
    return (
        f"A budget of {n_trials} trials, start-up {rule}. Per cent spent on first designs, by the number of tiles: "
        f"{', '.join(told)}. A model guides {_range(most.n_guided)} trials in each of the {len(most.n_dims)}."
    )
