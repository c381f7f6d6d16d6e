"""How is a Latin hypercube drawn? The answer is random, so it is judged by what all of them have in common.

n_points  N, the points; each axis is cut into N equal slices
place     where in its slice a point stands, from 0 to 1
rng       the random numbers; anybody may use them in another order

There are so many points that chance changes nothing of what is compared.
"""

import math
from collections.abc import Callable
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.course.exercises import Exercise, Function, Variant

Array = NDArray[np.float64]
Order = Callable[[int, int, np.random.Generator], NDArray[Any]]
Place = Callable[[int, int, np.random.Generator], Array | float]

ANYWHERE, MIDDLE, LOW, ONE_FOR_ALL, OTHERWISE = range(5)
SLACK = 1e-9


def latin_hypercube(n_points: int, n_dims: int, rng: np.random.Generator) -> Array:
    """N points, shape (N, d): one in each slice of each axis, anywhere in it, the slices paired at random."""
    return (_orders(n_points, n_dims, rng) + rng.random((n_points, n_dims))) / n_points


def _orders(n: int, d: int, rng: np.random.Generator) -> NDArray[Any]:
    """A permutation of the slices for each axis, shape (N, d)."""
    return np.column_stack([rng.permutation(n) for _ in range(d)])


def _same(n: int, d: int, rng: np.random.Generator) -> NDArray[Any]:
    return np.tile(rng.permutation(n)[:, None], (1, d))


def _reversed(n: int, d: int, rng: np.random.Generator) -> NDArray[Any]:
    order = rng.permutation(n)
    return np.column_stack([order if axis % 2 == 0 else n - 1 - order for axis in range(d)])


def _uniform(n: int, d: int, rng: np.random.Generator) -> Array:
    return rng.random((n, d))


def _with(order: Order = _orders, place: Place = _uniform, first: float = 0.0, n_levels: int = 0) -> Function:
    """A hypercube with one of its parts replaced; ``n_levels`` more slices than points divide the axis."""

    def function(n_points: int, n_dims: int, rng: np.random.Generator) -> Array:
        slices = order(n_points, n_dims, rng)
        return np.asarray((slices + first + place(n_points, n_dims, rng)) / (n_points + n_levels))

    return function


def _grid(n_points: int, n_dims: int, rng: np.random.Generator) -> Array:
    """As many points of a midpoint grid as there are to be."""
    n = int(np.ceil(n_points ** (1 / n_dims)))
    return (np.indices((n,) * n_dims).reshape(n_dims, -1).T[:n_points] + 0.5) / n


def judged(answer: Any) -> tuple[float, ...]:
    """What is compared of points (N, d): numbers that chance does not change; see the comments."""
    points = np.asarray(answer, dtype=np.float64)
    rows, columns = points.shape if points.ndim == 2 else (points.size, -points.ndim)
    if points.ndim != 2 or not points.size or not np.isfinite(points).all():
        return (float(rows), float(columns), *(-1.0,) * 7)
    table = points if rows > columns else points.T  # told apart by its shape alone
    n = len(table)
    slices = np.floor(table * n + SLACK)
    places = table * n - slices
    spread = table.max() - table.min()
    return (
        float(rows),
        float(columns),
        float((table.min() < -SLACK) + 2 * (table.max() > 1 + SLACK) + 4 * (spread > 2)),  # outside the cube, and far
        float(min(_used(axis, n) for axis in slices.T)),
        float(np.allclose(table * (n - 1), np.round(table * (n - 1)))),  # levels that include both ends
        float(_kind(places)),
        float(_related(slices)),
        float(abs(table.mean() / max(table.max(), 1) - 0.5) < 0.06),  # none of the ends is preferred
        float(any(np.allclose(places[:, i], places[:, j]) for i, j in combinations(range(places.shape[1]), 2))),
    )


def _used(slices: Array, n: int) -> int:
    """How many of the n slices are in use: all, nearly all, as many as by chance (1 - 1/e), some, few."""
    share = len({one for one in slices.tolist() if 0 <= one < n}) / n
    if share == 1:
        return 4
    return 3 if share > 0.9 else 2 if abs(share - 1 + math.exp(-1)) < 0.09 else 1 if share > 0.25 else 0


def _kind(places: Array) -> int:
    """Where in their slices the points stand."""
    if np.ptp(places, axis=0).max() < 1e-6:
        middle, low = (np.abs(places - where).max() < 1e-6 for where in (0.5, 0.0))
        return MIDDLE if middle else LOW if low else ONE_FOR_ALL
    return ANYWHERE if 0.42 < places.mean() < 0.58 and 0.24 < places.std() < 0.33 else OTHERWISE


def _related(slices: Array) -> int:
    """1 if two axes have their slices in the same order, 2 if in opposite orders, 3 if both happens, 0 otherwise."""
    with np.errstate(invalid="ignore"):  # an axis with one value only is related to none
        r = np.atleast_2d(np.corrcoef(slices.T))[np.triu_indices(slices.shape[1], 1)]
    return int(np.any(r > 0.95)) + 2 * int(np.any(r < -0.95))


def described(answer: Any) -> str:
    """What is printed of an answer where it differs."""
    points = np.asarray(answer, dtype=np.float64)
    if points.ndim != 2:
        return f"an array of shape {points.shape}"
    slices = np.floor(points * len(points) + SLACK)
    used = ", ".join(str(len({one for one in axis.tolist() if 0 <= one < len(points)})) for axis in slices.T[:4])
    first = ", ".join(f"{value:.3g}" for value in points[0][:4])
    return f"shape {points.shape}, {points.min():.3g} to {points.max():.3g}; first ({first}); slices in use: {used}"


