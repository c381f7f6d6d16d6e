"""Where does halving fail? Curves that cross, and networks that start slowly.

pair       a slow and a fast network: the fast one has the smaller loss first, the slow one at the end
discordant a pair whose order after an epoch is not its order at the end: stopping by rank gets it wrong
delay      early rank minus final rank, as a share of all networks: positive for those that start slowly
"""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from scipy.stats import kendalltau

from hpo_tutor.course.pictures.nb16.ranks import EPOCHS, LOOKS, TICKS
from hpo_tutor.course.pictures.nb16.trained import (
    SHORT,
    TABLES,
    Array,
    Trained,
    everyone,
    in_epochs,
    loss_axis,
    places,
    told,
    written,
)
from hpo_tutor.scenes.layers import AnyLayer, Line, Marks, Points, Segments, Text
from hpo_tutor.scenes.looks import BLUE, GREY, INK, RED
from hpo_tutor.scenes.stage import Axis, Board, Scene, beside
from hpo_tutor.scenes.ticks import number
from hpo_tutor.widgets.dials import Dial
from hpo_tutor.widgets.player import Player

N_PAIRS = 4
EARLY = 3
"""After so many epochs a pair is compared first."""
LATE = 27
"""In so many epochs, the last ones, a pair is compared then."""


class Pair(NamedTuple):
    """Two networks whose curves cross.

    Attributes:
        slow, fast: their numbers among all networks of the grid.
        early: how many times the fast one's loss the slow one's is after ``EARLY`` epochs; above 1.
        late: how many times the slow one's loss the fast one's is in each of the last ``LATE`` epochs; above 1.
        epoch: the first epoch from which the slow one stays ahead, with either seed.
    """

    slow: int
    fast: int
    early: float
    late: float
    epoch: int


@cache
def pairs(name: str, n: int = N_PAIRS, batch: int = 0) -> tuple[Pair, ...]:
    """The pairs that mislead most, each with other learning rates or other second hyperparameters.

    A pair differs in one hyperparameter. It misleads by what it gives away either way: the smaller of the logarithms of
    ``early`` and ``late``, and with both recorded seeds, so that no pair is one by luck. Every network is in one pair
    at most, and so is every pair of learning rates.

    Args:
        name: of the data set.
        n: at most how many.
        batch: which data batch.
    """
    seeds = [everyone(name, batch, seed) for seed in (0, 1)]
    pool = seeds[0]
    logs = np.stack([np.log(np.clip(one.losses, 1e-12, 1e12)) for one in seeds])
    early = np.min(logs[:, :, None, EARLY - 1] - logs[:, None, :, EARLY - 1], axis=0)  # (slow, fast)
    late = np.full_like(early, np.inf)
    for at in range(-LATE, 0):
        late = np.minimum(late, np.min(logs[:, None, :, at] - logs[:, :, None, at], axis=0))
    values = np.array([list(config.values()) for config in pool.configs], dtype=np.float64)
    differ = values[:, None] != values[None]
    score = np.where(differ.sum(axis=2) == 1, np.minimum(early, late), -np.inf)
    found: list[Pair] = []
    known: set[tuple[object, ...]] = set()
    for flat in np.argsort(-score, axis=None):
        slow, fast = (int(k) for k in np.unravel_index(flat, score.shape))
        if len(found) == n or score[slow, fast] <= 0:
            break
        column = int(np.flatnonzero(differ[slow, fast])[0])
        kind = (column, values[slow, column], values[fast, column])
        if kind in known or any({slow, fast} & {one.slow, one.fast} for one in found):
            continue
        known.add(kind)
        behind = np.flatnonzero((logs[:, slow] >= logs[:, fast]).any(axis=0))
        found.append(
            Pair(slow, fast, float(np.exp(early[slow, fast])), float(np.exp(late[slow, fast])), int(behind[-1]) + 2)
        )
    return tuple(found)


def difference(pool: Trained, pair: Pair) -> tuple[str, str, str]:
    """What differs in a pair: the hyperparameter, and its value in the slow and in the fast network."""
    slow, fast = pool.configs[pair.slow], pool.configs[pair.fast]
    name = next(key for key in slow if slow[key] != fast[key])
    return SHORT.get(name, name), written(slow[name]), written(fast[name])


def pair_scene(name: str, pair: Pair, batch: int = 0) -> Scene:
    """Both curves of a pair, each with both recorded seeds, and where they cross."""
    seeds = [everyone(name, batch, seed) for seed in (0, 1)]
    pool = seeds[0]
    key, slow_value, fast_value = difference(pool, pair)
    epochs = np.arange(1, pool.n_epochs + 1)
    curves = {k: np.stack([one.losses[k] for one in seeds]) for k in (pair.slow, pair.fast)}
    every = np.concatenate(list(curves.values()))
    y = loss_axis(every, pool.unit)
    layers: list[AnyLayer] = [
        Marks([pair.epoch], across=True, color=INK, dash="dash", width=1.5, name="from here the slow one stays ahead")
    ]
    for k, color, dash, symbol, text in (
        (pair.slow, BLUE, "solid", "circle", "slow"),
        (pair.fast, RED, "longdash", "square", "fast"),
    ):
        shown = np.minimum(curves[k], 2 * y.high)
        layers.append(Line(epochs, shown.T, color, dash, 2.5))
        ends = np.flatnonzero(np.isin(epochs, (1, EARLY, pool.n_epochs)))
        spots = np.repeat(epochs[ends], 2), shown[:, ends].T.ravel()
        layers.append(Points(*spots, color, symbol, 9.0, name=f"{text}, two seeds"))
    common = {k: v for k, v in pool.configs[pair.slow].items() if SHORT.get(k, k) != key}
    sentence = (
        f"{name}, {told(common)}. After {EARLY} epochs {key} {slow_value} has at least {number(pair.early)} times the "
        f"loss of {key} {fast_value}; over the last {LATE} epochs {key} {fast_value} has at least {number(pair.late)} "
        f"times that of {key} {slow_value}. The slow one stays ahead from epoch {pair.epoch} on."
    )
    return Scene(
        layers,
        Axis("epochs", 1, 1.1 * pool.n_epochs, log=True, ticks=TICKS),
        y,
        sentence,
        title=f"{name}: {key} {slow_value} against {fast_value}",
    )


