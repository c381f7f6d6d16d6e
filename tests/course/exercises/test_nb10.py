"""Checks of notebook 10: further mistakes as students write them, and answers beside them that are not diagnosed."""

import math
from collections.abc import Callable
from itertools import combinations, product
from typing import Any

import numpy as np
import pytest
from answers import is_mistaken, passes

from hpo_tutor.course.checks import examine
from hpo_tutor.course.exercises import exercise
from hpo_tutor.designs.multigrid import Multigrid, star

Function = Callable[..., Any]


def _one_by_one(star: Any, shifts: Any, i: int, j: int, m_i: int, m_j: int) -> list[list[int]]:
    """The four corners in plain Python, as lists, in another order."""
    (a, b), (c, d) = star[i], star[j]
    r, s = m_i - shifts[i], m_j - shifts[j]
    x, y = (r * d - s * b) / (a * d - b * c), (a * s - c * r) / (a * d - b * c)
    rows = []
    for up, across in product((1, 0), repeat=2):
        row = [math.ceil(vector[0] * x + vector[1] * y + shift) for vector, shift in zip(star, shifts, strict=True)]
        row[i], row[j] = m_i + up, m_j + across
        rows.append(row)
    return rows


def _as_set(star: Any, shifts: Any, i: int, j: int, m_i: int, m_j: int) -> set[tuple[int, ...]]:
    return {tuple(row) for row in _one_by_one(star, shifts, i, j, m_i, m_j)}


def _lowest(star: Any, shifts: Any, i: int, j: int, m_i: int, m_j: int, whole: Function = np.ceil) -> Any:
    k = whole(star @ np.linalg.solve(star[[i, j]], [m_i - shifts[i], m_j - shifts[j]]) + shifts)
    k[i], k[j] = m_i, m_j
    return k


def _four(k: Any, i: int, j: int) -> Any:
    rows = np.array([k] * 4)
    rows[1:3, i] += 1
    rows[2:4, j] += 1
    return rows


def _floored(star: Any, shifts: Any, i: int, j: int, m_i: int, m_j: int) -> Any:
    return _four(_lowest(star, shifts, i, j, m_i, m_j, np.floor), i, j)


def _unset(star: Any, shifts: Any, i: int, j: int, m_i: int, m_j: int) -> Any:
    p = np.linalg.inv(star[[i, j]]) @ (np.array([m_i, m_j]) - shifts[[i, j]])
    return _four(np.ceil(star @ p + shifts), i, j)


def _unrounded(star: Any, shifts: Any, i: int, j: int, m_i: int, m_j: int) -> Any:
    return _four(_lowest(star, shifts, i, j, m_i, m_j, lambda x: x), i, j)


def _corners_of(tile: Any, pair: Any) -> list[tuple[int, ...]]:
    """The four corners of one rhomb as tuples."""
    return [
        tuple(int(k) + (n == pair[0]) * up + (n == pair[1]) * across for n, k in enumerate(tile))
        for up, across in product((0, 1), repeat=2)
    ]


def _by_set(star: Any, families: Any, lowest: Any) -> list[Any]:
    seen = {corner for tile, pair in zip(lowest, families, strict=True) for corner in _corners_of(tile, pair)}
    return [sum(k * vector for k, vector in zip(corner, star, strict=True)) for corner in seen]


def _walked(star: Any, families: Any, lowest: Any) -> Any:
    corners = []
    for tile, (i, j) in zip(lowest @ star, families, strict=True):
        corners += [tile, tile + star[i], tile + star[i] + star[j], tile + star[j]]
    return np.array(corners)


def _rounded(star: Any, families: Any, lowest: Any) -> Any:
    return np.unique(np.round(_walked(star, families, lowest), 9), axis=0)


def _one_of_each_pile(star: Any, families: Any, lowest: Any) -> Any:
    """Exact places, of which those are dropped that lie on an earlier one."""
    kept: list[Any] = []
    for place in _walked(star, families, lowest):
        if not kept or np.min(np.linalg.norm(np.array(kept) - place, axis=1)) > 1e-6:
            kept.append(place)
    return kept


def _all_columns(star: Any, families: Any, lowest: Any) -> Any:
    one, other = lowest.copy(), lowest.copy()
    one[:, families[:, 0]] += 1
    other[:, families[:, 1]] += 1
    both = one.copy()
    both[:, families[:, 1]] += 1
    return [np.array(corner) @ star for corner in {tuple(row) for row in np.concatenate([lowest, one, other, both])}]


