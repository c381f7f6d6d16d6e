"""Who wins at which budget, and does the published example come out? Regrets of the kept comparison, and a rerun."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from benchmarks.results_page import record, table

from hpo_tutor import minimize
from hpo_tutor.designs import sparse_grids
from hpo_tutor.problems import function
from hpo_tutor.race.experiments import budgets, records
from hpo_tutor.race.experiments.standings import differences, standings, summary
from hpo_tutor.samplers import SparseGrid
from hpo_tutor.scenes.ticks import number

AGAIN = budgets.plan(budgets=[10, 20, 50], n_seeds=2, shifted=[True])  # is searched once more
GAMMA, N_TRIALS = 0.95, 33  # of the published example: 31 evaluations and two of the finish


def example() -> list[str]:
    """Lines on the published example, and on where gamma = 1 puts its points."""
    rows, waves = [], function("waves")
    for degree in (1, 3):
        for gamma in (0.5, 0.85, GAMMA):
            history = minimize(waves, SparseGrid(waves.space, gamma=gamma, degree=degree), N_TRIALS, progress=False)
            error = min(history.losses) - waves.optimum
            rows.append([f"p = {degree}", f"{gamma:g}", f"{len(history)}", f"{number(error)}"])
    valley = function("rosenbrock", 2)
    history = minimize(valley, SparseGrid(valley.space, gamma=1.0), 49 + 2, progress=False)
    points = {tuple(np.round(valley.space.to_unit(trial.config), 9)) for trial in history.trials[:49]}
    regular = sparse_grids.regular(4, 2)
    agree = len(points & {tuple(np.round(node, 9)) for node in sparse_grids.places(*regular)})
    return [
        f"sin 8x + sin 7y, {N_TRIALS} trials at most (wanted: within 1e-3 of -2 with p = 3, gamma = {GAMMA}):",
        "",
        *table(["degree", "gamma", "trials", "loss - (-2)"], rows),
        "",
        f"With gamma = 1, {agree} of the first {len(points)} points on Rosenbrock are those of the regular sparse grid "
        f"of level 4, which has {len(regular.levels)} (published: 37).",
    ]


def comparison(kept: pd.DataFrame) -> list[str]:
    """Lines on the kept comparison: ranks, regrets, and what is more than luck."""
    lines = []
    for shifted, said in ((True, "Boxes moved by the seed"), (False, "Boxes as published")):
        part = kept[kept["shifted"] == shifted]
        ranks = standings(part)
        names = [name for name in budgets.SAMPLERS if name in set(part["sampler"])]
        rows = []
        for (d, n), own in ranks.groupby(["n_dims", "n_trials"]):
            found = own.set_index("sampler")["mean_rank"].round(2)
            best = found.min()
            cells = [f"{found[name]:.2f}" if name in found else "" for name in names]
            rows.append([f"d = {d}, {n} trials", *(f"**{c}**" if c == f"{best:.2f}" else c for c in cells)])
        lines += [f"{said}: mean rank over {part['function'].nunique()} functions and their seeds, 1 is the best.", ""]
        lines += [*table(["", *names], rows), ""]
    moved = kept[kept["shifted"]]
    for name in budgets.FUNCTIONS:
        parts = summary(moved[moved["function"] == name]).set_index(["n_dims", "n_trials", "sampler"])["median"]
        names = [item for item in budgets.SAMPLERS if item in parts.index.get_level_values("sampler")]
        cells = sorted({key[:2] for key in parts.index})
        rows = [
            [f"d = {d}, {n} trials", *(number(parts[d, n, item]) if (d, n, item) in parts else "" for item in names)]
            for d, n in cells
        ]
        lines += [f"Median regret on {name}, boxes moved by the seed:", "", *table(["", *names], rows), ""]
    lines += against_random(moved)
    return lines


def against_random(moved: pd.DataFrame) -> list[str]:
    """In how many cells is each sampler told apart from random search?"""
    pairs = differences(moved)
    sure = pairs["p_holm"] < 0.05
    rows = [
        [name, f"{len(own)}", f"{int((sure[own.index] & (own['mean'] < 0)).sum())}",
         f"{int((sure[own.index] & (own['mean'] > 0)).sum())}", number(own["mean"].mean())]
        for name, own in pairs.groupby("a", sort=False)
    ]  # fmt: skip
    heads = ["sampler", "cells", "nearer than random", "farther", "mean difference, powers of ten"]
    return ["Against random search, paired seed by seed (Holm over a cell's samplers, 5 %):", "", *table(heads, rows)]


def rerun(kept: pd.DataFrame, store: Path) -> str:
    """A few of the searches once more: are their losses those that were kept?"""
    again = budgets.run(store, AGAIN, progress=False)
    both = again.merge(kept, on=list(budgets.FIELDS), suffixes=("", "_kept"))
    same = np.isclose(both["loss"], both["loss_kept"], rtol=1e-9, atol=1e-9)
    said = f"Of {len(both):,} of its results searched once more for this page, {int(same.sum()):,} are the same"
    other = both[~same]
    if other.empty:
        return f"{said}."
    most = ((other["loss"] - other["loss_kept"]).abs() / other["regret_kept"]).max()
    return (
        f"{said}; the others ({', '.join(sorted(set(other['sampler'])))}) differ by at most {number(most)} of a regret."
    )


def test_budgets(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """The published example, the kept comparison, and a few of its searches once more."""
    kept, about = budgets.load(), records.about(None, budgets.KIND)
    lines = [
        *example(),
        "",
        f"`hpo-tutor race budgets` searched {', '.join(budgets.FUNCTIONS)} with {kept['seed'].nunique()} seeds, in "
        f"{about['seconds'] / 60:.0f} minutes of a core ({' and '.join(about['machines'])})"
        f"; gp, which takes most of them, searches moved boxes alone. {rerun(kept, tmp_path / 'again.jsonl')}",
        "",
        *comparison(kept),
    ]
    record("budgets", lines, capsys.disabled())
