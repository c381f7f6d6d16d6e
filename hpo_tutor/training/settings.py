"""Which hyperparameters does each model of a population have, and do they make sense?

K   number of models
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

OPTIMISERS = ("adam", "sgd")


class Rule(NamedTuple):
    """Which values a hyperparameter may take: from ``least``, itself included or not, to below ``limit``."""

    least: float
    included: bool = True
    whole: bool = False
    limit: float = np.inf

    def __str__(self) -> str:
        kind = "a whole number" if self.whole else "a finite number"
        below = f" and < {self.limit:g}" if np.isfinite(self.limit) and not self.whole else ""
        return f"{kind} {'>=' if self.included else '>'} {self.least:g}{below}"

    def holds(self, values: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Whether each value keeps the rule."""
        good = np.isfinite(values) & (values < self.limit)
        good &= (values >= self.least) if self.included else (values > self.least)
        return good & (values == np.round(values)) if self.whole else good


RULES: Mapping[str, Rule] = {
    "learning_rate": Rule(0.0, included=False),
    "l2": Rule(0.0),
    "momentum": Rule(0.0, limit=1.0),
    "input_noise": Rule(0.0),
    "dropout": Rule(0.0, limit=1.0),
    "epochs": Rule(1, whole=True, limit=2**31),
    "batch_size": Rule(1, whole=True, limit=2**31),
    "width": Rule(1, whole=True, limit=2**31),
}
REQUIRED = ("learning_rate", "epochs")
DEFAULTS: Mapping[str, float] = {"l2": 0.0, "momentum": 0.0, "input_noise": 0.0, "dropout": 0.0, "batch_size": 128}


class Settings(NamedTuple):
    """The hyperparameters of K models, each of shape (K,).

    Attributes:
        learning_rate: step size.
        l2: weight decay; adds l2 * parameter to each gradient (``weight_decay`` of torch.optim.Adam and SGD).
        momentum: of stochastic gradient descent, as torch.optim.SGD has it.
        input_noise: standard deviation of the Gaussian noise added to every input in training.
        dropout: share of what enters a dense layer that is dropped in training; inputs of the network never are, nor
            anything on an auto-encoder's way back.
        epochs: passes over the training rows.
        batch_size: rows per step; the last step of an epoch gets what is left.
        width: width of every hidden layer, or filters of every block; 0 where the model description decides.
        seeds: one for each model: initial weights, order of the rows, noise and dropout.
    """

    learning_rate: NDArray[np.float64]
    l2: NDArray[np.float64]
    momentum: NDArray[np.float64]
    input_noise: NDArray[np.float64]
    dropout: NDArray[np.float64]
    epochs: NDArray[np.int64]
    batch_size: NDArray[np.int64]
    width: NDArray[np.int64]
    seeds: tuple[int, ...]

    def of(self, ids: NDArray[np.int64]) -> "Settings":
        """The hyperparameters of some of the models, in the order of ``ids``."""
        columns = {name: getattr(self, name)[ids] for name in RULES}
        return Settings(**columns, seeds=tuple(self.seeds[i] for i in ids))


def joined(parts: Sequence[Settings]) -> Settings:
    """The hyperparameters of several groups of models, one group after another."""
    columns = {name: np.concatenate([getattr(part, name) for part in parts]) for name in RULES}
    return Settings(**columns, seeds=tuple(seed for part in parts for seed in part.seeds))


def settle(hyperparameters: Mapping[str, ArrayLike], seeds: Sequence[int], optimiser: str = "adam") -> Settings:
    """Check the hyperparameters of K models and fill in defaults (batch_size 128, width of the description, else 0).

    Args:
        hyperparameters: name -> (K,) array, or one number for all models.
        seeds: one for each model, shape (K,).
        optimiser: "adam" or "sgd".

    Raises:
        ValueError: a name is unknown or missing, lengths differ, or a value is out of range.
    """
    for name in hyperparameters:
        if name not in RULES:
            raise ValueError(f"{name!r} is not a hyperparameter of a population; it knows {', '.join(RULES)}")
    if optimiser not in OPTIMISERS:
        raise ValueError(f"optimiser must be one of {', '.join(OPTIMISERS)}, got {optimiser!r}")
    for name in REQUIRED:
        if name not in hyperparameters:
            raise ValueError(f"{name} is missing; give hyperparameters={{{name!r}: ...}} one value for each model")
    whole_seeds = check_seeds(seeds)
    n_models = len(whole_seeds)
    columns = {
        name: column(name, values, n_models, RULES[name]) for name, values in {**DEFAULTS, **hyperparameters}.items()
    }
    if optimiser == "adam" and np.any(columns["momentum"]):
        raise ValueError("momentum is a hyperparameter of optimiser='sgd'; Adam has its own, leave it out")
    columns.setdefault("width", np.zeros(n_models))
    kinds: dict[str, Any] = {
        name: columns[name].astype(np.int64 if rule.whole else np.float64) for name, rule in RULES.items()
    }
    return Settings(**kinds, seeds=whole_seeds)


def check_seeds(seeds: Sequence[int]) -> tuple[int, ...]:
    """The seeds of K models as plain whole numbers.

    Raises:
        ValueError: there is none, or one is no whole number in 0..2**64-1.
    """
    if len(seeds) == 0:
        raise ValueError("a population needs at least one model, got no seeds; give one seed for each model")
    for seed in seeds:
        if int(seed) != seed or not 0 <= int(seed) < 2**64:
            raise ValueError(f"a seed must be a whole number in 0..2**64-1, got {seed!r}")
    return tuple(int(seed) for seed in seeds)


def column(name: str, values: ArrayLike, n_models: int, rule: Rule) -> NDArray[np.float64]:
    """One hyperparameter as a (K,) array.

    Raises:
        ValueError: its length is not ``n_models``, or a value breaks the rule.
    """
    filled = np.asarray(values, dtype=np.float64)
    if filled.ndim == 0:
        filled = np.full(n_models, float(filled))
    if filled.shape != (n_models,):
        raise ValueError(
            f"{name} must have one value for each of the {n_models} seeds, got shape {filled.shape}; "
            "give both the same length, or one number for all models"
        )
    good = rule.holds(filled)
    if not np.all(good):
        worst = int(np.argmin(good))
        raise ValueError(f"{name} must be {rule}, got {filled[worst]:g} for model {worst}")
    return filled
