"""Functions in machine code: also where nothing can be kept on disk."""

from typing import Any

import pytest

from hpo_tutor.machine_code import compiled, compiled_with


def test_it_works_where_nothing_can_be_kept() -> None:
    """A function that belongs to no file, and so has no folder for its machine code, is compiled all the same."""
    scope: dict[str, Any] = {}
    exec("def doubled(x):\n    return 2 * x", scope)
    with pytest.raises(RuntimeError, match="cannot cache"):  # what the compiler itself says to it
        __import__("numba").njit(cache=True)(scope["doubled"])
    assert compiled(scope["doubled"])(21) == 42


def test_it_divides_as_numpy_does() -> None:
    """A division by zero is infinite, and no error; options reach the compiler."""

    def inverse(x: float) -> float:
        return 1 / x

    assert compiled(inverse)(0.0) == float("inf")
    assert compiled_with(fastmath={"contract"})(inverse)(4.0) == 0.25
