"""How does each bracket of Hyperband begin? With how many trials, and after how many epochs is the first cut?

max_epochs  of a whole training, a power of the divisor: R
divisor     one in so many goes on: eta
s           number of a bracket, s_max down to 0, where eta^s_max = R; it has s + 1 rungs
pairs       (s_max + 1, 2)  trials that start, and epochs to the first rung, of each bracket

    trials = ceil((s_max + 1) / (s + 1) * eta^s),    epochs = R / eta^s

Li, Jamieson, DeSalvo, Rostamizadeh & Talwalkar (2018), JMLR 18(185), Algorithm 1.
"""

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from hpo_tutor.course.exercises import Exercise, Function, Variant

Pairs = list[tuple[float, float]]
Trials = Callable[[int, int, int], float]  # s, s_max and eta -> trials that start
Epochs = Callable[[int, int, int], float]  # s, s_max and eta -> epochs to the first rung


def first_rungs(max_epochs: int, divisor: int) -> Pairs:
    """Trials and epochs of each bracket, from the one that cuts first."""
    return _pairs(max_epochs, divisor)


def _whole_power(max_epochs: int, divisor: int) -> int:
    return next(s for s in range(max_epochs) if divisor**s >= max_epochs)


def _exact(s: int, s_max: int, eta: int) -> Fraction:
    return Fraction((s_max + 1) * eta**s, s + 1)


def _up(s: int, s_max: int, eta: int) -> float:
    return math.ceil(_exact(s, s_max, eta))


def _to_the_cut(s: int, s_max: int, eta: int) -> float:
    return float(eta ** (s_max - s))


def _pairs(
    max_epochs: int,
    divisor: int,
    *,
    top: Callable[[int, int], int] = _whole_power,
    trials: Trials = _up,
    epochs: Epochs | None = None,
    last: int = 0,
) -> Pairs:
    """The right pairs with one step changed."""
    s_max = top(max_epochs, divisor)
    return [
        (
            float(trials(s, s_max, divisor)),
            max_epochs / divisor**s if epochs is None else float(epochs(s, s_max, divisor)),
        )
        for s in range(s_max, last - 1, -1)
    ]


def _changed(**changes: Any) -> Function:
    return lambda max_epochs, divisor: _pairs(max_epochs, divisor, **changes)


def _by_logarithms(max_epochs: int, divisor: int) -> int:
    return math.floor(math.log(max_epochs) / math.log(divisor))


def by_epochs(answer: Any) -> Any:
    """Pairs ordered by their epochs: in which order the brackets are told does not matter."""
    table = np.asarray(answer)
    return table[np.argsort(table[:, 1], kind="stable")]


