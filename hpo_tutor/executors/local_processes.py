"""How do the cores of this machine share jobs? Fresh processes, one job each at a time; one that dies costs only time.

Processes are started, not forked: threads of torch and numba do not survive a fork. They do not read the caller's main
module again either, so a script needs no ``if __name__ == "__main__"``. Each computes on one thread.

jobs    anything that can be sent to another process
crew    the workers that live
number  of a job, in the order in which they were drawn
deaths  number of a job -> how many workers died of it
"""

import itertools
import os
import subprocess
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from queue import Empty, SimpleQueue
from typing import Any

from hpo_tutor.cores import n_cores
from hpo_tutor.executors.parcels import (
    N_TRIES,
    ONE_THREAD,
    Outcome,
    Served,
    Stream,
    answered,
    check_tries,
    described,
    packed,
    refused,
    search_paths,
)
from hpo_tutor.executors.worker import READY, START, receive, send
from hpo_tutor.interrupts import uninterrupted

N_STARTS = 3  # workers in a row that may die before they are ready
WATCH = 0.5  # seconds after which Ctrl-C is seen at the latest, where a wait cannot be interrupted
LAST_BREATH = 5.0  # seconds

Events = SimpleQueue[tuple["_Worker", bytes | None, float]]
Draw = Callable[[], tuple[Any] | None]


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
        left = iter(jobs := list(jobs))

        def draw() -> tuple[Any] | None:
            return next(((job,) for job in left), None)

        return _outcomes(self._served(function, draw, N_TRIES, len(jobs)))

    def serve(
        self, function: Callable[[Any], Any], next_job: Callable[[], Any | None], n_tries: int = N_TRIES
    ) -> Stream:
        """What came of ``function(job)`` for jobs that come one by one, in the order in which they finish.

        As ``run``, but a job is drawn only when a worker is idle, and after the caller has looked at all outcomes so
        far: so the next job may depend on them.

        Args:
            function: what is done with a job.
            next_job: the next job; None where there is none now: it is asked again after the next outcome. All is done
                when it gives None and nothing runs.
            n_tries: how often a job is tried whose worker dies. With 1 the worker's death is the job's outcome.

        Raises:
            TypeError, RuntimeError: as of ``run``.
            ValueError: there is not at least one try.
        """
        check_tries(n_tries)

        def draw() -> tuple[Any] | None:
            return None if (job := next_job()) is None else (job,)

        return self._served(function, draw, n_tries, None)

    def _served(self, function: Callable[[Any], Any], draw: Draw, n_tries: int, n_jobs: int | None) -> Stream:
        if self.n_workers == 0:
            return _run_here(function, draw)
        return _Driver(packed(function), draw, self.n_workers, n_tries, n_jobs).run()


