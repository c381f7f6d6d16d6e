"""How many different points does a set of points show on chosen axes?

points   (N, d)   configurations in the unit cube
axes     list     which columns are looked at; the others are ignored
shadow            what is left of a point on these axes

Numbers closer than 1e-9 count as equal, for a level that is computed in two ways may differ in its last digit. All
numbers of the cases that are really different differ by 0.003 or more, so any sensible tolerance gives the same count.
"""

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.course.exercises import Exercise, Function, Variant

Array = NDArray[np.float64]


def n_distinct(points: Array, axes: Sequence[int]) -> int:
    """How many different shadows the points have on these axes."""
    return len(_shadows(points, axes))


def _shadows(points: Array, axes: Sequence[int]) -> Array:
    """The different shadows, shape (n_distinct, len(axes))."""
    shadows: Array = np.unique(points[:, list(axes)].round(9), axis=0)
    return shadows


def _times_seen(points: Array, axes: Sequence[int]) -> NDArray[np.int64]:
    times: NDArray[np.int64] = np.unique(points[:, list(axes)].round(9), axis=0, return_counts=True)[1]
    return times


def _by_axis(points: Array, axes: Sequence[int]) -> list[int]:
    return [n_distinct(points, [axis]) for axis in axes]


def _others(points: Array, axes: Sequence[int]) -> list[int]:
    return [axis for axis in range(points.shape[1]) if axis not in axes]


def _rounded_or_not(count: Callable[[Array, Sequence[int]], object]) -> tuple[Function, ...]:
    """A wrong count, made of rounded numbers and of the numbers as they are."""
    return (lambda points, axes: count(points.round(9), axes), count)


def _rounded_to(digits: int) -> Function:
    return lambda points, axes: len(np.unique(points[:, list(axes)].round(digits), axis=0))


_levels = (0.0, 0.5, 1.0)
_cube = np.array([(a, b, c) for a in _levels for b in _levels for c in _levels])
_scattered = np.array([[0.11, 0.62], [0.93, 0.08], [0.34, 0.501], [0.72, 0.504], [0.55, 0.29], [0.18, 0.87]])
_few = np.array([[0.1, 0.9, 0.3], [0.1, 0.8, 0.3], [0.1, 0.9, 0.3], [0.4, 0.9, 0.6]])  # one point is there twice
_partly = np.array(
    [[0.1, 0.9, 0.3], [0.1, 0.8, 0.3], [0.1, 0.7, 0.6], [0.4, 0.9, 0.3], [0.8, 0.2, 0.6], [0.8, 0.9, 0.6]]
)
_steps = np.array([[0.1 * k, level] for k in (3, 6, 7) for level in (0.25, 0.75)])
_typed = np.array([[0.3, 0.5], [0.6, 0.1], [0.7, 0.2], [0.9, 0.4]])  # 0.1 * 3 is not 0.3 in floating point

EXERCISE = Exercise(
    id="02.3",
    title="different points on chosen axes",
    level=2,
    truth=n_distinct,
    cases=(
        (_few, [0, 2]),
        (_cube, [0]),
        (_cube, [0, 2]),
        (_scattered, [1]),
        (_partly, [0, 2]),
        (np.concatenate([_steps, _typed]), [0]),
    ),
    mistakes=(
        Variant(
            "every point was counted, also where several cast the same shadow. Count different rows only.",
            (lambda points, axes: len(points),),
        ),
        Variant(
            "some numbers are equal up to rounding errors and were counted twice: 0.1 * 3 is 0.30000000000000004, not "
            "0.3. Round (np.round(..., 9), say) before you compare.",
            (lambda points, axes: len(np.unique(points[:, list(axes)], axis=0)),),
        ),
        Variant(
            "the different numbers were counted, from all columns together. A point on two axes is a pair: "
            "np.unique(..., axis=0) compares whole rows.",
            _rounded_or_not(lambda points, axes: np.unique(points[:, list(axes)]).size),
        ),
        Variant(
            "the points were compared on all axes, not on the chosen ones: points[:, axes] keeps these columns.",
            _rounded_or_not(lambda points, axes: len(np.unique(points, axis=0))),
        ),
        Variant(
            "the points were compared on the axes that should be ignored: `axes` lists those that are looked at.",
            _rounded_or_not(lambda points, axes: len(np.unique(points[:, _others(points, axes)], axis=0))),
        ),
        Variant(
            "points[axes] takes rows, the points with these numbers. The columns are points[:, axes].",
            (
                lambda points, axes: len(np.unique(points[list(axes)].round(9), axis=0)),
                lambda points, axes: len(np.unique(points[list(axes)], axis=0)),
                lambda points, axes: len(np.unique(points[list(axes)].round(9))),
                lambda points, axes: np.unique(points[list(axes)]).size,
            ),
        ),
        Variant(
            "the counts of the single axes were multiplied. That is right for a whole grid, where all combinations "
            "occur; count those that do.",
            (
                lambda points, axes: math.prod(_by_axis(points, axes)),
                lambda points, axes: math.prod(np.unique(points[:, axis]).size for axis in axes),
            ),
        ),
        Variant(
            "the counts of the single axes were added. A point on two axes is a pair: count different pairs.",
            (
                lambda points, axes: sum(_by_axis(points, axes)),
                lambda points, axes: sum(np.unique(points[:, axis]).size for axis in axes),
            ),
        ),
        Variant(
            "the counts of the single axes came back one by one. Asked for is one number: how many different points on "
            "these axes together.",
            (
                _by_axis,
                lambda points, axes: [np.unique(points[:, axis]).size for axis in axes],
            ),
        ),
        Variant(
            "that is the number of repetitions, the points that show nothing new. Asked for is how many different ones "
            "there are.",
            (lambda points, axes: len(points) - n_distinct(points, axes),),
        ),
        Variant(
            "only shadows that occur once were counted. One that occurs several times counts as well, once.",
            (lambda points, axes: int(np.sum(_times_seen(points, axes) == 1)),),
        ),
        Variant(
            "these are the different points themselves, or how often each occurs. Asked for is how many there are.",
            (
                _shadows,
                _times_seen,
                lambda points, axes: np.unique(points[:, list(axes)], axis=0),
            ),
        ),
        Variant(
            "the numbers were rounded so coarsely that different points became one. Round to nine digits, say.",
            (
                *map(_rounded_to, (0, 1, 2)),
                lambda points, axes: len(np.unique(points[:, list(axes)].astype(int), axis=0)),
            ),
        ),
        Variant(
            "that is a formula for a whole grid, n to the power of the number of axes. These points may be "
            "any: look and count.",
            (
                lambda points, axes: round(len(points) ** (1 / points.shape[1])) ** len(axes),
                lambda points, axes: round(len(points) ** (len(axes) / points.shape[1])),
            ),
        ),
    ),
    hints=(
        "points[:, axes] keeps the chosen columns. Which of its rows are the same?",
        "np.unique(table, axis=0) keeps one of each row; a set of tuples does so too. Mind numbers such as 0.1 * 3 and "
        "0.3, which differ in the last digit.",
        "Round first, then unique, then count: len(np.unique(points[:, axes].round(9), axis=0)).",
    ),
)
