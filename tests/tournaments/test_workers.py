"""Tournaments on real processes: networks that pause reach what they reach unbroken, and a crash costs one trial."""

import itertools
import json
import logging
import math
import pickle

import numpy as np
import pytest
from distributed import LocalCluster
from tournaments.worker_jobs import Mortal

from hpo_tutor import problems
from hpo_tutor.early_stopping import AsynchronousHalving, Hyperband, SuccessiveHalving
from hpo_tutor.executors import DaskWorkers, LocalProcesses
from hpo_tutor.problems import tasks
from hpo_tutor.search_space import Choice, Float
from hpo_tutor.tournaments import play, play_with_workers, workers
from hpo_tutor.training import Population

UNEQUAL = {
    "learning_rate": Float(1e-4, 3e-2, log=True),
    "width": Choice((4, 16, 64, 128), ordered=True),
    "batch_size": Choice((16, 64, 256), ordered=True),
}
SCHEDULERS = {
    "halving": lambda: SuccessiveHalving(9, 9),
    "hyperband": lambda: Hyperband(9, side_by_side=True),
    "promotion": lambda: AsynchronousHalving(12, 9),
    "stopping": lambda: AsynchronousHalving(12, 9, form="stopping"),
}
QUIET = pytest.mark.filterwarnings("ignore:.*trials failed:RuntimeWarning")


def digits(**options):
    """Networks of unequal speed: widths 4 to 128, steps of 16 to 256 rows."""
    return problems.live("digits", UNEQUAL, **options)


def losses_of(tournament) -> dict:
    """What each job reported."""
    return {report.job: report.loss for report in tournament.reports}


def check_timeline(tournament, timeline) -> None:
    """One span a report, no worker at two jobs, no trial at two places, and each job after the one before it."""
    assert sorted(span.job for span in timeline.spans) == sorted(report.job for report in tournament.reports)
    for key in ("worker", "trial"):
        spans = sorted(timeline.spans, key=lambda span: span.begin)
        groups = {}
        for span in spans:
            groups.setdefault(span.worker if key == "worker" else span.job.trial, []).append(span)
        for own in groups.values():
            assert all(first.end <= second.begin for first, second in itertools.pairwise(own))
            if key == "trial":
                assert [span.job.start for span in own] == [0, *(span.job.stop for span in own[:-1])]
    assert {span.worker for span in timeline.spans} <= set(range(timeline.n_workers))
    assert min(span.begin for span in timeline.spans) == 0
    assert 0 < timeline.busy <= 1


@pytest.mark.real_data
@pytest.mark.parametrize("name", SCHEDULERS)
def test_each_report_is_that_of_an_unbroken_training(name):
    """Two processes of unequal jobs: the loss of each is bit for bit that of a population that never paused."""
    objective, scheduler = digits(), SCHEDULERS[name]()
    tournament, timeline = play_with_workers(objective, scheduler, executor=LocalProcesses(2), seed=3)
    assert scheduler.finished
    rows, task = tasks.rows("digits", 0), tasks.task("digits")
    configs = {report.trial: report for report in tournament.reports}
    for trial, report in configs.items():
        full = {**objective.space.fixed, **report.config, "epochs": 9}
        alone = Population(task.network, rows.data, full, [report.seed], "compiled").fit()
        curve = np.array([one.losses[0] for one in alone])
        assert [curve[int(job.stop) - 1] for job in losses_of(tournament) if job.trial == trial] == [
            loss for job, loss in losses_of(tournament).items() if job.trial == trial
        ]
        np.testing.assert_array_equal(tournament.curves[trial], curve[: len(tournament.curves[trial])])
    assert tournament.n_epochs == sum(len(curve) for curve in tournament.curves.values()) == timeline.n_epochs
    assert objective.n_trained == len(configs)
    check_timeline(tournament, timeline)


