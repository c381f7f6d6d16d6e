"""Who is who in a tournament, and who has been told what? The books between scheduler, sampler and log.

Whoever trains (``play`` side by side, ``play_with_workers`` on processes) only asks for jobs and reports losses here.
"""

import math
import warnings
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from tqdm.auto import tqdm

from hpo_tutor.early_stopping.jobs import Job, Scheduler
from hpo_tutor.interrupts import uninterrupted
from hpo_tutor.plain import plain, plain_text
from hpo_tutor.protocols import Objective, Sampler, SearchExhausted
from hpo_tutor.samplers.base import BaseSampler
from hpo_tutor.search_space import SearchSpace
from hpo_tutor.tournaments.logs import TournamentLog
from hpo_tutor.tournaments.results import Reported, Tournament
from hpo_tutor.trials import Trial, trial_seed

INTERRUPTED = "interrupted"
AS_BEFORE = "make scheduler and sampler as before (same kind, seed and sizes, fresh), or use another log"


class RandomConfigs(BaseSampler):
    """A random config for each trial, which depends on the seed and its number alone: any tournament begins alike."""

    def view(self) -> None:
        """It believes nothing."""

    def _suggest(self, number: int) -> dict[str, Any]:
        return self.space.sample(np.random.default_rng((self.seed, number)))


