"""How do K networks of any widths and batch sizes train fastest on a processor? One after another, in machine code.

Weights, gradients and what the optimiser keeps of one small network fit into a core's own cache; a stack of thirty-two
does not. And while ``kernels`` compute, Python is free: workers and the caller's own cells do not wait for each other.
"""

import itertools
import math
import threading
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from hpo_tutor.training.crew import Plan, Tensors
from hpo_tutor.training.models.architecture import Dense
from hpo_tutor.training.models.descriptions import MLP, Model
from hpo_tutor.training.randomness import DROPOUT, NOISE, Stream, kept, normal, places

Array = NDArray[np.floating]

BLOCK = 2**22  # rows x parameters between two looks at ``stop``: a fraction of a millisecond, or one step


def why_not(model: Model, device: torch.device) -> str:
    """Why this backend cannot train that model there, as words after its name; empty if it can."""
    if not isinstance(model, MLP):
        return f"trains fully connected networks, no {type(model).__name__}"
    if model.activation != "relu":
        return f"trains networks of ReLU, not of {model.activation}"
    if model.batch_norm:
        return "trains no network with batch normalisation"
    if device.type != "cpu":
        return f"runs on a processor, not on {device.type}"
    return _without_numba()


@cache
def _without_numba() -> str:
    """What is missing for the kernels; numba is loaded only once somebody asks."""
    try:
        from hpo_tutor.training.backends import kernels  # noqa: F401 - the question is whether it can be imported
    except Exception as error:  # a broken installation raises whatever it likes
        return f"needs numba, which cannot be imported here ({error})"
    return ""


class Compiled:
    """K networks, each with its own width, batch size and epochs. ``ids`` are their places in the population."""

    def __init__(self, plan: Plan) -> None:
        self.ids, self.epochs = plan.ids, plan.settings.epochs
        self._networks = [_Network(plan, k) for k in range(len(plan.ids))]
        self._stop = threading.Event()

    def train(self, data: Tensors, stop: threading.Event) -> NDArray[np.float64]:
        """One epoch; the mean training loss on the way, shape (K,)."""
        self._stop = stop
        rows = _arrays(data.train_inputs, data.train_targets)
        return np.array([network.train(*rows, stop) for network in self._networks])

    def validate(self, data: Tensors) -> NDArray[np.float64]:
        """Validation losses, shape (K,); nan once nobody waits for them."""
        rows = _arrays(data.validation_inputs, data.validation_targets)
        return np.array([np.nan if self._stop.is_set() else network.validate(*rows) for network in self._networks])

    def keep(self, alive: NDArray[np.bool_]) -> None:
        """Drop the others; there is nothing to move."""
        self._networks = list(itertools.compress(self._networks, alive))
        self.ids, self.epochs = self.ids[alive], self.epochs[alive]

    def tensors(self, k: int) -> list[torch.Tensor]:
        """Weights and biases of the k-th network, layer by layer; float64."""
        return self._networks[k].tensors()

    def state(self, k: int) -> dict[str, Any]:
        """All that the k-th network goes on from, besides its plan."""
        return self._networks[k].state()

    def restore(self, k: int, state: Mapping[str, Any]) -> None:
        """Let the k-th network go on from the ``state`` of one of the same plan."""
        self._networks[k].restore(state)


