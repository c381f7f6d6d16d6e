"""A mean, its error, an interval, and what is no set of values."""

import numpy as np
import pytest

from hpo_tutor.race import statistics
from hpo_tutor.race.statistics import INTERVALS, Interval, mean_and_error

DRAWN = np.random.default_rng(0).exponential(size=(3, 4, 12))


def test_the_error_of_three_values_by_hand():
    """Mean of 1, 2, 6 is 3, their variance 7, the error the root of 7/3."""
    mean, error = mean_and_error([1, 2, 6])
    assert (mean, error) == (3.0, pytest.approx((7 / 3) ** 0.5))
    assert type(mean) is type(error) is float


def test_the_error_is_the_spread_of_means():
    """In 20,000 studies of 10 batches, the mean squared error of theirs is the variance of their means."""
    means, errors = mean_and_error(np.random.default_rng(1).exponential(size=(20_000, 10)))
    assert np.mean(errors**2) == pytest.approx(means.var(), rel=0.05)


@pytest.mark.parametrize("name", INTERVALS)
def test_many_studies_at_once_give_what_each_gives_alone(name):
    """Also over two leading axes; a single study gives plain floats."""
    together = INTERVALS[name](DRAWN)
    for place in np.ndindex(3, 4):
        alone = INTERVALS[name](DRAWN[place])
        assert all(type(limit) is float for limit in alone[:3])
        np.testing.assert_allclose(alone[:3], [limit[place] for limit in together[:3]], rtol=1e-12)
        assert alone.method == name


@pytest.mark.parametrize("name", INTERVALS)
def test_intervals_hold_their_mean_and_grow_with_the_level(name):
    """Low, mean, high in this order, wider for 99 % than for 80 %."""
    wide, narrow = INTERVALS[name](DRAWN, level=0.99), INTERVALS[name](DRAWN, level=0.8)
    assert np.all((wide.low < narrow.low) & (narrow.low < narrow.centre))
    assert np.all((narrow.centre < narrow.high) & (narrow.high < wide.high))
    np.testing.assert_allclose(wide.centre, DRAWN.mean(axis=-1))


@pytest.mark.parametrize("name", sorted(set(INTERVALS) - {"exponential", "switched"}))
@pytest.mark.parametrize("value", [0.0, 0.1, 1 / 3])
def test_equal_values_leave_an_interval_of_no_width(name, value):
    """There is no spread to learn from; rounding makes none up."""
    assert INTERVALS[name]([value] * 10)[:3] == (value, value, value)


@pytest.mark.parametrize("name", INTERVALS)
@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([1.0], "at least 2 batches, got 1"),
        (3.0, "at least 2 batches, got 1"),
        ([], "at least 2 batches, got 0"),
        ([1.0, np.nan, 2.0], "1 of 3 are not; leave out the batches that failed"),
        ([1.0, np.inf, np.nan], "2 of 3 are not"),
    ],
)
def test_too_few_batches_and_infinite_values_are_refused(name, values, message):
    """The message says how many there are."""
    with pytest.raises(ValueError, match=message):
        INTERVALS[name](values)


@pytest.mark.parametrize("name", INTERVALS)
@pytest.mark.parametrize("level", [0, 1, 95])
def test_a_level_is_a_share(name, level):
    """Not per cent, and neither never nor always."""
    with pytest.raises(ValueError, match=f"must lie between 0 and 1, such as 0.95 for 95 %; it is {level}"):
        INTERVALS[name]([1.0, 2.0, 3.0], level=level)


def test_what_lies_below_a_floor_is_cut_off():
    """Low and high are raised to it, the mean stays."""
    assert Interval(-0.2, 0.1, 0.6, 0.95, "student").above(0)[:3] == (0.0, 0.1, 0.6)
    several = Interval(np.array([-1.0, 0.5]), np.array([0.2, 1.0]), np.array([0.4, 2.0]), 0.95, "student").above(0)
    np.testing.assert_array_equal(several.low, [0.0, 0.5])
    np.testing.assert_array_equal(several.high, [0.4, 2.0])


def test_all_names_are_offered():
    """As the package's list says."""
    assert all(hasattr(statistics, name) for name in statistics.__all__)
