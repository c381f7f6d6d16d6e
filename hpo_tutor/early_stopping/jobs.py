"""What does a scheduler hand out, and what is it told? Jobs go out, losses come in; nothing is trained here.

trial      number of a configuration, from 0, in the order in which they start
fidelity   how much of a training a trial has had, in all: epochs, or the share of the training rows
rung       a fidelity at which trials are compared, from 0
bracket    a ladder of rungs of its own, from 0
"""

import math
from abc import ABC, abstractmethod
from typing import Literal, NamedTuple

State = Literal["running", "waiting", "stopped", "finished", "failed"]
FINAL = ("stopped", "finished", "failed")


class States(dict[int, State]):
    """trial -> its state; ``ended`` are the trials that have come to their end since it was emptied last."""

    def __init__(self) -> None:
        super().__init__()
        self.ended: list[int] = []

    def __setitem__(self, trial: int, state: State) -> None:
        super().__setitem__(trial, state)
        if state in FINAL:
            self.ended.append(trial)


class Job(NamedTuple):
    """Train one trial up to the next rung.

    Attributes:
        trial: its number.
        bracket: the bracket it belongs to.
        rung: the rung it trains to.
        start: the fidelity it has had before; 0 for a new trial.
        stop: the fidelity it has had afterwards.
    """

    trial: int
    bracket: int
    rung: int
    start: float
    stop: float


class Scheduler(ABC):
    """Who trains on, and how far? A free worker asks for a job, and reports the loss when it is done.

    Reports may come in any order. A crash is reported as nan: that trial has failed, and the others go on.

    Attributes:
        rungs: the fidelities of each bracket, rising.
        running: trial -> its job, of the jobs that were asked for and not yet reported.
        states: trial -> "running" (some worker has it), "waiting" (it is compared, or may still be promoted),
            "stopped" (it trains no more), "finished" (it has had the whole training), "failed".
    """

    rungs: tuple[tuple[float, ...], ...]

    def __init__(self) -> None:
        self.running: dict[int, Job] = {}
        self.states = States()

    @property
    def n_started(self) -> int:
        """Trials so far."""
        return len(self.states)

    @property
    @abstractmethod
    def finished(self) -> bool:
        """Whether no job runs and none will ever come."""

    def ask(self) -> Job | None:
        """Work for a free worker; None where there is none now, so that the worker waits for the next report."""
        job = self._next()
        if job is not None:
            self.running[job.trial] = job
            self.states[job.trial] = "running"
        return job

    def report(self, job: Job, loss: float) -> None:
        """Learn the validation loss that a trial has after its job; nan or infinity where it failed.

        Raises:
            ValueError: that job is not running; then nothing is learnt.
        """
        if self.running.get(job.trial) != job:
            known = self.running.get(job.trial)
            raise ValueError(
                f"only a running job can be reported; trial {job.trial} "
                f"{f'runs {known}' if known else 'does not run'}, got {job}; report each job once, as ask() gave it"
            )
        del self.running[job.trial]
        if math.isfinite(loss):
            self.states[job.trial] = "waiting"
            self._learn(job, float(loss))
        else:
            self.states[job.trial] = "failed"
            self._learn(job, math.inf)

    def withdraw(self, job: Job) -> None:
        """Take the first job of a trial back, because there is no configuration for it, and never will be.

        Here the trial counts as failed, since a bracket that was planned waits for all its trials.
        """
        self.report(job, math.nan)

    @abstractmethod
    def _next(self) -> Job | None:
        """The next job."""

    @abstractmethod
    def _learn(self, job: Job, loss: float) -> None:
        """Take note of a report; the state is "waiting" or "failed" (with an infinite loss), and may be set anew."""
