"""What if networks are chosen by name, from a list? A recorded landscape with one choice that has no order.

The surface is "digits-cnn-9": losses of convolutional networks that really trained, fitted by boosted trees. Layers,
width of the convolution and pooling are hidden behind the names; the list stands in another order in each lap.
"""

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.problems.landscapes import SampledLandscape
from hpo_tutor.search_space import Choice, SearchSpace

RATES = (1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 1e-2, 2e-2, 5e-2, 1e-1)
BATCHES = (32, 64, 128, 256)
FIXED = {"epochs": 16, "dense_layers": 1, "neurons": 32, "dropout": 0.1}
NETWORKS = {
    f"{layers} of {width} px{', pool' if pool == 2 else ''}": {"conv_layers": layers, "kernel": width, "pool": pool}
    for layers, width, pool in product((1, 2, 3), (1, 3, 5), (1, 2))
}


class Menu:
    """Network, learning rate and batch size, each from a list; only the last two lists have an order.

    Args:
        nine: the landscape "digits-cnn-9", on one division of the data.
        lap: shuffles the list of networks.
    """

    loss_names, loss_unit = ("cross_entropy",), "nats"

    def __init__(self, nine: SampledLandscape, lap: int = 0) -> None:
        self.nine, self.member = nine, nine.member
        names = np.random.default_rng(lap).permutation(list(NETWORKS)).tolist()
        self.space = SearchSpace(
            {
                "network": Choice(tuple(names)),
                "learning_rate": Choice(RATES, ordered=True),
                "batch_size": Choice(BATCHES, ordered=True),
            }
        )
        self.optimum = min(self.expected(config) for config in self.configs())

    def configs(self) -> list[dict[str, Any]]:
        """Every configuration there is."""
        options = (domain.options for domain in self.space.domains.values() if isinstance(domain, Choice))
        return [dict(zip(self.space.names, values, strict=True)) for values in product(*options)]

    def __call__(self, config: Mapping[str, Any]) -> float:
        """The loss of one configuration."""
        return self.nine(_spelt(config))

    def evaluate(
        self, configs: Sequence[Mapping[str, Any]], *, seeds: Sequence[int], fidelity: float | None = None
    ) -> NDArray[np.float64]:
        """The losses of K configurations, shape (K,)."""
        return self.nine.evaluate([_spelt(config) for config in configs], seeds=seeds, fidelity=fidelity)

    def expected(self, config: Mapping[str, Any]) -> float:
        """The loss without its noise."""
        return self.nine.expected(_spelt(config))

    def draw(self, seed: int) -> "Menu":
        """The menu of a lap: its division of the data, and its order of the list."""
        return Menu(self.nine.draw(seed), seed)


def _spelt(config: Mapping[str, Any]) -> dict[str, Any]:
    """The nine hyperparameters behind a name."""
    rest = {name: value for name, value in config.items() if name != "network"}
    return {**FIXED, **NETWORKS[config["network"]], **rest}
