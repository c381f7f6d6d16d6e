"""Quality measures against brute force, closed forms, and their definitions."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.spatial import cKDTree

from hpo_tutor import designs
from hpo_tutor.designs import boxes, measures

# sixths make points that coincide, share values, and lie on the faces of the cube
sixths = st.integers(0, 6).map(lambda k: k / 6)
anywhere = st.floats(0, 1, allow_subnormal=False).map(lambda x: round(x, 6))


def clouds(most, n_dims):
    """Few points in the unit cube, some of them in awkward places."""
    shapes = st.tuples(st.integers(1, most), n_dims if isinstance(n_dims, st.SearchStrategy) else st.just(n_dims))
    return shapes.flatmap(lambda shape: arrays(float, shape, elements=sixths | anywhere))


def farthest(points):
    """The covering radius by brute force.

    Where the distance to the nearest point is largest, the place is as far from each of some k points as from the
    others of them, and lies on d + 1 - k faces. So every choice of points and faces is solved for its place.
    """
    points = np.unique(points, axis=0)
    n, d = points.shape
    places = [np.array(corner) for corner in itertools.product((0.0, 1.0), repeat=d)]
    for n_faces in range(d):
        for axes in itertools.combinations(range(d), n_faces):
            free = [axis for axis in range(d) if axis not in axes]
            chosen = np.array(list(itertools.combinations(range(n), len(free) + 1)), int).reshape(-1, len(free) + 1)
            for sides in itertools.product((0.0, 1.0), repeat=n_faces):
                moved = points.copy()
                moved[:, axes] -= sides
                steps = moved[chosen[:, 1:]] - moved[chosen[:, :1]]
                ends = np.sum(moved[chosen[:, 1:]] ** 2, axis=2) - np.sum(moved[chosen[:, :1]] ** 2, axis=2)
                matrices = 2 * steps[:, :, free]
                solvable = np.abs(np.linalg.det(matrices)) > 1e-9
                found = np.linalg.solve(matrices[solvable], ends[solvable][:, :, None])[:, :, 0]
                for inner in found[np.all((found >= 0) & (found <= 1), axis=1)]:
                    place = np.empty(d)
                    place[free], place[list(axes)] = inner, sides
                    places.append(place)
    return max(np.min(np.linalg.norm(points - place, axis=1)) for place in places)


def largest_box(points):
    """The dispersion by brute force: every pair of values on every axis."""
    pairs = [itertools.combinations(np.unique([0.0, *values, 1.0]), 2) for values in points.T]
    best = 0.0
    for box in itertools.product(*map(list, pairs)):
        low, high = np.array(box).T
        if not np.any(np.all((points > low) & (points < high), axis=1)):
            best = max(best, float(np.prod(high - low)))
    return best


@settings(deadline=None)
@given(clouds(12, st.integers(1, 5)).filter(lambda points: len(points) > 1))
def test_distances_and_shadows_match_loops_over_all_pairs(points):
    """The smallest distance, the gaps and the numbers of values are those of every pair; twins have distance 0."""
    pairs = list(itertools.combinations(points, 2))
    assert measures.smallest_distance(points) == pytest.approx(min(math.dist(a, b) for a, b in pairs), abs=1e-15)
    np.testing.assert_allclose(measures.gaps(points), np.min([abs(a - b) for a, b in pairs], axis=0), atol=1e-15)
    assert measures.n_distinct(points).tolist() == [len(set(values)) for values in points.T]


@settings(deadline=None)
@given(clouds(8, 1) | clouds(7, 2) | clouds(5, 3))
def test_covering_radius_matches_all_places_that_could_be_farthest(points):
    """In one to three dimensions it is that of brute force, also with twins and points on faces."""
    assert measures.covering_radius(points) == pytest.approx(farthest(points), abs=1e-7)


@pytest.mark.parametrize(("n_levels", "n_dims"), [(7, 1), (5, 2), (10, 2), (3, 3), (6, 3), (3, 4), (2, 6)])
def test_covering_radius_of_the_two_grids(n_levels, n_dims):
    """The centre of a cell is farthest from an edge grid, a corner of a cell from a midpoint grid."""
    for name, n_cells in (("grid", n_levels - 1), ("grid-midpoints", n_levels)):
        points = designs.make(name, n_levels**n_dims, n_dims)
        assert measures.covering_radius(points) == pytest.approx(math.sqrt(n_dims) / (2 * n_cells))


@pytest.mark.parametrize("n_dims", [1, 2, 3, 5, 12])
def test_covering_radius_of_one_point(n_dims):
    """From the centre half a diagonal, from a corner a whole one; in 12 dimensions it is found by climbing."""
    for value, share in ((0.5, 0.5), (0.0, 1.0)):
        quality = designs.quality(np.full((1, n_dims), value))
        assert quality.covering_radius == pytest.approx(share * math.sqrt(n_dims))
        assert ("covering_radius" in quality.lower_bounds) == (n_dims == 12)


@pytest.mark.parametrize("n_dims", [2, 3, 4])
def test_no_wandering_place_gets_farther_than_the_radius(n_dims):
    """Of 20,000 random places, those farthest from 300 points wander on; they come near the radius, never beyond it."""
    rng = np.random.default_rng(0)
    points = rng.random((300, n_dims))
    radius = measures.covering_radius(points)
    tree = cKDTree(points)
    places = rng.random((20_000, n_dims))
    places = places[np.argsort(-tree.query(places)[0])[:200]]
    for step in np.geomspace(0.2, 1e-4, 300):
        tried = np.clip(places + rng.normal(0, step, places.shape), 0, 1)
        farther = tree.query(tried)[0] > tree.query(places)[0]
        places[farther] = tried[farther]
    assert 0.99 * radius < tree.query(places)[0].max() <= radius + 1e-12


@pytest.mark.parametrize("name", ["random", "lhs", "sobol", "grid", "grid-midpoints"])
def test_climbing_gives_a_lower_bound_that_is_near(name, monkeypatch):
    """Where the corners are too many, the radius is at most the exact one, and at least 95 % of it."""
    for seed, n_dims in itertools.product(range(3), (4, 5)):
        points = designs.make(name, 40, n_dims, seed)
        exact = designs.quality(points)
        with monkeypatch.context() as patch:
            patch.setattr(measures, "MOST_CORNERS", 0)
            bound = designs.quality(points)
        assert exact.lower_bounds == ()
        assert bound.lower_bounds == ("covering_radius",)
        assert 0.95 * exact.covering_radius <= bound.covering_radius <= exact.covering_radius + 1e-9


@pytest.mark.parametrize("n_points", [1, 2, 5, 40])
def test_discrepancy_of_midpoints_on_one_axis(n_points):
    """Squared, it is 1 / (12 N^2), the smallest that N points can have."""
    points = designs.make("grid-midpoints", n_points, 1)
    assert measures.discrepancy(points) == pytest.approx(1 / (12 * n_points**2))


def test_discrepancy_is_the_integral_of_its_definition():
    """The squared difference of share and volume, summed over the places of a fine lattice and over all projections."""
    points = np.array([[0.1, 0.7], [0.35, 0.2], [0.8, 0.55], [0.5, 0.5]])
    n = 800
    ticks = (np.arange(n) + 0.5) / n
    nearest = np.round(ticks)
    widths = np.abs(ticks - nearest)
    within = np.array(
        [
            [(min(t, a) <= value) & (value <= max(t, a)) for t, a in zip(ticks, nearest, strict=True)]
            for value in points.T.ravel()
        ]
    ).reshape(2, 4, n)
    alone = sum(np.mean((widths - within[axis].mean(axis=0)) ** 2) for axis in (0, 1))
    share = np.einsum("px,py->xy", within[0].astype(float), within[1].astype(float)) / 4
    both = np.mean((np.outer(widths, widths) - share) ** 2)
    assert measures.discrepancy(points) == pytest.approx(alone + both, rel=5e-3)


@settings(deadline=None)
@given(clouds(9, 1) | clouds(8, 2) | clouds(4, 3) | clouds(2, 4))
def test_dispersion_matches_all_boxes(points):
    """It is the volume of the largest of all boxes that hold no point inside."""
    assert measures.dispersion(points) == pytest.approx(largest_box(points), abs=1e-12)


@pytest.mark.parametrize(("n_levels", "n_dims"), [(9, 1), (6, 2), (31, 2), (4, 3), (10, 3), (3, 5)])
def test_dispersion_of_the_two_grids(n_levels, n_dims):
    """The largest empty box lies between two neighbouring levels of one axis."""
    for name, width in (("grid", 1 / (n_levels - 1)), ("grid-midpoints", 1 / n_levels)):
        points = designs.make(name, n_levels**n_dims, n_dims)
        assert measures.dispersion(points) == pytest.approx(width)


@pytest.mark.parametrize("name", ["grid", "jittered", "random", "lhs", "sobol"])
def test_a_thousand_points_are_proved_in_two_and_three_dimensions(name):
    """There, radius and dispersion are exact, and quality says so."""
    for n_dims in (2, 3):
        assert designs.quality(designs.make(name, 1000, n_dims)).lower_bounds == ()


def test_a_search_cut_short_gives_an_empty_box_and_says_so(monkeypatch):
    """The dispersion is then a lower bound: a box that is empty, but perhaps not the largest."""
    points = designs.make("sobol", 256, 4)
    exact = measures.dispersion(points)
    low, high, n_boxes = boxes.largest_empty(points, 200)
    assert n_boxes > 200
    assert not np.any(np.all((points > low) & (points < high), axis=1))
    monkeypatch.setattr(measures, "MOST_STEPS", 200 * points.size)
    assert designs.quality(points).lower_bounds == ("dispersion",)
    assert np.prod(high - low) == measures.dispersion(points) < exact


@settings(deadline=None, max_examples=30)
@given(clouds(10, st.integers(2, 4)).filter(lambda points: len(points) > 1), st.randoms(use_true_random=False))
def test_a_mirrored_turned_or_reordered_design_is_as_good(points, shuffler):
    """No measure depends on which axis is first, where it begins, or which trial is run first."""
    axes, rows = list(range(points.shape[1])), list(range(len(points)))
    shuffler.shuffle(axes)
    shuffler.shuffle(rows)
    flipped = [shuffler.random() < 0.5 for _ in axes]
    other = np.where(flipped, 1 - points, points)[rows][:, axes]
    before, after = designs.quality(points), designs.quality(other)
    for name in ("smallest_distance", "covering_radius", "discrepancy", "dispersion"):
        assert getattr(after, name) == pytest.approx(getattr(before, name), abs=1e-7), name
    np.testing.assert_allclose(after.gaps, before.gaps[axes], atol=1e-12)


def test_quality_gathers_all_measures():
    """Each field is its own function's value; the same points give the same measures, also where places climb."""
    for n_points, n_dims in ((30, 3), (64, 9)):
        points = designs.make("random", n_points, n_dims, seed=1)
        quality = designs.quality(points)
        for name in quality._fields[:-1]:
            assert np.array_equal(getattr(quality, name), getattr(measures, name)(points)), name


