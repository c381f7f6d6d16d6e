"""How is one network trained with plain torch? The reference that the fast backends are tested against."""

import itertools
import threading

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - the name that the whole field uses
from numpy.typing import NDArray
from torch import nn

from hpo_tutor.training.architecture import Dense
from hpo_tutor.training.crew import Plan, Tensors
from hpo_tutor.training.randomness import Stream


class Loop:
    """One network, written as torch's own tutorials would. ``ids`` holds its position in the population, shape (1,)."""

    def __init__(self, plan: Plan) -> None:
        self.ids = plan.ids
        self.epochs = plan.settings.epochs
        self._stream = Stream(plan.settings.seeds[0])
        self._task, self._batch_size = plan.model.task, plan.batch_size
        self._net = _network(plan, torch.cat([one.flatten() for one in self._stream.weights(plan.widest)]))
        self._optimiser = torch.optim.Adam(
            self._net.parameters(), lr=float(plan.settings.learning_rate[0]), weight_decay=float(plan.settings.l2[0])
        )

    def train(self, data: Tensors, stop: threading.Event) -> NDArray[np.float64]:
        """One epoch; the mean training loss on the way, shape (1,)."""
        order = self._stream.order(len(data.train_inputs)).to(data.train_inputs.device)
        total = 0.0
        for start in range(0, len(order), self._batch_size):
            if stop.is_set():
                break
            rows = order[start : start + self._batch_size]
            self._optimiser.zero_grad(set_to_none=True)
            loss = self._loss(data.train_inputs[rows], data.train_targets[rows])
            loss.backward()  # type: ignore[no-untyped-call]
            self._optimiser.step()
            total += float(loss.detach()) * len(rows)
        return np.array([total / len(order)])

    @torch.no_grad()
    def validate(self, data: Tensors) -> NDArray[np.float64]:
        """The validation loss, shape (1,)."""
        return np.array([float(self._loss(data.validation_inputs, data.validation_targets))])

    def keep(self, alive: NDArray[np.bool_]) -> None:
        """Nothing to compact: a lone network goes on as a whole or is dropped as a whole."""

    def _loss(self, inputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        outputs = self._net(inputs)
        return F.cross_entropy(outputs, targets) if self._task == "classification" else F.mse_loss(outputs, targets)


def _network(plan: Plan, weights: torch.Tensor) -> nn.Sequential:
    """The network with the stream's initial weights."""
    layers: list[nn.Module] = []
    start = 0
    sizes = (plan.n_inputs, *(layer.to[0] for layer in plan.widest if isinstance(layer, Dense)))
    for n_in, n_out in itertools.pairwise(sizes):
        layer = nn.Linear(n_in, n_out, dtype=torch.float64)
        with torch.no_grad():
            layer.weight.copy_(weights[start : start + n_in * n_out].view(n_in, n_out).T)
            layer.bias.copy_(weights[start + n_in * n_out : start + (n_in + 1) * n_out])
        start += (n_in + 1) * n_out
        layers += [layer, nn.ReLU() if plan.model.activation == "relu" else nn.Tanh()]
    return nn.Sequential(*layers[:-1]).to(device=plan.device, dtype=plan.dtype)
