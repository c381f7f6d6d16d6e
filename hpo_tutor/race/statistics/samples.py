"""What do all statistics of a study share? Values that were checked, a mean with its error, and an interval.

values  (..., B)  one number for each of B data batches; leading axes are other studies, each for itself
level   ()        share of studies in which an interval is to contain the true mean
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Number = Any  # a float; an array (...) where the values have leading axes

TINY = 1e-12  # spread below this share of the values' own is rounding


class Interval(NamedTuple):
    """From where to where the true mean may lie.

    Attributes:
        low: lower limit; may be -inf.
        centre: the mean of the values.
        high: upper limit; may be inf.
        level: the share of studies in which such an interval is to contain the true mean.
        method: the name of the interval, as in ``INTERVALS``.
    """

    low: Number
    centre: Number
    high: Number
    level: float
    method: str

    def above(self, floor: float) -> "Interval":
        """The part above a value that the mean cannot fall below, such as 0 for y - 1.

        Intervals do not know of such a bound. To cut there costs nothing: the true mean is never in what is cut off.
        """
        return self._replace(low=_plain(np.maximum(self.low, floor)), high=_plain(np.maximum(self.high, floor)))


def mean_and_error(values: ArrayLike) -> tuple[Number, Number]:
    """The mean over batches and its standard error, std / sqrt(B), with the std that divides by B - 1.

    Raises:
        ValueError: there are fewer than two batches, or a value is nan or infinite.
    """
    data = checked(values)
    varied = np.ptp(data, axis=-1) > 0  # of equal values, rounding would leave a spread of its own
    mean = np.where(varied, data.mean(axis=-1), data[..., 0])
    return _plain(mean), _plain(np.where(varied, data.std(axis=-1, ddof=1) / np.sqrt(data.shape[-1]), 0.0))


def checked(values: ArrayLike) -> Array:
    """The values as an array (..., B).

    Raises:
        ValueError: there are fewer than two batches, or a value is nan or infinite.
    """
    data = np.asarray(values, dtype=np.float64)
    if data.ndim == 0 or data.shape[-1] < 2:
        n_batches = 1 if data.ndim == 0 else data.shape[-1]
        raise ValueError(f"an error needs at least 2 batches, got {n_batches}: one batch says nothing about others")
    if not np.isfinite(data).all():
        n_bad = int((~np.isfinite(data)).sum())
        raise ValueError(f"values must be finite, {n_bad} of {data.size} are not; leave out the batches that failed")
    return data


def checked_level(level: float) -> float:
    """The level itself.

    Raises:
        ValueError: it does not lie between 0 and 1.
    """
    if not 0 < level < 1:
        raise ValueError(f"a level must lie between 0 and 1, such as 0.95 for 95 %; it is {level}")
    return level


def interval(low: ArrayLike, centre: ArrayLike, high: ArrayLike, level: float, method: str) -> Interval:
    """An Interval of plain floats, or of arrays where there are several studies."""
    return Interval(_plain(low), _plain(centre), _plain(high), level, method)


def _plain(value: ArrayLike) -> Number:
    array = np.asarray(value, dtype=np.float64)
    return array if array.ndim else float(array)
