"""Which landscapes are recorded, and on which hyperparameters? The recipe is all that a recording depends on."""

import hashlib
import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.domains import finite_values
from hpo_tutor.problems import mangling, tasks
from hpo_tutor.problems.landscapes.files import Axis
from hpo_tutor.search_space import Choice, Domain, Float, Integer, SearchSpace

LONGEST = 81  # epochs of a recorded learning curve: rungs of 1, 3, 9, 27 and 81
SAMPLE_SEED = 20_260_102  # of random configurations


@dataclass(frozen=True)
class Recipe:
    """Hyperparameters, data batches and seeds; on a grid, or at random.

    Attributes:
        name: of the landscape.
        task: the data set and learner, see ``tasks``.
        axes: the hyperparameters on the grid, in the order of the table; empty for a random sample. If the last one is
            how long a training is (``epochs``, ``trees``), one training serves all its values.
        fixed: the other hyperparameters.
        n_batches: data batches.
        seeds: learners trained at each point and data batch.
        domains: the hyperparameters of a random sample; empty for a grid.
        n_points: configurations of the random sample, the same ones for every data batch.
        by: hyperparameters of the sample, each combination of whose values gets equally many configurations, in turn.
        n_repeated: that many configurations, the first ones, train with every seed, the others with the first alone;
            None is all.
        timed: whether it is measured how long an epoch takes, for each width and batch size, see ``speeds``.
    """

    name: str
    task: str
    axes: tuple[Axis, ...]
    fixed: Mapping[str, Any]
    n_batches: int = 10
    seeds: tuple[int, ...] = (0, 1, 2)
    domains: Mapping[str, Domain] = field(default_factory=dict)
    n_points: int = 0
    by: tuple[str, ...] = ()
    n_repeated: int | None = None
    timed: bool = False

    def __post_init__(self) -> None:
        for axis in self.axes[:-1]:
            if axis.name in ("epochs", "trees"):
                names = [axis.name for axis in self.axes]
                raise ValueError(f"{self.name}: {axis.name} must be the last axis, got {names}")
        if bool(self.axes) == bool(self.domains) or bool(self.domains) != (self.n_points > 0):
            raise ValueError(f"{self.name}: give axes for a grid, or domains and n_points for a random sample")

    @property
    def along(self) -> tuple[int, ...] | None:
        """The last axis' values where it is how long a training is, else None."""
        if self.axes and self.axes[-1].name in ("epochs", "trees"):
            return tuple(int(value) for value in self.axes[-1].values)
        return None

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one data batch's table, (n_seeds, n_1, ..., n_d), or (n_seeds, n_points)."""
        return (len(self.seeds), *([len(axis.values) for axis in self.axes] or [self.n_points]))

    def points(self) -> list[dict[str, Any]]:
        """The configurations that are trained: the grid without how long, or the random sample."""
        if self.domains:
            rng, tiles = np.random.default_rng(SAMPLE_SEED), itertools.cycle(self._tiles())
            return [{**self.fixed, **next(tiles).sample(rng)} for _ in range(self.n_points)]
        axes = self.axes[:-1] if self.along else self.axes
        grid = itertools.product(*(axis.values for axis in axes))
        return [{**self.fixed, **{axis.name: value for axis, value in zip(axes, point, strict=True)}} for point in grid]

    @property
    def space(self) -> SearchSpace:
        """Of a random sample: what is tuned, and what is fixed, under the task's constraints."""
        return SearchSpace({**self.fixed, **self.domains}, constraints=tasks.task(self.task).constraints)

    def runs(self) -> NDArray[np.bool_]:
        """Which points train with which seeds, shape (n_seeds, n_points)."""
        n_points = len(self.points())
        wanted = np.ones((len(self.seeds), n_points), dtype=bool)
        if self.n_repeated is not None:
            wanted[1:, self.n_repeated :] = False
        return wanted

    def _tiles(self) -> list[SearchSpace]:
        """The space for each combination of the values of ``by``."""
        values = itertools.product(*(finite_values(self.domains[name]) or () for name in self.by))
        return [self.space.fix(**dict(zip(self.by, chosen, strict=True))) for chosen in values]

    @property
    def fingerprint(self) -> str:
        """Eight letters that change with the recipe, so that parts of another one are never taken for its own."""
        points = self.points()
        # what the rows, the models and their features are is a part of what the losses mean
        told = [self.name, points, self.along, self.n_batches, self.seeds, tasks.meaning(self.task, points)]
        told += [self.n_repeated] if self.n_repeated is not None else []
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:8]


