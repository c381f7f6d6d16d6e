"""Worker processes: what they return, and what happens when one, or their driver, is killed."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest

from hpo_tutor.executors import LocalProcesses, Outcome, local_processes
from tests.executors import jobs

ROOT = Path(__file__).parents[2]
PATIENCE = 60  # seconds for a process to end; it is not what is tested
DRIVER = """
from hpo_tutor.executors import LocalProcesses
from tests.executors.jobs import wait_for_ever
try:
    list(LocalProcesses(2).run(wait_for_ever, range(3)))
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""


def by_number(outcomes) -> list[Outcome]:
    """Outcomes in the order of their jobs."""
    return sorted(outcomes, key=lambda outcome: outcome.number)


@pytest.mark.parametrize("n_workers", [0, 1, 3])
def test_every_job_has_one_outcome(n_workers):
    """Values and failures come back under their jobs' numbers, the same for any number of workers."""
    outcomes = by_number(LocalProcesses(n_workers).run(jobs.square, [1, "raise", 2, "exit", 3]))
    assert outcomes == [
        Outcome(0, 1, None),
        Outcome(1, None, "ValueError: no number"),
        Outcome(2, 4, None),
        Outcome(3, None, "SystemExit: 3"),
        Outcome(4, 9, None),
    ]


def test_sixteen_workers_share_many_tiny_jobs():
    """More workers than cores, and more jobs than workers: each job is done once."""
    outcomes = by_number(LocalProcesses(16).run(jobs.square, range(200)))
    assert outcomes == [Outcome(i, i * i, None) for i in range(200)]


def test_no_jobs_need_no_workers(monkeypatch):
    """An empty list ends at once, and starts no process."""
    monkeypatch.setattr(subprocess, "Popen", None)
    assert list(LocalProcesses(2).run(jobs.square, [])) == []


def test_a_killed_worker_costs_nothing_but_time(tmp_path):
    """A job whose process is killed runs again; the others are done once."""
    marks = [str(tmp_path / name) for name in "abc"]
    Path(marks[1]).write_text("1")
    outcomes = by_number(LocalProcesses(2).run(jobs.die_once, marks))
    assert outcomes == [Outcome(i, 2, None) for i in range(3)]
    assert [Path(mark).read_text() for mark in marks] == ["2", "2", "2"]


def test_a_job_that_kills_its_workers_is_given_up():
    """After three deaths the job has an error that says how they died; its neighbours have their values."""
    outcomes = by_number(LocalProcesses(2).run(jobs.square, [2, "die", 3]))
    assert [outcome.value for outcome in outcomes] == [4, None, 9]
    assert "died 3 times (killed by signal 9)" in outcomes[1].error
    assert "fewer workers" in outcomes[1].error


def test_a_worker_whose_children_outlive_it_is_missed_at_once(tmp_path):
    """What a job forked holds no pipe open: its worker's death is heard while the children still live."""
    (outcome,) = LocalProcesses(1).run(jobs.leave_a_child, [str(tmp_path / "children")])
    children = [psutil.Process(int(line)) for line in (tmp_path / "children").read_text().split()]
    for child in children:
        child.kill()
    assert len(children) == 3
    assert "died 3 times" in outcome.error


def test_what_a_notebook_defines_reaches_the_workers():
    """A function that no module holds travels with what it needs."""
    offset = 10

    def shifted(job: int) -> int:
        return job + offset

    assert list(LocalProcesses(1).run(shifted, [5])) == [Outcome(0, 15, None)]


def test_what_cannot_travel_is_said():
    """A job with a lock is an error outcome, among good ones; a function with one is refused."""
    lock = threading.Lock()
    outcomes = by_number(LocalProcesses(1).run(jobs.square, [2, lock, 3]))
    assert [outcome.value for outcome in outcomes] == [4, None, 9]
    assert "lock cannot be sent to another process" in outcomes[1].error
    with pytest.raises(TypeError, match="cannot be sent to another process"):
        LocalProcesses(1).run(lambda job: lock, [1])
    (outcome,) = LocalProcesses(1).run(lambda job: threading.Lock(), [1])
    assert "lock" in str(outcome.error)


