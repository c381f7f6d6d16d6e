"""What helps where early ranks mislead? Remedies compared at equal total epochs, over recorded curves.

first rung  epochs that every network gets; the later, the fewer networks a budget has room for
criterion   (K,) by what networks are ranked at a rung, smaller is better
picked      the network with the smallest criterion at the last rung
scored      by a second training of the picked configuration with the other seed: what was not searched on
"""

from collections.abc import Callable, Sequence
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import pandas as pd

from hpo_tutor.course.pictures.nb16.trained import Array, Ranks, everyone
from hpo_tutor.scenes.layers import AnyLayer, Line, Points, Segments, Text
from hpo_tutor.scenes.looks import BLUE, GREEN, GREY, INK, RED, SIZES
from hpo_tutor.scenes.stage import Axis, Scene
from hpo_tutor.scenes.ticks import number
from hpo_tutor.widgets.dials import Dial
from hpo_tutor.widgets.player import Player

FIRST = (1, 3, 9, 27, 81)
DIVISOR = 3
BUDGET = 486
"""Epochs in all: six whole trainings."""
N_DRAWS = 100  # searches on each data batch with each seed
N_BATCHES = 5
POWERS = np.geomspace(0.03, 4.0, 200)  # exponents tried for a power law
N_GROUPS = 3
PLAIN, BEST, EXTRAPOLATED, GROUPED = "last loss", "best loss so far", "extrapolated", "within learning rates"
REMEDIES = MappingProxyType(
    {
        PLAIN: (GREY, "solid", "circle"),
        BEST: (GREEN, "dash", "diamond"),
        EXTRAPOLATED: (RED, "dot", "triangle-up"),
        GROUPED: (BLUE, "longdash", "square"),
    }
)
"""Name of a remedy -> colour, dash and symbol."""
NAMES = ("aleph", "digits")  # of mnist too few networks are recorded
SHOWN = ("chance of a network among the best tenth", "loss")


class Picked(NamedTuple):
    """What a search ends with.

    Attributes:
        network: the picked one.
        epoch: whose weights are kept; the last one unless the best are.
        n_epochs: trained in all.
    """

    network: int
    epoch: int
    n_epochs: int


def extrapolated(losses: Array, epochs: int, to: int = 81) -> Array:
    """What a power law through the first losses says about a later epoch, shape (K,).

    Least squares of a + b t^-c with a, b >= 0 over the first ``epochs`` losses, on a list of exponents c, for each of
    which a and b have a closed form. Of fewer than three losses the last one is the answer.

    Args:
        losses: (K, n_epochs).
        epochs: how many are known.
        to: the epoch asked about.
    """
    known = np.clip(losses[:, :epochs], None, 1e6)
    if epochs < 3:
        last: Array = known[:, -1]
        return last
    t = np.arange(1, epochs + 1)
    mean, squares = known.mean(axis=1), (known**2).mean(axis=1)
    best, found = np.full(len(known), np.inf), known[:, -1].copy()
    for power in POWERS:
        x = t**-power
        slope = (known - mean[:, None]) @ (x - x.mean()) / ((x - x.mean()) ** 2).sum()
        for b in (np.maximum(slope, 0), known @ x / (x @ x)):  # free, and through a = 0
            a = np.maximum(mean - b * x.mean(), 0)
            b = np.maximum(b, 0)
            # the mean squared residual, multiplied out
            wrong = squares + a * (a - 2 * mean) + b * (b * np.mean(x * x) + 2 * a * x.mean() - 2 * known @ x / epochs)
            better = wrong < best
            best[better], found[better] = wrong[better], (a + b * to**-power)[better]
    return found


CRITERIA: MappingProxyType[str, Callable[[Array, int], Array]] = MappingProxyType(
    {
        PLAIN: lambda losses, epoch: losses[:, epoch - 1],
        BEST: lambda losses, epoch: losses[:, :epoch].min(axis=1),
        EXTRAPOLATED: lambda losses, epoch: extrapolated(losses, epoch, losses.shape[1]),
        GROUPED: lambda losses, epoch: losses[:, epoch - 1],
    }
)


