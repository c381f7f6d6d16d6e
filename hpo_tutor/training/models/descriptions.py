"""What is trained?

n_inputs   columns of the inputs; of images height x width x channels, pixel by pixel
width      a hyperparameter: of every hidden layer of an MLP, the filters of every block of a CNN or an auto-encoder
"""

import math
from dataclasses import dataclass
from typing import Literal, get_args

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

Task = Literal["regression", "classification"]
Curve = Literal["relu", "tanh"]


@dataclass(frozen=True)
class MLP:
    """A fully connected network; on the ``features`` of a frozen network it is a head.

    Attributes:
        hidden: width of each hidden layer; the hyperparameter ``width`` replaces them all.
        activation: after each hidden layer, "relu" or "tanh".
        task: "regression" is scored by the mean squared error, "classification" by the cross-entropy in nats.
        n_outputs: number of targets, or number of classes.
        batch_norm: normalise before each activation.

    Raises:
        ValueError: a width below 1, an unknown task or activation, fewer than two classes.
    """

    hidden: tuple[int, ...] = (32, 32)
    activation: Curve = "relu"
    task: Task = "regression"
    n_outputs: int = 1
    batch_norm: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "hidden", tuple(self.hidden))
        _check_widths("hidden", self.hidden, "hidden=() is a linear model")
        _check_options(self)

    def layers(self, n_inputs: int, width: int | None = None) -> Network:
        """The layers in order; ``width`` replaces that of every hidden layer.

        Raises:
            ValueError: there is a width and no hidden layer.
        """
        if width is not None and not self.hidden:
            raise ValueError("width needs a hidden layer, got MLP(hidden=()); give it one, or leave width out")
        hidden = self.hidden if width is None else (width,) * len(self.hidden)
        layers: list[Layer] = []
        shape: Shape = (n_inputs,)
        for units in hidden:
            if layers:
                layers.append(Dropout(shape))
            layers.append(Dense(shape, (units,), bias=not self.batch_norm))
            shape = (units,)
            layers += _shaped(shape, self.activation, self.batch_norm)
        if layers:
            layers.append(Dropout(shape))
        return (*layers, Dense(shape, (self.n_outputs,)))


@dataclass(frozen=True)
class Block:
    """A convolution, its activation, and a pooling.

    Attributes:
        filters: how many; the hyperparameter ``width`` replaces them.
        kernel: side of the window in pixels, odd; the border is padded, so that the image keeps its size.
        stride: pixels from one window to the next.
        pool: side of the window of which the largest number stays; 1 for no pooling.

    Raises:
        ValueError: a number below 1, or an even kernel.
    """

    filters: int = 8
    kernel: int = 3
    stride: int = 1
    pool: int = 2

    def __post_init__(self) -> None:
        for name in ("filters", "kernel", "stride", "pool"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} of a block must be at least 1, got {getattr(self, name)}")
        if self.kernel % 2 == 0:
            raise ValueError(f"kernel must be odd, so that a window has a middle, got {self.kernel}")


