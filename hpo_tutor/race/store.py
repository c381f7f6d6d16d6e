"""How does a study survive everything? Each finished job is one line of a file, on disk before the next is written.

The file is JSON Lines: first the study (format, seed), with the libraries; then for each job its rows, how many seconds
it took and on which machine. A kill can tear only the last line; it has no newline and is cut off when the study goes
on. So a job's rows are there all together or not at all. Where a cell has several rows, because what failed was tried
again, the last one counts. One campaign writes at a time: the system's lock on the file ends with the process.
"""

import errno
import json
import os
import stat
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from hpo_tutor.race.study import COLUMNS, FORMAT, SUFFIX, Row, Study, keyed
from hpo_tutor.training import machine

try:
    import fcntl
except ImportError:  # not on Windows; there a second campaign is noticed when it writes
    fcntl = None  # type: ignore[assignment]

BEGINNING = b'{"format": "hpo_tutor study'
NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP)  # some network file systems


class Store:
    """The file of one study, open for appending and locked.

    Args:
        path: the file; its folder is made if it is missing.
        seed: the study's.

    Raises:
        ValueError: the file is no study, is damaged, or belongs to another seed or format.
        RuntimeError: another campaign is writing to it.
        OSError: it cannot be written.
    """

    def __init__(self, path: str | Path, seed: int = 0) -> None:
        self.path = Path(path)
        if self.path.suffix == SUFFIX:
            raise ValueError(f"a store is JSON Lines, and {SUFFIX} is for a study that is kept: call it .jsonl, say")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            # O_APPEND: the line goes to the end even where another program holds the file open
            flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
            self._file = os.open(self.path, flags, 0o644)
        except OSError as error:
            raise type(error)(
                error.errno, f"a study needs a file that can be written ({error.strerror}); choose another", str(path)
            ) from error
        try:
            self._lock()
            self._open(int(seed))
        except BaseException:
            os.close(self._file)
            raise

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._file)

    @property
    def study(self) -> Study:
        """What the store holds now."""
        return _study(self._records)

    @property
    def rows(self) -> Mapping[str, Row]:
        """The last row of each cell, by the cell's key."""
        return self._rows

    def append(self, rows: Sequence[Row], seconds: float, machine: str) -> None:
        """Put a finished job on disk, whole or not at all.

        Raises:
            RuntimeError: another campaign has written to the file, or it was deleted.
            OSError: the disk is full, or gone; what was in the store is still there.
        """
        self._write({"rows": list(rows), "seconds": round(seconds, 3), "machine": machine})
        self._rows |= keyed(rows)

    def _lock(self) -> None:
        if fcntl is None:
            return
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise RuntimeError(
                f"only one campaign may write to a store, and another is writing to {self.path}; wait for it, end it, "
                "or choose another store"
            ) from error
        except OSError as error:
            if error.errno not in NO_LOCKS:
                raise

    def _open(self, seed: int) -> None:
        if not stat.S_ISREG(os.fstat(self._file).st_mode):
            raise ValueError(f"a store must be an ordinary file, {self.path} is none; choose another")
        lines, torn, self._size = _whole_lines(self.path)
        if not lines and not (BEGINNING.startswith(torn) or torn.startswith(BEGINNING)):
            raise ValueError(f"{self.path} is no store of a study; choose another file, this one stays as it is")
        self._records = _parsed(self.path, lines)
        if lines and (there := self._records[0]["seed"]) != seed:
            raise ValueError(
                f"{self.path} belongs to another study: its seed is {there}, here it is {seed}; use seed={there}, or "
                "another store"
            )
        self._rows = _rows(self._records)
        if torn:
            os.ftruncate(self._file, self._size)
        versions = machine.versions("lightgbm", "hpo_tutor")
        if not lines:
            self._write({"format": FORMAT, "seed": seed, "versions": versions})
        elif versions not in [record["versions"] for record in self._records if "versions" in record]:
            self._write({"versions": versions})

    def _write(self, record: dict[str, Any]) -> None:
        if os.fstat(self._file).st_nlink == 0 and not self.path.exists():
            raise RuntimeError(f"{self.path} was deleted while a campaign wrote to it; run it again")
        if os.fstat(self._file).st_size != self._size:
            raise RuntimeError(
                f"only one campaign may write to a store, and another has written to {self.path}; run one of them "
                "again when the other has ended"
            )
        line = json.dumps(record, allow_nan=False).encode() + b"\n"
        try:
            rest = memoryview(line)
            while rest:  # a write may be short, for instance on a full disk; the next one then says why
                rest = rest[os.write(self._file, rest) :]
            os.fsync(self._file)
        except OSError as error:
            with suppress(OSError):  # else it is cut off when the study goes on
                os.ftruncate(self._file, self._size)
            raise type(error)(
                error.errno,
                f"the store cannot grow ({error.strerror}); the {len(self._rows):,} cells in it are kept: make room "
                "and run the same again",
                str(self.path),
            ) from error
        self._size += len(line)
        self._records.append(record)


