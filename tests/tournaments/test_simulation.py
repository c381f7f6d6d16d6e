"""The virtual clock against closed forms, against a clock that ticks second by second, and against its own laws."""

import math
from collections import defaultdict
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hpo_tutor.early_stopping import (
    AsynchronousHalving,
    FullTraining,
    Hyperband,
    Job,
    Scheduler,
    SuccessiveHalving,
    Synchronous,
    determined,
)
from hpo_tutor.tournaments.simulation import simulate
from hpo_tutor.tournaments.timelines import Span, Timeline

N_EPOCHS = 27
MAKERS = {
    "full": lambda: FullTraining(30, N_EPOCHS),
    "halving": lambda: SuccessiveHalving(40, N_EPOCHS),
    "hyperband": lambda: Hyperband(N_EPOCHS),
    "hyperband side by side": lambda: Hyperband(N_EPOCHS, n_rounds=2, side_by_side=True),
    "promotion": lambda: AsynchronousHalving(40, N_EPOCHS),
    "stopping": lambda: AsynchronousHalving(40, N_EPOCHS, form="stopping"),
    "determined": lambda: determined(40, N_EPOCHS, divisor=3),
}
SYNCHRONOUS = ("full", "halving", "hyperband", "hyperband side by side")


def random_curves(seed: int, whole: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """(100, 27) losses without order, and seconds an epoch; whole ones where a clock ticks."""
    rng = np.random.default_rng(seed)
    seconds = rng.integers(1, 8, size=100).astype(float) if whole else rng.lognormal(size=100)
    return rng.random((100, N_EPOCHS)), seconds


def ticking(scheduler: Scheduler, losses: np.ndarray, seconds: np.ndarray, n_workers: int) -> Timeline:
    """An independent truth: time goes by second after second, and at each one looks at every worker."""
    hands: list[tuple[Job, int] | None] = [None] * n_workers
    spans = []
    for now in range(100_000):
        for worker, held in enumerate(hands):
            if held and now == held[1] + (held[0].stop - held[0].start) * seconds[held[0].trial]:
                loss = losses[held[0].trial, int(held[0].stop) - 1]
                scheduler.report(held[0], loss)
                spans.append(Span(worker, held[0], held[1], now, loss))
                hands[worker] = None
        for worker in range(n_workers):
            if hands[worker] is None and (job := scheduler.ask()) is not None:
                hands[worker] = (job, now)
        if not any(hands):
            return Timeline(n_workers, tuple(spans), top=max(ladder[-1] for ladder in scheduler.rungs))
    raise AssertionError("the tournament did not end")


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize("n_workers", [1, 2, 7, 60])
def test_simulation_agrees_with_a_ticking_clock(name, n_workers):
    """Every span, its worker, begin, end and loss, is that of a clock that never jumps."""
    for seed in range(3):
        losses, seconds = random_curves(seed, whole=True)
        jumped = simulate(MAKERS[name](), losses, seconds, n_workers)
        assert jumped == ticking(MAKERS[name](), losses, seconds, n_workers)


@given(
    name=st.sampled_from(sorted(MAKERS)),
    n_workers=st.integers(1, 50),
    stragglers=st.sampled_from([0.0, 0.5, 2.0]),
    crashes=st.sampled_from([0.0, 0.01, 0.3]),
    seed=st.integers(0, 1000),
    until=st.sampled_from([math.inf, 5.0, 50.0, 300.0]),
)
@settings(max_examples=150, deadline=None)
def test_nobody_is_in_two_places(name, n_workers, stragglers, crashes, seed, until):
    """No worker has two jobs at once, no trial two workers; a trial climbs from 0 without a gap."""
    losses, seconds = random_curves(seed)
    scheduler = MAKERS[name]()
    timeline = simulate(
        scheduler, losses, seconds, n_workers, stragglers=stragglers, crashes=crashes, seed=seed, until=until
    )
    spans = timeline.spans + timeline.cut
    by_worker, by_trial = defaultdict(list), defaultdict(list)
    for span in sorted(spans, key=lambda span: (span.begin, span.end)):
        by_worker[span.worker].append(span)
        by_trial[span.job.trial].append(span)
    assert set(by_worker) <= set(range(n_workers))
    for held in (*by_worker.values(), *by_trial.values()):
        assert all(before.end <= after.begin for before, after in pairwise(held))
    for held in by_trial.values():
        assert [span.job.start for span in held] == [0, *(span.job.stop for span in held[:-1])]
        assert all(math.isfinite(span.loss) for span in held[:-1])
    assert [span.end for span in timeline.spans] == sorted(span.end for span in timeline.spans)
    assert timeline.makespan <= until
    if until == math.inf:
        assert scheduler.finished
        assert not timeline.cut
    assert len(timeline.cut) == len(scheduler.running)
    if not crashes:
        assert all(span.loss == losses[span.job.trial, span.job.stop - 1] for span in timeline.spans)
    worked = sum(span.end - span.begin for span in spans)
    assert timeline.waiting.sum() == pytest.approx(n_workers * timeline.makespan - worked, abs=1e-6)
    assert sum(gap.end - gap.begin for gap in timeline.gaps) == pytest.approx(timeline.waiting.sum(), abs=1e-6)


@given(name=st.sampled_from(sorted(MAKERS)), n_workers=st.integers(1, 50), seed=st.integers(0, 1000))
@settings(max_examples=50, deadline=None)
def test_a_worker_waits_only_where_there_is_nothing_to_do(name, n_workers, seed):
    """A gap ends with a report, at which its worker or another one that waited gets work; or with the end."""
    losses, seconds = random_curves(seed)
    timeline = simulate(MAKERS[name](), losses, seconds, n_workers, stragglers=1, seed=seed)
    reports = {span.end for span in timeline.spans}
    assert all(gap.end in reports for gap in timeline.gaps)


@pytest.mark.parametrize(("n_trials", "n_workers"), [(30, 1), (30, 4), (30, 7), (30, 30), (30, 1000)])
def test_full_training_takes_whole_waves(n_trials, n_workers):
    """Equal trials go in waves: ceil(K / n) of them, each as long as one training."""
    losses = np.random.default_rng(0).random((n_trials, N_EPOCHS))
    timeline = simulate(FullTraining(n_trials, N_EPOCHS), losses, np.full(n_trials, 0.5), n_workers)
    waves = math.ceil(n_trials / n_workers)
    assert timeline.makespan == pytest.approx(waves * 0.5 * N_EPOCHS)
    assert timeline.busy == pytest.approx(n_trials / (waves * n_workers))


def test_halving_by_hand():
    """27 equal trials on 9 workers: three waves of 1 epoch, one of 2, one of 6 for three trials, one of 18 for one."""
    losses = np.tile(np.arange(27)[:, None], N_EPOCHS)
    timeline = simulate(SuccessiveHalving(27, 27), losses, np.full(27, 2.0), 9)
    assert timeline.makespan == 2 * (3 + 2 + 6 + 18)
    assert timeline.busy == pytest.approx(2 * (27 + 9 * 2 + 3 * 6 + 18) / (9 * timeline.makespan))
    assert timeline.rungs == {
        (0, 0): tuple(range(27)),
        (0, 1): tuple(range(9)),
        (0, 2): (0, 1, 2),
        (0, 3): (0,),
    }
    assert timeline.first_in_full == timeline.makespan


@pytest.mark.parametrize("name", MAKERS)
def test_one_worker_never_waits(name):
    """The end is the sum of all that was done."""
    losses, seconds = random_curves(1)
    timeline = simulate(MAKERS[name](), losses, seconds, 1)
    worked = sum((span.job.stop - span.job.start) * seconds[span.job.trial] for span in timeline.spans)
    assert timeline.makespan == pytest.approx(worked)
    assert timeline.busy == pytest.approx(1)


@pytest.mark.parametrize("name", MAKERS)
def test_one_worker_is_the_loop_one_would_write(name):
    """Ask, train, report, ask: the same jobs in the same order."""
    losses, seconds = random_curves(2)
    scheduler, jobs = MAKERS[name](), []
    while (job := scheduler.ask()) is not None:
        jobs.append(job)
        scheduler.report(job, losses[job.trial, job.stop - 1])
    assert [span.job for span in simulate(MAKERS[name](), losses, seconds, 1).spans] == jobs


@pytest.mark.parametrize("name", SYNCHRONOUS)
def test_synchronous_work_does_not_depend_on_the_workers(name):
    """However many share it, and however unlucky the jobs are: the same jobs take the same seconds in all."""
    losses, seconds = random_curves(3)
    luck = {"stragglers": 1.0, "crashes": 0.02, "seed": 4}
    alone = simulate(MAKERS[name](), losses, seconds, 1, **luck)
    assert any(math.isnan(span.loss) for span in alone.spans)
    for n_workers in (2, 9, 200):
        shared = simulate(MAKERS[name](), losses, seconds, n_workers, **luck)
        assert {span.job for span in shared.spans} == {span.job for span in alone.spans}
        assert shared.busy * n_workers * shared.makespan == pytest.approx(alone.makespan)
        assert shared.makespan <= alone.makespan


@pytest.mark.parametrize("name", MAKERS)
def test_the_same_seed_gives_the_same_tournament(name):
    """To the last bit; and another seed another one."""
    losses, seconds = random_curves(5)
    first, again, other = (
        simulate(MAKERS[name](), losses, seconds, 6, stragglers=1, crashes=0.001, seed=seed) for seed in (0, 0, 1)
    )
    assert repr(first) == repr(again)
    assert first.makespan != other.makespan


def test_the_clock_stops_where_it_is_told_to():
    """What was reported by then is what was reported by then in the whole tournament."""
    losses, seconds = random_curves(6)
    whole = simulate(SuccessiveHalving(40, 27), losses, seconds, 5)
    until = 0.4 * whole.makespan
    part = simulate(SuccessiveHalving(40, 27), losses, seconds, 5, until=until)
    assert part.spans == tuple(span for span in whole.spans if span.end <= until)
    assert {span.job for span in part.cut} == {span.job for span in whole.spans if span.begin < until < span.end}
    assert all(span.end == until for span in part.cut)
    assert len(part.cut) > 0


def test_with_stragglers_and_losses_asynchronous_trains_more_in_full():
    """Li et al. (2020), appendix A.1: 25 workers, 2000 units of time, divisor 4, rungs from 1 to 256, brackets of 256.

    Synchronous brackets there start one more whenever a worker has nothing to do; each side has as many as it can use.
    """
    n_trials = 12_000
    counts = {"synchronous": [], "asynchronous": []}
    for seed in range(4):
        losses = np.broadcast_to(np.random.default_rng(seed).random((n_trials, 1)), (n_trials, 256))
        makers = {
            "synchronous": Synchronous(SuccessiveHalving(256, 256, 1, 4).plans * 45, side_by_side=True),
            "asynchronous": AsynchronousHalving(math.inf, 256, 1, 4),
        }
        for name, scheduler in makers.items():
            timeline = simulate(
                scheduler, losses, np.ones(n_trials), 25, stragglers=0.56, crashes=0.005, seed=seed, until=2000
            )
            counts[name].append(len(timeline.in_full))
    assert np.mean(counts["asynchronous"]) > 1.2 * np.mean(counts["synchronous"])


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"losses": np.ones(5)}, "shape"),
        ({"seconds": np.ones(4)}, "shape"),
        ({"seconds": np.zeros(30)}, "positive"),
        ({"seconds": np.full(30, np.nan)}, "positive"),
        ({"losses": np.ones((30, 9))}, "epochs"),
        ({"losses": np.ones((8, 27)), "seconds": np.ones(8)}, "trial 8"),
        ({"scheduler": SuccessiveHalving(30, 1.0, 1 / 27)}, "whole epochs"),
        ({"scheduler": AsynchronousHalving(math.inf, 27)}, "never ends"),
        ({"n_workers": 0}, "n_workers"),
        ({"n_workers": 1.5}, "n_workers"),
        ({"until": 0}, "until"),
    ],
)
def test_what_cannot_be_simulated_is_refused(change, rule):
    """The rule and the way out are named."""
    asked = {"scheduler": FullTraining(30, 27), "losses": np.ones((30, 27)), "seconds": np.ones(30), "n_workers": 3}
    with pytest.raises(ValueError, match=rule):
        simulate(**{**asked, **change})


