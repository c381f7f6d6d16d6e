"""How would a tournament go with a thousand workers? Recorded losses, and a clock that jumps from report to report.

K          trials whose curves are known
epochs     the fidelity: a job (start, stop] takes (stop - start) epochs, and reports the loss after epoch ``stop``
unit       the mean time of an epoch over the trials, to which ``crashes`` refers
A worker that is free asks the scheduler. Where it gets nothing it waits, and asks again after the next report. All
reports of one moment come first, then the free workers ask in the order of their numbers.
"""

import math
from collections.abc import Callable, Sequence
from heapq import heapify, heappop, heappush
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from hpo_tutor.early_stopping.jobs import Job, Scheduler
from hpo_tutor.tournaments.stragglers import Luck
from hpo_tutor.tournaments.timelines import Span, Timeline, whole_training

Course = Callable[[Job], tuple[float, float]]  # a job's seconds, and the loss that it reports in the end


class Desk(Protocol):
    """Where workers ask and report: a scheduler itself, or whoever keeps its books."""

    def ask(self) -> Job | None:
        """Work for a free worker; None where there is none now."""

    def report(self, job: Job, loss: float) -> object:
        """The loss at the end of a job; nan where it failed."""


def simulate(
    scheduler: Scheduler,
    losses: ArrayLike,
    seconds: ArrayLike,
    n_workers: int,
    *,
    stragglers: float = 0.0,
    crashes: float = 0.0,
    seed: int = 0,
    until: float = math.inf,
    handover: float = 0.0,
) -> Timeline:
    """A tournament over recorded curves, with a virtual clock.

    Args:
        scheduler: a fresh one, that starts at most K trials; its fidelities are whole epochs.
        losses: (K, n_epochs) loss of each trial after each epoch; nan where it had diverged, which is a failure.
        seconds: (K,) seconds that each trial takes for an epoch.
        n_workers: each trains one job at a time.
        stragglers: standard deviation of z; each job takes 1 + |z| times as long as it should.
        crashes: probability that a job is lost within the mean time of an epoch.
        seed: decides the luck of the jobs; a job's luck is the same for any number of workers.
        until: second at which the clock stops. Jobs that still run are ``cut``: nothing is reported for them.
        handover: seconds from a worker's question to the begin of its job; real ones need some milliseconds.

    Raises:
        ValueError: shapes that do not fit, or a scheduler that wants more trials or epochs than are recorded.
        RuntimeError: the scheduler waits although no job runs.
    """
    curves, paces = np.asarray(losses, dtype=np.float64), np.asarray(seconds, dtype=np.float64)
    if curves.ndim != 2 or paces.shape != curves.shape[:1] or not curves.size:
        raise ValueError(
            f"losses must have the shape (K, n_epochs) and seconds (K,), got {curves.shape} and {paces.shape}; "
            "give one row and one speed a trial"
        )
    check_paces(paces)
    n_trials, n_epochs = curves.shape

    def course(job: Job) -> tuple[float, float]:
        if job.trial >= n_trials:
            raise ValueError(
                f"the scheduler starts trial {job.trial}, and there are {n_trials} curves, numbered from 0; "
                "give more curves, or let the scheduler start fewer trials"
            )
        check_epochs(job, n_epochs)
        return (job.stop - job.start) * paces.item(job.trial), curves.item(job.trial, int(job.stop) - 1)

    luck = Luck(stragglers, crashes, unit=float(paces.mean()), seed=seed)
    return run_clock(scheduler, course, n_workers, luck=luck, until=until, handover=handover)


def run_clock(
    scheduler: Scheduler,
    course: Course,
    n_workers: int,
    *,
    luck: Luck | None = None,
    until: float = math.inf,
    desk: Desk | None = None,
    handover: float = 0.0,
    ready: Sequence[float] | None = None,
) -> Timeline:
    """Let workers ask, train and report on a virtual clock, whatever their jobs are.

    Args:
        scheduler: a fresh one.
        course: tells of each job, once and when it starts, the seconds that it takes and the loss that it reports.
        n_workers: each trains one job at a time.
        luck: makes jobs slower, and loses some; None for none.
        until: second at which the clock stops.
        desk: who hands out the scheduler's jobs and takes the reports; None for the scheduler itself.
        handover: seconds from a worker's question to the begin of its job; real ones need some milliseconds.
        ready: (n_workers,) seconds after which each worker asks for the first time; None for all at once.

    Raises:
        ValueError: there is no worker, no time, or no end.
        RuntimeError: the scheduler waits although no job runs.
    """
    if not isinstance(n_workers, int | np.integer) or n_workers < 1:
        raise ValueError(f"n_workers must be a whole number of at least 1, got {n_workers!r}")
    if not until > 0:
        raise ValueError(f"the clock must run for some time, got until={until}; infinity lets the tournament end")
    if not 0 <= handover < math.inf:
        raise ValueError(f"handing a job over takes no or some seconds, got handover={handover}; 0 is an ideal world")
    if until == math.inf and getattr(scheduler, "n_trials", 0) == math.inf:
        raise ValueError("a scheduler of infinitely many trials never ends; give until=, or the scheduler n_trials")
    desk = desk or scheduler
    starts = [0.0] * n_workers if ready is None else [float(start) for start in ready]
    if len(starts) != n_workers or not all(0 <= start < math.inf for start in starts):
        raise ValueError(f"ready must name a second from 0 on for each of {n_workers} workers, got {ready}")
    # by end, then worker: a worker is there once at most; one without a job only comes
    events: list[tuple[float, int, Job | None, float, float]] = [
        (start, worker, None, start, math.nan) for worker, start in enumerate(starts)
    ]
    heapify(events)
    idle: list[int] = []
    spans: list[Span] = []
    now = 0.0
    while True:
        while idle and now < until and (job := desk.ask()) is not None:
            taken, loss = course(job)
            if luck is not None:
                taken, lost = luck.strike(job, taken)
                loss = math.nan if lost else loss
            begin = now + handover
            heappush(events, (begin + taken, heappop(idle), job, begin, loss if math.isfinite(loss) else math.nan))
        if not events or events[0][0] > until:
            break
        now = events[0][0]
        while events and events[0][0] == now:
            end, worker, job, begin, loss = heappop(events)
            if job is not None:
                desk.report(job, loss)
                spans.append(Span(worker, job, begin, end, loss))
            heappush(idle, worker)
    if not events and now < until and not scheduler.finished:
        raise RuntimeError(
            f"a scheduler must give work or be finished when no job runs, and after {len(spans)} reports "
            f"{type(scheduler).__name__} waits; its _next() must hand out what is left, or finished must be true"
        )
    cut = tuple(
        Span(worker, job, min(begin, until), until, math.nan)
        for _, worker, job, begin, _ in sorted(events, key=lambda event: event[:2])
        if job is not None
    )
    return Timeline(int(n_workers), tuple(spans), cut, whole_training(scheduler))


def check_paces(paces: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> None:
    """Raise ValueError unless all seconds an epoch are positive."""
    if not (np.isfinite(paces).all() and (paces > 0).all()):
        raise ValueError(f"seconds an epoch must be positive, got {paces.min()}; give what was measured")


def check_epochs(job: Job, n_epochs: int) -> None:
    """Raise ValueError unless a job trains whole epochs, and not beyond the last that is recorded."""
    if job.stop > n_epochs or not float(job.stop).is_integer():
        raise ValueError(
            f"curves are recorded after each of {n_epochs} epochs, and the scheduler trains to {job.stop}; "
            "give it rungs of whole epochs, up to the last one"
        )
