"""How does a scene look where nothing can move? An SVG: no script, legible on light and on dark pages, and in print.

Places in the picture are pixels from the top left corner.
"""

import base64
import math
import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from html import escape
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.figures.theme import FALLBACK, FONT, INK, RULES
from hpo_tutor.scenes import looks
from hpo_tutor.scenes.layers import Band, Circles, Heatmap, Line, Marks, Points, Segments, Text
from hpo_tutor.scenes.stage import Axis, Board, Scene, as_board, legend

Array = NDArray[Any]

LEFT, RIGHT, TOP, BOTTOM = 62.0, 16.0, 30.0, 48.0  # around a panel
LETTER = 7.2  # mean width of a letter of 13 pixels
PAGE_COLOR = "var(--jp-layout-color0, var(--vscode-editor-background, transparent))"


def still(picture: Scene | Board, width: int = 760) -> str:
    """A picture as an SVG document.

    Args:
        picture: one scene, or a board.
        width: pixels; each row of a board is shared out equally.

    Raises:
        ValueError: it is no picture, or too narrow for its longest row.
    """
    board = as_board(picture)
    longest = max(map(len, board.rows))
    if width < 120 * longest:
        raise ValueError(f"a row of {longest} scenes needs a width of {120 * longest} pixels or more, got {width}")
    heights = [_row_height(row, width) for row in board.rows]
    tops = [0.0, *accumulate(heights)]
    parts: list[str] = []
    for row, top, height in zip(board.rows, tops, heights, strict=False):
        column = width / len(row)
        for i, scene in enumerate(row):
            box = _Box(i * column + LEFT, top + TOP, column - LEFT - RIGHT, height - TOP - BOTTOM)
            parts += _panel(scene, box)
    named, lines = _legend(board, width, tops[-1])
    total = tops[-1] + lines
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {_px(total)}" width="{width}" '
        f'height="{_px(total)}" role="img" style="max-width:100%;height:auto" font-family="{escape(FONT)}" '
        f'font-size="13"><title>{escape(board.sentence)}</title>{"".join([*parts, *named])}</svg>'
    )


class _Box(NamedTuple):
    """Where a panel lies in the picture."""

    left: float
    top: float
    width: float
    height: float


class _Frame:
    """From the values of a scene to pixels."""

    def __init__(self, scene: Scene, box: _Box) -> None:
        self.box = box
        self.x = _scale(scene.x, box.left, box.left + box.width)
        self.y = _scale(scene.y, box.top + box.height, box.top)

    def path(self, x: Array, y: Array) -> str:
        """The path of a line, broken where a number is missing."""
        words, pen = [], "M"
        for px, py in zip(self.x(x), self.y(y), strict=True):
            if math.isfinite(px) and math.isfinite(py):
                words.append(f"{pen}{_px(px)} {_px(py)}")
                pen = "L"
            else:
                pen = "M"
        return "".join(words)


def _panel(scene: Scene, box: _Box) -> Iterator[str]:
    frame, (left, top, width, height) = _Frame(scene, box), map(_px, box)
    # a page may hold several pictures, and its ids are shared: the same id must mean the same rectangle
    clip = f"c{left}-{top}-{width}-{height}".replace(".", "_")
    yield f'<clipPath id="{clip}"><rect x="{left}" y="{top}" width="{width}" height="{height}"/></clipPath>'
    if scene.title:
        yield (
            f'<text x="{left}" y="{_px(box.top - 10)}" font-weight="600" font-size="14" {_ink("fill")}>'
            f"{escape(scene.title)}</text>"
        )
    yield from _axes(scene, frame)
    for layer in scene.layers:
        body = "".join(_DRAWN[type(layer)](layer, frame))
        # symbols and words at the border are shown whole
        around = "" if isinstance(layer, Points | Text | Marks) else f' clip-path="url(#{clip})"'
        if isinstance(layer, Text):  # a halo, as the player draws it: legible on every surface
            halo = INK if layer.color == looks.PAGE else PAGE_COLOR
            around = f' style="paint-order:stroke;stroke:{halo};stroke-width:3;stroke-linejoin:round"'
        yield f"<g{around}>{body}</g>"
    yield (
        f'<rect x="{left}" y="{top}" width="{width}" height="{height}" fill="none" stroke="{FALLBACK}" '
        f'stroke-width="1"/>'
    )


