"""How far can spheres be inflated? Until N of them just fit, on a square; until two touch, in a cube to be turned.

D       diameter of all spheres, the smallest distance of two centres
count   how many points a square holds that is filled at random until no more fits
"""

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hpo_tutor import designs
from hpo_tutor.course.pictures.nb09.discs import LOOK, copies, square_scene
from hpo_tutor.designs.measures import n_distinct, smallest_distance
from hpo_tutor.scenes.layers import AnyLayer, Circles, Line, Marks, Points, Segments, Text
from hpo_tutor.scenes.looks import GREY, INK, channels_of, style
from hpo_tutor.scenes.solids import cube_edges, share, solid_scene, turned
from hpo_tutor.scenes.stage import Axis, Board, Scene, beside
from hpo_tutor.scenes.ticks import number
from hpo_tutor.widgets.dials import Dial
from hpo_tutor.widgets.player import Player

Array = NDArray[np.float64]

AZIMUTHS, TILTS = range(-48, 49, 8), range(-40, 41, 8)
PARAMETERS = ("first", "second", "third")
RIM, GLOSS, OFF = 0.94, 0.3, 0.38  # body, light spot and its place, in radii of a ball
DARKEST = 0.5  # of a ball at the far end of the cube


class Inflation:
    """Saturated squares of many diameters, all filled with the same random numbers.

    Args:
        diameters: (k,) in increasing order.
        n_wanted: N.
        seed: of the darts.

    Attributes:
        packed: D -> (count, 2) all points, in the order in which they came.
        counts: (k,) how many.
    """

    def __init__(self, diameters: Sequence[float], n_wanted: int, seed: int = 0) -> None:
        self.diameters, self.n_wanted = [float(d) for d in diameters], n_wanted
        self.packed = {d: designs.saturate(d, 2, seed=seed) for d in self.diameters}
        self.counts = np.array([len(points) for points in self.packed.values()])

    @property
    def largest(self) -> float:
        """The largest of the diameters with which at least N points came."""
        return max(d for d, points in self.packed.items() if len(points) >= self.n_wanted)

    def player(self, label: str) -> Player:
        """A slider over the diameter."""
        return Player.over(self.scene, label=label, diameter=Dial("diameter D", self.diameters))

    def scene(self, diameter: float) -> Board:
        """The square filled with discs of this diameter; the first N are solid."""
        points = self.packed[diameter]
        first, rest = points[: self.n_wanted], points[self.n_wanted :]
        layers: list[AnyLayer] = []
        for some, color, opacity, name in (
            (first, LOOK.color, 0.5, f"the first {self.n_wanted}"),
            (rest, GREY, 0.15, "too many"),
        ):
            seen = copies(some, diameter)
            layers.append(Circles(seen[:, 0], seen[:, 1], diameter / 2, color, color, 1.5, opacity, name=name))
        layers.append(Points(points[:, 0], points[:, 1], INK, "circle", 4.0, outline=None))
        sentence = f"D = {number(diameter)}: {len(points)} discs, then no more fits. Wanted: {self.n_wanted}."
        return beside(square_scene(layers, f"{len(points)} discs"), self._counts(diameter), sentence=sentence)

    def _counts(self, diameter: float) -> Scene:
        layers: list[AnyLayer] = [
            Marks([self.n_wanted], "y", across=True, color=INK, dash="dash", width=1.5, name="wanted"),
            Line(self.diameters, self.counts, GREY, "solid", 2.5, name="how many fit"),
            Points([diameter], [len(self.packed[diameter])], LOOK.color, LOOK.symbol, 13.0, outline=INK),
        ]
        across = Axis("diameter D", self.diameters[0], self.diameters[-1])
        up = Axis("discs", 0, float(self.counts.max()) * 1.05)
        return Scene(layers, across, up, title="How many fit", aspect=1.0)


def cube_player(label: str, names: Sequence[str], n: int = 27) -> Player:
    """A cube of balls that is turned by dragging, or by the keys."""
    return Player.over(
        lambda azimuth, tilt, design: cube(design, n, azimuth, tilt),
        label=label,
        drag=("azimuth", "tilt"),
        start={"azimuth": 24, "tilt": -16},
        azimuth=Dial("turn", list(AZIMUTHS), unit="degrees"),
        tilt=Dial("tilt", list(TILTS), unit="degrees"),
        design=Dial("design", list(names)),
    )


def cube(name: str, n: int, azimuth: float, tilt: float) -> Board:
    """A design of n points in the cube, each a ball as large as the nearest two allow, and its three shadows."""
    points = cubed(name, n)
    diameter = smallest_distance(points)
    screen, depth = turned(points, azimuth, tilt)
    order = np.argsort(depth)
    behind, before = cube_edges(azimuth, tilt, PARAMETERS)
    balls = _balls(screen[order], depth[order], share(diameter / 2), style(name).color)
    filled = len(points) * np.pi / 6 * diameter**3
    sentence = (
        f"{name}: {len(points)} balls of diameter {number(diameter)}, the distance of the nearest two. All balls "
        f"together are {number(100 * filled)}\u00a0% as large as the cube."
    )
    return beside(solid_scene([*behind, balls, *before], title=name), _shadows(name, n), sentence=sentence)


@cache
def _shadows(name: str, n: int) -> Scene:
    """What each hyperparameter alone sees of the points: a tick for each, and how many differ."""
    points, layers = cubed(name, n), list[AnyLayer]()
    for axis, values in enumerate(points.T):
        middle = np.full(len(values), 2.0 - axis)
        layers.append(Segments(values, middle - 0.28, values, middle + 0.28, color=style(name).color, width=2.5))
    counts = [f"{parameter}: {n} values" for parameter, n in zip(PARAMETERS, n_distinct(points), strict=True)]
    layers.append(Text(np.zeros(3), np.array([2.38, 1.38, 0.38]), counts, anchor="start", size=13.0))
    x, y = Axis("value", -0.02, 1.02), Axis("", -0.5, 2.7, ticks=())
    return Scene(layers, x, y, title="Seen along each axis", aspect=1.0, grid=False)


@cache
def cubed(name: str, n: int) -> Array:
    """A design of n points in the cube."""
    return designs.make(name, n, 3, 0)


def _balls(screen: Array, depth: Array, radius: float, color: str) -> Circles:
    """Balls from the farthest to the nearest: each a dark rim, a body that is darker far away, and a spot of light."""
    near = (depth - depth.min()) / max(float(np.ptp(depth)), 1e-9)
    shift = np.array([[0.0, 0.0], [0.0, 0.0], [-OFF, OFF]]) * radius * 2 * _half_panel()
    places = (screen[:, None] + shift).reshape(-1, 2)
    radii = np.tile(np.array([1.0, RIM, GLOSS], dtype=np.float32) * radius, len(screen)).astype(np.float32)
    fills = []
    for t in near:
        body = _mixed(color, "#000000", (1 - t) * DARKEST)
        fills += [_mixed(body, "#000000", 0.45), body, _mixed(body, "#ffffff", 0.35)]
    return Circles(places[:, 0], places[:, 1], radii, fill=fills, width=0.0)


def _half_panel() -> float:
    axis = solid_scene([]).x
    return (axis.high - axis.low) / 2


def _mixed(color: str, other: str, part: ArrayLike) -> str:
    """A colour with a part of another one in it."""
    a, b = np.array(channels_of(color)), np.array(channels_of(other))
    return "#" + "".join(f"{round(float(value)):02x}" for value in a + np.asarray(part) * (b - a))
