"""Kernels are those of the textbook, as scikit-learn has them, and refuse what makes no sense."""

import math

import numpy as np
import pytest
from scipy.special import gamma, kv

from hpo_tutor.surrogates.kernels import SHAPES, Kernel

POINTS = np.random.default_rng(0).random((12, 3))
OTHERS = np.random.default_rng(1).random((7, 3))
every_shape = pytest.mark.parametrize("shape", SHAPES)


@every_shape
@pytest.mark.parametrize("length_scales", [0.4, (0.2, 0.5, 3.0)], ids=["one", "each"])
def test_a_kernel_agrees_with_scikit_learns(shape, length_scales):
    """Covariances between points, and of observations with their noise, are scikit-learn's to 1e-12."""
    kernel = Kernel(shape, length_scales, amplitude=1.7, noise=0.3)
    theirs = kernel.to_sklearn()
    np.testing.assert_allclose(kernel(POINTS, OTHERS), theirs(POINTS, OTHERS), rtol=1e-12)
    np.testing.assert_allclose(kernel(POINTS) + 0.3**2 * np.eye(12), theirs(POINTS), rtol=1e-12)


@pytest.mark.parametrize("shape", ["matern12", "matern32", "matern52"])
def test_matern_is_the_bessel_function_of_the_textbook(shape):
    """2^(1-nu) / gamma(nu) z^nu K_nu(z) with z = sqrt(2 nu s), equation 4.14 of Rasmussen & Williams."""
    nu, s = SHAPES[shape].nu, np.linspace(0.01, 20, 50)
    z = np.sqrt(2 * nu * s)
    np.testing.assert_allclose(SHAPES[shape].correlation(s), 2 ** (1 - nu) / gamma(nu) * z**nu * kv(nu, z), rtol=1e-10)


@every_shape
def test_the_slope_is_the_derivative_of_the_correlation(shape):
    """Against central differences; at 0 it is finite."""
    s, step = np.linspace(0.05, 9, 40), 1e-6
    differences = (SHAPES[shape].correlation(s + step) - SHAPES[shape].correlation(s - step)) / (2 * step)
    np.testing.assert_allclose(SHAPES[shape].slope(s), differences, rtol=1e-6, atol=1e-9)
    assert np.isfinite(SHAPES[shape].slope(np.zeros(1))).all()


@every_shape
def test_a_point_agrees_most_with_itself(shape):
    """The covariance is amplitude^2 at distance 0, symmetric, and falls with the distance."""
    kernel = Kernel(shape, amplitude=2.0)
    covariance = kernel(POINTS)
    np.testing.assert_allclose(np.diag(covariance), 4.0)
    np.testing.assert_array_equal(covariance, covariance.T)
    along = kernel(np.zeros((1, 1)), np.linspace(0, 3, 30)[:, None])[0]
    assert (np.diff(along) < 0).all()


def test_kernels_are_values():
    """Equal numbers make equal kernels, whatever they came in; a kernel cannot be changed."""
    assert Kernel(length_scales=np.array([0.1, 0.2])) == Kernel(length_scales=[0.1, 0.2])
    assert hash(Kernel(length_scales=(0.1, 0.2))) == hash(Kernel(length_scales=[0.1, 0.2]))
    with pytest.raises(AttributeError):
        Kernel().amplitude = 2.0


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"shape": "matern"}, "must be one of rbf, matern12, matern32, matern52; it is 'matern'"),
        ({"length_scales": 0.0}, "length_scales must be positive"),
        ({"length_scales": (0.1, -0.2)}, "length_scales must be positive"),
        ({"length_scales": ()}, "length_scales must be positive"),
        ({"length_scales": math.nan}, "length_scales must be positive"),
        ({"length_scales": [[0.1]]}, "length_scales must be positive"),
        ({"amplitude": 0.0}, "amplitude must be positive, got 0.0"),
        ({"amplitude": math.inf}, "amplitude must be positive, got inf"),
        ({"noise": -0.1}, "noise must be 0 or more, got -0.1"),
        ({"noise": math.nan}, "noise must be 0 or more, got nan"),
    ],
)
def test_numbers_without_a_meaning_are_refused(settings, message):
    """The message has the rule and the value."""
    with pytest.raises(ValueError, match=message):
        Kernel(**settings)


@pytest.mark.parametrize(
    ("points", "message"),
    [
        (np.zeros(3), r"shape \(n, d\).*got shape \(3,\).*x\[:, None\]"),
        (np.zeros((4, 2)), "3 length scales.*2 columns"),
    ],
)
def test_points_of_another_shape_are_refused(points, message):
    """A vector is no list of points, and each column needs its length scale."""
    kernel = Kernel(length_scales=(0.1, 0.2, 0.3))
    with pytest.raises(ValueError, match=message):
        kernel(points)
    with pytest.raises(ValueError, match=message):
        kernel(POINTS, points)
