"""Bootstrap intervals against all resamples that there are, written out."""

from itertools import product

import numpy as np
import pytest

from hpo_tutor.race.statistics import INTERVALS, bootstrap_t_interval, percentile_interval

FIVE = np.array([0.1, 0.4, 0.9, 2.0, 5.0])
MANY = 200_000


def all_resamples(values):
    """Every way of drawing B of B values, each as probable as the other."""
    return np.array(list(product(values, repeat=len(values))))


def quantile(values, share):
    """The smallest value that this share does not exceed, infinite ones included."""
    return np.sort(values)[int(np.ceil(share * len(values))) - 1]


def test_bootstrap_t_learns_the_distribution_of_t():
    """From all 3,125 resamples of five values, those of a single value infinite."""
    drawn = all_resamples(FIVE)
    shifts, errors = drawn.mean(axis=1) - FIVE.mean(), drawn.std(axis=1, ddof=1) / 5**0.5
    alike = np.ptp(drawn, axis=1) == 0
    t = np.where(alike, np.copysign(np.inf, shifts), shifts / np.where(alike, 1, errors))
    error = FIVE.std(ddof=1) / 5**0.5
    found = bootstrap_t_interval(FIVE, level=0.9, n_resamples=MANY)
    assert found.low == pytest.approx(FIVE.mean() - error * quantile(t, 0.95), abs=0.02)
    # t jumps from one resample to the next here: the limit lies between neighbouring quantiles
    upper = [FIVE.mean() - error * quantile(t, share) for share in (0.052, 0.048)]
    assert upper[0] - 1e-9 <= found.high <= upper[1] + 1e-9


def test_percentile_limits_are_quantiles_of_the_means():
    """Of all resamples of five values."""
    means = all_resamples(FIVE).mean(axis=1)
    found = percentile_interval(FIVE, n_resamples=20_000)
    assert found.low == pytest.approx(np.quantile(means, 0.025), abs=0.03)
    assert found.high == pytest.approx(np.quantile(means, 0.975), abs=0.03)


def test_bootstrap_t_is_longer_on_the_long_side():
    """For a skewed sample the upper limit is farther from the mean than the lower, by more than percentile has it."""
    values = np.random.default_rng(0).exponential(size=10)
    ours, plain = bootstrap_t_interval(values), percentile_interval(values)
    assert ours.high - ours.centre > 1.5 * (ours.centre - ours.low)
    assert ours.high > plain.high
    assert ours.high - ours.low > plain.high - plain.low


@pytest.mark.parametrize(("n_batches", "finite"), [(2, False), (3, False), (4, True), (5, True), (10, True)])
def test_two_or_three_batches_say_nothing(n_batches, finite):
    """One resample in 2 or in 9 holds one value only, more than the 5 % at stake; of four batches one in 64."""
    found = bootstrap_t_interval(FIVE[:n_batches] if n_batches < 6 else np.tile(FIVE, 2) ** 2)
    assert np.isfinite([found.low, found.high]).all() == finite


def test_exact_zeros_are_values_like_others():
    """Half of ten batches at zero are no obstacle; with nine, 35 % of resamples are all zero: no upper limit."""
    some, nearly_all = np.repeat([0.0, 1.0], 5), np.repeat([0.0, 1.0], [9, 1])
    assert np.isfinite(bootstrap_t_interval(some)[:3]).all()
    found = bootstrap_t_interval(nearly_all)
    assert np.isfinite(found.low)
    assert found.high == np.inf
    assert found.above(0).low == 0.0


def test_intervals_keep_shape_when_units_change():
    """In other units, and shifted by a large offset, limits are the same up to rounding."""
    values = np.random.default_rng(1).gamma(0.7, size=10)
    for name in ("percentile", "bca", "bootstrap-t"):
        plain, moved = INTERVALS[name](values), INTERVALS[name](1000 * values + 1e6)
        np.testing.assert_allclose([(limit - 1e6) / 1000 for limit in moved[:3]], plain[:3], rtol=1e-6, atol=1e-6)


def test_seeds_repeat_and_differ():
    """The same seed gives the same limits, another slightly different ones."""
    values = np.random.default_rng(2).exponential(size=20)
    for name in ("percentile", "bca", "bootstrap-t"):
        one, again, other = (INTERVALS[name](values, seed=seed) for seed in (1, 1, 2))
        assert one == again
        assert one != other
        assert one.high == pytest.approx(other.high, rel=0.1)


def test_too_few_resamples_are_refused():
    """The message says how many a level needs."""
    assert np.isfinite(bootstrap_t_interval(FIVE, n_resamples=39).centre)
    with pytest.raises(ValueError, match=r"a level of 0.95 needs at least 39 resamples, got 38"):
        bootstrap_t_interval(FIVE, n_resamples=38)


def test_equal_rows_beside_others_do_no_harm():
    """One study of equal values among others: no warning, no nan."""
    values = np.array([[0.3] * 10, [*np.linspace(0, 1, 10)]])
    with np.errstate(all="raise"):
        for name in ("percentile", "bca", "bootstrap-t"):
            found = INTERVALS[name](values)
            assert found.low[0] == found.high[0] == 0.3
            assert np.isfinite(found.low[1])
            assert np.isfinite(found.high[1])