def test_a_scheduler_that_forgets_its_workers_is_found_out():
    """Nothing runs, nothing comes, and it is not finished: a loop would wait for ever."""

    class Idle(FullTraining):
        def _next(self):
            return None

    with pytest.raises(RuntimeError, match="Idle waits"):
        simulate(Idle(30, 27), np.ones((30, 27)), np.ones(30), 3)


def test_diverged_curves_are_failures():
    """A trial whose recorded loss is no number fails at the rung where that is, and the others go on."""
    losses, seconds = random_curves(7)
    losses[:5, 2:] = [[math.nan], [math.inf], [-math.inf], [math.nan], [math.nan]]
    losses[:5, :2] = 0.0  # the best by then
    scheduler = SuccessiveHalving(40, 27)
    timeline = simulate(scheduler, losses, seconds, 4)
    failed = {span.job.trial for span in timeline.spans if math.isnan(span.loss)}
    assert failed == set(range(5))
    assert all(scheduler.states[trial] == "failed" for trial in failed)
    assert len(timeline.in_full) == 1


def test_handing_over_takes_its_time():
    """One worker: each job begins that much after the last one ended; its own length, and its loss, are the same."""
    losses, seconds = np.random.default_rng(5).random((9, 9)), np.full(9, 2.0)
    ideal, real = (simulate(SuccessiveHalving(9, 9), losses, seconds, 1, handover=pause) for pause in (0.0, 0.5))
    assert [span.job for span in real.spans] == [span.job for span in ideal.spans]
    assert real.makespan == pytest.approx(ideal.makespan + 0.5 * len(ideal.spans))
    assert real.busy == pytest.approx(ideal.makespan / real.makespan)
    cut = simulate(SuccessiveHalving(9, 9), losses, seconds, 1, handover=0.5, until=2.75)
    assert [(span.begin, span.end) for span in cut.cut] == [(2.75, 2.75)]
    with pytest.raises(ValueError, match="handover"):
        simulate(SuccessiveHalving(9, 9), losses, seconds, 1, handover=-1)
