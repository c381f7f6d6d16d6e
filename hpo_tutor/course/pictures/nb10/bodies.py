"""What does a tiling look like in space? Rhombohedra that can be turned, and the points of designs in the cube.

k        planes that nearly meet in one point; each three of them cross, which makes k (k - 1) (k - 2) / 6 tiles
azimuth, tilt   degrees by which everything is turned, as in ``scenes.solids``
order    tile A may hide tile B only if its crossing is nearer than B's: the vertices are slopes of a convex function of
         the place among the planes, and slopes grow where one goes. So the order of crossings is exact, which that of
         the tiles' middles is not; it stays so when the tiles are pulled apart.
"""

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hpo_tutor import designs
from hpo_tutor.course.pictures.nb10.tiles import AROUND, colors_of
from hpo_tutor.designs.multigrid import Multigrid, star
from hpo_tutor.scenes.layers import Points, Polygons
from hpo_tutor.scenes.looks import INK, mixed, style
from hpo_tutor.scenes.solids import cube_edges, solid_scene, turned
from hpo_tutor.scenes.stage import Scene
from hpo_tutor.scenes.ticks import number

Array = NDArray[np.float64]

AXES = 6  # of an icosahedron: any three of them make one of two shapes
BODIES = {3: "one tile", 4: "a rhombic dodecahedron", 5: "a rhombic icosahedron", 6: "a rhombic triacontahedron"}
NEAR = 0.02  # how far the planes miss the one point
APART = 1.22  # how far the tiles are pulled from one another
RADIUS = 0.86  # of the largest body, in sides of the cube: what is turned stays in its panel
LIGHT = (0.36, -0.48, 0.8)  # where the light comes from, a unit vector
EDGE = "#0b2239"
PALEST, DEEPEST = 0.4, -0.34  # white in a face that looks into the light, black in one that looks away
FACES = np.array(
    [[c for c in range(8) if (c >> (2 - edge)) & 1 == side] for edge in range(3) for side in (0, 1)], dtype=np.intp
)  # (6, 4) numbers of the corners, whose bits are the three edges


class Body(NamedTuple):
    """Tiles of space, pulled apart.

    Attributes:
        faces: (m, 6, 4, 3) corners of their faces, in the cube, going round.
        normals: (m, 6, 3) outwards.
        colors: (m, 6) of the faces.
        crossings: (m, 3) of the planes; they say which tile is nearer.
        kinds: (m,) 0 flat, 1 pointed.
    """

    faces: Array
    normals: Array
    colors: NDArray[np.str_]
    crossings: Array
    kinds: NDArray[np.int64]


@cache
def body(planes: int) -> Body:
    """The tiles of so many planes that nearly meet."""
    shifts = np.random.default_rng(0).uniform(-NEAR, NEAR, AXES)
    multigrid = Multigrid(star(AXES, 3)[:planes], shifts[:planes])
    tiles = multigrid.tiles((multigrid.shifts + 0.5) @ multigrid.star, 3.0)
    near = np.linalg.norm(tiles.crossings, axis=1) < 0.5
    corners, crossings, grids = tiles.corners()[near], tiles.crossings[near], tiles.grids[near]
    middles = corners.mean(axis=1, keepdims=True)
    centre = middles.mean(axis=0)
    pulled = (corners - centre + (APART - 1) * (middles - centre)) * RADIUS / _reach()
    faces = pulled[:, FACES[:, AROUND]]
    normals = faces.mean(axis=2) - pulled.mean(axis=1)[:, None]  # of the middle of a face; a rhomb's normal is below
    across = np.cross(faces[:, :, 1] - faces[:, :, 0], faces[:, :, 3] - faces[:, :, 0])
    across /= np.linalg.norm(across, axis=-1, keepdims=True)
    across *= np.sign(np.sum(across * normals, axis=-1, keepdims=True))
    volumes = np.abs(np.linalg.det(multigrid.star[grids]))
    kinds = (volumes > 0.6).astype(np.int64)  # flat tiles have a volume of 0.47, pointed ones of 0.76
    palette, light = colors_of(2), across @ LIGHT
    shares = np.where(light > 0, PALEST, -DEEPEST) * light
    colors = np.array([[mixed(palette[kind], float(s)) for s in row] for kind, row in zip(kinds, shares, strict=True)])
    return Body(0.5 + faces, across, colors, crossings, kinds)


def _reach() -> float:
    """From the middle of the largest body to its corners: half the sum of the star, each vector turned outwards."""
    vectors = star(AXES, 3)
    signs = np.sign(vectors @ vectors[0])
    return APART * float(np.linalg.norm(signs @ vectors)) / 2


def rhombohedra(planes: int, azimuth: float, tilt: float) -> Scene:
    """The tiles of so many planes, turned; the farthest first, so that nearer ones hide them."""
    shown = body(planes)
    order = np.argsort(turned(shown.crossings, azimuth, tilt)[1])
    faces, normals, colors = shown.faces[order], shown.normals[order], shown.colors[order]
    towards = turned(0.5 + normals.reshape(-1, 3), azimuth, tilt)[1].reshape(normals.shape[:2]) > 1e-9
    seen = turned(faces[towards].reshape(-1, 3), azimuth, tilt)[0]
    layer = Polygons(seen[:, 0], seen[:, 1], fill=tuple(colors[towards].tolist()), outline=EDGE)
    flat, pointed = (int(np.sum(shown.kinds == kind)) for kind in (0, 1))
    n = len(shown.kinds)
    sentence = (
        f"{planes} planes, {n} tile{'s' if n > 1 else ''}, {pointed} pointed and {flat} flat. "
        f"Pushed together: {BODIES[planes]}."
    )
    return solid_scene([layer], sentence, "Tiles of space, pulled apart")


@cache
def _points(design: str, n_points: int) -> Array:
    return designs.make(design, n_points, 3, seed=2)


def in_the_cube(design: str, azimuth: float, tilt: float, n_points: int = 27) -> Scene:
    """The points of a design in the cube, turned; nearer ones are larger. Some may hide behind others."""
    points, look = _points(design, n_points), style(design)
    screen, depth = turned(points, azimuth, tilt)
    order = np.argsort(depth)
    behind, before = cube_edges(azimuth, tilt, ("x", "y", "z"))
    size = np.interp(depth[order], (-75, 75), (8, 19)).astype(np.float32)
    x, y = screen[order].T
    layers = [*behind, Points(x, y, look.color, look.symbol, size, outline=INK, name=design), *before]
    seen = len(np.unique(screen.round(6), axis=0))
    sentence = (
        f"{design}: {seen} of {len(points)} points can be told apart from here, turned by {number(azimuth)}° and "
        f"tilted by {number(tilt)}°."
    )
    return solid_scene(layers, sentence, "Trials in the cube")
