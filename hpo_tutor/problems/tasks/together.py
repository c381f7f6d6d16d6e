"""How do K networks of a task train side by side, so that each may be stopped after any epoch?

K    number of configurations
"""

import itertools
import threading
from collections.abc import Generator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.cores import n_cores
from hpo_tutor.problems.tasks.division import rows
from hpo_tutor.problems.tasks.groups import Config, Options, by_structure, populate
from hpo_tutor.problems.tasks.runs import Losses, losses_of
from hpo_tutor.problems.tasks.table import task
from hpo_tutor.training.crew import Crew
from hpo_tutor.training.devices import device_name

ENDLESS = 2**31 - 1  # epochs: whoever watches says when to stop


class Epoch(NamedTuple):
    """What one epoch brought.

    Attributes:
        epoch: its number, from 1.
        losses: validation losses after it in the task's unit, shape (K,); nan for networks that did not train in it.
        trained: which did, shape (K,). One that diverged has trained, and its loss is inf or nan.
    """

    epoch: int
    losses: Losses
    trained: NDArray[np.bool_]


class Together:
    """K networks of one task on one data batch; those of the same layers are one population.

    Args:
        name: of the task; networks learn it.
        configs: hyperparameters; the task's defaults where they are silent. Their epochs are not looked at.
        seeds: one for each configuration.
        batch: the data batch.
        n_batches: of how many.
        options: passed to ``training.Population``.

    Raises:
        ValueError: a setting makes no sense, or the networks do not fit into memory at once.
    """

    def __init__(
        self,
        name: str,
        configs: Sequence[Config],
        seeds: Sequence[int],
        batch: int = 0,
        n_batches: int = 10,
        *,
        options: Options = None,
    ) -> None:
        data, options = rows(name, batch, n_batches), dict(options or {})
        groups = by_structure(task(name), [{**config, "epochs": ENDLESS} for config in configs])
        self._n_threads = 1
        if len(groups) > 1:  # small populations: each on one core, and as many at once as there are cores
            on_cpu = "cpu" in (options.get("device"), device_name())
            self._n_threads = (options.get("n_threads") or n_cores()) if on_cpu else 1
            options["n_threads"] = 1
        self._populations = [populate(data, group, seeds, options) for group in groups]
        self._places = [np.array(group.places) for group in groups]
        self._name, self._scale, self._n = name, data.target_scale, len(configs)
        for one in self._populations:
            if one.n_turns > 1:
                raise ValueError(
                    f"networks that are compared at a rung must be in memory at once, and {len(one)} of these would "
                    f"train in {one.n_turns} turns; start fewer trials at a time, or take smaller networks"
                )

    def __len__(self) -> int:
        return self._n

    def fit(self) -> Generator[Epoch, None, None]:
        """Train from the start, epoch by epoch, until all are stopped or have diverged; close it to end early."""
        runs = [one.fit() for one in self._populations]
        with Crew(self._n_threads, threading.Event()) as crew:
            try:
                for epoch in itertools.count(1):
                    reports = crew.map(lambda run: next(run, None), runs)
                    reached = Epoch(epoch, np.full(len(self), np.nan), np.zeros(len(self), dtype=bool))
                    for places, report in zip(self._places, reports, strict=True):
                        if report is not None:
                            reached.losses[places], reached.trained[places] = report.losses, report.trained
                    if not reached.trained.any():
                        return
                    yield reached._replace(losses=losses_of(self._name, reached.losses, self._scale))
            finally:
                for one in self._populations:
                    one.stop()

    def stop(self, places: Sequence[int]) -> None:
        """Let networks train no further, from inside the loop over ``fit``."""
        wanted = np.asarray(places, dtype=np.int64)
        for one, here in zip(self._populations, self._places, strict=True):
            one.stop(np.flatnonzero(np.isin(here, wanted)))
