"""How do K networks with K different settings train at once, and how good does each become?

K        number of models
losses   (K,) validation losses: mean squared error (regression) or cross-entropy in nats (classification)
"""

import math
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from hpo_tutor.training.crew import Crew, Plan, Tensors, Trainer
from hpo_tutor.training.descriptions import MLP, Data
from hpo_tutor.training.loop import Loop
from hpo_tutor.training.settings import settle
from hpo_tutor.training.stack import Stack

BACKENDS: Mapping[str, Callable[[Plan], Trainer]] = {"loop": Loop, "stack": Stack}
DTYPES: Mapping[str, torch.dtype] = {"float32": torch.float32, "float64": torch.float64}
# models of one chunk: on a processor what stays in the second-level cache, on a GPU what fills it
LARGEST_CHUNK, SMALLEST_CHUNK, GPU_CHUNK = 32, 16, 4096


class Report(NamedTuple):
    """What one epoch brought.

    Attributes:
        epoch: number of the epoch, from 1.
        losses: validation losses after it, shape (K,); nan for models that did not train in it.
        training_losses: mean training losses during it, shape (K,), in the same unit; nan likewise.
        trained: which models trained in it, shape (K,). A model that diverged has trained and a loss of inf or nan.
    """

    epoch: int
    losses: NDArray[np.float64]
    training_losses: NDArray[np.float64]
    trained: NDArray[np.bool_]


class Population:
    """K networks, each with its own hyperparameters, initial weights and order of the rows.

    A model's loss depends on its own settings and seed, never on the company it trains in (up to rounding). Models that
    have had their epochs, and models whose loss is no longer finite, are taken out, so that they cost nothing.

    Args:
        model: what is trained.
        data: the rows, standardised.
        hyperparameters: name -> (K,) array or one number: learning_rate, epochs, and if wanted l2 (0),
            batch_size (128), width (as ``model`` says).
        seeds: one for each model, whole numbers from 0.
        backend: "stack" (fast: weights of many models in one tensor) or "loop" (plain torch, one after another).
        device: where to train, "cpu" or "cuda"; None takes the GPU if there is one.
        dtype: "float32" or "float64".
        n_threads: worker threads on a processor; None takes every core. The loop always uses one.

    Raises:
        ValueError: a setting makes no sense; the message names it, its value and the way out.
    """

    def __init__(
        self,
        model: MLP,
        data: Data,
        hyperparameters: Mapping[str, ArrayLike],
        seeds: Sequence[int],
        backend: Literal["stack", "loop"] = "stack",
        *,
        device: str | None = None,
        dtype: Literal["float32", "float64"] = "float32",
        n_threads: int | None = None,
    ) -> None:
        if backend not in BACKENDS:
            raise ValueError(f"backend must be one of {', '.join(BACKENDS)}, got {backend!r}")
        if dtype not in DTYPES:
            raise ValueError(f"dtype must be one of {', '.join(DTYPES)}, got {dtype!r}")
        if n_threads is not None and n_threads < 1:
            raise ValueError(f"n_threads must be at least 1, got {n_threads}; None takes every core")
        self.settings = settle(hyperparameters, seeds)
        if np.any(self.settings.width) and not model.hidden:
            raise ValueError("width needs a hidden layer, got MLP(hidden=()); give it one, or leave width out")
        data.check_targets(model)
        self.model, self.data, self.backend = model, data, backend
        self.device, self._dtype = _device(device), DTYPES[dtype]
        alone = backend == "loop" or self.device.type != "cpu"
        self._n_threads = 1 if alone else n_threads or _n_cores()
        self._losses = np.full(len(self), np.nan)

    def __len__(self) -> int:
        return len(self.settings.seeds)

    @property
    def losses(self) -> NDArray[np.float64]:
        """Validation loss of each model after its last epoch so far, shape (K,); nan before its first."""
        return self._losses.copy()

    def train(self) -> NDArray[np.float64]:
        """Train to the end and return the final validation losses, shape (K,)."""
        for _ in self.fit():
            pass
        return self.losses

    def fit(self) -> Iterator[Report]:
        """Train from the start, all models epoch by epoch; one report an epoch until the last model is done.

        Leaving the loop, or interrupting it, stops the workers between two steps; ``losses`` keeps what was reported.
        """
        self._losses = np.full(len(self), np.nan)
        tensors = Tensors.of(self.data, self.model, self.device, self._dtype)
        with Crew(self._n_threads) as crew:

            def one_epoch(trainer: Trainer) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
                return trainer.train(tensors, crew.stop), trainer.validate(tensors)

            trainers = crew.map(BACKENDS[self.backend], self._plans())
            epoch = 0
            while trainers:
                epoch += 1
                nothing = np.full(len(self), np.nan)
                report = Report(epoch, nothing, nothing.copy(), np.zeros(len(self), dtype=bool))
                going_on = []
                for trainer, (training, validation) in zip(trainers, crew.map(one_epoch, trainers), strict=True):
                    report.training_losses[trainer.ids] = training
                    report.losses[trainer.ids] = validation
                    report.trained[trainer.ids] = True
                    alive = (trainer.epochs > epoch) & np.isfinite(validation)
                    if alive.any():
                        going_on.append(trainer)
                        if not alive.all():
                            trainer.keep(alive)
                trainers = going_on
                self._losses[report.trained] = report.losses[report.trained]
                yield report

    def _plans(self) -> list[Plan]:
        """The population cut into chunks of equal shape and batch size, long trainings together."""
        settings = self.settings
        shapes = np.stack([settings.width, settings.batch_size], axis=1)
        plans = []
        for width, batch_size in np.unique(shapes, axis=0):
            members = np.flatnonzero((settings.width == width) & (settings.batch_size == batch_size))
            # chunks of like lengths empty together, so that few are left half full
            members = members[np.argsort(-settings.epochs[members], kind="stable")]
            for ids in np.array_split(members, self._n_chunks(len(members))):
                plans.append(
                    Plan(
                        model=self.model,
                        sizes=self.model.sizes(self.data.n_inputs, int(width) or None),
                        batch_size=int(batch_size),
                        ids=ids,
                        learning_rate=settings.learning_rate[ids],
                        l2=settings.l2[ids],
                        epochs=settings.epochs[ids],
                        seeds=tuple(settings.seeds[i] for i in ids),
                        device=self.device,
                        dtype=self._dtype,
                    )
                )
        return plans

    def _n_chunks(self, n_models: int) -> int:
        """Into how many chunks a group is cut: full ones, but enough to keep every worker busy."""
        if self.backend == "loop":
            return n_models
        if self.device.type != "cpu":
            return math.ceil(n_models / GPU_CHUNK)
        full = math.ceil(n_models / LARGEST_CHUNK)
        shared_out = math.ceil(full / self._n_threads) * self._n_threads
        return max(full, min(shared_out, n_models // SMALLEST_CHUNK))


def _device(name: str | None) -> torch.device:
    """The device asked for, or the best there is."""
    if name is None:
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise ValueError(f"device must be 'cpu' or 'cuda', got {name!r}; None takes the best there is") from error
    if device.type == "cuda" and not torch.cuda.is_available():
        raise ValueError(f"device={name!r} needs a GPU that torch can see, and there is none; use device='cpu'")
    return device


def _n_cores() -> int:
    """The processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
