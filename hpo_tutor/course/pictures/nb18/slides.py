"""What does the talk of notebook 18 show? One large thought a picture, in few words, for the last row.

l2      log10 of the penalty
noise   standard deviation of the noise on the pixels
error   share of test rows that are given the wrong class
asked   which rows move the penalty: nobody's (it is held), T1's or T2's
right   a one-step arrow, or one part of it, that leads down the slope of the loss after full retraining
"""

from dataclasses import replace
from functools import cache
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hpo_tutor import problems
from hpo_tutor.course.pictures.nb13.studies import strewn
from hpo_tutor.course.pictures.nb18 import chain, drag, errors, field, field_map, overhead, rivals, rules, starts
from hpo_tutor.race.experiments.online import summaries
from hpo_tutor.scenes.layers import AnyLayer, Line, Marks, Points
from hpo_tutor.scenes.looks import BLUE, INK, ORANGE, RED
from hpo_tutor.scenes.stage import Axis, Board, Scene, beside
from hpo_tutor.scenes.ticks import number
from hpo_tutor.training.online.knobs import Knob

Array = NDArray[np.float64]

FLAT, WIDE = 0.5, 0.66  # height over width: of a still, and beside a player's words
LOW, HIGH = 0.26, 0.34  # of two scenes that lie one below the other
ASKED = ("nobody", "T1", "T2")
N_ROWS, N_NETWORKS, EPOCHS, EVERY = 200, 6, 60, 2  # few pictures of digits, which can be learnt by heart
WEAK, KNOB = -5.0, Knob(-5.5, -1.0, 0.025)  # the penalty at the start; from, to, and its rate
ETA = 0.3  # of the chain
TOP = 1.0  # nats; what lies above is not drawn
PLACES = {"l2": (0.05, 0.35), "input noise": (0.45, 0.65)}
"""Hyperparameter -> the noises between which its short horizon shows: below the valley, and beyond it. They were
chosen on the recorded map because it shows there; so the share of the whole map is told with theirs."""
SIDES = {True: ("right way", BLUE, "circle"), False: ("wrong way", RED, "x")}


# --- a network that learns by heart ---


class Fitted(NamedTuple):
    """Means of a few networks.

    Attributes:
        t1, t2: (n_epochs,) loss in nats on T1 while they train, and on the batches of T2 of that epoch.
        paths: (K, n_hyper_steps + 1) l2 of each network.
    """

    t1: Array
    t2: Array
    paths: Array


@cache
def fitted(asked: str) -> Fitted:
    """Really train small networks on 200 pictures of digits, while the rows that are asked move the penalty.

    Raises:
        ValueError: there are no such rows.
    """
    from hpo_tutor.training.online import OnlineTuning, TwoSets  # torch is loaded when it is needed

    if asked not in ASKED:
        raise ValueError(f"the penalty is moved by {', '.join(ASKED)}; got {asked!r}")
    problem = problems.online_tuning("digits")
    rows = problem.data
    few = rows.train_inputs[:N_ROWS], rows.train_targets[:N_ROWS]
    tuning = few if asked == "T1" else (rows.tuning_inputs, rows.tuning_targets)
    tuned = OnlineTuning(
        problem.model,
        TwoSets(*few, *tuning),
        {"l2": WEAK},
        range(N_NETWORKS),
        epochs=EPOCHS,
        knobs={"l2": KNOB._replace(rate=KNOB.rate if asked != "nobody" else 0.0)},
        learning_rate=3e-3,
        batch_size=20,
        every=EVERY,
        n_threads=1,
    ).train()
    t2 = tuned.tuning_losses.mean(axis=0).reshape(EPOCHS, -1).mean(axis=1)
    paths = np.asarray(tuned.values[:, :, 0])  # noqa: PD011 - no frame
    return Fitted(tuned.training_losses.mean(axis=0), t2, paths)


