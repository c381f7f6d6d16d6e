"""Where do a model's random numbers come from? From its own seed alone, so that company never changes a loss.

P   number of parameters of one network: for each layer its weights (inputs x outputs, row by row), then its biases
"""

import itertools
import math
from collections.abc import Sequence

import numpy as np
import torch

# one stream for each purpose, so that a wider network still sees the rows in the same order
WEIGHTS, ORDER = 0, 1


class Stream:
    """The random numbers of one model, the same on every device and in every company."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._order = self._generator(ORDER)

    def weights(self, sizes: Sequence[int]) -> torch.Tensor:
        """Initial parameters, shape (P,), float64: uniform within 1/sqrt(n_in), as torch.nn.Linear does."""
        generator = self._generator(WEIGHTS)
        layers = []
        for n_in, n_out in itertools.pairwise(sizes):
            draws = torch.rand((n_in + 1) * n_out, generator=generator, dtype=torch.float64)
            layers.append((2 * draws - 1) / math.sqrt(n_in))
        return torch.cat(layers)

    def order(self, n_rows: int) -> torch.Tensor:
        """The order of the rows in the next epoch, shape (n_rows,), int64."""
        return torch.randperm(n_rows, generator=self._order)

    def _generator(self, purpose: int) -> torch.Generator:
        # torch's generator keeps 32 bits of a seed; hashing first lets seeds that differ above them differ
        state = np.random.SeedSequence((self._seed, purpose)).generate_state(1, np.uint64)
        return torch.Generator().manual_seed(int(state[0]))
