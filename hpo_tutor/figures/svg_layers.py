"""How is each kind of layer written as SVG? The same shapes as a player draws, as text.

Places are pixels of the picture, from its top left corner.
"""

import base64
import math
import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from html import escape
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.figures.theme import FALLBACK, INK
from hpo_tutor.scenes import looks
from hpo_tutor.scenes.layers import AnyLayer, Band, Circles, Heatmap, Line, Marks, Points, Polygons, Segments, Text
from hpo_tutor.scenes.stage import Axis, Scene

Array = NDArray[Any]

PAGE_COLOR = "var(--jp-layout-color0, var(--vscode-editor-background, transparent))"
OWN = {looks.INK: (FALLBACK, INK), looks.PAGE: ("none", PAGE_COLOR)}
"""The page's own colours: what stands in for them where there are no CSS variables, and their variables."""


class Box(NamedTuple):
    """Where a panel lies in the picture."""

    left: float
    top: float
    width: float
    height: float


class Frame:
    """From the values of a scene to pixels."""

    def __init__(self, scene: Scene, box: Box) -> None:
        self.box = box
        self.x = _scale(scene.x, box.left, box.left + box.width)
        self.y = _scale(scene.y, box.top + box.height, box.top)

    def holds(self, left: float, down: float) -> bool:
        """Whether a pixel lies in the panel, its rim included; what is beyond it is not drawn."""
        across, along = left - self.box.left, down - self.box.top
        return -0.5 <= across <= self.box.width + 0.5 and -0.5 <= along <= self.box.height + 0.5

    def path(self, x: Array, y: Array) -> str:
        """The path of a line, broken where a number is missing."""
        words, pen = [], "M"
        for left, down in zip(self.x(x), self.y(y), strict=True):
            if math.isfinite(left) and math.isfinite(down):
                words.append(f"{pen}{px(left)} {px(down)}")
                pen = "L"
            else:
                pen = "M"
        return "".join(words)


def drawn(layer: AnyLayer, frame: Frame) -> str:
    """The elements of a layer."""
    return "".join(_DRAWN[type(layer)](layer, frame))


def _heatmap(layer: Heatmap, frame: Frame) -> Iterator[str]:
    box = frame.box
    xs = [box.left, box.left + box.width] if layer.x is None else frame.x(np.array(layer.x)).tolist()
    ys = [box.top + box.height, box.top] if layer.y is None else frame.y(np.array(layer.y)).tolist()
    low, high = float(layer.low or 0.0), float(layer.high or 0.0)
    yield (
        f'<image x="{px(xs[0])}" y="{px(ys[1])}" width="{px(xs[1] - xs[0])}" height="{px(ys[0] - ys[1])}" '
        f'preserveAspectRatio="none" opacity="{layer.opacity:g}" style="image-rendering:pixelated" '
        f'href="data:image/png;base64,{_png((layer.z - low) / (high - low))}"/>'
    )


def _points(layer: Points, frame: Frame) -> Iterator[str]:
    sizes = np.broadcast_to(np.asarray(layer.size), np.shape(layer.x))
    look = f'{paint(fill=layer.color, stroke=layer.outline)} stroke-width="1.2" opacity="{layer.opacity:g}"'
    outline = looks.SYMBOLS[layer.symbol]
    for x, y, size in zip(frame.x(_array(layer.x)), frame.y(_array(layer.y)), sizes, strict=True):
        if frame.holds(x, y):
            yield _symbol(outline, float(x), float(y), float(size) / 2, look)


def _line(layer: Line, frame: Frame) -> Iterator[str]:
    x, y = _array(layer.x), _array(layer.y)
    for one in y.T if y.ndim == 2 else [y]:
        yield _stroked(frame.path(x, one), layer)


def _stroked(path: str, layer: Line | Segments | Marks) -> str:
    look = f'{paint(fill=None, stroke=layer.color)} stroke-width="{layer.width:g}"{_dashes(layer.dash, layer.width)}'
    return f'<path d="{path}" {look} stroke-linejoin="round" opacity="{layer.opacity:g}"/>'


