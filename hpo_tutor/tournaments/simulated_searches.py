"""What if a sampler proposes while the workers train? A search over recorded curves, with a virtual clock.

A trial's configuration is asked for when the trial starts: the sampler knows what has been reported by then, and no
more. So a model learns less from many workers than from one, as it would in earnest.
"""

import math
import warnings
from typing import cast

from hpo_tutor.early_stopping.jobs import Job, Scheduler
from hpo_tutor.problems.landscapes.learning_curves import Curves
from hpo_tutor.protocols import Objective, Sampler
from hpo_tutor.tournaments.ledgers import Ledger
from hpo_tutor.tournaments.results import Tournament
from hpo_tutor.tournaments.simulation import check_epochs, run_clock
from hpo_tutor.tournaments.stragglers import Luck
from hpo_tutor.tournaments.timelines import Timeline


def simulate_search(
    curves: Curves,
    scheduler: Scheduler,
    sampler: Sampler | None,
    n_workers: int,
    *,
    stragglers: float = 0.0,
    crashes: float = 0.0,
    seed: int = 0,
    until: float = math.inf,
) -> tuple[Tournament, Timeline]:
    """A search over recorded curves, as ``play_with_workers`` would run it.

    Args:
        curves: recorded learning curves, with the seconds of their epochs.
        scheduler: a fresh one; its fidelities are whole epochs.
        sampler: a fresh one; None takes random configurations.
        n_workers: each trains one job at a time.
        stragglers: standard deviation of z; each job takes 1 + |z| times as long as it should.
        crashes: probability that a job is lost within the mean time of an epoch over the recording.
        seed: decides the trials' own seeds, random configurations, and the luck of the jobs.
        until: second at which the clock stops; trials that have no report by then are ``unreported``.

    Returns:
        What came out, and when. The reports are in the order of the spans.

    Raises:
        ValueError: scheduler or sampler were used before, or there is no such fidelity.
    """
    known: dict[int, tuple[list[float], float]] = {}
    with Ledger(cast(Objective, curves), scheduler, sampler, seed=seed) as ledger:

        def course(job: Job) -> tuple[float, float]:
            check_epochs(job, curves.n_epochs)
            if job.trial not in known:
                config, own = ledger.configs[job.trial], ledger.seeds[job.trial]
                known[job.trial] = curves.along([config], seeds=[own])[0].tolist(), curves.seconds([config]).item()
            losses, pace = known[job.trial]
            return (job.stop - job.start) * pace, losses[int(job.stop) - 1]

        luck = Luck(stragglers, crashes, unit=mean_pace(curves), seed=seed)
        timeline = run_clock(scheduler, course, n_workers, luck=luck, until=until, desk=ledger)
        with warnings.catch_warnings():
            if crashes:  # who asks for crashes need not be told of them
                warnings.simplefilter("ignore", RuntimeWarning)
            return ledger.tournament(timeline.n_epochs, interrupted=bool(timeline.cut)), timeline


def mean_pace(curves: Curves) -> float:
    """The mean seconds of an epoch over the recorded configurations: the unit of time of crashes."""
    return float(curves.recorded().seconds.mean())
