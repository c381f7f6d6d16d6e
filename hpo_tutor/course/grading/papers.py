"""Which exercises do students' notebooks pass, run from the top, on cases that the students have not seen?

    FOLDER/STUDENT/03_random_search.ipynb    a student's notebooks lie in a folder of the student's name or number

Each notebook runs in a kernel of its own, a process with its own work folder and a limit of time. Whatever cells fail,
the functions that they left behind are checked at the end; the private checks are read only then. This runs students'
code with the rights of whoever grades, so do it in a container: neither memory, files nor network are guarded here.
"""

import json
import math
import os
import subprocess
import tempfile
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, get_args

from hpo_tutor.course import exercises
from hpo_tutor.course.checks import State, examine
from hpo_tutor.course.grading import private

CHECKING = 60  # seconds for the check of each exercise, after whatever the notebook took


class Paper(NamedTuple):
    """A student's notebook: whose it is, of which number ("03"), and where."""

    student: str
    number: str
    file: Path


class Marks(NamedTuple):
    """What came of a paper: exercise -> "passed", "wrong" or "not attempted"; and what went wrong, in a sentence."""

    paper: Paper
    states: Mapping[str, str]
    trouble: str = ""


def papers(folder: Path) -> list[Paper]:
    """The notebooks of a folder of students' folders, by student and number.

    Raises:
        ValueError: there is none.
    """
    found = [
        Paper(file.relative_to(folder).parts[0], file.name[:2], file)
        for file in sorted(folder.glob("*/**/[0-9][0-9]_*.ipynb"))
        if ".ipynb_checkpoints" not in file.parts
    ]
    if not found:
        raise ValueError(
            f"students' notebooks lie in folders of their names, such as {folder / 'ada' / '03_random_search.ipynb'}, "
            "and there is none"
        )
    return found


def overlooked(folder: Path) -> list[Path]:
    """Notebooks that are nobody's paper: of another name, or in no student's folder."""
    graded = {paper.file for paper in papers(folder)}
    return [
        file
        for file in sorted(folder.rglob("*.ipynb"))
        if file not in graded and ".ipynb_checkpoints" not in file.parts
    ]


def grade(paper: Paper, checks: Path | None = None, minutes: float = 10.0) -> Marks:
    """Run a notebook and check what it defines.

    Args:
        paper: whose notebook.
        checks: an instructor's file of private checks.
        minutes: when the notebook is stopped; what it defined until then is checked.

    Raises:
        ValueError: the instructor's file is not as it should be.
    """
    asked = _asked(paper, checks)
    import nbformat

    try:
        notebook = nbformat.read(paper.file, as_version=4)  # type: ignore[no-untyped-call]
        notebook.cells = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]
    except Exception as error:  # a student may hand in any file, and its reader may fail in any way
        return Marks(paper, dict.fromkeys(asked, "not attempted"), f"no notebook: {type(error).__name__}: {error}")
    private_file = str(checks.absolute()) if checks else None
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "states.jsonl"  # its name is random, so that no cell of the notebook writes there first
        last = [
            nbformat.v4.new_code_cell(  # type: ignore[no-untyped-call]
                f"from hpo_tutor.course.grading import papers as _papers\n"
                f"_papers.tell({str(file)!r}, globals(), {one!r}, {private_file!r}, {paper.student!r})"
            )
            for one in asked
        ]
        trouble, died = _run(notebook, last, minutes)
        told = _told(file, asked)
    missing = [one for one in asked if one not in told]
    if missing and not died:
        trouble = "; ".join(filter(None, [trouble, f"no end of the check of {', '.join(missing)}"]))
    return Marks(paper, dict.fromkeys(asked, "not attempted" if died else "wrong") | told, trouble)


def tell(file: str, names: Mapping[str, Any], exercise_id: str, checks: str | None, student: str) -> None:
    """In the student's kernel: note what the function of the exercise's name is worth, in a line of the file."""
    exercise = private.exercise(exercise_id, checks, student)
    function = names.get(exercise.truth.__name__)
    state = "not attempted" if function is None else examine(exercise, function).state
    with open(file, "a", encoding="utf-8") as stream:
        stream.write(json.dumps({exercise_id: state}) + "\n")