@dataclass(frozen=True)
class CNN:
    """A small convolutional network: blocks, then dense layers.

    Attributes:
        image: (height, width, channels) of the inputs.
        blocks: convolutions with their pooling; the hyperparameter ``width`` replaces the filters of all.
        hidden: widths of the dense layers before the last; ``width`` leaves them as they are.
        activation, task, n_outputs, batch_norm: as of an ``MLP``.

    Raises:
        ValueError: no block, a number below 1, an unknown task or activation, an image that is pooled away.
    """

    image: tuple[int, int, int]
    blocks: tuple[Block, ...] = (Block(8), Block(16))
    hidden: tuple[int, ...] = ()
    activation: Curve = "relu"
    task: Task = "classification"
    n_outputs: int = 10
    batch_norm: bool = False

    def __post_init__(self) -> None:
        for name in ("image", "blocks", "hidden"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        _check_image(self.image, self.blocks)
        _check_widths("hidden", self.hidden, "hidden=() goes from the last block to the outputs")
        _check_options(self)
        self.layers(math.prod(self.image))

    def layers(self, n_inputs: int, width: int | None = None) -> Network:
        """The layers in order; ``width`` replaces the filters of every block.

        Raises:
            ValueError: the inputs are not of the image's size, or nothing is left of the image.
        """
        layers, _ = _convolved(self, n_inputs, width)
        shape = layers[-1].outputs
        for units in self.hidden:
            layers += [Dropout(shape), Dense(shape, (units,), bias=not self.batch_norm)]
            shape = (units,)
            layers += _shaped(shape, self.activation, self.batch_norm)
        return (*layers, Dropout(shape), Dense(shape, (self.n_outputs,)))


@dataclass(frozen=True)
class AutoEncoder:
    """A convolutional auto-encoder: blocks and dense layers down to a code, and the same way back.

    It is scored by the mean squared error between each image and its reconstruction; targets are not looked at. On the
    way back each block enlarges the image (every pixel becomes equal ones) and then convolves it.

    Attributes:
        image: (height, width, channels) of the inputs.
        blocks: convolutions with their pooling; the hyperparameter ``width`` replaces the filters of all.
        code: numbers in the code.
        hidden: widths of the dense layers between the blocks and the code.
        activation, batch_norm: as of an ``MLP``.

    Raises:
        ValueError: no block, a number below 1, an unknown activation, sides that strides and poolings do not divide.
    """

    image: tuple[int, int, int]
    blocks: tuple[Block, ...] = (Block(8),)
    code: int = 8
    hidden: tuple[int, ...] = ()
    activation: Curve = "relu"
    batch_norm: bool = False

    def __post_init__(self) -> None:
        for name in ("image", "blocks", "hidden"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        _check_image(self.image, self.blocks)
        _check_widths("hidden and code", (*self.hidden, self.code), "hidden=() goes from the last block to the code")
        _check_options(self)
        shrink = math.prod(block.stride * block.pool for block in self.blocks)
        if self.image[0] % shrink or self.image[1] % shrink:
            raise ValueError(
                f"strides and poolings of an auto-encoder must divide the image's sides, so that it can be rebuilt; "
                f"here they shrink by {shrink} and the image is {self.image[0]} x {self.image[1]}"
            )

    @property
    def task(self) -> Task:
        """Its outputs are numbers, not classes."""
        return "regression"

    @property
    def n_outputs(self) -> int:
        """One for each number of the image."""
        return math.prod(self.image)

    def encoder(self, n_inputs: int, width: int | None = None) -> Network:
        """The first half of ``layers``, down to the code: all that a detector's chip would have to compute.

        Raises:
            ValueError: the inputs are not of the image's size.
        """
        layers, _ = _convolved(self, n_inputs, width)
        shape = layers[-1].outputs
        for units in self.hidden:
            layers += [Dropout(shape), Dense(shape, (units,), bias=not self.batch_norm)]
            shape = (units,)
            layers += _shaped(shape, self.activation, self.batch_norm)
        return (*layers, Dropout(shape), Dense(shape, (self.code,), bias=not self.batch_norm))

    def layers(self, n_inputs: int, width: int | None = None) -> Network:
        """The layers in order; ``width`` replaces the filters of every block.

        Raises:
            ValueError: the inputs are not of the image's size.
        """
        layers, filters = _convolved(self, n_inputs, width)
        smallest = layers[-1].outputs
        layers = [*self.encoder(n_inputs, width)]
        shape: Shape = (self.code,)
        for wanted in (*((units,) for units in reversed(self.hidden)), smallest):
            layers.append(Dense(shape, wanted, bias=not self.batch_norm))
            shape = wanted
            layers += _shaped(shape, self.activation, self.batch_norm)
        above = (self.image[2], *filters[:-1])
        for i, block in reversed(list(enumerate(self.blocks))):
            if block.stride * block.pool > 1:
                layers.append(Upsampling(shape, block.stride * block.pool))
            layers.append(Convolution(layers[-1].outputs, above[i], block.kernel, bias=not (i and self.batch_norm)))
            shape = layers[-1].outputs
            if i:
                layers += _shaped(shape, self.activation, self.batch_norm)
        return tuple(layers)


Model = MLP | CNN | AutoEncoder


def _shaped(shape: Shape, activation: str, batch_norm: bool) -> list[Layer]:
    """What follows the weighted sums of a hidden layer."""
    return [*([Normalisation(shape)] if batch_norm else []), Activation(shape, activation)]


def _convolved(model: CNN | AutoEncoder, n_inputs: int, width: int | None) -> tuple[list[Layer], list[int]]:
    """The layers of all blocks, and the filters of each."""
    if n_inputs != math.prod(model.image):
        sides = " x ".join(map(str, model.image))
        raise ValueError(f"images of {sides} are rows of {math.prod(model.image)} inputs, got {n_inputs}")
    layers: list[Layer] = []
    filters = [block.filters if width is None else width for block in model.blocks]
    shape: Shape = model.image
    for block, wanted in zip(model.blocks, filters, strict=True):
        layers.append(Convolution(shape, wanted, block.kernel, block.stride, bias=not model.batch_norm))
        shape = layers[-1].outputs
        layers += _shaped(shape, model.activation, model.batch_norm)
        if block.pool > 1:
            layers.append(Pooling(shape, block.pool))
            shape = layers[-1].outputs
        if not all(shape):
            raise ValueError(
                f"nothing is left of an image of {model.image[0]} x {model.image[1]} after blocks {model.blocks}; "
                "use fewer blocks, or less pooling"
            )
    return layers, filters


def _check_options(model: Model) -> None:
    for name, options in (("activation", get_args(Curve)), ("task", get_args(Task))):
        if getattr(model, name) not in options:
            raise ValueError(f"{name} must be one of {', '.join(options)}, got {getattr(model, name)!r}")
    least = 2 if model.task == "classification" else 1
    if model.n_outputs < least:
        raise ValueError(f"n_outputs must be at least {least} for {model.task}, got {model.n_outputs}")


def _check_widths(name: str, widths: tuple[int, ...], way_out: str) -> None:
    if any(width < 1 for width in widths):
        raise ValueError(f"{name}: a layer must be at least 1 wide, got {widths}; {way_out}")


def _check_image(image: tuple[int, ...], blocks: tuple[Block, ...]) -> None:
    if len(image) != 3 or min(image) < 1:
        raise ValueError(f"image is (height, width, channels), three numbers from 1, got {image}")
    if not blocks:
        raise ValueError("blocks must hold at least one Block; without any, an MLP does")
