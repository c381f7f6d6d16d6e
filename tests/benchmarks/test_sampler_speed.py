"""How long does one suggestion take beside optuna's Gaussian process? Ratios of one run; a clock is never asserted."""

import statistics
from collections.abc import Callable

import numpy as np
import pytest
from benchmarks.results_page import record, seconds, table
from benchmarks.sampler_peers import Optuna, optuna_gp
from threadpoolctl import threadpool_limits

from hpo_tutor.problems import function
from hpo_tutor.samplers import BaseSampler, BayesianOptimization
from hpo_tutor.search_space import SearchSpace
from hpo_tutor.trials import Trial

ROUNDS = 7
ASKED = 3  # suggestions, one after the other, each told before the next
GROWTH = (50, 100, 200, 500)
Make = Callable[..., BaseSampler]


def optuna_exact(space: SearchSpace, seed: int) -> Optuna:
    """The Gaussian process of optuna, told that there is no noise."""
    return optuna_gp(space, seed, deterministic=True)


def told(make: Make, n_dims: int, n_trials: int, seed: int) -> tuple[BaseSampler, Callable[[dict[str, float]], float]]:
    """A sampler that knows random trials, and the function they are of."""
    objective = function("rastrigin", n_dims)
    sampler = make(objective.space, seed=seed)
    sampler.start(n_trials + ASKED)
    rng = np.random.default_rng(seed)
    for number in range(n_trials):
        config = objective.space.sample(rng)
        if isinstance(sampler, Optuna):
            sampler.add(config, objective(config))
        else:
            sampler.tell(Trial(10_000 + number, config), objective(config))
    return sampler, objective


def suggestion(make: Make, n_dims: int, n_trials: int, seed: int) -> float:
    """Seconds for one suggestion: the median of a few, told in between; the first of all, from scratch, not counted."""
    sampler, objective = told(make, n_dims, n_trials, seed)
    taken = []
    for _ in range(ASKED + 1):
        trials: list[Trial] = []
        taken.append(seconds(lambda trials=trials: trials.append(sampler.ask())))
        sampler.tell(trials[0], objective(dict(trials[0].config)))
    return statistics.median(taken[1:])


def test_suggestions(capsys: pytest.CaptureFixture[str]) -> None:
    """One suggestion at 50 and 200 trials, in 2 and 10 dimensions, one thread each."""
    rows = []
    with threadpool_limits(1):
        for n_dims in (2, 10):
            for n_trials in (50, 200):
                ours, theirs = [], []
                for seed in range(ROUNDS):
                    ours.append(suggestion(BayesianOptimization, n_dims, n_trials, seed))
                    theirs.append(suggestion(optuna_exact, n_dims, n_trials, seed))
                ratio = statistics.median(a / b for a, b in zip(ours, theirs, strict=True))
                cells = [f"{1e3 * statistics.median(taken):.0f} ms" for taken in (ours, theirs)]
                rows.append([f"{n_dims} hyperparameters, n = {n_trials}", *cells, f"**{ratio:.2f}**", "0.7 (0.5)"])
        first = None
        growth = []
        for n_trials in GROWTH:
            taken = statistics.median(suggestion(BayesianOptimization, 10, n_trials, seed) for seed in range(3))
            first = first or taken
            growth.append([f"{n_trials}", f"{1e3 * taken:.0f} ms", f"{taken / first:.1f}"])
    lines = [
        f"One `ask` after n random trials of rastrigin, its model fitted anew; medians of {ROUNDS} searches, ours and "
        "optuna's GPSampler in turn, one thread.",
        "",
        *table(["", "BayesianOptimization", "optuna's GPSampler", "ratio", "at most (aim)"], rows),
        "",
        "How it grows, with 10 hyperparameters:",
        "",
        *table(["n", "BayesianOptimization", "times that of n = 50"], growth),
    ]
    record("sampler-speed", lines, capsys.disabled())
