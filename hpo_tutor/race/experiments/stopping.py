"""Which search makes the most of its epochs? Full trainings against early stopping, on recorded learning curves.

curves        the recorded table on which a search runs, such as "digits-curves"
batch         the data batch, seed % n_batches: seeds with the same batch search the same curves
total_epochs  what has been spent, over all trials; one that goes on costs only what is new
incumbent     the trial with the best report at the highest fidelity that any report had by then (Hyperband's rule)
loss          what the incumbent is worth when it is trained to the end: the mean over the recorded seeds
regret        loss minus the smallest there is on that batch
fidelity      of the incumbent's report, in epochs
n_started     trials that had started

A row is a search at a budget: curves, method, seed, total_epochs, batch, loss, regret, fidelity, n_started; numbers are
nan where nothing had been reported.

One worker trains, one job at a time, and a sampler knows every report when it is asked. A search runs once, up to the
largest budget, and is looked at on the way. All methods without a sampler draw the same random configurations.

    stopping.run("stopping.jsonl")  # a quarter of an hour of a core
    stopping_standings.summary(stopping.load())
"""

import math
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, NamedTuple, cast

import pandas as pd

from hpo_tutor.problems import landscapes
from hpo_tutor.problems.landscapes import Curves
from hpo_tutor.protocols import Objective
from hpo_tutor.race.comparison import sampler_seed
from hpo_tutor.race.experiments import records
from hpo_tutor.race.experiments.recorded import Recorded
from hpo_tutor.race.experiments.records import Row
from hpo_tutor.race.experiments.stopping_methods import MAX_FIDELITY, METHODS, method
from hpo_tutor.tournaments.ledgers import Ledger
from hpo_tutor.tournaments.results import Reported

CURVES = ("digits-curves", "aleph-curves")
FACTORS = (1, 1.25, 1.6, 2, 2.5, 3.2, 4, 5, 6.4, 8, 10, 12.5, 16, 20, 25, 32, 40)
BUDGETS = tuple(round(MAX_FIDELITY * factor) for factor in FACTORS)
"""Total epochs at which a search is looked at: from one whole training to forty."""
TOLD = tuple(MAX_FIDELITY * factor for factor in (5, 10, 20, 40))
"""Those at which methods are compared, fixed before any search ran."""
N_SEEDS = 20

FIELDS = ("curves", "method", "seed", "total_epochs")
NUMBERS = ("loss", "regret", "fidelity")
COLUMNS = (*FIELDS, "batch", *NUMBERS, "n_started")
KIND = records.Kind("stopping", FIELDS, COLUMNS, "hpo-tutor race stopping")


class Search(NamedTuple):
    """One search.

    Attributes:
        curves: where.
        method: a name of ``stopping_methods``.
        seed: of the trials, and of the sampler; it says which data batch.
    """

    curves: str
    method: str
    seed: int


def plan(
    methods: Iterable[str] | None = None, curves: Iterable[str] | None = None, n_seeds: int | None = None
) -> list[Search]:
    """The searches of the comparison, seed by seed, so that one that is stopped has whole laps.

    Args:
        methods: names of ``stopping_methods``; None is all of them.
        curves: recorded tables; None is digits and aleph.
        n_seeds: laps; None is 20, four for each of five data batches.

    Raises:
        ValueError: n_seeds is below 1, or a method is unknown.
    """
    names, n_laps = tuple(methods or METHODS), N_SEEDS if n_seeds is None else n_seeds
    if n_laps < 1:
        raise ValueError(f"n_seeds must be at least 1, got {n_laps}")
    for name in names:
        method(name)
    return [Search(one, name, seed) for seed in range(n_laps) for one in curves or CURVES for name in names]


def outcome(search: Search, on: Curves | None = None) -> list[Row]:
    """Run one search; a row for each budget.

    Args:
        search: which.
        on: the curves of its data batch; None is the recorded ones.

    Raises:
        ValueError: the method is unknown.
        FileNotFoundError: the curves are not recorded.
    """
    one = method(search.method)
    place = ground(search.curves).draw(search.seed) if on is None else on
    seed = sampler_seed(search.seed)
    sampler = None if one.make is None else one.make(place.space, seed=seed)
    with Ledger(cast(Objective, place), one.schedule(BUDGETS[-1]), sampler, seed=seed) as ledger:
        moments = list(_moments(ledger, place, BUDGETS[-1]))
    return [
        {**search._asdict(), "total_epochs": budget, "batch": place.batch, **_found(moments, budget, place)}
        for budget in BUDGETS
    ]


@cache
def ground(name: str) -> Curves:
    """The recorded curves.

    Raises:
        FileNotFoundError: they are not recorded.
    """
    return landscapes.curves(name)


class _Moment(NamedTuple):
    """After a report: what had been spent, who was the incumbent, and how many trials had started."""

    spent: float
    incumbent: Reported
    n_started: int


def _moments(ledger: Ledger, place: Curves, total_epochs: float) -> Iterator[_Moment]:
    """One worker's jobs, until the next would spend more than there is."""
    spent, best = 0.0, None
    while (job := ledger.ask()) is not None:
        spent += job.stop - job.start
        if spent > total_epochs:
            return
        loss = place.evaluate([ledger.configs[job.trial]], seeds=[ledger.seeds[job.trial]], fidelity=job.stop)
        ledger.report(job, float(loss[0]))
        best = _better(best, ledger.reports[-1])
        if best is not None:
            yield _Moment(spent, best, ledger.scheduler.n_started)


def _better(best: Reported | None, new: Reported) -> Reported | None:
    """The incumbent after one more report: a higher fidelity first, then the smaller loss, then the earlier."""
    if not math.isfinite(new.loss):  # a trial that failed leads nobody
        return best
    if best is None or (-new.job.stop, new.loss) < (-best.job.stop, best.loss):
        return new
    return best


def _found(moments: list[_Moment], budget: int, place: Curves) -> Row:
    """What a search has found when so much is spent."""
    now = next((moment for moment in reversed(moments) if moment.spent <= budget), None)
    if now is None:
        return {"loss": None, "regret": None, "fidelity": None, "n_started": 0}
    loss = place.expected(now.incumbent.config)
    return {
        "loss": loss,
        "regret": loss - place.optimum,
        "fidelity": now.incumbent.job.stop,
        "n_started": now.n_started,
    }


def _keys(search: Search) -> list[tuple[Any, ...]]:
    method(search.method)
    return [(*search, budget) for budget in BUDGETS]


def _tidy(table: pd.DataFrame) -> pd.DataFrame:
    return table.astype(dict.fromkeys(NUMBERS, float))


EXPERIMENT = Recorded(KIND, plan, _keys, outcome, _tidy)
run, load, write = EXPERIMENT.run, EXPERIMENT.load, EXPERIMENT.write
