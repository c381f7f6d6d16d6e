"""Does the simulator tell the truth? A tournament that really ran is run again on a virtual clock.

The real one tells when each worker was ready, how long its jobs took and what they reported; whose turn it is, who
waits, and when all is done, the simulator has to find out.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from hpo_tutor.early_stopping.jobs import Job, Scheduler
from hpo_tutor.tournaments.simulation import run_clock
from hpo_tutor.tournaments.timelines import Timeline


class Replay(NamedTuple):
    """A real tournament, and what the simulator makes of it.

    Attributes:
        real: what happened.
        simulated: the same schedule on a virtual clock.
    """

    real: Timeline
    simulated: Timeline

    @property
    def same_jobs(self) -> bool:
        """Whether both handed out the same jobs, in whatever order."""
        return {span.job for span in self.real.spans} == {span.job for span in self.simulated.spans}

    @property
    def same_workers(self) -> float:
        """The share of the real jobs that were done by the worker of the same number."""
        real = {(span.job, span.worker) for span in self.real.spans}
        return len(real & {(span.job, span.worker) for span in self.simulated.spans}) / len(real)

    @property
    def makespan_error(self) -> float:
        """By how much the simulated makespan differs from the real one, as a share of it; negative where it is less."""
        return self.simulated.makespan / self.real.makespan - 1


def replay(
    real: Timeline,
    scheduler: Scheduler,
    *,
    speeds: Literal["jobs", "trials"] = "jobs",
    losses: Mapping[int, Sequence[float]] | None = None,
    handover: float = 0.0,
) -> Replay:
    """Run a real tournament again, with as many workers, on a virtual clock.

    Args:
        real: what happened; without jobs that were cut.
        scheduler: a fresh one, made as the real one was.
        speeds: "jobs" lets each job take what it really took; "trials" lets each trial take for every epoch what its
            epochs took in the mean, which is all that a plan could know.
        losses: trial -> its losses after each epoch, where they are known. An asynchronous scheduler looks at who came
            first, so that a small difference in time may call for a job that was never done.
        handover: seconds from a worker's question to the begin of its job; ``real.handover`` is what was seen.

    Raises:
        ValueError: nothing was recorded, or the schedules part and the losses are not known.
    """
    if not real.spans:
        raise ValueError("a replay needs a tournament that ran, and this timeline has no spans; play one first")
    done = {span.job: span for span in real.spans}
    epochs: dict[int, float] = {}
    seconds: dict[int, float] = {}
    for span in real.spans:
        epochs[span.job.trial] = epochs.get(span.job.trial, 0.0) + span.job.stop - span.job.start
        seconds[span.job.trial] = seconds.get(span.job.trial, 0.0) + span.end - span.begin
    mean = sum(seconds.values()) / sum(epochs.values())

    def course(job: Job) -> tuple[float, float]:
        span = done.get(job)
        pace = seconds[job.trial] / epochs[job.trial] if job.trial in epochs else mean
        taken = span.end - span.begin if span and speeds == "jobs" else (job.stop - job.start) * pace
        if span:
            return taken, span.loss
        if losses is None or job.trial not in losses:
            raise ValueError(
                f"the simulated schedule wants {job}, which was never done; a job that ended a little earlier or later "
                "changes what comes next. Give the losses after each epoch to go on"
            )
        curve = losses[job.trial]
        return taken, float(curve[int(job.stop) - 1]) if job.stop <= len(curve) else math.nan

    begins = [[span.begin for span in real.spans if span.worker == worker] for worker in range(real.n_workers)]
    ready = [max(0.0, min(begin, default=real.makespan) - handover) for begin in begins]
    return Replay(real, run_clock(scheduler, course, real.n_workers, handover=handover, ready=ready))
