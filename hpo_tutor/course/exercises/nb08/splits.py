"""Which trials are good? hyperopt's rule: not a fixed share, but a number that grows with the square root.

losses  (n,)  of the trials; nan where one failed
gamma         how many are good: ceil(gamma * sqrt(n)) of n, at most 25
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.course.exercises import Exercise, Variant

Array = NDArray[np.float64]
Numbers = NDArray[np.intp]

MOST = 25


def good_trials(losses: Array, gamma: float) -> Numbers:
    """Numbers of the good trials, in any order."""
    return _lowest(losses, _n_good(len(losses), gamma))


def _n_good(n: int, gamma: float) -> int:
    return min(math.ceil(gamma * math.sqrt(n)), MOST)


def _lowest(losses: Array, n_good: int) -> Numbers:
    return np.argsort(np.asarray(losses), kind="stable")[:n_good]


def _with(n_good: Callable[[int, float], float]) -> Callable[[Array, float], Numbers]:
    """The lowest losses, but another number of them."""
    return lambda losses, gamma: _lowest(losses, int(n_good(len(losses), gamma)))


def _share(losses: Array, gamma: float) -> Numbers:
    """The numbers below the gamma-quantile."""
    return np.flatnonzero(losses <= np.nanquantile(losses, gamma))


def _rest(losses: Array, gamma: float) -> Numbers:
    return np.argsort(np.asarray(losses), kind="stable")[_n_good(len(losses), gamma) :]


_rng = np.random.default_rng(8)
_many = _rng.permutation(np.round(np.linspace(0.2, 2.0, 900), 4))
_failed = np.array([0.9, np.nan, 0.4, 0.7, 0.3, np.nan, 0.8, 0.6, 1.2, 0.5])

EXERCISE = Exercise(
    id="08.2",
    title="the good trials",
    level=1,
    truth=good_trials,
    cases=(
        (np.round(_rng.permutation(np.linspace(0.1, 0.9, 20)), 3), 0.25),
        (np.round(_rng.permutation(np.linspace(0.1, 0.9, 38)), 3), 0.9),
        (_failed, 0.7),
        (_many, 0.95),
    ),
    mistakes=(
        Variant(
            "that is a share of the trials, gamma times n. hyperopt takes gamma times the square root of n: of 200 "
            "trials 4 at gamma = 0.25, not 50.",
            (
                _with(lambda n, gamma: math.ceil(gamma * n)),
                _with(lambda n, gamma: gamma * n),
                _with(lambda n, gamma: round(gamma * n)),
                _with(lambda n, gamma: min(math.ceil(gamma * n), MOST)),
                _with(lambda n, gamma: min(gamma * n, MOST)),
                _share,
            ),
        ),
        Variant(
            "the trials with the largest losses came back. Losses are minimised: good is low.",
            (
                lambda losses, gamma: np.argsort(losses, kind="stable")[len(losses) - _n_good(len(losses), gamma) :],
                lambda losses, gamma: np.argsort(-losses, kind="stable")[: _n_good(len(losses), gamma)],
            ),
        ),
        Variant("those are the bad ones, all but the good.", (_rest,)),
        Variant(
            "the failed trials were not counted. They are trials, too: n is the length of losses.",
            (lambda losses, gamma: _lowest(losses, _n_good(int(np.sum(~np.isnan(losses))), gamma)),),
        ),
        Variant(
            "the failed trials were taken out first, and that gave the others new numbers. np.argsort puts nan last.",
            (
                lambda losses, gamma: _lowest(losses[~np.isnan(losses)], _n_good(len(losses), gamma)),
                lambda losses, gamma: good_trials(losses[~np.isnan(losses)], gamma),
            ),
        ),
        Variant(
            "the number of good trials was rounded down. Rounded up (ceil), there is always at least one.",
            (
                _with(lambda n, gamma: min(math.floor(gamma * math.sqrt(n)), MOST)),
                _with(lambda n, gamma: math.floor(gamma * math.sqrt(n))),
            ),
        ),
        Variant(
            "the number of good trials was rounded to the nearest whole number; the rule rounds up (ceil).",
            (
                _with(lambda n, gamma: min(round(gamma * math.sqrt(n)), MOST)),
                _with(lambda n, gamma: round(gamma * math.sqrt(n))),
            ),
        ),
        Variant(
            "with many trials there are too many good ones: the rule stops at 25.",
            (_with(lambda n, gamma: math.ceil(gamma * math.sqrt(n))),),
        ),
        Variant(
            "the root was taken of the product: it is gamma times the root of n, not the root of gamma n.",
            (
                _with(lambda n, gamma: min(math.ceil(math.sqrt(gamma * n)), MOST)),
                _with(lambda n, gamma: math.ceil(math.sqrt(gamma * n))),
            ),
        ),
        Variant(
            "there is one trial too many.",
            (
                _with(lambda n, gamma: _n_good(n, gamma) + 1),
                _with(lambda n, gamma: min(math.floor(gamma * math.sqrt(n)) + 2, MOST)),
            ),
        ),
        Variant(
            "the losses of the good trials came back. Asked for is which trials they are: their numbers (np.argsort).",
            (lambda losses, gamma: np.sort(losses)[: _n_good(len(losses), gamma)],),
        ),
        Variant(
            "only the number of good trials came back. Asked for is which trials they are.",
            (lambda losses, gamma: _n_good(len(losses), gamma),),
        ),
    ),
    hints=(
        "How many are good? And which function tells the order of the losses, from low to high?",
        "n_good = min(ceil(gamma sqrt(n)), 25); np.argsort(losses) lists the numbers of the trials, lowest loss first.",
        "return np.argsort(losses)[: min(int(np.ceil(gamma * np.sqrt(len(losses)))), 25)]",
    ),
    comparable=lambda answer: _numbers(answer),
)


def _numbers(answer: object) -> NDArray[Any]:
    """Trial numbers in order; a mask, one truth value a trial, is as good."""
    plain = np.asarray(list(answer) if isinstance(answer, set) else answer)
    return np.flatnonzero(plain) if plain.dtype == bool else np.sort(plain.astype(float), axis=None)
