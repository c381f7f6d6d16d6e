"""What came out of a tournament? Every report, and what each trial reached before it was stopped.

n        number of reports
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.early_stopping.jobs import Job
from hpo_tutor.trials import History, Trial


class Reported(NamedTuple):
    """The loss of a trial at the end of a job.

    Attributes:
        job: what was trained.
        config: the trial's hyperparameters.
        seed: the trial's own random seed.
        loss: the validation loss after the job; nan where it failed.
        message: why it failed.
    """

    job: Job
    config: Mapping[str, Any]
    seed: int
    loss: float
    message: str = ""

    @property
    def trial(self) -> int:
        """The trial's number."""
        return self.job.trial

    def as_trial(self) -> Trial:
        """The report as samplers and histories take it: the loss at the fidelity where the job stops."""
        failed = not math.isfinite(self.loss)
        return Trial(
            self.job.trial,
            self.config,
            self.seed,
            self.job.stop,
            () if failed else (self.loss,),
            "failed" if failed else "complete",
            self.message,
        )


@dataclass(frozen=True)
class Tournament:
    """A tournament that is over, or was interrupted.

    Attributes:
        reports: all of them, in the order in which they came; those of a resumed log first.
        n_epochs: the fidelity that was trained in all, such as epochs. What a resumed log holds counts as it was
            scheduled; what had to be trained again counts again.
        curves: trial -> validation losses after epoch 1, 2, ..., shape (epochs,); only of networks that trained side by
            side here. What was read from a log has no curve.
        interrupted: whether it was stopped by Ctrl-C (or Jupyter's stop button).
        unreported: trials that have started and had no report yet, where it was interrupted.
    """

    reports: tuple[Reported, ...]
    n_epochs: float
    curves: Mapping[int, NDArray[np.float64]] = field(default_factory=dict)
    interrupted: bool = False
    unreported: tuple[Trial, ...] = ()

    @property
    def history(self) -> History:
        """Each trial with its loss at the last rung it reached, in the order of numbers; fidelity says which that is.

        The incumbent of this history may have had few epochs; that of the tournament is ``incumbent``.
        """
        last = {report.trial: report.as_trial() for report in self.reports}
        return History([trial for _, trial in sorted({**{t.number: t for t in self.unreported}, **last}.items())],
                       self.interrupted)  # fmt: skip

    @property
    def incumbent(self) -> Trial:
        """The best of the trials that reached the largest fidelity any has reached: the top rung, unless interrupted.

        Raises:
            ValueError: no trial has a loss.
        """
        complete = [trial for trial in self.history if trial.state == "complete"]
        top = max((trial.fidelity or 0 for trial in complete), default=0)
        return History(trial for trial in complete if trial.fidelity == top).incumbent
