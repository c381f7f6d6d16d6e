"""Jobs that come one by one: the next may depend on what came of those before it."""

import itertools
import logging
import os
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import closing, suppress

import distributed
import psutil
import pytest
from distributed import LocalCluster

from hpo_tutor.executors import DaskWorkers, LocalProcesses, Outcome
from hpo_tutor.executors.parcels import Executor, Served
from tests.executors import jobs

KINDS = ["here", "one process", "two processes", "dask"]
EACH = pytest.mark.parametrize("executor", KINDS, indirect=True)
APART = pytest.mark.parametrize("executor", KINDS[1:], indirect=True)
PATIENCE = 1200  # twentieths of a second for new workers to come, on the busiest machine
IN_TWOS = pytest.mark.parametrize("executor", KINDS[2:], indirect=True)


def start(n_workers: int, n_threads: int = 1) -> LocalCluster:
    """Worker processes, each watched by a nanny that starts it again, and their scheduler."""
    return LocalCluster(
        n_workers=n_workers,
        threads_per_worker=n_threads,
        processes=True,
        dashboard_address=None,
        silence_logs=logging.CRITICAL,
    )


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    """Two workers for all tests but those that kill some."""
    with start(n_workers=2) as made:
        yield made


@pytest.fixture
def executor(request: pytest.FixtureRequest) -> Executor:
    """One of each kind."""
    if request.param == "dask":
        return DaskWorkers(request.getfixturevalue("cluster").scheduler_address)
    return LocalProcesses(KINDS.index(request.param))


def serve_all(executor: Executor, function, wanted, n_tries: int = 1) -> list[Served]:
    """What came of a list of jobs, in its order."""
    queue = deque(wanted)
    done = executor.serve(function, lambda: queue.popleft() if queue else None, n_tries)
    return sorted(done, key=lambda served: served.outcome.number)


def check_workers(done: list[Served], n_workers: int) -> None:
    """No worker has two jobs at once, and there are no more of them than there should be."""
    assert {served.worker for served in done} <= set(range(n_workers))
    for worker in range(n_workers):
        own = sorted((served.begin, served.end) for served in done if served.worker == worker)
        assert all(begin <= end for begin, end in own)
        assert all(first[1] <= second[0] for first, second in itertools.pairwise(own))


@EACH
def test_every_job_has_one_outcome(executor):
    """Values and failures come with their jobs, numbers count them as they were drawn."""
    wanted = [1, "raise", 2, "exit", 3]
    done = serve_all(executor, jobs.square, wanted)
    assert [served.job for served in done] == wanted
    assert [served.outcome for served in done] == [
        Outcome(0, 1, None),
        Outcome(1, None, "ValueError: no number"),
        Outcome(2, 4, None),
        Outcome(3, None, "SystemExit: 3"),
        Outcome(4, 9, None),
    ]
    check_workers(done, 2)


@EACH
def test_outcomes_bring_jobs(executor):
    """Each number brings its two children, down to 31: a worker that found nothing to do is asked again."""
    queue, seen = deque([1]), []
    for served in executor.serve(jobs.square, lambda: queue.popleft() if queue else None):
        assert served.outcome.value == served.job**2
        seen.append(served.job)
        queue.extend(child for child in (2 * served.job, 2 * served.job + 1) if child < 32)
    assert sorted(seen) == list(range(1, 32))


@EACH
def test_a_job_is_drawn_only_for_an_idle_worker(executor):
    """Never are more jobs drawn and unseen than there are workers; an outcome is seen before the next is drawn."""
    n_workers = getattr(executor, "n_workers", 2) or 1
    open_jobs, most, last = 0, 0, 12

    def next_job() -> int | None:
        nonlocal open_jobs, last, most
        if last == 0:
            return None
        last -= 1
        open_jobs += 1
        most = max(most, open_jobs)
        return last

    for _ in executor.serve(jobs.square, next_job):
        open_jobs -= 1
    assert 1 <= most <= n_workers
    assert open_jobs == 0


@IN_TWOS
def test_two_jobs_are_done_at_once(executor, tmp_path):
    """Each waits until the other runs, so that one after another they would never end; two workers did them."""
    done = serve_all(executor, jobs.meet, [(str(tmp_path), "a", "b"), (str(tmp_path), "b", "a")])
    assert [served.outcome.value for served in done] == ["a", "b"]
    assert {served.worker for served in done} == {0, 1}
    assert done[0].begin <= done[1].end
    assert done[1].begin <= done[0].end


