"""Exercises of notebook 03, random search.

share, confidence   ()    fractions between 0 and 1
losses              (n,)  the loss of each trial in order, nan where a trial failed; the first is a number
a, b                (n,)  results of two samplers; a[i] and b[i] come from the same seed

The cases avoid what would be a matter of taste: whole-number draws before rounding, and a first trial that failed.
"""

import math

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.course.exercises import Exercise, Variant

Array = NDArray[np.float64]


def n_draws(share: float, confidence: float) -> int:
    """Fewest random draws of which, with this confidence, at least one lies in the best share."""
    return math.ceil(_exact(share, confidence))


def _exact(share: float, confidence: float) -> float:
    return math.log(1 - confidence) / math.log(1 - share)


def incumbent(losses: Array) -> Array:
    """Lowest loss so far after each trial, shape (n,); failed trials change nothing."""
    lowest: Array = np.fmin.accumulate(losses)
    return lowest


def _kept_by_loop(losses: Array, better: float) -> Array:
    best, kept = losses[0], []
    for loss in losses:
        best = loss if better * (best - loss) > 0 else best
        kept.append(best)
    return np.array(kept)


def paired_difference(a: Array, b: Array) -> tuple[float, float]:
    """Mean of a - b over the pairs, and the standard error of that mean."""
    d = a - b
    return float(d.mean()), float(d.std(ddof=1) / math.sqrt(d.size))


def _unpaired(a: Array, b: Array, ddof: int) -> tuple[float, float]:
    return float((a - b).mean()), math.sqrt(a.var(ddof=ddof) / a.size + b.var(ddof=ddof) / b.size)


_rng = np.random.default_rng(3)
_seeds_effect = _rng.normal(2.0, 0.5, size=8)  # what the two samplers of a pair share

