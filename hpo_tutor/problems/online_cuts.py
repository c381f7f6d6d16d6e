"""How are the pictures cut into T1, T2, validation and test rows, and what learns them?

Pixels are scaled so that black is 0 and white is 1; then the mean pixel of T1 is taken off all of them.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.problems import datasets
from hpo_tutor.problems.tasks.division import SHUFFLE_SEED
from hpo_tutor.training.online.sets import TwoSets

# the networks of source 002, each layer divided by ten
SIZES: Mapping[str, tuple[int, ...]] = {
    "shallow": (100, 100, 100),
    "medium": (200, 100, 100, 50),
    "deep": (400, 200, 100, 50, 25),
}


class Cut(NamedTuple):
    """How a data set is cut, and how a network learns it."""

    n_validation: int
    n_test: int  # 0: the data set has a test part of its own
    n_train: int
    n_tuning: int
    white: float
    hidden: tuple[int, ...]
    epochs: int
    batch_size: int
    learning_rate: float


CUTS: Mapping[str, Cut] = {
    "digits": Cut(200, 397, 900, 300, 16, (32, 32), 24, 60, 3e-3),
    "mnist": Cut(5_000, 0, 10_000, 5_000, 255, SIZES["shallow"], 30, 100, 1e-3),
    "mnist-full": Cut(5_000, 0, 50_000, 5_000, 255, (1_000, 1_000, 1_000), 50, 100, 1e-3),  # as the source trained
}


@lru_cache(maxsize=1)  # a shuffle of MNIST is 0.2 GB
def rows(name: str, batch: int, n_tuning: int, folder: str | None) -> TwoSets:
    """The four parts. ``folder`` is where the data are: another one is another set."""
    cut = CUTS[name]
    inputs, targets, n_own = _pictures(name, folder)
    n_rows = len(targets) - n_own
    order = np.random.default_rng((SHUFFLE_SEED, batch)).permutation(n_rows)
    # T2 comes last, so that its size changes no other part, and a smaller one is the beginning of a larger one
    ends = np.cumsum([cut.n_validation, cut.n_test, cut.n_train])
    validation, test, train, rest = np.split(order, ends)
    if n_tuning > len(rest):
        raise ValueError(f"n_tuning of {name} must be at most {len(rest)}, all rows that are left, got {n_tuning}")
    places = {"train": train, "tuning": rest[:n_tuning], "validation": validation}
    places["test"] = np.arange(n_rows, len(targets)) if n_own else test
    scaled = {part: inputs[chosen] / cut.white for part, chosen in places.items()}
    centre = scaled["train"].mean()  # one number, so that grey levels keep their unit
    parts = {part: (_frozen(scaled[part] - centre), _frozen(targets[chosen])) for part, chosen in places.items()}
    scored = {part: parts[part] for part in ("validation", "test")}
    return TwoSets(*parts["train"], *parts["tuning"], scored=scored)


@lru_cache(maxsize=2)
def _pictures(name: str, folder: str | None) -> tuple[NDArray[Any], NDArray[np.int64], int]:
    """Pixels (n, d) and classes (n,), kept for the next shuffle; the last of them are its own test part, so many."""
    dataset = datasets.load(name.removesuffix("-full"))
    test = dataset.parts.get("test")
    return dataset.inputs.reshape(len(dataset), -1), dataset.target, test.stop - test.start if test else 0


def _frozen(array: NDArray[Any]) -> NDArray[Any]:
    array.flags.writeable = False
    return array
