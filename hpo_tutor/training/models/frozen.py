"""What does a network that is trained no further make of images, and how well does a head on top of it do?

``Data(features(body(network), images), ...)`` are rows on which an ``MLP`` is a dense head.
``rebuild(layers, weights(network, layers))`` is the same network again: in between, the weights may lie in a file.
"""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import nn

from hpo_tutor.training.models.architecture import Network
from hpo_tutor.training.models.networks import build, held


def features(network: nn.Module, images: ArrayLike, batch_size: int = 256) -> NDArray[np.float64]:
    """What a network puts out, row by row; its weights, running statistics and mode stay as they are.

    Args:
        network: takes rows (n, n_inputs) and gives (n, ...), such as ``body(population.network(i))``.
        images: shape (n, n_inputs), n >= 1, pixel by pixel: height x width x channels.
        batch_size: rows at a time, which bounds the memory.

    Returns:
        shape (n, n_features).

    Raises:
        ValueError: the images are no table of rows, or batch_size is below 1.
    """
    rows = np.asarray(images, dtype=np.float64)
    if rows.ndim != 2 or len(rows) == 0:
        raise ValueError(f"images must have shape (n >= 1, n_inputs), got {rows.shape}; flatten each image to a row")
    if batch_size < 1:
        raise ValueError(f"batch_size must be at least 1, got {batch_size}")
    like = next(network.parameters(), torch.empty(0, dtype=torch.float64))
    modes = [(module, module.training) for module in network.modules()]
    network.eval()
    try:
        with torch.no_grad():
            blocks = torch.split(torch.tensor(rows, dtype=like.dtype, device=like.device), batch_size)
            return torch.cat([network(block).flatten(1).double().cpu() for block in blocks]).numpy()
    finally:
        for module, mode in modes:
            module.training = mode


def body(network: nn.Sequential) -> nn.Sequential:
    """All modules before the last nn.Linear, shared with ``network``: what is left when the head is cut off.

    Raises:
        ValueError: there is no nn.Linear.
    """
    heads = [i for i, module in enumerate(network) if isinstance(module, nn.Linear)]
    if not heads:
        raise ValueError("the network has no nn.Linear, so it has no head to cut off; pass it to features as it is")
    return nn.Sequential(*list(network)[: heads[-1]])


def weights(network: nn.Sequential, layers: Network) -> list[NDArray[np.float64]]:
    """Copies of what a network from ``Population.network`` holds, to be kept in a file; ``rebuild`` is the way back.

    Args:
        network: of these layers.
        layers: as ``model.layers(...)`` names them; each array has the shape and place that ``architecture`` says.
    """
    return [tensor.detach().double().cpu().numpy().copy() for tensor in held(network, layers)]


def rebuild(layers: Network, weights: Sequence[ArrayLike]) -> nn.Sequential:
    """The network of these layers and weights, on the processor, in float64, in evaluation mode.

    Raises:
        ValueError: there are more or fewer arrays than the layers hold, or one has another shape.
    """
    tensors = [torch.tensor(np.asarray(array, dtype=np.float64)) for array in weights]
    wanted = [tensor.shape for layer in layers for tensor in (*layer.tensors, *layer.statistics)]
    found = [tuple(tensor.shape) for tensor in tensors]
    if found != wanted:
        raise ValueError(f"the layers hold arrays of shapes {wanted}, got {found}; give those that weights() returned")
    return build(layers, tensors)
