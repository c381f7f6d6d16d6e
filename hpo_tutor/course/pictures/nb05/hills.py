"""Where in the plane of length scale and noise are the data least surprising, and does a ball find its way there?

x, y         (n, 1), (n,)  observations
n_l, n_s                   numbers of length scales and of noises on the map
surprise     (n_s, n_l)    minus the log marginal likelihood in nats; the first row has the least noise
place        (i, j)        a cell of the map: noise i, length scale j
depth                      how far one must climb to leave a valley for a deeper one, in nats
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.course.pictures.nb05.seen import believed
from hpo_tutor.scenes.layers import AnyLayer, Heatmap, Line, Points
from hpo_tutor.scenes.looks import ORANGE
from hpo_tutor.scenes.stage import Axis, Board, Scene, beside
from hpo_tutor.scenes.ticks import number
from hpo_tutor.surrogates import GaussianProcess, Kernel
from hpo_tutor.widgets import Dial, Workbench

Array = NDArray[np.float64]
Place = tuple[int, int]

SHOWN = 9.0  # nats above the deepest place; what lies higher has the lightest shade


@dataclass(frozen=True, eq=False)
class Hills:
    """The surprise of some data under every length scale and noise of a map.

    Attributes:
        x, y: the observations, (n, 1) and (n,).
        length_scales: (n_l,) at equal ratios.
        noises: (n_s,) standard deviations at equal ratios, in GeV as y.
        shape: of the kernel. Its amplitude is the standard deviation of y, and the prior mean the mean of y.
    """

    x: Array
    y: Array
    length_scales: Array
    noises: Array
    shape: str = "rbf"

    def process(self, place: Place) -> GaussianProcess:
        """The Gaussian process of that place, which knows the data."""
        i, j = place
        kernel = Kernel(self.shape, self.length_scales[j], self.y.std(), self.noises[i])
        return GaussianProcess(kernel, float(self.y.mean())).condition(self.x, self.y)

    @cached_property
    def surprise(self) -> Array:
        """Minus the log marginal likelihood on the whole map."""
        # noise^2 I adds noise^2 to each eigenvalue, so that one decomposition serves a whole column
        columns = []
        for length_scale in self.length_scales:
            values, vectors = np.linalg.eigh(Kernel(self.shape, length_scale, self.y.std())(self.x))
            along = ((self.y - self.y.mean()) @ vectors) ** 2
            spread = np.maximum(values, 0) + self.noises[:, None] ** 2
            columns.append(0.5 * (along / spread + np.log(2 * np.pi * spread)).sum(axis=1))
        return np.stack(columns, axis=1)

    def roll(self, place: Place) -> list[Place]:
        """The way of a ball from a place to the bottom of its valley, always to the lowest place within two cells.

        The map cuts a narrow valley that runs aslant into dents of one cell; the ball is too large for them.
        """
        path = [place]
        while (lowest := min(self._around(path[-1], reach=2), key=self._height)) != path[-1]:
            path.append(lowest)
        return path

    def bottoms(self, depth: float = 0.3) -> list[Place]:
        """The bottoms of all valleys of that depth or more, the deepest first.

        Water rises from below. Where two lakes meet, the shallower one has found its pass.
        """
        lake: dict[Place, Place] = {}  # cell under water -> the bottom of its lake
        deep: list[Place] = []
        for index in np.argsort(self.surprise, axis=None, kind="stable"):
            i, j = (int(k) for k in np.unravel_index(index, self.surprise.shape))
            cell: Place = (i, j)
            shores = sorted({lake[near] for near in self._around(cell) if near in lake}, key=self._height)
            deep += [shore for shore in shores[1:] if self._height(cell) - self._height(shore) >= depth]
            joined = shores[0] if shores else cell
            for near, bottom in lake.items() if len(shores) > 1 else ():
                lake[near] = joined if bottom in shores else bottom
            lake[cell] = joined
        return sorted([*deep, joined], key=self._height)

    def settings(self, place: Place) -> dict[str, float]:
        """Length scale, and noise in MeV, of a place."""
        return {"length_scale": float(self.length_scales[place[1]]), "noise": 1000 * float(self.noises[place[0]])}

    def _height(self, place: Place) -> float:
        return float(self.surprise[place])

    def _around(self, place: Place, reach: int = 1) -> list[Place]:
        """The cells of a square around a place, itself first."""
        rows, columns = (
            range(max(k - reach, 0), min(k + reach + 1, n)) for k, n in zip(place, self.surprise.shape, strict=True)
        )
        return [place, *((i, j) for i in rows for j in columns)]


def hill_bench(maps: Mapping[str, Hills], rates: Array, *, surprise_me: Mapping[str, Any]) -> Workbench:
    """Sliders for length scale and noise, the belief they lead to, and the ball in the landscape of the surprise.

    A click in the landscape puts the ball there; "Fit" lets it roll into its valley.

    Args:
        maps: name of some data -> its map; all have the same length scales and noises.
        rates: (m,) learning rates, the ends of the axis on which x runs from 0 to 1.
        surprise_me: a preset, settings of the dials.
    """
    first = next(iter(maps.values()))

    def make(data: str, length_scale: float, noise: float, path: Sequence[Place]) -> Board:
        return ball(maps[data], rates, place_of(first, length_scale, noise), path)

    def fit(data: str, length_scale: float, noise: float, **_: Any) -> dict[str, Any]:
        path = maps[data].roll(place_of(first, length_scale, noise))
        return {**first.settings(path[-1]), "path": tuple(path)}

    def pick(scene: int, x: float, y: float, **_: Any) -> dict[str, Any]:
        return {"length_scale": x, "noise": y, "path": ()} if scene == 0 else {}

    middle = first.settings((len(first.noises) // 2, len(first.length_scales) // 2))
    return Workbench(
        make,
        label="Two sliders, and the landscape they live in",
        start={"data": next(iter(maps)), **middle},
        state={"path": ()},
        pick=pick,
        actions={"Fit: let the ball roll": fit},
        presets={"Surprise me": {**surprise_me, "path": ()}},
        data=Dial("trainings", list(maps)),
        length_scale=Dial("length scale", first.length_scales.tolist(), unit="of the axis"),
        noise=Dial("noise", (1000 * first.noises).tolist(), unit="MeV"),
    )


def place_of(hills: Hills, length_scale: float, noise: float) -> Place:
    """The cell of the map that is nearest, in ratios; the noise in MeV."""
    i = int(np.argmin(np.abs(np.log(1000 * hills.noises / noise))))
    return i, int(np.argmin(np.abs(np.log(hills.length_scales / length_scale))))


def ball(hills: Hills, rates: Array, place: Place, path: Sequence[Place] = ()) -> Board:
    """The belief at a place of the map, and the ball there; the way it came, if it came by rolling."""
    gp = hills.process(place)
    surprise, lowest = float(hills.surprise[place]), float(hills.surprise.min())
    layers: list[AnyLayer] = [
        Heatmap(
            np.sqrt(hills.surprise - lowest),  # so that half a nat is seen beside nine
            _edges(hills.length_scales),
            _edges(1000 * hills.noises),
            0,
            SHOWN**0.5,
            name="nats above the lowest surprise",
            labels=("0", f"{SHOWN:g} or more"),
        )
    ]
    if path and path[-1] == place:
        rows, columns = np.transpose(path)
        layers.append(Line(hills.length_scales[columns], 1000 * hills.noises[rows], ORANGE, "dot", 3, name="its way"))
    at = hills.settings(place)
    layers.append(Points([at["length_scale"]], [at["noise"]], ORANGE, "circle", 18, outline="#ffffff", name="the ball"))
    landscape = Scene(
        layers,
        Axis("length scale (share of the axis)", *_edges(hills.length_scales), log=True),
        Axis("noise (MeV)", *_edges(1000 * hills.noises), log=True),
        title=f"Surprise here: {number(surprise - lowest)} above the lowest",
        aspect=0.8,
        grid=False,
    )
    belief = believed(gp, rates, title=f"{len(hills.y)} trainings", aspect=0.8)
    sentence = (
        f"Length scale {number(at['length_scale'])} of the axis, noise {number(at['noise'])} MeV: "
        f"the surprise is {number(surprise)} nats, the lowest on the map {number(lowest)}."
    )
    return beside(landscape, belief, sentence=sentence)  # the keyboard's cross begins in the first


def _edges(middles: Array) -> tuple[float, float]:
    """The outer edges of cells at equal ratios."""
    half = float(np.sqrt(middles[1] / middles[0]))
    return float(middles[0] / half), float(middles[-1] * half)
