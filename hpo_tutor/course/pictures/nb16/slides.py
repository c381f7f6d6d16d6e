"""What does the talk of notebook 16 show besides? One large thought a picture, for the last row.

K           networks that were all trained to the end, losses (K, n_epochs)
kept        how many of them train on after the cut
killed      of the winner, the best of all at the end: not among the best at the cut
first rung  epochs that every network gets before any is stopped
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from hpo_tutor.course.pictures.nb16.crossings import Pair, delays, difference
from hpo_tutor.course.pictures.nb16.cut import TIMES, apart, cut_scene, decided
from hpo_tutor.course.pictures.nb16.ranks import LOOKS, TICKS, correlation
from hpo_tutor.course.pictures.nb16.remedies import PLAIN
from hpo_tutor.course.pictures.nb16.tournament import Move, board
from hpo_tutor.course.pictures.nb16.trained import Trained, everyone, in_epochs, loss_axis, nth, places
from hpo_tutor.race.statistics import mean_and_error
from hpo_tutor.scenes.layers import AnyLayer, Band, Circles, Line, Marks, Points, Segments, Text
from hpo_tutor.scenes.looks import BLUE, GREEN, GREY, INK, RED
from hpo_tutor.scenes.stage import Axis, Board, Scene, beside
from hpo_tutor.scenes.ticks import MINUS, number

FLAT, WIDE, HALF = 0.5, 0.66, 0.95  # height over width: of a still, of a player's picture, of one of two
LETTERS = "ABCDEFGH"
NEWEST = "newest report"  # of interest where reports are stepped one by one
LARGE = 16.0  # pixels of letters, which a slide enlarges
TWICE = 2  # the best loss
TWO = 2  # standard errors to either side of a mean
ASIDE = 0.06  # by which data sets stand beside each other at a first rung, places


def begun(trained: Trained, ranks: Sequence[int] = (1, 4, 8, 16, 22), epoch: int = 3) -> Scene:
    """The first epochs of some networks, a few of them with letters, and no word about who wins.

    Args:
        trained: whose curves are shown.
        ranks: places after these epochs that get a letter, from 1.
        epoch: the last that is shown.
    """
    epochs, seen = np.arange(1, epoch + 1), trained.losses[:, :epoch]
    order = np.argsort(seen[:, -1], kind="stable")
    some = [int(order[rank - 1]) for rank in ranks]
    y = loss_axis(seen, trained.unit, 0.97)
    y = Axis(y.label, y.low * (y.low / y.high) ** 0.06, y.high, log=True)  # letters that were moved apart need room
    others = np.setdiff1d(np.arange(len(seen)), some)
    names = list(LETTERS[: len(some)])
    heights = apart(seen[some, -1].tolist(), 0.07 * float(np.log(y.high / y.low)))
    layers: list[AnyLayer] = [
        Line(epochs, np.minimum(seen[others], 2 * y.high).T, GREY, width=1.5),
        Line(epochs, seen[some].T, BLUE, width=3.5),
        Points([epoch] * len(some), seen[some, -1], BLUE, "circle", 11.0),
        Text([epoch + 0.07] * len(some), heights, names, INK, "start", 20.0),
    ]
    ticks = [(float(at), str(at)) for at in epochs]
    told = f"{len(seen)} networks of {trained.name}, their first {in_epochs(epoch)}."
    return Scene(layers, Axis("epochs", 0.9, epoch + 0.25, ticks=ticks), y, told, aspect=FLAT)


def ended(trained: Trained) -> Scene:
    """The final losses of some networks, the best first, and a line at twice the best."""
    final = np.sort(trained.losses[:, -1])
    x, bar = np.arange(1, len(final) + 1), TWICE * final[0]
    y = loss_axis(final, trained.unit, 0.97)
    shown, good = np.minimum(final, y.high), final <= bar
    above = int((~good).sum())
    layers: list[AnyLayer] = [
        Segments([0], [bar], [len(final) + 1], [bar], INK, "dash", 2.0, name="twice the best"),
        Points(x[good], shown[good], GREEN, "diamond", 12.0, name="below"),
        Points(x[~good], shown[~good], GREY, "x", 11.0, outline=None, name="above"),
    ]
    told = f"{above} of {len(final)} end above twice the best loss."
    return Scene(layers, Axis("place at the end", 0, len(final) + 1), y, told, aspect=FLAT)


def cut(trained: Trained, epoch: int, kept: int) -> Scene:
    """The picture of ``cut_scene`` in few words."""
    found = decided(trained.losses, epoch, kept)
    told = (
        f"{len(trained.losses)} {TIMES} {epoch} + {kept} {TIMES} {trained.n_epochs - epoch} = {found.n_epochs:,} "
        f"epochs, {100 * found.n_epochs / found.n_all:.0f}\u00a0% of all. Winner: {nth(found.winner_rank)} at the cut, "
    )
    told += f"killed; {nth(found.picked_rank)} picked." if found.killed else "alive."
    return replace(cut_scene(trained, epoch, kept), sentence=told, aspect=WIDE)


def rung(trained: Trained, rungs: Sequence[float], moves: Sequence[Move], step: int) -> Scene:
    """The picture of ``board`` in few words."""
    newest, winner = moves[step - 1], int(np.argmin(trained.losses[:, -1]))
    n = sum(move.job.rung == newest.job.rung for move in moves[:step])
    state = newest.states.get(winner, "running")
    fate = {"stopped": "is out", "failed": "is out", "finished": "has won"}.get(state, "is in")
    told = (
        f"{n} {'network' if n == 1 else 'networks'} at {in_epochs(newest.job.stop)}; {newest.n_epochs:,.0f} epochs "
        f"spent. The eventual winner {fate}."
    )
    if step == len(moves):
        final = places(trained.losses[:, -1])
        best = min(int(final[trial]) for trial, state in newest.states.items() if state == "finished")
        told += f" Picked: the {nth(best)}."
    scene = board(trained, rungs, moves, step)
    layers = [_shorter(layer) for layer in scene.layers if getattr(layer, "name", "") != NEWEST]
    return replace(scene, layers=layers, sentence=told, title="", aspect=WIDE)


def predicting() -> Scene:
    """Spearman's correlation of early and final ranks by epoch, for all data sets."""
    layers: list[AnyLayer] = []
    told, least = [], 0.0
    for name, (color, dash, symbol) in LOOKS.items():
        early, low, high = correlation(name)
        epochs, at = np.arange(1, len(early) + 1), np.array([1, 3, 9, 27])
        layers += [
            Band(epochs, low, high, color, 0.18),
            Line(epochs, early, color, dash, 3.0),
            Points(at, early[at - 1], color, symbol, 13.0, name=name),
        ]
        told.append(f"{name} {_signed(early[2])}")
        least = min(least, float(low.min()))
    layers.append(Segments([0.9], [0], [90], [0], INK, width=1.5))
    x, y = Axis("epochs", 0.9, 90, log=True, ticks=TICKS), Axis("rank correlation", least - 0.05, 1.05)
    return Scene(layers, x, y, f"After 3 epochs: {'; '.join(told)}.", aspect=FLAT)


