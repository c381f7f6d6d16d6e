"""Where do a model's random numbers come from? From its own seed alone, so that company never changes a loss.

    K, B   models, rows of a step
    epoch  number of the epoch, from 1

Initial weights and the order of the rows come from generators, one for each model and purpose. Noise and dropout are
needed for every number of every step, on a GPU too: they are hashes of (model, epoch, row, place in the layer), which
any device computes for all models at once and in any order.
"""

import numpy as np
import torch

from hpo_tutor.training.models.architecture import Network, Shape

# one stream for each purpose, so that a wider network still sees the rows in the same order; further
# dropout layers count on from DROPOUT
WEIGHTS, ORDER, NOISE, DROPOUT = 0, 1, 2, 3
# (whoever changes these numbers: ``kernels`` has them in its machine code, and is compiled again when it changes)
# multipliers and shifts of a 32-bit finaliser with little bias (C. Wellons, hash-prospector, "lowbias32")
FIRST, SECOND = 0x7FEB352D, 0x846CA68B - 2**32
STEPS = (0x9E3779B1 - 2**32, 0x85EBCA6B - 2**32, 0x27D4EB2F)  # odd, one for each axis of a layer
FINE = 2**22  # a normal draw comes from 23 bits: exact in float32, and never infinite


class Stream:
    """The random numbers of one model, the same on every device and in every company."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._order = torch.Generator().manual_seed(self._state(ORDER))

    def weights(self, network: Network) -> list[torch.Tensor]:
        """How the tensors of a network start, float64, layer by layer; statistics after what is learned."""
        generator = torch.Generator().manual_seed(self._state(WEIGHTS))
        start = []
        for layer in network:
            for shape, bound, centre in (*layer.tensors, *layer.statistics):
                if bound:
                    draws = torch.rand(shape, generator=generator, dtype=torch.float64)
                    start.append(centre + bound * (2 * draws - 1))
                else:
                    start.append(torch.full(shape, centre, dtype=torch.float64))
        return start

    def order(self, n_rows: int) -> torch.Tensor:
        """The order of the rows in the next epoch, shape (n_rows,), int64."""
        return torch.randperm(n_rows, generator=self._order)

    def state(self) -> torch.Tensor:
        """Where the orders stand, bytes as torch's generator gives them; ``restore`` goes on from there."""
        return self._order.get_state()

    def restore(self, state: torch.Tensor) -> None:
        """Go on with the orders where another stream of the same seed stood."""
        self._order.set_state(state)

    def key(self, purpose: int) -> int:
        """What the hashes of that purpose begin with, a whole number of 32 bits with sign."""
        return self._state(purpose) % 2**32 - 2**31

    def _state(self, purpose: int) -> int:
        # torch's generator keeps 32 bits of a seed; hashing first lets seeds that differ above them differ
        return int(np.random.SeedSequence((self._seed, purpose)).generate_state(1, np.uint64)[0])


def places(shape: Shape, device: torch.device) -> torch.Tensor:
    """A word for each place of a layer, int32 of that shape; a place keeps its word in a wider layer."""
    words = torch.zeros(shape, dtype=torch.int32, device=device)
    for axis, (size, step) in enumerate(zip(shape, STEPS, strict=False)):
        along = torch.arange(1, size + 1, dtype=torch.int32, device=device) * step
        words += along.view(-1, *(1,) * (len(shape) - axis - 1))
    return _mixed(words)


def hashes(keys: torch.Tensor, epoch: torch.Tensor, rows: torch.Tensor, words: torch.Tensor) -> torch.Tensor:
    """32 random bits for each model, row and place.

    Args:
        keys: of the models for one purpose, int32, shape (K,).
        epoch: number of the epoch, int32, no axis.
        rows: which training rows each model meets, int64, shape (K, B).
        words: of the places (``places``), int32, any shape.

    Returns:
        int32, shape (K, B, *words.shape), uniform over all whole numbers of 32 bits with sign.
    """
    return bits(row_words(keys, epoch, rows).view(*rows.shape, *(1,) * words.dim()), words)


def row_words(keys: torch.Tensor, epoch: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
    """The part of ``hashes`` that all places share: a word for each model and row, int32, shape (K, B)."""
    return _mixed(rows.int().mul_(STEPS[0]).add_(_mixed(keys ^ epoch * STEPS[1])[:, None]))


def bits(rows: torch.Tensor, words: torch.Tensor) -> torch.Tensor:
    """The other part: 32 random bits wherever a row's word meets a place's, int32, of the shape both broadcast to."""
    mixed = (rows ^ words).mul_(FIRST)
    # the last shift of the finaliser is left out: it mends the lowest bits, which count least here
    return mixed.bitwise_xor_(mixed >> 15 & 0x1FFFF).mul_(SECOND)


def normal(bits: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    """Standard normal draws from random bits, by the inverse of the distribution function; same shape."""
    uniform = (bits >> 9).to(dtype).add_(0.5).mul_(1 / FINE)
    return uniform.erfinv_().mul_(2**0.5)


def kept(bits: torch.Tensor, share: torch.Tensor) -> torch.Tensor:
    """Which numbers dropout keeps: true with probability 1 - share, same shape as ``bits``.

    Args:
        bits: as from ``hashes``, shape (K, B, ...).
        share: how many are dropped, float64, shape (K,), from 0 to below 1.
    """
    threshold = (share * 2**32 - 2**31).round().clamp(max=2**31 - 1).int()
    return bits >= threshold.view(-1, *(1,) * (bits.dim() - 1))


def _mixed(words: torch.Tensor) -> torch.Tensor:
    """Each word as another, one to one and without a pattern; int32."""
    words = (words ^ (words >> 16 & 0xFFFF)) * FIRST
    words = (words ^ (words >> 15 & 0x1FFFF)) * SECOND
    return words ^ (words >> 16 & 0xFFFF)
