"""How does a student watch hundreds of networks learn? They train in a thread, and the page is told of every epoch.

K   number of networks
"""

import atexit
import math
import threading
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import traitlets

from hpo_tutor.scenes.stage import Board
from hpo_tutor.scenes.training import Standing, moment, replay
from hpo_tutor.widgets.live_form import Field, chosen, fields
from hpo_tutor.widgets.live_run import Array, Run, Setting
from hpo_tutor.widgets.pictures import Pictures, script
from hpo_tutor.widgets.player import Player, stepped

SHORTEST = 1 / 15  # seconds from one picture to the next
RATE = 400_000  # bytes a second: a Jupyter server holds back more than 3 MB in 3 s, and the end brings up to 1.6 MB
MOST_NUMBERS = 6000  # in the curves of an update: of many long ones it has every second, fourth ... epoch
SPEED = 6.0  # epochs a second when it is played afterwards

_turn = threading.Lock()
_latest: "LiveTraining | None" = None


class LiveTraining(Pictures):
    """Choose a data set, a network, two hyperparameters and a design; press Train, and watch the networks learn.

    Each network stands at its settings, in the shade of its validation loss, which sinks with every epoch; beside the
    map its learning curve grows. Where the same loss was recorded over the same axes, the recording lies faintly below.
    Afterwards a slider looks back over the epochs.

    The networks train in a thread, so that other cells run meanwhile, and go on if the page is closed. One training at
    a time: making or training another ``LiveTraining``, or running its cell again, stops the one before. The Stop
    button works while a cell runs if the page speaks to the kernel beside its cells (JupyterLab from 4.4 does, with
    ipykernel from 7); with an older page it waits for the end of the cell.

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

    _esm = script("stage", "player", "live", render="live")

    form: traitlets.List[Field] = traitlets.List().tag(sync=True)
    progress = traitlets.Dict().tag(sync=True)

    _run: Run | None = None
    _heard = 0  # messages of the page

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
        self._lock = threading.RLock()
        with _turn:
            _make_way()
        super().__init__(label=label, speed=SPEED)
        self._wait_for_train()
        self.on_msg(self._hear_from)
        _listen_beside_cells(self.comm)

    @property
    def running(self) -> bool:
        """Whether networks train now."""
        return self._run is not None and not self._run.ended

    @property
    def results(self) -> pd.DataFrame:
        """A row for each network: number, both hyperparameters, loss, diverged, epochs_trained.

        The loss is that of the last epoch so far; nan before the first, inf where a network diverged.
        """
        standing, configs = Standing.of(self._losses()), self._cohort.configs
        tuned = {name: [config[name] for config in configs] for name in self._cohort.space.names}
        reached = {"loss": standing.loss, "diverged": standing.diverged, "epochs_trained": standing.epoch}
        return pd.DataFrame({"number": range(len(configs))} | tuned | reached)

    def train(self, wait: bool = False) -> None:
        """What the Train button does: begin anew.

        Args:
            wait: return when all is over, as ``wait`` does.
        """
        global _latest
        with _turn:
            _make_way()
            _latest = self
            self._next = -math.inf
            run = Run(self._setting, self._cohort, self._hear_of)
            self._show(
                [moment(self._cohort, ())], running=True, text="getting ready: the first time takes some seconds"
            )
            self._run = run
            run.start()
        if wait:
            self.wait()

    def stop(self) -> None:
        """What the Stop button does: training ends between two steps, what was learned so far stays."""
        if self._run is None:
            return
        with self._lock:  # what the thread says at its end comes later, and stays
            if self.running:
                self._run.stop()
                self._put(progress=self.progress | {"text": "stopping"})

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until training is over; an interrupt stops it.

        Args:
            timeout: seconds; None for as long as it takes.

        Returns:
            whether it is over.

        Raises:
            Exception: what ended the training, if that was an error.
        """
        run = self._run
        if run is None:
            return True
        try:
            over = run.finish(timeout)
        except KeyboardInterrupt:
            self.stop()
            raise
        if run.error is not None:
            raise run.error
        return over

    def player(self) -> Player:
        """What was seen, epoch by epoch.

        Raises:
            ValueError: no epoch was trained yet.
        """
        losses = self._losses()
        if not len(losses):
            raise ValueError("a player shows epochs, and none was trained yet; press Train, or call train(wait=True)")
        return Player(replay(self._cohort, losses), label=self.label, name="epoch", speed=SPEED, start=-1)

    def close(self) -> None:
        """Stop, and take the widget off the page."""
        self.stop()
        if self._run is not None and self._run is not threading.current_thread():
            self._run.finish(timeout=10)
        super().close()

    def _losses(self) -> Array:
        """So far, (t, K)."""
        return np.empty((0, len(self._cohort.configs))) if self._run is None else self._run.losses

    def _wait_for_train(self) -> None:
        """Show the form, and the networks that wait."""
        self._show([moment(self._cohort, ())], form=fields(self._setting), text="Press Train.")

    def _hear_from(self, _: Any, content: Any, __: Any) -> None:
        """What was done on the page, which waits for an answer even if nothing changes."""
        self._heard += 1
        try:
            if content["do"] == "train":
                if not self.running:  # a double click is one
                    self.train()
            elif content["do"] == "stop":
                self.stop()
            elif not self.running:
                setting = chosen(self._setting, content["key"], content["value"])
                self._setting, self._cohort, self._run = setting, setting.cohort(), None
                self._wait_for_train()
            answer = {}
        except Exception as error:  # there is no cell to show it
            answer = {"text": "", "problem": _problem(error)}
        with self._lock:
            self._put(progress=self.progress | answer | {"heard": self._heard})

    def _hear_of(self, run: Run) -> None:
        """An epoch was trained, or all is over."""
        now, losses = time.monotonic(), run.losses
        if run is not self._run:
            return
        if run.ended:
            self._show_all(run, losses)
        elif now >= self._next and not run.asked_to_stop:
            board = moment(self._cohort, losses, most=MOST_NUMBERS)
            text = f"epoch {len(losses)} of {self._cohort.n_epochs}: {_still(run.n_training, losses)}"
            sent = self._show([board], running=True, epoch=len(losses), text=text)
            self._next = now + max(SHORTEST, sent / RATE)

    def _show_all(self, run: Run, losses: Array) -> None:
        """The end, with a slider over the epochs."""
        boards = replay(self._cohort, losses) or [moment(self._cohort, losses)]
        n, last = len(losses), f"after epoch {len(losses)} of {self._cohort.n_epochs}"
        how = "ended by an error" if run.error else "stopped" if run.asked_to_stop else "done"
        problem = _problem(run.error) if run.error else ""
        self._show(boards, epoch=n, text=f"{how} {last}: {_still(0, losses)}", problem=problem)

    def _show(self, boards: list[Board], *, form: list[Any] | None = None, **progress: Any) -> int:
        """Send pictures and where training stands in one message; how many bytes the pictures take."""
        packed = stepped(boards, "epoch").packed()
        self._first_shown = boards[-1]
        told = {"running": False, "epoch": 0, "n_epochs": self._cohort.n_epochs, "problem": "", "heard": self._heard}
        shown = {"frames": packed, "start": len(boards) - 1, "progress": told | progress}
        self._put(**shown, **({} if form is None else {"form": form}))
        return len(packed)

    def _put(self, **traits: Any) -> None:
        """Set traits from whichever thread; the page hears of all at once."""
        with self._lock, self.hold_sync():
            for name, value in traits.items():
                setattr(self, name, value)


