"""Who wins at which budget, and who tunes real networks best? Two kept comparisons, as pictures and as tables.

budget   trials that a search may spend; grids often make fewer
rank     1 for the smallest regret of a seed, equals share; its mean over seeds, and over functions if there are more
ratio    a sampler's regret over that of random search with the same seed; the median
boxes    "moved": each seed moves the box, so that no place in it is favoured; "published": as they stand in papers
error    per cent of the test pictures that a network misses

The first comparison is ``race.experiments.budgets``. The second is ``race.experiments.trained``, which also keeps the
source's own table, as ``trained.SOURCE``.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hpo_tutor.race.experiments import budgets, standings, trained
from hpo_tutor.race.experiments.moved import NAMES
from hpo_tutor.scenes.layers import AnyLayer, Line, Marks, Points, Segments
from hpo_tutor.scenes.looks import GREY, INK, PAGE, style
from hpo_tutor.scenes.stage import Axis, Board, Scene, beside
from hpo_tutor.scenes.ticks import MINUS, number

Array = NDArray[np.float64]

ALL = "all three"
FUNCTIONS = (ALL, *NAMES)
BOXES: Mapping[str, bool] = MappingProxyType({"moved": True, "published": False})
PEER = "random"
FLOOR, CEILING = 1e-3, 200.0  # where the picture of ratios ends; whose first trial is the minimum has a ratio of 0
TOLD = 3  # samplers that a sentence names
WIDE = 2  # standard errors to either side of a mean
PLAYED = ("gp", "sparse-grid", "adaptive-random")  # whose lines stand out: some looks of the others are near theirs
BOLD, PALE = (3.5, 12.0, 1.0), (1.5, 7.0, 0.65)  # a line's width, its symbols' diameter, opacity
GUESSING = 90.0  # per cent of ten classes that whoever guesses misses
PICTURES, REGRESSIONS = "mnist-9", ("regression-2", "regression-3", "regression-5")
LANES = MappingProxyType({"source": 0.27, "mean": 0.04, "dots": -0.24})
"""Rows above the middle of a method's row, so that nothing hides its mean."""
LOWEST = 0.45  # where the axis of rows begins
SPREAD = 0.12  # rows that the dots are spread over, either way


class Place(NamedTuple):
    """How one sampler did with one budget.

    Attributes:
        sampler: its name.
        budget: in trials.
        rank: the mean, 1 is the best.
        ratio: the median.
    """

    sampler: str
    budget: int
    rank: float
    ratio: float


def winners(function: str, d: int, boxes: str) -> Board:
    """Mean ranks over the budgets on the left, regrets over those of random search on the right.

    Args:
        function: one of ``FUNCTIONS``.
        d: hyperparameters, of ``budgets.DIMS``.
        boxes: one of ``BOXES``.
    """
    there = places(function, d, boxes)
    told = []
    for budget in (min(budgets.BUDGETS), max(budgets.BUDGETS)):
        best = sorted((place for place in there if place.budget == budget), key=lambda place: place.rank)[:TOLD]
        lowest = ", ".join(f"{place.sampler} {place.rank:.1f}" for place in best)
        told.append(f"Lowest mean ranks with {budget} trials: {lowest}.")
    sparse = next(place for place in there[::-1] if place.sampler == "sparse-grid")
    if sparse.ratio:
        told.append(f"The sparse grid's regret is then {number(sparse.ratio)} times that of random search.")
    else:
        told.append("The sparse grid has no regret then.")
    if not BOXES[boxes]:
        told.append("gp searched moved boxes alone.")
    last = len(budgets.SAMPLERS)
    ranks, ratios = Axis("mean rank, 1 is best", 1, last, ticks=[(n, str(n)) for n in range(1, last + 1)]), _ratios()
    return beside(
        _over_budgets(there, [place.rank for place in there], ranks, "Who?"),
        _over_budgets(there, [place.ratio for place in there], ratios, "How much?"),
        sentence=f"{function.capitalize()}, d = {d}, {boxes} boxes. {' '.join(told)}",
    )


