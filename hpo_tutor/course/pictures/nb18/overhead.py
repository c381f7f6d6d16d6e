"""What does T1-T2 cost? Time beyond a plain training, measured here and recorded.

every     steps of the weights for one of the hyperparameters
overhead  time of a training with T1-T2 over that of a plain one, minus 1, in per cent
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hpo_tutor import problems
from hpo_tutor.course.pictures.nb13.studies import strewn
from hpo_tutor.course.pictures.nb18.starts import LOOKS, part, recorded
from hpo_tutor.race.statistics import student_interval
from hpo_tutor.scenes.layers import AnyLayer, Line, Marks, Points, Segments
from hpo_tutor.scenes.looks import GREY, INK, ORANGE, RED
from hpo_tutor.scenes.stage import Axis, Scene
from hpo_tutor.scenes.ticks import number

Array = NDArray[np.float64]

EVERY = (1, 2, 5, 10, 20)
SOURCE = 12.22
"""Per cent that the source measured: 16.99 s an epoch in place of 15.14 s."""
CONFIG = {"l2": 1e-4, "input_noise": 0.2}
FEWEST = 3  # groups that were timed together for an interval: that of two is too wide to say anything


def measure(
    every: Sequence[int] = EVERY, *, n_repeats: int = 5, epochs: int = 4, hidden: Sequence[int] = (100, 100, 100)
) -> pd.DataFrame:
    """Train a small network on digits with and without T1-T2, in turn, and look at the clock.

    Plain trainings come first and last in each round; their mean is the measure of the others, so that a machine that
    grows slower meanwhile does not count.

    Args:
        every: steps of the weights for one of the hyperparameters.
        n_repeats: rounds.
        epochs: of each training.
        hidden: widths of the network's layers.

    Returns:
        A row for each round and each of ``every``: repeat, every, plain_seconds, tuned_seconds, overhead (per cent).

    Raises:
        ValueError: there is nothing to measure.
    """
    if not every or n_repeats < 1:
        raise ValueError(f"every needs a value and n_repeats must be at least 1, got {tuple(every)} and {n_repeats}")
    problem = problems.online_tuning("digits", hidden=tuple(hidden), epochs=epochs)
    _seconds(problem, None)  # the first training of a process also loads what it needs
    rows = []
    for repeat in range(n_repeats):
        first = _seconds(problem, None)
        tuned = {k: _seconds(problem, k) for k in every}
        plain = (first + _seconds(problem, None)) / 2
        rows += [(repeat, k, plain, seconds, 100 * (seconds / plain - 1)) for k, seconds in tuned.items()]
    return pd.DataFrame(rows, columns=["repeat", "every", "plain_seconds", "tuned_seconds", "overhead"])


def overhead_scene(table: pd.DataFrame) -> Scene:
    """Overhead against k: a dot for each round, a line through the medians, and what k = 1 costs, divided by k.

    Args:
        table: as of ``measure``.
    """
    medians = table.groupby("every")["overhead"].median()
    every, middle = medians.index.to_numpy(dtype=float), medians.to_numpy(dtype=float)
    spread = table["overhead"].to_numpy(dtype=float)
    low, high = min(0.0, float(spread.min())), max(float(spread.max()), SOURCE)
    room = 0.06 * (high - low)
    layers: list[AnyLayer] = [
        Points(table["every"], spread, GREY, "circle", 6.0, 0.7, outline=None, name="a round"),
        Line(every, middle, ORANGE, "solid", 2.0, name="median"),
        Points(every, middle, ORANGE, "diamond", 10.0),
    ]
    if len(every) > 1:
        grid = np.geomspace(every[0], every[-1], 60)
        layers.insert(1, Line(grid, middle[0] * every[0] / grid, INK, "dash", 1.5, name="in proportion to 1/k"))
    if every[0] <= 10 <= every[-1]:
        layers.append(Points([10.0], [SOURCE], RED, "star", 15.0, name="the source, k = 10"))
    told = ", ".join(f"k = {k:g}: {_percent(value)}" for k, value in zip(every, middle, strict=True))
    ticks = [(float(k), number(float(k))) for k in every]
    across = Axis("k, steps from one hyper-step to the next", every[0] / 1.15, every[-1] * 1.15, log=True, ticks=ticks)
    sentence = (
        f"Median overhead of {table['repeat'].nunique()} rounds, {told}. The source's program needed "
        f"{_percent(SOURCE)} more on its machine."
    )
    return Scene(layers, across, Axis("overhead (%)", low - room, high + room), sentence, aspect=0.6)


def paired(table: pd.DataFrame) -> pd.DataFrame:
    """Seconds of an epoch with and without T1-T2, one row for each group of starts that were timed together.

    Args:
        table: of ``race.experiments.online.starts.load``.

    Returns:
        size, plain and tuned (seconds of an epoch; plain is the mean of the trainings before and after), and overhead
        (per cent).
    """
    rows = (
        part(table)[["size", "n_epochs", "before_seconds", "online_seconds", "after_seconds"]]
        .drop_duplicates()
        .dropna()
    )
    plain = rows[["before_seconds", "after_seconds"]].mean(axis=1) / rows["n_epochs"]
    tuned = rows["online_seconds"] / rows["n_epochs"]
    out = pd.DataFrame({"size": rows["size"], "plain": plain, "tuned": tuned, "overhead": 100 * (tuned / plain - 1)})
    return out.reset_index(drop=True)


def seconds_scene(table: pd.DataFrame | None = None) -> Scene:
    """Overhead of an epoch on each network: groups of starts, their mean and, of three groups on, its 95 % interval.

    Args:
        table: of ``race.experiments.online.starts.load``; None is the recorded one.
    """
    shown = recorded() if table is None else table
    found = paired(shown)
    sizes = [name for name in LOOKS if name in set(found["size"])]
    layers: list[AnyLayer] = [
        Marks([SOURCE], across=True, color=RED, dash="dash", name=f"the source's {SOURCE:g} %"),
    ]
    reached, told = [0.0, SOURCE], []
    for row, size in enumerate(sizes):
        own = found[found["size"] == size]
        values, (color, symbol) = own["overhead"].to_numpy(dtype=float), LOOKS[size]
        mean = float(values.mean())
        layers.append(
            Points(
                values, -row - 0.22 + strewn(len(values), 0.06), GREY, "circle", 8.0, outline=None,
                name="starts that were timed together",
            )
        )  # fmt: skip
        said = f"{_percent(mean)}"
        if len(values) >= FEWEST:
            ends = student_interval(values)
            low, high = float(ends.low), float(ends.high)
            layers.append(Segments([low], [-row], [high], [-row], INK, width=5.0, name="95 % interval of the mean"))
            reached += [low, high]
            said += f" ({number(low)} to {number(high)})"
        layers.append(Points([mean], [-row], color, symbol, 15.0))
        reached += list(values)
        seconds = [number(float(own[name].mean())) for name in ("plain", "tuned")]
        told.append(f"{size} {seconds[0]} s plain, {seconds[1]} s with T1-T2: {said}")
    room = 0.04 * (max(reached) - min(reached))
    up = Axis("", 0.4 - len(sizes), 0.6, ticks=[(-float(row), size) for row, size in enumerate(sizes)])
    across = Axis("more time for an epoch (%)", min(reached) - room, max(reached) + room)
    width = "" if part(shown)["full"].any() else " at a tenth of the source's widths"
    sentence = f"An epoch of one network{width}: {'; '.join(told)}. The source: {_percent(SOURCE)}."
    return Scene(layers, across, up, sentence, "What T1-T2 costs", aspect=0.36)


def _seconds(problem: problems.OnlineTuningProblem, every: int | None) -> float:
    """Of one training on one thread."""
    return float(problem.tune([CONFIG], [0], every=every, parts=(), n_threads=1).seconds)


def _percent(value: float) -> str:
    return f"{number(round(float(value), 2))}\N{NO-BREAK SPACE}%"
