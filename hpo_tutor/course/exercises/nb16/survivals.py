"""Which trials of a rung train on? The best of them, one in ``divisor``, rounded down.

losses     (n,)  of the trials at a rung, nan where one failed; no two are equal
divisor          one in so many goes on, but at least one trial
survivors        the positions of those that go on, in any order; a trial that failed is never among them
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hpo_tutor.course.exercises import Exercise, Function, Variant

Array = NDArray[np.float64]
Count = Callable[[Array, int], int]  # the losses and the divisor -> how many go on


def survivors(losses: ArrayLike, divisor: int) -> list[int]:
    """The positions of the trials that go on."""
    return _survivors(losses, divisor)


def _down(losses: Array, divisor: int) -> int:
    return max(len(losses) // divisor, 1)


def _survivors(
    losses: ArrayLike,
    divisor: int,
    *,
    count: Count = _down,
    score: Callable[[Array], Array] = np.copy,
    failed: bool = False,
) -> list[int]:
    """The right positions with one step changed: how many, by which number, and whether failed trials may go on."""
    table = np.asarray(losses, dtype=float)
    order = np.argsort(score(table), kind="stable")
    if not failed:
        order = order[np.isfinite(table[order])]
    return [int(one) for one in order[: count(table, divisor)]]


def _changed(**changes: Any) -> Function:
    return lambda losses, divisor: _survivors(losses, divisor, **changes)


def _below(threshold: Callable[[Array, int], Any], equal: bool = False) -> Function:
    """Everybody below a number."""

    def function(losses: Array, divisor: int) -> Any:
        limit = threshold(losses, divisor)
        return np.flatnonzero(losses <= limit if equal else losses < limit)

    return function


def in_order(answer: Any) -> Any:
    """Positions in ascending order; a mask stays as it is."""
    plain = np.asarray(list(answer) if isinstance(answer, set | frozenset) else answer)
    return plain if plain.dtype.kind == "b" else np.sort(plain)


def rung(rng: np.random.Generator, n: int, n_failed: int, divisor: int) -> tuple[Array, int]:
    """A case: losses, all different, of which some are nan."""
    losses = (rng.permutation(40)[:n] / 20 + 0.3 + rng.integers(0, 40, n) / 1000).round(3)
    losses[rng.choice(n, n_failed, replace=False)] = np.nan
    return losses, divisor


# seeds with which every mistake differs from the truth, and from each other
SEEDED = ((0, 10, 1, 4), (1, 9, 7, 3), (2, 17, 2, 3))

EXERCISE = Exercise(
    id="16.1",
    title="who goes on from a rung",
    level=1,
    truth=survivors,
    comparable=in_order,
    cases=(
        (np.array([0.42, 0.31, 0.55, 0.28, 0.61, 0.39, 0.47, 0.33]), 3),
        *(rung(np.random.default_rng(seed), *sizes) for seed, *sizes in SEEDED),
        (np.array([0.7, 0.4]), 3),
    ),
    mistakes=(
        Variant(
            "the worst go on. Losses are minimised: sort from the lowest.",
            (
                _changed(score=lambda losses: -losses),
                lambda losses, divisor: np.argsort(losses)[::-1][: _down(losses, divisor)],
                lambda losses, divisor: np.argsort(losses)[-_down(losses, divisor) :],
            ),
        ),
        Variant(
            "the number was rounded up. Of eight trials, with divisor 3, two go on and not three: round down.",
            (_changed(count=lambda losses, divisor: math.ceil(len(losses) / divisor)),),
        ),
        Variant(
            "the number was rounded to the nearest. Round down.",
            (_changed(count=lambda losses, divisor: max(round(len(losses) / divisor), 1)),),
        ),
        Variant(
            "the better half goes on, whatever the divisor is. It is one in divisor.",
            (_changed(count=lambda losses, divisor: max(len(losses) // 2, 1)),),
        ),
        Variant(
            "divisor trials go on. It is one in divisor: len(losses) // divisor.",
            (_changed(count=lambda losses, divisor: divisor),),
        ),
        Variant(
            "a threshold was used, and how many are below it hangs on the losses. Sort, and count off the best.",
            (
                _below(lambda losses, divisor: np.nanmean(losses)),
                _below(lambda losses, divisor: np.nanmedian(losses)),
                _below(lambda losses, divisor: np.nanmedian(losses), equal=True),
                _below(lambda losses, divisor: np.nanquantile(losses, 1 / divisor)),
                _below(lambda losses, divisor: np.nanquantile(losses, 1 / divisor), equal=True),
                _below(lambda losses, divisor: np.nanmin(losses) + np.ptp(losses[np.isfinite(losses)]) / divisor),
            ),
        ),
        Variant(
            "a trial that failed goes on. np.argsort puts nan last, and where most have failed it still is among the "
            "first. Leave out those whose loss is nan.",
            (_changed(failed=True),),
        ),
        Variant(
            "a trial that failed goes on, as the best of all: its nan was made a 0.",
            (_changed(score=np.nan_to_num, failed=True),),
        ),
        Variant(
            "the number was taken of those that have not failed. A failed trial had its place in the rung: n counts "
            "all of them.",
            (_changed(count=lambda losses, divisor: max(int(np.isfinite(losses).sum()) // divisor, 1)),),
        ),
        Variant(
            "of a rung with fewer trials than the divisor nobody goes on. At least one does: max(..., 1).",
            (_changed(count=lambda losses, divisor: len(losses) // divisor),),
        ),
        Variant(
            "one too many goes on: the slice ends one later than it should.",
            (_changed(count=lambda losses, divisor: _down(losses, divisor) + 1),),
        ),
        Variant(
            "only the best trial goes on. Early losses do not tell the best from the second best.",
            (_changed(count=lambda losses, divisor: 1),),
        ),
        Variant(
            "those are the ones that are stopped. Asked for is who goes on.",
            (
                lambda losses, divisor: np.setdiff1d(np.arange(len(losses)), _survivors(losses, divisor)),
                lambda losses, divisor: np.setdiff1d(np.flatnonzero(np.isfinite(losses)), _survivors(losses, divisor)),
            ),
        ),
        Variant(
            "their losses came back. Asked for are their positions: np.argsort in place of np.sort.",
            (lambda losses, divisor: losses[survivors(losses, divisor)],),
        ),
        Variant(
            "a mask came back. Asked for are positions: np.flatnonzero(mask).",
            (lambda losses, divisor: np.isin(np.arange(len(losses)), survivors(losses, divisor)),),
        ),
    ),
    hints=(
        "On paper first: eight losses, divisor 3. How many go on? Which are they? And what must not happen to a trial "
        "whose loss is nan?",
        "order = np.argsort(losses) has the position of the lowest loss first, and those of nan at the end. How many "
        "of them, at most, may go on?",
        "n = max(len(losses) // divisor, 1); then [i for i in np.argsort(losses)[:n] if not np.isnan(losses[i])].",
    ),
)
