"""What is asked at the end of a notebook? The questions of notebook NN stand in the room ``nbNN``.

Every option carries its own explanation, the wrong ones too: a wrong answer is where something can be learnt.
"""

import importlib
import pkgutil
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Option:
    """One possible answer.

    Attributes:
        text: the answer.
        why: what is said to a student who chose it.
        right: whether it is right.
    """

    text: str
    why: str
    right: bool = False


@dataclass(frozen=True)
class Question:
    """A question with its options; exactly one is right, unless ``several`` may be."""

    text: str
    options: tuple[Option, ...]
    several: bool = False


def questions(notebook: str) -> Sequence[Question]:
    """The questions of a notebook, "03".

    Raises:
        ValueError: it has none; the message lists the notebooks that do.
    """
    if notebook not in notebooks():
        known = ", ".join(f'"{one}"' for one in notebooks())
        raise ValueError(f"there is no quiz for notebook {notebook!r}; there are {known}")
    found: Sequence[Question] = importlib.import_module(f"{__name__}.nb{notebook}").QUESTIONS
    return found


def notebooks() -> list[str]:
    """The numbers of the notebooks that have a quiz, ["03", ...]."""
    return sorted(room.name[2:] for room in pkgutil.iter_modules(__path__) if room.name.startswith("nb"))
