"""How can N trials try N different values of every hyperparameter? Like rooks that may not take each other.

stratum  one of N equal slices of an axis
level    the one value that is tried in a stratum, where it is not left to chance
"""

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

from hpo_tutor.designs import lattices

Levels = Literal["random", "midpoints", "edges"]


def latin_hypercube(
    n_points: int, n_dims: int, rng: np.random.Generator, *, levels: Levels = "random"
) -> NDArray[np.float64]:
    """Each level of each axis once, paired at random; shape (N, d).

    McKay, Beckman & Conover (1979), doi:10.1080/00401706.1979.10489755

    Args:
        n_points: N.
        n_dims: d.
        rng: where chance comes from.
        levels: "random": uniform within each stratum; "midpoints": (k + 1/2) / N, the middles of the strata; "edges":
            k / (N - 1), the first and the last on the edges of the cube (1/2 where N = 1).

    Raises:
        ValueError: there are no such levels.
    """
    if levels == "random":
        return np.asarray(qmc.LatinHypercube(n_dims, rng=rng).random(n_points))
    if levels not in ("midpoints", "edges"):
        raise ValueError(f"levels must be 'random', 'midpoints' or 'edges', they are {levels!r}")
    values = getattr(lattices, levels)(n_points, 1, rng)
    return np.asarray(rng.permuted(np.tile(values, n_dims), axis=0))
