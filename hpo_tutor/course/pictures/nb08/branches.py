"""Which of three models, and with what settings? A conditional search space, made up for one race.

bowl  (3,)    what each model costs at best, drawn anew for each member; one of them costs nothing
best  (3, 2)  where each model's own two hyperparameters are best
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.search_space import Choice, Domain, Float, SearchSpace

Array = NDArray[np.float64]

MODELS = "abc"
N_OWN = 2


@dataclass(frozen=True)
class Branches:
    """An objective: a choice of three models, each with two hyperparameters that exist for no other.

    The loss is the model's bowl and the distances of both from where they are best, added up.

    Attributes:
        member: which bowls.
    """

    member: int = 0
    optimum: float = 0.0
    loss_names: tuple[str, ...] = ("loss",)

    @property
    def space(self) -> SearchSpace:
        """The model, and two hyperparameters from 0 to 1 for each."""
        domains: dict[str, Domain] = {"model": Choice(list(MODELS))}
        for model in MODELS:
            domains |= {f"{model}{i}": Float(0, 1, when=f"model == '{model}'") for i in range(N_OWN)}
        return SearchSpace(domains)

    def bowls(self) -> tuple[Array, Array]:
        """(bowl, best); one model is better at best than the others by 0.1 at least."""
        rng = np.random.default_rng(self.member)
        bowl = np.append(0.0, rng.uniform(0.1, 0.5, len(MODELS) - 1))
        rng.shuffle(bowl)
        return bowl, rng.uniform(0.1, 0.9, (len(MODELS), N_OWN))

    def draw(self, seed: int) -> "Branches":
        """The bowls of a lap."""
        return Branches(seed)

    def expected(self, config: Mapping[str, Any]) -> float:
        """The loss; there is no noise."""
        model = MODELS.index(config["model"])
        bowl, best = self.bowls()
        own = np.array([config[f"{config['model']}{i}"] for i in range(N_OWN)])
        return float(bowl[model] + np.abs(own - best[model]).sum())

    __call__ = expected

    def evaluate(
        self, configs: Sequence[Mapping[str, Any]], *, seeds: Sequence[int], fidelity: float | None = None
    ) -> Array:
        """The losses of K configurations, shape (K,)."""
        return np.array([self.expected(config) for config in configs])
