"""What does the beginning of a learning curve promise of its end? The numbers of recorded curves for their page.

n_points   configurations on the grid
n_epochs   the last one
means      (n_batches, n_points, n_epochs), over the seeds
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.problems.landscapes.files import Recorded
from hpo_tutor.problems.landscapes.learning_curves import SPEEDS

RUNGS = (1, 3, 9, 27)
RISEN = 1.1
"""A curve that ends above so many times its lowest loss has turned upwards."""

Array = NDArray[np.float64]


class Speed(NamedTuple):
    """How long an epoch takes somewhere.

    Attributes:
        seconds: of processor time.
        where: the hyperparameters that bear upon it.
    """

    seconds: float
    where: Mapping[str, float]


class CurveSummary(NamedTuple):
    """The numbers of recorded curves; medians are taken over the data batches.

    Attributes:
        n_epochs: the last epoch.
        optima: the smallest mean after the last epoch, for each data batch.
        rank_correlations: epochs -> Spearman's correlation of the means then with those at the end, median.
        overfitted: share of the points whose mean ends more than 10 % above its own lowest one, median.
        slowest, fastest: epochs of one network.
    """

    n_epochs: int
    optima: tuple[float, ...]
    rank_correlations: Mapping[int, float]
    overfitted: float
    slowest: Speed
    fastest: Speed


def summarise_curves(recorded: Recorded) -> CurveSummary:
    """The numbers of curves whose speeds were measured."""
    means = curves_of(recorded)
    ends = means[:, :, -1]
    told = recorded.about[SPEEDS]
    seconds = np.array(told["medians"])
    axes = {axis.name: axis for axis in recorded.axes}

    def speed(place: int) -> Speed:
        steps = np.unravel_index(place, seconds.shape)
        where = {name: axes[name].values[int(i)] for name, i in zip(told["axes"], steps, strict=True)}
        return Speed(float(seconds.flat[place]), where)

    return CurveSummary(
        n_epochs=means.shape[2],
        optima=tuple(ends.min(axis=1).tolist()),
        rank_correlations={
            epoch: float(np.median([rank_correlation(one[:, epoch - 1], one[:, -1]) for one in means]))
            for epoch in RUNGS
            if epoch < means.shape[2]
        },
        overfitted=float(np.median((ends > RISEN * means.min(axis=2)).mean(axis=1))),
        slowest=speed(int(seconds.argmax())),
        fastest=speed(int(seconds.argmin())),
    )


def has_speeds(recorded: Any) -> bool:
    """Whether a table is of learning curves whose speeds were measured."""
    return isinstance(recorded, Recorded) and SPEEDS in recorded.about


def after_the_last(recorded: Recorded) -> Recorded:
    """The table of what is reached after the last epoch: a grid without that axis."""
    return replace(recorded, axes=recorded.axes[:-1], losses=recorded.losses[..., -1])


def lesson(recorded: Recorded) -> str:
    """What to look for in the picture of curves, as sentences."""
    told = summarise_curves(recorded)
    (first, weak), *_, (last, strong) = told.rank_correlations.items()
    over = " (median over the data batches)" if len(told.optima) > 1 else ""
    return (
        f"What the first epochs promise: the rank correlation of the losses so far with those after {told.n_epochs} "
        f"epochs is {weak:.2f} after {counted(first)} and {strong:.2f} after {counted(last)}{over}. Curves may "
        f"cross, and {told.overfitted:.0%} of them end more than 10 % above their own lowest loss. The slowest "
        f"networks need {told.slowest.seconds / told.fastest.seconds:.1f} times as long for an epoch as the fastest."
    )


def counted(epochs: int) -> str:
    """A number of epochs in words."""
    return "1 epoch" if epochs == 1 else f"{epochs} epochs"


def rank_correlations(recorded: Recorded) -> Array:
    """Spearman's correlation of the means after each epoch with those after the last, shape (n_batches, n_epochs)."""
    means = curves_of(recorded)
    return np.array([[rank_correlation(one[:, epoch], one[:, -1]) for epoch in range(one.shape[1])] for one in means])


def curves_of(recorded: Recorded) -> Array:
    """The mean curves, shape (n_batches, n_points, n_epochs)."""
    means: Array = recorded.losses.astype(np.float64).mean(axis=1)
    return means.reshape(len(means), -1, means.shape[-1])


def rank_correlation(first: Any, second: Any) -> float:
    """Spearman's rank correlation of two lists of numbers; equal numbers have their mean rank."""
    from scipy.stats import spearmanr  # half a second, and only pages need it

    return float(spearmanr(first, second).statistic)
