"""Rooks that keep their distance: Latin, as far apart as said, and the best there is where that can be known."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import qmc

from hpo_tutor import designs
from hpo_tutor.designs import boards
from hpo_tutor.designs.measures import smallest_distance
from hpo_tutor.designs.rooks import rsa_lhs


def place(n_points, n_dims, seed=0, **options):
    """Rooks from a seed."""
    return rsa_lhs(n_points, n_dims, np.random.default_rng(seed), **options)


def squared(distance, n_points):
    """A distance as a whole number: squared, in levels."""
    return round((distance * n_points) ** 2)


def best_of_all(n_points, n_dims):
    """The largest smallest distance of all Latin hypercubes, squared, in levels: every one is looked at."""
    orders = np.array(list(itertools.permutations(range(n_points))))
    a, b = np.triu_indices(n_points, 1)
    one_axis = (orders[:, a] - orders[:, b]) ** 2
    distances = ((a - b) ** 2)[None]
    for _ in range(n_dims - 1):
        distances = (distances[:, None] + one_axis).reshape(-1, len(a))
    return distances.min(axis=1).max()


def board_exists(n_points, least):
    """Whether N rooks on a board can keep the distance: row by row, with the forbidden columns as bits."""
    near = [
        [
            sum(1 << other for other in range(n_points) if (other - column) ** 2 + gap**2 < least)
            for column in range(n_points)
        ]
        for gap in range(n_points)
    ]

    def put(rows, taken):
        if len(rows) == n_points:
            return True
        forbidden = taken
        for gap, column in enumerate(reversed(rows), 1):
            forbidden |= near[gap][column]
        return any(
            put([*rows, column], taken | 1 << column) for column in range(n_points) if not forbidden >> column & 1
        )

    return put([], 0)


@settings(deadline=None, max_examples=40)
@given(st.integers(2, 60), st.integers(1, 8), st.integers(0, 2**32 - 1), st.sampled_from([0, 1, 1000]))
def test_rooks_are_latin_and_keep_the_distance_they_say(n_points, n_dims, seed, n_swaps):
    """Each axis has each midpoint once, the diameter is the smallest distance, and swaps never lose any of it."""
    rooks = place(n_points, n_dims, seed, n_swaps=n_swaps)
    levels = (np.arange(n_points) + 0.5) / n_points
    np.testing.assert_allclose(np.sort(rooks.points, axis=0), np.tile(levels[:, None], n_dims), rtol=0, atol=1e-15)
    assert rooks.diameter == pytest.approx(smallest_distance(rooks.points))
    assert rooks.added <= rooks.diameter
    assert rooks.n_swaps <= n_swaps
    assert rooks.n_tries >= 1


@pytest.mark.parametrize(
    ("n_points", "n_dims"),
    [*((n, 2) for n in range(2, 10)), *((n, 3) for n in range(2, 7)), *((n, 4) for n in range(2, 6)), (4, 5), (3, 7)],
)
def test_small_numbers_reach_the_best_of_all_latin_hypercubes(n_points, n_dims):
    """The smallest distance is that of brute force, and what is said to be proved is true."""
    best = best_of_all(n_points, n_dims)
    for seed in range(3):
        assert squared(place(n_points, n_dims, seed).diameter, n_points) == best


@pytest.mark.parametrize("n_points", range(10, 23))
def test_boards_are_proved_to_be_the_best(n_points):
    """In two dimensions no board keeps more, by another search; so the published maximin designs are met."""
    rooks = place(n_points, 2)
    least = squared(rooks.diameter, n_points)
    more = min(a**2 + b**2 for a in range(1, n_points) for b in range(1, n_points) if a**2 + b**2 > least)
    assert rooks.proved
    assert not board_exists(n_points, more)


@pytest.mark.parametrize("n_points", [7, 11, 12])
def test_the_search_agrees_whether_a_board_exists(n_points):
    """For every distance that two rooks can have, a board is found, or known to be impossible."""
    rng = np.random.default_rng(0)
    for least in sorted({a**2 + b**2 for a in range(1, 6) for b in range(1, 6)}):
        rooks, reached, n_columns = boards.search(n_points, least, 10**7, rng)
        assert n_columns < 10**7
        assert reached == board_exists(n_points, least)
        if reached:
            assert [sorted(axis) for axis in rooks.T] == [list(range(n_points))] * 2
            assert min(np.sum((a - b) ** 2) for a, b in itertools.combinations(rooks, 2)) >= least


@pytest.mark.parametrize(("n_points", "n_dims"), [(16, 2), (27, 3), (40, 6)])
def test_addition_alone_keeps_what_it_says(n_points, n_dims):
    """Rooks stand on free levels and at the distance, those that found a place and those before them."""
    rng = np.random.default_rng(2)
    for least in (n_dims, n_points, n_points**2 // 4, n_points**2 * n_dims):
        rooks, n_placed = boards.add(n_points, n_dims, least, rng)
        standing = rooks[:n_placed]
        assert 1 <= n_placed <= n_points
        assert all(len(set(axis)) == n_placed for axis in standing.T)
        assert standing.min() >= 0
        assert standing.max() < n_points
        assert all(np.sum((a - b) ** 2) >= least for a, b in itertools.combinations(standing, 2))
    assert n_placed < n_points  # farther apart than two corners


def test_swaps_end_where_nothing_better_is_possible():
    """No mean of all pairs is surpassed; where it is reached, it is proved, and the swaps end early."""
    for n_points, n_dims, best in ((2, 1, 1), (30, 1, 1), (2, 5, 5), (3, 3, 6), (3, 6, 12)):
        rooks = place(n_points, n_dims)
        assert rooks.proved
        assert rooks.n_swaps < 1000
        assert squared(rooks.diameter, n_points) == best


@pytest.mark.parametrize(("n_points", "n_dims"), [(3, 4), (5, 3), (6, 3)])
def test_what_is_not_known_is_not_called_proved(n_points, n_dims):
    """Beyond two dimensions the best may be found without anybody knowing that it is."""
    rooks = place(n_points, n_dims)
    assert squared(rooks.diameter, n_points) == best_of_all(n_points, n_dims)
    assert not rooks.proved


@pytest.mark.parametrize(("n_points", "n_dims"), [(16, 2), (64, 2), (27, 3), (25, 4), (64, 10)])
def test_rooks_keep_more_than_other_latin_hypercubes(n_points, n_dims):
    """More than twenty plain ones, one whose discrepancy scipy improves, and addition alone; by a tenth at least."""
    rooks = place(n_points, n_dims)
    plain = max(
        smallest_distance(designs.make("lhs", n_points, n_dims, seed, levels="midpoints")) for seed in range(20)
    )
    even = qmc.LatinHypercube(n_dims, scramble=False, optimization="random-cd", rng=0).random(n_points)
    assert rooks.diameter > 1.1 * max(plain, smallest_distance(even), rooks.added)


def test_more_swaps_find_more():
    """The mean distance of ten designs grows with the swaps that are tried."""
    means = [
        np.mean([place(40, 3, seed, n_swaps=n_swaps).diameter for seed in range(10)])
        for n_swaps in (0, 2_000, 20_000, 200_000)
    ]
    assert np.all(np.diff(means) > 0)


def test_the_seed_repeats_them_and_numpy_is_left_alone():
    """The same seed gives the same rooks, another seed others; numpy's global state stays as it is."""
    before = np.random.get_state()[1].copy()  # noqa: NPY002 - the global state is what this test is about
    assert np.array_equal(place(20, 2, 1).points, place(20, 2, 1).points)
    assert not np.array_equal(place(20, 2, 1).points, place(20, 2, 2).points)
    assert np.array_equal(before, np.random.get_state()[1])  # noqa: NPY002


