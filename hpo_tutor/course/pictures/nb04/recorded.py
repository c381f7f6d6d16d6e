"""What does a process believe of recorded losses? Its band, beside every loss that was recorded along the axis.

rates    (m,) places of the recorded learning rates, on a logarithmic axis that runs from 0 to 1
losses   (m,) ln(loss) at each of them
"""

import numpy as np
from numpy.typing import ArrayLike

from hpo_tutor.scenes.processes import process
from hpo_tutor.scenes.stage import Axis, Scene
from hpo_tutor.surrogates import GaussianProcess

GRID = np.linspace(0, 1, 201)
ACROSS = Axis("learning rate", 0, 1, ticks=[(k / 3, text) for k, text in enumerate(["0.0001", "0.001", "0.01", "0.1"])])
UP = Axis("ln(loss)", -5, 3)


def recorded(belief: GaussianProcess, rates: ArrayLike, losses: ArrayLike, sentence: str) -> Scene:
    """A process that knows some of the losses; a dashed line joins all of them.

    Args:
        belief: of one input, the place on the axis.
        rates: (m,) increasing, from 0 (learning rate 0.0001) to 1 (0.1).
        losses: (m,) ln(loss).
        sentence: what is to be seen.
    """
    joined = np.interp(GRID, np.asarray(rates, dtype=np.float64), np.asarray(losses, dtype=np.float64))
    return process(belief, GRID, truth=joined, across=ACROSS, up=UP, sentence=sentence)
