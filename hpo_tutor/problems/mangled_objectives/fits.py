"""What do trees say of unseen rows, when they learnt a mangled target?

K     number of fits
n     rows that no fit has seen: the first half validates, the others test
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hpo_tutor.problems import tasks
from hpo_tutor.problems.mangling import Polynomial
from hpo_tutor.training.boosting import BoostedTrees, Boosting
from hpo_tutor.training.trees import Sets

Array = NDArray[np.float64]

SEED = 0  # which rows and inputs a tree sees: one draw for all, as a search has one training set
N_BATCHES = 44


class Batch(NamedTuple):
    """A data batch.

    Attributes:
        sets: as the task has them.
        centre, scale: y is (target - centre) / scale.
        truth: (n,) the y of the scored rows.
        n_validation: how many of these validate.
    """

    sets: Sets
    centre: float
    scale: float
    truth: Array
    n_validation: int


@lru_cache(maxsize=32)
def batch_of(task: str, batch: int) -> Batch:
    """Data batch ``batch`` of 44.

    Raises:
        ValueError: there is no such batch.
    """
    sets = tasks.sets(task, batch, N_BATCHES)
    centre = float(sets.train_targets.mean())
    scale = float(abs(sets.train_targets - centre).max())
    truth = (sets.scoring_targets - centre) / scale
    return Batch(sets, centre, scale, truth, len(truth) // 2)


def model_of(task: str) -> BoostedTrees:
    """The trees that learn."""
    model = tasks.task(task).model
    if not isinstance(model, BoostedTrees):
        raise ValueError(f"mangled targets are learnt by boosted trees, {task} has {model}")
    return model


def predictions(
    task: str,
    batch: int,
    coefficients: ArrayLike,
    learning_rates: Sequence[float],
    max_depths: Sequence[int],
    n_threads: int | None = None,
) -> Array:
    """What K fits to P(y) say of the unseen rows, on the scale of P; shape (K, n).

    One term only scales the target, to which trees are blind: it shares the fits of the target as it is.
    """
    mine, mangled = batch_of(task, batch), Polynomial(coefficients)
    sets = mine.sets
    if len(mangled.coefficients) > 1:
        targets = [mangled((target - mine.centre) / mine.scale) for target in sets[1::2]]
        parts = zip(sets[::2], targets, strict=True)
        sets = Sets(*(array for part in parts for array in part))
    hyperparameters = {"learning_rate": learning_rates, "max_depth": max_depths}
    said = Boosting(model_of(task), sets, hyperparameters, [SEED] * len(learning_rates), n_threads=n_threads).predict()
    return said if sets is not mine.sets else mangled.coefficients[0] * (said - mine.centre) / mine.scale
