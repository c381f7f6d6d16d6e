"""Students' notebooks, run in kernels of their own and checked on cases that they have not seen."""

import csv
import json
from pathlib import Path

import nbformat
import pytest
from typer.testing import CliRunner

from hpo_tutor.course import cli
from hpo_tutor.course.grading import papers
from hpo_tutor.course.grading.papers import Marks, Paper

RIGHT = (
    "import math\ndef n_draws(share, confidence):\n    return math.ceil(math.log(1 - confidence) / math.log(1 - share))"
)
FILE = """
from hpo_tutor.course.exercises import Exercise

def double(x):
    return 2 * x

EXERCISES = [Exercise(id="03.9", title="twice", level=1, truth=double, cases=[(1.0,)], mistakes=[], hints=("", "", ""))]
CASES = {"03.2": lambda rng: [(rng.random(6),)]}
"""
# prints what looks like a result, fails, defines a right function, one that knows the public cases alone, and a stub
CELLS = [
    f"print({json.dumps({'03.1': 'passed', '03.3': 'passed'})!r})",
    "1 / 0",
    RIGHT,
    """
from hpo_tutor.course.exercises import exercise
public = {repr(case): exercise("03.2").truth(*case) for case in exercise("03.2").cases}
def incumbent(losses):
    return public[repr((losses,))]
""",
    "import os\nhidden = [name for name in os.environ if name.startswith('HPO_TUTOR_PRIVATE')]\n"
    "def double(x):\n    return 2 * x if not hidden else 0",
    "def paired_difference(a, b):\n    raise NotImplementedError",
]


def hand_in(file: Path, *cells: str) -> None:
    """Write a notebook of these cells."""
    file.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells]), file)


def test_a_folder_is_graded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a notebook left behind counts, whatever failed or was printed; a file that is none is named."""
    checks = tmp_path / "private_checks.py"
    checks.write_text(FILE)
    monkeypatch.setenv("HPO_TUTOR_PRIVATE_CHECKS", str(checks))  # the instructor's own setting, not for the students
    hand_in(tmp_path / "in" / "ada" / "03_random_search.ipynb", *CELLS)
    (tmp_path / "in" / "zoe").mkdir()
    (tmp_path / "in" / "zoe" / "03_random_search.ipynb").write_text("half a note")
    words = ["grade", str(tmp_path / "in"), "--checks", str(checks), "--to", str(tmp_path / "grades.csv")]
    result = CliRunner().invoke(cli.app, words)
    assert result.exit_code == 0, result.output
    ada, zoe = csv.DictReader((tmp_path / "grades.csv").read_text().splitlines())
    assert [ada[one] for one in ("03.1", "03.2", "03.3", "03.9", "passed")] == ["1", "0", "", "1", "2"]
    assert ada["trouble"] == ""
    assert (zoe["student"], zoe["passed"]) == ("zoe", "0")
    assert "no notebook" in zoe["trouble"]


def test_a_notebook_that_never_ends_is_stopped(tmp_path: Path) -> None:
    """What it defined until then is checked, and the table says that it was stopped."""
    file = tmp_path / "03_random_search.ipynb"
    hand_in(file, f"{RIGHT}\nwhile True:\n    pass", "n_draws = None")
    marks = papers.grade(Paper("ada", "03", file), minutes=0.05)
    assert marks.trouble == "stopped after 0.05 minutes"
    assert marks.states == {"03.1": "passed", "03.2": "not attempted", "03.3": "not attempted"}


def test_one_function_that_never_ends_costs_no_other_mark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each exercise is checked by itself: who loops or ends the program in one keeps the rest; no print is needed."""
    monkeypatch.setattr(papers, "CHECKING", 4)
    file = tmp_path / "03_random_search.ipynb"
    hand_in(
        file,
        "import builtins\nimport hpo_tutor.course.grading.papers\nbuiltins.print = None",  # so that a check is quick
        "def incumbent(losses):\n    while True:\n        pass",
        "def paired_difference(a, b):\n    raise SystemExit",
        RIGHT,
    )
    marks = papers.grade(Paper("ada", "03", file))
    assert marks.states == {"03.1": "passed", "03.2": "wrong", "03.3": "wrong"}
    assert marks.trouble == "no end of the check of 03.2"