def by_heart(asked: str, epoch: int = EPOCHS) -> Board:
    """Losses on T1 and T2 up to an epoch, above the penalty.

    Args:
        asked: "nobody" or "T2".
        epoch: from 1.

    Raises:
        ValueError: there is no such epoch.
    """
    if not 1 <= epoch <= EPOCHS:
        raise ValueError(f"epochs count from 1 to {EPOCHS}; got {epoch}")
    found = fitted(asked)
    epochs = np.arange(1, epoch + 1)
    looks = {"T2: not learnt from": (found.t2, ORANGE, "solid"), "T1: learnt from": (found.t1, BLUE, "dash")}
    layers: list[AnyLayer] = []
    for name, (losses, color, dash) in looks.items():
        drawn = np.where(losses[:epoch] <= TOP, losses[:epoch], np.nan)
        layers.append(Line(epochs, drawn, color, dash, 3.0, name=name))
    middle = np.median(found.paths, axis=0)
    steps = np.arange(len(middle)) * EPOCHS / (len(middle) - 1)
    here = steps <= epoch
    knob: list[AnyLayer] = [Line(steps[here], middle[here], INK, width=3.0)]
    across = Axis("epoch", 0.0, EPOCHS + 1.0)
    told = (
        f"Epoch {epoch}. Loss on T1 {number(found.t1[epoch - 1])}, on T2 {number(found.t2[epoch - 1])}. "
        f"Penalty: l2 = {number(round(float(middle[here][-1]), 2))}."
    )
    scenes = [
        Scene(layers, replace(across, label=""), Axis("loss (nats)", 0.0, TOP), aspect=HIGH),
        Scene(knob, across, Axis("l2", KNOB.low - 0.3, KNOB.high + 0.3), aspect=LOW),
    ]
    return Board([[scene] for scene in scenes], told)


def two_askers() -> Scene:
    """Where the penalty goes when T1 itself is asked, and when T2 is: a line for each network."""
    layers: list[AnyLayer] = []
    told = []
    for asked, color, dash in (("T1", BLUE, "dash"), ("T2", ORANGE, "solid")):
        paths = fitted(asked).paths
        steps = np.arange(paths.shape[1]) * EPOCHS / (paths.shape[1] - 1)
        gap = np.full((len(paths), 1), np.nan)
        x, y = np.tile(np.append(steps, np.nan), len(paths)), np.concatenate([paths, gap], axis=1).ravel()
        layers.append(Line(x, y, color, dash, 2.0, name=f"{asked} is asked"))
        told.append(f"{asked} asked: {number(round(float(np.median(paths[:, -1])), 2))}")
    up = Axis("l2, log₁₀ of the penalty", KNOB.low - 0.2, KNOB.high + 0.2)
    return Scene(
        layers, Axis("epoch", 0.0, float(EPOCHS)), up, f"Median l2 in the end. {'; '.join(told)}.", aspect=FLAT
    )


# --- one step ---


def linked(ell: float, formula: str = chain.FORMULAS[0]) -> Board:
    """``chain.chain`` with large steps of the weight, in few words."""
    here = chain.step(ell, ETA, formula)
    told = f"{number(here.g)} times {number(here.moved)} is {number(here.slope)}; measured {number(here.difference)}."
    return Board(chain.chain(ell, ETA, formula).rows, told)


def walked(walks: drag.Walks, surface: field.Field, l2: float, noise: float, epoch: int) -> Scene:
    """``drag.walk_scene`` by the right rule, in few words."""
    scene = drag.walk_scene(walks, surface, l2, noise, "exact", epoch, "rule")
    k = walks.nearest(l2, noise)
    x, y = walks.paths["exact"][k, epoch]
    told = f"Epoch {epoch}: l2 {number(round(x, 2))}, noise {number(round(y, 2))}."
    if epoch == walks.paths["exact"].shape[1] - 1:
        told += f" Validation loss {number(walks.ended['exact'][k])} nats; start held: {number(walks.held[k])}."
    return replace(scene, sentence=told, title="", aspect=WIDE)


