"""Product kernels are what their closed forms say, add up to one, and draw what they are the density of."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from hpo_tutor.surrogates.product_kernels import ProductKernels, reference_widths

RNG = np.random.default_rng(3)
MIXED = np.column_stack([RNG.random(9), RNG.integers(3, size=9), RNG.beta(2, 5, size=9)])
OPTIONS = (0, 3, 0)


def by_hand(kernels, x):
    """The density at x, kernel by kernel and axis by axis, with scipy's normal distribution."""
    total = 0.0
    for point in kernels.points:
        product = 1.0
        for place, own, k, width in zip(x, point, kernels.n_options, kernels.widths, strict=True):
            if k:
                product *= 1 - width if place == own else width / (k - 1)
            else:
                product *= stats.norm.pdf(place, own, width)
        total += product
    return total / len(kernels.points)


def test_the_density_is_the_mean_of_the_kernels():
    """Against a sum by hand, at random places, also where a choice is involved."""
    kernels = ProductKernels(MIXED, OPTIONS)
    places = np.column_stack([RNG.random(20), RNG.integers(3, size=20), RNG.random(20)])
    wanted = [by_hand(kernels, place) for place in places]
    np.testing.assert_allclose(np.exp(kernels.log_density(places)), wanted, rtol=1e-10)


def test_it_agrees_with_scipy_where_all_is_normal():
    """With one axis, scipy's own estimator with the same width."""
    data = RNG.random(12)
    kernels = ProductKernels(data[:, None])
    peer = stats.gaussian_kde(data, bw_method=kernels.widths[0] / data.std(ddof=1))
    x = np.linspace(-0.5, 1.5, 50)
    np.testing.assert_allclose(np.exp(kernels.log_density(x[:, None])), peer(x), rtol=1e-9)


def test_it_adds_up_to_one():
    """Over both axes and all options, ends included: the kernels are not cut off."""
    kernels = ProductKernels(MIXED[:, :2], OPTIONS[:2])
    x = np.linspace(-3, 4, 4001)
    sums = [np.trapezoid(np.exp(kernels.log_density(np.column_stack([x, 0 * x + k]))), x) for k in range(3)]
    assert sum(sums) == pytest.approx(1, abs=1e-6)
    assert min(sums) > 0.02


def test_widths_are_those_of_the_normal_reference():
    """1.06 s n^(-1/(4+d)), as statsmodels; for two options s is the standard deviation of their index too."""
    data = np.column_stack([RNG.random(15), RNG.integers(2, size=15)])
    wanted = 1.06 * data.std(axis=0) * 15 ** (-1 / 6)
    np.testing.assert_allclose(reference_widths(data, [0, 2]), wanted, rtol=1e-12)


def test_the_order_of_options_changes_nothing():
    """Whatever index an unordered option has, the width is the same."""
    found = set()
    for names in itertools.permutations(range(3)):
        renamed = MIXED.copy()
        renamed[:, 1] = np.array(names)[MIXED[:, 1].astype(int)]
        found.add(round(float(reference_widths(renamed, OPTIONS)[1]), 12))
    assert len(found) == 1


@given(st.integers(1, 6), st.integers(0, 1000))
def test_a_choice_always_has_probabilities(k, seed):
    """However its trials lie, all options together have 1, and none has less than nothing."""
    rng = np.random.default_rng(seed)
    kernels = ProductKernels(rng.integers(k, size=(7, 1)), [k])
    shares = np.exp(kernels.log_density(np.arange(k)[:, None]))
    assert shares.sum() == pytest.approx(1)
    assert (shares >= 0).all()


def test_equal_points_leave_the_narrowest_kernel():
    """No width is 0, and neither does the density break down."""
    kernels = ProductKernels([[0.5, 1.0]] * 4, [0, 2])
    np.testing.assert_array_equal(kernels.widths, [1e-3, 1e-3])
    assert np.isfinite(kernels.log_density([[0.5, 1.0], [0.9, 0.0]])).all()


@pytest.mark.parametrize("widening", [1.0, 3.0])
def test_draws_follow_the_density(widening):
    """The distribution of 20,000 draws: a mixture of normals, each cut off at 0 and 1; options by their kernels."""
    kernels = ProductKernels(MIXED, OPTIONS)
    drawn = kernels.draw(20_000, np.random.default_rng(0), widening)
    for axis in (0, 2):
        width = widening * kernels.widths[axis]
        parts = [stats.truncnorm(-m / width, (1 - m) / width, m, width) for m in MIXED[:, axis]]
        found = stats.kstest(drawn[:, axis], lambda x, parts=parts: np.mean([part.cdf(x) for part in parts], axis=0))
        assert found.pvalue > 0.01
    moved = min(widening * kernels.widths[1], 2 / 3)
    shares = np.bincount(MIXED[:, 1].astype(int), minlength=3) / 9
    wanted = shares * (1 - moved) + (1 - shares) * moved / 2
    seen = np.bincount(drawn[:, 1].astype(int), minlength=3) / 20_000
    np.testing.assert_allclose(seen, wanted, atol=4 * 0.5 / 20_000**0.5)


def test_draws_keep_axes_together():
    """Two far clusters stay two: the product is over one kernel, not over the axes on their own."""
    corner = np.array([[0.1, 0.1]] * 5 + [[0.9, 0.9]] * 5) + 0.02 * RNG.random((10, 2))
    drawn = ProductKernels(corner, widths=[0.03, 0.03]).draw(500, np.random.default_rng(0))
    assert ((drawn[:, 0] > 0.5) == (drawn[:, 1] > 0.5)).all()


@pytest.mark.parametrize(
    ("points", "more", "message"),
    [
        (np.empty((0, 2)), {}, "n at least 1"),
        ([0.1, 0.2], {}, r"shape \(2,\)"),
        ([[np.nan]], {}, "finite"),
        ([[0.1, 0.2]], {"widths": [0.1]}, "for each of 2"),
        ([[0.1]], {"widths": [-1.0]}, "widths must be finite"),
        ([[0.1]], {"least": 0.0}, "least positive"),
    ],
)
def test_what_makes_no_sense_is_refused(points, more, message):
    """The message says what was got."""
    with pytest.raises(ValueError, match=message):
        ProductKernels(points, **more)
