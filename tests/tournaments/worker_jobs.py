"""An objective for the tests of workers; it stands in a module of its own, so that workers import it."""

import os
import signal
from pathlib import Path

import numpy as np

from hpo_tutor.search_space import Float, SearchSpace


class Mortal:
    """X + 1 / fidelity; what is named in ``kills`` and ``raises`` does so, at those fidelities."""

    space, loss_names = SearchSpace(x=Float(0, 1)), ("loss",)

    def __init__(self, kills=(), raises=(), mark=None):
        self.kills, self.raises, self.mark = kills, raises, mark

    def __call__(self, config):
        """The loss in the end."""
        return config["x"]

    def evaluate(self, configs, *, seeds, fidelity=None):
        """Shape (K,)."""
        (config,) = configs
        here = (round(config["x"], 6), fidelity)
        if here in self.kills and not (self.mark and Path(self.mark).exists()):
            if self.mark:
                Path(self.mark).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        if here in self.raises:
            raise ArithmeticError("no loss here")
        return np.array([config["x"] + 1 / fidelity])
