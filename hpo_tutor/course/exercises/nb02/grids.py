"""Which configurations make a grid?

axes          d of them, (low, high, log): the ends of a hyperparameter's range, and whether its scale is logarithmic
n_points      N = n^d, an exact power in every case; n levels on each axis
grid          N tuples with d values, in any order

Any order is right, and so is any form that holds one row a configuration: tuples, lists, arrays, dicts, a data frame.
The third case has two levels an axis, where scales make no difference: it tells "N levels" from "N / d levels". In the
last one the root misses a whole number, 64 ** (1/3) is 3.9999999999999996. It comes last because wrong grids are large.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.course.exercises import Exercise, Function, Variant

Array = NDArray[np.float64]
Range = tuple[float, float, bool]  # low, high, log
Levels = Callable[[float, float, bool, int], Any]  # low, high, log, n -> the levels of one axis


def grid(axes: Sequence[Range], n_points: int) -> list[tuple[float, ...]]:
    """All configurations of a grid with N = n^d points, its outer levels on the ends of the ranges."""
    return _grid(axes, _per_axis(axes, n_points), _levels)


def rows(answer: Any) -> Any:
    """The configurations as an array (N, d) in an order of its own, so that any order compares; else the answer."""
    frame = getattr(answer, "to_numpy", None)
    configurations = frame() if frame else answer
    table = np.asarray([list(row.values()) if isinstance(row, Mapping) else row for row in configurations])
    if table.dtype.kind not in "biuf" or table.ndim > 2:
        return answer
    table = table.astype(np.float64).reshape(len(table), -1)
    return table[np.lexsort(_digits(table).T[::-1])]


def _digits(table: Array) -> Array:
    """Each value rounded to four significant digits, so that rounding errors do not put rows in order."""
    with np.errstate(divide="ignore", invalid="ignore"):  # 0 has no power of ten, nor have nan and infinity
        power = np.nan_to_num(10.0 ** (3 - np.floor(np.log10(np.abs(table)))), nan=1, posinf=1, neginf=1)
    return np.asarray(np.round(table * power) / power)


def _per_axis(axes: Sequence[Range], n_points: int) -> int:
    n: int = round(n_points ** (1 / len(axes)))
    return n


def _grid(axes: Sequence[Range], n: int, levels: Levels) -> list[tuple[float, ...]]:
    return [tuple(map(float, row)) for row in product(*_all_levels(axes, n, levels))]


def _all_levels(axes: Sequence[Range], n: int, levels: Levels) -> list[Array]:
    return [levels(low, high, log, n) for low, high, log in axes]


def _levels(low: float, high: float, log: bool, n: int) -> Array:
    return np.geomspace(low, high, n) if log else np.linspace(low, high, n)


def _without_the_last(low: float, high: float, n: int) -> Array:
    return np.linspace(low, high, n, endpoint=False)


def _at(low: float, high: float, log: bool, shares: Array) -> Array:
    """The values at these shares of the way from low to high, on the axis' scale."""
    return np.asarray(low * (high / low) ** shares if log else low + (high - low) * shares)


def _other_levels(levels: Levels) -> Function:
    """The right grid of other levels."""
    return lambda axes, n_points: _grid(axes, _per_axis(axes, n_points), levels)


def _per_axis_by(count: Callable[[int, int], float]) -> Function:
    """The grid with another number of levels on each axis; the count is made of N and d."""
    return lambda axes, n_points: _grid(axes, int(count(n_points, len(axes))), _levels)


def _on_log_axes(levels: Callable[[float, float, int], Any]) -> Function:
    """The right grid with other levels on logarithmic axes only."""
    return _other_levels(lambda low, high, log, n: levels(low, high, n) if log else np.linspace(low, high, n))


def _uncombined(arrange: Callable[[list[Array]], Any]) -> Function:
    """Something else made of the right levels of each axis."""
    return lambda axes, n_points: arrange(_all_levels(axes, _per_axis(axes, n_points), _levels))


