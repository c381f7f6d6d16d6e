"""What every scheduler keeps, whoever works for it."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hpo_tutor.early_stopping import AsynchronousHalving, FullTraining, Hyperband, SuccessiveHalving
from tests.early_stopping.driving import asynchronous, drive, losses_of, synchronous

LOADED = settings(deadline=None, max_examples=50)  # a busy machine is no bug


@LOADED
@given(synchronous() | asynchronous(), st.integers(1, 40), st.sampled_from([0, 0.1, 0.5, 1]), st.integers(0, 10**6))
def test_every_scheduler_ends_whatever_the_order_and_the_crashes(make, n_workers, crashes, seed):
    """Each job goes on where its trial ended, nobody outlives a rung, and all states are right when all is over."""
    reports = drive(make(), losses_of(seed, crashes), n_workers, seed)
    assert len({(job.trial, job.rung) for job, _ in reports}) == len(reports)


@LOADED
@given(synchronous() | asynchronous(), st.integers(0, 10**6))
def test_a_report_that_does_not_belong_teaches_nothing(make, seed):
    """A job that is reported twice is an error, and the tournament goes on as if nothing had been said."""
    scheduler, losses = make(), losses_of(seed)
    job = scheduler.ask()
    scheduler.report(job, losses(job))
    states = dict(scheduler.states)
    with pytest.raises(ValueError, match="report each job once"):
        scheduler.report(job, 0.0)
    assert scheduler.states == states


@pytest.mark.parametrize("loss", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize(
    "scheduler",
    [
        lambda: SuccessiveHalving(3, 3),
        lambda: AsynchronousHalving(3, 3),
        lambda: AsynchronousHalving(3, 3, form="stopping"),
    ],
)
def test_a_crash_costs_one_trial(scheduler, loss):
    """The first of three trials crashes: it has failed, the best of the others goes on to the top, the last stops."""
    scheduler = scheduler()
    reports = drive(scheduler, lambda job: loss if job.trial == 0 else -job.trial)
    assert scheduler.states[0] == "failed"
    assert scheduler.states[2] == "finished"
    assert [job.stop for job, _ in reports if job.trial == 2] == [1, 3]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: SuccessiveHalving(divisor=1.5), "divisor must be at least 2"),
        (lambda: SuccessiveHalving(divisor=math.nan), "divisor must be at least 2"),
        (lambda: SuccessiveHalving(max_fidelity=1, min_fidelity=3), "0 < min_fidelity <= max_fidelity"),
        (lambda: SuccessiveHalving(max_fidelity=81, min_fidelity=0), "0 < min_fidelity <= max_fidelity"),
        (lambda: SuccessiveHalving(max_fidelity=math.inf), "0 < min_fidelity <= max_fidelity"),
        (lambda: SuccessiveHalving(80), "at least 81 trials"),
        (lambda: SuccessiveHalving(0, 1), "n_trials must be a whole number from 1 on"),
        (lambda: SuccessiveHalving(81.5), "n_trials must be a whole number from 1 on"),
        (lambda: FullTraining(0), "n_trials must be a whole number from 1 on"),
        (lambda: FullTraining(3, -1), "0 < min_fidelity <= max_fidelity"),
        (lambda: Hyperband(n_rounds=0), "n_rounds must be"),
        (lambda: AsynchronousHalving(20), "at least 81 trials"),
        (lambda: AsynchronousHalving(math.nan), "n_trials must be"),
        (lambda: AsynchronousHalving(0, form="stopping"), "n_trials must be"),
        (lambda: AsynchronousHalving(81, form="pausing"), "form must be one of promotion, stopping"),
        (lambda: AsynchronousHalving(81, brackets=[]), "at least one ladder"),
        (lambda: AsynchronousHalving(81, brackets=[(0, (1, 3))]), "share must be positive"),
        (lambda: AsynchronousHalving(81, brackets=[(1, (3, 1))]), "rungs must be positive and rise"),
        (lambda: AsynchronousHalving(81, brackets=[(1, ())]), "rungs must be positive and rise"),
    ],
)
def test_bad_input_is_told_the_rule_and_the_value(make, words):
    """What cannot be played is refused before anything is trained."""
    with pytest.raises(ValueError, match=words):
        make()
