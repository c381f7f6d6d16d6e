"""How do K networks of one shape train in one pass? Their weights are stacked and every step is a batched product.

    K, B, P       models, rows of a step, parameters of one network
    parameters    (K, P): for each layer its weights (inputs x outputs), then its biases
    outputs[l]    (K, B, sizes[l + 1]) what layer l puts out; errors[l] the loss's derivative by it

The backward pass and Adam are written out by hand: autograd costs twice as much on networks as small as these.
Operations keep the order of torch.optim.Adam, so that the stack and the loop differ by rounding only.
"""

import itertools
import math
import threading

import numpy as np
import torch
from numpy.typing import NDArray

from hpo_tutor.training.architecture import Dense
from hpo_tutor.training.crew import Plan, Tensors
from hpo_tutor.training.randomness import Stream

BETA_1, BETA_2, EPSILON = 0.9, 0.999, 1e-8  # Kingma & Ba (2015), arXiv:1412.6980, as torch has them
NARROW = 10  # up to this many outputs the transposed product is 2-9 times faster (measured with MKL)
VALIDATION_ROWS = 512  # at a time: bounds the memory, and stays in the second-level cache


class Stack:
    """K networks in one tensor. ``ids`` are their positions in the population, shape (K,)."""

    def __init__(self, plan: Plan) -> None:
        self.ids = plan.ids
        self.epochs = plan.settings.epochs
        dense = [layer for layer in plan.widest if isinstance(layer, Dense)]
        self._sizes = (plan.n_inputs, *(layer.to[0] for layer in dense))
        self._batch_size = plan.batch_size
        self._tanh = plan.model.activation == "tanh"
        self._labels = plan.model.task == "classification"
        self._streams = [Stream(seed) for seed in plan.settings.seeds]
        initial = torch.stack(
            [torch.cat([one.flatten() for one in stream.weights(plan.widest)]) for stream in self._streams]
        )
        self._parameters = initial.to(plan.device, plan.dtype)
        self._learning_rate = self._parameters.new_tensor(plan.settings.learning_rate[:, None])
        self._l2 = self._parameters.new_tensor(plan.settings.l2[:, None])
        self._mean = torch.zeros_like(self._parameters)
        self._square = torch.zeros_like(self._parameters)
        self._steps = 0

    @torch.no_grad()
    def train(self, data: Tensors, stop: threading.Event) -> NDArray[np.float64]:
        """One epoch; the mean training loss on the way, shape (K,)."""
        n_rows = len(data.train_inputs)
        orders = torch.stack([stream.order(n_rows) for stream in self._streams]).to(self._parameters.device)
        weights, biases = self._layers(self._parameters)
        gradients = torch.empty_like(self._parameters)
        scratch = torch.empty_like(self._parameters)
        total = torch.zeros_like(self._parameters[:, 0])
        step = None
        for start in range(0, n_rows, self._batch_size):
            if stop.is_set():
                break
            rows = orders[:, start : start + self._batch_size]
            if step is None or step.n_rows != rows.shape[1]:
                step = _Step(self, data, rows.shape[1])
            total += step.run(rows, data, weights, biases, gradients)
            self._adam(gradients, scratch)
        return (total / n_rows).double().cpu().numpy()

    @torch.no_grad()
    def validate(self, data: Tensors) -> NDArray[np.float64]:
        """Validation losses, shape (K,)."""
        weights, biases = self._layers(self._parameters)
        total = torch.zeros(len(self.ids), dtype=torch.float64, device=self._parameters.device)
        inputs, targets = data.validation_inputs, data.validation_targets
        for start in range(0, len(inputs), VALIDATION_ROWS):
            rows = inputs[start : start + VALIDATION_ROWS]
            h = rows.expand(len(self.ids), *rows.shape)
            for layer, (weight, bias) in enumerate(zip(weights, biases, strict=True)):
                h = _affine(h, weight, bias)
                if layer < len(weights) - 1:
                    h = h.tanh_() if self._tanh else h.relu_()
            wanted = targets[start : start + VALIDATION_ROWS]
            if self._labels:
                right = wanted.expand(len(self.ids), -1)[..., None]
                losses = -torch.log_softmax(h, dim=2).gather(2, right)
            else:
                losses = (h - wanted).square_().mean(2)
            total += losses.flatten(1).sum(1, dtype=torch.float64)
        return (total / len(inputs)).cpu().numpy()

    def keep(self, alive: NDArray[np.bool_]) -> None:
        """Compact: finished and diverged models leave every tensor, so that nothing is computed for them."""
        rows = torch.tensor(np.flatnonzero(alive), device=self._parameters.device)
        for name in ("_parameters", "_mean", "_square", "_learning_rate", "_l2"):
            setattr(self, name, getattr(self, name).index_select(0, rows))
        self._streams = list(itertools.compress(self._streams, alive))
        self.ids, self.epochs = self.ids[alive], self.epochs[alive]

    def _layers(self, flat: torch.Tensor) -> tuple[list[torch.Tensor], list[torch.Tensor]]:
        """Views of a (K, P) tensor: each layer's weights (K, n_in, n_out) and biases (K, 1, n_out)."""
        weights, biases = [], []
        start = 0
        for n_in, n_out in itertools.pairwise(self._sizes):
            weights.append(flat[:, start : start + n_in * n_out].view(-1, n_in, n_out))
            start += n_in * n_out
            biases.append(flat[:, start : start + n_out].view(-1, 1, n_out))
            start += n_out
        return weights, biases

    def _adam(self, gradients: torch.Tensor, scratch: torch.Tensor) -> None:
        """One step of Adam for all models; ``gradients`` and ``scratch`` (K, P) are overwritten."""
        self._steps += 1
        gradients.addcmul_(self._parameters, self._l2)
        self._mean.lerp_(gradients, 1 - BETA_1)
        self._square.mul_(BETA_2).addcmul_(gradients, gradients, value=1 - BETA_2)
        torch.sqrt(self._square, out=scratch).div_(math.sqrt(1 - BETA_2**self._steps)).add_(EPSILON)
        torch.div(self._mean, scratch, out=scratch)
        self._parameters.addcmul_(scratch, self._learning_rate / (1 - BETA_1**self._steps), value=-1)