def pair_player(names: Sequence[str] = tuple(TABLES)) -> Player:
    """``pair_scene`` behind a dial that walks through the pairs of all data sets."""
    every = [(name, pair) for name in names for pair in pairs(name)]
    return Player.over(
        lambda pair: pair_scene(*every[pair - 1]),
        pair=Dial("pair", range(1, len(every) + 1)),
        label="Curves that cross",
        speed=0.5,
    )


@cache
def discordant(name: str, batch: int = 0) -> Array:
    """Share of all pairs of networks whose order after each epoch is not the final one, shape (n_epochs,), 0..1."""
    losses = everyone(name, batch).losses
    found: Array = np.array([(1 - kendalltau(at, losses[:, -1]).statistic) / 2 for at in losses.T])
    return found


@cache
def delays(name: str, epoch: int, batch: int = 0) -> tuple[Array, Array]:
    """Learning rates, shape (r,), and quartiles of the delays of their networks, shape (r, 3), as shares of all."""
    pool = everyone(name, batch)
    column = pool.column("learning_rate")
    moved = (places(pool.losses[:, epoch - 1]) - places(pool.losses[:, -1])) / len(column)
    rates = np.unique(column)
    return rates, np.array([np.quantile(moved[column == rate], (0.25, 0.5, 0.75)) for rate in rates])


def slow_board(name: str, epoch: int) -> Board:
    """The share of discordant pairs by epoch, beside the delays by learning rate at one epoch.

    Raises:
        ValueError: there is no such data set or epoch.
    """
    pool = everyone(name)
    if not 1 <= epoch <= pool.n_epochs:
        raise ValueError(f"the epoch lies between 1 and {pool.n_epochs}, got {epoch}")
    shares = {one: discordant(one) for one in TABLES}
    rates, quartiles = delays(name, epoch)
    most, least = int(np.argmax(quartiles[:, 1])), int(np.argmin(quartiles[:, 1]))
    wrong = ", ".join(f"{one} {100 * share[epoch - 1]:.0f}\u00a0%" for one, share in shares.items())
    sentence = (
        f"Pairs whose order after {in_epochs(epoch)} is not the final one: {wrong}. {name}: with learning rate "
        f"{number(rates[most])} the median network's rank after {in_epochs(epoch)} is too bad by "
        f"{100 * quartiles[most, 1]:.0f}\u00a0% of all networks, with {number(rates[least])} too good by "
        f"{-100 * quartiles[least, 1]:.0f}\u00a0%."
    )
    return beside(_shares(shares, epoch), _delays(name, epoch, rates, 100 * quartiles), sentence=sentence)


def _shares(shares: dict[str, Array], epoch: int) -> Scene:
    layers: list[AnyLayer] = [Marks([epoch], across=True, color=INK, dash="dash", width=1.5)]
    for name, share in shares.items():
        color, dash, symbol = LOOKS[name]
        layers.append(Line(np.arange(1, len(share) + 1), 100 * share, color, dash, 2.5))
        layers.append(Points([epoch], 100 * share[epoch - 1 : epoch], color, symbol, 12.0, name=name))
    y = Axis("pairs in wrong order (%)", 0, 65)
    return Scene(layers, Axis("epochs", 0.9, 90, log=True, ticks=TICKS), y, aspect=0.85)


def _delays(name: str, epoch: int, rates: Array, quartiles: Array) -> Scene:
    late, early = quartiles[:, 1] > 0, quartiles[:, 1] <= 0
    layers: list[AnyLayer] = [
        Segments([rates[0] / 1.6], [0], [rates[-1] * 1.6], [0], GREY, width=1.5),
        Segments(rates, quartiles[:, 0], rates, quartiles[:, 2], INK, width=2.0, name="middle half of the networks"),
        Points(rates[late], quartiles[late, 1], BLUE, "triangle-up", 13.0, name="median: starts slowly"),
        Points(rates[early], quartiles[early, 1], RED, "triangle-down", 13.0, name="median: starts fast"),
        Text([rates[0] / 1.4], [72], ["slow starters"], INK, "start"),
        Text([1.4 * rates[-1]], [-72], ["early leaders"], INK, "end"),
    ]
    return Scene(
        layers,
        Axis("learning rate", rates[0] / 1.6, rates[-1] * 1.6, log=True),
        Axis("early rank \N{MINUS SIGN} final rank (%)", -80, 80),
        title=f"{name}, after {in_epochs(epoch)}",
        aspect=0.85,
    )


def slow_player() -> Player:
    """``slow_board`` behind two dials."""
    return Player.over(
        slow_board,
        name=Dial("ranks of", tuple(TABLES)),
        epoch=Dial("after", EPOCHS, "epochs"),
        start={"epoch": 3},
        label="Who starts slowly?",
        speed=1.5,
    )
