"""How is one network trained with plain torch? The reference that the fast backends are tested against.

It shares the random numbers with them, and no line of arithmetic.
"""

import threading
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - the name that the whole field uses
from numpy.typing import NDArray
from torch import nn

from hpo_tutor.training.crew import Plan, Tensors
from hpo_tutor.training.models import networks
from hpo_tutor.training.models.architecture import Dropout
from hpo_tutor.training.randomness import DROPOUT, NOISE, Stream, hashes, kept, normal, places


class Loop:
    """One network, written as torch's own tutorials would. ``ids`` holds its position in the population, shape (1,)."""

    def __init__(self, plan: Plan) -> None:
        settings = plan.settings
        self.ids, self.epochs = plan.ids, settings.epochs
        self._plan, self._network = plan, plan.network(0)
        self._stream = Stream(settings.seeds[0])
        self._net = networks.build(self._network, self._stream.weights(self._network)).to(plan.device, plan.dtype)
        rate, l2 = float(settings.learning_rate[0]), float(settings.l2[0])
        self._optimiser: torch.optim.Optimizer
        if plan.optimiser == "adam":
            self._optimiser = torch.optim.Adam(self._net.parameters(), lr=rate, weight_decay=l2)
        else:
            momentum = float(settings.momentum[0])
            self._optimiser = torch.optim.SGD(self._net.parameters(), lr=rate, weight_decay=l2, momentum=momentum)
        self._noise = _Draws(self._stream, NOISE, self._network[0].inputs, plan.device)
        self._dropouts = self._draw_dropouts()
        self._epoch = 0

    def train(self, data: Tensors, stop: threading.Event) -> NDArray[np.float64]:
        """One epoch; the mean training loss on the way, shape (1,)."""
        self._epoch += 1
        self._net.train()
        order = self._stream.order(len(data.train_inputs)).to(self._plan.device)
        deviation = float(self._plan.settings.input_noise[0])
        total = 0.0
        for rows in torch.split(order, self._plan.batch_size):
            if stop.is_set():
                break
            for draws in (self._noise, *self._dropouts):
                draws.meet(self._epoch, rows)
            inputs = data.train_inputs[rows]
            if deviation:
                inputs = inputs + deviation * normal(self._noise.bits(), inputs.dtype).view(inputs.shape)
            self._optimiser.zero_grad()
            loss = self._loss(inputs, data.train_targets[rows])
            loss.backward()  # type: ignore[no-untyped-call]
            self._optimiser.step()
            total += float(loss.detach()) * len(rows)
        return np.array([total / len(order)])

    @torch.no_grad()
    def validate(self, data: Tensors) -> NDArray[np.float64]:
        """The validation loss, shape (1,)."""
        self._net.eval()
        return np.array([float(self._loss(data.validation_inputs, data.validation_targets))])

    def keep(self, alive: NDArray[np.bool_]) -> None:
        """Nothing to compact: a lone network goes on as a whole or is dropped as a whole."""

    def tensors(self, k: int) -> list[torch.Tensor]:
        """What the network has learned, in the order and shapes of ``Stream.weights``; float64, on the processor."""
        return [tensor.detach().double().cpu().clone() for tensor in networks.held(self._net, self._network)]

    def state(self, k: int) -> dict[str, Any]:
        """All that the network goes on from, besides its plan; what torch's optimiser keeps, too."""
        return {
            "epoch": self._epoch,
            "order": self._stream.state(),
            "network": self._net.state_dict(),
            "optimiser": self._optimiser.state_dict(),
        }

    def restore(self, k: int, state: Mapping[str, Any]) -> None:
        """Go on from the ``state`` of a network of the same plan."""
        self._epoch = state["epoch"]
        self._stream.restore(state["order"])
        self._net.load_state_dict(state["network"])
        self._optimiser.load_state_dict(state["optimiser"])

    def _loss(self, inputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        outputs = self._net(inputs)
        if self._plan.model.task == "classification":
            return F.cross_entropy(outputs, targets)
        return F.mse_loss(outputs, targets)

    def _draw_dropouts(self) -> "list[_Draws]":
        """Let the dropout modules drop what the stream says, in place of what torch's own generator would."""
        share = torch.tensor(self._plan.settings.dropout, device=self._plan.device)
        modules = [module for module in self._net if isinstance(module, nn.Dropout)]
        layers = [layer for layer in self._network if isinstance(layer, Dropout)]
        drawn = []
        for j, (module, layer) in enumerate(zip(modules, layers, strict=True)):
            draws = _Draws(self._stream, DROPOUT + j, layer.inputs, self._plan.device)

            def drop(
                module: nn.Module, _: object, values: torch.Tensor, draws: "_Draws" = draws
            ) -> torch.Tensor | None:
                if not module.training or not share.any():
                    return None
                return values * kept(draws.bits(), share).view(values.shape) / (1 - float(share))

            module.register_forward_hook(drop)
            drawn.append(draws)
        return drawn


class _Draws:
    """The random bits of one model for one purpose."""

    def __init__(self, stream: Stream, purpose: int, shape: tuple[int, ...], device: torch.device) -> None:
        self._key = torch.tensor([stream.key(purpose)], dtype=torch.int32, device=device)
        self._words = places(shape, device)

    def meet(self, epoch: int, rows: torch.Tensor) -> None:
        """From now on it is this epoch and these rows, (B,)."""
        self._epoch, self._rows = torch.tensor(epoch, dtype=torch.int32, device=rows.device), rows[None]

    def bits(self) -> torch.Tensor:
        """For each row and place, int32, (1, B, *shape)."""
        return hashes(self._key, self._epoch, self._rows, self._words)
