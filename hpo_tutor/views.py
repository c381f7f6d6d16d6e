"""What did a sampler believe when it asked last? Numbers only; pictures are made of them elsewhere.

N, d  points of a design, hyperparameters

A view is a frozen NamedTuple whose arrays cannot be written to, so that a kept view is a record.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class DesignView(NamedTuple):
    """The belief of a design, which never changes: where all the trials go.

    Attributes:
        points: (N, d) in the unit cube, in the order in which they are tried; (0, d) before the budget is known.
        n_asked: how many of them have been asked for.
        name: the design's name.
    """

    points: NDArray[np.float64]
    n_asked: int
    name: str