def _axes(scene: Scene, frame: _Frame) -> Iterator[str]:
    box = frame.box
    bottom, right = box.top + box.height, box.left + box.width
    last = -math.inf
    for at, text in scene.x.ticks or ():
        x = float(frame.x(np.array(at)))
        if scene.grid:
            yield _stroke(x, box.top, x, bottom, RULES)
        yield _stroke(x, bottom, x, bottom + 4, FALLBACK)
        half = LETTER * len(text) / 2
        if x - half > last:
            yield f'<text x="{_px(x)}" y="{_px(bottom + 18)}" text-anchor="middle" {_ink("fill")}>{escape(text)}</text>'
            last = x + half + 6
    for at, text in scene.y.ticks or ():
        y = float(frame.y(np.array(at)))
        if scene.grid:
            yield _stroke(box.left, y, right, y, RULES)
        yield _stroke(box.left - 4, y, box.left, y, FALLBACK)
        yield (f'<text x="{_px(box.left - 8)}" y="{_px(y + 4)}" text-anchor="end" {_ink("fill")}>{escape(text)}</text>')
    middle = _px(box.left + box.width / 2)
    label = escape(scene.x.label)
    yield f'<text x="{middle}" y="{_px(bottom + 37)}" text-anchor="middle" {_ink("fill")}>{label}</text>'
    turned = f"{_px(box.left - 48)} {_px(box.top + box.height / 2)}"
    yield (
        f'<text transform="translate({turned}) rotate(-90)" text-anchor="middle" {_ink("fill")}>'
        f"{escape(scene.y.label)}</text>"
    )


def _heatmap(layer: Heatmap, frame: _Frame) -> Iterator[str]:
    box = frame.box
    xs = [box.left, box.left + box.width] if layer.x is None else frame.x(np.array(layer.x)).tolist()
    ys = [box.top + box.height, box.top] if layer.y is None else frame.y(np.array(layer.y)).tolist()
    low, high = float(layer.low or 0.0), float(layer.high or 0.0)
    yield (
        f'<image x="{_px(xs[0])}" y="{_px(ys[1])}" width="{_px(xs[1] - xs[0])}" height="{_px(ys[0] - ys[1])}" '
        f'preserveAspectRatio="none" opacity="{layer.opacity:g}" style="image-rendering:pixelated" '
        f'href="data:image/png;base64,{_png((layer.z - low) / (high - low))}"/>'
    )


def _points(layer: Points, frame: _Frame) -> Iterator[str]:
    sizes = np.broadcast_to(np.asarray(layer.size), np.shape(layer.x))
    paint = f'{_color(layer.color, "fill")} opacity="{layer.opacity:g}"'
    if layer.outline:
        paint += f' {_color(layer.outline, "stroke")} stroke-width="1.2"'
    outline = looks.SYMBOLS[layer.symbol]
    for x, y, size in zip(frame.x(_array(layer.x)), frame.y(_array(layer.y)), sizes, strict=True):
        if math.isfinite(x) and math.isfinite(y):
            yield _symbol(outline, float(x), float(y), float(size) / 2, paint)


def _line(layer: Line, frame: _Frame) -> Iterator[str]:
    yield (
        f'<path d="{frame.path(_array(layer.x), _array(layer.y))}" fill="none" {_color(layer.color, "stroke")} '
        f'stroke-width="{layer.width:g}" stroke-linejoin="round" opacity="{layer.opacity:g}"{_dashes(layer.dash)}/>'
    )


def _band(layer: Band, frame: _Frame) -> Iterator[str]:
    x, low, high = (_array(values) for values in (layer.x, layer.low, layer.high))
    there = np.isfinite(x) & np.isfinite(low) & np.isfinite(high)
    if there.any():
        around = frame.path(np.append(x[there], x[there][::-1]), np.append(low[there], high[there][::-1]))
        yield f'<path d="{around}Z" stroke="none" {_color(layer.color, "fill")} opacity="{layer.opacity:g}"/>'


def _circles(layer: Circles, frame: _Frame) -> Iterator[str]:
    xs, ys, radii = frame.x(_array(layer.x)), frame.y(_array(layer.y)), _array(layer.radius) * frame.box.width
    fills = [layer.fill] * len(xs) if layer.fill is None or isinstance(layer.fill, str) else layer.fill
    for x, y, radius, fill in zip(xs, ys, radii, fills, strict=True):
        inside = f'{_color(fill, "fill")} fill-opacity="{layer.opacity:g}"' if fill else 'fill="none"'
        yield (
            f'<circle cx="{_px(x)}" cy="{_px(y)}" r="{_px(radius)}" {inside} {_color(layer.color, "stroke")} '
            f'stroke-width="{layer.width:g}"/>'
        )


def _segments(layer: Segments, frame: _Frame) -> Iterator[str]:
    ends = (frame.x(_array(layer.x0)), frame.y(_array(layer.y0)), frame.x(_array(layer.x1)), frame.y(_array(layer.y1)))
    path = "".join(f"M{_px(a)} {_px(b)}L{_px(c)} {_px(d)}" for a, b, c, d in zip(*ends, strict=True))
    yield (
        f'<path d="{path}" fill="none" {_color(layer.color, "stroke")} stroke-width="{layer.width:g}" '
        f'opacity="{layer.opacity:g}"{_dashes(layer.dash)}/>'
    )


def _marks(layer: Marks, frame: _Frame) -> Iterator[str]:
    box, path = frame.box, ""
    for at in (frame.x if layer.axis == "x" else frame.y)(_array(layer.at)):
        if layer.axis == "x":
            bottom = box.top + box.height
            path += f"M{_px(at)} {_px(bottom)}L{_px(at)} {_px(box.top if layer.across else bottom - 12)}"
        else:
            path += f"M{_px(box.left)} {_px(at)}L{_px(box.left + (box.width if layer.across else 12))} {_px(at)}"
    yield (
        f'<path d="{path}" fill="none" {_color(layer.color, "stroke")} stroke-width="{layer.width:g}" '
        f'opacity="{layer.opacity:g}"{_dashes(layer.dash)}/>'
    )