def places(function: str, d: int, boxes: str) -> list[Place]:
    """What ``winners`` draws: sampler by sampler, budgets in rising order.

    Raises:
        ValueError: there was no such comparison.
    """
    if function not in FUNCTIONS or d not in budgets.DIMS or boxes not in BOXES:
        raise ValueError(
            f"function is one of {', '.join(FUNCTIONS)}, d of {', '.join(map(str, budgets.DIMS))}, boxes of "
            f"{', '.join(BOXES)}; got {function!r}, {d!r}, {boxes!r}"
        )
    shifted, ratios = BOXES[boxes], _ratios_of()
    rows = _ranked(function == ALL)
    rows = rows[(rows["n_dims"] == d) & (rows["shifted"] == shifted)]
    names = NAMES if function == ALL else (function,)
    if function != ALL:
        rows = rows[rows["function"] == function]
    found = []
    for row in rows.to_dict("records"):
        sampler, budget = row["sampler"], row["n_trials"]
        all_seeds = np.concatenate([ratios[name, shifted, d, budget][sampler] for name in names])
        found.append(Place(sampler, int(budget), float(row["mean_rank"]), float(np.median(all_seeds))))
    return sorted(found, key=lambda place: (budgets.SAMPLERS.index(place.sampler), place.budget))


def errors_of_study(table: pd.DataFrame | None = None, experiment: str = PICTURES) -> Scene:
    """A row for each method, the lowest mean error on top; the source's single runs as hollow squares.

    Args:
        table: of ``trained.load``; None takes what comes with the package.
        experiment: one with classes.
    """
    rows = table_of_study(table, experiment)
    scores = _scores(table, experiment)
    up = np.arange(len(rows), 0, -1, dtype=float)
    methods = [(str(name), int(budget)) for name, budget in zip(rows["method"], rows["budget"], strict=True)]
    dots = np.concatenate([np.sort(scores[method]) for method in methods])
    heights = np.concatenate(
        [place + LANES["dots"] + strewn(len(scores[method]), SPREAD) for method, place in zip(methods, up, strict=True)]
    )
    mean, half = rows["error"].to_numpy(float), WIDE * rows["se"].to_numpy(float)
    middle, source = up + LANES["mean"], rows["source"].to_numpy(float)
    seen = np.isfinite(source)
    layers: list[AnyLayer] = [
        Segments([GUESSING], [LOWEST], [GUESSING], [len(rows) + 1 - LOWEST], GREY, "dash", 2.0, name="guessing"),
        Points(dots, heights, GREY, "circle", 5.0, outline=None, name="one repetition"),
        Segments(mean - half, middle, mean + half, middle, INK, width=4.0, name=f"mean ± {WIDE} standard errors"),
    ]
    for (method, _), x, y in zip(methods, mean, middle, strict=True):
        layers.append(Points([x], [y], style(method).color, style(method).symbol, 11.0))
    squares = up[seen] + LANES["source"]
    layers.append(Points(source[seen], squares, PAGE, "square", 10.0, outline=INK, name="the source, one run"))
    named = [f"{method}, {n}" for (method, _), n in zip(methods, rows["trials"], strict=True)]
    told = [f"{name}: {x:.1f} ± {reach:.1f}" for name, x, reach in zip(named, mean, half, strict=True)]
    return Scene(
        layers,
        Axis("test pictures missed (%)", 0, 100),
        Axis("", LOWEST, len(rows) + 1 - LOWEST, ticks=list(zip(up, named, strict=True))),
        f"Methods, their trials, and the per cent of test pictures missed, mean ± two standard errors. "
        f"{'; '.join(told)}.",
        aspect=0.72,
        grid=False,
    )


def table_of_study(table: pd.DataFrame | None = None, experiment: str = PICTURES) -> pd.DataFrame:
    """The source's table beside ours, the lowest mean test error first.

    Args:
        table: of ``trained.load``; None takes what comes with the package.
        experiment: one with classes.

    Returns:
        method, budget, trials (how many of it were made), source (its test error in per cent, of one run), validation
        (the incumbent's loss in nats), error and se (of the test rows, per cent, mean over repetitions and its standard
        error), difference, low, high and p_holm (paired with random search, per cent, see ``trained.summary``).
    """
    rows = _summary(table)
    rows = rows[rows["experiment"] == experiment].sort_values("test_error", kind="stable")
    published = {(row.sampler, row.cost): row.error for row in trained.SOURCE}
    made = rows["n_made"].round().astype(int)
    source = [published.get(key, np.nan) for key in zip(rows["sampler"], made, strict=True)]
    named = {"sampler": "method", "test_error": "error", "test_error_se": "se"}
    columns = ["method", "budget", "trials", "source", "validation", "error", "se"]
    rows = rows.rename(columns=named).assign(trials=made, source=source)
    return rows[[*columns, "difference", "low", "high", "p_holm"]].reset_index(drop=True)


