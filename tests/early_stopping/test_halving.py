"""Synchronous brackets: the same result in every order, at the planned cost, as the published loop has it."""

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hpo_tutor.early_stopping import FullTraining, Hyperband, Job, SuccessiveHalving
from tests.early_stopping.driving import drive, losses_of, synchronous

SEEDS = st.integers(0, 10**6)
LOADED = settings(deadline=None, max_examples=50)  # a busy machine is no bug


def loop(plans, losses):
    """The published loop, one bracket after another: train all, sort, keep the best, until one rung is left."""
    reports, n_started = set(), 0
    for bracket, plan in enumerate(plans):
        alive = range(n_started, n_started + plan[0][0])
        n_started += plan[0][0]
        done = 0
        for rung, (_, fidelity) in enumerate(plan):
            jobs = [Job(trial, bracket, rung, done, fidelity) for trial in alive]
            told = {job.trial: losses(job) for job in jobs}
            reports |= {(job, told[job.trial]) for job in jobs}
            healthy = [trial for trial in alive if not math.isnan(told[trial])]
            n_next = plan[rung + 1][0] if rung + 1 < len(plan) else 0
            alive = sorted(healthy, key=lambda trial: told[trial])[
                :n_next
            ]  # a stable sort: ties go to the smaller number
            done = fidelity
    return reports


def alike(reports):
    """Reports as a set in which crashes are equal to each other."""
    return {(job, "crash" if math.isnan(loss) else loss) for job, loss in reports}


@LOADED
@given(synchronous(), st.integers(1, 40), st.sampled_from([0, 0.2, 1]), SEEDS, SEEDS)
def test_the_result_is_that_of_the_published_loop_in_every_order(make, n_workers, crashes, seed, order):
    """However many workers there are and whoever finishes first, the same trials train to the same rungs."""
    scheduler, losses = make(), losses_of(seed, crashes)
    assert alike(drive(scheduler, losses, n_workers, order)) == alike(loop(scheduler.plans, losses))


@LOADED
@given(synchronous(), st.integers(1, 40), SEEDS)
def test_without_crashes_it_costs_exactly_what_was_planned(make, n_workers, seed):
    """The epochs of all jobs add up to cost(), and their ends to what beginning anew at each rung would cost."""
    scheduler = make()
    reports = drive(scheduler, losses_of(seed), n_workers, seed)
    assert sum(job.stop - job.start for job, _ in reports) == scheduler.cost()
    assert sum(job.stop for job, _ in reports) == scheduler.cost(resume=False)


@LOADED
@given(synchronous(), st.integers(1, 40), st.sampled_from([0.1, 0.5, 1]), SEEDS)
def test_crashes_never_make_it_dearer(make, n_workers, crashes, seed):
    """A trial that crashed leaves its place empty, or to one that would have been stopped."""
    scheduler = make()
    reports = drive(scheduler, losses_of(seed, crashes), n_workers, seed)
    assert sum(job.stop - job.start for job, _ in reports) <= scheduler.cost()


@LOADED
@given(SEEDS, st.sampled_from([0, 0.3]))
def test_brackets_side_by_side_do_what_they_do_one_after_another(seed, crashes):
    """Only the clock differs."""
    one, other = (Hyperband(9, side_by_side=side) for side in (False, True))
    losses = losses_of(seed, crashes)
    assert alike(drive(one, losses, 7, seed)) == alike(drive(other, losses, 50, seed + 1))


def test_side_by_side_hands_out_the_first_jobs_of_all_brackets():
    """Hyperband at R = 81 starts 81 + 34 + 15 + 8 + 5 trials at once; one after another, only the first 81."""
    for side, n_jobs in ((True, 143), (False, 81)):
        scheduler = Hyperband(side_by_side=side)
        jobs = []
        while (job := scheduler.ask()) is not None:
            jobs.append(job)
        assert len(jobs) == n_jobs
        assert [job.trial for job in jobs] == list(range(n_jobs))
        assert all(job.stop == scheduler.rungs[job.bracket][0] for job in jobs)


@pytest.mark.parametrize("seed", range(5))
def test_halving_finds_the_best_where_the_order_never_changes(seed):
    """If the curves do not cross, the best of 81 wins, for 297 epochs in place of 6561."""
    quality = random.Random(seed).sample(range(81), 81)
    scheduler, full = SuccessiveHalving(), FullTraining(81)
    reports = drive(scheduler, lambda job: quality[job.trial] + 1 / job.stop, 10, seed)
    assert [trial for trial, state in scheduler.states.items() if state == "finished"] == [quality.index(0)]
    assert sum(job.stop - job.start for job, _ in reports) == scheduler.cost() == 297
    assert full.cost() == 6561


def test_the_best_at_a_rung_can_be_the_worst_in_the_end():
    """A slow starter dies at the first rung although it would win: what stopping early cannot know."""
    scheduler = SuccessiveHalving(9, 9)
    drive(scheduler, lambda job: 100 - 11 * job.stop if job.trial == 4 else 50 + job.trial)
    assert scheduler.states[4] == "stopped"
    assert scheduler.states[0] == "finished"


def test_standings_show_each_rung_the_best_first():
    """What was reported, sorted; a crash stands last with an infinite loss."""
    scheduler = SuccessiveHalving(3, 3)
    for loss in (0.3, math.nan, 0.1):
        scheduler.report(scheduler.ask(), loss)
    assert scheduler.standings() == (((0.1, 2), (0.3, 0), (math.inf, 1)), ())


def test_a_rung_waits_for_its_last_job():
    """Before the last report nobody goes on, and nobody is stopped."""
    scheduler = SuccessiveHalving(3, 3)
    jobs = [scheduler.ask() for _ in range(3)]
    for job in jobs[:2]:
        scheduler.report(job, job.trial)
    assert scheduler.ask() is None
    assert scheduler.states == {0: "waiting", 1: "waiting", 2: "running"}
    scheduler.report(jobs[2], 2)
    assert scheduler.states == {0: "waiting", 1: "stopped", 2: "stopped"}
    assert scheduler.ask() == Job(0, 0, 1, 1, 3)
