"""Paired tests keep their level for skewed differences, and for all pairs together."""

import numpy as np
import pytest
from scipy import stats

from hpo_tutor.race.statistics import holm, n_batches_needed, paired_differences
from hpo_tutor.race.statistics.pairs import symmetric_test

SKEWED = {
    "exponentials": lambda rng, size: rng.exponential(size=size) - rng.exponential(size=size),
    "unequal exponentials": lambda rng, size: rng.exponential(size=size) - 0.5 * rng.exponential(size=size) - 0.5,
    "an exponential and a constant": lambda rng, size: rng.exponential(size=size) - 1,
    "gammas": lambda rng, size: rng.gamma(2, size=size) - rng.gamma(0.7, size=size) - 1.3,
}


@pytest.mark.parametrize("kind", SKEWED)
@pytest.mark.parametrize("n_batches", [10, 44])
def test_the_test_holds_its_level_for_skewed_differences(kind, n_batches):
    """At most 7.5 % of 4,000 studies of equal means find a difference at 5 %; Student's t is worse where it errs."""
    values = SKEWED[kind](np.random.default_rng(n_batches), (4000, n_batches))
    ours = np.mean(symmetric_test(values, n_resamples=999)[3] <= 0.05)
    t_test = np.mean(stats.ttest_1samp(values, 0, axis=1).pvalue <= 0.05)
    assert 0.025 <= ours <= 0.075
    assert ours <= max(t_test, 0.055)


def test_what_hangs_on_few_batches_is_too_much_for_the_test():
    """Losses of 0 on four batches in five, against ones that are not: wrong in 15 % of studies, Student's t in 21 %."""
    rng = np.random.default_rng(0)
    rare = np.where(rng.random((4000, 10)) < 0.8, 0, rng.exponential(size=(4000, 10)))
    values = rare - 0.2 * rng.exponential(size=(4000, 10))
    assert np.mean(symmetric_test(values, n_resamples=999)[3] <= 0.05) == pytest.approx(0.15, abs=0.02)
    assert np.mean(stats.ttest_1samp(values, 0, axis=1).pvalue <= 0.05) == pytest.approx(0.21, abs=0.02)


@pytest.mark.parametrize("n_batches", [10, 44])
@pytest.mark.parametrize("shape", [0.7, 1.0])
def test_six_equal_samplers_are_told_apart_in_few_studies(n_batches, shape):
    """Any of the 15 pairs below 0.05 after Holm's correction: in at most 5 % of studies. Without it: in far more."""
    studies = np.random.default_rng(1).gamma(shape, size=(400, 6, n_batches))
    first, second = np.triu_indices(6, 1)
    p = symmetric_test(studies[:, first] - studies[:, second], n_resamples=1999)[3]
    family = np.mean([np.any(holm(row) <= 0.05) for row in p])
    assert family <= 0.05
    assert np.mean(np.any(p <= 0.05, axis=1)) > 4 * 0.05


def test_the_table_asks_what_the_test_answers():
    """A row a pair, in the order of entry; means and errors by hand; p_holm from all p of the table."""
    rng = np.random.default_rng(2)
    scores = {"grid": rng.exponential(size=10), "random": rng.exponential(size=10), "lhs": rng.exponential(size=10) - 1}
    table = paired_differences(scores)
    assert list(zip(table["a"], table["b"], strict=True)) == [("grid", "random"), ("grid", "lhs"), ("random", "lhs")]
    for _, row in table.iterrows():
        differences = scores[row["a"]] - scores[row["b"]]
        assert row["mean"] == pytest.approx(differences.mean())
        assert row["error"] == pytest.approx(stats.sem(differences))
        assert row["low"] < row["mean"] < row["high"]
    np.testing.assert_allclose(table["p_holm"], holm(table["p"]))


def test_interval_and_p_value_say_the_same():
    """Zero lies outside the 95 % interval where p is at most 0.05, and inside where it is larger."""
    rng = np.random.default_rng(3)
    shifted = rng.gamma(1.5, size=(60, 12)) - np.linspace(0.5, 2.5, 60)[:, None]
    _, low, high, p = symmetric_test(shifted, n_resamples=1999)
    np.testing.assert_array_equal((low > 0) | (high < 0), p <= 0.05)
    assert 5 < np.sum(p <= 0.05) < 55


def test_a_peer_is_compared_with_everybody_else():
    """Fewer questions, so that Holm multiplies by less."""
    rng = np.random.default_rng(4)
    scores = {name: rng.exponential(size=12) + 0.3 * k for k, name in enumerate("abcd")}
    table = paired_differences(scores, peer="b")
    assert list(table["a"]) == ["a", "c", "d"]
    assert set(table["b"]) == {"b"}
    every = paired_differences(scores).set_index(["a", "b"])
    turned = table.set_index(["a", "b"]).loc[("c", "b")]
    assert turned["mean"] == pytest.approx(-every.loc[("b", "c"), "mean"])
    assert turned["p"] == pytest.approx(every.loc[("b", "c"), "p"])
    assert turned["p_holm"] <= every.loc[("b", "c"), "p_holm"]


