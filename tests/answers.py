"""What a check says of an answer to an exercise: what the tests of all exercises ask."""

from collections.abc import Callable
from typing import Any

from hpo_tutor.course.checks import examine
from hpo_tutor.course.exercises import exercise

Function = Callable[..., Any]


def passes(exercise_id: str, function: Function) -> None:
    """The answer is right."""
    verdict = examine(exercise(exercise_id), function)
    assert verdict.state == "passed", (verdict.message, verdict.case)


def is_mistaken(exercise_id: str, function: Function, said: str) -> None:
    """The answer is wrong, and its mistake is named by these words; "" means that none is named."""
    verdict = examine(exercise(exercise_id), function)
    assert verdict.state == "wrong"
    if said:
        assert verdict.mistake is not None, verdict.case
        assert said in verdict.mistake.message
    else:
        assert verdict.mistake is None, verdict.message
