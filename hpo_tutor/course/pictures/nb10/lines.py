"""What happens to the tiles when a line is moved? Lines and their crossings, beside the rhombs these become.

x, y     where the marked crossing is, of line 0 of two families: moving it moves all lines of these two
p        a place among the lines; tiling  A p + a constant, with A = t/2: where its tile lies
triangle the smallest one that the two marked lines make with a third; where no line runs through it, it is a region,
         and so a vertex at which three rhombs meet: they make a hexagon, which turns over when the triangle closes
"""

import math
from dataclasses import replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.course.pictures.nb10.tiles import AROUND, colors_of, kind_names, polygons
from hpo_tutor.designs.multigrid import Multigrid, Tiles, star
from hpo_tutor.scenes.layers import AnyLayer, Line, Points, Polygons, Segments
from hpo_tutor.scenes.looks import GREEN, GREY, INK, RED
from hpo_tutor.scenes.stage import Axis, Board, Scene, beside

Array = NDArray[np.float64]

HALF = 1.45  # half the side of the window; lines of a family are 1 apart
SHIFTS = (0.0, 0.0, 0.05 + 0.2 * math.sqrt(3), 0.18, -0.29)
"""Of the families that stand still; the third of three has its line 0 through (0.1, 0.4)."""
FIRST, SECOND = RED, GREEN  # the two marked lines, and the rows of tiles that they become
MIDDLE = (0.0, 0.0)  # where the marked crossing is when the tiling lies in the middle of its panel


@cache
def marked(families: int, x: float, y: float) -> Multigrid:
    """So many families, of which the first two have their line 0 through (x, y)."""
    vectors = star(families, 2)
    shifts = np.array(SHIFTS[:families])
    shifts[:2] = -vectors[:2] @ (x, y)
    return Multigrid(vectors, shifts)


def window(families: int, x: float, y: float) -> Tiles:
    """The tiles whose crossings lie in the window."""
    multigrid = marked(families, x, y)
    vectors, scale = multigrid.star, families / 2
    centre = (multigrid.shifts + 0.5) @ vectors
    tiles = multigrid.tiles(centre, scale * HALF + families / 2)
    inside = np.all(np.abs(tiles.crossings) <= HALF, axis=1)
    return Tiles(
        vectors,
        tiles.grids[inside],
        tiles.crossings[inside],
        tiles.lowest[inside],
        tiles.volumes[inside],
        tiles.kinds[inside],
    )


def crossing_number(tiles: Tiles) -> int:
    """Which tile belongs to the marked crossing."""
    return int(np.flatnonzero((tiles.names() == [0, 1, 0, 0]).all(axis=1))[0])


def duality(x: float, y: float, families: str) -> Board:
    """Lines and crossings on the left, on the right the rhomb of each; the marked one is dragged."""
    multigrid, tiles = marked(int(families), x, y), window(int(families), x, y)
    here = crossing_number(tiles)
    triangle = smallest_triangle(multigrid)
    turning = "" if triangle is None else " Its three rhombs at the small triangle turn over when that closes."
    n = len(tiles)
    sentence = f"{n} crossings, {n} tiles. The marked crossing is at {x:.2f}, {y:.2f}.{turning}"
    sentence = sentence.replace("-", "\N{MINUS SIGN}")
    return beside(
        _lines(multigrid, tiles, here, triangle), _tiling(multigrid, tiles, here, triangle), sentence=sentence
    )


def smallest_triangle(multigrid: Multigrid) -> tuple[Array, Array] | None:
    """The region with three sides at the marked crossing: its corners (3, 2) and its K (t,); None if there is none."""
    vectors, shifts = multigrid.star, multigrid.shifts
    corner = np.linalg.solve(vectors[:2], -shifts[:2])
    best: tuple[float, Array] | None = None
    for family in range(2, len(vectors)):
        passed = float(vectors[family] @ corner + shifts[family])
        for line in (math.floor(passed), math.ceil(passed)):
            others = [np.linalg.solve(vectors[[one, family]], [-shifts[one], line - shifts[family]]) for one in (0, 1)]
            corners = np.array([corner, *others])
            area = abs(float(np.linalg.det(corners[1:] - corner))) / 2
            if best is None or area < best[0]:
                best = area, corners
    if best is None:
        return None
    inner = best[1] + 1e-6 * (best[1].mean(axis=0) - best[1])
    integers = np.ceil(inner @ vectors.T + shifts)
    return (best[1], integers[0]) if np.all(integers == integers[0]) else None