def crossing(name: str, pair: Pair, epoch: int) -> Scene:
    """Both curves of a pair up to an epoch, each with both recorded seeds.

    Args:
        name: of the data set.
        pair: of ``crossings.pairs``.
        epoch: the last that is shown.
    """
    seeds = [everyone(name, 0, seed) for seed in (0, 1)]
    pool = seeds[0]
    key, *values = difference(pool, pair)
    curves = [np.stack([one.losses[k] for one in seeds]) for k in (pair.slow, pair.fast)]
    y = loss_axis(np.concatenate(curves), pool.unit)
    epochs = np.arange(1, epoch + 1)
    layers: list[AnyLayer] = [Marks([epoch], across=True, color=INK, dash="dash", width=1.5)]
    ends = [float(curve[:, epoch - 1].mean()) for curve in curves]
    heights = apart(ends, 0.09 * float(np.log(y.high / y.low)))
    looks = ((BLUE, "solid", "circle"), (RED, "longdash", "square"))
    for curve, end, height, value, (color, dash, symbol) in zip(curves, ends, heights, values, looks, strict=True):
        layers += [
            Line(epochs, np.minimum(curve[:, :epoch], 2 * y.high).T, color, dash, 3.0),
            Points([epoch], [end], color, symbol, 14.0),
            Text([1.3 * epoch], [height], [f"{key} {value}"], INK, "start", LARGE),
        ]
    slow, fast = (f"{key} {value}" for value in values)
    first, last, times = (fast, slow, ends[0] / ends[1]) if ends[1] < ends[0] else (slow, fast, ends[1] / ends[0])
    told = f"{name}, {in_epochs(epoch)}: {last} has {times:.3g} times the loss of {first}."
    return Scene(layers, Axis("epochs", 0.9, 15 * pool.n_epochs, log=True, ticks=TICKS), y, told, aspect=WIDE)


