"""Where do the numbers of K models lie? In one tensor (K, P), a row for each model, layer after layer.

    block     what one layer learns, (K, inputs + 1, outputs): its weights and, as the last row, its biases if it
              has some; of a normalisation (K, 2, channels): scale and shift
    corner    a narrower model fills the first places of each tensor, the others stay zero: what is zero there
              adds nothing to any sum and gets no gradient

Inside a stack images lie channel by channel, (channels, height, width); ``tensors`` are views in the order of
``architecture``, whatever the order in memory.
"""

import itertools
import math

import torch

from hpo_tutor.training.models.architecture import Convolution, Dense, Layer, Network, Normalisation, Shape

ALIGNED = 16  # numbers: a model begins where a vector register can load


def channels_first(shape: Shape) -> Shape:
    """(height, width, channels) as (channels, height, width); other shapes as they are."""
    return (*shape[-1:], *shape[:-1])


class Layout:
    """Which columns of (K, P) hold what: first all that is learned, then the statistics.

    Attributes:
        network: the layers of the widest model.
        n_learned: columns that the optimiser changes.
        n_numbers: all columns, P.
    """

    def __init__(self, network: Network) -> None:
        self.network = network
        learned = [math.prod(_block(layer)) for layer in network]
        kept = [sum(math.prod(tensor.shape) for tensor in layer.statistics) for layer in network]
        self.n_learned = math.ceil(sum(learned) / ALIGNED) * ALIGNED
        self.n_numbers = self.n_learned + sum(kept)
        self._learned = list(itertools.accumulate(learned, initial=0))
        self._kept = list(itertools.accumulate(kept, initial=self.n_learned))

    def block(self, flat: torch.Tensor, i: int) -> torch.Tensor:
        """What the i-th layer learns, a view (K, rows, columns) of ``flat`` (K, n_learned or more)."""
        return flat[:, self._learned[i] : self._learned[i + 1]].view(len(flat), *_block(self.network[i]))

    def statistics(self, flat: torch.Tensor, i: int) -> torch.Tensor:
        """Running mean and variance of the i-th layer, a view (K, 2, channels) of ``flat`` (K, P)."""
        return flat[:, self._kept[i] : self._kept[i + 1]].view(len(flat), 2, -1)

    def tensors(self, flat: torch.Tensor) -> list[torch.Tensor]:
        """Views of ``flat`` (K, P) in the order and shapes of ``Stream.weights``, each (K, *shape)."""
        views: list[torch.Tensor] = []
        for i, layer in enumerate(self.network):
            if layer.tensors:
                views += _views(layer, self.block(flat, i))
            if layer.statistics:
                views += self.statistics(flat, i).unbind(1)
        return views


def corner(tensor: torch.Tensor, shape: Shape) -> torch.Tensor:
    """The first places along every axis."""
    return tensor[tuple(slice(size) for size in shape)]


def _block(layer: Layer) -> Shape:
    """Rows and columns of what a layer learns."""
    if isinstance(layer, Dense):
        return math.prod(layer.inputs) + layer.bias, math.prod(layer.to)
    if isinstance(layer, Convolution):
        return layer.kernel**2 * layer.inputs[2] + layer.bias, layer.filters
    return (2, layer.inputs[-1]) if isinstance(layer, Normalisation) else (0, 0)


def _views(layer: Layer, block: torch.Tensor) -> list[torch.Tensor]:
    """The block (K, rows, columns) of a layer as its tensors."""
    if isinstance(layer, Normalisation):
        return list(block.unbind(1))
    if isinstance(layer, Convolution):
        first: Shape = (layer.kernel, layer.kernel, layer.inputs[2])
        last: Shape = (layer.filters,)
        weights = block[:, : math.prod(first)].view(-1, *first, *last)
    else:
        assert isinstance(layer, Dense)
        first, last = layer.inputs, layer.to
        swapped = block[:, : math.prod(first)].view(-1, *channels_first(first), *channels_first(last))
        weights = swapped.movedim(1, len(first)).movedim(1 + len(first), len(first) + len(last))
    if not layer.bias:
        return [weights]
    return [weights, block[:, -1].view(-1, *channels_first(last)).movedim(1, len(last))]
