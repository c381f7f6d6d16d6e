"""How large is the difference between two samplers, and how well is it known?

a, b   (n,)   results of two samplers; a[i] and b[i] come from the same lap of a race
d      (n,)   a - b

The divisor n instead of n - 1 is a matter of taste, and every mistake is recognised with either.
"""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.course.exercises import Exercise, Function, Variant

Array = NDArray[np.float64]


def paired_difference(a: Array, b: Array) -> tuple[float, float]:
    """Mean of a - b over the laps, and the standard error of that mean."""
    return _mean_and_error(a, b, ddof=1)


def _mean_and_error(a: Array, b: Array, ddof: int) -> tuple[float, float]:
    d = a - b
    return float(d.mean()), _error(d, ddof)


def _error(values: Array, ddof: int) -> float:
    return float(values.std(ddof=ddof) / math.sqrt(values.size))


def _mean_and(spread: Callable[[Array, int], float]) -> tuple[Function, ...]:
    """The right mean beside something else for the standard error, made from the differences."""
    return _either(lambda a, b, ddof: ((a - b).mean(), spread(a - b, ddof)))


def _either(function: Callable[[Array, Array, int], object]) -> tuple[Function, ...]:
    """A function with the divisor n - 1 and with n."""
    return (lambda a, b: function(a, b, 1), lambda a, b: function(a, b, 0))


_rng = np.random.default_rng(3)
_lap_effect = _rng.normal(2.0, 0.5, size=8)  # what the two samplers of a lap share

EXERCISE = Exercise(
    id="03.3",
    title="a paired difference and its standard error",
    level=2,
    truth=paired_difference,
    cases=(
        (_lap_effect.round(2), (_lap_effect + _rng.normal(0.2, 0.1, size=8)).round(2)),
        (np.array([1.0, 2.0, 4.0]), np.array([0.5, 2.5, 2.0])),
        (np.array([3.0, 5.0]), np.array([2.0, 1.0])),
    ),
    mistakes=(
        Variant(
            "the spread of a and the spread of b were combined as if the two had nothing in common. They share "
            "their laps: take the differences first, lap by lap, then their spread.",
            _either(lambda a, b, ddof: ((a - b).mean(), math.hypot(_error(a, ddof), _error(b, ddof)))),
        ),
        Variant(
            "that is the spread of single laps, of a and of b combined. They share their laps: take the differences "
            "first, then their spread. And the mean of n laps is steadier by the square root of n.",
            _either(lambda a, b, ddof: ((a - b).mean(), math.hypot(a.std(ddof=ddof), b.std(ddof=ddof)))),
        ),
        Variant(
            "the standard errors of a and of b were added. With nothing in common, their squares would be added. But "
            "a and b share their laps: take the differences first, lap by lap, then their spread.",
            _either(lambda a, b, ddof: ((a - b).mean(), _error(a, ddof) + _error(b, ddof))),
        ),
        Variant(
            "that is the standard deviation of the differences: how far one lap lies from the mean. The mean of n "
            "laps is steadier by the square root of n.",
            _mean_and(lambda d, ddof: d.std(ddof=ddof)),
        ),
        Variant(
            "that is the variance of the differences. Its square root says how far one lap lies from the mean, and the "
            "mean of n laps is steadier by the square root of n.",
            _mean_and(lambda d, ddof: d.var(ddof=ddof)),
        ),
        Variant(
            "that is the squared standard error (the variance divided by n): take the square root.",
            _mean_and(lambda d, ddof: d.var(ddof=ddof) / d.size),
        ),
        Variant(
            "the variance was divided by the square root of n; the standard deviation, its root, belongs there.",
            _mean_and(lambda d, ddof: d.var(ddof=ddof) / math.sqrt(d.size)),
        ),
        Variant(
            "the standard deviation was divided by n instead of by the square root of n.",
            _mean_and(lambda d, ddof: d.std(ddof=ddof) / d.size),
        ),
        Variant(
            "n - 1 came in twice. It is in the standard deviation already (ddof=1), because the mean was estimated "
            "from the same laps; the mean of n laps is steadier by the square root of n.",
            (lambda a, b: ((a - b).mean(), (a - b).std(ddof=1) / math.sqrt(a.size - 1)),),
        ),
        Variant(
            "the sign got lost. It says which of the two is lower: take a - b as it is, not its absolute value.",
            (
                *_either(lambda a, b, ddof: (np.abs(a - b).mean(), _error(np.abs(a - b), ddof))),
                *_either(lambda a, b, ddof: (abs((a - b).mean()), _error(a - b, ddof))),
                *_either(lambda a, b, ddof: (np.abs(a - b).mean(), _error(a - b, ddof))),
            ),
        ),
        Variant(
            "that is the median of the differences. Asked for is their mean; the standard error belongs to the mean.",
            _either(lambda a, b, ddof: (np.median(a - b), _error(a - b, ddof))),
        ),
        Variant(
            "the difference was taken as b - a; asked for is a - b.",
            _either(lambda a, b, ddof: _mean_and_error(b, a, ddof)),
        ),
        Variant(
            "the differences came back themselves, one for each lap. Asked for is one number, their mean; the standard "
            "error belongs to it.",
            (
                lambda a, b: a - b,
                *_either(lambda a, b, ddof: (a - b, _error(a - b, ddof))),
                *_either(lambda a, b, ddof: (a - b, (a - b).std(ddof=ddof))),
            ),
        ),
        Variant(
            "the two numbers are in the other order: first the mean difference, then its standard error.",
            _either(lambda a, b, ddof: _mean_and_error(a, b, ddof)[::-1]),
        ),
        Variant(
            "only one of the two numbers came back: return the mean difference and its standard error.",
            (lambda a, b: (a - b).mean(), *_either(lambda a, b, ddof: _error(a - b, ddof))),
        ),
    ),
    remarks=(
        Variant(
            "You divided the sum of squares by n, as np.std does by itself; the course divides by n - 1 (ddof=1), "
            "because the mean was estimated from the same laps. With 20 laps that makes 3 %, with two 41 %.",
            (lambda a, b: _mean_and_error(a, b, ddof=0),),
        ),
    ),
    hints=(
        "a[i] and b[i] come from the same lap. What does a[i] - b[i] show that a and b apart do not?",
        "Let d = a - b. The standard deviation of d says how far one lap lies from the mean; the mean of n laps "
        "is steadier by the square root of n.",
        "Return d.mean() and d.std(ddof=1) / np.sqrt(len(d)).",
    ),
)