class _Driver:
    """Gives jobs to workers; ``n_jobs`` is how many will be drawn in all, None where outcomes decide."""

    def __init__(self, function: bytes, draw: Draw, n_workers: int, n_tries: int, n_jobs: int | None) -> None:
        self._function, self._draw, self._n_tries, self._n_jobs = function, draw, n_tries, n_jobs
        self._n_workers = n_workers
        self._jobs: dict[int, Any] = {}  # drawn, and not finished
        self._n_drawn = 0
        self._waiting: deque[int] = deque()  # drawn, and in no worker's hands
        self._deaths: Counter[int] = Counter()
        self._still_born = 0  # workers in a row that died before they were ready
        self._crew: set[_Worker] = set()
        self._events: Events = SimpleQueue()

    def run(self) -> Stream:
        served: list[Served] = []
        try:
            while True:
                yield from served
                if served := self._give_out():
                    continue
                if not self._jobs and not self._fetch():  # so no process starts where there is nothing to do
                    return
                while len(self._crew) < self._n_wanted:
                    places = {worker.place for worker in self._crew}
                    place = next(i for i in range(self._n_workers) if i not in places)
                    with uninterrupted():  # one that is in no crew would never be ended
                        self._crew.add(_Worker(self._function, self._events, place))
                served = self._hear(*_next(self._events))
                if self._n_jobs is not None:  # then nobody need be idle while the caller looks at outcomes
                    served += self._give_out()
        finally:
            with uninterrupted():
                for worker in self._crew:
                    worker.end()

    @property
    def _n_wanted(self) -> int:
        """Workers that are of use: for a known number of jobs, no more than are not finished."""
        if self._n_jobs is None:
            return self._n_workers
        return min(self._n_workers, self._n_jobs - self._n_drawn + len(self._jobs))

    def _fetch(self) -> bool:
        """Draw one more job, which then waits; whether there is one now."""
        if (drawn := self._draw()) is None:
            return False
        (self._jobs[self._n_drawn],) = drawn
        self._waiting.append(self._n_drawn)
        self._n_drawn += 1
        return True

    def _hear(self, worker: "_Worker", reply: bytes | None, now: float) -> list[Served]:
        """What a worker's reply, or its death, brings."""
        number, worker.job = worker.job, None
        if reply is None:
            self._crew.discard(worker)
            died = worker.bury()
            if number is not None:
                return self._retry(number, worker, died, now)
            if not worker.ready:  # one that has worked, and died at rest, is simply replaced
                self._mourn(died)
        elif number is not None:
            return [self._served(answered(number, reply), worker, now)]
        elif reply == READY:
            self._still_born, worker.ready = 0, True
        else:
            raise RuntimeError(
                f"a worker process must be able to import what it runs: {reply.decode()}; define the function "
                "in a module that can be imported, or use n_workers=0"
            )
        return []

    def _give_out(self) -> list[Served]:
        """Jobs go to workers that are idle; one that cannot be sent is an outcome already."""
        unsent: list[Served] = []
        idle = [worker for worker in self._crew if worker.ready and worker.job is None]
        for worker in sorted(idle, key=lambda worker: worker.place):
            while worker.job is None:
                if not self._waiting and not self._fetch():
                    return unsent
                number = self._waiting.popleft()
                worker.begin = time.monotonic()
                try:
                    job = packed(self._jobs[number])
                except TypeError as error:
                    unsent.append(self._served(refused(number, error), worker, worker.begin))
                else:
                    worker.give(number, job)
        return unsent

    def _served(self, outcome: Outcome, worker: "_Worker", now: float) -> Served:
        return Served(self._jobs.pop(outcome.number), outcome, worker.place, worker.begin, now)

    def _retry(self, number: int, worker: "_Worker", died: str, now: float) -> list[Served]:
        """Put a job back whose worker died, unless it has had its tries."""
        self._deaths[number] += 1
        if self._deaths[number] < self._n_tries:
            self._waiting.appendleft(number)
            return []
        times = f" {self._n_tries} times" if self._n_tries > 1 else ""
        why = f"its worker process died{times} ({died}); if memory was short, take fewer workers"
        return [self._served(Outcome(number, None, why), worker, now)]

    def _mourn(self, died: str) -> None:
        self._still_born += 1
        if self._still_born >= N_STARTS:
            raise RuntimeError(
                f"worker processes must start, but {N_STARTS} in a row ended before their first job ({died}); "
                f"try `{sys.executable} -c '{START.partition(';')[0]}'`, or use n_workers=0"
            )


class _Worker:
    """A process in its place of the crew, and a thread here that listens to it."""

    def __init__(self, function: bytes, events: Events, place: int) -> None:
        self.job: int | None = None
        self.ready, self.place, self.begin = False, place, 0.0
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
                events.put((self, reply, time.monotonic()))
        events.put((self, None, time.monotonic()))


def _next(events: Events) -> tuple[_Worker, bytes | None, float]:
    while True:
        with suppress(Empty):
            return events.get(timeout=WATCH)


def _run_here(function: Callable[[Any], Any], draw: Draw) -> Stream:
    for number in itertools.count():
        if (drawn := draw()) is None:
            return
        begin = time.monotonic()
        try:
            outcome = Outcome(number, function(*drawn), None)
        except (Exception, SystemExit) as error:
            outcome = Outcome(number, None, described(error))
        yield Served(*drawn, outcome, 0, begin, time.monotonic())


def _outcomes(served: Stream) -> Iterator[Outcome]:
    with closing(served) as parcels:
        for parcel in parcels:
            yield parcel.outcome
