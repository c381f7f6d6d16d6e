"""How is a whole study run? All its jobs on many cores or machines, and what is finished is never lost.

cell  one sampler, one budget, one data batch; job  cells that a worker runs together: see ``race.protocol``
store the file in which finished jobs are kept: see ``race.store``

    study = campaign.run(presets.preset("quick"), "quick.jsonl")
    study.table()

A campaign that was killed, or stopped by Ctrl-C, goes on where it was when it is run again with the same store.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from tqdm.auto import tqdm

from hpo_tutor.executors import DaskWorkers, LocalProcesses, Outcome
from hpo_tutor.interrupts import uninterrupted
from hpo_tutor.problems.landscapes import files
from hpo_tutor.race import protocol
from hpo_tutor.race.protocol import Cell, Job
from hpo_tutor.race.store import Store, read
from hpo_tutor.race.study import NUMBERS, SUFFIX, Row, Study, read_table
from hpo_tutor.training import machine

__all__ = ["Study", "load", "run"]

KEPT = "study"
WHOLE = "{l_bar}{bar}| [{elapsed}<{remaining}{postfix}]"


def run(
    cells: Iterable[Cell],
    store: str | Path,
    *,
    n_workers: int | None = None,
    scheduler: str | None = None,
    samplers: Mapping[str, Any] | None = None,
    seed: int = 0,
    progress: bool = True,
    retry_failed: bool = False,
) -> Study:
    """Run the cells that the store does not hold yet; each finished job is in it before the next is waited for.

    The rows are the same for any number of workers, on any executor, and however often the campaign was stopped.

    Args:
        cells: what to run, such as ``presets.preset("source")``; what comes twice is run once.
        store: the file; if it exists, the campaign goes on.
        n_workers: processes on this machine; None is one a core, 0 runs everything in this process.
        scheduler: the address of a Dask scheduler instead, such as tcp://10.0.0.1:8786.
        samplers: name -> class or function (space, seed=...), or "module:Name", for cells whose sampler bears the name.
        seed: of the study; everything random hangs on it and on the cells' keys.
        progress: whether to show a bar, with an estimate of the time left.
        retry_failed: run also what failed before.

    Returns:
        All that the store holds. ``interrupted`` says whether Ctrl-C came.

    Raises:
        ValueError: a sampler or track is unknown, or the store belongs to another study.
        RuntimeError: another campaign writes to the store, or no worker can work.
        OSError: the store cannot be written, or the scheduler does not answer.
    """
    if scheduler is not None and n_workers is not None:
        raise ValueError(f"the scheduler brings its own workers; leave out n_workers={n_workers}, or the scheduler")
    executor = DaskWorkers(scheduler) if scheduler is not None else LocalProcesses(n_workers)
    whole = protocol.jobs(cells, samplers, seed)
    with Store(store, seed) as kept:
        open_jobs = protocol.jobs(still_open(cells_of(whole), kept.rows, retry_failed), samplers, seed)
        interrupted = False
        with _Progress(whole, open_jobs, progress) as bar, closing(executor.run(work, open_jobs)) as outcomes:
            try:
                for outcome in outcomes:
                    job = open_jobs[outcome.number]
                    with uninterrupted():
                        done = outcome.value or {"rows": failed(job, outcome), "seconds": 0.0, "machine": "unknown"}
                        kept.append(**done)
                    bar.show(job, done["rows"])
            except KeyboardInterrupt:
                interrupted = True
        return replace(kept.study, interrupted=interrupted)


def load(path: str | Path | None = None) -> Study:
    """A study: of a store, of a Parquet file that ``Study.write`` wrote, or the one that comes with the package.

    Args:
        path: of the file; None is the package's own study.

    Raises:
        FileNotFoundError: there is none; the message says how to make one.
        ValueError: the file holds something else.
    """
    try:
        if path is None:
            return read_table(files.find(KEPT).read_bytes(), KEPT + SUFFIX)
        path = Path(path)
        return read_table(path.read_bytes(), path.name) if path.suffix == SUFFIX else read(path)
    except FileNotFoundError as error:
        raise FileNotFoundError(
            f"there is no study at {path or f'data/{KEPT}{SUFFIX}'}; `hpo-tutor race` runs one, and says where its "
            "store is"
        ) from error


def cells_of(jobs: Iterable[Job]) -> list[Cell]:
    """All cells of the jobs."""
    return [cell for job in jobs for cell in job.cells]


def still_open(cells: Iterable[Cell], rows: Mapping[str, Row], retry_failed: bool = False) -> list[Cell]:
    """What a campaign has yet to run: cells without a row, and on request those that failed."""
    return [
        cell for cell in cells if (row := rows.get(cell.key)) is None or (retry_failed and row["state"] == "failed")
    ]


def work(job: Job) -> dict[str, Any]:
    """Runs on a worker: the job's rows, the seconds they took, and on what processor."""
    start = time.perf_counter()
    rows = protocol.run(job)
    seconds = time.perf_counter() - start
    return {
        "rows": rows,
        "seconds": seconds,
        "machine": machine.describe() if job.cells[0].live else machine.processor(),
    }


def failed(job: Job, outcome: Outcome) -> list[Row]:
    """The rows of a job that came back without any."""
    empty = {"n_made": 0, **dict.fromkeys(NUMBERS), "n_trained": 0, "state": "failed", "message": str(outcome.error)}
    return [{**cell._asdict(), **empty} for cell in job.cells]


class _Progress:
    """A bar whose steps are as long as the jobs are; otherwise many short ones at the end would upset its estimate."""

    def __init__(self, whole: Sequence[Job], open_jobs: Sequence[Job], shown: bool) -> None:
        self._n_cells, self._n_failed = sum(len(job.cells) for job in whole), 0
        self._n_done = self._n_cells - sum(len(job.cells) for job in open_jobs)
        cost, left = (sum(job.cost for job in jobs) for jobs in (whole, open_jobs))
        # no hidden bar without progress: tqdm's lock is shared by forked processes, and one that is killed may hold it
        make: Callable[..., Any] | None = tqdm if shown else None
        self._bar = make and make(total=cost, initial=cost - left, bar_format=WHOLE, smoothing=0)
        self._say(refresh=True)

    def __enter__(self) -> "_Progress":
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def show(self, job: Job, rows: Sequence[Row]) -> None:
        """A job is finished."""
        self._n_done += len(rows)
        self._n_failed += sum(row["state"] == "failed" for row in rows)
        self._say()
        if self._bar is not None:
            self._bar.update(min(job.cost, self._bar.total - self._bar.n))  # sums round

    def _say(self, refresh: bool = False) -> None:
        if self._bar is not None:
            failures = f", {self._n_failed:,} failed" if self._n_failed else ""
            self._bar.set_postfix_str(f"{self._n_done:,} of {self._n_cells:,} cells{failures}", refresh)
