"""How does a search survive being killed? Each finished trial is one line of a file, on disk before the next begins.

The file is JSON Lines: first the search (its seed and space), then its trials in the order in which they finished,
each with ``"batch": [first, size]``, the positions that were asked for together. A kill can tear only the last line; it
has no newline and is cut off when the search resumes.
"""

from pathlib import Path
from typing import Any

from hpo_tutor import line_files
from hpo_tutor.line_files import LineFile
from hpo_tutor.trials import History, Trial

KIND = "search"


class SearchLog:
    """The log of one search, open for appending.

    Args:
        path: the file; its folder is made if it is missing.
        search: what identifies the search, as plain JSON values; it must be the same on resume.

    Raises:
        ValueError: the file is not such a log, is damaged, or belongs to another search.
    """

    def __init__(self, path: str | Path, search: dict[str, Any]) -> None:
        self._file = LineFile(path, KIND, search)
        self.path = self._file.path
        self._batches: dict[tuple[int, int], dict[int, Trial]] = {}
        for record in self._file.records:
            first, size = record["batch"]
            self._batches.setdefault((first, size), {})[record["number"]] = Trial.from_json(record)

    def __enter__(self) -> "SearchLog":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

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
        self._file.append({**trial.to_json(), "batch": list(batch)})


def read_history(path: str | Path) -> History:
    """The finished trials of a log, in the order of their numbers; a torn last line is left out.

    Raises:
        ValueError: the file is not a search log, or is damaged.
    """
    path = Path(path)
    if not path.exists():
        raise ValueError(f"there is no search log at {path}; minimize(..., log={str(path)!r}) writes one")
    records, wanted = line_files.read(path, KIND), line_files.form(KIND)
    if not records or records[0].get("format") != wanted:
        raise ValueError(
            f"{path} is not a search log: its first line must hold {wanted!r}; choose the file of a search"
        )
    return History(sorted((Trial.from_json(record) for record in records[1:]), key=lambda trial: trial.number))
