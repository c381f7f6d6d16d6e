"""Executed copies: made once, used again while they are true, and the same whoever ran the notebook."""

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from hpo_tutor.course import executed
from hpo_tutor.course.executed import FINGERPRINT, all_executed, is_fresh, keep

ROOT = Path(__file__).resolve().parents[2]
CELLS = [
    "import os, sys\nprint('one')\nprint('two', end='\\r'); print('three')\nprint('progress', file=sys.stderr)",
    "from IPython.display import HTML, display\nprint('x')\ndisplay(HTML('<b>1</b>'))\nprint('y')\n3",
    "os.environ['HPO_TUTOR_PAGES'], os.path.basename(os.getcwd())",
    "none = None",
]


def _notebook(folder: Path, *cells: str) -> Path:
    written = [nbformat.v4.new_code_cell(text, id=f"c{i}") for i, text in enumerate(cells)]
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(nbformat.v4.new_notebook(cells=written), folder / "90_tiny.ipynb")
    return folder / "90_tiny.ipynb"


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A small notebook, and its executed copy."""
    folder = tmp_path_factory.mktemp("ran")
    path = _notebook(folder / "solutions", *CELLS)
    return path, all_executed([path], folder / "kept")[0]


def test_outputs_are_those_of_a_page(ran: tuple[Path, Path]) -> None:
    """Run beside the notebook and in page mode; remarks to stderr and counts of cells are no output of a page."""
    shown = [cell.outputs for cell in nbformat.read(ran[1], as_version=4).cells]
    assert [one.text for one in shown[0]] == ["one\nthree\n"]
    assert [one.output_type for one in shown[1]] == ["stream", "display_data", "execute_result"]
    assert shown[2][0].data["text/plain"] == "('1', 'solutions')"
    assert shown[2][0].execution_count is None
    assert shown[3] == []


def test_nbval_keeps_the_same(ran: tuple[Path, Path], tmp_path: Path) -> None:
    """What the notebooks' test run keeps differs in nothing from what a run for the book gives."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.keep_outputs", "--keep-outputs", str(tmp_path)]
    done = subprocess.run(
        [*command, "-p", "no:xdist", "--nbval-lax", "--nbval-current-env", str(ran[0])],
        cwd=ROOT,
        env=os.environ | {"HPO_TUTOR_PAGES": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert (tmp_path / "90_tiny.ipynb").read_text() == ran[1].read_text()


def test_a_notebook_that_failed_is_not_kept(tmp_path: Path) -> None:
    """Neither by a run for the book, which says which cell it was, nor as an empty file."""
    path = _notebook(tmp_path, "1 / 0")
    with pytest.raises(RuntimeError, match=r"(?s)90_tiny.ipynb must run to its end.*ZeroDivisionError"):
        all_executed([path], tmp_path / "kept")
    assert not (tmp_path / "kept").exists()


def test_a_copy_is_fresh_until_something_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A change of the notebook or of the package makes it stale; a fresh one is not run again."""
    path = _notebook(tmp_path, "1")
    notebook = nbformat.read(path, as_version=4)
    kept = keep(notebook, tmp_path / "kept", path.name, executed.fingerprint(path))
    assert nbformat.read(kept, as_version=4).metadata[FINGERPRINT] == executed.fingerprint(path)
    with monkeypatch.context() as patch:
        patch.setattr(executed, "_run", lambda _: pytest.fail("a fresh copy was run again"))
        assert all_executed([path], tmp_path / "kept") == [kept]
    with monkeypatch.context() as patch:
        patch.setattr(executed, "_surroundings", lambda: "another package")
        assert not is_fresh(kept, path)
    _notebook(tmp_path, "2")
    assert not is_fresh(kept, path)
