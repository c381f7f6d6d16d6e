"""Checks of notebook 09: further mistakes as students write them, and answers beside them that are not diagnosed."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from scipy.stats import qmc

from hpo_tutor import designs
from hpo_tutor.course.checks import examine
from hpo_tutor.course.exercises import exercise

Function = Callable[..., Any]


def _shuffled_rows(n_points: int, n_dims: int, rng: np.random.Generator) -> Any:
    table = np.repeat(np.arange(n_points)[:, None], n_dims, axis=1).astype(float)
    rng.shuffle(table)  # shuffles whole rows
    return (table + rng.random(table.shape)) / n_points


def _point_by_point(n_points: int, n_dims: int, rng: np.random.Generator) -> list[list[float]]:
    free = [list(range(n_points)) for _ in range(n_dims)]
    points = []
    for _ in range(n_points):
        point = []
        for axis in free:
            point.append((axis.pop(int(rng.integers(len(axis)))) + rng.uniform()) / n_points)
        points.append(point)
    return points


def _mckay(n_points: int, n_dims: int, rng: np.random.Generator) -> Any:
    ranks = np.array([rng.permutation(np.arange(1, n_points + 1)) for _ in range(n_dims)]).T
    return (ranks - rng.random(ranks.shape)) / n_points


def _first_axis_in_order(n_points: int, n_dims: int, rng: np.random.Generator) -> Any:
    slices = [np.arange(n_points), *(rng.permutation(n_points) for _ in range(n_dims - 1))]
    return (np.column_stack(slices) + rng.random((n_points, n_dims))) / n_points


def _permuted_columns(n_points: int, n_dims: int, rng: np.random.Generator) -> Any:
    sides = np.arange(n_points)[:, None] + rng.random((n_points, n_dims))
    return rng.permuted(sides, axis=0) / n_points


def _corner_by_corner(centres: Any, side: float, point: Any, diameter: float) -> Any:
    corners = np.stack(np.meshgrid(*len(point) * [[-0.5, 0.5]]), axis=-1).reshape(-1, len(point)) * side
    return [bool(np.all(cdist(centre + corners, [point]) < diameter)) for centre in centres]


def _looped(centres: Any, side: float, point: Any, diameter: float) -> list[bool]:
    answers = []
    for centre in centres:
        total = 0.0
        for c, p in zip(centre, point, strict=True):
            total += max(abs(c + side / 2 - p), abs(c - side / 2 - p)) ** 2
        answers.append(math.sqrt(total) <= diameter)
    return answers


RIGHT: list[tuple[str, Function]] = [
    ("09.1", _point_by_point),
    ("09.1", _mckay),
    ("09.1", _first_axis_in_order),
    ("09.1", _permuted_columns),
    ("09.1", lambda n_points, n_dims, rng: qmc.LatinHypercube(n_dims, rng=rng).random(n_points)),
    ("09.1", lambda n_points, n_dims, rng: designs.make("lhs", n_points, n_dims, rng)),
    ("09.1", lambda n_points, n_dims, rng: designs.make("lhs", n_points, n_dims, 5)),
    ("09.2", _corner_by_corner),
    ("09.2", _looped),
    ("09.2", lambda c, a, p, far: cdist(np.abs(c - p), [np.full(len(p), -a / 2)])[:, 0] < far),
    ("09.3", lambda designs: [np.argmin([qmc.discrepancy(p) for p in designs]), _factor(designs)]),
    ("09.3", lambda designs: np.array([np.argmin([qmc.discrepancy(p) for p in designs]), _factor(designs)])),
]


def _factor(designs: Any) -> float:
    squares = [qmc.discrepancy(points) for points in designs]
    return math.sqrt(max(squares) / min(squares))


@pytest.mark.parametrize(("name", "function"), RIGHT)
def test_other_ways_of_writing_it_are_right(name: str, function: Function) -> None:
    """Loops, libraries and another order of the random numbers pass, without a remark."""
    verdict = examine(exercise(name), function)
    assert (verdict.state, verdict.message) == ("passed", "")


def test_a_centred_hypercube_is_right_and_told() -> None:
    """Points in the middles of their slices pass, with a remark."""
    verdict = examine(exercise("09.1"), lambda n, d, rng: (_mckay(n, d, rng) * n // 1 + 0.5) / n)
    assert verdict.state == "passed"
    assert "centred" in verdict.message


def test_the_test_by_centres_is_right_and_said_to_discard_fewer() -> None:
    """It throws nothing away wrongly, so it passes; and it does throw away fewer voxels of the cases."""
    asked = exercise("09.2")

    def by_centres(c: Any, a: float, p: Any, diameter: float) -> Any:
        return np.linalg.norm(c - p, axis=1) < diameter - a * np.sqrt(len(p)) / 2

    verdict = examine(asked, by_centres)
    assert verdict.state == "passed"
    assert "throws away fewer" in verdict.message
    fewer, all_of_them = (np.concatenate([test(*case) for case in asked.cases]) for test in (by_centres, asked.truth))
    assert np.all(all_of_them | ~fewer)
    assert 0 < fewer.sum() < all_of_them.sum()


AS_WRITTEN: list[tuple[str, Function, str]] = [
    ("09.1", _shuffled_rows, "share one order"),
    ("09.1", lambda n, d, rng: (np.tile(np.arange(n)[:, None], d) + rng.random((n, d))) / n, "share one order"),
    ("09.1", lambda n, d, rng: np.tile(np.linspace(0, 1, n)[:, None], d), "share one order"),
    (
        "09.1",
        lambda n, d, rng: (np.array([np.random.default_rng(0).permutation(n)] * d).T + rng.random((n, d))) / n,
        "share one order",
    ),
    ("09.1", lambda n, d, rng: np.stack([rng.permutation(n) / (n - 1) for _ in range(d)], 1), "both ends among them"),
    (
        "09.1",
        lambda n, d, rng: np.column_stack([rng.permutation(np.linspace(0, 1, n)) for _ in range(d)]),
        "both ends among them",
    ),
    ("09.1", lambda n, d, rng: rng.uniform(size=(n, d)), "some slices hold several"),
    ("09.1", lambda n, d, rng: (rng.integers(0, n, (n, d)) + rng.random((n, d))) / n, "some slices hold several"),
    ("09.1", lambda n, d, rng: (rng.choice(n, (n, d)) + rng.random((n, d))) / n, "some slices hold several"),
    ("09.1", lambda n, d, rng: np.stack([rng.permutation(n) / n for _ in range(d)], 1), "lower end of its slice"),
    ("09.1", lambda n, d, rng: np.stack([(rng.permutation(n) + 1) / n for _ in range(d)], 1), "upper end of its slice"),
    ("09.1", lambda n, d, rng: (_mckay(n, d, rng) * n // 1) / n + rng.random((n, d)), "not k / N + u"),
    ("09.1", lambda n, d, rng: (_mckay(n, d, rng) * n // 1 + rng.random()) / n, "same place within their slices"),
    ("09.1", lambda n, d, rng: (_mckay(n, d, rng) * n // 1 + rng.random((n, 1))) / n, "on all axes"),
    ("09.1", lambda n, d, rng: _mckay(n, d, rng) * n, "not in the unit cube"),
    ("09.1", lambda n, d, rng: _mckay(n, d, rng) + 1 / n, "numbered from 1 to N"),
    ("09.1", lambda n, d, rng: _mckay(n, d, rng).T, "lies on its side"),
    ("09.1", lambda n, d, rng: np.column_stack([rng.permutation(n) for _ in range(d)]) / 1, "divide by N"),
    ("09.2", lambda c, a, p, far: np.linalg.norm(c - p, axis=1) < far, "only the centre"),
    (
        "09.2",
        lambda c, a, p, far: np.sqrt(((c - p) ** 2).sum(1)) <= far + a * len(p) ** 0.5 / 2,
        "sign is turned round",
    ),
    ("09.2", lambda c, a, p, far: ((abs(c - p) + a / 2) ** 2).sum(1) < (far / 2) ** 2, "radius D/2"),
    ("09.2", lambda c, a, p, far: ((abs(c - p) - a / 2).clip(0) ** 2).sum(1) < far**2, "nearest to the point"),
    ("09.2", lambda c, a, p, far: ((abs(c - p) + a) ** 2).sum(1) < far**2, "half a side"),
    ("09.2", lambda c, a, p, far: ((c - p + a / 2) ** 2).sum(1) < far**2, "with their signs"),
    ("09.2", lambda c, a, p, far: np.linalg.norm(c - a / 2 - p, axis=1) < far, "with their signs"),
    ("09.2", lambda c, a, p, far: np.linalg.norm(c - p, axis=1) < far - a * 2**0.5 / 2, "diagonal of a square"),
    ("09.2", lambda c, a, p, far: np.linalg.norm(c - p, axis=1) < far + a * 2**0.5 / 2, "sign is turned round"),
    ("09.2", lambda c, a, p, far: bool(np.linalg.norm(abs(c - p) + a / 2) < far), "one answer for all"),
    ("09.2", lambda c, a, p, far: ((abs(c - p) + a / 2) ** 2).sum(1) < far, "compared with D itself"),
    ("09.2", lambda c, a, p, far: (abs(c - p) + a / 2).max(1) < far, "makes a box"),
    ("09.2", lambda c, a, p, far: (abs(c - p) + a / 2).sum(1) < far, "added as they are"),
    ("09.2", lambda c, a, p, far: ((abs(c - p) + a / 2) ** 2).sum(1) >= far**2, "other way round"),
    ("09.3", lambda designs: (np.argmax([qmc.discrepancy(p) for p in designs]), _factor(designs)), "smaller is better"),
    ("09.3", lambda designs: (np.argmin([qmc.discrepancy(p) for p in designs]), _factor(designs) ** 2), "the squares"),
    ("09.3", lambda designs: (np.argmin([qmc.discrepancy(p) for p in designs]), 1 / _factor(designs)), "turned round"),
    ("09.3", lambda designs: np.argmin([qmc.discrepancy(p) for p in designs]), "the factor as well"),
]


@pytest.mark.parametrize(("name", "function", "words"), AS_WRITTEN)
def test_a_mistake_is_told_however_it_is_written(name: str, function: Function, words: str) -> None:
    """Loops and one-liners that make the same mistake get the same message, and no other."""
    verdict = examine(exercise(name), function)
    assert verdict.mistake is not None, verdict
    assert words in verdict.mistake.message


NOT_KNOWN: list[tuple[str, Function]] = [
    ("09.1", lambda n, d, rng: designs.make("sobol", n, d, rng)),
    ("09.1", lambda n, d, rng: _mckay(n, d, rng) ** 2),
    ("09.1", lambda n, d, rng: _mckay(n, d + 1, rng)),
    ("09.1", lambda n, d, rng: _mckay(n - 1, d, rng)),
    ("09.1", lambda n, d, rng: np.full((n, d), np.nan)),
    ("09.1", lambda n, d, rng: 0.3),
    ("09.1", lambda n, d, rng: (_mckay(n, d, rng) * n // 1 + rng.beta(8, 8, (n, d))) / n),
    ("09.2", lambda c, a, p, far: ((abs(c - p) + a / 3) ** 2).sum(1) < far**2),
    ("09.2", lambda c, a, p, far: np.ones(len(c), bool)),
    ("09.2", lambda c, a, p, far: np.zeros(len(c), bool)),
    ("09.3", lambda designs: (0, _factor(designs))),
    ("09.3", lambda designs: (np.argmin([qmc.discrepancy(p) for p in designs]), 2.0)),
]


@pytest.mark.parametrize(("name", "function"), NOT_KNOWN)
def test_what_is_wrong_in_another_way_is_not_diagnosed(name: str, function: Function) -> None:
    """A near miss of a known mistake is shown with a case, and no mistake is named."""
    verdict = examine(exercise(name), function)
    assert (verdict.state, verdict.mistake) == ("wrong", None)
    assert verdict.case


@pytest.mark.filterwarnings("error")
def test_an_axis_with_one_value_is_judged_in_silence() -> None:
    """The first corner of a grid: no warning of numpy's reaches the student."""
    verdict = examine(exercise("09.1"), lambda n, d, rng: np.column_stack([np.zeros(n), _mckay(n, d - 1, rng)]))
    assert verdict.state == "wrong"


