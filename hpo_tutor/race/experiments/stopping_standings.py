"""Who makes the most of its epochs, by how much, and is it more than luck? What ``stopping`` kept, in tables.

table    a row for each search and budget, as ``stopping.load`` returns it
cell     curves and total_epochs: there methods meet seed by seed
batch    the data batch of a seed; searches on the same batch share its optimum and its luck
unit     what intervals and tests count. Batches, each the mean of its seeds: would other data say the same? With five
         of them only what is large and steady is found. Seeds: would other searches on these very batches?
"""

from collections.abc import Iterator, Sequence
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hpo_tutor.race.statistics import paired_differences, student_interval

Array = NDArray[np.float64]

Unit = Literal["batch", "seed"]

CELL = ["curves", "total_epochs"]


def summary(table: pd.DataFrame, column: str = "regret", level: float = 0.95) -> pd.DataFrame:
    """How each method did at each budget.

    Args:
        table: of ``stopping.load``.
        column: "regret" or "loss", of which less is better.
        level: of the intervals, each for its own mean; Student's, over the means of the data batches.

    Returns:
        Columns curves, total_epochs, method, n_seeds, n_batches, mean, low, high (of the mean), and lower, median and
        upper (the quartiles of the seeds). A method that has seeds without a report at a budget is left out there.
    """
    rows: list[tuple[object, ...]] = []
    for cell, name, values, means in _scores(table, column):
        low = high = np.nan
        if len(means) > 1:
            interval = student_interval(means, level)
            low, high = float(interval.low), float(interval.high)
        quartiles = np.quantile(values, [0.25, 0.5, 0.75]).tolist()
        rows.append((*cell, name, len(values), len(means), float(means.mean()), low, high, *quartiles))
    columns = [*CELL, "method", "n_seeds", "n_batches", "mean", "low", "high", "lower", "median", "upper"]
    return pd.DataFrame(rows, columns=columns)


def differences(
    table: pd.DataFrame,
    budgets: Sequence[int],
    column: str = "regret",
    peer: str | None = "random",
    methods: Sequence[str] | None = None,
    unit: Unit = "batch",
) -> pd.DataFrame:
    """How much more regret than a peer has each method, pair by pair, and is that more than luck?

    Args:
        table: of ``stopping.load``.
        budgets: total epochs at which to ask; choose them beforehand, for p_holm counts the methods of one budget only.
        column: as of ``summary``.
        peer: the method that the others are compared with; None for all pairs.
        methods: only these, the peer among them; None is all.
        unit: "batch" or "seed", see the room's first lines. A pair has the same data batch, or the same seed.

    Returns:
        Columns curves, total_epochs, and those of ``statistics.paired_differences``: a, b, mean, error, low, high, p,
        p_holm.

    Raises:
        ValueError: the unit is unknown, the peer is missing in a cell, or there are fewer than two of the unit.
    """
    if unit not in get_args(Unit):
        raise ValueError(f"a test counts one of {', '.join(get_args(Unit))}, it cannot count {unit!r}")
    some = table[table["total_epochs"].isin(budgets)]
    if methods is not None:
        some = some[some["method"].isin(methods)]
    cells: dict[tuple[str, int], dict[str, Array]] = {}
    for cell, name, values, means in _scores(some, column):
        cells.setdefault(cell, {})[name] = means if unit == "batch" else values
    parts = []
    for cell, scores in cells.items():
        part = paired_differences(scores, peer)
        parts.append(pd.concat([pd.DataFrame([cell] * len(part), columns=CELL), part], axis=1))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=[*CELL, "a", "b", "p_holm"])


def epochs_needed(table: pd.DataFrame, regret: float) -> pd.DataFrame:
    """How many epochs until the incumbent's regret is this small, and stays so to the end of the search?

    Returns:
        Columns curves, method, n_seeds, share (of the seeds that got there), and median (total epochs of the first
        budget from which on it stays; infinite where half of the seeds or more never get there).
    """
    rows: list[tuple[object, ...]] = []
    for (curves, name), group in table.groupby(["curves", "method"], sort=True):
        wide = group.pivot_table(index="seed", columns="total_epochs", values="regret", dropna=False).sort_index(axis=1)
        good = np.logical_and.accumulate((wide.to_numpy(np.float64) <= regret)[:, ::-1], axis=1)[:, ::-1]
        budgets = wide.columns.to_numpy(np.float64)
        first = np.where(good.any(axis=1), budgets[good.argmax(axis=1)], np.inf)
        # the upper of the two middle ones: a mean with infinity tells nothing
        rows.append(
            (curves, name, len(first), float(np.isfinite(first).mean()), float(np.sort(first)[len(first) // 2]))
        )
    return pd.DataFrame(rows, columns=["curves", "method", "n_seeds", "share", "median"])


def _scores(table: pd.DataFrame, column: str) -> Iterator[tuple[tuple[str, int], str, Array, Array]]:
    """Each cell and method with the numbers of all seeds (n,), and their means over each data batch (B,)."""
    for (curves, budget, name), group in table.groupby([*CELL, "method"], sort=True):
        if group[column].isna().any():
            continue
        group = group.sort_values("seed")
        means = group.groupby("batch", sort=True)[column].mean()
        yield (str(curves), int(str(budget))), str(name), group[column].to_numpy(np.float64), means.to_numpy(np.float64)
