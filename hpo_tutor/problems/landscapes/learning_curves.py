"""How did the loss fall, epoch by epoch? Whole learning curves, recorded once, for searches that stop losers early.

    K           number of configurations
    n_points    configurations on the grid
    fidelity    epochs that a network has had, from 1 to all of them
    row         the recorded seed whose noise is looked up; n_seeds stands for the mean over all of them

Between the grid's points each epoch's loss is multilinear in the unit cube, for each data batch and seed by itself.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.problems.landscapes.base import RecordedObjective
from hpo_tutor.problems.landscapes.files import Recorded
from hpo_tutor.problems.landscapes.lattices import Lattice, Refused
from hpo_tutor.search_space import SearchSpace

SPEEDS = "seconds_an_epoch"
"""Where a table's metadata hold how long an epoch takes: the names of the axes that matter, and medians over them."""

Losses = NDArray[np.float64]


class RecordedCurves(NamedTuple):
    """What was recorded on one data batch, at the grid's own points.

    Attributes:
        configs: n_points of them, fixed values included.
        losses: (n_points, n_seeds, n_epochs), after each epoch.
        seconds: (n_points,), processor time of an epoch on one core.
    """

    configs: tuple[dict[str, Any], ...]
    losses: Losses
    seconds: Losses


class Curves(RecordedObjective):
    """Recorded learning curves as an objective; see ``problems.curves``.

    Attributes:
        space: the axes without ``epochs``, and the fixed hyperparameters.
        loss_names, loss_unit: what was recorded, and its unit.
        n_epochs: the largest fidelity; the smallest is 1.
        batch, n_batches: which data batch of how many.
        n_seeds: how many networks were trained at each point and data batch.
        about: the recording's own words: split, machine, versions, number of models, seconds.

    Raises:
        ValueError: there is no such batch, or the table's last axis is not every epoch from the first.
    """

    def __init__(self, recorded: Recorded, batch: int = 0) -> None:
        if not has_curves([{"name": axis.name, "values": axis.values} for axis in recorded.axes]):
            names = [axis.name for axis in recorded.axes]
            raise ValueError(f"curves need every epoch from 1 as a grid's last axis, {recorded.name} has {names}")
        *axes, epochs = recorded.axes
        space = SearchSpace({**{axis.name: axis.domain for axis in axes}, **recorded.about["fixed"]})
        super().__init__(recorded.name, space, recorded.losses.shape, recorded.about, batch)
        self.n_epochs = len(epochs.values)
        self._recorded, self._axes, self._lattice = recorded, tuple(axes), Lattice(axes)
        seeds = recorded.losses[batch].astype(np.float64).reshape(self.n_seeds, -1, self.n_epochs)
        self._table = np.concatenate([seeds, seeds.mean(axis=0, keepdims=True)])
        self._lists: dict[tuple[int, int], list[float]] = {}  # the numbers of a row and an epoch, once asked for

    def __repr__(self) -> str:
        tuned = " x ".join(f"{axis.name} ({len(axis.values)})" for axis in self._axes)
        return (
            f"<Curves {self.name}: {tuned}, {self.n_epochs} epochs; batch {self.batch} of {self.n_batches}, "
            f"{self.n_seeds} seeds>"
        )

    def evaluate(
        self, configs: Sequence[Mapping[str, Any]], *, seeds: Sequence[int], fidelity: float | None = None
    ) -> Losses:
        """The losses of K configurations after ``fidelity`` epochs, shape (K,), each with the noise of its seed.

        Args:
            configs: K configurations.
            seeds: K seeds; recorded seed ``seed % n_seeds`` is looked up.
            fidelity: whole number of epochs from 1 to ``n_epochs``; None is all.

        Raises:
            ValueError: a configuration does not belong to the space, lengths differ, or there is no such fidelity.
        """
        epoch, rows = self._epoch(fidelity), self._rows(configs, seeds)
        if len(configs) == 1:
            return np.array([self._one(configs[0], rows[0], epoch)])
        return self._look_up(configs, rows, epoch)

    def along(self, configs: Sequence[Mapping[str, Any]], *, seeds: Sequence[int]) -> Losses:
        """The whole curves of K configurations: losses after each epoch, shape (K, n_epochs).

        Raises:
            ValueError: a configuration does not belong to the space, or lengths differ.
        """
        rows = self._rows(configs, seeds)
        curves = np.zeros((len(configs), self.n_epochs))
        for place, weight in zip(*self._weigh(configs), strict=True):  # corner by corner, so that little lies about
            curves += weight[:, None] * self._table[rows, place]
        return curves

    def expected(self, config: Mapping[str, Any], fidelity: float | None = None) -> float:
        """The loss without its noise, after ``fidelity`` epochs: the mean over the recorded seeds.

        Raises:
            ValueError: as of ``evaluate``.
        """
        return self._one(config, self.n_seeds, self._epoch(fidelity))

    def seconds(self, configs: Sequence[Mapping[str, Any]]) -> Losses:
        """How long an epoch of each of K configurations takes on one core, shape (K,).

        Processor time of one network, training and validation, as it was measured with the recording; between the
        grid's points its logarithm is multilinear in the unit cube.

        Raises:
            ValueError: a configuration does not belong to the space, or this table has no speeds.
        """
        self._weigh(configs)  # all of a configuration is checked, also what does not bear upon the speed
        lattice, logarithms = self._speeds
        places, weights = lattice.weigh(configs)
        seconds: Losses = np.exp(np.einsum("ck,ck->k", weights, logarithms[places]))
        return seconds

    def recorded(self) -> RecordedCurves:
        """The curves of this data batch at the grid's own points, in the order of the table.

        Raises:
            ValueError: as of ``seconds``.
        """
        configs = tuple(self._config_at(place) for place in range(self._table.shape[1]))
        return RecordedCurves(configs, self._table[:-1].transpose(1, 0, 2).copy(), self.seconds(configs))

    def draw(self, seed: int) -> "Curves":
        """The curves of data batch ``seed % n_batches``."""
        return Curves(self._recorded, seed % self.n_batches)

    @property
    def optimum(self) -> float:
        """The smallest expected loss after the last epoch, on this data batch; no point between the grid's is below."""
        return float(self._table[-1, :, -1].min())

    @cached_property
    def optimum_config(self) -> dict[str, Any]:
        """Where the optimum lies, fixed values included."""
        return self._config_at(int(self._table[-1, :, -1].argmin()))

    @cached_property
    def _speeds(self) -> tuple[Lattice, Losses]:
        """The grid of the axes that decide how long an epoch takes, and the logarithm of the seconds there, flat."""
        if SPEEDS not in self.about:
            raise ValueError(
                f"{self.name} was recorded without the seconds of its epochs; "
                f"hpo_tutor.problems.recording.measure_speeds({self.name!r}) adds them"
            )
        told = self.about[SPEEDS]
        axes = {axis.name: axis for axis in self._axes}
        return Lattice([axes[name] for name in told["axes"]]), np.log(np.array(told["medians"]).ravel())

    def _config_at(self, place: int) -> dict[str, Any]:
        """The configuration of one point of the grid, fixed values included."""
        steps = np.unravel_index(place, [len(axis.values) for axis in self._axes])
        found = {axis.name: axis.values[int(i)] for axis, i in zip(self._axes, steps, strict=True)}
        return {**found, **self.space.fixed}

    def _epoch(self, fidelity: float | None) -> int:
        """The epoch that a fidelity means."""
        if fidelity is None:
            return self.n_epochs
        if not (1 <= fidelity <= self.n_epochs and float(fidelity).is_integer()):
            raise ValueError(
                f"{self.name} was recorded after whole epochs, 1 to {self.n_epochs}, got fidelity={fidelity}; "
                f"leave it out for all {self.n_epochs}"
            )
        return int(fidelity)

    def _rows(self, configs: Sequence[Mapping[str, Any]], seeds: Sequence[int]) -> NDArray[np.int64]:
        if len(configs) != len(seeds):
            raise ValueError(f"each configuration needs one seed, got {len(configs)} and {len(seeds)}")
        return np.array([seed % self.n_seeds for seed in seeds], dtype=np.int64)

    def _weigh(self, configs: Sequence[Mapping[str, Any]]) -> tuple[NDArray[np.int64], Losses]:
        """The corners of K cells and their weights, of configurations that belong to the space."""
        try:
            weighed = self._lattice.weigh(configs)
        except Refused:
            for config in configs:
                self.space.validate(config)  # says which one, and why
            raise
        for config in configs:
            self._check_fixed(config)
        return weighed

    def _look_up(
        self, configs: Sequence[Mapping[str, Any]], rows: NDArray[np.int64], epoch: int | None = None
    ) -> Losses:
        """The losses of K configurations after some epochs, or after all of them; shape (K,)."""
        places, weights = self._weigh(configs)
        losses: Losses = np.einsum("ck,ck->k", weights, self._table[rows, places, (epoch or self.n_epochs) - 1])
        return losses

    def _look_up_one(self, config: Mapping[str, Any], row: int) -> float:
        return self._one(config, row, self.n_epochs)

    def _one(self, config: Mapping[str, Any], row: int, epoch: int) -> float:
        """The loss of one configuration after some epochs, as quickly as can be."""
        numbers = self._lists.get((row, epoch))
        if numbers is None:
            numbers = self._lists[row, epoch] = self._table[row, :, epoch - 1].tolist()
        try:
            loss = self._lattice.one(numbers, config)
        except Refused:
            self.space.validate(config)
            raise
        self._check_fixed(config)
        return loss


def has_curves(axes: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a table with these axes, as its metadata have them, holds every epoch from the first."""
    if len(axes) < 2 or axes[-1]["name"] != "epochs":
        return False
    values = axes[-1]["values"]
    return list(values) == list(range(1, len(values) + 1))