class Ledger:
    """The books of one tournament; a context.

    A config is asked of the sampler when a trial starts. A sampler that says ``fidelities = True`` is told every
    report, as a trial with its fidelity. Any other could not tell a loss after one epoch from one after 81, so it is
    told once of each trial: the loss at the last rung it reached, as soon as it is stopped, finished or failed.

    Args:
        objective: what is trained.
        scheduler: who trains on; a fresh one.
        sampler: proposes the configurations, a fresh one; None takes random ones.
        seed: decides the trials' own seeds, and random configurations.
        log: a file for the reports. If it exists, what it holds is replayed into scheduler and sampler.
        progress: whether to show the number of reports and the incumbent's loss.

    Attributes:
        configs, seeds: trial -> its config and its random seed.
        reports: so far, in their order.
        n_replayed: how many of them come from the log.

    Raises:
        ValueError: scheduler or sampler were used before, or the log belongs to another tournament.
    """

    def __init__(
        self,
        objective: Objective,
        scheduler: Scheduler,
        sampler: Sampler | None = None,
        *,
        seed: int = 0,
        log: str | Path | None = None,
        progress: bool = False,
    ) -> None:
        if scheduler.n_started:
            raise ValueError(
                f"a tournament needs a fresh scheduler, and {scheduler!r} has started {scheduler.n_started} trials; "
                "make a new one for each tournament"
            )
        self.scheduler, self._seed = scheduler, int(seed)
        self._sampler: Sampler = RandomConfigs(objective.space, self._seed) if sampler is None else sampler
        self.configs: dict[int, Mapping[str, Any]] = {}
        self.seeds: dict[int, int] = {}
        self.reports: list[Reported] = []
        self._last: dict[int, Reported] = {}  # of trials that the sampler has not been told of
        self._n_asked = self.n_replayed = 0
        self._best = math.inf  # loss of any report
        self._open = ExitStack()
        n_trials = getattr(scheduler, "n_trials", math.inf)
        if math.isfinite(n_trials) and hasattr(self._sampler, "start"):
            self._sampler.start(int(n_trials))
        self._log, self._bar = None, None
        if log is not None:
            identity = {
                "seed": self._seed,
                "objective": plain_text(objective),
                "exactly": getattr(objective, "arithmetic", {}),
                "scheduler": _settings(scheduler),
                "sampler": type(self._sampler).__name__,
                "space": self._sampler.space.describe(),
            }
            self._log = self._open.enter_context(TournamentLog(log, identity))
            try:
                self._replay(self._log)
            except BaseException:
                self._open.close()
                raise
        self._left = [job for _, job in sorted(scheduler.running.items())]
        if progress:
            self._bar = self._open.enter_context(tqdm(total=None, unit="report", initial=self.n_replayed))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    @property
    def space(self) -> SearchSpace:
        """What is searched."""
        return self._sampler.space

    def ask(self) -> Job | None:
        """The next job, its trial's config and seed noted; None where there is none before the next report.

        After a resumed log, first come the jobs that were under way when it ended: whoever trains has lost their
        networks, and trains them again from their start.
        """
        if self._left:
            return self._left.pop(0)
        return self._ask()

    def jobs(self) -> list[Job]:
        """All jobs there are now, in the order of their trials."""
        jobs = []
        while (job := self.ask()) is not None:
            jobs.append(job)
        return sorted(jobs)

    def put_back(self, jobs: Sequence[Job]) -> None:
        """Jobs that cannot begin yet; they are asked for again, before any other."""
        self._left += jobs

    def report(self, job: Job, loss: float, message: str = "") -> list[int]:
        """Learn the loss after a job; nan or infinity where it failed. Ctrl-C waits until it is written down.

        Args:
            job: as ``ask`` gave it.
            loss: the validation loss.
            message: why it failed.

        Returns:
            The trials that this brings to their end.
        """
        if not math.isfinite(loss):
            message = message or f"a loss must be a finite number, it was {loss} at fidelity {job.stop:g}"
            loss = math.nan
        report = Reported(job, self.configs[job.trial], self.seeds[job.trial], float(loss), message)
        with uninterrupted():
            if self._log:
                self._log.append(self._n_asked, report)
            ended = self._learn(report)
        if self._bar is not None:
            self._show(self._bar)
        return ended

    def tournament(
        self, n_epochs: float, curves: Mapping[int, NDArray[np.float64]] | None = None, interrupted: bool = False
    ) -> Tournament:
        """What came out; failures are told of in one warning.

        Args:
            n_epochs: the fidelity that was trained since the log was replayed.
            curves: trial -> losses by epoch.
            interrupted: whether it ended early.
        """
        failed = [report for report in self.reports if not math.isfinite(report.loss)]
        if failed:
            warnings.warn(
                f"{len(failed)} of {len(self.configs)} trials failed; the first is trial {failed[0].trial}: "
                f"{failed[0].message}. history.table() shows them all",
                RuntimeWarning,
                stacklevel=3,
            )
        reported = {report.trial for report in self.reports}
        unreported = [
            Trial(number, config, self.seeds[number], state="failed", message=INTERRUPTED)
            for number, config in self.configs.items()
            if number not in reported
        ]
        replayed = sum(report.job.stop - report.job.start for report in self.reports[: self.n_replayed])
        return Tournament(tuple(self.reports), replayed + n_epochs, dict(curves or {}), interrupted, tuple(unreported))

    def _ask(self) -> Job | None:
        while (job := self.scheduler.ask()) is not None:
            self._n_asked += 1
            if job.trial in self.configs:
                return job
            try:
                trial = self._sampler.ask()
            except SearchExhausted:  # the tournament goes on without those that are missing
                self.scheduler.withdraw(job)
                continue
            if trial.number != job.trial:
                raise ValueError(
                    f"a tournament needs a fresh sampler, and {self._sampler!r} calls trial {job.trial} number "
                    f"{trial.number}; make a new one for each tournament"
                )
            self.configs[job.trial] = trial.config
            self.seeds[job.trial] = trial_seed(self._seed, job.trial)
            return job
        return None

    def _learn(self, report: Reported) -> list[int]:
        """Tell the scheduler, and the sampler what it is to know; the trials that have ended, in their order."""
        self.scheduler.report(report.job, report.loss)
        self.reports.append(report)
        self._best = min(self._best, report.loss) if math.isfinite(report.loss) else self._best
        ended, self.scheduler.states.ended = sorted(set(self.scheduler.states.ended)), []
        if getattr(self._sampler, "fidelities", False):
            self._sampler.tell(report.as_trial(), report.loss)
            return ended
        self._last[report.trial] = report
        for number in ended:
            if (last := self._last.pop(number, None)) is not None:  # one that never had a config has no report
                self._sampler.tell(last.as_trial(), last.loss)
        return ended

    def _replay(self, log: TournamentLog) -> None:
        """Ask and report as the log says."""
        for line in log.lines:
            while self._n_asked < line.asked:
                if self._ask() is None and self._n_asked < line.asked:
                    raise ValueError(f"a resumed tournament must ask for what its log holds, and does not; {AS_BEFORE}")
            job = line.report.job
            if self.scheduler.running.get(job.trial) != job:
                raise ValueError(
                    f"a resumed tournament must ask for what its log holds, but {log.path} reports {job}, which does "
                    f"not run now; {AS_BEFORE}"
                )
            config, seed = self.configs[job.trial], self.seeds[job.trial]
            if plain(config) != plain(line.report.config) or seed != line.report.seed:
                raise ValueError(
                    f"a resumed tournament must ask for what its log holds, but trial {job.trial} in {log.path} is "
                    f"{plain(line.report.config)} and the sampler asks for {plain(config)}; {AS_BEFORE}"
                )
            self._learn(line.report._replace(config=config))
        self.n_replayed = len(self.reports)

    def _show(self, bar: "tqdm[Any]") -> None:
        bar.set_postfix({"smallest loss": f"{self._best:.4g}", "stop": f"{self.reports[-1].job.stop:g}"}, refresh=False)
        bar.update()


def _settings(scheduler: Scheduler) -> dict[str, Any]:
    """What tells a fresh scheduler from others: its kind, and what it says of itself."""
    public = {name: value for name, value in vars(scheduler).items() if not name.startswith("_")}
    return {"kind": type(scheduler).__name__, **{name: value for name, value in public.items() if value != {}}}
