"""Checks of notebook 15: further mistakes as students write them, and answers beside them that are not diagnosed."""

import math
from collections.abc import Callable
from itertools import combinations, pairwise
from typing import Any

import numpy as np
import pytest
from answers import is_mistaken, passes

from hpo_tutor import pareto
from hpo_tutor.course.checks import examine
from hpo_tutor.course.exercises import exercise
from hpo_tutor.course.exercises.nb15.areas import scattered
from hpo_tutor.course.exercises.nb15.costs import encoder
from hpo_tutor.course.exercises.nb15.fronts import table
from hpo_tutor.training.models.architecture import n_operations
from hpo_tutor.training.models.descriptions import CNN, Block

Function = Callable[..., Any]


# --- 15.1 -----------------------------------------------------------------------------------------------------------


def _pair_by_pair(losses: Any) -> list[bool]:
    kept = []
    for i in range(len(losses)):
        kept.append(True)
        for j in range(len(losses)):
            pairs = list(zip(losses[j], losses[i], strict=True))
            if all(other <= own for other, own in pairs) and any(other < own for other, own in pairs):
                kept[-1] = False
    return kept


def _all_at_once(losses: Any) -> Any:
    worse, lower = losses[:, None] > losses[None], losses[:, None] < losses[None]
    return 1 - (~worse.any(axis=2) & lower.any(axis=2)).any(axis=0)


def _peeled(losses: Any) -> Any:
    """In the order of the sums: who dominates comes before whom it dominates."""
    mask = np.zeros(len(losses), dtype=bool)
    for i in np.argsort(losses.sum(axis=1), kind="stable"):
        front = losses[mask]
        mask[i] = not ((front <= losses[i]).all(axis=1) & (front < losses[i]).any(axis=1)).any()
    return mask


def _beaten(losses: Any, beats: Function) -> Any:
    return np.array([not any(beats(a, b) for j, a in enumerate(losses) if i != j) for i, b in enumerate(losses)])


# --- 15.2 -----------------------------------------------------------------------------------------------------------


def _in_and_out(points: Any, reference: Any) -> float:
    """All rectangles, less those that two share, and those that three share again."""
    inside = [one for one in points if np.all(one < reference)]
    total = 0.0
    for n in range(1, len(inside) + 1):
        for some in combinations(inside, n):
            total += (-1) ** (n + 1) * np.prod(reference - np.max(some, axis=0))
    return float(total)


def _by_cells(points: Any, reference: Any) -> Any:
    """The plane is cut at every coordinate; a cell counts if its lower corner is dominated."""
    x, y = (np.unique(np.append(np.minimum(points[:, k], reference[k]), reference[k])) for k in (0, 1))
    area = 0.0
    for left, right in pairwise(x):
        for low, high in pairwise(y):
            if any(one[0] <= left and one[1] <= low for one in points):
                area += (right - left) * (high - low)
    return np.array([area])


def _swept(
    points: Any, reference: Any, keep: Any = lambda points, reference: np.all(points < reference, axis=1)
) -> Any:
    """As the third hint has it."""
    total, lowest = 0.0, reference[1]
    for x, y in sorted(map(tuple, points[keep(points, reference)])):
        if y < lowest:
            total += (reference[0] - x) * (lowest - y)
            lowest = y
    return total


def _rectangles(points: Any, reference: Any) -> Any:
    return sum((reference[0] - x) * (reference[1] - y) for x, y in points)


def _everyone(points: Any, reference: Any) -> Any:
    return np.ones(len(points), dtype=bool)


# --- 15.3 -----------------------------------------------------------------------------------------------------------


def _by_loops(side: int, convolutions: Any, units: int) -> int:
    """Every window of every filter is visited."""
    total, channels = 0, 1
    for filters, kernel, stride, pool in convolutions:
        starts = range(0, side, stride)
        total += sum(kernel * kernel * channels for _ in range(filters) for _ in starts for _ in starts)
        side, channels = len(starts) // pool, filters
    return total + side * side * channels * units


