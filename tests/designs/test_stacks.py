"""Stacks of designs: each draw is a design of its name, and the draws are spread as those of make are."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import pdist
from scipy.stats import chisquare, ks_2samp

from hpo_tutor import designs
from hpo_tutor.designs.stacks import QUICK

seeds = st.integers(0, 2**32 - 1)


@pytest.mark.parametrize("name", designs.NAMES)
def test_a_stack_holds_designs_of_the_unit_cube(name):
    """Shape (m, N, d) with the N of make, all in the unit cube; the seed repeats the stack, another gives another."""
    stack = designs.make_many(name, 9, 2, n_designs=5, seed=1)
    assert stack.shape == (5, len(designs.make(name, 9, 2)), 2)
    assert stack.dtype == np.float64
    assert np.all((stack >= 0) & (stack <= 1))
    assert np.array_equal(stack, designs.make_many(name, 9, 2, n_designs=5, seed=1))
    is_fixed = name in ("grid", "grid-midpoints")
    assert np.array_equal(stack, designs.make_many(name, 9, 2, n_designs=5, seed=2)) == is_fixed
    assert all(np.array_equal(a, b) == is_fixed for a, b in itertools.pairwise(stack))


@pytest.mark.parametrize("name", ["grid", "grid-midpoints"])
def test_grids_have_nothing_random_in_them(name):
    """Each draw is the grid that make gives, and can be written into without changing the others."""
    stack = designs.make_many(name, 30, 3, n_designs=4)
    assert np.array_equal(stack, np.stack([designs.make(name, 30, 3)] * 4))
    stack[0] = 7
    assert stack[1].max() <= 1


@settings(deadline=None)
@given(st.integers(1, 400), st.integers(1, 5), seeds)
def test_each_jittered_draw_has_one_point_in_every_cell(n_points, n_dims, seed):
    """The n^d cells are each hit once, in every draw."""
    stack = designs.make_many("jittered", n_points, n_dims, 3, seed)
    n = round(stack.shape[1] ** (1 / n_dims))
    for points in stack:
        assert len({tuple(cell) for cell in np.floor(points * n).astype(int)}) == n**n_dims


@settings(deadline=None)
@given(st.integers(1, 60), st.integers(1, 5), seeds, st.sampled_from(["random", "midpoints", "edges"]))
def test_each_latin_draw_has_every_level_once(n_points, n_dims, seed, levels):
    """On each axis of each draw: one point a stratum; its middle; or the levels k / (N - 1), the edges included."""
    stack = designs.make_many("lhs", n_points, n_dims, 3, seed, levels=levels)
    ordered = np.sort(stack, axis=1)
    k = np.arange(n_points)[:, None]
    if levels == "random":
        assert np.array_equal(np.floor(ordered * n_points), np.broadcast_to(k, stack.shape))
    elif n_points == 1:
        assert np.all(stack == 0.5)
    else:
        wanted = (k + 0.5) / n_points if levels == "midpoints" else k / (n_points - 1)
        np.testing.assert_allclose(ordered, np.broadcast_to(wanted, stack.shape), rtol=1e-14)


def test_latin_pairings_are_equally_likely():
    """Three rooks on a board of 3 x 3 stand in six ways; 6,000 draws hit each equally often (chi-square)."""
    stack = np.floor(designs.make_many("lhs", 3, 2, 6000, seed=3) * 3).astype(int)
    ways = [tuple(points[np.argsort(points[:, 0]), 1]) for points in stack]
    counts = [ways.count(way) for way in itertools.permutations(range(3))]
    assert sum(counts) == 6000
    assert chisquare(counts).pvalue > 1e-3


@pytest.mark.parametrize("name", [name for name in QUICK if not name.startswith("grid")])
def test_quick_draws_are_spread_as_those_of_make(name):
    """Smallest distance, and place along the first axis: the same distributions from a stack as from single calls."""
    stack = designs.make_many(name, 12, 2, 800, seed=11)
    singles = np.stack([designs.make(name, 12, 2, seed) for seed in range(800)])
    for summary in (lambda points: pdist(points).min(), lambda points: points[0, 0], lambda points: points[-1].sum()):
        compared = ks_2samp([summary(points) for points in stack], [summary(points) for points in singles])
        assert compared.pvalue > 1e-3, name


def test_draws_do_not_repeat_each_other():
    """Coordinates of one draw say nothing about the next one's."""
    stack = designs.make_many("random", 10, 2, 2000, seed=5).reshape(2000, -1)
    correlation = np.corrcoef(stack[:-1, 0], stack[1:, 0])[0, 1]
    assert abs(correlation) < 4 / 2000**0.5


def test_errors_say_the_rule_and_the_value():
    """Unknown names, options and counts are refused, for quick designs and others alike."""
    for count in (0, 2.5, float("nan"), float("inf")):
        with pytest.raises(ValueError, match=f"n_designs must be a whole number of at least 1, it is {count}"):
            designs.make_many("random", 5, 2, count)
        with pytest.raises(ValueError, match=f"n_points must be a whole number of at least 1, it is {count}"):
            designs.make_many("random", count, 2, 5)
        with pytest.raises(ValueError, match=f"n_dims must be a whole number of at least 1, it is {count}"):
            designs.make("hypertiling", 5, count)
    with pytest.raises(ValueError, match="'halton'"):
        designs.make_many("halton", 5, 2, 3)
    with pytest.raises(ValueError, match="n_points must be a whole number of at least 1, it is 0"):
        designs.make_many("lhs", 0, 2, 3)
    for name in ("random", "sobol"):
        with pytest.raises(ValueError, match="got levels"):
            designs.make_many(name, 5, 2, 3, levels="edges")
