"""Which exercises can be tried on cases that nobody has seen? Those whose arguments are numbers that may be drawn.

Each function takes a numpy Generator and returns cases, tuples of arguments. Their numbers are continuous where an
exercise rounds, so that no case lies on an edge where two right answers may differ by a rounding error.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.course.exercises.nb13.gammas import table
from hpo_tutor.course.exercises.nb13.queues import points
from hpo_tutor.course.exercises.nb14.networks import TILES, searched
from hpo_tutor.course.exercises.nb14.rounds import rows
from hpo_tutor.course.exercises.nb15.areas import scattered
from hpo_tutor.course.exercises.nb15.costs import encoder
from hpo_tutor.course.exercises.nb15.fronts import table as goals
from hpo_tutor.course.exercises.nb16.arrivals import report
from hpo_tutor.course.exercises.nb16.survivals import rung
from hpo_tutor.course.exercises.nb17.barriers import schedule
from hpo_tutor.course.exercises.nb17.ladders import uneven
from hpo_tutor.course.exercises.nb17.shares import brackets
from hpo_tutor.course.exercises.nb18.distances import training
from hpo_tutor.course.exercises.nb18.horizons import field
from hpo_tutor.course.exercises.nb18.noises import batches
from hpo_tutor.course.exercises.nb18.penalties import step
from hpo_tutor.course.exercises.nb18.slopes import claimed_slope

Array = NDArray[np.float64]
Generator = np.random.Generator
N_CASES = 3


def _each(case: Callable[[Generator], tuple[Any, ...]]) -> Callable[[Generator], Sequence[tuple[Any, ...]]]:
    return lambda rng: [case(rng) for _ in range(N_CASES)]


def _losses(rng: Generator, n: int) -> Array:
    return np.asarray(rng.uniform(0.1, 0.9, n).round(4))


def _log_uniform(rng: Generator) -> tuple[Any, ...]:
    low = float(10 ** rng.uniform(-5, -1))
    return rng.random(5), low, low * float(10 ** rng.uniform(1.2, 3.8))


def _affordable(rng: Generator) -> tuple[Any, ...]:
    n_levels, n_dims = int(rng.integers(3, 8)), int(rng.integers(2, 5))
    return n_levels**n_dims + int(rng.integers(1, 2 * n_levels)), n_dims


def _with_a_failure(rng: Generator) -> tuple[Any, ...]:
    losses = _losses(rng, 9)
    losses[rng.integers(1, 9)] = np.nan
    return (losses,)


def _laps(rng: Generator) -> tuple[Any, ...]:
    a = rng.normal(2.0, 0.5, 7)
    return a.round(3), (a + rng.normal(0.2, 0.1, 7)).round(3)


def _kernel(places: Array, others: Array) -> Array:
    return np.asarray(np.exp(-0.5 * ((places[:, None] - others) / 0.3) ** 2))


def _process(rng: Generator) -> tuple[Any, ...]:
    x, new = rng.random(4), rng.random(4)  # as many, so that a transposed matrix is a wrong answer and no error
    y, noise, mean = rng.normal(size=4).round(3), float(rng.uniform(0.1, 0.5)), float(rng.normal())
    return _kernel(x, x), _kernel(x, new), _kernel(new, new), y, noise, mean


def _bands(rng: Generator) -> tuple[Any, ...]:
    mean, std, noise = rng.normal(size=30), rng.uniform(0.1, 1, 30), float(rng.uniform(0.2, 1))
    return mean, std, noise, mean + 1.5 * np.hypot(std, noise) * rng.normal(size=30)


def _likelihood(rng: Generator) -> tuple[Any, ...]:
    x = rng.random(4)
    return _kernel(x, x), rng.normal(size=4).round(3), float(rng.uniform(0.2, 1))


def _batches(rng: Generator) -> Array:
    """More searches than batches, so that who resamples the wrong axis gets a wrong answer and no error."""
    return np.asarray((rng.exponential(0.3, (8, 1)) + rng.exponential(0.05, (8, 10))).round(3))


def _grid_size(rng: Generator) -> tuple[int, int]:
    """Small enough that all points of the full grid may be written down: 10^5 at the most."""
    n_dims = int(rng.integers(2, 10))
    return int(rng.integers(2, {2: 8, 3: 6, 4: 5, 5: 4}.get(n_dims, 3))), n_dims


def _tournament(rng: Generator) -> tuple[Any, ...]:
    rungs = np.cumsum(rng.integers(1, 5, 4) * 3 ** np.arange(4))
    return int(rng.integers(20, 200)), tuple(map(int, rungs)), int(rng.integers(2, 5))


def _power(rng: Generator) -> tuple[int, int]:
    """Epochs of which the divisor is a root, 1024 at the most."""
    divisor = int(rng.integers(2, 8))
    most = {2: 10, 3: 6, 4: 5, 5: 4}.get(divisor, 3)
    return divisor ** int(rng.integers(2, most + 1)), divisor


CASES = {
    "00.1": _each(lambda rng: (rng.uniform(5, 95, 4).round(2),)),
    "00.2": _each(lambda rng: (tuple(map(int, rng.integers(2, 40, 4))),)),
    "01.1": _each(_log_uniform),
    "01.2": _each(lambda rng: (_losses(rng, 6), _losses(rng, 6))),
    "02.2": _each(_affordable),
    "03.1": _each(lambda rng: (round(rng.uniform(0.02, 0.4), 4), round(rng.uniform(0.5, 0.99), 4))),
    "03.2": _each(_with_a_failure),
    "03.3": _each(_laps),
    "04.3": _each(_process),
    "05.1": _each(lambda rng: (rng.random((3, 2)), rng.random((4, 2)), rng.uniform(0.2, 2, 2))),
    "05.2": _each(_bands),
    "05.3": _each(_likelihood),
    "06.1": _each(lambda rng: (rng.random(5), rng.uniform(0.05, 0.5, 5), float(rng.uniform(0.2, 0.6)))),
    "06.2": _each(lambda rng: (rng.random(9), rng.uniform(0.05, 0.5, 9), float(rng.uniform(0.5, 3)))),
    "08.1": _each(lambda rng: (rng.random(3), rng.random(6), float(rng.uniform(0.1, 1)))),
    "11.1": _each(lambda rng: (rng.uniform(1, 4, (3, 4, 2)).round(3),)),
    "12.1": _each(lambda rng: (_batches(rng),)),
    "12.2": _each(lambda rng: (_batches(rng), rng.integers(0, 8, (81, 8)))),
    "12.3": _each(lambda rng: (*rng.uniform(0.2, 0.9, 2).round(3).tolist(), round(rng.uniform(0.01, 0.2), 3))),
    "13.1": _each(_grid_size),
    "13.2": _each(lambda rng: points(rng, 9, round(rng.uniform(0.3, 0.8), 3))),
    "13.3": _each(lambda rng: (rng.normal(size=7).round(3),)),
    "13.4": _each(lambda rng: table(rng, 5, 5)),
    "14.1": _each(lambda rng: (int(rng.integers(20, 300)),)),
    "14.2": _each(lambda rng: searched(rng, TILES, 12, str(rng.choice(("filters_2", "units_2"))))),
    "14.3": _each(lambda rng: rows(rng, 9, 4, int(rng.integers(40, 90)))),
    "15.1": _each(lambda rng: goals(rng, 9, 3)),
    "15.2": _each(lambda rng: scattered(rng, 6)),
    "15.3": _each(lambda rng: encoder(rng, 2)),
    "16.1": _each(lambda rng: rung(rng, int(rng.integers(8, 21)), 2, int(rng.integers(2, 5)))),
    "16.2": _each(_tournament),
    "16.3": _each(lambda rng: report(rng, int(rng.integers(6, 16)), int(rng.integers(2, 5)), int(rng.integers(2)))),
    "17.1": _each(uneven),
    "17.2": _each(brackets),
    "17.3": _each(_power),
    "17.4": _each(lambda rng: schedule(rng, int(rng.integers(2, 5)), int(rng.integers(2, 6)))),
    "18.1": _each(step),
    "18.2": _each(claimed_slope),
    "18.3": _each(batches),
    "18.4": _each(training),
    "18.5": _each(field),
}
