"""Notebooks as nbgrader's assignments, by the rules of its documentation (metadata, creating and grading assignments).

nbgrader itself has graded one, right and wrong; it is no part of what the tests need.
"""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from hpo_tutor.course import build, cli
from hpo_tutor.course.exercises import all_exercises, exercise
from hpo_tutor.course.grading import assignments

ROOT = Path(__file__).resolve().parents[3]
SOURCES = sorted((ROOT / "notebooks" / "source").glob("[0-9][0-9]_*.py"))
# what nbgrader does to a source: https://nbgrader.readthedocs.io/en/stable/user_guide/creating_and_grading_assignments.html
SOLUTION = re.compile(r"^( *)### BEGIN SOLUTION\n.*?^ *### END SOLUTION\n?", re.MULTILINE | re.DOTALL)
HIDDEN = re.compile(r"^### BEGIN HIDDEN TESTS\n.*?^### END HIDDEN TESTS\n?", re.MULTILINE | re.DOTALL)
STUB = r"\1# YOUR CODE HERE\n\1raise NotImplementedError()\n"
TYPES = {"schema_version": int, "grade": bool, "solution": bool, "locked": bool, "task": bool, "grade_id": str}


@pytest.fixture(scope="module")
def every_cell() -> dict[str, list[dict[str, Any]]]:
    """The cells of each notebook's assignment, by the notebook's number."""
    return {source.name[:2]: assignments.cells(source) for source in SOURCES}


def graded(cells: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those cells that nbgrader looks at."""
    return [cell for cell in cells if "nbgrader" in cell["metadata"]]


def text(cell: dict[str, Any]) -> str:
    """What stands in a cell."""
    return "".join(cell["source"])


def test_the_metadata_are_those_of_schema_3(every_cell: dict[str, list[dict[str, Any]]]) -> None:
    """Every field with its type, ids unique and of allowed letters, points on tests alone, which are locked."""
    for cells in every_cell.values():
        found = [cell["metadata"]["nbgrader"] for cell in graded(cells)]
        assert len({one["grade_id"] for one in found}) == len(found)
        for one in found:
            assert {name: type(one[name]) for name in TYPES} == TYPES
            assert (one["schema_version"], one["task"]) == (3, False)
            assert re.fullmatch(r"[a-zA-Z0-9_\-]+", one["grade_id"])
            assert one["grade"] != one["solution"]
            assert one["locked"] == one["grade"]
            assert ("points" in one) == one["grade"]
            assert one.keys() <= {*TYPES, "points"}


def test_every_exercise_is_answered_and_tested_for_its_level(every_cell: dict[str, list[dict[str, Any]]]) -> None:
    """Each exercise of the course has one answer, and behind it one test worth its level."""
    for asked in all_exercises():
        number, k = asked.id.split(".")
        ids = [cell["metadata"]["nbgrader"]["grade_id"] for cell in graded(every_cell[number])]
        at = ids.index(f"exercise-{number}-{k}")
        assert ids[at + 1] == f"check-{number}-{k}"
        (test,) = [
            cell for cell in graded(every_cell[number]) if cell["metadata"]["nbgrader"]["grade_id"] == ids[at + 1]
        ]
        assert test["metadata"]["nbgrader"]["points"] == asked.level


def test_a_student_gets_the_learners_notebook(every_cell: dict[str, list[dict[str, Any]]]) -> None:
    """Without solutions and hidden tests, every cell is the learner's; each stub keeps its head, and raises."""
    for source in SOURCES:
        cells = every_cell[source.name[:2]]
        learner = build.without(build.read_cells(source), "solution")
        assert len(cells) == len(learner)
        for cell, theirs in zip(cells, learner, strict=True):
            released = HIDDEN.sub("", SOLUTION.sub(STUB, text(cell) + "\n")).rstrip("\n")
            if "exercise" not in build.tags(theirs):
                assert released == text(theirs)
                continue
            head = text(theirs).partition("raise NotImplementedError")[0]
            assert released.startswith(head.rstrip() + "\n")
            compile(released, "stub", "exec")
            assert "raise NotImplementedError()" in released


def test_the_answers_pass_their_hidden_tests_and_the_stubs_fail(every_cell: dict[str, list[dict[str, Any]]]) -> None:
    """Run as nbgrader runs them: with the solution nothing is raised, with the stub an AssertionError."""
    for cells in (every_cell["03"], every_cell["11"]):
        here: dict[str, Any] = {}
        exec("import numpy as np", here)
        for cell in graded(cells):
            if cell["metadata"]["nbgrader"]["solution"]:
                exec(text(cell), here)
                stub = SOLUTION.sub(STUB, text(cell) + "\n")
            else:
                (hidden,) = HIDDEN.findall(text(cell) + "\n")
                exec(hidden, here)
                exec(stub, here)
                with pytest.raises(AssertionError):
                    exec(hidden, here)


def test_a_wrong_answer_is_told_its_mistake() -> None:
    """The hidden test fails with the words of the check, so that feedback says more than zero points."""
    mistake = exercise("03.1").mistakes[0]
    with pytest.raises(AssertionError, match=re.escape(mistake.message)):
        assignments.insist("03.1", mistake.functions[0])


def test_a_pair_that_cannot_be_joined_is_an_error() -> None:
    """A solution that brings functions which its stub lacks would leave nbgrader without a place to cut."""
    with pytest.raises(ValueError, match="functions of its stub"):
        assignments.answer(
            "def f():\n    raise NotImplementedError", "def g():\n    return 1\ndef f():\n    return g()"
        )


def test_the_command_writes_where_nbgrader_looks(tmp_path: Path) -> None:
    """source/NAME/NAME.ipynb of the course's folder; an unknown number is an error."""
    assert CliRunner().invoke(cli.app, ["nbgrader", "3", "--to", str(tmp_path)]).exit_code == 0
    made = json.loads((tmp_path / "source" / "03_random_search" / "03_random_search.ipynb").read_text(encoding="utf-8"))
    assert (made["nbformat"], made["metadata"]["kernelspec"]["name"]) == (4, "python3")
    assert len(made["cells"]) == len(assignments.cells(next(one for one in SOURCES if one.name.startswith("03"))))
    for number in ("99", "", "/3", "*"):
        result = CliRunner().invoke(cli.app, ["nbgrader", number, "--to", str(tmp_path)])
        assert (result.exit_code, f"no notebook has the number {number!r}" in result.stderr) == (1, True)
