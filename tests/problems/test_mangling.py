"""Mangling by odd polynomials: what was mangled can be undone, to rounding."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from hpo_tutor.problems import mangling
from hpo_tutor.problems.mangling import Polynomial

COEFFICIENTS = st.lists(st.floats(1e-6, 1e6), min_size=1, max_size=6)
VALUES = st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=20)
NEIGHBOURS = [0.5662501359170972, 0.5662501359170973]  # floats whose roots are rounded the other way round


def test_the_polynomial_has_odd_powers_only() -> None:
    """P(y) is the sum of c_k y^(2k+1), written out."""
    y = np.array([[-2.0, 0.0], [0.5, 3.0]])
    truth = 0.3 * y + 0.2 * y**3 + 1.5 * y**5
    np.testing.assert_allclose(Polynomial([0.3, 0.2, 1.5])(y), truth, rtol=1e-14)


@given(coefficients=COEFFICIENTS, values=VALUES)
@settings(max_examples=200, deadline=None)
def test_what_was_mangled_is_undone(coefficients: list[float], values: list[float]) -> None:
    """The inverse of P(y) is y to twelve digits, for any positive coefficients, signs and zero included."""
    mangled = Polynomial(coefficients)
    np.testing.assert_allclose(mangled.inverse(mangled(values)), values, rtol=1e-12, atol=1e-290)


@given(coefficients=COEFFICIENTS, values=VALUES)
@settings(max_examples=200, deadline=None)
def test_what_was_undone_is_mangled(coefficients: list[float], values: list[float]) -> None:
    """P of the inverse of v is v: rounding costs at most the steepness, which is below 2 n_terms."""
    mangled = Polynomial(coefficients)
    np.testing.assert_allclose(mangled(mangled.inverse(values)), values, rtol=2e-12, atol=1e-290)


@given(coefficients=COEFFICIENTS, values=VALUES)
@example(coefficients=[1.97705578398028e-05, 3.837664101616529e-06, 74.61275486637227], values=NEIGHBOURS)
@settings(max_examples=100, deadline=None)
def test_larger_stays_larger(coefficients: list[float], values: list[float]) -> None:
    """The polynomial and its inverse keep the order of values, neighbouring floats up to rounding, and are odd."""
    mangled, rising = Polynomial(coefficients), np.sort(values)
    for function in (mangled, mangled.inverse):
        found = function(rising)
        assert (np.diff(found) >= -4 * np.spacing(abs(found[1:]))).all()
        np.testing.assert_array_equal(function(-rising), -found)


def test_the_inverse_is_a_root_finders() -> None:
    """Brent's method of scipy finds the same roots."""
    rng = np.random.default_rng(0)
    for n_terms in range(1, 7):
        mangled = Polynomial(rng.uniform(0.01, 5, n_terms))
        for v in rng.uniform(-20, 20, 10):
            root = brentq(lambda y, v=v, mangled=mangled: float(mangled(y)) - v, -1e4, 1e4, xtol=1e-14)
            assert mangled.inverse(v) == pytest.approx(root, abs=1e-11)
            assert mangled.inverse(v).shape == ()


@pytest.mark.parametrize("wrong", [0.0, -0.5, np.nan, np.inf])
def test_coefficients_that_cannot_be_undone_are_refused(wrong: float) -> None:
    """The message names the coefficient and its value."""
    with pytest.raises(ValueError, match=rf"above 0, else the polynomial cannot be undone; c1 is {wrong}"):
        Polynomial([0.5, wrong])
    with pytest.raises(ValueError, match=r"shape \(n_terms >= 1,\), got \(0,\)"):
        Polynomial([])


def test_values_that_are_not_finite_are_not_undone() -> None:
    """The message shows the first of them."""
    with pytest.raises(ValueError, match="only finite values can be undone, got nan"):
        Polynomial([1.0]).inverse([0.5, np.nan])


def test_true_coefficients_lie_within_the_range_that_is_searched() -> None:
    """They keep a fifth of it from either end, fill the middle evenly, and are the same whenever asked."""
    span = mangling.COEFFICIENT.high - mangling.COEFFICIENT.low
    many = mangling.draw(20_000, np.random.default_rng(0))
    places = (many - mangling.COEFFICIENT.low) / span
    assert places.min() > 0.2 > places.min() - 0.01
    assert places.max() < 0.8 < places.max() + 0.01
    assert np.allclose(np.quantile(places, [0.25, 0.5, 0.75]), [0.35, 0.5, 0.65], atol=0.01)
    one = mangling.true_coefficients(3, 7)
    assert one.tolist() == mangling.true_coefficients(3, 7).tolist() != mangling.true_coefficients(3, 8).tolist()


def test_the_space_has_a_coefficient_for_each_dimension_beyond_two() -> None:
    """From 3 to 8 dimensions; others are refused, with what there is."""
    for n_dims in range(3, 9):
        space = mangling.space(mangling.n_terms_of(n_dims))
        assert space.names == ("learning_rate", "max_depth", *(f"c{k}" for k in range(n_dims - 2)))
    for n_dims in (2, 9):
        with pytest.raises(ValueError, match=rf"n_dims from 3 to 8 .*, got {n_dims}"):
            mangling.n_terms_of(n_dims)


def test_the_coarse_grid_is_a_part_of_the_landscapes() -> None:
    """So that at its points the predictions are those of fits whose losses the landscape holds."""
    assert set(mangling.COARSE_RATES) <= set(mangling.LEARNING_RATES)
    assert set(mangling.COARSE_DEPTHS) <= set(mangling.MAX_DEPTHS)
    for coarse, whole in (
        (mangling.COARSE_RATES, mangling.LEARNING_RATES),
        (mangling.COARSE_DEPTHS, mangling.MAX_DEPTHS),
    ):
        assert (coarse[0], coarse[-1]) == (whole[0], whole[-1])
