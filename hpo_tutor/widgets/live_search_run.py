"""How does a sampler search while one watches? It asks for a few networks, they train, it is told, and asks again.

K        number of networks asked for so far
losses   (t, K) validation losses, a row for each epoch; nan where a network did not train in it, inf where it diverged
batch    networks that train side by side
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from hpo_tutor import samplers
from hpo_tutor.problems import tasks
from hpo_tutor.protocols import Sampler, SearchExhausted
from hpo_tutor.samplers.design import Design
from hpo_tutor.scenes.training import Cohort, Standing
from hpo_tutor.search_space import SearchSpace
from hpo_tutor.trials import Trial, trial_seed
from hpo_tutor.widgets.live_run import MOST_NETWORKS, Array, Worker, check_count, check_map, guess, recorded

SAMPLERS: Mapping[str, Callable[..., Sampler]] = MappingProxyType(
    {
        "BayesianOptimization": lambda space, seed: samplers.BayesianOptimization(space, seed=seed),
        "TPE": lambda space, seed: samplers.TPE(space, seed=seed, n_startup=6),  # 20 would be most of a short search
        "SparseGrid": lambda space, seed: samplers.SparseGrid(space, seed=seed),
        "random": lambda space, seed: Design(space, "random", seed=seed),
    }
)
MOST_TRIALS = 100
N_CHILDREN, N_ENDS = 4, 2  # of a sparse grid: points of a refinement, and ends of optimisers on the surrogate


@dataclass(frozen=True)
class SearchSetting:
    """What is searched.

    Attributes:
        task: the name of one of ``problems.tasks``.
        across, up: the two hyperparameters that are searched; the others stay at the task's defaults.
        sampler: one of ``SAMPLERS``.
        n_trials: networks in all.
        batch: how many train side by side; a sparse grid has its own: the points of a refinement.
        seed: of the sampler and of the networks.

    Raises:
        ValueError: there is no such task, hyperparameter or sampler, or a number is out of range.
    """

    task: str = "digits"
    across: str = "learning_rate"
    up: str = "l2"
    sampler: str = "BayesianOptimization"
    n_trials: int = 24
    batch: int = 3
    seed: int = 0

    def __post_init__(self) -> None:
        check_map(self.task, self.across, self.up)
        if self.sampler not in SAMPLERS:
            raise ValueError(f"sampler must be one of {', '.join(SAMPLERS)}, got {self.sampler!r}")
        check_count("n_trials", self.n_trials, MOST_TRIALS)
        check_count("batch", self.batch, MOST_NETWORKS)

    @property
    def space(self) -> SearchSpace:
        """The two hyperparameters."""
        domains = tasks.task(self.task).domains
        return SearchSpace({name: domains[name] for name in (self.across, self.up)})

    @property
    def n_batches(self) -> int:
        """How often the sampler is asked; oftener, where refinements of a sparse grid bring fewer new points."""
        if self.own_batches:
            n_ends = N_ENDS if self.n_trials >= 1 + N_CHILDREN + N_ENDS else 0
            return 1 + -(-(int(self.n_trials) - 1 - n_ends) // N_CHILDREN) + (n_ends > 0)
        return -(-int(self.n_trials) // int(self.batch))

    @property
    def own_batches(self) -> bool:
        """Whether the sampler says what is trained together."""
        return self.sampler == "SparseGrid"

    @property
    def n_epochs(self) -> int:
        """Epochs of the longest training that can be asked for."""
        task = tasks.task(self.task)
        if "epochs" in (self.across, self.up):
            return int(task.domains["epochs"].high)  # type: ignore[union-attr]  # never a choice
        return int(task.defaults["epochs"])

    def cohort(self) -> Cohort:
        """No network yet, on the map that all will stand on.

        Raises:
            MissingDataError: the data are not here and cannot be fetched.
        """
        task = tasks.task(self.task)
        return Cohort(
            space=self.space,
            points=np.empty((0, 2)),
            design=self.sampler,
            loss_name=task.loss_name,
            loss_unit=task.loss_unit,
            guess=guess(self.task),
            n_epochs=self.n_epochs,
            ground=recorded(self.task, self.space),
        )


class Asked(NamedTuple):
    """A batch that was asked for.

    Attributes:
        first, after: the numbers of its first network and of the first of the next batch.
        view: the sampler's belief when it asked for the last of them.
    """

    first: int
    after: int
    view: Any


class SearchRun(Worker):
    """One search.

    Args:
        setting: what is searched.
        tell: see ``Worker``; it is called for each batch that begins, too.
        pause: seconds between a batch and the next.

    Attributes:
        asked: the batches so far; the last one may still train.
    """

    def __init__(self, setting: SearchSetting, tell: Callable[["SearchRun"], None], pause: float = 0.0) -> None:
        super().__init__(tell)
        self._pause, self._hurry = pause, threading.Event()
        self.asked: list[Asked] = []
        self._setting, self._space = setting, setting.space
        self._trials: list[Trial] = []
        self._losses = np.full((setting.n_epochs, int(setting.n_trials)), np.nan)

    @property
    def trials(self) -> list[Trial]:
        """All that were asked for, those that have trained with their losses."""
        return list(self._trials)

    def points(self, n: int | None = None) -> Array:
        """Where the first n networks stand in the unit square, (n, 2); None for all so far."""
        return np.array([self._space.to_unit(trial.config) for trial in self._trials[:n]]).reshape(-1, 2)

    def losses(self, n: int | None = None) -> Array:
        """Of the first n networks, (t, n); t is the longest that one of them has trained. None for all so far."""
        losses = self._losses[:, : len(self._trials) if n is None else n]
        trained = ~np.isnan(losses).all(axis=1)
        return losses[: len(trained) - int(trained[::-1].argmax()) if trained.any() else 0].copy()

    def stop(self) -> None:
        """Let the networks stop between two steps, and wait no longer."""
        super().stop()
        self._hurry.set()

    def _train(self) -> None:
        setting = self._setting
        sampler = SAMPLERS[setting.sampler](self._space, setting.seed)
        sampler.start(int(setting.n_trials))
        while len(self._trials) < setting.n_trials and not self.asked_to_stop:
            first = len(self._trials)
            trials = _ask(sampler, min(self._size(sampler), int(setting.n_trials) - first))
            if not trials:
                return
            self._trials += trials
            self.asked.append(Asked(first, len(self._trials), sampler.view()))
            self._tell(self)
            columns = tasks.task(setting.task).columns([trial.config for trial in trials])
            seeds = [trial_seed(setting.seed, trial.number) for trial in trials]
            for epoch, losses in self._epochs(setting.task, columns, seeds):
                self._losses[epoch - 1, first : len(self._trials)] = losses
                self._tell(self)
            if self.asked_to_stop:
                return
            if self._pause and len(self._trials) < setting.n_trials:
                self.resting = True
                self._tell(self)
                self._hurry.wait(self._pause)
                self.resting = False
            reached = Standing.of(self._losses[:, first : len(self._trials)]).loss
            for trial, loss in zip(trials, reached.tolist(), strict=True):
                sampler.tell(trial, loss)

    def _size(self, sampler: Any) -> int:
        """How many networks train side by side now."""
        if not self._setting.own_batches:
            return int(self._setting.batch)
        try:
            return int(sampler.together())
        except SearchExhausted:  # the next ask says so
            return 1


def _ask(sampler: Sampler, size: int) -> list[Trial]:
    """Up to ``size`` trials; fewer where the sampler has no more."""
    trials: list[Trial] = []
    try:
        while len(trials) < size:
            trials.append(sampler.ask())
    except SearchExhausted:
        pass
    return trials
