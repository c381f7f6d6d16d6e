"""How far must one look ahead? A little more of a hyperparameter, from an early, a middle or a late epoch on.

Seven networks of a seed would be one network, if each but the first had not one of its hyperparameters moved by hand:
a little, at the beginning of a third of the training, and for good. They share initial weights, orders and draws of
the noise. What differs later is the move's doing, and a little rounding's.

name    of the hyperparameter that is moved
noise   of the network before: the standard deviation of the inputs' noise; its penalty is ``L2``
third   at whose beginning it is moved: early, middle or late
more    by how much it is moved
slope   the mean of the unmoved network's hypergradients in that third: what T1-T2 would go by; slope_rms is the root
        of the mean of their squares
tuning, validation   the loss of the moved network less that of the unmoved one, in nats, after each epoch since

A row is a moved network: name, noise, third, seed, more, slope, slope_rms, tuning and validation (tuples).

    horizons.run("horizons.jsonl")  # half an hour of a core
    horizons.extra(horizons.load())
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from hpo_tutor.race.experiments import records
from hpo_tutor.race.experiments.online import grounds
from hpo_tutor.race.experiments.online.field import THIRDS
from hpo_tutor.race.experiments.online.grounds import NAMES
from hpo_tutor.race.experiments.recorded import Recorded
from hpo_tutor.race.experiments.records import Row
from hpo_tutor.race.statistics import student_interval
from hpo_tutor.training.online import Knob

SIZE = "shallow"
NOISES = (0.2, 0.4, 0.6)
"""Below the valley of the recorded grid, in it, and beyond it."""
L2 = -3.5
"""log10 of the penalty; the same everywhere."""
MORE: Mapping[str, float] = MappingProxyType({"l2": 0.5, "input_noise": 0.05})
N_SEEDS = 8
PARTS = ("tuning", "validation")

FIELDS = ("name", "noise", "third", "seed")
COLUMNS = (*FIELDS, "more", "slope", "slope_rms", *PARTS)
KIND = records.Kind("online-horizons", FIELDS, COLUMNS, "hpo-tutor race online-horizons")


class Search(NamedTuple):
    """All networks of a seed.

    Attributes:
        noise: before it is moved.
        seed: of initial weights, orders and noise.
    """

    noise: float
    seed: int


def plan(n_seeds: int | None = None) -> list[Search]:
    """The searches of the experiment, seed by seed, so that one that is stopped has whole laps.

    Args:
        n_seeds: None is 8.

    Raises:
        ValueError: n_seeds is below 1.
    """
    n = N_SEEDS if n_seeds is None else n_seeds
    if n < 1:
        raise ValueError(f"n_seeds must be at least 1, got {n}")
    return [Search(noise, seed) for seed in range(n) for noise in NOISES]


def outcome(search: Search) -> list[Row]:
    """Train the networks of a seed side by side; a row for each that is moved.

    Raises:
        FileNotFoundError: MNIST is not there.
    """
    place = grounds.ground(SIZE)
    moved = [(name, third) for name in NAMES for third in THIRDS]
    start = {"l2": L2, "input_noise": search.noise}
    begins = dict(zip(THIRDS, (thirds[0] for thirds in np.array_split(np.arange(place.epochs), 3)), strict=True))

    def points(epoch: int) -> dict[str, Any]:
        """The hyperparameters of all networks after so many epochs."""
        columns = {name: np.full(1 + len(moved), value) for name, value in start.items()}
        for k, (name, third) in enumerate(moved, start=1):
            columns[name][k] += MORE[name] * (begins[third] <= epoch)
        return columns

    held = {name: Knob(knob.low, knob.high, 0.0) for name, knob in place.knobs.items()}
    seeds = [search.seed] * (1 + len(moved))
    training = place.training(place.configs(points(0)), seeds, knobs=held, n_threads=1)
    extra: dict[str, list[Any]] = {part: [] for part in PARTS}
    for report in training.fit():
        for part in PARTS:
            losses = training.score(part).losses
            extra[part].append(losses[1:] - losses[0])
        if report.epoch in begins.values():
            training.move(points(report.epoch))
    asked = training.tuned
    rows = []
    for k, (name, third) in enumerate(moved):
        slopes = np.array_split(asked.hypergradients[0, :, asked.names.index(name)], 3)[THIRDS.index(third)]
        row: Row = {"name": name, "noise": search.noise, "third": third, "seed": search.seed, "more": MORE[name]}
        row |= {"slope": grounds.number(slopes.mean())}
        row |= {"slope_rms": grounds.number(np.sqrt(np.square(slopes).mean()))}
        since = {part: np.array(losses)[begins[third] :, k] for part, losses in extra.items()}
        rows.append(row | {part: [grounds.number(round(loss, 7)) for loss in losses] for part, losses in since.items()})
    return rows


def extra(table: pd.DataFrame) -> pd.DataFrame:
    """What a little more is worth, epoch by epoch.

    Args:
        table: of ``load``.

    Returns:
        Columns name, noise, third (a category, in order), seed, after (epochs since the move), tuning and validation:
        losses of the moved network less those of the unmoved one, in nats.
    """
    long = table[[*FIELDS, *PARTS]].explode([*PARTS], ignore_index=True)
    long.insert(len(FIELDS), "after", long.groupby([*FIELDS]).cumcount() + 1)
    long["third"] = pd.Categorical(long["third"], THIRDS, ordered=True)
    return long.astype(dict.fromkeys(PARTS, float))


def worth(table: pd.DataFrame, part: str = "validation") -> pd.DataFrame:
    """``extra`` over the seeds: the mean and its 95 per cent interval (Student's).

    Args:
        table: of ``load``.
        part: "tuning" (T2's own rows) or "validation".

    Returns:
        Columns name, noise, third, after, mean, low, high (nan with a single seed) and n_seeds; in nats.
    """
    rows = []
    for key, losses in extra(table).groupby(["name", "noise", "third", "after"], observed=True)[part]:
        values = losses.to_numpy()
        low, _, high, *_ = student_interval(values) if len(values) > 1 else (np.nan,) * 3
        rows.append((*key, values.mean(), low, high, len(values)))
    found = pd.DataFrame(rows, columns=["name", "noise", "third", "after", "mean", "low", "high", "n_seeds"])
    return found.astype({"third": pd.CategoricalDtype([*THIRDS], ordered=True)})


def _keys(search: Search) -> list[tuple[Any, ...]]:
    return [(name, search.noise, third, search.seed) for name in NAMES for third in THIRDS]


def _tidy(table: pd.DataFrame) -> pd.DataFrame:
    table = table.astype(dict.fromkeys(("slope", "slope_rms"), float))
    for part in PARTS:  # lists in JSON, arrays in Parquet
        table[part] = [tuple(np.asarray(losses, dtype=np.float64).tolist()) for losses in table[part]]
    return table


EXPERIMENT = Recorded(KIND, plan, _keys, outcome, _tidy)
run, load, write = EXPERIMENT.run, EXPERIMENT.load, EXPERIMENT.write
