"""What does each measure of a design look at? Designs side by side, with the measure drawn into each of them.

points  (N, 2) in the unit square
value   of a measure: what stands below each design
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import Voronoi, cKDTree
from scipy.spatial.distance import pdist, squareform

from hpo_tutor import designs
from hpo_tutor.designs import measures
from hpo_tutor.scenes.layers import AnyLayer, Circles, Line, Marks, Points, Polygons, Segments
from hpo_tutor.scenes.looks import GREY, INK, style
from hpo_tutor.scenes.stage import Axis, Board, Scene
from hpo_tutor.scenes.ticks import number
from hpo_tutor.widgets.dials import Dial
from hpo_tutor.widgets.player import Player

Array = NDArray[np.float64]

SHOWN = ("grid-midpoints", "random", "sobol", "lhs", "rsa", "rsa-lhs")
IN_A_ROW = 3
MOST_BOXES = 1_000_000  # far more than 64 points in a square take


class Drawn(NamedTuple):
    """A measure in one design.

    Attributes:
        value: of the measure.
        layers: what it looks at.
        text: the value as it is written below the design; "" writes the number.
    """

    value: float
    layers: list[AnyLayer]
    text: str = ""


class Measure(NamedTuple):
    """How a measure is drawn, and which way is better.

    Attributes:
        draw: points -> what is drawn.
        larger: whether larger is better.
        name: in words.
    """

    draw: Callable[[Array], Drawn]
    larger: bool
    name: str


def nearest_pair(points: Array) -> Drawn:
    """The two points that lie nearest to each other, with the discs that fit around all points."""
    apart = squareform(pdist(points)) + np.diag(np.full(len(points), np.inf))
    i, j = np.unravel_index(int(np.argmin(apart)), apart.shape)
    (x0, y0), (x1, y1) = points[[i, j]]
    smallest = measures.smallest_distance(points)
    return Drawn(
        smallest,
        [
            Circles(points[:, 0], points[:, 1], smallest / 2, GREY, GREY, 1.0, 0.25, name="discs that just touch"),
            Segments([x0], [y0], [x1], [y1], color=INK, width=3.0, name="nearest pair"),
        ],
    )


def largest_hole(points: Array) -> Drawn:
    """The largest circle around a place of the square with no point inside."""
    x, y = hole(points)
    radius = measures.covering_radius(points)
    disc = Circles([x], [y], radius, GREY, GREY, 1.5, 0.3, name="largest hole")
    return Drawn(radius, [disc, Points([x], [y], INK, "cross", 9.0, outline=None)])


def largest_box(points: Array) -> Drawn:
    """The largest box without a point, sides along the axes."""
    from hpo_tutor.designs.boxes import largest_empty

    low, high, _ = largest_empty(np.ascontiguousarray(points), MOST_BOXES)
    return Drawn(measures.dispersion(points), [_box(low, high, "largest empty box")])


def most_uneven_box(points: Array) -> Drawn:
    """Of the boxes between a place and the corner nearest to it, the one whose share of points is farthest off."""
    low, high, inside = uneven_box(points)
    value, due = measures.discrepancy(points) ** 0.5, len(points) * float(np.prod(high - low))
    text = f"{number(value)}; in the box {inside}, due {number(due)}"
    return Drawn(value, [_box(low, high, "most uneven box")], text)


def shadows(points: Array) -> Drawn:
    """What each axis sees of the points."""
    seen = measures.n_distinct(points)
    x, y = points.T
    layers: list[AnyLayer] = [
        Marks(x, "x", color=INK, width=2.0, name="shadow on an axis"),
        Marks(y, "y", color=INK, width=2.0),
    ]
    smallest = float(measures.gaps(points).min())
    return Drawn(smallest, layers, f"{number(smallest)}; {int(seen.min())} different values")


MEASURES: Mapping[str, Measure] = {
    "nearest pair": Measure(nearest_pair, True, "Smallest distance"),
    "largest hole": Measure(largest_hole, False, "Covering radius"),
    "largest empty box": Measure(largest_box, False, "Dispersion"),
    "most uneven box": Measure(most_uneven_box, False, "Centred discrepancy"),
    "shadows": Measure(shadows, True, "Smallest gap of the shadows"),
}


def hole(points: Array) -> Array:
    """A place of the square that is farthest from its nearest point, (2,).

    Mirrored in all walls, the points have cells that end at the walls, and it is a corner of such a cell.
    """
    mirrored = [np.where(flip, 2 * wall - points, points) for flip in _FLIPS for wall in _WALLS]
    corners = Voronoi(np.unique(np.concatenate(mirrored), axis=0)).vertices
    inside = corners[np.all((corners > -1e-9) & (corners < 1 + 1e-9), axis=1)]
    return np.asarray(inside[np.argmax(cKDTree(points).query(inside)[0])])


_FLIPS = tuple(np.array(flip) for flip in ((False, False), (True, False), (False, True), (True, True)))
_WALLS = tuple(np.array(wall, dtype=float) for wall in ((0, 0), (0, 1), (1, 0), (1, 1)))


def uneven_box(points: Array, n: int = 60) -> tuple[Array, Array, int]:
    """The box between a place (of n x n) and its nearest corner whose share of points is farthest from its area.

    Returns:
        Its lower and upper corner, (2,) each, and how many points lie in it.
    """
    at = (np.arange(n) + 0.5) / n
    places = np.stack(np.meshgrid(at, at), axis=-1).reshape(-1, 2)
    corner = np.round(places)
    lower, upper = np.minimum(places, corner), np.maximum(places, corner)
    inside = np.all((points >= lower[:, None]) & (points <= upper[:, None]), axis=-1).sum(axis=1)
    worst = int(np.argmax(np.abs(inside / len(points) - np.prod(upper - lower, axis=1))))
    return lower[worst], upper[worst], int(inside[worst])


def gallery(n: int, look_at: str, names: Sequence[str] = SHOWN, seed: int = 0) -> Board:
    """All designs with n points each, and one measure drawn into them.

    Args:
        n: points.
        look_at: one of ``MEASURES``.
        names: of the designs.
        seed: of those that are drawn at random.
    """
    measure = MEASURES[look_at]
    drawn = {name: measure.draw(made(name, n, seed)) for name in names}
    best = (max if measure.larger else min)(drawn, key=lambda name: drawn[name].value)
    scenes = []
    for name, (value, layers, text) in drawn.items():
        points, look = made(name, n, seed), style(name)
        few = len(points) < 30
        size, outline = (11.0, "#ffffff") if few else (8.0, None)
        symbols = Points(points[:, 0], points[:, 1], look.color, look.symbol, size, outline=outline)
        frame = Line([0, 1, 1, 0, 0], [0, 0, 1, 1, 0], GREY, width=1.5)
        x, y = Axis(text or number(value), 0, 1, ticks=()), Axis("", 0, 1, ticks=())
        scenes.append(Scene([*layers, frame, symbols], x, y, title=name, aspect=1.0, grid=False))
    better = "Larger" if measure.larger else "Smaller"
    sentence = f"{measure.name}, {n} points. {better} is better; best here: {best}, {number(drawn[best].value)}."
    rows = [scenes[k : k + IN_A_ROW] for k in range(0, len(scenes), IN_A_ROW)]
    return Board(rows, sentence)


def gallery_player(label: str, n_points: Sequence[int] = (4, 9, 16, 25, 36, 49, 64)) -> Player:
    """The gallery with a slider over the number of points."""
    return Player.over(
        gallery,
        label=label,
        n=Dial("points", n_points),
        look_at=Dial("look at", list(MEASURES)),
        start={"n": 25},
        speed=1.0,
    )


@cache
def made(name: str, n: int, seed: int) -> Array:
    """A design of n points in the square; it takes a while, and each measure looks at the same one."""
    return designs.make(name, n, 2, seed)


def _box(low: Array, high: Array, name: str) -> Polygons:
    x, y = [low[0], high[0], high[0], low[0]], [low[1], low[1], high[1], high[1]]
    return Polygons(x, y, 4, GREY, INK, 1.5, 0.3, name=name)
