"""How many rows does T2 need? Few say little about others, and many hyperparameters might be fitted to them alone.

n_tuning  rows of T2
knobs     "few": one penalty, and noise on the inputs; "many": a penalty for each layer, and noise on what enters each;
          "none": both as at the start, held
gap       loss on validation rows minus loss on T2's. Where nothing is tuned no row is better known than another, and
          the gap of few rows is luck. Where something is tuned it is luck, too, and perhaps overfitting. The two cannot
          be told apart exactly: luck shrinks with the loss, and "many" starts with noise that "none" lacks
seed      of the network; and which rows go where

A row is a network: knobs, n_tuning, seed, n_knobs, training_loss (of the last epoch, with noise), PART_loss and
PART_error of tuning, validation and test rows; start and end, the hyperparameters as JSON texts.

    tuning_sets.run("tuning_sets.jsonl")  # a quarter of an hour of a core
"""

import json
from collections.abc import Iterable
from typing import Any, NamedTuple

import pandas as pd

from hpo_tutor.race.experiments import records
from hpo_tutor.race.experiments.online import grounds
from hpo_tutor.race.experiments.online.grounds import Trained
from hpo_tutor.race.experiments.recorded import Recorded
from hpo_tutor.race.experiments.records import Row

SIZE = "shallow"
ROWS = (20, 60, 200, 600, 2000, 5000)
KNOBS = ("few", "many", "none")
N_SEEDS = 8
START = {"l2": -4.0, "input_noise": 0.2}
"""In the middle of the range of penalties, and a little noise."""
HIDDEN_NOISE = 0.05
"""On what enters a hidden layer, which sums over many more rows of weights than pixels do."""

FIELDS = ("knobs", "n_tuning", "seed")
COLUMNS = (*FIELDS, "n_knobs", "training_loss", *grounds.score_columns(), "start", "end")
KIND = records.Kind("online-tuning-sets", FIELDS, COLUMNS, "hpo-tutor race online-tuning-sets")


class Search(NamedTuple):
    """One network.

    Attributes:
        knobs: "few", "many" or "none".
        n_tuning: rows of T2.
        seed: of the network, and of the rows.
    """

    knobs: str
    n_tuning: int
    seed: int


def plan(n_seeds: int | None = None, knobs: Iterable[str] | None = None) -> list[Search]:
    """The searches of the experiment, seed by seed, so that one that is stopped has whole laps.

    Args:
        n_seeds: None is 8.
        knobs: some of "few", "many" and "none"; None is all.

    Raises:
        ValueError: n_seeds is below 1, or there are no such knobs.
    """
    n, chosen = N_SEEDS if n_seeds is None else n_seeds, tuple(knobs or KNOBS)
    if n < 1:
        raise ValueError(f"n_seeds must be at least 1, got {n}")
    for name in chosen:
        _check(name)
    return [Search(name, n_tuning, seed) for seed in range(n) for n_tuning in ROWS for name in chosen]


def outcome(search: Search) -> list[Row]:
    """Train its network; its row.

    Raises:
        FileNotFoundError: MNIST is not there.
    """
    place = grounds.ground(SIZE, batch=search.seed, n_tuning=search.n_tuning)
    start = start_of(search.knobs, len(place.model.hidden) + 1)
    if search.knobs == "none":
        found, n_knobs = Trained(place, [start], [search.seed], every=None), 0
    else:
        found, n_knobs = Trained(place, [start], [search.seed]), len(start)
    logged = found.run.tuned
    return [
        {
            **dict(zip(FIELDS, search, strict=True)),
            "n_knobs": n_knobs,
            "training_loss": grounds.number(logged.training_losses[0, -1]),
            **found.scores(0),
            "start": json.dumps(start),
            "end": json.dumps({name: round(float(values[0]), 5) for name, values in logged.final.items()}),
        }
    ]


def start_of(knobs: str, n_layers: int) -> dict[str, float]:
    """Where the hyperparameters start.

    Args:
        knobs: "few", "many" or "none".
        n_layers: dense layers of the network.
    """
    if knobs != "many":
        return dict(START)
    starts = {f"l2_{layer}": START["l2"] for layer in range(1, n_layers + 1)}
    return starts | {
        "input_noise": START["input_noise"],
        **{f"noise_{n}": HIDDEN_NOISE for n in range(2, n_layers + 1)},
    }


def _check(knobs: str) -> None:
    if knobs not in KNOBS:
        raise ValueError(f"knobs must be among {', '.join(KNOBS)}, got {knobs!r}")


def _keys(search: Search) -> list[tuple[Any, ...]]:
    _check(search.knobs)
    return [tuple(search)]


def _tidy(table: pd.DataFrame) -> pd.DataFrame:
    return table.astype(dict.fromkeys(("training_loss", *grounds.score_columns()), float))


EXPERIMENT = Recorded(KIND, plan, _keys, outcome, _tidy)
run, load, write = EXPERIMENT.run, EXPERIMENT.load, EXPERIMENT.write
