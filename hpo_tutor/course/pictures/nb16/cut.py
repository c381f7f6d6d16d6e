"""How early is too early? A cut over real learning curves: the best at the cut train on, the others stop.

e         epoch of the cut, from 1
kept      how many train on, at least 1
winner    the network that would have the smallest loss if all were trained to the end
picked    the network that has the smallest loss among those that were
"""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from hpo_tutor.course.pictures.nb16.trained import Array, Ranks, Trained, drawn, in_epochs, loss_axis, nth, places, told
from hpo_tutor.scenes.layers import AnyLayer, Line, Marks, Points, Text
from hpo_tutor.scenes.looks import BLUE, GREY, INK, RED
from hpo_tutor.scenes.stage import Axis, Scene
from hpo_tutor.scenes.ticks import number
from hpo_tutor.widgets.dials import Dial
from hpo_tutor.widgets.player import Player

N = 27
TIMES = "\N{MULTIPLICATION SIGN}"
RUNGS = (1, 3, 9, 27, 81)
EPOCHS = (1, 2, 3, 5, 9, 16, 27, 47, 81)
"""Where the cut can stand: at equal steps of a logarithmic axis, as dragging wants it."""
KEPT = (1, 3, 9, 13)
"""How many of 27 train on: 1/27, 1/9, 1/3 and 1/2 of them."""
DRAWS = (
    *(("digits", draw) for draw in (0, 1, 12, 17)),  # two as they came, and two whose winner starts slowly
    *(("aleph", draw) for draw in range(4)),
    *(("mnist", draw) for draw in range(4)),
)
STEP, HEIGHT = math.log10(3) / 2, 0.3  # powers of ten that a drag must go along and up for the next value of a dial
SURPRISE = {"draw": "digits 3", "epoch": 6 * STEP, "kept": HEIGHT}
"""Dials at which the winner dies although a third of the training is over."""


class Cut(NamedTuple):
    """What a cut does.

    Attributes:
        survivors: the networks that train on, the best at the cut first.
        winner: which network wins if all are trained.
        winner_rank: its place at the cut, from 1.
        picked: which network is the best of the survivors at the end.
        picked_rank: its place at the end among all, from 1.
        n_epochs: epochs trained in all.
        n_all: epochs if nothing is cut.
        given_away: the picked network's loss minus the winner's, at the end.
    """

    survivors: Ranks
    winner: int
    winner_rank: int
    picked: int
    picked_rank: int
    n_epochs: int
    n_all: int
    given_away: float

    @property
    def killed(self) -> bool:
        """Whether the winner was cut off."""
        return self.winner not in self.survivors


def decided(losses: Array, epoch: int, kept: int) -> Cut:
    """Stop all but the best networks after some epochs, and train these to the end.

    Args:
        losses: (K, n_epochs) of networks that were all trained to the end.
        epoch: of the cut.
        kept: how many train on.

    Raises:
        ValueError: there is no such epoch, or not so many networks.
    """
    n, n_epochs = losses.shape
    if not 1 <= epoch <= n_epochs:
        raise ValueError(f"the cut stands after 1 to {n_epochs} epochs, got {epoch}")
    if not 1 <= kept <= n:
        raise ValueError(f"from 1 to all {n} networks train on, got {kept}")
    at, last = losses[:, epoch - 1], losses[:, -1]
    survivors = np.argsort(at, kind="stable")[:kept]
    winner, picked = int(np.argmin(last)), int(survivors[np.argmin(last[survivors])])
    trained = n * epoch + kept * (n_epochs - epoch)
    standing = int(places(at)[winner]), int(places(last)[picked])
    return Cut(
        survivors, winner, standing[0], picked, standing[1], trained, n * n_epochs, float(last[picked] - last[winner])
    )


def cut_scene(trained: Trained, epoch: int, kept: int) -> Scene:
    """The curves of those cut off end at the cut; where the winner is among them, the rest of its curve is a ghost.

    Raises:
        ValueError: as of ``decided``.
    """
    losses = trained.losses
    found = decided(losses, epoch, kept)
    epochs = np.arange(1, trained.n_epochs + 1)
    stopped = np.setdiff1d(np.arange(len(losses)), found.survivors)
    y = loss_axis(losses, trained.unit, 0.97)  # a network that goes astray must not squeeze the others
    high = y.high
    seen = np.clip(losses, None, 2 * high)  # far above the panel; float32 has no room for more
    layers: list[AnyLayer] = [Line(epochs[:epoch], seen[:, :epoch].T, GREY, width=1.25, name="cut off")]
    others = [k for k in found.survivors if k != found.winner]
    for k in sorted(others):
        layers.append(Line(epochs, seen[k], BLUE, width=1.25, name="trained on" if k == min(others) else ""))
    at_cut = np.minimum(seen[:, epoch - 1], high)
    layers.append(Marks([epoch], across=True, color=INK, dash="dash", name="the cut"))
    layers.append(Points([epoch] * len(stopped), at_cut[stopped], GREY, "x", 9.0, outline=None, name="stopped here"))
    layers += _fate(found, seen, epochs, epoch, (y.low, y.high))
    x = Axis("epochs", 1, 2.0 * trained.n_epochs, log=True, ticks=[(float(k), str(k)) for k in RUNGS])
    return Scene(layers, x, y, _sentence(trained, found, epoch, kept), aspect=0.62)


