"""Optimisers of a surrogate end where brute force does, never climb, stay in the cube, and count what they look at."""

from functools import cache

import numpy as np
import pytest

from hpo_tutor.designs.sparse_grids import places, regular
from hpo_tutor.surrogates.b_splines import BSplines
from hpo_tutor.surrogates.minimisers import MINIMISERS, folded, minimise, mirrored

WITH_SLOPES = ("gradient-descent", "conjugate-gradient", "newton", "rprop")
TO_THE_EDGE = tuple(name for name in MINIMISERS if name not in ("conjugate-gradient", "newton"))
every_name = pytest.mark.parametrize("name", MINIMISERS)


class Counting:
    """A surface that counts the places it is asked for, and remembers its lowest value and whether one lay outside."""

    def __init__(self, surface):
        self.surface, self.n_places, self.left_the_cube, self.lowest = surface, 0, False, np.inf

    def _seen(self, x):
        self.n_places += len(x)
        self.left_the_cube |= bool(((x < 0) | (x > 1)).any())
        return x

    def predict(self, x):
        """Values."""
        values = self.surface.predict(self._seen(x))
        self.lowest = min(self.lowest, values.min())
        return values

    def gradient(self, x):
        """Slopes."""
        return self.surface.gradient(self._seen(x))

    def hessian(self, x):
        """Second derivatives."""
        return self.surface.hessian(self._seen(x))


@cache
def bowl(*middle):
    """The B-splines of a quadratic with its minimum at ``middle``, three times as steep along the second axis."""
    nodes = regular(4, len(middle))
    weights = np.array([1.0, 3.0, 2.0])[: len(middle)]
    return BSplines(*nodes, ((places(*nodes) - middle) ** 2) @ weights)


@cache
def valleys():
    """A shallow valley at 0.25 and a deep one at 0.8 along the first axis, level along the second but for a bend."""
    nodes = regular(6, 2)
    x, y = places(*nodes).T
    values = -0.5 * np.exp(-(((x - 0.25) / 0.12) ** 2)) - np.exp(-(((x - 0.8) / 0.12) ** 2)) + (y - 0.5) ** 2
    return BSplines(*nodes, values)


@cache
def lowest(surface):
    """The minimum among 101^2 places of the cube: (2,), and its value."""
    axis = np.linspace(0, 1, 101)
    grid = np.stack(np.meshgrid(axis, axis, indexing="ij"), axis=-1).reshape(-1, 2)
    values = surface.predict(grid)
    return grid[np.argmin(values)], values.min()


@cache
def way(name, middle, start=(0.9, 0.15)):
    """One optimiser's way down a bowl, and the surface that counted."""
    surface = Counting(bowl(*middle))
    return minimise(name, surface, start), surface


@every_name
@pytest.mark.parametrize("start", [(), ((0.0, 1.0),)], ids=["side", "corner"])
def test_each_reaches_the_bottom_of_a_bowl(name, start):
    """From the side and from a corner: to 10^-3 of the cube's side, and as low as brute force."""
    found, _ = way(name, (0.4, 0.6), *start)
    assert found.name == name
    np.testing.assert_allclose(found.path[-1], (0.4, 0.6), atol=1e-3)
    place, value = lowest(bowl(0.4, 0.6))
    np.testing.assert_allclose(place, (0.4, 0.6), atol=0.011)
    assert found.values[-1] < value + 1e-6


@every_name
@pytest.mark.parametrize("middle", [(0.37,), (0.4, 0.6, 0.55)])
def test_each_does_so_in_other_numbers_of_dimensions(name, middle):
    """In one and in three."""
    found = minimise(name, bowl(*middle), np.full(len(middle), 0.8))
    np.testing.assert_allclose(found.path[-1], middle, atol=2e-3)


