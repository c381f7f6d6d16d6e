"""How are the layers of a network wired together for a step of B rows?"""

from typing import NamedTuple

import torch

from hpo_tutor.training.backends.stacked.layers.images import Convolved, Pooled, Upsampled
from hpo_tutor.training.backends.stacked.layers.products import Buffer, buffer
from hpo_tutor.training.backends.stacked.layers.stages import (
    CURVES,
    Draws,
    Dropped,
    InPlace,
    Normalised,
    Stage,
    Weighted,
)
from hpo_tutor.training.backends.stacked.storage import Layout
from hpo_tutor.training.models.architecture import (
    Activation,
    Convolution,
    Dense,
    Dropout,
    Normalisation,
    Pooling,
    Upsampling,
)


class Dropping(NamedTuple):
    """What dropout needs; ``keys`` (layers, K) int32 and ``shares`` (K,) float64."""

    draws: Draws
    keys: torch.Tensor
    shares: torch.Tensor


class Chain:
    """The stages of a network for B rows, from ``inputs`` to ``outputs``.

    Args:
        layout: of the numbers.
        numbers: of K models, (K, P).
        n_rows: B.
        gradients: where those of what is learned go, (K, n_learned). None for validation: no way back, running
            statistics, no dropout, and the same rows for all models.
        dropping: dropout; None if no number is dropped.

    Attributes:
        inputs: to be filled, (K, *shape, B); (1, *shape, B) for validation.
        outputs: what comes out, (K, *shape, B).
        errors: to be filled before ``backward`` with the loss's derivative by the outputs.
    """

    def __init__(
        self,
        layout: Layout,
        numbers: torch.Tensor,
        n_rows: int,
        gradients: torch.Tensor | None = None,
        dropping: Dropping | None = None,
    ) -> None:
        self._layout, self._numbers, self._gradients, self._dropping = layout, numbers, gradients, dropping
        network = layout.network
        n_inputs = 1 if gradients is None else len(numbers)
        self.inputs = entering = buffer(numbers, n_inputs, network[0].inputs, n_rows, ones=self._meets_biases(0))
        self._stages: list[Stage] = []
        for i, layer in enumerate(network):
            if isinstance(layer, Dropout) and dropping is None:
                continue
            leaving = entering
            if not isinstance(layer, Activation):
                ones = self._meets_biases(i + 1)
                leaving = buffer(numbers, len(numbers), layer.outputs, n_rows, ones=ones)
            self._stages.append(self._stage(i, entering, leaving))
            entering = leaving
        self.outputs = entering.values
        if gradients is not None:
            self._wire()

    def forward(self) -> None:
        """Compute the outputs."""
        for stage in self._stages:
            stage.forward()

    def backward(self) -> None:
        """Compute the gradients from ``errors``, which are overwritten."""
        for stage in reversed(self._stages):
            stage.backward()

    def _meets_biases(self, i: int) -> bool:
        """Whether what enters the i-th layer, in place or not, is what the weights and biases of a dense layer meet."""
        for layer in self._layout.network[i:]:
            passed = isinstance(layer, Activation) or (isinstance(layer, Dropout) and self._dropping is None)
            if not passed:
                return isinstance(layer, Dense) and layer.bias
        return False

    def _stage(self, i: int, entering: Buffer, leaving: Buffer) -> Stage:
        """The i-th layer between two buffers."""
        layer, layout = self._layout.network[i], self._layout
        learned = layout.block(self._numbers, i)
        gradients = None if self._gradients is None else layout.block(self._gradients, i)
        match layer:
            case Dense():
                return Weighted(entering, leaving, learned, gradients)
            case Convolution():
                return Convolved(entering, leaving, layer, learned, gradients)
            case Normalisation():
                return Normalised(entering, leaving, learned, layout.statistics(self._numbers, i), gradients)
            case Pooling():
                return Pooled(entering, leaving, layer.size)
            case Upsampling():
                return Upsampled(entering, leaving, layer.size)
            case Activation():
                return CURVES[layer.name](entering, leaving)
            case Dropout() if self._dropping is not None:
                number = sum(isinstance(before, Dropout) for before in layout.network[:i])
                draws, keys, shares = self._dropping
                return Dropped(entering, leaving, layer, draws, keys[number], shares)
        raise NotImplementedError(f"no stage for {layer}")

    def _wire(self) -> None:
        """Lay the way back; below the first layer nothing learns."""
        self.errors = errors = torch.empty_like(self.outputs, memory_format=torch.contiguous_format)
        for stage in reversed(self._stages):
            below = errors if isinstance(stage, InPlace) else None
            if below is None and stage is not self._stages[0]:
                below = torch.empty_like(stage.inputs.values, memory_format=torch.contiguous_format)
            stage.wire(errors, below)
            if below is not None:
                errors = below
