"""What if hyperparameters are searched that do nothing? A controlled experiment on a real loss.

The wrapped objective decides the loss; the idle hyperparameters idle_1, idle_2, ... lie between 0 and 1 and change
nothing.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.search_space import Float, SearchSpace


class WithIdle:
    """An objective with further hyperparameters that do nothing.

    Args:
        objective: a landscape or a function: it has ``optimum`` and ``expected``.
        n_idle: how many to add.

    Raises:
        ValueError: n_idle is negative, or the objective has an idle_1 of its own.
    """

    def __init__(self, objective: Any, n_idle: int) -> None:
        if n_idle < 0:
            raise ValueError(f"n_idle must not be negative, it is {n_idle}")
        self.objective, self.n_idle = objective, n_idle
        self.loss_names, self.optimum = objective.loss_names, objective.optimum
        self.loss_unit = getattr(objective, "loss_unit", "")
        self.member = getattr(objective, "member", 0)
        space: SearchSpace = objective.space
        own = {**space.domains, **space.fixed}
        idle = {f"idle_{i + 1}": Float(0, 1) for i in range(n_idle)}
        if taken := own.keys() & idle.keys():
            raise ValueError(f"{objective!r} has {sorted(taken)} already; add all idle hyperparameters at once")
        self.space = SearchSpace({**own, **idle}, constraints=[rule.text for rule in space.constraints])

    def __repr__(self) -> str:
        return f"<{self.objective!r} with {self.n_idle} idle hyperparameters>"

    def __call__(self, config: Mapping[str, Any]) -> float:
        """The loss of one configuration, whatever its idle part."""
        return float(self.objective(self._busy(config)))

    def evaluate(
        self, configs: Sequence[Mapping[str, Any]], *, seeds: Sequence[int], fidelity: float | None = None
    ) -> NDArray[np.float64]:
        """The losses of K configurations, shape (K,), whatever their idle parts."""
        busy = [self._busy(config) for config in configs]
        return np.asarray(self.objective.evaluate(busy, seeds=seeds, fidelity=fidelity))

    def expected(self, config: Mapping[str, Any]) -> float:
        """The loss without its noise."""
        return float(self.objective.expected(self._busy(config)))

    def draw(self, seed: int) -> "WithIdle":
        """The member of the objective's family, with the same number of idle hyperparameters."""
        member = self.objective.draw(seed) if hasattr(self.objective, "draw") else self.objective
        return WithIdle(member, self.n_idle)

    def _busy(self, config: Mapping[str, Any]) -> dict[str, Any]:
        space = self.objective.space
        return {name: value for name, value in config.items() if name in space.domains or name in space.fixed}
