"""How does a tiling grow out of a multigrid? Tile by tile, from the middle; and what a whole wall of tiles looks like.

age      of a tile: its number in the order of the distance of its crossing from the middle
frame    so many of the oldest tiles; 1, 2, 3, and then more at a time
"""

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.course.pictures.nb10.lines import all_lines
from hpo_tutor.course.pictures.nb10.tiles import Mask, colors_of, kind_names, polygons
from hpo_tutor.designs.multigrid import Multigrid, Tiles, star
from hpo_tutor.scenes.layers import AnyLayer, Circles, Points
from hpo_tutor.scenes.looks import INK
from hpo_tutor.scenes.stage import Axis, Board, Scene, beside

Array = NDArray[np.float64]

FACTOR = 1.22  # how many times more tiles the next frame has, at least one more
WIDE, HIGH = 15.6, 7.8  # half the sides of the poster, in sides of a tile
SPECIAL = {3: "cubes, seen from a corner", 4: "8-fold, Ammann and Beenker's", 5: "5-fold, Penrose's", 6: "12-fold"}


def penrose(seed: int = 0) -> Multigrid:
    """A Penrose tiling with its star upright: five families whose shifts have the sum zero.

    The shifts are drawn from a seed, as Multigrid.draw does, but nothing is rotated.
    """
    return upright(5, seed)


def upright(families: int, seed: int) -> Multigrid:
    """The multigrid of a star that is not rotated, with shifts of sum zero drawn from a seed."""
    drawn = Multigrid.draw(families, 2, np.random.default_rng(seed))
    return Multigrid(star(families, 2), drawn.shifts)


def counts(last: int) -> list[int]:
    """1, 2, 3, ... tiles: each frame has at least one more and about a fifth more, until the last."""
    found = [1]
    while found[-1] < last:
        found.append(min(last, max(found[-1] + 1, round(found[-1] * FACTOR))))
    return found


def growth(multigrid: Multigrid, n_tiles: int) -> list[Board]:
    """Frames of the tiling as it grows from the middle: lines and crossings on the left, tiles on the right."""
    half = 0.62 * float(np.sqrt(n_tiles / multigrid.density))
    centre = (multigrid.shifts + 0.5) @ multigrid.star
    tiles = multigrid.tiles(centre, half + 3)
    away = np.hypot(*tiles.crossings.T)
    age = np.argsort(np.argsort(away, kind="stable"))
    frames, numbers = [], counts(n_tiles)
    left: list[AnyLayer] = []
    right: list[AnyLayer] = []
    reach = float(np.sort(away)[n_tiles - 1]) * 1.04
    grid = all_lines(multigrid, reach, 0.75)
    across, along = Axis("", -reach, reach, ticks=()), 2.5 * reach
    x_axis, y_axis = (Axis("", middle - along, middle + along, ticks=()) for middle in centre.tolist())
    for low, high in zip([0, *numbers], numbers, strict=False):
        new = (age >= low) & (age < high)
        right += polygons(tiles, new, named=True)
        left += _dots(tiles, new)
        radius = float(away[age == high - 1][0])
        disc = Circles([0], [0], radius / (2 * reach), color=INK, width=1.5)
        thin, thick = (int(np.sum(tiles.kinds[age < high] == kind)) for kind in (0, 1))
        frames.append(
            beside(
                Scene([grid, *left, disc], across, across, title="Crossings", aspect=1, grid=False),
                Scene(tuple(right), x_axis, y_axis, title="Tiles", aspect=1, grid=False),
                sentence=f"{high} crossings, {high} tiles: {thick} thick and {thin} thin.",
            )
        )
    return frames


def _dots(tiles: Tiles, some: Mask) -> list[AnyLayer]:
    """The crossings of some tiles, in the colours of their shapes."""
    palette = colors_of(len(kind_names(tiles.star)))
    shown = [(kind, tiles.crossings[some & (tiles.kinds == kind)]) for kind in range(len(palette))]
    return [Points(at[:, 0], at[:, 1], palette[kind], "circle", 4.0, outline=None) for kind, at in shown if len(at)]


def poster(families: int, draw: int, points: bool = False) -> Scene:
    """A wall of tiles, coloured by shape and shaded by direction; ``points`` marks the corners."""
    multigrid = upright(families, draw)
    tiles = multigrid.tiles(np.zeros(2), WIDE)
    corners = tiles.corners()
    seen = (corners[..., 0].min(axis=1) < WIDE) & (corners[..., 0].max(axis=1) > -WIDE)
    seen &= (corners[..., 1].min(axis=1) < HIGH) & (corners[..., 1].max(axis=1) > -HIGH)
    layers: list[AnyLayer] = list(polygons(tiles, seen))
    vertices = multigrid.vertices(np.zeros(2), WIDE)
    vertices = vertices[np.abs(vertices[:, 1]) <= HIGH]
    if points:
        layers.append(
            Points(vertices[:, 0], vertices[:, 1], "#ffffff", "circle", 6.0, outline="#000000", name="corner")
        )
    numbers = [int(np.sum(seen & (tiles.kinds == kind))) for kind in range(len(kind_names(tiles.star)))]
    shapes = [_told(n, name) for n, name in zip(numbers, kind_names(tiles.star), strict=True)]
    called = f" ({SPECIAL[families]})" if families in SPECIAL else ""
    sentence = f"{families} families of lines{called}: {', '.join(shapes)}; {len(vertices)} corners in the picture."
    return Scene(
        layers,
        Axis("", -WIDE, WIDE, ticks=()),
        Axis("", -HIGH, HIGH, ticks=()),
        sentence,
        aspect=HIGH / WIDE,
        grid=False,
    )


def _told(n: int, name: str) -> str:
    """So many tiles in words, with no two numbers side by side: "254 rhombs of 36°"."""
    angle, _, shape = name.rpartition(" ")
    return f"{n} {shape}s of {angle}" if angle else f"{n} {shape}s"
