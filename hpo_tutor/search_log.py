"""How does a search survive being killed? Each finished trial is one line of a file, on disk before the next begins.

The file is JSON Lines: first the search (its seed and space), then its trials in the order in which they finished,
each with ``"batch": [first, size]``, the positions that were asked for together. A kill can tear only the last line; it
has no newline and is cut off when the search resumes.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hpo_tutor.plain import plain
from hpo_tutor.trials import History, Trial

FORMAT = "hpo_tutor search log 1"
BEGINNING = b'{"format": "hpo_tutor search log'


class SearchLog:
    """The log of one search, open for appending.

    Args:
        path: the file; its folder is made if it is missing.
        search: what identifies the search, as plain JSON values; it must be the same on resume.

    Raises:
        ValueError: the file is not such a log, is damaged, or belongs to another search.
    """

    def __init__(self, path: str | Path, search: dict[str, Any]) -> None:
        self.path = Path(path)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        search = {"format": FORMAT, **search}
        lines, torn, self._size = _whole_lines(self.path)
        if lines:
            _check_search(self.path, _parse(self.path, 1, lines[0]), search)
        elif not (BEGINNING.startswith(torn) or torn.startswith(BEGINNING)):
            raise ValueError(f"{path} is not a search log; choose another file for log=, this one stays as it is")
        records = [_parse(self.path, i, line) for i, line in enumerate(lines[1:], start=2)]
        self._batches: dict[tuple[int, int], dict[int, Trial]] = {}
        for record in records:
            first, size = record["batch"]
            self._batches.setdefault((first, size), {})[record["number"]] = Trial.from_json(record)
        # O_APPEND: the line goes to the end even where another program holds the file open
        self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o644)
        if torn:
            os.ftruncate(self._file, self._size)
        if not lines:
            self._write(search)

    def __enter__(self) -> "SearchLog":
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._file)

    @property
    def n_asked(self) -> int:
        """How many trials had been asked for when the log was opened, finished or not."""
        return max((first + size for first, size in self._batches), default=0)

    def batch_from(self, first: int) -> tuple[int, dict[int, Trial]] | None:
        """Size and finished trials (by number) of the recorded batch that begins at a position; None for a new one."""
        for (start, size), trials in self._batches.items():
            if start == first:
                return size, trials
        return None

    def append(self, trial: Trial, batch: tuple[int, int]) -> None:
        """Put a finished trial on disk.

        Raises:
            RuntimeError: another search has written to the same file.
        """
        self._write({**trial.to_json(), "batch": list(batch)})

    def _write(self, record: dict[str, Any]) -> None:
        if os.fstat(self._file).st_size != self._size:
            raise RuntimeError(
                f"only one search may write to a log, and another has written to {self.path}; give each its own log"
            )
        line = json.dumps(record, allow_nan=False).encode() + b"\n"
        rest = memoryview(line)
        while rest:  # a write may be short, for instance on a full disk; the next one then says why
            rest = rest[os.write(self._file, rest) :]
        os.fsync(self._file)
        self._size += len(line)


def read_history(path: str | Path) -> History:
    """The finished trials of a log, in the order of their numbers; a torn last line is left out.

    Raises:
        ValueError: the file is not a search log, or is damaged.
    """
    path = Path(path)
    if not path.exists():
        raise ValueError(f"there is no search log at {path}; minimize(..., log={str(path)!r}) writes one")
    lines, _, _ = _whole_lines(path)
    records = [_parse(path, i, line) for i, line in enumerate(lines, start=1)]
    if not records or records[0].get("format") != FORMAT:
        raise ValueError(
            f"{path} is not a search log: its first line must hold {FORMAT!r}; choose the file of a search"
        )
    return History(sorted((Trial.from_json(record) for record in records[1:]), key=lambda trial: trial.number))


def _whole_lines(path: Path) -> tuple[list[bytes], bytes, int]:
    """The complete lines of a file, what follows them (torn by a kill), and the length of the lines in bytes."""
    content = path.read_bytes() if path.exists() else b""
    size = content.rfind(b"\n") + 1
    return content[:size].splitlines(), content[size:], size


def _parse(path: Path, number: int, line: bytes) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except ValueError as error:
        raise ValueError(
            f"line {number} of {path} is damaged ({error}); a search never writes such a line, so restore the file, "
            "or start again with another log"
        ) from error
    if not isinstance(record, dict):
        raise ValueError(f"line {number} of {path} is not part of a search log; choose another file for log=")
    return record


def _check_search(path: Path, recorded: dict[str, Any], search: dict[str, Any]) -> None:
    if recorded.get("format") != search["format"]:
        raise ValueError(f"{path} is not a search log; choose another file for log=, this one stays as it is")
    for key, value in _flat(search):
        if (there := dict(_flat(recorded)).get(key)) != value:
            raise ValueError(
                f"{path} belongs to another search: {key} is {there!r} there and {value!r} here; "
                "use the same search, or another file for log="
            )


def _flat(values: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in values.items():
        if isinstance(value, dict) and value:
            yield f"{prefix}{key}", list(value)
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", plain(value)
