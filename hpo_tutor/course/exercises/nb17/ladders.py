"""Where do the rungs of a bracket lie? From the whole training downwards, as in Determined.

max_time  units (batches, epochs) of a whole training
n_rungs   of the bracket
divisor   each rung has one in so many units of the one above it, in whole units, rounded down, but at least 1
units     (n_rungs,)  that a trial has had, in all, at each rung; ascending, the last is max_time

    units[i] = max(floor(max_time / divisor^(n_rungs - 1 - i)), 1)
"""

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

from hpo_tutor.course.exercises import Exercise, Function, Variant

Exponent = Callable[[int, int], int]  # rung and number of rungs -> how often max_time is divided


def ladder(max_time: int, n_rungs: int, divisor: int) -> list[float]:
    """The units of each rung, ascending."""
    return _units(max_time, n_rungs, divisor)


def _from_the_top(i: int, n_rungs: int) -> int:
    return n_rungs - 1 - i


def _units(
    max_time: int,
    n_rungs: int,
    divisor: int,
    *,
    exponent: Exponent = _from_the_top,
    rounded: Callable[[float], float] = math.floor,
    least: float = 1,
) -> list[float]:
    """The right units with one step changed."""
    found = (max_time / divisor ** exponent(i, n_rungs) for i in range(n_rungs))
    return [max(rounded(one), least) for one in found]


def _changed(**changes: Any) -> Function:
    return lambda max_time, n_rungs, divisor: _units(max_time, n_rungs, divisor, **changes)


def _step_by_step(max_time: int, n_rungs: int, divisor: int) -> list[float]:
    """Each rung rounded up from the one above it."""
    found = [max_time]
    for _ in range(n_rungs - 1):
        found.insert(0, max(math.ceil(found[0] / divisor), 1))
    return [float(one) for one in found]


def _increments(max_time: int, n_rungs: int, divisor: int) -> list[float]:
    found = _units(max_time, n_rungs, divisor)
    return [found[0], *(after - before for before, after in pairwise(found))]


def uneven(rng: np.random.Generator) -> tuple[int, int, int]:
    """A case in which rounding counts."""
    divisor = int(rng.integers(2, 6))
    return int(rng.integers(200, 3000)) * divisor + int(rng.integers(1, divisor)), int(rng.integers(3, 6)), divisor


EXERCISE = Exercise(
    id="17.1",
    title="where the rungs lie",
    level=1,
    truth=ladder,
    cases=((937, 3, 4), (81, 5, 3), (10, 4, 4), (10, 4, 2), (1000, 5, 3), (2000, 3, 7)),
    mistakes=(
        Variant(
            "units were rounded up. Round down: a quarter of 937 is 234.",
            (_changed(rounded=math.ceil), _step_by_step),
        ),
        Variant(
            "units were rounded to the nearest. Round down.",
            (_changed(rounded=round),),
        ),
        Variant(
            "a rung may not lie at part of a unit: round down with // or floor.",
            (_changed(rounded=float, least=0), _changed(rounded=float)),
        ),
        Variant(
            "a rung lies at 0 units: a trial that has not trained cannot be compared. At least 1.",
            (_changed(least=0),),
        ),
        Variant(
            "the exponent is off by one: every rung is a divisor too low. The last rung is the whole training.",
            (
                _changed(exponent=lambda i, n: n - i),
                _changed(exponent=lambda i, n: n - i, least=0),
            ),
        ),
        Variant(
            "the exponent is off by one: the last rung is longer than the whole training.",
            (_changed(exponent=lambda i, n: n - 2 - i),),
        ),
        Variant(
            "the rungs come in descending order. The first rung is the lowest.",
            (_changed(exponent=lambda i, n: i), _changed(exponent=lambda i, n: i, least=0)),
        ),
        Variant(
            "the ladder was built from below, from 1 unit upwards. It hangs from the top: the last rung is max_time, "
            "and each one below it has a share of 1 / divisor.",
            (
                lambda max_time, n_rungs, divisor: [divisor**i for i in range(n_rungs)],
                lambda max_time, n_rungs, divisor: [min(divisor**i, max_time) for i in range(n_rungs)],
                lambda max_time, n_rungs, divisor: [*(divisor**i for i in range(n_rungs - 1)), max_time],
            ),
        ),
        Variant(
            "the rungs have equal distances. From one to the next the units are multiplied by the divisor.",
            (
                lambda max_time, n_rungs, divisor: [max_time * (i + 1) // n_rungs for i in range(n_rungs)],
                lambda max_time, n_rungs, divisor: [max_time * (i + 1) / n_rungs for i in range(n_rungs)],
            ),
        ),
        Variant(
            "max_time was divided by a product, divisor * k, in place of a power: divisor ** k.",
            (
                lambda max_time, n_rungs, divisor: [
                    max(max_time // (divisor * (n_rungs - 1 - i) or 1), 1) for i in range(n_rungs)
                ],
            ),
        ),
        Variant(
            "those are the units between a rung and the next. Asked for is what a trial has had in all.",
            (_increments,),
        ),
        Variant(
            "the last rung is missing, at max_time itself.",
            (lambda max_time, n_rungs, divisor: _units(max_time, n_rungs, divisor)[:-1],),
        ),
    ),
    hints=(
        "Begin at the top: the last rung has 937 units. The one below it has a quarter of that, rounded down. How many "
        "times is 937 divided for the first of three rungs?",
        "For rung i, from 0, max_time is divided by the divisor n_rungs - 1 - i times: 2, 1 and 0 times for three "
        "rungs.",
        "[max(max_time // divisor ** (n_rungs - 1 - i), 1) for i in range(n_rungs)]",
    ),
)
