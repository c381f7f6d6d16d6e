"""How alike are the losses of two configurations that lie this far apart?

    a, b    (n, d), (m, d)  points, in the unit cube or any other box
    s       (n, m)          squared distance, each axis measured in its own length scale: sum_k ((a_k - b_k) / l_k)^2
    k       (n, m)          covariance of the function's values, amplitude^2 f(s)

Rasmussen & Williams (2006), Gaussian Processes for Machine Learning, chapter 4.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

Array = NDArray[np.float64]


class Shape(NamedTuple):
    """One family of kernels, as a function of the squared distance s.

    Attributes:
        correlation: f(s), which is 1 at 0.
        slope: df/ds; of matern12, which has a corner at 0, the value there is 0: it is only ever multiplied by 0.
        nu: Matern's smoothness, infinite for the squared exponential.
    """

    correlation: Callable[[Array], Array]
    slope: Callable[[Array], Array]
    nu: float


def _rbf(s: Array) -> Array:
    return np.exp(-0.5 * s)


def _rbf_slope(s: Array) -> Array:
    return -0.5 * np.exp(-0.5 * s)


def _matern12(s: Array) -> Array:
    return np.exp(-np.sqrt(s))


def _matern12_slope(s: Array) -> Array:
    r = np.sqrt(s)
    return np.divide(-0.5 * np.exp(-r), r, out=np.zeros_like(r), where=r > 0)


def _matern32(s: Array) -> Array:
    r = np.sqrt(3 * s)
    return (1 + r) * np.exp(-r)


def _matern32_slope(s: Array) -> Array:
    return -1.5 * np.exp(-np.sqrt(3 * s))


def _matern52(s: Array) -> Array:
    r = np.sqrt(5 * s)
    return (1 + r + r**2 / 3) * np.exp(-r)


def _matern52_slope(s: Array) -> Array:
    r = np.sqrt(5 * s)
    return -5 / 6 * (1 + r) * np.exp(-r)


SHAPES = {
    "rbf": Shape(_rbf, _rbf_slope, math.inf),
    "matern12": Shape(_matern12, _matern12_slope, 0.5),
    "matern32": Shape(_matern32, _matern32_slope, 1.5),
    "matern52": Shape(_matern52, _matern52_slope, 2.5),
}


@dataclass(frozen=True)
class Kernel:
    """What is assumed of a function before any of it has been seen.

    Attributes:
        shape: "rbf" (infinitely smooth), "matern52", "matern32" or "matern12" (continuous, with corners everywhere).
        length_scales: how far one must go along an axis before the function changes; one number for all axes, or one
            each.
        amplitude: standard deviation of the function's values around the mean, in the loss's unit.
        noise: standard deviation of an observation around the function, in the loss's unit.

    Raises:
        ValueError: the shape is unknown, a length scale or the amplitude is not positive, or the noise is negative.
    """

    shape: str = "matern52"
    length_scales: float | Sequence[float] = 0.3
    amplitude: float = 1.0
    noise: float = 0.0

    def __post_init__(self) -> None:
        scales = np.asarray(self.length_scales, dtype=np.float64)
        if self.shape not in SHAPES:
            raise ValueError(f"a kernel's shape must be one of {', '.join(SHAPES)}; it is {self.shape!r}")
        if scales.ndim > 1 or not scales.size or not (np.isfinite(scales).all() and (scales > 0).all()):
            raise ValueError(
                f"length_scales must be positive, one number or one for each hyperparameter, got {self.length_scales!r}"
            )
        if not (math.isfinite(self.amplitude) and self.amplitude > 0):
            raise ValueError(f"the amplitude must be positive, got {self.amplitude!r}")
        if not (math.isfinite(self.noise) and self.noise >= 0):
            raise ValueError(f"the noise must be 0 or more, got {self.noise!r}; it is a standard deviation")
        object.__setattr__(self, "length_scales", tuple(scales.tolist()) if scales.ndim else float(scales))
        object.__setattr__(self, "amplitude", float(self.amplitude))
        object.__setattr__(self, "noise", float(self.noise))

    def __call__(self, a: Array, b: Array | None = None) -> Array:
        """Covariance of the function's values at a (n, d) and b (m, d), or at a and a; shape (n, m), without noise.

        Raises:
            ValueError: the points are no matrix, or have another number of columns than there are length scales, or
                than the points that they are compared with.
        """
        a = self.scaled(a)
        b = a if b is None else self.scaled(b)
        if a.shape[1] != b.shape[1]:
            raise ValueError(
                f"points are compared with points of as many columns, one for each hyperparameter; "
                f"got {a.shape[1]} and {b.shape[1]}"
            )
        s: Array = cdist(a, b, "sqeuclidean")
        return self.amplitude**2 * SHAPES[self.shape].correlation(s)

    def scaled(self, points: Array) -> Array:
        """The points with every axis measured in its length scale; shape (n, d), errors as in a call."""
        points = np.asarray(points, dtype=np.float64)
        if points.ndim != 2:
            raise ValueError(
                f"points need shape (n, d), one row a point, got shape {points.shape}; "
                "one hyperparameter is a column, x[:, None]"
            )
        if isinstance(self.length_scales, tuple) and len(self.length_scales) != points.shape[1]:
            raise ValueError(
                f"this kernel has {len(self.length_scales)} length scales, the points have {points.shape[1]} columns; "
                "give one length scale for each, or a single number for all"
            )
        shares: Array = points / np.asarray(self.length_scales)
        return shares

    def to_sklearn(self) -> Any:
        """The same kernel in scikit-learn's words: constant * shape, plus white noise where there is any."""
        from sklearn.gaussian_process.kernels import RBF, ConstantKernel, Matern, WhiteKernel

        nu = SHAPES[self.shape].nu
        shape = RBF(self.length_scales) if math.isinf(nu) else Matern(self.length_scales, nu=nu)
        signal = ConstantKernel(self.amplitude**2) * shape
        return signal + WhiteKernel(self.noise**2) if self.noise else signal
