"""Which points are the vertices of a patch of tiles, each of them once?

star      (t, 2)  the star vectors
families  (m, 2)  which two of them are the sides of each rhomb
lowest    (m, t)  the integers K of the vertex from which both sides go out
places    (n, 2)  the sums over j of K_j x_j, in any order

Neighbouring rhombs share vertices. Computed along two ways, one and the same place comes out as two floating-point
numbers that differ in the last digit; the integers are exact.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.course.exercises import Exercise, Function, Variant
from hpo_tutor.course.exercises.nb10.crossings import rhomb
from hpo_tutor.designs.multigrid import star as star_of

Array = NDArray[np.float64]
Whole = NDArray[np.int64]
NEAR = 6  # decimals: what agrees in so many is one place


def vertices(star: Array, families: Whole, lowest: Whole) -> Array:
    """The places of all vertices, each once, (n, 2)."""
    return np.asarray(np.unique(_corners(families, lowest), axis=0) @ star)


def _corners(families: Whole, lowest: Whole) -> Whole:
    """The integers of all corners, (4 m, t)."""
    rows = np.arange(len(lowest))
    one, other, both = lowest.copy(), lowest.copy(), lowest.copy()
    one[rows, families[:, 0]] += 1
    other[rows, families[:, 1]] += 1
    both[rows, families[:, 0]] += 1
    both[rows, families[:, 1]] += 1
    return np.concatenate([lowest, one, other, both])


def _walked(star: Array, families: Whole, lowest: Whole) -> Array:
    """The places of all corners, from the lowest along the sides, (4 m, 2)."""
    foot = lowest @ star
    first, second = star[families[:, 0]], star[families[:, 1]]
    return np.concatenate([foot, foot + first, foot + second, foot + first + second])


def _across(star: Array, families: Whole, lowest: Whole) -> Array:
    """1 added in the columns that any rhomb names, in every row: ``table[:, families[:, 0]] += 1``."""
    one, other = (np.isin(np.arange(len(star)), families[:, side]).astype(np.int64) for side in (0, 1))
    corners = np.concatenate([lowest, lowest + one, lowest + other, lowest + one + other])
    return np.asarray(np.unique(corners, axis=0) @ star)


def _in_place(*sides: int) -> Function:
    """What is left where no copy was made: every corner is the last, and 1 was added for each of these sides."""

    def last(star: Array, families: Whole, lowest: Whole) -> Array:
        moved, rows = lowest.copy(), np.arange(len(lowest))
        for side in sides:
            moved[rows, families[:, side]] += 1
        return np.asarray(np.unique(moved, axis=0) @ star)

    return last


def _of_places(change: Callable[[Array], Array]) -> Function:
    """What is made of the places of all corners."""
    return lambda star, families, lowest: change(_walked(star, families, lowest))


def _rounded(decimals: int) -> Function:
    return _of_places(lambda places: np.unique(places.round(decimals), axis=0))


def _judged(answer: object) -> object:
    """The places as they differ in six digits, in order; how many are there twice, exactly; and nearly."""
    if isinstance(answer, tuple) and len(answer) == 3 and isinstance(answer[0], np.ndarray):
        return answer
    listed = list(answer) if isinstance(answer, set | frozenset) else answer
    table = np.asarray(listed, dtype=np.float64)
    if table.ndim != 2 or not len(table):
        return answer
    exact = len(np.unique(table, axis=0))
    kept = np.unique(table.round(NEAR) + 0.0, axis=0)
    return kept, float(exact < len(table)), float(exact == len(table) > len(kept))


def _told(answer: object) -> str:
    """How many rows there are, and the first of them in order."""
    table = np.asarray(list(answer) if isinstance(answer, set | frozenset) else answer, dtype=np.float64)
    if table.ndim != 2:
        raise ValueError("not a table")
    first = table[np.lexsort(table.T[::-1])][0]
    return f"{len(table)} rows, the leftmost {', '.join(f'{value:.6g}' for value in first)}"


def _patch(symmetry: int, seed: int, half: int) -> tuple[Array, Whole, Whole]:
    """All rhombs of some lines around the middle."""
    star, rng = star_of(symmetry, 2), np.random.default_rng(seed)
    shifts = rng.uniform(-0.5, 0.5, symmetry)
    families, lowest = [], []
    for i in range(symmetry):
        for j in range(i + 1, symmetry):
            for m_i in range(-half, half + 1):
                for m_j in range(-half, half + 1):
                    corners = rhomb(star, shifts, i, j, m_i, m_j)
                    families.append((i, j))
                    lowest.append(corners.min(axis=0))
    return star, np.array(families), np.array(lowest, dtype=np.int64)


EXERCISE = Exercise(
    id="10.2",
    title="the vertices of a patch, each once",
    level=2,
    truth=vertices,
    cases=(
        _patch(5, 1, 0),
        _patch(5, 0, 2),
        _patch(6, 1, 1),
        _patch(7, 2, 1),
    ),
    comparable=_judged,
    shown=_told,
    mistakes=(
        Variant(
            "some places are there twice. Computed along two ways, they differ in the last digit, and np.unique takes "
            "them for two. Compare the integers K, and make places of them last.",
            (_of_places(lambda places: np.unique(places, axis=0)),),
        ),
        Variant(
            "all corners of all rhombs came back, and neighbours share theirs. Keep each once.",
            (_of_places(lambda places: places), lambda star, families, lowest: _corners(families, lowest) @ star),
        ),
        Variant(
            "those are the lowest vertices only. Each rhomb has three more: along one side, the other, and both.",
            (
                lambda star, families, lowest: lowest @ star,
                lambda star, families, lowest: np.unique(lowest, axis=0) @ star,
            ),
        ),
        Variant(
            "the fourth vertex of each rhomb is missing, along both sides.",
            (
                lambda star, families, lowest: np.unique(_corners(families, lowest)[: 3 * len(lowest)], axis=0) @ star,
                _of_places(lambda places: np.unique(places[: 3 * (len(places) // 4)].round(9), axis=0)),
            ),
        ),
        Variant(
            "np.unique without axis=0 takes the table apart into single numbers.",
            (
                _of_places(np.unique),
                _of_places(lambda places: np.unique(places.round(9))),
                lambda star, families, lowest: np.unique(_corners(families, lowest)),
            ),
        ),
        Variant(
            "table[:, families[:, 0]] += 1 adds in those columns to every row. Each row has a column of its own: "
            "table[np.arange(len(table)), families[:, 0]] += 1.",
            (_across,),
        ),
        Variant(
            "one = lowest makes no copy: adding 1 to one changes lowest as well, and all corners are the last. Write "
            "one = lowest.copy().",
            (_in_place(0, 1), _in_place(0, 1, 0, 1)),
        ),
        Variant(
            "the places were rounded so far that they moved. Round only to compare; or compare the integers K, which "
            "need no rounding.",
            tuple(_rounded(decimals) for decimals in range(6)),
        ),
        Variant(
            "those are the integers. Asked for are the places, K @ star.",
            (lambda star, families, lowest: np.unique(_corners(families, lowest), axis=0),),
        ),
        Variant(
            "only the number of vertices came back. Asked for are their places.",
            (lambda star, families, lowest: len(np.unique(_corners(families, lowest), axis=0)),),
        ),
    ),
    hints=(
        "Make the integers of all four vertices of every rhomb first: copies of lowest, with 1 added in one family, in "
        "the other, and in both.",
        "rows = np.arange(len(lowest)); one = lowest.copy(); one[rows, families[:, 0]] += 1. np.concatenate stacks "
        "such tables.",
        "np.unique(table, axis=0) keeps each row once, exactly, because these are integers. The places are that table "
        "@ star.",
    ),
)
