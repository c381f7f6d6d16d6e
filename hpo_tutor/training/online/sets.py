"""Which rows move the weights, which the hyperparameters, and which only say how good both are?"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.training.models.descriptions import Model
from hpo_tutor.training.rows import Data

Numbers = NDArray[np.float64]
Targets = NDArray[np.float64] | NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class TwoSets:
    """The rows of T1-T2, standardised beforehand.

    Attributes:
        train_inputs: T1, which moves the weights, shape (n_train, n_inputs).
        train_targets: shape (n_train,) or (n_train, n_outputs); whole numbers from 0 for classification.
        tuning_inputs: T2, which moves the hyperparameters, shape (n_tuning, n_inputs).
        tuning_targets: like ``train_targets``.
        scored: name -> (inputs, targets) of rows that move nothing, such as "validation" and "test".

    Raises:
        ValueError: lengths disagree, there are no rows, or a number is not finite.
    """

    train_inputs: Numbers
    train_targets: Targets
    tuning_inputs: Numbers
    tuning_targets: Targets
    scored: Mapping[str, tuple[Numbers, Targets]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        parts = {}
        for name, (inputs, targets) in {"tuning": (self.tuning_inputs, self.tuning_targets), **self.scored}.items():
            if name == "train":
                raise ValueError("'train' is the name of T1's rows; call the scored rows otherwise")
            try:
                parts[name] = Data(self.train_inputs, self.train_targets, inputs, targets)
            except ValueError as error:
                raise ValueError(str(error).replace("validation_", f"{name}_")) from None
        if "tuning" in self.scored:
            raise ValueError("'tuning' is the name of T2's rows; call the scored rows otherwise")
        object.__setattr__(self, "_parts", MappingProxyType(parts))
        tuning = parts["tuning"]
        for own, theirs in (("train", "train"), ("tuning", "validation")):
            for what in ("inputs", "targets"):
                object.__setattr__(self, f"{own}_{what}", getattr(tuning, f"{theirs}_{what}"))

    @property
    def n_inputs(self) -> int:
        """Columns of the inputs."""
        return int(self.train_inputs.shape[1])

    @property
    def names(self) -> tuple[str, ...]:
        """What can be scored: "train", "tuning", and the names of ``scored``."""
        return ("train", *self._parts)

    def part(self, name: str) -> tuple[Numbers, Targets]:
        """Inputs and targets of T1 ("train"), T2 ("tuning"), or rows that are scored.

        Raises:
            ValueError: there are no such rows.
        """
        if name not in self.names:
            raise ValueError(f"there are no rows {name!r}; there are {', '.join(self.names)}")
        if name == "train":
            return self.train_inputs, self.train_targets
        return self._parts[name].validation_inputs, self._parts[name].validation_targets

    def check_targets(self, model: Model) -> None:
        """Check that all targets suit the model.

        Raises:
            ValueError: labels outside 0..n_outputs-1, or another number of target columns than outputs.
        """
        for name, part in self._parts.items():
            try:
                part.check_targets(model)
            except ValueError as error:
                raise ValueError(str(error).replace("validation_", f"{name}_")) from None

    _parts: Mapping[str, Data] = field(init=False, repr=False, default_factory=dict)