class _Step:
    """The buffers of one step on B rows, and what is done in them."""

    def __init__(self, stack: Stack, data: Tensors, n_rows: int) -> None:
        self.n_rows = n_rows
        self._tanh, self._labels = stack._tanh, stack._labels
        n_models, sizes = len(stack.ids), stack._sizes
        new = stack._parameters.new_empty
        self._inputs = new(n_models, n_rows, sizes[0])
        self._outputs = [new(n_models, n_rows, size) for size in sizes[1:]]
        self._errors = [new(n_models, n_rows, size) for size in sizes[1:]]
        self._layers = stack._layers

    def run(
        self,
        rows: torch.Tensor,
        data: Tensors,
        weights: list[torch.Tensor],
        biases: list[torch.Tensor],
        gradients: torch.Tensor,
    ) -> torch.Tensor:
        """Forward and backward; writes ``gradients`` (K, P), returns the summed training loss, shape (K,)."""
        picked = rows.reshape(-1)
        torch.index_select(data.train_inputs, 0, picked, out=self._inputs.view(len(picked), -1))
        targets = data.train_targets.index_select(0, picked).view(*rows.shape, -1)
        n_layers = len(weights)
        h = self._inputs
        for layer, (weight, bias) in enumerate(zip(weights, biases, strict=True)):
            h = _affine(h, weight, bias, self._outputs[layer])
            if layer < n_layers - 1:
                h = h.tanh_() if self._tanh else h.relu_()
        losses = self._score(h, targets)
        into_weights, into_biases = self._layers(gradients)
        for layer in reversed(range(n_layers)):
            error = self._errors[layer]
            below = self._outputs[layer - 1] if layer else self._inputs
            if error.shape[2] <= NARROW:
                into_weights[layer].copy_(torch.bmm(error.transpose(1, 2), below).transpose(1, 2))
            else:
                into_weights[layer].copy_(torch.bmm(below.transpose(1, 2), error))
            torch.sum(error, 1, keepdim=True, out=into_biases[layer])
            if layer:
                # with a single output the product is an outer one
                product = torch.mul if error.shape[2] == 1 else torch.bmm
                passed = product(error, weights[layer].transpose(1, 2), out=self._errors[layer - 1])
                if self._tanh:
                    torch.ops.aten.tanh_backward.grad_input(passed, below, grad_input=passed)
                else:
                    torch.ops.aten.threshold_backward.grad_input(passed, below, 0, grad_input=passed)
        return losses

    def _score(self, outputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        """Summed loss of each model, shape (K,); its mean's derivative goes into the last error."""
        error = self._errors[-1]
        if self._labels:
            logs = torch.log_softmax(outputs, dim=2)
            losses = -logs.gather(2, targets).sum((1, 2))
            torch.exp(logs, out=error).scatter_add_(2, targets, torch.full_like(targets, -1, dtype=error.dtype))
            error.div_(self.n_rows)
        else:
            torch.sub(outputs, targets, out=error)
            losses = error.square().sum((1, 2)).div_(error.shape[2])
            error.mul_(2 / (self.n_rows * error.shape[2]))
        return losses


def _affine(
    inputs: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor, out: torch.Tensor | None = None
) -> torch.Tensor:
    """``inputs @ weight + bias`` for K layers at once, shape (K, B, n_out)."""
    if weight.shape[2] <= NARROW:
        product = torch.bmm(weight.transpose(1, 2), inputs.transpose(1, 2)).transpose(1, 2)
        return torch.add(product, bias, out=out)
    return torch.baddbmm(bias, inputs, weight, out=out)