def _listen_beside_cells(comm: Any) -> None:
    """Let the page's messages be heard where the page sends them, beside the cells.

    From 7.4 on ipykernel hands a message of the page to whichever shell last wrote to it. The thread that trains counts
    as the cells' own, so Stop would wait for the cell under way.
    """
    if hasattr(comm, "_reply_subshell_for"):
        comm._reply_subshell_for = None


def _make_way() -> None:
    """Stop whatever trains, and see its thread end."""
    if _latest is not None:
        _latest.stop()
        if _latest._run is not None and _latest._run is not threading.current_thread():
            _latest._run.finish()


@atexit.register
def _end() -> None:
    """Stop before Python takes the ground from under a thread that computes."""
    if _latest is not None and _latest._run is not None:
        _latest._run.stop()
        _latest._run.finish(timeout=5)


def _still(n_training: int, losses: Array) -> str:
    """Counts of networks: "194 still train, 6 diverged"."""
    diverged = int(np.isinf(losses).any(axis=0).sum())
    trained = int(np.isfinite(losses).any(axis=0).sum())
    some = f"{trained} network{'' if trained == 1 else 's'}"
    words = [f"{n_training} still train{'s' if n_training == 1 else ''}" if n_training else f"{some} trained"]
    return ", ".join([*words, *([f"{diverged} diverged"] if diverged else [])])


def _problem(error: Exception) -> str:
    """An error in words, with the way out; a ``ValueError`` says it itself."""
    if isinstance(error, ValueError):
        return f"{str(error).rstrip('.')}."
    return f"{type(error).__name__}: {str(error).rstrip('.')}. Choose other settings, or press Train to try again."