@EACH
def test_nothing_to_do_ends_at_once(executor, monkeypatch):
    """No job, no outcome, and no process is started for it."""
    monkeypatch.setattr(subprocess, "Popen", None)
    assert list(executor.serve(jobs.square, lambda: None)) == []


@APART
def test_a_job_that_cannot_travel_is_an_outcome(executor):
    """A lock among numbers: it is refused, they are done."""
    done = serve_all(executor, jobs.square, [2, threading.Lock(), 3])
    assert [served.outcome.value for served in done] == [4, None, 9]
    assert "lock cannot be sent to another process" in str(done[1].outcome.error)


@pytest.mark.parametrize("n_workers", [1, 2])
def test_with_one_try_a_death_is_an_outcome(n_workers):
    """The job of a killed process fails at once; others take its place and do the rest under its number."""
    done = serve_all(LocalProcesses(n_workers), jobs.die_or, [1, "die", 2, "die", 3, 4])
    assert [served.outcome.value for served in done] == [1, None, 2, None, 3, 4]
    assert all("its worker process died (killed by signal 9)" in str(done[i].outcome.error) for i in (1, 3))
    check_workers(done, n_workers)


def test_with_more_tries_a_death_costs_only_time(tmp_path):
    """Killed the first time, done the second."""
    (served,) = serve_all(LocalProcesses(1), jobs.die_once, [str(tmp_path / "mark")], n_tries=2)
    assert served.outcome == Outcome(0, 2, None)


@EACH
def test_at_least_one_try(executor):
    """None at all makes no sense."""
    with pytest.raises(ValueError, match="at least one try, got n_tries=0"):
        executor.serve(jobs.square, lambda: None, 0)


def workers() -> set[psutil.Process]:
    """The worker processes of this one; a cluster of another test may start and end processes of its own meanwhile."""
    found = set()
    for child in psutil.Process().children():
        with suppress(psutil.NoSuchProcess):
            if any("hpo_tutor.executors.worker" in word for word in child.cmdline()):
                found.add(child)
    return found


@pytest.mark.parametrize("executor", ["two processes"], indirect=True)
def test_closing_ends_the_workers(executor):
    """Who needs no more leaves no process behind, and neither does a question that raises."""
    before = workers()
    with closing(executor.serve(jobs.square, lambda: 2)) as done:
        next(done)
        assert workers() - before
    assert workers() - before == set()
    answers, seen = [2], []

    def question() -> int | None:
        """A second worker may be idle before the first has answered."""
        return answers.pop() if answers or seen else None

    done = executor.serve(jobs.square, question)
    seen.append(next(done).outcome.value)
    assert seen == [4]
    with pytest.raises(IndexError):
        next(done)
    assert workers() - before == set()


def test_a_dask_death_is_an_outcome():
    """A killed process fails its job alone, and the others are done."""
    with start(n_workers=2) as mortal:
        done = serve_all(DaskWorkers(mortal.scheduler_address), jobs.die_or, [1, 2, "die", 3, 4])
        mortal.wait_for_workers(2)  # a nanny that is closed while it starts another never ends
    assert [served.outcome.value for served in done] == [1, 2, None, 3, 4]
    assert "its worker died, last tcp://" in str(done[2].outcome.error)
    check_workers(done, 2)


def test_a_dask_death_is_tried_again(tmp_path):
    """With two tries the job of a killed process is done by another."""
    with start(n_workers=2) as mortal:
        executor = DaskWorkers(mortal.scheduler_address)
        (served,) = serve_all(executor, jobs.die_once, [str(tmp_path / "mark")], n_tries=2)
        mortal.wait_for_workers(2)
    assert served.outcome == Outcome(0, 2, None)


def test_dask_workers_that_join_later_work_too():
    """A warning where there is none yet; one joins and works, then a second, and both have done some."""
    with start(n_workers=0) as growing:
        growing.loop.call_later(0.1, growing.scale, 1)
        pids: set[int] = set()
        numbers = iter(range(4000))
        with closing(DaskWorkers(growing.scheduler_address).serve(jobs.who, lambda: next(numbers, None))) as done:
            with pytest.warns(UserWarning, match="has no workers yet"):
                pids.add(next(done).outcome.value)
            growing.scale(2)
            for served in done:
                pids.add(served.outcome.value)
                if len(pids) == 2:
                    break
        assert len(pids) == 2


