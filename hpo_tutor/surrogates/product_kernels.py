"""Where do trials lie dense, all hyperparameters taken together? One kernel over each trial, a product over its axes.

n, m, d    kernels, places where the density is asked for, hyperparameters
points     (n, d) middles of the kernels: places from 0 to 1, and for a choice without order the index of the option
n_options  (d,) of such a choice; 0 for all other hyperparameters
widths     (d,) standard deviations of normal kernels; for a choice, the probability of another option than one's own

A normal kernel is not cut off at the ends of [0, 1], so part of the density lies outside, as in statsmodels'
``KDEMultivariate``, of which BOHB is made. A choice has the kernel of Aitchison & Aitken (1976),
doi:10.1093/biomet/63.3.413.
"""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import logsumexp, ndtr, ndtri

Array = NDArray[np.float64]

LEAST = 1e-3  # no kernel is narrower


class ProductKernels:
    """A density made of products of kernels; it never changes.

    Args:
        points: (n, d), at least one.
        n_options: (d,) whole numbers; None where no hyperparameter is a choice without order.
        widths: (d,) of all kernels; None for those of ``reference_widths``. They are kept at ``least`` or above, and
            those of a choice at most so wide that all its options are alike.
        least: the narrowest kernel.

    Attributes:
        points, n_options, widths: as above.

    Raises:
        ValueError: there is no point, one is not finite, a width is negative, or the shapes do not agree.
    """

    def __init__(
        self,
        points: ArrayLike,
        n_options: ArrayLike | None = None,
        widths: ArrayLike | None = None,
        least: float = LEAST,
    ) -> None:
        self.points = np.array(points, dtype=np.float64)
        if self.points.ndim != 2 or not len(self.points):
            raise ValueError(f"kernels need points of shape (n, d), n at least 1; got shape {self.points.shape}")
        d = self.points.shape[1]
        self.n_options = np.array(np.zeros(d) if n_options is None else n_options, dtype=np.intp)
        given = reference_widths(self.points, self.n_options) if widths is None else np.array(widths, dtype=np.float64)
        if self.n_options.shape != (d,) or given.shape != (d,):
            raise ValueError(
                f"n_options and widths need one number for each of {d} hyperparameters, got shapes "
                f"{self.n_options.shape} and {given.shape}"
            )
        if not np.isfinite(self.points).all():
            raise ValueError("every point must be finite; fill in what is inactive, and leave failed trials out")
        if not np.all(np.isfinite(given) & (given >= 0)) or not least > 0:
            raise ValueError(f"widths must be finite and least positive, got {given} and least={least}")
        self.widths = self._kept_in_bounds(given, least)
        for array in (self.points, self.n_options, self.widths):
            array.setflags(write=False)

    def log_density(self, x: ArrayLike) -> Array:
        """Natural logarithm of the density at x (m, d), shape (m,); per unit of each axis that is no choice."""
        places = np.asarray(x, dtype=np.float64)[:, None, :]
        total = np.zeros((len(places), len(self.points)))
        for axis, (k, width) in enumerate(zip(self.n_options, self.widths, strict=True)):
            own, asked = self.points[:, axis], places[..., axis]
            if k:
                if k > 1:
                    total += np.where(asked == own, math.log1p(-width), math.log(width / (k - 1)))
            else:
                total += -0.5 * ((asked - own) / width) ** 2 - math.log(width * math.sqrt(2 * math.pi))
        return np.asarray(logsumexp(total, axis=1) - math.log(len(self.points)))

    def draw(self, n: int, rng: np.random.Generator, widening: float = 1.0) -> Array:
        """``n`` points (n, d) of the density with all its kernels ``widening`` times as wide, all within the cube.

        A kernel is chosen first, then a point under it; normal kernels are cut off at 0 and 1.
        """
        chosen = self.points[rng.integers(len(self.points), size=n)]
        widths = self._kept_in_bounds(widening * self.widths, 0.0)
        drawn = np.empty_like(chosen)
        for axis, (k, width) in enumerate(zip(self.n_options, widths, strict=True)):
            own = chosen[:, axis]
            if k:
                other = rng.integers(1, max(k, 2), size=n)  # how many options further, around the corner
                drawn[:, axis] = np.where(rng.random(n) < width, (own + other) % k, own)
            else:
                low, high = ndtr(-own / width), ndtr((1 - own) / width)
                drawn[:, axis] = np.clip(own + width * ndtri(rng.uniform(low, high)), 0, 1)
        return drawn

    def _kept_in_bounds(self, widths: Array, least: float) -> Array:
        k = self.n_options
        most = np.where(k > 0, (k - 1) / np.maximum(k, 1), np.inf)  # there all options have the same probability
        return np.minimum(np.maximum(widths, least), most)


def reference_widths(points: ArrayLike, n_options: ArrayLike) -> Array:
    """How wide kernels over points (n, d) should be if these came from a normal distribution, shape (d,).

    1.06 s n^(-1 / (4 + d)), s the standard deviation along the axis: statsmodels' ``normal_reference``. That takes the
    standard deviation of an index for a choice too, which depends on the order of the options. Here s^2 is half the
    probability that two draws differ: the same for two options, and for more it knows no order.
    """
    places = np.asarray(points, dtype=np.float64)
    n, d = places.shape
    spread = places.std(axis=0)
    for axis in np.flatnonzero(n_options):
        shares = np.unique(places[:, axis], return_counts=True)[1] / n
        spread[axis] = math.sqrt(max(1 - float(shares @ shares), 0.0) / 2)
    return np.asarray(1.06 * spread * n ** (-1 / (4 + d)))
