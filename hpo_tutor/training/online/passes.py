"""How does a batch pass through K networks, forth and back, and how would all of it change with a little more noise?

    K, B, L       models, rows, dense layers; layer l goes from n_l to m_l numbers
    weights[l]    (K, n_l, m_l); biases[l] (K, m_l)
    entering[l]   (K, B, n_l) what enters layer l, noise included; leaving[l] the same before its noise
    errors[l]     (K, B, m_l) derivative of the mean loss by what layer l puts out, before its activation

The derivatives with respect to a standard deviation are exact and need no finite difference, which would fail wherever
it carries a number over the kink of a ReLU: they are carried forth through the pass and through the way back (forward
mode; Griewank & Walther 2008, section 3.1).
"""

import itertools
from collections.abc import Sequence
from typing import NamedTuple, Self

import torch
import torch.nn.functional as F  # noqa: N812 - the name that the whole field uses

Tensors = list[torch.Tensor]
Perhaps = list[torch.Tensor | None]


class Layers(NamedTuple):
    """The weights and biases of K networks: views of a tensor (K, P), in the order of ``Stream.weights``."""

    weights: Tensors
    biases: Tensors

    @classmethod
    def of(cls, numbers: torch.Tensor, sizes: Sequence[int]) -> Self:
        """Views of the numbers (K, P) of networks whose layers have these sizes, inputs first."""
        weights, biases, start = [], [], 0
        for n_in, n_out in itertools.pairwise(sizes):
            middle = start + n_in * n_out
            weights.append(numbers[:, start:middle].view(-1, n_in, n_out))
            biases.append(numbers[:, middle : middle + n_out])
            start = middle + n_out
        return cls(weights, biases)


class Noise(NamedTuple):
    """The noise of one batch: a draw for each number that enters a layer, and its standard deviation.

    Attributes:
        draws: for each layer standard normal (K, B, n_l), or None where nothing is added.
        deviations: for each layer (K, 1, 1).
        factors: for each layer standard normal draws of what is multiplied by 1 + scale * draw, or None.
        scales: for each layer (K, 1, 1).
    """

    draws: Perhaps
    deviations: Tensors
    factors: Perhaps
    scales: Tensors

    def first(self, n_rows: int) -> "Noise":
        """The same of its first rows alone."""
        cut = [[None if part is None else part[:, :n_rows] for part in parts] for parts in (self.draws, self.factors)]
        return self._replace(draws=cut[0], factors=cut[1])

    def multiplier(self, layer: int) -> torch.Tensor | None:
        """What is multiplied with whatever enters the layer, (K, B, n_l)."""
        factor = self.factors[layer]
        return None if factor is None else 1 + self.scales[layer] * factor


class Pass(NamedTuple):
    """What a batch left between the layers; ``outputs`` (K, B, m) is what the last one put out."""

    entering: Tensors
    leaving: Tensors
    outputs: torch.Tensor

    def first(self, n_rows: int) -> "Pass":
        """The same of its first rows alone."""
        return Pass(_first(self.entering, n_rows), _first(self.leaving, n_rows), self.outputs[:, :n_rows])


class Change(NamedTuple):
    """How a pass changes with a standard deviation: derivatives of ``entering`` (None: 0) and of ``errors``."""

    entering: Perhaps
    errors: Tensors


