"""What happens when darts are thrown that may not land near one another? Hits, misses, and the room that is left.

D        the diameter of a disc: the smallest allowed distance of two centres
dart     a place of the unit square, drawn uniformly; it hits where it is at least D from all centres before it
wrapped  whether the square is joined to itself at opposite sides, so that nothing is near a wall
free     the share of the square where a further centre may lie
"""

from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from hpo_tutor.scenes.layers import AnyLayer, Circles, Line, Points
from hpo_tutor.scenes.looks import GREY, INK, RED, style
from hpo_tutor.scenes.stage import Axis, Board, Scene
from hpo_tutor.scenes.ticks import number
from hpo_tutor.widgets.dials import Dial
from hpo_tutor.widgets.player import Player

Array = NDArray[np.float64]
Truths = NDArray[np.bool_]

LOOK = style("rsa")
WALLS = {"joined": True, "walls": False}
"""What the choice says -> whether the square is wrapped."""
N_CELLS = 300  # along each side of the square, to measure what is free
N_MISSES = 40  # the last so many are drawn
HALVES = ((0.0, "0"), (0.5, "0.5"), (1.0, "1"))
THROWN = (1, 2, 3, 4, 5, 6, 8, 10, 13, 16, 20, 25, 32, 40, 50, 65, 80, 100, 150, 200, 300, 500, 1000, 2000, 5000)


class Throws(NamedTuple):
    """Darts in their order, and which of them hit.

    Attributes:
        darts: (n, 2) places.
        hits: (n,) whether each hit.
    """

    darts: Array
    hits: Truths


def throw(darts: Array, diameter: float, wrapped: bool) -> Throws:
    """Throw these darts (n, 2), one after another."""
    kept = np.empty((0, 2))
    hits = np.zeros(len(darts), dtype=bool)
    for k, dart in enumerate(darts):
        offsets = np.abs(kept - dart)
        if wrapped:
            offsets = np.minimum(offsets, 1 - offsets)
        if np.all((offsets**2).sum(axis=1) >= diameter**2):
            kept, hits[k] = np.vstack([kept, dart]), True
    return Throws(darts, hits)


def copies(points: Array, margin: float) -> Array:
    """Points (n, 2), and their copies beyond the sides of a square that is joined to itself, up to a margin."""
    shifted = np.concatenate([points + np.array([i, j]) for i in (0, -1, 1) for j in (0, -1, 1)])
    return np.asarray(shifted[np.all((shifted > -margin) & (shifted < 1 + margin), axis=1)])


def free_share(points: Array, diameter: float, wrapped: bool) -> float:
    """Share of the square that is at least D from all points, by the middles of 90,000 cells."""
    if not len(points):
        return 1.0
    at = (np.arange(N_CELLS) + 0.5) / N_CELLS
    places = np.stack(np.meshgrid(at, at), axis=-1).reshape(-1, 2)
    seen = cKDTree(copies(points, diameter) if wrapped else points)
    return float(np.mean(seen.query(places, distance_upper_bound=diameter)[0] >= diameter))


def discs(points: Array, diameter: float, wrapped: bool, shade: bool = True) -> list[AnyLayer]:
    """The discs of diameter D around points, and what is forbidden for a further centre: nearer than D to a point."""
    seen = copies(points, diameter) if wrapped else points
    forbidden = Circles(seen[:, 0], seen[:, 1], diameter, GREY, GREY, 0.0, 0.22, name="no centre here" if shade else "")
    return [
        *([forbidden] if shade else []),
        Circles(seen[:, 0], seen[:, 1], diameter / 2, LOOK.color, LOOK.color, 1.5, 0.45, name="disc of diameter D"),
        Points(points[:, 0], points[:, 1], LOOK.color, LOOK.symbol, 7.0, name="point that is kept"),
    ]


class Darts:
    """Darts on a square, with joined sides and with walls.

    Args:
        diameter: D.
        seed: of the darts, which are the same with both.

    Attributes:
        throws: wrapped -> all darts.
        free: wrapped -> (25,) share of the square that is free after each number of ``THROWN``.
    """

    def __init__(self, diameter: float, seed: int = 0) -> None:
        self.diameter = diameter
        darts = np.random.default_rng(seed).random((THROWN[-1], 2))
        self.throws = {wrapped: throw(darts, diameter, wrapped) for wrapped in WALLS.values()}

    @cached_property
    def free(self) -> dict[bool, Array]:
        """The share that is free, measured once for each number of points."""
        shares = {}
        for wrapped, (darts, hits) in self.throws.items():
            kept, total = darts[hits], np.cumsum(hits)
            by_number = [free_share(kept[:n], self.diameter, wrapped) for n in range(len(kept) + 1)]
            shares[wrapped] = np.array([by_number[total[n - 1]] for n in THROWN])
        return shares

    def player(self, label: str) -> Player:
        """The darts, more and more of them, beside the free share."""
        return Player.over(
            self.scene,
            label=label,
            n=Dial("darts thrown", THROWN),
            sides=Dial("sides", list(WALLS)),
            start={"n": 5},
        )

    def scene(self, n: int, sides: str) -> Board:
        """The square after n darts, and how much of it is free."""
        wrapped = WALLS[sides]
        darts, hits = self.throws[wrapped].darts[:n], self.throws[wrapped].hits[:n]
        kept, misses = darts[hits], darts[~hits][-N_MISSES:]
        free = self.free[wrapped]
        here = THROWN.index(n)
        sentence = (
            f"{n:,} darts, {len(kept)} kept. {number(100 * free[here])}\u00a0% of the square is free: that is the "
            "chance of the next dart."
        )
        square = [
            *discs(kept, self.diameter, wrapped),
            Points(misses[:, 0], misses[:, 1], RED, "x", 9.0, 0.8, outline=None, name="dart that missed"),
        ]
        share: list[AnyLayer] = [
            Line(THROWN, 100 * free, GREY, "solid", 2.5),
            Points([n], [100 * free[here]], LOOK.color, LOOK.symbol, 13.0, outline=INK),
        ]
        across = Axis("darts thrown (log scale)", 1, THROWN[-1], log=True)
        return Board(
            [
                [
                    square_scene(square, f"{len(kept)} discs"),
                    Scene(share, across, Axis("free (%)", 0, 100), title="Room for a centre", aspect=1.0),
                ]
            ],
            sentence,
        )


def square_scene(layers: list[AnyLayer], title: str = "", labels: tuple[str, str] = ("x", "y")) -> Scene:
    """The unit square."""
    x, y = (Axis(label, 0, 1, ticks=HALVES) for label in labels)
    return Scene(layers, x, y, title=title, aspect=1.0, grid=False)