def _by_the_course(side: int, convolutions: Any, units: int) -> Any:
    """A network of the course with these convolutions and that many outputs."""
    model = CNN((side, side, 1), tuple(Block(*one) for one in convolutions), task="regression", n_outputs=units)
    return float(n_operations(model.layers(side * side)))


def _counted(side: int, convolutions: Any, units: int, **changes: Any) -> Any:
    total, channels = 0.0, 1
    for filters, kernel, stride, pool in convolutions:
        now = math.ceil(side / changes.get("stride", stride))
        total += now**2 * kernel ** changes.get("power", 2) * changes.get("channels", channels) * filters
        total += changes.get("biases", 0) * now**2 * filters
        side, channels = now // changes.get("pool", pool), filters
    return total + side**2 * channels * units


RIGHT: list[tuple[str, Function]] = [
    ("15.1", _pair_by_pair),
    ("15.1", _all_at_once),
    ("15.1", _peeled),
    ("15.1", pareto.non_dominated),
    ("15.2", _in_and_out),
    ("15.2", _by_cells),
    ("15.2", _swept),
    ("15.2", pareto.hypervolume),
    ("15.3", _by_loops),
    ("15.3", _by_the_course),
    ("15.3", _counted),
]

WRONG: list[tuple[str, Function, str]] = [
    ("15.1", lambda y: _beaten(y, lambda a, b: np.all(a < b)), "strictly lower"),
    ("15.1", lambda y: _beaten(y, lambda a, b: np.any(a < b)), "an `or`"),
    ("15.1", lambda y: _beaten(y, lambda a, b: np.all(a <= b)), "equals dominate each other"),
    ("15.1", lambda y: np.array([not (y <= one).all(axis=1).any() for one in y]), "compared with itself"),
    ("15.1", lambda y: _beaten(y, lambda a, b: np.all(a >= b) and np.any(a > b)), "turned round"),
    ("15.1", lambda y: ~_peeled(y), "who is dominated"),
    ("15.1", lambda y: [i for i, kept in enumerate(_peeled(y)) if kept], "the positions"),
    ("15.1", lambda y: y[_peeled(y)], "the trials themselves"),
    ("15.1", lambda y: y.sum(axis=1) == y.sum(axis=1).min(), "the lowest sum"),
    ("15.1", lambda y: _pair_by_pair(y[:, :2]), "the first two losses"),
    ("15.1", lambda y: (y == y.min(axis=0)).any(axis=1), "best in one loss"),
    ("15.1", lambda y: [True] * len(y), ""),
    ("15.1", lambda y: _pair_by_pair(y[:, 1:]), ""),
    ("15.1", lambda y: _pair_by_pair(y)[::-1], ""),
    ("15.2", _rectangles, "counted twice"),
    ("15.2", lambda points, r: _rectangles(points[np.all(points < r, axis=1)], r), "counted twice"),
    ("15.2", lambda points, r: _swept(points, points[np.all(points < r, axis=1)].max(axis=0),
                                      lambda p, worst: np.all(p <= worst, axis=1)), "reference was not used"),
    ("15.2", lambda points, r: _swept(points, r, _everyone), "beyond the reference"),
    ("15.2", lambda points, r: -_swept(points, r), "negative"),
    ("15.2", lambda points, r: _swept(points, r) / (r[0] * r[1]), "share of the rectangle"),
    ("15.2", lambda points, r: r[0] * r[1] - _swept(points, r), ""),
    ("15.2", lambda points, r: _swept(points, r + 1), ""),
    ("15.2", lambda points, r: 0.0, ""),
    ("15.3", lambda *given: _counted(*given, stride=1), "stride was ignored"),
    ("15.3", lambda *given: _counted(*given, channels=1), "channels were forgotten"),
    ("15.3", lambda *given: _counted(*given, pool=1), "pooling was ignored"),
    ("15.3", lambda *given: _counted(*given, power=1), "not kernel"),
    ("15.3", lambda *given: _counted(*given, biases=1), "biases were counted"),
    ("15.3", lambda *given: 2 * _counted(*given), "with its addition"),
    ("15.3", lambda side, blocks, units: _counted(side, blocks, 0), "was forgotten"),
    ("15.3", lambda *given: _counted(*given, power=3), ""),
    ("15.3", lambda side, blocks, units: _counted(side, blocks[::-1], units), ""),
    ("15.3", lambda side, blocks, units: side**2 * units, ""),
]  # fmt: skip