def read(path: str | Path) -> Study:
    """What a store holds, while a campaign writes to it too; a torn last line is left out.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is no study, or damaged.
    """
    path = Path(path)
    lines, _, _ = _whole_lines(path)
    if not lines:
        raise ValueError(
            f"{path} is no store of a study: its first line must hold {FORMAT!r}; choose the store of a campaign"
        )
    return _study(_parsed(path, lines))


def _whole_lines(path: Path) -> tuple[list[bytes], bytes, int]:
    """The complete lines of a file, what follows them (torn by a kill), and the length of the lines in bytes."""
    content = path.read_bytes()
    size = content.rfind(b"\n") + 1
    return content[:size].splitlines(), content[size:], size


def _parsed(path: Path, lines: Sequence[bytes]) -> list[dict[str, Any]]:
    """The records; the first is known to be this format's."""
    records = []
    for number, line in enumerate(lines, start=1):
        try:
            record = json.loads(line)
        except ValueError as error:
            record = error
        if number == 1 and not (isinstance(record, dict) and str(record.get("format", "")).startswith("hpo_tutor st")):
            raise ValueError(f"{path} is no store of a study; choose another file, this one stays as it is")
        if number == 1 and record["format"] != FORMAT:
            raise ValueError(
                f"{path} has the format {record['format']!r}, and this version of hpo_tutor writes {FORMAT!r}; choose "
                "another store, or install the version that wrote it"
            )
        if not _whole(record):
            raise ValueError(
                f"line {number} of {path} is damaged ({record}); a campaign never writes such a line: restore the "
                "file, take the line out (its cells are then run again), or choose another store"
            )
        records.append(record)
    if len(seeds := dict.fromkeys(record["seed"] for record in records if "format" in record)) > 1:
        raise ValueError(f"{path} joins studies with the seeds {', '.join(map(str, seeds))}; keep them in files apart")
    return records


def _whole(record: Any) -> bool:
    """Whether a line holds all that a campaign writes: of a study, of other versions, or of a job."""
    if not isinstance(record, dict) or ("format" in record and "seed" not in record):
        return False
    if "rows" not in record:
        return isinstance(record.get("versions"), dict)
    rows = record["rows"]
    return record.keys() >= {"seconds", "machine"} and isinstance(rows, list) and all(_is_row(row) for row in rows)


def _is_row(row: Any) -> bool:
    return isinstance(row, dict) and row.keys() >= set(COLUMNS)


def _rows(records: Sequence[Mapping[str, Any]]) -> dict[str, Row]:
    return keyed(row for record in records for row in record.get("rows", ()))


def _study(records: Sequence[Mapping[str, Any]]) -> Study:
    done = [record for record in records if "rows" in record]
    versions: dict[str, list[str]] = {}
    for record in records:
        for library, version in record.get("versions", {}).items():
            versions.setdefault(library, []).append(version)
    return Study(
        rows=_rows(records),
        seed=records[0]["seed"],
        seconds=sum(record["seconds"] for record in done),
        machines=tuple(sorted({record["machine"] for record in done})),
        versions={library: " and ".join(dict.fromkeys(of_it)) for library, of_it in versions.items()},
    )
