"""How many trials does each bracket get? Those with more rungs more, since they stop most of them early.

max_trials  of all brackets together
n_rungs     (b,)  rungs of each of b brackets, r below; all different, in any order
divisor     of the ladders
trials      (b,)  of each bracket: proportional to divisor^(r - 1) / r, rounded down, but at least 1; what is left
            over goes to the bracket with most rungs
"""

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from hpo_tutor.course.exercises import Exercise, Function, Variant

Weight = Callable[[int, int], Any]  # rungs of a bracket and the divisor -> its weight
Rest = Callable[[Sequence[int]], int]  # rungs of all brackets -> which one gets what is left over


def trials_of_brackets(max_trials: int, n_rungs: Sequence[int], divisor: int) -> list[float]:
    """The trials of each bracket, in the order of ``n_rungs``."""
    return _trials(max_trials, n_rungs, divisor)


def _equal_cost(r: int, divisor: int) -> Fraction:
    return Fraction(divisor ** (r - 1), r)


def _tallest(n_rungs: Sequence[int]) -> int:
    return int(np.argmax(n_rungs))


def _trials(
    max_trials: int,
    n_rungs: Sequence[int],
    divisor: int,
    *,
    weight: Weight = _equal_cost,
    rounded: Callable[[Any], float] = math.floor,
    least: int = 1,
    rest: Rest | None = _tallest,
) -> list[float]:
    """The right numbers with one step changed; without ``rest``, nobody gets what is left over."""
    weights = [weight(r, divisor) for r in n_rungs]
    found = [float(max(rounded(max_trials * one / sum(weights)), least)) for one in weights]
    if rest is not None:
        found[rest(n_rungs)] += max_trials - sum(found)
    return found


def _changed(**changes: Any) -> Function:
    return lambda max_trials, n_rungs, divisor: _trials(max_trials, n_rungs, divisor, **changes)


def _dealt(max_trials: int, n_rungs: Sequence[int], divisor: int) -> list[float]:
    """What is left over goes round, one each."""
    found = _trials(max_trials, n_rungs, divisor, rest=None)
    for i in range(int(max_trials - sum(found))):
        found[i % len(found)] += 1
    return found


def brackets(rng: np.random.Generator) -> tuple[int, tuple[int, ...], int]:
    """A case: two to four brackets, all of two trials or more, in which something is left over."""
    while True:
        divisor, fewest, n = int(rng.integers(2, 5)), int(rng.integers(1, 3)), int(rng.integers(2, 4))
        n_rungs, max_trials = tuple(map(int, rng.permutation(n) + fewest)), int(rng.integers(20, 200))
        weights = [_equal_cost(r, divisor) for r in n_rungs]
        exact = [max_trials * one / sum(weights) for one in weights]
        parts = [float(one - math.floor(one)) for one in exact]
        if min(exact) > 2 and min(parts) > 0.05 and max(parts) < 0.95:  # floats round as exact numbers do
            return max_trials, n_rungs, divisor


EXERCISE = Exercise(
    id="17.2",
    title="how many trials each bracket gets",
    level=2,
    truth=trials_of_brackets,
    cases=(
        (16, (3, 2), 4),
        (20, (3, 2, 1), 3),
        (50, (4, 3), 3),
        (37, (2, 3, 4), 2),
        (103, (2, 4, 3, 1), 3),
        (20, (1, 5), 4),
    ),
    mistakes=(
        Variant(
            "all brackets got the same share. Those with more rungs start lower, stop more, and can afford more "
            "trials.",
            (
                _changed(weight=lambda r, divisor: Fraction(1)),
                _changed(weight=lambda r, divisor: Fraction(1), rest=None),
                lambda max_trials, n_rungs, divisor: [max_trials / len(n_rungs)] * len(n_rungs),
            ),
        ),
        Variant(
            "the weights were not divided by r: divisor^(r - 1) / r.",
            (
                _changed(weight=lambda r, divisor: Fraction(divisor ** (r - 1))),
                _changed(weight=lambda r, divisor: Fraction(divisor ** (r - 1)), rest=None),
            ),
        ),
        Variant(
            "the weights are those of the number of rungs alone: the power of the divisor is missing.",
            (
                _changed(weight=lambda r, divisor: Fraction(r)),
                _changed(weight=lambda r, divisor: Fraction(1, r)),
            ),
        ),
        Variant(
            "the weights hold a product, divisor * (r - 1), in place of a power: divisor ** (r - 1).",
            (_changed(weight=lambda r, divisor: Fraction(divisor * (r - 1), r)),),
        ),
        Variant(
            "r is off by one in the weights: it is divisor^(r - 1), divided by r.",
            (
                _changed(weight=lambda r, divisor: Fraction(divisor**r, r + 1)),
                _changed(weight=lambda r, divisor: Fraction(divisor ** (r - 1), max(r - 1, 1))),
            ),
        ),
        Variant(
            "what is left over after rounding was lost: the brackets have fewer trials than there are.",
            (_changed(rest=None),),
        ),
        Variant(
            "what is left over went to the wrong bracket. The one with most rungs gets it, wherever it stands.",
            (
                _changed(rest=lambda n_rungs: 0),
                _changed(rest=lambda n_rungs: len(n_rungs) - 1),
                _changed(rest=lambda n_rungs: int(np.argmin(n_rungs))),
            ),
        ),
        Variant(
            "what is left over was dealt round. All of it goes to the bracket with most rungs.",
            (_dealt,),
        ),
        Variant(
            "shares were rounded up, so that there are more trials than there may be. Round down.",
            (_changed(rounded=math.ceil, rest=None), _changed(rounded=math.ceil)),
        ),
        Variant(
            "shares were rounded to the nearest. Round down, then give away what is left over.",
            (_changed(rounded=round, rest=None), _changed(rounded=round)),
        ),
        Variant(
            "a bracket cannot have part of a trial. Round down.",
            (
                _changed(rounded=float, least=0, rest=None),
                _changed(rounded=float, rest=None),
                _changed(rounded=float),
            ),
        ),
        Variant(
            "a bracket got no trial at all. Each gets at least one.",
            (_changed(least=0), _changed(least=0, rest=None)),
        ),
        Variant(
            "the shares came back, and not the trials.",
            (lambda max_trials, n_rungs, divisor: np.divide(_trials(max_trials, n_rungs, divisor), max_trials),),
        ),
        Variant(
            "the brackets were sorted. Return them in the order of n_rungs.",
            (lambda max_trials, n_rungs, divisor: _trials(max_trials, sorted(n_rungs, reverse=True), divisor),),
        ),
    ),
    hints=(
        "Brackets of 3 and 2 rungs, divisor 4: what are the two weights divisor^(r - 1) / r? Which share of 16 trials "
        "is that?",
        "weights = [divisor ** (r - 1) / r for r in n_rungs]; each bracket gets max(int(max_trials * weight / "
        "sum(weights)), 1). How many of the trials are left then?",
        "trials[n_rungs.index(max(n_rungs))] += max_trials - sum(trials)",
    ),
)
