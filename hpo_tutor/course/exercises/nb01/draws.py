"""How are values drawn that are uniform on a logarithmic scale?

u           (n,)   uniform random numbers in [0, 1)
low, high   ()     the ends of the scale, 0 < low < high

The random numbers come in, so that the answer can be checked: u = 0 gives low, u = 1 would give high. Every mistake is
recognised with natural and with decimal logarithms.
"""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.course.exercises import Exercise, Function, Variant

Array = NDArray[np.float64]


def log_uniform(u: Array, low: float, high: float) -> Array:
    """Values between low and high, shape (n,); equal steps of u are equal factors."""
    return np.asarray(low * (high / low) ** u)


def _exponents(u: Array, low: float, high: float, base: float) -> Array:
    start, end = math.log(low, base), math.log(high, base)
    return start + u * (end - start)


def _in_any_base(function: Callable[[Array, float], Array]) -> tuple[Function, ...]:
    """A function of the exponents and their base: natural, decimal and binary logarithms."""
    return tuple(
        lambda u, low, high, base=base: function(_exponents(u, low, high, base), base) for base in (math.e, 10.0, 2.0)
    )


def _linear(u: Array, low: float, high: float) -> Array:
    return low + u * (high - low)


EXERCISE = Exercise(
    id="01.1",
    title="values uniform on a logarithmic scale",
    level=1,
    truth=log_uniform,
    # no exponent is a whole number, so that rounding errors decide nothing where somebody rounds
    cases=(
        (np.array([0.0, 0.25, 0.5, 0.75]), 2e-3, 10.0),
        (np.array([0.9, 0.1, 0.37]), 1e-4, 1e-1),
        (np.array([0.62, 0.0, 0.88, 0.41]), 0.6, 300.0),
    ),
    mistakes=(
        Variant(
            "that is uniform in x: equal steps of u are equal differences, so nearly all values fall into the top "
            "decade. Let equal steps of u be equal factors.",
            (_linear,),
        ),
        Variant(
            "two kinds of logarithm were mixed. np.log belongs to np.exp, np.log10 to 10 ** ...; take one pair.",
            (
                lambda u, low, high: 10 ** _exponents(u, low, high, math.e),
                lambda u, low, high: np.exp(_exponents(u, low, high, 10.0)),
                lambda u, low, high: 2 ** _exponents(u, low, high, math.e),
                lambda u, low, high: 2 ** _exponents(u, low, high, 10.0),
            ),
        ),
        Variant(
            "these are the exponents. They are drawn rightly; the last step is missing, back from the logarithm to the "
            "value: np.exp, or 10 ** ...",
            _in_any_base(lambda exponents, base: exponents),
        ),
        Variant(
            "low and high are swapped: u = 0 gives high. (Random values would be as good as yours, but here u = 0 "
            "should give low.)",
            (lambda u, low, high: log_uniform(u, high, low),),
        ),
        Variant(
            "low and high were used as exponents. They are values, 0.001 rather than -3: take their logarithms first. "
            "(np.logspace wants exponents, np.geomspace wants values.)",
            (
                lambda u, low, high: 10 ** _linear(u, low, high),
                lambda u, low, high: np.exp(_linear(u, low, high)),
            ),
        ),
        Variant(
            "the factor is right, but it multiplies nothing: u = 0 gives 1. Start from low.",
            (lambda u, low, high: (high / low) ** u,),
        ),
        Variant(
            "the logarithm of a uniform value was taken. It is the other way round: a uniform exponent is drawn, and "
            "the value is what it stands for.",
            tuple(
                lambda u, low, high, base=base: np.log(_linear(u, low, high)) / math.log(base)
                for base in (math.e, 10.0, 2.0)
            ),
        ),
        Variant(
            "only whole exponents are left, so only powers of the base can come out. Nothing is to be rounded.",
            tuple(
                lambda u, low, high, to_whole=to_whole, base=base: base ** to_whole(_exponents(u, low, high, base))
                for to_whole in (np.round, np.floor, np.trunc, np.ceil)
                for base in (10.0, 2.0)
            ),
        ),
        Variant(
            "these values are evenly spaced on the logarithmic scale and do not depend on u. Each number in u should "
            "become a value.",
            (
                lambda u, low, high: np.geomspace(low, high, len(u)),
                lambda u, low, high: np.geomspace(low, high, len(u), endpoint=False),
            ),
        ),
        Variant(
            "np.logspace wants exponents, and it got values: 10 ** low and 10 ** high are its ends. Its numbers do not "
            "depend on u either. Each number in u should become a value.",
            (
                lambda u, low, high: np.logspace(low, high, len(u)),
                lambda u, low, high: np.logspace(low, high, len(u), endpoint=False),
            ),
        ),
        Variant(
            "u was multiplied by log(high) alone, so that log(low) is added and taken away again, and low has no say. "
            "Brackets: log(low) + u * (log(high) - log(low)).",
            (lambda u, low, high: high**u,),
        ),
        Variant(
            "u = 1 would give low * high. The factor should lead from low to high: raise the ratio high / low to the "
            "power u.",
            (lambda u, low, high: low * high**u,),
        ),
        Variant(
            "the difference was raised to the power u. On a logarithmic scale the ratio counts: high / low.",
            (
                lambda u, low, high: low * (high - low) ** u,
                lambda u, low, high: low + (high - low) ** u,
            ),
        ),
    ),
    hints=(
        "Draw the exponent uniformly, not the value: between the logarithms of low and high.",
        "The exponent is log(low) + u * (log(high) - log(low)). What turns it back into a value?",
        "np.exp undoes np.log. The same without any logarithm: each value is low times a factor between 1 and "
        "high / low, and u is the share of the way, as a power.",
    ),
)
