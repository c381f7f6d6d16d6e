"""How do images pass through convolutions, pooling and upsampling?

A convolution is a product too: of the weights and of windows, the pixels that each output looks at. Windows are copied
from the image, one shift after another; of zeros around the border nothing needs copying.
"""

import math

import torch

from hpo_tutor.training.backends.stacked.layers.products import Buffer, buffer
from hpo_tutor.training.backends.stacked.layers.stages import Stage, Weighted
from hpo_tutor.training.models.architecture import Convolution

POOLED = torch.ops.aten.max_pool2d_with_indices
POOLED_BACK = torch.ops.aten.max_pool2d_with_indices_backward


class Convolved(Stage):
    """A convolution of images.

    Args:
        layer: of the widest model.
        weights: (K, kernel * kernel * channels + 1, filters), or without the 1.
        gradients: of the same shape; None if only the way forward is wanted.
    """

    def __init__(
        self,
        inputs: Buffer,
        outputs: Buffer,
        layer: Convolution,
        weights: torch.Tensor,
        gradients: torch.Tensor | None = None,
    ) -> None:
        super().__init__(inputs, outputs)
        self._layer = layer
        n_models, channels, *_, n_rows = inputs.values.shape
        height, width, filters = layer.outputs
        shape = (height * width, layer.kernel**2 * channels)
        windows = buffer(inputs.values, n_models, (shape[1],), shape[0] * n_rows, ones=layer.bias)
        windows.flat[:, : shape[1]] = 0
        pixels = outputs.flat[:, : math.prod(layer.outputs)].view(len(weights), filters, -1)
        self._shifts = self._shifted(windows.values, inputs.values)
        self._product = Weighted(windows, Buffer(pixels, pixels), weights, gradients)

    def forward(self) -> None:
        """Compute the outputs."""
        for window, pixels in self._shifts:
            window.copy_(pixels)
        self._product.forward()

    def wire(self, errors: torch.Tensor, below: torch.Tensor | None) -> None:
        """Prepare the way back."""
        super().wire(errors, below)
        windows = self._product.inputs.values
        into = None if below is None else torch.empty_like(windows, memory_format=torch.contiguous_format)
        self._product.wire(errors.view(len(errors), errors.shape[1], -1), into)
        if below is not None and into is not None:
            self._shifts_back = self._shifted(into, below)

    def backward(self) -> None:
        """Compute the gradients and the inputs' errors."""
        self._product.backward()
        if self.below is not None:
            self.below.zero_()
            for window, pixels in self._shifts_back:
                pixels.add_(window)

    def _shifted(self, windows: torch.Tensor, images: torch.Tensor) -> list[tuple[torch.Tensor, torch.Tensor]]:
        """For each place in a window: views of the pixels that stand there, in the windows and in the images."""
        kernel, stride = self._layer.kernel, self._layer.stride
        height, width, _ = self._layer.outputs
        n_models, channels, *_, n_rows = images.shape
        grid = windows.view(n_models, kernel, kernel, channels, height, width, n_rows)
        pairs = []
        for i in range(kernel):
            rows, from_rows = _overlap(i - kernel // 2, height, images.shape[2], stride)
            for j in range(kernel):
                columns, from_columns = _overlap(j - kernel // 2, width, images.shape[3], stride)
                pairs.append((grid[:, i, j, :, rows, columns], images[:, :, from_rows, from_columns]))
        return pairs


def _overlap(shift: int, n_windows: int, n_pixels: int, stride: int) -> tuple[slice, slice]:
    """Along one side: which windows have a pixel at that shift from their middle, and which pixels those are."""
    first = max(0, -(shift // stride))
    last = min(n_windows - 1, (n_pixels - 1 - shift) // stride)
    start = first * stride + shift
    return slice(first, max(first, last + 1)), slice(start, max(start, last * stride + shift + 1), stride)


class Pooled(Stage):
    """The largest number of each window; torch's own, to which the rows are what channels are elsewhere."""

    def __init__(self, inputs: Buffer, outputs: Buffer, size: int) -> None:
        super().__init__(inputs, outputs)
        self._size = size
        self._inputs = _as_channels(inputs.values)

    def forward(self) -> None:
        """Compute the outputs."""
        largest, self._indices = POOLED(self._inputs, [self._size, self._size])
        self.outputs.values.copy_(largest.permute(0, 2, 3, 1).reshape(self.outputs.values.shape))

    def backward(self) -> None:
        """Compute the gradients and the inputs' errors."""
        if self.below is None:
            return
        sides = [self._size, self._size]
        POOLED_BACK.grad_input(
            _as_channels(self.errors),
            self._inputs,
            sides,
            sides,
            [0, 0],
            [1, 1],
            False,
            self._indices,
            grad_input=_as_channels(self.below),
        )


def _as_channels(values: torch.Tensor) -> torch.Tensor:
    """(K, channels, height, width, B) as K * channels images of B channels, in the memory format channels_last."""
    return values.view(-1, *values.shape[2:]).permute(0, 3, 1, 2)


class Upsampled(Stage):
    """Each pixel becomes size x size equal ones."""

    def __init__(self, inputs: Buffer, outputs: Buffer, size: int) -> None:
        super().__init__(inputs, outputs)
        self._blocks = self._split(outputs.values, size)
        self._pixels = inputs.values[:, :, :, None, :, None]
        self._size = size

    def forward(self) -> None:
        """Compute the outputs."""
        self._blocks.copy_(self._pixels.expand_as(self._blocks))

    def backward(self) -> None:
        """Compute the gradients and the inputs' errors."""
        if self.below is not None:
            torch.sum(self._split(self.errors, self._size), (3, 5), out=self.below)

    @staticmethod
    def _split(values: torch.Tensor, size: int) -> torch.Tensor:
        """A view (K, channels, height, size, width, size, B) of enlarged images."""
        n_models, channels, height, width, n_rows = values.shape
        return values.view(n_models, channels, height // size, size, width // size, size, n_rows)
