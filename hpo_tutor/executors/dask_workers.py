"""How do many machines share jobs? Through the scheduler of a Dask cluster, started by whoever has the machines.

address  of the scheduler, such as tcp://10.0.0.1:8786, or of one of its processes
future   Dask's promise of one job's answer
worker   number of a thread of a process, as ``serve`` counts them

In ``run`` Dask itself runs a job again whose worker died, as often as the scheduler's setting ``allowed-failures`` says
(3). In ``serve`` each job belongs to one process, and is sent again from here.
"""

import itertools
import os
import time
import warnings
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any

from hpo_tutor import cores
from hpo_tutor.executors.parcels import (
    N_TRIES,
    Outcome,
    Served,
    Stream,
    answered,
    check_tries,
    described,
    packed,
    perform,
    refused,
    search_paths,
)

PATIENCE = "20s"  # for a scheduler that does not answer
WATCH = 0.25  # seconds after which a worker that has joined or gone is seen at the latest
INSTALL = "pip install 'hpo_tutor[cluster]'"


class DaskWorkers:
    """The workers of a Dask scheduler, as many as it has, and those that join later.

    Args:
        address: of the scheduler.
    """

    def __init__(self, address: str) -> None:
        self.address = address

    def __repr__(self) -> str:
        return f"the workers of {self.address}"

    def run(self, function: Callable[[Any], Any], jobs: Iterable[Any]) -> Iterator[Outcome]:
        """Outcomes of ``function(job)``, in the order in which they finish; a closed iterator cancels the rest.

        Raises:
            ImportError: Dask is not installed.
            ConnectionError: no scheduler answers at the address, or it has gone.
            TypeError: the function cannot be sent to another process.
            RuntimeError: the workers cannot do any job, for instance because hpo_tutor is not installed there.
        """
        distributed = _distributed()
        doing, paths = packed(function), search_paths()
        with self._client() as client:
            packets: dict[int, bytes] = {}
            for number, job in enumerate(jobs):
                try:
                    packets[number] = packed(job)
                except TypeError as error:
                    yield refused(number, error)
            # by map, Dask holds jobs back until a worker is free; one that dies is then blamed for few of them
            futures = client.map(_perform, list(packets.values()), function=doing, paths=paths, pure=False)
            numbers = dict(zip(futures, packets, strict=True))
            del futures  # what has been handed out is forgotten
            if not client.nthreads():
                self._warn_of_nobody()
            for future in distributed.as_completed(list(numbers), loop=client.loop):
                yield self._outcome(numbers.pop(future), future)

    def serve(
        self, function: Callable[[Any], Any], next_job: Callable[[], Any | None], n_tries: int = N_TRIES
    ) -> Stream:
        """What came of ``function(job)`` for jobs that come one by one, in the order in which they finish.

        A worker is one thread of one of Dask's processes. A job is drawn only when one is idle, and after the caller
        has looked at all outcomes so far; it is sent to that process alone. Those that join later work, too.

        Args:
            function: what is done with a job.
            next_job: the next job; None where there is none now: it is asked again after the next outcome. All is done
                when it gives None and nothing runs.
            n_tries: how often a job is tried whose process dies, where the scheduler's own patience is no shorter. With
                1 its death is the job's outcome.

        Raises:
            ImportError, ConnectionError, TypeError, RuntimeError: as of ``run``.
            ValueError: there is not at least one try.
        """
        check_tries(n_tries)
        return self._serve(packed(function), next_job, n_tries)

    def _serve(self, function: bytes, next_job: Callable[[], Any | None], n_tries: int) -> Stream:
        with self._client() as client:
            desk = _Desk(client, function)
            numbers, again, deaths = itertools.count(), deque[tuple[int, Any]](), Counter[int]()
            nobody_yet = True
            while True:
                with self._scheduler_there():
                    lost = desk.look()
                for task in lost:
                    deaths[task.number] += 1
                    if deaths[task.number] < n_tries:
                        again.append((task.number, task.job))
                    else:
                        times = f" {n_tries} times" if n_tries > 1 else ""
                        died = Outcome(task.number, None, f"its worker died{times}, last {task.address}")
                        yield task.served(died, time.monotonic())
                if not desk.tasks and not again:  # there may be nothing left to do, and then nobody to wait for
                    if (job := next_job()) is None:
                        return
                    again.append((next(numbers), job))
                for worker in desk.idle():
                    if again:
                        number, job = again.popleft()
                    elif (job := next_job()) is not None:
                        number = next(numbers)
                    elif desk.tasks:
                        break
                    else:
                        return
                    try:
                        packet = packed(job)
                    except TypeError as error:
                        now = time.monotonic()
                        yield Served(job, refused(number, error), worker, now, now)
                    else:
                        with self._scheduler_there():
                            desk.give(worker, number, job, packet)
                if nobody_yet and not desk.places:
                    self._warn_of_nobody()
                nobody_yet = False
                for task, end in desk.finished():
                    try:
                        outcome = self._outcome(task.number, task.future, PATIENCE)
                    except TimeoutError:  # its process has died and taken the answer along, which the next look shows
                        desk.take_back(task, end)
                    else:
                        yield task.served(outcome, end)

    @contextmanager
    def _client(self) -> Iterator[Any]:
        distributed = _distributed()
        try:
            # first, as a client that fails at its address is left half made, and blocks the next when it is collected
            distributed.comm.get_address_host_port(self.address)
            client = distributed.Client(self.address, timeout=PATIENCE, set_as_default=False)
        except (OSError, ValueError, TypeError) as error:
            raise ConnectionError(
                f"a Dask scheduler must answer at {self.address!r}: {described(error)}; an address looks like "
                "tcp://10.0.0.1:8786 and stands in the scheduler's first lines"
            ) from error
        with client:
            yield client

    @contextmanager
    def _scheduler_there(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise self._gone(error) from error

    def _gone(self, error: BaseException) -> ConnectionError:
        return ConnectionError(
            f"the Dask scheduler at {self.address} has gone ({described(error)}); what is finished is kept, "
            "start a scheduler and go on"
        )

    def _warn_of_nobody(self) -> None:
        warnings.warn(f"{self.address} has no workers yet; the jobs wait for some to join", stacklevel=3)

    def _outcome(self, number: int, future: Any, timeout: str | None = None) -> Outcome:
        distributed = _distributed()
        try:
            return answered(number, future.result(timeout))
        except TimeoutError as error:
            if timeout:
                raise
            raise self._gone(error) from error
        except distributed.KilledWorker as error:
            return Outcome(number, None, f"its workers died, one after another: {error}")
        except (distributed.CancelledError, OSError) as error:
            raise self._gone(error) from error
        except Exception as error:
            raise RuntimeError(
                f"every worker of {self.address} must have hpo_tutor installed, in the same version as here; one could "
                f"not begin: {described(error)}"
            ) from error


@dataclass(eq=False)
class _Task:
    """A job in a worker's hands."""

    number: int
    job: Any
    worker: int
    address: str
    begin: float
    future: Any

    def served(self, outcome: Outcome, end: float) -> Served:
        """What came of it."""
        return Served(self.job, outcome, self.worker, self.begin, end)


class _Desk:
    """Which worker has which job.

    Attributes:
        places: worker -> (address of its process, its thread), of those that are there.
        tasks: worker -> what it has.
    """

    def __init__(self, client: Any, function: bytes) -> None:
        self.places: dict[int, tuple[str, int]] = {}
        self.tasks: dict[int, _Task] = {}
        self._client, self._function, self._paths = client, function, search_paths()
        self._done: SimpleQueue[tuple[_Task, float]] = SimpleQueue()

    def look(self) -> list[_Task]:
        """See who is there now; the jobs of those that have gone without an answer."""
        if self._client.status != "running":
            raise ConnectionError(f"the client is {self._client.status}")
        scheduler = self._client.scheduler
        # as client.nthreads, which waits much longer for a scheduler that has just gone
        n_threads = self._client.sync(scheduler.ncores, workers=None, callback_timeout=PATIENCE)
        there = {(address, thread) for address, n in n_threads.items() for thread in range(n)}
        self.places = {worker: place for worker, place in self.places.items() if place in there}
        for place in sorted(there - set(self.places.values())):
            self.places[next(i for i in itertools.count() if i not in self.places)] = place
        lost = [task for task in self.tasks.values() if self.places.get(task.worker, ("",))[0] != task.address]
        for task in lost:
            del self.tasks[task.worker]
            task.future.cancel()
        return lost

    def idle(self) -> list[int]:
        """Workers that have nothing to do."""
        return sorted(self.places.keys() - self.tasks.keys())

    def give(self, worker: int, number: int, job: Any, packet: bytes) -> None:
        """Send a job to a worker's process, and to no other."""
        address, _ = self.places[worker]
        begin = time.monotonic()
        future = self._client.submit(
            _perform, packet, function=self._function, paths=self._paths, workers=[address], pure=False
        )
        self.tasks[worker] = task = _Task(number, job, worker, address, begin, future)
        future.add_done_callback(lambda _: self._done.put((task, time.monotonic())))

    def finished(self) -> list[tuple[_Task, float]]:
        """Jobs that have an answer, and when it was there; waits a moment for one."""
        found = []
        with suppress(Empty):
            found.append(self._done.get(timeout=WATCH))
            while True:
                found.append(self._done.get_nowait())
        # a job that was lost in the meantime is another worker's matter
        held = [(task, end) for task, end in found if self.tasks.get(task.worker) is task]
        for task, _ in held:
            del self.tasks[task.worker]
        return held

    def take_back(self, task: _Task, end: float) -> None:
        """Let a finished job be found once more."""
        self.tasks[task.worker] = task
        self._done.put((task, end))


def _perform(job: bytes, function: bytes, paths: Sequence[str]) -> bytes:
    """Runs on a worker: one job on one thread, for as many jobs run there as it has threads."""
    os.environ.setdefault(cores.VARIABLE, "1")
    return perform(function, job, paths)


def _distributed() -> Any:
    try:
        import distributed
    except ImportError as error:
        raise ImportError(f"a cluster needs Dask: {INSTALL}") from error
    return distributed
