"""Stars: directions spread as evenly as can be, known in closed form where they are all at one angle."""

import numpy as np
import pytest
from scipy.optimize import minimize

from hpo_tutor.designs.stars import _upright, energy, star

SEVERAL = [(3, 3), (4, 3), (5, 3), (6, 3), (7, 3), (4, 4), (5, 4), (6, 4), (7, 4), (6, 5), (8, 5), (7, 6), (9, 6)]


def least_possible_energy(symmetry, n_dims):
    """No star has less: a pair's energy is convex in its squared cosine, whose mean Welch's bound keeps from below.

    Welch (1974), doi:10.1109/TIT.1974.1055219
    """
    cosine = ((symmetry - n_dims) / (n_dims * (symmetry - 1))) ** 0.5
    return symmetry * (symmetry - 1) / 2 * ((2 - 2 * cosine) ** -0.5 + (2 + 2 * cosine) ** -0.5)


@pytest.mark.parametrize(("symmetry", "n_dims"), [*SEVERAL, (2, 2), (3, 2), (4, 2), (5, 2), (6, 2), (12, 2)])
def test_vectors_have_length_one_and_are_the_same_each_time(symmetry, n_dims):
    """A star is (t, d) unit vectors, kept in memory, which nobody can change by accident."""
    vectors = star(symmetry, n_dims)
    assert vectors.shape == (symmetry, n_dims)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-14)
    assert star(symmetry, n_dims) is vectors
    with pytest.raises(ValueError, match="read-only"):
        vectors[0] = 0


def test_upright_is_one_position_however_the_vectors_were_turned():
    """Also where the first d vectors do not span the space, as 9 in 4-D and 7 in 5-D: no sign hangs on rounding."""
    flat = np.array([[1, 0, 0], [0.6, 0.8, 0], [-0.6, 0.8, 0], [0, 0.6, 0.8]])
    rng = np.random.default_rng(0)
    for vectors in (flat, star(6, 3), star(9, 4), star(7, 5), star(7, 6)):
        for _ in range(10):
            turn = np.linalg.qr(rng.normal(size=(vectors.shape[1],) * 2))[0]
            assert _upright(vectors @ turn) == pytest.approx(vectors, abs=1e-9)


def test_in_the_plane_the_angles_are_equal():
    """Odd t: the corners of a regular polygon; even t: half of those of one with 2 t corners."""
    for symmetry in range(2, 20):
        turn = 2 * np.pi / symmetry if symmetry % 2 else np.pi / symmetry
        angles = np.unwrap(np.arctan2(*star(symmetry, 2).T[::-1]))
        assert angles == pytest.approx(turn * np.arange(symmetry))


@pytest.mark.parametrize("n_dims", [3, 4, 5, 6])
def test_as_many_directions_as_dimensions_are_the_axes(n_dims):
    """Where t = d, orthogonal vectors, turned upright."""
    assert star(n_dims, n_dims) == pytest.approx(np.eye(n_dims), abs=1e-9)


@pytest.mark.parametrize(("symmetry", "n_dims"), [(4, 3), (5, 4), (6, 5), (7, 6), (6, 3), (10, 5), (16, 6)])
def test_stars_with_one_angle_reach_the_least_possible_energy(symmetry, n_dims):
    """Simplices, the icosahedron (6 in 3-D), and the 10 in 5-D and 16 in 6-D lines that are all at one angle."""
    vectors = star(symmetry, n_dims)
    assert energy(vectors) == pytest.approx(least_possible_energy(symmetry, n_dims), rel=1e-12)
    cosines = np.abs(vectors @ vectors.T)[np.triu_indices(symmetry, 1)]
    assert cosines == pytest.approx(((symmetry - n_dims) / (n_dims * (symmetry - 1))) ** 0.5, abs=1e-9)


@pytest.mark.parametrize(("symmetry", "n_dims"), SEVERAL)
def test_no_star_beats_the_bound_and_no_small_step_improves_one(symmetry, n_dims):
    """The energy is at least Welch's, and moving any vector a little in any direction never lowers it."""
    vectors = star(symmetry, n_dims)
    least = energy(vectors)
    assert least >= least_possible_energy(symmetry, n_dims) * (1 - 1e-12)
    rng = np.random.default_rng(0)
    for _ in range(200):
        moved = vectors + 1e-3 * rng.normal(size=vectors.shape)
        assert energy(moved / np.linalg.norm(moved, axis=1, keepdims=True)) > least - 1e-12


@pytest.mark.parametrize(("symmetry", "n_dims"), [(5, 3), (7, 3), (6, 4)])
def test_no_other_search_finds_less_energy(symmetry, n_dims):
    """Fifteen searches by scipy's BFGS, which takes slopes by differences, find the same energy and none below."""
    rng = np.random.default_rng(5)

    def height(flat):
        vectors = flat.reshape(symmetry, n_dims)
        return energy(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))

    found = [minimize(height, rng.normal(size=symmetry * n_dims)).fun for _ in range(15)]
    assert energy(star(symmetry, n_dims)) == pytest.approx(min(found), rel=1e-9)


def test_seven_directions_in_three_dimensions_are_the_axes_and_the_diagonals_of_a_cube():
    """The best star of 7 is no worse than a cube's 3 axes and 4 diagonals, and has their angles."""
    diagonals = np.array([[1, 1, 1], [1, 1, -1], [1, -1, 1], [-1, 1, 1]]) / 3**0.5
    known = np.concatenate([np.eye(3), diagonals])
    assert energy(star(7, 3)) == pytest.approx(energy(known), rel=1e-12)


def test_energy_of_two_needles_is_that_of_their_chords():
    """At a right angle all chords are sqrt 2 long; at 60 degrees they are 1 and sqrt 3."""
    assert energy(np.eye(2)) == pytest.approx(2 / 2**0.5)
    assert energy(np.array([[1, 0], [0.5, 0.75**0.5]])) == pytest.approx(1 + 1 / 3**0.5)


def test_errors_say_the_rule_the_value_and_the_way_out():
    """Too few and too many dimensions, directions, and parts of a direction."""
    with pytest.raises(ValueError, match=r"2 to 6 hyperparameters, not for 1: on one axis take 'grid-midpoints'"):
        star(3, 1)
    with pytest.raises(ValueError, match=r"2 to 6 hyperparameters, not for 7: take 'sobol' or 'lhs'"):
        star(8, 7)
    with pytest.raises(ValueError, match=r"for 3 hyperparameters .* from 3 to 40, it is 2: fewer directions do not"):
        star(2, 3)
    with pytest.raises(ValueError, match=r"for 6 hyperparameters .* from 6 to 16, it is 17: .* over 10,000 kinds"):
        star(17, 6)
    with pytest.raises(ValueError, match=r"whole number from 2 to 141, it is 4\.5"):
        star(4.5, 2)
    for symmetry in (float("nan"), float("inf")):
        with pytest.raises(ValueError, match=f"whole number from 2 to 141, it is {symmetry}"):
            star(symmetry, 2)
