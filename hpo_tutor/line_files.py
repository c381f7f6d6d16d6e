"""How does what has been done survive a kill? Each record is one line of a file, on disk before the next is made.

The file is JSON Lines: its first line says what it is of, and must say the same when it is opened again. A kill can
tear only the last line; it has no newline, and is cut off when the file is opened.

kind      what is kept, in a word: "search" or "tournament"
identity  what tells one from all others, as plain JSON values
"""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from hpo_tutor.plain import plain


class LineFile:
    """A file of records, open for appending.

    Args:
        path: the file; its folder is made if it is missing.
        kind: of its records.
        identity: what the first line says.

    Attributes:
        records: those that were there when it was opened.

    Raises:
        ValueError: the file is none of this kind, is damaged, or has another identity.
    """

    def __init__(self, path: str | Path, kind: str, identity: Mapping[str, Any]) -> None:
        self.path, self._kind = Path(path), kind
        self.path.parent.mkdir(parents=True, exist_ok=True)
        header = {"format": form(kind), **identity}
        lines, torn, self._size = _whole_lines(self.path)
        beginning = json.dumps({"format": form(kind)})[:-4].encode()  # whatever the number of the form is
        if lines:
            _check(self.path, kind, _parsed(self.path, kind, 1, lines[0]), header)
        elif not (beginning.startswith(torn) or torn.startswith(beginning)):
            raise _strange(self.path, kind)
        self.records = [_parsed(self.path, kind, i, line) for i, line in enumerate(lines[1:], start=2)]
        # O_APPEND: the line goes to the end even where another program holds the file open
        self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o644)
        if torn:
            os.ftruncate(self._file, self._size)
        if not lines:
            self.append(header)

    def append(self, record: Mapping[str, Any]) -> None:
        """Put a record on disk.

        Raises:
            RuntimeError: another has written to the same file.
        """
        if os.fstat(self._file).st_size != self._size:
            raise RuntimeError(
                f"only one {self._kind} may write to a log, and another has written to {self.path}; give each its own "
                "log"
            )
        line = json.dumps(record, allow_nan=False).encode() + b"\n"
        rest = memoryview(line)
        while rest:  # a write may be short, for instance on a full disk; the next one then says why
            rest = rest[os.write(self._file, rest) :]
        os.fsync(self._file)
        self._size += len(line)

    def close(self) -> None:
        """Write no more."""
        os.close(self._file)


def form(kind: str) -> str:
    """How the first line names what the file holds."""
    return f"hpo_tutor {kind} log 1"


def read(path: Path, kind: str) -> list[dict[str, Any]]:
    """The records of a file, its first line included; a torn last line is left out.

    Raises:
        ValueError: a line is damaged.
    """
    lines, _, _ = _whole_lines(path)
    return [_parsed(path, kind, i, line) for i, line in enumerate(lines, start=1)]


def _whole_lines(path: Path) -> tuple[list[bytes], bytes, int]:
    """The complete lines of a file, what follows them (torn by a kill), and the length of the lines in bytes."""
    content = path.read_bytes() if path.exists() else b""
    size = content.rfind(b"\n") + 1
    return content[:size].splitlines(), content[size:], size


def _parsed(path: Path, kind: str, number: int, line: bytes) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except ValueError as error:
        raise ValueError(
            f"line {number} of {path} is damaged ({error}); a {kind} log never holds such a line, so restore the file, "
            "or start again with another log"
        ) from error
    if not isinstance(record, dict):
        raise ValueError(f"line {number} of {path} is not part of a {kind} log; choose another file for log=")
    return record


def _check(path: Path, kind: str, recorded: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    if recorded.get("format") != wanted["format"]:
        raise _strange(path, kind)
    for key, value in _flat(wanted):
        if (there := dict(_flat(recorded)).get(key)) != value:
            raise ValueError(
                f"{path} belongs to another {kind}: {key} is {there!r} there and {value!r} here; use the same {kind}, "
                "or another file for log="
            )


def _strange(path: Path, kind: str) -> ValueError:
    return ValueError(f"{path} is not a {kind} log; choose another file for log=, this one stays as it is")


def _flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in values.items():
        if isinstance(value, dict) and value:
            yield f"{prefix}{key}", list(value)
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", plain(value)
