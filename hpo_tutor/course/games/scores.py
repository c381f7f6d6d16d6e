"""What is a loss worth on rows that had no say? The same networks, scored on three sets of pictures.

validation, test   120 rows each: few, so that luck can be seen
future             1,197 rows, which nobody looks at before the end
"""

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.problems import datasets
from hpo_tutor.search_space import Float, SearchSpace
from hpo_tutor.training import MLP, Data, Population

TRAIN, VALIDATION, TEST = 360, 120, 120
SPACE = SearchSpace(learning_rate=Float(1e-3, 1e-1, log=True), l2=Float(1e-6, 1e-2, log=True))
NETWORK = MLP(hidden=(16,), task="classification", n_outputs=10)
FIXED = {"epochs": 6, "batch_size": 64}


def scores_of(division: int, n_networks: int = 20) -> NDArray[np.float64]:
    """Cross-entropies in nats of networks with random hyperparameters, shape (3, n_networks).

    The first row holds the losses on the validation rows, the second on the test rows, the third on future rows. A
    population is scored on one set, so the networks are trained three times; equal settings and seeds make them equal.

    Args:
        division: seeds the division of the handwritten digits into the four sets, and the hyperparameters.
        n_networks: how many networks.
    """
    digits = datasets.load("digits")
    inputs, labels = digits.inputs.reshape(len(digits), -1) / 16, digits.target
    rng = np.random.default_rng(division)
    train, *others = np.split(rng.permutation(len(labels)), np.cumsum([TRAIN, VALIDATION, TEST]))
    configs = [SPACE.sample(rng) for _ in range(n_networks)]
    settings = {name: [config[name] for config in configs] for name in SPACE.names} | FIXED
    sets = [Data(inputs[train], labels[train], inputs[rows], labels[rows]) for rows in others]
    return np.array([Population(NETWORK, rows, settings, range(n_networks)).train() for rows in sets])
