"""What has been tried, and what came out?

n            number of trials
losses       (n,) the first loss of each trial, nan where it failed or is pending
points       (n, m) all its m losses, where there are several
incumbent    the best complete trial so far
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, overload

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hpo_tutor.plain import plain

State = Literal["pending", "complete", "failed"]


@dataclass(frozen=True, slots=True)
class Trial:
    """One configuration and the loss it reached.

    Attributes:
        number: position in the search, from 0.
        config: hyperparameter's name -> value; inactive ones are absent.
        seed: the trial's own random seed, drawn by ``minimize``; None before.
        fidelity: what the trial got (epochs, share of the data); None where there is no such choice.
        losses: what the objective returned, the first one is minimised; empty while pending.
        state: "pending", "complete" or "failed".
        message: why it failed.
    """

    number: int
    config: Mapping[str, Any]
    seed: int | None = None
    fidelity: float | None = None
    losses: tuple[float, ...] = ()
    state: State = "pending"
    message: str = ""

    @property
    def loss(self) -> float:
        """The loss that is minimised, ``losses[0]``; nan unless the trial is complete."""
        return self.losses[0] if self.state == "complete" else math.nan

    def to_json(self) -> dict[str, Any]:
        """The trial as plain JSON values: failures hold null, never NaN."""
        return {
            "number": self.number,
            "config": plain(self.config),
            "seed": self.seed,
            "fidelity": self.fidelity,
            "losses": [value if math.isfinite(value) else None for value in self.losses],
            "state": self.state,
            "message": self.message,
        }

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> "Trial":
        """The trial that ``to_json`` wrote; null losses come back as nan."""
        return cls(
            number=record["number"],
            config=record["config"],
            seed=record["seed"],
            fidelity=record["fidelity"],
            losses=tuple(math.nan if value is None else float(value) for value in record["losses"]),
            state=record["state"],
            message=record["message"],
        )


@dataclass
class History(Sequence[Trial]):
    """The trials of one search, in the order of their numbers.

    Attributes:
        trials: the trials so far.
        interrupted: whether the search was stopped by Ctrl-C (or Jupyter's stop button).
    """

    trials: list[Trial] = field(default_factory=list)
    interrupted: bool = False

    def __init__(self, trials: Iterable[Trial] = (), interrupted: bool = False) -> None:
        self.trials = list(trials)
        self.interrupted = interrupted

    @overload
    def __getitem__(self, index: int) -> Trial: ...
    @overload
    def __getitem__(self, index: slice) -> "History": ...
    def __getitem__(self, index: int | slice) -> "Trial | History":
        return History(self.trials[index]) if isinstance(index, slice) else self.trials[index]

    def __len__(self) -> int:
        return len(self.trials)

    def __iter__(self) -> Iterator[Trial]:
        return iter(self.trials)

    @property
    def losses(self) -> NDArray[np.float64]:
        """Loss of each trial, shape (n,); nan where it failed."""
        return np.array([trial.loss for trial in self.trials], dtype=np.float64)

    @property
    def points(self) -> NDArray[np.float64]:
        """All losses of each trial, shape (n, m); a row of nan where it failed. m is 1 where no trial is complete.

        Raises:
            ValueError: complete trials have different numbers of losses.
        """
        counts = {len(trial.losses): trial.number for trial in self.trials if trial.state == "complete"}
        if len(counts) > 1:
            (a, trial_a), (b, trial_b), *_ = counts.items()
            raise ValueError(
                f"all trials need the same number of losses, and trial {trial_a} has {a}, trial {trial_b} has {b}; "
                "slice the history to those of one kind"
            )
        n_losses = next(iter(counts), 1)
        failed = (math.nan,) * n_losses
        rows = [trial.losses if trial.state == "complete" else failed for trial in self.trials]
        return np.array(rows, dtype=np.float64).reshape(len(rows), n_losses)

    @property
    def front(self) -> "History":
        """The complete trials that no other one dominates (see ``pareto``), in their order; equals are all kept.

        Raises:
            ValueError: complete trials have different numbers of losses.
        """
        from moocore import is_nondominated  # type: ignore[import-untyped]  # it ships no types; 0.3 s to load

        complete = History(trial for trial in self.trials if trial.state == "complete")
        if not complete:
            return complete
        kept = is_nondominated(complete.points, keep_weakly=True)
        return History(trial for trial, on_front in zip(complete, kept, strict=True) if on_front)

    @property
    def incumbent(self) -> Trial:
        """The best complete trial; the earliest of equals.

        Raises:
            ValueError: no trial is complete.
        """
        complete = [trial for trial in self.trials if trial.state == "complete"]
        if not complete:
            raise ValueError(
                f"an incumbent needs a complete trial, and none of the {len(self)} is; see .table() for their messages"
            )
        return min(complete, key=lambda trial: trial.loss)

    @property
    def incumbent_losses(self) -> NDArray[np.float64]:
        """The incumbent's loss after each trial, shape (n,); nan until the first success."""
        return np.fmin.accumulate(self.losses) if self.trials else np.empty(0)

    def regret(self, optimum: float) -> NDArray[np.float64]:
        """The incumbent's loss minus the known optimum after each trial, shape (n,), in units of the loss."""
        return self.incumbent_losses - optimum

    def table(self) -> pd.DataFrame:
        """One row a trial: number, each hyperparameter (missing where inactive), loss, state, seed, message.

        A hyperparameter that bears one of these names is called config_seed and so on.
        """
        own = {"number", "loss", "state", "seed", "message"}
        names = list(dict.fromkeys(name for trial in self.trials for name in trial.config))
        shown = {name: f"config_{name}" if name in own else name for name in names}
        rows = [
            {
                "number": trial.number,
                **{shown[name]: trial.config.get(name) for name in names},
                "loss": trial.loss,
                **{f"loss_{i}": value for i, value in enumerate(trial.losses[1:], start=1)},
                "state": trial.state,
                "seed": trial.seed,
                "message": trial.message,
            }
            for trial in self.trials
        ]
        columns = ["number", *shown.values(), "loss", "state", "seed", "message"]
        return pd.DataFrame(rows, columns=None if rows else columns)


def trial_seed(seed: int, number: int) -> int:
    """The random seed of trial ``number``: the same whoever runs it and in which order, and below 2**32."""
    return int(np.random.SeedSequence(seed, spawn_key=(number,)).generate_state(1)[0])