def test_one_rook_stands_in_the_centre():
    """It keeps no distance from anything, and cannot do better."""
    rooks = place(1, 3)
    assert rooks.points.tolist() == [[0.5, 0.5, 0.5]]
    assert math.isnan(rooks.diameter)
    assert rooks.proved


def test_found_beside_the_points():
    """``examine`` tells how hard was tried."""
    examined = designs.examine("rsa-lhs", 12, 2)
    assert examined.quality.smallest_distance == pytest.approx(examined.found["diameter"])
    assert set(examined.found) == {"diameter", "added", "n_tries", "n_swaps", "proved"}


def test_thousands_of_rooks_are_placed_but_not_swapped():
    """Beyond 1,000 rooks addition alone keeps more than chance, on fewer darts; a number of swaps is still obeyed."""
    rooks = place(1500, 3)
    assert [sorted(axis) for axis in np.floor(rooks.points.T * 1500)] == [list(range(1500))] * 3
    assert rooks.n_swaps == 0
    assert rooks.diameter == pytest.approx(smallest_distance(rooks.points))
    assert rooks.diameter > 2 * smallest_distance(designs.make("lhs", 1500, 3))
    assert place(1500, 3, n_swaps=100).n_swaps == 100


def test_a_budget_that_is_none_is_named():
    """The error says the rule, the value, and what 0 would mean."""
    for bad in (-1, 2.5, math.nan, math.inf):
        with pytest.raises(ValueError, match=f"whole number and not negative, it is {bad}; 0 leaves"):
            place(5, 2, n_swaps=bad)
