"""A Gaussian process is scikit-learn's to 1e-8, its draws have the moments it names, and it never changes."""

import math

import numpy as np
import pytest
from scipy.optimize import approx_fprime
from sklearn.gaussian_process import GaussianProcessRegressor

from hpo_tutor.surrogates import GaussianProcess, Kernel
from hpo_tutor.surrogates.kernels import SHAPES

RNG = np.random.default_rng(0)
X = RNG.random((15, 2))
Y = np.sin(6 * X[:, 0]) - X[:, 1] + 2
AT = RNG.random((30, 2))
LINE = np.linspace(0, 1, 8)[:, None]
every_shape = pytest.mark.parametrize("shape", SHAPES)


def process(shape="matern52", length_scales=(0.3, 0.6), noise=0.1, mean=1.5):
    """A posterior of the observations above."""
    return GaussianProcess(Kernel(shape, length_scales, 1.2, noise), mean).condition(X, Y)


@every_shape
@pytest.mark.parametrize("length_scales", [0.4, (0.3, 0.9)], ids=["one", "each"])
@pytest.mark.parametrize("noise", [0.0, 0.2])
def test_predictions_agree_with_scikit_learn(shape, length_scales, noise):
    """Mean, standard deviation, covariance and likelihood, to 1e-8; theirs of an observation, ours of the function."""
    ours = process(shape, length_scales, noise)
    theirs = GaussianProcessRegressor(ours.kernel.to_sklearn(), alpha=0, optimizer=None).fit(X, Y - 1.5)
    mean, covariance = theirs.predict(AT, return_cov=True)
    covariance -= noise**2 * np.eye(len(AT))
    np.testing.assert_allclose(ours.predict(AT)[0], mean + 1.5, atol=1e-8)
    np.testing.assert_allclose(ours.predict(AT)[1] ** 2, np.diag(covariance), atol=1e-8)
    np.testing.assert_allclose(ours.covariance(AT), covariance, atol=1e-8)
    np.testing.assert_allclose(ours.covariance(AT, AT[:4]), covariance[:, :4], atol=1e-8)
    assert ours.log_marginal_likelihood() == pytest.approx(theirs.log_marginal_likelihood_value_, abs=1e-8)


def test_two_values_follow_the_formulas_of_the_bivariate_gaussian():
    """One observation without noise: the other value has mean rho y and variance 1 - rho^2."""
    rho = math.exp(-0.5 * (0.5 / 0.4) ** 2)
    posterior = GaussianProcess(Kernel("rbf", 0.4)).condition([[0.2]], [0.7])
    mean, std = posterior.predict([[0.7]])
    assert mean[0] == pytest.approx(rho * 0.7)
    assert std[0] == pytest.approx(math.sqrt(1 - rho**2))


def test_the_prior_knows_nothing_but_its_kernel():
    """It predicts its mean and amplitude everywhere, its covariance is the kernel's, its likelihood is 1."""
    prior = GaussianProcess(Kernel(amplitude=2.0), mean=-1.0)
    mean, std = prior.predict(LINE)
    np.testing.assert_array_equal(mean, np.full(8, -1.0))
    np.testing.assert_array_equal(std, np.full(8, 2.0))
    np.testing.assert_array_equal(prior.covariance(LINE), prior.kernel(LINE))
    assert prior.log_marginal_likelihood() == 0
    assert prior.x.shape == (0, 1)
    assert prior.y.shape == (0,)


def test_without_noise_it_goes_through_the_observations():
    """There the mean is the observation and the standard deviation 0."""
    mean, std = process(noise=0.0).predict(X)
    np.testing.assert_allclose(mean, Y, atol=1e-9)
    assert std.max() < 1e-6


@pytest.mark.parametrize("noise", [0.0, 0.3])
def test_conditioning_step_by_step_is_conditioning_at_once(noise):
    """In any order; and the process that was conditioned stays as it was."""
    prior = GaussianProcess(Kernel("matern32", (0.3, 0.6), 1.2, noise), 1.5)
    first = prior.condition(X[9:], Y[9:])
    before = first.predict(AT)
    second = first.condition(X[:9], Y[:9])
    for ours, theirs in zip(second.predict(AT), prior.condition(X, Y).predict(AT), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-9)
    np.testing.assert_array_equal(first.predict(AT), before)
    assert len(prior.y) == 0
    assert len(first.y) == 6
    assert second is not first


