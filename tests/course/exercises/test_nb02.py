"""Checks of notebook 02: unusual right answers pass, mistakes as students write them are told, truths have peers."""

import itertools
import math
import random
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.spatial import cKDTree
from sklearn.model_selection import ParameterGrid

from hpo_tutor import designs
from hpo_tutor.course.checks import examine
from hpo_tutor.course.exercises import exercise
from hpo_tutor.course.exercises.nb02 import grids, levels, shadows

Function = Callable[..., Any]


# --- right answers in unusual forms ---------------------------------------------------------------------------------


def _levels_of(axes: Any, n: int) -> list[Any]:
    return [np.geomspace(low, high, n) if log else np.linspace(low, high, n) for low, high, log in axes]


def _root(axes: Any, n_points: int) -> int:
    return int(n_points ** (1 / len(axes)) + 0.5)


def _right(axes: Any, n_points: int) -> list[Any]:
    return list(product(*_levels_of(axes, _root(axes, n_points))))


def _by_recursion(axes: Any, n_points: int) -> list[Any]:
    *before, (low, high, log) = axes
    n = _root(axes, n_points)
    steps = [k / (n - 1) for k in range(n)]
    values = [low * (high / low) ** s if log else low + s * (high - low) for s in steps]
    rest = _by_recursion(before, n ** len(before)) if before else [()]
    return [(*row, value) for value in values for row in rest]


def _by_generator(axes: Any, n_points: int) -> Iterator[Any]:
    yield from product(*_levels_of(axes, _root(axes, n_points)))


def _shuffled(axes: Any, n_points: int) -> list[Any]:
    rows = _right(axes, n_points)
    random.Random(1).shuffle(rows)
    return rows


def _by_exponents(axes: Any, n_points: int) -> list[Any]:
    n = _root(axes, n_points)
    made = [
        10 ** np.linspace(math.log10(low), math.log10(high), n) if log else np.linspace(low, high, n)
        for low, high, log in axes
    ]
    return [list(row) for row in product(*made)]


def _by_meshgrid(axes: Any, n_points: int) -> Any:
    boxes = np.meshgrid(*_levels_of(axes, _root(axes, n_points)))
    return np.stack([box.ravel() for box in boxes], axis=1)


def _by_meshgrid_of(levels: list[Any]) -> Any:
    return np.array(np.meshgrid(*levels)).reshape(len(levels), -1).T


def _named(axes: Any, n_points: int) -> list[dict[str, Any]]:
    return [{f"axis {i}": value for i, value in enumerate(row)} for row in _right(axes, n_points)]


def _levels_by_trying(n_points: int, n_dims: int) -> int:
    return max(n for n in range(1, n_points + 1) if n**n_dims <= n_points)


def _levels_by_the_nearest_root(n_points: int, n_dims: int) -> int:
    n = round(n_points ** (1 / n_dims))
    return n if n**n_dims <= n_points else n - 1


def _distinct_by_looking(points: Any, axes: Any) -> int:
    seen: list[Any] = []
    for point in points[:, axes]:
        if not any(np.allclose(point, other, rtol=0, atol=1e-9) for other in seen):
            seen.append(point)
    return len(seen)


