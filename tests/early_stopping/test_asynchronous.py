"""Asynchronous halving against its published rules written down naively, and against Optuna's pruner."""

import itertools
import math
import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hpo_tutor.early_stopping import AsynchronousHalving, Job, determined, hyperband_brackets, rungs
from tests.early_stopping.driving import asynchronous, drive, losses_of

SEEDS = st.integers(0, 10**6)
LOADED = settings(deadline=None, max_examples=50)  # a busy machine is no bug


class AlgorithmTwo:
    """Li et al. (2020), Algorithm 2, line by line, for one bracket; nothing is kept sorted."""

    def __init__(self, scheduler):
        self.levels, self.eta, self.n_trials = scheduler.rungs[0], scheduler.divisor, scheduler.n_trials
        self.rung = [{} for _ in self.levels]  # trial -> loss
        self.promoted = [set() for _ in self.levels]
        self.n_started = 0

    def get_job(self):
        """A promotion from the top rung down, else a new trial."""
        for k in reversed(range(len(self.levels) - 1)):
            n_best = math.floor(len(self.rung[k]) / self.eta)
            candidates = sorted(self.rung[k], key=lambda trial: (self.rung[k][trial], trial))[:n_best]
            healthy = [trial for trial in candidates if self.rung[k][trial] < math.inf]
            promotable = [trial for trial in healthy if trial not in self.promoted[k]]
            if promotable:
                self.promoted[k].add(promotable[0])
                return promotable[0], k + 1
        if self.n_started == self.n_trials:
            return None
        self.n_started += 1
        return self.n_started - 1, 0


@LOADED
@given(
    st.integers(2, 30),
    st.sampled_from([2, 3, 4, 2.5]),
    st.integers(0, 30),
    st.integers(1, 30),
    st.sampled_from([0, 0.2, 0.9]),
    SEEDS,
)
def test_the_promotion_form_is_algorithm_two(top, divisor, more, n_workers, crashes, seed):
    """Job for job, with workers that finish in a random order, equal losses and crashes."""
    n_trials = math.ceil(divisor ** (len(rungs(top, 1, divisor)) - 1)) + more
    scheduler = AsynchronousHalving(n_trials, top, divisor=divisor)
    truth, losses, rng = AlgorithmTwo(scheduler), losses_of(seed, crashes), random.Random(seed)
    while not scheduler.finished:
        while len(scheduler.running) < n_workers:
            job, expected = scheduler.ask(), truth.get_job()
            assert (job and (job.trial, job.rung)) == expected
            if job is None:
                break
        job = scheduler.running[rng.choice(list(scheduler.running))]
        loss = losses(job)
        scheduler.report(job, loss)
        truth.rung[job.rung][job.trial] = math.inf if math.isnan(loss) else loss
    assert truth.get_job() is None


@LOADED
@given(asynchronous("stopping"), st.integers(1, 30), st.sampled_from([0, 0.2, 0.9]), SEEDS)
def test_the_stopping_form_counts_who_is_better(make, n_workers, crashes, seed):
    """A trial goes on exactly if fewer than max(floor(n / divisor), 1) of the n reports so far are better."""
    scheduler = make()
    heard = {}
    reports = drive(scheduler, losses_of(seed, crashes), n_workers, seed)
    went_on = {(job.trial, job.rung - 1) for job, _ in reports if job.rung}
    for job, loss in reports:
        told = heard.setdefault((job.bracket, job.rung), [])
        told.append(math.inf if math.isnan(loss) else loss)
        n_better = sum(other < told[-1] for other in told)
        good = math.isfinite(loss) and n_better < max(math.floor(len(told) / scheduler.divisor), 1)
        top = job.stop == scheduler.rungs[job.bracket][-1]
        assert ((job.trial, job.rung) in went_on) == (good and not top)


@LOADED
@given(asynchronous("stopping"), st.integers(1, 30), SEEDS)
def test_the_first_to_arrive_always_goes_on(make, n_workers, seed):
    """So in every bracket that got a trial at least one is trained to the end, however bad."""
    scheduler = make()
    reports = drive(scheduler, losses_of(seed), n_workers, seed)
    tops = Counter(job.bracket for job, _ in reports if job.stop == scheduler.rungs[job.bracket][-1])
    assert set(tops) == {job.bracket for job, _ in reports}


