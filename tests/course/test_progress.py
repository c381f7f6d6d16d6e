"""Tries and passes are noted in a file that survives a crash, and files of older versions are read."""

import json
import os
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import pytest

from hpo_tutor.course.progress import Work, passed, record, worked_on

OLD = '{"exercise": "03.1", "passed": "2026-01-31T09:30:00+00:00", "version": "0.1.0"}\n'


def test_a_try_is_one_line_of_json(tmp_path: Path) -> None:
    """Exercise, time with its zone, state, the mistake's name, and version of the package; missing folders are made."""
    file = tmp_path / "work" / "progress.jsonl"
    record(file, "03.1", "wrong", "a-name")
    record(file, "03.1", "passed")
    wrong, right = map(json.loads, file.read_text().splitlines())
    assert {**wrong, "tried": ""} == {
        "exercise": "03.1", "tried": "", "state": "wrong", "mistake": "a-name", "version": version("hpo_tutor"),
    }  # fmt: skip
    assert right["passed"] == right["tried"]
    assert datetime.fromisoformat(right["passed"]).utcoffset() is not None


def test_nothing_is_noted_after_the_first_pass(tmp_path: Path) -> None:
    """What is tried with an exercise that is passed adds no line and changes none; another exercise adds its own."""
    file = tmp_path / "progress.jsonl"
    record(file, "03.1", "passed")
    first = file.read_bytes()
    record(file, "03.1", "wrong")
    record(file, "03.1", "passed")
    assert file.read_bytes() == first
    record(file, "03.2", "passed")
    assert list(passed(file)) == ["03.1", "03.2"]
    assert file.read_bytes().startswith(first)


def test_tries_are_counted_up_to_the_pass(tmp_path: Path) -> None:
    """The pass is a try as well; mistakes keep their order, and "" stands for one that was not recognised."""
    file = tmp_path / "progress.jsonl"
    for state, mistake in (("wrong", "a"), ("wrong", ""), ("wrong", "a"), ("passed", "")):
        record(file, "03.1", state, mistake)
    record(file, "03.2", "wrong", "b")
    done = worked_on(file)
    assert done["03.1"] == Work(passed(file)["03.1"], 4, ("a", "", "a"))
    assert done["03.2"] == Work("", 1, ("b",))
    assert list(passed(file)) == ["03.1"]


def test_a_file_of_an_older_version_is_read_and_goes_on(tmp_path: Path) -> None:
    """A pass that was noted before tries were is a pass at the first try; it is not noted again."""
    file = tmp_path / "progress.jsonl"
    file.write_text(OLD)
    record(file, "03.1", "passed")
    record(file, "03.2", "wrong")
    assert file.read_text().startswith(OLD)
    assert worked_on(file) == {"03.1": Work("2026-01-31T09:30:00+00:00", 1, ()), "03.2": Work("", 1, ("",))}


def test_a_file_that_windows_wrote_again_is_read(tmp_path: Path) -> None:
    """A byte order mark and other line ends, as an editor of Windows adds them, cost no pass."""
    file = tmp_path / "progress.jsonl"
    file.write_bytes(b"\xef\xbb\xbf" + OLD.replace("\n", "\r\n").encode())
    record(file, "03.2", "passed")
    assert list(passed(file)) == ["03.1", "03.2"]


ENDS = [
    b'{"exercise": "03.1", "pas',
    b"\xff\xfe",
    b"null\n",
    b"[1]\n",
    b"a note\n",
    b'{"exercise": []}\n',
    b"[" * 100_000,
]


@pytest.mark.parametrize("end", ENDS)
def test_a_broken_line_neither_stops_nor_swallows(tmp_path: Path, end: bytes) -> None:
    """A line cut off by a crash, or one that is no entry, is ignored; the next pass stands on a line of its own."""
    file = tmp_path / "progress.jsonl"
    record(file, "03.1", "passed")
    file.write_bytes(file.read_bytes() + end)
    record(file, "03.2", "passed")
    assert list(passed(file)) == ["03.1", "03.2"]


def test_a_pass_that_was_cut_anywhere_loses_itself_at_most(tmp_path: Path) -> None:
    """Wherever a crash stops the second line, the first stays, and the second can be noted again."""
    file = tmp_path / "progress.jsonl"
    record(file, "03.1", "passed")
    first = len(file.read_bytes())
    record(file, "03.2", "passed")
    whole = file.read_bytes()
    for size in (first, first + 1, (first + len(whole)) // 2, len(whole) - 2, len(whole) - 1):
        file.write_bytes(whole[:size])
        record(file, "03.2", "passed")
        assert list(passed(file)) == ["03.1", "03.2"]


def test_a_line_is_on_the_disk_before_record_returns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is synchronised when the line is in it."""
    seen = []
    monkeypatch.setattr(os, "fsync", lambda number: seen.append(os.fstat(number).st_size))
    file = tmp_path / "progress.jsonl"
    record(file, "03.1", "passed")
    assert seen == [len(file.read_bytes())]


def test_nothing_is_passed_before_the_first(tmp_path: Path) -> None:
    """No file means no passes."""
    assert passed(tmp_path / "none.jsonl") == {}
