"""How do many networks train while a student goes on working? In a thread of their own, which can be told to stop.

K        number of networks
losses   (t, K) validation losses in the task's unit, a row for each epoch so far; nan where a network did not train in
         that epoch, inf where it diverged
"""

import os
import threading
from abc import abstractmethod
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from hpo_tutor import designs
from hpo_tutor.problems import landscapes, tasks
from hpo_tutor.scenes.training import Cohort
from hpo_tutor.search_space import SearchSpace
from hpo_tutor.training import Population, Report
from hpo_tutor.trials import trial_seed

Array = NDArray[np.float64]

MOST_NETWORKS = 1000
BATCH = 0  # the data batch that is trained on, and whose recorded landscape lies below


@dataclass(frozen=True)
class Setting:
    """What is trained.

    Attributes:
        task: the name of one of ``problems.tasks``.
        across, up: the two hyperparameters that differ between the networks; the others stay at the task's defaults.
        design: how the networks are spread over these two, see ``designs.NAMES``.
        n_networks: how many are wanted; a lattice gives the largest square number that is no larger.
        seed: of the design, and of the networks' initial weights and orders of the rows.

    Raises:
        ValueError: there is no such task, hyperparameter or design, or the number is out of range.
    """

    task: str = "digits"
    across: str = "learning_rate"
    up: str = "l2"
    design: str = "random"
    n_networks: int = 200
    seed: int = 0

    def __post_init__(self) -> None:
        check_map(self.task, self.across, self.up)
        if self.design not in designs.NAMES:
            raise ValueError(f"design must be one of {', '.join(designs.NAMES)}, got {self.design!r}")
        check_count("n_networks", self.n_networks, MOST_NETWORKS)

    def cohort(self) -> Cohort:
        """The networks before they train.

        Raises:
            MissingDataError: the data are not here and cannot be fetched.
        """
        task = tasks.task(self.task)
        space = SearchSpace({name: task.domains[name] for name in (self.across, self.up)})
        points = designs.make(self.design, int(self.n_networks), 2, self.seed)
        epochs = [space.from_unit(point).get("epochs", task.defaults["epochs"]) for point in points]
        return Cohort(
            space=space,
            points=points,
            design=self.design,
            loss_name=task.loss_name,
            loss_unit=task.loss_unit,
            guess=guess(self.task),
            n_epochs=max(epochs),
            ground=recorded(self.task, space),
        )


def check_count(name: str, count: Any, most: int) -> None:
    """Raise ValueError unless a count is a whole number from 1 to ``most``."""
    whole = isinstance(count, int | float | np.integer) and float(count).is_integer()
    if not (whole and 1 <= count <= most):
        raise ValueError(f"{name} must be a whole number from 1 to {most}, got {count!r}")


def check_map(name: str, across: str, up: str) -> None:
    """Raise ValueError unless networks of this task can be watched on a map of these two hyperparameters."""
    task = tasks.task(name)
    if not task.is_live:
        watched = ", ".join(one for one, known in tasks.TASKS.items() if known.is_live)
        raise ValueError(f"there is nothing to watch in {name}, {task.learner}; take one of {watched}")
    for tuned in (across, up):
        if tuned not in task.domains:
            raise ValueError(f"{tuned!r} cannot be tuned on {name}; there are {', '.join(task.domains)}")
    if across == up:
        raise ValueError(f"a map needs two different hyperparameters, got {across} twice; change one of them")


def guess(task: str) -> float:
    """The validation loss of the best answer that looks at no input: the training rows' mean, or shares of classes."""
    rows = tasks.rows(task, BATCH)
    train, validation = rows.data.train_targets, rows.data.validation_targets
    if tasks.task(task).model.task == "classification":
        shares = np.bincount(train.astype(np.int64)) / len(train)
        score = -np.log(shares[validation.astype(np.int64)]).mean()
    else:
        score = np.square(validation - train.mean(axis=0)).mean()
    return float(tasks.losses_of(task, np.array([score]), rows.target_scale)[0])


