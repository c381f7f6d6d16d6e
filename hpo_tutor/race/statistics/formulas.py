"""How far may the true mean lie, by formulas that assume a distribution?

gaussian     mean ± 1.96 errors: the source's bars, which take the error for known
student      the same with Student's t, for the error is itself an estimate; right for Gaussian values
exponential  right for exponential values: 2 B mean / scale is chi-square with 2 B degrees of freedom
switched     the source's proposal: exponential unless a fit says no
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from hpo_tutor.race.statistics.exponentials import CUT, never_negative, p_values
from hpo_tutor.race.statistics.samples import Array, Interval, checked, checked_level, interval, mean_and_error


def gaussian_interval(values: ArrayLike, level: float = 0.95) -> Interval:
    """Mean ± z standard errors, z = 1.96 for 95 %; too short for few batches.

    Raises:
        ValueError: the values or the level are of no use (see ``mean_and_error``).
    """
    return _symmetric(values, float(stats.norm.isf((1 - checked_level(level)) / 2)), level, "gaussian")


def student_interval(values: ArrayLike, level: float = 0.95) -> Interval:
    """Mean ± t standard errors, t of Student's distribution with B - 1 degrees of freedom: 2.26 for ten batches.

    Student (1908), doi:10.1093/biomet/6.1.1

    Raises:
        ValueError: the values or the level are of no use (see ``mean_and_error``).
    """
    n_batches = checked(values).shape[-1]
    return _symmetric(values, float(stats.t.isf((1 - checked_level(level)) / 2, n_batches - 1)), level, "student")


def exponential_interval(values: ArrayLike, level: float = 0.95) -> Interval:
    """Exact for exponential values; never below zero. It looks at the mean alone, and is wrong for anything else.

    Epstein & Sobel (1953), doi:10.1080/01621459.1953.10483488

    Raises:
        ValueError: a value is negative, or the values or the level are of no use (see ``mean_and_error``).
    """
    data, tail = never_negative(checked(values)), (1 - checked_level(level)) / 2
    mean, twice = data.mean(axis=-1), 2 * data.shape[-1]
    low, high = (twice * mean / stats.chi2.isf(share, twice) for share in (tail, 1 - tail))
    return interval(low, mean, high, level, "exponential")


def switched_interval(values: ArrayLike, level: float = 0.95, cut: float = CUT) -> Interval:
    """The exponential interval, unless the P-value of the exponential fit is below the cut: then the Gaussian one.

    The source proposed the switch and left the cut open. With ten batches the fit has little power, so that the
    exponential stays where it is wrong; and the error is hardly touched, for an exponential has mean = std.

    Raises:
        ValueError: a value is negative, or the values or the level are of no use (see ``mean_and_error``).
    """
    data = never_negative(checked(values))
    exponential, gaussian = exponential_interval(data, level), gaussian_interval(data, level)
    kept = p_values(data) >= cut
    low, high = (np.where(kept, *pair) for pair in ((exponential.low, gaussian.low), (exponential.high, gaussian.high)))
    return interval(low, gaussian.centre, high, level, "switched")


def _symmetric(values: ArrayLike, n_errors: float, level: float, method: str) -> Interval:
    mean, error = (np.asarray(part) for part in mean_and_error(values))
    reach: Array = n_errors * error
    return interval(mean - reach, mean, mean + reach, level, method)
