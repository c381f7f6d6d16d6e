"""How do tiles look? The same shape has the same colour in every picture, and each direction a shade of it.

tiles    designs.multigrid.Tiles in the plane
kind     the number of a tile's shape, 0 for the thinnest
fill     "#rrggbb" of each tile: the colour of its kind, lighter or darker by the direction of its long diagonal
parity   of the sum of a tile's lowest integers: neighbours of the same shape and direction differ in it, and one of
         them is a little lighter, so that no two tiles run together though nothing is drawn between them
"""

import math
from collections.abc import Mapping
from functools import cache
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.designs.multigrid import Tiles
from hpo_tutor.designs.multigrid import star as star_of
from hpo_tutor.scenes.layers import Polygons
from hpo_tutor.scenes.looks import BLUE, GREEN, ORANGE, PINK, SKY, mixed

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Whole = NDArray[np.int64]

KINDS = {1: (BLUE,), 2: (ORANGE, BLUE), 3: (ORANGE, BLUE, GREEN), 4: (ORANGE, BLUE, GREEN, SKY)}
"""How many shapes there are -> the colour of each, the thinnest first."""
DEEPEST, PALEST, ODD = -0.28, 0.36, 0.08  # white that a direction mixes in, black below zero; and parity, at most
SIDE = 1.6  # of a tile's rim in pixels; with less, the rims of neighbours leave a trace of the page between them
AROUND = [0, 1, 3, 2]  # corners come as 00, 01, 10, 11


def colors_of(n_kinds: int) -> tuple[str, ...]:
    """The colour of each shape, the thinnest first."""
    return KINDS.get(n_kinds, (ORANGE, BLUE, GREEN, SKY, PINK))


def kind_names(star: Array) -> list[str]:
    """What each shape is called, the thinnest first: "36° rhomb", "square"."""
    pairs = combinations(range(len(star)), 2)
    angles = sorted({_diamond(star[i], star[j]).angle for i, j in pairs})
    return ["square" if angle == 90 else f"{angle:.3g}° rhomb" for angle in angles]


def fills(tiles: Tiles) -> list[str]:
    """The colour of each tile, (m,)."""
    found = _shades(tiles.star.tobytes(), len(tiles.star))
    odd = tiles.lowest.sum(axis=1) % 2
    return [found[i, j, parity] for (i, j), parity in zip(tiles.grids.tolist(), odd.tolist(), strict=True)]


def shades(families: int) -> set[str]:
    """All colours that tiles of the plane's star of so many families have."""
    return set(_shades(star_of(families, 2).tobytes(), families).values())


class _Diamond(NamedTuple):
    """A rhomb's acute angle in degrees, and the direction of its long diagonal in half turns, 0 to 1."""

    angle: float
    turn: float


def _diamond(first: Array, second: Array) -> _Diamond:
    cosine = float(first @ second)
    x, y = first + second if cosine > -1e-9 else first - second
    angle = math.degrees(math.acos(min(abs(cosine), 1.0)))
    return _Diamond(round(angle, 3), round(math.atan2(y, x) / math.pi, 6) % 1)


@cache
def _shades(star: bytes, families: int) -> Mapping[tuple[int, int, int], str]:
    """(family, family, parity) -> colour.

    Directions of a shape get equal steps between the deepest and the palest shade. Their order goes up and down once on
    the way round, so that light seems to come from one side.
    """
    vectors = np.frombuffer(star).reshape(families, 2)
    pairs = {(i, j): _diamond(vectors[i], vectors[j]) for i, j in combinations(range(families), 2)}
    angles = sorted({one.angle for one in pairs.values()})
    palette, found = colors_of(len(angles)), {}
    for color, angle in zip(palette, angles, strict=True):
        turns = {one.turn for one in pairs.values() if one.angle == angle}
        order = sorted(turns, key=lambda turn: (round(math.cos(2 * math.pi * (turn - 0.25)), 6), turn))
        step = (PALEST - DEEPEST) / max(len(order) - 1, 1)
        for (i, j), one in pairs.items():
            if one.angle == angle:
                share = DEEPEST + step * order.index(one.turn) if len(order) > 1 else 0.0
                for parity in (0, 1):
                    found[i, j, parity] = mixed(color, round(share + parity * min(ODD, 0.4 * step), 3))
    return found


def polygons(tiles: Tiles, where: Mask | None = None, *, named: bool = False) -> list[Polygons]:
    """The tiles as layers, one a shape, without seams; ``where`` (m,) chooses some, ``named`` makes a legend."""
    corners, colors = tiles.corners()[:, AROUND], np.array(fills(tiles))
    chosen = np.ones(len(tiles), dtype=bool) if where is None else where
    layers = []
    for kind, name in enumerate(kind_names(tiles.star)):
        some = chosen & (tiles.kinds == kind)
        if some.any():
            x, y = np.moveaxis(corners[some], -1, 0)
            layers.append(
                Polygons(
                    x.ravel(), y.ravel(), fill=tuple(colors[some].tolist()), width=SIDE, name=name if named else ""
                )
            )
    return layers


def tiles_over(places: Array, star: Array, families: Whole, lowest: Whole) -> Whole:
    """How many rhombs lie over each place (n, 2), their sides not counted; (n,).

    A place lies in a rhomb if one gets there from its lowest corner with a share between 0 and 1 of each side.
    ``families`` (m, 2) are the star vectors that are a rhomb's sides, ``lowest`` (m, t) its lowest K.
    """
    steps = places[:, None] - lowest @ star
    shares = np.einsum("nmj,mji->nmi", steps, np.linalg.inv(star[families]))
    return np.asarray(np.all((shares > 0) & (shares < 1), axis=2).sum(axis=1))
