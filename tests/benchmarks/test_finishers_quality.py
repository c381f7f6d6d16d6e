"""Is the last trial of a sparse grid well spent? The true loss where each optimiser of the surrogate ends."""

import numpy as np
import pandas as pd
import pytest
from benchmarks.results_page import record, table

from hpo_tutor.course.pictures.nb13.descents import BUDGETS, compared, finishers
from hpo_tutor.race.experiments.moved import NAMES
from hpo_tutor.scenes.ticks import number
from hpo_tutor.surrogates.minimisers import MINIMISERS

N_BOXES = {2: 10, 3: 5, 5: 2}  # by d: a grid of five dimensions takes fifteen times as long as one of two


def overall(ends: pd.DataFrame) -> list[str]:
    """Lines on some grids together."""
    rows = [
        [name, f"{100 * own['improved']:.0f} %", f"{own['rank predicted']:.2f}", f"{own['rank true']:.2f}",
         number(own["regret left"]), f"{own['evaluations']:.0f}"]
        for name, own in compared(ends).iterrows()
    ]  # fmt: skip
    heads = ["optimiser", "beats the grid", "mean rank by the surrogate", "mean rank by the loss"]
    return table([*heads, "median regret after / before", "median evaluations"], rows)


def shares(ends: pd.DataFrame) -> list[str]:
    """Lines on how often each beats the grid, by function and dimension, and by the grid's size."""
    ends = ends.assign(better=ends["loss"] < ends["grid"])
    rows = []
    for by in (["function", "n_dims"], ["n_trials"]):
        for key, own in ends.groupby(by):
            said = f"{key[0]}, d = {key[1]}" if len(key) == 2 else f"{key[0]} points"
            means = own.groupby("optimiser")["better"].mean()
            rows.append([said, *(f"{100 * means[name]:.0f} %" for name in MINIMISERS)])
    return table(["", *MINIMISERS], rows)


def test_finishers(capsys: pytest.CaptureFixture[str]) -> None:
    """All optimisers from the best point of the same grids, on boxes that the seed moves."""
    parts = {d: finishers(NAMES, [d], BUDGETS, range(n_boxes)) for d, n_boxes in N_BOXES.items()}
    ends = pd.concat(parts.values(), ignore_index=True)
    assert np.isfinite(ends["loss"]).all()
    boxes = ", ".join(f"{n_boxes} in {d}" for d, n_boxes in N_BOXES.items())
    lines = [
        f"{', '.join(NAMES)} on boxes that the seed moves ({boxes} dimensions), grids of "
        f"{', '.join(map(str, BUDGETS))} points, cubic bumps, gamma = 0.85. Each optimiser sets out from the best "
        "point of the same grid, and its end is tried. Ranks are among the seven, 1 the lowest.",
        "",
    ]
    for d, own in parts.items():
        lines += [f"{d} dimensions, {len(own) // len(MINIMISERS)} grids:", "", *overall(own), ""]
    lines += ["In how many of the cases the end is better than the best point of the grid:", "", *shares(ends)]
    record("finishers", lines, capsys.disabled())
