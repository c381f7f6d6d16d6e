"""Learning curves that no network ever had: small, quickly made, and lawful as a recording is."""

import numpy as np

from hpo_tutor.problems.landscapes.files import Axis, Recorded
from hpo_tutor.problems.landscapes.learning_curves import SPEEDS, Curves

N_EPOCHS = 27
RATES, WIDTHS = (0.001, 0.01, 0.1), (4, 16, 64)
SECONDS = (1.0, 2.0, 6.0)  # of an epoch, by width


def small_curves() -> Curves:
    """Losses fall from 1 towards a floor; the rate 0.01 and the width 64 are best; wide networks take longer."""
    epochs = np.arange(1, N_EPOCHS + 1)
    floors = np.array([[0.5, 0.4, 0.3], [0.3, 0.2, 0.1], [0.6, 0.6, 0.6]])
    speeds = np.array([0.05, 0.2, 0.5])
    one = floors[..., None] + (1 - floors[..., None]) * np.exp(-speeds[:, None, None] * epochs)
    axes = (
        Axis("learning_rate", RATES, log=True),
        Axis("width", WIDTHS, log=True, whole=True),
        Axis("epochs", tuple(int(epoch) for epoch in epochs), whole=True),
    )
    about = {
        "fixed": {},
        "loss_name": "error",
        "loss_unit": "share",
        "seeds": [0, 1],
        SPEEDS: {"axes": ["width"], "medians": list(SECONDS)},
    }
    losses = np.stack([one, one + 0.01 / epochs])[None].astype(np.float32)
    return Curves(Recorded("small-curves", axes, losses, about))
