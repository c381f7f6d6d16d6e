"""Where things lie, in a checkout and in an installed wheel."""

import json
import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from hpo_tutor.course import places

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout of two notebooks, and nothing that points at another work folder."""
    top = tmp_path / "checkout"
    (top / "hpo_tutor").mkdir(parents=True)
    (top / "notebooks").mkdir()
    (top / "pyproject.toml").touch()
    (top / "notebooks" / "03_random_search.ipynb").write_text("as shipped")
    (top / "notebooks" / "12_reading_error_bars.ipynb").write_text("as shipped, too")
    monkeypatch.setattr(places, "PACKAGE", top / "hpo_tutor")
    monkeypatch.delenv("HPO_TUTOR_WORK", raising=False)
    monkeypatch.chdir(tmp_path)
    return top


@pytest.mark.parametrize("number", ["03", "3", 3])
def test_start_copies_a_notebook_to_work(course: Path, number: str | int):
    """However the number is written, the copy lies in work/ of the checkout and is what was shipped."""
    copy, is_new, has_news = places.start(number)
    assert (is_new, has_news) == (True, False)
    assert copy == course / "work" / "03_random_search.ipynb"
    assert copy.read_text() == "as shipped"


def test_a_students_work_survives_an_update(course: Path):
    """Neither another start nor a fresh one touches an existing copy; each fresh copy has a number of its own."""
    mine = places.start("03").notebook
    mine.write_text("my answers")
    (course / "notebooks" / "03_random_search.ipynb").write_text("updated")
    assert places.start("03") == (mine, False, True)
    fresh = [places.start("03", fresh=True) for _ in range(2)]
    assert fresh == [(mine.with_name(f"03_random_search-{n}.ipynb"), True, False) for n in (2, 3)]
    assert [copy.notebook.read_text() for copy in fresh] == ["updated", "updated"]
    assert mine.read_text() == "my answers"


def test_a_notebook_that_changed_upstream_is_offered_until_it_is_copied(course: Path):
    """What a student writes in a copy is no news, a change in the course is; a fresh copy settles it."""
    mine = places.start("03").notebook
    other = places.start("12").notebook
    mine.write_text("my answers")
    assert places.news() == []
    assert places.start("03") == (mine, False, False)
    (course / "notebooks" / "03_random_search.ipynb").write_text("updated")
    assert places.news() == ["03"]
    fresh = places.start("03", fresh=True).notebook
    assert places.news() == []
    assert places.copies() == [("03", mine, True), ("03", fresh, False), ("12", other, False)]


@pytest.mark.parametrize("mark", ["", "torn {", "[]"])
def test_a_copy_of_unknown_age_is_no_news(course: Path, mark: str):
    """Where it was not kept what a copy was made of, nothing is claimed, unless nobody has written in it."""
    mine, other = (places.start(number).notebook for number in ("03", "12"))
    (mine.parent / places.MARK).write_text(mark)
    mine.write_text("my answers")
    assert places.copies() == [("03", mine, None), ("12", other, False)]
    assert places.news() == []
    assert places.work_folder() == mine.parent


@pytest.mark.parametrize("loss", ["an old version", "a lost list"])
def test_a_copy_of_unknown_age_is_dated_when_it_is_first_seen(course: Path, loss: str):
    """What changed before is not claimed, what changes later is offered: old work folders are not silent for ever."""
    mine = places.start("03").notebook
    mine.write_text("my answers")
    mark = mine.parent / places.MARK
    mark.write_text("") if loss == "an old version" else mark.unlink()
    (course / "notebooks" / "03_random_search.ipynb").write_text("changed before")
    assert places.start("12").is_new
    assert places.start("03") == (mine, False, False)
    assert places.copies()[0] == ("03", mine, None)
    (course / "notebooks" / "03_random_search.ipynb").write_text("changed later")
    assert places.start("03") == (mine, False, True)


def test_a_fresh_copy_that_took_the_old_ones_name_is_no_news(course: Path):
    """Whoever throws the old copy away and gives the fresh one its name is not told that the course has changed."""
    mine = places.start("03").notebook
    mine.write_text("my answers")
    (course / "notebooks" / "03_random_search.ipynb").write_text("updated")
    places.start("03", fresh=True).notebook.replace(mine)
    assert places.copies() == [("03", mine, False)]
    mine.write_text("my answers to the new one")
    assert places.news() == []
    (course / "notebooks" / "03_random_search.ipynb").write_text("updated again")
    assert places.news() == ["03"]


def test_other_line_ends_are_no_news(course: Path):
    """Git on Windows may write other line ends than another machine; nothing has changed by that."""
    source = course / "notebooks" / "03_random_search.ipynb"
    source.write_bytes(b"one\ntwo\n")
    places.start("03").notebook.write_text("my answers")
    source.write_bytes(b"one\r\ntwo\r\n")
    assert places.news() == []


def test_what_only_looks_like_a_copy_stops_nothing(course: Path):
    """A folder or a link into nowhere of a copy's name is no copy, and `hpo-tutor lab` still opens."""
    folder = places.start("12").notebook.parent
    (folder / "03_random_search.ipynb").mkdir()
    (folder / "03_random_search-2.ipynb").symlink_to(folder / "nowhere")
    assert [copy.number for copy in places.copies()] == ["12"]
    assert places.news() == []


