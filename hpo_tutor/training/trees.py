"""What are boosted trees, and on which rows are they fitted?

n, n_inputs   rows of a set, columns of the inputs
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

_WHOLE: Mapping[str, int] = {"num_leaves": 2, "min_rows_in_leaf": 1, "max_bin": 2, "max_trees": 1, "patience": 1}


@dataclass(frozen=True)
class BoostedTrees:
    """Boosted regression trees: what all fits have in common.

    Attributes:
        num_leaves: leaves of a tree at most (``num_leaves`` of LightGBM). Few leaves hide ``max_depth``: a tree grows
            its best leaf first, and with 31 leaves (LightGBM's default) hardly gets deeper than 12.
        min_rows_in_leaf: training rows in a leaf at least (``min_data_in_leaf``).
        max_bin: values of an input that can be told apart at most, missing ones included (``max_bin``).
        row_share: share of the training rows, drawn anew for every tree (``bagging_fraction`` at ``bagging_freq`` 1).
        column_share: share of the inputs, drawn anew for every tree (``feature_fraction``).
        max_trees: trees of a fit that is stopped early, at most (``num_iterations``).
        patience: trees without a better error on the stopping rows before a fit stops (``early_stopping_round``).
        task: "regression", on the mean squared error (``objective`` "regression").

    Raises:
        ValueError: a number is out of range, or the task is another.
    """

    num_leaves: int = 255
    min_rows_in_leaf: int = 5
    max_bin: int = 63
    row_share: float = 0.8
    column_share: float = 0.8
    max_trees: int = 300
    patience: int = 30
    task: Literal["regression"] = "regression"

    def __post_init__(self) -> None:
        for name, least in _WHOLE.items():
            value = getattr(self, name)
            if value != int(value) or value < least:
                raise ValueError(f"{name} must be a whole number >= {least}, got {value!r}")
        for name in ("row_share", "column_share"):
            if not 0 < getattr(self, name) <= 1:
                raise ValueError(f"{name} must be above 0 and at most 1, got {getattr(self, name)!r}")
        if self.task != "regression":
            raise ValueError(f"boosted trees do regression here, got task={self.task!r}; classify with MLP or CNN")

    def words(self, *, early_stopping: bool = True) -> str:
        """The model in words, with or without the numbers of early stopping."""
        end = f"; at most {self.max_trees} trees, stopped after {self.patience} without gain" if early_stopping else ""
        return (
            f"LightGBM, trees of at most {self.num_leaves} leaves of at least {self.min_rows_in_leaf} rows, inputs in "
            f"at most {self.max_bin} bins, {self.row_share:.0%} of the rows and {self.column_share:.0%} of the inputs "
            f"for each tree{end}"
        )


class Sets(NamedTuple):
    """The rows that all fits share: inputs (n, n_inputs), nan where a value is missing; targets (n,).

    A set that stops must not score: the number of trees was chosen to suit the stopping rows, so their error flatters.

    Attributes:
        train_inputs, train_targets: the trees learn from them.
        stopping_inputs, stopping_targets: they alone say after how many trees a fit stops.
        scoring_inputs, scoring_targets: they alone give the score.
    """

    train_inputs: NDArray[np.float64]
    train_targets: NDArray[np.float64]
    stopping_inputs: NDArray[np.float64]
    stopping_targets: NDArray[np.float64]
    scoring_inputs: NDArray[np.float64]
    scoring_targets: NDArray[np.float64]

    def checked(self) -> "Sets":
        """The same rows as float64 arrays.

        Raises:
            ValueError: shapes disagree, there are no rows, an input is infinite, or a target is not finite.
        """
        sets = Sets(*(np.ascontiguousarray(values, dtype=np.float64) for values in self))
        for name in ("train", "stopping", "scoring"):
            inputs, targets = getattr(sets, f"{name}_inputs"), getattr(sets, f"{name}_targets")
            if inputs.ndim != 2 or 0 in inputs.shape:
                raise ValueError(f"{name}_inputs must have shape (n >= 1, n_inputs >= 1), got {inputs.shape}")
            if inputs.shape[1] != sets.train_inputs.shape[1]:
                raise ValueError(
                    f"{name}_inputs must have the {sets.train_inputs.shape[1]} columns of train_inputs, "
                    f"got {inputs.shape[1]}"
                )
            if targets.shape != (len(inputs),):
                raise ValueError(f"{name}_targets must have shape ({len(inputs)},), got {targets.shape}")
            if np.any(np.isinf(inputs)):
                raise ValueError(f"{name}_inputs must not be infinite; nan stands for what is missing")
            if not np.all(np.isfinite(targets)):
                raise ValueError(f"{name}_targets must be finite; drop the rows where they are not")
        return sets
