"""What was tried, and which exercises have been passed?

Each check of an answer appends one JSON object, a line of ``work/progress.jsonl``, until the exercise is passed:
    {"exercise": "03.1", "tried": "2026-01-31T09:20:00+00:00", "state": "wrong", "mistake": "...", "version": "0.1.0"}
    {"exercise": "03.1", "tried": "2026-01-31T09:30:00+00:00", "state": "passed", "passed": "2026-...", "version": ...}
``mistake`` is the name of a well-known one, and empty where none was recognised. Files of older versions hold passes
alone. Lines are only ever appended, and each is on the disk before the check returns; nothing leaves this machine.
"""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple


class Work(NamedTuple):
    """What a student did at one exercise: when it was first passed, after how many tries, with which mistakes.

    Attributes:
        passed: ISO 8601, UTC; empty as long as it is not.
        tries: checks up to the first pass, which counts as one.
        mistakes: the name of the mistake of each wrong answer, in their order; "" where none was recognised.
    """

    passed: str
    tries: int
    mistakes: tuple[str, ...]


def record(file: Path, exercise_id: str, state: str, mistake: str = "") -> None:
    """Note that an answer was tried, unless the exercise is passed already.

    Raises:
        OSError: the file cannot be read or written.
    """
    if exercise_id in passed(file):
        return
    entry = {"exercise": exercise_id, "tried": now(), "state": state, "version": version("hpo_tutor")}
    entry |= {"passed": entry["tried"]} if state == "passed" else {"mistake": mistake}
    file.parent.mkdir(parents=True, exist_ok=True)
    line = json.dumps(entry).encode() + b"\n"
    with file.open("a+b") as stream:
        # a line that was cut off by a crash must not swallow this one
        torn = stream.tell() and not file.read_bytes().endswith(b"\n")
        stream.write(b"\n" + line if torn else line)
        stream.flush()
        os.fsync(stream.fileno())


def passed(file: Path) -> dict[str, str]:
    """Exercise -> when it was first passed (ISO 8601, UTC); lines that are no entries are ignored.

    Raises:
        OSError: the file exists and cannot be read.
    """
    return {exercise: work.passed for exercise, work in worked_on(file).items() if work.passed}


def worked_on(file: Path) -> dict[str, Work]:
    """Exercise -> what was done at it, in the order of the first tries; lines that are no entries are ignored.

    Raises:
        OSError: the file exists and cannot be read.
    """
    done: dict[str, Work] = {}
    for entry in _entries(file):
        exercise, (when, tries, mistakes) = entry["exercise"], done.get(entry["exercise"], Work("", 0, ()))
        if when:
            continue
        if isinstance(entry.get("passed"), str):
            done[exercise] = Work(entry["passed"], tries + 1, mistakes)
        elif entry.get("state") == "wrong":
            done[exercise] = Work("", tries + 1, (*mistakes, str(entry.get("mistake", ""))))
    return done


def now() -> str:
    """The time, in whole seconds: ISO 8601, UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _entries(file: Path) -> Iterator[dict[str, Any]]:
    if not file.exists():
        return
    # an editor of Windows may have put a byte order mark in front of the first line
    for line in file.read_text(encoding="utf-8-sig", errors="replace").splitlines():
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError):
            continue  # half a line, or a student's own note
        if isinstance(entry, dict) and isinstance(entry.get("exercise"), str):
            yield entry
