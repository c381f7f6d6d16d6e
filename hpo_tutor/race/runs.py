"""How is a cell run? Points are drawn, their losses taken, and the incumbent is scored without its luck.

observed   the smallest loss seen: what a search believes in, and lucky where losses are noisy
incumbent  the point that reached it
score      the incumbent's expected loss: its mean over recorded seeds, its loss on held-out rows, or, live, the mean of
           three fresh trainings
luck       trial i of every sampler on a data batch has the same seed, as in ``tuning.minimize``

A sampler that fails costs its own cells only: their rows say "failed", and what to mend.
"""

import math
import random
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpo_tutor import designs
from hpo_tutor.race import entries, tracks
from hpo_tutor.race.cells import Cell, Job, seed_of
from hpo_tutor.race.unit_points import configs_of
from hpo_tutor.trials import trial_seed
from hpo_tutor.tuning import minimize

Array = NDArray[np.float64]
Row = dict[str, Any]

N_FRESH = 3  # trainings that say what an incumbent is worth


def run(job: Job) -> list[Row]:
    """Run a job's cells; one row for each, in their order.

    A row holds the cell's fields and n_made (points tried), observed, score, optimum (None where it is unknown),
    n_trained (0 where losses were looked up), state ("done" or "failed") and message (why it failed). JSON can hold it:
    where a cell failed, numbers are None.
    """
    if len(job.cells) > 1 and job.cells[0].live:
        return _run_together(job)
    return [_run_alone(cell, job) for cell in job.cells]


def _run_alone(cell: Cell, job: Job) -> Row:
    try:
        member = _member(cell)
        if job.entry is None and entries.is_design(cell.sampler):
            return _place(cell, member, _points(cell, job.seed), job.seed)
        return _search(cell, member, job)
    except Exception as error:
        return _failed(cell, error)


def _run_together(job: Job) -> list[Row]:
    """Live designs of one data batch: all their networks at once, then all their incumbents afresh."""
    rows: dict[Cell, Row] = {}
    points: dict[Cell, Array] = {}
    for cell in job.cells:
        try:
            points[cell] = _points(cell, job.seed)
        except Exception as error:
            rows[cell] = _failed(cell, error)
    try:
        member = _member(job.cells[0])
        if hasattr(member, "expected"):  # scored by held-out rows, and trains what is alike once: each for itself
            return [rows.get(cell) or _run_alone(cell, job) for cell in job.cells]
        configs = {cell: configs_of(member.space, stack) for cell, stack in points.items()}
        luck = _luck(job.cells[0], job.seed, max(map(len, points.values()), default=0))
        together = [config for each in configs.values() for config in each]
        reached = member.evaluate(together, seeds=[s for each in configs.values() for s in luck[: len(each)]])
        losses = dict(zip(configs, np.split(reached, np.cumsum([len(c) for c in configs.values()])[:-1]), strict=True))
        best = {cell: configs[cell][_best(each)] for cell, each in losses.items() if np.isfinite(each).any()}
        fresh = _fresh_losses(member, list(best.values()), job)
        scores = dict(zip(best, fresh, strict=True))
    except Exception as error:
        return [rows.get(cell) or _failed(cell, error) for cell in job.cells]
    for cell, each in losses.items():
        n_trained = len(each) + N_FRESH * (cell in best)
        rows[cell] = _row(cell, len(each), _least(each), scores.get(cell, math.nan), None, n_trained)
    return [rows[cell] for cell in job.cells]


def _place(cell: Cell, member: Any, points: Array, seed: int) -> Row:
    """A design on one data batch."""
    optimum = getattr(member, "optimum", None)
    if hasattr(member, "unit_losses"):
        observed, expected = member.unit_losses(points)
        score = expected[_best(observed)]
    else:
        configs = configs_of(member.space, points)
        observed = member.evaluate(configs, seeds=_luck(cell, seed, len(points)))
        score = _score(cell, member, configs[_best(observed)], seed) if np.isfinite(observed).any() else math.nan
    return _row(cell, len(points), _least(observed), score, optimum, getattr(member, "n_trained", 0))


def _search(cell: Cell, member: Any, job: Job) -> Row:
    """Anything that asks and tells, on one data batch, by ``tuning.minimize`` and its own conventions."""
    item = cell.sampler if job.entry is None else job.entry
    seed = seed_of(job.seed, cell.key)
    with _global_state(seed), warnings.catch_warnings():
        sampler = entries.made(item, member.space, seed)
        # the row says it
        warnings.filterwarnings("ignore", message=r"\d+ of \d+ trials failed", category=RuntimeWarning)
        history = minimize(member, sampler, cell.n_points, seed=_luck_seed(cell, job.seed), progress=False)
    if history.interrupted:
        raise KeyboardInterrupt
    failed = [trial for trial in history if trial.state == "failed"]
    if failed and (len(failed) == len(history) or not cell.live):
        raise ValueError(
            f"{len(failed)} of {len(history)} trials failed, first {failed[0].number}: {failed[0].message}"
        )
    best = history[_best(history.losses)]
    score = _score(cell, member, best.config, job.seed)
    n_trained = getattr(member, "n_trained", 0)
    return _row(cell, len(history), best.loss, score, getattr(member, "optimum", None), n_trained)