def _band(layer: Band, frame: Frame) -> Iterator[str]:
    x, low, high = (_array(values) for values in (layer.x, layer.low, layer.high))
    there = np.isfinite(frame.x(x)) & np.isfinite(frame.y(low)) & np.isfinite(frame.y(high))
    for piece in np.split(np.arange(len(x)), np.flatnonzero(~there)):  # a missing number breaks the band, as a line
        piece = piece[there[piece]]
        if len(piece):
            around = frame.path(np.append(x[piece], x[piece][::-1]), np.append(low[piece], high[piece][::-1]))
            yield f'<path d="{around}Z" {paint(fill=layer.color, stroke=None)} opacity="{layer.opacity:g}"/>'


def _circles(layer: Circles, frame: Frame) -> Iterator[str]:
    xs, ys, radii = frame.x(_array(layer.x)), frame.y(_array(layer.y)), _array(layer.radius) * frame.box.width
    for x, y, radius, fill in zip(xs, ys, radii, _fills(layer.fill, len(xs)), strict=True):
        if math.isfinite(x + y + radius):
            yield (
                f'<circle cx="{px(x)}" cy="{px(y)}" r="{px(radius)}" {paint(fill=fill, stroke=layer.color)} '
                f'fill-opacity="{layer.opacity:g}" stroke-width="{layer.width:g}"/>'
            )


def _polygons(layer: Polygons, frame: Frame) -> Iterator[str]:
    xs, ys = (places.reshape(-1, layer.corners) for places in (frame.x(_array(layer.x)), frame.y(_array(layer.y))))
    look = f'stroke-width="{layer.width:g}" stroke-linejoin="round" opacity="{layer.opacity:g}"'
    for x, y, fill in zip(xs, ys, _fills(layer.fill, len(xs)), strict=True):
        corners = " ".join(f"{px(a)},{px(b)}" for a, b in zip(x, y, strict=True))
        yield f'<polygon points="{corners}" {paint(fill=fill, stroke=layer.outline or fill)} {look}/>'


def _segments(layer: Segments, frame: Frame) -> Iterator[str]:
    ends = (frame.x(_array(layer.x0)), frame.y(_array(layer.y0)), frame.x(_array(layer.x1)), frame.y(_array(layer.y1)))
    drawn = [four for four in zip(*ends, strict=True) if np.isfinite(four).all()]
    path = "".join(f"M{px(a)} {px(b)}L{px(c)} {px(d)}" for a, b, c, d in drawn)
    yield _stroked(path, layer)


def _marks(layer: Marks, frame: Frame) -> Iterator[str]:
    box, path = frame.box, ""
    for at in (frame.x if layer.axis == "x" else frame.y)(_array(layer.at)):
        middle = box.left + box.width / 2, box.top + box.height / 2
        if not (frame.holds(at, middle[1]) if layer.axis == "x" else frame.holds(middle[0], at)):
            continue
        if layer.axis == "x":
            bottom = box.top + box.height
            path += f"M{px(at)} {px(bottom)}L{px(at)} {px(box.top if layer.across else bottom - 10)}"
        else:
            path += f"M{px(box.left)} {px(at)}L{px(box.left + (box.width if layer.across else 10))} {px(at)}"
    yield _stroked(path, layer)


def _text(layer: Text, frame: Frame) -> Iterator[str]:
    for x, y, text in zip(frame.x(_array(layer.x)), frame.y(_array(layer.y)), layer.text, strict=True):
        if math.isfinite(x + y):
            yield (
                f'<text x="{px(x)}" y="{px(y + layer.size / 3)}" text-anchor="{layer.anchor}" '
                f'font-size="{layer.size:g}" {paint(fill=layer.color)} opacity="{layer.opacity:g}">{words(text)}</text>'
            )


_DRAWN: dict[type, Callable[[Any, Frame], Iterator[str]]] = {
    Heatmap: _heatmap,
    Points: _points,
    Line: _line,
    Band: _band,
    Circles: _circles,
    Polygons: _polygons,
    Segments: _segments,
    Marks: _marks,
    Text: _text,
}


