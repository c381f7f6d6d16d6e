"""How long does an epoch of one network take, on one core? Measured at the widths and batch sizes of a grid.

    axes      of the grid, those that bear upon the speed; a learning rate, an L2 penalty and how long one trains do not
    medians   seconds of processor time, shape (n_1, ...) over these axes: training and validation, without building

Processor time is what a clock would show on a core of its own. Each round measures every point once, so that a busy
minute of the machine is felt by all of them, and the median over the rounds forgets it.
"""

import itertools
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from tqdm.auto import tqdm

from hpo_tutor.problems import tasks
from hpo_tutor.problems.recording.recipes import Recipe
from hpo_tutor.training import machine

MATTER = ("width", "batch_size", "input_noise")
N_ROUNDS = 9
N_EPOCHS = 21  # of a round's training, of which the first is not counted: it builds and warms up


def measure(wanted: Recipe, n_rounds: int = N_ROUNDS, progress: bool = False) -> dict[str, Any]:
    """The speeds of a recipe's networks on data batch 0, as a table's metadata keep them.

    Args:
        wanted: a recipe of learning curves.
        n_rounds: trainings at each point.
        progress: show a progress bar.

    Returns:
        "axes", the names of those that matter; "medians", nested lists over them; how it was measured, and on what.

    Raises:
        ValueError: no axis of the recipe bears upon the speed.
    """
    axes = [axis for axis in wanted.axes if axis.name in MATTER]
    if not axes:
        raise ValueError(f"{wanted.name} has no axis that bears upon the speed; those that do: {', '.join(MATTER)}")
    others = {axis.name: axis.values[len(axis.values) // 2] for axis in wanted.axes[:-1] if axis not in axes}
    points: list[dict[str, Any]] = [
        {**wanted.fixed, **others, **dict(zip([axis.name for axis in axes], point, strict=True))}
        for point in itertools.product(*(axis.values for axis in axes))
    ]
    rounds = np.empty((n_rounds, len(points)))
    places = list(itertools.product(range(n_rounds), range(len(points))))
    for place in tqdm(places, desc=f"{wanted.name}, speeds", unit="training", disable=not progress):
        rounds[place] = _seconds(wanted, points[place[1]], wanted.seeds[0])
    shape = [len(axis.values) for axis in axes]
    return {
        "axes": [axis.name for axis in axes],
        "medians": _rounded(np.median(rounds, axis=0).reshape(shape).tolist()),
        "how": f"processor time of one network on one thread, training and validation; the median of {n_rounds} "
        f"rounds of {N_EPOCHS - 1} epochs",
        "machine": machine.describe(),
        "versions": machine.versions(),
    }


def _seconds(wanted: Recipe, config: dict[str, Any], seed: int) -> float:
    """The median over the epochs of one training."""
    ends: list[float] = []
    tasks.train(
        wanted.task,
        [config],
        [seed],
        0,
        wanted.n_batches,
        along=range(1, N_EPOCHS + 1),
        advance=lambda n: ends.append(time.process_time()),
        options={"n_threads": 1, "device": "cpu"},  # a GPU's time is not the processor's
    )
    return float(np.median(np.diff(ends)))


def _rounded(numbers: Sequence[Any]) -> list[Any]:
    """Nested lists of numbers, to four digits: more are chance."""
    return [_rounded(one) if isinstance(one, list) else float(f"{one:.4g}") for one in numbers]
