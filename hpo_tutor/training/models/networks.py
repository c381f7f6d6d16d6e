"""How does a network of a population look as a plain module of torch?

Rows go in and come out as they stand in ``Data``: (n, features), an image as height x width x channels, pixel by pixel.
"""

import itertools
import math
from collections.abc import Iterator, Sequence

import torch
from torch import nn

from hpo_tutor.training.models.architecture import (
    Activation,
    Convolution,
    Dense,
    Dropout,
    Layer,
    Network,
    Normalisation,
    Pooling,
    Shape,
    Upsampling,
)


class ToImages(nn.Module):
    """Rows (n, height * width * channels) as torch's images, (n, channels, height, width)."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        """The images."""
        return rows.view(-1, *self.shape).permute(0, 3, 1, 2)

    def extra_repr(self) -> str:
        """What stands between the brackets when it is printed."""
        return "height={}, width={}, channels={}".format(*self.shape)


class ToRows(nn.Module):
    """The way back."""

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """The rows."""
        return images.permute(0, 2, 3, 1).flatten(1)


def build(network: Network, tensors: Sequence[torch.Tensor], dropout: float = 0.0) -> nn.Sequential:
    """The network as a plain module on the processor, in float64, in evaluation mode.

    Args:
        network: its layers.
        tensors: what they hold, in the order and shapes of ``Stream.weights``.
        dropout: the share that its dropout layers drop once it is put into training mode.
    """
    modules: list[nn.Module] = []
    images = False  # what has come so far: images of torch, or rows
    for layer in network:
        flat = isinstance(layer, Dense | Dropout) or len(layer.inputs) == 1
        if images is flat:
            modules.append(ToRows() if flat else ToImages(layer.inputs))
            images = not flat
        modules.append(nn.Dropout(dropout) if isinstance(layer, Dropout) else _module(layer))
    if images:
        modules.append(ToRows())
    net = nn.Sequential(*modules)
    with torch.no_grad():
        for place, tensor in zip(held(net, network), tensors, strict=True):
            place.copy_(tensor)
    return net.eval()


def held(net: nn.Sequential, network: Network) -> list[torch.Tensor]:
    """What a network from ``build`` holds: views of its own tensors, in the order and shapes of ``Stream.weights``."""
    modules = (module for module in net if not isinstance(module, ToImages | ToRows))
    return list(itertools.chain.from_iterable(map(_held, modules, network)))


def _module(layer: Layer) -> nn.Module:
    """The layer in torch's words."""
    match layer:
        case Dense():
            return nn.Linear(math.prod(layer.inputs), math.prod(layer.to), layer.bias, dtype=torch.float64)
        case Convolution():
            return nn.Conv2d(
                layer.inputs[2],
                layer.filters,
                layer.kernel,
                layer.stride,
                padding=layer.kernel // 2,
                bias=layer.bias,
                dtype=torch.float64,
            )
        case Pooling():
            return nn.MaxPool2d(layer.size)
        case Upsampling():
            return nn.Upsample(scale_factor=layer.size)
        case Normalisation():
            if len(layer.inputs) == 1:
                return nn.BatchNorm1d(layer.inputs[0], dtype=torch.float64)
            return nn.BatchNorm2d(layer.inputs[2], dtype=torch.float64)
        case Activation():
            return nn.ReLU() if layer.name == "relu" else nn.Tanh()
    raise NotImplementedError(f"no module of torch for {layer}")


def _held(module: nn.Module, layer: Layer) -> Iterator[torch.Tensor]:
    """The tensors of one module, as the layer names their axes."""
    if isinstance(module, nn.Linear):
        assert isinstance(layer, Dense)
        yield module.weight.T.view(*layer.inputs, *layer.to)
        if layer.bias:
            yield module.bias.view(layer.to)
    elif isinstance(module, nn.Conv2d):
        yield module.weight.permute(2, 3, 1, 0)
        if module.bias is not None:
            yield module.bias
    elif isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d):
        assert module.running_mean is not None
        assert module.running_var is not None
        yield from (module.weight, module.bias, module.running_mean, module.running_var)
