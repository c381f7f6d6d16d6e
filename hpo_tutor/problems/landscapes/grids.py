"""What would training have given? Losses recorded once by really training on a grid, looked up in microseconds.

    d            number of hyperparameters on the grid
    losses       (n_batches, n_seeds, n_1, ..., n_d)
    data batch   which rows were used: one member of the family, ``draw(seed)`` picks it
    seed         which initial weights and order of the rows: the noise

Between the grid's points the loss is multilinear in the unit cube, for each data batch and seed by itself.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.problems.landscapes.base import RecordedObjective
from hpo_tutor.problems.landscapes.files import Axis, Recorded
from hpo_tutor.problems.landscapes.lattices import Lattice, Refused
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
        # one row for each seed, and a last one for their mean
        seeds = recorded.losses[batch].astype(np.float64).reshape(self.n_seeds, -1)
        self._table = np.concatenate([seeds, seeds.mean(axis=0, keepdims=True)])
        self._rows: list[list[float]] = self._table.tolist()  # one number of a list is had at once, one of an array not
        self._lattice = Lattice(recorded.axes)

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
        try:
            places, weights = self._lattice.weigh(configs)
        except Refused:
            for config in configs:
                self.space.validate(config)  # says which one, and why
            raise
        for config in configs:
            self._check_fixed(config)
        losses: NDArray[np.float64] = np.einsum("ck,ck->k", weights, self._table[rows, places])
        return losses

    def _look_up_one(self, config: Mapping[str, Any], row: int) -> float:
        """The same for one configuration, ten times as fast: races ask one by one."""
        try:
            loss = self._lattice.one(self._rows[row], config)
        except Refused:
            self.space.validate(config)
            raise
        self._check_fixed(config)
        return loss
