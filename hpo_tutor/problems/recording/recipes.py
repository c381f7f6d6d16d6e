"""Which landscapes are recorded, and on which grids? The recipe is all that a recording depends on."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from hpo_tutor.problems.landscapes.files import Axis


@dataclass(frozen=True)
class Recipe:
    """A grid of hyperparameters on data batches and seeds.

    Attributes:
        name: of the landscape.
        task: the data set and network, see ``tasks``.
        axes: the hyperparameters on the grid, in the order of the table. If the last one is ``epochs``, one training
            serves all its values: the loss is kept after every epoch.
        fixed: the other hyperparameters.
        n_batches: data batches.
        seeds: networks trained at each point and data batch.
    """

    name: str
    task: str
    axes: tuple[Axis, ...]
    fixed: Mapping[str, Any]
    n_batches: int = 10
    seeds: tuple[int, ...] = (0, 1, 2)

    def __post_init__(self) -> None:
        if "epochs" in [axis.name for axis in self.axes[:-1]]:
            raise ValueError(f"{self.name}: epochs must be the last axis, got {[axis.name for axis in self.axes]}")

    @property
    def epochs_axis(self) -> Axis | None:
        """The last axis where it is the epochs, else None."""
        return self.axes[-1] if self.axes[-1].name == "epochs" else None

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one data batch's table, (n_seeds, n_1, ..., n_d)."""
        return (len(self.seeds), *(len(axis.values) for axis in self.axes))

    @property
    def fingerprint(self) -> str:
        """Eight letters that change with the recipe, so that parts of another one are never taken for its own."""
        text = json.dumps(
            [self.name, self.task, [vars(axis) for axis in self.axes], dict(self.fixed), self.n_batches, self.seeds]
        )
        return hashlib.sha256(text.encode()).hexdigest()[:8]


def _log(low: float, high: float, n: int) -> tuple[float, ...]:
    """Values at equal steps of the logarithm, rounded so that they read well; the ends are exact."""
    return tuple(float(f"{value:.6g}") for value in np.geomspace(low, high, n))


RECIPES: Mapping[str, Recipe] = MappingProxyType(
    {
        "aleph": Recipe(
            name="aleph",
            task="aleph",
            axes=(
                Axis("learning_rate", _log(1e-4, 5e-2, 31), log=True),
                Axis("epochs", tuple(range(1, 61)), whole=True, unit="passes over the training rows"),
            ),
            fixed={"l2": 1e-4, "width": 32, "batch_size": 128},
        ),
        "digits": Recipe(
            name="digits",
            task="digits",
            axes=(
                Axis("learning_rate", _log(1e-4, 1e-1, 25), log=True),
                Axis("l2", _log(1e-6, 1e-1, 26), log=True),
            ),
            fixed={"epochs": 20, "width": 32, "batch_size": 128},
        ),
        # what a person tunes by hand in notebook 01
        "digits-width": Recipe(
            name="digits-width",
            task="digits",
            axes=(
                Axis("learning_rate", _log(1e-4, 1e-1, 21), log=True),
                Axis("l2", _log(1e-6, 1e-1, 16), log=True),
                Axis("width", (4, 8, 16, 32, 64), log=True, whole=True, unit="units in the hidden layer"),
            ),
            fixed={"epochs": 20, "batch_size": 128},
        ),
    }
)


def recipe(name: str) -> Recipe:
    """The recipe of that name.

    Raises:
        ValueError: there is none.
    """
    if name not in RECIPES:
        raise ValueError(f"there are recipes for {', '.join(RECIPES)}, got {name!r}")
    return RECIPES[name]