def test_it_keeps_copies_that_cannot_be_written_to():
    """Changing the arrays it was given changes nothing, and its own refuse."""
    x, y = X.copy(), Y.copy()
    posterior = GaussianProcess(Kernel()).condition(x, y)
    before = posterior.predict(AT)
    x += 1
    y += 1
    np.testing.assert_array_equal(posterior.predict(AT), before)
    np.testing.assert_array_equal(posterior.x, X)
    with pytest.raises(ValueError, match="read-only"):
        posterior.y[0] = 0


@every_shape
def test_draws_have_the_mean_and_covariance_that_are_predicted(shape):
    """Over 40,000 joint draws every mean and covariance lies within 4.5 of its standard errors."""
    posterior, n = process(shape), 40_000
    at = AT[:6]
    draws = posterior.sample(at, n, np.random.default_rng(1))
    mean, covariance = posterior.predict(at)[0], posterior.covariance(at)
    assert draws.shape == (n, 6)
    variances = np.diag(covariance)
    assert (np.abs(draws.mean(axis=0) - mean) < 4.5 * np.sqrt(variances / n)).all()
    errors = np.sqrt((np.outer(variances, variances) + covariance**2) / n)  # of a Gaussian's sample covariance
    assert (np.abs(np.cov(draws.T) - covariance) < 4.5 * errors).all()


def test_draws_of_a_smooth_function_on_a_fine_grid_are_smooth():
    """300 points of the smoothest kernel make a covariance that is singular to rounding; the draws are no noise."""
    draws = GaussianProcess(Kernel("rbf", 0.3)).sample(np.linspace(0, 1, 300)[:, None], 5, np.random.default_rng(0))
    assert np.abs(np.diff(draws, axis=1)).max() < 0.1
    assert np.ptp(draws, axis=1).min() > 0.1


@pytest.mark.parametrize("noise", [0.0, 1e-9])
def test_repeated_points_are_safe(noise):
    """Two trials at one point that disagree: the mean there is between them, and nothing is nan."""
    x, y = np.array([[0.5], [0.5], [0.5 + 1e-12], [0.9]]), np.array([1.0, 2.0, 1.5, 0.0])
    posterior = GaussianProcess(Kernel("rbf", 0.3, 1.0, noise)).condition(x, y)
    mean, std = posterior.predict(np.array([[0.5], [0.9], [0.1]]))
    np.testing.assert_allclose(mean[:2], [1.5, 0.0], atol=1e-3)
    assert (std[:2] < 1e-3).all()
    assert std[2] > 0.1
    assert math.isfinite(posterior.log_marginal_likelihood())
    assert np.isfinite(posterior.sample(x, 3, np.random.default_rng(0))).all()


@every_shape
def test_slopes_are_the_derivatives_of_the_predictions(shape):
    """Against finite differences at ten points."""
    posterior = process(shape)
    for point in AT[:10]:
        mean, std, mean_slopes, std_slopes = posterior.slopes(point)
        assert (mean, std) == pytest.approx(tuple(values[0] for values in posterior.predict(point[None])), abs=1e-9)
        for i, slopes in enumerate((mean_slopes, std_slopes)):
            differences = approx_fprime(point, lambda at, i=i: posterior.predict(at[None])[i][0], 1e-7)
            np.testing.assert_allclose(slopes, differences, atol=1e-5)


def test_slopes_are_finite_where_nothing_is_uncertain():
    """At a trial without noise the standard deviation has a corner."""
    mean, std, *slopes = process(noise=0.0).slopes(X[3])
    assert mean == pytest.approx(Y[3])
    assert std < 1e-6
    assert np.isfinite(slopes).all()


@pytest.mark.parametrize("length_scales", [0.3, (0.3, 0.3)], ids=["one", "each"])
def test_a_fit_finds_a_larger_likelihood_than_scikit_learn_or_the_same(length_scales):
    """With the mean held at 0, as scikit-learn has it; as many length scales come out as went in."""
    rng = np.random.default_rng(3)
    x = rng.random((40, 2))
    y = np.sin(9 * x[:, 0]) + np.cos(7 * x[:, 1]) + 0.1 * rng.normal(size=40)
    start = GaussianProcess(Kernel("matern52", length_scales, 1.0, 0.3)).condition(x, y)
    ours = start.fitted(fixed=["mean"])
    theirs = GaussianProcessRegressor(start.kernel.to_sklearn(), alpha=0, n_restarts_optimizer=4, random_state=0)
    theirs.fit(x, y)
    assert ours.log_marginal_likelihood() > theirs.log_marginal_likelihood_value_ - 0.05
    assert ours.log_marginal_likelihood() > start.log_marginal_likelihood() + 1
    assert np.shape(ours.kernel.length_scales) == np.shape(length_scales)
    assert ours.mean == 0
    assert ours.kernel.noise == pytest.approx(0.1, rel=0.5)


