"""Intervals by formula, against tables, scipy and simulation."""

import numpy as np
import pytest
from scipy import stats

from hpo_tutor.race.statistics import (
    coverage,
    exponential_fit,
    exponential_interval,
    gaussian_interval,
    student_interval,
    switched_interval,
)

VALUES = np.random.default_rng(3).exponential(size=10)


def test_gaussian_limits_lie_196_errors_away():
    """The factor of every table."""
    found = gaussian_interval(VALUES)
    reach = 1.959964 * VALUES.std(ddof=1) / 10**0.5
    assert found.high - found.centre == found.centre - found.low == pytest.approx(reach)


def test_student_limits_are_scipys():
    """Of ``ttest_1samp``, which has an interval of its own."""
    peer = stats.ttest_1samp(VALUES, 0).confidence_interval(0.95)
    found = student_interval(VALUES)
    assert (found.low, found.high) == pytest.approx((peer.low, peer.high))


def test_exponential_limits_have_the_tail_they_promise():
    """Were the true mean the upper limit, a mean so small would be seen in 2.5 % of studies; the lower likewise."""
    found = exponential_interval(VALUES)
    means = np.random.default_rng(4).exponential(size=(100_000, 10)).mean(axis=1)
    assert np.mean(means * found.high <= found.centre) == pytest.approx(0.025, abs=0.002)
    assert np.mean(means * found.low >= found.centre) == pytest.approx(0.025, abs=0.002)


@pytest.mark.parametrize("n_batches", [2, 10, 44])
def test_the_exponential_interval_is_exact_for_exponential_values(n_batches):
    """95 % of 10,000 studies, also with two batches."""
    found = coverage("exponential", "exponential", n_batches, 10_000)
    assert found.share == pytest.approx(0.95, abs=4 * found.error)


def test_the_switch_takes_one_interval_or_the_other():
    """Exponential values keep theirs; values that crowd around 1 get the Gaussian one; the cut decides."""
    for values in (VALUES, np.linspace(0.9, 1.1, 10)):
        kept = exponential_fit(values).p_value >= 0.05
        expected = exponential_interval(values) if kept else gaussian_interval(values)
        assert switched_interval(values)[:3] == pytest.approx(expected[:3])
        assert switched_interval(values, cut=0.0)[:3] == pytest.approx(exponential_interval(values)[:3])
        assert switched_interval(values, cut=1.1)[:3] == pytest.approx(gaussian_interval(values)[:3])
    assert switched_interval(VALUES).low != pytest.approx(gaussian_interval(VALUES).low)
    assert switched_interval(np.linspace(0.9, 1.1, 10)).low == pytest.approx(
        gaussian_interval(np.linspace(0.9, 1.1, 10)).low
    )


@pytest.mark.parametrize(("n_batches", "within"), [(10, 0.1), (44, 0.03)])
def test_the_two_errors_of_an_exponential_nearly_agree(n_batches, within):
    """Mean / sqrt(B) and std / sqrt(B): over many studies their ratio averages to about 1; a switch changes little."""
    values = np.random.default_rng(5).exponential(size=(20_000, n_batches))
    ratio = values.std(axis=1, ddof=1) / values.mean(axis=1)
    assert ratio.mean() == pytest.approx(1, abs=within)


def test_negative_values_are_no_exponential():
    """The message names the smallest."""
    for function in (exponential_interval, switched_interval, exponential_fit):
        with pytest.raises(ValueError, match=r"has no negative values, the smallest here is -0\.5"):
            function([1.0, -0.5, 2.0])
