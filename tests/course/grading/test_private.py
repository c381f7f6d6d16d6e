"""Cases that nobody has seen: drawn from a student's name, or an instructor's own."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hpo_tutor.course.checks import check, examine
from hpo_tutor.course.exercises import Exercise, exercise
from hpo_tutor.course.grading import private
from hpo_tutor.course.grading.drawn import CASES
from hpo_tutor.course.hints import hint

DRAWN = sorted(CASES)


def pasted(asked: Exercise) -> Any:
    """A function that knows the answers to the public cases, and computes nothing."""
    answers = {repr(case): asked.truth(*case) for case in asked.cases}
    return lambda *arguments: answers[repr(arguments)]


@pytest.mark.parametrize("exercise_id", DRAWN)
def test_pasted_answers_pass_the_public_cases_alone(exercise_id: str) -> None:
    """A table of the published answers is right without a student's name, and wrong with one; the truth is right."""
    public = exercise(exercise_id)
    assert examine(public, pasted(public)).state == "passed"
    own = private.exercise(exercise_id, student="ada")
    assert examine(own, pasted(public)).state == "wrong"
    assert examine(own, public.truth).state == "passed"


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # some of the well-known mistakes divide by zero
@pytest.mark.parametrize("exercise_id", DRAWN)
def test_drawn_cases_keep_every_diagnosis(exercise_id: str) -> None:
    """Each well-known mistake is still named, and each remark still passes, on the cases of a student."""
    own = private.exercise(exercise_id, student="ada")
    for variant in own.mistakes:
        assert examine(own, variant.functions[0]).mistake is variant
    for variant in own.remarks:
        assert examine(own, variant.functions[0]).state == "passed"


@pytest.mark.parametrize("exercise_id", DRAWN)
def test_a_student_has_the_same_cases_everywhere_and_nobody_elses(exercise_id: str) -> None:
    """The answers of two students differ, and those of one do not differ from one call to the next."""
    asked = [private.exercise(exercise_id, student=name) for name in ("ada", "ada", "zoe")]
    cases = [repr(one.cases[len(exercise(exercise_id).cases) :]) for one in asked]
    assert cases[0] == cases[1] != cases[2]


def test_the_generator_of_a_student_stays_what_it_is() -> None:
    """Grades must be repeatable: these numbers hold for every version of the course."""
    assert private.generator("ada", "03.1").integers(0, 1000, 4).tolist() == [897, 451, 636, 576]


FILE = """
import numpy as np
from hpo_tutor.course.exercises import Exercise

def double(x):
    return 2 * x

EXERCISES = [Exercise(id="03.9", title="twice", level=1, truth=double, cases=[(1.0,)], mistakes=[], hints=("", "", ""))]
CASES = {"03.1": lambda rng: [(round(rng.uniform(0.001, 0.002), 6), 0.5)], "03.9": lambda rng: [(rng.random(),)]}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """An instructor's file: one more exercise, and cases for two."""
    path = tmp_path / "private_checks.py"
    path.write_text(FILE)
    return path


def _right(share: float, confidence: float) -> int:
    return math.ceil(math.log(1 - confidence) / math.log(1 - share))


def test_an_instructors_file_adds_exercises_and_cases(file: Path) -> None:
    """Its cases come behind the public ones, for each student others; its exercises stand beside the course's."""
    own = private.exercise("03.1", file, "ada")
    assert len(own.cases) == len(exercise("03.1").cases) + 1
    assert own.cases[-1] != private.exercise("03.1", file, "zoe").cases[-1]
    assert 0.001 <= own.cases[-1][0] <= 0.002
    assert examine(own, _right).state == "passed"
    assert examine(private.exercise("03.9", file, "ada"), lambda x: x + x).state == "passed"
    assert examine(private.exercise("03.9", file, "ada"), lambda x: 2.0).state == "wrong"
    assert private.exercise("03.2", file).cases == exercise("03.2").cases


def test_checks_in_a_notebook_use_what_the_environment_names(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the two variables set, as on a shared server, `check` tries a student's own cases and the private ones."""
    monkeypatch.delenv("HPO_TUTOR_STRICT", raising=False)
    monkeypatch.setenv("HPO_TUTOR_WORK", str(tmp_path / "work"))
    monkeypatch.setenv("HPO_TUTOR_STUDENT", "ada")
    check("03.2", pasted(exercise("03.2")))
    assert capsys.readouterr().out.startswith("✗ 03.2")
    monkeypatch.setenv("HPO_TUTOR_PRIVATE_CHECKS", str(file))
    hint("03.9")
    assert capsys.readouterr().out.startswith("Hint 1 of 3")
    check("03.9", lambda x: 2 * x)
    assert capsys.readouterr().out == "✓ 03.9 twice: right.\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = 1", "defines neither"),
        ("def half(:", "SyntaxError"),
        ("exit()", "SystemExit"),
        ("EXERCISES = 5", "a list"),
        ("CASES = [lambda rng: []]", "a dictionary"),
        ("CASES = {'3.1': lambda rng: []}", "no exercise '3.1'"),
        (FILE.replace("03.9", "3.9"), "as in 03.9"),
        (FILE + "EXERCISES *= 2", "of its own"),
        ("1 / 0", "ZeroDivisionError"),
        ("EXERCISES = [1]", "not 1"),
        ("CASES = {'03.1': [(0.1, 0.5)]}", "functions of a numpy Generator"),
    ],
)
def test_a_file_that_is_none_says_what_belongs_in_it(file: Path, text: str, said: str) -> None:
    """Whatever is wrong with the file, the error names it and the rule."""
    file.write_text(text)
    with pytest.raises(ValueError, match=said) as error:
        private.exercise("03.1", file)
    assert str(file) in str(error.value)


@pytest.mark.parametrize("drawn", ["1 / 0", "[(0.5,)]", "[0.5]", "None", "[(2.0, 0.5)]"])
def test_cases_that_cannot_be_tried_are_the_instructors_to_know(file: Path, drawn: str) -> None:
    """Drawing fails, or its cases are no arguments of the truth: an error of the file, and nobody's wrong answer."""
    file.write_text(f"CASES = {{'03.1': lambda rng: {drawn}}}")
    with pytest.raises(ValueError, match=r"tuple of arguments.*03\.1, drawn for ada"):
        private.exercise("03.1", file, "ada")


def test_an_absent_file_is_an_error(tmp_path: Path) -> None:
    """A misspelt path must not let everybody pass the public cases."""
    with pytest.raises(ValueError, match="there is none at"):
        private.exercise("03.1", tmp_path / "absent.py")


def test_a_known_mistake_that_fails_on_a_drawn_case_is_no_traceback() -> None:
    """An instructor's case may be one on which a well-known wrong function raises; the student still reads a case."""
    asked = exercise("03.1")
    odd = Exercise(**{**vars(asked), "cases": [*asked.cases, (np.float64(0.5), np.array([0.5, 0.75]))], "truth": _odd})
    assert examine(odd, lambda share, confidence: 0.0).state == "wrong"


def _odd(share: float, confidence: Any) -> float:
    return 59.0 if np.ndim(confidence) else float(_right(share, confidence))
