"""What does a smaller model cost? Along a front the pictures that come back blur.

losses   (n, 2)  rmse and operations of all trials
rows     (K,)    those whose models were trained once more, fewest operations first
rebuilt          pictures, and what these K models make of them
linear           the same for the best code that needs no training: the first principal components
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hpo_tutor import pareto
from hpo_tutor.problems.tasks.reconstructions import Rebuilt
from hpo_tutor.scenes.layers import AnyLayer, Heatmap, Line, Points, Text
from hpo_tutor.scenes.looks import BLUE, GREEN, GREY, INK, RED
from hpo_tutor.scenes.stage import Axis, Board, Scene
from hpo_tutor.scenes.ticks import number
from hpo_tutor.widgets.dials import Dial
from hpo_tutor.widgets.player import Player

Array = NDArray[np.float64]

LEVELS = 16.0  # grey levels from black to white
GAP, WORDS = 1, 4  # between columns, and below a row for its numbers, in pixels of the pictures


def along(losses: ArrayLike, most: int = 10) -> list[int]:
    """Rows of the front, fewest operations first: both ends, and between them at equal steps of log operations.

    Args:
        losses: (n, 2) rmse and operations.
        most: how many at most; of equals the first is taken.
    """
    table = np.asarray(losses, dtype=np.float64)
    front = np.flatnonzero(pareto.non_dominated(table))
    _, first = np.unique(table[front], axis=0, return_index=True)
    front = front[np.sort(first)]
    front = front[np.argsort(table[front, 1], kind="stable")]
    if len(front) <= most:
        return [int(row) for row in front]
    places = np.log(table[front, 1])
    wanted = np.linspace(places[0], places[-1], most)
    nearest = {int(np.argmin(np.abs(places - at))) for at in wanted}
    return [int(front[k]) for k in sorted(nearest)]


def picture(k: int, losses: ArrayLike, rows: Sequence[int], rebuilt: Rebuilt, linear: Rebuilt | None = None) -> Board:
    """The front with model k ringed, and below it the pictures that it gives back.

    Args:
        k: which of the trained models, from 0.
        losses: (n, 2) of all trials.
        rows: the K trials whose models were trained.
        rebuilt: what they make of some pictures.
        linear: what as many plain numbers make of the same pictures, for comparison.

    Raises:
        ValueError: there are not as many models as rows.
    """
    if len(rows) != len(rebuilt.losses):
        raise ValueError(f"each of {len(rows)} rows needs its model, got {len(rebuilt.losses)}")
    table = np.asarray(losses, dtype=np.float64)
    seen, operations = table[rows[k]]
    sentence = (
        f"Model {k + 1} of {len(rows)}: {operations:,.0f} operations a picture. In the search its rmse was "
        f"{number(seen)} grey levels, trained once more it is {number(rebuilt.losses[k])}; "
        f"of the {len(rebuilt.originals)} pictures shown it is {_range(rebuilt.errors[k])}."
    )
    if linear is not None:
        sentence += f" The linear code, {linear_operations(linear):,} operations, has {number(linear.losses[0])}."
    front = _front(k, table, rows, rebuilt, linear)
    return Board([[front], [_pictures(k, rebuilt, linear)]], sentence)


def slider(
    label: str, losses: ArrayLike, rows: Sequence[int], rebuilt: Rebuilt, linear: Rebuilt | None = None
) -> Player:
    """``picture`` with a slider from the fewest operations to the most."""
    operations = np.asarray(losses, dtype=np.float64)[list(rows), 1]
    return Player.over(
        lambda k: picture(k, losses, rows, rebuilt, linear),
        label=label,
        speed=1.0,
        k=Dial("operations a picture", range(len(rows)), texts=[f"{count:,.0f}" for count in operations]),
    )


def linear_operations(linear: Rebuilt, n_numbers: int = 8) -> int:
    """Multiplications of a linear code for a picture: one for each pixel and number."""
    return int(np.prod(linear.originals.shape[1:])) * n_numbers


def _front(k: int, table: Array, rows: Sequence[int], rebuilt: Rebuilt, linear: Rebuilt | None) -> Scene:
    known = table[np.isfinite(table).all(axis=1)]
    front = known[pareto.non_dominated(known)]
    front = front[np.argsort(front[:, 1], kind="stable")]
    stairs = np.repeat(front, 2, axis=0)
    here = table[list(rows)]
    layers: list[AnyLayer] = [
        Points(known[:, 1], known[:, 0], GREY, "circle", 5.0, 0.5, outline=None, name="trial"),
        Line(stairs[1:, 1], stairs[:-1, 0], BLUE, width=2.0),
        Points(front[:, 1], front[:, 0], BLUE, "circle", 8.0, name="on the front"),
        Points(here[:, 1], rebuilt.losses, RED, "diamond", 9.0, name="trained once more"),
        Points(here[[k], 1], rebuilt.losses[[k]], RED, "diamond", 17.0, outline=INK, name="the model below"),
    ]
    heights, places = [*front[:, 0], *rebuilt.losses[np.isfinite(rebuilt.losses)]], [*front[:, 1]]
    if linear is not None:
        heights.append(float(linear.losses[0]))
        places.append(linear_operations(linear))
        layers.append(Points(places[-1:], heights[-1:], GREEN, "triangle-up", 13.0, name="linear code"))
    room = 0.12 * (max(heights) - min(heights)) + 0.05
    return Scene(
        layers,
        Axis("operations a picture", min(places) / 1.5, max(places) * 1.5, log=True),
        Axis("rmse (grey levels)", max(0, min(heights) - room), max(heights) + 2 * room),
        aspect=0.4,
    )


def _pictures(k: int, rebuilt: Rebuilt, linear: Rebuilt | None) -> Scene:
    """Originals, what came back, and below each its rmse; all in one scale of grey."""
    bands = [("original", rebuilt.originals, None), ("rebuilt", rebuilt.pictures[k], rebuilt.errors[k])]
    if linear is not None:
        bands.append(("linear", linear.pictures[0], linear.errors[0]))
    n, height, width = rebuilt.originals.shape
    pitch = width + GAP
    tall = sum(height + (GAP if errors is None else WORDS) for _, _, errors in bands)
    canvas = np.full((tall, n * pitch - GAP), np.nan)
    ticks, texts, top = [], [], tall
    for name, pictures, errors in bands:
        for i, one in enumerate(pictures):
            canvas[top - height : top, i * pitch : i * pitch + width] = one[::-1]  # the lowest row comes first
        ticks.append((top - height / 2, name))
        top -= height
        if errors is not None:
            texts += [(i * pitch + width / 2, top - WORDS / 2 - 0.3, _short(value)) for i, value in enumerate(errors)]
        top -= GAP if errors is None else WORDS
    x, y, words = zip(*texts, strict=True)
    layers: list[AnyLayer] = [
        Heatmap(canvas, (0, canvas.shape[1]), (0, tall), 0.0, LEVELS, name="grey level"),
        Text(x, y, words, size=12.0),
    ]
    return Scene(
        layers,
        Axis("below each picture: its rmse (grey levels)", 0, canvas.shape[1], ticks=()),
        Axis("", 0, tall, ticks=ticks),
        aspect=tall / canvas.shape[1],
        grid=False,
    )


def _short(value: float) -> str:
    return f"{value:.1f}" if np.isfinite(value) else "none"


def _range(errors: Array) -> str:
    return f"{_short(errors.min())} to {_short(errors.max())}"