def test_a_function_that_workers_cannot_import_is_refused(tmp_path, monkeypatch):
    """The module is gone when the workers look for it: an error for all jobs at once, not one for each."""
    (tmp_path / "short_lived.py").write_text("def double(x): return 2 * x\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    import short_lived  # type: ignore[import-not-found]

    assert list(LocalProcesses(1).run(short_lived.double, [2])) == [Outcome(0, 4, None)]
    (tmp_path / "short_lived.py").unlink()
    with pytest.raises(RuntimeError, match=r"must be able to import what it runs.*short_lived.*n_workers=0"):
        list(LocalProcesses(1).run(short_lived.double, [2]))


def test_workers_that_never_start_are_an_error(monkeypatch):
    """Where the interpreter cannot start, the driver says so after three tries."""
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(RuntimeError, match=r"3 in a row ended before their first job \(exit status 1\)"):
        list(LocalProcesses(2).run(jobs.square, [1]))


def test_jobs_may_print_and_read():
    """What a job prints does not get between the results, and it finds nothing to read."""
    assert list(LocalProcesses(1).run(jobs.square, ["print", 3])) == [Outcome(0, "", None), Outcome(1, 9, None)]


def test_each_worker_computes_on_one_thread(monkeypatch):
    """Whatever the caller's setting is: as many threads as workers are enough."""
    monkeypatch.setenv("OMP_NUM_THREADS", "8")
    (outcome,) = LocalProcesses(1).run(jobs.square, ["threads"])
    assert outcome.value == ["1", "1"]


def test_closing_the_outcomes_ends_the_workers():
    """Who needs no more outcomes leaves no process behind, busy ones neither."""
    before = set(psutil.Process().children())
    outcomes = LocalProcesses(2).run(jobs.square, range(50))
    next(outcomes)
    assert set(psutil.Process().children()) - before
    outcomes.close()
    assert set(psutil.Process().children()) - before == set()


def test_ctrl_c_while_the_workers_end_leaves_none(monkeypatch):
    """Who is impatient and stops the stopping: the interrupt comes, and no worker is left, busy or idle."""
    before, end, ended = set(psutil.Process().children()), local_processes._Worker.end, []

    def impatient(worker):
        ended.append(worker)
        if len(ended) == 1:
            signal.raise_signal(signal.SIGINT)
        end(worker)

    monkeypatch.setattr(local_processes._Worker, "end", impatient)
    outcomes = LocalProcesses(2).run(jobs.square, [2, 3, "forever", "forever"])
    next(outcomes)
    with pytest.raises(KeyboardInterrupt):
        outcomes.close()
    assert len(ended) == 2
    assert set(psutil.Process().children()) - before == set()


def test_ctrl_c_while_workers_start_leaves_none(monkeypatch):
    """The interrupt comes when a process runs that is in no crew yet: it ends with the others."""
    before, begin = set(psutil.Process().children()), local_processes._Worker.__init__

    def interrupted(worker, *arguments):
        begin(worker, *arguments)
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(local_processes._Worker, "__init__", interrupted)
    with pytest.raises(KeyboardInterrupt):
        next(LocalProcesses(2).run(jobs.square, [2, 3]))
    assert set(psutil.Process().children()) - before == set()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_workers_end_with_their_driver(how):
    """Killed or interrupted, the driver takes its workers with it, though they are in the middle of endless jobs."""
    with subprocess.Popen(
        [sys.executable, "-c", DRIVER],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as driver:
        try:
            workers = [psutil.Process(int(driver.stderr.readline())) for _ in range(2)]
            assert all(worker.is_running() for worker in workers)
            if how == signal.SIGINT:  # as a terminal does: the whole group hears it
                os.killpg(driver.pid, how)
            else:
                driver.send_signal(how)
            driver.wait(timeout=PATIENCE)
            for worker in workers:
                worker.wait(timeout=PATIENCE)
            assert driver.stdout.read() == ("interrupted\n" if how == signal.SIGINT else "")
        finally:
            driver.kill()


def test_a_negative_number_of_workers_is_refused():
    """0 has a meaning, -1 has none."""
    with pytest.raises(ValueError, match=r"n_workers must be 0 or more, got -1; 0 runs"):
        LocalProcesses(-1)
