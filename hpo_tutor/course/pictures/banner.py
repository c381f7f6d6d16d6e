"""What greets a reader of the README? A wall of Penrose's tiles, drawn by the room that places trials."""

import numpy as np

from hpo_tutor.course.pictures.nb10.tiles import polygons
from hpo_tutor.designs.multigrid import Multigrid, star
from hpo_tutor.figures.svg_layers import Box, Frame, drawn, px
from hpo_tutor.scenes.stage import Axis, Scene

TILE = 26.0  # pixels that a tile's side is long


def banner(width: int = 900, height: int = 240, symmetry: int = 5, seed: int = 4) -> str:
    """An SVG document filled with the tiles of a multigrid to its edges, one colour a shape.

    Args:
        width: pixels.
        height: pixels.
        symmetry: families of lines; 5 is Penrose's.
        seed: draws their shifts.
    """
    shifts = np.random.default_rng(seed).uniform(-0.5, 0.5, symmetry)
    wall = Multigrid(star(symmetry, 2), shifts - shifts.mean())
    right, up = width / TILE / 2, height / TILE / 2
    tiles = wall.tiles(np.zeros(2), max(right, up) + 2)
    seen = np.all(np.abs(tiles.corners().mean(axis=1)) < [right + 1, up + 1], axis=1)
    scene = Scene(polygons(tiles, seen), Axis("", -right, right), Axis("", -up, up), aspect=height / width)
    frame = Frame(scene, Box(0, 0, width, height))
    body = "".join(drawn(layer, frame) for layer in scene.layers)
    size = f'viewBox="0 0 {px(width)} {px(height)}" width="{px(width)}" height="{px(height)}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img"><title>A wall of tiles</title>{body}</svg>\n'
