"""Which kernel would have expected these observations most? The marginal likelihood, its gradient, and its maximum.

    x, y      (n, D), (n,)  points and observations
    groups    (D,)          which length scale each column is measured in; g length scales
    theta     (g + 2,)      logarithms: of the length scales, of the amplitude, of the noise
    K         (n, n)        covariance of the observations, K = L L^T
    alpha     (n,)          K^-1 (y - mean)

Rasmussen & Williams (2006), Gaussian Processes for Machine Learning, equations 5.8 and 5.9. scikit-learn's regressor
maximises the same function, but has no mean to fit, no length scale that several columns share and no prior on theta.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import LinAlgError, cho_solve, cholesky
from scipy.linalg.lapack import dpotri
from scipy.optimize import minimize

from hpo_tutor.surrogates.kernels import SHAPES

Array = NDArray[np.float64]

# Two trials at one point make K singular. Where a trial is told by the others to less than this share of the amplitude
# (squared), the same share is added to the diagonal: it is noise too small to be seen.
JITTER = 1e-10


class Prior(NamedTuple):
    """What is thought of theta beforehand: independent Gaussians.

    Attributes:
        centre, width: (g + 2,) mean and standard deviation of each logarithm; a width of infinity says nothing.
    """

    centre: Array
    width: Array


class Likelihood:
    """The log marginal likelihood of observations as a function of theta, plus the log of a prior if there is one.

    Args:
        shape: the kernel's, a name of ``kernels.SHAPES``.
        x, y: points (n, D) and observations (n,).
        groups: (D,) the length scale of each column, from 0.
        mean: the prior mean; None for the one that suits theta best.
        prior: None for the likelihood alone.
    """

    def __init__(
        self,
        shape: str,
        x: Array,
        y: Array,
        groups: NDArray[np.int_],
        mean: float | None = None,
        prior: Prior | None = None,
    ) -> None:
        self.shape, self.y, self.mean, self.prior = SHAPES[shape], y, mean, prior
        squares = np.zeros((int(groups.max()) + 1, len(y), len(y)))
        for column, group in zip(x.T, groups, strict=True):
            squares[group] += np.subtract.outer(column, column) ** 2
        self._squares = squares.reshape(len(squares), -1)

    def __call__(self, theta: Array) -> tuple[float, Array]:
        """The value at theta, and its gradient, shape (g + 2,)."""
        n, precision = len(self.y), np.exp(-2 * theta[:-2])
        power, noise = np.exp(2 * theta[-2:])
        s = (precision @ self._squares).reshape(n, n)
        signal = power * self.shape.correlation(s)
        lower = factor(signal + noise * np.eye(n), power)
        mean = best_mean(lower, self.y) if self.mean is None else self.mean
        alpha = cho_solve((lower, True), self.y - mean, check_finite=False)
        inverse = dpotri(lower, lower=1)[0]  # its lower half
        pull = np.outer(alpha, alpha) - inverse - np.tril(inverse, -1).T  # twice the derivative with respect to K
        gradient = np.empty_like(theta)
        gradient[:-2] = -precision * (self._squares @ (power * self.shape.slope(s) * pull).ravel())
        gradient[-2] = (pull * signal).sum()
        gradient[-1] = noise * np.trace(pull)
        value = -0.5 * (self.y - mean) @ alpha - np.log(np.diag(lower)).sum() - 0.5 * n * math.log(2 * math.pi)
        if self.prior is not None:
            off = (theta - self.prior.centre) / self.prior.width
            value, gradient = value - 0.5 * off @ off, gradient - off / self.prior.width
        return float(value), gradient

    def best_mean(self, theta: Array) -> float:
        """The prior mean at theta: the given one, or the one that makes the likelihood largest."""
        if self.mean is not None:
            return self.mean
        s = np.exp(-2 * theta[:-2]) @ self._squares
        power, noise = np.exp(2 * theta[-2:])
        n = len(self.y)
        return best_mean(factor((power * self.shape.correlation(s)).reshape(n, n) + noise * np.eye(n), power), self.y)


def maximise(
    likelihood: Likelihood, starts: Sequence[Array], low: Array, high: Array, max_steps: int = 100
) -> tuple[Array, float]:
    """The best theta that gradient steps (L-BFGS-B) reach from any of the starts, and the value there.

    Args:
        likelihood: what is to be large.
        starts: the first is returned where no step improves on it.
        low: (g + 2,) lower bounds.
        high: (g + 2,) upper bounds; where they equal the lower ones, theta stays as it is in the start.
        max_steps: steps from each start.
    """
    free = low < high
    best, largest = starts[0], likelihood(starts[0])[0]
    for start in starts if free.any() else ():

        def downhill(part: Array, start: Array = start) -> tuple[float, Array]:
            theta = start.copy()
            theta[free] = part
            value, gradient = likelihood(theta)
            return -value, -gradient[free]

        bounds = list(zip(low[free], high[free], strict=True))
        found = minimize(
            downhill, start[free], jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": max_steps}
        )
        if -found.fun > largest:
            best, largest = start.copy(), -float(found.fun)
            best[free] = found.x
    return best, largest


def best_mean(lower: Array, y: Array) -> float:
    """The constant mean under which y is likeliest, given L: the mean of y weighted by K^-1."""
    weights = cho_solve((lower, True), np.ones_like(y), check_finite=False)
    return float(weights @ y / weights.sum())


def factor(covariance: Array, power: float) -> Array:
    """L of a covariance matrix, lower triangular, with as little added to the diagonal as makes it safe to use.

    Raises:
        ValueError: it is no covariance matrix: even a ten-thousandth of ``power`` on the diagonal is too little.
    """
    for jitter in (0.0, JITTER, 1e3 * JITTER, 1e6 * JITTER):
        try:
            lower: Array = cholesky(
                covariance + jitter * power * np.eye(len(covariance)), lower=True, check_finite=False
            )
        except LinAlgError:
            continue
        smallest = np.diag(lower).min(initial=np.inf)  # nan where there is one in the covariance: LAPACK may not mind
        if smallest > 0 and (jitter or smallest**2 > JITTER * power):
            return lower
    raise ValueError("a covariance matrix must have no negative eigenvalues; check the kernel's numbers for nan")
