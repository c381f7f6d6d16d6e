"""What does every sampler keep? Numbers, random numbers, and the books: what is pending, what has been told.

A sampler of its own needs one method, ``_suggest``, and says what it believed in ``view``.

number   position of a trial in this sampler's questions, from 0
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from hpo_tutor.search_space import SearchSpace
from hpo_tutor.trials import Trial

# Objectives and samplers are often given the same small seed. Were both to start from it, the first random config
# would be made of the very numbers that placed the minimum.
_SAMPLERS_OWN = 2**32 - 1


class BaseSampler(ABC):
    """The bookkeeping of a sampler.

    Args:
        space: what is searched; it is never changed.
        seed: the same seed asks for the same configs, given the same answers.

    Attributes:
        n_trials: the budget that ``start`` named; None before.
        pending: number -> trial asked for and not yet told.
        told: trials whose losses are known, complete or failed, foreign ones included, in the order of arrival.
        rng: the sampler's own random numbers.
    """

    def __init__(self, space: SearchSpace, seed: int = 0) -> None:
        self.space = space
        self.seed = seed
        self.rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(_SAMPLERS_OWN,)))
        self.n_trials: int | None = None
        self.n_asked = 0
        self.pending: dict[int, Trial] = {}
        self.told: list[Trial] = []

    def start(self, n_trials: int) -> None:
        """Hear the budget of the whole search.

        Raises:
            ValueError: the budget is below one trial.
        """
        if n_trials < 1:
            raise ValueError(f"n_trials must be at least 1, it is {n_trials}")
        self.n_trials = n_trials

    def ask(self) -> Trial:
        """The next trial, pending until it is told.

        Raises:
            SearchExhausted: there is nothing left to propose, now and at every later call.
        """
        trial = Trial(self.n_asked, self._suggest(self.n_asked))
        self.n_asked += 1
        self.pending[trial.number] = trial
        return trial

    def tell(self, trial: Trial, loss: float | Sequence[float]) -> None:
        """Learn what a trial reached, in any order; trials that were never asked for here are accepted.

        Args:
            trial: as asked, or of another search.
            loss: one number, or several of which the first is minimised; nan or infinity among them tells of a failure.

        Raises:
            ValueError: there is no loss at all, or the config lies outside the space; then nothing is learnt.
        """
        self.space.to_unit(trial.config)
        losses = tuple(float(value) for value in np.ravel(loss))
        if not losses:
            raise ValueError(f"trial {trial.number} needs a loss, it was told {loss!r}; a failed trial is told nan")
        asked = self.pending.get(trial.number)
        if asked is not None and asked.config == trial.config:  # a foreign trial may bear the number of a pending one
            del self.pending[trial.number]
        told = replace(trial, losses=losses, state="complete" if all(map(math.isfinite, losses)) else "failed")
        self.told.append(told)
        self._learn(told)

    @abstractmethod
    def view(self) -> Any:
        """The belief behind the last ``ask``, a frozen NamedTuple (see ``views``)."""

    @abstractmethod
    def _suggest(self, number: int) -> dict[str, Any]:
        """The config of trial ``number``; raises SearchExhausted when there is none."""

    def _learn(self, trial: Trial) -> None:  # noqa: B027 - a design learns nothing
        """Take note of a trial that is complete or failed; ``told`` holds it already."""