def test_each_thread_of_a_dask_process_is_a_worker(tmp_path):
    """Two jobs that wait for each other are done in one process of two threads."""
    with start(n_workers=1, n_threads=2) as threaded:
        wanted = [(str(tmp_path), "a", "b"), (str(tmp_path), "b", "a")]
        done = serve_all(DaskWorkers(threaded.scheduler_address), jobs.meet, wanted)
    assert [served.outcome.value for served in done] == ["a", "b"]


def test_an_answer_that_is_lost_with_its_worker_is_made_again(cluster, monkeypatch):
    """The answer was there and cannot be fetched in time: it is looked for once more, not waited for without end."""
    fetch, failures = distributed.Future.result, iter([TimeoutError("gone")])

    def fetched(future, timeout=None):
        if timeout and (failure := next(failures, None)):
            raise failure
        return fetch(future, timeout)

    monkeypatch.setattr(distributed.Future, "result", fetched)
    done = serve_all(DaskWorkers(cluster.scheduler_address), jobs.square, [2, 3])
    assert [served.outcome.value for served in done] == [4, 9]
    assert next(failures, None) is None


def test_a_dask_scheduler_that_goes_away_is_an_error():
    """Nothing can go on without it, which is said."""
    with start(n_workers=1) as lost:
        numbers = iter([2, "forever"])
        done = DaskWorkers(lost.scheduler_address).serve(jobs.square, lambda: next(numbers, None))
        assert next(done).outcome == Outcome(0, 4, None)
        lost.close()
        with pytest.raises(ConnectionError, match="has gone"):
            next(done)


def test_a_closed_stream_leaves_dask_no_job(cluster):
    """The scheduler forgets what nobody waits for."""
    with closing(DaskWorkers(cluster.scheduler_address).serve(jobs.who, lambda: 1)) as done:
        next(done)
    assert serve_all(DaskWorkers(cluster.scheduler_address), jobs.square, [7])[0].outcome == Outcome(0, 49, None)
    assert len(cluster.scheduler.tasks) == 0


def test_ctrl_c_leaves_no_worker():
    """The interrupt comes while the caller waits: it is raised, and the processes end."""
    before = workers()
    done = LocalProcesses(1).serve(jobs.square, iter([2, "forever"]).__next__)
    next(done)
    timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        next(done)
    timer.join()
    assert workers() - before == set()


def test_those_who_die_at_rest_are_replaced(tmp_path):
    """Three workers have done a job each and are killed while a fourth works: its job is done, and a further one."""
    before, (crowd, replaced) = workers(), (tmp_path / "crowd", tmp_path / "replaced")
    crowd.mkdir()
    jobs_left = deque((str(crowd), str(i), 4, str(replaced) if i == 3 else None) for i in range(4))
    seen: list[Outcome] = []
    over, came = threading.Event(), threading.Event()

    def next_job() -> tuple[str, str, int, None] | None:
        if jobs_left:
            return jobs_left.popleft()
        return (str(crowd), "4", 4, None) if len(seen) == 4 else None

    def watch(dead: set[int]) -> None:
        """The fourth job may end once three have come in place of the dead, whose deaths are known by then."""
        for _ in range(PATIENCE):
            if len({worker.pid for worker in workers() - before} - dead) == 4:
                came.set()
            if came.is_set() or over.wait(0.05):
                break
        replaced.touch()

    with closing(LocalProcesses(4).serve(jobs.gather, next_job, 1)) as done:
        try:
            for served in done:
                seen.append(served.outcome)
                if len(seen) == 3:
                    dead = {outcome.value for outcome in seen}
                    assert len(dead) == 3
                    for pid in dead:
                        os.kill(pid, signal.SIGKILL)
                    watcher = threading.Thread(target=watch, args=(dead,))
                    watcher.start()
                if len(seen) == 5:
                    break
        finally:
            over.set()
    watcher.join()
    assert came.is_set()
    assert [outcome.error for outcome in seen] == [None] * 5


def test_an_empty_cluster_with_nothing_to_do_is_done():
    """Nobody is there, and nobody is needed."""
    with LocalCluster(n_workers=0, dashboard_address=None, processes=False, protocol="tcp") as empty:
        assert list(DaskWorkers(empty.scheduler_address).serve(jobs.square, lambda: None)) == []
