"""Race: curves, quartiles and differences, against numpy and by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from hpo_tutor.race import Race
from hpo_tutor.race.results import quartiles
from hpo_tutor.trials import History, Trial

NAN = float("nan")


def race_of(scores, optimum=0.0, n_trials=3):
    """A race whose scores are given: sampler -> one list a seed."""
    rows = [
        {"sampler": name, "seed": seed, "trial": i, "loss": x, "incumbent": x, "score": x, "regret": x - optimum}
        for name, searches in scores.items()
        for seed, search in enumerate(searches)
        for i, x in enumerate(search)
    ]
    histories = {
        (name, seed): History([Trial(i, {}, losses=(x,), state="complete") for i, x in enumerate(search)])
        for name, searches in scores.items()
        for seed, search in enumerate(searches)
    }
    n_seeds = len(next(iter(scores.values())))
    return Race(pd.DataFrame(rows), tuple(scores), tuple(range(n_seeds)), n_trials, "loss", histories)


RACE = race_of({"a": [[5, 3, 2], [4, 4, 1], [9, 9, 8]], "b": [[6], [3, 2], [7, 7, 7]]}, optimum=1.0)


def test_curves_carry_the_last_value_on():
    """A search that ended early keeps its last value; others are as in the table."""
    curves = RACE.curves("score")
    np.testing.assert_array_equal(curves["a"], [[5, 3, 2], [4, 4, 1], [9, 9, 8]])
    np.testing.assert_array_equal(curves["b"], [[6, 6, 6], [3, 2, 2], [7, 7, 7]])
    np.testing.assert_array_equal(RACE.curves()["b"], curves["b"] - 1)
    with pytest.raises(ValueError, match="must be one of incumbent, score, regret; it is 'loss'"):
        RACE.curves("loss")


def test_medians_and_quartiles_of_the_last_trial():
    """By hand: the final scores of a are 2, 1 and 8, of b 6, 2 and 7."""
    assert dict(RACE.median_score) == {"a": 2, "b": 6}
    assert dict(RACE.median_regret) == {"a": 1, "b": 5}
    assert list(RACE.quartiles("score").loc["a"]) == [1.5, 2, 5]
    np.testing.assert_array_equal(RACE.bands("score")["a"], [[4.5, 3.5, 1.5], [5, 4, 2], [7, 6.5, 5]])


def test_differences_are_paired_by_seed():
    """2 - 6, 1 - 2 and 8 - 7: negative where a is better; an unknown sampler is named."""
    np.testing.assert_array_equal(RACE.differences("a", "b"), [-4, -1, 1])
    np.testing.assert_array_equal(RACE.differences("b", "a"), [4, 1, -1])
    with pytest.raises(ValueError, match=r"must have taken part \(a, b\); 'c' did not"):
        RACE.differences("a", "c")


def test_failing_is_infinitely_bad_and_never_an_advantage():
    """A seed without success counts as infinity in the median, not as missing."""
    race = race_of({"a": [[NAN, NAN, NAN], [NAN, 2, 2], [NAN, NAN, 4], [1, 1, 1], [1, 1, 1]]})
    np.testing.assert_array_equal(race.bands("score")["a"][1], [np.inf, 2, 2])
    assert race.median_score["a"] == 2
    assert race.quartiles("score").loc["a", "upper quartile"] == 4


@settings(deadline=None)
@given(hnp.arrays(np.float64, st.tuples(st.integers(1, 12), st.integers(1, 4)), elements=st.floats(-1e3, 1e3)))
def test_quartiles_are_numpys(values):
    """On finite numbers they are numpy's linear quantiles."""
    np.testing.assert_allclose(quartiles(values), np.quantile(values, [0.25, 0.5, 0.75], axis=0), atol=1e-9)


@settings(deadline=None)
@given(st.lists(st.floats(0, 10) | st.just(np.inf), min_size=1, max_size=12))
def test_quartiles_with_infinities_are_never_nan(values):
    """Infinity is a number like others; the quartiles stay in order."""
    low, middle, high = quartiles(values)
    assert low <= middle <= high
