"""How does a notebook of the course become an assignment of nbgrader?

    the answer    one cell, solution within ### BEGIN SOLUTION ... ### END SOLUTION: nbgrader puts the stub there
    the check     what the student sees, and a hidden test that fails unless it is passed; its points are the level
    all else      stays as it is in the learner's notebook

The metadata is that of nbgrader's schema 3. Written to FOLDER/source/03_random_search/03_random_search.ipynb.
https://nbgrader.readthedocs.io/en/stable/contributor_guide/metadata.html
"""

import ast
import json
import re
from pathlib import Path
from typing import Any

from hpo_tutor.course import build
from hpo_tutor.course.build import Cell
from hpo_tutor.course.exercises import exercise
from hpo_tutor.course.places import checkout, write_whole

CHECK = re.compile(r'^check\("(\d\d\.\d+)", (\w+)\)$', re.MULTILINE)


def insist(exercise_id: str, function: Any) -> None:
    """Raise unless the function passes the exercise, on the student's own and the instructor's private cases.

    Raises:
        ValueError: there is no such exercise.
        AssertionError: the function does not pass.
    """
    from hpo_tutor.course.checks import examine
    from hpo_tutor.course.grading import private

    verdict = examine(private.exercise(exercise_id), function)
    if verdict.state != "passed":
        raise AssertionError("\n".join([verdict.message or verdict.state, *verdict.case]))


def write(number: str, folder: Path) -> Path:
    """Write the source version of an assignment, with its solutions, for `nbgrader generate_assignment`.

    Raises:
        ValueError: there is no such notebook.
        FileNotFoundError: this is no checkout; an installed course has no solutions.
        OSError: the file cannot be written.
    """
    top = checkout()
    if top is None:
        raise FileNotFoundError(
            "assignments are made from notebooks/source, which only a checkout has; clone the course"
        )
    found = {path.name[:2]: path for path in sorted((top / "notebooks" / "source").glob("[0-9][0-9]_*.py"))}
    source = found.get(number.zfill(2) if number else "")
    if source is None:
        raise ValueError(f"no notebook has the number {number!r}; these exist: {', '.join(found)}")
    name = source.stem
    target = folder / "source" / name / f"{name}.ipynb"
    notebook = {"cells": cells(source), "metadata": build.METADATA, "nbformat": 4, "nbformat_minor": 5}
    target.parent.mkdir(parents=True, exist_ok=True)
    write_whole(target, json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n")
    return target


def cells(source: Path) -> list[Cell]:
    """The cells of the assignment of one source."""
    made: list[Cell] = []
    stub = ""
    for cell in build.read_cells(source):
        text = "".join(cell["source"])
        found = CHECK.search(text) if cell["cell_type"] == "code" else None
        if "exercise" in build.tags(cell):
            stub = text
            continue
        if "solution" in build.tags(cell):
            cell["metadata"]["tags"] = ["exercise"]  # as in the learner's notebook
            _set(cell, answer(stub, text), grade=False, solution=True, locked=False)
        elif found:
            # the answer stands before its check, and is known by it
            owner = next(one for one in reversed(made) if one["metadata"].get("nbgrader", {}).get("solution"))
            owner["metadata"]["nbgrader"]["grade_id"] = f"exercise-{_id(found[1])}"
            _set(cell, f"{text}\n{hidden_test(*found.groups())}", grade=True, solution=False, locked=True)
            cell["metadata"]["nbgrader"] |= {"grade_id": f"check-{_id(found[1])}", "points": exercise(found[1]).level}
        made.append(cell)
    return made


def answer(stub: str, solution: str) -> str:
    """The stub with the solution's statements in place of its own, marked so that nbgrader takes them out again.

    What is kept is the stub's: signature, docstring, and the statements with which stub and solution begin alike.

    Raises:
        ValueError: the solution has other functions than the stub.
    """
    lines, kept, full = stub.splitlines(), _functions(stub), _functions(solution)
    if kept.keys() != full.keys():
        raise ValueError(f"a solution has the functions of its stub, {', '.join(kept)}, and this one {', '.join(full)}")
    for name, old in reversed(kept.items()):  # from the end, so that the lines above keep their numbers
        node = full[name]
        if ast.dump(old) == ast.dump(node):
            continue
        indent = " " * (old.col_offset + 4)
        theirs, body = _differing(old, node)
        lines[theirs - 1 : old.end_lineno] = [
            f"{indent}### BEGIN SOLUTION",
            *solution.splitlines()[body - 1 : node.end_lineno],
            f"{indent}### END SOLUTION",
        ]
    imports = [line for line in solution.splitlines() if line.startswith(("import ", "from ")) and line not in lines]
    return "\n".join([*imports, *lines])


def hidden_test(exercise_id: str, name: str) -> str:
    """What nbgrader adds to the check when it grades, and a student never sees."""
    return "\n".join(
        [
            "### BEGIN HIDDEN TESTS",
            "from hpo_tutor.course.grading.assignments import insist",
            f'insist("{exercise_id}", {name})',
            "### END HIDDEN TESTS",
        ]
    )


def _set(cell: Cell, text: str, **flags: bool) -> None:
    cell["source"] = text.splitlines(keepends=True)
    cell["metadata"]["nbgrader"] = {"schema_version": 3, "task": False, **flags}


def _id(exercise_id: str) -> str:
    return exercise_id.replace(".", "-")


def _functions(text: str) -> dict[str, ast.FunctionDef]:
    """The functions of a cell, with those of its classes as Class.name."""
    found = {}
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef):
            found[node.name] = node
        elif isinstance(node, ast.ClassDef):
            found |= {f"{node.name}.{one.name}": one for one in node.body if isinstance(one, ast.FunctionDef)}
    return found


def _differing(stub: ast.FunctionDef, solution: ast.FunctionDef) -> tuple[int, int]:
    """The lines, in the stub and in the solution, of the first statement that differs; docstrings are the stub's."""
    first, other = (1 if ast.get_docstring(one) is not None else 0 for one in (stub, solution))
    while first < len(stub.body) and other < len(solution.body):
        if ast.dump(stub.body[first]) != ast.dump(solution.body[other]):
            break
        first, other = first + 1, other + 1
    return _line(stub, first), _line(solution, other)


def _line(function: ast.FunctionDef, place: int) -> int:
    """Where a statement of a function begins, or the line behind the function."""
    return function.body[place].lineno if place < len(function.body) else int(function.end_lineno or 0) + 1
