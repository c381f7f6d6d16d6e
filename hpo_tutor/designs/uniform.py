"""What does chance alone give? N independent points, each uniform in the unit cube."""

import numpy as np
from numpy.typing import NDArray


def uniform(n_points: int, n_dims: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Independent uniform points, shape (N, d).

    Bergstra & Bengio (2012), https://jmlr.org/papers/v13/bergstra12a.html
    """
    return rng.random((n_points, n_dims))
