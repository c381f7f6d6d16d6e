"""Between which two numbers do the means of resampled studies lie? The percentile interval of the bootstrap.

y        (B, K)  results of K searches on each of B batches
picks    (R, B)  a row for each resampled study: the numbers of the batches that were drawn, with repetition
means    (R,)    of the resampled studies

R is 41, 81, ... in the cases, so that the quantiles 0.025 and 0.975 are themselves means, however one interpolates.
"""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.course.exercises import Exercise, Function, Variant

Array = NDArray[np.float64]
Picks = NDArray[np.int64]


def bootstrap_interval(y: Array, picks: Picks) -> tuple[float, float]:
    """The quantiles 0.025 and 0.975 of the resampled means."""
    return _quantiles(_means(y, picks))


def _means(y: Array, picks: Picks) -> Array:
    return np.asarray(y.mean(axis=1)[picks].mean(axis=1))


def _quantiles(values: Array, outside: float = 0.025) -> tuple[float, float]:
    low, high = np.quantile(values, [outside, 1 - outside])
    return float(low), float(high)


def _of_means(ends: Callable[[Array], object]) -> tuple[Function, ...]:
    """Something else made of the right means."""
    return (lambda y, picks: ends(_means(y, picks)),)


def _around(means: Array, half: float) -> tuple[float, float]:
    return float(means.mean() - half), float(means.mean() + half)


def _of_error(y: Array, within: float, ddof: int) -> tuple[float, float]:
    return _around(y.mean(axis=1), within * float(y.mean(axis=1).std(ddof=ddof)) / math.sqrt(len(y)))


def _counted(y: Array, picks: Picks) -> Array:
    """The ends by counting places, with the high one a place lower than np.quantile's."""
    means = np.sort(_means(y, picks))
    return means[[int(0.025 * means.size), int(0.975 * means.size) - 1]]


_rng = np.random.default_rng(120)


def _case(n_batches: int, n_searches: int, n_resamples: int) -> tuple[Array, Picks]:
    y = _rng.exponential(0.3, (n_batches, 1)) + _rng.exponential(0.05, (n_batches, n_searches))
    return np.asarray(y.round(3)), _rng.integers(n_batches, size=(n_resamples, n_batches))


