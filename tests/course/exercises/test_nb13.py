"""Checks of notebook 13: further mistakes as students write them, and answers beside them that are not diagnosed."""

import math
from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pytest
from answers import is_mistaken, passes
from scipy.stats import rankdata

from hpo_tutor.course.checks import examine
from hpo_tutor.course.exercises import exercise
from hpo_tutor.course.exercises.nb13.gammas import table
from hpo_tutor.course.exercises.nb13.queues import points
from hpo_tutor.designs import sparse_grids
from hpo_tutor.surrogates.b_splines import BSplines

Function = Callable[..., Any]


# --- 13.1 -----------------------------------------------------------------------------------------------------------


def _written_down(n: int, d: int) -> tuple[int, int]:
    """Every point of the full grid; of a place k / 2^n, the level is n less the number of twos in k."""
    places = range(1, 2**n)
    level = {k: n - (k & -k).bit_length() + 1 for k in places}
    full = list(product(places, repeat=d))
    return len(full), len([point for point in full if sum(level[k] for k in point) < n + d])


def _by_groups(n: int, d: int) -> Any:
    groups = [levels for levels in product(range(1, n + 1), repeat=d) if sum(levels) <= n + d - 1]
    return np.array([(2.0**n - 1) ** d, sum(math.prod(2 ** (one - 1) for one in levels) for levels in groups)])


def _by_axes(n: int, d: int) -> int:
    """A grid in d dimensions is, for each level of the first axis, a coarser grid in the others."""
    return 2**n - 1 if d == 1 else sum(2 ** (one - 1) * _by_axes(n - one + 1, d - 1) for one in range(1, n + 1))


def _sparse(n: int, d: int) -> int:
    return sum(2**q * math.comb(d - 1 + q, d - 1) for q in range(n))


# --- 13.2 -----------------------------------------------------------------------------------------------------------


def _queue(losses: Any, sums: Any, degrees: Any, gamma: float) -> int:
    """By plain Python, with a rank that counts how many are better."""
    best, lowest = -1, math.inf
    for i, loss in enumerate(losses):
        rank = sum(other < loss for other in losses)
        priority = (rank + 1) ** (1 - gamma) * (sums[i] + degrees[i] + 1) ** gamma
        if priority < lowest:
            best, lowest = i, priority
    return best


def _by_logarithms(losses: Any, sums: Any, degrees: Any, gamma: float) -> Any:
    return np.argmin((1 - gamma) * np.log(rankdata(losses)) + gamma * np.log(sums + degrees + 1))


def _with(ranks: Any, sums: Any, degrees: Any, gamma: float) -> Any:
    return np.argmin(ranks ** (1 - gamma) * (sums + degrees + 1) ** gamma)


# --- 13.3 -----------------------------------------------------------------------------------------------------------


def _bump(level: int, index: int, x: float) -> float:
    """The modified hat, piece by piece, as Pflüger (2010), chapter 2, writes it."""
    if level == 1:
        return 1.0
    if index == 1:
        return max(2 - 2.0**level * x, 0.0)
    if index == 2**level - 1:
        return max(2.0**level * x + 1 - index, 0.0)
    return max(1 - abs(2.0**level * x - index), 0.0)


