"""How well does an early rank predict the final one? Spearman's correlation of ranks, epoch by epoch.

K         networks of a group
weight    how often a network is drawn in a resample of K networks with replacement
rank      place from 1, the smallest loss first; equal losses share the mean of their places
"""

from collections.abc import Callable, Sequence
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.course.pictures.nb16.trained import TABLES, Array, Trained, everyone, in_epochs
from hpo_tutor.scenes.layers import AnyLayer, Band, Line, Marks, Points, Text
from hpo_tutor.scenes.looks import BLUE, GREEN, GREY, INK, ORANGE, PINK, RED, SIZES
from hpo_tutor.scenes.stage import Axis, Board, Scene, beside
from hpo_tutor.widgets.dials import Dial
from hpo_tutor.widgets.player import Player

N_RESAMPLES = 200
FRAME = "best tenth at the end, and best third now"
EPOCHS = (1, 2, 3, 5, 9, 16, 27, 47, 80)
TICKS = [(float(k), str(k)) for k in (1, 3, 9, 27, 81)]
LOOKS = MappingProxyType(
    {"digits": (BLUE, "solid", "circle"), "aleph": (RED, "dash", "square"), "mnist": (ORANGE, "dot", "triangle-up")}
)
"""Name of a data set -> colour, dash and symbol of its line."""
RATES = ((GREEN, "triangle-down", "small"), (GREY, "circle", "middle"), (PINK, "diamond-tall", "large"))
"""Colour, symbol and name of each third of the learning rates."""


def _low(name: str, share: float) -> Callable[[Trained], NDArray[np.bool_]]:
    """Values in the lower part of a hyperparameter's own list of values."""

    def chosen(trained: Trained) -> NDArray[np.bool_]:
        column = trained.column(name)
        values = np.unique(column)
        return np.asarray(column <= values[max(1, round(share * len(values))) - 1])

    return chosen


GROUPS: MappingProxyType[str, Callable[[Trained], NDArray[np.bool_]]] = MappingProxyType(
    {
        "all": lambda trained: np.ones(len(trained.configs), dtype=bool),
        "small learning rates": _low("learning_rate", 1 / 3),
        "large learning rates": lambda trained: ~_low("learning_rate", 2 / 3)(trained),
        "wide networks": lambda trained: ~_low("width", 1 / 2)(trained),
        "small batches (noisy)": _low("batch_size", 1 / 4),
    }
)
"""Name of a group -> which networks belong to it, (K,): thirds of the learning rates, halves of the widths."""


class Correlation(NamedTuple):
    """Spearman's correlation of the losses after each epoch with the final ones.

    Attributes:
        values: (n_epochs,).
        low, high: (n_epochs,) where 95 % of resampled groups of networks lie.
    """

    values: Array
    low: Array
    high: Array


def group(name: str, of: str = "all", batch: int = 0) -> Trained:
    """The networks of a group.

    Raises:
        ValueError: there is no such data set, batch or group.
    """
    if of not in GROUPS:
        raise ValueError(f"the groups are {', '.join(GROUPS)}; got {of!r}")
    pool = everyone(name, batch)
    return pool.take(np.flatnonzero(GROUPS[of](pool)))


def spearman(losses: Array, weights: Array) -> Array:
    """Correlation of the ranks after each epoch with the final ones, in weighted groups; shape (r, n_epochs).

    A network of weight 2 counts as two with equal losses, so that whole weights are resamples with replacement.

    Args:
        losses: (K, n_epochs), at least two different ones in each epoch.
        weights: (r, K), not negative.
    """
    final = _ranks(losses[:, -1], weights)
    final = final - _mean(final, weights)
    spread = np.sqrt((weights * final**2).sum(axis=1))
    found = np.empty((len(weights), losses.shape[1]))
    for epoch in range(losses.shape[1]):
        early = _ranks(losses[:, epoch], weights)
        early = early - _mean(early, weights)
        both = (weights * early * final).sum(axis=1)
        found[:, epoch] = both / (np.sqrt((weights * early**2).sum(axis=1)) * spread)
    return found


def _mean(ranks: Array, weights: Array) -> Array:
    mean: Array = (weights * ranks).sum(axis=1, keepdims=True) / weights.sum(axis=1, keepdims=True)
    return mean


def _ranks(losses: Array, weights: Array) -> Array:
    """Ranks in each weighted group, shape (r, K)."""
    order = np.argsort(losses, kind="stable")
    first = np.diff(losses[order], prepend=-np.inf) > 0  # equal losses make one lot
    lots = np.add.reduceat(weights[:, order], np.flatnonzero(first), axis=1)
    shared = np.empty(weights.shape)
    shared[:, order] = (np.cumsum(lots, axis=1) - (lots - 1) / 2)[:, np.cumsum(first) - 1]
    return shared


@cache
def correlation(name: str, of: str = "all", batch: int = 0) -> Correlation:
    """How well each epoch's rank predicts the final one, with a bootstrap over the networks.

    Raises:
        ValueError: as of ``group``.
    """
    losses = group(name, of, batch).losses
    k = len(losses)
    weights = np.random.default_rng(0).multinomial(k, np.full(k, 1 / k), size=N_RESAMPLES)
    found = spearman(losses, np.concatenate([np.ones((1, k)), weights]).astype(np.float64))
    low, high = np.quantile(found[1:], (0.025, 0.975), axis=0)
    return Correlation(found[0], low, high)


