"""Random sequential addition of exactly N points, as far apart as was found."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hpo_tutor import designs
from hpo_tutor.designs.spheres import PACKING_FRACTIONS, packing_fraction, rsa, typical_diameter


def smallest(points, periodic):
    """Smallest distance between two points, by brute force."""
    steps = np.abs(points[:, None] - points[None])
    if periodic:
        steps = np.minimum(steps, 1 - steps)
    return np.sqrt(np.sum(steps**2, axis=-1))[np.triu_indices(len(points), 1)].min(initial=math.inf)


@settings(deadline=None, max_examples=40)
@given(st.integers(2, 40), st.integers(1, 4), st.booleans(), st.integers(0, 2**32 - 1))
def test_exactly_n_points_with_the_diameter_that_is_told(n_points, n_dims, periodic, seed):
    """N points in the cube; D is their smallest distance; every larger D was refused by a proof."""
    packing = rsa(n_points, n_dims, np.random.default_rng(seed), periodic=periodic)
    assert packing.points.shape == (n_points, n_dims)
    assert np.all((packing.points >= 0) & (packing.points <= 1))
    assert smallest(packing.points, periodic) == pytest.approx(packing.diameter, rel=1e-9)
    assert packing.proved
    assert packing.periodic == periodic


@pytest.mark.parametrize("n_points", [1, 2, 3, 5])
@pytest.mark.parametrize("n_dims", [1, 2, 3, 4, 5, 6, 8])
@pytest.mark.parametrize("periodic", [True, False])
def test_a_few_points_in_any_dimension(n_points, n_dims, periodic):
    """One to five points: no farther apart than the cube allows; one alone has no distance from another."""
    packing = rsa(n_points, n_dims, np.random.default_rng(0), periodic=periodic, max_darts=20_000)
    largest = math.sqrt(n_dims) / (2 if periodic else 1)
    assert packing.points.shape == (n_points, n_dims)
    assert np.all((packing.points >= 0) & (packing.points <= 1))
    assert math.isnan(packing.diameter) if n_points == 1 else 0 < packing.diameter < largest


def test_two_points_on_a_line_are_almost_as_far_apart_as_can_be():
    """Two points on a circle of length 1: the best is 1/2, and every D below it has room for the second."""
    assert rsa(2, 1, np.random.default_rng(0)).diameter == pytest.approx(0.5, rel=2e-3)


def test_the_diameter_is_that_of_the_published_packing_fraction():
    """For many points, the largest D fills the periodic cube as the literature says, to 2 %."""
    for n_dims, n_points in ((1, 500), (2, 500), (3, 500)):
        packing = rsa(n_points, n_dims, np.random.default_rng(1))
        assert packing_fraction(n_points, packing.diameter, n_dims) == pytest.approx(
            PACKING_FRACTIONS[n_dims], rel=0.04
        )
        assert packing.diameter == pytest.approx(typical_diameter(n_points, n_dims), rel=0.02)


def test_a_larger_diameter_has_seldom_room_for_as_many():
    """Saturated at 1.05 D, none of 20 other seeds holds N points; at 0.9 D all hold more."""
    packing = rsa(60, 2, np.random.default_rng(0))
    larger = [len(designs.saturate(1.05 * packing.diameter, 2, seed)) for seed in range(20)]
    smaller = [len(designs.saturate(0.9 * packing.diameter, 2, seed)) for seed in range(20)]
    assert max(larger) < 60 < min(smaller)


def test_restarts_do_not_make_it_worse():
    """More restarts go on from what the first found."""
    diameters = [rsa(30, 2, np.random.default_rng(4), n_restarts=n).diameter for n in (1, 2, 8)]
    assert diameters == sorted(diameters)
    assert diameters[0] < diameters[-1]


def test_a_limit_on_darts_is_told():
    """Where darts run out, D is smaller and is not called proved; the points keep apart all the same."""
    ample = rsa(30, 3, np.random.default_rng(0))
    scarce = rsa(30, 3, np.random.default_rng(0), max_darts=200)
    assert ample.proved
    assert not scarce.proved
    assert scarce.diameter < ample.diameter
    assert smallest(scarce.points, True) == pytest.approx(scarce.diameter)


def test_darts_that_cannot_do_are_refused():
    """As many darts as points are just enough; one fewer is an error, and so is no restart."""
    packing = rsa(12, 2, np.random.default_rng(0), max_darts=12)
    assert packing.points.shape == (12, 2)
    assert not packing.proved
    with pytest.raises(ValueError, match="a dart for each of 12 points; it has 4 and 11"):
        rsa(12, 2, np.random.default_rng(0), max_darts=11)
    with pytest.raises(ValueError, match="a restart, and a dart for each of 12 points; it has 0 and"):
        rsa(12, 2, np.random.default_rng(0), n_restarts=0)


@pytest.mark.parametrize(("n_points", "n_dims"), [(100, 5), (40, 8), (25, 20), (10, 100)])
def test_many_dimensions_are_not_proved_but_better_than_chance(n_points, n_dims):
    """Beyond four dimensions darts are limited; the points still lie farther apart than random ones ever do."""
    packing = rsa(n_points, n_dims, np.random.default_rng(0))
    assert packing.points.shape == (n_points, n_dims)
    assert not packing.proved
    random = [smallest(np.random.default_rng(seed).random((n_points, n_dims)), True) for seed in range(20)]
    assert packing.diameter > max(random)


def test_thousands_of_points_begin_once():
    """Beyond 1,000 points one restart must do, so that a space of rare feasible places does not wait for minutes."""
    packing = rsa(1500, 2, np.random.default_rng(0))
    once = rsa(1500, 2, np.random.default_rng(0), n_restarts=1)
    assert np.array_equal(packing.points, once.points)
    assert packing.proved
    assert not rsa(1001, 4, np.random.default_rng(0)).proved  # darts are limited there


def test_rsa_by_its_name():
    """``make`` and ``examine`` give it like every design, and what was found beside the points."""
    points = designs.make("rsa", 20, 2, seed=3, periodic=False)
    packing = rsa(20, 2, np.random.default_rng(3), periodic=False)
    assert np.array_equal(points, packing.points)
    assert smallest(points, False) == pytest.approx(packing.diameter)


def test_periodic_points_stand_better_for_a_minimum_anywhere_in_the_cube():
    """Between hard walls, points crowd at the walls: in space the best of 8 is worse on random quadratics.

    The benchmark of algorithms.md, section 1; mean over 30 patterns, each with 1,000 quadratics, which both share.
    """
    means = {True: [], False: []}
    for seed in range(30):
        rng = np.random.default_rng([9, seed])
        matrices = rng.uniform(-1, 1, (1000, 3, 3))
        matrices /= np.linalg.norm(matrices, axis=(1, 2), keepdims=True)
        weights = rng.uniform(0, 1000, (1000, 1, 3))
        weights *= 100 / np.linalg.norm(weights, axis=2, keepdims=True)
        centres = rng.uniform(-0.5, 0.5, (1000, 1, 3))
        for periodic, found in means.items():
            points = rsa(8, 3, np.random.default_rng(seed), periodic=periodic).points - 0.5
            losses = np.sum((((points - centres) @ matrices) * weights) ** 2, axis=2)
            found.append(losses.min(axis=1).mean())
    gains = np.subtract(means[False], means[True])
    assert gains.mean() > 4 * gains.std(ddof=1) / len(gains) ** 0.5