def _nodes(m: int) -> list[tuple[int, int]]:
    """Level and index of each of m places."""
    n = (m + 1).bit_length() - 1
    return [(n - (k & -k).bit_length() + 1, k // (k & -k)) for k in range(1, m + 1)]


def _solved(values: Any) -> Any:
    m = len(values)
    matrix = [[_bump(*node, (k + 1) / (m + 1)) for node in _nodes(m)] for k in range(m)]
    return np.linalg.solve(matrix, values)


def _peeled(values: Any) -> list[float]:
    """Level by level, with what all coarser bumps add up to taken away from the rest."""
    m, rest = len(values), [float(value) for value in values]
    found = [0.0] * m
    for level in range(1, (m + 1).bit_length()):
        for k, node in enumerate(_nodes(m)):
            if node[0] == level:
                found[k] = rest[k]
        for k in range(m):
            own = [(node, height) for node, height in zip(_nodes(m), found, strict=True) if node[0] == level]
            rest[k] -= sum(height * _bump(*node, (k + 1) / (m + 1)) for node, height in own)
    return found


def _with_walls(values: Any, left: Function, right: Function, alone: Function) -> Any:
    """Half-sums, after a value for either wall has been made up from the coarser values."""
    m = len(values)
    found = np.array(values, dtype=float)
    for step in (2**k for k in range((m + 1).bit_length() - 2)):
        coarse = list(values[2 * step - 1 :: 2 * step])
        ends = (alone(coarse), alone(coarse)) if len(coarse) == 1 else (left(coarse), right(coarse))
        line = np.array([ends[0], *coarse, ends[1]])
        found[step - 1 :: 2 * step] -= (line[1:] + line[:-1]) / 2
    return found


def _hats(values: Any) -> Any:
    """The basis that is 0 at the walls: every node by its two parents, of which a wall is one."""
    return _with_walls(values, lambda coarse: 0, lambda coarse: 0, lambda coarse: 0)


def _flat(values: Any) -> Any:
    return _with_walls(values, lambda coarse: coarse[0], lambda coarse: coarse[-1], lambda coarse: coarse[0])


def _second_differences(values: Any) -> Any:
    padded = np.concatenate([[0], values, [0]])
    found = padded[1:-1] - (padded[:-2] + padded[2:]) / 2
    found[len(values) // 2] = values[len(values) // 2]
    return found


def _rootless(values: Any) -> Any:
    found = np.array(_solved(values))
    found[len(values) // 2] = 0
    return found


# --- 13.4 -----------------------------------------------------------------------------------------------------------


def _chosen(gammas: Any, losses: Any, target: int) -> tuple[Any, Any]:
    """By sums of ranks, function by function."""
    sums = [0] * len(gammas)
    for column in range(len(losses[0])):
        if column != target:
            for place, row in enumerate(sorted(range(len(gammas)), key=lambda row: losses[row][column])):
                sums[row] += place
    best = sums.index(min(sums))
    return gammas[best], losses[best][target]


def _by_scipy(gammas: Any, losses: Any, target: int) -> Any:
    kept = [column for column in range(losses.shape[1]) if column != target]
    best = rankdata(losses[:, kept], axis=0).mean(axis=1).argmin()
    return np.array([gammas[best], losses[best, target]])


def _first(gammas: Any, losses: Any, target: int, score: Any) -> tuple[Any, Any]:
    return gammas[np.argmin(score)], losses[np.argmin(score), target]


def _rank(losses: Any, target: int) -> Any:
    return rankdata(np.delete(losses, target, 1), axis=0).mean(axis=1)


RIGHT: list[tuple[str, Function]] = [
    ("13.1", _written_down),
    ("13.1", _by_groups),
    ("13.1", lambda n, d: [np.int64(2**n - 1) ** d, float(_by_axes(n, d))]),
    ("13.1", lambda n, d: ((2**n - 1) ** d, _sparse(n, d))),
    ("13.1", lambda n, d: (sparse_grids.n_full(n, d), sparse_grids.n_regular(n, d))),
    ("13.1", lambda n, d: (len(sparse_grids.full(n, d).levels), len(sparse_grids.regular(n, d).levels))),
    ("13.2", _queue),
    ("13.2", _by_logarithms),
    ("13.2", lambda losses, s, k, gamma: float(_with(rankdata(losses), s, k, gamma))),
    ("13.2", lambda losses, s, k, gamma: [_with(np.searchsorted(np.sort(losses), losses) + 1, s, k, gamma)]),
    ("13.3", _solved),
    ("13.3", _peeled),
    ("13.3", lambda values: BSplines(
        [[level] for level, _ in _nodes(len(values))], [[index] for _, index in _nodes(len(values))], values, degree=1
    ).coefficients),
    ("13.3", lambda values: tuple(_with_walls(
        values, lambda coarse: 2 * coarse[0] - coarse[1], lambda coarse: 2 * coarse[-1] - coarse[-2], max))),
    ("13.4", _chosen),
    ("13.4", _by_scipy),
    ("13.4", lambda gammas, losses, target: list(_first(gammas, losses, target, _rank(losses, target)))),
]  # fmt: skip

WRONG: list[tuple[str, Function, str]] = [
    ("13.1", lambda n, d: ((2**n + 1) ** d, _sparse(n, d)), "boundary was counted in the full"),
    ("13.1", lambda n, d: ((2**n + 1) ** d, (2**n + 1) ** d), ""),
    ("13.1", lambda n, d: ((2**n) ** d, _sparse(n, d)), "one place too many"),
    ("13.1", lambda n, d: (2**n, _sparse(n, d)), "the places of one axis"),
    ("13.1", lambda n, d: (d * (2**n - 1), _sparse(n, d)), "were added"),
    ("13.1", lambda n, d: ((2**n - 1) ** d, (2**n - 1) ** d), "as many points as the full one"),
    ("13.1", lambda n, d: (2**n - 1, (2**n - 1) ** d), "the places of one axis"),
    ("13.1", lambda n, d: ((2**n - 1) ** d, _sparse(n + 1, d)), "with n = 1 only"),
    ("13.1", lambda n, d: ((2**n - 1) ** d, _sparse(n, d) - _sparse(n - 1, d)), "largest sum"),
    ("13.1", lambda n, d: ((2**n - 1) ** d, math.comb(n + d - 1, d)), "groups were counted"),
    ("13.1", lambda n, d: ((2**n - 1) ** d, 2**d * _sparse(n, d)), "level l was given 2^l"),
    ("13.1", lambda n, d: (_sparse(n, d), (2**n - 1) ** d), "in the other order"),
    ("13.1", lambda n, d: (2**n - 1) ** d, "only one number"),
    ("13.1", lambda n, d: ((2**n - 1) ** d, 1 + d * (2**n - 2)), ""),
    ("13.1", lambda n, d: ((2**n - 2) ** d, _sparse(n, d)), ""),
    ("13.1", lambda n, d: (49, 17), ""),
    ("13.1", lambda n, d: ["49", "17"], ""),
    ("13.2", lambda y, s, k, g: np.argmin(rankdata(y) ** g * (s + k + 1) ** (1 - g)), "are swapped"),
    ("13.2", lambda y, s, k, g: _with(rankdata(y) + 1, s, k, g), "begin at 1"),
    ("13.2", lambda y, s, k, g: _with(rankdata(y) - 1, s, k, g), "1 that is added to the rank"),
    ("13.2", lambda y, s, k, g: np.argmax(rankdata(y) ** (1 - g) * (s + k + 1) ** g), "argmax"),
    ("13.2", lambda y, s, k, g: _with(y + 1, s, k, g), "the loss itself"),
    ("13.2", lambda y, s, k, g: _with(rankdata(y) + y, s, k, g), "was added to the rank"),
    ("13.2", lambda y, s, k, g: _with(rankdata(y), s, 0, g), "degree was forgotten"),
    ("13.2", lambda y, s, k, g: _with(rankdata(y), 0, k, g), "sum of the levels was forgotten"),
    ("13.2", lambda y, s, k, g: _with(rankdata(y), s, k - 1, g), "levels and the degree"),
    ("13.2", lambda y, s, k, g: _with(np.argsort(y) + 1.0, s, k, g), "does not give ranks"),
    ("13.2", lambda y, s, k, g: _with(rankdata(-y), s, k, g), "from the worst"),
    ("13.2", lambda y, s, k, g: y.tolist().index(min(y)), "the lowest loss"),
    ("13.2", lambda y, s, k, g: _queue(y, s, k, g) + 1, "numbered from 1"),
    ("13.2", lambda y, s, k, g: y[_queue(y, s, k, g)], "Asked for is its index"),
    ("13.2", lambda y, s, k, g: np.argmin(s), ""),
    ("13.2", lambda y, s, k, g: np.argmax(y), ""),
    ("13.2", lambda y, s, k, g: 0, ""),
    ("13.2", lambda y, s, k, g: _with(rankdata(y), s, 2 * k, g), ""),
    ("13.3", lambda values: values, "the values themselves"),
    ("13.3", _hats, "given the value 0"),
    ("13.3", _flat, "the nearest coarser value alone"),
    ("13.3", _second_differences, "compared with its neighbours in the list"),
    ("13.3", _rootless, "the root was forgotten: the middle"),
    ("13.3", lambda values: _with_walls(
        values, lambda coarse: 2 * coarse[0] - coarse[1], lambda coarse: 2 * coarse[-1] - coarse[-2], lambda coarse: 0),
     "taken for a hat"),
    ("13.3", lambda values: _with_walls(
        values, lambda coarse: coarse[1], lambda coarse: coarse[-2], lambda coarse: coarse[0]), "half-way between"),
    ("13.3", lambda values: values - _solved(values), "the predictions"),
    ("13.3", lambda values: -_solved(values), "sign"),
    ("13.3", lambda values: [_solved(values)[len(values) // 2]] + [0] * (len(values) - 1), ""),
    ("13.3", lambda values: np.diff([0, *values]), ""),
    ("13.3", lambda values: 2 * _solved(values), ""),
    ("13.3", lambda values: "flat", ""),
    ("13.4", lambda gs, y, t: (gs[y[:, t].argmin()], y[:, t].min()), "on the very function"),
    ("13.4", lambda gs, y, t: _first(gs, y, t, rankdata(y, axis=0).mean(axis=1)), "had a say"),
    ("13.4", lambda gs, y, t: _first(gs, y, t, np.delete(y, t, 1).mean(axis=1)), "were averaged"),
    ("13.4", lambda gs, y, t: _first(gs, y, t, y.sum(axis=1)), "were averaged"),
    ("13.4", lambda gs, y, t: _first(gs, y, t, y.min(axis=1)), "lowest single number"),
    ("13.4", lambda gs, y, t: _first(gs, y, t, -_rank(y, t)), "the largest mean rank"),
    ("13.4", lambda gs, y, t: _first(gs, y, t, rankdata(np.delete(y, t, 1), axis=1).mean(axis=1)), "for each gamma"),
    ("13.4", lambda gs, y, t: _first(gs, y, t, np.delete(y, t, 1).argsort(axis=0).mean(axis=1)), "does not give ranks"),
    ("13.4", lambda gs, y, t: (_chosen(gs, y, t)[0], y[:, t].min()), "belongs to another gamma"),
    ("13.4", lambda gs, y, t: (_rank(y, t).argmin(), _chosen(gs, y, t)[1]), "the row of gamma"),
    ("13.4", lambda gs, y, t: _chosen(gs, y, t)[::-1], "in the other order"),
    ("13.4", lambda gs, y, t: _chosen(gs, y, t)[0], "two are asked for"),
    ("13.4", lambda gs, y, t: (0.5, _chosen(gs, y, t)[1]), ""),
    ("13.4", lambda gs, y, t: _first(gs, y, t, np.median(rankdata(np.delete(y, t, 1), axis=0), axis=1)), ""),
    ("13.4", lambda gs, y, t: (gs, y[:, t]), ""),
]  # fmt: skip


@pytest.mark.parametrize(("exercise_id", "function"), RIGHT)
def test_unusual_answers_that_are_right_pass(exercise_id: str, function: Function) -> None:
    """However it is written, and in whatever form."""
    passes(exercise_id, function)


@pytest.mark.parametrize(("exercise_id", "function", "said"), WRONG)
def test_mistakes_as_students_write_them(exercise_id: str, function: Function, said: str) -> None:
    """A well-known mistake is named; an answer that merely lies near one is shown a case, without a diagnosis."""
    is_mistaken(exercise_id, function, said)


@pytest.mark.parametrize("exercise_id", ["13.1", "13.2", "13.3", "13.4"])
def test_an_untouched_stub_is_not_attempted(exercise_id: str) -> None:
    """Raising NotImplementedError is no mistake."""

    def stub(*arguments: Any) -> Any:
        raise NotImplementedError

    assert examine(exercise(exercise_id), stub).state == "not attempted"


@pytest.mark.parametrize("n", range(1, 6))
@pytest.mark.parametrize("d", [1, 2, 3, 4])
def test_the_points_can_be_counted_one_by_one(n: int, d: int) -> None:
    """The formulas count what is there when every point of the grids is written down; up to 923,521 of them."""
    assert exercise("13.1").truth(n, d) == _written_down(n, d)


def test_nine_dimensions_cost_what_the_quiz_says() -> None:
    """Two levels on nine axes: 19,683 points against 19."""
    assert exercise("13.1").truth(2, 9) == (19_683, 19)


@pytest.mark.parametrize("seed", range(20))
def test_the_next_point_is_that_of_a_count_by_hand(seed: int) -> None:
    """On points as a search makes them, the truth agrees with ranks that count the better ones, and with logarithms."""
    rng = np.random.default_rng(seed)
    case = points(rng, 12, float(rng.uniform(0, 0.9)))
    assert exercise("13.2").truth(*case) == _queue(*case) == _by_logarithms(*case)


def test_no_case_of_the_queue_is_a_tie() -> None:
    """The two smallest priorities of every case are 1 % apart, so that no rounding error decides."""
    for losses, sums, degrees, gamma in exercise("13.2").cases:
        first, second = np.sort(rankdata(losses) ** (1 - gamma) * (sums + degrees + 1) ** gamma)[:2]
        assert second > 1.01 * first
        assert len(np.unique(losses)) == len(losses)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("n", range(1, 8))
def test_the_surpluses_solve_the_system_of_bumps(seed: int, n: int) -> None:
    """Bumps of these heights pass through all values: a linear system, and the course's own surrogate, say the same."""
    values = np.random.default_rng(seed).normal(size=2**n - 1)
    found = exercise("13.3").truth(values)
    np.testing.assert_allclose(found, _solved(values), atol=1e-9)
    nodes = np.array(_nodes(len(values)))
    np.testing.assert_allclose(found, BSplines(nodes[:, :1], nodes[:, 1:], values, degree=1).coefficients, atol=1e-9)


def test_surpluses_vanish_on_a_straight_line_and_are_curvature_elsewhere() -> None:
    """Of a line only levels 1 and 2 are left; half-way between parents, x^2 (second derivative 2) leaves -h^2."""
    x = np.arange(1, 32) / 32
    levels = np.array([level for level, _ in _nodes(31)])
    of_line, of_square = (exercise("13.3").truth(values) for values in (3 - 2 * x, x**2))
    np.testing.assert_allclose(of_line[levels > 2], 0, atol=1e-12)
    np.testing.assert_allclose(of_line[levels == 2], [0.5, -0.5])
    inner = (levels > 2) & (x > 0.5**levels) & (x < 1 - 0.5**levels)
    np.testing.assert_allclose(of_square[inner], -(0.25 ** levels[inner]))


@pytest.mark.parametrize("seed", range(20))
def test_the_choice_of_gamma_does_not_see_the_target(seed: int) -> None:
    """Whatever the losses on the target are, the same gamma is chosen; in any unit of the others, too."""
    rng = np.random.default_rng(seed)
    gammas, losses, target = table(rng, 5, 6)
    chosen = exercise("13.4").truth(gammas, losses, target)
    assert chosen == _chosen(gammas, losses, target)
    other = losses * 10.0 ** rng.integers(-6, 6, 6)
    other[:, target] = rng.random(5)
    gamma, loss = exercise("13.4").truth(gammas, other, target)
    assert gamma == chosen[0]
    assert loss == other[gammas == gamma, target]