def delayed(name: str, epoch: int = 3) -> Scene:
    """By learning rate: how much better the networks end than they stand after some epochs, in places of all."""
    rates, quartiles = delays(name, epoch)
    low, middle, high = 100 * quartiles.T
    slow = middle > 0
    room = 1.1 * float(np.abs(quartiles).max()) * 100
    ends = float(rates[0] / 1.6), float(rates[-1] * 1.6)
    layers: list[AnyLayer] = [
        Segments([ends[0]], [0], [ends[1]], [0], INK, width=1.5),
        Segments(rates, low, rates, high, INK, width=3.0, name="middle half"),
        Points(rates[slow], middle[slow], BLUE, "triangle-up", 16.0, name="starts slowly"),
        Points(rates[~slow], middle[~slow], RED, "triangle-down", 16.0, name="leads early"),
    ]
    told = (
        f"{name}, {in_epochs(epoch)}: networks of rate {number(rates[0])} climb {middle[0]:.0f} % of all places until "
        f"the end; those of rate {number(rates[-1])} fall {-middle[-1]:.0f} %."
    )
    up = Axis("places gained later (%)", -room, room)
    return Scene(layers, Axis("learning rate", *ends, log=True), up, told, aspect=FLAT)


def raced(regrets: Mapping[str, tuple[Mapping[int, ArrayLike], ArrayLike, str]]) -> Board:
    """How much more regret halving has than whole trainings of as many epochs, by its first rung; a panel a data set.

    Args:
        regrets: data set -> regrets by first rung, (n,) each; those of whole trainings, (n,), in the same order; unit.
    """
    panels, told = [], []
    for name, (by_rung, others, unit) in regrets.items():
        gaps = [np.asarray(own, dtype=np.float64) - np.asarray(others, dtype=np.float64) for own in by_rung.values()]
        means, errors = np.array([mean_and_error(one) for one in gaps]).T
        x = np.arange(len(means), dtype=float)
        low, high = float((means - TWO * errors).min()), float((means + TWO * errors).max())
        room = 0.2 * (max(high, 0) - min(low, 0))
        color, _, symbol = LOOKS[name]
        ends = x[0] - 0.5, x[-1] + 0.5
        layers: list[AnyLayer] = [
            Segments([ends[0]], [0], [ends[1]], [0], INK, "dash", 2.0),
            Text([ends[0] + 0.06], [-0.4 * room], ["whole trainings"], INK, "start", 14.0),
            Segments(x, means - TWO * errors, x, means + TWO * errors, color, width=5.0),
            Points(x, means, color, symbol, 16.0),
        ]
        ticks = [(float(k), str(first)) for k, first in enumerate(by_rung)]
        up = Axis(f"more regret ({unit})", min(low, 0) - room, max(high, 0) + room)
        panels.append(Scene(layers, Axis("first rung (epochs)", *ends, ticks=ticks), up, title=name, aspect=HALF))
        each = ", ".join(
            f"{_signed(mean, 3)} ± {TWO * error:.3f} ({first})"
            for mean, error, first in zip(means, errors, by_rung, strict=True)
        )
        told.append(f"{name} {each}")
    return beside(*panels, sentence=f"Mean ± two errors, by first rung: {'; '.join(told)}.")


