"""What does a walk in fog look like, and what does the fog hide? A panel for each width, dark where nobody was.

learning rate across, L2 upwards, both on logarithmic scales; a disc is a training, shaded by its loss
surface   (n_l2, n_lr) expected losses at one width
walkers   a race of random search on the same ground: each draws its configurations blindly
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.course.games.ground import L2, LEARNING_RATE, WIDTHS, Ground
from hpo_tutor.course.games.walk import N_TRAININGS, remaining
from hpo_tutor.race.results import Race
from hpo_tutor.scenes.layers import AnyLayer, Band, Circles, Heatmap, Line, Marks, Points, Text
from hpo_tutor.scenes.looks import GREY, ORANGE, shade, style
from hpo_tutor.scenes.stage import Axis, Board, Scene
from hpo_tutor.scenes.ticks import SUPERSCRIPTS, number
from hpo_tutor.trials import History, Trial

Array = NDArray[np.float64]

LOWEST, HIGHEST = 0.05, 2.5  # nats; the shades span this whatever the surface is, so they tell nothing of it
FOG = "#5b5560"  # no shade of a surface: those are blue
LIGHT = "#ffffff"
LOSS = "cross-entropy (nats), log shades"
LIFTS = (0.85, 0.7, 0.55, 0.4, 0.25, 0.1, 0.0)
RADIUS = 0.06
CROSS: tuple[tuple[Literal["x", "y"], str], ...] = (("x", "learning_rate"), ("y", "l2"))
BESIDE, RIGHTMOST = 2.0, 3e-2  # factor from a disc to its number, where there is room for it
PANEL, CURVE = 1.4, 0.2  # height over width
X, Y = (
    Axis(label, domain.low / 2, domain.high * 2, log=True)
    for label, domain in (("learning rate", LEARNING_RATE), ("L2", L2))
)

NOTHING = Heatmap(
    np.full((1, 1), np.nan),
    None,
    None,
    math.log10(LOWEST),
    math.log10(HIGHEST),
    name=LOSS,
    labels=(number(LOWEST), number(HIGHEST)),
)
"""No height anywhere: it gives the legend its shades."""


def fog(
    history: History,
    n_trainings: int = N_TRAININGS,
    chosen: Mapping[str, Any] | None = None,
    to_beat: float | None = None,
) -> Board:
    """The walk so far, in fog, with the curve of its best loss.

    Args:
        history: the trainings so far.
        n_trainings: how many there may be.
        chosen: the configuration that would be trained next; a cross marks it.
        to_beat: a loss to compare with, drawn as a line across the curve.
    """
    panels = [_panel(history, width, chosen=chosen) for width in WIDTHS]
    return Board((panels, [_curve(history, n_trainings, to_beat)]), _standing(history, n_trainings))


def lifting(
    history: History, ground: Ground, n_trainings: int = N_TRAININGS, to_beat: float | None = None
) -> list[Board]:
    """The walk again, a frame a training, and then the fog lifts from the recorded landscape."""
    frames = [fog(history[:n], n_trainings, to_beat=to_beat) for n in range(len(history) + 1)]
    surfaces = {width: _surface(ground, width) for width in WIDTHS}
    curve = _curve(history, n_trainings, to_beat)
    for thickness in LIFTS:
        if thickness:
            sentence = "The fog lifts: what would all the other trainings have given?"
        else:
            best = ground.optimum_config
            sentence = (
                f"The fog is gone. The lowest expected loss, {number(ground.optimum)} nats, lies at learning rate "
                f"{power(best['learning_rate'])}, width {best['width']}, L2 {power(best['l2'])}."
            )
        panels = [_panel(history, width, surfaces[width], thickness) for width in WIDTHS]
        if not thickness:
            panels = [_with_star(panel, ground, width) for panel, width in zip(panels, WIDTHS, strict=True)]
        frames.append(Board((panels, [curve]), sentence))
    return frames


def arrivals(walkers: Race, ground: Ground, history: History, whose: str = "your walk") -> list[Board]:
    """Walker after walker arrives: where its best training lies, and what that is worth.

    Args:
        walkers: a race of "random" on this ground; a walker is judged after as many trainings as the walk has.
        ground: where all of them walked.
        history: the walk that they are compared with, at least one training long.
        whose: what the walk is called.
    """
    n_trainings = min(len(history), walkers.n_trials)
    ends = [walkers.histories["random", seed][:n_trainings].incumbent for seed in walkers.seeds]
    scores = np.array([ground.expected(end.config) for end in ends])
    own = history.incumbent
    score = ground.expected(own.config)
    surfaces = {width: _surface(ground, width) for width in WIDTHS}
    heights, losses = _stacked(scores), _losses_between(np.append(scores, score))
    boards = []
    for n in range(1, len(ends) + 1):
        panels = [_arrived(width, ends[:n], own, surfaces[width], whose) for width in WIDTHS]
        told = _arrival(scores[:n], score, whose)
        boards.append(Board((panels, [_strip(scores[:n], heights, losses, score, whose)]), told))
    return boards


def n_beaten(walkers: Race, ground: Ground, history: History) -> int:
    """How many walkers ended with a larger expected loss than this walk, after as many trainings."""
    n_trainings = min(len(history), walkers.n_trials)
    scores = walkers.curves("score")["random"][:, n_trainings - 1]
    return int(np.sum(scores > ground.expected(history.incumbent.config)))


def _panel(
    history: History,
    width: int,
    surface: Heatmap = NOTHING,
    thickness: float = 1.0,
    chosen: Mapping[str, Any] | None = None,
) -> Scene:
    """One width: what lies below, the fog over it, and the trainings on top."""
    layers: list[AnyLayer] = [surface]
    if thickness:
        layers.append(Band([X.low, X.high], [Y.low] * 2, [Y.high] * 2, FOG, thickness))
    if chosen is not None and chosen["width"] == width:
        for axis, name in CROSS:
            layers.append(Marks([chosen[name]], axis, True, ORANGE, "dash", 1.5, name="to be trained next"))
    layers += _discs(history, width)
    return Scene(layers, X, Y, "", f"width {width}", aspect=PANEL, grid=False)


def _discs(history: History, width: int) -> list[AnyLayer]:
    """The trainings at one width, numbered, the best of all ringed."""
    here = [trial for trial in history if trial.config["width"] == width]
    if not here:
        return []
    x, y = _places(here)
    fills = [_shaded(trial.loss) for trial in here]
    layers: list[AnyLayer] = [Circles(x, y, RADIUS, LIGHT, fills, width=1.5)]
    if any(trial.state == "complete" for trial in history) and history.incumbent in here:
        best = _places([history.incumbent])
        layers.append(Circles(*best, RADIUS * 1.45, ORANGE, None, width=3.0, name="best so far"))
    for right in (True, False):  # of its disc, unless that is at the border
        named = [trial for trial in here if (trial.config["learning_rate"] < RIGHTMOST) is right]
        if named:
            rates, penalties = _places(named)
            beside = [rate * BESIDE if right else rate / BESIDE for rate in rates]
            numbers = [str(trial.number + 1) for trial in named]
            layers.append(Text(beside, penalties, numbers, anchor="start" if right else "end", size=12))
    return layers


def _curve(history: History, n_trainings: int, to_beat: float | None) -> Scene:
    """The loss of each training, and the best so far as steps."""
    layers: list[AnyLayer] = []
    if to_beat is not None:
        layers.append(Marks([to_beat], axis="y", across=True, dash="dash", name="to beat"))
    numbers = np.arange(1, len(history) + 1)
    if len(history):
        best = history.incumbent_losses
        layers += [
            Line(np.repeat(numbers, 2)[1:], np.repeat(best, 2)[:-1], ORANGE, width=3.0, name="best so far"),
            Points(numbers, history.losses, GREY, size=8.0, name="each training"),
            Points(numbers[-1:], best[-1:], ORANGE, size=10.0),
        ]
    ticks = [(float(n), str(n)) for n in range(1, n_trainings + 1)]
    x = Axis("training", 0.5, n_trainings + 0.5, ticks=ticks)
    return Scene(layers, x, Axis("loss (nats)", LOWEST, HIGHEST, log=True), "", "The losses so far", aspect=CURVE)


def _arrived(width: int, ends: Sequence[Trial], own: Trial, surface: Heatmap, whose: str) -> Scene:
    """The best training of each walker at one width."""
    look = style("random")
    layers: list[AnyLayer] = [surface]
    here = [end for end in ends if end.config["width"] == width]
    if here:
        layers.append(Points(*_places(here), look.color, look.symbol, 8.0, name="where random walkers ended"))
    if ends and ends[-1] in here:
        layers.append(Points(*_places(ends[-1:]), look.color, look.symbol, 15.0))
    if own.config["width"] == width:
        layers.append(Circles(*_places([own]), RADIUS * 1.2, ORANGE, None, width=3.0, name=whose))
    return Scene(layers, X, Y, "", f"width {width}", aspect=PANEL, grid=False)


def _strip(scores: Array, heights: Array, losses: Axis, score: float, whose: str) -> Scene:
    """A dot for each walker, stacked where they agree; the walk is a line across."""
    look = style("random")
    n = len(scores)
    layers: list[AnyLayer] = [
        Marks([score], across=True, color=ORANGE, width=3.0),
        Points(scores, heights[:n], look.color, look.symbol, 8.0, outline=None),
        Points(scores[-1:], heights[n - 1 : n], look.color, look.symbol, 13.0),
    ]
    top = max(float(heights.max()) + 1, 6.0)
    return Scene(layers, losses, Axis("walkers", 0.0, top), "", "What each walker ended with", aspect=CURVE)


def _arrival(scores: Array, score: float, whose: str) -> str:
    beaten = int(np.sum(scores > score))
    return (
        f"Random walker {len(scores)} ends at an expected loss of {number(scores[-1])} nats, {whose} at "
        f"{number(score)}. So far {whose} beats {beaten} of {len(scores)}."
    )


def _with_star(panel: Scene, ground: Ground, width: int) -> Scene:
    best = ground.optimum_config
    if best["width"] != width:
        return panel
    star = Points([best["learning_rate"]], [best["l2"]], LIGHT, "star", 17, outline="#000000", name="optimum")
    return replace(panel, layers=(*panel.layers, star))


def _surface(ground: Ground, width: int) -> Heatmap:
    rates, penalties, _ = (axis.values for axis in ground.landscape.grid().axes)
    return Heatmap(
        np.log10(ground.surface(width)),
        _edges(rates),
        _edges(penalties),
        math.log10(LOWEST),
        math.log10(HIGHEST),
        name=LOSS,
        labels=(number(LOWEST), number(HIGHEST)),
    )


def _edges(values: Sequence[float]) -> tuple[float, float]:
    """The outer edges of equal cells around values on a logarithmic scale."""
    half = (values[-1] / values[0]) ** (0.5 / (len(values) - 1))
    return values[0] / half, values[-1] * half


def _standing(history: History, n_trainings: int) -> str:
    if not len(history):
        return f"Fog everywhere. {remaining(n_trainings)}"
    last = history[-1]
    here = f"learning rate {power(last.config['learning_rate'])}, width {last.config['width']}"
    said = f"loss {number(last.loss)} nats" if last.state == "complete" else "no loss came out"
    best = ""
    if any(trial.state == "complete" for trial in history):
        winner = history.incumbent
        best = (
            " It is the best so far."
            if winner == last
            else (f" Best so far: {number(winner.loss)} nats, training {winner.number + 1}.")
        )
    left = remaining(n_trainings - len(history))
    return f"Training {len(history)}: {here}, L2 {power(last.config['l2'])}: {said}.{best} {left}"


def power(value: float) -> str:
    """A small positive number as one would write it: 0.02, 10⁻⁵, 3.2·10⁻⁴."""
    if value >= 1e-3:
        return number(value)
    factor, exponent = f"{value:.1e}".split("e")
    return ("" if factor == "1.0" else f"{factor}·") + "10" + str(int(exponent)).translate(SUPERSCRIPTS)


def _places(trials: Sequence[Trial]) -> tuple[list[float], list[float]]:
    return [trial.config["learning_rate"] for trial in trials], [trial.config["l2"] for trial in trials]


def _share(loss: float) -> float:
    """Where a loss lies between the ends of the shades; one that failed counts as the highest."""
    if not math.isfinite(loss):
        return 1.0
    return (math.log(max(loss, 1e-9)) - math.log(LOWEST)) / (math.log(HIGHEST) - math.log(LOWEST))


def _shaded(loss: float) -> str:
    return shade(_share(loss))


def _stacked(scores: Array, n_bins: int = 60) -> Array:
    """How high each dot lies when those of like loss are stacked in the order of their arrival."""
    logs = np.log(scores)
    width = (logs.max() - logs.min()) / n_bins or 1.0
    bins = np.floor((logs - logs.min()) / width).astype(int)
    return np.array([float(np.sum(bins[:i] == bins[i])) + 0.5 for i in range(len(scores))])


def _losses_between(scores: Array) -> Axis:
    """The axis of expected losses, with a little room at its ends."""
    ticks = [(value, number(value)) for value in (0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 1.0, 2.0)]
    return Axis("expected loss (nats)", float(scores.min()) / 1.06, float(scores.max()) * 1.06, log=True, ticks=ticks)
