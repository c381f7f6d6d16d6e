"""What would training have given? Losses of random configurations, and between them the surface of a fitted forest.

    d, N         hyperparameters, and recorded configurations
    losses       (n_batches, n_seeds, N)
    expected     the surface: exp(forest), the forest grown on the logarithm of the mean over the seeds
    data batch   which rows were used: one member of the family, ``draw(seed)`` picks it
    seed         the noise: the loss of that seed over the mean of all, at the nearest recorded configuration

These ratios average to 1 over the recorded seeds, so the losses average to the expected one. Nearest is meant in the
unit cube; options without an order are all a whole side of it apart.

A race on it is exact for this surface, and the surface is not the training: where it is lowest it is likely to be too
low. ``about["fitted"]`` and ``about["trained_at_optima"]`` say how far.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.problems.landscapes.base import RecordedObjective
from hpo_tutor.problems.landscapes.sample_files import Sampled
from hpo_tutor.search_space import Choice, Domain, Integer

MEAN = -1  # the row of the table of ratios that is no seed


class SampledLandscape(RecordedObjective):
    """A recorded objective; see ``problems.landscape``.

    Attributes:
        space: the hyperparameters, and the fixed ones.
        loss_names, loss_unit: what was recorded, and its unit.
        batch, n_batches: which data batch of how many.
        n_seeds: how many networks were trained at each configuration and data batch.
        about: the recording's own words: split, machine, versions, number of models, seconds; how well the forest
            predicts what it was not grown on.
        optimum: the smallest expected loss of this data batch that was found. The exact minimum of a forest is a hard
            combinatorial problem; ``forests.lowest`` says how it was searched, at the recording.
    """

    def __init__(self, sampled: Sampled, batch: int = 0) -> None:
        if not sampled.forests:
            raise ValueError(f"{sampled.name} has no forests yet; grow them with sample_files.fit")
        super().__init__(sampled.name, sampled.space, sampled.losses.shape, sampled.about, batch)
        self._sampled = sampled
        self.optimum = float(sampled.about["optima"][batch]["loss"])
        self._places = [(name, _place(domain)) for name, domain in sampled.domains.items()]

    def __repr__(self) -> str:
        tuned = f"{len(self._sampled.configs)} configurations of {', '.join(self.space.names)}"
        return f"<SampledLandscape {self.name}: {tuned}; batch {self.batch} of {self.n_batches}, {self.n_seeds} seeds>"

    def expected(self, config: Mapping[str, Any]) -> float:
        """The loss without its noise: the surface, which is the mean over the recorded seeds."""
        return self._look_up_one(config, MEAN)

    def draw(self, seed: int) -> "SampledLandscape":
        """The landscape of data batch ``seed % n_batches``."""
        return SampledLandscape(self._sampled, seed % self.n_batches)

    @property
    def optimum_config(self) -> dict[str, Any]:
        """Where the optimum lies, fixed values included."""
        return {**self.about["optima"][self.batch]["config"], **self.space.fixed}

    @property
    def minimisers(self) -> NDArray[Any]:
        """Where the optimum lies, shape (1, d), in the order of the space's names; objects where options are texts."""
        values = [self.optimum_config[name] for name in self.space.names]
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
        losses = self._sampled.losses[self.batch].astype(np.float64)
        ratios = losses / losses.mean(axis=0)
        columns = np.ascontiguousarray(self._sampled.points.T)
        domains = self._sampled.domains.values()
        unordered = np.array([isinstance(domain, Choice) and not domain.ordered for domain in domains])
        kept = (forest.nodes, forest.starts, forest.n_levels, columns, unordered, ratios)
        return partial(walks.look_up, *kept), partial(walks.look_up_one, *kept)

    def _point(self, config: Mapping[str, Any]) -> tuple[float, ...]:
        """The place of a configuration in the unit cube, with few checks where nothing is wrong."""
        try:
            point = tuple([place(config[name]) for name, place in self._places])
        except (KeyError, TypeError, ValueError):
            self.space.validate(config)
            return tuple(self.space.to_unit(config).tolist())
        self._check_fixed(config)
        return point


def _place(domain: Domain) -> Callable[[Any], float]:
    """From a hyperparameter's value to its coordinate, several times as fast as the domain itself.

    What it cannot tell at once, such as a number of numpy or one outside the domain, it refuses: the space decides.
    """
    if isinstance(domain, Choice):
        return {option: domain.to_unit(option) for option in domain.options}.__getitem__
    if isinstance(domain, Integer):
        return _whole(domain)
    low, high, log = domain.low, domain.high, domain.log
    begin, span = (math.log(low), math.log(high) - math.log(low)) if log else (low, high - low)

    def place(value: Any) -> float:
        if type(value) is not float or not low <= value <= high:
            raise ValueError
        return ((math.log(value) if log else value) - begin) / span

    return place


def _whole(domain: Integer) -> Callable[[Any], float]:
    known: dict[int, float] = {}  # filled as they are asked for: a domain may be large

    def place(value: Any) -> float:
        if type(value) is not int:
            raise TypeError
        if value not in known:
            if not domain.low <= value <= domain.high:
                raise ValueError
            known[value] = domain.to_unit(value)
        return known[value]

    return place
