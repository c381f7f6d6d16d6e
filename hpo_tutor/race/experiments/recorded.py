"""What is a recorded experiment? Searches that are planned, run in processes, kept one by one, and read as a table.

search  what is run at once, of the experiment's own type
row     of the table; a search has one or more
key     what tells a row from all others; known before its search is run

A run that was killed, or stopped by Ctrl-C, goes on where it was when it is run again with the same file.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import pandas as pd

from hpo_tutor.race.experiments import records, running
from hpo_tutor.race.experiments.records import Kind, Row

Search = TypeVar("Search", bound=Hashable)


@dataclass(eq=False)
class Recorded(Generic[Search]):
    """An experiment whose searches are on disk as soon as they are finished.

    Attributes:
        kind: of its rows.
        plan: all its searches.
        keys: of a search's rows; a ValueError where one of its names is unknown.
        outcome: a search's rows; defined in a module, so that other processes find it.
        tidy: what is done to a table that was read, as JSON and Parquet know fewer types.
    """

    kind: Kind
    plan: Callable[[], Sequence[Search]]
    keys: Callable[[Search], Sequence[tuple[Any, ...]]]
    outcome: Callable[[Search], list[Row]]
    tidy: Callable[[pd.DataFrame], pd.DataFrame] = lambda table: table

    def run(
        self,
        store: str | Path,
        searches: Iterable[Search] | None = None,
        *,
        n_workers: int | None = None,
        progress: bool = True,
    ) -> pd.DataFrame:
        """Run the searches that the store does not hold yet.

        Those that fail are told of in one warning, and run again next time.

        Args:
            store: a file of JSON Lines, made if it is missing; see ``records``.
            searches: what to run; None is the whole plan.
            n_workers: processes; None is one a core, 0 runs all in this one.
            progress: whether to show a bar.

        Returns:
            All rows that the store holds, as of ``load``.

        Raises:
            ValueError: the store is none, or a search has an unknown name; then nothing is run.
            RuntimeError: another process writes to the store, no worker can work, or all searches failed and the store
                holds nothing.
            OSError: the store cannot be written.
        """
        keys = {search: self.keys(search) for search in (self.plan() if searches is None else searches)}
        with records.Records(store, self.kind) as kept:
            left = [search for search, own in keys.items() if any(key not in kept.rows for key in own)]
            running.run_into(kept, self.outcome, left, n_workers, progress)
        return self.load(store)

    def load(self, path: str | Path | None = None) -> pd.DataFrame:
        """The rows of a store, of a Parquet file that ``write`` wrote, or those that come with the package.

        Args:
            path: of the file; None is the package's own.

        Returns:
            The rows, sorted by their keys; the first lines of the experiment's room name the columns.

        Raises:
            FileNotFoundError: there is none; the message says how to make one.
            ValueError: the file holds something else.
        """
        return self.tidy(records.load(path, self.kind))

    def write(self, store: str | Path, path: str | Path) -> Path:
        """Keep a store as a Parquet file, in one stroke, with the seconds it took, the machines and the versions.

        Raises:
            FileNotFoundError, ValueError: as of ``load``.
        """
        return records.write(store, path, self.kind)
