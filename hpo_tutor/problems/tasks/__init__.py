"""Which network learns which rows, and how is it scored? What live training and recorded landscapes share.

A data set is cut into data batches: a race on several of them says more than one on a single batch.
    aleph    tenths of the jets, each jet in one batch, two thirds of a batch for training and one for validation
    digits   ten divisions of all pictures into two thirds and one third: tenths would leave 45 rows to score
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.problems import datasets
from hpo_tutor.search_space import Choice, Domain, Float, Integer
from hpo_tutor.training import CNN, MLP, Block, Data
from hpo_tutor.training.models.descriptions import Model

SHUFFLE_SEED = 20_260_101  # of the rows; part of what a recorded landscape means, so it never changes
TRAINING_SHARE = 2 / 3


@dataclass(frozen=True)
class Task:
    """A data set, a network and the hyperparameters that may be tuned.

    Attributes:
        name: what the task is called: that of the data set, and of the network where it is another than the usual.
        dataset: name of the data set.
        network: the network in words.
        model: the network.
        domains: hyperparameter's name -> its domain where it is tuned.
        defaults: hyperparameter's name -> its value where it is not; what has none is switched off there.
        loss_name: what the validation rows are scored by.
        loss_unit: its unit.
        resplit: each data batch is a division of all rows anew, rather than a part of them.
        split: the division in words.
    """

    name: str
    dataset: str
    network: str
    model: Model
    domains: Mapping[str, Domain]
    defaults: Mapping[str, Any]
    loss_name: str
    loss_unit: str
    resplit: bool
    split: str

    def columns(self, configs: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
        """What a population is told of K configurations: name -> K values, defaults where they are silent."""
        full = [{**self.defaults, **config} for config in configs]
        return {name: [config[name] for config in full] for name in full[0]}


@dataclass(frozen=True, eq=False)
class Rows:
    """One data batch: the standardised rows, and the number that turns a standardised error into the loss's unit."""

    data: Data
    target_scale: float


_OTHER_DOMAINS: Mapping[str, Domain] = {
    "l2": Float(1e-6, 1e-1, log=True),
    "epochs": Integer(1, 60),
    "width": Choice((4, 8, 16, 32, 64), ordered=True),
    "batch_size": Choice((32, 64, 128, 256), ordered=True),
    "input_noise": Float(0.0, 1.0),
    "dropout": Float(0.0, 0.6),
}
_RESPLIT = "for each data batch all pictures shuffled anew; two thirds train and one third validates"
_FILTERS = Choice((2, 4, 8, 16), ordered=True)
_OTHER_DEFAULTS = {"l2": 1e-4, "epochs": 20, "width": 32, "batch_size": 128}

TASKS: Mapping[str, Task] = MappingProxyType(
    {
        "aleph": Task(
            name="aleph",
            dataset="aleph",
            network="two hidden layers",
            model=MLP(hidden=(32, 32)),
            domains={"learning_rate": Float(1e-4, 5e-2, log=True), **_OTHER_DOMAINS},
            defaults={"learning_rate": 3e-3, **_OTHER_DEFAULTS},
            loss_name="rmse",
            loss_unit="GeV",
            resplit=False,
            split="all jets shuffled once and cut into equal parts; of each, two thirds train and one third validates",
        ),
        "digits": Task(
            name="digits",
            dataset="digits",
            network="one hidden layer",
            model=MLP(hidden=(32,), task="classification", n_outputs=10),
            domains={"learning_rate": Float(1e-4, 1e-1, log=True), **_OTHER_DOMAINS},
            defaults={"learning_rate": 1e-2, **_OTHER_DEFAULTS},
            loss_name="cross_entropy",
            loss_unit="nats",
            resplit=True,
            split=_RESPLIT,
        ),
        "digits-cnn": Task(
            name="digits-cnn",
            dataset="digits",
            network="two convolutions",
            model=CNN(image=(8, 8, 1), blocks=(Block(8), Block(16))),
            domains={"learning_rate": Float(1e-4, 1e-1, log=True), **_OTHER_DOMAINS, "width": _FILTERS},
            defaults={"learning_rate": 1e-2, **_OTHER_DEFAULTS, "width": 8, "epochs": 10},
            loss_name="cross_entropy",
            loss_unit="nats",
            resplit=True,
            split=_RESPLIT,
        ),
    }
)


def task(name: str) -> Task:
    """The task of that name.

    Raises:
        ValueError: there is no such task.
    """
    if name not in TASKS:
        raise ValueError(f"networks are trained live on {', '.join(TASKS)}, got {name!r}")
    return TASKS[name]


@lru_cache(maxsize=32)
def rows(name: str, batch: int, n_batches: int = 10) -> Rows:
    """Data batch ``batch`` of ``n_batches``, standardised by its training rows.

    Raises:
        ValueError: ``batch`` is not in 0..n_batches-1, or the batches would be too small to train on.
    """
    if not 0 <= batch < n_batches:
        raise ValueError(f"batch must lie in 0..{n_batches - 1}, got {batch}; n_batches={n_batches} of them are cut")
    dataset = datasets.load(task(name).dataset)
    chosen = _division(len(dataset), batch, n_batches, task(name).resplit)
    n_train = round(TRAINING_SHARE * len(chosen))
    if len(chosen) - n_train < 20:
        raise ValueError(
            f"{n_batches} batches of {name} leave {len(chosen) - n_train} rows to validate with; cut at most "
            f"{len(dataset) // 60} batches"
        )
    train, validation = chosen[:n_train], chosen[n_train:]
    inputs = dataset.inputs.reshape(len(dataset), -1).astype(np.float64)
    centre, spread = inputs[train].mean(axis=0), inputs[train].std(axis=0)
    inputs = (inputs - centre) / np.where(spread > 0, spread, 1)  # some pixels never change
    target, scale = dataset.target, 1.0
    if task(name).model.task == "regression":
        scale = float(target[train].std())
        target = (target - target[train].mean()) / scale
    return Rows(Data(inputs[train], target[train], inputs[validation], target[validation]), scale)


def losses_of(name: str, scores: NDArray[np.float64], target_scale: float) -> NDArray[np.float64]:
    """A population's validation losses in the task's unit: root mean squared error, or the cross-entropy as it is."""
    return np.sqrt(scores) * target_scale if task(name).model.task == "regression" else scores


def _division(n_rows: int, batch: int, n_batches: int, resplit: bool) -> NDArray[np.int64]:
    """The rows of one data batch, in a fixed random order."""
    if resplit:
        return np.random.default_rng((SHUFFLE_SEED, batch)).permutation(n_rows)
    return np.array_split(np.random.default_rng(SHUFFLE_SEED).permutation(n_rows), n_batches)[batch]
