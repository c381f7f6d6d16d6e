"""A source becomes a learner's notebook without answers and a solution with them, the same bytes every time."""

import json
from pathlib import Path
from typing import Any

import jupytext
import nbformat
import pytest

from hpo_tutor.course.build import build

SOURCE = '''# %% [markdown]
# # Doubling
#
# Write a function that doubles.

# %% tags=["exercise"]
def double(x):
    """Twice x."""
    raise NotImplementedError


# %% tags=["solution"]
def double(x):
    """Twice x."""
    secret_factor = 1 + 1
    return secret_factor * x


# %%
print("é", 3 * 4)
'''


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A checkout with one source."""
    source = tmp_path / "notebooks" / "source" / "07_doubling.py"
    source.parent.mkdir(parents=True)
    source.write_text(SOURCE, encoding="utf-8")
    return tmp_path


def _notebook(course: Path, name: str) -> dict[str, Any]:
    return json.loads((course / "notebooks" / name).read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def _texts(notebook: dict[str, Any]) -> list[str]:
    return ["".join(cell["source"]) for cell in notebook["cells"]]


def test_learner_gets_the_stub_and_solution_gets_the_answer(course: Path) -> None:
    """The learner's form drops solution cells, the solution drops the stubs, everything else is in both."""
    build(root=course)
    learner, solution = _notebook(course, "07_doubling.ipynb"), _notebook(course, "solutions/07_doubling.ipynb")
    assert "secret_factor" not in json.dumps(learner)
    assert [text.splitlines()[-1] for text in _texts(learner)][1:] == [
        "    raise NotImplementedError",
        'print("é", 3 * 4)',
    ]
    assert [text.splitlines()[-1] for text in _texts(solution)][1:] == [
        "    return secret_factor * x",
        'print("é", 3 * 4)',
    ]
    assert _texts(learner)[0] == _texts(solution)[0] == "# Doubling\n\nWrite a function that doubles."


def test_both_forms_are_valid_notebooks_of_the_kernel_python3(course: Path) -> None:
    """Nbformat accepts them, the kernel is python3, and no cell has an output or a number."""
    build(root=course)
    for path in (course / "notebooks").rglob("*.ipynb"):
        read = nbformat.read(path, as_version=nbformat.NO_CONVERT)
        nbformat.validate(read)
        assert read.metadata.kernelspec.name == "python3"
        assert not any(cell.outputs or cell.execution_count for cell in read.cells if cell.cell_type == "code")


def test_the_bytes_are_those_that_jupyter_writes(course: Path) -> None:
    """Reading and writing with nbformat changes nothing, so saving in Jupyter makes no false difference."""
    build(root=course)
    for path in (course / "notebooks").rglob("*.ipynb"):
        again = nbformat.writes(nbformat.read(path, as_version=4)) + "\n"
        assert again == path.read_text(encoding="utf-8")


def test_the_cells_are_those_that_jupytext_reads(course: Path) -> None:
    """Both forms together hold every cell of the source, in order."""
    build(root=course)
    by_id = {
        cell["id"]: "".join(cell["source"])
        for name in ("07_doubling.ipynb", "solutions/07_doubling.ipynb")
        for cell in _notebook(course, name)["cells"]
    }
    assert [by_id[key] for key in sorted(by_id)] == [cell.source for cell in jupytext.reads(SOURCE, "py:percent").cells]


def test_building_again_changes_nothing(course: Path) -> None:
    """The second build writes no file, and every byte stays as it was."""
    written = build(root=course)
    assert [path.relative_to(course / "notebooks").as_posix() for path in written] == [
        "07_doubling.ipynb",
        "solutions/07_doubling.ipynb",
    ]
    before = {path: path.read_bytes() for path in written}
    assert build(root=course) == []
    assert build(check=True, root=course) == []
    for path in written:
        path.unlink()
    build(root=course)
    assert {path: path.read_bytes() for path in written} == before


def test_ids_name_the_notebook_and_the_place_in_the_source(course: Path) -> None:
    """The same cell has the same id in both forms, though one form lacks a cell before it."""
    build(root=course)
    learner, solution = _notebook(course, "07_doubling.ipynb"), _notebook(course, "solutions/07_doubling.ipynb")
    assert [cell["id"] for cell in learner["cells"]] == ["07-doubling-000", "07-doubling-001", "07-doubling-003"]
    assert [cell["id"] for cell in solution["cells"]] == ["07-doubling-000", "07-doubling-002", "07-doubling-003"]


@pytest.mark.parametrize("name", ["07_doubling.ipynb", "solutions/07_doubling.ipynb"])
def test_one_changed_byte_is_drift(course: Path, name: str) -> None:
    """With check, a form that was edited is named and left alone; without, it is made again."""
    build(root=course)
    path = course / "notebooks" / name
    right = path.read_bytes()
    path.write_bytes(right.replace(b"3 * 4", b"3 * 5"))
    assert build(check=True, root=course) == [path]
    assert b"3 * 5" in path.read_bytes()
    assert build(root=course) == [path]
    assert path.read_bytes() == right


def test_a_changed_source_is_drift(course: Path) -> None:
    """A source that was edited and not built is noticed in both forms."""
    build(root=course)
    source = course / "notebooks" / "source" / "07_doubling.py"
    source.write_text(SOURCE.replace("3 * 4", "3 * 5"), encoding="utf-8")
    assert len(build(check=True, root=course)) == 2


def test_forms_without_a_source_are_removed_and_other_notebooks_are_not(course: Path) -> None:
    """A generated notebook whose source is gone is drift; a notebook of another name is somebody's own."""
    build(root=course)
    own = course / "notebooks" / "Untitled.ipynb"
    own.write_text("{}")
    (course / "notebooks" / "source" / "07_doubling.py").unlink()
    stale = build(check=True, root=course)
    assert [path.name for path in stale] == ["07_doubling.ipynb"] * 2
    assert all(path.exists() for path in stale)
    assert build(root=course) == stale
    assert own.exists()
    assert not any(path.exists() for path in stale)


@pytest.mark.parametrize(("tag", "begin"), [("exercise", "def double"), ("solution", "def double")])
def test_an_exercise_without_its_solution_is_refused(course: Path, tag: str, begin: str) -> None:
    """A stub whose answer is missing, or an answer without a stub, is named with its file."""
    source = course / "notebooks" / "source" / "07_doubling.py"
    source.write_text(SOURCE.replace(f' tags=["{tag}"]', ""), encoding="utf-8")
    with pytest.raises(ValueError, match=rf"07_doubling\.py.*{begin}.*no such partner"):
        build(root=course)


def test_a_folder_without_sources_says_what_to_do(tmp_path: Path) -> None:
    """Where there is nothing to build from, the error says where one builds."""
    with pytest.raises(FileNotFoundError, match="clone the course"):
        build(root=tmp_path)
