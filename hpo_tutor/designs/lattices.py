"""Which points have n levels on every axis? Two grids, and the grid with one random point in each cell.

n     levels on each axis, the largest with n^d <= N
N, d  points wanted, hyperparameters; each function returns (n^d, d), the last axis turning fastest

Much of what is said against "the grid" is said against levels on the edges: midpoints cover the cube better.
"""

import math

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def n_levels(n_points: int, n_dims: int) -> int:
    """The largest n with n^d <= N, exactly."""
    n = round(math.pow(n_points, 1 / n_dims))
    while n**n_dims > n_points:  # a root in floating point is off by one now and then: 125^(1/3) is 4.99...
        n -= 1
    while (n + 1) ** n_dims <= n_points:
        n += 1
    return n


def edges(n_points: int, n_dims: int, rng: np.random.Generator) -> Array:
    """Levels k / (n - 1), the first and the last on the edges; shape (n^d, d).

    A single level has no two edges to stand on and stands in the centre, which is nearest to everything.
    """
    n = n_levels(n_points, n_dims)
    return _lattice(np.linspace(0, 1, n) if n > 1 else np.array([0.5]), n_dims)


def midpoints(n_points: int, n_dims: int, rng: np.random.Generator) -> Array:
    """Levels (k + 1/2) / n, the middles of n equal cells; shape (n^d, d)."""
    n = n_levels(n_points, n_dims)
    return _lattice((np.arange(n) + 0.5) / n, n_dims)


def jittered(n_points: int, n_dims: int, rng: np.random.Generator) -> Array:
    """One uniform point in each of the n^d cells; shape (n^d, d)."""
    n = n_levels(n_points, n_dims)
    corners = _lattice(np.arange(n, dtype=np.float64), n_dims)
    return np.asarray((corners + rng.random(corners.shape)) / n)


def _lattice(levels: Array, n_dims: int) -> Array:
    """Every combination of the levels, shape (n^d, d)."""
    if len(levels) == 1:  # numpy has no arrays of more than 64 axes
        return np.full((1, n_dims), levels[0])
    return levels[np.indices((len(levels),) * n_dims).reshape(n_dims, -1).T]