def sample(layer: AnyLayer, x: float, y: float) -> str:
    """How a layer looks, in 24 pixels of width."""
    if isinstance(layer, Heatmap):
        return "".join(
            f'<rect x="{px(x + 4 * i)}" y="{px(y - 6)}" width="4.5" height="12" fill="{looks.shade(i / 5)}"/>'
            for i in range(6)
        )
    if isinstance(layer, Points):
        size = min(float(np.max(layer.size, initial=4.0)), 14.0) / 2
        look = paint(fill=layer.color, stroke=layer.outline)
        return _symbol(looks.SYMBOLS[layer.symbol], x + 12, y, size, look)
    if isinstance(layer, Band):
        look = f'{paint(fill=layer.color)} opacity="{layer.opacity:g}"'
        return f'<rect x="{px(x)}" y="{px(y - 6)}" width="24" height="12" {look}/>'
    if isinstance(layer, Circles | Polygons):
        fill = next(iter(_fills(layer.fill, 1)), None)
        if isinstance(layer, Polygons):
            return f'<path d="M{px(x)} {px(y - 6)}h24v12h-24Z" {paint(fill=fill, stroke=layer.outline or fill)}/>'
        return f'<circle cx="{px(x + 12)}" cy="{px(y)}" r="6" {paint(fill=fill, stroke=layer.color)}/>'
    dash, width = getattr(layer, "dash", "solid"), getattr(layer, "width", 2.0)
    look = f'{paint(fill=None, stroke=layer.color)} stroke-width="{width:g}"{_dashes(dash, width)}'
    return f'<path d="M{px(x)} {px(y)}h24" {look}/>'


def _fills(fill: str | Sequence[str] | None, n: int) -> Sequence[str | None]:
    """One colour for each of n shapes."""
    return [fill] * n if fill is None or isinstance(fill, str) else fill


def _symbol(outline: looks.Polygon, x: float, y: float, radius: float, look: str) -> str:
    if not outline:
        return f'<circle cx="{px(x)}" cy="{px(y)}" r="{px(radius)}" {look}/>'
    corners = " ".join(f"{px(x + radius * a)},{px(y - radius * b)}" for a, b in outline)
    return f'<polygon points="{corners}" {look}/>'


def _scale(axis: Axis, start: float, end: float) -> Callable[[Array], Array]:
    """From values of an axis to pixels, NaN where a logarithm does not exist."""
    low, high = (math.log(axis.low), math.log(axis.high)) if axis.log else (axis.low, axis.high)

    def place(values: Array) -> Array:
        values = np.asarray(values, dtype=np.float64)
        if axis.log:
            values = np.log(np.where(values > 0, values, np.nan))
        return np.asarray(start + (values - low) / (high - low) * (end - start))

    return place


def _png(shares: Array) -> str:
    """Shades as a PNG in base64, a pixel a cell, the first row at the bottom; cells without a number are clear."""
    table = np.array([looks.channels_of(looks.shade(i / 255)) for i in range(256)], dtype=np.uint8)
    there = np.isfinite(shares)
    colors = table[(np.clip(np.where(there, shares, 0), 0, 1) * 255).round().astype(np.uint8)]
    pixels = np.dstack([colors, np.where(there, 255, 0).astype(np.uint8)])[::-1]
    rows = b"".join(b"\0" + row.tobytes() for row in np.ascontiguousarray(pixels))
    size = struct.pack(">IIBBBBB", shares.shape[1], shares.shape[0], 8, 6, 0, 0, 0)
    chunks = [(b"IHDR", size), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")]
    body = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + body).decode()


def paint(**colors: str | None) -> str:
    """The attributes that paint ``fill`` and ``stroke``; the page's own colours through its CSS variables."""
    attributes, styles = [], []
    for what, color in colors.items():
        attributes.append(f'{what}="{OWN[color][0] if color in OWN else color or "none"}"')
        if color in OWN:
            styles.append(f"{what}:{OWN[color][1]}")
    return " ".join([*attributes, *([f'style="{";".join(styles)}"'] if styles else [])])


def words(text: str) -> str:
    """A text between tags; what XML has no letter for is left out."""
    return escape("".join(letter for letter in text if letter.isprintable()))


def _dashes(dash: str, width: float) -> str:
    lengths = [f"{length * width / 2:g}" for length in looks.DASHES[dash]]
    return f' stroke-dasharray="{" ".join(lengths)}"' if lengths else ""


def _array(values: Any) -> Array:
    return np.asarray(values, dtype=np.float64)


def px(value: float) -> str:
    """A length in pixels, to a tenth."""
    return f"{value:.1f}".removesuffix(".0")