@LOADED
@given(asynchronous("promotion"), st.integers(1, 30), SEEDS)
def test_when_all_is_over_the_best_of_each_rung_were_promoted(make, n_workers, seed):
    """Nobody among the final floor(n / divisor) best of a rung was left behind."""
    scheduler = make()
    drive(scheduler, losses_of(seed), n_workers, seed)
    for bracket in range(len(scheduler.rungs)):
        for low, high in itertools.pairwise(scheduler.standings(bracket)):
            best = {trial for _, trial in low[: int(len(low) // scheduler.divisor)]}
            assert best <= {trial for _, trial in high}


@pytest.mark.parametrize(("sign", "n_promoted"), [(1, 27), (-1, 79)])
def test_promotion_can_overshoot(sign, n_promoted):
    """If each trial is worse than the last, a third of 81 goes on; if each is better, all from the third on do."""
    scheduler = AsynchronousHalving(81, 3)
    drive(scheduler, lambda job: sign * job.trial)
    _, high = scheduler.standings()
    assert len(high) == n_promoted


@pytest.mark.parametrize(("sign", "n_continued"), [(1, 1), (-1, 81)])
def test_the_stopping_form_depends_on_the_order_even_more(sign, n_continued):
    """If each trial is worse than the last, only the first goes on; if each is better, all do."""
    scheduler = AsynchronousHalving(81, 3, form="stopping")
    drive(scheduler, lambda job: sign * job.trial)
    _, high = scheduler.standings()
    assert len(high) == n_continued


@pytest.mark.parametrize("form", ["promotion", "stopping"])
def test_in_the_long_run_one_in_so_many_goes_on(form):
    """In a random order about a third of 1500 trials go on: within 15 %, on three seeds."""
    for seed in range(3):
        scheduler = AsynchronousHalving(1500, 3, form=form)
        drive(scheduler, losses_of(seed), 8, seed, checks=False)
        _, high = scheduler.standings()
        assert 425 < len(high) < 575


@LOADED
@given(st.integers(1, 60), SEEDS, st.sampled_from(["promotion", "stopping"]))
def test_an_endless_search_gives_every_worker_something(n_workers, seed, form):
    """With infinitely many trials nobody ever waits, and it never ends."""
    scheduler, losses = AsynchronousHalving(math.inf, 9, form=form), losses_of(seed)
    rng = random.Random(seed)
    for _ in range(100):
        while len(scheduler.running) < n_workers:
            assert scheduler.ask() is not None
        job = scheduler.running[rng.choice(list(scheduler.running))]
        scheduler.report(job, losses(job))
        assert not scheduler.finished


def test_a_trial_waits_until_nothing_more_can_come():
    """Promotion form: a paused trial stays in play while a rung may still grow, and stops when it cannot."""
    scheduler = AsynchronousHalving(4, 3)
    jobs = [scheduler.ask() for _ in range(4)]
    for job in jobs[:3]:
        scheduler.report(job, job.trial)
    assert scheduler.ask() == Job(0, 0, 1, 1, 3)
    assert scheduler.states == {0: "running", 1: "waiting", 2: "waiting", 3: "running"}
    scheduler.report(jobs[3], 3)
    assert scheduler.states == {0: "running", 1: "stopped", 2: "stopped", 3: "stopped"}
    assert not scheduler.finished
    scheduler.report(Job(0, 0, 1, 1, 3), 0)
    assert scheduler.states[0] == "finished"
    assert scheduler.finished


def test_a_trial_that_may_go_on_is_what_is_asked_next():
    """Stopping form: whoever reports and asks gets the same trial again, before any new one."""
    scheduler = AsynchronousHalving(9, 9, form="stopping")
    first, second = scheduler.ask(), scheduler.ask()
    scheduler.report(first, 0.5)
    assert scheduler.ask() == Job(0, 0, 1, 1, 3)
    scheduler.report(second, 0.6)
    assert scheduler.states[1] == "stopped"
    assert scheduler.ask().trial == 2


@LOADED
@given(st.lists(st.integers(1, 40), min_size=1, max_size=6), st.integers(1, 2))
def test_brackets_fill_evenly(sizes, n_rounds):
    """When as many trials have started as the shares add up to, each bracket has exactly its share."""
    scheduler = AsynchronousHalving(n_rounds * sum(sizes), form="stopping", brackets=[(size, (1, 3)) for size in sizes])
    jobs = [scheduler.ask() for _ in range(n_rounds * sum(sizes))]
    assert Counter(job.bracket for job in jobs) == {bracket: n_rounds * size for bracket, size in enumerate(sizes)}


@pytest.mark.parametrize("mode", ["aggressive", "standard", "conservative"])
@pytest.mark.parametrize("max_trials", [16, 64, 200])
@pytest.mark.parametrize("divisor", [2, 3, 4])
def test_brackets_are_never_a_trial_away_from_their_share(mode, max_trials, divisor):
    """At every moment each of Determined's brackets has its share of the trials so far, give or take one."""
    scheduler = determined(max_trials, 1000, divisor, mode=mode)
    dealt = Counter()
    for n_dealt in range(1, max_trials + 1):
        dealt[scheduler.ask().bracket] += 1
        for number, bracket in enumerate(scheduler.brackets):
            assert abs(dealt[number] - n_dealt * bracket.share / max_trials) < 1


def test_hyperbands_brackets_can_be_played_asynchronously():
    """Each bracket gets its trials, and all end."""
    plans = hyperband_brackets(27)
    brackets = [(plan[0].n_trials, [stage.fidelity for stage in plan]) for plan in plans]
    n_trials = sum(share for share, _ in brackets)
    reports = drive(AsynchronousHalving(n_trials, brackets=brackets), losses_of(0), 9)
    started = Counter(job.bracket for job, _ in reports if job.rung == 0)
    assert started == {number: plan[0].n_trials for number, plan in enumerate(plans)}


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("divisor", [2, 3, 4])
def test_the_stopping_form_decides_as_optuna_does(seed, divisor):
    """One trial after another, Optuna's SuccessiveHalvingPruner prunes the same trials at the same epochs."""
    optuna = pytest.importorskip("optuna")
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    top, n_trials = divisor**3, 60
    rng = random.Random(seed)
    curves = [[rng.random() / epoch for epoch in range(1, top + 1)] for _ in range(n_trials)]
    pruner = optuna.pruners.SuccessiveHalvingPruner(min_resource=1, reduction_factor=divisor)
    study = optuna.create_study(pruner=pruner)
    theirs = []
    for curve in curves:
        trial = study.ask()
        for epoch, loss in enumerate(curve, start=1):
            trial.report(loss, epoch)
            if trial.should_prune() or epoch == top:
                break
        theirs.append(epoch)
        study.tell(trial, loss)
    scheduler = AsynchronousHalving(n_trials, top, divisor=divisor, form="stopping")
    reports = drive(scheduler, lambda job: curves[job.trial][job.stop - 1])
    assert [max(job.stop for job, _ in reports if job.trial == number) for number in range(n_trials)] == theirs
    assert len(set(theirs)) > 2


def test_optunas_rungs_start_from_the_bottom():
    """Where the top is no power of the divisor Optuna compares at 1, 3, 9, ..., and here the rungs divide the top."""
    optuna = pytest.importorskip("optuna")
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    compared = []
    for turn in (1, 2, 4, 10, 28):  # from here on the second trial is the worse one; it is pruned at the next rung
        pruner = optuna.pruners.SuccessiveHalvingPruner(min_resource=1, reduction_factor=3)
        study = optuna.create_study(pruner=pruner)
        for early, late in ((0.5, 0.5), (0.4, 0.6)):
            trial = study.ask()
            for epoch in range(1, 101):
                trial.report(early if epoch < turn else late, epoch)
                if trial.should_prune():
                    compared.append(epoch)
                    break
    assert compared == [1, 3, 9, 27, 81]
    assert rungs(100, 1, 3) == (1, 3, 11, 33, 100)
