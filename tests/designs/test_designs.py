"""Designs: how many points, where they lie, and what can be chosen about them."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hpo_tutor import designs

LATTICES = ("grid", "grid-midpoints", "jittered")
OTHERS = ("random", "lhs", "sobol")
TILINGS = ("rsa", "hypertiling", "rsa-lhs")  # made with more care, so more slowly

counts = st.integers(1, 300)
dims = st.integers(1, 6)
seeds = st.integers(0, 2**32 - 1)


@settings(deadline=None)
@given(st.sampled_from(LATTICES + OTHERS), counts, dims, seeds)
def test_points_lie_in_the_unit_cube_and_the_seed_repeats_them(name, n_points, n_dims, seed):
    """Every design lies in the unit cube, and a seed gives the same points twice."""
    points = designs.make(name, n_points, n_dims, seed)
    assert points.dtype == np.float64
    assert np.all((points >= 0) & (points <= 1))
    assert np.array_equal(points, designs.make(name, n_points, n_dims, seed))


@settings(deadline=None, max_examples=40)
@given(st.sampled_from(TILINGS), st.integers(1, 40), st.integers(2, 3), seeds)
def test_tilings_give_exactly_n_points_in_the_unit_cube_and_the_seed_repeats_them(name, n_points, n_dims, seed):
    """So does every tiling, for any N."""
    points = designs.make(name, n_points, n_dims, seed)
    assert points.shape == (n_points, n_dims)
    assert points.dtype == np.float64
    assert np.all((points >= 0) & (points <= 1))
    assert np.array_equal(points, designs.make(name, n_points, n_dims, seed))


def test_every_design_is_tested_here():
    """A new one joins one of the three groups."""
    assert set(LATTICES + OTHERS + TILINGS) == set(designs.NAMES)


@settings(deadline=None)
@given(st.sampled_from(OTHERS), counts, dims)
def test_exactly_n_points(name, n_points, n_dims):
    """Designs that are no lattices give exactly the points that were asked for."""
    assert designs.make(name, n_points, n_dims).shape == (n_points, n_dims)


@settings(deadline=None)
@given(st.sampled_from(LATTICES), counts, dims)
def test_lattices_give_the_largest_power_that_fits(name, n_points, n_dims):
    """A lattice has n^d points, the largest such number that is at most N; the root is exact."""
    n = 1
    while (n + 1) ** n_dims <= n_points:
        n += 1
    assert designs.make(name, n_points, n_dims).shape == (n**n_dims, n_dims)


@pytest.mark.parametrize(("n_levels", "n_dims"), [(5, 3), (10, 3), (6, 3), (3, 5), (2, 10), (7, 4)])
def test_whole_powers_are_not_lost_to_rounding(n_levels, n_dims):
    """N = n^d gives n levels, N = n^d - 1 one fewer, although the root in floating point may be 4.999..."""
    assert len(designs.make("grid", n_levels**n_dims, n_dims)) == n_levels**n_dims
    assert len(designs.make("grid", n_levels**n_dims - 1, n_dims)) == (n_levels - 1) ** n_dims


def test_one_level_stands_in_the_centre_in_any_dimension():
    """Fewer than 2^d points leave a lattice one level: the centre, for both grids."""
    for name in ("grid", "grid-midpoints"):
        assert np.array_equal(designs.make(name, 60, 70), np.full((1, 70), 0.5))


def test_levels_of_the_two_grids():
    """The grid stands on k / (n - 1), edges included; the midpoint grid on (k + 1/2) / n; both combine all levels."""
    for name, levels in (("grid", [0, 1 / 3, 2 / 3, 1]), ("grid-midpoints", [1 / 8, 3 / 8, 5 / 8, 7 / 8])):
        points = designs.make(name, 20, 2)
        wanted = {(a, b) for a in levels for b in levels}
        assert {tuple(point) for point in points} == wanted


@settings(deadline=None)
@given(st.integers(1, 200), st.integers(1, 5), seeds)
def test_lhs_has_one_point_in_every_stratum_of_every_axis(n_points, n_dims, seed):
    """On each axis, each of the N equal slices holds exactly one point."""
    strata = np.floor(designs.make("lhs", n_points, n_dims, seed) * n_points).astype(int)
    for axis in range(n_dims):
        assert sorted(strata[:, axis]) == list(range(n_points))


@settings(deadline=None)
@given(counts, st.integers(1, 5), seeds)
def test_jittered_has_one_point_in_every_cell(n_points, n_dims, seed):
    """Each of the n^d cells holds exactly one point."""
    points = designs.make("jittered", n_points, n_dims, seed)
    n = round(len(points) ** (1 / n_dims))
    assert len({tuple(cell) for cell in np.floor(points * n).astype(int)}) == len(points)


@settings(deadline=None)
@given(st.integers(1, 6), st.integers(1, 4), seeds)
def test_sobol_is_a_net_where_the_count_is_a_power_of_two(log_count, n_dims, seed):
    """2^m points of the sequence put exactly one in each of the 2^m slices of every axis."""
    points = designs.make("sobol", 2**log_count, n_dims, seed)
    for axis in range(n_dims):
        assert sorted(np.floor(points[:, axis] * 2**log_count).astype(int)) == list(range(2**log_count))


@settings(deadline=None)
@given(st.sampled_from(["random", "sobol"]), st.integers(1, 100), st.integers(1, 100), st.integers(1, 4), seeds)
def test_ordered_designs_begin_alike(name, n_points, n_more, n_dims, seed):
    """The first points of a larger ordered design are the smaller one, so a search can be prolonged."""
    assert designs.is_ordered(name)
    longer = designs.make(name, n_points + n_more, n_dims, seed)
    assert np.array_equal(longer[:n_points], designs.make(name, n_points, n_dims, seed))


@pytest.mark.parametrize("name", designs.NAMES)
def test_no_warning_and_no_global_randomness(name):
    """Nothing is warned of at any count, and numpy's global state is neither used nor changed."""
    np.random.seed(1)  # noqa: NPY002 - the global state is what this test is about
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        points = designs.make(name, 13, 3, seed=5)
    assert np.array_equal(before, np.random.get_state()[1])  # noqa: NPY002
    np.random.seed(2)  # noqa: NPY002
    assert np.array_equal(points, designs.make(name, 13, 3, seed=5))


