"""Means, errors and paired differences, against the same by hand."""

import numpy as np
import pandas as pd
import pytest

from hpo_tutor.race import statistics
from hpo_tutor.race.experiments.summaries import summary


def rows(sampler: str, budget: int, test: np.ndarray, error: np.ndarray, name: str = "mnist-9") -> pd.DataFrame:
    """A method's rows, one a repetition."""
    each = {"experiment": name, "sampler": sampler, "budget": budget, "n_made": budget, "config": "{}"}
    return pd.DataFrame(
        {**each, "repetition": range(len(test)), "validation": test - 0.1, "test": test, "test_error": error}
    )


RNG = np.random.default_rng(3)
DATA = RNG.normal(10, 3, size=8)  # what is hard about a data batch is hard for all
RANDOM, MINE, OTHER = DATA + RNG.normal(0, 0.2, 8), DATA - 1 + RNG.normal(0, 0.2, 8), DATA + RNG.normal(0, 0.2, 8)


def test_means_errors_and_differences_are_those_by_hand():
    """Mean and standard error of each method; of the difference from random search, batch by batch."""
    table = pd.concat(
        [rows("random", 80, RANDOM / 10, RANDOM), rows("gp", 80, MINE / 10, MINE), rows("tpe", 80, OTHER / 10, OTHER)]
    )
    found = summary(table.sample(frac=1, random_state=0)).set_index("sampler")
    for name, errors in (("random", RANDOM), ("gp", MINE), ("tpe", OTHER)):
        assert found.test_error[name] == pytest.approx(errors.mean())
        assert found.test_error_se[name] == pytest.approx(errors.std(ddof=1) / np.sqrt(8))
        assert found.test[name] == pytest.approx(errors.mean() / 10)
        assert found.validation[name] == pytest.approx(errors.mean() / 10 - 0.1)
    difference = MINE - RANDOM
    assert found.difference["gp"] == pytest.approx(difference.mean())
    assert found.difference_se["gp"] == pytest.approx(difference.std(ddof=1) / np.sqrt(8))
    assert found.low["gp"] < difference.mean() < found.high["gp"] < 0
    assert found.p_holm["gp"] < 0.05 < found.p_holm["tpe"]
    # an unpaired comparison drowns in what is hard about the data batches
    assert found.difference_se["gp"] < found.test_error_se["gp"] / 3
    assert np.isnan(found.difference["random"])
    assert found.peer.unique().tolist() == ["random 80"]
    # two questions: the smaller P-value counts twice, the other once
    scores = {"gp": MINE, "random": RANDOM, "tpe": OTHER}
    p = statistics.paired_differences(scores, peer="random").set_index("a").p
    assert found.p_holm["gp"] == pytest.approx(2 * p["gp"])
    assert found.p_holm["tpe"] == pytest.approx(p["tpe"])


def test_each_budget_has_its_own_peer_and_93_the_nearest():
    """Random search of the same budget is the peer; where there is none, that of the nearest."""
    table = pd.concat(
        [
            rows("random", 20, RANDOM + 1, RANDOM + 1),
            rows("random", 80, RANDOM, RANDOM),
            rows("gp", 20, MINE, MINE),
            rows("sparse-grid", 93, MINE, MINE),
        ]
    )
    found = summary(table).set_index(["sampler", "budget"])
    assert found.peer["gp", 20] == "random 20"
    assert found.peer["sparse-grid", 93] == "random 80"
    assert found.difference["gp", 20] == pytest.approx((MINE - RANDOM - 1).mean())
    assert found.difference["sparse-grid", 93] == pytest.approx((MINE - RANDOM).mean())


def test_regression_is_compared_by_its_loss_and_experiments_stay_apart():
    """Without classes the difference is of the loss; another experiment's rows change nothing."""
    nothing = np.full(8, np.nan)
    jets = pd.concat(
        [rows("random", 80, RANDOM, nothing, "regression-2"), rows("gp", 80, MINE, nothing, "regression-2")]
    )
    digits = pd.concat([rows("random", 80, OTHER, OTHER), rows("gp", 80, MINE, MINE)])
    both = summary(pd.concat([digits, jets]))
    assert both.experiment.unique().tolist() == ["regression-2", "mnist-9"]
    pd.testing.assert_frame_equal(both[both.experiment == "regression-2"], summary(jets))
    assert both.difference[0] == pytest.approx((MINE - RANDOM).mean())
    assert both.test_error[:2].isna().all()


def test_repetitions_that_only_some_methods_have_are_not_compared():
    """A run that was stopped in the fifth repetition compares four; means take all that there is."""
    table = pd.concat([rows("random", 80, RANDOM, RANDOM), rows("gp", 80, MINE[:4], MINE[:4])])
    found = summary(table).set_index("sampler")
    assert found.difference["gp"] == pytest.approx((MINE[:4] - RANDOM[:4]).mean())
    assert found.repetitions.to_dict() == {"gp": 4, "random": 8}


def test_one_repetition_has_no_error():
    """A mean is a mean; its error and every difference are unknown rather than 0."""
    table = pd.concat([rows("random", 80, RANDOM[:1], RANDOM[:1]), rows("gp", 80, MINE[:1], MINE[:1])])
    found = summary(table).set_index("sampler")
    assert found.test["gp"] == MINE[0]
    assert found[["test_se", "test_error_se", "difference", "low", "p_holm"]].isna().all(axis=None)