EXERCISES = (
    Exercise(
        id="03.1",
        title="draws for the top 5 %",
        level=1,
        truth=n_draws,
        cases=((0.05, 0.95), (0.05, 0.9), (0.01, 0.95), (0.2, 0.99), (0.3, 0.5), (0.1, 0.8)),
        mistakes=(
            Variant(
                "1 / share draws hold one point of the best share on average. That is no promise: one set of draws "
                "holds two, another none. Ask for the probability that every draw misses.",
                (
                    lambda share, confidence: 1 / share,
                    lambda share, confidence: math.ceil(1 / share),
                    lambda share, confidence: round(1 / share),
                    lambda share, confidence: math.floor(1 / share),
                ),
            ),
            Variant(
                "the probabilities of the single draws were added up (n * share = confidence). Two draws may both hit, "
                "and that would be counted twice. Multiply the probabilities that each draw misses.",
                (
                    lambda share, confidence: confidence / share,
                    lambda share, confidence: math.ceil(confidence / share),
                    lambda share, confidence: round(confidence / share),
                ),
            ),
            Variant(
                "the number was rounded down, or to the nearest whole number. One draw fewer does not quite keep the "
                "promise: round up.",
                (
                    lambda share, confidence: math.floor(_exact(share, confidence)),
                    lambda share, confidence: round(_exact(share, confidence)),
                ),
            ),
            Variant("the formula is right, but nobody can draw a fraction of a point: round up.", (_exact,)),
            Variant(
                "confidence and 1 - confidence were swapped. With probability 1 - confidence every draw misses.",
                (
                    lambda share, confidence: math.log(confidence) / math.log(1 - share),
                    lambda share, confidence: math.ceil(math.log(confidence) / math.log(1 - share)),
                ),
            ),
            Variant(
                "share and 1 - share were swapped. One draw misses the best share with probability 1 - share.",
                (
                    lambda share, confidence: math.log(1 - confidence) / math.log(share),
                    lambda share, confidence: math.ceil(math.log(1 - confidence) / math.log(share)),
                ),
            ),
        ),
        hints=(
            "Do not ask how likely a hit is. Ask how likely it is that n draws all miss.",
            "One draw misses with probability 1 - share, and n independent draws with (1 - share)**n. "
            "This may be 1 - confidence at most.",
            "Take logarithms of (1 - share)**n <= 1 - confidence and solve for n (both logarithms are negative). "
            "Then round up.",
        ),
    ),
    Exercise(
        id="03.2",
        title="the incumbent's loss after each trial",
        level=2,
        truth=incumbent,
        cases=(
            (np.array([0.9, 0.7, 0.8, 0.4, 0.6]),),
            (np.array([0.5, 0.3, math.nan, 0.4, 0.2, math.nan]),),
            (np.array([2.0, math.nan, 3.0, -1.0, -0.5]),),
            (np.array([1.5]),),
        ),
        mistakes=(
            Variant(
                "that is the running maximum. Losses are minimised: the incumbent has the lowest loss so far.",
                (
                    np.maximum.accumulate,
                    np.fmax.accumulate,
                    lambda losses: _kept_by_loop(losses, better=-1.0),
                ),
            ),
            Variant(
                "one failed trial (nan) spoils everything after it: np.minimum hands nan on, np.fmin ignores it.",
                (np.minimum.accumulate,),
            ),
            Variant(
                "there are holes where trials failed. A failed trial has no loss, but there still is an incumbent.",
                (lambda losses: np.where(np.isnan(losses), math.nan, np.fmin.accumulate(losses)),),
            ),
            Variant(
                "that is the final value only. The incumbent has a history: return one number for each trial.",
                (np.nanmin, np.min, lambda losses: losses[-1], lambda losses: np.fmin.accumulate(losses)[-1]),
            ),
            Variant(
                "these are the losses sorted, not the lowest so far: the order of the trials got lost.",
                (lambda losses: np.sort(losses)[::-1], np.sort),
            ),
        ),
        hints=(
            "Walk through the losses in order and remember the lowest one so far. What should a nan change?",
            "Any comparison with nan is False, so `if loss < lowest` leaves the lowest as it is. Append it each time.",
            "numpy does it in one line: np.minimum.accumulate is nearly right, but np.minimum hands nan on. "
            "There is a function beside it that does not, np.fmin.",
        ),
    ),
    Exercise(
        id="03.3",
        title="a paired difference and its standard error",
        level=3,
        truth=paired_difference,
        cases=(
            (_seeds_effect.round(2), (_seeds_effect + _rng.normal(0.2, 0.1, size=8)).round(2)),
            (np.array([1.0, 2.0, 4.0]), np.array([0.5, 2.5, 2.0])),
            (np.array([3.0, 5.0]), np.array([2.0, 1.0])),
        ),
        mistakes=(
            Variant(
                "the spread of a and the spread of b were combined as if the two had nothing in common. They share "
                "their seeds: take the differences first, pair by pair, then their spread.",
                (
                    lambda a, b: _unpaired(a, b, ddof=1),
                    lambda a, b: _unpaired(a, b, ddof=0),
                ),
            ),
            Variant(
                "that is the standard deviation of the differences: how far one pair lies from the mean. The mean of n "
                "pairs is steadier by the square root of n.",
                (
                    lambda a, b: ((a - b).mean(), (a - b).std(ddof=1)),
                    lambda a, b: ((a - b).mean(), (a - b).std(ddof=0)),
                ),
            ),
            Variant(
                "that is the squared standard error (the variance divided by n): take the square root.",
                (
                    lambda a, b: ((a - b).mean(), (a - b).var(ddof=1) / a.size),
                    lambda a, b: ((a - b).mean(), (a - b).var(ddof=0) / a.size),
                ),
            ),
            Variant(
                "the standard deviation was divided by n instead of by the square root of n.",
                (
                    lambda a, b: ((a - b).mean(), (a - b).std(ddof=1) / a.size),
                    lambda a, b: ((a - b).mean(), (a - b).std(ddof=0) / a.size),
                ),
            ),
            Variant(
                "the difference was taken as b - a; asked for is a - b.",
                (
                    lambda a, b: paired_difference(b, a),
                    lambda a, b: ((b - a).mean(), (b - a).std() / math.sqrt(a.size)),
                ),
            ),
            Variant(
                "the two numbers are in the other order: first the mean difference, then its standard error.",
                (
                    lambda a, b: paired_difference(a, b)[::-1],
                    lambda a, b: ((a - b).std() / math.sqrt(a.size), (a - b).mean()),
                ),
            ),
            Variant(
                "only one of the two numbers came back: return the mean difference and its standard error.",
                (
                    lambda a, b: (a - b).mean(),
                    lambda a, b: (a - b).std(ddof=1) / math.sqrt(a.size),
                    lambda a, b: (a - b).std() / math.sqrt(a.size),
                ),
            ),
        ),
        remarks=(
            Variant(
                "You divided the sum of squares by n, as np.std does by itself; the course divides by n - 1 (ddof=1), "
                "because the mean was estimated from the same pairs. With 20 pairs that makes 3 %, with two 41 %.",
                (lambda a, b: ((a - b).mean(), (a - b).std() / math.sqrt(a.size)),),
            ),
        ),
        hints=(
            "a[i] and b[i] come from the same seed. What does a[i] - b[i] show that a and b apart do not?",
            "Let d = a - b. The standard deviation of d says how far one pair lies from the mean; the mean of n pairs "
            "is steadier by the square root of n.",
            "Return d.mean() and d.std(ddof=1) / np.sqrt(len(d)).",
        ),
    ),
)
