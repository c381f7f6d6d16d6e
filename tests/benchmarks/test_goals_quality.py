"""How much of the front do samplers find that have two goals? Hypervolumes of one run, and the time of a search.

Every sampler meets the same functions and budgets; a logarithm is taken of the goal that spans powers of ten for the
hypervolume, and where a sampler can be told so, for its search.
"""

import math
import statistics
import warnings
from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
import optuna
import pytest
from benchmarks.results_page import record, seconds, table
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from hpo_tutor import Float, History, SearchSpace, minimize
from hpo_tutor.pareto import hypervolume
from hpo_tutor.samplers import Design, ParEGO

optuna.logging.set_verbosity(optuna.logging.WARNING)

N_SEEDS, N_TRIALS = 10, 40
Function = Callable[[Mapping[str, float]], tuple[float, float]]


def zdt1(config: Mapping[str, float]) -> tuple[float, float]:
    """A front that bulges downwards, y = 1 - sqrt(x); Zitzler, Deb & Thiele (2000), doi:10.1162/106365600568202."""
    first, *rest = config.values()
    g = 1 + 9 * sum(rest) / len(rest)
    return first, g * (1 - math.sqrt(first / g))


def zdt2(config: Mapping[str, float]) -> tuple[float, float]:
    """The same with a front that bulges upwards, y = 1 - x**2."""
    first, *rest = config.values()
    g = 1 + 9 * sum(rest) / len(rest)
    return first, g * (1 - (first / g) ** 2)


def fonseca(config: Mapping[str, float]) -> tuple[float, float]:
    """Two bells, most of the cube lies far from both; Fonseca & Fleming (1995), doi:10.1162/evco.1995.3.1.1."""
    x = 8 * np.array(list(config.values())) - 4
    top = 1 / math.sqrt(len(x))
    return 1 - math.exp(-float(((x - top) ** 2).sum())), 1 - math.exp(-float(((x + top) ** 2).sum()))


def size(config: Mapping[str, float]) -> tuple[float, float]:
    """An error that falls with the size of a network, which spans five powers of ten."""
    depth, width, rate = config.values()
    return 0.02 + (1 - depth) ** 2 + 0.3 * (width - 0.7) ** 2 + (rate - 0.4) ** 2, 10 ** (1 + 4 * depth + width)


class Problem(NamedTuple):
    """Two goals over a unit cube, and the reference of its hypervolume."""

    function: Function
    n_dims: int
    reference: tuple[float, float]
    log: tuple[int, ...] = ()


PROBLEMS = {
    "zdt1, 4 hyperparameters": Problem(zdt1, 4, (1.1, 1.5)),
    "zdt2, 3 hyperparameters": Problem(zdt2, 3, (1.1, 1.5)),
    "two bells, 3 hyperparameters": Problem(fonseca, 3, (1.1, 1.1)),
    "error and size, 3 hyperparameters": Problem(size, 3, (1.5, 5.0), log=(1,)),
}


def space(n_dims: int) -> SearchSpace:
    """The unit cube."""
    return SearchSpace({f"x{i}": Float(0, 1) for i in range(n_dims)})


def ours(sampler: ParEGO | Design, problem: Problem, seed: int) -> NDArray[np.float64]:
    """The losses of a search by one of our samplers, shape (n, 2)."""
    history: History = minimize(problem.function, sampler, N_TRIALS, progress=False, seed=seed)
    return history.points


def theirs(sampler: optuna.samplers.BaseSampler, problem: Problem) -> NDArray[np.float64]:
    """The losses of a search by optuna, shape (n, 2)."""
    study = optuna.create_study(directions=["minimize"] * 2, sampler=sampler)
    names = space(problem.n_dims).names
    study.optimize(
        lambda trial: problem.function({name: trial.suggest_float(name, 0, 1) for name in names}), n_trials=N_TRIALS
    )
    return np.array([trial.values for trial in study.trials])


SEARCHES: dict[str, Callable[[Problem, int], NDArray[np.float64]]] = {
    "ParEGO": lambda problem, seed: ours(ParEGO(space(problem.n_dims), seed, log=problem.log), problem, seed),
    "random": lambda problem, seed: ours(Design(space(problem.n_dims), "random", seed=seed), problem, seed),
    "optuna TPE": lambda problem, seed: theirs(optuna.samplers.TPESampler(seed=seed), problem),
    # its default of 50 children a generation would be random search up to the end of the budget
    "optuna NSGA-II": lambda problem, seed: theirs(
        optuna.samplers.NSGAIISampler(seed=seed, population_size=10), problem
    ),
}


def test_hypervolume(capsys: pytest.CaptureFixture[str]) -> None:
    """Mean hypervolume after 40 trials over 10 seeds, on two published pairs, two bells, and one with a size."""
    rows, taken = [], {name: [] for name in SEARCHES}
    for title, problem in PROBLEMS.items():
        found = {name: [] for name in SEARCHES}
        with threadpool_limits(1), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the peers
            for seed in range(N_SEEDS):
                for name, search in SEARCHES.items():
                    losses: list[NDArray[np.float64]] = []
                    taken[name].append(seconds(lambda s=search, p=problem, i=seed, kept=losses: kept.append(s(p, i))))
                    points = losses[0]
                    points[:, problem.log] = np.log10(points[:, problem.log])
                    found[name].append(hypervolume(points, problem.reference))
        means = {name: statistics.mean(values) for name, values in found.items()}
        assert means["ParEGO"] > means["random"]
        cells = [f"{means[name]:.3f} ± {statistics.stdev(values) / N_SEEDS**0.5:.3f}" for name, values in found.items()]
        rows.append([title, *cells])
        with capsys.disabled():
            print(f"\n{rows[-1]}")
    rows.append(["seconds a search", *(f"{statistics.median(values):.2g}" for values in taken.values())])
    lines = [
        f"Mean hypervolume after {N_TRIALS} trials over {N_SEEDS} seeds ± its standard error; the more the better. "
        "Volumes of different lines cannot be compared.",
        "",
        *table(["", *SEARCHES], rows),
    ]
    record("goals", lines, capsys.disabled())