UNUSUAL = [
    ("02.1", _by_recursion),
    ("02.1", _by_generator),
    ("02.1", _shuffled),
    ("02.1", _by_exponents),
    ("02.1", _by_meshgrid),
    ("02.1", _named),
    ("02.1", lambda axes, n_points: set(_right(axes, n_points))),
    ("02.1", lambda axes, n_points: tuple(_right(axes, n_points)[::-1])),
    ("02.1", lambda axes, n_points: np.array(_right(axes, n_points), dtype=np.float32)),
    ("02.1", lambda axes, n_points: pd.DataFrame(_named(axes, n_points))),
    ("02.1", lambda axes, n_points: iter(_named(axes, n_points))),
    ("02.2", _levels_by_trying),
    ("02.2", _levels_by_the_nearest_root),
    ("02.2", lambda n_points, n_dims: int(n_points ** (1 / n_dims) + 1e-9)),
    ("02.2", lambda n_points, n_dims: math.floor(round(n_points ** (1 / n_dims), 6))),
    ("02.2", lambda n_points, n_dims: np.floor(np.power(n_points, 1 / n_dims) + 1e-6)),
    ("02.2", lambda n_points, n_dims: sum(k**n_dims <= n_points for k in range(1, n_points + 1))),
    ("02.2", lambda n_points, n_dims: next(n for n in itertools.count(1) if (n + 1) ** n_dims > n_points)),
    ("02.3", _distinct_by_looking),
    ("02.3", lambda points, axes: len({tuple(np.round(shadow, 9)) for shadow in points[:, axes]})),
    ("02.3", lambda points, axes: len({tuple(f"{one:.6f}" for one in shadow) for shadow in points[:, axes]})),
    ("02.3", lambda points, axes: np.unique(np.round(points, 10)[:, axes], axis=0).shape[0]),
    ("02.3", lambda points, axes: len(pd.DataFrame(points[:, axes]).round(8).drop_duplicates())),
    ("02.3", lambda points, axes: len(np.unique((points[:, axes] * 1e6).round().astype(int), axis=0))),
    ("02.3", lambda points, axes: len(np.unique(points[:, axes].astype(np.float32), axis=0))),
]


@pytest.mark.parametrize(("name", "function"), UNUSUAL)
def test_unusual_but_right_answers_pass(name: str, function: Function) -> None:
    """Any order, tuples, lists, sets, dicts, arrays, frames, generators, float32; loops; any sensible tolerance."""
    assert examine(exercise(name), function).state == "passed"


# --- mistakes as students write them, against a few words of the message --------------------------------------------


def _grid_of(levels_of_axis: Callable[[float, float, bool, int], Any]) -> Function:
    def function(axes: Any, n_points: int) -> list[Any]:
        n = round(n_points ** (1 / len(axes)))
        return list(itertools.product(*[levels_of_axis(low, high, log, n) for low, high, log in axes]))

    return function


def _of_rates(levels_of_rate: Callable[[float, float, int], Any]) -> Function:
    return _grid_of(lambda a, b, log, n: levels_of_rate(a, b, n) if log else np.linspace(a, b, n))


def _zipped(axes: Any, n_points: int) -> list[Any]:
    return list(zip(*_levels_of(axes, _root(axes, n_points)), strict=True))


def _as_many_as_points(axes: Any, n_points: int) -> list[Any]:
    values = [np.geomspace(a, b, n_points) if log else np.linspace(a, b, n_points) for a, b, log in axes]
    return list(itertools.product(*values))


def _by_arange(axes: Any, n_points: int) -> list[Any]:
    n, values = _root(axes, n_points), []
    for low, high, log in axes:
        if log:
            low, high = math.log10(low), math.log10(high)
        steps = [low + k * (high - low) / n for k in range(n)]
        values.append([10**step for step in steps] if log else steps)
    return list(product(*values))


def _middles(axes: Any, n_points: int) -> Any:
    u = designs.make("grid-midpoints", n_points, len(axes))
    columns = [a * (b / a) ** u[:, i] if log else a + (b - a) * u[:, i] for i, (a, b, log) in enumerate(axes)]
    return np.column_stack(columns)


def _counted_up_to(compare: Function, late: int = 0) -> Function:
    def function(n_points: int, n_dims: int) -> int:
        n = 1
        while compare(n**n_dims, n_points):
            n += 1
        return n - late

    return function


