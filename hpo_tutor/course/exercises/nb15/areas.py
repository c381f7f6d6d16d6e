"""How much does a front of two losses cover? The area of all that some point dominates, up to a reference.

points     (n, 2)  two losses of n trials, in any order; some may be dominated, or lie beyond the reference
reference  (2,)    the corner that is measured from; a point beyond it in either loss counts nothing
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hpo_tutor.course.exercises import Exercise, Function, Variant

Array = NDArray[np.float64]


def area(points: ArrayLike, reference: ArrayLike) -> float:
    """The area between the points and the reference, each part of it counted once."""
    corner = np.asarray(reference, dtype=float)
    return _steps(_staircase(_inside(points, corner)), corner)


def _inside(points: ArrayLike, corner: Array) -> Array:
    table = np.asarray(points, dtype=float)
    return np.asarray(table[(table < corner).all(axis=1)])


def _sorted(points: Array) -> Array:
    return np.asarray(points[np.lexsort(points.T[::-1])])


def _staircase(points: Array) -> Array:
    """The front, the first loss upwards."""
    ordered = _sorted(points)
    return ordered[ordered[:, 1] < np.minimum.accumulate(np.array([np.inf, *ordered[:, 1]]))[:-1]]


def _steps(ordered: Array, corner: Array) -> float:
    """Rectangles from one point's second loss to the next one's."""
    heights = np.array([corner[1], *ordered[:, 1]])
    return float(np.sum((corner[0] - ordered[:, 0]) * (heights[:-1] - heights[1:])))


def _rectangles(points: Array, corner: Array) -> float:
    return float(np.prod(corner - points, axis=1).sum())


def _of(prepare: Callable[[Array, Array], Array], measure: Callable[[Array, Array], float] = _steps) -> Function:
    """The area with other points, or measured in another way."""

    def function(points: ArrayLike, reference: ArrayLike) -> float:
        corner = np.asarray(reference, dtype=float)
        return measure(prepare(np.asarray(points, dtype=float), corner), corner)

    return function


def _front(points: Array, corner: Array) -> Array:
    return _staircase(_inside(points, corner))


def _to_the_worst(points: Array, corner: Array) -> Array:
    """The corner that the points themselves span."""
    return np.asarray(points.max(axis=0))


def _from(reference: Callable[[Array, Array], Array], whole: bool) -> Function:
    """The area up to another corner, that of the front or of all points."""

    def function(points: ArrayLike, given: ArrayLike) -> float:
        corner = np.asarray(given, dtype=float)
        inside = _inside(points, corner)
        front = _staircase(inside)
        return _steps(front, reference(inside if whole else front, corner)) if len(front) else 0.0

    return function


def _below(ordered: Array, corner: Array) -> float:
    """What lies under the staircase, towards the origin."""
    widths = np.diff([0.0, *ordered[:, 0]])
    return float(np.sum(widths * ordered[:, 1]))


def _wide_strips(ordered: Array, corner: Array, ends: bool = True) -> float:
    """Strips from one first loss to the next, as deep as the point behind them says."""
    edges, depths = np.array([*ordered[:, 0], corner[0]]), corner[1] - ordered[:, 1]
    return float(np.sum(np.diff(edges) * np.array([*depths[1:], depths[-1] if ends else 0.0])))


def _without_last(ordered: Array, corner: Array) -> float:
    """Upright strips between the points, none behind the last."""
    return float(np.sum(np.diff(ordered[:, 0]) * (corner[1] - ordered[:-1, 1])))


def _without_first(ordered: Array, corner: Array) -> float:
    """Lying strips between the points, none above the first."""
    return float(np.sum((corner[0] - ordered[1:, 0]) * -np.diff(ordered[:, 1])))


def _slanted(ordered: Array, corner: Array) -> float:
    """Straight lines between the points in place of steps."""
    edges, heights = np.array([*ordered[:, 0], corner[0]]), corner[1] - ordered[:, 1]
    inner = np.sum(np.diff(ordered[:, 0]) * (heights[:-1] + heights[1:]) / 2)
    return float(inner + (edges[-1] - edges[-2]) * heights[-1]) if len(ordered) else 0.0


def _ideal(ordered: Array, corner: Array) -> float:
    return float(np.prod(corner - ordered.min(axis=0))) if len(ordered) else 0.0


def _best_alone(ordered: Array, corner: Array) -> float:
    return float(np.prod(corner - ordered, axis=1).max(initial=0.0))


def scattered(rng: np.random.Generator, n_points: int) -> tuple[Array, Array]:
    """A case: points around a hollow front, unsorted; some are dominated, one lies beyond the reference in one loss."""
    first = rng.uniform(0.5, 4, n_points)
    points = np.column_stack([first, 3 / first + rng.exponential(0.7, n_points)]).round(2)
    reference = np.array([4.5, 7.0])
    beyond = rng.integers(n_points)
    points[beyond] = (5.2, 0.3) if rng.random() < 0.5 else (0.3, 8.1)
    return points, reference


# seeds with which every mistake differs from the truth, and from each other, in two cases or more
SEEDED = ((1, 5), (1000, 6), (2000, 7))

EXERCISE = Exercise(
    id="15.2",
    title="the hypervolume of two losses",
    level=2,
    truth=area,
    cases=(
        (np.array([[2.0, 2.0], [1.0, 4.0], [3.0, 1.0]]), np.array([5.0, 5.0])),
        *(scattered(np.random.default_rng(seed), n_points) for seed, n_points in SEEDED),
    ),
    mistakes=(
        Variant(
            "overlaps were counted twice: the rectangles of all points were added up, and they lie on one another. Cut "
            "the area into strips, one for each point of the front.",
            (
                _of(_front, _rectangles),
                _of(lambda points, corner: _inside(points, corner), _rectangles),
                _of(lambda points, corner: points, _rectangles),
                _of(lambda points, corner: np.minimum(points, corner), _rectangles),
            ),
        ),
        Variant(
            "that is the area between the front and the origin. Measured is on the other side, up to the reference: "
            "what the front dominates.",
            (_of(_front, _below), _of(lambda points, corner: _sorted(points), _below)),
        ),
        Variant(
            "the reference was not used: the area ends at the worst losses of the points themselves. Then the ends of "
            "a front count nothing, and two fronts cannot be compared.",
            (_from(_to_the_worst, whole=False), _from(_to_the_worst, whole=True)),
        ),
        Variant(
            "the points were taken in the order in which they came. Sort them by the first loss first; then the second "
            "falls from point to point.",
            (
                _of(lambda points, corner: _inside(points, corner)),
                _of(lambda points, corner: points),
            ),
        ),
        Variant(
            "dominated points were kept: after sorting, some steps lead upwards, and their area is taken away again. "
            "Leave out a point whose second loss is not below all before it.",
            (_of(lambda points, corner: _sorted(_inside(points, corner))),),
        ),
        Variant(
            "points beyond the reference were counted. Who is worse than the reference in either loss dominates "
            "nothing of the area: leave such points out.",
            (
                _of(lambda points, corner: _staircase(points)),
                _of(lambda points, corner: _sorted(points)),
                _of(lambda points, corner: _staircase(points[points[:, 1] < corner[1]])),
                _of(lambda points, corner: _staircase(points[points[:, 0] < corner[0]])),
                _of(lambda points, corner: _staircase(points[(points < corner).any(axis=1)])),
            ),
        ),
        Variant(
            "the strip next to the reference is missing: of n points there are n strips, and the last one reaches from "
            "the last point to the reference.",
            (_of(_front, _without_last), _of(_front, _without_first)),
        ),
        Variant(
            "the steps go the wrong way, and take in corners that nobody dominates. Between the first losses of two "
            "points, only the left one of them counts.",
            (_of(_front, _wide_strips), _of(_front, lambda ordered, corner: _wide_strips(ordered, corner, ends=False))),
        ),
        Variant(
            "the points were joined by straight lines. Between two trials there is no third one: the border goes in "
            "steps.",
            (_of(_front, _slanted),),
        ),
        Variant(
            "that is one rectangle, from the best of each loss to the reference. No single trial has both.",
            (_of(_front, _ideal),),
        ),
        Variant(
            "that is the largest rectangle of a single point. The others dominate something too.",
            (_of(_front, _best_alone),),
        ),
        Variant(
            "that is the share of the rectangle from the origin to the reference. Asked for is the area itself.",
            (lambda points, reference: area(points, reference) / float(np.prod(reference)),),
        ),
        Variant(
            "the area is negative: a difference is turned round. Reference minus point.",
            (lambda points, reference: -area(points, reference),),
        ),
    ),
    hints=(
        "Draw the three points of the first case and the reference on paper. Which area lies above and to the right of "
        "some point? Cut it into strips that do not overlap.",
        "Drop the points beyond the reference, sort the rest by the first loss, and go through them with the lowest "
        "second loss so far, which begins at reference[1].",
        "For each point (x, y), in that order: if y < lowest, add (reference[0] - x) * (lowest - y), and set "
        "lowest = y.",
    ),
)