def arrows(surface: field.Field, third: str, shown: str) -> Scene:
    """``field_map.field_scene`` of the right rule, in few words."""
    scene = field_map.field_scene(surface, third, shown)
    told = {
        field_map.ARROWS[0]: "Orange: where T1-T2 walks.",
        field_map.ARROWS[1]: "White: down the slope after full retraining.",
        field_map.ARROWS[2]: (
            f"More than 90° apart: {int(field.uphill(surface, third).sum())} of {surface.losses[0].size} places."
        ),
    }
    return replace(scene, sentence=told[shown], aspect=WIDE)


def wrong(surface: field.Field, name: str, third: str, whole: bool = False) -> tuple[Array, NDArray[np.bool_]]:
    """Pushes on one hyperparameter where its short horizon shows, and whether each goes uphill; both (P,).

    Args:
        surface: the map.
        name: of ``PLACES``.
        third: of the training.
        whole: the whole map instead.

    Raises:
        ValueError: there is no such hyperparameter or third.
    """
    if name not in PLACES:
        raise ValueError(f"the hyperparameters are {' and '.join(PLACES)}; got {name!r}")
    rows, which = slice(None) if whole else _rows(surface, name), list(PLACES).index(name)
    pushes = field.push(surface, third)[rows][..., which].ravel()
    slope = field.slopes(surface).mean(axis=0)[rows][..., which].ravel()
    return pushes, pushes * slope > 0


def _rows(surface: field.Field, name: str) -> NDArray[np.intp]:
    """Which noises of the map lie between those of ``PLACES``; on a coarse map the one nearest to their middle."""
    low, high = PLACES[name]
    inside = np.flatnonzero((surface.noises > low) & (surface.noises < high))
    return inside if len(inside) else np.abs(surface.noises - (low + high) / 2).argsort()[:1]


def horizons(surface: field.Field) -> Board:
    """Which way each hyperparameter is pushed early, midway and late, where this misleads; and the share of the map."""
    scenes, told = [], []
    thirds = field.THIRDS[:3]
    for name in PLACES:
        found = {third: wrong(surface, name, third) for third in thirds}
        layers: list[AnyLayer] = [Marks([0.0], "y", across=True, color=INK, dash="dot")]
        for side, (words, color, symbol) in SIDES.items():
            x, y = [], []
            for place, (pushes, uphill) in enumerate(found.values()):
                own = uphill != side
                x += list(place + strewn(len(pushes), 0.3)[own])
                y += list(pushes[own])
            layers.append(Points(x, y, color, symbol, 11.0, name=words))
        rows = surface.noises[_rows(surface, name)]
        ticks = [(float(place), third) for place, third in enumerate(thirds)]
        most = max(float(np.abs(pushes).max()) for pushes, _ in found.values())
        ticks_up = [(-most, "less"), (0.0, "0"), (most, "more")]
        up = Axis(f"push on {name}", -1.15 * most, 1.15 * most, ticks=ticks_up)
        title = f"At noise {number(rows[0])}" + (f" to {number(rows[-1])}" if len(rows) > 1 else "")
        scenes.append(
            Scene(layers, Axis("third of the training", -0.5, 2.5, ticks=ticks), up, title=title, aspect=WIDE)
        )
        each, every = (
            ", ".join(f"{100 * uphill.mean():.0f}" for uphill in some)
            for some in (
                [uphill for _, uphill in found.values()],
                [wrong(surface, name, third, whole=True)[1] for third in thirds],
            )
        )
        told.append(f"{name} {each} ({every})")
    start = "Per cent pushed wrongly, early, midway, late, in rows chosen where it shows (whole map)"
    return beside(*scenes, sentence=f"{start}: {'; '.join(told)}.")