EXERCISE = Exercise(
    id="02.1",
    title="the configurations of a grid",
    level=1,
    truth=grid,
    cases=(
        ([(1e-4, 1e-1, True), (1e-6, 1e-1, True)], 25),
        ([(1e-3, 1e-1, True), (0.1, 0.5, False)], 9),
        ([(1e-3, 1e-1, True), (0.1, 0.5, False), (0.5, 0.9, False)], 8),
        ([(0.2, 0.8, False)], 4),
        ([(1.0, 3.0, False), (1e-2, 1.0, True)], 16),
        ([(1e-4, 1e-1, True), (0.1, 0.6, False), (16.0, 128.0, True)], 64),
    ),
    comparable=rows,
    mistakes=(
        Variant(
            "each axis has its levels, but they were not combined. A grid holds every level of one axis together with "
            "every level of the others, n * n * ... configurations: zip pairs them up, itertools.product combines "
            "them.",
            (
                _uncombined(lambda levels: list(zip(*levels, strict=True))),
                _uncombined(lambda levels: levels),
                _uncombined(np.concatenate),
            ),
        ),
        Variant(
            "each axis got as many levels as the whole grid may have points, so there are far too many configurations. "
            "N points in d dimensions have only n = N**(1/d) levels on each axis.",
            (
                lambda axes, n_points: _grid(axes, n_points, _levels),
                lambda axes, n_points: _grid(axes, n_points, lambda low, high, log, n: np.linspace(low, high, n)),
            ),
        ),
        Variant(
            "each axis got N / d levels. But axes multiply: n levels on each of d axes make n**d points. So take the "
            "root, n = N**(1/d), with the brackets: N**1/d is N / d once more.",
            (
                _per_axis_by(lambda n_points, n_dims: n_points // n_dims),
                _per_axis_by(lambda n_points, n_dims: round(n_points / n_dims)),
                _per_axis_by(lambda n_points, n_dims: math.ceil(n_points / n_dims)),
            ),
        ),
        Variant(
            "the square root gives the levels of two axes only. For d axes take the d-th root, N**(1/d).",
            (
                _per_axis_by(lambda n_points, n_dims: math.isqrt(n_points)),
                _per_axis_by(lambda n_points, n_dims: round(math.sqrt(n_points))),
                _per_axis_by(lambda n_points, n_dims: math.ceil(math.sqrt(n_points))),
            ),
        ),
        Variant(
            "the root was rounded down, and floating point misses whole roots by a hair: 64 ** (1/3) is "
            "3.9999999999999996, so one level is lost on each axis. Round to the nearest whole number.",
            (
                _per_axis_by(lambda n_points, n_dims: math.floor(n_points ** (1 / n_dims))),
                _per_axis_by(lambda n_points, n_dims: math.floor(math.exp(math.log(n_points) / n_dims))),
            ),
        ),
        Variant(
            "np.linspace and np.geomspace make 50 levels unless you say how many: 2,500 rows where 25 are expected. "
            "Give them the number of levels, np.linspace(low, high, n).",
            (
                _other_levels(lambda low, high, log, n: _levels(low, high, log, 50)),
                _other_levels(lambda low, high, log, n: np.linspace(low, high, 50)),
                _on_log_axes(lambda low, high, n: np.geomspace(low, high, 50)),
                _other_levels(lambda low, high, log, n: _levels(low, high, log, n if log else 50)),
            ),
        ),
        Variant(
            "the two scales are swapped: where log is True belongs np.geomspace, where it is False np.linspace.",
            (
                _other_levels(
                    lambda low, high, log, n: np.linspace(low, high, n) if log else np.geomspace(low, high, n)
                ),
            ),
        ),
        Variant(
            "the levels of a logarithmic axis (log=True) are equally far apart, as np.linspace sets them: nearly all "
            "lie in the highest decade. np.geomspace gives equal ratios.",
            (_on_log_axes(np.linspace),),
        ),
        Variant(
            "all axes got logarithmic levels, also those with log=False. There np.linspace belongs.",
            (_other_levels(lambda low, high, log, n: np.geomspace(low, high, n)),),
        ),
        Variant(
            "np.logspace takes exponents for its ends, not values: np.logspace(-4, -1, 5) begins at 0.0001. "
            "np.geomspace takes the values themselves.",
            (_on_log_axes(lambda low, high, n: np.logspace(low, high, n)),),
        ),
        Variant(
            "on logarithmic axes the exponents came back, not the values: raise 10 (or e) to them.",
            (
                _on_log_axes(lambda low, high, n: np.linspace(np.log10(low), np.log10(high), n)),
                _on_log_axes(lambda low, high, n: np.linspace(np.log(low), np.log(high), n)),
                _on_log_axes(lambda low, high, n: np.linspace(np.log2(low), np.log2(high), n)),
            ),
        ),
        Variant(
            "two bases were mixed: np.log is the natural logarithm and belongs to np.exp, np.log10 belongs to 10**.",
            (
                _on_log_axes(lambda low, high, n: 10 ** np.linspace(np.log(low), np.log(high), n)),
                _on_log_axes(lambda low, high, n: np.exp(np.linspace(np.log10(low), np.log10(high), n))),
            ),
        ),
        Variant(
            "an end of the ranges is missing: np.arange and endpoint=False stop before the last level. In this grid "
            "the first level is low and the last is high.",
            (
                _other_levels(lambda low, high, log, n: _at(low, high, log, np.arange(n) / n)),
                _on_log_axes(lambda low, high, n: np.geomspace(low, high, n, endpoint=False)),
                _other_levels(
                    lambda low, high, log, n: (
                        np.geomspace(low, high, n) if log else low + (high - low) * np.arange(n) / n
                    )
                ),
                _other_levels(lambda low, high, log, n: _levels(low, high, log, n)[:-1]),
                _other_levels(lambda low, high, log, n: _levels(low, high, log, n + 1)[1:]),
                _other_levels(lambda low, high, log, n: _levels(low, high, log, n + 2)[1:-1]),
            ),
        ),
        Variant(
            "these are the middles of n equal parts, the other kind of grid. Asked for is the one whose outer levels "
            "stand on the ends of the ranges.",
            (_other_levels(lambda low, high, log, n: _at(low, high, log, (np.arange(n) + 0.5) / n)),),
        ),
        Variant(
            "all combinations are there, but still in the boxes that np.meshgrid returns. Flatten each box, and make "
            "one row of the values that stand at the same place in all of them.",
            (
                _uncombined(lambda levels: np.meshgrid(*levels)),
                _uncombined(lambda levels: np.meshgrid(*levels, indexing="ij")),
                _uncombined(lambda levels: np.stack(np.meshgrid(*levels), axis=-1)),
                _uncombined(lambda levels: np.stack(np.meshgrid(*levels, indexing="ij"), axis=-1)),
            ),
        ),
        Variant(
            "rows and columns are swapped: there is a row for each hyperparameter, and there should be one for each "
            "configuration. Transpose (.T), or zip(*...) the rows.",
            (
                _uncombined(lambda levels: np.array(list(product(*levels))).T),
                _uncombined(lambda levels: [box.ravel() for box in np.meshgrid(*levels)]),
            ),
        ),
        Variant(
            "each configuration has its values in the wrong order: the value of the first axis comes first.",
            (lambda axes, n_points: [row[::-1] for row in grid(axes, n_points)],),
        ),
    ),
    hints=(
        "Three steps: how many levels has an axis, which values are they, and which combinations are there?",
        "n = round(n_points ** (1 / len(axes))). The levels of an axis are np.geomspace(low, high, n) where log is "
        "true, else np.linspace(low, high, n).",
        "Collect the levels of all axes in a list; list(itertools.product(*levels)) is the grid.",
    ),
)
