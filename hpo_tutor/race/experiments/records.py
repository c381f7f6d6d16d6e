"""How does an experiment survive a kill? Each finished search is one line of a file, on disk before the next begins.

The file is JSON Lines. A line holds the rows of a search, how many seconds it took, on which machine and with which
libraries. A kill can tear only the last line; it has no newline, and is cut off when the experiment goes on. Where two
rows have the same key, the last one counts. One process writes at a time: the system's lock on the file ends with it.

In the end ``write`` makes one Parquet file of it, with machines, versions and seconds in its metadata.

row     column -> a value that JSON can hold
kind    what the rows are of, such as "trained": the name of the kept file, data/trained.parquet
key     the columns that tell one row from all others
"""

import io
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from hpo_tutor.problems.landscapes import files
from hpo_tutor.training import machine

try:
    import fcntl
except ImportError:  # not on Windows; there nobody stops a second writer
    fcntl = None  # type: ignore[assignment]

Row = dict[str, Any]

METADATA_KEY = b"hpo_tutor"
PARTS = {"kind", "rows", "seconds", "machine", "versions"}


class Kind(NamedTuple):
    """What rows of an experiment look like.

    Attributes:
        name: of the kind.
        key: the columns that tell one row from all others; rows are sorted by them.
        columns: all columns, the key's among them.
        made_by: what to type for such rows.
    """

    name: str
    key: tuple[str, ...]
    columns: tuple[str, ...]
    made_by: str

    def key_of(self, row: Mapping[str, Any]) -> tuple[Any, ...]:
        """The values of the key's columns."""
        return tuple(row[name] for name in self.key)

    def frame(self, rows: Iterable[Row]) -> pd.DataFrame:
        """The rows sorted, of each key the last."""
        last = {self.key_of(row): row for row in rows}
        return pd.DataFrame([row for _, row in sorted(last.items())], columns=list(self.columns))


class Records:
    """The file of an experiment, open for appending and locked.

    Args:
        path: the file; its folder is made if it is missing.
        kind: of its rows.

    Attributes:
        rows: key -> the last row of it.

    Raises:
        ValueError: a line of the file is none of this kind's.
        RuntimeError: another process is writing to it.
        OSError: it cannot be written.
    """

    def __init__(self, path: str | Path, kind: Kind) -> None:
        self.path, self.kind = Path(path), kind
        if self.path.suffix == files.SUFFIX:
            raise ValueError(f"a file that grows is JSON Lines, and {files.SUFFIX} is for what is kept: call it .jsonl")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o644)
        except OSError as error:
            said = f"an experiment needs a file that can be written ({error.strerror}); choose another"
            raise type(error)(error.errno, said, str(path)) from error
        try:
            self._lock()
            self.rows = {kind.key_of(row): row for record in read(self.path, kind) for row in record["rows"]}
            os.ftruncate(self._file, _whole_length(self.path.read_bytes()))
        except BaseException:
            os.close(self._file)
            raise

    def __enter__(self) -> "Records":
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._file)

    def append(self, rows: Sequence[Row], seconds: float) -> None:
        """Put a finished search on disk.

        Raises:
            ValueError: a number is nan or infinite, which JSON does not know; say None.
            OSError: the disk is full, or gone.
        """
        record = {
            "kind": self.kind.name,
            "rows": list(rows),
            "seconds": round(seconds, 3),
            "machine": machine.describe(),
            "versions": machine.versions("hpo_tutor"),
        }
        line = json.dumps(record, allow_nan=False).encode() + b"\n"
        while line:  # a write may be short, for instance on a full disk; the next one then says why
            line = line[os.write(self._file, line) :]
        os.fsync(self._file)
        self.rows |= {self.kind.key_of(row): row for row in rows}

    def _lock(self) -> None:
        if fcntl is None:
            return
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise RuntimeError(
                f"only one process may write to {self.path}, and another is writing; wait for it, end it, or choose "
                "another file"
            ) from error