def beyond(table: pd.DataFrame, surface: field.Field, third: str = "all") -> Scene:
    """Where arrows lead uphill, and where T1-T2 ends, on one map.

    Args:
        table: of ``race.experiments.online.starts.load``.
        surface: the map of the shallow network.
        third: of the training, of the arrows.
    """
    against = field.uphill(surface, third)
    x, y = np.meshgrid(surface.l2s, surface.noises)
    ends = starts.places(starts.part(table, "shallow"))[:, -1]
    color, symbol = starts.LOOKS["shallow"]
    star = field_map.lowest(surface)
    layers: list[AnyLayer] = [
        field_map.surface(surface),
        Points(x[against], y[against], RED, "x", 15.0, outline="#ffffff", name="arrow leads uphill"),
        Points(ends[:, 0], ends[:, 1], color, symbol, 11.0, outline="#000000", name="T1-T2 ends"),
        star,
    ]
    told = (
        f"Uphill: {int(against.sum())} of {against.size} places. Median noise at the end "
        f"{number(np.median(ends[:, 1]))}, best {number(float(np.asarray(star.y)[0]))}."
    )
    return Scene(layers, *field_map.axes(surface), told, aspect=FLAT, grid=False)


# --- results ---


def swarm(table: pd.DataFrame, epoch: int, size: str = "shallow", surface: field.Field | None = None) -> Scene:
    """``starts.swarm``, with the medians alone.

    Args:
        table: of ``race.experiments.online.starts.load``.
        epoch: from 0, the start.
        size: of one network.
        surface: a map of losses, to lie under it.
    """
    scene = starts.swarm(table, size, epoch, surface)
    path = starts.places(starts.part(table, size))
    l2, noise = np.median(path[:, epoch], axis=0)
    told = f"Epoch {epoch}, {len(path)} starts. Medians: l2 {number(l2)}, noise {number(noise)}."
    return replace(scene, sentence=told, title="", aspect=WIDE)


def two_rules(table: pd.DataFrame, epoch: int, surface: field.Field | None = None) -> Board:
    """``rules.rules_board`` with the source's rule, and the median noise alone."""
    board = rules.rules_board(table, "source", epoch, surface)
    found = rules.same_starts(table, ("exact", "source"))
    right, other = (np.median(starts.places(rows)[:, epoch, 1]) for rows in found.values())
    return Board(
        board.rows, f"Epoch {epoch}. Median noise: {number(right)} and, in the source's program, {number(other)}."
    )


def worth(table: pd.DataFrame) -> Scene:
    """``errors.errors_scene``, the start's values against the end of T1-T2."""
    found = errors.compared(table, "before", "online")
    told = (
        f"{len(found.x)} starts: {int(found.bad.sum())} bad, {int(found.rescued.sum())} of them rescued; "
        f"{int(found.near.sum())} near the diagonal."
    )
    return replace(errors.errors_scene(table, "before", "online"), sentence=told, title="", aspect=FLAT)


def same_time(table: pd.DataFrame) -> Scene:
    """``rivals.rivals_scene``, with the means at the end alone."""
    found = summaries.race(table)
    last = found[found["units"] == found["units"].max()].set_index("method")
    names = [name for name in ("t1-t2", "random", "gp") if name in last.index]
    each = [
        f"{rivals.NAMES[name]} {100 * last.loc[name, 'low']:.2f} to {100 * last.loc[name, 'high']:.2f}"
        for name in names
    ]
    told = f"After {number(float(found['units'].max()))} units, 95\N{NO-BREAK SPACE}%: {', '.join(each)}."
    return replace(rivals.rivals_scene(table), sentence=told, title="", aspect=FLAT)


def cost(table: pd.DataFrame) -> Scene:
    """``overhead.seconds_scene``, with the means alone."""
    means = overhead.paired(table).groupby("size")["overhead"].mean()
    each = [f"{size} {means[size]:.0f}\N{NO-BREAK SPACE}%" for size in starts.LOOKS if size in means.index]
    told = f"More time for an epoch: {', '.join(each)}."
    return replace(overhead.seconds_scene(table), sentence=told, title="", aspect=FLAT)