@pytest.mark.real_data
@pytest.mark.parametrize("name", ["halving", "hyperband"])
def test_synchronous_results_do_not_depend_on_the_workers(name):
    """In this process, in three others, or all in one population: the same reports and the same incumbent."""
    results = [
        play_with_workers(digits(), SCHEDULERS[name](), executor=LocalProcesses(n_workers), seed=3)[0]
        for n_workers in (0, 3)
    ]
    results.append(play(digits(), SCHEDULERS[name](), seed=3))
    for other in results[1:]:
        assert losses_of(other) == losses_of(results[0])
        assert other.incumbent == results[0].incumbent
        assert other.n_epochs == results[0].n_epochs


@pytest.mark.real_data
def test_convolutions_pause_too():
    """Where no machine code trains the network, torch does; the losses are those of a loop."""
    space = {"learning_rate": Float(1e-3, 1e-2, log=True), "width": Choice((2, 4), ordered=True)}
    objective = problems.live("digits-cnn", space)
    tournament, _ = play_with_workers(objective, SuccessiveHalving(3, 3, 1, 3), executor=LocalProcesses(0), seed=1)
    peer = play(problems.live("digits-cnn", space, backend="loop"), SuccessiveHalving(3, 3, 1, 3), seed=1)
    assert losses_of(tournament) == losses_of(peer)


def test_a_killed_worker_costs_its_trial_alone():
    """A job of the second rung kills its process: that trial has failed, the bracket goes on, all others are equal."""
    sound, _ = play_with_workers(Mortal(), SuccessiveHalving(9, 9), executor=LocalProcesses(0), seed=2)
    winner = sound.incumbent
    mortal = Mortal(kills=[(round(winner.config["x"], 6), 3)])
    scheduler = SuccessiveHalving(9, 9)
    with pytest.warns(RuntimeWarning, match="1 of 9 trials failed.*killed by signal 9"):
        tournament, timeline = play_with_workers(mortal, scheduler, executor=LocalProcesses(2), seed=2)
    assert scheduler.finished
    assert scheduler.states[winner.number] == "failed"
    assert tournament.history[winner.number].state == "failed"
    mine, others = losses_of(tournament), losses_of(sound)
    common = [job for job in mine if job in others and (job.trial, job.stop) != (winner.number, 3)]
    assert len(common) >= 11
    assert all(mine[job] == others[job] for job in common)
    assert tournament.incumbent.number != winner.number
    assert tournament.incumbent.fidelity == 9
    assert [math.isnan(span.loss) for span in timeline.spans].count(True) == 1
    check_timeline(tournament, timeline)


def test_with_two_tries_a_killed_worker_costs_only_time(tmp_path):
    """The job runs again in another process; nobody has failed."""
    sound, _ = play_with_workers(Mortal(), SuccessiveHalving(3, 3), executor=LocalProcesses(0), seed=2)
    kills = [(round(sound.incumbent.config["x"], 6), 3)]
    mortal = Mortal(kills=kills, mark=str(tmp_path / "mark"))
    again, _ = play_with_workers(mortal, SuccessiveHalving(3, 3), executor=LocalProcesses(1), seed=2, n_tries=2)
    assert (tmp_path / "mark").exists()
    assert losses_of(again) == losses_of(sound)


@QUIET
def test_what_raises_has_failed_with_its_message():
    """The first rung's best raises: it is out, its message is kept, and the second best goes on in its place."""
    sound, _ = play_with_workers(Mortal(), SuccessiveHalving(9, 9), executor=LocalProcesses(0), seed=2)
    best, second = sorted(sound.history.trials, key=lambda trial: trial.config["x"])[:2]
    raising = Mortal(raises=[(round(best.config["x"], 6), 1)])
    tournament, _ = play_with_workers(raising, SuccessiveHalving(9, 9), executor=LocalProcesses(0), seed=2)
    assert tournament.history[best.number].message == "ArithmeticError: no loss here"
    assert tournament.incumbent.number == second.number


@QUIET
@pytest.mark.real_data
def test_a_network_that_diverges_has_failed():
    """A learning rate of 1e30: the trial is out at the first rung, and the other goes to the top."""
    objective = problems.live("digits", {"learning_rate": Choice((1e-2, 1e30))})
    tournament, _ = play_with_workers(objective, SuccessiveHalving(6, 4, 1, 2), executor=LocalProcesses(0), seed=0)
    failed = [trial for trial in tournament.history if trial.state == "failed"]
    assert 0 < len(failed) < 6
    assert all(trial.config["learning_rate"] == 1e30 for trial in failed)
    assert "the loss was" in failed[0].message
    assert tournament.incumbent.config["learning_rate"] == 1e-2


