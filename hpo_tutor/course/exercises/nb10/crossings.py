"""Which rhomb belongs to a crossing of two lines? Its four vertices, as integers, one for each family of lines.

star     (t, 2)  a unit vector x_j for each family; its lines are x_j . p + gamma_j = a whole number
shifts   (t,)    the gamma_j
i, j             the families that cross, in their lines m_i and m_j; p is where
corners  (4, t)  K = ceil(x_k . p + gamma_k) of all other families, m + {0, 1} of the two; in any order
"""

from collections.abc import Callable
from functools import partial
from itertools import product

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hpo_tutor.course.exercises import Exercise, Function, Variant
from hpo_tutor.designs.multigrid import star as star_of

Array = NDArray[np.float64]
Solver = Callable[[Array, Array], Array]  # the two star vectors as rows, and the right side -> p


def rhomb(star: Array, shifts: Array, i: int, j: int, m_i: int, m_j: int) -> Array:
    """The integers of a rhomb's four vertices, (4, t)."""
    return _rhomb(star, shifts, i, j, m_i, m_j)


def _solved(pair: Array, right: Array) -> Array:
    return np.asarray(np.linalg.solve(pair, right), dtype=np.float64)


def _cramer(pair: Array, right: Array) -> Array:
    (a, b), (c, d) = pair
    p: Array = np.array([d * right[0] - b * right[1], a * right[1] - c * right[0]]) / (a * d - b * c)
    return p


def _inverse(pair: Array, right: Array) -> Array:
    return np.asarray(np.linalg.inv(pair) @ right)


def _rhomb(
    star: Array,
    shifts: Array,
    i: int,
    j: int,
    m_i: int,
    m_j: int,
    *,
    whole: Callable[[Array], Array] = np.ceil,
    sides: ArrayLike = ((0, 0), (0, 1), (1, 0), (1, 1)),
    solve: Solver = _solved,
    crossing: float = 1.0,
    rounding: float = 1.0,
    own: bool = True,
) -> Array:
    """The right rhomb, with one step of the way changed.

    ``whole`` makes the others' integers, ``sides`` are added to those of i and j, ``solve`` finds the crossing;
    ``crossing`` and ``rounding`` multiply the shifts there and where K is rounded; without ``own`` also i and j are
    rounded, in place of getting m_i and m_j.
    """
    m = np.array([m_i, m_j])
    p = solve(star[[i, j]], m - crossing * shifts[[i, j]])
    lowest = whole(star @ p + rounding * shifts)
    if own:
        lowest[[i, j]] = m
    steps = np.asarray(sides)
    corners = np.tile(lowest, (len(steps), 1))
    corners[:, [i, j]] += steps
    return corners


def _changed(**changes: object) -> Function:
    return partial(_rhomb, **changes)  # type: ignore[arg-type]


def _swapped(star: Array, shifts: Array, i: int, j: int, m_i: int, m_j: int) -> Array:
    return _rhomb(star, shifts, i, j, m_j, m_i)


def _places(star: Array, shifts: Array, i: int, j: int, m_i: int, m_j: int) -> Array:
    return rhomb(star, shifts, i, j, m_i, m_j) @ star


def _row(number: int, flat: bool) -> Function:
    """Only one of the four vertices."""

    def one(star: Array, shifts: Array, i: int, j: int, m_i: int, m_j: int) -> Array:
        row: Array = rhomb(star, shifts, i, j, m_i, m_j)[number]
        return row if flat else row[None]

    return one


def _rows(answer: object) -> object:
    """The rows in an order of their own, so that any order compares."""
    listed = list(answer) if isinstance(answer, set | frozenset) else answer
    table = np.asarray(listed, dtype=np.float64)
    if table.ndim != 2:
        return answer
    return table[np.lexsort(table.T[::-1])] + 0.0  # + 0: ceil makes -0


_down, _both = ((0, 0), (0, -1), (-1, 0), (-1, -1)), ((0, 0), (1, 1))
_twice = ((0, 0), (0, 0), (1, 1), (1, 1))  # the same column written for i and for j
_truncated: Callable[[Array], Array] = np.trunc

