"""Do the values look exponential? A P-value: how often exponential values would fit as badly as these, or worse.

scale   ()  of the fitted exponential: the mean of the values, its most likely value
bins        of equal probability under the fit, at least five values expected in each

A large P-value proves nothing: with ten batches most other distributions pass as well.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from hpo_tutor.race.statistics.samples import Array, Number, checked

CUT = 0.05
FEWEST = 5  # expected in each bin
N_NULL = 20_000


class ExponentialFit(NamedTuple):
    """An exponential that was fitted, and how well it fits.

    Attributes:
        scale: its mean, which is its standard deviation too.
        p_value: share of exponential samples that fit as badly or worse.
        test: "chi-square", or "Anderson-Darling" where too few batches leave no degree of freedom.
        n_bins: of the chi-square test; 0 without it.
        degrees_of_freedom: n_bins - 2, because the total and the scale are given; 0 without bins.
        counts: values in each bin.
        expected: values expected in each bin.
    """

    scale: float
    p_value: float
    test: str
    n_bins: int
    degrees_of_freedom: int
    counts: tuple[int, ...]
    expected: tuple[float, ...]


def exponential_fit(values: ArrayLike) -> ExponentialFit:
    """Fit an exponential to values (B,) that are never negative, and test it.

    With 15 batches or more: chi-square. (The scale is fitted to the values, not to the counts, which makes it reject
    a little too often: Chernoff & Lehmann 1954, doi:10.1214/aoms/1177728726.) With fewer: Anderson-Darling with
    unknown scale (Stephens 1974, doi:10.1080/01621459.1974.10480196); its P-value is found by simulation.

    An exact zero is impossible for an exponential, and Anderson-Darling says so by its smallest P-value. The source's
    normalisation makes such zeros, for the smallest loss of a batch belongs to somebody. Chi-square sees a fuller
    first bin.

    Raises:
        ValueError: a value is negative, all are zero, or the values are not (B,) finite numbers of two batches or more.
    """
    data = never_negative(checked(values))
    if data.ndim != 1:
        raise ValueError(f"a fit is of one set of values (B,), these have the shape {data.shape}")
    n_bins = _n_bins(len(data))
    return ExponentialFit(
        scale=float(data.mean()),
        p_value=float(p_values(data)),
        test="chi-square" if n_bins else "Anderson-Darling",
        n_bins=n_bins,
        degrees_of_freedom=max(n_bins - 2, 0),
        counts=tuple(int(count) for count in _counts(data, n_bins)),
        expected=(len(data) / n_bins,) * n_bins if n_bins else (),
    )


def p_values(values: Array) -> Number:
    """P-values of exponential fits to values (..., B) that were checked; shape (...).

    Raises:
        ValueError: all values of a study are zero.
    """
    if np.any(values.max(axis=-1) == 0):
        raise ValueError("an exponential needs a value above zero, all are 0: this sampler was the best in every batch")
    n_batches = values.shape[-1]
    n_bins = _n_bins(n_batches)
    if n_bins:
        expected = n_batches / n_bins
        return stats.chi2.sf(((_counts(values, n_bins) - expected) ** 2).sum(axis=-1) / expected, n_bins - 2)
    null = _null(n_batches)
    n_worse = N_NULL - np.searchsorted(null, _anderson_darling(values), side="left")
    return (1 + n_worse) / (1 + N_NULL)


def never_negative(values: Array) -> Array:
    """The values themselves.

    Raises:
        ValueError: one is negative.
    """
    if np.any(values < 0):
        raise ValueError(f"an exponential has no negative values, the smallest here is {values.min():.3g}")
    return values


def _n_bins(n_batches: int) -> int:
    """0 where fewer than three bins are possible; many batches get the 2 B^0.4 of Moore (1986)."""
    n_bins = min(n_batches // FEWEST, round(2 * n_batches**0.4))
    return n_bins if n_bins > 2 else 0


def _counts(values: Array, n_bins: int) -> Array:
    """How many values (..., B) lie in each bin, shape (..., n_bins)."""
    shares = -np.expm1(-values / values.mean(axis=-1, keepdims=True))
    bins = np.minimum((shares * n_bins).astype(int), n_bins - 1)
    return np.stack([(bins == k).sum(axis=-1) for k in range(n_bins)], axis=-1) if n_bins else np.empty(0)


def _anderson_darling(values: Array) -> Array:
    """A^2 of values (..., B) against the fitted exponential; Stephens (1974), equation 3. Infinite for a zero."""
    z = np.sort(values, axis=-1)
    z = z / z.mean(axis=-1, keepdims=True)
    n_batches = z.shape[-1]
    weights = (2 * np.arange(1, n_batches + 1) - 1) / n_batches
    with np.errstate(divide="ignore"):
        return np.asarray(-n_batches - (weights * (np.log(-np.expm1(-z)) - z[..., ::-1])).sum(axis=-1))


@lru_cache(maxsize=32)
def _null(n_batches: int) -> Array:
    """A^2 of exponential samples, sorted: it depends on their number alone, for the scale cancels."""
    null = np.sort(_anderson_darling(np.random.default_rng(n_batches).exponential(size=(N_NULL, n_batches))))
    null.flags.writeable = False
    return null
