"""What do barriers cost? Synchronous halving closes a rung when its slowest worker is done; the others wait.

seconds   (k, w)  of work that each of w workers has at each of k rungs, 0 where it has none
makespan          seconds from the first start to the last end
busy              share of all the workers' seconds until then in which they train
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hpo_tutor.course.exercises import Exercise, Function, Variant

Array = NDArray[np.float64]
Measure = Callable[[Array], float]
Pair = tuple[float, float]


def with_barriers(seconds: ArrayLike) -> Pair:
    """The makespan, and the share of it in which the workers train."""
    return _both(seconds)


def _slowest(table: Array) -> float:
    return float(table.max(axis=1).sum())


def _both(
    seconds: ArrayLike,
    *,
    span: Measure = _slowest,
    busy: Callable[[Array, float], float] | None = None,
) -> Pair:
    """The right pair with one of its numbers changed; a wrong makespan goes on into the share."""
    table = np.asarray(seconds, dtype=float)
    makespan = span(table)
    return makespan, (float(table.sum() / (makespan * table.shape[1])) if busy is None else busy(table, makespan))


def _changed(**changes: Any) -> Function:
    return lambda seconds: _both(seconds, **changes)


def _spans(*spans: Measure) -> tuple[Function, ...]:
    """Another makespan: once with the share that follows from it, once with the right share."""
    return tuple(
        one
        for span in spans
        for one in (
            _changed(span=span),
            _changed(span=span, busy=lambda table, _: float(table.sum() / (_slowest(table) * table.shape[1]))),
        )
    )


def _shares(*shares: Callable[[Array, float], float]) -> tuple[Function, ...]:
    return tuple(_changed(busy=share) for share in shares)


def schedule(rng: np.random.Generator, n_rungs: int, n_workers: int) -> tuple[Array]:
    """A case: uneven work; at the last rung only one worker has some."""
    seconds = rng.exponential(8, (n_rungs, n_workers)).round(1) + 0.5
    seconds[-1, np.arange(n_workers) != rng.integers(n_workers)] = 0
    return (seconds,)


# seeds with which every mistake differs from the truth, and from each other
SEEDED = ((0, 3, 4), (1, 4, 3), (2, 4, 6))

EXERCISE = Exercise(
    id="17.4",
    title="what barriers cost",
    level=2,
    truth=with_barriers,
    cases=(
        (np.array([[2.0, 4.0], [6.0, 3.0], [0.0, 5.0]]),),
        *(schedule(np.random.default_rng(seed), *sizes) for seed, *sizes in SEEDED),
    ),
    mistakes=(
        Variant(
            "all the seconds were added up, as if one worker did everything. At a rung they work side by side.",
            _spans(lambda table: float(table.sum())),
        ),
        Variant(
            "a rung was closed after the mean time of its workers. It waits for the slowest.",
            _spans(
                lambda table: float(table.mean(axis=1).sum()),
                lambda table: float(np.median(table, axis=1).sum()),
            ),
        ),
        Variant(
            "the barriers were forgotten: each worker went through its rungs without waiting for the others. Nobody "
            "begins the next rung before all are done.",
            _spans(lambda table: float(table.sum(axis=0).max())),
        ),
        Variant(
            "the axes are exchanged: the slowest rung of each worker was taken. Take the slowest worker of each rung.",
            _spans(lambda table: float(table.max(axis=0).sum())),
        ),
        Variant(
            "only the longest rung was counted. They come one after another: add them up.",
            _spans(lambda table: float(table.max()), lambda table: float(table.sum(axis=1).max())),
        ),
        Variant(
            "a rung was closed by its fastest worker. It waits for the slowest.",
            _spans(lambda table: float(np.where(table > 0, table, np.inf).min(axis=1).sum())),
        ),
        Variant(
            "the busy share is that of one worker, if it did all the work: divide by makespan times workers.",
            _shares(lambda table, span: float(table.sum() / span)),
        ),
        Variant(
            "the second number is the share in which workers wait. Asked for is the share in which they train.",
            _shares(lambda table, span: 1 - float(table.sum() / (span * table.shape[1]))),
        ),
        Variant(
            "the busy share is the mean of the rungs' own shares. A long rung weighs more than a short one: divide all "
            "seconds of work by all seconds there were.",
            _shares(lambda table, span: float((table.mean(axis=1) / table.max(axis=1)).mean())),
        ),
        Variant(
            "at a rung only the workers with work were counted. Those without any wait as well.",
            _shares(lambda table, span: float(table.sum() / (table.max(axis=1) * (table > 0).sum(axis=1)).sum())),
        ),
        Variant(
            "seconds of work came back as the second number. Asked for is a share, between 0 and 1.",
            _shares(lambda table, span: float(table.sum()), lambda table, span: float(table.sum() / table.shape[1])),
        ),
        Variant(
            "both numbers are right, in the other order: makespan, busy.",
            (lambda seconds: with_barriers(seconds)[::-1],),
        ),
        Variant(
            "only one number came back, and two are asked for: return makespan, busy.",
            (lambda seconds: with_barriers(seconds)[0], lambda seconds: with_barriers(seconds)[1]),
        ),
    ),
    hints=(
        "Take the first case: rung 0 takes one worker 2 seconds and the other 4. When can rung 1 begin? And rung 2?",
        "A rung takes as long as its slowest worker; the rungs come one after another. Each worker is there for the "
        "whole makespan.",
        "makespan = seconds.max(axis=1).sum(); busy = seconds.sum() / (makespan * seconds.shape[1])",
    ),
)