@pytest.mark.parametrize(("exercise_id", "function"), RIGHT)
def test_unusual_answers_that_are_right_pass(exercise_id: str, function: Function) -> None:
    """However it is written, and in whatever form."""
    passes(exercise_id, function)


@pytest.mark.parametrize(("exercise_id", "function", "said"), WRONG)
def test_mistakes_as_students_write_them(exercise_id: str, function: Function, said: str) -> None:
    """A well-known mistake is named; an answer that merely lies near one is shown a case, without a diagnosis."""
    is_mistaken(exercise_id, function, said)


@pytest.mark.parametrize("exercise_id", ["15.1", "15.2", "15.3"])
def test_an_untouched_stub_is_not_attempted(exercise_id: str) -> None:
    """Raising NotImplementedError is no mistake."""

    def stub(*arguments: Any) -> Any:
        raise NotImplementedError

    assert examine(exercise(exercise_id), stub).state == "not attempted"


@pytest.mark.parametrize("n_losses", [2, 3, 4])
@pytest.mark.parametrize("seed", range(20))
def test_the_front_is_that_of_all_pairs(seed: int, n_losses: int) -> None:
    """On tables with ties and equals, the truth agrees with a comparison of every pair, and with moocore."""
    (losses,) = table(np.random.default_rng(seed), 15, n_losses)
    found = exercise("15.1").truth(losses)
    assert found.tolist() == _pair_by_pair(losses) == pareto.non_dominated(losses).tolist()
    assert len(np.unique(losses[found], axis=0)) < found.sum()  # equals, both on the front


@pytest.mark.parametrize("seed", range(20))
def test_the_area_is_that_of_three_other_ways(seed: int) -> None:
    """Inclusion and exclusion of all rectangles, a plane cut into cells, and moocore find the same."""
    points, reference = scattered(np.random.default_rng(seed), 7)
    wanted = pytest.approx(_in_and_out(points, reference))
    assert exercise("15.2").truth(points, reference) == wanted
    assert _by_cells(points, reference)[0] == wanted
    assert pareto.hypervolume(points, reference) == wanted


def test_the_area_of_the_paper_case_is_counted_in_squares() -> None:
    """(1, 4), (2, 2), (3, 1) up to (5, 5): one row of 4 squares, two of 3, one of 2."""
    assert exercise("15.2").truth(*exercise("15.2").cases[0]) == 4 + 2 * 3 + 2


def test_without_a_point_before_the_reference_there_is_no_area() -> None:
    """A front that is worse than the reference in one loss covers nothing."""
    assert exercise("15.2").truth(np.array([[1.0, 6.0], [7.0, 1.0]]), np.array([5.0, 5.0])) == 0


@pytest.mark.parametrize("n", [1, 2, 3])
@pytest.mark.parametrize("seed", range(10))
def test_the_operations_are_those_of_the_courses_own_networks(seed: int, n: int) -> None:
    """What is counted by hand is what the course counts in its networks, and what a visit to each window counts."""
    case = encoder(np.random.default_rng(seed), n)
    assert exercise("15.3").truth(*case) == _by_the_course(*case) == _by_loops(*case)


def test_the_smallest_case_is_counted_on_paper() -> None:
    """At stride 2, 4 windows of 9 pixels for each of 2 filters, then 8 numbers to 5 units; 16 windows at stride 1."""
    assert exercise("15.3").truth(4, [(2, 3, 2, 1)], 5) == 4 * 9 * 2 + 8 * 5
    assert exercise("15.3").truth(4, [(2, 3, 1, 1)], 5) == 16 * 9 * 2 + 32 * 5