@contextmanager
def _global_state(seed: int) -> Iterator[None]:
    """A sampler that draws from Python's or numpy's global generator draws the same in every process and order."""
    before, numpys = random.getstate(), np.random.get_state()  # noqa: NPY002 - others' samplers use it
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002
    try:
        yield
    finally:  # the caller's own draws go on as if nothing had been
        random.setstate(before)
        np.random.set_state(numpys)  # noqa: NPY002


def _score(cell: Cell, member: Any, config: Any, seed: int) -> float:
    """An incumbent's loss without its luck."""
    if hasattr(member, "expected"):
        return float(member.expected(config))
    return float(_fresh_losses(member, [config], Job((cell,), None, seed))[0])


def _fresh_losses(member: Any, configs: Sequence[Any], job: Job) -> Array:
    """The mean of fresh trainings of K configurations, shape (K,); their seeds are no trial's."""
    cell = job.cells[0]
    seeds = [trial_seed(_luck_seed(cell, job.seed, "fresh"), i) for i in range(N_FRESH)]
    again = [config for config in configs for _ in seeds]
    return np.asarray(member.evaluate(again, seeds=seeds * len(configs)).reshape(-1, N_FRESH).mean(axis=1))


def _points(cell: Cell, seed: int) -> Array:
    """The design's points, drawn anew for each cell."""
    chosen = entries.options(cell.sampler, cell.n_dims)
    return designs.make(cell.sampler, cell.n_points, cell.n_dims, seed_of(seed, cell.key), **chosen)


def _member(cell: Cell) -> Any:
    """The objective of the cell's data batch; of live ones a fresh one, whose count of trainings begins at 0."""
    member = (_new_member if cell.live else _kept_member)(*cell[:2], cell.batch, cell.live, cell.variant)
    if member.member != cell.batch:
        n_batches = tracks.track(cell.track).n_batches(cell.live)
        raise ValueError(f"{cell.track} has the data batches 0 to {n_batches - 1}, got {cell.batch}")
    return member


def _new_member(track: str, n_dims: int, batch: int, live: bool, variant: str) -> Any:
    return tracks.track(track).objective(n_dims, live=live, variant=variant).draw(batch)


_kept_member = lru_cache(maxsize=512)(_new_member)


def _luck_seed(cell: Cell, seed: int, what: str = "luck") -> int:
    """Of the trials on a data batch: the same for all samplers, budgets and numbers of hyperparameters."""
    return seed_of(seed, what, cell.track, cell.batch)


def _luck(cell: Cell, seed: int, n: int) -> tuple[int, ...]:
    """The seeds of the first n trials."""
    return _trial_seeds(_luck_seed(cell, seed), 1 << max(n - 1, 0).bit_length())[:n]


@lru_cache(maxsize=1024)
def _trial_seeds(seed: int, n: int) -> tuple[int, ...]:
    return tuple(trial_seed(seed, number) for number in range(n))


def _best(losses: Array) -> int:
    """The place of the smallest loss; networks that diverged, or failed, are no candidates."""
    return int(np.where(np.isfinite(losses), losses, np.inf).argmin())


def _least(losses: Array) -> float:
    return float(losses[_best(losses)])


def _row(cell: Cell, n_made: int, observed: float, score: float, optimum: float | None, n_trained: int = 0) -> Row:
    if not math.isfinite(observed):
        return _failed(cell, ValueError(f"none of {n_made} trainings ended with a finite loss"), n_made, n_trained)
    if not math.isfinite(score):
        return _failed(cell, ValueError("the incumbent diverged when it was trained afresh"), n_made, n_trained)
    return cell._asdict() | {
        "n_made": n_made,
        "observed": float(observed),
        "score": float(score),
        "optimum": None if optimum is None else float(optimum),
        "n_trained": n_trained,
        "state": "done",
        "message": "",
    }


def _failed(cell: Cell, error: Exception, n_made: int = 0, n_trained: int = 0) -> Row:
    said = str(error) if isinstance(error, ValueError | entries.SamplerError) else f"{type(error).__name__}: {error}"
    empty = {"observed": None, "score": None, "optimum": None}
    return cell._asdict() | {"n_made": n_made} | empty | {"n_trained": n_trained, "state": "failed", "message": said}
