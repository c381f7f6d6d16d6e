"""On which rows does a population learn, and on which is it scored?"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.training.models.descriptions import AutoEncoder, Model


@dataclass(frozen=True, eq=False)
class Data:
    """The rows that all models of a population share, standardised beforehand by the training rows.

    Attributes:
        train_inputs: shape (n_train, n_inputs).
        train_targets: shape (n_train,) or (n_train, n_outputs); whole numbers from 0 for classification.
        validation_inputs: shape (n_validation, n_inputs).
        validation_targets: like ``train_targets``.

    Raises:
        ValueError: lengths disagree, there are no rows, or a number is not finite.
    """

    train_inputs: NDArray[np.float64]
    train_targets: NDArray[np.float64] | NDArray[np.int64]
    validation_inputs: NDArray[np.float64]
    validation_targets: NDArray[np.float64] | NDArray[np.int64]

    def __post_init__(self) -> None:
        for part in ("train", "validation"):
            for name in (f"{part}_inputs", f"{part}_targets"):
                values = np.asarray(getattr(self, name))
                whole = name.endswith("targets") and values.dtype.kind in "iu"
                values = np.ascontiguousarray(values, dtype=np.int64 if whole else np.float64)
                object.__setattr__(self, name, values)
                if not np.all(np.isfinite(values)):
                    raise ValueError(
                        f"{name} must be finite, {np.sum(~np.isfinite(values))} of {values.size} values are not; "
                        "fill or drop these rows first"
                    )
            inputs, targets = getattr(self, f"{part}_inputs"), getattr(self, f"{part}_targets")
            if inputs.ndim != 2 or 0 in inputs.shape:
                raise ValueError(f"{part}_inputs must have shape (n >= 1, n_inputs >= 1), got {inputs.shape}")
            if targets.ndim not in (1, 2) or len(targets) != len(inputs):
                raise ValueError(f"{part}_targets must have {len(inputs)} rows as the inputs have, got {targets.shape}")
        if self.train_inputs.shape[1] != self.validation_inputs.shape[1]:
            raise ValueError(
                f"train_inputs have {self.train_inputs.shape[1]} columns, "
                f"validation_inputs {self.validation_inputs.shape[1]}; both must have the same"
            )

    @property
    def n_inputs(self) -> int:
        """Columns of the inputs."""
        return int(self.train_inputs.shape[1])

    def check_targets(self, model: Model) -> None:
        """Check that the targets suit the model.

        Raises:
            ValueError: labels outside 0..n_outputs-1, or another number of target columns than outputs.
        """
        if isinstance(model, AutoEncoder):
            return
        for name in ("train_targets", "validation_targets"):
            targets = getattr(self, name)
            if model.task == "classification":
                if targets.ndim != 1 or np.any(targets != np.round(targets)):
                    raise ValueError(f"{name} must be class numbers 0, 1, ... of shape (n,), got shape {targets.shape}")
                if targets.min() < 0 or targets.max() >= model.n_outputs:
                    raise ValueError(
                        f"{name} must lie in 0..{model.n_outputs - 1}, they span {targets.min():g}..{targets.max():g}; "
                        "give n_outputs the number of classes"
                    )
            elif (targets.shape[1] if targets.ndim == 2 else 1) != model.n_outputs:
                raise ValueError(
                    f"{name} have shape {targets.shape}, the model has {model.n_outputs} output(s); "
                    "give n_outputs the number of target columns"
                )
