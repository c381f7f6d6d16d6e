"""How does a student watch a search? A sampler asks, networks train, it is told and asks again.

K   number of networks asked for so far
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from hpo_tutor.scenes.beliefs import belief, sparse_grid
from hpo_tutor.scenes.stage import Board
from hpo_tutor.scenes.ticks import number
from hpo_tutor.scenes.training import Standing, moment
from hpo_tutor.views import BayesianView, SparseGridView
from hpo_tutor.widgets.live_base import Live, Shown
from hpo_tutor.widgets.live_form import Field, choice, chosen, map_fields, whole
from hpo_tutor.widgets.live_run import Array
from hpo_tutor.widgets.live_search_run import MOST_TRIALS, SAMPLERS, Asked, SearchRun, SearchSetting


class LiveSearch(Live):
    """Choose a data set, a network, two hyperparameters and a sampler; press Train, and watch it search.

    The sampler asks for a few networks at a time. They train side by side, their learning curves grow, and when they
    have finished, the sampler is told their losses and asks for the next ones. Below stands what it believed when it
    asked, if it is Bayesian optimisation: mean, standard deviation, and what one more trial is worth; or a sparse grid:
    its surrogate, and the queue of its points. Afterwards a slider looks back over the batches.

    The networks train in a thread, so that other cells run meanwhile, and go on if the page is closed; see ``Live``.

    Args:
        task: the name of one of ``problems.tasks``: "digits", "digits-cnn", "aleph".
        hyperparameters: two of the task's, across and up.
        sampler: one of ``live_search_run.SAMPLERS``.
        n_trials: how many networks in all.
        batch: how many train side by side; a sparse grid has its own: the points of a refinement.
        seed: of the sampler and of the networks. The same settings and seed give the same search again.
        pause: seconds in which to look at each batch before the next is asked for.
        label: a heading, which is also the name that a screen reader says.

    Raises:
        ValueError: there is no such task, hyperparameter or sampler, or a number is out of range.
        MissingDataError: the data are not here and cannot be fetched; digits always are.
    """

    _run: SearchRun | None = None
    _step = "batch"

    def __init__(
        self,
        task: str = "digits",
        hyperparameters: Sequence[str] = ("learning_rate", "l2"),
        sampler: str = "BayesianOptimization",
        n_trials: int = 24,
        batch: int = 3,
        seed: int = 0,
        pause: float = 0.8,
        *,
        label: str = "A search that trains",
    ) -> None:
        if isinstance(hyperparameters, str) or len(hyperparameters) != 2:
            raise ValueError(f"hyperparameters are two names, across and up, got {hyperparameters!r}")
        across, up = hyperparameters
        self._setting = SearchSetting(task, across, up, sampler, n_trials, batch, seed)
        self._blank = self._setting.cohort()
        if not pause >= 0:
            raise ValueError(f"pause is a number of seconds, 0 or more, got {pause!r}")
        self._pause = float(pause)
        super().__init__(label)

    @property
    def results(self) -> pd.DataFrame:
        """A row for each network asked for: number, both hyperparameters, loss, diverged.

        The loss is that of the last epoch so far; nan before the first, inf where a network diverged.
        """
        run, names = self._run, self._setting.space.names
        trials = run.trials if run else []
        standing = Standing.of(run.losses(len(trials)) if run else np.empty((0, 0)))
        tuned = {name: [trial.config[name] for trial in trials] for name in names}
        reached = {"loss": standing.loss, "diverged": standing.diverged}
        return pd.DataFrame({"number": range(len(trials))} | tuned | reached)

    @property
    def _n_epochs(self) -> int:
        return self._n_batches * self._setting.n_epochs

    @property
    def _n_batches(self) -> int:
        """How many there will be, or are already."""
        return max(self._setting.n_batches, len(self._run.asked) if self._run else 0)

    def _fields(self) -> list[Field]:
        setting = self._setting
        batch = whole("batch", "at a time", setting.batch, 1, max(8, setting.batch))
        return [
            *map_fields(setting.task, setting.across, setting.up),
            choice("sampler", "sampler", setting.sampler, [(name, name) for name in SAMPLERS]),
            whole("n_trials", "trials", setting.n_trials, 1, MOST_TRIALS),
            *([] if setting.own_batches else [batch]),
        ]

    def _choose(self, key: str, value: Any) -> None:
        setting = chosen(self._setting, key, value)
        self._setting, self._blank = setting, setting.cohort()

    def _waiting(self) -> Board:
        board = moment(self._blank, ())
        setting = self._setting
        sentence = f"{setting.sampler} has not asked for a network yet, over {setting.across} and {setting.up}."
        return Board(board.rows, sentence)

    def _new_run(self) -> SearchRun:
        return SearchRun(self._setting, self._hear_of, self._pause)

    def _now(self, run: SearchRun) -> Shown:
        if not run.asked:
            return Shown([self._waiting()], 0, "getting ready")
        batch = run.asked[-1]
        losses = run.losses()
        epoch = int((~np.isnan(losses[:, batch.first :])).any(axis=1).sum())
        n_epochs = self._setting.n_epochs
        text = f"batch {len(run.asked)} of {self._n_batches}, epoch {epoch} of {n_epochs}"
        return Shown([self._board(run, len(run.asked) - 1, losses)], (len(run.asked) - 1) * n_epochs + epoch, text)

    def _all(self, run: SearchRun) -> Shown:
        boards = [self._board(run, i, run.losses()) for i in range(len(run.asked))] or [self._waiting()]
        n_epochs = self._setting.n_epochs
        return Shown(boards, len(run.asked) * n_epochs, f"after {len(run.trials)} networks")

    def _board(self, run: SearchRun, i: int, seen: Array) -> Board:
        """Batch i: above, the networks and their learning curves; below, the belief that asked for the last of them."""
        batch: Asked = run.asked[i]
        losses = run.losses(batch.after)
        above = moment(replace(self._blank, points=run.points(batch.after)), losses, seen)
        rows, words = [above.rows[0]], _told(self._n_batches, i, batch, losses)
        if isinstance(batch.view, BayesianView):
            rows += belief(batch.view, self._setting.space).rows
        elif isinstance(batch.view, SparseGridView):
            below = sparse_grid(batch.view, self._setting.space)
            rows += below.rows
            words += f" {below.sentence}"
        return Board(rows, words)


def _told(n_batches: int, i: int, batch: Asked, losses: Array) -> str:
    """A batch in words."""
    standing = Standing.of(losses)
    first, last = batch.first + 1, batch.after
    who = f"networks {first} to {last}" if last > first else f"network {first}"
    words = [f"Batch {i + 1} of {n_batches}: {who}."]
    if standing.best is not None:
        words.append(f"The best loss so far is {number(standing.loss[standing.best])}.")
    if standing.diverged.any():
        words.append(f"{int(standing.diverged.sum())} diverged.")
    return " ".join(words)