@every_name
@pytest.mark.parametrize("middle", [(0.4, 0.6), (-0.2, 0.6), (1.1, -0.3)])
def test_a_way_leads_down_from_the_start_within_the_cube(name, middle):
    """Each step ends lower than the one before, at the surface's own value, wherever the minimum lies.

    Only those that know no bounds may stop at the start, where the minimum lies on a side.
    """
    found, surface = way(name, middle)
    np.testing.assert_array_equal(found.path[0], (0.9, 0.15))
    assert found.path.shape == (len(found.values), 2)
    assert len(found.values) > 1 or (name not in TO_THE_EDGE and middle != (0.4, 0.6))
    assert (np.diff(found.values) < 0).all()
    assert ((found.path >= 0) & (found.path <= 1)).all()
    assert not surface.left_the_cube
    np.testing.assert_allclose(bowl(*middle).predict(found.path), found.values, rtol=0, atol=1e-12)


@every_name
@pytest.mark.parametrize("middle", [(0.4, 0.6), (-0.2, 0.6)])
def test_evaluations_are_the_places_that_were_asked_for(name, middle):
    """Values, slopes and curvatures alike."""
    found, surface = way(name, middle)
    assert found.n_evaluations == surface.n_places > 10


@pytest.mark.parametrize("name", TO_THE_EDGE)
@pytest.mark.parametrize("middle", [(-0.2, 0.6), (1.1, -0.3)])
def test_five_reach_a_minimum_on_the_cubes_side(name, middle):
    """And in its corner, from either of two starts: within a hundredth of a surface's height that is more than 1."""
    place, value = lowest(bowl(*middle))
    np.testing.assert_allclose(place, np.clip(middle, 0, 1), atol=0.011)
    for found in (way(name, middle)[0], minimise(name, bowl(*middle), (0.1, 0.95), seed=1)):
        assert found.values[-1] < value + 5e-3
        np.testing.assert_allclose(found.path[-1], np.clip(middle, 0, 1), atol=0.03)


@pytest.mark.parametrize("name", ["conjugate-gradient", "newton"])
@pytest.mark.parametrize("middle", [(-0.2, 0.6), (1.1, -0.3), (0.4, -0.1)])
@pytest.mark.parametrize("start", [(0.9, 0.15), (0.1, 0.95), (0.35, 0.5)])
def test_those_that_know_no_bounds_end_at_the_best_place_they_looked_at(name, middle, start):
    """And so never above a place that a step passed on its way out of the cube."""
    surface = Counting(bowl(*middle))
    found = minimise(name, surface, start)
    assert found.values[-1] == surface.lowest


def test_conjugate_gradients_come_near_a_side():
    """The median of 30 starts ends in the lowest twentieth of the way down to a minimum on the cube's side."""
    _, value = lowest(bowl(-0.2, 0.6))
    ways = [
        minimise("conjugate-gradient", bowl(-0.2, 0.6), start) for start in np.random.default_rng(5).random((30, 2))
    ]
    left = [(found.values[-1] - value) / (found.values[0] - value) for found in ways]
    assert np.median(left) < 0.05


@pytest.mark.parametrize("name", ["gradient-descent", "rprop", "nelder-mead", "cma-es"])
def test_hats_are_no_hindrance(name):
    """Down a slope of hats, whose kinks lie across the way, four reach the corner."""
    nodes = regular(3, 2)
    slope = BSplines(*nodes, places(*nodes) @ [1.0, 2.0], degree=1)
    np.testing.assert_allclose(minimise(name, slope, (0.8, 0.8)).path[-1], 0, atol=1e-4)


@pytest.mark.parametrize("name", ["nelder-mead", "differential-evolution"])
@pytest.mark.parametrize("seed", range(2))
def test_two_leave_a_shallow_valley(name, seed):
    """With other starts or a population they see the whole cube."""
    place, value = lowest(valleys())
    assert place[0] > 0.7
    found = minimise(name, valleys(), (0.25, 0.4), seed)
    assert found.values[-1] < value + 5e-3
    np.testing.assert_allclose(found.path[-1], place, atol=0.07)


