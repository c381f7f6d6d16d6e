"""How does any scheduler fare with workers that finish in a random order, and crash? A driver that checks as it goes.

losses_of(seed)   a loss for every (trial, rung), whatever the order; rounded, so that ties happen
drive             plays a scheduler to its end and returns what was reported, in order
"""

import math
import random
from collections.abc import Callable
from typing import NamedTuple

from hypothesis import strategies as st

from hpo_tutor.early_stopping import (
    AsynchronousHalving,
    FullTraining,
    Hyperband,
    Job,
    Scheduler,
    SuccessiveHalving,
    determined,
    hyperband_brackets,
)

Losses = Callable[[Job], float]


class Reported(NamedTuple):
    """A job and its loss; nan where it crashed."""

    job: Job
    loss: float


def losses_of(seed: int, crashes: float = 0.0) -> Losses:
    """Random losses that depend on the trial and the rung only, some of them nan."""

    def loss(job: Job) -> float:
        rng = random.Random(f"{seed} {job.trial} {job.rung}")
        return math.nan if rng.random() < crashes else round(rng.random(), 2)

    return loss


def drive(
    scheduler: Scheduler, losses: Losses, n_workers: int = 1, seed: int = 0, checks: bool = True
) -> list[Reported]:
    """Play to the end with so many workers, who finish in a random order.

    Asserts of every job: its trial is new, or waits and has reached the rung below; it ends where its bracket's rung
    lies; nobody has two jobs. Without ``checks`` the states of all trials are looked at in the end only.
    """
    rng = random.Random(seed)
    reports: list[Reported] = []
    reached: dict[int, Job] = {}
    while not scheduler.finished:
        while len(scheduler.running) < n_workers:
            waited = {trial for trial in reached if scheduler.states[trial] == "waiting"} if checks else None
            job = scheduler.ask()
            if job is None:
                break
            before = reached.get(job.trial)
            if before is None:
                assert (job.trial, job.rung, job.start) == (len(reached), 0, 0)
            else:
                assert (job.bracket, job.rung, job.start) == (before.bracket, before.rung + 1, before.stop)
                assert waited is None or job.trial in waited
            assert job.stop == scheduler.rungs[job.bracket][job.rung]
            assert job.stop > job.start
            reached[job.trial] = job
        if checks:
            assert {trial for trial, state in scheduler.states.items() if state == "running"} == set(scheduler.running)
        assert scheduler.running, "nothing runs, nothing comes, and it is not finished"
        job = scheduler.running[rng.choice(list(scheduler.running))]
        reports.append(Reported(job, losses(job)))
        scheduler.report(*reports[-1])
    assert scheduler.ask() is None
    assert scheduler.n_started == len(reached)
    failed = {job.trial for job, loss in reports if not math.isfinite(loss)}
    for trial, last in reached.items():
        top = last.stop == scheduler.rungs[last.bracket][-1]
        assert scheduler.states[trial] == ("failed" if trial in failed else "finished" if top else "stopped")
    return reports


@st.composite
def synchronous(draw: st.DrawFn) -> Callable[[], SuccessiveHalving | Hyperband | FullTraining]:
    """A factory of a small synchronous scheduler."""
    divisor = draw(st.sampled_from([2, 3, 4, 2.5]))
    top = draw(st.integers(1, 30))
    bottom = draw(st.integers(1, top))
    kind = draw(st.sampled_from(["full", "halving", "hyperband"]))
    if kind == "full":
        n_trials = draw(st.integers(1, 12))
        return lambda: FullTraining(n_trials, top)
    if kind == "halving":
        needed = math.ceil(divisor ** (len(hyperband_brackets(top, divisor, bottom)) - 1))
        n_trials = needed + draw(st.integers(0, 20))
        return lambda: SuccessiveHalving(n_trials, top, bottom, divisor)
    side_by_side, n_rounds = draw(st.booleans()), draw(st.integers(1, 2))
    return lambda: Hyperband(top, bottom, divisor, n_rounds, side_by_side)


@st.composite
def asynchronous(draw: st.DrawFn, form: str | None = None) -> Callable[[], AsynchronousHalving]:
    """A factory of a small asynchronous scheduler, with one bracket or several."""
    divisor = draw(st.sampled_from([2, 3, 4, 2.5]))
    form = form or draw(st.sampled_from(["promotion", "stopping"]))
    if draw(st.booleans()):
        top = draw(st.integers(1, 30))
        bottom = draw(st.integers(1, top))
        n_rungs = len(hyperband_brackets(top, divisor, bottom))
        n_trials = math.ceil(divisor ** (n_rungs - 1)) + draw(st.integers(0, 20))
        return lambda: AsynchronousHalving(n_trials, top, bottom, divisor, form)
    if form == "stopping" and draw(st.booleans()):
        n_trials, max_time = draw(st.integers(1, 60)), draw(st.integers(1, 100))
        mode = draw(st.sampled_from(["aggressive", "standard", "conservative"]))
        return lambda: determined(n_trials, max_time, divisor, mode=mode)
    plans = hyperband_brackets(draw(st.integers(1, 20)), divisor)
    brackets = [(plan[0].n_trials, tuple(stage.fidelity for stage in plan)) for plan in plans]
    n_trials = sum(share for share, _ in brackets)
    return lambda: AsynchronousHalving(n_trials, divisor=divisor, form=form, brackets=brackets)
