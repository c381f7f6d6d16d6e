"""How much of a grid's result is where it was put? A grid to be dragged, beside its results at all places.

n       levels on each axis
kind    which grid, by its design's name: "grid" has levels on the ends of its ranges, "grid-midpoints" in n equal cells
shift   how far a range was moved from its middle place, in powers of ten
place   a pair of shifts, of the two ranges
"""

import math
from collections.abc import Mapping
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpo_tutor import designs
from hpo_tutor.course.pictures.nb02.lattices import short
from hpo_tutor.scenes.layers import AnyLayer, Line, Marks, Points, Segments, Text
from hpo_tutor.scenes.looks import GREY, INK, style
from hpo_tutor.scenes.stage import Axis, Board, Scene, beside
from hpo_tutor.scenes.surfaces import landscape, loss_label
from hpo_tutor.scenes.ticks import number
from hpo_tutor.search_space import Float
from hpo_tutor.widgets.dials import Dial
from hpo_tutor.widgets.player import Player

Array = NDArray[np.float64]

SPOKEN = {"grid": "edges", "grid-midpoints": "midpoints"}
DIM = 0.35  # opacity of the dots of the other kind
N_BINS = 44
FOOT, ROOM = 0.06, 0.72  # of the height of a row: below its dots, and for its highest pile


