"""Which exercises do students' notebooks pass, run from the top, on cases that the students have not seen?

    FOLDER/STUDENT/03_random_search.ipynb    a student's notebooks lie in a folder of the student's name or number

Each notebook runs in a kernel of its own, a process with its own work folder and a limit of time. Whatever cells fail,
the functions that they left behind are checked at the end; the private checks are read only then. This runs students'
code with the rights of whoever grades, so do it in a container: neither memory, files nor network are guarded here.
"""

import json
import math
import os
import re
import secrets
import tempfile
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from hpo_tutor.course import exercises
from hpo_tutor.course.checks import examine
from hpo_tutor.course.grading import private

CHECKING = 120  # seconds for the checks at the end, after whatever the notebook took


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
    except Exception as error:  # a student may hand in any file, and its reader may fail in any way
        return Marks(paper, dict.fromkeys(asked, "not attempted"), f"no notebook: {type(error).__name__}: {error}")
    mark = secrets.token_hex(16)  # so that nothing which a student's cell prints is taken for the result
    private_file = str(checks.absolute()) if checks else None
    last = nbformat.v4.new_code_cell(  # type: ignore[no-untyped-call]
        f"from hpo_tutor.course.grading import papers as _papers\n"
        f"_papers.tell({mark!r}, globals(), {asked!r}, {private_file!r}, {paper.student!r})"
    )
    notebook.cells = [*(cell for cell in notebook.cells if cell.cell_type == "code"), last]
    trouble = _run(notebook, minutes)
    printed = "".join(output.get("text", "") for output in last.outputs if output.output_type == "stream")
    result = re.search(rf"^{mark}(.*)$", printed, re.MULTILINE)
    if result is None:
        return Marks(paper, dict.fromkeys(asked, "not attempted"), trouble or "the checks at the end did not finish")
    return Marks(paper, json.loads(result[1]), trouble)


def tell(mark: str, names: Mapping[str, Any], asked: Iterable[str], checks: str | None, student: str) -> None:
    """In the student's kernel: print what the functions of these names are worth, behind a mark."""
    states = {}
    for exercise_id in asked:
        exercise = private.exercise(exercise_id, checks, student)
        function = names.get(exercise.truth.__name__)
        states[exercise_id] = "not attempted" if function is None else examine(exercise, function).state
    print(f"\n{mark}{json.dumps(states)}")


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
    added = list(private.load(checks).exercises) if checks else []
    return sorted({one for one in (*ids, *added) if one.startswith(f"{paper.number}.")})


def _run(notebook: Any, minutes: float) -> str:
    """Run the cells, whatever fails; returns what kept them from running to the end."""
    from nbclient import NotebookClient
    from nbclient.exceptions import DeadKernelError

    hidden = {"HPO_TUTOR_PRIVATE_CHECKS", "HPO_TUTOR_STUDENT", "HPO_TUTOR_STRICT"}
    variables = {name: value for name, value in os.environ.items() if name not in hidden}
    trouble = ""
    with tempfile.TemporaryDirectory() as work:
        client = NotebookClient(
            notebook, kernel_name="python3", allow_errors=True, interrupt_on_timeout=True,
            resources={"metadata": {"path": work}},
        )  # fmt: skip
        try:
            with client.setup_kernel(env={**variables, "HPO_TUTOR_WORK": work}):
                *cells, last = enumerate(notebook.cells)
                until = time.monotonic() + 60 * minutes
                for place, cell in cells:
                    client.timeout = max(1, math.ceil(until - time.monotonic()))
                    client.execute_cell(cell, place)
                    if time.monotonic() > until:
                        trouble = f"stopped after {minutes:g} minutes"
                        break
                client.timeout = CHECKING
                client.execute_cell(last[1], last[0])
        except DeadKernelError:
            trouble = "its kernel died; too little memory is a common reason"
    return trouble
