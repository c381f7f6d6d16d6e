"""What lies between the points of a grid? What is multilinear in the unit cube.

d    hyperparameters on the grid
K    number of configurations
n    points of the grid, n_1 x ... x n_d, in the order of the table
"""

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.problems.landscapes.files import Axis

Refused = (KeyError, ValueError, TypeError)
"""What a configuration raises that does not lie on the grid; a search space says then what is wrong with it."""


class Lattice:
    """The points of a grid, each a place in a table of n numbers."""

    def __init__(self, axes: Sequence[Axis]) -> None:
        shape = [len(axis.values) for axis in axes]
        self._strides = [math.prod(shape[i + 1 :]) for i in range(len(shape))]
        self._scales = [_Scale(axis) for axis in axes]
        self._steps = list(zip(self._scales, self._strides, strict=True))
        self._corners = [0]  # of a cell, along all axes but the last, whose neighbours lie side by side in the table
        for stride in self._strides[:-1]:
            self._corners += [corner + stride for corner in self._corners]

    def weigh(self, configs: Sequence[Mapping[str, Any]]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """The corners of the cells in which K configurations lie, and what each of them weighs; both (2**d, K).

        Raises:
            KeyError: a hyperparameter is missing.
            ValueError: a value lies outside, or is not the whole number that it must be.
            TypeError: a value is no number.
        """
        places = np.zeros((1, len(configs)), dtype=np.int64)
        weights = np.ones((1, len(configs)))
        for scale, stride in self._steps:
            cell, share = scale.place(np.array([config[scale.name] for config in configs]))
            places = np.concatenate([places + cell * stride, places + (cell + 1) * stride])
            weights = np.concatenate([weights * (1 - share), weights * share])
        return places, weights

    def one(self, numbers: Sequence[float], config: Mapping[str, Any]) -> float:
        """What a table of n numbers has at one configuration, ten times as fast as by ``weigh``.

        Raises:
            KeyError, ValueError, TypeError: as of ``weigh``.
        """
        base, shares = 0, []
        for scale, stride in self._steps:
            cell, share = scale.place_one(config[scale.name])
            base += cell * stride
            shares.append(share)
        share = shares.pop()
        rest = 1 - share
        between = [rest * numbers[base + c] + share * numbers[base + c + 1] for c in self._corners]
        while shares:  # the axis that comes last parts what is left into halves
            share, half = shares.pop(), len(between) // 2
            rest = 1 - share
            between = [rest * a + share * b for a, b in zip(between[:half], between[half:], strict=True)]
        return between[0]


class _Scale:
    """From values of one axis to cells of the grid."""

    def __init__(self, axis: Axis) -> None:
        self.name = axis.name
        self._low, self._high, self._whole, self._log = axis.values[0], axis.values[-1], axis.whole, axis.log
        self._knots: list[float] = self._unit(np.array(axis.values)).tolist()

    def place(self, values: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """The cell's lower corner and the share of its upper one, each of shape (K,).

        Raises:
            ValueError: a value lies outside, or is not the whole number that it must be.
        """
        inside = (values >= self._low) & (values <= self._high)
        if not inside.all() or (self._whole and values.size and values.dtype.kind not in "iu"):
            raise ValueError(f"{self.name} must lie in {self._low:g}..{self._high:g}")
        last = len(self._knots) - 2
        place = np.interp(self._unit(values), self._knots, np.arange(last + 2))
        cell = np.minimum(place.astype(np.int64), last)
        return cell, place - cell

    def place_one(self, value: Any) -> tuple[int, float]:
        """The same for one value."""
        if not self._low <= value <= self._high or (
            self._whole and type(value) is not int and not isinstance(value, Integral)  # the latter takes long
        ):
            raise ValueError(f"{self.name} must lie in {self._low:g}..{self._high:g}, got {value!r}")
        point = float(value)
        if self._log:
            point = math.log(point * point - 0.25) / 2 if self._whole else math.log(point)
        knots = self._knots
        cell = bisect_right(knots, point, 1, len(knots) - 1) - 1  # the last knot belongs to the last cell
        return cell, (point - knots[cell]) / (knots[cell + 1] - knots[cell])

    def _unit(self, values: NDArray[Any]) -> NDArray[np.float64]:
        """The coordinate in the unit cube, up to a linear map, which interpolation does not see."""
        points: NDArray[np.float64] = values.astype(np.float64)
        if not self._log:
            return points
        # as search_space has it: a whole number stands at the centre, on the log scale, of its bin
        return np.log(points * points - 0.25) / 2 if self._whole else np.log(points)
