"""Sparse grids have the nodes of their definition, as many as brute force counts, and know who is whose neighbour."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hpo_tutor.designs.sparse_grids import ancestor, full, n_full, n_regular, parents, places, regular

SIZES = [(1, 1), (6, 1), (1, 4), (5, 2), (4, 3), (3, 4), (2, 6)]  # level, n_dims
every_size = pytest.mark.parametrize(("level", "n_dims"), SIZES)
levels = st.integers(1, 30)


def line(level):
    """All nodes of one dimension up to a level, from what a node is: an odd index below 2^level."""
    return [(each, index) for each in range(1, level + 1) for index in range(2**each) if index % 2 == 1]


def as_set(nodes):
    """The nodes as a set of ((level, index), ...), one pair a dimension."""
    pairs = np.stack(nodes, axis=-1).tolist()
    return {tuple(tuple(pair) for pair in node) for node in pairs}


@every_size
def test_a_full_grid_has_every_combination_of_the_nodes_of_its_axes(level, n_dims):
    """Each once, and as many as the formula says."""
    nodes = full(level, n_dims)
    assert as_set(nodes) == set(product(line(level), repeat=n_dims))
    assert len(nodes.levels) == n_full(level, n_dims) == len(line(level)) ** n_dims


@every_size
def test_a_regular_grid_has_the_nodes_of_a_full_one_whose_levels_have_a_small_sum(level, n_dims):
    """At most level + d - 1; each once, and as many as the formula says."""
    nodes = regular(level, n_dims)
    wanted = {node for node in as_set(full(level, n_dims)) if sum(one for one, _ in node) <= level + n_dims - 1}
    assert as_set(nodes) == wanted
    assert len(nodes.levels) == n_regular(level, n_dims) == len(wanted)


@pytest.mark.parametrize("level", range(1, 12))
def test_counts_are_those_of_the_closed_forms(level):
    """A regular grid has 2^level - 1 nodes in 1-D and (level - 1) 2^level + 1 in 2-D, a full one the first squared."""
    assert n_regular(level, 1) == n_full(level, 1) == 2**level - 1
    assert n_regular(level, 2) == (level - 1) * 2**level + 1
    assert n_full(level, 2) == (2**level - 1) ** 2


def test_counts_of_large_grids_are_exact():
    """No node is lost to rounding, where a full grid in nine dimensions has 10^27 of them."""
    assert n_full(10, 9) == 1023**9
    ways = {0: 1}  # how many multi-indices have which sum of (level - 1), one dimension after another
    for _ in range(9):
        sums = dict.fromkeys(range(10), 0)
        for total, more in product(ways, range(10)):
            if total + more < 10:
                sums[total + more] += ways[total]
        ways = sums
    assert n_regular(10, 9) == sum(n_ways * 2**total for total, n_ways in ways.items())


@every_size
def test_nodes_lie_apart_strictly_inside_the_cube_the_coarsest_first(level, n_dims):
    """At odd multiples of 2^-level, none twice; the first is the centre, and the sums of levels never fall."""
    nodes = regular(level, n_dims)
    points = places(*nodes)
    assert points.shape == nodes.levels.shape == nodes.indices.shape
    assert ((points > 0) & (points < 1)).all()
    assert len(np.unique(points, axis=0)) == len(points)
    np.testing.assert_array_equal(points * 2.0**nodes.levels, nodes.indices)
    np.testing.assert_array_equal(points[0], np.full(n_dims, 0.5))
    assert (np.diff(nodes.levels.sum(axis=1)) >= 0).all()


def test_one_axis_of_a_grid_is_evenly_spaced():
    """Levels 1 to L together are all multiples of 2^-L between 0 and 1."""
    np.testing.assert_array_equal(np.sort(places(*regular(6, 1))[:, 0]), np.arange(1, 64) / 64)


def test_a_regular_grid_is_the_union_of_its_full_ones():
    """Of the grids of 2^l_1 by ... by 2^l_d cells whose levels add up to level + d - 1: Zenger's other definition."""
    level, n_dims = 4, 3
    union = set()
    for finest in product(range(1, level + 1), repeat=n_dims):
        if sum(finest) == level + n_dims - 1:
            union |= set(product(*(np.arange(1, 2**one) / 2**one for one in finest)))
    assert {tuple(point) for point in places(*regular(level, n_dims)).tolist()} == union


def test_parents_are_the_next_coarser_nodes_to_both_sides():
    """By brute force over all coarser nodes; at the edges there is one, of level 1 none."""
    for node in line(7):
        x = places(*node)
        coarser = {float(places(*other)): other for other in line(node[0] - 1)}
        left = [at for at in coarser if at < x]
        right = [at for at in coarser if at > x]
        wanted = tuple(coarser[at] for at in ([max(left)] if left else []) + ([min(right)] if right else []))
        assert parents(*node) == wanted


@settings(deadline=None)
@given(levels, st.integers(0, 2**29))
def test_an_ancestor_is_one_level_coarser_and_next_to_its_node(level, seed):
    """Half its mesh width away, so that the node is one of the ancestor's two children; level 1 has none."""
    index = 2 * (seed % 2 ** (level - 1)) + 1
    found = ancestor(level, index)
    if level == 1:
        assert found is None
        return
    coarse, coarse_index = found
    assert coarse == level - 1
    assert coarse_index % 2 == 1
    assert abs(2 * coarse_index - index) == 1
    assert found in parents(level, index)


def test_a_regular_grid_is_closed_under_ancestors():
    """Each node has its ancestor in every dimension."""
    there = as_set(regular(4, 3))
    for node in there:
        for dim, one in enumerate(node):
            above = ancestor(*one)
            assert above is None or (*node[:dim], above, *node[dim + 1 :]) in there


@pytest.mark.parametrize("make", [full, regular, n_full, n_regular])
@pytest.mark.parametrize(
    ("level", "n_dims", "message"),
    [
        (0, 2, "level must be a whole number of at least 1, it is 0"),
        (1.5, 2, r"level must be a whole number of at least 1, it is 1\.5"),
        (float("nan"), 2, "level must be a whole number of at least 1, it is nan"),
        (2, 0, "n_dims must be a whole number of at least 1, it is 0"),
        (2, 2.5, r"n_dims must be a whole number of at least 1, it is 2\.5"),
        (51, 1, "level must be at most 50, .*; it is 51"),
    ],
)
def test_grids_that_cannot_be_are_refused(make, level, n_dims, message):
    """Levels and dimensions count from 1, and levels end where nodes would be one."""
    with pytest.raises(ValueError, match=message):
        make(level, n_dims)


@pytest.mark.parametrize("kind", [float, np.int64, np.int8])
def test_whole_numbers_may_come_in_any_form(kind):
    """As 3.0 or as one of NumPy's, and without overflow."""
    assert as_set(regular(kind(3), kind(2))) == as_set(regular(3, 2))
    assert as_set(full(kind(3), kind(2))) == as_set(full(3, 2))
    assert n_regular(kind(10), kind(9)) == n_regular(10, 9)
    assert n_full(kind(10), kind(9)) == 1023**9


def test_grids_that_are_too_large_can_only_be_counted():
    """The error says how many nodes there would be."""
    with pytest.raises(ValueError, match=r"a full grid of level 3 in 9 dimensions has 40,353,607 nodes, .* only count"):
        full(3, 9)
    with pytest.raises(ValueError, match="a regular sparse grid of level 21 in 1 dimensions has 2,097,151 nodes"):
        regular(21, 1)
