"""What is T1-T2 worth beside searches that train again and again? All with the same training time, on MNIST.

method       "t1-t2": runs of T1-T2 from random starts, and the best of them; "random": plain trainings of random
             configurations, the same points with the same seeds; "gp": plain trainings that Bayesian optimisation
             proposes; "random-all": as random, with T2's rows added to T1's, for a search needs no T2
number       of a training, from 0, in the order in which it was made
units        training time; 1 is one plain training on T1. A run of T1-T2 takes 1 and its overhead
seconds      of the training, by the processor's clock. What a sampler thinks meanwhile costs nothing here
seed         of trials and sampler; and which rows go where

A method chooses the training with the smallest loss on validation rows, which no method learns from; test rows say what
the choice is worth. T1-T2 never chooses by T2, on which its hyperparameters were tuned.

A row is a training: method, seed, number, seconds (of the whole training), PART_loss and PART_error of tuning,
validation and test rows, and start_l2, start_noise, end_l2, end_noise (l2 as log10 of the penalty; where nothing is
tuned both are the same).

    rivals.run("rivals.jsonl")  # about half an hour of a core
    summaries.race(rivals.load())
"""

import warnings
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hpo_tutor.problems.online_objectives import OnlineTuningProblem
from hpo_tutor.race import entries
from hpo_tutor.race.comparison import sampler_seed
from hpo_tutor.race.experiments import records
from hpo_tutor.race.experiments.online import grounds
from hpo_tutor.race.experiments.online.grounds import EveryRow, Trained
from hpo_tutor.race.experiments.recorded import Recorded
from hpo_tutor.race.experiments.records import Row
from hpo_tutor.tuning import minimize

SIZE = "shallow"
N_UNITS = 10
N_SEEDS = 10


class Method(NamedTuple):
    """How a method spends its time.

    Attributes:
        sampler: a name of ``race.entries``.
        tunes: whether its trainings tune themselves.
        every_row: whether T2's rows are learnt from, too.
        n_trainings: how many it makes.
    """

    sampler: str
    tunes: bool = False
    every_row: bool = False
    n_trainings: int = N_UNITS


METHODS: Mapping[str, Method] = MappingProxyType(
    {
        "t1-t2": Method("random", tunes=True),
        "random": Method("random"),
        "gp": Method("gp"),
        "random-all": Method("random", every_row=True, n_trainings=6),
    }
)
ENDS = ("start_l2", "start_noise", "end_l2", "end_noise")
FIELDS = ("method", "seed", "number")
COLUMNS = (*FIELDS, "seconds", *grounds.score_columns(), *ENDS)
KIND = records.Kind("online-rivals", FIELDS, COLUMNS, "hpo-tutor race online-rivals")


class Search(NamedTuple):
    """One search.

    Attributes:
        method: a name of ``METHODS``.
        seed: of trials and sampler, and of the rows.
    """

    method: str
    seed: int


def plan(n_seeds: int | None = None, methods: Iterable[str] | None = None) -> list[Search]:
    """The searches of the comparison, seed by seed, so that one that is stopped has whole laps.

    Args:
        n_seeds: None is 10.
        methods: names of ``METHODS``; None is all.

    Raises:
        ValueError: n_seeds is below 1, or a method is unknown.
    """
    n, chosen = N_SEEDS if n_seeds is None else n_seeds, tuple(methods or METHODS)
    if n < 1:
        raise ValueError(f"n_seeds must be at least 1, got {n}")
    for name in chosen:
        method(name)
    return [Search(name, seed) for seed in range(n) for name in chosen]


def method(name: str) -> Method:
    """The method of that name.

    Raises:
        ValueError: there is none.
    """
    if name not in METHODS:
        raise ValueError(f"a method must be one of {', '.join(METHODS)}, got {name!r}")
    return METHODS[name]


def outcome(search: Search) -> list[Row]:
    """Run one search; a row for each of its trainings.

    Raises:
        ValueError: the method is unknown.
        FileNotFoundError: MNIST is not there.
        RuntimeError: a training failed otherwise than by diverging.
    """
    one, place = method(search.method), grounds.ground(SIZE, batch=search.seed)
    watched = Watched(place, one)
    sampler = entries.entry(one.sampler)(place.space, seed=sampler_seed(search.seed))
    together = one.n_trainings if entries.is_design(one.sampler) else 1
    with warnings.catch_warnings():  # a network that diverged is a failed trial, and is never chosen
        warnings.filterwarnings("ignore", message=r"\d+ of \d+ trials failed", category=RuntimeWarning)
        history = minimize(
            watched, sampler, one.n_trainings, batch=together, seed=sampler_seed(search.seed), progress=False
        )
    if history.interrupted:
        raise KeyboardInterrupt
    if len(watched.rows) != one.n_trainings:
        said = next((trial.message for trial in history.trials if trial.message), "no message")
        raise RuntimeError(f"{len(watched.rows)} of {one.n_trainings} trainings came to an end; the first said: {said}")
    return [{**search._asdict(), "number": number, **row} for number, row in enumerate(watched.rows)]


class Watched:
    """The validation loss after a training; all else that is known of it is remembered.

    Args:
        place: on which rows.
        one: what its trainings do.

    Attributes:
        space: of the problem.
        loss_names: ("cross_entropy",), of validation rows.
        rows: of each training so far, its columns.
    """

    loss_names: tuple[str, ...] = ("cross_entropy",)

    def __init__(self, place: OnlineTuningProblem, one: Method) -> None:
        self.space, self.rows = place.space, list[Row]()
        self._place, self._one = EveryRow.of(place) if one.every_row else place, one

    def __call__(self, config: Mapping[str, Any]) -> float:
        """The validation loss of one configuration, trained with seed 0."""
        return float(self.evaluate([config], seeds=[0])[0])

    def evaluate(
        self, configs: Sequence[Mapping[str, Any]], *, seeds: Sequence[int], fidelity: float | None = None
    ) -> NDArray[np.float64]:
        """Train K networks; the losses (K,)."""
        columns = self._place.starts(configs)
        points = [{name: float(column[k]) for name, column in columns.items()} for k in range(len(configs))]
        found = Trained(self._place, points, seeds, **({} if self._one.tunes else {"every": None}))
        for k, path in enumerate(found.by_epoch):
            ends = dict(zip(ENDS, path[[0, -1]].ravel().tolist(), strict=True))
            self.rows.append({"seconds": found.seconds, **found.scores(k), **ends})
        return found.run.scores["validation"].losses


def _keys(search: Search) -> list[tuple[Any, ...]]:
    return [(*search, number) for number in range(method(search.method).n_trainings)]


def _tidy(table: pd.DataFrame) -> pd.DataFrame:
    return table.astype(dict.fromkeys(grounds.score_columns(), float))


EXPERIMENT = Recorded(KIND, plan, _keys, outcome, _tidy)
run, load, write = EXPERIMENT.run, EXPERIMENT.load, EXPERIMENT.write
