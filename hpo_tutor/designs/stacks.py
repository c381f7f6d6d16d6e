"""What does a design do on average? Many draws of it at once.

m       n_designs, how many draws
N, d    points of each, hyperparameters; a stack is (m, N, d)

Benchmarks draw a design anew for each of ten thousand problems, where the time that one call takes is most of the work.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpo_tutor import designs
from hpo_tutor.designs import lattices

Array = NDArray[np.float64]


def make_many(
    name: str, n_points: int, n_dims: int, n_designs: int, seed: int | np.random.Generator = 0, **options: Any
) -> Array:
    """Independent draws of a design, shape (m, N, d).

    The designs of ``QUICK`` come at once; of the others each draw is a ``make`` with a seed of its own. ``grid`` and
    ``grid-midpoints`` have nothing random in them: all their draws are the same.

    Args:
        name: one of ``designs.NAMES``.
        n_points: how many points each has; lattices give the largest n^d that is no larger.
        n_dims: how many hyperparameters.
        n_designs: how many draws, at least 1.
        seed: the same seed gives the same stack; a draw of it is not what ``make`` gives for that seed.
        options: as for ``designs.make``.

    Raises:
        ValueError: n_designs is below 1, or as for ``designs.make``.
    """
    if n_designs % 1 or n_designs < 1:
        raise ValueError(f"n_designs must be a whole number of at least 1, it is {n_designs}")
    rng = np.random.default_rng(seed)
    if name in QUICK:
        first = designs.make(name, n_points, n_dims, rng, **options)  # checks what was asked for, and has its shape
        return QUICK[name](first, (int(n_designs), *first.shape), rng, **options)
    return np.stack([designs.make(name, n_points, n_dims, each, **options) for each in rng.spawn(int(n_designs))])


def _alike(first: Array, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    return np.broadcast_to(first, shape).copy()


def _jittered(first: Array, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    _, n_points, n_dims = shape
    n = lattices.n_levels(n_points, n_dims)
    cells = np.floor(lattices.midpoints(n_points, n_dims, rng) * n)
    return np.asarray((cells + rng.random(shape)) / n)


def _random(first: Array, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    return rng.random(shape)


def _lhs(first: Array, shape: tuple[int, ...], rng: np.random.Generator, levels: str = "random") -> Array:
    """On each axis the N strata in random order; where in its stratum a point stands, ``levels`` says."""
    n_points = shape[1]
    strata = rng.random(shape).argsort(axis=1)
    if levels == "edges":  # of strata that begin on one edge and end on the other
        return strata / (n_points - 1) if n_points > 1 else _alike(first, shape, rng)
    return np.asarray((strata + (0.5 if levels == "midpoints" else rng.random(shape))) / n_points)


QUICK: dict[str, Callable[..., Array]] = {
    "grid": _alike,
    "grid-midpoints": _alike,
    "jittered": _jittered,
    "random": _random,
    "lhs": _lhs,
}
"""Designs of which ten thousand draws take milliseconds."""
