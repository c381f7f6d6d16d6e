"""What did each worker do, and when? The record of a tournament with clocks, whether they were real or simulated.

time       seconds since the start
in full    the whole training: the largest fidelity of the tournament
foreseen   what a trial that was stopped early would have reached in full; a recording knows it, a real run does not
"""

import math
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from hpo_tutor.early_stopping.jobs import Job, Scheduler


class Span(NamedTuple):
    """One job on one worker.

    Attributes:
        worker: its number, from 0.
        job: what it trained.
        begin, end: when, in seconds since the start.
        loss: the validation loss that was reported at ``end``; nan where the job failed, or was cut.
    """

    worker: int
    job: Job
    begin: float
    end: float
    loss: float


class Gap(NamedTuple):
    """A worker had nothing to do.

    Attributes:
        worker: its number, from 0.
        begin, end: from when until when, in seconds since the start.
    """

    worker: int
    begin: float
    end: float


def whole_training(scheduler: Scheduler) -> float | None:
    """The fidelity of a scheduler's highest rung; None where it does not tell its rungs."""
    return max((ladder[-1] for ladder in getattr(scheduler, "rungs", ())), default=None)


class Timeline(NamedTuple):
    """All spans of a tournament, in the order in which they ended.

    Attributes:
        n_workers: how many there were.
        spans: what they did and reported.
        cut: jobs that still ran when the clock was stopped. They kept their workers busy, and nobody knows their loss.
        top: the fidelity of a whole training; None takes the largest that was handed out.
    """

    n_workers: int
    spans: tuple[Span, ...]
    cut: tuple[Span, ...] = ()
    top: float | None = None

    @property
    def makespan(self) -> float:
        """Seconds from the start to the last end."""
        return max((span.end for span in self.spans + self.cut), default=0.0)

    @property
    def busy(self) -> float:
        """The share of all workers' time up to the makespan in which they worked, from 0 to 1."""
        whole = self.n_workers * self.makespan
        return sum(span.end - span.begin for span in self.spans + self.cut) / whole if whole else math.nan

    @property
    def n_epochs(self) -> float:
        """The fidelity that was handed out and reported, such as epochs; a trial that goes on counts only what is new.

        A job that crashed counts whole, one that was cut does not count.
        """
        return sum(span.job.stop - span.job.start for span in self.spans)

    @property
    def waiting(self) -> NDArray[np.float64]:
        """Seconds up to the makespan that each worker had nothing to do, shape (n_workers,)."""
        waited = np.full(self.n_workers, self.makespan)
        for span in self.spans + self.cut:
            waited[span.worker] -= span.end - span.begin
        return waited.clip(0.0)  # differences of sums may end a rounding error below zero

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """When each worker had nothing to do, by worker and time; the wait after its last job is one of them."""
        end = self.makespan
        free = [0.0] * self.n_workers
        gaps = []
        for span in sorted(self.spans + self.cut, key=lambda span: span.begin):
            if span.begin > free[span.worker]:
                gaps.append(Gap(span.worker, free[span.worker], span.begin))
            free[span.worker] = span.end
        gaps.extend(Gap(worker, since, end) for worker, since in enumerate(free) if since < end)
        return tuple(sorted(gaps))

    @property
    def handover(self) -> float:
        """Mean seconds between two jobs of a worker; 0 where none had two.

        Where nobody waits for others, as in asynchronous halving, this is what handing a job over costs.
        """
        last: dict[int, float] = {}
        between = []
        for span in sorted(self.spans + self.cut, key=lambda span: span.begin):
            if span.worker in last:
                between.append(max(0.0, span.begin - last[span.worker]))
            last[span.worker] = span.end
        return float(np.mean(between)) if between else 0.0

    @property
    def rungs(self) -> dict[tuple[int, int], tuple[int, ...]]:
        """(bracket, rung) -> the trials that reported a loss there, in the order of their reports; failures are not."""
        reached: dict[tuple[int, int], list[int]] = {}
        for span in self.spans:
            if math.isfinite(span.loss):
                reached.setdefault((span.job.bracket, span.job.rung), []).append(span.job.trial)
        return {place: tuple(reached[place]) for place in sorted(reached)}

    @property
    def in_full(self) -> tuple[Span, ...]:
        """The spans with which a trial had its whole training."""
        top = self.top
        if top is None:
            top = max((span.job.stop for span in self.spans + self.cut), default=math.nan)
        return tuple(span for span in self.spans if span.job.stop == top and math.isfinite(span.loss))

    @property
    def first_in_full(self) -> float:
        """Seconds until a trial has had its whole training; infinity where none has."""
        return min((span.end for span in self.in_full), default=math.inf)

    def incumbent(self, at: ArrayLike) -> NDArray[np.float64]:
        """The best loss that a trial had in full by each of these times; what one would hand in.

        Args:
            at: any shape, seconds since the start.

        Returns:
            Losses of that shape; nan before a trial has been trained in full.
        """
        return _running_best([(span.end, span.loss, span.loss) for span in self.in_full], at)

    def foreseen(self, at: ArrayLike, final_losses: ArrayLike) -> NDArray[np.float64]:
        """The loss in full of the trial that looked best by each of these times, whatever it had been trained by then.

        The one that looks best is the one with the smallest loss reported so far, at any rung; the earliest of equals.

        Args:
            at: any shape, seconds since the start.
            final_losses: (K,) loss of each trial after the whole training, from a recording.

        Returns:
            Losses of the shape of ``at``; nan before the first report.
        """
        final = np.asarray(final_losses, dtype=np.float64)
        reports = [(span.end, span.loss, float(final[span.job.trial])) for span in self.spans]
        return _running_best([report for report in reports if math.isfinite(report[1])], at)

    def to_table(self) -> pd.DataFrame:
        """One row a span, by end: worker, trial, bracket, rung, start, stop, begin, end, loss, cut."""
        return pd.DataFrame(
            [
                (span.worker, *span.job, span.begin, span.end, span.loss, cut)
                for spans, cut in ((self.spans, False), (self.cut, True))
                for span in spans
            ],
            columns=["worker", *Job._fields, "begin", "end", "loss", "cut"],
        )


def _running_best(reports: list[tuple[float, float, float]], at: ArrayLike) -> NDArray[np.float64]:
    """What belongs to the smallest loss so far; reports are (time, loss, what belongs to it), in order of time."""
    times, values, best = [-math.inf], [math.nan], math.inf
    for time, loss, value in reports:
        if loss < best:
            best = loss
            times.append(time)
            values.append(value)
    return np.asarray(np.array(values)[np.searchsorted(times, np.asarray(at), side="right") - 1])