@pytest.mark.parametrize("seed", range(20))
def test_chance_decides_nothing_about_a_hypercube(seed: int) -> None:
    """Whatever the random numbers, a right one passes, and uniform points are told what is wrong."""
    own = np.random.default_rng(seed)
    asked = exercise("09.1")
    assert examine(asked, lambda n, d, rng: _mckay(n, d, own)).state == "passed"
    verdict = examine(asked, lambda n, d, rng: own.random((n, d)))
    assert verdict.mistake is not None
    assert "some slices hold several" in verdict.mistake.message


def test_what_a_hypercube_lacks_is_printed() -> None:
    """The case shows how many slices are in use, not six hundred numbers."""
    verdict = examine(exercise("09.1"), lambda n, d, rng: rng.random((n, d)))
    assert "slices in use: 300, 300" in verdict.case[1]
    assert all(150 < int(count) < 230 for count in verdict.case[2].rstrip("'").split("slices in use: ")[1].split(", "))
    assert len(verdict.case[2]) < 200


def test_a_covered_voxel_has_no_room() -> None:
    """Of 400 random places in each voxel of the cases, none of a covered one is D or more away, and some of others."""
    rng = np.random.default_rng(9)
    for centres, side, point, diameter in exercise("09.2").cases:
        within = rng.uniform(-side / 2, side / 2, (400, len(point)))
        within[: 2 ** len(point)] = side * (np.indices((2,) * len(point)).reshape(len(point), -1).T - 0.5)
        for centre, answer in zip(centres, exercise("09.2").truth(centres, side, point, diameter), strict=True):
            assert answer == np.all(cdist(centre + within, [point]) < diameter)
