"""On which cases is an answer checked, where the course's own are known to everybody?

    HPO_TUTOR_PRIVATE_CHECKS    an instructor's Python file; it defines one of these, or both:
        EXERCISES               exercises, added to the course's own; one of the same id takes its place
        CASES                   exercise -> function of a numpy Generator that returns cases, tuples of arguments
    HPO_TUTOR_STUDENT           whose cases: each name draws others, and always the same

Drawn cases come behind the exercise's own, which tell its mistakes apart. What CASES does not draw for a student,
``drawn`` draws for the exercises that it knows; without student and file, nothing is drawn.
"""

import copy
import hashlib
import os
import re
import runpy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from hpo_tutor.course import exercises
from hpo_tutor.course.exercises import Exercise
from hpo_tutor.course.grading import drawn

Cases = Sequence[tuple[Any, ...]]
Draw = Callable[[np.random.Generator], Cases]


class Checks(NamedTuple):
    """What an instructor's file holds: whole exercises by id, and how cases are drawn for an exercise."""

    exercises: Mapping[str, Exercise]
    cases: Mapping[str, Draw]


def exercise(exercise_id: str, file: str | Path | None = None, student: str | None = None) -> Exercise:
    """The exercise of that id, on the cases of this student.

    Args:
        exercise_id: "03.1", or an id of the instructor's file.
        file: the instructor's file; None takes HPO_TUTOR_PRIVATE_CHECKS, if it is set.
        student: whose cases; None takes HPO_TUTOR_STUDENT, if it is set.

    Raises:
        ValueError: there is no such exercise, or the instructor's file is not as it should be.
    """
    file = file or os.environ.get("HPO_TUTOR_PRIVATE_CHECKS")
    student = student or os.environ.get("HPO_TUTOR_STUDENT")
    checks = load(file) if file else Checks({}, {})
    asked = checks.exercises.get(exercise_id) or exercises.exercise(exercise_id)
    draw = checks.cases.get(exercise_id)
    if draw is None and student and exercise_id not in checks.exercises:
        draw = drawn.CASES.get(exercise_id)
    if draw is None:
        return asked
    try:
        own = replace(asked, cases=(*asked.cases, *draw(generator(student or "", exercise_id))))
        for case in own.cases if exercise_id in checks.cases else ():
            own.call(case)
            own.truth(*copy.deepcopy(case))
    except Exception as error:  # whatever an instructor's function raises becomes a sentence
        raise ValueError(
            f"a drawn case is a tuple of arguments on which the truth gives an answer; of {exercise_id}, drawn for "
            f"{student or 'nobody'}, it is not: {type(error).__name__}: {error}"
        ) from error
    return own


def generator(student: str, exercise_id: str) -> np.random.Generator:
    """The student's own generator for an exercise; the same on every machine."""
    digest = hashlib.sha256(f"{student}\n{exercise_id}".encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:16], "big"))


def load(file: str | Path) -> Checks:
    """The checks of an instructor's file; it is read again when it has changed.

    Raises:
        ValueError: the file cannot be read or run, or holds no checks.
    """
    path = Path(file).expanduser().absolute()
    if not path.is_file():
        raise ValueError(f"private checks stand in a Python file, and there is none at {path}")
    return _load(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _load(path: Path, _changed: int) -> Checks:
    try:
        names = runpy.run_path(str(path))
    except (Exception, SystemExit) as error:  # whatever an instructor's file raises becomes a sentence
        raise ValueError(f"the private checks of {path} cannot be run: {type(error).__name__}: {error}") from error
    added, cases = names.get("EXERCISES", ()), names.get("CASES", {})
    if not (added or cases):
        raise ValueError(f"private checks are EXERCISES or CASES, and {path} defines neither")
    if not (isinstance(added, list | tuple) and isinstance(cases, dict)):
        raise ValueError(f"in {path}, EXERCISES is a list and CASES a dictionary, exercise -> function")
    wrong = [one for one in added if not isinstance(one, Exercise)] + [
        one for one in cases.values() if not callable(one)
    ]
    if wrong:
        raise ValueError(
            f"in {path}, EXERCISES holds hpo_tutor.course.exercises.Exercise and CASES holds functions of a numpy "
            f"Generator, not {wrong[0]!r}"
        )
    ids = [one.id for one in added]
    for one in ids:
        if re.fullmatch(r"\d\d\.\d+", one) is None or ids.count(one) > 1:
            raise ValueError(
                f"in {path}, each exercise has an id of its own, notebook and number as in 03.9, not {one!r}"
            )
    for one in cases.keys() - set(ids):
        try:
            exercises.exercise(one)
        except ValueError as error:  # misspelt, and everybody would pass without those cases
            raise ValueError(f"in CASES of {path}, {error}") from error
    return Checks(dict(zip(ids, added, strict=True)), dict(cases))
