"""Does one step know where the whole training would go? The loss over two hyperparameters, and slopes of two kinds.

n, m      values of l2 (log10 of the penalty) and of the input noise on the map
S         seeds that each place was trained with
third     of the training over which hypergradients were averaged, while the hyperparameters were held still
push      -mean / root mean square of the one-step hypergradients: how Adam moves in T1-T2, from -1 to 1
share     lengths are measured in shares of each hyperparameter's range, so that both are comparable
rise      push times slope: positive where T1-T2 walks towards larger losses, an angle of more than 90 degrees between
          push and the way down the slope of the loss after full retraining
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hpo_tutor.race.experiments.online import field as recording

Array = NDArray[np.float64]

NAMES = ("l2", "input_noise")
THIRDS = ("early", "middle", "late", "all")
WINDOW = 5  # places along each hyperparameter that a slope is fitted to


class Field(NamedTuple):
    """A map of trainings.

    Attributes:
        l2s: (n,) log10 of the penalty, increasing at equal steps.
        noises: (m,) standard deviations, likewise.
        losses: (S, m, n) validation losses in nats after plain training.
        pushes: rule -> third -> (m, n, 2) along l2 and along the noise.
    """

    l2s: Array
    noises: Array
    losses: Array
    pushes: Mapping[str, Mapping[str, Array]]


@cache
def recorded() -> Field:
    """The map of the recorded experiment, of MNIST and the shallow network."""
    return charted(recording.load())


def charted(table: Any) -> Field:
    """The map of a table of ``race.experiments.online.field.load``.

    Raises:
        ValueError: a place of the grid is missing.
    """
    exact = table[table["rule"] == "exact"].sort_values("seed")
    losses = exact.pivot_table(index="input_noise", columns="l2", values="validation_loss", aggfunc=list)
    n_seeds = exact["seed"].nunique()
    if losses.map(lambda some: np.size(some) != n_seeds or not np.isfinite(some).all()).to_numpy().any():
        raise ValueError(f"each place of the map needs a finite loss for each of {n_seeds} seeds; record it anew")
    stacked = np.array(losses.to_numpy().tolist(), dtype=np.float64).transpose(2, 0, 1)
    pushes = {}
    for rule in table["rule"].unique():
        means = recording.means(table, rule).sort_values(["input_noise", "l2"])
        if len(means) != losses.size:
            raise ValueError(f"the map has {losses.size} places, and {rule!r} {len(means)} of them; record it anew")
        pushes[rule] = _pushes(means, losses.shape)
    l2s, noises = (np.asarray(one, dtype=np.float64) for one in (losses.columns, losses.index))
    return Field(l2s, noises, stacked, pushes)


def _pushes(means: Any, shape: tuple[int, int]) -> dict[str, Array]:
    """By third; "all" takes the means of the means and of the squares."""
    parts = {
        (third, what): np.stack([means[f"{name}_{third}_{what}"].to_numpy().reshape(shape) for name in NAMES], axis=-1)
        for third in THIRDS[:3]
        for what in ("mean", "rms")
    }
    parts["all", "mean"] = np.mean([parts[third, "mean"] for third in THIRDS[:3]], axis=0)
    parts["all", "rms"] = np.sqrt(np.mean([parts[third, "rms"] ** 2 for third in THIRDS[:3]], axis=0))
    tiny = np.finfo(np.float64).tiny  # where nothing pushes, nothing moves
    return {third: -parts[third, "mean"] / np.maximum(parts[third, "rms"], tiny) for third in THIRDS}


def slopes(field: Field) -> Array:
    """The slope of the loss after full retraining, in nats per range; shape (S, m, n, 2).

    At each place it is that of a quadratic fitted to the 5 x 5 places around it, so that the luck of a single training
    counts less; near the border, to the 5 x 5 places at the border.
    """
    u, v = (np.linspace(0, 1, len(values)) for values in (field.l2s, field.noises))
    found = np.empty((*field.losses.shape, 2))
    for i, j in np.ndindex(len(v), len(u)):
        rows, columns = (
            np.arange(WINDOW) + np.clip(k - WINDOW // 2, 0, size - WINDOW) for k, size in ((i, len(v)), (j, len(u)))
        )
        b, a = (one.ravel() for one in np.meshgrid(v[rows] - v[i], u[columns] - u[j], indexing="ij"))
        terms = np.stack([np.ones_like(a), a, b, a * a, a * b, b * b], axis=1)
        heights = field.losses[:, rows[:, None], columns].reshape(len(field.losses), -1)
        found[:, i, j] = np.linalg.lstsq(terms, heights.T, rcond=None)[0][1:3].T
    return found


def push(field: Field, third: str = "all", rule: str = "exact") -> Array:
    """Where T1-T2 walks; shape (m, n, 2).

    Raises:
        ValueError: there is no such third or rule.
    """
    if rule not in field.pushes:
        raise ValueError(f"the rule is one of {', '.join(field.pushes)}; got {rule!r}")
    if third not in field.pushes[rule]:
        raise ValueError(f"the third of the training is one of {', '.join(THIRDS)}; got {third!r}")
    return field.pushes[rule][third]


def rises(field: Field, third: str = "all", rule: str = "exact") -> Array:
    """Push times each seed's slope; shape (S, m, n), positive where T1-T2 walks uphill. Errors as of ``push``."""
    return np.asarray(np.sum(push(field, third, rule) * slopes(field), axis=-1))


def uphill(field: Field, third: str = "all", rule: str = "exact") -> NDArray[np.bool_]:
    """Where T1-T2 walks towards larger losses, for the mean slope over the seeds; shape (m, n)."""
    return np.asarray(rises(field, third, rule).mean(axis=0) > 0)


def misleading(field: Field, rule: str = "exact") -> pd.DataFrame:
    """How often a push goes up the slope of the whole training, of the places where that slope is sure.

    A slope is sure where its mean over the seeds is more than twice its standard error.

    Args:
        field: a map with two seeds or more.
        rule: of ``field.pushes``.

    Returns:
        A row for each of the first three ``THIRDS``, a column for each of ``NAMES``; nan where no place is sure.

    Raises:
        ValueError: there is one seed, or no such rule.
    """
    found = slopes(field)
    if len(found) < 2:
        raise ValueError("a map with one seed has no standard errors; record two seeds or more")
    mean, error = found.mean(axis=0), found.std(axis=0, ddof=1) / np.sqrt(len(found))
    sure = np.abs(mean) > 2 * error
    shares = {third: [_share(push(field, third, rule) * mean > 0, sure, k) for k in (0, 1)] for third in THIRDS[:3]}
    return pd.DataFrame.from_dict(shares, orient="index", columns=list(NAMES)).rename_axis("third")


def _share(wrong: NDArray[np.bool_], sure: NDArray[np.bool_], which: int) -> float:
    found = wrong[..., which][sure[..., which]]
    return float(found.mean()) if len(found) else np.nan
