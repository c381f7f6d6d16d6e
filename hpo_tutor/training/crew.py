"""What does a backend train, and who does the work?

    Plan      a few models of one shape, trained side by side
    Tensors   the rows on the device, shared by all plans
    Trainer   what a backend makes of a plan
    Crew      the threads: one plan each, never several threads inside one tensor operation

Intra-op threads collapse as soon as anything else runs on the machine (3.3 s an epoch against 0.28 s, measured), so
every worker computes on one thread, and the caller's setting is put back after each epoch.
"""

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple, Protocol, Self, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from hpo_tutor.training.models.architecture import Network
from hpo_tutor.training.models.descriptions import AutoEncoder, Model
from hpo_tutor.training.rows import Data
from hpo_tutor.training.settings import Settings

WATCH = 0.1  # seconds after which an interrupt is seen at the latest

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True, eq=False)
class Plan:
    """K models of one batch size, trained side by side.

    Attributes:
        model: what is trained.
        n_inputs: columns of the inputs.
        ids: their places in the population, shape (K,).
        settings: their hyperparameters.
        batch_size: rows of a step, the same for all.
        optimiser: "adam" or "sgd".
        device, dtype: where and how exactly to compute.
    """

    model: Model
    n_inputs: int
    ids: NDArray[np.int64]
    settings: Settings
    batch_size: int
    optimiser: str
    device: torch.device
    dtype: torch.dtype

    @property
    def widest(self) -> Network:
        """The layers of the widest model; those of a narrower one are its first corner."""
        return self.network(int(np.argmax(self.settings.width)))

    def network(self, k: int) -> Network:
        """The layers of the k-th model."""
        return self.model.layers(self.n_inputs, int(self.settings.width[k]) or None)


class Tensors(NamedTuple):
    """Inputs (n, n_inputs) and targets: (n, n_outputs) for regression, labels (n,) for classification.

    The targets of an auto-encoder are its inputs.
    """

    train_inputs: torch.Tensor
    train_targets: torch.Tensor
    validation_inputs: torch.Tensor
    validation_targets: torch.Tensor

    @classmethod
    def of(cls, data: Data, model: Model, device: torch.device, dtype: torch.dtype) -> Self:
        """The rows on the device."""

        def inputs(values: NDArray[np.float64]) -> torch.Tensor:
            return torch.tensor(values, dtype=dtype, device=device)

        def targets(values: NDArray[np.float64] | NDArray[np.int64]) -> torch.Tensor:
            if model.task == "classification":
                return torch.tensor(values.astype(np.int64), device=device)
            return torch.tensor(values.reshape(len(values), -1), dtype=dtype, device=device)

        train, validation = inputs(data.train_inputs), inputs(data.validation_inputs)
        if isinstance(model, AutoEncoder):
            return cls(train, train, validation, validation)
        return cls(train, targets(data.train_targets), validation, targets(data.validation_targets))


class Trainer(Protocol):
    """The models of one plan while they train."""

    ids: NDArray[np.int64]
    epochs: NDArray[np.int64]

    def train(self, data: Tensors, stop: threading.Event) -> NDArray[np.float64]:
        """One epoch, left early between two steps when ``stop`` is set; mean training loss on the way, shape (K,)."""

    def validate(self, data: Tensors) -> NDArray[np.float64]:
        """Validation losses, shape (K,)."""

    def keep(self, alive: NDArray[np.bool_]) -> None:
        """Compact: go on with these models only; the mask has shape (K,)."""

    def tensors(self, k: int) -> list[torch.Tensor]:
        """What the k-th model has learned, in the order and shapes of ``Stream.weights``; float64, on the processor."""


class Crew:
    """Worker threads that share out plans; a context, so that no thread outlives an interrupted training."""

    def __init__(self, n_threads: int, stop: threading.Event) -> None:
        self._pool = ThreadPoolExecutor(n_threads, thread_name_prefix="population") if n_threads > 1 else None
        self._stop = stop

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def map(self, work: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
        """``work`` done on every item, in the order of the items; on this thread where the crew has no other."""
        with one_thread():
            if self._pool is None:
                return [work(item) for item in items]
            futures = [self._pool.submit(self._alone(work), item) for item in items]
            # looking up now and then: an interrupt that comes just before a wait would else be seen after it
            while (states := wait(futures, WATCH, FIRST_EXCEPTION)).not_done:
                for failed in (future for future in states.done if future.exception()):
                    failed.result()  # raises; the others need not be waited for
            return [future.result() for future in futures]

    @staticmethod
    def _alone(work: Callable[[Item], Result]) -> Callable[[Item], Result]:
        def inner(item: Item) -> Result:
            if torch.get_num_threads() != 1:  # OpenMP keeps this number per thread
                torch.set_num_threads(1)
            return work(item)

        return inner


@contextmanager
def one_thread() -> Iterator[None]:
    """One thread within any tensor operation or matrix product, the caller's numbers again afterwards."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with BLAS:
            yield
    finally:
        torch.set_num_threads(before)


class Blas:
    """Holds the BLAS libraries of numpy and scipy to one thread, from the first who enters to the last who leaves.

    Their number of threads belongs to the process: of two populations that train at once, the one that ends first must
    not put it back.
    """

    def __init__(self) -> None:
        self._lock, self._inside = threading.Lock(), 0

    def __enter__(self) -> None:
        with self._lock:
            if not self._inside:
                self._limit = _libraries().limit(limits=1, user_api="blas")
            self._inside += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside:
                self._limit.restore_original_limits()


BLAS = Blas()


@cache
def _libraries() -> ThreadpoolController:
    """The libraries in memory; looking for them takes milliseconds, and scipy's must be there by then."""
    import scipy.linalg.blas  # noqa: F401 - its products are those of the compiled backend

    return ThreadpoolController()
