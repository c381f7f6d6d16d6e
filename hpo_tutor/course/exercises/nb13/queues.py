"""Which point of an adaptive sparse grid is refined next? The one with the smallest priority.

losses      (n,)  of the points
level_sums  (n,)  |l|_1, the sum of a point's levels
degrees     (n,)  how often a point has been refined
gamma             from 0, where the loss alone decides, to 1, where it has no say
priority    (n,)  (rank + 1)^(1 - gamma) (|l|_1 + degree + 1)^gamma; the best point has rank 0

In no case do two points share a loss or the smallest priority, so it does not matter how ties are broken.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hpo_tutor.course.exercises import Exercise, Function, Variant

Array = NDArray[np.float64]
Whole = NDArray[np.int64]


def next_refined(losses: ArrayLike, level_sums: ArrayLike, degrees: ArrayLike, gamma: float) -> int:
    """The index of the point with the smallest priority."""
    return int(np.argmin(_priorities(losses, level_sums, degrees, gamma)))


def _ranks(losses: Array) -> Array:
    """0 for the lowest loss."""
    return np.argsort(np.argsort(losses)).astype(float)


def _product(worse: Array, deeper: Array, gamma: float) -> Array:
    return np.asarray(worse ** (1 - gamma) * deeper**gamma)


def _priorities(
    losses: ArrayLike,
    level_sums: ArrayLike,
    degrees: ArrayLike,
    gamma: float,
    *,
    worse: Callable[[Array], Array] = lambda losses: _ranks(losses) + 1,
    deeper: Callable[[Array, Array], Array] = lambda levels, degrees: levels + degrees + 1,
    joined: Callable[[Array, Array, float], Array] = _product,
) -> Array:
    """The right priorities with one of their parts changed."""
    kept = np.asarray(losses, dtype=float), np.asarray(level_sums, dtype=float), np.asarray(degrees, dtype=float)
    return joined(worse(kept[0]), deeper(kept[1], kept[2]), gamma)


def _next(*, pick: Callable[[Array], Any] = np.argmin, **changes: Any) -> Function:
    """The answer with one step changed; ``pick`` makes it of the priorities."""
    return lambda losses, level_sums, degrees, gamma: pick(_priorities(losses, level_sums, degrees, gamma, **changes))


def points(rng: np.random.Generator, n: int, gamma: float) -> tuple[Array, Whole, Whole, float]:
    """A case: points in two dimensions, as a search makes them; the better, the deeper and the more often refined."""
    while True:
        losses = rng.choice(np.arange(100, 999), n, replace=False) / 1000
        worse = _ranks(losses)
        degrees = rng.binomial(3, 1 / (1 + worse))
        level_sums = 2 + rng.binomial(8, 1 / (1.5 + 0.5 * worse))
        first, second, *_ = np.sort(_priorities(losses, level_sums, degrees, gamma))
        if second > 1.01 * first:  # else a rounding error, or another order of the points, would decide
            return losses, level_sums, degrees, gamma


# with these, mistakes differ from the truth and from each other in two cases or more, but for the pair named below
SEEDED = ((2238, 8, 0.6), (1817, 7, 0.55), (1903, 8, 0.65), (378, 8, 0.6), (2899, 9, 0.65))

EXERCISE = Exercise(
    id="13.2",
    title="the point that is refined next",
    level=1,
    truth=next_refined,
    cases=(
        (np.array([0.50, 0.20, 0.30]), np.array([2, 5, 3]), np.array([2, 3, 0]), 0.6),
        (np.array([0.4, 0.1, 0.3]), np.array([2, 6, 3]), np.array([1, 2, 0]), 0.0),
        # the one case in which a rank without its 1 is not the lowest loss: 0^0 = 1
        (np.array([1.4, 0.7, 0.9, 2.3]), np.array([3, 5, 4, 2]), np.array([1, 2, 1, 4]), 1.0),
        *(points(np.random.default_rng(seed), n, gamma) for seed, n, gamma in SEEDED),
    ),
    mistakes=(
        Variant(
            "gamma and 1 - gamma are swapped. gamma = 0 shall mean that the loss alone decides: the exponent of the "
            "rank is 1 - gamma.",
            (_next(joined=lambda worse, deeper, gamma: _product(worse, deeper, 1 - gamma)),),
        ),
        Variant(
            "the ranks begin at 1, and then 1 is added again. The best point has rank 0, so its first factor is 1.",
            (_next(worse=lambda losses: _ranks(losses) + 2),),
        ),
        Variant(
            "the 1 that is added to the rank is missing. The best point has rank 0: its priority is 0 then, and it is "
            "refined for ever, whatever its level.",
            (_next(worse=_ranks),),
        ),
        Variant(
            "that is the largest priority (argmax). The smallest is refined next.",
            (_next(pick=np.argmax),),
        ),
        Variant(
            "the loss itself stands where its rank belongs. Then the units of the loss have a say: the same points "
            "with all losses times 1,000 would be refined in another order.",
            (
                _next(worse=lambda losses: losses + 1),
                _next(worse=lambda losses: losses),
            ),
        ),
        Variant(
            "the loss was added to the rank. Take the rank alone: it does not change with the units of the loss.",
            (_next(worse=lambda losses: _ranks(losses) + losses + 1),),
        ),
        Variant(
            "the degree was forgotten: how often a point has been refined. Without it, a point would be first in the "
            "queue again as soon as it was refined.",
            (_next(deeper=lambda levels, degrees: levels + 1),),
        ),
        Variant(
            "the sum of the levels was forgotten: coarse points shall come before fine ones.",
            (_next(deeper=lambda levels, degrees: degrees + 1),),
        ),
        Variant(
            "the 1 that is added to the levels and the degree is missing.",
            (_next(deeper=lambda levels, degrees: levels + degrees),),
        ),
        Variant(
            "np.argsort does not give ranks: it says which point comes first, second, and so on, and not where a point "
            "stands. np.argsort(np.argsort(losses)) gives the ranks.",
            (_next(worse=lambda losses: np.argsort(losses) + 1.0),),
        ),
        Variant(
            "the ranks count from the worst point. Losses are minimised: the lowest loss has rank 0.",
            (_next(worse=lambda losses: _ranks(-losses) + 1),),
        ),
        Variant(
            "the two factors were added. They are multiplied.",
            (_next(joined=lambda worse, deeper, gamma: worse ** (1 - gamma) + deeper**gamma),),
        ),
        Variant(
            "gamma and 1 - gamma were multiplied with the two parts. They are exponents.",
            (_next(joined=lambda worse, deeper, gamma: (1 - gamma) * worse + gamma * deeper),),
        ),
        Variant(
            "gamma was not used: that is the point with the smallest product of both parts.",
            (
                _next(joined=lambda worse, deeper, gamma: worse * deeper),
                _next(joined=lambda worse, deeper, gamma: (worse * (1 - gamma)) * (deeper * gamma)),
            ),
        ),
        Variant(
            "that is the point with the lowest loss. It is refined next where gamma is 0; otherwise the levels have a "
            "say.",
            (lambda losses, level_sums, degrees, gamma: int(np.argmin(losses)),),
        ),
        Variant(
            "the points were numbered from 1. Python counts from 0.",
            (_next(pick=lambda priorities: np.argmin(priorities) + 1),),
        ),
        Variant(
            "that is the smallest priority itself. Asked for is the index of its point: np.argmin.",
            (_next(pick=np.min),),
        ),
        Variant(
            "that is the loss of the right point. Asked for is its index.",
            (lambda *given: given[0][next_refined(*given)],),
        ),
        Variant(
            "all priorities came back. Asked for is the index of the smallest: np.argmin.",
            (_next(pick=np.asarray),),
        ),
        Variant(
            "the whole queue came back. Asked for is its first point.",
            (_next(pick=np.argsort),),
        ),
    ),
    hints=(
        "First the ranks: 0 for the lowest loss, 1 for the next. np.argsort tells who is at each rank, which is not "
        "yet the rank of each.",
        "ranks = np.argsort(np.argsort(losses)). Now both factors, for all points at once.",
        "priority = (ranks + 1) ** (1 - gamma) * (level_sums + degrees + 1) ** gamma; return np.argmin(priority).",
    ),
)
