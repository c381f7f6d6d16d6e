"""What if some hyperparameters are left alone? The same losses, searched over the others.

A recorded landscape of five hyperparameters thus is one of four or of three.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


class WithFixed:
    """An objective of which some hyperparameters keep a value; its optimum stays that of the whole surface.

    Args:
        objective: a landscape or a function: it has ``optimum`` and ``expected``.
        values: hyperparameter's name -> its value.

    Raises:
        ValueError: a name is not tuned there, or its value is outside its domain.
    """

    def __init__(self, objective: Any, **values: Any) -> None:
        self.objective, self.values = objective, values
        self.loss_names, self.optimum = objective.loss_names, objective.optimum
        self.loss_unit = getattr(objective, "loss_unit", "")
        self.member = getattr(objective, "member", 0)
        self.space = objective.space.fix(**values)

    def __repr__(self) -> str:
        said = ", ".join(f"{name}={value!r}" for name, value in self.values.items())
        return f"<{self.objective!r} with {said}>"

    def __call__(self, config: Mapping[str, Any]) -> float:
        """The loss of one configuration, with the fixed values or without them."""
        return float(self.objective({**self.values, **config}))

    def evaluate(
        self, configs: Sequence[Mapping[str, Any]], *, seeds: Sequence[int], fidelity: float | None = None
    ) -> NDArray[np.float64]:
        """The losses of K configurations, shape (K,)."""
        whole = [{**self.values, **config} for config in configs]
        return np.asarray(self.objective.evaluate(whole, seeds=seeds, fidelity=fidelity))

    def expected(self, config: Mapping[str, Any]) -> float:
        """The loss without its noise."""
        return float(self.objective.expected({**self.values, **config}))

    def draw(self, seed: int) -> "WithFixed":
        """The member of the objective's family, with the same values fixed."""
        member = self.objective.draw(seed) if hasattr(self.objective, "draw") else self.objective
        return WithFixed(member, **self.values)
