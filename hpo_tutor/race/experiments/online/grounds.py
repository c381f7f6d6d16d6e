"""On which rows and networks of MNIST is T1-T2 tried, and how does a training become columns of a table?

size  "shallow", "medium" or "deep", as the source calls them: a tenth of its units, 10,000 rows and 30 epochs
full  the source's own networks, all rows, and its 50 epochs; for a GPU
part  "tuning" (T2), "validation" or "test", of which a network has a loss (nats) and an error (share of wrong classes)
"""

import time
from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.problems.online_cuts import SIZES
from hpo_tutor.problems.online_objectives import OnlineRun, OnlineTuningProblem, online_tuning
from hpo_tutor.race.experiments.records import Row
from hpo_tutor.training.devices import device_name
from hpo_tutor.training.online import TwoSets

PARTS = ("tuning", "validation", "test")
NAMES = ("l2", "input_noise")
TENTH = 10
"""So many times wider is each layer of the source's own networks."""
FULL_EPOCHS = 50

Point = Mapping[str, float]


@lru_cache(maxsize=4)
def ground(
    size: str = "shallow", batch: int = 0, n_tuning: int | None = None, full: bool = False
) -> OnlineTuningProblem:
    """The problem on which an experiment runs.

    Args:
        size: of the network.
        batch: which rows go where.
        n_tuning: rows of T2; None is 5,000.
        full: the source's networks, rows and epochs.

    Raises:
        ValueError: there is no such size.
        MissingDataError: MNIST is not there.
    """
    if size not in SIZES:
        raise ValueError(f"a size must be one of {', '.join(SIZES)}, got {size!r}")
    if full:
        hidden = tuple(TENTH * width for width in SIZES[size])
        return online_tuning("mnist-full", batch=batch, hidden=hidden, n_tuning=n_tuning, epochs=FULL_EPOCHS)
    return online_tuning("mnist", batch=batch, hidden=SIZES[size], n_tuning=n_tuning)


class EveryRow(OnlineTuningProblem):
    """The same problem for whoever needs no T2: its rows move the weights, too."""

    @classmethod
    def of(cls, place: OnlineTuningProblem) -> "EveryRow":
        """What becomes of a problem."""
        return cls(place.name, place.batch, place.model.hidden, place.n_tuning, place.epochs)

    @property
    def data(self) -> TwoSets:
        """T1 and T2 together, and what is scored."""
        known = super().data
        inputs = np.concatenate([known.train_inputs, known.tuning_inputs])
        targets = np.concatenate([known.train_targets, known.tuning_targets])
        return TwoSets(inputs, targets, known.tuning_inputs, known.tuning_targets, scored=known.scored)


class Trained:
    """Networks that were trained side by side.

    Args:
        place: where.
        points: of each, the hyperparameters at the start; a penalty as its log10.
        seeds: one for each.
        options: of ``OnlineTuningProblem.tune``; every=None is a plain training.

    Attributes:
        run: what came of them.
        seconds: that the training of one network took, by the processor's clock, which stands still while others
            work; by the wall's on a GPU.
    """

    def __init__(
        self, place: OnlineTuningProblem, points: Sequence[Point], seeds: Sequence[int], **options: Any
    ) -> None:
        columns = {name: np.array([point[name] for point in points]) for name in points[0]}
        configs = place.configs(columns)
        wall, cpu = time.perf_counter(), time.process_time()
        self.run: OnlineRun = place.tune(configs, seeds, parts=PARTS, n_threads=1, **options)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        # the share of the training: what prepared and scored it is none of it
        busy = cpu * self.run.seconds / wall if device_name() == "cpu" else self.run.seconds
        self.seconds = busy / len(points)
        self._ends = place.n_steps // place.epochs * np.arange(place.epochs + 1)

    @property
    def n_hyper_steps(self) -> int:
        """How often each hyperparameter was moved."""
        return len(self.run.tuned.steps)

    @cached_property
    def by_epoch(self) -> NDArray[np.float64]:
        """Where l2 (log10 of the penalty) and input_noise stood after each epoch, from the start on, (K, E + 1, 2)."""
        tuned = self.run.tuned
        last = np.searchsorted(tuned.steps, self._ends, side="right")
        return tuned.values[:, last][:, :, [tuned.names.index(name) for name in NAMES]]

    def scores(self, k: int, prefix: str = "") -> Row:
        """Losses and errors of the k-th network on each part; None where it diverged.

        Args:
            k: which.
            prefix: of the columns, such as "before_".
        """
        row: Row = {}
        for part in PARTS:
            row[f"{prefix}{part}_loss"] = number(self.run.scores[part].losses[k])
            row[f"{prefix}{part}_error"] = number(self.run.scores[part].errors[k])
        return row


def score_columns(prefix: str = "") -> tuple[str, ...]:
    """The columns of ``Trained.scores``."""
    return tuple(f"{prefix}{part}_{what}" for part in PARTS for what in ("loss", "error"))


def number(value: float) -> float | None:
    """What JSON can hold: None in place of nan and infinities."""
    return float(value) if np.isfinite(value) else None