def test_a_fit_can_hold_some_hyperparameters():
    """What is named in ``fixed`` is untouched, a noise of 0 too; the fit leaves the old process alone."""
    start = process(noise=0.0)
    kernel = start.kernel
    fitted = start.fitted(fixed=["noise", "amplitude", "mean"])
    assert (fitted.kernel.noise, fitted.kernel.amplitude, fitted.mean) == (0.0, kernel.amplitude, start.mean)
    assert fitted.kernel.length_scales != kernel.length_scales
    assert start.kernel is kernel
    np.testing.assert_array_equal(fitted.x, start.x)


def test_a_fit_repeats_itself():
    """The restarts are drawn from a generator of the caller, or from the same one each time."""
    assert process().fitted().kernel == process().fitted().kernel
    one, two = (process().fitted(np.random.default_rng(5)).kernel for _ in range(2))
    assert one == two


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        ([0.1, 0.2], [1.0, 2.0], r"shape \(n, d\)"),
        ([[0.1, 0.2]], [1.0, 2.0], r"1 points need 1 observations, a vector, got shape \(2,\)"),
        ([[0.1, 0.2]], [[1.0]], r"got shape \(1, 1\)"),
        ([[0.1, math.nan]], [1.0], "must be finite"),
        ([[0.1, 0.2]], [math.inf], "must be finite"),
        ([[0.1, 0.2, 0.3]], [1.0], "2 length scales"),
    ],
)
def test_observations_that_do_not_fit_are_refused(x, y, message):
    """Wrong shapes, nan and infinity."""
    with pytest.raises(ValueError, match=message):
        process().condition(x, y)


def test_other_columns_than_before_are_refused():
    """Also where one length scale would do for any number of them."""
    with pytest.raises(ValueError, match="columns"):
        GaussianProcess(Kernel()).condition([[0.1]], [1.0]).condition([[0.1, 0.2]], [1.0])


def test_a_fit_needs_something_to_go_by():
    """At least two observations, and known names."""
    with pytest.raises(ValueError, match="at least two observations, there are 0"):
        GaussianProcess(Kernel()).fitted()
    with pytest.raises(ValueError, match=r"fixed may name .*; got 'nois'"):
        process().fitted(fixed=["nois"])


def test_a_mean_is_a_number():
    """Not nan."""
    with pytest.raises(ValueError, match="must be a finite number, got nan"):
        GaussianProcess(Kernel(), math.nan)


def test_points_of_other_columns_than_the_observations_are_refused():
    """Also where one length scale serves all columns, and for slopes, which would be those of other points."""
    process = GaussianProcess(Kernel()).condition(np.eye(2), [0.0, 1.0])
    with pytest.raises(ValueError, match="points of as many columns, one for each hyperparameter; got 2 and 3"):
        process.predict(np.zeros((1, 3)))
    with pytest.raises(ValueError, match=r"a point has shape \(2,\), as the observations have; got shape \(1,\)"):
        process.slopes(np.zeros(1))


def test_the_prior_has_no_slope(capfd):
    """It is the same everywhere; LAPACK, which would complain of an empty matrix, is not asked."""
    mean, std, *slopes = GaussianProcess(Kernel(amplitude=2.0), mean=3.0).slopes(np.array([0.2]))
    assert (mean, std) == (3.0, 2.0)
    np.testing.assert_array_equal(slopes, np.zeros((2, 1)))
    assert capfd.readouterr() == ("", "")


def test_a_fit_that_holds_everything_changes_nothing():
    """All four are fixed: the same kernel and mean."""
    process = GaussianProcess(Kernel(length_scales=0.2, noise=0.1), mean=1.0).condition(np.eye(2), [0.0, 1.0])
    fitted = process.fitted(fixed=["length_scales", "amplitude", "noise", "mean"])
    assert fitted.kernel.length_scales == pytest.approx(0.2)
    assert (fitted.kernel.amplitude, fitted.kernel.noise, fitted.mean) == pytest.approx((1.0, 0.1, 1.0))
