"""Which option of each menu is cheapest? A search space without any neighbours, made up for one race.

cost  (4, 6)  what each option of each choice adds to the loss, drawn anew for each member
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.search_space import Choice, SearchSpace

Array = NDArray[np.float64]

OPTIONS = "abcdef"
N_CHOICES = 4


@dataclass(frozen=True)
class Menus:
    """An objective: four choices of six options without an order; the loss is the sum of what the chosen ones cost.

    Attributes:
        member: which costs; each option's is drawn between 0 and 1.
    """

    member: int = 0
    loss_names: tuple[str, ...] = ("loss",)

    @property
    def space(self) -> SearchSpace:
        """The four choices."""
        return SearchSpace({f"choice_{i}": Choice(list(OPTIONS)) for i in range(N_CHOICES)})

    @property
    def cost(self) -> Array:
        """What each option adds to the loss, (4, 6)."""
        return np.random.default_rng(self.member).random((N_CHOICES, len(OPTIONS)))

    @property
    def optimum(self) -> float:
        """The loss of the cheapest options."""
        return float(self.cost.min(axis=1).sum())

    def draw(self, seed: int) -> "Menus":
        """The costs of a lap."""
        return Menus(seed)

    def expected(self, config: Mapping[str, Any]) -> float:
        """The loss; there is no noise."""
        return float(sum(self.cost[i, OPTIONS.index(config[f"choice_{i}"])] for i in range(N_CHOICES)))

    __call__ = expected

    def evaluate(
        self, configs: Sequence[Mapping[str, Any]], *, seeds: Sequence[int], fidelity: float | None = None
    ) -> Array:
        """The losses of K configurations, shape (K,)."""
        return np.array([self.expected(config) for config in configs])
