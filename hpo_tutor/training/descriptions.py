"""What is trained, and on which rows?

n_inputs, n_outputs   columns of the inputs, outputs of the network
sizes                 (n_inputs, hidden..., n_outputs), the widths of all layers
"""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

Task = Literal["regression", "classification"]
Activation = Literal["relu", "tanh"]


@dataclass(frozen=True)
class MLP:
    """A fully connected network.

    Attributes:
        hidden: width of each hidden layer; the hyperparameter ``width`` replaces them all.
        activation: after each hidden layer, "relu" or "tanh".
        task: "regression" is scored by the mean squared error, "classification" by the cross-entropy in nats.
        n_outputs: number of targets, or number of classes.

    Raises:
        ValueError: a width below 1, an unknown task or activation, fewer than two classes.
    """

    hidden: tuple[int, ...] = (32, 32)
    activation: Activation = "relu"
    task: Task = "regression"
    n_outputs: int = 1

    def __post_init__(self) -> None:
        object.__setattr__(self, "hidden", tuple(self.hidden))
        if any(width < 1 for width in self.hidden):
            raise ValueError(f"a hidden layer must be at least 1 wide, got {self.hidden}; hidden=() is a linear model")
        for name, options in (("activation", get_args(Activation)), ("task", get_args(Task))):
            if getattr(self, name) not in options:
                raise ValueError(f"{name} must be one of {', '.join(options)}, got {getattr(self, name)!r}")
        least = 2 if self.task == "classification" else 1
        if self.n_outputs < least:
            raise ValueError(f"n_outputs must be at least {least} for {self.task}, got {self.n_outputs}")

    def sizes(self, n_inputs: int, width: int | None = None) -> tuple[int, ...]:
        """The widths of all layers; ``width`` replaces that of every hidden layer."""
        hidden = self.hidden if width is None else (width,) * len(self.hidden)
        return (n_inputs, *hidden, self.n_outputs)


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
                object.__setattr__(self, name, values)
                if not np.all(np.isfinite(values)):
                    raise ValueError(
                        f"{name} must be finite, {np.sum(~np.isfinite(values))} of {values.size} values are not; "
                        "fill or drop these rows first"
                    )
            inputs, targets = getattr(self, f"{part}_inputs"), getattr(self, f"{part}_targets")
            if inputs.ndim != 2 or len(inputs) == 0:
                raise ValueError(f"{part}_inputs must have shape (n >= 1, n_inputs), got {inputs.shape}")
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

    def check_targets(self, model: MLP) -> None:
        """Check that the targets suit the model.

        Raises:
            ValueError: labels outside 0..n_outputs-1, or another number of target columns than outputs.
        """
        for name in ("train_targets", "validation_targets"):
            targets = getattr(self, name)
            if model.task == "classification":
                if targets.ndim != 1 or np.any(targets != np.round(targets)):
                    raise ValueError(f"{name} must be class numbers 0, 1, ... of shape (n,), got shape {targets.shape}")
                if targets.min() < 0 or targets.max() >= model.n_outputs:
                    raise ValueError(
                        f"{name} must lie in 0..{model.n_outputs - 1}, they span {targets.min():g}..{targets.max():g}; "
                        "give MLP(n_outputs=...) the number of classes"
                    )
            elif (targets.shape[1] if targets.ndim == 2 else 1) != model.n_outputs:
                raise ValueError(
                    f"{name} have shape {targets.shape}, the model has {model.n_outputs} output(s); "
                    "give MLP(n_outputs=...) the number of target columns"
                )
