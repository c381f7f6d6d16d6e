"""Which gamma is taken for a new function? One that was chosen on other functions.

gammas   (g,)    what there is to choose from
losses   (g, f)  the mean final loss with each gamma on each of f functions, whose scales differ
target           the column of the function that the choice is reported on; it has no say in it

For each function but the target, the gammas are ranked (1 is the lowest loss); chosen is the gamma with the lowest mean
rank. In no case do two share it, nor two losses on a function.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.course.exercises import Exercise, Function, Variant

Array = NDArray[np.float64]
Answer = tuple[float, float]
Score = Callable[[Array], Array]  # losses (g, f) -> a score for each gamma, of which the lowest is chosen


def choose_gamma(gammas: Array, losses: Array, target: int) -> Answer:
    """The gamma of the lowest mean rank on the other functions, and its loss on the target."""
    best = int(np.argmin(_mean_rank(_others(losses, target))))
    return float(gammas[best]), float(losses[best, target])


def _others(losses: Array, target: int) -> Array:
    return np.delete(losses, target, axis=1)


def _ranks(losses: Array, axis: int = 0) -> Array:
    return np.asarray(np.argsort(np.argsort(losses, axis=axis), axis=axis) + 1.0, dtype=np.float64)


def _mean_rank(losses: Array) -> Array:
    return np.asarray(_ranks(losses).mean(axis=1))


def _mean(losses: Array) -> Array:
    return np.asarray(losses.mean(axis=1))


def _single(losses: Array) -> Array:
    return np.asarray(losses.min(axis=1))


def _spread(losses: Array) -> Array:
    low, high = losses.min(axis=0), losses.max(axis=0)
    return np.asarray(((losses - low) / (high - low)).mean(axis=1))


def _by(score: Score, seen: Callable[[Array, int], Array] = _others) -> Function:
    """The gamma with the lowest score on the functions that are looked at, and its loss on the target."""

    def function(gammas: Array, losses: Array, target: int) -> Answer:
        best = int(np.argmin(score(seen(losses, target))))
        return float(gammas[best]), float(losses[best, target])

    return function


def _all(losses: Array, target: int) -> Array:
    return losses


def _target_alone(losses: Array, target: int) -> Array:
    return losses[:, [target]]


def _reported(loss: Callable[[Array, int, int], Any]) -> Function:
    """The right gamma with another loss; ``loss`` takes the losses, the gamma's row and the target."""

    def function(gammas: Array, losses: Array, target: int) -> tuple[float, Any]:
        best = int(np.argmin(_mean_rank(_others(losses, target))))
        return float(gammas[best]), loss(losses, best, target)

    return function


def _index(gammas: Array, losses: Array, target: int) -> Answer:
    gamma, loss = choose_gamma(gammas, losses, target)
    return float(np.flatnonzero(gammas == gamma)[0]), loss


def _without_a_row(gammas: Array, losses: Array, target: int) -> Answer:
    best = int(np.argmin(_mean_rank(np.delete(losses, target, axis=0))))
    return float(gammas[best]), float(losses[best, target])


def table(rng: np.random.Generator, n_gammas: int, n_functions: int) -> tuple[Array, Array, int]:
    """A case: losses on scales of their own, drawn again until one gamma alone has the lowest mean rank."""
    gammas = np.linspace(0, 1, n_gammas)
    while True:
        scales = 10.0 ** rng.integers(-1, 2, n_functions)
        losses = (scales * rng.choice(np.arange(100, 999), (n_gammas, n_functions), replace=False) / 100).round(3)
        target = int(rng.integers(min(n_gammas, n_functions)))
        lowest, next_one, *_ = np.sort(_mean_rank(_others(losses, target)))
        if next_one > lowest:
            return gammas, losses, target


# seeds with which every mistake below differs from the truth, and from each other, in two cases or more
SEEDED = ((739, 5), (774, 4), (175, 5), (161, 5))