def test_seeds_differ_where_there_is_chance_and_only_there():
    """Another seed gives other points, except for the two grids, which have nothing random in them."""
    for name in designs.NAMES:
        same = np.array_equal(designs.make(name, 16, 2, seed=0), designs.make(name, 16, 2, seed=1))
        assert same == (name in ("grid", "grid-midpoints"))


def test_errors_say_the_rule_the_value_and_the_way_out():
    """An unknown name lists the designs that exist; a count below one is named."""
    with pytest.raises(ValueError, match=r"grid, grid-midpoints, jittered, random, lhs, sobol, rsa, .*'halton'"):
        designs.make("halton", 10, 2)
    with pytest.raises(ValueError, match="n_points must be a whole number of at least 1, it is 0"):
        designs.make("random", 0, 2)
    with pytest.raises(ValueError, match=r"n_dims must be a whole number of at least 1, it is 1\.5"):
        designs.make("random", 5, 1.5)


def test_a_design_knows_its_options():
    """Options reach the design; one that it does not have is refused, with those that it has."""
    edges = designs.make("lhs", 5, 2, levels="edges")
    assert sorted(edges[:, 0]) == pytest.approx([0, 0.25, 0.5, 0.75, 1])
    with pytest.raises(ValueError, match="options of the design 'lhs' are: levels; got symmetry"):
        designs.make("lhs", 5, 2, symmetry=5)
    with pytest.raises(ValueError, match="options of the design 'random' are: none; got levels"):
        designs.examine("random", 5, 2, levels="edges")


@pytest.mark.parametrize("name", designs.NAMES)
def test_examine_tells_the_same_points_their_quality_and_what_was_found(name):
    """The points are those of ``make``, the quality is theirs, and only tilings have more to tell."""
    points, quality, found = designs.examine(name, 12, 2, seed=3)
    assert np.array_equal(points, designs.make(name, 12, 2, seed=3))
    assert repr(quality) == repr(designs.quality(points))
    assert bool(found) == (name in TILINGS)
    assert "points" not in found


def test_the_spheres_of_rsa_do_not_overlap():
    """The diameter that was reached is told, and no two points are nearer, also through the walls."""
    points, quality, found = designs.examine("rsa", 27, 3, seed=1)
    apart = np.abs(points[:, None] - points)
    distances = np.linalg.norm(np.minimum(apart, 1 - apart), axis=2)[~np.eye(27, dtype=bool)]
    assert distances.min() >= found["diameter"] > 0
    assert quality.smallest_distance >= found["diameter"]
