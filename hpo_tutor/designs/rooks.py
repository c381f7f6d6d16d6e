"""How far apart can N rooks stand that try N different values of every hyperparameter?

A Latin hypercube (``latin``) may put its points in a row, spheres that do not overlap (``spheres``) may share a value
on an axis. These rooks do neither: each axis has each of the N levels (k + 1/2) / N once, and all keep a distance. How
large the distance can be is not known in general, so it is the largest found, and how hard was tried is told.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from hpo_tutor.designs import boards
from hpo_tutor.designs.lattices import midpoints

N_RUNS = 10  # of sequential addition for each distance, one where there are many rooks
LARGEST_BOARD, MOST_COLUMNS = 31, 50_000_000  # up to which every board is tried, and how many columns of one row
FEWEST_SWAPS, MOST_STEPS = 500_000, 200_000_000  # a swap that is done takes N steps


class Rooks(NamedTuple):
    """A Latin hypercube whose points keep a distance.

    Attributes:
        points: (N, d) in the unit cube, levels (k + 1/2) / N.
        diameter: the smallest distance of two points, so that spheres of this diameter do not overlap; nan for a
            single point.
        added: the smallest distance that sequential addition alone had reached, before the swaps.
        n_tries: how many sequential additions were tried.
        n_swaps: how many swaps were tried.
        proved: whether it is known that no Latin hypercube of these levels has a larger smallest distance.
    """

    points: NDArray[np.float64]
    diameter: float
    added: float
    n_tries: int
    n_swaps: int
    proved: bool


def rsa_lhs(n_points: int, n_dims: int, rng: np.random.Generator, *, n_swaps: int | None = None) -> Rooks:
    """A Latin hypercube by random sequential addition, then improved by swaps; the largest distance found.

    Rooks are added one after another, each on free levels and at least D from all before it. The largest D for which
    one of ten runs (a single one beyond N = 1,000) places all N rooks is found by bisection. Then pairs of rooks swap
    their levels on an axis (``boards.swap``), which lets D grow further. In two dimensions, for N up to 31, every board
    that could be better is tried at last (``boards.search``), so that the largest D is known, as van Dam et al. (2007),
    doi:10.1287/opre.1060.0317, know it up to N = 70.

    No budget depends on a clock: a seed gives the same points again.

    Args:
        n_points: N.
        n_dims: d.
        rng: where chance comes from.
        n_swaps: how many swaps are tried at most; 0 leaves the rooks as they were added; None: 2,000 N d, but at least
            500,000, and at most 200,000,000 / N, which takes seconds where N = 1,000. Beyond N = 1,000 none is.

    Raises:
        ValueError: ``n_swaps`` is negative, or not a whole number.
    """
    if n_swaps is None:
        n_swaps = min(max(2000 * n_points * n_dims, FEWEST_SWAPS), MOST_STEPS // n_points)
        n_swaps *= n_points <= boards.MANY
    if n_swaps < 0 or n_swaps % 1:
        raise ValueError(
            f"n_swaps must be a whole number and not negative, it is {n_swaps}; 0 leaves the rooks as they were added"
        )
    n_swaps = int(n_swaps)
    if n_points == 1:
        return Rooks(midpoints(1, n_dims, rng), math.nan, math.nan, 0, 0, True)
    most = _most(n_points, n_dims)
    rooks, least, n_tries = _added(n_points, n_dims, most, rng)
    added, n_tried = least, 0
    if n_swaps and least < most:
        rooks, least, n_tried = boards.swap(rooks, n_swaps, most, rng)
    if n_swaps and n_dims == 2 and n_points <= LARGEST_BOARD:
        rooks, least, most = _searched(rooks, least, most, rng)
    return Rooks(
        points=(rooks + 0.5) / n_points,
        diameter=math.sqrt(least) / n_points,
        added=math.sqrt(added) / n_points,
        n_tries=n_tries,
        n_swaps=n_tried,
        proved=least == most,
    )


def _most(n_points: int, n_dims: int) -> int:
    """A squared distance, in levels, that no smallest distance surpasses: the mean over all pairs of rooks.

    On one axis it is N (N + 1) / 6 in every Latin hypercube, and neighbours are one level apart. van Dam, Rennen &
    Husslage (2009), doi:10.1287/opre.1080.0604
    """
    return n_points * (n_points + 1) * n_dims // 6 if n_dims > 1 else 1


def _added(n_points: int, n_dims: int, most: int, rng: np.random.Generator) -> tuple[NDArray[np.int64], int, int]:
    """Rooks by sequential addition, their smallest squared distance in levels, and how many additions were tried."""
    least, n_tries = n_dims, 1  # no pair is nearer, because all its levels differ
    rooks, _ = boards.add(n_points, n_dims, least, rng)
    while least < most:
        middle = (least + most + 1) // 2
        for _ in range(N_RUNS if n_points <= boards.MANY else 1):
            n_tries += 1
            found, n_placed = boards.add(n_points, n_dims, middle, rng)
            if n_placed == n_points:
                rooks, least = found, _smallest(found)
                break
        else:
            most = middle - 1
    return rooks, least, n_tries


def _searched(
    rooks: NDArray[np.int64], least: int, most: int, rng: np.random.Generator
) -> tuple[NDArray[np.int64], int, int]:
    """Rooks on the best board, their smallest squared distance, and what is now known not to be surpassed."""
    n = len(rooks)
    steps = np.arange(1, n) ** 2
    for wanted in np.unique(np.add.outer(steps, steps)):
        if least < wanted <= most:
            found, reached, n_columns = boards.search(n, int(wanted), MOST_COLUMNS, rng)
            if not reached:
                return rooks, least, least if n_columns < MOST_COLUMNS else most
            rooks, least = found, _smallest(found)
    return rooks, least, least


def _smallest(rooks: NDArray[np.int64]) -> int:
    """The smallest squared distance of two rooks."""
    nearest = np.asarray(cKDTree(rooks).query(rooks, k=[2])[0])  # all pairs of 25,000 rooks would take gigabytes
    return round(float(nearest.min()) ** 2)