def _no_copy(star: Any, families: Any, lowest: Any) -> Any:
    one = lowest
    for row, (i, j) in enumerate(families):
        one[row, i] += 1
        one[row, j] += 1
    return np.unique(np.concatenate([lowest, one]), axis=0) @ star


def _not_centred(places: Any, centre: Any, n: int) -> Any:
    r = _chebyshev(places, centre)
    half = np.sort(r)[n - 1 : n + 1].mean()
    return places[r < half] / (2 * half) + 0.5


def _sorted_pick(places: Any, centre: Any, n: int) -> Any:
    away = [max(abs(x - centre[0]), abs(y - centre[1])) for x, y in places]
    order = sorted(range(len(places)), key=away.__getitem__)
    side = away[order[n - 1]] + away[order[n]]
    return [[(places[i][axis] - centre[axis] + side / 2) / side for axis in (0, 1)] for i in order[:n]]


def _scaled(places: Any, centre: Any, n: int, r: Any, half: Function) -> Any:
    order = np.argsort(r)
    wall = half(r[order])
    return (places[order[:n]] - centre) / (2 * wall) + 0.5


def _chebyshev(places: Any, centre: Any) -> Any:
    return np.max(np.abs(places - centre), axis=1)


RIGHT: list[tuple[str, Function]] = [
    ("10.1", _one_by_one),
    ("10.1", _as_set),
    ("10.1", lambda star, shifts, i, j, m, n: _four(_lowest(star, shifts, i, j, m, n), i, j).astype(int)),
    ("10.1", lambda star, shifts, i, j, m, n: _four(_lowest(star, shifts, i, j, m, n, lambda x: -np.floor(-x)), i, j)),
    ("10.2", _by_set),
    ("10.2", _rounded),
    ("10.2", _one_of_each_pile),
    ("10.2", lambda star, families, lowest: {tuple(place) for place in _rounded(star, families, lowest)}),
    ("10.3", _sorted_pick),
    ("10.3", lambda p, c, n: {tuple(row) for row in _sorted_pick(p, c, n)}),
    ("10.3", lambda p, c, n: (p[(r := _chebyshev(p, c)) < (h := np.sort(r)[n - 1 : n + 1].mean())] - c + h) / (2 * h)),
]

WRONG: list[tuple[str, Function, str]] = [
    ("10.1", _floored, "rounded down"),
    ("10.1", lambda *given: np.array(_one_by_one(*given)) - 1, "floor for ceil, throughout"),
    ("10.1", _unset, "were rounded like the others"),
    ("10.1", lambda star, shifts, *rest: _one_by_one(star, 0 * shifts, *rest), "both in the crossing"),
    ("10.1", lambda star, shifts, *rest: _one_by_one(star, -shifts, *rest), "wrong sign"),
    ("10.1", lambda *given: np.array(_one_by_one(*given)) @ given[0], "the places"),
    ("10.1", lambda *given: _lowest(*given), "one vertex of the four"),
    ("10.1", lambda star, shifts, i, j, m, n: _one_by_one(star, shifts, i, j, n, m), "swapped"),
    ("10.1", lambda *given: np.array(_one_by_one(*given))[:3], ""),
    ("10.1", lambda *given: np.array(_one_by_one(*given)) + 1, ""),
    ("10.1", lambda *given: 4, ""),
    ("10.1", lambda *given: np.array(_one_by_one(*given)).T, ""),
    ("10.2", lambda *given: np.unique(_walked(*given), axis=0), "differ in the last digit"),
    ("10.2", lambda *given: list({tuple(place) for place in _walked(*given)}), "differ in the last digit"),
    ("10.2", _walked, "Keep each once"),
    ("10.2", lambda star, families, lowest: lowest @ star, "lowest vertices only"),
    ("10.2", lambda *given: np.unique(_rounded(*given)), "without axis=0"),
    ("10.2", lambda *given: np.unique(_walked(*given).round(2), axis=0), "rounded so far"),
    ("10.2", lambda *given: len(_rounded(*given)), "only the number"),
    ("10.2", lambda *given: _rounded(*given)[1:], ""),
    ("10.2", lambda *given: _rounded(*given) + 0.1, ""),
    ("10.2", lambda *given: "vertices", ""),
    ("10.3", lambda p, c, n: _scaled(p, c, n, np.linalg.norm(p - c, axis=1), lambda r: r[n - 1 : n + 1].mean()),
     "fill a disc"),
    ("10.3", lambda p, c, n: _scaled(p, c, n, _chebyshev(p, c), lambda r: r[n - 1]), "runs through the N-th"),
    ("10.3", lambda p, c, n: _scaled(p, c, n, _chebyshev(p, c), lambda r: r[n]), "the first outside"),
    ("10.3", lambda p, c, n: (np.array(_sorted_pick(p, c, n)) - 0.5), "Add 1/2"),
    ("10.3", lambda p, c, n: p[np.argsort(_chebyshev(p, c))[:n]], "own units"),
    ("10.3", lambda p, c, n: _sorted_pick(p, c, n + 1), "too many"),
    ("10.3", lambda p, c, n: _sorted_pick(p, (0, 0), n), "centre was forgotten"),
    ("10.3", lambda p, c, n: _scaled(p, c, n, _chebyshev(p, c), lambda r: r[n - 1] + 1e-9), "runs through the N-th"),
    ("10.3", lambda p, c, n: np.array(_sorted_pick(p, c, n))[:, ::-1], ""),
    ("10.3", lambda p, c, n: 1 - np.array(_sorted_pick(p, c, n)), ""),
    ("10.1", lambda *given: _unrounded(*given), "not rounded"),
    ("10.1", lambda *given: np.array(_one_by_one(*given))[[0, 0, 3, 3]], "two of the four"),
    ("10.2", lambda star, f, lowest: _all_columns(star, f, lowest), "to every row"),
    ("10.2", lambda star, f, lowest: _no_copy(star, f, lowest), "makes no copy"),
    ("10.3", lambda p, c, n: np.array(_sorted_pick(p, c, n)) * 2, "whole side"),
    ("10.3", lambda p, c, n: _scaled(p, c, n, _chebyshev(p, c), lambda r: r[n - 1]), "runs through the N-th"),
    ("10.3", lambda p, c, n: _not_centred(p, c, n), "centre was not taken off"),
    ("10.3", lambda p, c, n: n, ""),
]  # fmt: skip


