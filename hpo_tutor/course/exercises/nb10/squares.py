"""Which are exactly N points of a patch? A square around a centre grows until it holds them.

places    (n, 2)  vertices of a patch, which reaches far enough
centre    (2,)    of the square
r         (n,)    max(|dx|, |dy|) from the centre: half the side of the square that a point would touch
h                 half the side, in the middle between the N-th smallest r and the next
points    (N, 2)  what lies inside, with the square's corners at (0, 0) and (1, 1); in any order
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.course.exercises import Exercise, Function, Variant

Array = NDArray[np.float64]


def pick(places: Array, centre: Array, n_points: int) -> Array:
    """The points in the square, rescaled to the unit square, (N, 2)."""
    return _pick(places, centre, n_points)


def _chebyshev(offsets: Array) -> Array:
    return np.asarray(np.abs(offsets).max(axis=1))


def _euclidean(offsets: Array) -> Array:
    return np.asarray(np.hypot(*offsets.T))


def _manhattan(offsets: Array) -> Array:
    return np.asarray(np.abs(offsets).sum(axis=1))


def _middle(r: Array, n_points: int) -> float:
    return float(r[n_points - 1] + r[n_points]) / 2


def _scaled(offsets: Array, h: float) -> Array:
    return np.asarray(offsets / (2 * h) + 0.5)


def _pick(
    places: Array,
    centre: Array,
    n_points: int,
    *,
    measure: Callable[[Array], Array] = _chebyshev,
    wall: Callable[[Array, int], float] = _middle,
    scaled: Callable[[Array, float], Array] = _scaled,
    more: int = 0,
) -> Array:
    """The right square with one step changed: the distance, the wall, the scale, or how many points are kept."""
    offsets = places - centre
    r = measure(offsets)
    order = np.argsort(r, kind="stable")
    return scaled(offsets[order[: n_points + more]], wall(r[order], n_points))


def _other(**changes: object) -> Function:
    return lambda places, centre, n_points: _pick(places, centre, n_points, **changes)  # type: ignore[arg-type]


def _stretched(places: Array, centre: Array, n_points: int) -> Array:
    """The N points stretched until they touch all four walls."""
    kept = _pick(places, centre, n_points)
    low, high = kept.min(axis=0), kept.max(axis=0)
    return np.asarray((kept - low) / (high - low))


def _first(places: Array, centre: Array, n_points: int) -> Array:
    offsets = places - centre
    return _scaled(offsets[:n_points], _middle(np.sort(_chebyshev(offsets)), n_points))


def _rows(answer: object) -> object:
    """The rows in an order of their own, so that any order compares."""
    listed = list(answer) if isinstance(answer, set | frozenset) else answer
    table = np.asarray(listed, dtype=np.float64)
    return table[np.lexsort(table.round(9).T[::-1])] if table.ndim == 2 else answer


_rng = np.random.default_rng(10)
_FEW = np.round(_rng.uniform(-3, 3, (14, 2)), 2)
_MANY = np.round(_rng.uniform(-8, 6, (120, 2)), 3)

EXERCISE = Exercise(
    id="10.3",
    title="exactly N points in a square",
    level=1,
    truth=pick,
    cases=(
        (_FEW, np.array([0.2, -0.3]), 4),
        (_MANY, np.array([-1.0, -1.2]), 25),
        (_MANY, np.array([0.37, -2.11]), 30),
    ),
    comparable=_rows,
    mistakes=(
        Variant(
            "the N points nearest to the centre fill a disc: that is the Euclidean distance. In a square the distance "
            "that counts is the larger of |dx| and |dy|.",
            (
                _other(measure=_euclidean),
                lambda places, centre, n_points: _scaled(
                    (offsets := places - centre)[np.argsort(_euclidean(offsets))[:n_points]],
                    _middle(np.sort(_chebyshev(offsets)), n_points),
                ),
            ),
        ),
        Variant(
            "|dx| + |dy| was taken, whose square stands on a corner. Take the larger of the two.",
            (_other(measure=_manhattan),),
        ),
        Variant(
            "the wall runs through the N-th point: it lies on the very edge, and r < h leaves it out. Put the wall in "
            "the middle between the N-th and the next.",
            tuple(_other(wall=lambda r, n_points: float(r[n_points - 1]), more=more) for more in (0, -1)),
        ),
        Variant(
            "the wall runs through the next point, the first outside. Put it in the middle between the N-th and that "
            "one.",
            (_other(wall=lambda r, n_points: float(r[n_points])),),
        ),
        Variant(
            "the right points, but in the patch's own units. Rescale them, so that the square's corners lie at (0, 0) "
            "and (1, 1).",
            (
                _other(scaled=lambda offsets, h: offsets),
                lambda places, centre, n_points: _pick(places, centre, n_points, scaled=lambda o, h: o + centre),
            ),
        ),
        Variant(
            "h is half the side. Divide by the whole side, 2 h.",
            tuple(_other(scaled=lambda offsets, h, low=low: offsets / h + low) for low in (0.0, 0.5, 1.0)),
        ),
        Variant(
            "the square lies around (0, 0), from -1/2 to 1/2. Add 1/2.",
            (_other(scaled=lambda offsets, h: offsets / (2 * h)),),
        ),
        Variant(
            "the right points, but the centre was not taken off before they were rescaled.",
            (
                lambda places, centre, n_points: _pick(
                    places, centre, n_points, scaled=lambda offsets, h: (offsets + centre) / (2 * h) + 0.5
                ),
                lambda places, centre, n_points: _pick(
                    places, centre, n_points, scaled=lambda offsets, h: (offsets + centre) / (2 * h)
                ),
            ),
        ),
        Variant(
            "there is one point too many.",
            (_other(more=1), lambda places, centre, n_points: pick(places, centre, n_points + 1)),
        ),
        Variant(
            "there is one point too few.",
            (_other(more=-1), lambda places, centre, n_points: pick(places, centre, n_points - 1)),
        ),
        Variant(
            "the points were stretched until they touch all four walls. Scale both axes by the same 2 h: the square "
            "is where it is.",
            (_stretched,),
        ),
        Variant("those are the first N of the list. Sort by distance from the centre.", (_first,)),
        Variant(
            "the centre was forgotten: that is a square around (0, 0).",
            (lambda places, centre, n_points: pick(places, np.zeros(2), n_points),),
        ),
    ),
    hints=(
        "For each point, how large must the square be to reach it? Half its side is max(|dx|, |dy|).",
        "offsets = places - centre; r = np.abs(offsets).max(axis=1); half = np.sort(r)[n_points - 1 : n_points + 1]"
        ".mean()",
        "return offsets[r < half] / (2 * half) + 0.5",
    ),
)
