"""Which design finds the bottom of a random bowl? A benchmark that needs no data, and thousands of trials of it.

t         n_problems: bowls f(x) = ||((x - p) A) * w||^2, as ``functions.RandomQuadratic`` draws them
points    in the unit cube, as designs are; x = points - 1/2
m         n_patterns: draws of a design that all meet the same bowls

All designs with the same seed meet the same bowls, so what is hard about a bowl cancels in their difference.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hpo_tutor.problems.functions import quadratic_members

Array = NDArray[np.float64]


def best_losses(points: ArrayLike, n_problems: int = 10_000, seed: int = 0) -> Array:
    """The smallest loss that a design reaches on each of t random quadratics, shape (t,); their minimum is 0.

    Args:
        points: (N, d) in the unit cube, the same for all bowls; or (t, N, d), a design of its own for each of them.
        n_problems: how many bowls.
        seed: which bowls; bowl k is ``function("random-quadratic", d, seed=member_seeds(t, seed)[k])``.

    Raises:
        ValueError: points has another shape or none are in it, or n_problems is below 1.
    """
    stack = np.asarray(points, dtype=np.float64)
    stack = stack[None] if stack.ndim == 2 else stack
    if n_problems % 1 or n_problems < 1:
        raise ValueError(f"n_problems must be a whole number of at least 1, it is {n_problems}")
    if stack.ndim != 3 or len(stack) not in (1, n_problems) or not stack.size:
        raise ValueError(
            f"points must have the shape (N, d), or (n_problems, N, d) with n_problems = {n_problems}, got shape "
            f"{np.shape(points)}; for some patterns on the same bowls take pattern_losses"
        )
    slopes, bottoms = _bowls(int(n_problems), stack.shape[2], seed)
    steps = (stack - 0.5) @ slopes  # (t, N, d)
    steps -= bottoms
    return np.asarray(np.einsum("tnd,tnd->tn", steps, steps).min(axis=1))


def pattern_losses(patterns: ArrayLike, n_problems: int = 10_000, seed: int = 0) -> Array:
    """The smallest loss of each of m patterns on the same t random quadratics, shape (t, m).

    For designs that take too long to be drawn ten thousand times. Their mean hangs on the patterns as well as on the
    bowls: ``result.mean(axis=0)`` has one for each pattern, and their spread says how far to trust a single one.

    Args:
        patterns: (m, N, d) in the unit cube.
        n_problems: how many bowls.
        seed: as for ``best_losses``.

    Raises:
        ValueError: patterns has another shape, or none are in it.
    """
    stack = np.asarray(patterns, dtype=np.float64)
    if stack.ndim != 3 or not stack.size:
        raise ValueError(f"patterns must have the shape (m, N, d), got shape {stack.shape}; for one pass [points]")
    return np.stack([best_losses(pattern, n_problems, seed) for pattern in stack], axis=1)


def mean_squared_distance(points: ArrayLike, n_places: int = 100_000, seed: int = 0) -> float:
    """From a uniformly random place of the unit cube to the nearest point (N, d), by simulation.

    Times 10,000 / d^2 it is the mean loss of the point nearest to p, exactly, because a bowl is as steep along one axis
    as along another on average; the best point is at least as good. A lattice with n levels has d / (12 n^2) with
    levels at midpoints, d / (12 (n - 1)^2) on the edges: no better than midpoints with one level fewer.

    Raises:
        ValueError: points has another shape, or none are in it.
    """
    from scipy.spatial import cKDTree  # most who draw bowls never measure a distance

    stack = np.asarray(points, dtype=np.float64)
    if stack.ndim != 2 or not stack.size:
        raise ValueError(f"points must have the shape (N, d), with at least one of them, got shape {stack.shape}")
    places = np.random.default_rng(seed).random((n_places, stack.shape[1]))
    distances, _ = cKDTree(stack).query(places)
    return float(np.mean(np.square(distances)))


def member_seeds(n_problems: int, seed: int = 0) -> list[int]:
    """Which members of the family are met, (t,); fewer bowls of the same seed are the first of more."""
    return [int(number) for number in np.random.SeedSequence(seed).generate_state(n_problems)]


@lru_cache(maxsize=4)  # to draw the bowls takes longer than to try a design on them
def _bowls(n_problems: int, n_dims: int, seed: int) -> tuple[Array, Array]:
    """A * w (t, d, d), and the minimisers under it, p A * w (t, 1, d)."""
    A, w, p = quadratic_members(member_seeds(n_problems, seed), n_dims)  # noqa: N806 - the source's letters
    slopes = A * w[:, None, :]
    return slopes, p[:, None, :] @ slopes