class Chain(NamedTuple):
    """K networks: their numbers, their activation ("relu" or "tanh"), and whether they tell classes."""

    layers: Layers
    activation: str
    classification: bool

    def forward(self, inputs: torch.Tensor, noise: Noise | None = None) -> Pass:
        """Pass the inputs (K, B, n) through."""
        entering, leaving, here = [], [], inputs
        last = len(self.layers.weights) - 1
        for layer, (weights, biases) in enumerate(zip(*self.layers, strict=True)):
            leaving.append(here)
            here = _noisy(here, noise, layer)
            entering.append(here)
            here = torch.baddbmm(biases[:, None], here, weights)
            if layer < last:
                here = here.relu_() if self.activation == "relu" else here.tanh_()
        return Pass(entering, leaving, here)

    def score(self, outputs: torch.Tensor, targets: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """The mean losses (K,), and their derivatives by the outputs (K, B, m).

        Args:
            outputs: (K, B, m).
            targets: labels (K, B), or numbers (K, B, m).
        """
        if not self.classification:
            errors = outputs - targets
            return errors.square().mean((1, 2)), errors.mul_(2 / errors[0].numel())
        logs = F.log_softmax(outputs, 2)
        places = targets[..., None]
        losses = -logs.gather(2, places).mean((1, 2))
        errors = logs.exp_().scatter_add_(2, places, logs.new_full((), -1).expand(places.shape))
        return losses, errors.div_(outputs.shape[1])

    def back(self, passed: Pass, errors: torch.Tensor, noise: Noise | None = None) -> Tensors:
        """The errors of all layers, from those of the outputs."""
        all_errors = [errors]
        for layer in range(len(self.layers.weights) - 1, 0, -1):
            errors = torch.bmm(errors, self.layers.weights[layer].mT)
            multiplier = None if noise is None else noise.multiplier(layer)
            if multiplier is not None:
                errors *= multiplier
            errors *= self._slope(passed.leaving[layer])
            all_errors.append(errors)
        return all_errors[::-1]

    def change(self, passed: Pass, errors: Tensors, noise: Noise, kind: str, layers: Sequence[int]) -> Change:
        """How the pass and its errors change with the standard deviation of one kind of noise in these layers."""
        multiplied, last = kind == "dropout_noise", len(self.layers.weights) - 1
        entering, moved = self._carried(passed, noise, kind, layers)
        assert moved[-1] is not None
        changes = [self._change_of_score(passed.outputs, moved[-1])]
        for layer in range(last, 0, -1):
            own = noise.factors[layer] if multiplied and layer in layers else None
            changes.append(self._change_of_errors(passed, errors, changes[-1], noise, layer, moved[layer - 1], own))
        return Change(entering, changes[::-1])

    def carried(self, passed: Pass, noise: Noise, kind: str, layers: Sequence[int]) -> Perhaps:
        """How what each layer puts out, before its activation, changes with such a standard deviation; None: not."""
        return self._carried(passed, noise, kind, layers)[1]

    def _carried(self, passed: Pass, noise: Noise, kind: str, layers: Sequence[int]) -> tuple[Perhaps, Perhaps]:
        """The same for what enters each layer, and for what it puts out."""
        entering: Perhaps = []
        moved: Perhaps = []
        here: torch.Tensor | None = None
        for layer, weights in enumerate(self.layers.weights):
            if here is not None and (multiplier := noise.multiplier(layer)) is not None:
                here = here * multiplier
            if layer in layers:
                own = noise.draws[layer] if kind == "noise" else noise.factors[layer]
                assert own is not None
                own = own if kind == "noise" else own * passed.leaving[layer]
                here = own if here is None else here + own
            entering.append(here)
            moved.append(None if here is None else torch.bmm(here, weights))
            if (change := moved[-1]) is not None and layer < len(self.layers.weights) - 1:
                here = change * self._slope(passed.leaving[layer + 1])
        return entering, moved

    def _change_of_errors(
        self,
        passed: Pass,
        errors: Tensors,
        change: torch.Tensor,
        noise: Noise,
        layer: int,
        moved: torch.Tensor | None,
        own: torch.Tensor | None,
    ) -> torch.Tensor:
        """One layer further back: how the errors of the layer below change, (K, B, n_l)."""
        weights, leaving, multiplier = self.layers.weights[layer].mT, passed.leaving[layer], noise.multiplier(layer)
        slope = self._slope(leaving)
        below = torch.bmm(change, weights)
        if multiplier is not None:
            below *= multiplier
        below *= slope
        bent = moved if self.activation == "tanh" else None
        if bent is not None or own is not None:
            reached = torch.bmm(errors[layer], weights)
            if own is not None:
                below += reached * own * slope
            if bent is not None:  # the slope itself changes; a ReLU's does not
                reached = reached if multiplier is None else reached * multiplier
                below += reached * (-2 * leaving * slope) * bent
        return below

    def _change_of_score(self, outputs: torch.Tensor, moved: torch.Tensor) -> torch.Tensor:
        """How the errors of the outputs change when the outputs do."""
        if not self.classification:
            return moved * (2 / moved[0].numel())
        shares = F.softmax(outputs, 2)
        return shares * (moved - (shares * moved).sum(2, keepdim=True)) / moved.shape[1]

    def _slope(self, leaving: torch.Tensor) -> torch.Tensor:
        """Of the activation, where it put out that."""
        if self.activation == "relu":
            return (leaving > 0).to(leaving.dtype)
        return 1 - leaving.square()


def gradients(passed: Pass, errors: Tensors, into: Layers) -> None:
    """Write the gradients of weights and biases."""
    for entering, error, weights, biases in zip(passed.entering, errors, *into, strict=True):
        torch.bmm(entering.mT, error, out=weights)
        torch.sum(error, 1, out=biases)


def along(passed: Pass, errors: Tensors, direction: Layers) -> torch.Tensor:
    """The loss's derivative along a direction in the weights, layer by layer, (K, L): no gradient is written out.

    <X^T D, V> = <D, X V>, so the direction passes through like a batch.
    """
    slopes = [
        (error * torch.baddbmm(biases[:, None], entering, weights)).sum((1, 2))
        for entering, error, weights, biases in zip(passed.entering, errors, *direction, strict=True)
    ]
    return torch.stack(slopes, 1)


def change_along(passed: Pass, errors: Tensors, change: Change, direction: Layers) -> torch.Tensor:
    """The derivative along a direction of how the loss's gradient changes, (K,)."""
    total = torch.zeros((), dtype=passed.outputs.dtype, device=passed.outputs.device)
    for entering, error, moved, changed, weights, biases in zip(
        passed.entering, errors, *change, *direction, strict=True
    ):
        total = total + (changed * torch.baddbmm(biases[:, None], entering, weights)).sum((1, 2))
        if moved is not None:
            total = total + (error * torch.bmm(moved, weights)).sum((1, 2))
    return total


def change_against(passed: Pass, errors: Tensors, change: Change, other: Pass, others: Tensors) -> torch.Tensor:
    """The same along the gradient of another batch, (K,), by products of rows: no gradient is written out.

    <X^T D, Y^T E> = <X Y^T, D E^T>, and a bias is a weight whose input is 1.
    """
    total = torch.zeros((), dtype=passed.outputs.dtype, device=passed.outputs.device)
    for entering, error, moved, changed, there, theirs in zip(
        passed.entering, errors, *change, other.entering, others, strict=True
    ):
        total = total + ((torch.bmm(entering, there.mT) + 1) * torch.bmm(changed, theirs.mT)).sum((1, 2))
        if moved is not None:
            total = total + (torch.bmm(moved, there.mT) * torch.bmm(error, theirs.mT)).sum((1, 2))
    return total


def first_errors(errors: Tensors, n_rows: int) -> Tensors:
    """The errors of the first rows alone, as if they were the batch."""
    return [error[:, :n_rows] * (error.shape[1] / n_rows) for error in errors]


def _first(parts: Tensors, n_rows: int) -> Tensors:
    return [part[:, :n_rows] for part in parts]


def _noisy(here: torch.Tensor, noise: Noise | None, layer: int) -> torch.Tensor:
    if noise is None:
        return here
    if (multiplier := noise.multiplier(layer)) is not None:
        here = here * multiplier
    if (draws := noise.draws[layer]) is not None:
        here = torch.addcmul(here, draws, noise.deviations[layer])
    return here
