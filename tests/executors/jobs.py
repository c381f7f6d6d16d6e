"""Jobs for the tests of executors; they stand in a module of their own, so that workers import them."""

import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any


def square(job: Any) -> Any:
    """A number squared; other jobs misbehave, each in its own way."""
    if job == "raise":
        raise ValueError("no number")
    if job == "exit":
        sys.exit(3)
    if job == "print":
        print("a line on standard output")
        return sys.stdin.read()
    if job == "threads":
        return [os.environ[name] for name in ("OMP_NUM_THREADS", "HPO_TUTOR_CORES")]
    if job == "forever":
        threading.Event().wait()
    if job == "die":
        die_or(job)
    return job * job


def die_once(mark: str) -> int:
    """Killed the first time; how many times it ran, the second."""
    runs = Path(mark)
    before = int(runs.read_text()) if runs.exists() else 0
    runs.write_text(str(before + 1))
    if before == 0:
        die_or("die")
    return before + 1


def leave_a_child(mark: str) -> None:
    """Forks a process that would live for half a minute, notes its id, and is killed."""
    child = os.fork()
    if child == 0:
        signal.alarm(30)
        signal.pause()
    with open(mark, "a") as notes:
        notes.write(f"{child}\n")
    os.kill(os.getpid(), signal.SIGKILL)


def wait_for_ever(number: int) -> None:
    """Writes its process's id on the error stream, in one piece, and never returns."""
    os.write(2, f"{os.getpid()}\n".encode())
    threading.Event().wait()


def meet(folder_and_names: tuple[str, str, str]) -> str:
    """Says that it is there, and waits for another who must run at the same time."""
    folder, own, other = folder_and_names
    (Path(folder) / own).touch()
    while not (Path(folder) / other).exists():
        threading.Event().wait(0.01)
    return own


def die_or(job: Any) -> Any:
    """The job itself; "die" kills the process."""
    if job == "die":
        threading.Event().wait(1)  # a Dask worker that dies while it starts is not replaced
        os.kill(os.getpid(), signal.SIGKILL)
    return job


def who(job: int) -> int:
    """The process's id, after a tenth of a second."""
    threading.Event().wait(0.1)
    return os.getpid()


def gather(plan: tuple[str, str, int, str | None]) -> int:
    """Says in a folder who it is; the process's id, once so many have come, and the file that it waits for, if any."""
    folder, own, crowd, awaited = plan
    (Path(folder) / own).touch()
    while len(list(Path(folder).iterdir())) < crowd or (awaited and not Path(awaited).exists()):
        threading.Event().wait(0.01)
    return os.getpid()
