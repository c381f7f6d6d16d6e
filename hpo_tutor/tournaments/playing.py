"""How is a tournament played on one machine, all trials that can train at once? In waves, rung by rung.

wave     trials that start together, as many as the scheduler gives
"""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from hpo_tutor.early_stopping.jobs import Job, Scheduler
from hpo_tutor.protocols import Objective, Sampler
from hpo_tutor.tournaments.ledgers import Ledger
from hpo_tutor.tournaments.results import Tournament
from hpo_tutor.tournaments.waves import End, Evaluations, Networks


def play(
    objective: Objective,
    scheduler: Scheduler,
    sampler: Sampler | None = None,
    *,
    seed: int = 0,
    log: str | Path | None = None,
    progress: bool = False,
) -> Tournament:
    """Train trials from rung to rung, as the scheduler says; losers leave, and cost nothing more.

    Live networks (``problems.live``, whose fidelity is epochs) train side by side in one population: who passes a rung
    trains on, the others leave it. Nothing is trained twice. Any other objective is evaluated at each rung.

    Trials that start together are one wave; those that could start later, for instance in the next bracket, wait until
    the wave is over. At a rung all that stop there are reported in the order of their trials, and only then is asked
    who goes on. A trial that diverges, or whose evaluation raises, has failed; the others go on.

    Ctrl-C (Jupyter's stop button) returns what was reported so far.

    Args:
        objective: what is trained. Of several losses the first counts.
        scheduler: who trains on; a fresh one. Its fidelities are what ``objective.evaluate(fidelity=...)`` takes.
        sampler: proposes the configurations, a fresh one; None takes random ones. How it learns: see ``Ledger``.
        seed: decides the trials' own seeds, and random configurations.
        log: a file for the reports, one line each. If it exists, the tournament resumes: what it holds is not done
            again, but networks that were still in training begin from their start, with the same seed. The promotion
            form of asynchronous halving may go another way if the kill came between the reports of one moment.
        progress: whether to show the number of reports and the smallest loss.

    Returns:
        All reports, and what each trial reached.

    Raises:
        ValueError: scheduler or sampler were used before, the log belongs to another tournament, the fidelity is tuned
            as well, the scheduler has no end, or no trial of the first wave can be trained.
    """
    check_space(objective)
    _check_end(scheduler)
    with Ledger(objective, scheduler, sampler, seed=seed, log=log, progress=progress) as ledger:
        playing, interrupted = _Play(objective, ledger), False
        try:
            playing.play()
        except KeyboardInterrupt:
            interrupted = True
        curves = {trial: np.array(losses) for trial, losses in playing.curves.items()}
        return ledger.tournament(playing.n_epochs, curves, interrupted)


class _Play:
    """A tournament that is being played: what it has trained so far."""

    def __init__(self, objective: Any, ledger: Ledger) -> None:
        self.n_epochs = 0.0
        self.curves: dict[int, list[float]] = {}
        self._objective, self._ledger = objective, ledger
        self._together = hasattr(objective, "together") and getattr(objective, "goes_on", True)

    def play(self) -> None:
        """Wave after wave, until the scheduler has no more jobs."""
        while jobs := self._ledger.jobs():
            self._wave(jobs)

    def _wave(self, jobs: list[Job]) -> None:
        """Train the trials of these jobs until all have left; jobs of others wait in the ledger."""
        wave = self._networks(jobs) if self._together else self._evaluations(jobs)
        if wave is None:
            return
        running = {job.trial: job for job in jobs if job.trial in wave}
        try:
            while running:
                ends = wave.ends(running)
                self._refuse_a_wrong_start(wave, ends)
                for job, loss, message in ends:
                    del running[job.trial]
                    self._ledger.report(job, loss, message)
                asked = self._ledger.jobs()
                goes_on = [job for job in asked if job.trial in wave and job.start == wave.reached]
                on = {job.trial: job for job in goes_on}
                self._ledger.put_back([job for job in asked if job.trial not in on])
                running |= on
                wave.keep(list(running))
        finally:
            wave.close()
            self.n_epochs += wave.n_epochs
            self.curves |= wave.curves

    def _evaluations(self, jobs: Sequence[Job]) -> Evaluations:
        configs = {job.trial: self._ledger.configs[job.trial] for job in jobs}
        return Evaluations(self._objective, configs, self._ledger.seeds)

    def _networks(self, jobs: Sequence[Job]) -> Networks | None:
        """Those of the jobs whose networks can be made; the others have failed. None where all have."""
        try:
            return self._made(jobs)
        except ValueError:
            broken = {}
            for job in jobs:
                try:
                    self._made([job])
                except ValueError as error:
                    broken[job] = f"{type(error).__name__}: {error}"
            good = [job for job in jobs if job not in broken]
            if not broken or not (good or self._ledger.reports):
                raise  # there are too many at once, or all are bad from the very first on: the set-up is wrong
            for job, message in broken.items():
                self._ledger.report(job, math.nan, message)
            return self._made(good) if good else None

    def _made(self, jobs: Sequence[Job]) -> Networks:
        trials = [job.trial for job in jobs]
        configs = [self._ledger.configs[trial] for trial in trials]
        seeds = [self._ledger.seeds[trial] for trial in trials]
        return Networks(self._objective.together(configs, seeds=seeds), trials)

    def _refuse_a_wrong_start(self, wave: Networks | Evaluations, ends: Sequence[End]) -> None:
        """Where all evaluations raise from the very first on, the set-up is wrong rather than a config."""
        if not self._ledger.reports and wave.errors and all(math.isnan(end.loss) for end in ends):
            raise wave.errors[0]


def _check_end(scheduler: Scheduler) -> None:
    """Refuse a scheduler that always has one more trial to start."""
    if getattr(scheduler, "n_trials", 0) == math.inf:
        raise ValueError(
            "play starts all trials that can start at once, and the scheduler has no end of them; give it n_trials, or "
            "let workers ask one by one: play_with_workers, or simulate with until="
        )


def check_space(objective: Objective) -> None:
    """Refuse to tune what the scheduler decides."""
    fidelity = getattr(objective, "fidelity", None)
    if fidelity in objective.space.names:
        raise ValueError(
            f"{fidelity} is what the scheduler decides, and it is tuned as well in {objective!r}; leave it out of the "
            "hyperparameters"
        )