def rank_board(name: str, of: str, epoch: int) -> Board:
    """Correlations of all data sets by epoch, beside the ranks of one at an epoch.

    Args:
        name: of the data set whose ranks are shown.
        of: the group, one of ``GROUPS``.
        epoch: from 1.

    Raises:
        ValueError: as of ``group``, or there is no such epoch.
    """
    shown = group(name, of)
    if not 1 <= epoch <= shown.n_epochs:
        raise ValueError(f"the epoch lies between 1 and {shown.n_epochs}, got {epoch}")
    found = {one: correlation(one, of) for one in TABLES}
    told = ", ".join(f"{one} {_rounded(curve.values[epoch - 1])}" for one, curve in found.items())
    survived, tenth, kept = best_survive(shown.losses, epoch)
    sentence = (
        f"Spearman's correlation of the rank after {in_epochs(epoch)} with the final rank, "
        f"{of}: {told}. Of the {tenth} best {name} networks of these {len(shown.losses)}, {survived} are among the "
        f"{kept} best after {epoch}."
    )
    return beside(_lines(found, epoch), _scatter(shown, epoch), sentence=sentence)


def best_survive(losses: Array, epoch: int) -> tuple[int, int, int]:
    """How many of the final best tenth are in the best third after an epoch, how many these are, and that third."""
    k = len(losses)
    tenth, kept = max(1, k // 10), max(1, k // 3)
    best = np.argsort(losses[:, -1], kind="stable")[:tenth]
    early = np.argsort(losses[:, epoch - 1], kind="stable")[:kept]
    return int(np.isin(best, early).sum()), tenth, kept


def _lines(found: dict[str, Correlation], epoch: int) -> Scene:
    n = len(next(iter(found.values())).values)
    epochs = np.arange(1, n + 1)
    layers: list[AnyLayer] = []
    for name, curve in found.items():
        color, _, _ = LOOKS[name]
        layers.append(Band(epochs, curve.low, curve.high, color, 0.2, name="95 % of resampled groups"))
    layers.append(Marks([epoch], across=True, color=INK, dash="dash", width=1.5, name="the epoch of the right picture"))
    for name, curve in found.items():
        color, dash, symbol = LOOKS[name]
        layers.append(Line(epochs, curve.values, color, dash, 2.5))
        layers.append(Points([epoch], curve.values[epoch - 1 : epoch], color, symbol, 12.0, name=name))
    starts = _spread([curve.values[0] for curve in found.values()], 0.13)
    layers.append(Text([0.88] * len(found), starts, list(found), INK, "end", SIZES["numbers"]))
    low = min(-0.25, *(float(curve.low.min()) - 0.05 for curve in found.values()), *(one - 0.05 for one in starts))
    y = Axis("rank correlation", max(low, -1.05), 1.05)
    return Scene(layers, Axis("epochs", 0.2, 90, log=True, ticks=TICKS), y, aspect=0.85)


def _scatter(shown: Trained, epoch: int) -> Scene:
    """Rank after the epoch to the right, final rank upwards; symbols say which third of the learning rates."""
    early, final = (_ranks(shown.losses[:, at], np.ones((1, len(shown.losses))))[0] for at in (epoch - 1, -1))
    rates = everyone(shown.name).column("learning_rate")
    thirds = np.quantile(np.unique(rates), (1 / 3, 2 / 3), method="lower")
    place = np.searchsorted(thirds, shown.column("learning_rate"))
    k = len(shown.losses)
    layers: list[AnyLayer] = [Line([1, k], [1, k], GREY, "dash", 1.5, name="final rank as early")]
    for third, (color, symbol, text) in enumerate(RATES):
        mine = place == third
        if mine.any():
            layers.append(Points(early[mine], final[mine], color, symbol, 6.0, 0.85, None, f"{text} learning rate"))
    tenth, kept = max(1, k // 10), max(1, k // 3)
    layers.append(Line([0, kept + 0.5, kept + 0.5], [tenth + 0.5, tenth + 0.5, 0], INK, width=1.5, name=FRAME))
    return Scene(
        layers,
        Axis(f"rank after {in_epochs(epoch)}", 0, k + 1),
        Axis("final rank", 0, k + 1),
        title=shown.name,
        aspect=0.85,
    )


def _spread(heights: Sequence[float], gap: float) -> list[float]:
    """Heights moved as little as needed to lie a gap apart."""
    order = np.argsort(heights, kind="stable")
    placed = np.asarray(heights, dtype=np.float64)[order]
    for _ in range(50):
        push = np.maximum(gap - np.diff(placed), 0) / 2
        if push.max(initial=0) <= 1e-9:
            break
        placed[1:] += push
        placed[:-1] -= push
    back = np.empty(len(placed))
    back[order] = placed
    return [float(one) for one in back]


def _rounded(value: float) -> str:
    return f"{round(value, 2) + 0.0:.2f}".replace("-", "\N{MINUS SIGN}")


def rank_player() -> Player:
    """``rank_board`` behind three dials."""
    return Player.over(
        rank_board,
        name=Dial("ranks of", tuple(TABLES)),
        of=Dial("networks", tuple(GROUPS)),
        epoch=Dial("after", EPOCHS, "epochs"),
        play="epoch",
        start={"epoch": 3},
        label="How well does an early rank predict the final one?",
        speed=1.5,
    )
