"""How many workers are worth having? Tournaments are simulated at scales that one does not have.

within    how far above the curves' optimum the incumbent's loss may be, in the unit of the loss
inf       stands for never
All times are seconds of the workers of whom the recording tells: one core each.
"""

import math
from collections.abc import Callable, Iterable

import pandas as pd

from hpo_tutor.early_stopping.jobs import Job, Scheduler
from hpo_tutor.problems.landscapes.learning_curves import Curves
from hpo_tutor.tournaments.ledgers import RandomConfigs
from hpo_tutor.tournaments.simulated_searches import mean_pace
from hpo_tutor.tournaments.simulation import check_epochs, run_clock
from hpo_tutor.tournaments.stragglers import Luck
from hpo_tutor.tournaments.timelines import Timeline
from hpo_tutor.trials import trial_seed

BLOCK = 128  # trials that are drawn together


def plan(
    curves: Curves,
    make_scheduler: Callable[[], Scheduler],
    n_workers: Iterable[int] = (1, 4, 25, 500, 1000),
    seeds: Iterable[int] = range(5),
    *,
    stragglers: float = 0.0,
    crashes: float = 0.0,
    within: float = 0.01,
    until: float = math.inf,
) -> pd.DataFrame:
    """One simulated tournament for each seed and number of workers; one row each.

    A seed stands for the same random configurations and the same luck of the jobs, whatever the scheduler and the
    number of workers are.

    Args:
        curves: recorded learning curves.
        make_scheduler: makes a fresh one.
        n_workers: numbers of workers to try.
        seeds: which random trials, and which luck.
        stragglers: standard deviation of z; each job takes 1 + |z| times as long as it should.
        crashes: probability that a job is lost within the mean time of an epoch over the recording.
        within: when does an incumbent count as good? Once its reported loss in full is at most the optimum plus this.
        until: second at which the clock stops.

    Returns:
        n_workers, seed,
        makespan       seconds until all is done
        busy           share of the workers' time in which they worked
        first_in_full  seconds until a trial has had the whole training; inf if none has
        reached        seconds until the incumbent's loss in full is within the reach of the optimum; inf if it never is
        loss           of the incumbent in the end, in full; nan if there is none. It is the one that was reported,
                       with a seed of its own: the smallest of many is a lucky one, and so is what was ``reached``
        n_trials       that reported a loss, or failed
        n_epochs       handed out and reported
    """
    sizes = tuple(n_workers)
    good = curves.optimum + within
    rows = []
    for seed in seeds:
        draws = Draws(curves, seed)
        for size in sizes:
            luck = Luck(stragglers, crashes, unit=draws.unit, seed=seed)
            timeline = run_clock(make_scheduler(), draws.course, size, luck=luck, until=until)
            rows.append(
                {
                    "n_workers": size,
                    "seed": seed,
                    "makespan": timeline.makespan,
                    "busy": timeline.busy,
                    "first_in_full": timeline.first_in_full,
                    "reached": reached(timeline, good),
                    "loss": float(timeline.incumbent(timeline.makespan)),
                    "n_trials": len({span.job.trial for span in timeline.spans}),
                    "n_epochs": timeline.n_epochs,
                }
            )
    return pd.DataFrame(rows)


def reached(timeline: Timeline, loss: float) -> float:
    """Seconds until a trial has had at most this loss in full; infinity where none has."""
    return min((span.end for span in timeline.in_full if span.loss <= loss), default=math.inf)


class Draws:
    """Random trials of recorded curves, drawn when somebody first asks for them.

    They are the ones that ``play`` has with the same seed and no sampler.

    Args:
        curves: recorded learning curves.
        seed: of the configurations and of the trials' own seeds.

    Attributes:
        unit: the mean seconds of an epoch over the recorded configurations.
    """

    def __init__(self, curves: Curves, seed: int = 0) -> None:
        self._curves, self._seed = curves, int(seed)
        self._configs = RandomConfigs(curves.space, self._seed)
        self.unit = mean_pace(curves)
        self._losses: list[list[float]] = []
        self._paces: list[float] = []

    def course(self, job: Job) -> tuple[float, float]:
        """The seconds of a job, and the loss that it reports in the end.

        Raises:
            ValueError: the job does not train whole epochs, or trains beyond the last.
        """
        check_epochs(job, self._curves.n_epochs)
        while job.trial >= len(self._paces):
            self._extend()
        return (job.stop - job.start) * self._paces[job.trial], self._losses[job.trial][int(job.stop) - 1]

    def _extend(self) -> None:
        """Draw a block more."""
        numbers = range(len(self._paces), len(self._paces) + BLOCK)
        configs = [self._configs.ask().config for _ in numbers]
        seeds = [trial_seed(self._seed, number) for number in numbers]
        self._losses += self._curves.along(configs, seeds=seeds).tolist()
        self._paces += self._curves.seconds(configs).tolist()
