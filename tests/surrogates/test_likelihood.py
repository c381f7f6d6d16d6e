"""The marginal likelihood and its gradient are right, and its maximum is found."""

import numpy as np
import pytest
from scipy.optimize import approx_fprime
from scipy.stats import multivariate_normal
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel

from hpo_tutor.surrogates.kernels import SHAPES, Kernel
from hpo_tutor.surrogates.likelihood import JITTER, Likelihood, Prior, factor, maximise

RNG = np.random.default_rng(0)
X = RNG.random((40, 3))
Y = np.sin(5 * X[:, 0]) + X[:, 1] + np.cos(4 * X[:, 2]) + 0.1 * RNG.normal(size=40) + 3
EACH = np.arange(3)
SHARED = np.array([0, 1, 1])
THETA = np.log([0.3, 0.8, 0.6, 1.4, 0.2])


@pytest.mark.parametrize("shape", SHAPES)
def test_it_is_the_density_of_the_observations(shape):
    """With a given mean: log density of a multivariate normal, as scipy has it."""
    value, _ = Likelihood(shape, X, Y, EACH, mean=2.5)(THETA)
    covariance = Kernel(shape, (0.3, 0.8, 0.6), 1.4)(X) + 0.2**2 * np.eye(40)
    assert value == pytest.approx(multivariate_normal(np.full(40, 2.5), covariance).logpdf(Y), rel=1e-10)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("mean", [2.5, None], ids=["mean given", "mean fitted"])
@pytest.mark.parametrize("groups", [EACH, SHARED], ids=["each", "shared"])
def test_its_gradient_is_that_of_finite_differences(shape, mean, groups):
    """For every hyperparameter, with shared length scales, a mean that is fitted, and a prior."""
    n = groups.max() + 3
    prior = Prior(np.full(n, -0.5), np.linspace(0.5, 2, n))
    likelihood, theta = Likelihood(shape, X, Y, groups, mean, prior), np.append(THETA[: n - 2], THETA[-2:])
    differences = approx_fprime(theta, lambda at: likelihood(at)[0], 1e-6)
    np.testing.assert_allclose(likelihood(theta)[1], differences, rtol=1e-3, atol=1e-3)


def test_the_fitted_mean_is_the_likeliest():
    """No other mean has a larger likelihood, and its own is the one that is returned."""
    likelihood = Likelihood("matern52", X, Y, EACH)
    mean = likelihood.best_mean(THETA)
    at = {m: Likelihood("matern52", X, Y, EACH, m)(THETA)[0] for m in (mean - 0.1, mean, mean + 0.1)}
    assert max(at, key=at.get) == mean
    assert likelihood(THETA)[0] == pytest.approx(at[mean])


def test_the_maximum_is_that_of_scikit_learn():
    """On a smooth function with noise both end at the same likelihood and the same kernel."""
    y = Y - Y.mean()
    theta, value = maximise(
        Likelihood("rbf", X, y, EACH, 0.0), [THETA], np.full(5, np.log(1e-2)), np.full(5, np.log(10))
    )
    kernel = ConstantKernel(1.0, (1e-4, 100)) * RBF([0.5] * 3, (1e-2, 10)) + WhiteKernel(0.1, (1e-4, 100))
    theirs = GaussianProcessRegressor(kernel, alpha=0, n_restarts_optimizer=3, random_state=0).fit(X, y)
    assert value == pytest.approx(theirs.log_marginal_likelihood_value_, abs=1e-4)
    both = [np.exp(theta), np.r_[theirs.kernel_.k1.k2.length_scale, np.exp(theirs.kernel_.theta[[0, -1]] / 2)]]
    np.testing.assert_allclose(*both, rtol=2e-2)


def test_what_is_fixed_stays():
    """Where both bounds are equal, theta is that of the start; the rest moves."""
    low, high = np.full(5, -5.0), np.full(5, 3.0)
    low[1] = high[1] = THETA[1]
    theta, value = maximise(Likelihood("matern32", X, Y, EACH), [THETA], low, high)
    assert theta[1] == THETA[1]
    assert value > Likelihood("matern32", X, Y, EACH)(THETA)[0]


def test_the_best_of_several_starts_wins():
    """A start at the maximum beats one that is stuck where the gradient is flat."""
    likelihood, low, high = Likelihood("matern52", X, Y, EACH), np.full(5, -7.0), np.full(5, 5.0)
    stuck = np.array([-7.0, -7.0, -7.0, 0.0, 0.0])
    alone = maximise(likelihood, [stuck], low, high)[1]
    assert maximise(likelihood, [stuck, THETA], low, high)[1] > alone + 1


def test_a_prior_pulls():
    """A narrow prior holds theta where it says; a wide one leaves it where the likelihood wants it."""
    low, high, centre = np.full(5, -6.0), np.full(5, 4.0), np.full(5, -1.0)
    free = maximise(Likelihood("matern52", X, Y, EACH), [THETA], low, high)[0]
    narrow, wide = (
        maximise(Likelihood("matern52", X, Y, EACH, prior=Prior(centre, np.full(5, width))), [THETA], low, high)[0]
        for width in (1e-3, 1e4)
    )
    np.testing.assert_allclose(narrow, centre, atol=1e-2)
    np.testing.assert_allclose(np.exp(wide[:2]), np.exp(free[:2]), rtol=1e-2)


def test_a_factor_adds_no_more_than_it_must():
    """A regular matrix keeps its exact factor; a singular one gets the jitter that is told."""
    regular, singular = np.array([[2.0, 0.5], [0.5, 2.0]]), np.ones((2, 2))
    np.testing.assert_array_equal(factor(regular, 2.0), np.linalg.cholesky(regular))
    lower = factor(singular, 1.0)
    np.testing.assert_allclose(lower @ lower.T, singular + JITTER * np.eye(2), rtol=1e-14)


def test_what_is_no_covariance_is_refused():
    """A matrix with a clearly negative eigenvalue has no factor."""
    with pytest.raises(ValueError, match="no negative eigenvalues"):
        factor(np.array([[1.0, 2.0], [2.0, 1.0]]), 1.0)


@pytest.mark.parametrize("at", [(0, 0), (1, 0), (2, 2)])
def test_a_covariance_with_nan_is_refused(at):
    """LAPACK would hand on the nan without a word."""
    covariance = np.eye(3)
    covariance[at] = np.nan
    with pytest.raises(ValueError, match="check the kernel's numbers for nan"):
        factor(covariance, 1.0)