EXERCISE = Exercise(
    id="12.2",
    title="a bar made of resampled batches",
    level=2,
    truth=bootstrap_interval,
    cases=(_case(10, 12, 81), _case(4, 5, 41), _case(7, 9, 201)),
    mistakes=(
        Variant(
            "single searches were resampled, not batches. Searches on one batch share their luck with it. Take the "
            "mean of each batch first (axis=1), and resample these B numbers.",
            (
                lambda y, picks: _quantiles(y.ravel()[picks].mean(axis=1)),
                lambda y, picks: _quantiles(y.T.ravel()[picks].mean(axis=1)),
            ),
        ),
        Variant(
            "the columns were resampled: y[:, picks] takes the searches with these numbers, from all batches. Batches "
            "are the rows.",
            (
                lambda y, picks: _quantiles(y[:, picks].mean(axis=(0, 2))),
                lambda y, picks: _quantiles(y.mean(axis=0)[picks].mean(axis=1)),
                lambda y, picks: np.quantile(y[:, picks].mean(axis=2), [0.025, 0.975]),
            ),
        ),
        Variant(
            "that is the mean and 1.96 standard deviations of the resampled means: a bell curve again. Asked for is "
            "between which numbers 95 % of the resampled means lie: their quantiles 0.025 and 0.975.",
            (
                *_of_means(lambda means: _around(means, 1.96 * means.std(ddof=1))),
                *_of_means(lambda means: _around(means, 1.96 * means.std())),
                *_of_means(lambda means: _around(means, means.std(ddof=1))),
                *_of_means(lambda means: _around(means, means.std())),
                lambda y, picks: (
                    y.mean() - 1.96 * _means(y, picks).std(),
                    y.mean() + 1.96 * _means(y, picks).std(),
                ),
                lambda y, picks: (
                    y.mean() - 1.96 * _means(y, picks).std(ddof=1),
                    y.mean() + 1.96 * _means(y, picks).std(ddof=1),
                ),
            ),
        ),
        Variant(
            "the spread of the resampled means was divided by the root of their number. It is the standard error "
            "already; with more resamples the bar would shrink to nothing, and no new batch would have been seen.",
            (
                *_of_means(lambda means: _around(means, 1.96 * means.std(ddof=1) / math.sqrt(means.size))),
                *_of_means(lambda means: _around(means, 1.96 * means.std() / math.sqrt(means.size))),
            ),
        ),
        Variant(
            "the quantiles 0.05 and 0.95 leave 10 % outside. For 95 % inside, 2.5 % lie on either side.",
            _of_means(lambda means: _quantiles(means, 0.05)),
        ),
        Variant(
            "the high end is the quantile 0.95, the low one 0.05 or 0.025: 2.5 % lie outside on either side.",
            _of_means(lambda means: (np.quantile(means, 0.025), np.quantile(means, 0.95))),
        ),
        Variant(
            "np.percentile takes per cent, so 0.025 is a fortieth of one per cent there. Take np.quantile, or 2.5 and "
            "97.5.",
            _of_means(lambda means: np.percentile(means, [0.025, 0.975])),
        ),
        Variant(
            "those are quantiles of the resampled batches. Take the mean of each resampled study first, "
            ".mean(axis=1), and then the quantiles of these means.",
            (
                lambda y, picks: _quantiles(y.mean(axis=1)[picks]),
                lambda y, picks: _quantiles(y[picks]),
            ),
        ),
        Variant(
            "the searches were not averaged: y[picks].mean(axis=1) has a column for each of them. A resampled study "
            "has one mean, over its batches and all their searches.",
            (
                lambda y, picks: _quantiles(y[picks].mean(axis=1)),
                lambda y, picks: np.quantile(y[picks].mean(axis=1), [0.025, 0.975], axis=0),
            ),
        ),
        Variant(
            "picks was not used: that is the bar of exercise 12.1, made of the standard error. Here the resampled "
            "studies tell how far a mean may lie.",
            (
                lambda y, picks: _of_error(y, 1.96, ddof=1),
                lambda y, picks: _of_error(y, 1.96, ddof=0),
            ),
        ),
        Variant(
            "the means were taken along the wrong way: a mean for each place in the study (axis=0). Each row of picks "
            "is a study, so its mean is along axis=1.",
            (lambda y, picks: _quantiles(y.mean(axis=1)[picks].mean(axis=0)),),
        ),
        Variant(
            "that is the spread of single batches: nothing was resampled. The bar is one for their mean.",
            (
                lambda y, picks: _quantiles(y.mean(axis=1)),
                lambda y, picks: _quantiles(y),
            ),
        ),
        Variant(
            "the median of each resampled study was taken. Asked for is the mean.",
            (
                lambda y, picks: _quantiles(np.median(y.mean(axis=1)[picks], axis=1)),
                lambda y, picks: _quantiles(np.median(y, axis=1)[picks].mean(axis=1)),
            ),
        ),
        Variant(
            "those are the smallest and the largest of the means: the more you resample, the further they lie apart. "
            "Leave 2.5 % outside on either side.",
            _of_means(lambda means: (means.min(), means.max())),
        ),
        Variant("the ends are in the other order: first the low one.", _of_means(lambda m: _quantiles(m)[::-1])),
        Variant(
            "the means of the resampled studies came back themselves. Between which numbers do 95 % of them lie?",
            _of_means(lambda means: means),
        ),
        Variant(
            "only one number came back. Return both ends, low and high.",
            (
                *_of_means(lambda means: means.std(ddof=1)),
                *_of_means(lambda means: means.std()),
                *_of_means(lambda means: means.mean()),
                *_of_means(lambda means: _quantiles(means)[0]),
                *_of_means(lambda means: _quantiles(means)[1]),
            ),
        ),
    ),
    remarks=(
        Variant(
            "Your high end is the place before np.quantile's. With a thousand resamples nobody sees it.",
            (_counted,),
        ),
    ),
    hints=(
        "One row of picks is one resampled study: these batches, in these numbers. What is its mean?",
        "of_batch = y.mean(axis=1) are B numbers; of_batch[picks] has a row for each resampled study.",
        "means = y.mean(axis=1)[picks].mean(axis=1); return np.quantile(means, [0.025, 0.975]).",
    ),
)