def _lines(multigrid: Multigrid, tiles: Tiles, here: int, triangle: tuple[Array, Array] | None) -> Scene:
    """All lines of the window, the two marked ones in colour, and the crossings in the colours of their tiles."""
    layers: list[AnyLayer] = []
    if triangle is not None:
        x, y = triangle[0].T
        layers.append(Polygons(x, y, corners=3, fill=GREY, name="small triangle: a region, so a corner of tiles"))
    layers.append(all_lines(multigrid, HALF, 1.25))
    for family, color in ((0, FIRST), (1, SECOND)):
        x0, y0, x1, y1 = _ends(multigrid, family, 0, HALF)
        layers.append(Segments(x0, y0, x1, y1, color, width=3.5))
    names, colors = kind_names(tiles.star), colors_of(len(kind_names(tiles.star)))
    for kind in range(len(names)):
        x, y = tiles.crossings[tiles.kinds == kind].T
        layers.append(Points(x, y, colors[kind], "circle", 9.0, outline="#ffffff"))
    at = tiles.crossings[here]
    layers.append(Points(at[:1], at[1:], colors[tiles.kinds[here]], "circle", 17.0, outline=INK))
    return Scene(layers, _axis(HALF), _axis(HALF), title="Lines, and where they cross", aspect=1, grid=False)


def _tiling(multigrid: Multigrid, tiles: Tiles, here: int, triangle: tuple[Array, Array] | None) -> Scene:
    """The tile of each crossing, the marked one framed; the rows of tiles along the two marked lines."""
    families = len(multigrid.star)
    centre = (marked(families, *MIDDLE).shifts + 0.5) @ multigrid.star
    layers: list[AnyLayer] = [
        replace(one, x=np.asarray(one.x) - centre[0], y=np.asarray(one.y) - centre[1], outline="#ffffff")
        for one in polygons(tiles)
    ]
    places, names = tiles.places() - centre, tiles.names()
    for family, color in ((0, FIRST), (1, SECOND)):
        row = np.flatnonzero(((names[:, :2] == family) & (names[:, 2:] == 0)).any(axis=1))
        along = np.array([-tiles.star[family, 1], tiles.star[family, 0]])
        row = row[np.argsort(tiles.crossings[row] @ along)]
        x, y = places[row].T
        layers.append(Line(x, y, color, width=3.5))
    x, y = (tiles.corners()[here, [*AROUND, 0]] - centre).T
    layers.append(Line(x, y, "#000000", width=3.5))  # in either theme: the other tiles are framed in white
    if triangle is not None:
        vertex = triangle[1] @ multigrid.star - centre
        layers.append(Points(vertex[:1], vertex[1:], GREY, "circle", 13.0, outline="#ffffff"))
    axis = _axis(families / 2 * HALF + 0.75)
    return Scene(layers, axis, axis, title="A tile for each crossing", aspect=1, grid=False)


def _axis(half: float) -> Axis:
    return Axis("", -half, half, ticks=())


def all_lines(multigrid: Multigrid, half: float, width: float) -> Segments:
    """Every line that runs through the window of this half side."""
    rows = [_ends(multigrid, family, line, half) for family, line in _in_window(multigrid, half)]
    x0, y0, x1, y1 = np.array(rows).T
    return Segments(x0, y0, x1, y1, GREY, width=width)


def _in_window(multigrid: Multigrid, half: float) -> list[tuple[int, int]]:
    """(family, number) of every line that runs through the window."""
    reach = half * np.abs(multigrid.star).sum(axis=1)
    lows, highs = np.ceil(multigrid.shifts - reach), np.floor(multigrid.shifts + reach)
    return [
        (family, line)
        for family, (low, high) in enumerate(zip(lows.astype(int), highs.astype(int), strict=True))
        for line in range(low, high + 1)
    ]


def _ends(multigrid: Multigrid, family: int, line: int, half: float) -> tuple[float, float, float, float]:
    """x0, y0, x1, y1 of a line, from well outside the window to well outside."""
    normal = multigrid.star[family]
    foot = (line - multigrid.shifts[family]) * normal
    along = 3 * half * np.array([-normal[1], normal[0]])
    (x0, y0), (x1, y1) = foot - along, foot + along
    return float(x0), float(y0), float(x1), float(y1)
