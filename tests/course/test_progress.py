"""Passed exercises are noted once, in a file that survives a crash."""

import json
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import pytest

from hpo_tutor.course.progress import passed, record_pass


def test_a_pass_is_one_line_of_json(tmp_path: Path) -> None:
    """Exercise, time with its zone, and version of the package; missing folders are made."""
    file = tmp_path / "work" / "progress.jsonl"
    record_pass("03.1", file)
    entry = json.loads(file.read_text())
    assert entry.keys() == {"exercise", "passed", "version"}
    assert (entry["exercise"], entry["version"]) == ("03.1", version("hpo_tutor"))
    assert datetime.fromisoformat(entry["passed"]).utcoffset() is not None


def test_only_the_first_pass_is_noted(tmp_path: Path) -> None:
    """Passing again adds no line and changes none."""
    file = tmp_path / "progress.jsonl"
    record_pass("03.1", file)
    first = file.read_bytes()
    record_pass("03.1", file)
    assert file.read_bytes() == first
    record_pass("03.2", file)
    assert list(passed(file)) == ["03.1", "03.2"]
    assert file.read_bytes().startswith(first)


@pytest.mark.parametrize("end", [b'{"exercise": "03.1", "pas', b"\xff\xfe", b"null\n", b"[1]\n", b"a note\n"])
def test_a_broken_line_neither_stops_nor_swallows(tmp_path: Path, end: bytes) -> None:
    """A line cut off by a crash, or one that is no entry, is ignored; the next pass stands on a line of its own."""
    file = tmp_path / "progress.jsonl"
    record_pass("03.1", file)
    file.write_bytes(file.read_bytes() + end)
    record_pass("03.2", file)
    assert list(passed(file)) == ["03.1", "03.2"]


def test_nothing_is_passed_before_the_first(tmp_path: Path) -> None:
    """No file means no passes."""
    assert passed(tmp_path / "none.jsonl") == {}
