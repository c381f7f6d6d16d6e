"""What the pages for teachers say of the course is so."""

import re
from pathlib import Path

import pytest
from typer.main import get_command

from hpo_tutor.course import cli
from hpo_tutor.course.exercises import all_exercises
from hpo_tutor.course.grading import private
from hpo_tutor.course.grading.drawn import CASES

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted((ROOT / "book" / "teaching").glob("*.md"))
SOURCES = {path.name[:2]: path for path in (ROOT / "notebooks" / "source").glob("[0-9][0-9]_*.py")}
ROW = re.compile(r"^\| [^|]*\| \[(\d\d) [^]]*\]\(\.\./notebooks/(\w+)\.ipynb\) \| (\d+) \| ([\d., ]*) \|$")
TOTAL = re.compile(r"^\|  \| \*\*together\*\* \| \*\*(\d+)\*\* \|  \|$")


def test_plans_name_the_minutes_of_the_notebooks() -> None:
    """Every row has its notebook's minutes, exercises and address, every total is the sum of the rows above it."""
    found, block = set(), 0
    for line in (ROOT / "book" / "teaching" / "plans.md").read_text(encoding="utf-8").splitlines():
        if not line.startswith("|"):
            block = 0
        elif row := ROW.match(line):
            number, stem, minutes, exercises = row.groups()
            told = re.search(r"\*\*Time\.\*\* (\d+) minutes", SOURCES[number].read_text(encoding="utf-8"))
            assert told is not None
            assert (stem, minutes) == (SOURCES[number].stem, told[1])
            assert exercises == ", ".join(one.id for one in all_exercises() if one.id.startswith(f"{number}."))
            found.add(number)
            block = int(minutes) + (0 if re.match(r"\| \S", line) else block)
        elif total := TOTAL.match(line):
            assert int(total[1]) == block
        else:
            assert line.startswith(("| --- |", "| part |", "| day |", "| week |", "| lecture |"))
    assert found == SOURCES.keys()


def test_the_needs_of_a_student_are_those_that_were_measured() -> None:
    """The table on the page is the benchmarks' own, word for word."""
    part = re.compile(r"<!-- students begins.*?students ends; written by make benchmark -->", re.DOTALL)
    pages = ROOT / "book" / "teaching" / "forty_students.md", ROOT / "data" / "benchmarks.md"
    page, kept = (part.search(path.read_text(encoding="utf-8")) for path in pages)
    assert page is not None
    assert kept is not None
    assert page[0] == kept[0]


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_every_command_and_option_exists(page: Path) -> None:
    """Each `hpo-tutor ...` on a page is a command, with options that it has."""
    commands = get_command(cli.app).commands  # type: ignore[attr-defined]
    for said in re.findall(r"hpo-tutor ([a-z][^`\n)#]*)", page.read_text(encoding="utf-8")):
        name, *words = said.split()
        assert name in commands
        known = {option for parameter in commands[name].params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= known


def test_the_numbers_of_exercises_are_those_of_the_course() -> None:
    """How many there are, and how many have cases of a student's own."""
    said = " ".join(" ".join(page.read_text(encoding="utf-8") for page in PAGES).split())
    assert f"{len(all_exercises())} functions to write" in said
    assert f"{len(CASES)} of the {len(all_exercises())} exercises" in said


def test_the_example_of_private_checks_works(tmp_path: Path) -> None:
    """The file loads, its exercise tells its mistake from its truth, and its cases are the student's own."""
    text = (ROOT / "book" / "teaching" / "exercises_and_grades.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(# private_checks\.py\n.*?)```", text, re.DOTALL)
    file = tmp_path / "private_checks.py"
    file.write_text(code, encoding="utf-8")
    own = private.exercise("03.9", file, "ada")
    assert all(own.mistakes[0].functions[0](*case).tolist() != own.truth(*case).tolist() for case in own.cases)
    cases = [private.exercise("03.1", file, name).cases[-5:] for name in ("ada", "zoe")]
    assert cases[0] != cases[1]


def test_the_example_of_a_saved_player_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The code of the page writes one script that loads nothing else."""
    text = (ROOT / "book" / "teaching" / "own_slides.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    exec(code, {})
    (script,) = tmp_path.iterdir()
    assert f'<script src="{script.name}"></script>' in text
    assert "hpo-player" in script.read_text(encoding="ascii")