def test_what_all_share_cancels():
    """Hard and easy batches change no difference; unpaired, they would hide it."""
    rng = np.random.default_rng(5)
    hard = 100 * rng.exponential(size=10)
    noise = {"a": rng.normal(0, 0.1, 10), "b": rng.normal(0.5, 0.1, 10)}
    table = paired_differences({name: hard + values for name, values in noise.items()})
    assert table.loc[0, "p"] < 0.01
    assert stats.ttest_ind(hard + noise["a"], hard + noise["b"]).pvalue > 0.5


def test_equal_scores_differ_by_nothing():
    """All differences 0: p is 1. Always better by the same: no spread, and the least p there is."""
    base = np.linspace(1, 2, 10)
    table = paired_differences({"a": base, "b": base.copy(), "c": base + 0.5}, n_resamples=999).set_index(["a", "b"])
    assert tuple(table.loc[("a", "b"), ["mean", "low", "high", "p", "p_holm"]]) == (0, 0, 0, 1, 1)
    assert table.loc[("a", "c"), "p"] == pytest.approx(1 / 1000)
    assert tuple(table.loc[("a", "c"), ["low", "high"]]) == pytest.approx((-0.5, -0.5))


@pytest.mark.parametrize("n_batches", [2, 3])
@pytest.mark.parametrize("step", [1.0, 1e-9, 0.0])
def test_two_or_three_batches_prove_nothing(n_batches, step):
    """However large the differences, and however equal: one resample in 2 or in 9 is one batch alone."""
    table = paired_differences({"a": np.zeros(n_batches), "b": step * np.arange(n_batches) + 100.0})
    assert table.loc[0, "p"] > 0.05
    if step == 0:
        assert table.loc[0, "p"] == pytest.approx(n_batches ** (1 - n_batches), abs=0.02)
    assert (table.loc[0, "low"], table.loc[0, "high"]) == (-np.inf, np.inf)


def test_holm_by_hand():
    """Four P-values: the smallest times 4, then 3, 2, 1, none below the one before it, none above 1."""
    np.testing.assert_allclose(holm([0.01, 0.04, 0.03, 0.005]), [0.03, 0.06, 0.06, 0.02])
    np.testing.assert_allclose(holm([0.5, 0.6]), [1, 1])
    np.testing.assert_allclose(holm([0.04]), [0.04])
    with pytest.raises(ValueError, match="P-values must lie between 0 and 1"):
        holm([0.5, 1.5])


@pytest.mark.parametrize(("ratio", "published"), [(0.2, 199), (0.5, 34), (0.8, 15)])
def test_batches_needed_are_those_of_the_tables(ratio, published):
    """Paired t-test, 5 %, power 0.8: Cohen's small, medium and large effect, as G*Power has them."""
    spread = np.array([-1.0, 1.0]) / 2**0.5  # std 1 with ddof=1
    assert n_batches_needed(spread + ratio, [0, 0]) == published
    assert n_batches_needed([0, 0], spread + ratio) == published


@pytest.mark.parametrize("level", [0.5, 0.95, 1 - 1e-7, 1 - 1e-9])
@pytest.mark.parametrize("ratio", [0.2, 1.0, 5.0])
def test_batches_needed_are_the_fewest_at_any_level(level, ratio):
    """So many have the power, by the noncentral t distribution, and one fewer does not."""
    n = n_batches_needed(np.array([-1.0, 1.0]) / 2**0.5 + ratio, [0, 0], level=level)

    def power(n):
        return stats.nct.sf(stats.t.isf((1 - level) / 2, n - 1), n - 1, ratio * n**0.5)

    assert power(n) >= 0.8
    assert n == 2 or power(n - 1) < 0.8


def test_batches_needed_reach_the_power_in_simulation():
    """80 % of studies of so many batches find the difference, and fewer of half as many."""
    rng = np.random.default_rng(6)
    n = n_batches_needed(np.array([-1.0, 1.0]) / 2**0.5 + 0.6, [0, 0])

    def power(n_batches):
        return np.mean(stats.ttest_1samp(rng.normal(0.6, 1, (4000, n_batches)), 0, axis=1).pvalue <= 0.05)

    assert power(n) == pytest.approx(0.81, abs=0.03)
    assert power(n // 2) < 0.6


def test_what_cannot_be_compared_is_refused():
    """Each message says what to mend."""
    with pytest.raises(ValueError, match="at least two samplers, got a"):
        paired_differences({"a": [1, 2]})
    with pytest.raises(ValueError, match="at least two samplers, got none"):
        paired_differences({})
    with pytest.raises(ValueError, match=r"a \(2,\), b \(3,\)"):
        paired_differences({"a": [1, 2], "b": [1, 2, 3]})
    with pytest.raises(ValueError, match="one of a, b; it is 'c'"):
        paired_differences({"a": [1, 2], "b": [1, 3]}, peer="c")
    with pytest.raises(ValueError, match="leave out the batches that failed"):
        paired_differences({"a": [1, np.nan], "b": [1, 3]})
    with pytest.raises(ValueError, match="a mean and a spread other than 0, they are 0, 0"):
        n_batches_needed([1, 2], [1, 2])
    with pytest.raises(ValueError, match="a mean and a spread other than 0"):  # but for rounding, all differ by 0.1
        n_batches_needed([1.1, 2.1, 7.3], [1.0, 2.0, 7.2])
    with pytest.raises(ValueError, match="a power must lie between 0 and 1"):
        n_batches_needed([1, 2], [1, 3], power=80)
