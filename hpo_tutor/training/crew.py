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
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple, Protocol, Self, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray

from hpo_tutor.training.descriptions import MLP, Data

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True, eq=False)
class Plan:
    """K models of one shape and batch size; arrays are of shape (K,), ``ids`` are their places in the population."""

    model: MLP
    sizes: tuple[int, ...]
    batch_size: int
    ids: NDArray[np.int64]
    learning_rate: NDArray[np.float64]
    l2: NDArray[np.float64]
    epochs: NDArray[np.int64]
    seeds: tuple[int, ...]
    device: torch.device
    dtype: torch.dtype


class Tensors(NamedTuple):
    """Inputs (n, n_inputs) and targets: (n, n_outputs) for regression, labels (n,) for classification."""

    train_inputs: torch.Tensor
    train_targets: torch.Tensor
    validation_inputs: torch.Tensor
    validation_targets: torch.Tensor

    @classmethod
    def of(cls, data: Data, model: MLP, device: torch.device, dtype: torch.dtype) -> Self:
        """The rows on the device."""

        def inputs(values: NDArray[np.float64]) -> torch.Tensor:
            return torch.tensor(values, dtype=dtype, device=device)

        def targets(values: NDArray[np.float64] | NDArray[np.int64]) -> torch.Tensor:
            if model.task == "classification":
                return torch.tensor(values.astype(np.int64), device=device)
            return torch.tensor(values.reshape(len(values), -1), dtype=dtype, device=device)

        return cls(
            inputs(data.train_inputs),
            targets(data.train_targets),
            inputs(data.validation_inputs),
            targets(data.validation_targets),
        )


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


class Crew:
    """Worker threads that share out plans; a context, so that no thread outlives an interrupted training."""

    def __init__(self, n_threads: int) -> None:
        self._pool = ThreadPoolExecutor(n_threads, thread_name_prefix="population") if n_threads > 1 else None
        self.stop = threading.Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def map(self, work: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
        """``work`` done on every item, in the order of the items; on this thread where the crew has no other."""
        with one_thread():
            if self._pool is None:
                return [work(item) for item in items]
            return list(self._pool.map(self._alone(work), items))

    @staticmethod
    def _alone(work: Callable[[Item], Result]) -> Callable[[Item], Result]:
        def inner(item: Item) -> Result:
            if torch.get_num_threads() != 1:  # OpenMP keeps this number per thread
                torch.set_num_threads(1)
            return work(item)

        return inner


@contextmanager
def one_thread() -> Iterator[None]:
    """One intra-op thread within, the caller's number again afterwards."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
