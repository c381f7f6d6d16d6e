"""How do K networks with K different settings train at once, and how good does each become?

K        number of models
losses   (K,) validation losses: mean squared error (regression) or cross-entropy in nats (classification)
"""

import math
import threading
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import nn

from hpo_tutor.cores import n_cores
from hpo_tutor.training.backends.compiled import Compiled, why_not
from hpo_tutor.training.backends.loop import Loop
from hpo_tutor.training.backends.stacked.stack import Stack
from hpo_tutor.training.chunks import Chunks
from hpo_tutor.training.crew import Crew, Plan, Tensors, Trainer
from hpo_tutor.training.models import networks
from hpo_tutor.training.models.architecture import Normalisation
from hpo_tutor.training.models.descriptions import Model
from hpo_tutor.training.rows import Data
from hpo_tutor.training.settings import settle

Backend = Literal["compiled", "stack", "loop"]
BACKENDS: Mapping[str, Callable[[Plan], Trainer]] = {"compiled": Compiled, "stack": Stack, "loop": Loop}
DTYPES: Mapping[str, torch.dtype] = {"float32": torch.float32, "float64": torch.float64}
MEMORY = 2**30  # bytes, on a processor
GPU_SHARE = 0.5  # of what is free there


class Report(NamedTuple):
    """What one epoch brought.

    Attributes:
        epoch: number of the epoch, from 1; from 1 again where the next models have their turn (see ``memory``).
        losses: validation losses after it, shape (K,); nan for models that did not train in it.
        training_losses: mean training losses during it, shape (K,), in the same unit; nan likewise.
        trained: which models trained in it, shape (K,). A model that diverged has trained and a loss of inf or nan.
    """

    epoch: int
    losses: NDArray[np.float64]
    training_losses: NDArray[np.float64]
    trained: NDArray[np.bool_]


class _Fit(NamedTuple):
    """One run of ``fit``: who was stopped, and what was reached; a later run has its own."""

    stop: threading.Event
    stopped: NDArray[np.bool_]
    losses: NDArray[np.float64]
    tensors: dict[int, list[torch.Tensor]]

    @classmethod
    def new(cls, n_models: int) -> "_Fit":
        return cls(threading.Event(), np.zeros(n_models, dtype=bool), np.full(n_models, np.nan), {})


