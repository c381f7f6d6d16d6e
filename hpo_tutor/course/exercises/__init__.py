"""What is asked of the student, what is right, and which mistakes are well known?

An exercise is a function to write. It is checked on a few cases against ``truth``; a well-known mistake is itself a
function, so that "the square root is missing" is said only of an answer that behaves exactly as if it were.
The exercises of notebook NN are the ``EXERCISES`` of ``nbNN``, a room or a folder with a room for each.
"""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

Function = Callable[..., Any]
N_WORDS = 8  # of a message make the name of its mistake


@dataclass(frozen=True)
class Variant:
    """Functions that are recognised, and what is said to a student whose answer equals one of them on every case.

    Attributes:
        message: what is said.
        functions: what is recognised.
        name: what records call it; by default the first words of the message, joined by hyphens. Where a message is
            worded anew, write its old name here, so that older records are still understood.
    """

    message: str
    functions: tuple[Function, ...]
    name: str = ""

    def __post_init__(self) -> None:
        if not self.name:
            words = re.findall(r"[a-z0-9]+", self.message.lower())[:N_WORDS]
            object.__setattr__(self, "name", "-".join(words))  # the one way to set a field of a frozen dataclass


@dataclass(frozen=True)
class Exercise:
    """A function to write.

    Attributes:
        id: notebook and number, "03.1".
        title: what the function returns, in words.
        level: 1 (a few minutes) to 3 (think first).
        truth: a right answer; its parameters name the arguments of a case.
        cases: the arguments of each call; they tell every mistake from the truth and from each other.
        mistakes: well-known wrong answers.
        remarks: answers that are right as well, with what is worth saying about them.
        hints: three, from a nudge to nearly the answer.
        comparable: what of an answer is compared, where its order or form does not matter; None compares it as it is.
        shown: what of an answer is printed where it differs; None prints it as it is.
    """

    id: str
    title: str
    level: int
    truth: Function
    cases: Sequence[tuple[Any, ...]]
    mistakes: Sequence[Variant]
    hints: tuple[str, str, str]
    remarks: Sequence[Variant] = ()
    comparable: Function | None = None
    shown: Function | None = None

    def call(self, arguments: tuple[Any, ...]) -> str:
        """A case as it would be typed: ``n_draws(share=0.05, confidence=0.95)``."""
        named = inspect.signature(self.truth).parameters
        shown = ", ".join(f"{name}={in_short(value)}" for name, value in zip(named, arguments, strict=True))
        return f"{self.truth.__name__}({shown})"


def exercise(exercise_id: str) -> Exercise:
    """The exercise of that id.

    Raises:
        ValueError: there is none; the message lists those that exist.
    """
    notebook = str(exercise_id).partition(".")[0]
    for candidate in _of_notebook(notebook) if notebook in notebooks() else ():
        if candidate.id == exercise_id:
            return candidate
    known = ", ".join(f'"{one.id}"' for one in all_exercises())
    raise ValueError(f"there is no exercise {exercise_id!r}; there are {known}")


def all_exercises() -> list[Exercise]:
    """Every exercise of the course, in order."""
    return [one for notebook in notebooks() for one in _of_notebook(notebook)]


def notebooks() -> list[str]:
    """The numbers of the notebooks that have exercises, ["03", ...]."""
    return sorted(room.name[2:] for room in pkgutil.iter_modules(__path__) if room.name.startswith("nb"))


def in_short(value: Any) -> str:
    """A value as a student would type it, long arrays shortened."""
    import numpy as np

    if isinstance(value, np.ndarray):
        text = np.array2string(value, precision=4, separator=", ", threshold=12, max_line_width=100)
        return " ".join(text.split())  # a table fits on one line as well
    if isinstance(value, float | np.floating):
        return f"{float(value):.6g}"
    if isinstance(value, np.generic):
        return str(value.item())
    if isinstance(value, tuple | list):
        inner = ", ".join(in_short(item) for item in value[:12]) + (", ..." if len(value) > 12 else "")
        return f"({inner})" if isinstance(value, tuple) else f"[{inner}]"
    text = repr(value)
    return text if len(text) <= 200 else text[:197] + "..."


def _of_notebook(notebook: str) -> Sequence[Exercise]:
    found: Sequence[Exercise] = importlib.import_module(f"{__name__}.nb{notebook}").EXERCISES
    return found