AS_WRITTEN = [
    ("02.1", _zipped, "itertools.product combines"),
    ("02.1", lambda axes, n: np.column_stack(_levels_of(axes, _root(axes, n))), "itertools.product combines"),
    ("02.1", lambda axes, n: _levels_of(axes, _root(axes, n)), "itertools.product combines"),
    ("02.1", _as_many_as_points, "far too many configurations"),
    ("02.1", lambda axes, n: list(product(*[np.linspace(a, b, n) for a, b, _ in axes])), "far too many"),
    ("02.1", lambda axes, n: list(product(*_levels_of(axes, n // len(axes)))), "with the brackets: N**1/d"),
    ("02.1", lambda axes, n: list(product(*_levels_of(axes, int(n**1 / len(axes))))), "with the brackets"),
    ("02.1", lambda axes, n: list(product(*_levels_of(axes, round(n**1 / len(axes))))), "with the brackets"),
    ("02.1", lambda axes, n: list(product(*_levels_of(axes, int(np.sqrt(n))))), "levels of two axes only"),
    ("02.1", lambda axes, n: list(product(*_levels_of(axes, round(n**0.5)))), "levels of two axes only"),
    ("02.1", lambda axes, n: np.array(list(product(*_levels_of(axes, math.isqrt(n))))), "levels of two axes only"),
    ("02.1", lambda axes, n: list(product(*_levels_of(axes, int(n ** (1 / len(axes)))))), "3.9999999999999996"),
    ("02.1", lambda axes, n: _by_meshgrid_of(_levels_of(axes, math.floor(n ** (1 / len(axes))))), "one level is lost"),
    ("02.1", lambda axes, n: list(product(*_levels_of(axes, int(np.exp(np.log(n) / len(axes)))))), "one level is lost"),
    (
        "02.1",
        lambda axes, n: list(product(*[(np.linspace, np.geomspace)[log](a, b) for a, b, log in axes])),
        "50 levels",
    ),
    ("02.1", lambda axes, n: list(product(*[np.linspace(a, b) for a, b, _ in axes])), "50 levels"),
    ("02.1", _of_rates(lambda a, b, n: np.geomspace(a, b)), "50 levels"),
    ("02.1", _of_rates(lambda a, b, n: np.logspace(math.log10(a), math.log10(b))), "50 levels"),
    ("02.1", _grid_of(lambda a, b, log, n: np.geomspace(a, b, n) if log else np.linspace(a, b)), "50 levels"),
    (
        "02.1",
        _grid_of(lambda a, b, log, n: np.linspace(a, b, n) if log else np.geomspace(a, b, n)),
        "scales are swapped",
    ),
    ("02.1", _grid_of(lambda a, b, log, n: (np.geomspace, np.linspace)[log](a, b, n)), "scales are swapped"),
    ("02.1", _grid_of(lambda a, b, log, n: np.linspace(a, b, n)), "equally far apart, as np.linspace"),
    ("02.1", _grid_of(lambda a, b, log, n: [a + k * (b - a) / (n - 1) for k in range(n)]), "equally far apart"),
    ("02.1", _grid_of(lambda a, b, log, n: np.geomspace(a, b, n)), "all axes got logarithmic levels"),
    ("02.1", _of_rates(lambda a, b, n: np.logspace(a, b, n)), "np.logspace takes exponents"),
    ("02.1", _of_rates(lambda a, b, n: np.linspace(np.log10(a), np.log10(b), n)), "the exponents came back"),
    ("02.1", _of_rates(lambda a, b, n: np.linspace(math.log(a), math.log(b), n)), "the exponents came back"),
    ("02.1", _of_rates(lambda a, b, n: 10 ** np.linspace(np.log(a), np.log(b), n)), "two bases were mixed"),
    ("02.1", _of_rates(lambda a, b, n: np.logspace(math.log(a), math.log(b), n)), "two bases were mixed"),
    ("02.1", _of_rates(lambda a, b, n: np.exp(np.linspace(np.log10(a), np.log10(b), n))), "two bases were mixed"),
    ("02.1", _by_arange, "an end of the ranges is missing"),
    (
        "02.1",
        _grid_of(lambda a, b, log, n: (np.geomspace if log else np.linspace)(a, b, n, endpoint=False)),
        "an end of the ranges is missing",
    ),
    (
        "02.1",
        _grid_of(lambda a, b, log, n: (np.geomspace if log else np.linspace)(a, b, n + 2)[1:-1]),
        "an end of the ranges is missing",
    ),
    ("02.1", _middles, "the middles of n equal parts"),
    ("02.1", lambda axes, n: np.meshgrid(*_levels_of(axes, _root(axes, n))), "the boxes that np.meshgrid returns"),
    (
        "02.1",
        lambda axes, n: np.array(np.meshgrid(*_levels_of(axes, _root(axes, n)), indexing="ij")),
        "the boxes that np.meshgrid returns",
    ),
    ("02.1", lambda axes, n: list(zip(*_right(axes, n), strict=True)), "rows and columns are swapped"),
    (
        "02.1",
        lambda axes, n: np.array(np.meshgrid(*_levels_of(axes, _root(axes, n)))).reshape(len(axes), -1),
        "swapped",
    ),
    ("02.1", lambda axes, n: list(product(*_levels_of(axes, _root(axes, n))[::-1])), "in the wrong order"),
    ("02.2", lambda n_points, n_dims: math.ceil(n_points ** (1 / n_dims)), "the smallest n with n**d >= N"),
    ("02.2", _counted_up_to(lambda power, n_points: power < n_points), "let a loop stop one step earlier"),
    ("02.2", lambda n_points, n_dims: round(n_points ** (1 / n_dims)), "to the nearest whole number"),
    ("02.2", lambda n_points, n_dims: int(n_points ** (1 / n_dims) + 0.5), "to the nearest whole number"),
    ("02.2", lambda n_points, n_dims: n_points ** (1 / n_dims), "that is the root itself"),
    ("02.2", lambda n_points, n_dims: np.exp(np.log(n_points) / n_dims), "that is the root itself"),
    ("02.2", lambda n_points, n_dims: n_points // n_dims, "that is N / d"),
    ("02.2", lambda n_points, n_dims: n_points / n_dims, "that is N / d"),
    ("02.2", lambda n_points, n_dims: n_points**1 / n_dims, "with the brackets: N**1/d is N / d once more"),
    ("02.2", lambda n_points, n_dims: int(n_points**1 / n_dims), "with the brackets"),
    ("02.2", lambda n_points, n_dims: int(n_points ** (1 / n_dims)), "3.9999999999999996"),
    ("02.2", lambda n_points, n_dims: n_points ** (1 / n_dims) // 1, "3.9999999999999996"),
    ("02.2", lambda n_points, n_dims: np.floor(n_points ** (1.0 / n_dims)), "3.9999999999999996"),
    ("02.2", lambda n_points, n_dims: int(np.exp(np.log(n_points) / n_dims)), "3.9999999999999996"),
    ("02.2", lambda n_points, n_dims: math.floor(10 ** (math.log10(n_points) / n_dims)), "3.9999999999999996"),
    ("02.2", _counted_up_to(lambda power, n_points: power < n_points, late=1), "n**d may be equal to N"),
    ("02.2", _counted_up_to(lambda power, n_points: power <= n_points), "one level too many"),
    ("02.2", _counted_up_to(lambda power, n_points: power <= n_points, late=2), "one level too few"),
    ("02.2", lambda n_points, n_dims: int(math.sqrt(n_points)), "right for two axes only"),
    ("02.2", lambda n_points, n_dims: int(math.log(n_points) / math.log(n_dims)), "base and exponent are swapped"),
    ("02.3", lambda points, axes: len(points[:, axes]), "every point was counted"),
    ("02.3", lambda points, axes: points.shape[0], "every point was counted"),
    ("02.3", lambda points, axes: len(np.unique(points[:, axes], axis=0)), "0.30000000000000004"),
    ("02.3", lambda points, axes: len(set(map(tuple, points[:, axes]))), "0.30000000000000004"),
    ("02.3", lambda points, axes: len(pd.DataFrame(points[:, axes]).drop_duplicates()), "0.30000000000000004"),
    ("02.3", lambda points, axes: len(np.unique(points[:, axes])), "np.unique(..., axis=0) compares whole rows"),
    ("02.3", lambda points, axes: np.unique(points[:, axes].round(9)).shape[0], "compares whole rows"),
    ("02.3", lambda points, axes: len(np.unique(points, axis=0)), "compared on all axes"),
    (
        "02.3",
        lambda points, axes: len(np.unique(np.delete(points, axes, axis=1).round(9), axis=0)),
        "should be ignored",
    ),
    ("02.3", lambda points, axes: len(np.unique(points[axes], axis=0)), "points[axes] takes rows"),
    ("02.3", lambda points, axes: math.prod(len(set(points[:, a].round(9))) for a in axes), "were multiplied"),
    ("02.3", lambda points, axes: np.prod([len(np.unique(points[:, a])) for a in axes]), "were multiplied"),
    ("02.3", lambda points, axes: sum(len(set(points[:, a].round(9))) for a in axes), "were added"),
    ("02.3", lambda points, axes: [len(set(points[:, a].round(9))) for a in axes], "came back one by one"),
    ("02.3", lambda points, axes: np.unique(points[:, axes].round(9), axis=0), "the different points themselves"),
    ("02.3", lambda points, axes: len(np.unique(points[:, axes].round(), axis=0)), "so coarsely"),
    ("02.3", lambda points, axes: len(np.unique(points[:, axes].round(2), axis=0)), "so coarsely"),
    (
        "02.3",
        lambda points, axes: round(len(points) ** (1 / points.shape[1])) ** len(axes),
        "a formula for a whole grid",
    ),
]


@pytest.mark.parametrize(("name", "function", "words"), AS_WRITTEN)
def test_a_mistake_is_told_however_it_is_written(name: str, function: Function, words: str) -> None:
    """Loops, comprehensions, numpy and pandas that make the same mistake get its message, and no other."""
    verdict = examine(exercise(name), function)
    assert verdict.state == "wrong"
    assert words in verdict.message
    assert len(verdict.case) == 3


def _one_row_twice(axes: Any, n_points: int) -> list[Any]:
    rows = _right(axes, n_points)
    return [*rows, rows[0]]


def _random_rows(axes: Any, n_points: int) -> Any:
    rng = np.random.default_rng(n_points)
    return np.column_stack([rng.uniform(a, b, n_points) for a, b, _ in axes])


NEAR_MISSES = [
    ("02.1", _one_row_twice),
    ("02.1", _random_rows),
    ("02.1", lambda axes, n_points: _right(axes, n_points)[1:]),
    ("02.1", _grid_of(lambda a, b, log, n: np.geomspace(a, 1.05 * b, n) if log else np.linspace(a, b, n))),
    ("02.1", _of_rates(lambda a, b, n: a * (b / a) ** (np.arange(n) ** 2 / (n - 1) ** 2))),
    ("02.1", lambda axes, n_points: list(product(*_levels_of(axes, 10)))),
    ("02.1", lambda axes, n_points: list(product(*_levels_of(axes, math.isqrt(n_points) + 1)))),
    ("02.1", lambda axes, n_points: list(product(*_levels_of(axes, _root(axes, n_points) + 1)))),
    ("02.1", _grid_of(lambda a, b, log, n: np.linspace(a, b, n + 1) if log else np.geomspace(a, b, n + 1))),
    ("02.1", lambda axes, n_points: list(zip(*_levels_of(axes, 50), strict=True))),
    ("02.1", lambda axes, n_points: 25),
    ("02.1", lambda axes, n_points: "a grid"),
    ("02.1", lambda axes, n_points: {"learning_rate": [1, 2]}),
    ("02.1", lambda axes, n_points: [[1.0], [1.0, 2.0]]),
    ("02.2", lambda n_points, n_dims: 5),
    ("02.2", lambda n_points, n_dims: math.floor(n_points ** (1 / n_dims)) if n_dims == 2 else 1),
    ("02.3", lambda points, axes: 9),
    ("02.3", lambda points, axes: len(np.unique(points[:, axes[:1]].round(9), axis=0))),
]


@pytest.mark.parametrize(("name", "function"), NEAR_MISSES)
def test_what_is_wrong_in_another_way_is_not_diagnosed(name: str, function: Function) -> None:
    """A row too many or too few, other levels, constants, strange things: wrong, with a case, without a diagnosis."""
    verdict = examine(exercise(name), function)
    assert verdict.state == "wrong"
    assert verdict.mistake is None
    assert verdict.case


def test_numbers_in_quotes_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    """A grid of texts is not taken for one of numbers, though the digits are right."""
    verdict = examine(exercise("02.1"), lambda axes, n: [tuple(map(str, row)) for row in _right(axes, n)])
    assert verdict.state == "wrong"
    assert "returns text" in verdict.message


def test_a_wrong_grid_is_shown_with_its_case() -> None:
    """The student sees the call as it would be typed, and the first configurations of both grids, on three lines."""
    call, want, got = examine(exercise("02.1"), _zipped).case
    assert call == "grid(axes=[(0.0001, 0.1, True), (1e-06, 0.1, True)], n_points=25)"
    assert want.startswith("expected  [(0.0001, 1e-06), ")
    assert got.startswith("got       [(0.0001, 1e-06), ")
    assert "\n" not in call + want + got


# --- the truths against an independent truth ------------------------------------------------------------------------


@pytest.mark.parametrize("case", exercise("02.1").cases)
def test_the_grid_is_that_of_scikit_learn(case: tuple[Any, int]) -> None:
    """ParameterGrid makes the same configurations of the same levels, and there are N of them."""
    axes, n_points = case
    named = {str(i): axis.tolist() for i, axis in enumerate(_levels_of(axes, _root(axes, n_points)))}
    peer = {tuple(row[str(i)] for i in range(len(axes))) for row in ParameterGrid(named)}
    assert len(peer) == n_points
    np.testing.assert_allclose(sorted(grids.grid(axes, n_points)), sorted(peer), rtol=1e-12)


def test_the_order_of_rows_is_settled_by_their_values() -> None:
    """Two orders of the same rows become one array, also where rounding moves their last digits."""
    rows = [(1e-4, 0.3), (1e-4 * (1 + 1e-9), 0.1), (1e-1, 0.3)]
    np.testing.assert_allclose(grids.rows(rows), grids.rows(rows[::-1]), rtol=1e-8)
    assert grids.rows([0.1, 0.2]).shape == (2, 1)


def test_the_levels_are_the_largest_that_fit() -> None:
    """For every budget and dimension that a course may meet, n**d fits, (n + 1)**d does not, and designs agree."""
    for n_points, n_dims in product(range(1, 400), range(1, 8)):
        n = levels.n_levels(n_points, n_dims)
        assert n**n_dims <= n_points < (n + 1) ** n_dims
        if n_points % 37 == 0:
            assert len(np.unique(designs.make("grid", n_points, n_dims)[:, 0])) == n


def test_a_lost_level_is_a_case_of_the_first_exercise() -> None:
    """What 02.2 punishes is met in 02.1 first: the plain root, rounded down, is too small in its last case."""
    *_, (axes, n_points) = exercise("02.1").cases
    assert int(n_points ** (1 / len(axes))) == _root(axes, n_points) - 1


def test_every_way_to_take_the_root_fails_somewhere() -> None:
    """Power, exp and log, log10, log2: rounding each of them down is wrong on a case, so none slips through."""
    for root in levels._ROOTS:
        assert any(math.floor(root(*case)) != levels.n_levels(*case) for case in exercise("02.2").cases)


@pytest.mark.parametrize("case", exercise("02.3").cases)
def test_shadows_are_counted_as_clusters_of_points(case: tuple[Any, list[int]]) -> None:
    """The count is that of groups whose points lie within 1e-9 of one another, found by a k-d tree."""
    points, axes = case
    near = cKDTree(points[:, axes]).query_ball_point(points[:, axes], 1e-9)
    assert shadows.n_distinct(points, axes) == len({tuple(sorted(group)) for group in near})


def test_no_tolerance_decides_a_count() -> None:
    """Numbers of the cases are equal up to 1e-12, or differ by 0.003 or more."""
    for points, axes in exercise("02.3").cases:
        for axis in axes:
            gaps = np.diff(np.sort(points[:, axis]))
            assert ((gaps < 1e-12) | (gaps > 0.0029)).all()
