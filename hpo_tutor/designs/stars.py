"""Which t directions are spread most evenly, if a direction and its opposite count as one?

t     symmetry, how many directions
d     n_dims
star  (t, d) unit vectors, one for each direction

In the plane they are the corners of a regular polygon. In more dimensions they minimise the energy of charges at the
ends of t needles through one centre, sum over pairs of 1 / |x_i - x_j| + 1 / |x_i + x_j|.
"""

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares, minimize

Array = NDArray[np.float64]

MAX_CHOICES = 10_000
"""So many choices of d among t directions a star may have; each is a kind of tile, and a patch takes seconds."""

_N_STARTS = 20
_FLAT = 1e-6  # less than that of a unit vector is rounding


def star(symmetry: int, n_dims: int) -> Array:
    """Unit vectors (t, d), read only, the same in each run.

    In the plane at the angles 2 pi i / t (t odd) or pi i / t (t even); t = 5 is Penrose's star. In more dimensions the
    best of 20 local minima of the energy: t = d gives the axes, t = d + 1 the corners of a simplex, and t = 6 in 3-D
    the axes of an icosahedron.

    Raises:
        ValueError: d is not 2 to 6, t is below d, or there are more than ``MAX_CHOICES`` choices of d among t.
    """
    _check(symmetry, n_dims)
    return _star(int(symmetry), int(n_dims))


def energy(vectors: Array) -> float:
    """Sum over pairs of 1 / |x_i - x_j| + 1 / |x_i + x_j|, for unit vectors (t, d)."""
    pairs = np.triu_indices(len(vectors), 1)
    cosines = (vectors @ vectors.T)[pairs]
    return float(np.sum(1 / np.sqrt(2 - 2 * cosines) + 1 / np.sqrt(2 + 2 * cosines)))


def _check(symmetry: int, n_dims: int) -> None:
    if n_dims not in range(2, 7):
        raise ValueError(
            f"hypertilings are made for 2 to 6 hyperparameters, not for {n_dims}: "
            + (
                "on one axis take 'grid-midpoints'"
                if n_dims < 2
                else "take 'sobol' or 'lhs', which exist for any number"
            )
        )
    largest = max(t for t in range(n_dims, 200) if math.comb(t, n_dims) <= MAX_CHOICES)
    if symmetry % 1 or not n_dims <= symmetry <= largest:
        raise ValueError(
            f"for {n_dims} hyperparameters the symmetry must be a whole number from {n_dims} to {largest}, it is "
            f"{symmetry}: fewer directions do not span the cube, more make over {MAX_CHOICES:,} kinds of tiles"
        )


@lru_cache(maxsize=64)
def _star(symmetry: int, n_dims: int) -> Array:
    if n_dims == 2:
        angles = np.arange(symmetry) * np.pi / symmetry * (1 + symmetry % 2)
        vectors = np.column_stack([np.cos(angles), np.sin(angles)])
    else:
        vectors = _upright(_least_energy(symmetry, n_dims))
    vectors.flags.writeable = False
    return vectors


def _least_energy(symmetry: int, n_dims: int) -> Array:
    shape = (symmetry, n_dims)

    def slope(flat: Array) -> Array:
        return _slope(flat.reshape(shape)).ravel()

    def height(flat: Array) -> tuple[float, Array]:
        return energy(_unit(flat.reshape(shape))), slope(flat)

    rng = np.random.default_rng(0)
    begins = rng.normal(size=(_N_STARTS, symmetry * n_dims))
    ends = [minimize(height, begin, jac=True, method="L-BFGS-B", options={"maxiter": 1000}) for begin in begins]
    least = min(end.fun for end in ends)
    # the first of equals, since which is lowest by rounding may differ between machines
    best = _unit(next(end.x for end in ends if end.fun < least + 1e-6).reshape(shape))
    # where the slope is zero is known far more exactly than where the energy is least
    return _unit(least_squares(slope, best.ravel(), xtol=1e-15, gtol=1e-15).x.reshape(shape))


def _slope(vectors: Array) -> Array:
    """Gradient (t, d) of the energy of the directions of vectors (t, d), which may have any length."""
    directions = _unit(vectors)
    cosines = directions @ directions.T
    np.fill_diagonal(cosines, 0)
    # the derivative of a pair's energy by its cosine
    pulls = (2 - 2 * cosines) ** -1.5 - (2 + 2 * cosines) ** -1.5
    slope = pulls @ directions
    slope -= np.sum(slope * directions, axis=1, keepdims=True) * directions
    return np.asarray(slope / np.linalg.norm(vectors, axis=1, keepdims=True))


def _unit(vectors: Array) -> Array:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def _upright(vectors: Array) -> Array:
    """Turned so that the first vector is the first axis, the second lies in the plane of the first two, and so on."""
    upper = np.linalg.qr(vectors.T, mode="r")
    # where the first d vectors do not span the space, the last diagonal entry is rounding, and so is its sign
    firsts = np.array([row[np.abs(row) > _FLAT][0] for row in upper])
    return np.asarray((upper * np.sign(firsts)[:, None]).T)
