"""How do the cores of this machine share jobs? Fresh processes, one job each at a time; one that dies costs only time.

Processes are started, not forked: threads of torch and numba do not survive a fork. They do not read the caller's main
module again either, so a script needs no ``if __name__ == "__main__"``. Each computes on one thread.

jobs    anything that can be sent to another process
crew    the workers that live
deaths  job -> how many workers died of it
"""

import os
import subprocess
import sys
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any

from hpo_tutor.cores import n_cores
from hpo_tutor.executors.parcels import ONE_THREAD, Outcome, answered, described, packed, search_paths
from hpo_tutor.executors.worker import READY, START, receive, send
from hpo_tutor.interrupts import uninterrupted

N_TRIES = 3
WATCH = 0.5  # seconds after which Ctrl-C is seen at the latest, where a wait cannot be interrupted
LAST_BREATH = 5.0  # seconds

Events = SimpleQueue[tuple["_Worker", bytes | None]]


class LocalProcesses:
    """Worker processes on this machine.

    Args:
        n_workers: how many; None is one for each core that this process may use, 0 runs the jobs in this process.

    Raises:
        ValueError: the number is negative.
    """

    def __init__(self, n_workers: int | None = None) -> None:
        if n_workers is not None and n_workers < 0:
            raise ValueError(f"n_workers must be 0 or more, got {n_workers}; 0 runs everything in this process")
        self.n_workers = n_cores() if n_workers is None else n_workers

    def __repr__(self) -> str:
        return f"{self.n_workers} worker processes" if self.n_workers != 1 else "1 worker process"

    def run(self, function: Callable[[Any], Any], jobs: Iterable[Any]) -> Iterator[Outcome]:
        """Outcomes of ``function(job)``, in the order in which they finish.

        A job whose worker dies runs again, at most three times in all; then its outcome is an error. When the iterator
        is closed, by Ctrl-C too, the workers end.

        Raises:
            TypeError: the function cannot be sent to another process.
            RuntimeError: no worker starts, or none can read the function.
        """
        jobs = list(jobs)
        if self.n_workers == 0:
            return _run_here(function, jobs)
        return _Driver(packed(function), jobs, self.n_workers).run()


class _Driver:
    def __init__(self, function: bytes, jobs: Sequence[Any], n_workers: int) -> None:
        self._function, self._jobs, self._n_workers = function, jobs, n_workers
        self._waiting = deque(range(len(jobs)))
        self._deaths: Counter[int] = Counter()
        self._still_born = 0  # workers in a row that died before they were ready
        self._crew: set[_Worker] = set()
        self._events: Events = SimpleQueue()

    def run(self) -> Iterator[Outcome]:
        outcomes: list[Outcome] = []
        try:
            while True:
                yield from outcomes
                if not self._n_open:
                    return
                while len(self._crew) < min(self._n_workers, self._n_open):
                    with uninterrupted():  # one that is in no crew would never be ended
                        self._crew.add(_Worker(self._function, self._events))
                heard = self._hear(*_next(self._events))
                outcomes = [*self._give_out(), *heard]  # nobody is idle while the caller looks at outcomes
        finally:
            with uninterrupted():
                for worker in self._crew:
                    worker.end()

    @property
    def _n_open(self) -> int:
        """Jobs that wait or are being done."""
        return len(self._waiting) + sum(worker.job is not None for worker in self._crew)

    def _hear(self, worker: "_Worker", reply: bytes | None) -> list[Outcome]:
        """What a worker's reply, or its death, brings."""
        number, worker.job = worker.job, None
        if reply is None:
            self._crew.discard(worker)
            died = worker.bury()
            if number is not None:
                return self._retry(number, died)
            self._mourn(died)
        elif number is not None:
            return [answered(number, reply)]
        elif reply == READY:
            self._still_born, worker.ready = 0, True
        else:
            raise RuntimeError(
                f"a worker process must be able to import what it runs: {reply.decode()}; define the function "
                "in a module that can be imported, or use n_workers=0"
            )
        return []

    def _give_out(self) -> list[Outcome]:
        """Jobs that wait go to workers that are idle; one that cannot be sent is an outcome already."""
        refused = []
        idle = [worker for worker in self._crew if worker.ready and worker.job is None]
        while idle and self._waiting:
            number = self._waiting.popleft()
            try:
                job = packed(self._jobs[number])
            except TypeError as error:
                refused.append(Outcome(number, None, f"{error}; n_workers=0 runs it in this process"))
            else:
                idle.pop().give(number, job)
        return refused

    def _retry(self, number: int, died: str) -> list[Outcome]:
        """Put a job back whose worker died, unless it has had its tries."""
        self._deaths[number] += 1
        if self._deaths[number] < N_TRIES:
            self._waiting.appendleft(number)
            return []
        why = f"its worker process died {N_TRIES} times ({died}); if memory was short, take fewer workers"
        return [Outcome(number, None, why)]

    def _mourn(self, died: str) -> None:
        self._still_born += 1
        if self._still_born >= N_TRIES:
            raise RuntimeError(
                f"worker processes must start, but {N_TRIES} in a row ended before their first job ({died}); "
                f"try `{sys.executable} -c '{START.partition(';')[0]}'`, or use n_workers=0"
            )


class _Worker:
    """A process, and a thread here that listens to it."""

    def __init__(self, function: bytes, events: Events) -> None:
        self.job: int | None = None
        self.ready = False
        environment = {**os.environ, **ONE_THREAD, "PYTHONPATH": os.pathsep.join(search_paths())}
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", START], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
        )
        self._send(function)
        threading.Thread(target=self._listen, args=(events,), daemon=True).start()

    def give(self, number: int, job: bytes) -> None:
        """Hand a job over."""
        self.job = number
        self._send(job)

    def end(self) -> None:
        """End the process, whatever it does."""
        assert self._process.stdin is not None
        self._process.kill()
        self._process.wait()
        with suppress(OSError):  # what it never read cannot be flushed
            self._process.stdin.close()

    def bury(self) -> str:
        """How the process ended that replies no more, in words."""
        with suppress(subprocess.TimeoutExpired):  # its pipe closes a moment before it is gone
            self._process.wait(timeout=LAST_BREATH)
        self.end()
        status = self._process.returncode
        return f"killed by signal {-status}" if status < 0 else f"exit status {status}"

    def _send(self, message: bytes) -> None:
        assert self._process.stdin is not None
        with suppress(OSError):  # it has died; whoever listens to it learns that
            send(self._process.stdin, message)

    def _listen(self, events: Events) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as replies:
            while (reply := receive(replies)) is not None:
                events.put((self, reply))
        events.put((self, None))


def _next(events: Events) -> tuple[_Worker, bytes | None]:
    while True:
        with suppress(Empty):
            return events.get(timeout=WATCH)


def _run_here(function: Callable[[Any], Any], jobs: Sequence[Any]) -> Iterator[Outcome]:
    for number, job in enumerate(jobs):
        try:
            value = function(job)
        except (Exception, SystemExit) as error:
            yield Outcome(number, None, described(error))
        else:
            yield Outcome(number, value, None)