@pytest.mark.parametrize("name", ["gradient-descent", "newton"])
def test_two_stay_in_the_valley_of_their_start(name):
    """Slopes say nothing of the hill's other side."""
    found = minimise(name, valleys(), (0.3, 0.4))
    assert abs(found.path[-1][0] - 0.25) < 0.05
    assert np.abs(valleys().gradient(found.path[-1:])).max() < 0.01


@every_name
def test_a_seed_repeats_a_way(name):
    """Exactly; other seeds make other ways for those that draw, and the same for those that follow slopes."""
    one, _ = way(name, (0.4, 0.6))
    two, other = (minimise(name, bowl(0.4, 0.6), (0.9, 0.15), seed) for seed in (0, 1))
    assert one.n_evaluations == two.n_evaluations
    np.testing.assert_array_equal(one.path, two.path)
    np.testing.assert_array_equal(one.values, two.values)
    same = one.path.shape == other.path.shape and np.array_equal(one.path, other.path)
    assert (same and one.n_evaluations == other.n_evaluations) == (name in WITH_SLOPES)


@every_name
def test_a_plain_has_no_way(name):
    """Nothing is lower than the start, so the path is the start."""
    found = minimise(name, BSplines([[1, 1]], [[1, 1]], [2.0]), (0.3, 0.8))
    np.testing.assert_array_equal(found.path, [(0.3, 0.8)])
    np.testing.assert_array_equal(found.values, [2.0])


def test_the_start_is_left_as_it_was():
    """The path keeps a copy, and nothing is written into the caller's."""
    start = np.array([0.9, 0.15])
    found = minimise("rprop", bowl(0.4, 0.6), start)
    np.testing.assert_array_equal(start, (0.9, 0.15))
    start[:] = 0
    np.testing.assert_array_equal(found.path[0], (0.9, 0.15))


def test_unknown_optimisers_are_refused():
    """The error lists those there are."""
    with pytest.raises(ValueError, match=r"must be one of nelder-mead, .*, rprop; it is 'adam'"):
        minimise("adam", bowl(0.4, 0.6), (0.5, 0.5))


@pytest.mark.parametrize("start", [(-0.1, 0.5), (0.5, 1.01), (0.5, np.nan), [[0.5, 0.5]], 0.5])
def test_starts_outside_the_cube_are_refused(start):
    """Or that are no point."""
    with pytest.raises(ValueError, match=r"start must be a point \(d,\) of the unit cube, got"):
        minimise("newton", bowl(0.4, 0.6), start)


def test_folding_is_the_distance_to_the_next_even_number():
    """Which is where a ray ends that mirrors at 0 and 1 throw back; in the cube nothing changes."""
    x = np.random.default_rng(0).uniform(-7, 7, (500, 3))
    np.testing.assert_allclose(folded(x), np.abs(x - 2 * np.round(x / 2)), atol=1e-12)
    inside = np.array([0.0, 0.3, 1.0])
    np.testing.assert_allclose(folded(inside), inside, atol=1e-15)


def test_mirrors_turn_slopes_and_curvatures():
    """Those of the folded surface are the cube's times the signs, by central differences outside the cube."""
    x, step, model = np.random.default_rng(1).uniform(-3, 3, (60, 2)), 1e-6, bowl(0.4, 0.6)
    x = x[(np.abs(x - np.round(x)) > 1e-3).all(axis=1)]  # at the mirrors themselves there are kinks

    def slopes(at):
        return model.gradient(folded(at)) * mirrored(at)

    for dim, shift in enumerate(step * np.eye(2)):
        values = (model.predict(folded(x + shift)) - model.predict(folded(x - shift))) / (2 * step)
        np.testing.assert_allclose(slopes(x)[:, dim], values, atol=1e-7)
        bends = model.hessian(folded(x))[:, dim] * mirrored(x)[:, [dim]] * mirrored(x)
        np.testing.assert_allclose(bends, (slopes(x + shift) - slopes(x - shift)) / (2 * step), atol=1e-6)
        ups = (folded(x + shift) - folded(x - shift))[:, dim] / (2 * step)
        np.testing.assert_allclose(mirrored(x)[:, dim], ups, atol=1e-8)
