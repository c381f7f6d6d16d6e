"""What would training have given? Losses of random configurations, and between them the surface of a fitted forest.

    d, N         hyperparameters, and recorded configurations
    losses       (n_batches, n_seeds, N)
    expected     the surface: exp(forest), the forest grown on the logarithm of the mean over the seeds
    data batch   which rows were used: one member of the family, ``draw(seed)`` picks it
    seed         the noise: the loss of that seed over the mean of all, at the nearest configuration recorded with all
    goals        what else is to be small and is counted from the layers: no surface, no noise
    K, m         configurations, and losses of each: 1, and one for each goal

These ratios average to 1 over the recorded seeds, so the losses average to the expected one. Nearest is meant in the
unit cube; options without an order are all a whole side of it apart. Where a hyperparameter is switched off, its
coordinate lies far outside the cube: a forest can ask about it, and the nearest one has the same layers.

A race on it is exact for this surface, and the surface is not the training: where it is lowest it is likely to be too
low. ``about["fitted"]`` and ``about["trained_at_optima"]`` say how far.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.problems.landscapes.base import RecordedObjective
from hpo_tutor.problems.landscapes.places import Places
from hpo_tutor.problems.landscapes.sample_files import Sampled
from hpo_tutor.search_space import Choice

MEAN = -1  # the row of the table of ratios that is no seed


class SampledLandscape(RecordedObjective):
    """A recorded objective; see ``problems.landscape``.

    Attributes:
        space: the hyperparameters, and the fixed ones.
        loss_names: what was recorded; then the goals.
        loss_unit: of the first.
        goals: what is counted beside the loss; none, or some of ``about["goals"]``.
        batch, n_batches: which data batch of how many.
        n_seeds: how many networks were trained at each configuration and data batch, or at some of them.
        about: the recording's own words: split, machine, versions, number of models, seconds; how well the forest
            predicts what it was not grown on.
        optimum: the smallest expected loss of this data batch that was found. The exact minimum of a forest is a hard
            combinatorial problem; ``forests.lowest`` says how it was searched, at the recording.
    """

    def __init__(self, sampled: Sampled, batch: int = 0, goals: Sequence[str] = ()) -> None:
        if not sampled.forests:
            raise ValueError(f"{sampled.name} has no forests yet; grow them with sample_files.fit")
        super().__init__(sampled.name, sampled.space, sampled.losses.shape, sampled.about, batch)
        there = sampled.about.get("goals", {})
        for goal in [goals] if isinstance(goals, str) else goals:
            if isinstance(goals, str) or goal not in there:
                raise ValueError(
                    f"goals of {sampled.name} must be a list with names of {', '.join(there) or 'none'}, got {goals!r}"
                )
        self.goals = tuple(goals)
        self.loss_names = (*self.loss_names, *self.goals)
        self._sampled, self._point = sampled, Places(sampled.space)
        self.optimum = float(sampled.about["optima"][batch]["loss"])

    def __repr__(self) -> str:
        tuned = f"{len(self._sampled.configs)} configurations of {', '.join(self.space.names)}"
        return f"<SampledLandscape {self.name}: {tuned}; batch {self.batch} of {self.n_batches}, {self.n_seeds} seeds>"

    def expected(self, config: Mapping[str, Any]) -> float:
        """The loss without its noise: the surface, which is the mean over the recorded seeds."""
        return self._look_up_one(config, MEAN)

    def evaluate(
        self, configs: Sequence[Mapping[str, Any]], *, seeds: Sequence[int], fidelity: float | None = None
    ) -> NDArray[np.float64]:
        """The losses of K configurations, shape (K,), each with the noise of recorded seed ``seed % n_seeds``.

        With goals the shape is (K, m): the losses, then what is counted.

        Raises:
            ValueError: as of ``RecordedObjective.evaluate``.
        """
        losses = super().evaluate(configs, seeds=seeds, fidelity=fidelity)
        if not self.goals:
            return losses
        from hpo_tutor.problems import tasks  # only who counts waits for the libraries that train

        full = [{**self.space.fixed, **config} for config in configs]
        return np.column_stack([losses, tasks.count(self.about["task"], full, self.goals)])

    def draw(self, seed: int) -> "SampledLandscape":
        """The landscape of data batch ``seed % n_batches``."""
        return SampledLandscape(self._sampled, seed % self.n_batches, self.goals)

    @property
    def optimum_config(self) -> dict[str, Any]:
        """Where the optimum lies, fixed values included."""
        return {**self.about["optima"][self.batch]["config"], **self.space.fixed}

    @property
    def minimisers(self) -> NDArray[Any]:
        """Where the optimum lies, shape (1, d), in the order of the space's names; nan where one is switched off.

        Objects where options are texts.
        """
        values = [self.optimum_config.get(name, np.nan) for name in self.space.names]
        return np.array([values], dtype=object if any(isinstance(value, str) for value in values) else np.float64)

    def _look_up(self, configs: Sequence[Mapping[str, Any]], rows: NDArray[np.int64]) -> NDArray[np.float64]:
        points = np.array([self._point(config) for config in configs], dtype=np.float32).reshape(-1, self.space.n_dims)
        losses: NDArray[np.float64] = self._tables[0](points, rows)
        return losses

    def _look_up_one(self, config: Mapping[str, Any], row: int) -> float:
        return float(self._tables[1](self._point(config), row))

    @cached_property
    def _tables(self) -> tuple[Callable[..., NDArray[np.float64]], Callable[..., float]]:
        """From points and rows to losses, many or one. Made at the first look-up: loading need not wait for numba."""
        from hpo_tutor.problems.landscapes import walks

        forest = self._sampled.forests[self.batch]
        repeated = self._sampled.repeated
        losses = self._sampled.losses[self.batch].astype(np.float64)[:, repeated]
        ratios = losses / losses.mean(axis=0)
        columns = np.ascontiguousarray(self._sampled.points[repeated].T)
        domains = self._sampled.domains.values()
        unordered = np.array([isinstance(domain, Choice) and not domain.ordered for domain in domains])
        kept = (forest.nodes, forest.starts, forest.n_levels, columns, unordered, ratios)
        return partial(walks.look_up, *kept), partial(walks.look_up_one, *kept)
