"""How far may the true mean lie, without assuming a distribution? Ask the batches themselves, drawn again and again.

resample     B of the B batches, with replacement: some twice, some never
t            (..., R)  for each of R resamples: (its mean - the mean) / its own standard error
percentile   the middle 95 % of the resamples' means; too short for few batches
bca          the same, corrected for bias and skewness
bootstrap_t  the distribution of t is learnt from the resamples, and takes the place of Student's

The same seed draws the same batches whatever the values, so that many studies at once give what each gives alone.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from hpo_tutor.race.statistics.samples import TINY, Array, Interval, checked, checked_level, interval, mean_and_error

N_RESAMPLES = 2000


def percentile_interval(
    values: ArrayLike, level: float = 0.95, n_resamples: int = N_RESAMPLES, seed: int = 0
) -> Interval:
    """The quantiles of the resamples' means (``scipy.stats.bootstrap``).

    Efron (1979), doi:10.1214/aos/1176344552

    Raises:
        ValueError: the values or the level are of no use (see ``mean_and_error``).
    """
    return _scipy(values, level, n_resamples, seed, "percentile")


def bca_interval(values: ArrayLike, level: float = 0.95, n_resamples: int = N_RESAMPLES, seed: int = 0) -> Interval:
    """Quantiles of the resamples' means, moved by their bias and by an acceleration (``scipy.stats.bootstrap``).

    Efron (1987), doi:10.1080/01621459.1987.10478410

    Raises:
        ValueError: the values or the level are of no use (see ``mean_and_error``).
    """
    return _scipy(values, level, n_resamples, seed, "bca")


def bootstrap_t_interval(
    values: ArrayLike, level: float = 0.95, n_resamples: int = N_RESAMPLES, seed: int = 0
) -> Interval:
    """The studentised bootstrap: long on the side where the truth may hide.

    low = mean - t_high error, high = mean - t_low error, with t_low and t_high the quantiles of t over the resamples.
    The lower limit may fall below a bound that the mean cannot pass: see ``Interval.above``. A limit is infinite where
    more than half of (1 - level) of the resamples hold one value only; so it is with two or three batches. Where all
    values are equal, there is nothing to learn from: both limits are that value.

    Efron & Tibshirani (1993), An Introduction to the Bootstrap, equation 12.22

    Raises:
        ValueError: the values or the level are of no use (see ``mean_and_error``), or there are too few resamples.
    """
    data, rank = checked(values), int((n_resamples + 1) * (1 - checked_level(level)) / 2 + TINY)
    if rank < 1:
        least = int(np.ceil(2 / (1 - level))) - 1
        raise ValueError(f"a level of {level} needs at least {least} resamples, got {n_resamples}")
    mean, error = (np.asarray(part) for part in mean_and_error(data))
    ordered = np.partition(studentised(data, n_resamples, seed), (rank - 1, n_resamples - rank), axis=-1)
    return interval(
        mean - error * ordered[..., n_resamples - rank],
        mean,
        mean - error * ordered[..., rank - 1],
        level,
        "bootstrap-t",
    )


def studentised(values: Array, n_resamples: int, seed: int) -> Array:
    """The t of each resample, for checked values (..., B); shape (..., n_resamples).

    A resample of one value, drawn B times, has no error: its t is infinite on the side of its mean, for it lies beyond
    any limit. (To leave such resamples out would make intervals of few batches far too short: of two batches, nothing
    but t = 0 would be left.) Where all values are equal, t is 0.
    """
    n_batches = values.shape[-1]
    counts = _resamples(n_batches, n_resamples, seed)
    varied = np.ptp(values, axis=-1, keepdims=True) > 0
    centred = np.where(varied, values - values.mean(axis=-1, keepdims=True), 0.0)
    spread = centred.var(axis=-1, keepdims=True)
    means = centred @ counts / n_batches
    variances = centred**2 @ counts / n_batches - means**2
    alike = np.nonzero(variances <= TINY * spread)
    variances[alike] = np.inf
    t: Array = means / np.sqrt(variances / (n_batches - 1))
    beside = np.abs(means[alike]) > TINY * np.sqrt(np.broadcast_to(spread, means.shape)[alike])
    t[alike] = np.where(beside, np.copysign(np.inf, means[alike]), 0.0)
    return t


def of_one_batch(n_batches: int, n_resamples: int, seed: int) -> NDArray[np.bool_]:
    """Which resamples are one batch, drawn B times; shape (n_resamples,)."""
    return np.asarray(_resamples(n_batches, n_resamples, seed).max(axis=0) == n_batches)


@lru_cache(maxsize=16)
def _resamples(n_batches: int, n_resamples: int, seed: int) -> Array:
    """How often each batch is in each resample, shape (B, n_resamples)."""
    drawn = np.random.default_rng(seed).multinomial(n_batches, [1 / n_batches] * n_batches, size=n_resamples)
    counts = np.ascontiguousarray(drawn.T, dtype=np.float64)
    counts.flags.writeable = False
    return counts


def _scipy(values: ArrayLike, level: float, n_resamples: int, seed: int, method: str) -> Interval:
    data = checked(values)
    rows = data.reshape(-1, data.shape[-1])
    means = np.asarray(mean_and_error(rows)[0])
    limits = np.stack([means, means], axis=-1)
    varied = np.ptp(rows, axis=-1) > 0  # of equal values there is nothing to learn, and BCa divides by their spread
    if varied.any():
        found = stats.bootstrap(
            (rows[varied],),
            np.mean,
            axis=-1,
            confidence_level=checked_level(level),
            n_resamples=n_resamples,
            rng=np.random.default_rng(seed),
            method="BCa" if method == "bca" else "percentile",
            batch=max(1, 2_000_000 // rows[varied].size),  # resamples at a time, so that memory stays small
        ).confidence_interval
        limits[varied] = np.stack([found.low, found.high], axis=-1)
    shape = data.shape[:-1]
    low, centre, high = (part.reshape(shape) for part in (limits[:, 0], means, limits[:, 1]))
    return interval(low, centre, high, level, method)
