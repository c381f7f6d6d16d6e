"""What a student hands in, and what a class made of it."""

import csv
import io
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hpo_tutor.course import class_report, cli, places, progress, reports
from hpo_tutor.course.checks import check
from hpo_tutor.course.class_report import Mistake
from hpo_tutor.course.exercises import all_exercises, exercise
from hpo_tutor.course.progress import Work

NAMES = Path(__file__).with_name("mistake_names.txt")
MISTAKE = exercise("03.1").mistakes[0]


@pytest.fixture(autouse=True)
def student(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A student's settings: not strict, and a work folder."""
    monkeypatch.delenv("HPO_TUTOR_STRICT", raising=False)
    monkeypatch.setenv("HPO_TUTOR_WORK", str(tmp_path / "work"))
    return tmp_path


def run(*words: object) -> Result:
    """Run one command of hpo-tutor."""
    return CliRunner().invoke(cli.app, [str(word) for word in words])


def hand_in(folder: Path, name: str, written: str = "2026-02-01", **work: Work) -> None:
    """The report of a student; ``work`` names exercises as ex03_1."""
    done = {key[2:].replace("_", "."): one._asdict() for key, one in work.items()}
    text = {"format": reports.FORMAT, "name": name, "written": written, "versions": {}, "exercises": done}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{len(list(folder.iterdir()))}.json").write_text(json.dumps(text))


PASSED = Work("2026-01-31T09:30:00+00:00", 1, ())
STUMBLED = Work("2026-01-31T09:30:00+00:00", 4, (MISTAKE.name, "", MISTAKE.name))
STUCK = Work("", 2, (MISTAKE.name, "from-another-version"))


def test_mistakes_have_names_that_stay() -> None:
    """Records name mistakes: no two of an exercise alike, and none that was ever given is lost.

    Where this fails because a message was worded anew, give its Variant the old name; a new mistake is a new line.
    """
    names = [f"{asked.id} {mistake.name}" for asked in all_exercises() for mistake in asked.mistakes]
    assert len(set(names)) == len(names)
    assert set(names) == set(NAMES.read_text().splitlines())


def test_checks_become_a_report(student: Path) -> None:
    """A wrong answer, an unknown one, a stub and a right one: what the file says of them is read back as it was."""
    check("03.1", MISTAKE.functions[0])
    check("03.1", lambda share, confidence: -7.5)
    check("03.2", exercise("03.2").truth)
    check("03.3", _stub)
    report = reports.write(student / "sent" / "ada.json", " Ada ")
    assert report.name == "Ada"
    assert report.work["03.1"] == Work("", 2, (MISTAKE.name, ""))
    assert report.work["03.2"].tries == 1
    assert list(report.work) == ["03.1", "03.2"]
    assert reports.read(student / "sent" / "ada.json") == report


def _stub(a: object, b: object) -> object:
    raise NotImplementedError


def test_a_report_that_cannot_be_written_leaves_the_last_one(student: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the machine stops while the new report is written, the old one is there, whole."""
    file = student / "ada.json"
    reports.write(file, "Ada")
    before = file.read_bytes()

    def crash(number: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(places.os, "fsync", crash)
    with pytest.raises(OSError, match="No space left"):
        reports.write(file, "another")
    assert file.read_bytes() == before
    assert [path.name for path in student.iterdir()] == ["ada.json"]


def test_progress_is_shown_by_notebook_and_written_to_a_file(student: Path) -> None:
    """Every notebook with how many of its exercises; a report needs a name, and says that it is not sent."""
    progress.record(places.progress_file(), "03.2", "passed")
    progress.record(places.progress_file(), "03.1", "wrong")
    shown = run("progress").output.splitlines()
    at = shown.index("03  1 of 3")
    assert [line[:10] for line in shown[at + 1 : at + 3]] == ["    ✗ 03.1", "    ✓ 03.2"]
    assert f"12  0 of {sum(one.id.startswith('12.') for one in all_exercises())}" in shown
    refused = run("progress", "--to", student / "ada.json")
    assert (refused.exit_code, "--name" in refused.stderr) == (1, True)
    assert "until you send it" in run("progress", "--to", student / "ada.json", "--name", "Ada").output
    assert reports.read(student / "ada.json").work["03.2"].passed


def test_gather_makes_a_table_and_names_what_is_damaged(student: Path) -> None:
    """A row for each student, the last report of each; what is no report is named and does not stop the rest."""
    folder = student / "handed in"
    hand_in(folder, "Zoe", ex03_1=STUCK)
    hand_in(folder, "Ada", "2026-02-01", ex03_1=STUCK)
    hand_in(folder / "late", "Ada", "2026-02-09", ex03_1=STUMBLED, ex99_1=PASSED)
    (folder / "half.json").write_text('{"format": "hpo_tutor rep')
    (folder / "other.json").write_text("[]")
    result = run("gather", folder, "--to", student / "class.csv")
    assert result.exit_code == 0
    assert "left out: half.json" in result.stderr
    assert "left out: other.json" in result.stderr
    rows = list(csv.DictReader(io.StringIO((student / "class.csv").read_text())))
    assert [(row["student"], row["03.1"], row["03.2"], row["99.1"], row["passed"]) for row in rows] == [
        ("Ada", "1", "", "1", "2"), ("Zoe", "0", "", "", "0"),
    ]  # fmt: skip


GOOD = {"passed": "2026-01-31T09:30:00+00:00", "tries": 1, "mistakes": []}
HOSTILE = {
    "a pass without a date": {"exercises": {"03.1": {**GOOD, "passed": None}}},
    "text for a list": {"exercises": {"03.1": {"passed": "", "tries": 3, "mistakes": "abc"}}},
    "tries without end": {"exercises": {"03.1": {**GOOD, "tries": float("inf")}}},
    "tries beyond a float": {"exercises": {"03.1": {**GOOD, "tries": 10**400}}},
    "tries below nought": {"exercises": {"03.1": {**GOOD, "tries": -3}}},
    "half a surrogate": {"name": "\ud800"},
    "a name that is none": {"name": {"a": 1}},
    "an empty name": {"name": " "},
    "a heading for an id": {"exercises": {"# Zoe <script>": GOOD}},
    "a name for a mistake": {"exercises": {"03.1": {"passed": "", "tries": 1, "mistakes": ["Zoe did <b>it</b>"]}}},
}


@pytest.mark.parametrize("what", HOSTILE.values(), ids=HOSTILE)
def test_a_report_that_was_tampered_with_is_left_out(student: Path, what: dict[str, object]) -> None:
    """Whatever stands in one report, it is named as none, and the table and the page of the others are made."""
    text = {"format": reports.FORMAT, "name": "Zoe", "written": "2026", "versions": {}, "exercises": {"03.1": GOOD}}
    hand_in(student / "in", "Ada", ex03_1=STUMBLED)
    (student / "in" / "zoe.json").write_text(json.dumps({**text, **what}))
    found, troubles = class_report.gather(student / "in")
    assert [report.name for report in found] == ["Ada"]
    assert [one.partition(":")[0] for one in troubles] == ["zoe.json"]


def test_a_file_too_large_or_too_deep_is_left_out(student: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither is read to its end, and nothing breaks."""
    hand_in(student / "in", "Ada", ex03_1=STUMBLED)
    (student / "in" / "deep.JSON").write_text("[" * 100_000)
    (student / "in" / "large.json").write_bytes(b" " * (reports.N_BYTES + 1))
    _, troubles = class_report.gather(student / "in")
    assert [one.partition(":")[0] for one in troubles] == ["deep.JSON", "large.json"]


def test_a_report_that_windows_wrote_again_is_read(student: Path) -> None:
    """A byte order mark in front is no damage."""
    hand_in(student / "in", "Ada", ex03_1=STUMBLED)
    (file,) = (student / "in").iterdir()
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert reports.read(file).work == {"03.1": STUMBLED}


def test_two_students_of_one_name_are_noticed(student: Path) -> None:
    """Only one of them can have the row; the file that has not is named, with the other."""
    hand_in(student / "in", "Alex", "2026-02-02", ex03_1=STUMBLED)
    hand_in(student / "in", "Alex", "2026-02-01", ex03_1=STUCK)
    result = run("gather", student / "in")
    assert "left out: 1.json: 0.json is a later report of 'Alex'" in result.stderr


def test_a_report_has_a_name_that_gather_finds(student: Path) -> None:
    """`--to ada` would be overlooked later, so it is refused at once."""
    result = run("progress", "--to", student / "ada", "--name", "Ada")
    assert (result.exit_code, "ada.json" in result.stderr) == (1, True)
    assert not (student / "ada").exists()


def test_a_folder_without_reports_says_what_belongs_there(student: Path) -> None:
    """The error names the command that makes them; so it does for a folder that is not there."""
    for folder in (student, student / "absent"):
        result = run("gather", folder)
        assert result.exit_code == 1
        assert "hpo-tutor progress --to" in result.stderr


def test_the_class_report_counts_students_and_times(student: Path) -> None:
    """Each mistake by how many students and how often; unrecognised ones last; tries of those who passed."""
    for name, work in (("Ada", STUMBLED), ("Zoe", STUCK), ("Kim", PASSED)):
        hand_in(student / "in", name, ex03_1=work)
    found, troubles = class_report.gather(student / "in")
    (said,) = class_report.stumbles(found)
    assert troubles == []
    assert (said.exercise, said.n_tried, said.n_passed, said.tries) == ("03.1", 3, 2, 2.5)
    assert said.mistakes[0] == Mistake(MISTAKE.name, MISTAKE.message, 2, 3)
    assert [one.name for one in said.mistakes[1:]] == ["from-another-version", ""]


def test_the_class_report_holds_no_name(student: Path) -> None:
    """Neither the page nor the table says who; both say which mistake, the page in the words that students read."""
    for name, work in (("Ada Lovelace", STUMBLED), ("Zoe", STUCK)):
        hand_in(student / "in", name, ex03_1=work)
    for file in ("report.md", "report.csv"):
        assert run("class-report", student / "in", "--to", student / file).exit_code == 0
        text = (student / file).read_text()
        assert "Lovelace" not in text
        assert "Zoe" not in text
    assert MISTAKE.message[:60] in (student / "report.md").read_text()
    rows = list(csv.DictReader(io.StringIO((student / "report.csv").read_text())))
    assert [(row["mistake"], row["students"], row["times"]) for row in rows] == [
        (MISTAKE.name, "2", "3"), ("from-another-version", "1", "1"), ("unrecognised", "1", "1"),
    ]  # fmt: skip


def test_a_name_is_never_a_formula(student: Path) -> None:
    """A spreadsheet that opens the table runs nothing that a student wrote as a name."""
    hand_in(student / "in", '=HYPERLINK("http://x")', ex03_1=PASSED)
    rows = list(csv.reader(io.StringIO(run("gather", student / "in").stdout)))
    assert rows[1][0] == '\'=HYPERLINK("http://x")'
