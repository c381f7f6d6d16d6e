"""How many workers are worth having? Simulated tournaments from one worker to a thousand, which one does not have.

makespan       seconds until all trials are done
first in full  seconds until a trial has had the whole training
busy           share of the workers' time in which they train
Each number is the median over seeds; a seed stands for the same trials and the same luck whatever the scheduler.
"""

from collections.abc import Callable, Mapping
from functools import cache

import numpy as np
import pandas as pd

from hpo_tutor import problems
from hpo_tutor.early_stopping import AsynchronousHalving, FullTraining, Scheduler, SuccessiveHalving
from hpo_tutor.scenes.layers import AnyLayer, Band, Line, Marks, Points
from hpo_tutor.scenes.looks import BLUE, GREEN, GREY, INK, ORANGE, RED
from hpo_tutor.scenes.stage import Axis, Board, Scene, beside
from hpo_tutor.scenes.ticks import number
from hpo_tutor.tournaments.planning import plan
from hpo_tutor.widgets.dials import Dial
from hpo_tutor.widgets.player import Player

SCHEDULERS: dict[str, Callable[[int], Scheduler]] = {
    "full training": FullTraining,
    "successive halving": SuccessiveHalving,
    "ASHA, promoting": AsynchronousHalving,
    "ASHA, stopping": lambda n: AsynchronousHalving(n, form="stopping"),
}
LOOKS = {
    "full training": (GREY, "longdash", "cross"),
    "successive halving": (ORANGE, "dash", "square"),
    "ASHA, promoting": (BLUE, "solid", "circle"),
    "ASHA, stopping": (GREEN, "dashdot", "triangle-up"),
}
SIZES = (1, 4, 10, 25, 60, 150, 400, 1000)
STRAGGLERS = (0.0, 1.0, 2.0)
SPARE = ((RED, "dot", "diamond"), (INK, "longdashdot", "pentagon"))  # for schedulers that have no look of their own

QUANTITIES = {
    "first in full": ("first_in_full", "first in full (s)"),
    "makespan": ("makespan", "makespan (s)"),
    "good enough": ("reached", "until good enough (s)"),
    "epochs": ("n_epochs", "epochs trained"),
}
"""What the left panel can show -> column of the plan, and the axis."""


@cache
def planned(
    n_trials: int = 243,
    *,
    n_workers: tuple[int, ...] = SIZES,
    stragglers: tuple[float, ...] = STRAGGLERS,
    seeds: int = 5,
    within: float = 0.02,
    schedulers: tuple[str, ...] = tuple(SCHEDULERS),
    curves: str = "digits-curves",
) -> pd.DataFrame:
    """Simulate it all; one row for each scheduler, stragglers, number of workers and seed.

    Args:
        n_trials: that each scheduler starts.
        n_workers: numbers of workers.
        stragglers: how unequal the luck of jobs is.
        seeds: how many.
        within: how far above the optimum an incumbent counts as good.
        schedulers: of ``SCHEDULERS``.
        curves: recorded learning curves.

    Returns:
        scheduler, stragglers, trials, and the columns of ``tournaments.planning.plan``.

    Raises:
        ValueError: there is no such scheduler, or as of ``plan``.
    """
    unknown = [name for name in schedulers if name not in SCHEDULERS]
    if unknown:
        raise ValueError(f"schedulers are some of {', '.join(SCHEDULERS)}; got {', '.join(unknown)}")
    recorded = problems.curves(curves)
    tables = []
    for name in schedulers:
        for spread in stragglers:
            table = plan(
                recorded,
                lambda name=name: SCHEDULERS[name](n_trials),  # type: ignore[misc]
                n_workers,
                range(seeds),
                stragglers=spread,
                within=within,
            )
            tables.append(table.assign(scheduler=name, stragglers=spread, trials=n_trials))
    return pd.concat(tables, ignore_index=True)


def planning_board(table: pd.DataFrame, quantity: str = "first in full", stragglers: float = 0.0) -> Board:
    """A quantity against the number of workers, and how busy they are.

    Args:
        table: as of ``planned``; several of them, joined, must have the same number of trials.
        quantity: one of ``QUANTITIES``.
        stragglers: one of those in the table.

    Raises:
        ValueError: there is no such quantity, no such row, or the numbers of trials differ.
    """
    if quantity not in QUANTITIES:
        raise ValueError(f"the quantity is one of {', '.join(QUANTITIES)}; got {quantity!r}")
    rows = table[table["stragglers"] == stragglers]
    if rows.empty:
        known = ", ".join(number(float(one)) for one in table["stragglers"].unique())
        raise ValueError(f"the table has stragglers {known}; got {stragglers:g}")
    (n_trials,) = table["trials"].unique()
    column, label = QUANTITIES[quantity]
    finite = table[column].to_numpy(dtype=np.float64)
    finite = finite[np.isfinite(finite)]
    low, high = (0.8 * float(finite.min()), 1.25 * float(finite.max())) if len(finite) else (0.1, 1.0)
    ends = float(rows["n_workers"].min()), float(rows["n_workers"].max())
    across = Axis("workers", 0.9 * ends[0], 1.12 * ends[1], log=True)
    left = _lines(rows, column)
    if column == "makespan":
        left = [*_ideal(rows), *left]
    mark = [Marks([float(n_trials)], across=True, color=INK, dash="dot", name="as many workers as trials")]
    if not ends[0] <= n_trials <= ends[1]:
        mark = []
    return beside(
        Scene([*mark, *left], across, Axis(label, low, high, log=True), aspect=0.9),
        Scene([*mark, *_lines(rows, "busy")], across, Axis("busy share", 0.0, 1.04), aspect=0.9),
        sentence=_sentence(rows, column, quantity, int(n_trials), stragglers),
    )


