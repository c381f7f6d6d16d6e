"""Where does the walk in fog take place? Networks on the handwritten digits, live and as they were recorded.

width   units in the hidden layer, one of WIDTHS
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpo_tutor import problems
from hpo_tutor.problems import tasks
from hpo_tutor.problems.landscapes import Landscape
from hpo_tutor.search_space import Choice, Domain, Float, SearchSpace
from hpo_tutor.training import Data

NAME, TASK = "digits-width", "digits"
WIDTHS = (4, 8, 16, 32, 64)
LEARNING_RATE, L2 = Float(1e-4, 1e-1, log=True), Float(1e-6, 1e-1, log=True)
TUNED: Mapping[str, Domain] = {"learning_rate": LEARNING_RATE, "width": Choice(WIDTHS, ordered=True), "l2": L2}
FIXED = {"epochs": 20, "batch_size": 128}
BASELINE: Mapping[str, Any] = {"learning_rate": 1e-3, "width": 8, "l2": 1e-5, **FIXED}
"""Where a cautious person begins: the optimiser's usual step, a small network, next to no penalty."""


def space() -> SearchSpace:
    """What is tuned in the walk, between which bounds; the same live and recorded."""
    return SearchSpace({**TUNED, **FIXED})


def trained() -> Any:
    """The objective that trains a network for each step of the walk, see ``problems.live``."""
    return problems.live(TASK, {**TUNED, **FIXED})


class Ground:
    """What the walk would have met everywhere: the recorded landscape of one data batch, at the five widths.

    Args:
        batch: the data batch; the walk itself takes place on batch 0.

    Attributes:
        space: that of the walk.
        loss_names, loss_unit: ("cross_entropy",) and "nats".
        member: the data batch.
    """

    def __init__(self, batch: int = 0) -> None:
        self.landscape: Landscape = problems.landscape(NAME, batch=batch)
        self.space = space()
        self.loss_names, self.loss_unit = self.landscape.loss_names, self.landscape.loss_unit
        self.member = batch

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.landscape!r}>"

    def __call__(self, config: Mapping[str, Any]) -> float:
        """The loss of one configuration at the first recorded seed."""
        return self.landscape(config)

    def evaluate(
        self, configs: Sequence[Mapping[str, Any]], *, seeds: Sequence[int], fidelity: float | None = None
    ) -> NDArray[np.float64]:
        """The recorded losses of K configurations, shape (K,), with their noise."""
        for config in configs:
            self.space.validate(config)
        return self.landscape.evaluate(configs, seeds=seeds, fidelity=fidelity)

    def expected(self, config: Mapping[str, Any]) -> float:
        """The loss without its noise: the mean over the recorded seeds."""
        return self.landscape.expected(config)

    @property
    def optimum(self) -> float:
        """The smallest expected loss."""
        return self.landscape.optimum

    @property
    def optimum_config(self) -> dict[str, Any]:
        """Where it lies."""
        return self.landscape.optimum_config

    @property
    def rows(self) -> Data:
        """The pictures of this data batch, standardised: training and validation inputs and labels."""
        return tasks.rows(TASK, self.member).data

    def surface(self, width: int) -> NDArray[np.float64]:
        """Expected losses at one width: a row for each L2, a column for each learning rate, lowest first."""
        return self.landscape.grid().losses[:, :, WIDTHS.index(width)].T


class Grounds(Ground):
    """The same for all ten data batches, for races: ``draw`` gives each lap its own."""

    def draw(self, seed: int) -> Ground:
        """The ground of data batch ``seed % 10``."""
        return _ground(seed % self.landscape.n_batches)


@cache  # a race comes back to each of them in every tenth lap
def _ground(batch: int) -> Ground:
    return Ground(batch)
