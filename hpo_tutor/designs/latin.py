"""How can N trials try N different values of every hyperparameter? Like rooks that may not take each other.

stratum  one of N equal slices of an axis
"""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc


def latin_hypercube(n_points: int, n_dims: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """One point in each stratum of each axis, uniform within it and paired at random; shape (N, d).

    McKay, Beckman & Conover (1979), doi:10.1080/00401706.1979.10489755
    """
    return np.asarray(qmc.LatinHypercube(n_dims, rng=rng).random(n_points))