class Placements:
    """A grid in two ranges that may be moved over a surface: the lowest loss of its points at each place.

    Each range takes a share of its axis. In the middle place it leaves as much room below as above, and it may be moved
    until it touches the end of the axis. With 5 levels on the edges and 80 % of the axis, that is half of the way from
    one level to the next, so that the levels come by everywhere between the first and the last.

    Args:
        objective: a landscape over two logarithmic hyperparameters.
        n: levels on each axis.
        n_steps: places along each axis, an odd number.
        share: of each axis that a range takes.

    Attributes:
        shifts: (2, n_steps), along the first and along the second hyperparameter.
        losses: kind -> (n_steps, n_steps) lowest expected loss among the n^2 points; the first index is that of x.
        noise: standard deviation of one training, root mean square over the best tenth of the recorded points.

    Raises:
        ValueError: a hyperparameter is not a number on a logarithmic scale, or there are not two.
    """

    def __init__(self, objective: Any, n: int = 5, n_steps: int = 17, share: float = 0.8) -> None:
        self.domains: list[Float] = list(objective.space.domains.values())
        if len(self.domains) != 2 or not all(isinstance(domain, Float) and domain.log for domain in self.domains):
            raise ValueError(f"placements need two hyperparameters on logarithmic scales, got {objective.space!r}")
        self.objective, self.n, self.share = objective, n, share
        self._decades = [math.log10(domain.high / domain.low) for domain in self.domains]
        margins = np.linspace(-1, 1, n_steps) * (1 - share) / 2
        self.shifts = np.array([decades * margins for decades in self._decades])
        self.losses = {
            kind: np.array([[min(self._expected(x, y, kind)) for y in self.shifts[1]] for x in self.shifts[0]])
            for kind in SPOKEN
        }
        _, means, spread = objective.grid()
        self.noise = float(np.sqrt(np.mean(spread[means <= np.quantile(means, 0.1)] ** 2)))

    def ends(self, axis: int, shift: float) -> tuple[float, float]:
        """The ends of the range of one hyperparameter, at this shift."""
        low, high = self._values(axis, shift, np.array([0.0, 1.0]))
        return low, high

    def points(self, x: float, y: float, kind: str) -> Array:
        """The grid's points (n^2, 2) in the values of the hyperparameters, at this place."""
        shares = designs.make(kind, self.n, 1)[:, 0]
        return np.array(list(product(self._values(0, x, shares), self._values(1, y, shares))))

    def extreme(self, kind: str, *, worst: bool) -> dict[str, Any]:
        """The player's settings at the unluckiest place of a kind, or at the luckiest."""
        losses = self.losses[kind]
        i, j = np.unravel_index(int(losses.argmax() if worst else losses.argmin()), losses.shape)
        return {"x": float(self.shifts[0, i]), "y": float(self.shifts[1, j]), "levels_on": SPOKEN[kind]}

    def told(self, place: Mapping[str, Any]) -> str:
        """How a place is set in the player, in words."""
        x, y = (self._texts(axis)[self._step(axis, place[name])] for axis, name in enumerate("xy"))
        first, second = self.objective.space.names
        return f"{first}: {x}; {second}: {y}; levels on: {place['levels_on']}"

    def player(self, label: str, start: Mapping[str, Any] | None = None) -> Player:
        """The grid on the surface, to be dragged, beside the best losses of all places.

        Args:
            label: the heading.
            start: x, y and levels_on of the place shown first; None for the middle, levels on the edges.
        """
        x, y = (
            Dial(name, self.shifts[axis].tolist(), texts=self._texts(axis))
            for axis, name in enumerate(self.objective.space.names)
        )
        middle = {"x": 0.0, "y": 0.0, "levels_on": "edges"}
        dials: dict[str, Any] = {"x": x, "y": y, "levels_on": Dial("levels on", list(SPOKEN.values()))}
        return Player.over(self.scene, label=label, drag=("x", "y"), start={**middle, **(start or {})}, **dials)

    def scene(self, x: float, y: float, levels_on: str) -> Board:
        """The surface with the grid at this place, beside the strip of all places."""
        kind = next(kind for kind, spoken in SPOKEN.items() if spoken == levels_on)
        losses = self._expected(x, y, kind)
        best = int(np.argmin(losses))
        luckier = float(np.mean(self.losses[kind] < losses[best] - 1e-9))
        sentence = (
            f"Levels on the {levels_on}: the best of {self.n**2} points has loss {number(losses[best])}, "
            f"{losses[best] - self.objective.optimum:.4f} above the lowest of the surface. "
            f"{100 * luckier:.0f} % of all places are luckier."
        )
        surface, *star = self._map.layers
        layers = [surface, *self._grid(x, y, kind, best), *star]
        base, (x_axis, y_axis) = self._map, self._strip_axes
        dots = [*self._strip[kind], self._here(x, y, kind)]
        return beside(
            Scene(layers, base.x, base.y, title="Drag the grid", aspect=base.aspect, grid=False),
            Scene(dots, x_axis, y_axis, title="Its best loss, at each place", aspect=base.aspect),
            sentence=sentence,
        )

    def _values(self, axis: int, shift: float, shares: Array) -> list[float]:
        """The values of one hyperparameter at these shares of its range."""
        u = 0.5 + shift / self._decades[axis] + self.share * (shares - 0.5)
        return [self.domains[axis].from_unit(one) for one in np.clip(u, 0, 1)]  # rounding may step over an end

    def _expected(self, x: float, y: float, kind: str) -> list[float]:
        names, expected = self.objective.space.names, self.objective.expected
        return [expected(dict(zip(names, point, strict=True))) for point in self.points(x, y, kind).tolist()]

    def _texts(self, axis: int) -> list[str]:
        """Each place of a range as one would write it, ends to two digits."""
        return [" to ".join(short(end) for end in self.ends(axis, shift)) for shift in self.shifts[axis]]

    def _step(self, axis: int, shift: float) -> int:
        return int(np.argmin(np.abs(self.shifts[axis] - shift)))

    @cached_property
    def _map(self) -> Scene:
        return landscape(self.objective)

    def _grid(self, x: float, y: float, kind: str, best: int) -> list[AnyLayer]:
        """The two ranges as a box, the grid, its best point, and the way from there to the optimum."""
        (left, right), (bottom, top) = self.ends(0, x), self.ends(1, y)
        points, look = self.points(x, y, kind), style(kind)
        found, goal = points[best], self.objective.minimisers[0]
        box = [left, right, right, left, left], [bottom, bottom, top, top, bottom]
        return [
            Line(*box, look.color, "dash", 2.0),
            Segments(found[:1], found[1:], goal[:1], goal[1:], color="#ffffff", dash="dot", width=2.0),
            Points(points[:, 0], points[:, 1], look.color, look.symbol, 9.0, name=SPOKEN[kind]),
            Points(found[:1], found[1:], look.color, look.symbol, 19.0, outline="#000000"),
        ]

    @cached_property
    def _strip_axes(self) -> tuple[Axis, Axis]:
        highest, lowest = max(float(losses.max()) for losses in self.losses.values()), self.objective.optimum
        room = highest - lowest
        x_axis = Axis(loss_label(self.objective), lowest - 0.08 * room, highest + 0.06 * room)
        return x_axis, Axis("", 0, len(SPOKEN), ticks=())

    @cached_property
    def _piles(self) -> dict[str, tuple[Array, Array]]:
        """Where the dot of each place stands, (n_steps, n_steps) for x and for y: nearly equal losses are piled up."""
        x_axis, lowest = self._strip_axes[0], self.objective.optimum
        width = (x_axis.high - x_axis.low) / N_BINS
        bins = {kind: np.floor((losses - lowest) / width) for kind, losses in self.losses.items()}
        ranks = {kind: np.zeros(losses.shape) for kind, losses in self.losses.items()}
        for kind, losses in self.losses.items():
            for one in np.unique(bins[kind]):
                inside = np.flatnonzero(bins[kind] == one)
                inside = inside[np.argsort(losses.ravel()[inside], kind="stable")]
                ranks[kind].ravel()[inside] = np.arange(len(inside))
        highest = max(1.0, *(float(rank.max()) for rank in ranks.values()))
        return {
            kind: (lowest + (bins[kind] + 0.5) * width, row + FOOT + ROOM * ranks[kind] / highest)
            for row, kind in enumerate(SPOKEN)
        }

    @cached_property
    def _strip(self) -> dict[str, list[AnyLayer]]:
        """What lies below the large dot, for each kind that may be chosen."""
        x_axis, lowest = self._strip_axes[0], self.objective.optimum
        shared: list[AnyLayer] = [
            Marks([lowest], "x", across=True, color=INK, dash="dash", name="lowest loss of the surface"),
            Segments(
                [lowest], [0.92], [lowest + self.noise], [0.92], color=GREY, width=5.0, name="noise of one training"
            ),
            Text([x_axis.high] * 2, [0.84, 1.84], [f"{spoken}  " for spoken in SPOKEN.values()], anchor="end"),
        ]
        dots = {(kind, opacity): self._dots(kind, opacity) for kind in SPOKEN for opacity in (DIM, 1.0)}
        return {
            chosen: [*shared, *(dots[kind, 1.0 if kind == chosen else DIM] for kind in SPOKEN)] for chosen in SPOKEN
        }

    def _dots(self, kind: str, opacity: float) -> Points:
        across, up = self._piles[kind]
        look = style(kind)
        return Points(across.ravel(), up.ravel(), look.color, look.symbol, 5.0, opacity, None)

    def _here(self, x: float, y: float, kind: str) -> Points:
        i, j = self._step(0, x), self._step(1, y)
        across, up = self._piles[kind]
        look = style(kind)
        return Points(across[i : i + 1, j], up[i : i + 1, j], look.color, look.symbol, 19.0, outline=INK)
