"""Who wins at which budget, by how much, and is it more than luck? What the searches of ``budgets`` say.

table     a row for each search and budget, as ``budgets.load`` returns it
cell      function, shifted, n_dims and n_trials: there samplers meet seed by seed
rank      1 for the smallest regret of a seed; equals share the mean of their ranks
"""

from collections.abc import Hashable

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata

from hpo_tutor.race.experiments.budgets import SAMPLERS
from hpo_tutor.race.statistics import mean_and_error, paired_differences

Array = NDArray[np.float64]

CELL = ["function", "shifted", "n_dims", "n_trials"]
BUDGET = ["shifted", "n_dims", "n_trials"]
NEAR = 1e-9  # logarithms of regrets end here: nobody needs a smaller one, and that of 0 does not exist


def scores(table: pd.DataFrame, column: str = "regret") -> dict[tuple[Hashable, ...], dict[str, Array]]:
    """Cell (function, shifted, n_dims, n_trials) -> sampler -> one number a seed, on the seeds that all have.

    What is deterministic counts alike on all of them.
    """
    found = {}
    for cell, group in table.groupby(CELL, sort=False):
        wide = group.pivot_table(index="seed", columns="sampler", values=column)
        fixed = group.loc[group["deterministic"]].set_index("sampler")[column]
        wide = wide.fillna(fixed).dropna()
        there = [str(name) for name in wide]
        names = [name for name in SAMPLERS if name in there] + [name for name in there if name not in SAMPLERS]
        found[cell] = {name: wide[name].to_numpy(np.float64) for name in names}
    return found


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """How each sampler did in each cell.

    Args:
        table: of ``load``.

    Returns:
        Columns function, shifted, n_dims, n_trials, sampler, n_seeds, median, low and high (quartiles of the regret),
        mean_rank (1 is the best, equals share) and best (the share of seeds on which none was better, equals share it).
    """
    rows: list[tuple[object, ...]] = []
    for cell, regrets in scores(table).items():
        values = np.array([*regrets.values()])
        low, median, high = np.quantile(values, [0.25, 0.5, 0.75], axis=1)
        ranks = rankdata(values, axis=0).mean(axis=1)
        parts = zip(regrets, median, low, high, ranks, _firsts(values), strict=True)
        rows += [(*cell, name, values.shape[1], *numbers) for name, *numbers in parts]
    return pd.DataFrame(rows, columns=[*CELL, "sampler", "n_seeds", "median", "low", "high", "mean_rank", "best"])


def standings(table: pd.DataFrame) -> pd.DataFrame:
    """Mean ranks over the functions and their seeds, for each number of hyperparameters and each budget.

    Samplers that did not search every function with this budget are left out before ranks are given.

    Args:
        table: of ``budgets.load``.

    Returns:
        Columns shifted, n_dims, n_trials, sampler, mean_rank, error (its standard error over functions and seeds) and
        best (the share of functions and seeds on which none was better, equals share it).
    """
    n_functions = table.groupby(BUDGET)["function"].transform("nunique")
    own = table.groupby([*BUDGET, "sampler"])["function"].transform("nunique")
    together: dict[tuple[Hashable, ...], list[dict[str, Array]]] = {}
    for cell, regrets in scores(table[own == n_functions]).items():
        together.setdefault(cell[1:], []).append(regrets)
    rows: list[tuple[object, ...]] = []
    for budget, cells in together.items():
        names = [*cells[0]]
        values = np.hstack([np.array([regrets[name] for name in names]) for regrets in cells])
        means, errors = mean_and_error(rankdata(values, axis=0))
        rows += [(*budget, *row) for row in zip(names, means, errors, _firsts(values), strict=True)]
    return pd.DataFrame(rows, columns=[*BUDGET, "sampler", "mean_rank", "error", "best"])


def differences(table: pd.DataFrame, peer: str = "random") -> pd.DataFrame:
    """How much nearer than a peer does each sampler come, in powers of ten, and is that more than luck?

    Args:
        table: of ``load``.
        peer: the sampler that the others are compared with, seed by seed.

    Returns:
        Columns function, shifted, n_dims, n_trials, and those of ``statistics.paired_differences`` for the decimal
        logarithm of the regret (no less than 1e-9): -1 is a regret ten times as small as the peer's. p_holm counts the
        samplers of the cell.

    Raises:
        ValueError: the peer is missing in a cell, or there are fewer than two seeds.
    """
    parts = []
    for cell, regrets in scores(table).items():
        logarithms = {name: np.log10(np.maximum(values, NEAR)) for name, values in regrets.items()}
        part = paired_differences(logarithms, peer)
        parts.append(pd.concat([pd.DataFrame([cell] * len(part), columns=CELL), part], axis=1))
    return pd.concat(parts, ignore_index=True)


def _firsts(values: Array) -> Array:
    """How often each sampler has the smallest of the values (n_samplers, n_seeds), a share; shape (n_samplers,)."""
    first = values == values.min(axis=0)
    return np.asarray((first / first.sum(axis=0)).mean(axis=1))
