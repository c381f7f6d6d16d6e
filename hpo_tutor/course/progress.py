"""Which exercises have been passed?

One JSON object a line in ``work/progress.jsonl``, appended at an exercise's first pass:
    {"exercise": "03.1", "passed": "2026-01-31T09:30:00+00:00", "version": "0.1.0"}
"""

import json
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path


def record_pass(exercise_id: str, file: Path) -> None:
    """Note that an exercise was passed, unless the file says so already.

    Raises:
        OSError: the file cannot be read or written.
    """
    if exercise_id in passed(file):
        return
    entry = {
        "exercise": exercise_id,
        "passed": datetime.now(UTC).isoformat(timespec="seconds"),
        "version": version("hpo_tutor"),
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a+b") as stream:
        # a line that was cut off by a crash must not swallow this one
        if stream.tell() and not file.read_bytes().endswith(b"\n"):
            stream.write(b"\n")
        stream.write(json.dumps(entry).encode() + b"\n")


def passed(file: Path) -> dict[str, str]:
    """Exercise -> when it was first passed (ISO 8601, UTC); lines that are no entries are ignored.

    Raises:
        OSError: the file exists and cannot be read.
    """
    if not file.exists():
        return {}
    found: dict[str, str] = {}
    for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            entry = json.loads(line)
            found.setdefault(str(entry["exercise"]), str(entry["passed"]))
        except (ValueError, KeyError, TypeError):
            continue  # half a line, or a student's own note
    return found
