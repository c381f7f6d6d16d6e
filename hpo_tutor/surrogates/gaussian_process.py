"""What do a few trials say about the loss everywhere else, and how sure is that?

    x          (n, d)  points that were observed, in the unit cube or any other box
    y          (n,)    what was observed there, in the loss's unit
    mean, std  (m,)    belief about the function at m points; the noise of an observation is not part of std
    K          (n, n)  covariance of the observations, K = k(x, x) + noise^2 I = L L^T

Rasmussen & Williams (2006), Gaussian Processes for Machine Learning, equations 2.23-2.26 and 2.30.
"""

import math
from collections.abc import Collection

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import cho_solve, solve_triangular
from scipy.linalg.lapack import dtrtrs

from hpo_tutor.surrogates.kernels import SHAPES, Kernel
from hpo_tutor.surrogates.likelihood import Likelihood, factor, maximise
from hpo_tutor.surrogates.threads import one_thread

Array = NDArray[np.float64]


class GaussianProcess:
    """A belief about a function: at any points, its values are jointly Gaussian. It never changes.

    Args:
        kernel: how alike the values at two points are.
        mean: the prior mean, in the loss's unit.

    Attributes:
        kernel, mean: as given.
        x: (n, d) the observed points; (0, d) for the prior, with d = 1 where one length scale serves all axes.
        y: (n,) the observations.

    Raises:
        ValueError: the mean is not finite.
    """

    def __init__(self, kernel: Kernel, mean: float = 0.0) -> None:
        if not math.isfinite(mean):
            raise ValueError(f"the prior mean must be a finite number, got {mean!r}")
        self.kernel, self.mean = kernel, float(mean)
        n_dims = len(kernel.length_scales) if isinstance(kernel.length_scales, tuple) else 1
        self._observe(np.empty((0, n_dims)), np.empty(0))

    def __repr__(self) -> str:
        return f"<GaussianProcess, {len(self.y)} observations, mean {self.mean:.4g}, {self.kernel}>"

    def condition(self, x: ArrayLike, y: ArrayLike) -> "GaussianProcess":
        """A new process that knows these observations too, x (k, d) and y (k,); this one stays as it is.

        Raises:
            ValueError: the shapes do not fit each other or earlier observations, or a number is not finite.
        """
        x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
        self.kernel.scaled(x)
        if y.shape != (len(x),):
            raise ValueError(f"{len(x)} points need {len(x)} observations, a vector, got shape {y.shape}")
        if len(self.y) and x.shape[1] != self.x.shape[1]:
            raise ValueError(f"the points so far have {self.x.shape[1]} columns, these have {x.shape[1]}")
        if not (np.isfinite(x).all() and np.isfinite(y).all()):
            raise ValueError("points and observations must be finite, got nan or infinity; leave failed trials out")
        known = np.concatenate([self.x, x]) if len(self.y) else x
        return self._of(self.kernel, self.mean, known, np.append(self.y, y))

    def predict(self, x: ArrayLike) -> tuple[Array, Array]:
        """Mean and standard deviation of the function at x (m, d), each of shape (m,)."""
        x = np.asarray(x, dtype=np.float64)
        mean, explained = self._explained(x)
        return mean, np.sqrt(np.maximum(self.kernel.amplitude**2 - (explained**2).sum(axis=0), 0.0))

    def covariance(self, a: ArrayLike, b: ArrayLike | None = None) -> Array:
        """Covariance of the function's values at a (m, d) and b (k, d), or at a and a; shape (m, k)."""
        a = np.asarray(a, dtype=np.float64)
        b = a if b is None else np.asarray(b, dtype=np.float64)
        return self.kernel(a, b) - self._explained(a)[1].T @ self._explained(b)[1]

    def slopes(self, x: ArrayLike) -> tuple[float, float, Array, Array]:
        """Mean and standard deviation at one point x (d,), and the derivatives of both, each of shape (d,).

        Where the standard deviation is 0 it has a corner; its derivative is said to be 0 there.

        Raises:
            ValueError: the point has another number of coordinates than the observations.
        """
        x = np.asarray(x, dtype=np.float64)
        if not len(self.y):  # the prior is the same everywhere, and LAPACK takes no empty matrix
            return self.mean, self.kernel.amplitude, np.zeros_like(x), np.zeros_like(x)
        if x.shape != self.x.shape[1:]:
            raise ValueError(f"a point has shape {self.x.shape[1:]}, as the observations have; got shape {x.shape}")
        scales = np.asarray(self.kernel.length_scales)
        apart = (x - self.x) / scales
        s, shape, power = (apart**2).sum(axis=1), SHAPES[self.kernel.shape], self.kernel.amplitude**2
        along = 2 * power * shape.slope(s)[:, None] * apart / scales  # (n, d) derivatives of k(x, x_i)
        k = power * shape.correlation(s)
        explained = dtrtrs(self._factor, k, lower=1)[0]  # called a hundred times an ask: scipy's checks would cost more
        weights = dtrtrs(self._factor, explained, lower=1, trans=1)[0]
        std = math.sqrt(max(power - float(explained @ explained), 0.0))
        mean = self.mean + float(k @ self._alpha)
        return mean, std, along.T @ self._alpha, (-(along.T @ weights) / std if std > 0 else np.zeros_like(x))

    def sample(self, x: ArrayLike, n_draws: int, rng: np.random.Generator) -> Array:
        """Functions drawn from the belief, seen at x (m, d): joint draws, shape (n_draws, m)."""
        x = np.asarray(x, dtype=np.float64)
        mean, _ = self._explained(x)
        covariance = self.covariance(x)
        return mean + rng.normal(size=(n_draws, len(x))) @ factor(covariance, self.kernel.amplitude**2).T

    def log_marginal_likelihood(self) -> float:
        """Log of the density that the prior gave to what was observed; 0 where nothing was."""
        fit = float((self.y - self.mean) @ self._alpha)
        return -0.5 * fit - float(np.log(np.diag(self._factor)).sum()) - 0.5 * len(self.y) * math.log(2 * math.pi)

    def fitted(
        self, rng: np.random.Generator | None = None, n_restarts: int = 4, fixed: Collection[str] = ()
    ) -> "GaussianProcess":
        """The process whose kernel and mean give the observations the largest marginal likelihood.

        Bounds: length scales 0.01 to 10 of the observed points' extent; amplitude 0.01 to 100 and noise 0.0001 to 10
        of the observations' standard deviation. One length scale stays one, several stay several.

        Args:
            rng: draws the further starts; None for default_rng(0).
            n_restarts: searches from random starts, beside one from this kernel; there may be several maxima.
            fixed: what stays as it is, of "length_scales", "amplitude", "noise", "mean".

        Raises:
            ValueError: there are fewer than two observations, or a name in ``fixed`` is unknown.
        """
        names = ("length_scales", "amplitude", "noise", "mean")
        if unknown := set(fixed) - set(names):
            raise ValueError(f"fixed may name {', '.join(names)}; got {sorted(unknown)[0]!r}")
        if len(self.y) < 2:
            raise ValueError(f"a fit needs at least two observations, there are {len(self.y)}; condition() on some")
        rng = np.random.default_rng(0) if rng is None else rng
        n_columns, each = self.x.shape[1], isinstance(self.kernel.length_scales, tuple)
        groups = np.arange(n_columns) if each else np.zeros(n_columns, dtype=np.int_)
        likelihood = Likelihood(self.kernel.shape, self.x, self.y, groups, self.mean if "mean" in fixed else None)
        extent = np.ptp(self.x, axis=0)
        extent = np.where(extent > 0, extent, 1.0) if each else np.array([extent.max() or 1.0])
        spread = float(self.y.std()) or 1.0
        low = np.log([*(0.01 * extent), 0.01 * spread, 1e-4 * spread])
        high = np.log([*(10 * extent), 100 * spread, 10 * spread])
        with np.errstate(divide="ignore"):  # no noise is a logarithm of minus infinity
            own = np.log([*np.atleast_1d(self.kernel.length_scales), self.kernel.amplitude, self.kernel.noise])
        kept = np.repeat([name in fixed for name in names[:3]], [len(extent), 1, 1])
        low, high = np.where(kept, own, low), np.where(kept, own, high)
        starts = [np.where(kept, own, np.clip(own, low, high))]
        for _ in range(n_restarts):
            start = own.copy()
            start[~kept] = rng.uniform(low[~kept], high[~kept])
            starts.append(start)
        with one_thread():
            theta, _ = maximise(likelihood, starts, low, high)
        *scales, amplitude, noise = np.exp(theta)
        kernel = Kernel(self.kernel.shape, scales if each else scales[0], amplitude, noise)
        return self._of(kernel, likelihood.best_mean(theta), self.x, self.y)

    @classmethod
    def _of(cls, kernel: Kernel, mean: float, x: Array, y: Array) -> "GaussianProcess":
        process = cls(kernel, mean)
        process._observe(x, y)
        return process

    def _observe(self, x: Array, y: Array) -> None:
        """Take the observations in; called only while the object is made."""
        self.x, self.y = np.array(x), np.array(y)
        self.x.setflags(write=False)
        self.y.setflags(write=False)
        covariance = self.kernel(self.x) + self.kernel.noise**2 * np.eye(len(y))
        self._factor = factor(covariance, self.kernel.amplitude**2)
        self._alpha = cho_solve((self._factor, True), self.y - self.mean, check_finite=False)

    def _explained(self, x: Array) -> tuple[Array, Array]:
        """Mean at x (m, d), and L^-1 k(observed, x), shape (n, m): its squares are the variance that is explained."""
        if not len(self.y):
            self.kernel.scaled(x)  # points of a wrong shape are refused here, too
            return np.full(len(x), self.mean), np.empty((0, len(x)))
        across = self.kernel(self.x, x)
        return self.mean + across.T @ self._alpha, solve_triangular(
            self._factor, across, lower=True, check_finite=False
        )
