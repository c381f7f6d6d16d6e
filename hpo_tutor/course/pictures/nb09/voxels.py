"""May a voxel be thrown away, and when is it proved that no further disc fits? When no voxel is left.

voxel    a small square, from its lower corner (2,) and its side
reach    the distance from a point to the corner of the voxel that is farthest from it
D        the smallest allowed distance of two points
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.course.pictures.nb09.discs import LOOK, discs, square_scene
from hpo_tutor.designs.saturation import Stage, stages
from hpo_tutor.scenes.layers import AnyLayer, Circles, Points, Polygons, Segments, Text
from hpo_tutor.scenes.looks import GREY, INK, style
from hpo_tutor.scenes.stage import Axis, Board, Scene, beside
from hpo_tutor.scenes.ticks import MINUS, number
from hpo_tutor.widgets.player import Player

Array = NDArray[np.float64]

OPEN = style("grid-midpoints").color  # a voxel in which there may be room
TWO = np.array([[0.34, 0.4], [0.7, 0.62]])
TWO_D = 0.3
ZOOM = 0.16  # width of the window around the last hole
WITHIN = np.stack(np.meshgrid(np.linspace(0, 1, 30), np.linspace(0, 1, 30)), axis=-1).reshape(-1, 2)
"""900 places of the unit square, its corners among them."""


class Voxel(NamedTuple):
    """How one voxel stands to some points.

    Attributes:
        nearest: number of the point whose farthest corner of the voxel is least far.
        corner: (2,) that corner.
        reach: its distance.
        discarded: whether the voxel lies wholly nearer than D to that point.
        by_centre: whether the test by the centre would discard it, too.
        together: whether all points together leave no room in it.
        from_centre: the distance from that point to the voxel's centre.
    """

    nearest: int
    corner: Array
    reach: float
    discarded: bool
    by_centre: bool
    together: bool
    from_centre: float


def judge(points: Array, diameter: float, low: Array, side: float) -> Voxel:
    """A voxel from its lower corner (2,) and its side, judged against the points (n, 2)."""
    offsets = low + side / 2 - points
    far = np.abs(offsets) + side / 2
    reach = np.sqrt((far**2).sum(axis=1))
    k = int(np.argmin(reach))
    corner = points[k] + np.where(offsets[k] < 0, -1.0, 1.0) * far[k]
    at = low + side * WITHIN
    return Voxel(
        k,
        corner,
        float(reach[k]),
        bool(reach[k] < diameter),
        bool(np.any(np.sqrt((offsets**2).sum(axis=1)) < diameter - side / np.sqrt(2))),
        bool(np.all(np.min(((at[:, None] - points) ** 2).sum(axis=-1), axis=1) < diameter**2)),
        float(np.sqrt((offsets[k] ** 2).sum())),
    )


def voxel(x: float, y: float, side: float) -> Board:
    """One voxel beside two points: may it be thrown away? Its farthest corner says so exactly, its centre cautiously.

    Args:
        x: of its lower corner.
        y: of its lower corner.
        side: of the voxel.
    """
    one = judge(TWO, TWO_D, np.array([x, y]), side)
    color, verdict = (GREY, "thrown away") if one.discarded else (OPEN, "kept")
    corners, point = squares(np.array([[x, y]]), side), TWO[one.nearest]
    (x0, y0), (x1, y1) = point, one.corner
    layers: list[AnyLayer] = [
        *discs(TWO, TWO_D, wrapped=False),
        Polygons(corners[:, 0], corners[:, 1], 4, color, INK, 1.5, 0.6, name=f"voxel, {verdict}"),
        Segments([x0], [y0], [x1], [y1], color=INK, dash="dash", width=2.0, name="to its farthest corner"),
        Points([x1], [y1], INK, "diamond", 9.0, outline=None),
    ]
    sign = "<" if one.discarded else "≥"
    sentence = f"Farthest corner: {number(one.reach)} {sign} D = {number(TWO_D)}, so the voxel is {verdict}."
    if one.discarded and not one.by_centre:
        sentence += " By its centre it would be kept."
    if one.together and not one.discarded:
        sentence += " The two points together leave no room in it, but neither does alone: cut it into four."
    return beside(square_scene(layers, f"The voxel is {verdict}"), _tests(one, side, point), sentence=sentence)


def _tests(one: Voxel, side: float, point: Array) -> Scene:
    """Both tests on a line of distances: what is measured, and what it must stay below."""
    bounds = [TWO_D, TWO_D - side / np.sqrt(2)]
    layers: list[AnyLayer] = []
    for row, (value, bound) in enumerate(zip((one.reach, one.from_centre), bounds, strict=True)):
        at = 1.0 - row
        layers += [
            Segments([0.0], [at], [value], [at], color=INK, width=2.0),
            Segments([bound], [at - 0.16], [bound], [at + 0.16], color=LOOK.color, width=4.0, name="must stay below"),
            Points([value], [at], INK, "diamond", 11.0, outline=None, name="distance from the point"),
        ]
    texts = ["farthest corner: below D", f"centre: below D {MINUS} a√2/2"]
    layers.append(Text([0.0, 0.0], [1.25, 0.25], texts, anchor="start"))
    return Scene(
        layers,
        Axis("distance", -0.06, 0.6, ticks=[(at, f"{at:g}") for at in (0, 0.2, 0.4, 0.6)]),
        Axis("", -0.4, 1.6, ticks=()),
        title="Two tests",
        aspect=1.0,
    )


def squares(lower: Array, side: float) -> Array:
    """The corners of squares with these lower corners (v, 2), one after another, shape (4 v, 2)."""
    around = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    return np.asarray((lower[:, None] + side * around).reshape(-1, 2))


def proof(diameter: float, seed: int, label: str) -> Player:
    """The stages of a saturation with joined sides: points, and the voxels that are left."""
    found = list(stages(diameter, 2, seed=seed))
    last = next(stage for stage in reversed(found) if len(stage.voxels))
    window = np.clip(last.voxels[0] + last.side / 2 - ZOOM / 2, 0, 1 - ZOOM)
    boards = [staged(found, k, diameter, True, window) for k in range(len(found))]
    return Player(boards, name="stage", label=label, speed=1.0)


def staged(found: Sequence[Stage], k: int, diameter: float, wrapped: bool, window: Array) -> Board:
    """Stage k: the whole square, and a window of it, from its lower corner (2,), where the last hole is."""
    stage = found[k]
    share = len(stage.voxels) * stage.side**2
    corners = squares(stage.voxels, stage.side)
    left = Polygons(corners[:, 0], corners[:, 1], 4, OPEN, opacity=0.85, name="voxel: perhaps room for a centre")
    whole = [*discs(stage.points, diameter, wrapped), left]
    near: list[AnyLayer] = [_scaled(layer) for layer in whole]
    box = squares(window[None], ZOOM)[[0, 1, 2, 3, 0]]
    ends = zip(box[:-1].T, box[1:].T, strict=True)
    (x0, x1), (y0, y1) = ends
    whole.append(Segments(x0, y0, x1, y1, color=INK, width=1.5))
    if stage.saturated:
        said = "No voxel is left: it is proved that no further point fits."
    else:
        size = number(stage.side)
        said = f"{len(stage.voxels)} voxels of side {size} are left, {number(100 * share)}\u00a0% of the square."
    x, y = (Axis(name, low, low + ZOOM) for name, low in zip("xy", window, strict=True))
    return beside(
        square_scene(whole, f"{len(stage.points)} points"),
        Scene(near, x, y, title="The frame, enlarged", aspect=1.0, grid=False),
        sentence=f"Stage {k + 1}: {stage.n_darts:,} darts so far, {len(stage.points)} points. {said}",
    )


def _scaled(layer: AnyLayer) -> AnyLayer:
    """A layer of the whole square as it is drawn in the window: the radius of circles is a share of the panel."""
    if isinstance(layer, Circles):
        return Circles(
            layer.x, layer.y, layer.radius / ZOOM, layer.color, layer.fill, layer.width, layer.opacity, layer.name
        )
    return layer