def test_a_full_disk_leaves_no_half_copy(course: Path, monkeypatch: pytest.MonkeyPatch):
    """A copy that could not be finished is gone, so that the next start makes it."""

    def full(number: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(places.os, "fsync", full)
        with pytest.raises(OSError, match="No space left"):
            places.start("03")
    assert sorted(path.name for path in (course / "work").iterdir()) == [places.MARK]
    assert places.start("03").is_new


@pytest.mark.parametrize("number", ["04", "random", "003", "-3", "³", ""])
def test_a_wrong_number_is_answered_with_those_that_exist(course: Path, number: str):
    """The error names what was asked for and every notebook there is; nothing is written."""
    with pytest.raises(ValueError, match=r"03 \(random search\), 12 \(reading error bars\)") as error:
        places.start(number)
    assert repr(number) in str(error.value)
    assert not (course / "work").exists()


def test_a_notebook_that_runs_in_a_work_folder_finds_it(course: Path, monkeypatch: pytest.MonkeyPatch):
    """Progress lies beside the notebook that runs, also in a work folder that was made elsewhere or renamed."""
    monkeypatch.setenv("HPO_TUTOR_WORK", str(course.parent / "elsewhere"))
    places.start("03")
    monkeypatch.delenv("HPO_TUTOR_WORK")
    renamed = (course.parent / "elsewhere").rename(course.parent / "my course")
    assert places.progress_file() == course / "work" / "progress.jsonl"
    monkeypatch.chdir(renamed)
    assert places.progress_file() == renamed / "progress.jsonl"


def test_an_installed_course_works_below_the_current_folder(course: Path):
    """Without a checkout, work/ lies where one stands, and the shipped folders are those of the package."""
    (course / "pyproject.toml").unlink()
    (course / "notebooks").rename(course / "hpo_tutor" / "_notebooks")
    (course / "hpo_tutor" / "_landscapes").mkdir()
    assert places.checkout() is None
    assert places.work_folder() == course.parent / "work"
    assert places.landscapes_folder() == course / "hpo_tutor" / "_landscapes"
    assert places.start("12").notebook.read_text() == "as shipped, too"


def test_a_course_without_its_folders_says_so(course: Path):
    """Where neither form of a shipped folder exists, the error names both and the way out."""
    with pytest.raises(FileNotFoundError, match=r"data/ in a checkout and as hpo_tutor/_landscapes/.*install"):
        places.landscapes_folder()


def test_the_first_notebook_is_the_first_number(course: Path):
    """The course begins with its lowest number; without any notebook, the error says how they are made."""
    assert places.first_notebook() == "03"
    for path in (course / "notebooks").iterdir():
        path.unlink()
    with pytest.raises(FileNotFoundError, match="hpo-tutor build"):
        places.first_notebook()


def test_the_wheel_holds_the_course(tmp_path: Path):
    """Installed from its wheel into a fresh environment, the course has its notebooks and landscapes, unchanged."""
    run = {"check": True, "capture_output": True, "text": True, "cwd": tmp_path}
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(ROOT)]
    subprocess.run(build, **run)
    (wheel,) = tmp_path.glob("*.whl")
    venv.create(tmp_path / "fresh", with_pip=False)
    python = tmp_path / "fresh" / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(python)]
    subprocess.run([*pip, "install", "--no-index", "--no-deps", str(wheel)], **run)
    ask = (
        "import json; from hpo_tutor.course.places import *; print(json.dumps(list(map(str, "
        "[PACKAGE, notebooks_folder(), landscapes_folder(), work_folder()]))))"
    )
    # what the course needs is lent by this environment; a folder in PYTHONPATH does not bring its editable installs
    lent = {name: value for name, value in os.environ.items() if name != "HPO_TUTOR_WORK"}
    lent["PYTHONPATH"] = sysconfig.get_path("purelib")
    package, notebooks, landscapes, work = map(
        Path,
        json.loads(
            subprocess.check_output(
                [python, "-c", ask],
                **{
                    "cwd": tmp_path,
                    "env": lent,
                    "text": True,
                },
            )
        ),
    )
    assert package.is_relative_to(tmp_path / "fresh")
    assert (notebooks, landscapes) == (package / "_notebooks", package / "_landscapes")
    assert work == tmp_path / "work"
    assert _contents(notebooks, "*") == _contents(ROOT / "notebooks", "*.ipynb") != {}
    for pattern in ("*.parquet", "*.npz", "README.md", "pictures/*.svg"):
        assert _contents(landscapes, pattern) == _contents(ROOT / "data", pattern) != {}


def _contents(folder: Path, pattern: str) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob(pattern)}
