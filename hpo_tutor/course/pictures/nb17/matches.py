"""What do two schedulers make of the same workers, trials and luck? A simulation of both, and what it counts.

match     a synchronous and an asynchronous scheduler; the second, which never runs out of trials, ends with the first
level     a fidelity at which either compares trials
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from hpo_tutor import problems
from hpo_tutor.early_stopping import AsynchronousHalving, FullTraining, Hyperband, Scheduler, SuccessiveHalving
from hpo_tutor.problems.landscapes.learning_curves import Curves
from hpo_tutor.tournaments.planning import Draws
from hpo_tutor.tournaments.simulation import run_clock
from hpo_tutor.tournaments.stragglers import Luck
from hpo_tutor.tournaments.timelines import Timeline

Array = NDArray[np.float64]

SYNCHRONOUS: dict[str, Callable[[int], Scheduler]] = {
    "successive halving": SuccessiveHalving,
    "Hyperband": lambda n: Hyperband(),  # its brackets decide how many trials start
    "Hyperband, brackets side by side": lambda n: Hyperband(side_by_side=True),
    "full training": FullTraining,
}
ASYNCHRONOUS: dict[str, Callable[[], Scheduler]] = {
    "ASHA, promoting": lambda: AsynchronousHalving(math.inf, form="promotion"),
    "ASHA, stopping": lambda: AsynchronousHalving(math.inf, form="stopping"),
}


@dataclass(frozen=True, eq=False)
class Match:
    """Two schedulers with the same workers, the same trials and the same luck.

    Attributes:
        names: of both.
        timelines: of both; the second one is cut when the first is done.
        levels: the fidelities at which trials are compared, of both together, rising.
        optimum: the smallest loss that the curves have in the mean.
        unit: of the losses.
    """

    names: tuple[str, str]
    timelines: tuple[Timeline, Timeline]
    levels: tuple[float, ...]
    optimum: float
    unit: str

    @property
    def end(self) -> float:
        """Where the clock stops, in seconds."""
        return self.timelines[0].makespan

    @cached_property
    def counts(self) -> tuple["Counts", ...]:
        """What can be counted at any second, of both timelines."""
        return tuple(map(Counts, self.timelines))


@cache
def matched(
    n_workers: int,
    stragglers: float = 0.0,
    *,
    n_trials: int = 81,
    above: str = "successive halving",
    below: str = "ASHA, promoting",
    crashes: float = 0.0,
    seed: int = 0,
    curves: str = "digits-curves",
) -> Match:
    """Simulate both: the first until it is done, the second, which never runs out of trials, until the same second.

    Args:
        n_workers: of each.
        stragglers: standard deviation of z; each job takes 1 + |z| times as long as it should.
        n_trials: that the first one starts.
        above: one of ``SYNCHRONOUS``.
        below: one of ``ASYNCHRONOUS``.
        crashes: probability that a job is lost within the mean time of an epoch.
        seed: of the trials and of the luck.
        curves: recorded learning curves.

    Raises:
        ValueError: there is no such scheduler, or as of ``simulate``.
    """
    for name, known in ((above, SYNCHRONOUS), (below, ASYNCHRONOUS)):
        if name not in known:
            raise ValueError(f"the scheduler is one of {', '.join(known)}; got {name!r}")
    recorded, draws = _drawn(curves, seed)
    first, second = SYNCHRONOUS[above](n_trials), ASYNCHRONOUS[below]()

    def run(scheduler: Scheduler, until: float) -> Timeline:
        luck = Luck(stragglers, crashes, unit=draws.unit, seed=seed)
        return run_clock(scheduler, draws.course, n_workers, luck=luck, until=until)

    timeline = run(first, math.inf)
    levels = sorted({level for one in (first, second) for ladder in one.rungs for level in ladder})
    lines = (timeline, run(second, timeline.makespan))
    return Match((above, below), lines, tuple(levels), recorded.optimum, recorded.loss_unit)


@cache
def _drawn(curves: str, seed: int) -> tuple[Curves, Draws]:
    """Trials that all matches of a seed share: to draw them takes longer than to play with them."""
    recorded = problems.curves(curves)
    return recorded, Draws(recorded, seed)


class Counts:
    """What a timeline has to count at any second; the moments are sorted once."""

    def __init__(self, timeline: Timeline) -> None:
        first: dict[int, float] = {}
        for span in timeline.spans:
            first.setdefault(span.job.trial, span.end)  # spans are in the order of their ends
        self._reports = np.sort(np.fromiter(first.values(), dtype=np.float64))
        self._begins = np.sort([span.begin for span in timeline.spans + timeline.cut])
        self._ends = np.sort([span.end for span in timeline.spans])
        full = timeline.in_full
        self._full = np.array([span.end for span in full])
        self._best = np.minimum.accumulate([span.loss for span in full]) if full else np.empty(0)

    def busy(self, now: float) -> int:
        """How many workers train; jobs that were cut still train at the end."""
        return int(np.searchsorted(self._begins, now, "right") - np.searchsorted(self._ends, now, "right"))

    def reported(self, now: float) -> int:
        """How many trials have reported at least once, failed ones included."""
        return int(np.searchsorted(self._reports, now, "right"))

    def best(self, now: float) -> float:
        """The incumbent's loss; nan where none has been trained in full."""
        n = int(np.searchsorted(self._full, now, "right"))
        return float(self._best[n - 1]) if n else math.nan


def occupied(timeline: Timeline, levels: Sequence[float], edges: Array) -> Array:
    """How many workers train to each level between the edges, in the mean of time; shape (n_levels, n_edges - 1)."""
    spans = timeline.spans + timeline.cut
    stops = np.array([span.job.stop for span in spans])
    times = np.array([(span.begin, span.end) for span in spans]).reshape(-1, 2)
    found = np.empty((len(levels), len(edges) - 1))
    for row, level in enumerate(levels):
        own = times[stops == level]
        found[row] = np.diff(_since(own[:, 0], edges) - _since(own[:, 1], edges)) / np.diff(edges)
    return found


def _since(moments: Array, at: Array) -> Array:
    """Seconds that have gone by since these moments, in sum over those that are past."""
    ordered = np.sort(moments)
    n_past = np.searchsorted(ordered, at)
    passed: Array = n_past * at - np.concatenate([[0.0], np.cumsum(ordered)])[n_past]
    return passed