def _log(low: float, high: float, n: int) -> tuple[float, ...]:
    """Values at equal steps of the logarithm, rounded so that they read well; the ends are exact."""
    return tuple(float(f"{value:.6g}") for value in np.geomspace(low, high, n))


def _whole(low: int, high: int, n: int) -> tuple[int, ...]:
    """At most n whole numbers at about equal steps of the logarithm; the ends are exact."""
    return tuple(np.unique(np.geomspace(low, high, n).round().astype(int)).tolist())


def _curves(name: str, task: str, rates: Axis, *others: Axis, fixed: Mapping[str, Any], n_batches: int) -> Recipe:
    """Whole learning curves, of widths and batch sizes so different that some train much faster than others."""
    epochs = Axis("epochs", tuple(range(1, LONGEST + 1)), whole=True, unit="passes over the training rows")
    return Recipe(name, task, (rates, *others, epochs), fixed, n_batches=n_batches, seeds=(0, 1), timed=True)


def _wide(*values: int) -> Axis:
    return Axis("width", values, log=True, whole=True, unit="units in each hidden layer")


def _steps(*values: int) -> Axis:
    return Axis("batch_size", values, log=True, whole=True, unit="rows of a step")


_RATE = Axis("learning_rate", _log(1e-4, 1e-1, 21), log=True)
_LIST = (
    Recipe(
        name="aleph",
        task="aleph",
        axes=(
            Axis("learning_rate", _log(1e-4, 5e-2, 31), log=True),
            Axis("epochs", tuple(range(1, 61)), whole=True, unit="passes over the training rows"),
        ),
        fixed={"l2": 1e-4, "width": 32, "batch_size": 128},
    ),
    Recipe(
        name="aleph-width",
        task="aleph",
        axes=(
            _RATE,
            Axis("width", (1, 2, 4, 8, 16, 32, 64, 128), log=True, whole=True, unit="units in each hidden layer"),
            Axis("epochs", tuple(range(1, 41)), whole=True, unit="passes over the training rows"),
        ),
        fixed={"l2": 1e-4, "batch_size": 128},
    ),
    Recipe(
        name="digits",
        task="digits",
        axes=(
            Axis("learning_rate", _log(1e-4, 1e-1, 25), log=True),
            Axis("l2", _log(1e-6, 1e-1, 26), log=True),
        ),
        fixed={"epochs": 20, "width": 32, "batch_size": 128},
    ),
    # what a person tunes by hand in notebook 01
    Recipe(
        name="digits-width",
        task="digits",
        axes=(
            _RATE,
            Axis("l2", _log(1e-6, 1e-1, 16), log=True),
            Axis("width", (4, 8, 16, 32, 64), log=True, whole=True, unit="units in the hidden layer"),
        ),
        fixed={"epochs": 20, "batch_size": 128},
    ),
    Recipe(
        name="mnist",
        task="mnist",
        axes=(
            Axis("learning_rate", _log(5e-4, 5e-2, 9), log=True),
            Axis("l2", _log(1e-5, 1e-1, 7), log=True),
            Axis("input_noise", _log(0.1, 2.4, 6), log=True, unit="standard deviations of the pixels"),
        ),
        fixed={"epochs": 10, "width": 32, "batch_size": 128},
    ),
    # even with dropout hardly a dense layer is too wide: beyond 256 units the loss is almost flat
    Recipe(
        name="cifar10",
        task="cifar10",
        axes=(
            Axis("learning_rate", _log(5e-5, 1e-2, 11), log=True),
            Axis(
                "width",
                (8, 16, 32, 64, 128, 256, 512, 1024, 2048),
                log=True,
                whole=True,
                unit="units in the dense layer",
            ),
        ),
        fixed={"epochs": 20, "l2": 1e-4, "dropout": 0.5, "batch_size": 128},
    ),
    *(
        Recipe(
            name=name,
            task=name,
            axes=(
                Axis("learning_rate", _log(5e-3, 0.5, 13), log=True),
                Axis("max_depth", (2, 3, 4, 5, 6, 7, 8, 10, 13, 17, 22), whole=True, unit="splits from root to leaf"),
            ),
            fixed={},
        )
        for name in ("danish_housing", "king_county")
    ),
    Recipe(
        name="danish_housing-44",
        task="danish_housing-44",
        axes=(
            Axis("learning_rate", mangling.LEARNING_RATES, log=True),
            Axis("max_depth", mangling.MAX_DEPTHS, whole=True, unit="splits from root to leaf"),
        ),
        fixed={},
        n_batches=44,
    ),
    Recipe(
        name="king_county-trees",
        task="king_county",
        axes=(
            Axis("max_depth", (1, 2, 3, 4, 5, 6, 7, 8, 10, 13, 17, 22), whole=True, unit="splits from root to leaf"),
            Axis("trees", _whole(1, 1000, 32), log=True, whole=True, unit="trees"),
        ),
        # fixed: on learning_rate x trees a smaller rate with more trees is always a little better, down to the edge
        fixed={"learning_rate": 0.1},
    ),
    Recipe(
        name="digits-cnn-5",
        task="digits-cnn",
        axes=(),
        fixed={"epochs": 10},
        domains={
            "learning_rate": Float(1e-4, 1e-1, log=True),
            "l2": Float(1e-6, 1e-1, log=True),
            "dropout": Float(0.0, 0.6),
            "batch_size": Choice((32, 64, 128, 256), ordered=True),
            "width": Integer(2, 16, log=True),
        },
        n_points=300,
    ),
    # the nine hyperparameters of the sparse grids' source
    Recipe(
        name="digits-cnn-9",
        task="digits-cnn-layers",
        axes=(),
        fixed={},
        domains=tasks.task("digits-cnn-layers").domains,
        n_points=300,
    ),
    # spaces with switches: 350 auto-encoders of each number of layers, 50 of them with three seeds
    Recipe(
        name="digits-autoencoder",
        task="digits-autoencoder",
        axes=(),
        fixed={"epochs": 15, "batch_size": 64},
        n_batches=1,
        domains=tasks.task("digits-autoencoder").domains,
        n_points=3150,
        by=("n_conv", "n_dense"),
        n_repeated=450,
    ),
    _curves(
        "digits-curves",
        "digits",
        Axis("learning_rate", _log(1e-4, 1e-1, 9), log=True),
        _wide(4, 16, 64, 128),
        _steps(16, 32, 64, 256),
        Axis("input_noise", (0.0, 0.4, 0.8), unit="standard deviations of the inputs"),
        fixed={"l2": 1e-4},
        n_batches=5,
    ),
    _curves(
        "aleph-curves",
        "aleph",
        Axis("learning_rate", _log(1e-4, 5e-2, 9), log=True),
        _wide(4, 16, 64),
        _steps(16, 32, 64, 256),
        Axis("l2", _log(1e-5, 1e-1, 3), log=True),
        fixed={},
        n_batches=5,
    ),
    _curves(
        "mnist-curves",
        "mnist-5000",
        Axis("learning_rate", _log(1e-4, 3e-2, 10), log=True),
        _wide(8, 16, 32, 64, 128),
        _steps(32, 128, 512),
        fixed={"l2": 1e-4},
        n_batches=1,
    ),
)
RECIPES: Mapping[str, Recipe] = MappingProxyType({recipe.name: recipe for recipe in _LIST})


def recipe(name: str) -> Recipe:
    """The recipe of that name.

    Raises:
        ValueError: there is none.
    """
    if name not in RECIPES:
        raise ValueError(f"there are recipes for {', '.join(RECIPES)}, got {name!r}")
    return RECIPES[name]
