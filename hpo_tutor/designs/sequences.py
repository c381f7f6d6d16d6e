"""Which sequence fills the cube evenly, however early it is cut? Sobol's."""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc


def sobol(n_points: int, n_dims: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """The first N points of a scrambled Sobol sequence, shape (N, d).

    Sobol (1967), doi:10.1016/0041-5553(67)90144-9; scrambled after Owen (1998), doi:10.1145/301677.301680
    """
    # a whole power of two is drawn and cut, because scipy warns of anything else
    return np.asarray(qmc.Sobol(n_dims, rng=rng).random_base2((n_points - 1).bit_length())[:n_points])