class Population:
    """K networks, each with its own hyperparameters, initial weights and order of the rows.

    A model's loss depends on its own settings and seed, never on the company it trains in (up to rounding). Models that
    have had their epochs, that were stopped, or whose loss is no longer finite, are taken out and cost nothing more.

    Args:
        model: what is trained.
        data: the rows, standardised.
        hyperparameters: name -> (K,) array or one number: learning_rate, epochs, and if wanted l2 (0), momentum (0;
            with "sgd"), input_noise (0), dropout (0), batch_size (128), width (as ``model`` says).
        seeds: one for each model, whole numbers from 0.
        backend: "compiled" (one network after another, in machine code that stays in the processor's cache: ReLU MLPs
            on a processor), "stack" (weights of many models in one tensor, on a processor or a GPU), "loop" (plain
            torch, one after another); None takes the first of these that can do it.
        optimiser: "adam" or "sgd" (with momentum).
        device: where to train, "cpu" or "cuda"; None takes the GPU if there is one.
        dtype: "float32" or "float64".
        n_threads: worker threads on a processor; None takes every core. The loop always uses one.
        memory: bytes for the models that train at once: their parameters, gradients and what the optimiser keeps, on
            a GPU also what a step leaves between the layers. If all do not fit, they train in turns, as many as fit,
            in the order of the population. None takes 1 GiB on a processor and half of what is free on a GPU.
        keep_networks: keep what each model has learned, for ``network``.

    Raises:
        ValueError: a setting makes no sense; the message names it, its value and the way out.
    """

    def __init__(
        self,
        model: Model,
        data: Data,
        hyperparameters: Mapping[str, ArrayLike],
        seeds: Sequence[int],
        backend: Backend | None = None,
        *,
        optimiser: Literal["adam", "sgd"] = "adam",
        device: str | None = None,
        dtype: Literal["float32", "float64"] = "float32",
        n_threads: int | None = None,
        memory: int | None = None,
        keep_networks: bool = False,
    ) -> None:
        if dtype not in DTYPES:
            raise ValueError(f"dtype must be one of {', '.join(DTYPES)}, got {dtype!r}")
        if n_threads is not None and n_threads < 1:
            raise ValueError(f"n_threads must be at least 1, got {n_threads}; None takes every core")
        if memory is not None and memory < 1:
            raise ValueError(f"memory is a number of bytes, at least 1, got {memory}; None takes what is usual")
        settings = settle(hyperparameters, seeds, optimiser)
        # a step never has more rows than there are
        self.settings = settings._replace(batch_size=np.minimum(settings.batch_size, len(data.train_inputs)))
        data.check_targets(model)
        self.model, self.data, self.optimiser, self.device = model, data, optimiser, chosen_device(device)
        self._dtype = DTYPES[dtype]
        for width, batch_size in {*zip(self.settings.width, self.settings.batch_size, strict=True)}:
            _check_batches(model, data, int(width), int(batch_size))
        self.backend = _backend(backend, model, self.device)
        alone = self.backend == "loop" or self.device.type != "cpu"
        self._n_threads = 1 if alone else n_threads or n_cores()
        self._memory, self._keep = memory or _usual_memory(self.device), keep_networks
        self._now = _Fit.new(len(self))

    def __len__(self) -> int:
        return len(self.settings.seeds)

    @property
    def n_turns(self) -> int:
        """In how many turns the models train, one after another, because ``memory`` does not hold all; usually 1."""
        return sum(1 for _ in self._chunks.turns(self._memory))

    @property
    def losses(self) -> NDArray[np.float64]:
        """Validation loss of each model after its last epoch so far, shape (K,); nan before its first."""
        return self._now.losses.copy()

    def train(self) -> NDArray[np.float64]:
        """Train to the end and return the final validation losses, shape (K,)."""
        for _ in self.fit():
            pass
        return self.losses

    def fit(self) -> Iterator[Report]:
        """Train from the start, all models epoch by epoch; one report an epoch until the last model is done.

        Leaving the loop, or interrupting it, stops the workers between two steps; ``losses`` keeps what was reported.
        A run that is still under way ends when the next one begins.
        """
        self._now.stop.set()
        self._now = _Fit.new(len(self))
        return self._reports(self._now)

    def stop(self, ids: ArrayLike | None = None) -> None:
        """Let models train no further, from inside the loop over ``fit`` or from another thread.

        Args:
            ids: their places in the population: the epoch under way is their last, and a model whose turn has not
                come has none. None stops all between two steps, and ``fit`` ends without a report of the epoch that
                was begun.

        Raises:
            ValueError: there is no such place.
        """
        if ids is None:
            self._now.stop.set()
            return
        places = np.atleast_1d(np.asarray(ids))
        if places.size and not (
            np.issubdtype(places.dtype, np.integer) and 0 <= places.min() <= places.max() < len(self)
        ):
            raise ValueError(f"ids are whole numbers from 0 to {len(self) - 1}, got {ids!r}")
        self._now.stopped[places.astype(np.int64)] = True

    def network(self, i: int) -> nn.Sequential:
        """The i-th model as it was when it last trained: a plain module of torch, in float64, in evaluation mode.

        Where training was stopped in mid-epoch it has made some steps more than ``losses`` tells of.

        Raises:
            ValueError: networks are not kept, or this one has not finished.
        """
        if i not in self._now.tensors:
            raise ValueError(
                f"network {i} is not there; it is kept once it has trained, with Population(..., keep_networks=True)"
            )
        layers = self.model.layers(self.data.n_inputs, int(self.settings.width[i]) or None)
        return networks.build(layers, self._now.tensors[i], float(self.settings.dropout[i]))

    def _reports(self, now: _Fit) -> Iterator[Report]:
        tensors, stop = Tensors.of(self.data, self.model, self.device, self._dtype), now.stop

        def begin(plan: Plan) -> Trainer | None:
            return None if stop.is_set() else BACKENDS[self.backend](plan)

        def one_epoch(trainer: Trainer) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
            training = trainer.train(tensors, stop)
            return training, np.full(len(training), np.nan) if stop.is_set() else trainer.validate(tensors)

        trainers: list[Trainer] = []
        try:
            with Crew(self._n_threads, stop) as crew:
                for plans in self._turns(now):
                    trainers = [trainer for trainer in crew.map(begin, plans) if trainer is not None]
                    epoch = 0
                    while trainers and not stop.is_set():
                        epoch += 1
                        results = crew.map(one_epoch, trainers)
                        if stop.is_set():
                            return
                        report = self._report(now, epoch, trainers, results)
                        yield report
                        n_before = sum(len(trainer.ids) for trainer in trainers)
                        trainers = [trainer for trainer in trainers if self._goes_on(now, trainer, report)]
                        if sum(len(trainer.ids) for trainer in trainers) < n_before:
                            trainers = self._joined(trainers)
        finally:
            for trainer in trainers:
                self._part(now, trainer, np.isnan(now.losses[trainer.ids]))

    def _report(
        self,
        now: _Fit,
        epoch: int,
        trainers: Sequence[Trainer],
        results: Sequence[tuple[NDArray[np.float64], NDArray[np.float64]]],
    ) -> Report:
        """What all have reached; the population's losses are those of this report."""
        nothing = np.full(len(self), np.nan)
        report = Report(epoch, nothing, nothing.copy(), np.zeros(len(self), dtype=bool))
        for trainer, (training, validation) in zip(trainers, results, strict=True):
            report.training_losses[trainer.ids] = training
            report.losses[trainer.ids] = validation
            report.trained[trainer.ids] = True
        now.losses[report.trained] = report.losses[report.trained]
        return report

    def _goes_on(self, now: _Fit, trainer: Trainer, report: Report) -> bool:
        """Whether any of its models trains another epoch; those that do not are taken out."""
        ids = trainer.ids
        alive = (trainer.epochs > report.epoch) & np.isfinite(report.losses[ids]) & ~now.stopped[ids]
        self._part(now, trainer, alive)
        if alive.any() and not alive.all():
            trainer.keep(alive)
        return bool(alive.any())

    def _joined(self, trainers: Sequence[Trainer]) -> list[Trainer]:
        """After many models have left: no more stacks of a kind than their models would be cut into now."""
        kinds: dict[Hashable, list[Stack]] = {}
        left: list[Trainer] = []
        for trainer in trainers:
            if isinstance(trainer, Stack):
                kinds.setdefault(trainer.kind, []).append(trainer)
            else:
                left.append(trainer)
        for stacks in kinds.values():
            ids = np.concatenate([stack.ids for stack in stacks])
            n_stacks = min(len(stacks), self._chunks.n_chunks(ids, self.backend, self._n_threads))
            for place in range(n_stacks):
                stack, *others = stacks[place::n_stacks]
                if others:
                    stack.join(others)
                left.append(stack)
        return left

    def _part(self, now: _Fit, trainer: Trainer, but: NDArray[np.bool_]) -> None:
        """Keep what the models have learned, if that is wanted; all but those."""
        if self._keep:
            for k in np.flatnonzero(~but):
                now.tensors[int(trainer.ids[k])] = trainer.tensors(int(k))

    def _turns(self, now: _Fit) -> Iterator[list[Plan]]:
        """Plans for the models that train at once, until all had their turn, or all are stopped."""
        for turn in self._chunks.turns(self._memory):
            if now.stop.is_set():
                return
            ids = turn[~now.stopped[turn]]
            if len(ids):
                yield self._chunks.plans(ids, self.backend, self._n_threads)

    @property
    def _chunks(self) -> Chunks:
        return Chunks(self.model, self.data.n_inputs, self.settings, self.optimiser, self.device, self._dtype)


