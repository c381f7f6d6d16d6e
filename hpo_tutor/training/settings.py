"""Which hyperparameters does each model of a population have, and do they make sense?

K   number of models
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

# name -> (smallest value allowed, whether that value itself is allowed, whether it is a whole number)
RULES: Mapping[str, tuple[float, bool, bool]] = {
    "learning_rate": (0.0, False, False),
    "l2": (0.0, True, False),
    "epochs": (1, True, True),
    "batch_size": (1, True, True),
    "width": (1, True, True),
}
REQUIRED = ("learning_rate", "epochs")
DEFAULTS: Mapping[str, float] = {"l2": 0.0, "batch_size": 128}


class Settings(NamedTuple):
    """The hyperparameters of K models, each of shape (K,).

    Attributes:
        learning_rate: step size of Adam.
        l2: weight decay; adds l2 * parameter to each gradient (``weight_decay`` of torch.optim.Adam).
        epochs: passes over the training rows.
        batch_size: rows per step; the last step of an epoch gets what is left.
        width: width of every hidden layer; 0 where the model description decides.
        seeds: one for each model: initial weights and order of the rows.
    """

    learning_rate: NDArray[np.float64]
    l2: NDArray[np.float64]
    epochs: NDArray[np.int64]
    batch_size: NDArray[np.int64]
    width: NDArray[np.int64]
    seeds: tuple[int, ...]


def settle(hyperparameters: Mapping[str, ArrayLike], seeds: Sequence[int]) -> Settings:
    """Check the hyperparameters of K models and fill in defaults (l2 0, batch_size 128, width of the description).

    Args:
        hyperparameters: name -> (K,) array, or one number for all models.
        seeds: one for each model, shape (K,).

    Raises:
        ValueError: a name is unknown or missing, lengths differ, or a value is out of range.
    """
    for name in hyperparameters:
        if name not in RULES:
            raise ValueError(f"{name!r} is not a hyperparameter of a population; it knows {', '.join(RULES)}")
    for name in REQUIRED:
        if name not in hyperparameters:
            raise ValueError(f"{name} is missing; give hyperparameters={{{name!r}: ...}} one value for each model")
    n_models = len(seeds)
    if n_models == 0:
        raise ValueError("a population needs at least one model, got no seeds; give one seed for each model")
    for seed in seeds:
        if int(seed) != seed or not 0 <= int(seed) < 2**64:
            raise ValueError(f"a seed must be a whole number in 0..2**64-1, got {seed!r}")
    columns = {name: _column(name, values, n_models) for name, values in {**DEFAULTS, **hyperparameters}.items()}
    columns.setdefault("width", np.zeros(n_models))
    whole = {name: columns[name].astype(np.int64) for name in ("epochs", "batch_size", "width")}
    return Settings(
        columns["learning_rate"],
        columns["l2"],
        whole["epochs"],
        whole["batch_size"],
        whole["width"],
        tuple(int(seed) for seed in seeds),
    )


def _column(name: str, values: ArrayLike, n_models: int) -> NDArray[np.float64]:
    """One hyperparameter as a (K,) array."""
    column = np.asarray(values, dtype=np.float64)
    if column.ndim == 0:
        column = np.full(n_models, float(column))
    if column.shape != (n_models,):
        raise ValueError(
            f"{name} must have one value for each of the {n_models} seeds, got shape {column.shape}; "
            "give both the same length, or one number for all models"
        )
    least, included, whole = RULES[name]
    good = np.isfinite(column) & ((column >= least) if included else (column > least))
    if whole:
        good &= column == np.round(column)
    if not np.all(good):
        worst = int(np.argmin(good))
        kind = "a whole number" if whole else "a finite number"
        sign = ">=" if included else ">"
        raise ValueError(f"{name} must be {kind} {sign} {least:g}, got {column[worst]:g} for model {worst}")
    return column