EXERCISE = Exercise(
    id="13.4",
    title="a gamma for a new function, and its loss there",
    level=2,
    truth=choose_gamma,
    cases=(
        (
            np.array([0.0, 0.5, 1.0]),
            np.array([[0.5, 7.0, 0.1, 31.0], [0.2, 4.0, 0.5, 15.0], [0.9, 2.0, 0.4, 39.0]]),
            2,
        ),
        *(table(np.random.default_rng(seed), 5, n_functions) for seed, n_functions in SEEDED),
    ),
    mistakes=(
        Variant(
            "gamma was chosen on the very function that it is reported on. There the luckiest gamma wins, and its loss "
            "says little about the next function. Choose on the others.",
            (_by(_mean_rank, _target_alone),),
        ),
        Variant(
            "the target had a say in the choice, with its ranks among the others'. Leave its column out: what is "
            "reported on must not be chosen on.",
            (_by(_mean_rank, _all),),
        ),
        Variant(
            "the losses themselves were averaged. Their scales differ, so the function with the largest numbers "
            "decides alone. Rank the gammas on each function first.",
            (_by(_mean), _by(_mean, _all)),
        ),
        Variant(
            "that is the gamma of the lowest single number in the table. The function with the smallest scale decides "
            "it, by one number. Take the mean rank over functions.",
            (_by(_single), _by(_single, _all)),
        ),
        Variant(
            "that is the largest mean rank. Rank 1 is the lowest loss, so the smallest mean rank is best.",
            (_by(lambda losses: -_mean_rank(losses)),),
        ),
        Variant(
            "the functions were ranked for each gamma; asked for is the rank of each gamma on a function: along "
            "axis=0.",
            (_by(lambda losses: _mean(_ranks(losses, axis=1))),),
        ),
        Variant(
            "np.argsort does not give ranks: it says which gamma comes first, second, and so on. "
            "np.argsort(np.argsort(losses, axis=0), axis=0) gives the rank of each, from 0.",
            (_by(lambda losses: _mean(np.argsort(losses, axis=0).astype(np.float64))),),
        ),
        Variant(
            "the losses were brought to a common scale, not to ranks. That is fair as well; but one function on which "
            "a gamma does badly has more weight in it than in the ranks that were asked for.",
            (
                _by(_spread),
                _by(lambda losses: _mean(losses / losses.mean(axis=0))),
                _by(lambda losses: _mean((losses - losses.mean(axis=0)) / losses.std(axis=0))),
                _by(lambda losses: _mean(losses / losses.max(axis=0))),
                _by(lambda losses: _mean(losses / losses.min(axis=0))),
            ),
        ),
        Variant(
            "a row was taken out of the table, that is a gamma. The functions are the columns: axis=1.",
            (_without_a_row,),
        ),
        Variant(
            "gamma is right, but the lowest loss on the target was reported. It belongs to another gamma: report that "
            "of yours.",
            (_reported(lambda losses, best, target: float(losses[:, target].min())),),
        ),
        Variant(
            "gamma is right, but its mean loss over functions was reported. Asked for is its loss on the target, "
            "which had no say.",
            (
                _reported(lambda losses, best, target: float(_others(losses, target)[best].mean())),
                _reported(lambda losses, best, target: float(losses[best].mean())),
            ),
        ),
        Variant(
            "gamma is right, but its mean rank was reported. Asked for is its loss on the target.",
            (
                _reported(lambda losses, best, target: float(_mean_rank(_others(losses, target))[best])),
                _reported(lambda losses, best, target: float(_mean_rank(_others(losses, target))[best]) - 1),
            ),
        ),
        Variant(
            "the loss is right, but the row of gamma came back. Asked for is the gamma in that row.",
            (_index,),
        ),
        Variant(
            "both are right, in the other order: first gamma, then its loss on the target.",
            (lambda *given: choose_gamma(*given)[::-1],),
        ),
        Variant(
            "that is one number, and two are asked for: return gamma, loss.",
            (lambda *given: choose_gamma(*given)[0], lambda *given: choose_gamma(*given)[1]),
        ),
    ),
    hints=(
        "The target may not have a say in the choice. What is left of the table without its column? And how are "
        "numbers of different scales compared?",
        "others = np.delete(losses, target, axis=1). In each of its columns, the ranks are "
        "np.argsort(np.argsort(others, axis=0), axis=0).",
        "best = np.argmin(ranks.mean(axis=1)); return gammas[best], losses[best, target].",
    ),
)