@pytest.mark.real_data
def test_frozen_networks_are_dropped_with_their_trials(monkeypatch):
    """The driver keeps only networks that may go on: in a halving never more than wait at a rung, at the end none."""
    kept = []
    hear = workers._Driver.hear

    def heard(driver, served):
        hear(driver, served)
        states = driver._ledger.scheduler.states
        assert all(states[trial] in ("waiting", "running") for trial in driver._frozen)
        kept.append(len(driver._frozen))

    monkeypatch.setattr(workers._Driver, "hear", heard)
    play_with_workers(digits(), SuccessiveHalving(9, 9), executor=LocalProcesses(0), seed=3)
    assert max(kept) == 8  # the ninth report closes the rung
    assert kept[8] == 3
    assert kept[-1] == 0


@pytest.mark.real_data
@pytest.mark.parametrize("n_lines", [4, 11])
def test_a_torn_log_is_resumed(tmp_path, n_lines):
    """Cut off in the first rung or the second: the rest is done, from the start where networks were lost, and equal."""
    whole, torn = tmp_path / "whole.jsonl", tmp_path / "torn.jsonl"
    sound, _ = play_with_workers(digits(), SuccessiveHalving(9, 9), executor=LocalProcesses(0), seed=3, log=whole)
    lines = whole.read_bytes().splitlines(keepends=True)
    assert json.loads(lines[1])["trial"] == 0
    torn.write_bytes(b"".join(lines[:n_lines]) + lines[n_lines][:7])
    again, timeline = play_with_workers(digits(), SuccessiveHalving(9, 9), executor=LocalProcesses(0), seed=3, log=torn)
    assert losses_of(again) == losses_of(sound)
    assert len(timeline.spans) == len(sound.reports) - (n_lines - 1)
    assert again.incumbent == sound.incumbent


def test_ctrl_c_returns_what_was_reported(monkeypatch):
    """The interrupt comes after the fourth report: four are kept, and the tournament says that it was interrupted."""
    hear = workers._Driver.hear

    def heard(driver, served):
        if len(driver._spans) == 4:
            raise KeyboardInterrupt
        hear(driver, served)

    monkeypatch.setattr(workers._Driver, "hear", heard)
    tournament, timeline = play_with_workers(Mortal(), SuccessiveHalving(9, 9), executor=LocalProcesses(0))
    assert tournament.interrupted
    assert len(tournament.reports) == len(timeline.spans) == 4


@pytest.mark.real_data
def test_dask_workers_play_the_same_tournament():
    """On a cluster of two processes: the reports of one process here."""
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=logging.CRITICAL
    ) as cluster:
        executor = DaskWorkers(cluster.scheduler_address)
        tournament, timeline = play_with_workers(digits(), SuccessiveHalving(9, 9), executor=executor, seed=3)
    here, _ = play_with_workers(digits(), SuccessiveHalving(9, 9), executor=LocalProcesses(0), seed=3)
    assert losses_of(tournament) == losses_of(here)
    assert timeline.n_workers == 2
    check_timeline(tournament, timeline)


@pytest.mark.real_data
def test_little_travels():
    """What all jobs share is sent as names, without rows."""
    objective = digits()
    travelling = workers.Training(objective.name, 0, 10, workers._options(objective))
    assert len(pickle.dumps(travelling)) < 1000


@pytest.mark.real_data
def test_what_cannot_be_is_refused():
    """A tuned fidelity, and networks that ask for a GPU."""
    with pytest.raises(ValueError, match="epochs is what the scheduler decides"):
        play_with_workers(problems.live("digits", ["learning_rate", "epochs"]), SuccessiveHalving(3, 3))
    with pytest.raises(ValueError, match="workers train networks on processors"):
        play_with_workers(problems.live("digits", device="cuda"), SuccessiveHalving(3, 3))
