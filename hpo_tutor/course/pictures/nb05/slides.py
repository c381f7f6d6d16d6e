"""Signal or luck? Pictures for the talk on kernels and noise.

rates    (m,)  learning rates; the process lives on x from 0 (the lowest) to 1 (the highest)
losses   (3, m)  three trainings at each rate; rmse in GeV
start    (i, j)  a cell of a map of surprise where a ball is put
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hpo_tutor.course.pictures.nb05.families import family
from hpo_tutor.course.pictures.nb05.hills import Hills, Place, ball
from hpo_tutor.course.pictures.nb05.seen import OBSERVED, rate_axis
from hpo_tutor.scenes.layers import AnyLayer, Line, Marks, Points
from hpo_tutor.scenes.looks import BLUE, GREY, INK, ORANGE
from hpo_tutor.scenes.processes import BAND
from hpo_tutor.scenes.stage import Axis, Board, Scene, beside
from hpo_tutor.scenes.ticks import number

Array = NDArray[np.float64]

KNOWN = ("mean", "observation", "its way", BAND, OBSERVED)


def two_machines(short: float, long: float) -> Board:
    """Draws of one kernel with a short and with a long length scale, from the same luck."""
    scenes = []
    for length_scale in (short, long):
        _, draws = family("rbf", length_scale).scenes()
        scenes.append(replace(draws, title=f"length scale {number(length_scale)}", aspect=0.8))
    return beside(*scenes, sentence=f"Draws with length scale {number(short)}, and stretched, with {number(long)}.")


def repeats(rates: Array, losses: Array) -> Scene:
    """Every training, a dot; a line through the means of the three at each rate."""
    x = np.log(rates / rates[0]) / np.log(rates[-1] / rates[0])
    spread = float(np.sqrt(losses.var(axis=0, ddof=1).mean()))
    layers: list[AnyLayer] = [
        Line(x, losses.mean(axis=0), GREY, "solid", 2.0, name="mean of three"),
        Points(np.tile(x, len(losses)), losses.ravel(), BLUE, "circle", 8, 0.85, name="a training"),
    ]
    up = Axis("validation loss (rmse, GeV)", float(losses.min()) - 0.02, float(losses.max()) + 0.02)
    sentence = (
        f"{len(losses)} trainings at each of {len(rates)} learning rates; one typically lies "
        f"{number(1000 * spread)} MeV from the mean of its rate."
    )
    return Scene(layers, rate_axis(rates), up, sentence, aspect=0.48)


def rolling(rolls: Sequence[tuple[Hills, Place]], rates: Array) -> tuple[list[Board], list[int]]:
    """The ways of a ball, one after another: a picture for each step, and the numbers of first and last ones.

    Args:
        rolls: on which map the ball is put, and where.
        rates: (m,) whose ends are those of the axis.
    """
    frames: list[Board] = []
    stops: list[int] = []
    for hills, start in rolls:
        path = hills.roll(start)
        stops += [len(frames), len(frames) + len(path) - 1]
        frames += [_quieter(ball(hills, rates, place, path[: k + 1])) for k, place in enumerate(path)]
    return frames, stops


def _quieter(board: Board) -> Board:
    """The board without the names that a room knows by now, so that the legend leaves more of the slide."""
    scenes = (
        replace(scene, layers=[replace(layer, name="") if layer.name in KNOWN else layer for layer in scene.layers])
        for scene in board.scenes()
    )
    return beside(*scenes, sentence=board.sentence)


def ratios(found: ArrayLike, across: Axis, words: str) -> Scene:
    """Estimates over the truth, a dot each, on a logarithmic axis with a line at 1.

    Args:
        found: (n,) positive.
        across: their axis, logarithmic.
        words: what a dot is, for the legend.
    """
    values = np.asarray(found, dtype=np.float64)
    aside = np.random.default_rng(0).uniform(-0.25, 0.25, len(values))  # so that equal ones are told apart
    middle = float(np.median(values))
    layers: list[AnyLayer] = [
        Marks([1.0], across=True, color=INK, width=2, name="right"),
        Marks([middle], across=True, color=ORANGE, dash="dash", width=3, name="median"),
        Points(values, aside, BLUE, "circle", 15, 0.9, name=words),
    ]
    sentence = f"{len(values)} estimates, from {number(values.min())} to {number(values.max())} times the truth; " + (
        f"the median is {number(middle)}."
    )
    return Scene(layers, across, Axis("", -0.6, 0.6, ticks=()), sentence, aspect=0.36)


def squarer(scenes: Sequence[Scene], titles: Sequence[str]) -> Board:
    """Wide pictures as higher ones, beside each other under shorter titles."""
    return beside(*(replace(scene, title=title, aspect=0.85) for scene, title in zip(scenes, titles, strict=True)))