EXERCISE = Exercise(
    id="17.3",
    title="how Hyperband's brackets begin",
    level=2,
    truth=first_rungs,
    comparable=by_epochs,
    cases=((9, 3), (81, 3), (64, 2), (256, 4), (243, 3), (125, 5)),
    mistakes=(
        Variant(
            "every bracket starts equally many trials. A bracket that cuts late trains each of them for long: it can "
            "afford fewer.",
            (
                _changed(trials=lambda s, s_max, eta: eta**s_max),
                _changed(trials=lambda s, s_max, eta: s_max + 1),
                _changed(trials=lambda s, s_max, eta: eta),
            ),
        ),
        Variant(
            "trials were not divided by s + 1. A bracket of s + 1 rungs pays for each of them, so it starts fewer.",
            (
                _changed(trials=lambda s, s_max, eta: (s_max + 1) * eta**s),
                _changed(trials=lambda s, s_max, eta: eta**s),
            ),
        ),
        Variant(
            "trials were rounded down. The algorithm rounds them up.",
            (_changed(trials=lambda s, s_max, eta: math.floor(_exact(s, s_max, eta))),),
        ),
        Variant(
            "(s_max + 1) / (s + 1) was rounded before it was multiplied, as some programs do. Multiply by "
            "divisor^s first, then round up.",
            (
                _changed(trials=lambda s, s_max, eta: (s_max + 1) // (s + 1) * eta**s),
                _changed(trials=lambda s, s_max, eta: math.ceil((s_max + 1) / (s + 1)) * eta**s),
            ),
        ),
        Variant(
            "trials were rounded to the nearest. The algorithm rounds them up.",
            (_changed(trials=lambda s, s_max, eta: round(_exact(s, s_max, eta))),),
        ),
        Variant(
            "part of a trial cannot start: round up.",
            (_changed(trials=lambda s, s_max, eta: float(_exact(s, s_max, eta))),),
        ),
        Variant(
            "the factor s_max + 1 is missing: it is the number of brackets, and with it the last one starts that many "
            "trials.",
            (
                _changed(trials=lambda s, s_max, eta: math.ceil(eta**s / (s + 1))),
                _changed(trials=lambda s, s_max, eta: math.ceil(s_max * eta**s / (s + 1))),
            ),
        ),
        Variant(
            "trials were divided by s and not by s + 1.",
            (_changed(trials=lambda s, s_max, eta: math.ceil((s_max + 1) * eta**s / max(s, 1))),),
        ),
        Variant(
            "a bracket is missing: s runs from s_max down to 0, which are s_max + 1 brackets.",
            (
                _changed(last=1),
                lambda max_epochs, divisor: _pairs(max_epochs, divisor)[1:],
                _changed(top=lambda max_epochs, divisor: _whole_power(max_epochs, divisor) - 1),
            ),
        ),
        Variant(
            "there is a bracket too many: its first rung lies below one epoch.",
            (_changed(top=lambda max_epochs, divisor: _whole_power(max_epochs, divisor) + 1),),
        ),
        Variant(
            "for 243 epochs, s_max came out as 4: math.log(243) / math.log(3) is a little less than 5, and was rounded "
            "down. Count s_max with whole numbers, or round it to the nearest.",
            (
                _changed(top=_by_logarithms),
                _changed(top=lambda max_epochs, divisor: math.floor(math.log(max_epochs, divisor))),
            ),
        ),
        Variant(
            "the epochs are those of the bracket at the other end. The bracket with most trials cuts first.",
            (
                _changed(epochs=lambda s, s_max, eta: eta**s),
                lambda max_epochs, divisor: [
                    (n, r)
                    for (n, _), (_, r) in zip(
                        _pairs(max_epochs, divisor), reversed(_pairs(max_epochs, divisor)), strict=True
                    )
                ],
            ),
        ),
        Variant(
            "every bracket has its first rung at max_epochs, so that nobody is ever stopped.",
            (_changed(epochs=lambda s, s_max, eta: eta**s_max),),
        ),
        Variant(
            "every bracket has its first rung after 1 epoch. Only the first one begins so low.",
            (_changed(epochs=lambda s, s_max, eta: 1),),
        ),
        Variant(
            "the epochs are off by a factor of the divisor: bracket s divides max_epochs s times.",
            (
                _changed(epochs=lambda s, s_max, eta: eta ** (s_max - s) * eta),
                _changed(epochs=lambda s, s_max, eta: eta ** (s_max - s) / eta),
            ),
        ),
        Variant(
            "both numbers are right, in the other order: (trials, epochs).",
            (lambda max_epochs, divisor: [(r, n) for n, r in _pairs(max_epochs, divisor)],),
        ),
        Variant(
            "the trials alone came back. Asked for are pairs (trials, epochs).",
            (lambda max_epochs, divisor: [n for n, _ in _pairs(max_epochs, divisor)],),
        ),
    ),
    hints=(
        "With 9 epochs and divisor 3: how often can 9 be divided by 3? That is s_max. How many brackets are there, and "
        "with how many epochs does each begin?",
        "Count s_max up in whole numbers while divisor ** (s_max + 1) <= max_epochs. Then let s run from s_max down to "
        "0, in range(s_max, -1, -1).",
        "For each s the pair is (math.ceil((s_max + 1) * divisor**s / (s + 1)), max_epochs / divisor**s).",
    ),
)
