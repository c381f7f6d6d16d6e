"""How do N points come out of a tiling, and out of any other design? A square that grows; nine designs, side by side.

N        points that are wanted; a lattice may make fewer
measure  a number that says how well points are placed, of ``designs.quality``
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hpo_tutor import designs
from hpo_tutor.course.pictures.nb10.tiles import polygons
from hpo_tutor.designs.multigrid import Multigrid
from hpo_tutor.scenes.layers import AnyLayer, Line, Points, Segments, Text
from hpo_tutor.scenes.looks import GREY, INK, style
from hpo_tutor.scenes.stage import Axis, Board, Scene, beside
from hpo_tutor.scenes.ticks import number

Array = NDArray[np.float64]

WINDOW = 5.6  # half the side of the piece of the tiling that is shown, in sides of a tile
LARGEST = 64  # points that fit into it
CENTRE = (3.37, -2.21)  # of the squares; around (0, 0) tilings are symmetric, and corners come in pairs
BLANK = Axis("", 0, 1, ticks=())


class Measure(NamedTuple):
    """Which number of ``designs.quality`` is compared, and which way is better."""

    field: str
    larger_is_better: bool


MEASURES: Mapping[str, Measure] = {
    "smallest distance": Measure("smallest_distance", larger_is_better=True),
    "covering radius": Measure("covering_radius", larger_is_better=False),
    "discrepancy": Measure("discrepancy", larger_is_better=False),
    "largest empty box": Measure("dispersion", larger_is_better=False),
}


@cache
def _wall(families: int) -> tuple[list[AnyLayer], Array]:
    """A piece of a tiling, pale, and its vertices in the order in which a growing square meets them."""
    multigrid = Multigrid.draw(families, 2, np.random.default_rng(4))
    layers: list[AnyLayer] = [
        replace(layer, x=np.asarray(layer.x) - CENTRE[0], y=np.asarray(layer.y) - CENTRE[1])
        for layer in polygons(multigrid.tiles(np.array(CENTRE), WINDOW))
    ]
    vertices = multigrid.vertices(np.array(CENTRE), WINDOW) - CENTRE
    return layers, vertices[np.argsort(np.abs(vertices).max(axis=1))]


def square(families: int, n: int) -> tuple[Array, float]:
    """The N vertices in the square that holds exactly N, counted from its centre, and half its side."""
    vertices = _wall(families)[1]
    inner, outer = np.abs(vertices[n - 1 : n + 1]).max(axis=1)
    return vertices[:n], float(inner + outer) / 2


def picked(n: int, families: int) -> Board:
    """A square on a tiling that holds exactly N vertices; beside it these are the points of a design."""
    tiles, vertices = _wall(families)
    inside, half = square(families, n)
    look = style("hypertiling")
    sides = [-half, half, half, -half, -half], [-half, -half, half, half, -half]
    left = [
        *tiles,
        Points(vertices[:, 0], vertices[:, 1], "#ffffff", "circle", 4.0, outline=None),
        Line(*sides, color="#ffffff", width=6.0),
        Line(*sides, color="#000000", width=2.5),
        Points(inside[:, 0], inside[:, 1], "#ffffff", look.symbol, 13.0, outline="#000000"),
    ]
    points = inside / (2 * half) + 0.5
    right = [Points(points[:, 0], points[:, 1], look.color, look.symbol, 13.0, name="hypertiling")]
    across = Axis("", -WINDOW, WINDOW, ticks=())
    return beside(
        Scene(left, across, across, title="A square on the tiling", aspect=1, grid=False),
        Scene(right, Axis("first hyperparameter", 0, 1), Axis("second", 0, 1), title="Trials", aspect=1),
        sentence=f"The square holds {n} corners: {n} trials. Half its side is {half:.2f} sides of a tile.",
    )


@cache
def _examined(name: str, n: int, n_dims: int, seed: int) -> designs.Examined:
    return designs.examine(name, n, n_dims, seed)


def measured(name: str, n: int, measure: str, n_dims: int = 2, seed: int = 0) -> float:
    """One measure of one draw of a design."""
    return float(getattr(_examined(name, n, n_dims, seed).quality, MEASURES[measure].field))


def side_by_side(n: int, measure: str) -> Board:
    """All designs with N points in the plane, with one measure above each; the best is named in the sentence."""
    values = {name: measured(name, n, measure) for name in designs.NAMES}
    pick = max if MEASURES[measure].larger_is_better else min
    best = pick(values, key=lambda name: values[name])
    scenes = []
    for name, value in values.items():
        points, look = _examined(name, n, 2, 0).points, style(name)
        fewer = "" if len(points) == n else f", {len(points)} points"
        title = f"{'★ ' if name == best else ''}{name}{fewer}: {number(value)}"
        size = 12.0 if n <= 30 else 9.0
        color, width = (INK, 5.0) if name == best else (GREY, 1.5)
        marks: list[AnyLayer] = [
            Line([0, 1, 1, 0, 0], [0, 0, 1, 1, 0], color, width=width),
            Points(points[:, 0], points[:, 1], look.color, look.symbol, size, outline=None),
        ]
        scenes.append(Scene(marks, BLANK, BLANK, title=title, aspect=1, grid=False))
    better = "larger" if MEASURES[measure].larger_is_better else "smaller"
    sentence = f"{n} points, {measure}, {better} is better: {best} is best here, {number(values[best])}."
    return Board([scenes[:3], scenes[3:6], scenes[6:]], sentence)


def shadows(n_points: int, n_dims: int, axis: int = 0, seed: int = 0) -> Scene:
    """The values that each design tries of one hyperparameter: a tick for each point, in a row for each design."""
    layers: list[AnyLayer] = []
    told = []
    for row, name in enumerate(reversed(designs.NAMES)):
        points = designs.make(name, n_points, n_dims, seed)
        x, n = points[:, axis], int(designs.quality(points).n_distinct[axis])
        look = style(name)
        layers.append(Segments(x, np.full(len(x), row + 0.2), x, np.full(len(x), row + 0.8), look.color, width=2.0))
        layers.append(Text([-0.02], [row + 0.5], [name], anchor="end"))
        layers.append(Text([1.02], [row + 0.5], [f"{n} of {len(points)}"], anchor="start"))
        told.append(f"{name} {n} of {len(points)}")
    height = len(designs.NAMES)
    layers.append(Segments([0, 1], [0, 0], [0, 1], [height, height], GREY, width=1.0))
    x_axis = Axis("the hyperparameter that matters", -0.26, 1.16, ticks=[(at, number(at)) for at in (0, 0.5, 1)])
    sentence = f"{n_points} points, {n_dims} hyperparameters. Different values: {', '.join(reversed(told))}."
    return Scene(layers, x_axis, Axis("", 0, height, ticks=()), sentence, aspect=0.45, grid=False)
