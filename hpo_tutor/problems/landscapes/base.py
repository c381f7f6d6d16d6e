"""What do all recorded objectives have in common? Losses that are looked up, with the noise of a recorded seed.

K    number of configurations
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.search_space import SearchSpace


class RecordedObjective(ABC):
    """One data batch of a recorded table.

    Args:
        name: of the landscape.
        space: what was tuned, and what was fixed.
        shape: (n_batches, n_seeds, ...) of the recorded losses.
        about: what the table's metadata say.
        batch: the data batch.

    Raises:
        ValueError: there is no such batch.
    """

    def __init__(
        self, name: str, space: SearchSpace, shape: tuple[int, ...], about: Mapping[str, Any], batch: int
    ) -> None:
        self.n_batches, self.n_seeds = shape[:2]
        if not 0 <= batch < self.n_batches:
            raise ValueError(f"batch must lie in 0..{self.n_batches - 1}, got {batch}; {name} has no other")
        self.name, self.batch, self.member, self.about, self.space = name, batch, batch, about, space
        self.loss_names: tuple[str, ...] = (about["loss_name"],)
        self.loss_unit = about["loss_unit"]
        self._fixed = tuple(space.fixed.items())

    def __call__(self, config: Mapping[str, Any]) -> float:
        """The loss of one configuration at the first recorded seed."""
        return self._look_up_one(config, 0)

    def evaluate(
        self, configs: Sequence[Mapping[str, Any]], *, seeds: Sequence[int], fidelity: float | None = None
    ) -> NDArray[np.float64]:
        """The losses of K configurations, shape (K,), each with the noise of recorded seed ``seed % n_seeds``.

        Raises:
            ValueError: a configuration does not belong to the space, lengths differ, or a fidelity is asked for.
        """
        if fidelity is not None:
            raise ValueError(f"{self.name} was recorded at full fidelity only, got fidelity={fidelity}; leave it out")
        if len(configs) != len(seeds):
            raise ValueError(f"each configuration needs one seed, got {len(configs)} and {len(seeds)}")
        if len(configs) == 1:
            return np.array([self._look_up_one(configs[0], seeds[0] % self.n_seeds)])
        return self._look_up(configs, np.array([seed % self.n_seeds for seed in seeds], dtype=np.int64))

    @abstractmethod
    def _look_up(self, configs: Sequence[Mapping[str, Any]], rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """The losses of K configurations with the noise of these rows, shape (K,)."""

    @abstractmethod
    def _look_up_one(self, config: Mapping[str, Any], row: int) -> float:
        """The same for one configuration, as quickly as can be: races ask one by one."""

    def _check_fixed(self, config: Mapping[str, Any]) -> None:
        """Refuse what is neither tuned nor a fixed value, at a tenth of what a full check costs."""
        n_more = len(config) - self.space.n_dims
        if n_more and (n_more != len(self._fixed) or any(config.get(name) != value for name, value in self._fixed)):
            self.space.validate(config)
