"""The exponential fit: its P-values are uniform where it is true, and how little they see where it is not."""

from itertools import pairwise

import numpy as np
import pytest
from scipy import stats

from hpo_tutor.race.statistics import exponential_fit, switched_interval
from hpo_tutor.race.statistics.exponentials import p_values

WIDE_GAUSSIAN = stats.truncnorm(-1, np.inf, loc=1, scale=1)
GAUSSIAN = stats.truncnorm(-2, np.inf, loc=1, scale=0.5)


def kept(truth, n_batches, n_studies=4000):
    """Share of studies whose P-value does not fall below the cut of 0.05."""
    values = truth.rvs(size=(n_studies, n_batches), random_state=np.random.default_rng(n_batches))
    return float(np.mean(p_values(values) >= 0.05))


def test_the_test_changes_where_three_bins_are_possible():
    """Five expected in each bin and two numbers fitted: 14 batches leave no degree of freedom, 15 leave one."""
    drawn = np.random.default_rng(0).exponential(size=500)
    for n_batches, test, n_bins in [
        (2, "Anderson-Darling", 0),
        (10, "Anderson-Darling", 0),
        (14, "Anderson-Darling", 0),
        (15, "chi-square", 3),
        (44, "chi-square", 8),
        (500, "chi-square", 24),
    ]:
        fit = exponential_fit(drawn[:n_batches])
        assert (fit.test, fit.n_bins, fit.degrees_of_freedom) == (test, n_bins, max(n_bins - 2, 0))
        assert len(fit.counts) == len(fit.expected) == n_bins
        assert fit.scale == pytest.approx(drawn[:n_batches].mean())
        if n_bins:
            assert sum(fit.counts) == pytest.approx(sum(fit.expected)) == n_batches
            assert min(fit.expected) >= 5


def test_chi_square_is_scipys_on_bins_of_equal_probability():
    """Edges by scipy's exponential, counts by numpy's histogram."""
    values = np.random.default_rng(1).gamma(2, size=44)
    fit = exponential_fit(values)
    edges = stats.expon(scale=values.mean()).ppf(np.linspace(0, 1, fit.n_bins + 1))
    counts = np.histogram(values, edges)[0]
    assert fit.counts == tuple(counts)
    assert fit.p_value == pytest.approx(stats.chisquare(counts, ddof=1).pvalue)


@pytest.mark.parametrize("shape", [0.5, 1.0, 3.0])
def test_anderson_darling_is_scipys(shape):
    """P-values of ``goodness_of_fit`` with unknown scale, which simulates on its own."""
    values = np.random.default_rng(2).gamma(shape, size=10)
    peer = stats.goodness_of_fit(
        stats.expon, values, known_params={"loc": 0}, statistic="ad", n_mc_samples=2000, rng=np.random.default_rng(0)
    )
    assert exponential_fit(values).p_value == pytest.approx(peer.pvalue, abs=4 * 0.5 / 2000**0.5)


@pytest.mark.parametrize("n_batches", [5, 10, 14, 15, 44, 200])
def test_exponential_values_are_rejected_at_the_cut(n_batches):
    """5 % of 4,000 studies; the chi-square a little more, because the scale was fitted to the values."""
    assert 0.93 <= kept(stats.expon(), n_batches) <= 0.96


def test_at_ten_batches_the_fit_sees_little():
    """A Gaussian of mean 1 and std 1 that is cut at 0 passes as exponential in about 70 % of studies of ten batches.

    One of std 0.5 in about 30 %; log-normal values in about 90 %. A P-value above the cut proves nothing.
    """
    assert kept(WIDE_GAUSSIAN, 10) == pytest.approx(0.73, abs=0.03)
    assert kept(GAUSSIAN, 10) == pytest.approx(0.30, abs=0.03)
    assert kept(stats.lognorm(1), 10) > 0.88


def test_the_power_grows_with_the_batches():
    """What is no exponential is kept less and less often, and hardly ever with 200 batches."""
    for truth in (WIDE_GAUSSIAN, stats.gamma(2)):
        shares = [kept(truth, n_batches, 1000) for n_batches in (20, 44, 100, 200)]
        assert all(after < before for before, after in pairwise(shares))
        assert shares[-1] < 0.02


def test_an_exact_zero_is_no_exponential_at_ten_batches():
    """The smallest P-value there is; chi-square, with more batches, only sees a fuller first bin."""
    drawn = np.random.default_rng(3).exponential(size=44)
    assert exponential_fit(drawn[:10]).p_value > 0.05
    assert exponential_fit([0.0, *drawn[1:10]]).p_value == pytest.approx(1 / 20_001)
    assert exponential_fit([0.0, *drawn[1:]]).p_value > 0.01
    assert switched_interval([0.0, *drawn[1:10]]).low < switched_interval(drawn[:10]).low


def test_zeros_alone_and_several_sets_are_refused():
    """The message says what that means."""
    with pytest.raises(ValueError, match="all are 0: this sampler was the best in every batch"):
        exponential_fit([0.0, 0.0, 0.0])
    with pytest.raises(ValueError, match=r"one set of values \(B,\), these have the shape \(2, 3\)"):
        exponential_fit(np.ones((2, 3)))


def test_the_scale_of_values_does_not_matter():
    """The same values in other units have the same P-value."""
    for n_batches in (10, 44):
        values = np.random.default_rng(6).gamma(0.7, size=n_batches)
        assert exponential_fit(1e6 * values).p_value == pytest.approx(exponential_fit(values).p_value)