def recorded(task: str, space: SearchSpace) -> landscapes.Landscape | None:
    """The landscape of the same loss over exactly this space, all else at the task's defaults; None for none."""
    known = tasks.task(task)
    for name in landscapes.names():
        if landscapes.about(name)["task"] != task:
            continue
        found = landscapes.landscape(name, batch=BATCH)
        if not isinstance(found, landscapes.Landscape):
            continue
        kept = all(known.defaults.get(key) == value for key, value in found.space.fixed.items())
        if list(found.space.domains.items()) == list(space.domains.items()) and kept:
            return found
    return None


class Worker(threading.Thread):
    """A thread in which networks train; it ends by itself, by ``stop``, or by an error.

    Args:
        tell: called in this thread after each epoch, and once when all is over, with this worker.

    Attributes:
        asked_to_stop: whether ``stop`` was called.
        ended: whether all is over.
        resting: whether it waits, so that the picture can be looked at.
        error: what ended it, if that was an error.
    """

    def __init__(self, tell: Callable[[Any], None]) -> None:
        super().__init__(name="live training", daemon=True)  # a daemon does not hold up the interpreter's end
        self.asked_to_stop = self.ended = self.resting = False
        self.error: Exception | None = None
        self._tell = tell
        self._population: Population | None = None
        self._over = threading.Event()

    @abstractmethod
    def _train(self) -> None:
        """All of the training."""

    def stop(self) -> None:
        """Let all networks stop between two steps."""
        self.asked_to_stop = True
        if self._population is not None:
            self._population.stop()

    def run(self) -> None:
        """Train."""
        try:
            self._train()
        except Exception as error:  # whatever it is, the student reads it in the widget
            self.error = error
        self.ended = True
        try:
            self._tell(self)
        finally:
            self._over.set()

    def finish(self, timeout: float | None = None) -> bool:
        """Wait until all is over and told; whether it is. An interrupt leaves it as it is, to be waited for again."""
        # an interrupted join would take a thread for ended that goes on
        over = self._over.wait(timeout)
        if over:
            self.join()
        return over

    def _epochs(self, name: str, columns: Mapping[str, Any], seeds: Sequence[int]) -> Iterator[tuple[int, Array]]:
        """Train networks of a task; each epoch's number and losses (K,): nan who did not train, inf diverged."""
        task, rows = tasks.task(name), tasks.rows(name, BATCH)
        # one core is left to the page and to the cells that run meanwhile
        n_threads = max(1, (os.cpu_count() or 1) - 1)
        population = Population(task.network, rows.data, columns, seeds, n_threads=n_threads)
        with closing(cast("Generator[Report]", population.fit())) as reports:  # no worker outlives an error
            self._population = population  # from here on it can be stopped: ``fit`` has begun
            for report in reports if not self.asked_to_stop else ():
                losses = tasks.losses_of(name, report.losses, rows.target_scale)
                finite = np.where(np.isfinite(losses), losses, np.inf)
                yield report.epoch, np.where(report.trained, finite, np.nan)


class Run(Worker):
    """One training of a cohort.

    Args:
        setting: what is trained.
        cohort: its networks.
        tell: see ``Worker``.
    """

    def __init__(self, setting: Setting, cohort: Cohort, tell: Callable[["Run"], None]) -> None:
        super().__init__(tell)
        self._setting = setting
        self._columns = tasks.task(setting.task).columns(cohort.configs)
        self._losses = np.full((cohort.n_epochs, len(cohort.configs)), np.nan)
        self._n_epochs = 0

    @property
    def losses(self) -> Array:
        """So far, (t, K)."""
        return self._losses[: self._n_epochs].copy()

    @property
    def n_training(self) -> int:
        """How many networks still train."""
        if self.asked_to_stop or self.ended:
            return 0
        losses = self.losses
        trained = (~np.isnan(losses)).sum(axis=0)
        return int(((trained < self._columns["epochs"]) & ~np.isinf(losses).any(axis=0)).sum())

    def _train(self) -> None:
        seeds = [trial_seed(self._setting.seed, number) for number in range(self._losses.shape[1])]
        for epoch, losses in self._epochs(self._setting.task, self._columns, seeds):
            trained = ~np.isnan(losses)  # of many networks, some may have this epoch later than others
            self._losses[epoch - 1, trained] = losses[trained]
            self._n_epochs = max(self._n_epochs, epoch)
            self._tell(self)
