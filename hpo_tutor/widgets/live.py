"""How does a student watch hundreds of networks learn? They train in a thread, and the page is told of every epoch.

K   number of networks
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from hpo_tutor.scenes.stage import Board
from hpo_tutor.scenes.training import Standing, moment, replay
from hpo_tutor.widgets.live_base import SPEED, Live, Shown
from hpo_tutor.widgets.live_form import Field, chosen, fields
from hpo_tutor.widgets.live_run import Array, Run, Setting
from hpo_tutor.widgets.player import Player

MOST_NUMBERS = 6000  # in the curves of an update: of many long ones it has every second, fourth ... epoch


class LiveTraining(Live):
    """Choose a data set, a network, two hyperparameters and a design; press Train, and watch the networks learn.

    Each network stands at its settings, in the shade of its validation loss, which sinks with every epoch; beside the
    map its learning curve grows. Where the same loss was recorded over the same axes, the recording lies faintly below.
    Afterwards a slider looks back over the epochs.

    The networks train in a thread, so that other cells run meanwhile, and go on if the page is closed; see ``Live``.

    Args:
        task: the name of one of ``problems.tasks``: "digits", "digits-cnn", "aleph".
        hyperparameters: two of the task's, across and up.
        design: how the networks are spread over these, one of ``designs.NAMES``.
        n_networks: how many; a lattice takes the largest square number that is no larger.
        seed: of the design and of the networks. The same settings and seed give the same picture again.
        label: a heading, which is also the name that a screen reader says.

    Raises:
        ValueError: there is no such task, hyperparameter or design, or the number is out of range.
        MissingDataError: the data are not here and cannot be fetched; digits always are.
    """

    _run: Run | None = None

    def __init__(
        self,
        task: str = "digits",
        hyperparameters: Sequence[str] = ("learning_rate", "l2"),
        design: str = "random",
        n_networks: int = 200,
        seed: int = 0,
        *,
        label: str = "Networks that learn",
    ) -> None:
        if isinstance(hyperparameters, str) or len(hyperparameters) != 2:
            raise ValueError(f"hyperparameters are two names, across and up, got {hyperparameters!r}")
        across, up = hyperparameters
        self._setting = Setting(task, across, up, design, n_networks, seed)
        self._cohort = self._setting.cohort()
        super().__init__(label)

    @property
    def results(self) -> pd.DataFrame:
        """A row for each network: number, both hyperparameters, loss, diverged, epochs_trained.

        The loss is that of the last epoch so far; nan before the first, inf where a network diverged.
        """
        standing, configs = Standing.of(self._losses()), self._cohort.configs
        tuned = {name: [config[name] for config in configs] for name in self._cohort.space.names}
        reached = {"loss": standing.loss, "diverged": standing.diverged, "epochs_trained": standing.epoch}
        return pd.DataFrame({"number": range(len(configs))} | tuned | reached)

    def player(self) -> Player:
        """What was seen, epoch by epoch.

        Raises:
            ValueError: no epoch was trained yet.
        """
        losses = self._losses()
        if not len(losses):
            raise ValueError("a player shows epochs, and none was trained yet; press Train, or call train(wait=True)")
        return Player(replay(self._cohort, losses), label=self.label, name="epoch", speed=SPEED, start=-1)

    def _losses(self) -> Array:
        """So far, (t, K)."""
        return np.empty((0, len(self._cohort.configs))) if self._run is None else self._run.losses

    @property
    def _n_epochs(self) -> int:
        return self._cohort.n_epochs

    def _fields(self) -> list[Field]:
        return fields(self._setting)

    def _choose(self, key: str, value: Any) -> None:
        setting = chosen(self._setting, key, value)
        self._setting, self._cohort = setting, setting.cohort()

    def _waiting(self) -> Board:
        return moment(self._cohort, ())

    def _new_run(self) -> Run:
        return Run(self._setting, self._cohort, self._hear_of)

    def _now(self, run: Run) -> Shown:
        losses = run.losses
        board = moment(self._cohort, losses, most=MOST_NUMBERS)
        text = f"epoch {len(losses)} of {self._n_epochs}: {_still(run.n_training, losses)}"
        return Shown([board], len(losses), text)

    def _all(self, run: Run) -> Shown:
        losses = run.losses
        boards = replay(self._cohort, losses) or [moment(self._cohort, losses)]
        return Shown(boards, len(losses), f"after epoch {len(losses)} of {self._n_epochs}: {_still(0, losses)}")


def _still(n_training: int, losses: Array) -> str:
    """Counts of networks: "194 still train, 6 diverged"."""
    diverged = int(np.isinf(losses).any(axis=0).sum())
    trained = int(np.isfinite(losses).any(axis=0).sum())
    some = f"{trained} network{'' if trained == 1 else 's'}"
    words = [f"{n_training} still train{'s' if n_training == 1 else ''}" if n_training else f"{some} trained"]
    return ", ".join([*words, *([f"{diverged} diverged"] if diverged else [])])