def _fate(found: Cut, seen: Array, epochs: Ranks, epoch: int, limits: tuple[float, float]) -> list[AnyLayer]:
    """The winner's curve, whole or as a ghost, and the picked network."""
    winner, picked = seen[found.winner], seen[found.picked]
    end = float(epochs[-1])
    heads = [(float(winner[-1]), "ghost" if found.killed else "winner")]
    if found.picked != found.winner:
        heads.append((float(picked[-1]), "picked"))
    layers: list[AnyLayer] = []
    if found.killed:
        layers.append(Line(epochs[:epoch], winner[:epoch], RED, width=3.5))
        layers.append(Line(epochs[epoch - 1 :], winner[epoch - 1 :], RED, "dot", 3.0, name="the winner's ghost"))
        layers.append(Points([epoch], winner[epoch - 1 : epoch], RED, "x", 15.0, outline=None))
        layers.append(Points([end], winner[-1:], RED, "star", 15.0, 0.6, outline=None))
    else:
        layers.append(Line(epochs, winner, RED, width=3.5, name="the eventual winner"))
        layers.append(Points([end], winner[-1:], RED, "star", 17.0))
    if found.picked != found.winner:
        layers.append(Points([end], picked[-1:], BLUE, "diamond", 13.0, outline=INK, name="picked: best of those left"))
    heights = apart([height for height, _ in heads], 0.075 * math.log(limits[1] / limits[0]))
    layers.append(Text([1.13 * end] * len(heads), heights, [text for _, text in heads], INK, "start"))
    return layers


def apart(heights: Sequence[float], gap: float) -> list[float]:
    """Positive heights, moved as little as needed to lie a gap apart on a logarithmic axis (gap: natural logarithm)."""
    order = np.argsort(heights, kind="stable")
    logs = np.log(np.asarray(heights, dtype=np.float64)[order])
    for _ in range(50):
        short = gap - np.diff(logs)
        if len(logs) < 2 or short.max() <= 1e-9:
            break
        push = np.maximum(short, 0) / 2
        logs[1:] += push
        logs[:-1] -= push
    placed = np.empty(len(logs))
    placed[order] = np.exp(logs)
    return [float(height) for height in placed]


def _sentence(trained: Trained, found: Cut, epoch: int, kept: int) -> str:
    n, rest = len(trained.losses), trained.n_epochs - epoch
    spent = (
        f"Cut after {in_epochs(epoch)}, {kept} of {n} train on: {n} {TIMES} {epoch} + {kept} {TIMES} "
        f"{rest} = {found.n_epochs:,} epochs in place of {found.n_all:,}, "
        f"{100 * found.n_epochs / found.n_all:.0f}\u00a0%."
    )
    at = f"The eventual winner ({told(trained.configs[found.winner])}) is {nth(found.winner_rank)} at the cut"
    if not found.killed:
        return f"{spent} {at} and trains on: nothing is lost."
    loss, best = trained.losses[found.picked, -1], trained.losses[found.winner, -1]
    return (
        f"{spent} {at} and is killed. The network picked in its place is {nth(found.picked_rank)} of {n} at the end; "
        f"its loss is {number(float(loss))} in place of {number(float(best))} {trained.unit}."
    )


def cutter(start: dict[str, Any] | None = None, draws: Sequence[tuple[str, int]] = DRAWS) -> Player:
    """The cut behind three dials; in the picture it can be dragged to the right (later) and up (more train on).

    Args:
        start: dial -> value, as in ``SURPRISE``; None starts at three epochs, of which a third trains on.
        draws: data set and draw of each set of 27 curves.
    """
    texts = [f"{name} {sum(one == name for one, _ in draws[: k + 1])}" for k, (name, _) in enumerate(draws)]
    sets = dict(zip(texts, draws, strict=True))
    epochs = [STEP * k for k in range(len(EPOCHS))]
    kept = [HEIGHT * k for k in range(len(KEPT))]

    def make(draw: str, epoch: float, kept: float) -> Scene:
        name, number_of = sets[draw]
        return cut_scene(drawn(name, N, number_of), EPOCHS[round(epoch / STEP)], KEPT[round(kept / HEIGHT)])

    return Player.over(
        make,
        draw=Dial("curves", texts),
        epoch=Dial("cut after", epochs, "epochs", texts=[str(e) for e in EPOCHS]),
        kept=Dial("train on", kept, f"of {N}", texts=[str(k) for k in KEPT]),
        play="epoch",
        drag=("epoch", "kept"),
        start={"epoch": epochs[2], "kept": kept[2]} | (start or {}),
        label="How early is too early?",
        speed=1.5,
    )