@pytest.mark.parametrize(("exercise_id", "function"), RIGHT)
def test_unusual_answers_that_are_right_pass(exercise_id: str, function: Function) -> None:
    """However it is written, and in whatever order or form."""
    passes(exercise_id, function)


@pytest.mark.parametrize(("exercise_id", "function", "said"), WRONG)
def test_mistakes_as_students_write_them(exercise_id: str, function: Function, said: str) -> None:
    """A well-known mistake is named; an answer that merely lies near one is shown a case, without a diagnosis."""
    is_mistaken(exercise_id, function, said)


@pytest.mark.parametrize("exercise_id", ["10.1", "10.2", "10.3"])
def test_an_untouched_stub_is_not_attempted(exercise_id: str) -> None:
    """Raising NotImplementedError is no mistake."""

    def stub(*arguments: Any) -> Any:
        raise NotImplementedError

    assert examine(exercise(exercise_id), stub).state == "not attempted"


def test_the_rhombs_are_those_of_the_multigrid() -> None:
    """Every tile of a patch has the four corners that the exercise's truth gives for its crossing."""
    rhomb = exercise("10.1").truth
    shifts = np.random.default_rng(5).uniform(-0.5, 0.5, 5)
    tiles = Multigrid(star(5, 2), shifts).tiles(np.zeros(2), 4)
    assert len(tiles) > 50
    for (i, j, m_i, m_j), corners in zip(tiles.names(), tiles.corner_integers(), strict=True):
        wanted = rhomb(star(5, 2), shifts, i, j, m_i, m_j)
        assert {tuple(row) for row in wanted.astype(int)} == {tuple(row) for row in corners}


def test_the_vertices_are_those_of_the_multigrid() -> None:
    """The corners of a patch's tiles, gathered by the exercise's truth, hold all vertices of the multigrid there."""
    shifts = np.random.default_rng(6).uniform(-0.5, 0.5, 5)
    multigrid = Multigrid(star(5, 2), shifts)
    tiles = multigrid.tiles(np.zeros(2), 5)
    gathered = exercise("10.2").truth(star(5, 2), tiles.grids, tiles.lowest)
    inside = gathered[np.all(np.abs(gathered) <= 5, axis=1)]
    direct = multigrid.vertices(np.zeros(2), 5)
    assert len(inside) == len(direct)
    assert {tuple(place) for place in inside.round(6) + 0.0} == {tuple(place) for place in direct.round(6) + 0.0}


def test_every_pair_of_families_crosses_in_some_case() -> None:
    """The cases of 10.1 use stars of 3 to 7 families, and never twice the same pair of one star."""
    cases = exercise("10.1").cases
    assert {len(case[0]) for case in cases} == {3, 4, 5, 6, 7}
    for one, other in combinations(cases, 2):
        assert (len(one[0]), {*one[2:4]}) != (len(other[0]), {*other[2:4]})
