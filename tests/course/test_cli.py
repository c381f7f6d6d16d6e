"""The commands of hpo-tutor, as one types them."""

import subprocess
import sys
from pathlib import Path

import pytest
import recordings
from typer.testing import CliRunner, Result

from hpo_tutor.course import build, cli, doctor, lab, places
from hpo_tutor.problems import recording
from hpo_tutor.problems.landscapes import files

PROGRAM = str(Path(sys.executable).with_name("hpo-tutor"))


@pytest.fixture(autouse=True)
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of one shipped notebook, and the work folder beside it."""
    shipped = tmp_path / "notebooks"
    shipped.mkdir()
    (shipped / "03_random_search.ipynb").write_text("as shipped")
    monkeypatch.setattr(places, "notebooks_folder", lambda: shipped)
    monkeypatch.setenv("HPO_TUTOR_WORK", str(tmp_path / "work"))
    return tmp_path


def run(*words: str) -> Result:
    """Run one command of hpo-tutor."""
    return CliRunner().invoke(cli.app, words)


def test_help_is_quick_because_it_imports_little():
    """`hpo-tutor --help` names every command and loads none of the large packages."""
    ask = (
        "import sys; from typer.testing import CliRunner; from hpo_tutor.course.cli import app; "
        "print(CliRunner().invoke(app, ['--help']).output); "
        "print('loaded:', {'torch', 'plotly', 'pandas', 'numpy', 'nbformat', 'jsonschema'} & set(sys.modules))"
    )
    said = subprocess.check_output([sys.executable, "-c", ask], text=True)
    for command in ("lab", "start", "doctor", "build", "record", "progress", "gather", "class-report", "grade"):
        assert f" {command} " in said
    assert "loaded: set()" in said


def test_the_program_is_installed():
    """The entry point exists and runs; an unknown command ends with an error."""
    assert "hyperparameter" in subprocess.check_output([PROGRAM, "--help"], text=True)
    unknown = subprocess.run([PROGRAM, "dance"], capture_output=True, text=True, check=False)
    assert unknown.returncode == 2
    assert "dance" in unknown.stderr


def test_start_copies_and_says_where(course: Path):
    """The first start says where the copy lies, the second that it stays, --fresh where the new one lies."""
    copy = course / "work" / "03_random_search.ipynb"
    assert run("start", "3").output.startswith(f"{copy} is your copy")
    copy.write_text("my answers")
    again = run("start", "03")
    assert again.exit_code == 0
    assert "stays as it is" in again.output
    assert "--fresh" in again.output
    assert "03_random_search-2.ipynb is your copy" in run("start", "03", "--fresh").output
    assert copy.read_text() == "my answers"


def test_start_offers_what_changed_and_lists_the_copies(course: Path):
    """A notebook that the course changed is named, with --fresh as the way; nothing is overwritten; --list tells."""
    assert "no copies yet" in run("start", "--list").output
    copy = course / "work" / "03_random_search.ipynb"
    run("start", "3")
    assert run("start", "--list").output == f"{copy.name}: as in the course\n"
    (course / "notebooks" / copy.name).write_text("updated")
    offer = run("start", "3").output
    assert "has changed this notebook" in offer
    assert "--fresh" in offer
    assert copy.read_text() == "as shipped"
    assert run("start", "--list").output == f"{copy.name}: changed in the course since\n"
    for words in ((), ("3", "--list")):
        assert "--list" in run("start", *words).stderr


def test_start_of_a_wrong_number_lists_what_exists():
    """The error goes to stderr, names what exists, and the status is 1."""
    result = run("start", "99")
    assert result.exit_code == 1
    assert "03 (random search)" in result.stderr
    assert "Traceback" not in result.output


@pytest.mark.parametrize(("ok", "prevents", "status"), [(True, True, 0), (False, False, 0), (False, True, 1)])
def test_doctor_prints_every_line(monkeypatch: pytest.MonkeyPatch, ok: bool, prevents: bool, status: int):
    """Status 1 where something prevents working, 0 otherwise; every line is printed either way."""
    findings = [
        doctor.Finding("python", True, "3.11.7"),
        doctor.Finding("gpu", True, "cuda: NVIDIA H100"),
        doctor.Finding("data", True, "digits"),
        doctor.Finding("roof", ok, "rain", "an umbrella", prevents),
    ]
    monkeypatch.setattr(doctor, "examine", lambda: findings)
    result = run("doctor")
    assert result.exit_code == status
    assert doctor.report(findings) in result.output
    assert ("is ready" in result.output) == (status == 0)


@pytest.mark.parametrize(("words", "check", "status"), [((), False, 0), (("--check",), True, 1)])
def test_build_passes_check_on(monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], check: bool, status: int):
    """A changed notebook is printed; with --check it is an error that says what makes it again."""
    asked = []

    def pretend(check: bool) -> list[Path]:
        asked.append(check)
        return [Path("notebooks/03_random_search.ipynb")]

    monkeypatch.setattr(build, "build", pretend)
    result = run("build", *words)
    assert asked == [check]
    assert result.exit_code == status
    assert "notebooks/03_random_search.ipynb" in result.output
    assert ("hpo-tutor build" in result.stderr) == check


def test_build_of_nothing_new_succeeds(monkeypatch: pytest.MonkeyPatch):
    """Where every notebook is that of its source, the check passes."""
    monkeypatch.setattr(build, "build", lambda check: [])
    assert run("build", "--check").exit_code == 0


@pytest.mark.parametrize("port", [None, 0])
def test_lab_passes_its_options_on(monkeypatch: pytest.MonkeyPatch, port: int | None):
    """--no-browser and --port reach JupyterLab, and its exit status comes back."""
    asked = []

    def pretend(browser: bool, port: int | None) -> int:
        asked.append((browser, port))
        return 7

    monkeypatch.setattr(lab, "open_lab", pretend)
    words = [] if port is None else ["--no-browser", "--port", str(port)]
    assert run("lab", *words).exit_code == 7
    assert asked == [(port is None, port)]


def test_lab_without_notebooks_says_how_they_are_made(course: Path):
    """An empty course is an error with its remedy, not a traceback."""
    (course / "notebooks" / "03_random_search.ipynb").unlink()
    result = run("lab")
    assert result.exit_code == 1
    assert "hpo-tutor build" in result.stderr


def test_record_passes_its_options_on(monkeypatch: pytest.MonkeyPatch, course: Path):
    """The folder and --no-resume reach the recorder; then picture and page are made; unknown names are errors."""
    asked = []

    def pretend(name: str, *, folder: Path | None, resume: bool) -> Path:
        if name != "digits":
            raise ValueError("a landscape is one of digits, aleph")
        asked.append((folder, resume))
        return recordings.folder_of(course, recordings.grid("digits")) / "digits.parquet"

    monkeypatch.setattr(recording, "record", pretend)
    assert run("record", "digits").exit_code == 0
    assert "](pictures/digits.svg)" in (course / "README.md").read_text(encoding="utf-8")
    assert (course / "pictures" / "digits.svg").is_file()
    assert run("record", "digits", "--folder", str(course), "--no-resume").exit_code == 0
    assert asked == [(None, True), (course, False)]
    assert run("record", "moon").exit_code == 1


def test_record_writes_all_pages_without_training(monkeypatch: pytest.MonkeyPatch, course: Path):
    """--pages draws every table of the folder and writes the README; it takes no name, and a name is needed else."""
    recordings.folder_of(course, recordings.grid("one"), recordings.grid("two"))
    assert run("record", "--pages", "--folder", str(course)).exit_code == 0
    assert {path.name for path in (course / "pictures").iterdir()} == {"one.svg", "two.svg"}
    text = (course / "README.md").read_text(encoding="utf-8")
    assert all(f"](pictures/{name}.svg)" in text for name in ("one", "two"))
    for words in (("record",), ("record", "digits", "--pages")):
        refused = run(*words)
        assert refused.exit_code == 1
        assert "give the name of a landscape to record, or --pages" in refused.stderr
    monkeypatch.setattr(files, "checkout_folder", lambda: None)
    assert "--folder" in run("record", "--pages").stderr
