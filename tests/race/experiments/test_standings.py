"""Medians, ranks and differences of a small table, against numbers by hand."""

import numpy as np
import pandas as pd
import pytest

from hpo_tutor.race.experiments.budgets import COLUMNS
from hpo_tutor.race.experiments.standings import NEAR, differences, scores, standings, summary
from hpo_tutor.race.statistics import paired_differences


def rows_of(regrets, n_trials=10, shifted=True, function="rosenbrock", n_dims=2, deterministic=()):
    """A table of regrets, sampler -> one number a seed; a deterministic sampler has one alone."""
    rows = [
        (function, shifted, n_dims, name, n_trials, seed, n_trials, regret + 1, regret, name in deterministic)
        for name, values in regrets.items()
        for seed, regret in enumerate(values)
    ]
    return pd.DataFrame(rows, columns=[*COLUMNS])


def test_summary_by_hand():
    """Medians, quartiles, mean ranks with shared ranks, and shares of firsts with shared firsts."""
    table = rows_of({"random": [4.0, 1.0, 2.0, 8.0], "sobol": [2.0, 1.0, 3.0, 9.0], "mine": [3.0, 5.0, 1.0, 7.0]})
    found = summary(table).set_index("sampler")
    assert found["n_seeds"].tolist() == [4] * 3
    assert found.loc["random", ["low", "median", "high"]].tolist() == [1.75, 3.0, 5.0]
    assert found["mean_rank"].to_dict() == {"random": 8.5 / 4, "sobol": 8.5 / 4, "mine": 7 / 4}
    assert found["best"].to_dict() == {"random": 0.5 / 4, "sobol": 1.5 / 4, "mine": 2 / 4}


def test_what_is_deterministic_meets_every_seed():
    """Its one number stands against each of the others', and ranks accordingly."""
    table = rows_of({"grid": [2.0], "random": [1.0, 3.0, 4.0]}, shifted=False, deterministic=("grid",))
    assert scores(table)["rosenbrock", False, 2, 10]["grid"].tolist() == [2.0] * 3
    assert summary(table).set_index("sampler")["mean_rank"].to_dict() == {"grid": 4 / 3, "random": 5 / 3}


def test_seeds_that_not_all_have_are_left_out():
    """Pairs stay pairs: seed 2 of random has no partner."""
    table = rows_of({"random": [1.0, 5.0, 9.0], "sobol": [2.0, 4.0]})
    assert {name: list(each) for name, each in scores(table)["rosenbrock", True, 2, 10].items()} == {
        "random": [1.0, 5.0],
        "sobol": [2.0, 4.0],
    }


def test_standings_join_functions_but_never_budgets_or_boxes():
    """Mean ranks and their errors by hand; who lacks a function at a budget is left out before ranks are given."""
    table = pd.concat(
        [
            rows_of({"random": [1.0, 5.0], "sobol": [2.0, 4.0], "gp": [0.0, 0.0]}),
            rows_of({"random": [3.0, 5.0], "sobol": [4.0, 6.0]}, function="rastrigin"),
            rows_of({"random": [3.0, 5.0], "sobol": [2.0, 6.0]}, n_trials=20),
            rows_of({"random": [3.0, 5.0], "sobol": [2.0, 4.0]}, shifted=False),
        ]
    )
    found = standings(table).set_index(["shifted", "n_trials", "sampler"]).sort_index()
    assert found.loc[(True, 10), "mean_rank"].to_dict() == {"random": 1.25, "sobol": 1.75}
    assert found.loc[(True, 10), "error"].to_dict() == pytest.approx({"random": 0.25, "sobol": 0.25})
    assert found.loc[(True, 10), "best"].to_dict() == {"random": 0.75, "sobol": 0.25}
    assert found.loc[(True, 20), "mean_rank"].to_dict() == {"random": 1.5, "sobol": 1.5}
    assert found.loc[(False, 10), "mean_rank"].to_dict() == {"random": 2.0, "sobol": 1.0}


def test_differences_are_those_of_logarithms_seed_by_seed():
    """Against the test of pairs itself; a regret of 0 counts as 1e-9, and the sign is negative where a is better."""
    rng = np.random.default_rng(0)
    random = rng.gamma(2, size=12)
    regrets = {"random": random, "sobol": random / 10, "tpe": np.append(random[:-1] * 2, 0.0)}
    found = differences(rows_of(regrets)).set_index("a")
    assert found.loc["sobol", "mean"] == pytest.approx(-1)
    assert found.loc["sobol", "p_holm"] < 0.05
    logarithms = {name: np.log10(np.maximum(values, NEAR)) for name, values in regrets.items()}
    theirs = paired_differences(logarithms, "random").set_index("a")
    for column in ("mean", "error", "low", "high", "p", "p_holm"):
        assert found[column].to_dict() == pytest.approx(theirs[column].to_dict())
    assert set(found["function"]) == {"rosenbrock"}
    with pytest.raises(ValueError, match="a peer must be one of"):
        differences(rows_of({"sobol": [1.0, 2.0], "tpe": [2.0, 3.0]}))