def table_of_regressions(table: pd.DataFrame | None = None) -> pd.DataFrame:
    """Random search's mean test loss, and every other method's difference to it, for d = 2, 3 and 5.

    Args:
        table: of ``trained.load``; None takes what comes with the package.

    Returns:
        A row for each method and a column for each (d, budget): texts in the loss's unit, GeV, mean ± standard error.
        Differences are paired: on the same jets, with the same seeds.
    """
    rows = _summary(table)
    rows = rows[rows["experiment"].isin(REGRESSIONS)]
    told = [
        f"{row['test']:.3f} ± {row['test_se']:.3f}"
        if row["sampler"] == PEER
        else f"{row['difference']:+.3f} ± {row['difference_se']:.3f}".replace("-", MINUS)
        for row in rows.to_dict("records")
    ]
    d = rows["experiment"].str.removeprefix("regression-").astype(int)
    wide = rows.assign(told=told, d=d).pivot_table("told", "sampler", ["d", "budget"], aggfunc="first")
    others = [name for name in wide.index if name != PEER]
    return wide.loc[[PEER, *others]].rename_axis("GeV").rename_axis(["d", "budget"], axis="columns")


def strewn(n: int, spread: float) -> Array:
    """How far n dots stand off the middle of their row, so that neighbours are apart; shape (n,)."""
    return spread * np.resize([0, 1, -1, 0.5, -0.5], n)


@cache
def _kept() -> pd.DataFrame:
    return budgets.load()


@cache
def _ranked(over_functions: bool) -> pd.DataFrame:
    return standings.standings(_kept()) if over_functions else standings.summary(_kept())


@cache
def _ratios_of() -> Mapping[tuple[Any, ...], Mapping[str, Array]]:
    """(function, shifted, d, budget) -> sampler -> its regrets over random search's, seed by seed."""
    cells = standings.scores(_kept())
    return {cell: {name: values / regrets[PEER] for name, values in regrets.items()} for cell, regrets in cells.items()}


def _over_budgets(there: Sequence[Place], heights: Sequence[float], y: Axis, title: str) -> Scene:
    """A line for each sampler, those that stand out on top."""
    layers: list[AnyLayer] = [Marks([1.0], axis="y", across=True, color=GREY, width=1.5)] if y.log else []
    for name in sorted(dict.fromkeys(place.sampler for place in there), key=lambda name: name in PLAYED):
        own = [i for i, place in enumerate(there) if place.sampler == name]
        counts, look = [there[i].budget for i in own], style(name)
        values = np.clip([heights[i] for i in own], FLOOR if y.log else y.low, y.high)
        width, size, opacity = BOLD if name in PLAYED else PALE
        layers.append(Line(counts, values, look.color, look.dash, width, opacity))
        layers.append(Points(counts, values, look.color, look.symbol, size, opacity, name=name))
    low, high = min(budgets.BUDGETS) / 1.15, max(budgets.BUDGETS) * 1.15
    x = Axis("budget (trials)", low, high, log=True, ticks=[(n, str(n)) for n in budgets.BUDGETS])
    return Scene(layers, x, y, title=title, aspect=1)


def _ratios() -> Axis:
    ticks = [(FLOOR, f"≤ {FLOOR:g}"), *((10.0**k, f"{10.0**k:g}") for k in range(-2, 3))]
    return Axis("regret / that of random", FLOOR / 1.3, CEILING, log=True, ticks=ticks)


def _scores(table: pd.DataFrame | None, experiment: str) -> dict[tuple[str, int], Array]:
    """(method, budget) -> test errors of its repetitions."""
    rows = trained.load() if table is None else table
    groups: Iterable[Any] = rows[rows["experiment"] == experiment].groupby(["sampler", "budget"])
    return {(str(name), int(budget)): group["test_error"].to_numpy(float) for (name, budget), group in groups}


def _summary(table: pd.DataFrame | None) -> pd.DataFrame:
    return trained.summary(trained.load() if table is None else table)
