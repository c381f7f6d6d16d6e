"""How is one network trained for a while, put away, and trained on elsewhere, as if it had never stopped?

    network = start(MLP(), data, {"learning_rate": 1e-2}, seed=7)
    network.advance(3)              # validation losses after epochs 1, 2 and 3
    frozen = network.frozen()       # bytes: weights, what the optimiser keeps, the place in the order of the rows
    thaw(frozen, MLP(), data, {"learning_rate": 1e-2}, seed=7).advance(6)     # epochs 4 to 9, in any process

It trains on a processor, on one thread, and reaches what a ``Population`` of the same backend reaches. Noise and
dropout need no state: they are computed from the seed, the epoch and the row (``randomness``).
"""

import io
import threading
from collections.abc import Callable, Mapping
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray

from hpo_tutor.training.backends.compiled import Compiled
from hpo_tutor.training.backends.loop import Loop
from hpo_tutor.training.crew import Plan, Tensors, one_thread
from hpo_tutor.training.models.descriptions import Model
from hpo_tutor.training.population import DTYPES, Population
from hpo_tutor.training.rows import Data

BACKENDS: Mapping[str, Callable[[Plan], Compiled | Loop]] = {"compiled": Compiled, "loop": Loop}


class Pausable:
    """A network that trains in parts; see ``start`` and ``thaw``.

    Attributes:
        epoch: epochs that it has had.
        diverged: whether its loss is no longer finite; then it trains no further.
    """

    def __init__(self, plan: Plan, data: Data, backend: str) -> None:
        self.epoch, self.diverged = 0, False
        self._trainer = BACKENDS[backend](plan)
        self._data = Tensors.of(data, plan.model, plan.device, plan.dtype)
        settings = {name: np.asarray(column).tolist() for name, column in plan.settings._asdict().items()}
        # what decides its losses, beside the rows
        self._identity = f"{plan.model}, {settings}, {plan.optimiser}, {plan.dtype}, {backend}"

    def advance(self, n_epochs: int = 1) -> NDArray[np.float64]:
        """Train on; validation losses after each epoch, shape (n_epochs,), in the unit of a ``Population``.

        From the epoch on that gives inf or nan it trains no further, and the rest is nan.

        Raises:
            ValueError: there is not at least one epoch to train.
        """
        if n_epochs < 1:
            raise ValueError(f"a network advances by at least one epoch, got n_epochs={n_epochs}")
        losses, never = np.full(n_epochs, np.nan), threading.Event()
        with one_thread():
            for i in range(n_epochs):
                if self.diverged:
                    break
                self._trainer.train(self._data, never)
                losses[i] = self._trainer.validate(self._data)[0]
                self.epoch += 1
                self.diverged = not np.isfinite(losses[i])
        return losses

    def frozen(self) -> bytes:
        """All that it goes on from, without rows and hyperparameters."""
        packet = io.BytesIO()
        state = {"identity": self._identity, "epoch": self.epoch, "diverged": self.diverged}
        torch.save({**state, "trainer": self._trainer.state(0)}, packet)
        return packet.getvalue()

    def _restore(self, frozen: bytes) -> None:
        state: dict[str, Any] = torch.load(io.BytesIO(frozen), weights_only=True)  # tensors and numbers, no code
        if state["identity"] != self._identity:
            raise ValueError(
                f"a frozen network goes on with its own model, settings and seed; frozen was {state['identity']}, "
                f"got {self._identity}; thaw it with what it was started with"
            )
        self.epoch, self.diverged = state["epoch"], state["diverged"]
        self._trainer.restore(0, state["trainer"])


def start(
    model: Model,
    data: Data,
    hyperparameters: Mapping[str, float],
    seed: int,
    backend: Literal["compiled", "loop"] | None = None,
    *,
    optimiser: Literal["adam", "sgd"] = "adam",
    dtype: Literal["float32", "float64"] = "float32",
) -> Pausable:
    """A network before its first epoch.

    Args:
        model: what is trained.
        data: the rows, standardised.
        hyperparameters: name -> number, as of a ``Population``; epochs are not looked at.
        seed: initial weights, order of the rows, noise and dropout.
        backend: None takes "compiled" where it can train the model, else "loop".
        optimiser: "adam" or "sgd".
        dtype: "float32" or "float64".

    Raises:
        ValueError: as of ``Population``; or the backend is another.
    """
    if backend is not None and backend not in BACKENDS:
        raise ValueError(f"a network that pauses trains on the backend {' or '.join(BACKENDS)}, got {backend!r}")
    alone = Population(
        model, data, {**hyperparameters, "epochs": 1}, [seed], backend, optimiser=optimiser, device="cpu", dtype=dtype
    )
    settings, ids = alone.settings, np.arange(1)
    plan = Plan(
        model, data.n_inputs, ids, settings, int(settings.batch_size[0]), optimiser, alone.device, DTYPES[dtype]
    )
    return Pausable(plan, data, alone.backend if alone.backend in BACKENDS else "loop")


def thaw(
    frozen: bytes,
    model: Model,
    data: Data,
    hyperparameters: Mapping[str, float],
    seed: int,
    backend: Literal["compiled", "loop"] | None = None,
    *,
    optimiser: Literal["adam", "sgd"] = "adam",
    dtype: Literal["float32", "float64"] = "float32",
) -> Pausable:
    """A network that goes on where ``frozen`` stopped; the other arguments are those of ``start``, as they were.

    Raises:
        ValueError: as of ``start``; or it was started with other arguments.
    """
    network = start(model, data, hyperparameters, seed, backend, optimiser=optimiser, dtype=dtype)
    network._restore(frozen)
    return network
