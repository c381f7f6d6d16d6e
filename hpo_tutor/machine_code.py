"""How does a loop become as quick as one in C? numba compiles it when it is first called, and keeps the result on disk.

Rooms that hold such loops import numba at once, so they are imported only where they are needed.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

Function = TypeVar("Function", bound=Callable[..., object])


def compiled(function: Function) -> Function:
    """The function in machine code, which runs without the interpreter's lock and divides as numpy does.

    Kept on disk where there is a folder to write to; elsewhere each process compiles it anew.
    """
    return compiled_with()(function)


def compiled_with(**options: Any) -> Callable[[Function], Function]:
    """A decorator as ``compiled``, with further options of ``numba.njit``, such as fastmath."""
    options = {"nogil": True, "error_model": "numpy", **options}

    def compile_it(function: Function) -> Function:
        try:
            return cast(Function, njit(cache=True, **options)(function))
        except RuntimeError:  # no such folder
            return cast(Function, njit(**options)(function))

    return compile_it
