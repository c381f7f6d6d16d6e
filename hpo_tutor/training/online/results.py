"""What did T1-T2 do, and how good is what it left?

K, H    models, hyperparameters
n       hyper-steps
"""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray


class Report(NamedTuple):
    """What one epoch brought.

    Attributes:
        epoch: its number, from 1.
        values: the hyperparameters after it, shape (K, H).
        training_losses: mean losses of its steps, without the penalty, shape (K,).
    """

    epoch: int
    values: NDArray[np.float64]
    training_losses: NDArray[np.float64]


class Scores(NamedTuple):
    """How good K networks are on some rows, without noise and penalty.

    Attributes:
        losses: mean cross-entropy in nats, or mean squared error, shape (K,).
        errors: share of rows that are given the wrong class, shape (K,); nan for regression.
    """

    losses: NDArray[np.float64]
    errors: NDArray[np.float64]


class Tuned(NamedTuple):
    """All that was logged, hyper-step by hyper-step.

    Attributes:
        names: of the hyperparameters, (H,).
        values: where they stood, from the start on, shape (K, n + 1, H); l2 is log10 of the penalty.
        hypergradients: what moved them, shape (K, n, H), in nats (or squared error) per unit of the hyperparameter.
        tuning_losses: of the batches of T2 that were asked, shape (K, n).
        training_losses: mean of each epoch's steps, shape (K, n_epochs).
        steps: after which step of the training each hyper-step came, counted from 1, shape (n,).
    """

    names: tuple[str, ...]
    values: NDArray[np.float64]
    hypergradients: NDArray[np.float64]
    tuning_losses: NDArray[np.float64]
    training_losses: NDArray[np.float64]
    steps: NDArray[np.int64]

    @property
    def final(self) -> dict[str, NDArray[np.float64]]:
        """Where each hyperparameter ended, name -> (K,)."""
        return dict(zip(self.names, self.values[:, -1].T.copy(), strict=True))

    def path(self, k: int) -> pd.DataFrame:
        """One row for each hyper-step of the k-th model: the step, the values after it, hypergradients, T2's loss."""
        columns: dict[str, NDArray[Any]] = {"step": self.steps}
        columns |= {name: self.values[k, 1:, h] for h, name in enumerate(self.names)}
        columns |= {f"hypergradient of {name}": self.hypergradients[k, :, h] for h, name in enumerate(self.names)}
        return pd.DataFrame({**columns, "tuning_loss": self.tuning_losses[k]})
