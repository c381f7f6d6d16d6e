"""Hints come one by one, and a wrong number says which exist."""

import pytest

from hpo_tutor.course.exercises import Exercise, all_exercises
from hpo_tutor.course.hints import hint


@pytest.mark.parametrize("asked", all_exercises(), ids=lambda asked: asked.id)
def test_every_exercise_has_three_different_hints(asked: Exercise, capsys: pytest.CaptureFixture[str]) -> None:
    """Hints 1 to 3 are printed as they stand."""
    for number in (1, 2, 3):
        hint(asked.id, number)
        assert capsys.readouterr().out == f"Hint {number} of 3: {asked.hints[number - 1]}\n"
    assert len(set(asked.hints)) == 3


def test_the_first_hint_is_the_default(capsys: pytest.CaptureFixture[str]) -> None:
    """Who asks for a hint without a number gets the gentlest."""
    hint("03.1")
    assert capsys.readouterr().out.startswith("Hint 1 of 3")


@pytest.mark.parametrize("number", [0, 4, -1, "2", True, None])
def test_a_wrong_number_says_which_hints_exist(number: object) -> None:
    """The error names the numbers and the call."""
    with pytest.raises(ValueError, match=r"hints 1 to 3, not .*; hint\(\"03\.1\", 1\)"):
        hint("03.1", number)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["03.9", "3.1", "99.1", "", "nb03", "03"])
def test_an_unknown_exercise_says_which_exist(name: str) -> None:
    """The error lists the exercises."""
    with pytest.raises(ValueError, match=r"there is no exercise .*\"03\.1\", \"03\.2\", \"03\.3\""):
        hint(name, 1)
