"""Who does justice to a space with switches, by how much, and is it more than luck? What ``switches`` kept, in tables.

table     a row for each search and budget, as ``switches.load`` returns it
cell      live and n_trials: there samplers meet seed by seed
dead      of a hyperparameter: the switches of the incumbent put it out, so that it changes nothing there
credited  the share of the variance of the losses that fANOVA gives to a hyperparameter
"""

import json
from collections.abc import Hashable, Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hpo_tutor.race.experiments.contestants import CONTESTANTS, PROBES
from hpo_tutor.race.statistics import paired_differences, student_interval

Array = NDArray[np.float64]

CELL = ["live", "n_trials"]
CREDIT = ["sampler", "n_trials", "seed", "hyperparameter", "importance", "dead"]


def summary(table: pd.DataFrame, column: str = "regret", level: float = 0.95) -> pd.DataFrame:
    """How each sampler did at each budget.

    Args:
        table: of ``switches.load``.
        column: "loss" or "regret", of which less is better, or "volume" or "share", of which more is.
        level: of the intervals, each for its own mean; Student's, which takes means of 20 seeds for normal.

    Returns:
        Columns live, n_trials, sampler, n_seeds, mean, low, high. Probes, and cells without such numbers, are left out.
    """
    rows: list[tuple[object, ...]] = []
    for cell, scores in _cells(table, column):
        for name, values in scores.items():
            if len(values) > 1:
                interval = student_interval(values, level)
                low, high = float(interval.low), float(interval.high)
            else:
                low = high = np.nan
            rows.append((*cell, name, len(values), float(values.mean()), low, high))
    return pd.DataFrame(rows, columns=[*CELL, "sampler", "n_seeds", "mean", "low", "high"])


def differences(table: pd.DataFrame, column: str = "regret", peer: str = "random") -> pd.DataFrame:
    """How much more of the column than a peer has each sampler, seed by seed, and is that more than luck?

    Args:
        table: of ``switches.load``.
        column: as of ``summary``.
        peer: the sampler that the others are compared with.

    Returns:
        Columns live, n_trials, and those of ``statistics.paired_differences``: a, b, mean, error, low, high, p, p_holm.
        p_holm counts the samplers of the cell.

    Raises:
        ValueError: the peer is missing in a cell, or there are fewer than two seeds.
    """
    parts = []
    for cell, scores in _cells(table, column):
        part = paired_differences(scores, peer)
        parts.append(pd.concat([pd.DataFrame([cell] * len(part), columns=CELL), part], axis=1))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=[*CELL, "a", "b", "p_holm"])


def credited(table: pd.DataFrame) -> pd.DataFrame:
    """What each hyperparameter is credited with by each search of a flat space, and whether it is dead.

    Returns:
        Columns sampler, n_trials, seed, hyperparameter, importance (by one forest) and dead.
    """
    rows = []
    for row in table[table["importances"].notna() & ~table["live"].astype(bool)].to_dict("records"):
        alive = json.loads(row["config"])
        rows += [
            (row["sampler"], row["n_trials"], row["seed"], name, value, name not in alive)
            for name, value in json.loads(row["importances"]).items()
        ]
    return pd.DataFrame(rows, columns=CREDIT)


def false_credit(table: pd.DataFrame, level: float = 0.95) -> pd.DataFrame:
    """How much all dead hyperparameters are credited with together, of what all are credited with.

    Returns:
        Columns sampler, n_trials, n_seeds, n_dead (the mean number of dead ones), mean, low, high (of the share, with
        Student's interval), and above (the share of seeds in which some dead one stands above a living one).
    """
    rows: list[tuple[object, ...]] = []
    for (name, n_trials), group in credited(table).groupby(["sampler", "n_trials"], sort=True):
        shares, numbers, above = [], [], []
        for _, one in group.groupby("seed"):
            dead = one["dead"].to_numpy(bool)
            values = one["importance"].to_numpy(np.float64)
            shares.append(values[dead].sum() / values.sum())
            numbers.append(dead.sum())
            above.append(bool(dead.any()) and values[dead].max() > values[~dead].min())
        interval = student_interval(shares, level) if len(shares) > 1 else None
        low, high = (np.nan, np.nan) if interval is None else (float(interval.low), float(interval.high))
        rows.append((name, n_trials, len(shares), np.mean(numbers), np.mean(shares), low, high, np.mean(above)))
    return pd.DataFrame(rows, columns=["sampler", "n_trials", "n_seeds", "n_dead", "mean", "low", "high", "above"])


def spread(table: pd.DataFrame) -> pd.DataFrame:
    """Where the trials went: the mean number in each tile.

    Returns:
        Columns live, n_trials, sampler, tile (such as "2,1", the switches' values) and mean.
    """
    tiles = pd.DataFrame([json.loads(text) for text in table["tiles"]], index=table.index).fillna(0)
    long = pd.concat([table[[*CELL, "sampler"]], tiles.reindex(columns=sorted(tiles))], axis=1)
    long = long.melt([*CELL, "sampler"], var_name="tile", value_name="mean")
    means = long.groupby([*CELL, "sampler", "tile"])["mean"].mean()
    return means.reset_index()


def _cells(table: pd.DataFrame, column: str) -> Iterator[tuple[tuple[Hashable, ...], dict[str, Array]]]:
    """Cell -> sampler -> one number a seed, on the seeds that all have, contestants in their usual order."""
    for cell, group in table[~table["sampler"].isin([*PROBES]) & table[column].notna()].groupby(CELL, sort=True):
        wide = group.pivot_table(index="seed", columns="sampler", values=column).dropna()
        there = [str(name) for name in wide]
        names = [name for name in CONTESTANTS if name in there] + [name for name in there if name not in CONTESTANTS]
        yield tuple(cell), {name: wide[name].to_numpy(np.float64) for name in names}