def test_a_kernel_that_dies_is_named(tmp_path: Path) -> None:
    """A notebook that ends its own process was not tried; the command goes on with the next."""
    hand_in(tmp_path / "03_random_search.ipynb", RIGHT, "import os\nos._exit(1)")
    marks = papers.grade(Paper("ada", "03", tmp_path / "03_random_search.ipynb"))
    assert "kernel died" in marks.trouble
    assert set(marks.states.values()) == {"not attempted"}


def test_cells_that_are_none_are_no_traceback(tmp_path: Path) -> None:
    """A file that a notebook's reader accepts and a kernel could not run costs its own marks alone."""
    cell = {"cell_type": "code", "source": 5, "metadata": {}, "outputs": [], "id": "a", "execution_count": None}
    file = tmp_path / "03_random_search.ipynb"
    file.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]}))
    assert "no notebook: AttributeError" in papers.grade(Paper("ada", "03", file)).trouble


def test_checks_that_fail_stop_before_any_notebook_runs(tmp_path: Path) -> None:
    """A mistake in the instructor's file is said to the instructor, and becomes nobody's mark."""
    checks = tmp_path / "private_checks.py"
    checks.write_text("CASES = {'03.1': lambda rng: [(1 / 0, 0.5)]}")
    with pytest.raises(ValueError, match="ZeroDivisionError"):
        papers.grade(Paper("ada", "03", tmp_path / "absent.ipynb"), checks)


def test_who_stops_the_command_keeps_the_marks_so_far(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The table is written with those who were graded before Ctrl-C."""
    for name in ("ada", "zoe"):
        hand_in(tmp_path / "in" / name / "03_random_search.ipynb", RIGHT)

    def stopped(paper: Paper, *_: object) -> Marks:
        if paper.student == "zoe":
            raise KeyboardInterrupt
        return Marks(paper, {"03.1": "passed"})

    monkeypatch.setattr(papers, "grade", stopped)
    result = CliRunner().invoke(cli.app, ["grade", str(tmp_path / "in"), "--to", str(tmp_path / "grades.csv")])
    assert result.exit_code != 0
    assert (tmp_path / "grades.csv").read_text().splitlines() == ["student,03.1,passed,trouble", "ada,1,1,"]


def test_a_table_that_cannot_be_written_is_known_before_the_grading(tmp_path: Path) -> None:
    """Hours of running notebooks are not thrown away at the end."""
    hand_in(tmp_path / "in" / "ada" / "03_random_search.ipynb", RIGHT)
    result = CliRunner().invoke(cli.app, ["grade", str(tmp_path / "in"), "--to", str(tmp_path)])
    assert (result.exit_code, "Is a directory" in result.stderr, "ada" in result.stderr) == (1, True, False)


def test_a_notebook_of_another_name_is_named(tmp_path: Path) -> None:
    """What nobody will grade is known before the table is."""
    hand_in(tmp_path / "ada" / "03_random_search.ipynb", RIGHT)
    other = tmp_path / "zoe" / "my solution.ipynb"
    hand_in(other, RIGHT)
    assert papers.overlooked(tmp_path) == [other]


def test_the_better_of_two_notebooks_counts(tmp_path: Path) -> None:
    """An exercise that one copy passes is passed; what nobody attempted stays empty."""
    one, other = (Paper("ada", "03", tmp_path / name) for name in ("03_a.ipynb", "03_a-2.ipynb"))
    marks = [
        Marks(one, {"03.1": "passed", "03.2": "not attempted"}),
        Marks(other, {"03.1": "wrong", "03.2": "wrong"}, "its kernel died"),
    ]
    assert papers.rows(marks) == [
        ["student", "03.1", "03.2", "passed", "trouble"],
        ["ada", "1", "0", "1", "03_a-2.ipynb: its kernel died"],
    ]


def test_a_folder_without_students_says_how_it_is_laid_out(tmp_path: Path) -> None:
    """Notebooks that lie in no student's folder belong to nobody."""
    hand_in(tmp_path / "03_random_search.ipynb", RIGHT)
    with pytest.raises(ValueError, match="folders of their names"):
        papers.papers(tmp_path)