@cache
def plan(first: int, n_epochs: int = 81, budget: int = BUDGET) -> tuple[tuple[int, ...], tuple[int, ...], int]:
    """Rungs, networks at each, and epochs in all, for the most networks that a budget has room for.

    Raises:
        ValueError: the budget has no room for a single one.
    """
    rungs = [first]
    while rungs[-1] * DIVISOR <= n_epochs:
        rungs.append(rungs[-1] * DIVISOR)
    steps = np.diff([0, *rungs])

    def sizes(n: int) -> tuple[int, ...]:
        return tuple(n // DIVISOR**k for k in range(len(rungs)))

    n = DIVISOR ** (len(rungs) - 1)  # so that one reaches the top
    if np.dot(sizes(n), steps) > budget:
        raise ValueError(f"{budget} epochs have no room for a halving from {first} to {n_epochs} epochs")
    while int(np.dot(sizes(n + 1), steps)) <= budget:
        n += 1
    return tuple(rungs), sizes(n), int(np.dot(sizes(n), steps))


def halved(criteria: Sequence[Array], sizes: Sequence[int], order: Ranks, groups: Ranks | None = None) -> int:
    """Successive halving over numbers that are known: who is picked.

    Args:
        criteria: (K,) at each rung.
        sizes: how many networks reach each rung.
        order: the networks drawn, as many as the first size.
        groups: (K,) group of each network; then each group sends on the same share of its networks, as long as there
            are as many places as groups. None ranks all together.
    """
    left = order
    for values, size in zip(criteria, [*sizes[1:], 1], strict=True):
        ranked = left[np.argsort(values[left], kind="stable")]
        if groups is None or size < N_GROUPS:
            left = ranked[:size]
            continue
        own = groups[ranked]
        place = np.empty(len(ranked))
        for one in np.unique(own):  # the best of each group first, then the second ones
            mine = np.flatnonzero(own == one)
            place[mine] = (np.arange(len(mine)) + 0.5) / len(mine)
        left = ranked[np.argsort(place, kind="stable")[:size]]
    return int(left[0])


@cache
def _criteria(name: str, batch: int, seed: int, remedy: str, epoch: int) -> Array:
    return CRITERIA[remedy](everyone(name, batch, seed).losses, epoch)


def search(name: str, remedy: str, first: int, *, batch: int = 0, seed: int = 0, draw: int = 0) -> Picked:
    """One search with a remedy: networks drawn at random, halved, and one picked.

    Raises:
        ValueError: there is no such remedy, data set, batch or seed.
    """
    if remedy not in REMEDIES:
        raise ValueError(f"the remedies are {', '.join(REMEDIES)}; got {remedy!r}")
    pool = everyone(name, batch, seed)
    rungs, sizes, spent = plan(first, pool.n_epochs)
    if 2 * sizes[0] > len(pool.configs):
        raise ValueError(
            f"a search of {sizes[0]} networks draws more than half of the {len(pool.configs)} of {name}, so that all "
            f"searches are nearly one; take {' or '.join(NAMES)}"
        )
    order = _shuffled(len(pool.configs), draw, batch)[: sizes[0]]
    criteria = [_criteria(name, batch, seed, remedy, rung) for rung in rungs]
    picked = halved(criteria, sizes, order, _groups(name) if remedy == GROUPED else None)
    epoch = int(np.argmin(pool.losses[picked])) + 1 if remedy == BEST else pool.n_epochs
    return Picked(picked, epoch, spent)


@cache
def _shuffled(k: int, draw: int, batch: int) -> Ranks:
    """The same for all remedies, so that these are compared on the same networks."""
    order: Ranks = np.random.default_rng((draw, batch)).permutation(k)
    return order


@cache
def _groups(name: str) -> Ranks:
    """Which third of the learning rates each network belongs to, (K,)."""
    column = everyone(name).column("learning_rate")
    rates = np.unique(column)
    found: Ranks = np.searchsorted(rates, column) * N_GROUPS // len(rates)
    return found


@cache
def compared(name: str = "aleph", n_draws: int = N_DRAWS) -> pd.DataFrame:
    """Every remedy by first rung, at equal epochs in all.

    Each search is scored by training the picked configuration again with the other recorded seed, up to the epoch that
    the search kept. "Among the best tenth": that loss is not above the best tenth of the final losses of all networks
    with that seed.

    Args:
        name: of the data set.
        n_draws: searches on each data batch with each seed.

    Returns:
        A row for each remedy and first rung: ``remedy``, ``first_rung``, ``n_networks``, ``n_epochs``, ``chance``
        (0..1), ``chance_error`` (standard error over the data batches), ``loss`` (median over
        the searches of a batch, then the mean over the batches), ``loss_error``.
    """
    batches = range(N_BATCHES)
    rows = []
    for remedy in REMEDIES:
        for first in FIRST:
            chances, losses, spent = [], [], 0
            for batch in batches:
                scores, among = [], []
                for seed in (0, 1):
                    other = everyone(name, batch, 1 - seed).losses
                    bar = np.sort(other[:, -1])[len(other) // 10 - 1]
                    for draw in range(n_draws):
                        picked = search(name, remedy, first, batch=batch, seed=seed, draw=draw)
                        scores.append(other[picked.network, picked.epoch - 1])
                        among.append(scores[-1] <= bar)
                        spent = max(spent, picked.n_epochs)
                chances.append(np.mean(among))
                losses.append(np.median(scores))
            n = len(chances)
            errors = [float(np.std(one, ddof=1) / n**0.5) for one in (chances, losses)]
            sizes = plan(first)[1]
            rows.append(
                (remedy, first, sizes[0], spent, float(np.mean(chances)), errors[0], float(np.mean(losses)), errors[1])
            )
    columns = ["remedy", "first_rung", "n_networks", "n_epochs", "chance", "chance_error", "loss", "loss_error"]
    return pd.DataFrame(rows, columns=columns)


def remedy_scene(name: str = "aleph", shown: str = SHOWN[0]) -> Scene:
    """What each remedy reaches, by first rung.

    Raises:
        ValueError: there is no such data set, or nothing such to show.
    """
    if shown not in SHOWN:
        raise ValueError(f"shown are {' or '.join(SHOWN)}, got {shown!r}")
    table, unit = compared(name), everyone(name).unit
    column, factor = ("chance", 100.0) if shown == SHOWN[0] else ("loss", 1.0)
    layers: list[AnyLayer] = []
    low, high = np.inf, -np.inf
    for number_of, (remedy, (color, dash, symbol)) in enumerate(REMEDIES.items()):
        mine = table[table["remedy"] == remedy]
        at = np.arange(len(mine)) + 0.07 * (number_of - 1.5)
        height, error = factor * mine[column].to_numpy(), factor * mine[f"{column}_error"].to_numpy()
        low, high = min(low, (height - error).min()), max(high, (height + error).max())
        named = "" if number_of else "one standard error over the data batches"
        layers.append(Segments(at, height - error, at, height + error, color, width=1.5, name=named))
        layers.append(Line(at, height, color, dash, 2.0))
        layers.append(Points(at, height, color, symbol, 11.0, name=remedy))
    counts = table[table["remedy"] == PLAIN]["n_networks"].tolist()
    room = high - low
    top, bottom = high + 0.22 * room, max(low - 0.08 * room, 0.0)
    layers.append(
        Text(range(len(FIRST)), [high + 0.14 * room] * len(FIRST), list(map(str, counts)), INK, size=SIZES["numbers"])
    )
    x = Axis(
        "first rung in epochs (on top: networks that start)",
        -0.5,
        len(FIRST) - 0.5,
        ticks=[(float(k), str(one)) for k, one in enumerate(FIRST)],
    )
    y = Axis("chance (per cent)" if factor > 1 else f"loss, second training ({unit})", bottom, top)
    return Scene(layers, x, y, _sentence(name, table, column, unit), title=f"{name}: {shown}", aspect=0.6)


def _sentence(name: str, table: pd.DataFrame, column: str, unit: str) -> str:
    def told(row: pd.Series) -> str:
        value = f"{100 * row['chance']:.0f}\u00a0%" if column == "chance" else f"{number(row['loss'])} {unit}"
        return f"{value} ({row['first_rung']})"

    best = []
    for remedy in REMEDIES:
        mine = table[table["remedy"] == remedy]
        place = int(mine[column].argmax() if column == "chance" else mine[column].argmin())
        best.append(f"{remedy} {told(mine.iloc[place])}")
    plain = table[table["remedy"] == PLAIN]
    ends = " and ".join(told(plain.iloc[k]) for k in (0, -1))
    return (
        f"{name}, at most {BUDGET} epochs in all. Each remedy at its best first rung (in brackets): {', '.join(best)}. "
        f"By the last loss at the two ends: {ends}."
    )


def remedy_player() -> Player:
    """``remedy_scene`` behind two dials."""
    return Player.over(
        remedy_scene,
        name=Dial("curves", NAMES),
        shown=Dial("shown", SHOWN),
        label="What helps where early ranks mislead?",
    )
