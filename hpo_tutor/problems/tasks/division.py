"""Which rows train, which stop, which are scored? A data set is cut into data batches, and each batch into these.

A race on several batches says more than one on a single batch.
"""

import os
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.problems import backbones, datasets
from hpo_tutor.problems.tasks.table import task
from hpo_tutor.problems.tasks.task import Source
from hpo_tutor.training import AutoEncoder, Data
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
    inputs, target = _batch(name, batch, n_batches, 1 - TRAINING_SHARE)
    n_train = round(TRAINING_SHARE * len(inputs))
    return _standardised(name, inputs[:n_train], target[:n_train], inputs[n_train:], target[n_train:])


def first(whole: Rows, share: float, batch_size: int) -> Rows:
    """Fewer rows to learn from: the first of them, the same for all; standardised and scored as all of them are.

    Args:
        whole: a data batch.
        share: of the training rows that are left, above 0 and at most 1.
        batch_size: rows of the largest step.

    Raises:
        ValueError: the share is out of range, or leaves fewer than two steps.
    """
    if not 0 < share <= 1:
        raise ValueError(f"a share of the training rows must be above 0 and at most 1, got {share}")
    data = whole.data
    n_all = len(data.train_inputs)
    n_left = round(share * n_all)
    if n_left < 2 * batch_size:
        raise ValueError(
            f"a share of {share:.3g} leaves {n_left} of {n_all} training rows, and two steps of {batch_size} need "
            f"{2 * batch_size}; take a batch_size of at most {n_left // 2}, or a share of at least "
            f"{2 * batch_size / n_all:.3g}"
        )
    left = replace(data, train_inputs=data.train_inputs[:n_left], train_targets=data.train_targets[:n_left])
    return Rows(left, whole.target_scale)


def unseen(name: str, batch: int, n_batches: int = 10) -> Rows:
    """The training rows of a data batch, and in place of its validation rows some that no search on it has seen.

    They are the data set's own test part where the task learns from its training part; else all rows of the next data
    batch (of the last, of the first). The training rows of ``batch`` standardise both.

    Raises:
        ValueError: as of ``rows``; or trees learn; or each data batch takes all rows, so that none is left to test on.
    """
    known = task(name)
    if isinstance(known.model, BoostedTrees):
        raise ValueError(f"test rows are cut for networks, and {name} is learnt by boosted trees; its sets have some")
    inputs, target = _batch(name, batch, n_batches, 1 - TRAINING_SHARE)
    n_train = round(TRAINING_SHARE * len(inputs))
    own = _dataset(known.source).parts.get("test") if known.source.part == "train" else None
    if own is not None:
        others = _taken(known.source, np.arange(own.start, own.stop))
    elif known.source.division == "resplits" or n_batches == 1:
        raise ValueError(
            f"each data batch of {name} takes all rows, so that none is left to test on; take a task whose data are "
            "cut into at least two parts, or have a test part of their own"
        )
    else:
        others = _batch(name, (batch + 1) % n_batches, n_batches, 1 - TRAINING_SHARE)
    return _standardised(name, inputs[:n_train], target[:n_train], *others)


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


def _standardised(
    name: str,
    train_inputs: NDArray[Any],
    train_target: NDArray[Any],
    scored_inputs: NDArray[Any],
    scored_target: NDArray[Any],
) -> Rows:
    """Rows that train and rows that are scored, as networks take them: by centre and spread of the former."""
    known = task(name)
    train, scored = (part.reshape(len(part), -1).astype(np.float64) for part in (train_inputs, scored_inputs))
    axis = None if known.source.alike else 0
    centre, spread = train.mean(axis=axis), train.std(axis=axis)
    spread = np.where(spread > 0, spread, 1)  # some pixels never change
    middle, scale = 0.0, 1.0
    if isinstance(known.model, AutoEncoder):  # the inputs are what is wanted back
        scale = float(spread)
    elif known.model.task == "regression":
        middle, scale = train_target.mean(), float(train_target.std())
        train_target, scored_target = (train_target - middle) / scale, (scored_target - middle) / scale
    return Rows(Data((train - centre) / spread, train_target, (scored - centre) / spread, scored_target), scale)


def _batch(name: str, batch: int, n_batches: int, scored: float) -> tuple[NDArray[Any], NDArray[Any]]:
    """Inputs and targets of one data batch, in a fixed random order; a share of them will be scored."""
    if not 0 <= batch < n_batches:
        raise ValueError(f"batch must lie in 0..{n_batches - 1}, got {batch}; n_batches={n_batches} of them are cut")
    source = task(name).source
    dataset = _dataset(source)
    part = dataset.parts[source.part] if source.part else slice(0, len(dataset))
    n_rows = part.stop - part.start
    chosen = _division(n_rows, batch, n_batches, source.division, source.spread)[: source.n_rows]
    if round(scored * len(chosen)) < FEWEST_SCORED:
        fewest = int(np.ceil(FEWEST_SCORED / scored))
        raise ValueError(
            f"{n_batches} batches of {name} leave {round(scored * len(chosen))} rows to validate with; cut at most "
            f"{n_rows // fewest} batches"
        )
    return _taken(source, part.start + chosen)


def _taken(source: Source, places: NDArray[np.int64]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Inputs and targets of some rows of the data set, as the task takes them."""
    dataset = _dataset(source)
    inputs = (backbones.features(source.backbone) if source.backbone else dataset.inputs)[places]
    if source.shrink > 1:
        n, height, width = inputs.shape
        side = source.shrink
        inputs = inputs.reshape(n, height // side, side, width // side, side).mean(axis=(2, 4))
    if source.crop:
        top, left = ((size - source.crop) // 2 for size in inputs.shape[1:])
        inputs = inputs[:, top : top + source.crop, left : left + source.crop]
    target = dataset.target[places]
    return inputs, np.log(target) if source.log_target else target


def _dataset(source: Source) -> datasets.Dataset:
    return _parsed(source.dataset, source.clean, os.environ.get("HPO_TUTOR_DATA"))


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
