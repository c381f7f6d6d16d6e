"""What if the switches of a space are forgotten? The same losses, searched as if every hyperparameter always existed.

dead value   that of a hyperparameter which the others switch off: it is in the config, and changes nothing
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

_PASSED_ON = ("optimum", "member", "goals", "loss_unit")  # as far as the objective has them


class Flat:
    """An objective that is searched without its conditions, and evaluated without the dead values.

    It has ``optimum``, ``member``, ``goals``, ``loss_unit`` and ``expected(config)`` where the objective does.

    Args:
        objective: any objective; one whose space has no conditions stays as it is.

    Attributes:
        objective: the objective itself.
        space: all its hyperparameters, none under a condition; see ``SearchSpace.flat``.
        loss_names: those of the objective.
    """

    def __init__(self, objective: Any) -> None:
        self.objective = objective
        self.space = objective.space.flat()
        self.loss_names: tuple[str, ...] = objective.loss_names

    def __repr__(self) -> str:
        return f"<{self.objective!r} without conditions>"

    def __getattr__(self, name: str) -> Any:
        if name in _PASSED_ON:
            return getattr(self.objective, name)
        if name == "expected":  # known of formulas and landscapes, not of what trains
            expected = self.objective.expected
            return lambda config: float(expected(self.objective.space.pruned(config)))
        raise AttributeError(f"{type(self).__name__} has no {name!r}; its .objective may")

    def __call__(self, config: Mapping[str, Any]) -> float:
        """The (first) loss of one configuration, whatever its dead values."""
        return float(self.objective(self.objective.space.pruned(config)))

    def evaluate(
        self, configs: Sequence[Mapping[str, Any]], *, seeds: Sequence[int], fidelity: float | None = None
    ) -> NDArray[np.float64]:
        """The losses of K configurations, shape (K,) or (K, m), whatever their dead values."""
        alive = [self.objective.space.pruned(config) for config in configs]
        return np.asarray(self.objective.evaluate(alive, seeds=seeds, fidelity=fidelity))

    def draw(self, seed: int) -> "Flat":
        """The member of the objective's family, or the objective itself, without its conditions."""
        return Flat(self.objective.draw(seed)) if hasattr(self.objective, "draw") else self
