"""What will really be tried, before the kernel sees it?

u          ()    the coordinate of a whole number with n_values values; value k owns the bin from k/n to (k+1)/n
group      (m,)  the coordinates of a choice with m options, one-hot
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.course.exercises import Exercise, Function, Variant

Array = NDArray[np.float64]


def tried(u: float, n_values: int, group: Array) -> tuple[float, Array]:
    """The centre of the bin that holds u, and the code of the option with the largest coordinate."""
    return _centre(u, n_values), _option(group)


def _centre(u: float, n_values: int) -> float:
    return (min(int(u * n_values), n_values - 1) + 0.5) / n_values


def _option(group: Array) -> Array:
    code = np.zeros(len(group))
    code[np.argmax(group)] = 1
    return code


def _number(place: Callable[[float, int], Any]) -> Function:
    """Another answer for the whole number, beside the right one for the choice."""
    return lambda u, n_values, group: (place(u, n_values), _option(group))


def _choice(code: Callable[[Array], Any]) -> Function:
    """Another answer for the choice, beside the right one for the whole number."""
    return lambda u, n_values, group: (_centre(u, n_values), code(group))


EXERCISE = Exercise(
    id="07.2",
    title="what will really be tried",
    level=2,
    truth=tried,
    cases=(
        (0.1, 4, np.array([0.4, 0.35, 0.2])),
        (0.9, 4, np.array([0.7, 0.1, 0.9, 0.6])),
        (0.66, 3, np.array([0.05, 0.1])),
        (0.55, 5, np.array([0.2, 0.8, 0.3])),
        (1.0, 4, np.array([0.3, 0.2, 0.45, 0.1, 0.4])),
        (0.3, 2, np.array([0.51, 0.97, 0.75])),
    ),
    mistakes=(
        Variant(
            "floor(u n)/n is the left edge of the bin. Half a bin is missing: the value stands at the centre.",
            (
                _number(lambda u, n: int(u * n) / n),
                _number(lambda u, n: min(int(u * n), n - 1) / n),
            ),
        ),
        Variant(
            "u n was rounded to the nearest whole number. That is an edge between two bins, and half of the places "
            "go to the wrong side. Round down to find the bin, then go to its centre.",
            (
                _number(lambda u, n: round(u * n) / n),
                _number(lambda u, n: (round(u * n) + 0.5) / n),
                _number(lambda u, n: (min(round(u * n), n - 1) + 0.5) / n),
            ),
        ),
        Variant(
            "the values were placed on 0, 1/(n-1), ..., 1. Here each value owns a bin of width 1/n, and stands at its "
            "centre.",
            (
                _number(lambda u, n: round(u * (n - 1)) / (n - 1)),
                _number(lambda u, n: min(int(u * n), n - 1) / (n - 1)),
            ),
        ),
        Variant(
            "that is the number of the bin. Return its centre, a place between 0 and 1.",
            (
                _number(lambda u, n: min(int(u * n), n - 1)),
                _number(lambda u, n: int(u * n)),
                _number(lambda u, n: min(int(u * n), n - 1) + 0.5),
            ),
        ),
        Variant(
            "at u = 1 you land in a bin beyond the last one: there are n of them, from 0 to n - 1.",
            (_number(lambda u, n: (int(u * n) + 0.5) / n),),
        ),
        Variant(
            "the coordinate of the whole number came back as it was: no such value exists.", (_number(lambda u, n: u),)
        ),
        Variant(
            "each coordinate of the choice was rounded by itself. So none may be 1, or two. Exactly one option is "
            "tried: the one with the largest coordinate.",
            (
                _choice(np.round),
                _choice(lambda group: (group > 0.5).astype(float)),
                _choice(lambda group: (group >= 0.5).astype(float)),
            ),
        ),
        Variant(
            "the option with the smallest coordinate became 1. The largest says which one is meant.",
            (_choice(lambda group: (np.arange(len(group)) == np.argmin(group)).astype(float)),),
        ),
        Variant(
            "that is the number of the option. It would put the options in a row again; return its code, a 1 among "
            "zeros.",
            (_choice(np.argmax), _choice(lambda group: (np.argmax(group) + 0.5) / len(group))),
        ),
        Variant(
            "the largest coordinate kept its size. An option that is tried is tried fully: 1.",
            (_choice(lambda group: np.where(_option(group) == 1, group, 0)),),
        ),
        Variant(
            "the coordinates of the choice came back as they were, or scaled. There is no option between the options.",
            (
                _choice(lambda group: group),
                _choice(lambda group: group / group.sum()),
                _choice(lambda group: group / group.max()),
                _choice(lambda group: np.exp(group) / np.exp(group).sum()),
            ),
        ),
        Variant(
            "the two came in the other order: first the place of the whole number, then the code of the choice.",
            (lambda u, n_values, group: (_option(group), _centre(u, n_values)),),
        ),
    ),
    hints=(
        "Draw the unit interval for n = 4: four bins. In which one lies u = 0.9, and where is its centre?",
        "int(u * n) is the number of the bin, except at u = 1. Its centre lies half a bin further. For the choice, "
        "np.argmax says which coordinate is largest.",
        "place = (min(int(u * n_values), n_values - 1) + 0.5) / n_values. For the code, begin with "
        "np.zeros(len(group)) and set one entry to 1.",
    ),
)
