"""What can a picture be made of? Nine kinds of layers, each a few arrays and how they look.

n        points, lines' corners, circles, ...
x, y     (n,) in the units of the scene's axes; on a logarithmic axis the values themselves, positive
share    a length in shares of the panel's width: on an axis from 0 to 1 these are its own units

Layers are drawn in their order, the first at the bottom. A layer with a ``name`` appears in the legend. Colours are
"#rrggbb", "ink" (the page's text) or "page" (its ground).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hpo_tutor.scenes.layer_base import Array, Layer, frozen, known_dash, known_fill
from hpo_tutor.scenes.looks import BLUE, INK, SYMBOLS
from hpo_tutor.scenes.ticks import number


@dataclass(frozen=True, eq=False)
class Heatmap(Layer):
    """A surface as equal cells (on a logarithmic axis: equal on its scale); nan cells stay empty.

    Attributes:
        z: (n_y, n_x) heights; the first row is the lowest.
        x, y: the outer edges of the cells, (low, high); None for the ends of the axes.
        low, high: the heights that get the darkest and the lightest shade; None takes those of ``z``.
        opacity: 0..1.
        name: what the heights are, with unit, for the legend.
        labels: how low and high are written there; None writes the numbers.
    """

    z: NDArray[Any]
    x: tuple[float, float] | None = None
    y: tuple[float, float] | None = None
    low: float | None = None
    high: float | None = None
    opacity: float = 1.0
    name: str = ""
    labels: tuple[str, str] | None = None

    def __post_init__(self) -> None:
        z = np.asarray(self.z, dtype=np.float32)
        if z.ndim != 2 or z.size == 0:
            raise ValueError(f"the heights of a heatmap have shape (n_y, n_x), got {z.shape}")
        if self.low is not None and self.high is not None and not self.low <= self.high:
            raise ValueError(f"low must not be above high, got {self.low} and {self.high}")
        if not np.isfinite(z).any() and (self.low is None or self.high is None):
            raise ValueError("a heatmap needs a finite height, or low and high; all of z is nan")
        object.__setattr__(self, "z", frozen(z))
        low = float(np.nanmin(z)) if self.low is None else float(self.low)
        high = float(np.nanmax(z)) if self.high is None else float(self.high)
        object.__setattr__(self, "low", low)
        object.__setattr__(self, "high", high if high > low else low + 1.0)
        if self.labels is None:
            object.__setattr__(self, "labels", (number(low), number(high)))
        self._settle()


@dataclass(frozen=True, eq=False)
class Points(Layer):
    """Symbols.

    Attributes:
        x, y: (n,) places.
        color: of all.
        symbol: one of ``looks.SYMBOLS``.
        size: diameter in pixels, one for all or (n,).
        opacity: 0..1.
        outline: a thin border in this colour, so that symbols stand out from a surface; None for none.
        name: for the legend.
    """

    x: ArrayLike
    y: ArrayLike
    color: str = BLUE
    symbol: str = "circle"
    size: float | Array = 9.0
    opacity: float = 1.0
    outline: str | None = "#ffffff"
    name: str = ""
    _arrays = ("x", "y")

    def __post_init__(self) -> None:
        if self.symbol not in SYMBOLS:
            raise ValueError(f"a symbol is one of {', '.join(SYMBOLS)}, got {self.symbol!r}")
        self._settle()
        if np.ndim(self.size):
            size = np.ravel(np.asarray(self.size, dtype=np.float32))
            if len(size) != np.size(self.x):
                raise ValueError(
                    f"size must be one number or one for each of {np.size(self.x)} points, got {len(size)}"
                )
            object.__setattr__(self, "size", frozen(size))


@dataclass(frozen=True, eq=False)
class Line(Layer):
    """A line through points, or several over the same x; a nan breaks it.

    Attributes:
        x: (n,) places of its corners.
        y: (n,) heights of its corners; (n, k) for k lines.
        color: of the line.
        dash: one of ``looks.DASHES``.
        width: in pixels.
        opacity: 0..1.
        name: for the legend.
    """

    x: ArrayLike
    y: ArrayLike
    color: str = BLUE
    dash: str = "solid"
    width: float = 2.0
    opacity: float = 1.0
    name: str = ""
    _arrays = ("x", "y")

    def __post_init__(self) -> None:
        known_dash(self.dash)
        y = np.asarray(self.y, dtype=np.float32)
        if y.ndim == 2:
            if len(y) != np.size(self.x):
                raise ValueError(
                    f"several lines need y of shape ({np.size(self.x)}, k), a row for each x, got {y.shape}"
                )
            object.__setattr__(self, "y", frozen(y))
            object.__setattr__(self, "_arrays", ("x",))
        self._settle()


@dataclass(frozen=True, eq=False)
class Band(Layer):
    """The area between two lines.

    Attributes:
        x: (n,) shared places.
        low, high: (n,) its borders.
        color: of the area.
        opacity: 0..1.
        name: for the legend; a band is always named, "mean ± 2 std".
    """

    x: ArrayLike
    low: ArrayLike
    high: ArrayLike
    color: str = BLUE
    opacity: float = 0.25
    name: str = ""
    _arrays = ("x", "low", "high")

    def __post_init__(self) -> None:
        self._settle()


@dataclass(frozen=True, eq=False)
class Circles(Layer):
    """Discs that are round on the screen.

    Attributes:
        x, y: (n,) centres.
        radius: share, one for all or (n,).
        color: of the rim.
        fill: of the inside, one for all or one for each; None leaves it empty.
        width: of the rim in pixels, 0 for none.
        opacity: 0..1, of the inside.
        name: for the legend.
    """

    x: ArrayLike
    y: ArrayLike
    radius: float | Array = 0.05
    color: str = INK
    fill: str | Sequence[str] | None = None
    width: float = 1.5
    opacity: float = 1.0
    name: str = ""
    _arrays = ("x", "y", "radius")

    def __post_init__(self) -> None:
        n = np.size(self.x)
        if np.ndim(self.radius) == 0:
            object.__setattr__(self, "radius", np.full(n, self.radius, dtype=np.float32))
        known_fill(self.fill, n, "circles")
        self._settle()


@dataclass(frozen=True, eq=False)
class Polygons(Layer):
    """Areas with straight sides, all with equally many corners, such as the tiles of a tiling.

    Attributes:
        x, y: (n * corners,) places of the corners, one polygon after another.
        corners: how many each has.
        fill: of the inside, one colour for all or one for each of the n.
        outline: of the sides; None takes the fill's own colour, so that no seam shows between neighbours.
        width: of the sides in pixels.
        opacity: 0..1; below 1 the sides of neighbours, which overlap, are seen a little.
        name: for the legend.
    """

    x: ArrayLike
    y: ArrayLike
    corners: int = 4
    fill: str | Sequence[str] = BLUE
    outline: str | None = None
    width: float = 1.0
    opacity: float = 1.0
    name: str = ""
    _arrays = ("x", "y")

    def __post_init__(self) -> None:
        if self.corners < 3 or np.size(self.x) % self.corners:
            raise ValueError(
                f"polygons have at least 3 corners each, and x holds all corners of all; got corners={self.corners} "
                f"and {np.size(self.x)} places"
            )
        known_fill(self.fill, np.size(self.x) // self.corners, "polygons")
        self._settle()
        if not np.isfinite(np.asarray([self.x, self.y])).all():
            raise ValueError("the corners of polygons must be finite; leave out those that have no place")


@dataclass(frozen=True, eq=False)
class Segments(Layer):
    """Straight pieces.

    Attributes:
        x0, y0, x1, y1: (n,) their ends.
        color: of all.
        dash: one of ``looks.DASHES``.
        width: in pixels.
        opacity: 0..1.
        name: for the legend.
    """

    x0: ArrayLike
    y0: ArrayLike
    x1: ArrayLike
    y1: ArrayLike
    color: str = INK
    dash: str = "solid"
    width: float = 1.5
    opacity: float = 1.0
    name: str = ""
    _arrays = ("x0", "y0", "x1", "y1")

    def __post_init__(self) -> None:
        known_dash(self.dash)
        self._settle()


@dataclass(frozen=True, eq=False)
class Marks(Layer):
    """Ticks along an axis, the shadows of points on it, or lines across the whole panel.

    Attributes:
        at: (n,) places on that axis.
        axis: "x" or "y".
        across: whether they run through the whole panel, rather than stand on its edge.
        color: of all.
        dash: one of ``looks.DASHES``.
        width: in pixels.
        opacity: 0..1.
        name: for the legend.
    """

    at: ArrayLike
    axis: Literal["x", "y"] = "x"
    across: bool = False
    color: str = INK
    dash: str = "solid"
    width: float = 2.0
    opacity: float = 1.0
    name: str = ""
    _arrays = ("at",)

    def __post_init__(self) -> None:
        known_dash(self.dash)
        if self.axis not in ("x", "y"):
            raise ValueError(f'marks stand on axis "x" or "y", got {self.axis!r}')
        self._settle()


@dataclass(frozen=True, eq=False)
class Text(Layer):
    """Words in the picture; markup in them is shown, not obeyed.

    Attributes:
        x, y: (n,) where.
        text: one for each.
        color: of all.
        anchor: which part of a text stands at its place: "start", "middle" or "end".
        size: of the letters, pixels.
        opacity: 0..1.
    """

    x: ArrayLike
    y: ArrayLike
    text: str | Sequence[str]
    color: str = INK
    anchor: Literal["start", "middle", "end"] = "middle"
    size: float = 13.0
    opacity: float = 1.0
    name: str = ""
    _arrays = ("x", "y")

    def __post_init__(self) -> None:
        texts = (self.text,) if isinstance(self.text, str) else tuple(map(str, self.text))
        if len(texts) != np.size(self.x):
            raise ValueError(f"each of {np.size(self.x)} places needs one text, got {len(texts)}")
        if self.anchor not in ("start", "middle", "end"):
            raise ValueError(f'the anchor of a text is "start", "middle" or "end", got {self.anchor!r}')
        object.__setattr__(self, "text", texts)
        self._settle()


AnyLayer = Heatmap | Points | Line | Band | Circles | Polygons | Segments | Marks | Text
