"""How do rows of numbers pass through dense layers, curves, dropout and normalisation?"""

from typing import NamedTuple

import torch

from hpo_tutor.training.backends.stacked.layers.products import Buffer, product
from hpo_tutor.training.backends.stacked.storage import channels_first
from hpo_tutor.training.models.architecture import Dropout
from hpo_tutor.training.randomness import bits, kept, places, row_words

MOMENTUM, EPSILON = 0.1, 1e-5  # of batch normalisation, as torch has them


class Draws(NamedTuple):
    """What the random numbers of a step depend on, beside the place in the layer.

    Attributes:
        epoch: number of the epoch, int32, no axis.
        rows: which training rows each model meets, int64, shape (K, B).
    """

    epoch: torch.Tensor
    rows: torch.Tensor


class Stage:
    """One layer in a step: from ``inputs`` to ``outputs``, and with the errors back."""

    def __init__(self, inputs: Buffer, outputs: Buffer) -> None:
        self.inputs, self.outputs = inputs, outputs

    def forward(self) -> None:
        """Compute the outputs."""
        raise NotImplementedError

    def wire(self, errors: torch.Tensor, below: torch.Tensor | None) -> None:
        """Prepare the way back, from the outputs' errors to the inputs', ``below``; None if nobody needs these."""
        self.errors, self.below = errors, below

    def backward(self) -> None:
        """Compute the gradients and the inputs' errors."""
        raise NotImplementedError


class InPlace(Stage):
    """A stage that changes the errors where they stand: ``errors`` and ``below`` are the same."""


class Weighted(Stage):
    """A dense layer: a product with the weights, whose last row meets the inputs' row of ones.

    Args:
        weights: (K, n_inputs + 1, n_outputs), or without the 1.
        gradients: of the same shape; None if only the way forward is wanted.
    """

    def __init__(
        self, inputs: Buffer, outputs: Buffer, weights: torch.Tensor, gradients: torch.Tensor | None = None
    ) -> None:
        super().__init__(inputs, outputs)
        self._weights, self._gradients = weights, gradients
        self._multiply = product(weights.mT, inputs.flat, outputs.flat[:, : weights.shape[2]])

    def forward(self) -> None:
        """Compute the outputs."""
        self._multiply()

    def wire(self, errors: torch.Tensor, below: torch.Tensor | None) -> None:
        """Prepare the way back."""
        super().wire(errors, below)
        flat = errors.view(len(errors), -1, errors.shape[-1])
        assert self._gradients is not None
        self._differentiate = product(self.inputs.flat, flat.mT, self._gradients)
        if below is not None:
            into = below.view(len(below), -1, below.shape[-1])
            self._pass_down = product(self._weights[:, : into.shape[1]], flat, into)

    def backward(self) -> None:
        """Compute the gradients and the inputs' errors."""
        self._differentiate()
        if self.below is not None:
            self._pass_down()


class Relu(InPlace):
    """The larger of each number and zero."""

    def forward(self) -> None:
        """Compute the outputs."""
        self.outputs.values.relu_()

    def backward(self) -> None:
        """Compute the gradients and the inputs' errors."""
        torch.ops.aten.threshold_backward.grad_input(self.errors, self.outputs.values, 0, grad_input=self.errors)


class Tanh(InPlace):
    """The hyperbolic tangent of each number."""

    def forward(self) -> None:
        """Compute the outputs."""
        self.outputs.values.tanh_()

    def backward(self) -> None:
        """Compute the gradients and the inputs' errors."""
        torch.ops.aten.tanh_backward.grad_input(self.errors, self.outputs.values, grad_input=self.errors)


class Dropped(InPlace):
    """Dropout: each number times a factor, 0 or 1 / (1 - share).

    Args:
        layer: of the widest model.
        draws: what the random numbers depend on.
        keys: of the models for this layer, int32, shape (K,).
        shares: how many numbers each model drops, float64, shape (K,).
    """

    def __init__(
        self, inputs: Buffer, outputs: Buffer, layer: Dropout, draws: Draws, keys: torch.Tensor, shares: torch.Tensor
    ) -> None:
        super().__init__(inputs, outputs)
        shape = (len(keys), *(1,) * len(layer.inputs))
        words = places(layer.inputs, keys.device)
        self._words = words.view(-1, words.shape[-1]).T.reshape(*channels_first(layer.inputs), 1)
        self._draws, self._keys, self._shares = draws, keys, shares
        self._scale = (1 / (1 - shares)).to(inputs.values.dtype).view(*shape, 1)
        self._rows = (*shape, -1)
        self._factors = torch.empty_like(inputs.values, memory_format=torch.contiguous_format)

    def forward(self) -> None:
        """Compute the outputs."""
        rows = row_words(self._keys, *self._draws).view(self._rows)
        torch.mul(kept(bits(rows, self._words), self._shares), self._scale, out=self._factors)
        torch.mul(self.inputs.values, self._factors, out=self.outputs.values)

    def backward(self) -> None:
        """Compute the gradients and the inputs' errors."""
        self.errors.mul_(self._factors)


class Normalised(InPlace):
    """Batch normalisation; the inputs give way to their standardised selves.

    Args:
        learned: scale and shift, (K, 2, channels).
        statistics: running mean and variance, (K, 2, channels).
        gradients: as ``learned``; None on validation rows, which are standardised by the running statistics.
    """

    def __init__(
        self,
        inputs: Buffer,
        outputs: Buffer,
        learned: torch.Tensor,
        statistics: torch.Tensor,
        gradients: torch.Tensor | None = None,
    ) -> None:
        super().__init__(inputs, outputs)
        n_models, _, channels = learned.shape
        self._inputs = inputs.values.view(n_models, channels, -1)
        n_outputs = inputs.values[0, ..., 0].numel()
        self._outputs = outputs.flat[:, :n_outputs].view(n_models, channels, -1)
        self._scale, self._shift = (part[..., None] for part in learned.unbind(1))
        self._mean, self._variance = (part[..., None] for part in statistics.unbind(1))
        self._gradients = None if gradients is None else [part[..., None] for part in gradients.unbind(1)]
        self._n = self._inputs.shape[2]

    def forward(self) -> None:
        """Compute the outputs."""
        if self._gradients is None:
            factor = (self._variance + EPSILON).rsqrt_().mul_(self._scale)
            torch.addcmul(self._shift - self._mean * factor, self._inputs, factor, out=self._outputs)
            return
        mean = self._inputs.mean(2, keepdim=True)
        self._inputs.sub_(mean)
        variance = self._inputs.square().mean(2, keepdim=True)
        self._mean.lerp_(mean, MOMENTUM)
        self._variance.lerp_(variance * (self._n / (self._n - 1)), MOMENTUM)
        self._slope = variance.add_(EPSILON).rsqrt_()
        torch.addcmul(self._shift, self._inputs.mul_(self._slope), self._scale, out=self._outputs)

    def backward(self) -> None:
        """Compute the gradients and the inputs' errors."""
        assert self._gradients is not None
        into_scale, into_shift = self._gradients
        errors = self.errors.view(self._inputs.shape)
        torch.sum(errors * self._inputs, 2, keepdim=True, out=into_scale)
        torch.sum(errors, 2, keepdim=True, out=into_shift)
        errors.sub_(into_shift / self._n).addcmul_(self._inputs, into_scale / -self._n)
        errors.mul_(self._scale * self._slope)


CURVES = {"relu": Relu, "tanh": Tanh}