def _text(layer: Text, frame: _Frame) -> Iterator[str]:
    for x, y, text in zip(frame.x(_array(layer.x)), frame.y(_array(layer.y)), layer.text, strict=True):
        yield (
            f'<text x="{_px(x)}" y="{_px(y + layer.size / 3)}" text-anchor="{layer.anchor}" font-size="{layer.size:g}" '
            f'{_color(layer.color, "fill")} opacity="{layer.opacity:g}">{escape(text)}</text>'
        )


_DRAWN: dict[type, Callable[[Any, _Frame], Iterator[str]]] = {
    Heatmap: _heatmap,
    Points: _points,
    Line: _line,
    Band: _band,
    Circles: _circles,
    Segments: _segments,
    Marks: _marks,
    Text: _text,
}


def _legend(board: Board, width: int, top: float) -> tuple[list[str], float]:
    """The legend's parts from this height on, and how high it is."""
    parts, x, y = [], LEFT, top + 18
    for name, layer in legend([board]).items():
        label = (
            f"{layer.labels[0]} to {layer.labels[1]}, {name}" if isinstance(layer, Heatmap) and layer.labels else name
        )
        needed = 30 + LETTER * len(label) + 18
        if x > LEFT and x + needed > width:
            x, y = LEFT, y + 22
        parts.append(_sample(layer, x, y))
        parts.append(f'<text x="{_px(x + 30)}" y="{_px(y + 4)}" {_ink("fill")}>{escape(label)}</text>')
        x += needed
    return parts, (y + 14 - top if parts else 0.0)


def _sample(layer: Any, x: float, y: float) -> str:
    """How a layer looks, in 24 pixels of width."""
    if isinstance(layer, Heatmap):
        return "".join(
            f'<rect x="{_px(x + 4 * i)}" y="{_px(y - 6)}" width="4.5" height="12" fill="{looks.shade(i / 5)}"/>'
            for i in range(6)
        )
    if isinstance(layer, Points):
        size = min(float(np.max(layer.size)), 14.0) / 2
        edge = _color(layer.outline or layer.color, "stroke")
        return _symbol(looks.SYMBOLS[layer.symbol], x + 12, y, size, f"{_color(layer.color, 'fill')} {edge}")
    if isinstance(layer, Band):
        paint = f'{_color(layer.color, "fill")} opacity="{layer.opacity:g}"'
        return f'<rect x="{_px(x)}" y="{_px(y - 6)}" width="24" height="12" {paint}/>'
    if isinstance(layer, Circles):
        fill = layer.fill if layer.fill is None or isinstance(layer.fill, str) else layer.fill[0]
        inside = _color(fill, "fill") if fill else 'fill="none"'
        return f'<circle cx="{_px(x + 12)}" cy="{_px(y)}" r="6" {inside} {_color(layer.color, "stroke")}/>'
    dash = _dashes(getattr(layer, "dash", "solid"))
    paint = f'{_color(layer.color, "stroke")} stroke-width="{getattr(layer, "width", 2.0):g}"{dash}'
    return f'<path d="M{_px(x)} {_px(y)}h24" fill="none" {paint}/>'


def _symbol(outline: looks.Polygon, x: float, y: float, radius: float, paint: str) -> str:
    if not outline:
        return f'<circle cx="{_px(x)}" cy="{_px(y)}" r="{_px(radius)}" {paint}/>'
    corners = " ".join(f"{_px(x + radius * a)},{_px(y - radius * b)}" for a, b in outline)
    return f'<polygon points="{corners}" {paint}/>'


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


def _row_height(row: Sequence[Scene], width: int) -> float:
    inside = width / len(row) - LEFT - RIGHT
    return max(TOP + inside * scene.aspect + BOTTOM for scene in row)


def _stroke(x0: float, y0: float, x1: float, y1: float, color: str) -> str:
    return f'<path d="M{_px(x0)} {_px(y0)}L{_px(x1)} {_px(y1)}" stroke="{color}" stroke-width="1"/>'


def _color(color: str, what: str) -> str:
    """The attribute that paints in a colour; the page's own through its CSS variables, where it has them."""
    if color == looks.INK:
        return _ink(what)
    return f'style="{what}:{PAGE_COLOR}"' if color == looks.PAGE else f'{what}="{color}"'


def _ink(what: str) -> str:
    return f'{what}="{FALLBACK}" style="{what}:{INK}"'


def _dashes(dash: str) -> str:
    lengths = looks.DASHES[dash]
    return f' stroke-dasharray="{" ".join(map(str, lengths))}"' if lengths else ""


def _array(values: Any) -> Array:
    return np.asarray(values, dtype=np.float64)


def _px(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
