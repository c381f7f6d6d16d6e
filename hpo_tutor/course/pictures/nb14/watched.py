"""Which tiles were open when a trial was asked for? A search over tiles whose views are noted on the way."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.protocols import Objective, Sampler
from hpo_tutor.trials import History, Trial
from hpo_tutor.tuning import minimize
from hpo_tutor.views import TilesView


class Filling(NamedTuple):
    """A search over tiles.

    Attributes:
        history: its trials.
        closed: (n, tiles) which tiles were closed, or had nothing left, when each trial was asked for; the values of
            the last hyperparameter of ``by`` vary fastest.
        by: the hyperparameters that make the tiles.
    """

    history: History
    closed: NDArray[np.bool_]
    by: tuple[str, ...]


class _Watched:
    """A sampler over tiles, whose view is noted after each question."""

    def __init__(self, sampler: Sampler) -> None:
        self.space = sampler.space
        self.sampler = sampler
        self.closed: list[list[bool]] = []

    def start(self, n_trials: int) -> None:
        self.sampler.start(n_trials)

    def ask(self) -> Trial:
        trial = self.sampler.ask()
        self.closed.append([not tile.open for tile in self.view().tiles])
        return trial

    def tell(self, trial: Trial, loss: float | Sequence[float]) -> None:
        self.sampler.tell(trial, loss)

    def view(self) -> TilesView:
        view: TilesView = self.sampler.view()
        return view


def fill(objective: Objective, sampler: Sampler, n_trials: int, seed: int = 0) -> Filling:
    """Search, and note before each trial which tiles are closed.

    Args:
        objective: what is minimised.
        sampler: a fresh ``samplers.Tiles``.
        n_trials: the budget.
        seed: of the trials.
    """
    watched = _Watched(sampler)
    history = minimize(objective, watched, n_trials, seed=seed, progress=False)
    return Filling(history, np.array(watched.closed[: len(history)]), watched.view().by)