_ANY_PLACE: tuple[Place, ...] = (
    _uniform,
    lambda n, d, rng: 0.5,
    lambda n, d, rng: 0.0,
    lambda n, d, rng: rng.random(d),
    lambda n, d, rng: rng.random((n, 1)),
)

EXERCISE = Exercise(
    id="09.1",
    title="a Latin hypercube",
    level=2,
    truth=latin_hypercube,
    cases=((300, 2, np.random.default_rng(1)), (240, 3, np.random.default_rng(2))),
    mistakes=(
        Variant(
            "the axes share one order of the slices, so all points stand on the diagonal: a large value of one "
            "hyperparameter always comes with a large value of the others. Draw a permutation for each axis. (np.tile, "
            "or shuffling whole rows, keeps them together.)",
            (*(_with(_same, place) for place in _ANY_PLACE), _with(_same, lambda n, d, rng: 0.0, n_levels=-1)),
        ),
        Variant(
            "the slices of one axis run in the opposite order of another's: the points stand on the other diagonal. "
            "Draw a permutation for each axis.",
            tuple(_with(_reversed, place) for place in _ANY_PLACE),
        ),
        Variant(
            "these are N levels with both ends among them, k / (N - 1). A slice is 1/N wide and holds one point, "
            "anywhere in it: (k + u) / N with u between 0 and 1.",
            (_with(place=lambda n, d, rng: 0.0, n_levels=-1),),
        ),
        Variant(
            "some slices hold several points, and others none. So it is when each point is drawn on its own (rng.random"
            " or rng.integers). A permutation uses every slice once: rng.permutation(n_points).",
            (
                lambda n_points, n_dims, rng: rng.random((n_points, n_dims)),
                _with(lambda n, d, rng: rng.integers(n, size=(n, d)), lambda n, d, rng: 0.5),
                _with(lambda n, d, rng: rng.integers(n, size=(n, d)), lambda n, d, rng: 0.0),
                _with(lambda n, d, rng: rng.integers(n, size=(n, d)), lambda n, d, rng: rng.random(d)),
                _with(lambda n, d, rng: rng.integers(n, size=(n, d)), lambda n, d, rng: rng.random((n, 1))),
            ),
        ),
        Variant(
            "each point stands at the lower end of its slice. It should stand anywhere in it: add a random number "
            "between 0 and 1 before you divide by N.",
            (_with(place=lambda n, d, rng: 0.0),),
        ),
        Variant(
            "each point stands at the upper end of its slice. It should stand anywhere in it: add a random number "
            "between 0 and 1, and not 1, before you divide by N.",
            (_with(place=lambda n, d, rng: 1.0),),
        ),
        Variant(
            "only the slice was divided by N, so a point may stand far outside its slice, and outside the cube. "
            "Brackets: (k + u) / N, not k / N + u.",
            (lambda n_points, n_dims, rng: _orders(n_points, n_dims, rng) / n_points + rng.random((n_points, n_dims)),),
        ),
        Variant(
            "all points stand at the same place within their slices. Draw a number of its own for each point and axis: "
            "rng.random((n_points, n_dims)).",
            (_with(place=lambda n, d, rng: rng.random(d)), _with(place=lambda n, d, rng: rng.random())),
        ),
        Variant(
            "a point has the same place in its slices on all axes. Draw one for each axis as well: rng.random((n_points"
            ", n_dims)).",
            (_with(place=lambda n, d, rng: rng.random((n, 1))),),
        ),
        Variant(
            "the points are not in the unit cube: the slices are numbered 0 to N - 1; divide by N.",
            tuple(
                lambda n_points, n_dims, rng, place=place: (
                    _orders(n_points, n_dims, rng) + np.asarray(place(n_points, n_dims, rng))
                )
                for place in _ANY_PLACE[:3]
            ),
        ),
        Variant(
            "the slices are numbered from 1 to N, and something is added to that: the last one lies outside the cube. "
            "Count from 0, or take u away: (k - u) / N.",
            (
                _with(first=1.0),
                _with(place=lambda n, d, rng: 0.5, first=1.0),
            ),
        ),
        Variant(
            "the table lies on its side: a row for each point and a column for each axis, shape (n_points, n_dims).",
            (lambda n_points, n_dims, rng: latin_hypercube(n_points, n_dims, rng).T,),
        ),
        Variant(
            "that is a grid: few values on each axis, each tried many times. A Latin hypercube uses N slices on each "
            "axis.",
            (_grid,),
        ),
        Variant(
            "this is one axis only. A point has n_dims numbers.",
            (
                lambda n_points, n_dims, rng: latin_hypercube(n_points, 1, rng),
                lambda n_points, n_dims, rng: latin_hypercube(n_points, 1, rng)[:, 0],
            ),
        ),
    ),
    remarks=(
        Variant(
            "(Your points stand in the middles of their slices. That is a Latin hypercube as well, a centred one; "
            "anywhere in the slice, as asked, no value of a hyperparameter is ruled out beforehand.)",
            (_with(place=lambda n, d, rng: 0.5),),
        ),
    ),
    hints=(
        "Rooks: which slice of the second axis goes with slice k of the first one? Any, but each only once.",
        "rng.permutation(n) is 0 to n - 1 in random order. Draw one for each axis; np.column_stack puts columns side by"
        " side. Then move each point to a random place in its slice.",
        "slices = np.column_stack([rng.permutation(n_points) for _ in range(n_dims)]); then add rng.random((n_points, "
        "n_dims)), and divide by n_points.",
    ),
    comparable=judged,
    shown=described,
)