EXERCISE = Exercise(
    id="10.1",
    title="the integers of a rhomb's vertices",
    level=2,
    truth=rhomb,
    cases=(
        (star_of(3, 2), np.array([0.2, -0.6, 0.1]), 0, 1, 1, 0),
        (star_of(5, 2), np.array([-0.22, -0.33, 0.34, -0.58, -0.19]), 0, 2, 0, -2),
        (star_of(4, 2), np.array([0.88, 0.46, -0.25, 0.25]), 1, 3, 1, -1),
        (star_of(5, 2), np.array([-0.25, 0.47, -0.85, -0.1, -0.23]), 1, 4, 4, 0),
        (star_of(7, 2), np.array([-0.61, -0.1, -0.11, 0.24, -0.21, 0.32, -0.53]), 2, 5, -4, -2),
        (star_of(6, 2), np.array([0.39, 0.1, -0.14, 0.75, 0.64, -0.5]), 3, 0, -3, -4),
    ),
    comparable=_rows,
    mistakes=(
        Variant(
            "the other families were rounded down (floor), but the two that cross count upwards from m. ceil belongs "
            "to m + {0, 1}; with the two mixed, neighbouring rhombs no longer fit together.",
            (_changed(whole=np.floor),),
        ),
        Variant(
            "every integer is one too small: floor for ceil, throughout. That makes the same tiling, moved as a "
            "whole; but agreed is K = ceil(x_k . p + gamma_k), and so m + {0, 1} for the two that cross.",
            (lambda *given: rhomb(*given) - 1,),
        ),
        Variant(
            "the other families were rounded to the nearest whole number. K says between which lines p lies: ceil.",
            (_changed(whole=np.round), _changed(whole=np.rint)),
        ),
        Variant(
            "int() cuts off towards zero, so that it rounds down above zero, and up below. Use np.ceil.",
            (_changed(whole=_truncated),),
        ),
        Variant(
            "the crossing is right, but its shifts were forgotten when the other families were rounded: "
            "ceil(x_k . p + gamma_k).",
            (_changed(rounding=0.0),),
        ),
        Variant(
            "the shifts were forgotten where the crossing is solved: line m of family i is x_i . p + gamma_i = m, so "
            "the right side is m - gamma.",
            (_changed(crossing=0.0),),
        ),
        Variant(
            "the shifts were forgotten, both in the crossing and in the rounding.",
            (_changed(crossing=0.0, rounding=0.0),),
        ),
        Variant(
            "a shift has the wrong sign: the crossing solves x . p = m - gamma, and K = ceil(x . p + gamma).",
            (_changed(crossing=-1.0), _changed(rounding=-1.0), _changed(crossing=-1.0, rounding=-1.0)),
        ),
        Variant(
            "the two families that cross were rounded like the others. There x . p + gamma is m but for a rounding "
            "error, and ceil takes even 10^-16 for a whole line. Set these two to m_i and m_j.",
            tuple(_changed(own=False, solve=solve) for solve in (_solved, _inverse, _cramer)),
        ),
        Variant(
            "the two that cross go from m down to m - 1. With ceil, the lower side of line m is m, the upper m + 1.",
            (_changed(sides=_down),),
        ),
        Variant(
            "two of the four vertices are missing: (0, 0) and (1, 1) were added, but not (0, 1) and (1, 0).",
            (_changed(sides=_both), _changed(sides=_twice)),
        ),
        Variant(
            "the other families were not rounded: K = ceil(x_k . p + gamma_k), a whole number for each of them.",
            (_changed(whole=np.array),),
        ),
        Variant(
            "that is one vertex of the four: K of the two families is m_i or m_i + 1, and m_j or m_j + 1.",
            tuple(_row(number, flat) for number, flat in product((0, -1), (True, False))),
        ),
        Variant(
            "the star was transposed: a row of it is a family's vector, and the two equations are the rows i and j.",
            (_changed(solve=lambda pair, right: _solved(pair.T, right)),),
        ),
        Variant("m_i and m_j are swapped: line m_i belongs to family i.", (_swapped,)),
        Variant(
            "those are the places, the sums K_1 x_1 + K_2 x_2 + ... Asked for are the integers K themselves.",
            (_places,),
        ),
    ),
    hints=(
        "First the crossing p: two equations x_i . p = m_i - gamma_i and x_j . p = m_j - gamma_j. np.linalg.solve does "
        "that.",
        "K = np.ceil(star @ p + shifts) is right for all families but i and j. Set K[i] = m_i and K[j] = m_j, which "
        "gives one vertex.",
        "The other three are copies of K, with 1 added to K[i], to K[j], and to both.",
    ),
)
