"""Each acquisition function is what simulation says it is, right in its limits too, and larger is better."""

import math

import numpy as np
import pytest
from scipy.integrate import quad

from hpo_tutor.acquisition import (
    expected_improvement,
    log_expected_improvement,
    log_gain,
    log_probability_of_improvement,
    lower_confidence_bound,
    plug_in_incumbent,
    probability_of_improvement,
    thompson_sampling,
)

N = 200_000
CASES = [(0.2, 0.5, 0.1), (0.0, 1.0, 0.0), (-1.0, 0.3, 0.5), (3.0, 2.0, 1.0)]
UNCERTAIN = (expected_improvement, probability_of_improvement, lower_confidence_bound, log_expected_improvement)


def losses(mean, std):
    """What a candidate's loss may be, many times over."""
    return np.random.default_rng(0).normal(mean, std, size=N)


@pytest.mark.parametrize(("mean", "std", "best"), CASES)
def test_expected_improvement_matches_simulation(mean, std, best):
    """The closed form lies within four standard errors of the mean gain, and so does its logarithm."""
    gains = np.maximum(best - losses(mean, std), 0)
    error = 4 * gains.std() / math.sqrt(N)
    assert expected_improvement([mean], [std], best)[0] == pytest.approx(gains.mean(), abs=error)
    assert math.exp(log_expected_improvement([mean], [std], best)[0]) == pytest.approx(gains.mean(), abs=error)


@pytest.mark.parametrize(("mean", "std", "best"), CASES)
def test_probability_of_improvement_matches_simulation(mean, std, best):
    """The closed form lies within four standard errors of the share of improvements, and so does its logarithm."""
    share = (losses(mean, std) < best).mean()
    error = 4 * (math.sqrt(share * (1 - share)) + 1 / math.sqrt(N)) / math.sqrt(N)  # of N sure ones none may be seen
    assert probability_of_improvement([mean], [std], best)[0] == pytest.approx(share, abs=error)
    assert math.exp(log_probability_of_improvement([mean], [std], best)[0]) == pytest.approx(share, abs=error)


@pytest.mark.parametrize(("mean", "std", "best"), CASES)
def test_the_confidence_bound_is_a_quantile(mean, std, best):
    """Two standard deviations below the mean: 2.275 % of the losses lie lower."""
    bound = -lower_confidence_bound([mean], [std], kappa=2.0)[0]
    share = (losses(mean, std) < bound).mean()
    assert share == pytest.approx(0.0227501, abs=4 * math.sqrt(0.0228 * 0.9772 / N))


def test_what_is_certain_gains_its_own_distance():
    """At std = 0 the expected improvement is max(best - mean, 0), the probability 0 or 1, the bound the mean."""
    mean, std = np.array([-1.0, 0.5, 2.0]), np.zeros(3)
    np.testing.assert_array_equal(expected_improvement(mean, std, best=0.5), [1.5, 0, 0])
    np.testing.assert_array_equal(log_expected_improvement(mean, std, best=0.5), [math.log(1.5), -math.inf, -math.inf])
    np.testing.assert_array_equal(probability_of_improvement(mean, std, best=0.5), [1, 0, 0])
    np.testing.assert_array_equal(log_probability_of_improvement(mean, std, best=0.5), [0, -math.inf, -math.inf])
    np.testing.assert_array_equal(lower_confidence_bound(mean, std), -mean)


def test_expected_improvement_is_continuous_at_certainty():
    """A standard deviation that goes to 0 leads to the value at 0, from above and below the incumbent."""
    for mean in (-1.0, 0.0, 1.0):
        assert expected_improvement([mean], [1e-12], 0.0)[0] == pytest.approx(max(-mean, 0), abs=1e-11)


def test_far_above_and_far_below_the_incumbent():
    """A hopeless candidate gains nothing, a sure one its whole distance; nothing is nan or negative."""
    gains = expected_improvement([50.0, -50.0], [1.0, 1.0], 0.0)
    assert gains[0] == 0
    assert gains[1] == pytest.approx(50)
    np.testing.assert_allclose(probability_of_improvement([50.0, -50.0], [1.0, 1.0], 0.0), [0, 1], atol=1e-300)
    assert (expected_improvement(np.linspace(0, 60, 1000), np.ones(1000), 0.0) >= 0).all()


