"""What does the last row see of four weak spots? One large thought a picture, for the talk of notebook 07.

places  (n,)  trials, as numbers of places on the axis
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from hpo_tutor.course.pictures.nb07.asked import Asked, asking, repeats
from hpo_tutor.course.pictures.nb07.codes import Codes
from hpo_tutor.course.pictures.nb07.far import cube
from hpo_tutor.scenes.layers import AnyLayer, Points, Text
from hpo_tutor.scenes.looks import GREEN, GREY, ORANGE, RED
from hpo_tutor.scenes.stage import Axis, Board, Scene, beside

FLAT, SQUARE = 0.36, 0.72  # height over width: of one picture, and of one of two abreast
COLUMNS = 10  # trials in a row
DIMS, TRIALS, SCALE = (2, 3, 4, 5, 6, 8, 10), (30, 300), 0.3
WORDS = {
    "gain expected of the code asked for": "gain where it asks",
    "gain expected of what is tried": "gain of what is tried",
    "tried before": "tried before",
    "trial, seen from above": "trial, seen from above",
}
"""What the legend explains, and how: a slide has no room for more."""


def log_of(configs: Sequence[Mapping[str, Any]]) -> Scene:
    """A square for each trial of a search, in order; a cross where that configuration was tried before."""
    again, numbers = repeats(configs), np.arange(len(configs))
    x, y = numbers % COLUMNS + 1, -(numbers // COLUMNS)
    layers: list[AnyLayer] = [
        Points(x[~again], y[~again], GREEN, "square", 22, outline=None, name="new"),
        Points(x[again], y[again], RED, "x", 22, outline=None, name="tried before"),
    ]
    rows = -int(y.min())
    sentence = f"{len(configs)} trials, ten in a row: {again.sum()} repeat an earlier one."
    return Scene(
        layers,
        Axis("trial", 0.4, COLUMNS + 0.6, ticks=[(k, str(k)) for k in range(1, COLUMNS + 1)]),
        Axis("", -rows - 0.6, 0.6, ticks=[(-k, f"+{COLUMNS * k}") for k in range(rows + 1)]),
        sentence,
        aspect=0.3,
        grid=False,
    )


def ask(codes: Codes, configs: Sequence[Mapping[str, Any]], questions: Sequence[Asked], k: int) -> Board:
    """``asked.asking`` with its gains alone, wide."""
    board = asking(codes, configs, questions, k)
    _, right = board.scenes()
    quiet = [replace(layer, name=WORDS.get(layer.name, "")) for layer in right.layers]
    return Board([[replace(right, layers=quiet, aspect=FLAT)]], f"{right.title}.")


def between() -> Scene:
    """Two options as corners of a square, a place that is asked for beside one of them, and where it is rounded to."""
    layers: list[AnyLayer] = [
        Points([1, 0], [0, 1], GREY, "square", 26, outline=None, name="a network"),
        Points([0.9], [0.1], ORANGE, "diamond", 20, outline=None, name="asked for"),
        Points([1], [0], GREEN, "cross", 16, outline=None, name="tried, and told"),
        Text([0.88], [0.2], "(0.9, 0.1)", anchor="end", size=15),
    ]
    ends = ((0.0, "0"), (0.5, "0.5"), (1.0, "1"))
    sentence = "The search asks for (0.9, 0.1); what is tried and told is (1, 0). Nothing is learnt at (0.9, 0.1)."
    across, up = (Axis(f"network {which}", -0.15, 1.15, ticks=ends) for which in ("one", "two"))
    return Scene(layers, across, up, sentence, aspect=0.55)


def unknown(shares: Mapping[tuple[int, int, float], float], dims: int, trials: int) -> Board:
    """``far.cube`` for a length scale of 0.3, with a short legend."""
    board = cube(shares, dims, trials, SCALE)
    left, right = (
        replace(scene, aspect=SQUARE, layers=[_named(layer) for layer in scene.layers]) for scene in board.scenes()
    )
    said = f"{trials} trials in {dims} dimensions: {100 * shares[dims, trials, SCALE]:.0f}\u00a0% is left unknown."
    return beside(left, replace(right, title="what is left"), sentence=said)


def _named(layer: Any) -> Any:
    """The layer with its name as on a slide; a heatmap keeps its own, which explains its shades."""
    return layer if hasattr(layer, "labels") else replace(layer, name=WORDS.get(layer.name, ""))


def quiet(board: Board, words: Mapping[str, str], sentence: str = "") -> Board:
    """A board with only these names in its legend, each as it is to be read.

    Args:
        board: scenes abreast.
        words: name of a layer -> what the legend says; all others are left out.
        sentence: what is to be seen; "" keeps the board's.
    """
    scenes = (
        replace(scene, aspect=SQUARE, layers=[replace(one, name=words.get(one.name, "")) for one in scene.layers])
        for scene in board.scenes()
    )
    return beside(*scenes, sentence=sentence or board.sentence)