def read(path: str | Path, kind: Kind) -> list[dict[str, Any]]:
    """The whole lines of a file, while somebody writes to it too; a torn last one is left out.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: a line is none of this kind's.
    """
    content, records = Path(path).read_bytes(), []
    for number, line in enumerate(content[: _whole_length(content)].splitlines(), start=1):
        try:
            record = json.loads(line)
            good = record.keys() >= PARTS and record["kind"] == kind.name
            good = good and all(row.keys() >= {*kind.columns} for row in record["rows"])
        except (ValueError, AttributeError, TypeError):
            good = False
        if not good:
            raise ValueError(
                f"line {number} of {path} is no record of {kind.name!r}; choose another file, this one stays as it is"
            )
        records.append(record)
    return records


def load(path: str | Path | None, kind: Kind) -> pd.DataFrame:
    """The rows of a growing file, of a Parquet file that ``write`` wrote, or those that come with the package.

    Args:
        path: of the file; None is the package's own.
        kind: of its rows.

    Raises:
        FileNotFoundError: there is none; the message says how to make one.
        ValueError: the file holds something else.
    """
    try:
        if path is not None and Path(path).suffix != files.SUFFIX:
            return kind.frame(row for record in read(path, kind) for row in record["rows"])
        file = files.find(kind.name) if path is None else Path(path)
        return _kept(file.read_bytes(), file.name, kind)[0]
    except FileNotFoundError as error:
        place = path or f"data/{kind.name}{files.SUFFIX}"
        raise FileNotFoundError(f"there is nothing at {place}; `{kind.made_by}` makes it, and says where") from error


def about(path: str | Path | None, kind: Kind) -> dict[str, Any]:
    """What a kept file says of itself: seconds, machines, versions.

    Args:
        path: of a Parquet file; None is the package's own.
        kind: of its rows.

    Raises:
        FileNotFoundError, ValueError: as of ``load``.
    """
    file = files.find(kind.name) if path is None else Path(path)
    return _kept(file.read_bytes(), file.name, kind)[1]


def write(source: str | Path, path: str | Path, kind: Kind) -> Path:
    """Keep a growing file as a Parquet file, in one stroke.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it holds something else, or no row.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    records = read(source, kind)
    if not records:
        raise ValueError(f"{source} holds no row yet; `{kind.made_by}` adds some")
    versions: dict[str, dict[str, None]] = {}
    for record in records:
        for library, version in record["versions"].items():
            versions.setdefault(library, {})[version] = None
    told = {
        "kind": kind.name,
        "seconds": round(sum(record["seconds"] for record in records), 1),
        "machines": sorted({record["machine"] for record in records}),
        "versions": {library: " and ".join(each) for library, each in versions.items()},
    }
    table = pa.Table.from_pandas(kind.frame(row for record in records for row in record["rows"]), preserve_index=False)
    path = Path(path)
    draft = path.with_name(path.name + ".draft")
    meaning = {**(table.schema.metadata or {}), METADATA_KEY: json.dumps(told).encode()}
    pq.write_table(table.replace_schema_metadata(meaning), draft, compression="zstd")
    os.replace(draft, path)
    return path


def _kept(content: bytes, name: str, kind: Kind) -> tuple[pd.DataFrame, dict[str, Any]]:
    """The rows of a Parquet file, and what it says of itself."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.ParquetFile(io.BytesIO(content)).read(use_threads=False)
        told = json.loads((table.schema.metadata or {}).get(METADATA_KEY, b"{}"))
    except pa.ArrowInvalid as error:
        raise ValueError(f"{name} is no kept file: {error}; give one that records.write wrote") from error
    if told.pop("kind", None) != kind.name:
        raise ValueError(f"{name} holds no rows of {kind.name!r}; give a file that `{kind.made_by}` made")
    return table.to_pandas(), told


def _whole_length(content: bytes) -> int:
    """How many bytes are whole lines."""
    return content.rfind(b"\n") + 1