@pytest.mark.parametrize("z", [3.0, 0.0, -0.99, -1.01, -5.0, -40.0, -999.0, -2e5, -1e8])
def test_the_logarithm_is_right_where_the_improvement_itself_is_too_small(z):
    """Against numerical integration of z's gain, pdf(z) times the integral of t exp(z t - t^2 / 2) over t > 0."""
    scale = max(1.0, -z)  # the integrand's own
    integral = quad(lambda t: t * math.exp((z * t / scale) - (t / scale) ** 2 / 2), 0, 60, epsabs=0, epsrel=1e-10)[0]
    truth = -0.5 * z**2 - 0.5 * math.log(2 * math.pi) + math.log(integral) - 2 * math.log(scale)
    assert log_gain(z) == pytest.approx(truth, rel=1e-8)


def test_the_logarithm_still_ranks_what_underflows():
    """Candidates whose expected improvement is 0 in floating point keep their order."""
    mean = np.linspace(40, 1e6, 50)
    assert (expected_improvement(mean, np.ones(50), 0.0) == 0).all()
    assert (np.diff(log_expected_improvement(mean, np.ones(50), 0.0)) < 0).all()
    assert (np.diff(log_probability_of_improvement(mean, np.ones(50), 0.0)) < 0).all()


@pytest.mark.parametrize("function", UNCERTAIN)
def test_a_lower_mean_is_better(function):
    """All else equal; larger values are better in every function."""
    worse, better = function(np.array([1.0, 0.5]), np.array([0.4, 0.4]), 0.3)
    assert better > worse


def test_a_larger_kappa_explores_more():
    """It changes sides from the candidate with the lower mean to the one that is less known."""
    mean, std = np.array([0.0, 0.5]), np.array([0.1, 0.6])
    assert lower_confidence_bound(mean, std, kappa=0.0).argmax() == 0
    assert lower_confidence_bound(mean, std, kappa=2.0).argmax() == 1


def test_thompson_sampling_draws_jointly():
    """Over 20,000 draws mean and covariance are those of the belief, within 4.5 standard errors, with a minus."""
    n = 20_000
    mean = np.array([0.3, -1.0, 2.0])
    covariance = np.array([[1.0, 0.9, -0.2], [0.9, 1.5, 0.0], [-0.2, 0.0, 0.4]])
    rng = np.random.default_rng(0)
    draws = np.array([thompson_sampling(mean, covariance, rng) for _ in range(n)])
    variances = np.diag(covariance)
    assert (np.abs(draws.mean(axis=0) + mean) < 4.5 * np.sqrt(variances / n)).all()
    errors = np.sqrt((np.outer(variances, variances) + covariance**2) / n)
    assert (np.abs(np.cov(draws.T) - covariance) < 4.5 * errors).all()


def test_thompson_sampling_chooses_as_often_as_a_candidate_is_the_best():
    """Of two independent candidates the second has the lower loss with probability cdf(1 / sqrt(2))."""
    rng = np.random.default_rng(1)
    chosen = [thompson_sampling([1.0, 0.0], np.eye(2), rng).argmax() for _ in range(5000)]
    assert np.mean(chosen) == pytest.approx(0.76025, abs=4 * math.sqrt(0.76 * 0.24 / 5000))


def test_thompson_sampling_of_neighbours_that_are_one():
    """A singular covariance, with eigenvalues that rounding made negative, gives equal draws for equal candidates."""
    draw = thompson_sampling(np.zeros(3), np.ones((3, 3)) - 1e-14 * np.eye(3), np.random.default_rng(0))
    np.testing.assert_allclose(draw, draw[0], atol=1e-6)


def test_the_plug_in_incumbent_is_the_lowest_mean():
    """Not the lowest observation: a lucky draw is no incumbent."""
    assert plug_in_incumbent([0.4, 0.2, 0.3]) == 0.2
    with pytest.raises(ValueError, match="at least one trial"):
        plug_in_incumbent([])


@pytest.mark.parametrize("function", UNCERTAIN)
def test_a_negative_standard_deviation_is_refused(function):
    """The message has the smallest."""
    with pytest.raises(ValueError, match=r"std must not be negative, the smallest is -0\.5"):
        function(np.zeros(2), np.array([0.1, -0.5]), 0.0)


def test_what_is_no_covariance_is_refused():
    """A wrong shape, a negative variance; and a negative kappa."""
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match=r"covariance of shape \(2, 2\), got \(2,\)"):
        thompson_sampling([0.0, 1.0], [1.0, 1.0], rng)
    with pytest.raises(ValueError, match="a variance must not be negative, the smallest is -1"):
        thompson_sampling([0.0, 1.0], -np.eye(2), rng)
    with pytest.raises(ValueError, match="kappa must not be negative, it is -1"):
        lower_confidence_bound([0.0], [1.0], kappa=-1.0)
