"""Where would T1-T2 push the hyperparameters, and where are the losses small? A grid of values that are held still.

Each network of the grid is trained to the end with the values of its grid point. Every tenth step T2 is asked for the
hypergradient, which is written down and moves nothing (the hyperparameters' rate is 0), so that the losses are those of
plain training, whatever the rule.

rule      how the hypergradient is computed: "exact", or "source" as the source's program did
third     of the training: early, middle or late
mean      of the hypergradients of a third, in nats per unit of the hyperparameter; downhill is against it
rms       the root of the mean of their squares: Adam moves by about mean / rms
loss      nats; error  share of wrong classes

A row is a trained network: rule, l2 (log10 of the penalty), input_noise, seed; training_loss (of the last epoch, with
noise), PART_loss and PART_error of tuning, validation and test rows; NAME_THIRD_mean and NAME_THIRD_rms of the
hypergradients of l2 and input_noise in the early, middle and late third.

    field.run("field.jsonl")  # half an hour of a core
    field.means(field.load())
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from hpo_tutor.problems.online_objectives import LOG_L2, NOISE
from hpo_tutor.race.experiments import records
from hpo_tutor.race.experiments.online import grounds
from hpo_tutor.race.experiments.online.grounds import NAMES, Trained
from hpo_tutor.race.experiments.recorded import Recorded
from hpo_tutor.race.experiments.records import Row
from hpo_tutor.training.online import Knob

SIZE = "shallow"
L2S = tuple(np.linspace(*LOG_L2, 9).round(4).tolist())
"""The grid's values of log10 of the penalty."""
NOISES = tuple(np.linspace(*NOISE, 9).round(4).tolist())
"""The grid's standard deviations of the inputs' noise."""
N_SEEDS = 2
RULES = ("exact", "source")
THIRDS = ("early", "middle", "late")

FIELDS = ("rule", "l2", "input_noise", "seed")
MEANS = tuple(f"{name}_{third}_{what}" for name in NAMES for third in THIRDS for what in ("mean", "rms"))
COLUMNS = (*FIELDS, "training_loss", *grounds.score_columns(), *MEANS)
KIND = records.Kind("online-field", FIELDS, COLUMNS, "hpo-tutor race online-field")


class Search(NamedTuple):
    """One row of the grid: networks with the same noise and all penalties.

    Attributes:
        rule: of the hypergradient.
        input_noise: standard deviation.
        seed: of initial weights, orders and noise; all grid points of a seed share them.
    """

    rule: str
    input_noise: float
    seed: int


def plan(n_seeds: int | None = None, rules: Iterable[str] | None = None) -> list[Search]:
    """The searches of the grid, seed by seed.

    Args:
        n_seeds: None is 2.
        rules: "exact", "source" or both, which None is; the right one first.

    Raises:
        ValueError: n_seeds is below 1, or a rule is unknown.
    """
    n, chosen = N_SEEDS if n_seeds is None else n_seeds, tuple(rules or RULES)
    if n < 1:
        raise ValueError(f"n_seeds must be at least 1, got {n}")
    for name in chosen:
        _check(name)
    return [Search(name, noise, seed) for name in chosen for seed in range(n) for noise in NOISES]


def outcome(search: Search) -> list[Row]:
    """Train its networks; a row for each.

    Raises:
        FileNotFoundError: MNIST is not there.
    """
    place = grounds.ground(SIZE)
    points = [{"l2": l2, "input_noise": search.input_noise} for l2 in L2S]
    held = {name: Knob(knob.low, knob.high, 0.0) for name, knob in place.knobs.items()}
    found = Trained(place, points, [search.seed] * len(points), knobs=held, gradient=search.rule)
    logged = found.run.tuned
    rows = []
    for k, l2 in enumerate(L2S):
        row: Row = {"rule": search.rule, "l2": l2, "input_noise": search.input_noise, "seed": search.seed}
        row |= {"training_loss": grounds.number(logged.training_losses[k, -1]), **found.scores(k)}
        for h, name in enumerate(logged.names):
            for third, slopes in zip(THIRDS, np.array_split(logged.hypergradients[k, :, h], 3), strict=True):
                row[f"{name}_{third}_mean"] = grounds.number(slopes.mean())
                row[f"{name}_{third}_rms"] = grounds.number(np.sqrt(np.square(slopes).mean()))
        rows.append(row)
    return rows


def means(table: pd.DataFrame, rule: str = "exact") -> pd.DataFrame:
    """The grid with one row a point: each number's mean over the seeds; of the roots, of their squares.

    Args:
        table: of ``load``.
        rule: of the hypergradients.

    Raises:
        ValueError: the table holds none by this rule.
    """
    part = table[table["rule"] == rule]
    if part.empty:
        raise ValueError(f"the table holds no hypergradients by {rule!r}; it has {', '.join(table['rule'].unique())}")
    roots = [name for name in MEANS if name.endswith("_rms")]
    part = part.assign(**part[roots] ** 2).groupby(["l2", "input_noise"]).mean(numeric_only=True)
    return part.assign(**part[roots] ** 0.5).drop(columns="seed").reset_index()


def _check(rule: str) -> None:
    if rule not in RULES:
        raise ValueError(f"a rule must be one of {', '.join(RULES)}, got {rule!r}")


def _keys(search: Search) -> list[tuple[Any, ...]]:
    _check(search.rule)
    return [(search.rule, l2, search.input_noise, search.seed) for l2 in L2S]


def _tidy(table: pd.DataFrame) -> pd.DataFrame:
    return table.astype({name: float for name in COLUMNS if name not in ("rule", "seed")})


EXPERIMENT = Recorded(KIND, plan, _keys, outcome, _tidy)
run, load, write = EXPERIMENT.run, EXPERIMENT.load, EXPERIMENT.write
