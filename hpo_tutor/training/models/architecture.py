"""Of which layers does a network consist, and which numbers does each layer hold?

A shape leaves out models and rows: (features,), or (height, width, channels) of an image. A layer's tensors stand in
one order everywhere: weights, biases; of a normalisation scale, shift, running mean, running variance.

Weights are indexed by what they multiply first and what they make last: (*inputs, *outputs) of a dense layer, (kernel,
kernel, channels, filters) of a convolution. So a narrower network's tensors are the first corner of a wider one's.
There is no bias before a normalisation, which would take it away again.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

Shape = tuple[int, ...]


class Tensor(NamedTuple):
    """The shape of a tensor and how it starts: uniform within ``bound`` of ``centre``."""

    shape: Shape
    bound: float = 0.0
    centre: float = 0.0


@dataclass(frozen=True)
class Layer:
    """What stands between two shapes; ``tensors`` are learned, ``statistics`` are kept on the way."""

    inputs: Shape

    @property
    def outputs(self) -> Shape:
        """The shape of what the layer puts out."""
        return self.inputs

    @property
    def tensors(self) -> tuple[Tensor, ...]:
        """What the optimiser changes."""
        return ()

    @property
    def statistics(self) -> tuple[Tensor, ...]:
        """What training leaves behind beside them."""
        return ()


@dataclass(frozen=True)
class Dense(Layer):
    """Every output is a weighted sum of all inputs and a bias. Starts as torch.nn.Linear does."""

    to: Shape
    bias: bool = True

    @property
    def outputs(self) -> Shape:
        """The shape that is asked for."""
        return self.to

    @property
    def tensors(self) -> tuple[Tensor, ...]:
        """Weights and biases."""
        bound = 1 / math.sqrt(math.prod(self.inputs))
        return (Tensor((*self.inputs, *self.to), bound), Tensor(self.to, bound))[: 1 + self.bias]


@dataclass(frozen=True)
class Convolution(Layer):
    """Filters over windows of kernel x kernel pixels, the border padded by kernel // 2 zeros, as torch.nn.Conv2d."""

    filters: int
    kernel: int
    stride: int = 1
    bias: bool = True

    @property
    def outputs(self) -> Shape:
        """An image of as many channels as there are filters, smaller by the stride."""
        height, width, _ = self.inputs
        return (height - 1) // self.stride + 1, (width - 1) // self.stride + 1, self.filters

    @property
    def tensors(self) -> tuple[Tensor, ...]:
        """Weights and biases of all filters."""
        channels = self.inputs[2]
        bound = 1 / math.sqrt(channels * self.kernel**2)
        weights = Tensor((self.kernel, self.kernel, channels, self.filters), bound)
        return (weights, Tensor((self.filters,), bound))[: 1 + self.bias]


@dataclass(frozen=True)
class Pooling(Layer):
    """The largest of each window of size x size pixels; pixels that fill no window are left out."""

    size: int

    @property
    def outputs(self) -> Shape:
        """A smaller image."""
        height, width, channels = self.inputs
        return height // self.size, width // self.size, channels


@dataclass(frozen=True)
class Upsampling(Layer):
    """Every pixel becomes size x size equal ones."""

    size: int

    @property
    def outputs(self) -> Shape:
        """A larger image."""
        height, width, channels = self.inputs
        return height * self.size, width * self.size, channels


@dataclass(frozen=True)
class Normalisation(Layer):
    """Batch normalisation of each feature or channel (Ioffe & Szegedy 2015, arXiv:1502.03167), as torch has it."""

    @property
    def tensors(self) -> tuple[Tensor, ...]:
        """Scale and shift of each feature."""
        return Tensor(self.inputs[-1:], centre=1.0), Tensor(self.inputs[-1:])

    @property
    def statistics(self) -> tuple[Tensor, ...]:
        """Running mean and variance of each feature."""
        return Tensor(self.inputs[-1:]), Tensor(self.inputs[-1:], centre=1.0)


@dataclass(frozen=True)
class Activation(Layer):
    """A curve that each number is sent through: "relu" or "tanh"."""

    name: str


@dataclass(frozen=True)
class Dropout(Layer):
    """In training a share of the numbers is set to zero, the others grow by 1 / (1 - share)."""


Network = tuple[Layer, ...]


def n_parameters(network: Network) -> int:
    """How many numbers the optimiser changes."""
    return sum(math.prod(tensor.shape) for layer in network for tensor in layer.tensors)


def n_operations(network: Network) -> int:
    """How many multiplications one row costs, each with an addition: a weight times what it meets.

    A convolution counts every place of its window, those over the padded border included, as a chip without special
    cases for the border computes it. Biases, activations, poolings and normalisations multiply nothing by a weight.
    """
    total = 0
    for layer in network:
        if isinstance(layer, Dense):
            total += math.prod(layer.inputs) * math.prod(layer.to)
        elif isinstance(layer, Convolution):
            total += math.prod(layer.outputs) * layer.kernel**2 * layer.inputs[2]
    return total


def n_activations(network: Network) -> int:
    """How many numbers one row leaves between the layers, the windows of convolutions included."""
    total = math.prod(network[0].inputs)
    for layer in network:
        total += math.prod(layer.outputs)
        if isinstance(layer, Convolution):
            total += math.prod(layer.outputs[:2]) * layer.kernel**2 * layer.inputs[2]
    return total
