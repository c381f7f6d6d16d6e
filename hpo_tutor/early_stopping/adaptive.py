"""How does Determined share trials out among brackets? The formulas of its adaptive search, and the scheduler.

R          rungs of the bracket that stops most
mode       how many brackets there are: "aggressive" one with R rungs, "standard" those with
           floor((R - 1) / 2) + 1 to R, "conservative" those with 1 to R; a bracket with one rung stops nobody

https://github.com/determined-ai/determined (adaptive_asha.go and asha_stopping.go); here the floors are exact.
"""

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Literal, get_args

from hpo_tutor.early_stopping.asynchronous import AsynchronousHalving
from hpo_tutor.early_stopping.ladders import exact_divisor, n_levels

Mode = Literal["aggressive", "standard", "conservative"]


def determined(
    max_trials: int,
    max_time: int,
    divisor: float = 4,
    max_rungs: int = 5,
    mode: Mode = "standard",
) -> AsynchronousHalving:
    """Determined's adaptive search: asynchronous halving in its stopping form, in several brackets.

    Determined keeps a fixed number of trials in each bracket at work; here new trials are dealt to the brackets in
    proportion to their sizes.

    Args:
        max_trials: how many trials start in all brackets.
        max_time: the whole training, in whole units such as epochs or batches.
        divisor: one trial in so many goes on.
        max_rungs: the most rungs that a bracket may have.
        mode: which brackets there are.

    Raises:
        ValueError: a number is below 1; the divisor is below 2; the mode is unknown.
    """
    ladders = bracket_rungs(max_trials, max_time, divisor, max_rungs, mode)
    sizes = bracket_sizes(max_trials, ladders, divisor)
    return AsynchronousHalving(
        max_trials,
        divisor=divisor,
        form="stopping",
        brackets=[(size, rung_units(n, max_time, divisor)) for size, n in zip(sizes, ladders, strict=True)],
    )


def bracket_rungs(
    max_trials: int, max_time: int, divisor: float = 4, max_rungs: int = 5, mode: Mode = "standard"
) -> tuple[int, ...]:
    """How many rungs each bracket has, the most first; the most is as many as trials, time and ``max_rungs`` allow."""
    for name, value in (("max_trials", max_trials), ("max_time", max_time), ("max_rungs", max_rungs)):
        if not value >= 1 or value != int(value):
            raise ValueError(f"{name} must be a whole number from 1 on, it is {value}")
    if mode not in get_args(Mode):
        raise ValueError(f"mode must be one of {', '.join(get_args(Mode))}; it is {mode!r}")
    by = exact_divisor(divisor)
    most = min(int(max_rungs), n_levels(max_time, by), n_levels(max_trials, by))
    fewest = {"aggressive": most, "standard": (most - 1) // 2 + 1, "conservative": 1}[mode]
    return tuple(range(most, fewest - 1, -1))


def bracket_sizes(n_trials: int, n_rungs_of_each_bracket: Sequence[int], divisor: float) -> tuple[int, ...]:
    """How many trials each bracket gets, so that all cost about the same; in the order of the brackets given.

    In proportion to divisor^(r - 1) / r, rounded down, at least 1; what is left goes to the bracket with most rungs.

    Raises:
        ValueError: there are fewer trials than brackets ask for; no bracket, or one without rungs.
    """
    if not n_rungs_of_each_bracket or min(n_rungs_of_each_bracket) < 1:
        raise ValueError(f"every bracket needs a rung, got {list(n_rungs_of_each_bracket)}; give for instance [3, 2]")
    by = exact_divisor(divisor)
    weights = [Fraction(by) ** (n_rungs - 1) / n_rungs for n_rungs in n_rungs_of_each_bracket]
    sizes = [max(math.floor(n_trials * weight / sum(weights)), 1) for weight in weights]
    left = n_trials - sum(sizes)
    if left < 0:
        raise ValueError(
            f"{len(sizes)} brackets with at least one trial each need {sum(sizes)} trials, got {n_trials}; "
            "start more trials or play fewer brackets"
        )
    sizes[max(range(len(sizes)), key=lambda number: n_rungs_of_each_bracket[number])] += left
    return tuple(sizes)


def rung_units(n_rungs: int, max_time: int, divisor: float) -> tuple[int, ...]:
    """Where so many rungs lie: max(floor(max_time / divisor^k), 1), rising, the last is ``max_time``."""
    by = exact_divisor(divisor)
    return tuple(max(math.floor(max_time / Fraction(by) ** k), 1) for k in reversed(range(n_rungs)))