def rows(marks: Iterable[Marks]) -> list[list[str]]:
    """A table, its heads first: a row for each student; 1 passed, 0 wrong, empty where nothing was handed in.

    An exercise that stands in several notebooks of a student is passed if one of them passes.
    """
    students: dict[str, dict[str, str]] = {}
    troubles: dict[str, list[str]] = {}
    for one in marks:
        mine = students.setdefault(one.paper.student, {})
        for exercise, state in one.states.items():
            worth = {"passed": "1", "wrong": "0"}.get(state, "")
            mine[exercise] = max(mine.get(exercise, ""), worth)  # "" < "0" < "1"
        if one.trouble:
            troubles.setdefault(one.paper.student, []).append(f"{one.paper.file.name}: {one.trouble}")
    ids = sorted({exercise for mine in students.values() for exercise in mine})
    return [
        ["student", *ids, "passed", "trouble"],
        *(
            [
                student,
                *(mine.get(one, "") for one in ids),
                str([*mine.values()].count("1")),
                "; ".join(troubles.get(student, [])),
            ]
            for student, mine in sorted(students.items())
        ),
    ]


def _asked(paper: Paper, checks: Path | None) -> list[str]:
    """The exercises of the paper's notebook, the course's and the instructor's."""
    ids = [one.id for one in exercises.all_exercises()]
    mine = private.load(checks) if checks else private.Checks({}, {})
    asked = sorted({one for one in (*ids, *mine.exercises) if one.startswith(f"{paper.number}.")})
    for one in asked:
        if one in mine.cases:
            private.exercise(
                one, checks, paper.student
            )  # what is wrong with it is the instructor's to know, not a mark
    return asked


def _told(file: Path, asked: Iterable[str]) -> dict[str, str]:
    """What the checks noted; a student's code could write to that file, so anything else is left out."""
    told: dict[str, str] = {}
    for line in file.read_text(encoding="utf-8", errors="replace").splitlines() if file.is_file() else ():
        try:
            told |= json.loads(line)
        except (ValueError, TypeError):
            continue
    return {one: told[one] for one in asked if told.get(one) in get_args(State)}


def _run(notebook: Any, last: Iterable[Any], minutes: float) -> tuple[str, bool]:
    """Run the cells, whatever fails, then the last ones; returns what went wrong, and whether the kernel was lost."""
    from nbclient import NotebookClient
    from nbclient.exceptions import DeadKernelError

    class Deaf(NotebookClient):
        """Keeps no output: a cell that prints for ever must not fill the memory of whoever grades."""

        def output(self, *_: Any) -> None:
            return None

    hidden = {"HPO_TUTOR_PRIVATE_CHECKS", "HPO_TUTOR_STUDENT", "HPO_TUTOR_STRICT"}
    variables = {name: value for name, value in os.environ.items() if name not in hidden}
    trouble = ""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as work:  # what a notebook left running may write
        client = Deaf(
            notebook, kernel_name="python3", allow_errors=True, interrupt_on_timeout=True, store_widget_state=False,
            resources={"metadata": {"path": work}},
        )  # fmt: skip
        silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        try:
            with client.setup_kernel(env={**variables, "HPO_TUTOR_WORK": work}, **silent):
                until = time.monotonic() + 60 * minutes
                for place, cell in enumerate(notebook.cells):
                    client.timeout = max(1, math.ceil(until - time.monotonic()))
                    client.execute_cell(cell, place)
                    if time.monotonic() > until:
                        trouble = f"stopped after {minutes:g} minutes"
                        break
                client.timeout = CHECKING
                for cell in last:
                    notebook.cells.append(cell)
                    client.execute_cell(cell, len(notebook.cells) - 1)
        except DeadKernelError:
            return "its kernel died; too little memory is a common reason", True
        except Exception as error:  # one student's file must not take the marks of the others away
            return f"it could not be run: {type(error).__name__}: {error}", True
    return trouble, False