def _backend(name: Backend | None, model: Model, device: torch.device) -> str:
    """The backend asked for, or the fastest that can do it."""
    if name is not None and name not in BACKENDS:
        raise ValueError(f"backend must be one of {', '.join(BACKENDS)}, got {name!r}")
    if name in ("stack", "loop"):
        return name
    reason = why_not(model, device)
    if name == "compiled" and reason:
        raise ValueError(f"the compiled backend {reason}; use backend='stack', or leave it out")
    return "stack" if reason else "compiled"


def _check_batches(model: Model, data: Data, width: int, batch_size: int) -> None:
    """Refuse a width where nothing can be wide, and a step of one row where rows are normalised by each other."""
    layers = model.layers(data.n_inputs, width or None)
    n_rows = len(data.train_inputs)
    single = batch_size == 1 or n_rows % batch_size == 1
    if single and any(isinstance(layer, Normalisation) and math.prod(layer.inputs[:-1]) == 1 for layer in layers):
        raise ValueError(
            f"batch_size {batch_size} leaves a step of a single row of {n_rows}, which batch normalisation turns into "
            "zeros; take another batch_size, or batch_norm=False"
        )


def chosen_device(name: str | None) -> torch.device:
    """The device asked for, or the best there is."""
    if name not in (None, "cpu", "cuda"):
        raise ValueError(f"device must be 'cpu' or 'cuda', got {name!r}; None takes the best there is")
    if name == "cuda" and not torch.cuda.is_available():
        raise ValueError(f"device={name!r} needs a GPU that torch can see, and there is none; use device='cpu'")
    return torch.device(name or ("cuda" if torch.cuda.is_available() else "cpu"))


def _usual_memory(device: torch.device) -> int:
    """Bytes for the models in training where the caller does not say."""
    if device.type == "cpu":
        return MEMORY
    free, _ = torch.cuda.mem_get_info(device)
    return int(GPU_SHARE * free)
