"""Hypertilings as designs: exactly N points of a tiling, wherever it is cut."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import cKDTree

from hpo_tutor import designs
from hpo_tutor.designs.multigrid import star
from hpo_tutor.designs.quasicrystals import hypertiling

seeds = st.integers(0, 2**32 - 1)


def made(n_points, n_dims, seed=0, symmetry=None):
    """A hypertiling of that seed, with what its room tells."""
    return hypertiling(n_points, n_dims, np.random.default_rng(seed), symmetry=symmetry)


def smallest_distance(points):
    """The smallest distance between two points."""
    return cKDTree(points).query(points, 2)[0][:, 1].min()


@settings(deadline=None)
@given(st.integers(1, 300), st.integers(2, 4), st.integers(0, 3), seeds)
def test_any_count_of_points_each_once_within_the_cube(n_points, n_dims, more, seed):
    """Exactly N points in [0, 1]^d, no two the same on any axis, for any N and symmetries d to d + 3."""
    points = made(n_points, n_dims, seed, n_dims + more).points
    assert points.shape == (n_points, n_dims)
    assert np.all((points >= 0) & (points <= 1))
    if n_points > 1:
        assert smallest_distance(points) > 1e-3
        assert np.diff(np.sort(points, axis=0), axis=0).min() > 0


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 800), st.integers(5, 6), st.integers(0, 2), seeds)
def test_any_count_of_points_in_five_and_six_dimensions(n_points, n_dims, more, seed):
    """The same where the tiles have 32 and 64 corners."""
    points = made(n_points, n_dims, seed, n_dims + more).points
    assert points.shape == (n_points, n_dims)
    assert np.all((points >= 0) & (points <= 1))
    assert n_points == 1 or smallest_distance(points) > 1e-3


@pytest.mark.parametrize("symmetry", [4, 5, 6, 7])
def test_every_point_is_a_whole_number_of_edges_from_every_other(symmetry):
    """Differences of points, in edges, are whole-numbered sums of the star's vectors, turned, as in a tiling.

    Distances do not depend on the turn, so they are compared with those of all such sums.
    """
    patch = made(40, 2, 1, symmetry)
    vectors = star(symmetry, 2)
    edge = np.linalg.norm(patch.points[:, None] - patch.points, axis=2) / patch.scale
    steps = np.array(np.meshgrid(*[range(-3, 4)] * symmetry)).reshape(symmetry, -1).T
    known = np.linalg.norm(steps @ vectors, axis=1)
    near = edge[(edge > 0) & (edge < 1.5)]
    assert cKDTree(known[:, None]).query(near[:, None])[0].max() < 1e-6
    assert np.sum(np.abs(edge - 1) < 1e-9) > 2 * 40  # more than one neighbour at an edge's length for each point


@pytest.mark.parametrize(("n_points", "n_dims", "symmetry"), [(4000, 2, 5), (4000, 2, 4), (4000, 3, 4), (4000, 3, 6)])
def test_the_cube_is_filled_as_densely_as_the_tiling(n_points, n_dims, symmetry):
    """N points at density rho fill N / rho volumes of an edge; each octant holds its share, so there is no hole."""
    patch = made(n_points, n_dims, 3, symmetry)
    volumes = np.abs([np.linalg.det(star(symmetry, n_dims)[list(c)]) for c in choices(symmetry, n_dims)])
    density = volumes.sum() / np.sum(volumes**2)
    assert n_points * patch.scale**n_dims == pytest.approx(density, rel=0.02)
    parts = np.unique(patch.points > 0.5, axis=0, return_counts=True)[1]
    assert parts == pytest.approx(n_points / 2**n_dims, rel=0.1)


def choices(symmetry, n_dims):
    """All choices of d among t, by counting in binary."""
    bits = [[j for j in range(symmetry) if number >> j & 1] for number in range(2**symmetry)]
    return [chosen for chosen in bits if len(chosen) == n_dims]


def test_penrose_points_keep_their_distance():
    """With t = 5, no two points nearer than an edge divided by the golden ratio."""
    for seed in range(5):
        patch = made(200, 2, seed, 5)
        assert smallest_distance(patch.points) == pytest.approx(patch.scale * 2 / (1 + 5**0.5))


def test_the_wall_stands_midway_between_the_last_point_and_the_next():
    """The N points of a design are the N nearest to its centre: with one more wanted, the cube only grows a little.

    The outermost point stands as far from its wall as the next one, which was left out, stands beyond it.
    """
    for seed in range(5):
        few, more = made(50, 2, seed, 5), made(51, 2, seed, 5)
        enlarged = (few.points - 0.5) / few.scale
        further = (more.points - 0.5) / more.scale
        distance, index = cKDTree(further).query(enlarged)
        assert distance.max() < 1e-9
        left_out = np.abs(further[list(set(range(51)) - set(index))]).max()
        assert 0.5 / few.scale - np.abs(enlarged).max() == pytest.approx(left_out - 0.5 / few.scale)


class Scripted:
    """A generator that turns nothing, shifts nothing, and chooses the centres it is given."""

    def __init__(self, centres):
        self.centres = list(centres)

    def normal(self, size):
        """No turn."""
        return np.eye(*size)

    def random(self, size):
        """No shift."""
        return np.zeros(size)

    def uniform(self, low, high, size):
        """The next centre."""
        return np.array(self.centres.pop(0))


def test_a_tie_is_resolved_by_another_centre():
    """Around a vertex of squares, eight others are equally far, so two points cannot be chosen; elsewhere they can."""
    rng = Scripted([[0.0, 0.0], [1.0, -2.0], [0.2, 0.1]])
    points = hypertiling(2, 2, rng, symmetry=2).points
    assert rng.centres == []
    # (0, 0) and (1, 0) are 0.2 and 0.8 away, the next, (0, 1), 0.9
    assert points == pytest.approx(0.5 + (np.array([[0, 0], [1, 0]]) - [0.2, 0.1]) / 1.7)


def test_seeds_repeat_and_differ():
    """A seed gives the same points, another seed others, and so does another symmetry."""
    assert np.array_equal(made(30, 3, 5).points, made(30, 3, 5).points)
    assert not np.allclose(made(30, 3, 5).points, made(30, 3, 6).points)
    assert not np.allclose(made(30, 3, 5).points, made(30, 3, 5, symmetry=6).points)


def test_through_make_and_examine():
    """``symmetry`` reaches the design, which tells its scale; without it t = d + 1."""
    found = designs.examine("hypertiling", 40, 2, seed=2, symmetry=5).found
    assert found["symmetry"] == 5
    assert found["scale"] == made(40, 2, 2, 5).scale
    assert found["n_made"] > 40
    for n_dims in range(2, 7):
        points = designs.make("hypertiling", 30, n_dims, seed=2)
        assert np.array_equal(points, designs.make("hypertiling", 30, n_dims, seed=2, symmetry=n_dims + 1))


def best_values(symmetry, n_points, n_dims, n_patterns, n_problems=1000):
    """Mean best value of each of many patterns over random quadratics ||(x - p) A w||^2; (n_patterns,)."""
    rng = np.random.default_rng(n_points)
    mixing = rng.uniform(-1, 1, (n_problems, n_dims, n_dims))
    mixing /= np.linalg.norm(mixing, axis=(1, 2), keepdims=True)
    weights = rng.uniform(0, 1000, (n_problems, 1, n_dims))
    mixing *= 100 * weights / np.linalg.norm(weights, axis=2, keepdims=True)
    optima = rng.uniform(-0.5, 0.5, (n_problems, n_dims, 1))
    squares = mixing @ np.swapaxes(mixing, 1, 2)  # x S x - 2 x S p + p S p, which is linear in x x, x and 1
    slopes, heights = -2 * squares @ optima, np.swapaxes(optima, 1, 2) @ squares @ optima
    coefs = np.concatenate([part.reshape(n_problems, -1) for part in (squares, slopes, heights)], axis=1)
    best = []
    for seed in range(n_patterns):
        points = made(n_points, n_dims, seed, symmetry).points - 0.5
        pairs = (points[:, :, None] * points[:, None]).reshape(n_points, -1)
        best.append((np.hstack([pairs, points, np.ones((n_points, 1))]) @ coefs.T).min(axis=0).mean())
    return np.array(best)


@pytest.mark.parametrize(
    ("n_points", "n_dims", "n_patterns", "alike", "worse"),
    [(64, 2, 100, (2, 4), (6, 12)), (27, 3, 50, (7,), (6, 8)), (81, 4, 60, (6,), (4,))],
)
def test_no_symmetry_places_points_better_than_the_default(n_points, n_dims, n_patterns, alike, worse):
    """On the same random quadratics, none is better by more than 2 standard errors; most are worse by more than 2."""
    own = best_values(None, n_points, n_dims, n_patterns)
    worse_by = {}
    for symmetry in (*alike, *worse):
        theirs = best_values(symmetry, n_points, n_dims, n_patterns)
        error = np.hypot(theirs.std(), own.std()) / len(own) ** 0.5
        worse_by[symmetry] = (theirs.mean() - own.mean()) / error
    assert min(worse_by.values()) > -2
    assert all(worse_by[symmetry] > 2 for symmetry in worse)


def test_errors_say_the_rule_the_value_and_the_way_out():
    """One dimension, seven, too few and too many directions: what is wrong, and what can be done instead."""
    with pytest.raises(ValueError, match=r"2 to 6 hyperparameters, not for 1: on one axis take 'grid-midpoints'"):
        designs.make("hypertiling", 10, 1)
    with pytest.raises(ValueError, match=r"2 to 6 hyperparameters, not for 7: take 'sobol' or 'lhs'"):
        designs.make("hypertiling", 10, 7)
    with pytest.raises(ValueError, match=r"from 3 to 40, it is 2: fewer directions do not span the cube"):
        designs.make("hypertiling", 10, 3, symmetry=2)
    with pytest.raises(ValueError, match=r"from 2 to 141, it is 5\.5"):
        designs.make("hypertiling", 10, 2, symmetry=5.5)