def planning_player(table: pd.DataFrame | None = None, label: str = "How many workers are worth having?") -> Player:
    """``planning_board`` behind two dials: what is asked for, and the stragglers.

    Args:
        table: as of ``planned``; None simulates 243 trials.
        label: a heading.
    """
    found = planned() if table is None else table
    spreads = sorted(float(one) for one in found["stragglers"].unique())
    return Player.over(
        lambda quantity, stragglers: planning_board(found, quantity, stragglers),
        quantity=Dial("show", tuple(QUANTITIES)),
        stragglers=Dial("stragglers", spreads),
        label=label,
        speed=1.0,
    )


def medians(rows: pd.DataFrame, column: str) -> Mapping[str, pd.DataFrame]:
    """Scheduler -> median, lowest and highest over the seeds, by number of workers; infinities sort as the largest."""
    found: dict[str, pd.DataFrame] = {}
    for name in rows["scheduler"].unique():
        values = rows[rows["scheduler"] == name].pivot_table(
            index="n_workers", columns="seed", values=column, dropna=False
        )
        ordered = np.sort(values.to_numpy(dtype=np.float64), axis=1)
        middle = ordered[:, (ordered.shape[1] - 1) // 2]  # the lower one of two, so that it may be compared with inf
        columns = {"median": middle, "low": ordered[:, 0], "high": ordered[:, -1]}
        found[str(name)] = pd.DataFrame(columns, index=values.index)
    return found


def _lines(rows: pd.DataFrame, column: str) -> list[AnyLayer]:
    """The median of each scheduler, and a band from the lowest to the highest seed."""
    bands: list[AnyLayer] = []
    lines: list[AnyLayer] = []
    spare = iter(SPARE * 4)
    for name, found in medians(rows, column).items():
        color, dash, symbol = LOOKS.get(name) or next(spare)
        found = found[np.isfinite(found["median"])]
        high = found["high"].where(np.isfinite(found["high"]), found["median"])
        bands.append(Band(found.index, found["low"], high, color, 0.15, name="lowest to highest seed"))
        lines.append(Line(found.index, found["median"], color, dash, 2.0, name=name))
        lines.append(Points(found.index, found["median"], color, symbol, 7.0))
    return [*bands, *lines]


def _ideal(rows: pd.DataFrame) -> list[AnyLayer]:
    """N workers n times as fast as one, for the slowest scheduler on one worker."""
    starts = [found["median"].iloc[0] * found.index[0] for found in medians(rows, "makespan").values()]
    x = np.array(sorted(rows["n_workers"].unique()), dtype=np.float64)
    return [Line(x, max(starts) / x, GREY, "dot", 1.5, name="n workers n times as fast")]


def saturated(found: pd.DataFrame, gain: float = 0.05) -> int:
    """The smallest number of workers whose median lies within this share of that of the most workers."""
    last = float(found["median"].iloc[-1])
    enough = found.index[found["median"] <= (1 + gain) * last]
    return int(enough[0])


def _sentence(rows: pd.DataFrame, column: str, quantity: str, n_trials: int, stragglers: float) -> str:
    start = f"{quantity[0].upper()}{quantity[1:]}, {n_trials} trials, stragglers {number(stragglers)}"
    said = [f"{start}, medians of {rows['seed'].nunique()} seeds."]
    busy = medians(rows, "busy")
    for name, found in medians(rows, column).items():
        few, many = found.index[[0, -1]]
        first, last = (_amount(float(value), column) for value in found["median"].iloc[[0, -1]])
        words = f"{name}: {first} with {few:,} worker{'' if few == 1 else 's'}, {last} with {many:,}"
        if column != "n_epochs" and np.isfinite(found["median"].iloc[-1]):
            words += f", hardly less beyond {saturated(found):,}"
        share = 100 * float(busy[name]["median"].iloc[-1])
        said.append(f"{words[0].upper()}{words[1:]} ({share:.2g}\u00a0% busy).")
    return " ".join(said)


def _amount(value: float, column: str) -> str:
    if not np.isfinite(value):
        return "never"
    return f"{value:,.0f}" if column == "n_epochs" else f"{number(value)} s"
