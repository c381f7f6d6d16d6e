"""From where does T1-T2 find good hyperparameters? The source's experiment, from random starts on three networks.

size    "shallow", "medium" or "deep"
rule    how the hyperparameters are moved, see ``RULES``
start   its number; start k is the same point, with the same seed, for every size and rule
before  a plain training with the start's values held
online  T1-T2 from there
after   a fresh plain training with the values at which T1-T2 ended
seconds of the training of one network, by the processor's clock

The three trainings of a start have the same seed: the same initial weights, the same order of the rows. What T1-T2
changes is all that differs. The choice is never made by rows that are reported: T2 moves the hyperparameters,
validation and test rows only say how good a network is.

A row is a start on a network by a rule: full, size, rule, start; start_l2, start_noise, end_l2 and end_noise (l2 as
log10 of the penalty); STAGE_PART_loss and STAGE_PART_error for before, online and after on tuning, validation and test
rows; STAGE_seconds; n_epochs, n_hyper_steps, rate_l2 and rate_noise (of the hyperparameters' Adams); path_l2 and
path_input_noise (tuples, after each epoch from 0 on). What was trained before is the same for all rules.

    starts.run("starts.jsonl")  # about an hour of a core
    starts.paths(starts.load())
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
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

SLOW = 0.001
"""A rate that suits weights: 300 hyper-steps take the penalty through a tenth of its range, wherever it should go."""


class Rule(NamedTuple):
    """How hyperparameters are moved.

    Attributes:
        gradient: of ``OnlineTuning``.
        rate: of each hyperparameter's Adam; None is the problem's own.
        sizes: of the networks that are tried with it unless somebody says otherwise.
        afresh: whether networks are trained anew with the tuned values.
    """

    gradient: str = "exact"
    rate: float | None = None
    sizes: tuple[str, ...] = ("shallow",)
    afresh: bool = False


RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "exact": Rule(sizes=("shallow", "medium", "deep"), afresh=True),
        "source": Rule("source", afresh=True),
        "slow": Rule(rate=SLOW),
        "sgd": Rule("sgd"),
    }
)
N_STARTS: Mapping[str, int] = MappingProxyType({"shallow": 34, "medium": 33, "deep": 33})
SIDE_BY_SIDE = 8
"""Starts of a search at most: they train together in one process."""
SEED = 1606
"""Of the starts."""

FIELDS = ("full", "size", "rule", "start")
STAGES = ("before", "online", "after")
VALUES = ("start_l2", "start_noise", "end_l2", "end_noise")
SCORES = tuple(name for stage in STAGES for name in grounds.score_columns(f"{stage}_"))
SECONDS = tuple(f"{stage}_seconds" for stage in STAGES)
PATHS = tuple(f"path_{name}" for name in NAMES)
COLUMNS = (*FIELDS, *VALUES, *SCORES, *SECONDS, "n_epochs", "n_hyper_steps", "rate_l2", "rate_noise", *PATHS)
KIND = records.Kind("online-starts", FIELDS, COLUMNS, "hpo-tutor race online-starts")


class Search(NamedTuple):
    """Some starts on one network by one rule.

    Attributes:
        size: of the network.
        rule: a name of ``RULES``.
        starts: their numbers.
        full: the source's own networks, rows and epochs.
    """

    size: str
    rule: str
    starts: tuple[int, ...]
    full: bool = False


def plan(
    sizes: Iterable[str] | None = None,
    rules: Iterable[str] | None = None,
    n_starts: int | None = None,
    full: bool = False,
) -> list[Search]:
    """The searches of the experiment, those with the right rule first.

    Args:
        sizes: of networks; None is all three.
        rules: names of ``RULES``; None is all of them, or the right one alone where full.
        n_starts: on each network; None is 34 on the shallow and 33 on the others.
        full: the source's own networks, rows and epochs.

    Raises:
        ValueError: n_starts is below 1, or a size or rule is unknown.
    """
    if n_starts is not None and n_starts < 1:
        raise ValueError(f"n_starts must be at least 1, got {n_starts}")
    chosen, networks = tuple(rules or (("exact",) if full else RULES)), tuple(sizes or N_STARTS)
    for name in networks:
        _check(name)
    searches = []
    for name in chosen:
        own = networks if rules and sizes else [size for size in networks if size in rule(name).sizes]
        for size in own:
            n = N_STARTS[size] if n_starts is None else n_starts
            # groups begin at the same starts however many there are, so that more of them repeat none
            groups = [tuple(range(first, min(first + SIDE_BY_SIDE, n))) for first in range(0, n, SIDE_BY_SIDE)]
            searches += [Search(size, name, group, full) for group in groups]
    return searches


def rule(name: str) -> Rule:
    """The rule of that name.

    Raises:
        ValueError: there is none.
    """
    if name not in RULES:
        raise ValueError(f"a rule must be one of {', '.join(RULES)}, got {name!r}")
    return RULES[name]


def starting_point(number: int) -> dict[str, float]:
    """Where start ``number`` lies: uniform in the ranges, l2 as log10 of the penalty."""
    rng = np.random.default_rng((SEED, number))
    return {"l2": float(rng.uniform(*LOG_L2)), "input_noise": float(rng.uniform(*NOISE))}


def outcome(search: Search) -> list[Row]:
    """Train all its starts; a row for each.

    Raises:
        ValueError: the size or rule is unknown.
        FileNotFoundError: MNIST is not there.
    """
    place, one = grounds.ground(search.size, full=search.full), rule(search.rule)
    points, seeds = [starting_point(k) for k in search.starts], list(search.starts)
    knobs = dict(place.knobs)
    if one.rate is not None:
        knobs = {name: Knob(knob.low, knob.high, one.rate) for name, knob in knobs.items()}
    runs = {"online": Trained(place, points, seeds, knobs=knobs, gradient=one.gradient)}
    paths = runs["online"].by_epoch
    ends = [dict(zip(NAMES, path[-1].tolist(), strict=True)) for path in paths]
    if search.rule == "exact":  # what held values reach is the same for all rules, and is trained once
        runs["before"] = Trained(place, points, seeds, every=None)
    if one.afresh:
        runs["after"] = Trained(place, ends, seeds, every=None)
    rows = []
    for k, number in enumerate(search.starts):
        row: Row = dict(zip(FIELDS, (search.full, search.size, search.rule, number), strict=True))
        row |= {"start_l2": points[k]["l2"], "start_noise": points[k]["input_noise"]}
        row |= {"end_l2": ends[k]["l2"], "end_noise": ends[k]["input_noise"]}
        for stage in STAGES:
            there = runs.get(stage)
            row |= dict.fromkeys(grounds.score_columns(f"{stage}_")) if there is None else there.scores(k, f"{stage}_")
            row[f"{stage}_seconds"] = None if there is None else there.seconds
        row |= {"n_epochs": len(paths[k]) - 1, "n_hyper_steps": runs["online"].n_hyper_steps}
        row |= {"rate_l2": knobs["l2"].rate, "rate_noise": knobs["input_noise"].rate}
        row |= {f"path_{name}": paths[k][:, h].round(5).tolist() for h, name in enumerate(NAMES)}
        rows.append(row)
    return rows


def paths(table: pd.DataFrame) -> pd.DataFrame:
    """Where the hyperparameters stood after each epoch.

    Args:
        table: of ``load``.

    Returns:
        Columns full, size, rule, start, epoch (from 0), l2 (log10 of the penalty) and input_noise.
    """
    long = table[[*FIELDS, *PATHS]].explode([*PATHS], ignore_index=True)
    long["epoch"] = long.groupby([*FIELDS]).cumcount()
    renamed = long.rename(columns=dict(zip(PATHS, NAMES, strict=True)))
    return renamed[[*FIELDS, "epoch", *NAMES]].astype(dict.fromkeys(NAMES, float))


def _check(size: str) -> None:
    if size not in N_STARTS:
        raise ValueError(f"a size must be one of {', '.join(N_STARTS)}, got {size!r}")


def _keys(search: Search) -> list[tuple[Any, ...]]:
    _check(search.size)
    rule(search.rule)
    return [(search.full, search.size, search.rule, number) for number in search.starts]


def _tidy(table: pd.DataFrame) -> pd.DataFrame:
    table = table.astype(dict.fromkeys((*SCORES, *SECONDS), float))
    for name in PATHS:  # lists in JSON, arrays in Parquet
        table[name] = [tuple(map(float, values)) for values in table[name]]
    before = [name for name in (*SCORES, *SECONDS) if name.startswith("before_")]
    table[before] = table.groupby(["full", "size", "start"])[before].transform("first")
    return table


EXPERIMENT = Recorded(KIND, plan, _keys, outcome, _tidy)
run, load, write = EXPERIMENT.run, EXPERIMENT.load, EXPERIMENT.write