def test_one_point_has_no_distance():
    """Quality leaves it open, so that a slider may begin at one point; to ask for it is an error."""
    quality = designs.quality(np.array([[0.25, 0.5]]))
    assert math.isnan(quality.smallest_distance)
    assert np.isnan(quality.gaps).all()
    assert quality.n_distinct.tolist() == [1, 1]
    assert quality.dispersion == pytest.approx(0.75)
    for measure in (measures.smallest_distance, measures.gaps):
        with pytest.raises(ValueError, match="at least two points"):
            measure(np.array([[0.25, 0.5]]))


@pytest.mark.parametrize("name", [*measures.Quality._fields[:-1], "quality"])
def test_errors_say_the_rule_the_value_and_the_way_out(name):
    """Points outside the cube, numbers that are none, and wrong shapes are named by every measure."""
    measure = getattr(measures, name)
    with pytest.raises(ValueError, match=r"unit cube, one coordinate is 1\.5; scale"):
        measure(np.array([[0.5, 0.5], [0.1, 1.5]]))
    with pytest.raises(ValueError, match="one coordinate is nan"):
        measure(np.array([[0.5, 0.5], [0.1, np.nan]]))
    for wrong in (np.zeros(3), np.zeros((0, 2)), np.zeros((2, 0)), np.zeros((2, 2, 2))):
        with pytest.raises(ValueError, match=r"shape \(N, d\)"):
            measure(wrong)
