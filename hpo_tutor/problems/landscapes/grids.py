"""What would training have given? Losses recorded once by really training on a grid, looked up in microseconds.

    d            number of hyperparameters on the grid
    losses       (n_batches, n_seeds, n_1, ..., n_d)
    data batch   which rows were used: one member of the family, ``draw(seed)`` picks it
    seed         which initial weights and order of the rows: the noise

Between the grid's points the loss is multilinear in the unit cube, for each data batch and seed by itself.
"""

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from functools import cached_property
from numbers import Integral
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.problems.landscapes.base import RecordedObjective
from hpo_tutor.problems.landscapes.files import Axis, Recorded
from hpo_tutor.search_space import SearchSpace


class Grid(NamedTuple):
    """The recorded points of one data batch, for pictures.

    Attributes:
        axes: the d hyperparameters, with values, scale and unit.
        losses: mean over the seeds, shape (n_1, ..., n_d).
        spread: standard deviation over the seeds, the noise, same shape.
    """

    axes: tuple[Axis, ...]
    losses: NDArray[np.float64]
    spread: NDArray[np.float64]


class Landscape(RecordedObjective):
    """A recorded objective; see ``problems.landscape``.

    Attributes:
        space: the axes, and the fixed hyperparameters.
        loss_names, loss_unit: what was recorded, and its unit.
        batch, n_batches: which data batch of how many.
        n_seeds: how many networks were trained at each point and data batch.
        about: the recording's own words: split, machine, versions, number of models, seconds.
    """

    def __init__(self, recorded: Recorded, batch: int = 0) -> None:
        tuned = {axis.name: axis.domain for axis in recorded.axes}
        space = SearchSpace({**tuned, **recorded.about["fixed"]})
        super().__init__(recorded.name, space, recorded.losses.shape, recorded.about, batch)
        self._recorded = recorded
        shape = recorded.losses.shape[2:]
        # one row for each seed, and a last one for their mean
        seeds = recorded.losses[batch].astype(np.float64).reshape(self.n_seeds, -1)
        self._table = np.concatenate([seeds, seeds.mean(axis=0, keepdims=True)])
        self._rows: list[list[float]] = self._table.tolist()  # one number of a list is had at once, one of an array not
        self._strides = [int(np.prod(shape[i + 1 :])) for i in range(len(shape))]
        self._scales = [_Scale(axis) for axis in recorded.axes]
        self._steps = list(zip(self._scales, self._strides, strict=True))
        self._corners = [0]  # of a cell, along all axes but the last, whose neighbours lie side by side in the table
        for stride in self._strides[:-1]:
            self._corners += [corner + stride for corner in self._corners]

    def __repr__(self) -> str:
        tuned = " x ".join(f"{axis.name} ({len(axis.values)})" for axis in self._recorded.axes)
        return f"<Landscape {self.name}: {tuned}; batch {self.batch} of {self.n_batches}, {self.n_seeds} seeds>"

    def expected(self, config: Mapping[str, Any]) -> float:
        """The loss without its noise: the mean over the recorded seeds."""
        return self._look_up_one(config, self.n_seeds)

    def draw(self, seed: int) -> "Landscape":
        """The landscape of data batch ``seed % n_batches``."""
        return Landscape(self._recorded, seed % self.n_batches)

    @property
    def optimum(self) -> float:
        """The smallest expected loss of this data batch.

        A multilinear function has its smallest value at a grid point, so the smallest recorded mean is the minimum.
        """
        return float(self._table[-1].min())

    @cached_property
    def optimum_config(self) -> dict[str, Any]:
        """Where the optimum lies, fixed values included."""
        place = np.unravel_index(int(self._table[-1].argmin()), self._recorded.losses.shape[2:])
        found = {axis.name: axis.values[i] for axis, i in zip(self._recorded.axes, place, strict=True)}
        return {**found, **self.space.fixed}

    @property
    def minimisers(self) -> NDArray[np.float64]:
        """Where the optimum lies, shape (1, d), in the order of the space's names."""
        return np.array([[self.optimum_config[name] for name in self.space.names]], dtype=np.float64)

    def grid(self) -> Grid:
        """The recorded points of this data batch: axes, mean and spread over the seeds."""
        seeds = self._recorded.losses[self.batch].astype(np.float64)
        spread = seeds.std(axis=0, ddof=1) if self.n_seeds > 1 else np.zeros(seeds.shape[1:])
        return Grid(self._recorded.axes, seeds.mean(axis=0), spread)

    def _look_up(self, configs: Sequence[Mapping[str, Any]], rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """Multilinear interpolation in the given rows of the table, shape (K,)."""
        places = np.zeros((1, len(configs)), dtype=np.int64)  # of the cell's corners, and what each of them weighs
        weights = np.ones((1, len(configs)))
        try:
            for scale, stride in zip(self._scales, self._strides, strict=True):
                cell, share = scale.place(np.array([config[scale.name] for config in configs]))
                places = np.concatenate([places + cell * stride, places + (cell + 1) * stride])
                weights = np.concatenate([weights * (1 - share), weights * share])
        except (KeyError, ValueError, TypeError):
            for config in configs:
                self.space.validate(config)  # says which one, and why
            raise
        for config in configs:
            self._check_fixed(config)
        losses: NDArray[np.float64] = np.einsum("ck,ck->k", weights, self._table[rows, places])
        return losses

    def _look_up_one(self, config: Mapping[str, Any], row: int) -> float:
        """The same for one configuration, ten times as fast: races ask one by one."""
        base, shares = 0, []
        try:
            for scale, stride in self._steps:
                cell, share = scale.place_one(config[scale.name])
                base += cell * stride
                shares.append(share)
        except (KeyError, ValueError, TypeError):
            self.space.validate(config)
            raise
        if len(config) != len(shares):
            self._check_fixed(config)
        losses, share = self._rows[row], shares.pop()
        rest = 1 - share
        between = [rest * losses[base + c] + share * losses[base + c + 1] for c in self._corners]
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
        if not inside.all() or (self._whole and values.dtype.kind not in "iu"):
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