def answered(chances: Mapping[str, Mapping[int, ArrayLike]], dice: float) -> Scene:
    """How often the winner is killed, by the epoch of the cut: mean and two standard errors over the data batches.

    Args:
        chances: data set -> epoch of the cut -> chance on each data batch, (n_batches,), 0..1.
        dice: the chance if those who train on are drawn at random.
    """
    layers: list[AnyLayer] = []
    epochs = list(next(iter(chances.values())))
    told = []
    for number_of, (name, by_epoch) in enumerate(chances.items()):
        color, dash, symbol = LOOKS[name]
        x = np.arange(len(epochs)) + ASIDE * (number_of - (len(chances) - 1) / 2)
        values = [100 * np.asarray(one, dtype=np.float64) for one in by_epoch.values()]
        means = np.array([one.mean() for one in values])
        if all(len(one) > 1 for one in values):
            half = TWO * np.array([mean_and_error(one)[1] for one in values])
            layers.append(Segments(x, np.maximum(means - half, 0), x, np.minimum(means + half, 100), color, width=4.0))
        layers += [Line(x, means, color, dash, 2.5), Points(x, means, color, symbol, 16.0, name=name)]
        told.append(f"{name} {' / '.join(f'{mean:.0f}' for mean in means)}")
    ends = -0.4, len(epochs) - 0.6
    layers += [
        Segments([ends[0]], [100 * dice], [ends[1]], [100 * dice], INK, "dash", 2.0),
        Text([ends[1] - 0.02], [100 * dice + 6], ["dice"], INK, "end", LARGE),
    ]
    ticks = [(float(k), str(epoch)) for k, epoch in enumerate(epochs)]
    cuts = ", ".join(map(str, epochs))
    said = f"Winner killed (%), cut after {cuts} epochs: {'; '.join(told)}; dice {100 * dice:.0f}."
    return Scene(
        layers, Axis("cut after (epochs)", *ends, ticks=ticks), Axis("winner killed (%)", 0, 100), said, aspect=FLAT
    )


def first_rungs(tables: Mapping[str, pd.DataFrame]) -> Scene:
    """How often halving picks one of the best tenth, by its first rung, at equal epochs in all.

    Args:
        tables: data set -> table of ``remedies.compared``, of which the rows without a remedy are shown.
    """
    layers: list[AnyLayer] = []
    told, top = [], 0.0
    counts: list[int] = []
    for number_of, (name, table) in enumerate(tables.items()):
        own = table[table["remedy"] == PLAIN]
        color, dash, symbol = LOOKS[name]
        firsts, counts = own["first_rung"].tolist(), own["n_networks"].tolist()
        x = np.arange(len(own)) + ASIDE * (number_of - (len(tables) - 1) / 2)
        means, half = 100 * own["chance"].to_numpy(), 100 * TWO * own["chance_error"].to_numpy()
        layers += [
            Segments(x, np.maximum(means - half, 0), x, means + half, color, width=4.0),
            Line(x, means, color, dash, 2.5),
            Points(x, means, color, symbol, 16.0, name=name),
        ]
        top = max(top, float((means + half).max()))
        told.append(f"{name} {' / '.join(f'{mean:.0f}' for mean in means)}")
    named = [f"{count} start" for count in counts]
    layers.append(Text(range(len(counts)), [1.1 * top] * len(counts), named, INK, size=14.0))
    ticks = [(float(k), str(first)) for k, first in enumerate(firsts)]
    said = f"Picked is of the best tenth (%), first rung {', '.join(map(str, firsts))}: {'; '.join(told)}."
    x_axis = Axis("first rung (epochs)", -0.5, len(counts) - 0.5, ticks=ticks)
    return Scene(layers, x_axis, Axis("picked: best tenth (%)", 0, 1.2 * top), said, aspect=FLAT)


def _shorter(layer: AnyLayer) -> AnyLayer:
    """The winner's rings, by a name that a slide has room for."""
    return replace(layer, name="the eventual winner") if isinstance(layer, Circles) else layer


def _signed(value: float, digits: int = 2) -> str:
    return f"{round(value, digits) + 0.0:.{digits}f}".replace("-", MINUS)
