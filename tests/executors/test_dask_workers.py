"""A real Dask cluster on this machine: the same outcomes, also when its workers are killed."""

import logging
import os
import signal
import sys
from collections.abc import Iterator

import dask
import distributed
import pytest
from distributed import LocalCluster

from hpo_tutor.executors import DaskWorkers, Outcome, dask_workers
from tests.executors import jobs


def start(n_workers: int) -> LocalCluster:
    """Worker processes, each watched by a nanny that starts it again, and their scheduler."""
    return LocalCluster(
        n_workers=n_workers, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=logging.CRITICAL
    )


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    """Two workers for all tests but those that kill some."""
    with start(n_workers=2) as made:
        yield made


def by_number(outcomes) -> list[Outcome]:
    """Outcomes in the order of their jobs."""
    return sorted(outcomes, key=lambda outcome: outcome.number)


def test_every_job_has_one_outcome(cluster):
    """As of local processes: values, failures, one thread each, and what no module holds."""
    outcomes = by_number(DaskWorkers(cluster.scheduler_address).run(jobs.square, [1, "raise", 2, "exit", "threads"]))
    assert outcomes == [
        Outcome(0, 1, None),
        Outcome(1, None, "ValueError: no number"),
        Outcome(2, 4, None),
        Outcome(3, None, "SystemExit: 3"),
        Outcome(4, ["1", "1"], None),
    ]
    assert list(DaskWorkers(cluster.scheduler_address).run(lambda job: job + 1, [5])) == [Outcome(0, 6, None)]


def test_killed_workers_cost_nothing_but_time():
    """Both workers are killed while they work: every job is done, and has one outcome."""
    outcomes: list[Outcome] = []
    with start(n_workers=2) as mortal:
        victims = [nanny.pid for nanny in mortal.workers.values()]
        for outcome in DaskWorkers(mortal.scheduler_address).run(jobs.square, range(60)):
            outcomes.append(outcome)
            if len(outcomes) in (5, 25):
                os.kill(victims.pop(), signal.SIGKILL)
    assert victims == []
    assert by_number(outcomes) == [Outcome(i, i * i, None) for i in range(60)]


def test_an_unfinished_run_cancels_its_jobs(cluster):
    """After the outcomes are closed, the scheduler knows none of the jobs that were left."""
    outcomes = DaskWorkers(cluster.scheduler_address).run(jobs.square, range(200))
    next(outcomes)
    outcomes.close()
    assert list(DaskWorkers(cluster.scheduler_address).run(jobs.square, [7])) == [Outcome(0, 49, None)]
    assert len(cluster.scheduler.tasks) == 0


@pytest.mark.parametrize("address", ["nonsense", "", "http://127.0.0.1:8787", "tcp://127.0.0.1:1"])
def test_an_address_without_a_scheduler_is_an_error(monkeypatch, address):
    """The address is named, and what one looks like."""
    monkeypatch.setattr(dask_workers, "PATIENCE", "1s")
    with pytest.raises(ConnectionError, match=rf"must answer at '{address}'.*tcp://10\.0\.0\.1:8786"):
        list(DaskWorkers(address).run(jobs.square, [1]))


@pytest.mark.parametrize("address", ["nonsense", "tcp://nowhere"])
def test_a_bad_address_leaves_no_client_behind(monkeypatch, address):
    """A half-made client that is collected while another starts would hold both up for ever; so none is begun."""
    monkeypatch.setattr(distributed, "Client", None)
    with pytest.raises(ConnectionError, match="missing port number"):
        list(DaskWorkers(address).run(jobs.square, [1]))


def test_without_dask_the_error_says_what_to_install(monkeypatch):
    """`import distributed` fails, and the extra is named."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ImportError, match=r"pip install 'hpo_tutor\[cluster\]'"):
        list(DaskWorkers("tcp://127.0.0.1:1").run(jobs.square, [1]))


def test_what_kills_workers_and_a_scheduler_that_goes_away_are_errors():
    """Dask's patience with a job ends in an error outcome; without its scheduler nothing can go on, which is said."""
    # a worker that holds a second job would take the blame for both
    blame = {"distributed.scheduler.allowed-failures": 0, "distributed.scheduler.worker-saturation": 1.0}
    with dask.config.set(blame), start(n_workers=1) as lost:
        outcomes = DaskWorkers(lost.scheduler_address).run(jobs.square, ["die", 2, 3, 4, "forever"])
        killer, *innocent = by_number(next(outcomes) for _ in range(4))
        assert "its workers died, one after another" in killer.error
        assert innocent == [Outcome(1, 4, None), Outcome(2, 9, None), Outcome(3, 16, None)]
        lost.close()
        with pytest.raises(ConnectionError, match="has gone"):
            next(outcomes)


def test_a_cluster_without_workers_is_waited_for():
    """A warning says that nobody works yet; when a worker joins, the jobs are done."""
    with start(n_workers=0) as empty:
        outcomes = DaskWorkers(empty.scheduler_address).run(jobs.square, [3])
        empty.loop.call_later(0.1, empty.scale, 1)
        with pytest.warns(UserWarning, match="has no workers yet"):
            assert list(outcomes) == [Outcome(0, 9, None)]
