"""How does a job travel to another process, and its result back? As bytes that only those two processes read.

function  bytes of a callable; what a notebook defines travels whole, what a module defines by its name
job       bytes of the one argument that the function gets
answer    bytes of (value, error); error is None where the function returned, and value where it did not
"""

import os
import pickle
import sys
from collections.abc import Callable, Generator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

import cloudpickle

from hpo_tutor import cores

N_TRIES = 3  # of a job whose worker dies
THREADS = (cores.VARIABLE, "MKL_NUM_THREADS", "NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
ONE_THREAD = dict.fromkeys(THREADS, "1")


class Outcome(NamedTuple):
    """What came of one job.

    Attributes:
        number: the job's place among the jobs, from 0.
        value: what the function returned; None where it failed.
        error: None, or the kind of the exception and its message, or how the worker died.
    """

    number: int
    value: Any | None
    error: str | None


class Served(NamedTuple):
    """One job that was asked for when a worker was idle, what came of it, and who did it when.

    Attributes:
        job: what ``next_job`` gave.
        outcome: its number counts the jobs in the order in which they were given.
        worker: the number of the worker, from 0; one that takes a dead one's place has its number.
        begin, end: when it was handed to the worker, and when its answer (or the worker's death) was heard: seconds of
            this process's ``time.monotonic``, so that machines need not agree about the time.
    """

    job: Any
    outcome: Outcome
    worker: int
    begin: float
    end: float


Stream = Generator[Served, None, None]  # to be closed by who needs no more of it; then the workers end


class Executor(Protocol):
    """Who does jobs that come one by one."""

    def serve(self, function: Callable[[Any], Any], next_job: Callable[[], Any | None], n_tries: int = ...) -> Stream:
        """What came of the jobs, as they finish; ``next_job`` is called whenever a worker is idle.

        None means that there is nothing now: it is asked again once the caller has seen the next outcome. All is done
        when it gives None and nothing runs.
        """


class UnreadableFunctionError(Exception):
    """The function itself cannot be had in the worker, so that no job can be done there."""


def packed(thing: Any) -> bytes:
    """A function or a job as bytes.

    Raises:
        TypeError: it holds what cannot leave its process, such as an open file or a lock.
    """
    try:
        packet: bytes = cloudpickle.dumps(thing)
    except Exception as error:  # whatever the thing's own methods raise
        raise TypeError(f"{type(thing).__name__} cannot be sent to another process: {described(error)}") from error
    return packet


def perform(function: bytes, job: bytes, paths: Sequence[str] = ()) -> bytes:
    """Do a job in this process; the answer as bytes.

    Args:
        function: as ``packed`` gave it.
        job: likewise.
        paths: folders in which the sender finds modules; they are appended to ``sys.path``.

    Raises:
        UnreadableFunctionError: the function cannot be had here.
    """
    sys.path += [path for path in paths if path not in sys.path]
    doing = unpacked(function)
    try:
        return packed((doing(pickle.loads(job)), None))
    except (Exception, SystemExit) as error:
        return packed((None, described(error)))


@lru_cache(maxsize=8)
def unpacked(function: bytes) -> Callable[[Any], Any]:
    """The function, read once.

    Raises:
        UnreadableFunctionError: it cannot be had here.
    """
    try:
        doing: Callable[[Any], Any] = pickle.loads(function)
    except Exception as error:
        raise UnreadableFunctionError(described(error)) from error
    return doing


def answered(number: int, answer: bytes) -> Outcome:
    """The outcome that an answer holds."""
    return Outcome(number, *pickle.loads(answer))


def refused(number: int, error: TypeError) -> Outcome:
    """The outcome of a job that cannot be sent."""
    return Outcome(number, None, f"{error}; n_workers=0 runs it in this process")


def check_tries(n_tries: int) -> None:
    """Refuse what would not even try once.

    Raises:
        ValueError: there is not at least one try.
    """
    if n_tries < 1:
        raise ValueError(f"a job needs at least one try, got n_tries={n_tries}")


def described(error: BaseException) -> str:
    """Kind and message of an exception, on one line as far as the message is."""
    return f"{type(error).__name__}: {error}"


def search_paths() -> list[str]:
    """Where this process finds modules; "" is named, because a worker may stand elsewhere."""
    return list(dict.fromkeys(path or os.getcwd() for path in sys.path))
