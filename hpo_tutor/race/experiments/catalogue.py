"""What did source 003 tune, and how is it repeated here? Networks of the jets, and the nine hyperparameters of MNIST.

regression-2, -3, -5   a network of two hidden layers learns the energy of jets: epochs and learning rate; with the
                       batch size; with the number of layers and of their neurons
mnist-9                a small convolutional network, for a processor: 1,000 pictures, shrunk to 14 x 14, train it
mnist-9-full           a larger one, for a GPU: 40,000 pictures as they are

The source says neither which data its regression had nor how wide its domains were; those of MNIST here hold all that
its table shows, but for kernels of even sides. Its budgets for MNIST are kept: 80 trials, of which a grid of equal
levels can use one, and 93 for the sparse grid, beside which another has 80 as everybody else.
"""

import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from hpo_tutor.problems import tasks
from hpo_tutor.problems.live_objectives import Live, live

N_FRESH = 3  # trainings that say what an incumbent is worth
N_BATCHES = 20  # into which the data are cut, one a repetition


class Experiment(NamedTuple):
    """What is tuned, and by whom.

    Attributes:
        name: of the experiment.
        task: of ``problems.tasks``.
        tuned: the hyperparameters, over the task's own domains; the others stay at its defaults.
        methods: (sampler, budget) of each search; a sampler is a name of ``race.entries``, or "grid-uneven".
        n_repetitions: how often all of them are run if nobody says otherwise.
        levels: of "grid-uneven".
    """

    name: str
    task: str
    tuned: tuple[str, ...]
    methods: tuple[tuple[str, int], ...]
    n_repetitions: int
    levels: Mapping[str, int] = MappingProxyType({})

    def objective(self, repetition: int) -> Live:
        """The networks of a repetition, one at a time on one thread."""
        return live(self.task, list(self.tuned), batch=repetition, n_batches=N_BATCHES, n_threads=1)

    @property
    def meaning(self) -> str:
        """Eight letters that change with the task, the space and the seeds, so that no other's rows are mixed in."""
        known = tasks.task(self.task)
        domains = [repr(known.domains[name]) for name in self.tuned]
        told = [tasks.meaning(self.task, [{}]), self.tuned, domains, N_BATCHES, N_FRESH]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:8]


class Search(NamedTuple):
    """One search: its experiment's name, the sampler, the budget, the repetition."""

    experiment: str
    sampler: str
    budget: int
    repetition: int


_REGRESSION = tuple(
    (sampler, budget)
    for budget in (20, 80)
    for sampler in ("grid-midpoints", "random", "gp", "tpe", "sparse-grid", "adaptive-random")
)
_NINE = (
    ("grid-midpoints", 80),
    ("grid-uneven", 80),
    ("random", 80),
    ("gp", 80),
    ("tpe", 80),
    ("sparse-grid", 80),
    ("sparse-grid", 93),
    ("adaptive-random", 80),
)
_LEVELS = MappingProxyType({"learning_rate": 5, "epochs": 2, "batch_size": 2, "conv_layers": 2, "neurons": 2})
_PICTURES = tuple(tasks.task("mnist-cnn-layers").domains)
_LIST = (
    Experiment("regression-2", "aleph-layers", ("epochs", "learning_rate"), _REGRESSION, 20),
    Experiment("regression-3", "aleph-layers", ("epochs", "learning_rate", "batch_size"), _REGRESSION, 20),
    Experiment(
        "regression-5",
        "aleph-layers",
        ("epochs", "learning_rate", "batch_size", "layers", "neurons"),
        _REGRESSION,
        20,
    ),
    Experiment("mnist-9", "mnist-cnn-layers", _PICTURES, _NINE, 20, _LEVELS),
    Experiment("mnist-9-full", "mnist-cnn-layers-full", _PICTURES, _NINE, 10, _LEVELS),
)
EXPERIMENTS: Mapping[str, Experiment] = MappingProxyType({one.name: one for one in _LIST})
USUAL = tuple(name for name in EXPERIMENTS if not name.endswith("-full"))


class Published(NamedTuple):
    """A row of the source's table for MNIST; each method was run once.

    Attributes:
        method: in the source's words.
        sampler: what it is called here.
        cost: networks trained.
        accuracy: on the test rows, in per cent; they were also what was tuned on.
        config: its incumbent: epochs, batch size, learning rate, convolutional layers, dense layers, kernel, pool,
            neurons of a dense layer, dropout.
    """

    method: str
    sampler: str
    cost: int
    accuracy: float
    config: tuple[float, ...]

    @property
    def error(self) -> float:
        """Test rows that are missed, in per cent."""
        return 100 - self.accuracy

    @property
    def standard_error(self) -> float:
        """Of the accuracy, in per cent, by the luck of 10,000 test rows alone."""
        share = self.accuracy / 100
        return 100 * math.sqrt(share * (1 - share) / 10_000)


SOURCE = (
    Published("GS", "grid-midpoints", 1, 10.1, (5, 600, 1e-6, 2, 2, 2, 2, 4, 0.5)),
    Published("RS", "random", 80, 97.4, (9, 975, 0.0173, 2, 1, 3, 1, 6, 0.619)),
    Published("BO", "gp", 80, 97.5, (6, 584, 10**-2.17, 2, 1, 3, 1, 5, 0.281)),
    Published("SG", "sparse-grid", 93, 97.5, (7, 400, 1e-2, 2, 2, 2, 2, 5, 0.5)),
)


def experiment(name: str) -> Experiment:
    """The experiment of that name.

    Raises:
        ValueError: there is none.
    """
    if name not in EXPERIMENTS:
        raise ValueError(f"an experiment must be one of {', '.join(EXPERIMENTS)}; it is {name!r}")
    return EXPERIMENTS[name]


def plan(names: Iterable[str] = USUAL, n_repetitions: int | None = None) -> list[Search]:
    """The searches of some experiments, repetition by repetition, so that what is stopped has whole repetitions.

    Raises:
        ValueError: an experiment is unknown, or n_repetitions is not in 1..20.
    """
    chosen = [experiment(name) for name in names]
    if n_repetitions is not None and not 1 <= n_repetitions <= N_BATCHES:
        raise ValueError(f"n_repetitions must lie in 1..{N_BATCHES}, one a data batch, got {n_repetitions}")
    return [
        Search(one.name, sampler, budget, repetition)
        for repetition in range(N_BATCHES)
        for one in chosen
        if repetition < (n_repetitions or one.n_repetitions)
        for sampler, budget in one.methods
    ]
