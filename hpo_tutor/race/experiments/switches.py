"""Which search does justice to a space with switches? Auto-encoders whose layers come and go, good and small.

search       one sampler with one seed; it may tell several budgets at once
loss         the incumbent's expected rmse, in grey levels; really trained, the mean over fresh trainings
regret       loss minus the smallest there is; nan where really trained
volume       the hypervolume of the front that was found; ``share`` is its part of the recorded sample's own
front        a JSON list of [expected rmse, operations], the smallest first
tiles        a JSON mapping from "n_conv,n_dense" to a number of trials
config       the incumbent as a JSON mapping, without dead values
importances  a JSON mapping from hyperparameter to the share of the variance that it is credited with; None where
             nobody looked, for it takes long, or where the space has conditions

A row is a search at a budget: live, sampler, n_trials, seed, n_made, loss, regret, volume, share, front, tiles, config
and importances.

    switches.run("switches.jsonl")  # an hour of a core
    switch_standings.summary(switches.load())
"""

import warnings
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import pandas as pd

from hpo_tutor.problems import Flat
from hpo_tutor.race.comparison import sampler_seed
from hpo_tutor.race.experiments import records
from hpo_tutor.race.experiments.contestants import CONTESTANTS, PROBES, contestant
from hpo_tutor.race.experiments.findings import Ground, findings, ground
from hpo_tutor.race.experiments.recorded import Recorded
from hpo_tutor.race.experiments.records import Row
from hpo_tutor.tuning import minimize

BUDGETS = (45, 90, 180)  # 5, 10 and 20 for each of nine tiles
MANY = 100  # searches of more trials take most of the time, and come last
SPARED = ("flat-tpe",)  # of so many trials: it would take half as long again as everything else
N_SEEDS = 20
PROBE_BUDGETS = {"flat-random": BUDGETS, "one-tile": (30, 60, 120)}
LIVE_SAMPLERS = ("random", "tpe", "flat-gp", "tiles-gp")
LIVE_BUDGETS = (45,)
LIVE_SEEDS = 3

FIELDS = ("live", "sampler", "n_trials", "seed")
NUMBERS = ("loss", "regret", "volume", "share")
COLUMNS = (*FIELDS, "n_made", *NUMBERS, "front", "tiles", "config", "importances")
KIND = records.Kind("switches", FIELDS, COLUMNS, "hpo-tutor race switches")


class Search(NamedTuple):
    """One search.

    Attributes:
        sampler: a name of ``contestants``.
        seed: of the trials, and of the sampler.
        budgets: those read from this search, in rising order; the last is its n_trials.
        live: whether networks are really trained.
    """

    sampler: str
    seed: int
    budgets: tuple[int, ...]
    live: bool = False


def plan(
    samplers: Iterable[str] | None = None,
    budgets: Iterable[int] | None = None,
    n_seeds: int | None = None,
    live: bool = False,
) -> list[Search]:
    """The searches of the comparison, seed by seed, so that one that is stopped has whole laps.

    Laps of more than 100 trials, which take most of the time, come last; flat-tpe does without them unless it is named.

    Args:
        samplers: names of ``contestants``; None is all of them, or a few where networks are trained.
        budgets: trials; None is 45, 90 and 180, or 45 where networks are trained. Probes have their own,
            unless they are named too.
        n_seeds: laps; None is 20, or 3 where networks are trained.
        live: whether networks are really trained.

    Raises:
        ValueError: a budget or n_seeds is below 1, or a name is unknown.
    """
    names = tuple(samplers or (LIVE_SAMPLERS if live else (*CONTESTANTS, *PROBES)))
    wanted = sorted(set(budgets or (LIVE_BUDGETS if live else BUDGETS)))
    n_laps = (LIVE_SEEDS if live else N_SEEDS) if n_seeds is None else n_seeds
    if n_laps < 1 or wanted[0] < 1:
        raise ValueError(f"budgets and n_seeds must be at least 1, got budgets {wanted} and n_seeds={n_laps}")
    waves: list[list[Search]] = [[], []]
    for seed in range(n_laps):
        for name in names:
            own = wanted if samplers and budgets else PROBE_BUDGETS.get(name, wanted)
            if samplers is None and name in SPARED:
                own = [n for n in own if n <= MANY]
            for together in _together(name, own):
                waves[name not in PROBES and together[-1] > MANY].append(Search(name, seed, together, live))
    return waves[0] + waves[1]


def outcome(search: Search, on: Ground | None = None) -> list[Row]:
    """Run one search; a row for each of its budgets.

    Args:
        search: which.
        on: where; None is the landscape, or live training.

    Raises:
        ValueError: the sampler is unknown, or no trial succeeded.
    """
    one, place = contestant(search.sampler), on or ground(search.live)
    space = one.space(place.objective.space)
    objective = Flat(place.objective) if one.flat else place.objective
    sampler = one.make(space, seed=sampler_seed(search.seed))
    with warnings.catch_warnings():  # a network that diverged is a failed trial, and on no front
        warnings.filterwarnings("ignore", message=r"\d+ of \d+ trials failed", category=RuntimeWarning)
        history = minimize(objective, sampler, search.budgets[-1], seed=search.seed, progress=False)
    if history.interrupted:
        raise KeyboardInterrupt
    return [
        row | findings(history[: row["n_trials"]], space, place, search.seed, credit=one.credits)
        for row in _begun(search)
    ]


def _together(name: str, budgets: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Budgets that one search tells: where its beginning is always the same all of a wave, and all of a probe."""
    if name in PROBES:
        yield tuple(budgets)
    elif contestant(name).one_beginning:
        for wave in ([n for n in budgets if n <= MANY], [n for n in budgets if n > MANY]):
            if wave:
                yield tuple(wave)
    else:
        yield from ((budget,) for budget in budgets)


def _begun(search: Search) -> list[Row]:
    """A search's rows, as far as they are known before it is run."""
    return [
        {"live": search.live, "sampler": search.sampler, "n_trials": n, "seed": search.seed} for n in search.budgets
    ]


def _keys(search: Search) -> list[tuple[Any, ...]]:
    contestant(search.sampler)
    return [KIND.key_of(row) for row in _begun(search)]


def _tidy(table: pd.DataFrame) -> pd.DataFrame:
    return table.astype(dict.fromkeys(NUMBERS, float))


EXPERIMENT = Recorded(KIND, plan, _keys, outcome, _tidy)
run, load, write = EXPERIMENT.run, EXPERIMENT.load, EXPERIMENT.write
