"""How do trials that start together train from rung to rung? Side by side as networks, or evaluated rung by rung.

wave     trials that start together; they train in step, so that jobs end in the order of their rungs
"""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from hpo_tutor.early_stopping.jobs import Job
from hpo_tutor.protocols import Objective

if TYPE_CHECKING:  # where nothing trains here, torch is not loaded
    from hpo_tutor.problems import tasks

Config = Mapping[str, Any]


class End(NamedTuple):
    """A job that ended: its loss, nan where it failed, and then why."""

    job: Job
    loss: float
    message: str = ""


class Networks:
    """A wave of networks in one population: nothing is trained twice, and who leaves costs nothing more.

    Args:
        population: the networks, such as ``Live.together`` gives.
        trials: their trials' numbers, in the order of the population.

    Attributes:
        reached: epochs that those who are still in it have had.
        n_epochs: epochs that were trained in all.
        curves: trial -> its losses by epoch.
    """

    def __init__(self, population: "tasks.Together", trials: Sequence[int]) -> None:
        self.reached, self.n_epochs = 0.0, 0.0
        self.curves: dict[int, list[float]] = {trial: [] for trial in trials}
        self.errors: list[Exception] = []  # networks that cannot be made never come here
        self._places = {trial: place for place, trial in enumerate(trials)}
        self._population, self._epochs = population, population.fit()

    def ends(self, running: Mapping[int, Job]) -> list[End]:
        """Train until some of the running jobs end, or their networks diverge; those, in the order of trials."""
        for job in running.values():
            if job.stop != int(job.stop) or job.stop < 1:
                raise ValueError(
                    f"a network trains whole epochs, and trial {job.trial} is to stop at {job.stop:g}; give the "
                    'scheduler whole fidelities from 1, or the objective fidelity="rows" for shares of the rows'
                )
        ended: list[End] = []
        while not ended:
            epoch = next(self._epochs)
            self.reached = epoch.epoch
            self.n_epochs += int(epoch.trained.sum())
            for trial, job in sorted(running.items()):
                loss = float(epoch.losses[self._places[trial]])
                self.curves[trial].append(loss)
                if not math.isfinite(loss):
                    ended.append(End(job, math.nan, f"the loss was {loss} after {epoch.epoch} epochs"))
                elif epoch.epoch == job.stop:
                    ended.append(End(job, loss))
        return ended

    def close(self) -> None:
        """Nobody trains any further."""
        self._epochs.close()

    def keep(self, trials: Sequence[int]) -> None:
        """All others leave: the population is compacted before the next epoch."""
        gone = sorted(self._places.keys() - set(trials))
        self._population.stop([self._places.pop(trial) for trial in gone])

    def __contains__(self, trial: int) -> bool:
        """Whether a trial has not left."""
        return trial in self._places


class Evaluations:
    """A wave of trials whose loss at a rung is what the objective returns at that fidelity.

    Args:
        objective: evaluated with ``fidelity=``.
        configs, seeds: trial -> its config and seed.

    Attributes:
        reached: the fidelity that those who are still in it have had.
        n_epochs: the fidelity that was trained in all. An objective that says ``goes_on = False`` begins each job anew.
        curves: nothing is known between the rungs.
        errors: exceptions that evaluations raised.
    """

    def __init__(self, objective: Objective, configs: Mapping[int, Config], seeds: Mapping[int, int]) -> None:
        self.reached, self.n_epochs = 0.0, 0.0
        self.curves: dict[int, list[float]] = {}
        self.errors: list[Exception] = []
        self._objective, self._goes_on = objective, getattr(objective, "goes_on", True)
        self._configs, self._seeds = configs, seeds
        self._trials = set(configs)

    def ends(self, running: Mapping[int, Job]) -> list[End]:
        """Those of the running jobs that end first, in the order of trials."""
        self.reached = min(job.stop for job in running.values())
        jobs = [job for _, job in sorted(running.items()) if job.stop == self.reached]
        self.n_epochs += sum(job.stop - job.start * self._goes_on for job in jobs)
        if len(jobs) > 1:
            try:
                return self._evaluated(jobs)
            except Exception as error:  # one bad config must not cost the others: each is tried on its own below
                self.errors.append(error)
        ended = []
        for job in jobs:
            try:
                ended += self._evaluated([job])
            except Exception as error:
                self.errors.append(error)
                ended.append(End(job, math.nan, f"{type(error).__name__}: {error}"))
        return ended

    def close(self) -> None:
        """There is nothing to stop."""

    def keep(self, trials: Sequence[int]) -> None:
        """All others leave."""
        self._trials &= set(trials)

    def __contains__(self, trial: int) -> bool:
        """Whether a trial has not left."""
        return trial in self._trials

    def _evaluated(self, jobs: Sequence[Job]) -> list[End]:
        configs = [self._configs[job.trial] for job in jobs]
        seeds = [self._seeds[job.trial] for job in jobs]
        losses = np.asarray(self._objective.evaluate(configs, seeds=seeds, fidelity=self.reached), dtype=np.float64)
        if losses.ndim not in (1, 2) or len(losses) != len(jobs):
            raise ValueError(f"evaluate must return shape ({len(jobs)},) or ({len(jobs)}, m), got {losses.shape}")
        firsts = losses.reshape(len(jobs), -1)[:, 0]  # the first of several is minimised
        return [End(job, float(loss)) for job, loss in zip(jobs, firsts, strict=True)]
