"""Which rows train, which stop, which are scored? A data set is cut into data batches, and each batch into these.

A race on several batches says more than one on a single batch.
"""

import os
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.problems import backbones, datasets
from hpo_tutor.problems.tasks.table import task
from hpo_tutor.training import Data
from hpo_tutor.training.boosting import BoostedTrees, Sets

SHUFFLE_SEED = 20_260_101  # of the rows; part of what a recorded landscape means, so it never changes
TRAINING_SHARE = 2 / 3
FEWEST_SCORED = 20


@dataclass(frozen=True, eq=False)
class Rows:
    """One data batch: the standardised rows, and the number that turns a standardised error into the loss's unit."""

    data: Data
    target_scale: float


@lru_cache(maxsize=32)
def rows(name: str, batch: int, n_batches: int = 10) -> Rows:
    """Data batch ``batch`` of ``n_batches`` for a network, standardised by its training rows.

    Raises:
        ValueError: ``batch`` is not in 0..n_batches-1, or the batches would be too small to train on.
    """
    known = task(name)
    inputs, target = _batch(name, batch, n_batches, 1 - TRAINING_SHARE)
    n_train = round(TRAINING_SHARE * len(inputs))
    inputs = inputs.reshape(len(inputs), -1).astype(np.float64)
    axis = None if known.source.alike else 0
    centre, spread = inputs[:n_train].mean(axis=axis), inputs[:n_train].std(axis=axis)
    inputs = (inputs - centre) / np.where(spread > 0, spread, 1)  # some pixels never change
    scale = 1.0
    if known.model.task == "regression":
        scale = float(target[:n_train].std())
        target = (target - target[:n_train].mean()) / scale
    return Rows(Data(inputs[:n_train], target[:n_train], inputs[n_train:], target[n_train:]), scale)


@lru_cache(maxsize=32)
def sets(name: str, batch: int, n_batches: int = 10) -> Sets:
    """Data batch ``batch`` of ``n_batches`` for trees, in the units of the data.

    Raises:
        ValueError: as of ``rows``.
    """
    shares = task(name).source.shares
    inputs, target = _batch(name, batch, n_batches, shares[-1])
    ends = np.round(np.cumsum(shares[:-1]) * len(inputs)).astype(int)
    parts = zip(np.split(inputs, ends), np.split(target, ends), strict=True)
    return Sets(*(array for part in parts for array in part))


def n_rows(name: str, batch: int, n_batches: int) -> dict[str, int | None]:
    """How many rows of a data batch train, say when to stop (None where nothing does), and are scored."""
    if isinstance(task(name).model, BoostedTrees):
        trees = sets(name, batch, n_batches)
        counts: list[int | None] = [len(part) for part in trees[::2]]
    else:
        data = rows(name, batch, n_batches).data
        counts = [len(data.train_inputs), None, len(data.validation_inputs)]
    return dict(zip(("n_training_rows", "n_stopping_rows", "n_validation_rows"), counts, strict=True))


def _batch(name: str, batch: int, n_batches: int, scored: float) -> tuple[NDArray[Any], NDArray[Any]]:
    """Inputs and targets of one data batch, in a fixed random order; a share of them will be scored."""
    if not 0 <= batch < n_batches:
        raise ValueError(f"batch must lie in 0..{n_batches - 1}, got {batch}; n_batches={n_batches} of them are cut")
    source = task(name).source
    dataset = _parsed(source.dataset, source.clean, os.environ.get("HPO_TUTOR_DATA"))
    inputs = backbones.features(source.backbone) if source.backbone else dataset.inputs
    part = dataset.parts[source.part] if source.part else slice(None)
    inputs, target = inputs[part], dataset.target[part]
    chosen = _division(len(target), batch, n_batches, source.division, source.spread)[: source.n_rows]
    if round(scored * len(chosen)) < FEWEST_SCORED:
        fewest = int(np.ceil(FEWEST_SCORED / scored))
        raise ValueError(
            f"{n_batches} batches of {name} leave {round(scored * len(chosen))} rows to validate with; cut at most "
            f"{len(target) // fewest} batches"
        )
    return inputs[chosen], np.log(target[chosen]) if source.log_target else target[chosen]


@lru_cache(maxsize=1)
def _parsed(dataset: str, clean: bool, folder: str | None) -> datasets.Dataset:
    """The data set, kept for the next batch, since parsing takes a second; another ``folder`` is another set."""
    return datasets.load(dataset, clean=clean)


def _division(n_rows: int, batch: int, n_batches: int, division: str, spread: float = 0.0) -> NDArray[np.int64]:
    """The rows of one data batch, in a fixed random order."""
    if division == "resplits":
        return np.random.default_rng((SHUFFLE_SEED, batch)).permutation(n_rows)
    if division == "in order":
        part = np.array_split(np.arange(n_rows), n_batches)[batch]
        return np.random.default_rng((SHUFFLE_SEED, batch)).permutation(part)
    rows = np.random.default_rng(SHUFFLE_SEED).permutation(n_rows)
    if not spread:
        return np.array_split(rows, n_batches)[batch]
    sizes = np.random.default_rng((SHUFFLE_SEED, n_batches)).normal(1, spread, size=n_batches)
    ends = np.round(np.cumsum(sizes / sizes.sum()) * n_rows).astype(int)
    return np.split(rows, ends[:-1])[batch]
