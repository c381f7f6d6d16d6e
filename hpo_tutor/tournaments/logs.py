"""How does a tournament survive being killed? Each report is one line of a file, on disk before the next is made.

The file is JSON Lines: first the tournament (its seed, space and scheduler), then its reports in their order. Each
says how many jobs had been asked for before it, so that questions and reports can be replayed as they came. A kill can
tear only the last line; it has no newline and is cut off when the tournament resumes.
"""

import json
import math
import os
from pathlib import Path
from typing import Any, NamedTuple, Self

from hpo_tutor.early_stopping.jobs import Job
from hpo_tutor.plain import plain
from hpo_tutor.tournaments.results import Reported

FORMAT = "hpo_tutor tournament log 1"


class Line(NamedTuple):
    """One report of a log.

    Attributes:
        asked: how many jobs had been asked for before it.
        report: what was reported; the config holds plain JSON values.
    """

    asked: int
    report: Reported


class TournamentLog:
    """The log of one tournament, open for appending; a context.

    Args:
        path: the file; its folder is made if it is missing.
        tournament: what identifies it, as plain JSON values; it must be the same on resume.

    Attributes:
        lines: the reports that were there when it was opened.

    Raises:
        ValueError: the file is no such log, is damaged, or belongs to another tournament.
    """

    def __init__(self, path: str | Path, tournament: dict[str, Any]) -> None:
        self.path = Path(path)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        content = self.path.read_bytes() if self.path.exists() else b""
        size = content.rfind(b"\n") + 1
        header = json.dumps({"format": FORMAT, **plain(tournament)}).encode()
        whole, torn = content[:size].splitlines(), content[size:]
        if whole:
            self._check(whole[0], header)
        elif not header.startswith(torn):
            raise ValueError(f"{path} is not a tournament log; choose another file for log=, this one stays as it is")
        self.lines = [self._read(number, line) for number, line in enumerate(whole[1:], start=2)]
        if torn:
            os.truncate(self.path, size)
        self._file = self.path.open("ab")
        self._size = size
        if not whole:
            self._write(header)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def append(self, asked: int, report: Reported) -> None:
        """Put a report on disk.

        Raises:
            RuntimeError: another tournament has written to the same file.
        """
        record = {
            "trial": report.trial,
            "config": plain(report.config),
            "seed": report.seed,
            "job": list(report.job),
            "loss": report.loss if math.isfinite(report.loss) else None,
            "message": report.message,
            "asked": asked,
        }
        self._write(json.dumps(record, allow_nan=False).encode())

    def _write(self, line: bytes) -> None:
        if os.fstat(self._file.fileno()).st_size != self._size:
            raise RuntimeError(
                f"only one tournament may write to a log, and another has written to {self.path}; give each its own log"
            )
        self._file.write(line + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())
        self._size += len(line) + 1

    def _check(self, found: bytes, header: bytes) -> None:
        recorded, wanted = self._parsed(1, found), json.loads(header)
        if recorded.get("format") != FORMAT:
            raise ValueError(
                f"{self.path} is not a tournament log; choose another file for log=, this one stays as it is"
            )
        for key, value in wanted.items():
            if recorded.get(key) != value:
                raise ValueError(
                    f"{self.path} belongs to another tournament: {key} is {recorded.get(key)!r} there and {value!r} "
                    "here; use the same, or another file for log="
                )

    def _read(self, number: int, line: bytes) -> Line:
        record = self._parsed(number, line)
        try:
            trial, bracket, rung, start, stop = record["job"]
            loss = math.nan if record["loss"] is None else float(record["loss"])
            job = Job(trial, bracket, rung, start, stop)
            return Line(record["asked"], Reported(job, record["config"], record["seed"], loss, record["message"]))
        except (KeyError, TypeError, ValueError) as error:
            raise self._damaged(number, error) from error

    def _parsed(self, number: int, line: bytes) -> dict[str, Any]:
        try:
            return dict(json.loads(line))
        except (TypeError, ValueError) as error:
            raise self._damaged(number, error) from error

    def _damaged(self, number: int, error: Exception) -> ValueError:
        return ValueError(
            f"line {number} of {self.path} is damaged or no part of a tournament log ({error!r}); restore the file, or "
            "start again with another log"
        )
