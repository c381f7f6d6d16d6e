"""What do all widgets share in which networks train as one watches? A form, Train and Stop, and a thread.

The thread trains, and the page is told of every epoch that it can keep up with.
"""

import atexit
import math
import threading
import time
from abc import abstractmethod
from typing import Any, NamedTuple

import traitlets

from hpo_tutor.scenes.stage import Board
from hpo_tutor.widgets.live_form import Field
from hpo_tutor.widgets.live_run import Worker
from hpo_tutor.widgets.pictures import Pictures, script
from hpo_tutor.widgets.player import stepped

SHORTEST = 1 / 15  # seconds from one picture to the next
RATE = 400_000  # bytes a second: a Jupyter server holds back more than 3 MB in 3 s, and the end brings up to 1.6 MB
SPEED = 6.0  # epochs a second when it is played afterwards

_turn = threading.Lock()
_latest: "Live | None" = None


class Shown(NamedTuple):
    """What the page is to show.

    Attributes:
        boards: one, or all that can be looked back at; the last is shown.
        epoch: how much of the training is done, of ``Live._n_epochs``.
        text: where it stands, in words.
    """

    boards: list[Board]
    epoch: int
    text: str


class Live(Pictures):
    """A form, two buttons and pictures of networks that train in a thread.

    One training at a time: making or training another, or running its cell again, stops the one before. The Stop
    button works while a cell runs if the page speaks to the kernel beside its cells (JupyterLab from 4.4 does, with
    ipykernel from 7); with an older page it waits for the end of the cell.
    """

    _esm = script("stage", "player", "live", render="live")

    form: traitlets.List[Field] = traitlets.List().tag(sync=True)
    progress = traitlets.Dict().tag(sync=True)

    _run: Any = None  # a Worker, of the kind that the widget makes
    _heard = 0  # messages of the page
    _step = "epoch"  # what the slider steps through afterwards

    def __init__(self, label: str) -> None:
        self._lock = threading.RLock()
        with _turn:
            _make_way()
        super().__init__(label=label, speed=SPEED)
        self._wait_for_train()
        self.on_msg(self._hear_from)
        _listen_beside_cells(self.comm)

    @property
    @abstractmethod
    def _n_epochs(self) -> int:
        """How much there is to train."""

    @abstractmethod
    def _fields(self) -> list[Field]:
        """The form."""

    @abstractmethod
    def _choose(self, key: str, value: Any) -> None:
        """Take another setting, or raise ValueError and leave all as it is."""

    @abstractmethod
    def _waiting(self) -> Board:
        """Before any training."""

    @abstractmethod
    def _new_run(self) -> Worker:
        """A training that has not begun."""

    @abstractmethod
    def _now(self, run: Any) -> Shown:
        """While it trains."""

    @abstractmethod
    def _all(self, run: Any) -> Shown:
        """What can be looked back at when all is over; its text goes on from "done" or "stopped"."""

    @property
    def running(self) -> bool:
        """Whether networks train now."""
        return self._run is not None and not self._run.ended

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
            run = self._new_run()
            self._show([self._waiting()], running=True, text="getting ready: the first time takes some seconds")
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
            over: bool = run.finish(timeout)
        except KeyboardInterrupt:
            self.stop()
            raise
        if run.error is not None:
            raise run.error
        return over

    def close(self) -> None:
        """Stop, and take the widget off the page."""
        self.stop()
        if self._run is not None and self._run is not threading.current_thread():
            self._run.finish(timeout=10)
        super().close()

    def _wait_for_train(self) -> None:
        """Show the form, and the networks that wait."""
        self._show([self._waiting()], form=self._fields(), text="Press Train.")

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
                self._choose(content["key"], content["value"])
                self._run = None
                self._wait_for_train()
            answer = {}
        except Exception as error:  # there is no cell to show it
            answer = {"text": "", "problem": _problem(error)}
        with self._lock:
            self._put(progress=self.progress | answer | {"heard": self._heard})

    def _hear_of(self, run: Any) -> None:
        """An epoch was trained, or all is over."""
        now = time.monotonic()
        if run is not self._run:
            return
        if run.ended:
            try:
                shown = self._all(run)
            except Exception as error:  # the page must not wait for ever for the end
                run.error = run.error or error
                text = {"running": False, "text": "ended by an error", "problem": _problem(run.error)}
                self._put(progress=self.progress | text)
                return
            how = "ended by an error" if run.error else "stopped" if run.asked_to_stop else "done"
            problem = _problem(run.error) if run.error else ""
            self._show(shown.boards, epoch=shown.epoch, text=f"{how} {shown.text}", problem=problem)
        elif (now >= self._next or run.resting) and not run.asked_to_stop:
            shown = self._now(run)
            sent = self._show(shown.boards, running=True, epoch=shown.epoch, text=shown.text)
            self._next = now + max(SHORTEST, sent / RATE)

    def _show(self, boards: list[Board], *, form: list[Any] | None = None, **progress: Any) -> int:
        """Send pictures and where training stands in one message; how many bytes the pictures take."""
        packed = stepped(boards, self._step).packed()
        told = {"running": False, "epoch": 0, "n_epochs": self._n_epochs, "problem": "", "heard": self._heard}
        shown = {"frames": packed, "start": len(boards) - 1, "progress": told | progress}
        self._put(**shown, **({} if form is None else {"form": form}))
        return len(packed)

    def _shown(self) -> Board:
        with self._lock:  # pictures and their number change together
            return super()._shown()

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


def _problem(error: Exception) -> str:
    """An error in words, with the way out; a ``ValueError`` says it itself."""
    if isinstance(error, ValueError):
        return f"{str(error).rstrip('.')}."
    return f"{type(error).__name__}: {str(error).rstrip('.')}. Choose other settings, or press Train to try again."
