"""How are the next trials shared out when half of the tiles are closed? One round of successive halving.

losses    (t, n)  what each of t tiles has found so far, a row for each; nan where a trial failed
n_trials          for the next round, all tiles together
budgets   (t,)    trials of each tile in the next round, 0 for a tile that is closed

The better half of the tiles goes on, rounded up, by the lowest loss of each; they share the trials evenly, in whole
trials, and what does not go round is left over. No two tiles have the same lowest loss.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hpo_tutor.course.exercises import Exercise, Function, Variant

Array = NDArray[np.float64]
Score = Callable[[Array], Array]  # losses (t, n) -> one number for each tile; the lowest go on


def budgets(losses: ArrayLike, n_trials: int) -> Array:
    """The trials of each tile in the next round."""
    return _budgets(losses, n_trials)


def _best(losses: Array) -> Array:
    return np.asarray(np.nanmin(losses, axis=1))


def _half(n_tiles: int) -> int:
    return math.ceil(n_tiles / 2)


def _even(n_trials: int, n_open: int, n_tiles: int, n_before: int) -> float:
    return n_trials // n_open


def _budgets(
    losses: ArrayLike,
    n_trials: int,
    *,
    score: Score = _best,
    n_open: Callable[[int], int] = _half,
    share: Callable[[int, int, int, int], float] = _even,
    rest: int = 0,
) -> Array:
    """The right budgets with one step changed.

    ``n_open`` says of a number of tiles how many go on; ``share`` takes the trials, the open tiles, all tiles and the
    trials that each has had; ``rest`` is how many of what does not go round the best tile gets: 1 for all of them.
    """
    table = np.asarray(losses, dtype=float)
    order = np.argsort(score(table), kind="stable")[: n_open(len(table))]
    found = np.zeros(len(table))
    found[order] = share(n_trials, len(order), len(table), table.shape[1])
    if rest:
        found[order[: n_trials % len(order)]] += 1
    return found


def _changed(**changes: Any) -> Function:
    return lambda losses, n_trials: _budgets(losses, n_trials, **changes)


def _kept(n_trials: int, n_open: int, n_tiles: int, n_before: int) -> float:
    return n_before


def rows(rng: np.random.Generator, n_tiles: int, n_each: int, n_trials: int) -> tuple[Array, int]:
    """A case: losses of tiles of which some are steady and some uneven, all different; one trial has failed."""
    while True:
        means, spreads = rng.uniform(2, 6, (n_tiles, 1)), rng.uniform(0.1, 2, (n_tiles, 1))
        losses = (means + spreads * rng.uniform(-1, 1, (n_tiles, n_each))).round(3)
        losses[rng.integers(n_tiles), rng.integers(n_each)] = np.nan
        if len(np.unique(losses)) == losses.size:
            return losses, n_trials


_FAILED = "A trial failed, its loss nan: np.nanmin passes over it, np.min does not."

# seeds with which every mistake differs from the truth, and from each other, in two cases or more
SEEDED = ((66, 9, 4, 62), (1002, 5, 3, 31), (2000, 7, 5, 47))

EXERCISE = Exercise(
    id="14.3",
    title="a round of successive halving over tiles",
    level=2,
    truth=budgets,
    cases=(
        (np.array([[5.0, 3.0, 4.0], [2.5, 9.0, 9.5], [4.5, 4.1, 4.2], [3.5, 3.6, 3.7]]), 12),
        *(rows(np.random.default_rng(seed), *sizes) for seed, *sizes in SEEDED),
    ),
    mistakes=(
        Variant(
            "the worst tiles go on. Losses are minimised: sort from the lowest.",
            (
                _changed(score=lambda losses: -_best(losses)),
                _changed(score=lambda losses: -np.nanmax(losses, axis=1)),
            ),
        ),
        Variant(
            "the tiles were judged by their mean loss. A search is as good as its best trial: a tile with one good "
            "config and many bad ones is worth going on with.",
            (
                _changed(score=lambda losses: np.nanmean(losses, axis=1)),
                _changed(score=lambda losses: np.nanmedian(losses, axis=1)),
                _changed(score=lambda losses: np.mean(losses, axis=1)),
            ),
        ),
        Variant(
            "the tiles were judged by their last trial, not by their best one.",
            (_changed(score=lambda losses: losses[:, -1]),),
        ),
        Variant(
            "the tiles were judged by their worst trial, not by their best one.",
            (_changed(score=lambda losses: np.nanmax(losses, axis=1)),),
        ),
        Variant(
            f"a tile is out because one of its trials failed. {_FAILED}",
            (_changed(score=lambda losses: np.min(losses, axis=1)),),
        ),
        Variant(
            "the half was rounded down. Of nine tiles five go on.",
            (_changed(n_open=lambda n: n // 2),),
        ),
        Variant(
            "no tile was closed. The worse half gets 0 trials.",
            (_changed(n_open=lambda n: n),),
        ),
        Variant(
            "only the best tile goes on. Half of them do: a few trials do not tell the best from the second best.",
            (_changed(n_open=lambda n: 1),),
        ),
        Variant(
            "the trials were divided by the number of all tiles, so that those of the closed ones are spent by nobody. "
            "Divide by the number of tiles that go on.",
            (_changed(share=lambda n_trials, n_open, n_tiles, n_before: n_trials // n_tiles),),
        ),
        Variant(
            "each tile that goes on got all the trials of the round. They share them.",
            (_changed(share=lambda n_trials, n_open, n_tiles, n_before: n_trials),),
        ),
        Variant(
            "what the tiles have had was counted in. Asked for are the trials of the next round alone.",
            (
                _changed(share=lambda n_trials, n_open, n_tiles, n_before: n_trials // n_open + n_before),
                _changed(share=lambda n_trials, n_open, n_tiles, n_before: n_trials // n_open - n_before),
                _changed(share=_kept),
            ),
        ),
        Variant(
            "a tile cannot have part of a trial: divide with //.",
            (_changed(share=lambda n_trials, n_open, n_tiles, n_before: n_trials / n_open),),
        ),
        Variant(
            "shares were rounded up, and the round costs more than it may. Round down with //.",
            (_changed(share=lambda n_trials, n_open, n_tiles, n_before: -(-n_trials // n_open)),),
        ),
        Variant(
            "the positions of the tiles that go on came back. Asked for are trials, one number for each tile.",
            (
                lambda losses, n_trials: np.flatnonzero(budgets(losses, n_trials)),
                lambda losses, n_trials: np.argsort(_best(losses))[: _half(len(losses))],
            ),
        ),
        Variant(
            "that is which tiles go on. Asked for is how many trials each of them gets.",
            (lambda losses, n_trials: budgets(losses, n_trials) > 0,),
        ),
        Variant(
            "the budgets stand in the order of the tiles' losses. Return them in the order of the rows.",
            (lambda losses, n_trials: np.sort(budgets(losses, n_trials))[::-1],),
        ),
    ),
    remarks=(
        Variant(
            "You gave what does not go round to the best tiles, which is a good use of it.",
            (_changed(rest=1),),
        ),
    ),
    hints=(
        "What is the best loss of each tile, a trial that failed left out? Which tiles are the better half?",
        "order = np.argsort(np.nanmin(losses, axis=1)) has the best tile first. With nine tiles, order[:5] go on.",
        "n_open = (len(losses) + 1) // 2; budgets = np.zeros(len(losses), dtype=int); budgets[order[:n_open]] = "
        "n_trials // n_open.",
    ),
)
