"""How does one see three dimensions on a page? By turning them: nearer things are drawn last.

points   (n, 3) in the unit cube
azimuth  degrees by which the cube is turned about its upright axis, the third: its near side goes to the right
tilt     degrees by which its near side is lifted; a negative tilt looks down on it
screen   (n, 2) where the points are seen, in degrees: what is dragged by one unit of the axes turns by one degree
depth    (n,) how near they are; larger is nearer

The projection is parallel, so equal lengths stay equal along each direction and no distance misleads.
"""

from collections.abc import Sequence
from itertools import combinations, product

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hpo_tutor.scenes.layers import AnyLayer, Segments, Text
from hpo_tutor.scenes.looks import INK
from hpo_tutor.scenes.stage import Axis, Scene

Array = NDArray[np.float64]

SIDE = 100.0
"""Degrees that a side of the unit cube spans on the screen; its corners then stay within 90 of the middle."""

HALF_PANEL = 95.0  # leaves the words beside the edges room
UPRIGHT = 2
CORNERS = np.array(list(product((0.0, 1.0), repeat=3)))
EDGES = [(a, b) for a, b in combinations(range(8), 2) if np.sum(CORNERS[a] != CORNERS[b]) == 1]


def turned(points: ArrayLike, azimuth: float, tilt: float) -> tuple[Array, Array]:
    """Where points of the unit cube are seen, shape (n, 2), and how near they are, shape (n,).

    Raises:
        ValueError: the points have no three coordinates.
    """
    centred = np.asarray(points, dtype=np.float64) - 0.5
    if centred.ndim != 2 or centred.shape[1] != 3:
        raise ValueError(f"points that can be turned have shape (n, 3), got {centred.shape}")
    about, lift = np.radians([azimuth, tilt])
    right = np.array([np.cos(about), -np.sin(about), 0.0])
    near = np.array([-np.sin(about), -np.cos(about), 0.0])
    upright = np.array([0.0, 0.0, 1.0])
    up, nearest = np.cos(lift) * upright + np.sin(lift) * near, np.cos(lift) * near - np.sin(lift) * upright
    seen = SIDE * centred @ np.column_stack([right, up, nearest])
    return seen[:, :2], seen[:, 2]


def cube_edges(
    azimuth: float, tilt: float, labels: Sequence[str] = (), color: str = INK
) -> tuple[list[AnyLayer], list[AnyLayer]]:
    """The cube's edges: those behind everything, to be drawn first, and those before it, to be drawn last.

    Args:
        azimuth: degrees.
        tilt: degrees.
        labels: up to three words, one for each axis, beside its lowest edge, unless one looks along it.
        color: of the edges.
    """
    screen, depth = turned(CORNERS, azimuth, tilt)
    hidden = int(np.argmin(depth))  # the edges of the farthest corner are seen through the cube
    far, near = _ends(screen, hidden, True), _ends(screen, hidden, False)
    behind = Segments(*far, color=color, dash="dash", width=1.0, opacity=0.6)
    before = Segments(*near, color=color, width=1.25, opacity=0.7)
    names = [Text(*_label_place(screen, axis), label) for axis, label in enumerate(labels) if _seen(screen, axis)]
    return [behind], [before, *names]


def share(length: float) -> float:
    """A length in the unit cube as a share of the panel's width, for the radius of ``Circles``."""
    return length * SIDE / (2 * HALF_PANEL)


def solid_scene(layers: Sequence[AnyLayer], sentence: str = "", title: str = "") -> Scene:
    """A scene whose axes measure degrees, for ``Player.over(..., drag=("azimuth", "tilt"))``."""
    axis = Axis("", -HALF_PANEL, HALF_PANEL, ticks=())
    return Scene(layers, axis, axis, sentence, title, aspect=1, grid=False)


def _ends(screen: Array, corner: int, at_it: bool) -> tuple[Array, Array, Array, Array]:
    """x0, y0, x1, y1 of the edges that meet at a corner, or of all others."""
    edges = np.array([edge for edge in EDGES if (corner in edge) == at_it])
    first, second = screen[edges[:, 0]], screen[edges[:, 1]]
    return first[:, 0], first[:, 1], second[:, 0], second[:, 1]


def _seen(screen: Array, axis: int) -> bool:
    """Whether an axis spans a tenth of its length or more on the screen."""
    end = 4 >> axis  # the corner that lies along it from the first
    return float(np.hypot(*(screen[end] - screen[0]))) > 0.1 * SIDE


def _label_place(screen: Array, axis: int) -> tuple[float, float]:
    """Beside the middle of the axis's lowest edge, or of the leftmost one that stands upright."""
    edges = np.array([edge for edge in EDGES if CORNERS[edge[0], axis] != CORNERS[edge[1], axis]])
    middles = screen[edges].mean(axis=1)
    outer = middles[np.argmin(middles[:, 0 if axis == UPRIGHT else 1])]
    x, y = outer * (1 + 9 / max(float(np.hypot(*outer)), 1.0))
    return float(x), float(y)
