"""What is the lowest loss so far, after each trial?

losses   (n,)   the loss of each trial in order, nan where a trial failed; the first is a number
best     ()     the incumbent's loss

No case begins with a failed trial: what the incumbent is before the first loss would be a matter of taste.
"""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.course.exercises import Exercise, Variant

Array = NDArray[np.float64]


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


def _started_at(best: float) -> Callable[[Array], Array]:
    return lambda losses: np.fmin.accumulate(np.append(best, losses))[1:]


def _nan_takes_the_place(losses: Array) -> list[float]:
    best, kept = math.inf, []
    for loss in losses.tolist():
        best = min(loss, best)  # this order is the mistake: nan as the first argument is returned
        kept.append(best)
    return kept


def _improvements(losses: Array) -> Array:
    kept = incumbent(losses)
    improved: Array = kept[np.append(True, np.diff(kept) < 0)]
    return improved


def _noted_before(best: float | None) -> Callable[[Array], Array]:
    """The incumbents with one more in front: the first loss, or what the search began at."""
    return lambda losses: np.append(losses[0] if best is None else best, incumbent(losses))


def _skipped(*, from_the_first: bool) -> Callable[[Array], list[float]]:
    def function(losses: Array) -> list[float]:
        best, kept = (losses[0] if from_the_first else math.inf), []
        for loss in losses.tolist():
            if loss >= best:
                continue
            best = loss
            kept.append(best)
        return kept

    return function


EXERCISE = Exercise(
    id="03.2",
    title="the incumbent's loss after each trial",
    level=2,
    truth=incumbent,
    cases=(
        (np.array([0.9, 0.7, 0.8, 0.4, 0.6]),),
        (np.array([0.5, 0.3, math.nan, 0.4, 0.2, math.nan]),),
        (np.array([2.0, math.nan, 3.0, -1.0, -0.5]),),
        (np.array([1.5]),),
        (np.array([1e12, math.nan, 250.0, 300.0, 120.0]),),  # diverged, and above whatever a search may start from
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
            "a failed trial (nan) took the incumbent's place, and the lowest loss before it was forgotten. No "
            "comparison with nan is true, so min(loss, best) returns its first argument, the nan. min(best, loss) and "
            "`if loss < best` keep the incumbent.",
            (_nan_takes_the_place,),
        ),
        Variant(
            "there are holes where trials failed. A failed trial has no loss, but there still is an incumbent.",
            (lambda losses: np.where(np.isnan(losses), math.nan, np.fmin.accumulate(losses)),),
        ),
        Variant(
            "failed trials were left out, so there are fewer numbers than trials. After a failed trial there still is "
            "an incumbent: repeat its loss.",
            (lambda losses: incumbent(losses[~np.isnan(losses)]),),
        ),
        Variant(
            "failed trials were counted as loss 0 (np.nan_to_num does that), and 0 looks better than every positive "
            "loss. A failed trial changes nothing.",
            (lambda losses: np.minimum.accumulate(np.nan_to_num(losses)),),
        ),
        Variant(
            "that is the final value only. The incumbent has a history: return one number for each trial.",
            (np.nanmin, np.min, lambda losses: losses[-1], lambda losses: np.fmin.accumulate(losses)[-1]),
        ),
        Variant(
            "these are the losses sorted, not the lowest so far: the order of the trials got lost.",
            (
                lambda losses: np.sort(losses)[::-1],
                np.sort,
                lambda losses: -np.sort(-losses),
                sorted,
                lambda losses: sorted(losses, reverse=True),
            ),
        ),
        Variant(
            "a number was kept only where the incumbent improved, so there are fewer numbers than trials. A trial that "
            "improves nothing has an incumbent too: repeat its loss.",
            (_improvements, lambda losses: _improvements(losses)[1:]),
        ),
        Variant(
            "there is one number too many: an incumbent was noted before the loop as well. n trials have n incumbents: "
            "begin with an empty list, or walk through losses[1:].",
            tuple(_noted_before(best) for best in (None, math.inf, math.nan, 0.0)),
        ),
        Variant(
            "trials that improve nothing were skipped with `continue`, so there are too few numbers, and a nan got "
            "through: `loss >= best` is False for it. Ask `if loss < best`, and append the incumbent in every round.",
            (_skipped(from_the_first=False), _skipped(from_the_first=True)),
        ),
        Variant(
            "each number comes one trial late: it is the incumbent's loss before the trial. First compare, then "
            "append.",
            (
                lambda losses: np.append(losses[0], incumbent(losses)[:-1]),
                lambda losses: np.append(math.inf, incumbent(losses)[:-1]),
                lambda losses: np.append(math.nan, incumbent(losses)[:-1]),
                lambda losses: np.append(0.0, incumbent(losses)[:-1]),
            ),
        ),
        Variant(
            "one number is missing: n trials have n incumbents, the first after the first trial and the last after the "
            "last.",
            (lambda losses: incumbent(losses)[1:], lambda losses: incumbent(losses)[:-1]),
        ),
        Variant(
            "the search for the lowest began at a number that is no trial's loss, so losses above it get lost. Begin "
            "at the first loss or at infinity (math.inf).",
            tuple(
                _started_at(best)
                for best in (-1.0, 0.0, *(10.0**k for k in range(11)), *(10.0**k - 1 for k in range(1, 11)))
            ),
        ),
    ),
    hints=(
        "Walk through the losses in order and remember the lowest one so far. What should a nan change?",
        "Any comparison with nan is False, so `if loss < lowest` leaves the lowest as it is, and so does "
        "min(lowest, loss), but not min(loss, lowest). Append the lowest each time.",
        "numpy does it in one line: np.minimum.accumulate is nearly right, but np.minimum hands nan on. "
        "There is a function beside it that does not, np.fmin.",
    ),
)
