"""How do K networks of one shape train in one pass? Their numbers are stacked, and every step is a batched one.

    K, P, B   models, numbers of one network, rows of a step
    numbers   (K, P), see ``storage``

The way back is written out by hand, layer by layer (``layers``): autograd costs twice as much on networks as small as
these. The stack and the loop differ by rounding only.
"""

import itertools
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from hpo_tutor.training.backends.stacked.layers import Chain, copy
from hpo_tutor.training.backends.stacked.optimisers import OPTIMISERS
from hpo_tutor.training.backends.stacked.scores import cross_entropy, squared_error
from hpo_tutor.training.backends.stacked.steps import Chance, Step, Work, rows_last
from hpo_tutor.training.backends.stacked.storage import Layout, corner
from hpo_tutor.training.crew import Plan, Tensors
from hpo_tutor.training.models.architecture import Dropout, Network, n_activations
from hpo_tutor.training.randomness import DROPOUT, NOISE, Stream
from hpo_tutor.training.settings import joined

# of validation at a time: fewer where they would leave more bytes between the layers than this
VALIDATION_ROWS, VALIDATION_MEMORY = 256, 2**26


class Stack:
    """K networks in one tensor. ``ids`` are their positions in the population, shape (K,)."""

    def __init__(self, plan: Plan) -> None:
        self.ids, self.epochs = plan.ids, plan.settings.epochs
        self._plan, self._places = plan, np.arange(len(plan.ids))
        self._layout = Layout(plan.widest)
        self._streams = [Stream(seed) for seed in plan.settings.seeds]
        self._numbers = self._start().to(plan.device, plan.dtype)
        self._optimiser = OPTIMISERS[plan.optimiser](self._learned(), plan.settings)
        self._chance = self._chances()
        self._work, self._steps = self._new_work(), dict[int, Step]()

    @torch.no_grad()
    @np.errstate(all="ignore")  # a diverging model tells by its loss
    def train(self, data: Tensors, stop: threading.Event) -> NDArray[np.float64]:
        """One epoch; the mean training loss on the way, shape (K,)."""
        n_rows = len(data.train_inputs)
        orders = self._orders(n_rows)
        self._chance.epoch.add_(1)
        self._work.total.zero_()
        for start in range(0, n_rows, self._plan.batch_size):
            if stop.is_set():
                break
            rows = orders[:, start : start + self._plan.batch_size]
            size = rows.shape[1]
            if size not in self._steps:
                self._steps[size] = Step(self._work, data, size)
            self._steps[size].rows.copy_(rows)
            self._optimiser.prepare()
            self._steps[size]()
        losses: NDArray[np.float64] = (self._work.total / n_rows).cpu().numpy()
        if not self._numbers.is_cuda:  # there a step is recorded, here its buffers serve the next chunk
            self._steps.clear()
        return losses

    @torch.no_grad()
    @np.errstate(all="ignore")
    def validate(self, data: Tensors) -> NDArray[np.float64]:
        """Validation losses, shape (K,)."""
        total = torch.zeros(len(self.ids), dtype=torch.float64, device=self._numbers.device)
        network, chain = self._layout.network, None
        row = len(self.ids) * n_activations(network) * self._numbers.itemsize
        n_rows = max(1, min(VALIDATION_ROWS, VALIDATION_MEMORY // row))
        blocks = zip(*(torch.split(part, n_rows) for part in data[2:]), strict=True)
        for inputs, targets in blocks:
            if chain is None or chain.outputs.shape[-1] != len(inputs):
                chain = Chain(self._layout, self._numbers, len(inputs))
            copy(rows_last(inputs.view(1, -1, *network[0].inputs)), chain.inputs.values)()
            chain.forward()
            if self._plan.model.task == "classification":
                total += cross_entropy(chain.outputs, targets[None])
            else:
                total += squared_error(chain.outputs, rows_last(targets.view(1, -1, *network[-1].outputs)))
        return (total / len(data.validation_inputs)).cpu().numpy()

    def keep(self, alive: NDArray[np.bool_]) -> None:
        """Compact: finished and diverged models leave every tensor, so that nothing is computed for them."""
        rows = torch.tensor(np.flatnonzero(alive), device=self._numbers.device)
        self._numbers = self._numbers.index_select(0, rows)
        self._optimiser.keep(self._learned(), rows)
        self._streams = list(itertools.compress(self._streams, alive))
        self.ids, self.epochs, self._places = self.ids[alive], self.epochs[alive], self._places[alive]
        self._chance = self._chances(self._chance.epoch)
        self._work, self._steps = self._new_work(), {}

    @property
    def kind(self) -> tuple[Network, int]:
        """Stacks of the same kind may be joined: the layers of the widest model, and the rows of a step."""
        return self._layout.network, self._plan.batch_size

    def join(self, others: "Sequence[Stack]") -> None:
        """Take in the models of other stacks of the same kind, which have trained as many epochs; those are empty then.

        A step of one small network costs nearly what one of sixteen costs.
        """
        stacks = [self, *others]
        settings = [stack._plan.settings.of(stack._places) for stack in stacks]
        self.ids = np.concatenate([stack.ids for stack in stacks])
        self.epochs = np.concatenate([stack.epochs for stack in stacks])
        self._plan = replace(self._plan, ids=self.ids, settings=joined(settings))
        self._places = np.arange(len(self.ids))
        self._numbers = torch.cat([stack._numbers for stack in stacks])
        self._optimiser.join(self._learned(), [stack._optimiser for stack in others])
        self._streams = [stream for stack in stacks for stream in stack._streams]
        self._chance = self._chances(self._chance.epoch)
        self._work, self._steps = self._new_work(), {}

    def tensors(self, k: int) -> list[torch.Tensor]:
        """What the k-th model has learned, in the order and shapes of ``Stream.weights``; float64, on the processor."""
        network = self._plan.network(int(self._places[k]))
        shapes = [tensor.shape for layer in network for tensor in (*layer.tensors, *layer.statistics)]
        views = self._layout.tensors(self._numbers[k : k + 1].double().cpu())
        return [corner(view[0], shape).clone() for view, shape in zip(views, shapes, strict=True)]

    def _orders(self, n_rows: int) -> torch.Tensor:
        """The order of the rows for each model, (K, n_rows), on the device."""
        if not self._numbers.is_cuda:
            return torch.stack([stream.order(n_rows) for stream in self._streams])
        # a GPU would wait for the orders of thousands of models; torch shuffles without the interpreter's lock
        with ThreadPoolExecutor() as pool:
            drawn = torch.stack(list(pool.map(lambda stream: stream.order(n_rows), self._streams)))
        return drawn.pin_memory().to(self._numbers.device, non_blocking=True)

    def _start(self) -> torch.Tensor:
        """Initial numbers (K, P), float64: each model fills the first corner of every tensor."""
        numbers = torch.zeros(len(self.ids), self._layout.n_numbers, dtype=torch.float64)
        views = self._layout.tensors(numbers)
        for k, stream in enumerate(self._streams):
            for view, tensor in zip(views, stream.weights(self._plan.network(k)), strict=True):
                corner(view[k], tuple(tensor.shape)).copy_(tensor)
        return numbers

    def _learned(self) -> torch.Tensor:
        """What the optimiser changes, a view (K, n_learned)."""
        return self._numbers[:, : self._layout.n_learned]

    def _chances(self, epoch: torch.Tensor | None = None) -> Chance:
        """Where the random numbers of those that still train come from."""
        device, settings = self._plan.device, self._plan.settings.of(self._places)
        if epoch is None:
            epoch = torch.zeros((), dtype=torch.int32, device=device)
        chance = Chance(epoch)
        if settings.input_noise.any():
            chance = chance._replace(noise=self._keys(NOISE), deviations=self._numbers.new_tensor(settings.input_noise))
        n_layers = sum(isinstance(layer, Dropout) for layer in self._layout.network)
        if n_layers and settings.dropout.any():
            keys = torch.stack([self._keys(DROPOUT + j) for j in range(n_layers)])
            chance = chance._replace(dropout=keys, shares=torch.tensor(settings.dropout, device=device))
        return chance

    def _keys(self, purpose: int) -> torch.Tensor:
        """What the hashes of each model begin with, int32, (K,)."""
        keys = [stream.key(purpose) for stream in self._streams]
        return torch.tensor(keys, dtype=torch.int32, device=self._plan.device)

    def _new_work(self) -> Work:
        gradients = torch.zeros_like(self._learned(), memory_format=torch.contiguous_format)
        total = torch.zeros(len(self.ids), dtype=torch.float64, device=self._numbers.device)
        labels = self._plan.model.task == "classification"
        return Work(self._layout, self._numbers, gradients, self._optimiser, self._chance, labels, total)
