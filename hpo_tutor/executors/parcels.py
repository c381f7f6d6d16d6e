"""How does a job travel to another process, and its result back? As bytes that only those two processes read.

function  bytes of a callable; what a notebook defines travels whole, what a module defines by its name
job       bytes of the one argument that the function gets
answer    bytes of (value, error); error is None where the function returned, and value where it did not
"""

import os
import pickle
import sys
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import cloudpickle

from hpo_tutor import cores

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


def described(error: BaseException) -> str:
    """Kind and message of an exception, on one line as far as the message is."""
    return f"{type(error).__name__}: {error}"


def search_paths() -> list[str]:
    """Where this process finds modules; "" is named, because a worker may stand elsewhere."""
    return list(dict.fromkeys(path or os.getcwd() for path in sys.path))
