"""At which fidelities are trials compared, and how many of them get there?

divisor    of the trials at a rung one in so many goes on, and the next rung is that many times as high; eta in print
rungs      the fidelities of one bracket, from the bottom up: 1, 3, 9, 27, 81
plan       one bracket, rung by rung: how many trials reach it, and at which fidelity it lies

Everything is counted in whole numbers and fractions: a floor of a logarithm in floating point loses a rung now and then
(log(243) / log(3) is 4.999...).
"""

import math
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

ROUNDING = Fraction(1, 10**9)  # relative; a third of a third of a third of 1.0 is not quite 1/27


class Stage(NamedTuple):
    """One rung of a plan.

    Attributes:
        n_trials: how many trials train up to it; n_i in print.
        fidelity: where it lies; r_i in print.
    """

    n_trials: int
    fidelity: float


Plan = tuple[Stage, ...]


def rungs(max_fidelity: float = 81, min_fidelity: float = 1, divisor: float = 3) -> tuple[float, ...]:
    """The fidelities of a bracket with as many rungs as fit; shape (n_rungs,), rising, the last is ``max_fidelity``.

    From the top down each is the one above divided by ``divisor``, as long as that is not below ``min_fidelity``.
    Where both ends are whole numbers (epochs), all are whole numbers, rounded down; otherwise they are shares.

    Raises:
        ValueError: the divisor is below 2, or the fidelities are not 0 < min_fidelity <= max_fidelity.
    """
    by = exact_divisor(divisor)
    if not 0 < min_fidelity <= max_fidelity < math.inf:
        raise ValueError(
            f"fidelities need 0 < min_fidelity <= max_fidelity, got {min_fidelity} and {max_fidelity}; "
            "give for instance 1 and 81 epochs, or shares of the rows such as 1/27 and 1.0"
        )
    whole = float(max_fidelity).is_integer() and float(min_fidelity).is_integer()
    top, bottom = Fraction(max_fidelity), Fraction(min_fidelity)
    n_rungs = n_levels(top / bottom if whole else top / bottom * (1 + ROUNDING), by)
    levels = [top / by**k for k in reversed(range(n_rungs))]
    return tuple(math.floor(level) if whole else float(level) for level in levels)


def rung_sizes(n_trials: int, n_rungs: int, divisor: float = 3) -> tuple[int, ...]:
    """How many of so many trials reach each rung, where one in ``divisor`` goes on; floor(n / divisor^k)."""
    by = exact_divisor(divisor)
    return tuple(math.floor(n_trials / by**k) for k in range(n_rungs))


def hyperband_brackets(max_fidelity: float = 81, divisor: float = 3, min_fidelity: float = 1) -> tuple[Plan, ...]:
    """Hyperband's brackets, from the one that stops most to the one that stops none.

    Bracket s has s + 1 rungs and starts with n = ceil(eta^s (s_max + 1) / (s + 1)) trials, so that each bracket costs
    about the same: Algorithm 1 of Li et al. (2018), JMLR 18(185), with B = (s_max + 1) R. For R = 81 and eta = 3 that
    is 81, 34, 15, 8 and 5 trials. The paper's worked example (Table 1) prints 81, 27, 9, 6 and 5; that is another
    rounding, eta^s floor((s_max + 1) / (s + 1)), which HpBandSter uses as well.

    Raises:
        ValueError: as for :func:`rungs`.
    """
    ladder = rungs(max_fidelity, min_fidelity, divisor)
    by = exact_divisor(divisor)
    brackets = []
    for s in reversed(range(len(ladder))):
        n_trials = math.ceil(by**s * len(ladder) / (s + 1))
        sizes = rung_sizes(n_trials, s + 1, divisor)
        brackets.append(tuple(Stage(*stage) for stage in zip(sizes, ladder[-(s + 1) :], strict=True)))
    return tuple(brackets)


def plan_cost(plan: Sequence[Stage], *, resume: bool = True) -> float:
    """The fidelity that a plan spends in all, such as epochs, if no trial fails.

    Args:
        plan: one bracket.
        resume: whether a trial that goes on continues its training, or begins anew at each rung.
    """
    before = [0, *(stage.fidelity for stage in plan[:-1])] if resume else [0] * len(plan)
    return sum(stage.n_trials * (stage.fidelity - done) for stage, done in zip(plan, before, strict=True))


def check_plan(plan: Sequence[Stage]) -> None:
    """See that a plan can be played.

    Raises:
        ValueError: it has no rung; the fidelities do not rise from above 0; the trials become more, or none is left.
    """
    sizes, levels = [stage.n_trials for stage in plan], [0, *(stage.fidelity for stage in plan)]
    falling = all(low >= high for low, high in pairwise([*sizes, 1]))
    if not plan or not falling or not all(low < high for low, high in pairwise(levels)):
        raise ValueError(
            "a plan needs rungs with rising fidelities and falling numbers of trials, at least 1, "
            f"got {[tuple(stage) for stage in plan]}; give for instance [(9, 1), (3, 3), (1, 9)] as stages"
        )


def exact_divisor(divisor: float) -> Fraction | int:
    """The divisor as an exact number.

    Raises:
        ValueError: it is below 2, or not finite.
    """
    if not 2 <= divisor < math.inf:
        raise ValueError(
            f"divisor must be at least 2, so that a rung stops half of its trials or more; it is {divisor}"
        )
    exact = Fraction(divisor)
    return exact.numerator if exact.denominator == 1 else exact


def n_levels(ratio: float | Fraction, by: Fraction | int) -> int:
    """How many of 1, by, by^2, ... are at most ``ratio``: floor(log_by(ratio)) + 1, without the logarithm."""
    levels, power = 0, Fraction(1)
    while power <= ratio:
        levels, power = levels + 1, power * by
    return levels


def check_survivor(n_trials: int, n_rungs: int, divisor: float) -> None:
    """See that at least one trial of a bracket reaches its top rung.

    Raises:
        ValueError: too few trials start.
    """
    if n_trials < 1 or n_trials != int(n_trials):
        raise ValueError(f"n_trials must be a whole number from 1 on, it is {n_trials}")
    needed = math.ceil(exact_divisor(divisor) ** (n_rungs - 1))
    if n_trials < needed:
        raise ValueError(
            f"{n_rungs} rungs with divisor {divisor} need at least {needed} trials so that one reaches the top, "
            f"got {n_trials}; start more trials or raise min_fidelity, which leaves out the lowest rungs"
        )
