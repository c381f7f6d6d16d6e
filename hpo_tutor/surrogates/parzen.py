"""Where do trials lie dense? One window of a normal distribution over each of them, added up.

n, m        windows, places where the density is asked for
places      (n,) middles of the windows, on the line of one hyperparameter (logarithms, on a log scale)
low, high   bounds, or -inf and inf; what would lie outside is cut off, and the rest counts for one

Parzen (1962), doi:10.1214/aoms/1177704472; the widths of ``with_prior`` are those of hyperopt 0.3.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import norm

Array = NDArray[np.float64]

FINEST = 100  # no window of hyperopt's is narrower than this share of the range
LEAST = 1e-6  # of the windows must lie between the bounds: draws from less would take for ever


class ParzenEstimator:
    """A density made of windows; it never changes.

    Args:
        places: (n,) middles of the windows.
        widths: their standard deviations, one for all or (n,).
        weights: (n,) how much each counts; None for all alike.
        low: the lower bound.
        high: the upper bound.

    Attributes:
        places, widths, weights: (n,) of the windows; the weights sum to 1.
        low, high: the bounds.

    Raises:
        ValueError: there is no window, a width is not positive, a weight is negative or all are 0, the numbers of
            places, widths and weights differ, the bounds are not in order, a place or a width is not finite, or next to
            nothing of the windows lies between the bounds.
    """

    def __init__(
        self,
        places: ArrayLike,
        widths: ArrayLike,
        weights: ArrayLike | None = None,
        low: float = -math.inf,
        high: float = math.inf,
    ) -> None:
        self.places = _frozen(np.atleast_1d(places))
        n = len(self.places)
        if self.places.ndim != 1 or not n:
            raise ValueError(f"an estimator needs a list of places, at least one; got shape {self.places.shape}")
        self.widths = _of_each(widths, n, "widths")
        given = _of_each(1.0 if weights is None else weights, n, "weights")
        if not np.isfinite(self.places).all():
            raise ValueError(f"every place must be a finite number, got {self.places}; leave failed trials out")
        if not (np.isfinite(self.widths).all() and np.all(self.widths > 0)):
            raise ValueError(f"every width must be positive and finite, the smallest is {self.widths.min():g}")
        if np.any(given < 0) or not 0 < given.sum() < math.inf:
            raise ValueError(f"weights must not be negative, and one must be positive; got {given}")
        if not low < high:
            raise ValueError(f"low must be less than high, got low={low} and high={high}; swap them")
        self.weights = _frozen(given / given.sum())
        self.low, self.high = float(low), float(high)
        if not self._share() > LEAST:
            raise ValueError(f"windows must reach between the bounds, {low} and {high}; got places {self.places}")

    @classmethod
    def with_prior(
        cls,
        places: ArrayLike,
        low: float,
        high: float,
        prior_weight: float = 1.0,
        weights: ArrayLike | None = None,
    ) -> "ParzenEstimator":
        """The estimator of hyperopt: each width from the distance to the neighbours, and the prior as one more window.

        The prior is a window in the middle of the range and as wide as the range. In the order of their places, the
        prior among them, each window is as wide as the larger of its two gaps, but no wider than the range and no
        narrower than range / min(100, n + 2), where n places were given.

        Args:
            places: (n,) inside the bounds, n >= 0.
            low: the lower bound, finite.
            high: the upper bound, finite.
            prior_weight: what the prior counts for, beside places that count 1 each.
            weights: (n,) of the places; None for 1 each. hyperopt gives the newest 25 a weight of 1, and the older
                ones less and less, down to 1/n.

        Raises:
            ValueError: as the class does; also where a bound is not finite.
        """
        given = np.asarray(places, dtype=np.float64)
        if not (math.isfinite(low) and math.isfinite(high) and low < high):
            raise ValueError(f"the prior needs two finite bounds, low less than high, got low={low} and high={high}")
        middle, span = (low + high) / 2, high - low
        own = _of_each(1.0 if weights is None else weights, len(given), "weights")
        at = int(np.sum(given < middle))
        order = np.argsort(given, kind="stable")
        middles = np.insert(given[order], at, middle)
        gaps = np.diff(middles, prepend=np.nan, append=np.nan)
        widths = np.fmax(gaps[:-1], gaps[1:])  # at the ends there is one gap only
        if len(given) == 1:
            widths[:] = span / 2  # as hyperopt has it
        widths = np.clip(widths, span / min(FINEST, 2 + len(given)), span)
        widths[at] = span
        return cls(middles, widths, np.insert(own[order], at, prior_weight), low, high)

    def windows(self, x: ArrayLike) -> Array:
        """What each window adds to the density at x, shape (n, m): rows sum up to ``density``."""
        places = np.asarray(x, dtype=np.float64)
        heights = norm.pdf(places, self.places[:, None], self.widths[:, None])
        inside = (places >= self.low) & (places <= self.high)
        return np.asarray(self.weights[:, None] * heights * inside / self._share())

    def density(self, x: ArrayLike) -> Array:
        """The density at x, shape (m,), per unit of x; 0 outside the bounds."""
        return np.asarray(self.windows(x).sum(axis=0))

    def draw(self, n: int, rng: np.random.Generator) -> Array:
        """``n`` places drawn from the density: a window by its weight, then a place under it, anew until inside."""
        drawn = np.empty(0)
        while len(drawn) < n:
            chosen = rng.choice(len(self.places), size=n, p=self.weights)
            tried = rng.normal(self.places[chosen], self.widths[chosen])
            drawn = np.append(drawn, tried[(tried >= self.low) & (tried < self.high)])
        return drawn[:n]

    def _share(self) -> float:
        """How much of the uncut windows lies between the bounds."""
        ends: Sequence[Any] = [norm.cdf(end, self.places, self.widths) for end in (self.low, self.high)]
        return float(self.weights @ (ends[1] - ends[0]))


def _of_each(values: ArrayLike, n: int, what: str) -> Array:
    """One number for all, or one for each, as (n,)."""
    array = np.asarray(values, dtype=np.float64)
    if array.ndim and array.shape != (n,):
        raise ValueError(f"{what} must be one number or one for each of {n} places, got shape {array.shape}")
    return _frozen(np.broadcast_to(array, n))


def _frozen(values: ArrayLike) -> Array:
    array = np.array(values, dtype=np.float64)
    array.setflags(write=False)
    return array
