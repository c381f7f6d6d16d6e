"""The Parzen estimator against scipy's, against hyperopt's, and against itself."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from hpo_tutor.surrogates import ParzenEstimator

X = np.linspace(-3, 3, 61)
inside = st.floats(-1, 3).filter(lambda x: x != 1)  # at 1 a place would tie with the prior
places_inside = st.lists(inside, max_size=24)


def test_of_one_width_it_is_scipys_kernel_density():
    """Without bounds and at equal width, it is scipy.stats.gaussian_kde."""
    places = np.random.default_rng(0).normal(size=12)
    peer = stats.gaussian_kde(places, bw_method=0.4)
    width = float(np.sqrt(peer.covariance[0, 0]))
    np.testing.assert_allclose(ParzenEstimator(places, width).density(X), peer(X))
    weights = np.arange(1, 13)
    peer = stats.gaussian_kde(places, bw_method=lambda _: 1.0, weights=weights)
    width = float(np.sqrt(peer.covariance[0, 0]))
    np.testing.assert_allclose(ParzenEstimator(places, width, weights).density(X), peer(X))


@settings(deadline=None)  # the first example loads hyperopt
@given(places_inside)
def test_with_a_prior_it_is_hyperopts_mixture(places):
    """Widths, weights and the density inside the bounds are hyperopt's own, for up to 24 values."""
    from hyperopt.tpe import GMM1_lpdf, adaptive_parzen_normal

    low, high = -1.0, 3.0
    ours = ParzenEstimator.with_prior(places, low, high, prior_weight=0.7)
    weights, means, widths = adaptive_parzen_normal(places, 0.7, (low + high) / 2, high - low)
    np.testing.assert_allclose(ours.places, means)
    np.testing.assert_allclose(ours.weights, weights)
    np.testing.assert_allclose(ours.widths, widths)
    x = np.linspace(low, high, 41)
    np.testing.assert_allclose(ours.density(x), np.exp(GMM1_lpdf(x, weights, means, widths, low, high)))


def test_older_places_may_count_less():
    """With hyperopt's weights for 60 values, the oldest of which hardly count, it is again hyperopt's."""
    from hyperopt.tpe import adaptive_parzen_normal, linear_forgetting_weights

    places = np.random.default_rng(1).random(60)
    ours = ParzenEstimator.with_prior(places, 0, 1, weights=linear_forgetting_weights(60, 25))
    weights, means, widths = adaptive_parzen_normal(places, 1.0, 0.5, 1.0)
    np.testing.assert_allclose(ours.places, means)
    np.testing.assert_allclose(ours.weights, weights)
    np.testing.assert_allclose(ours.widths, widths)


@pytest.mark.parametrize(("low", "high"), [(-np.inf, np.inf), (0.0, 1.0), (0.5, np.inf)])
def test_it_counts_for_one(low, high):
    """The density inside the bounds integrates to 1, and outside it is 0."""
    estimator = ParzenEstimator([0.1, 0.6, 0.9], [0.05, 0.3, 0.2], [1, 2, 3], low, high)
    x = np.linspace(max(low, -5), min(high, 5), 20_001)
    assert np.trapezoid(estimator.density(x), x) == pytest.approx(1, abs=1e-4)
    outside = [low - 0.1, high + 0.1]
    np.testing.assert_array_equal(estimator.density(outside), 0)


def test_draws_lie_as_the_density_says():
    """20,000 draws follow the distribution function, the numerical integral of the density."""
    estimator = ParzenEstimator.with_prior([0.05, 0.1, 0.7], 0.0, 1.0)
    x = np.linspace(0, 1, 4001)
    reached = np.concatenate([[0], np.cumsum((estimator.density(x)[1:] + estimator.density(x)[:-1]) / 2 * x[1])])
    drawn = estimator.draw(20_000, np.random.default_rng(0))
    assert drawn.shape == (20_000,)
    assert stats.kstest(drawn, lambda value: np.interp(value, x, reached)).pvalue > 0.01


def test_windows_add_up():
    """Each row is one window's share; its integral is the window's weight where nothing is cut off."""
    estimator = ParzenEstimator([-1, 0.5], 0.3, [1, 3])
    x = np.linspace(-5, 5, 4001)
    np.testing.assert_allclose(estimator.windows(x).sum(axis=0), estimator.density(x))
    np.testing.assert_allclose(np.trapezoid(estimator.windows(x), x), [0.25, 0.75])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([], 1.0), "at least one"),
        (([[0.0, 1.0]], 1.0), "a list of places"),
        (([0.0], 0.0), "every width must be positive"),
        (([0.0], np.nan), "every width must be positive"),
        (([0.0, 1.0], [1.0]), "widths must be one number or one for each of 2"),
        (([0.0, 1.0], 1.0, [1.0, -1.0]), "weights must not be negative"),
        (([0.0, 1.0], 1.0, [0.0, 0.0]), "one must be positive"),
        (([0.0, 1.0], 1.0, [1.0, 1.0, 1.0]), "weights must be one number or one for each of 2"),
        (([0.0], 1.0, None, 2.0, 1.0), "low must be less than high"),
        (([0.0, np.nan], 1.0), "every place must be a finite number"),
        (([0.0], np.inf), "every width must be positive and finite"),
        (([100.0], 0.1, None, 0.0, 1.0), r"windows must reach between the bounds, 0.0 and 1.0; got places \[100.\]"),
    ],
)
def test_what_makes_no_density_is_refused(arguments, message):
    """The message says the rule."""
    with pytest.raises(ValueError, match=message):
        ParzenEstimator(*arguments)


def test_a_prior_needs_bounds_and_a_weight_for_each_place():
    """An endless range has no middle, and weights are as many as places."""
    with pytest.raises(ValueError, match="two finite bounds, low less than high, got low=0 and high=inf"):
        ParzenEstimator.with_prior([0.5], 0, np.inf)
    with pytest.raises(ValueError, match="weights must be one number or one for each of 2 places"):
        ParzenEstimator.with_prior([0.3, 0.4], 0, 1, weights=[1.0])
