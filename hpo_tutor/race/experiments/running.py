"""How do the searches of an experiment run? In processes, one search each at a time, kept as soon as it is finished.

search   what is run, of the experiment's own type
"""

import time
import warnings
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from typing import TypeVar

from tqdm.auto import tqdm

from hpo_tutor.executors import LocalProcesses
from hpo_tutor.interrupts import uninterrupted
from hpo_tutor.race.experiments.records import Records, Row
from hpo_tutor.surrogates.threads import one_thread

Search = TypeVar("Search")


def run_into(
    kept: Records,
    outcome: Callable[[Search], list[Row]],
    searches: Sequence[Search],
    n_workers: int | None,
    progress: bool,
) -> None:
    """Run searches; the rows of each are in the records before the next ones come.

    Those that fail are told of in one warning, and are missing in the records.

    Args:
        kept: the records, open.
        outcome: the rows of one search; defined in a module, so that other processes find it.
        searches: what to run.
        n_workers: processes; None is one a core, 0 runs all in this one.
        progress: whether to show a bar.

    Raises:
        RuntimeError: no worker can work, or all searches failed and the records are empty.
        OSError: the records cannot be written.
    """
    failed: list[str] = []
    with (
        closing(LocalProcesses(n_workers).run(partial(_timed, outcome), searches)) as outcomes,
        tqdm(total=len(searches), disable=not progress, unit="search") as bar,
    ):
        for done in outcomes:
            if done.value is None:
                failed.append(f"{searches[done.number]}: {done.error}")
            else:
                rows, seconds = done.value
                with uninterrupted():
                    kept.append(rows, seconds)
            bar.update()
    if failed and not kept.rows:
        raise RuntimeError(f"all {len(searches)} searches failed, and nothing is kept; the first is {failed[0]}")
    if failed:
        warnings.warn(
            f"{len(failed)} of {len(searches)} searches failed, and are run again next time; the first is {failed[0]}",
            RuntimeWarning,
            stacklevel=3,
        )


def _timed(outcome: Callable[[Search], list[Row]], search: Search) -> tuple[list[Row], float]:
    """Its rows, and the seconds that it took."""
    start = time.perf_counter()
    with one_thread():
        rows = outcome(search)
    return rows, time.perf_counter() - start