class _Network:
    """One network: what it has learned, and how it goes on."""

    def __init__(self, plan: Plan, k: int) -> None:
        from hpo_tutor.training.backends import kernels

        self._kernels = kernels
        settings, network = plan.settings, plan.network(k)
        self._stream = Stream(settings.seeds[k])
        start = torch.cat([tensor.flatten() for tensor in self._stream.weights(network)])
        copies = 3 if plan.optimiser == "adam" else 2
        self._state = torch.zeros(copies, len(start), dtype=plan.dtype).numpy()
        self._state[0] = start
        self._sizes = np.array([plan.n_inputs, *(layer.to[0] for layer in network if isinstance(layer, Dense))])
        self._how = kernels.Training(
            plan.optimiser == "adam",
            plan.model.task == "classification",
            int(settings.batch_size[k]),
            float(settings.learning_rate[k]),
            float(settings.l2[k]),
            float(settings.momentum[k]),
        )
        self._noise, self._dropout = float(settings.input_noise[k]), float(settings.dropout[k])
        self._epoch = self._n_steps = 0

    def train(self, inputs: Array, targets: Array, stop: threading.Event) -> float:
        """One epoch, in blocks of whole steps; the mean training loss on the way."""
        self._epoch += 1
        order = self._stream.order(len(inputs)).numpy()
        batch_size = self._how.batch_size
        n_rows = batch_size * max(1, BLOCK // (batch_size * self._state.shape[1]))
        total = 0.0
        for start in range(0, len(order), n_rows):
            if stop.is_set():
                break
            rows = order[start : start + n_rows]
            seen, wanted = inputs.take(rows, axis=0), targets.take(rows, axis=0)
            if self._noise:
                seen += self._noise * self._normal(rows, seen)
            total += self._kernels.train(
                self._state, self._n_steps, self._sizes, seen, wanted, self._factors(rows), self._how
            )
            self._n_steps += math.ceil(len(rows) / batch_size)
        return total / len(order)

    def validate(self, inputs: Array, targets: Array) -> float:
        """The validation loss."""
        return self._kernels.validate(self._state[0], self._sizes, inputs, targets, self._how.classification)

    def tensors(self) -> list[torch.Tensor]:
        """Copies of weights and biases, layer by layer; float64."""
        pairs = itertools.pairwise(self._sizes.tolist())
        shapes = [shape for n_in, n_out in pairs for shape in ((n_in, n_out), (n_out,))]
        parts = torch.split(torch.tensor(self._state[0], dtype=torch.float64), [math.prod(shape) for shape in shapes])
        return [part.view(shape) for part, shape in zip(parts, shapes, strict=True)]

    def state(self) -> dict[str, Any]:
        """Weights and what the optimiser keeps, (copies, parameters); epochs, steps, and where the orders stand."""
        return {
            "epoch": self._epoch,
            "n_steps": self._n_steps,
            "order": self._stream.state(),
            "weights": torch.tensor(self._state),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from there."""
        self._epoch, self._n_steps = state["epoch"], state["n_steps"]
        self._stream.restore(state["order"])
        self._state = state["weights"].numpy().copy()

    def _normal(self, rows: NDArray[np.int64], inputs: Array) -> Array:
        """Standard normal draws, one for each number of ``inputs``."""
        bits = self._bits(NOISE, rows, [inputs.shape[1]])
        return normal(torch.from_numpy(bits), torch.from_numpy(inputs).dtype).numpy()

    def _factors(self, rows: NDArray[np.int64]) -> Array:
        """What dropout multiplies the hidden units' outputs by, (rows, all units); empty where nothing is dropped."""
        real = self._state.dtype.type
        if not self._dropout:
            return np.empty((0, 0), real)
        bits = self._bits(DROPOUT, rows, self._sizes[1:-1].tolist())
        stay = kept(torch.from_numpy(bits)[None], torch.tensor([self._dropout], dtype=torch.float64))
        factors: Array = stay[0].numpy() * real(1 / (1 - self._dropout))
        return factors

    def _bits(self, purpose: int, rows: NDArray[np.int64], widths: list[int]) -> NDArray[np.int32]:
        """This epoch's random bits for layers of these widths side by side, (rows, all places)."""
        bits = np.empty((len(rows), sum(widths)), np.int32)
        column = 0
        for i, width in enumerate(widths):
            key = self._stream.key(purpose + i)
            self._kernels.bits(key, self._epoch, rows, _words(width), bits, column)
            column += width
        return bits


@lru_cache
def _words(width: int) -> NDArray[np.int32]:
    """A word for each place of a layer."""
    return places((width,), torch.device("cpu")).numpy()


def _arrays(inputs: torch.Tensor, targets: torch.Tensor) -> tuple[Array, Array]:
    """Rows as the kernels read them: of one type, one row after another; class numbers are one column."""
    columns = targets.view(len(targets), -1).to(inputs.dtype)
    return inputs.contiguous().numpy(), columns.contiguous().numpy()
