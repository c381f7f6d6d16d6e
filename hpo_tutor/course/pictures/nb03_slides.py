"""What do two plans for the same trainings leave out? Pictures for the talk on random search.

points   (N, 2) trials in the unit square
hole     the largest disc in the square that holds no trial
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hpo_tutor.scenes.layers import AnyLayer, Circles, Marks, Points, Text
from hpo_tutor.scenes.looks import GREY, style
from hpo_tutor.scenes.stage import Axis, Board, Scene, beside
from hpo_tutor.scenes.ticks import number

Array = NDArray[np.float64]

FINE = 201  # places along each side where the middle of a hole may lie
ENDS = ((0.0, "0"), (0.5, "0.5"), (1.0, "1"))


def plans(points: Mapping[str, Array], shadows: bool = False) -> Board:
    """The trials of each design in a square; with ``shadows``, also where they fall on the horizontal axis."""
    scenes, told = [], []
    for name, trials in points.items():
        look, count = style(name), len(np.unique(trials[:, 0].round(9)))
        layers: list[AnyLayer] = [Points(trials[:, 0], trials[:, 1], look.color, look.symbol, 13)]
        if shadows:
            layers += [
                Marks(trials[:, 0], across=True, color=look.color, width=1.5, opacity=0.35),
                Points(trials[:, 0], np.full(len(trials), -0.07), look.color, look.symbol, 11),
            ]
        low = -0.14 if shadows else -0.04
        across, up = Axis("x, which matters", -0.04, 1.04, ticks=ENDS), Axis("y, which does not", low, 1.04, ticks=ENDS)
        if not shadows:
            across, up = Axis("x", -0.04, 1.04, ticks=ENDS), Axis("y", low, 1.04, ticks=ENDS)
        scenes.append(Scene(layers, across, up, title=name, aspect=1, grid=False))
        told.append(f"{len(trials)} trials of {name}" + (f" at {count} different values of x" if shadows else ""))
    return beside(*scenes, sentence="; ".join(told) + ".")


def holes(points: Mapping[str, Array]) -> Board:
    """The trials of each design, and the largest disc among them that was left empty."""
    scenes, told = [], []
    for name, trials in points.items():
        middle, radius = hole(trials)
        look = style(name)
        layers: list[AnyLayer] = [
            Circles([middle[0]], [middle[1]], radius / 1.08, color=GREY, fill=GREY, opacity=0.25),
            Points(trials[:, 0], trials[:, 1], look.color, look.symbol, 13),
            Text([middle[0]], [middle[1]], number(round(radius, 2)), size=15),
        ]
        across = Axis("x", -0.04, 1.04, ticks=ENDS)
        up = Axis("y", -0.04, 1.04, ticks=ENDS)
        scenes.append(Scene(layers, across, up, title=name, aspect=1, grid=False))
        told.append(f"{name} leaves a disc of radius {number(round(radius, 2))} empty")
    return beside(*scenes, sentence=f"Of {len(trials)} trials each, {' and '.join(told)}.")


def hole(trials: Array) -> tuple[Array, float]:
    """Middle (2,) and radius of the hole among trials (N, 2), to half a hundredth."""
    side = np.linspace(0, 1, FINE)
    places = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    to_walls = np.minimum(places, 1 - places).min(axis=1)
    distances = np.minimum(np.linalg.norm(places[:, None] - trials, axis=2).min(axis=1), to_walls)
    widest = int(distances.argmax())
    return places[widest], float(distances[widest])


def two_values(best: ArrayLike, tried: Mapping[str, ArrayLike], across: Axis) -> Scene:
    """Where the best values of one hyperparameter lie, in a row for each grid that tries only some values of it.

    Args:
        best: (n,) the best value on each of n surfaces.
        tried: design -> the values that it tries.
        across: the axis of the hyperparameter.
    """
    good = np.asarray(best, dtype=np.float64)
    layers: list[AnyLayer] = []
    for row, (name, values) in enumerate(tried.items()):
        look, places = style(name), np.asarray(values, dtype=np.float64)
        layers += [
            Marks(places, across=True, color=look.color, dash=look.dash, width=3),
            Points(places, np.full(len(places), 2.0 + row), look.color, look.symbol, 18, name=name),
        ]
    aside = np.linspace(0.7, 1.3, len(good))  # so that equal ones are told apart
    layers.append(Points(good, aside, "#ffffff", "star", 17, outline="#000000", name="best of a division"))
    told = "; ".join(f"{name} tries {' and '.join(map(number, np.ravel(values)))}" for name, values in tried.items())
    sentence = f"The best {across.label} lies between {number(good.min())} and {number(good.max())}; {told}."
    return Scene(layers, across, Axis("", 0.3, len(tried) + 1.6, ticks=()), sentence, aspect=0.36)


def without_legend(board: Board) -> Board:
    """The board without a name on any layer: the speaker says what is what, and the panels get the room."""
    scenes = (replace(scene, layers=[replace(layer, name="") for layer in scene.layers]) for scene in board.scenes())
    return beside(*scenes, sentence=board.sentence)
