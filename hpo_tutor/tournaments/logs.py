"""How does a tournament survive being killed? Each report is one line of a file, on disk before the next is made.

The file is JSON Lines: first the tournament (its seed, space and scheduler), then its reports in their order. Each
says how many jobs had been asked for before it, so that questions and reports can be replayed as they came. A kill can
tear only the last line; it has no newline and is cut off when the tournament resumes.
"""

import math
from pathlib import Path
from typing import Any, NamedTuple, Self

from hpo_tutor.early_stopping.jobs import Job
from hpo_tutor.line_files import LineFile
from hpo_tutor.plain import plain
from hpo_tutor.tournaments.results import Reported


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
        self._file = LineFile(path, "tournament", tournament)
        self.path = self._file.path
        self.lines = [self._read(number, record) for number, record in enumerate(self._file.records, start=2)]

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
        self._file.append(record)

    def _read(self, number: int, record: dict[str, Any]) -> Line:
        try:
            trial, bracket, rung, start, stop = record["job"]
            loss = math.nan if record["loss"] is None else float(record["loss"])
            job = Job(trial, bracket, rung, start, stop)
            return Line(record["asked"], Reported(job, record["config"], record["seed"], loss, record["message"]))
        except (KeyError, TypeError, ValueError) as error:
            self._file.close()
            raise ValueError(
                f"line {number} of {self.path} is damaged or no part of a tournament log ({error!r}); restore the "
                "file, or start again with another log"
            ) from error
