"""Which colour, dash and symbol says which sampler? One table for every picture, played, still or zoomed.

polygon   a symbol's outline in a square of side 2 around (0, 0), y upwards; the circle has none
"""

import math
import re
import zlib
from functools import cache
from itertools import pairwise, product
from types import MappingProxyType
from typing import NamedTuple

Polygon = tuple[tuple[float, float], ...]

# the palette of Okabe and Ito; its orange and sky blue, 2.3 to 1 on white, are darkened until all have 3 to 1 on white
# and on JupyterLab's dark #111111, sky blue turned towards violet by 9 degrees, away from the green of the tritanope
ORANGE, SKY, GREEN, BLUE, RED, PINK = "#C68800", "#4D9AD3", "#009E73", "#0072B2", "#D55E00", "#CC79A7"
GREY = "#797979"  # has the same contrast to white and to JupyterLab's dark #111111
INK, PAGE = "ink", "page"
"""The colours of the page's own text and ground, which only the page knows."""

SIZES = MappingProxyType({"numbers": 12, "labels": 13, "sentences": 14, "headings": 16})
"""What is written -> pixels of its letters, on every page; panels have bold sentences as titles. Slides are larger."""

SHADES = ((0.0, "#10253f"), (0.25, "#2f4f74"), (0.5, "#6a87a6"), (0.75, "#aebfcd"), (1.0, "#f1f3f0"))
"""Share of the range -> colour of a surface. Low is dark, in one hue, so that the colours of samplers stay theirs."""

DASHES = MappingProxyType(
    {
        "solid": (),
        "dot": (2, 4),
        "dash": (8, 5),
        "longdash": (14, 5),
        "dashdot": (8, 4, 2, 4),
        "longdashdot": (14, 4, 2, 4),
    }
)
"""Name of a dash -> lengths of ink and gap in pixels, for a line 2 pixels wide."""


class Style(NamedTuple):
    """How a sampler looks in every picture.

    Attributes:
        color: after Okabe and Ito; where two are near for the colour-blind, dash and symbol tell them apart.
        dash: of its lines.
        symbol: of its points.
    """

    color: str
    dash: str
    symbol: str


STYLES = {
    "grid": Style(RED, "dash", "square"),
    "grid-midpoints": Style(ORANGE, "longdash", "diamond"),
    "jittered": Style(PINK, "dot", "cross"),
    "random": Style(BLUE, "solid", "circle"),
    "lhs": Style(GREEN, "dashdot", "triangle-up"),
    "sobol": Style(SKY, "longdashdot", "pentagon"),
    "rsa": Style(GREEN, "dash", "hexagon"),
    "hypertiling": Style(PINK, "dashdot", "star-diamond"),
    "rsa-lhs": Style(SKY, "dash", "triangle-down"),
    "BayesianOptimization": Style(PINK, "solid", "hexagram"),  # a star marks the optimum
    "TPE": Style(GREEN, "solid", "bowtie"),
    "SparseGrid": Style(RED, "solid", "x"),
    "AdaptiveRandom": Style(SKY, "solid", "hourglass"),
    "ParEGO": Style(PINK, "longdash", "star-square"),
    "Tiles": Style(ORANGE, "dashdot", "square-x"),
    "mine": Style(ORANGE, "dot", "diamond-tall"),  # the student's own, in notebook 11
}

SHORT = MappingProxyType(
    {"gp": "BayesianOptimization", "tpe": "TPE", "sparse-grid": "SparseGrid", "adaptive-random": "AdaptiveRandom"}
)
"""What studies call a sampler -> its name elsewhere."""

_SPARE = [
    Style(color, dash, symbol)
    for (color, dash), symbol in zip(
        product((BLUE, RED, GREEN, PINK, ORANGE, SKY), ("dot", "dashdot", "longdash", "longdashdot", "dash")),
        ("triangle-left", "diamond-tall", "star-square", "triangle-right", "diamond-wide", "star") * 5,
        strict=True,
    )
    if (color, dash) not in {(known.color, known.dash) for known in STYLES.values()}
]


def style(name: str) -> Style:
    """A sampler's colour, dash and symbol: the same in every picture, also for names that the course does not know."""
    return STYLES.get(SHORT.get(name, name)) or _SPARE[zlib.crc32(name.encode()) % len(_SPARE)]


def shade(share: float) -> str:
    """The colour of a surface at this share of its range, 0 the lowest and 1 the highest; "#rrggbb"."""
    share = min(max(share, 0.0), 1.0)
    for (low, dark), (high, light) in pairwise(SHADES):
        if share <= high:
            part = (share - low) / (high - low)
            channels = zip(channels_of(dark), channels_of(light), strict=True)
            return "#" + "".join(f"{round(a + part * (b - a)):02x}" for a, b in channels)
    return SHADES[-1][1]


def channels_of(color: str) -> tuple[int, int, int]:
    """Red, green and blue from 0 to 255 of "#rrggbb"."""
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return red, green, blue


@cache
def mixed(color: str, share: float) -> str:
    """A colour with a share of white, from 0 to 1, or of black, down to -1."""
    other = 255 if share > 0 else 0
    return "#" + "".join(f"{round(one + abs(share) * (other - one)):02x}" for one in channels_of(color))


def known_color(color: str) -> str:
    """The colour itself, if a picture can draw it.

    Raises:
        ValueError: it is neither "#rrggbb" nor one of the page's own.
    """
    if color not in (INK, PAGE) and not re.fullmatch(r"#[0-9a-fA-F]{6}", str(color)):
        raise ValueError(f'a colour is "#rrggbb", "{INK}" or "{PAGE}", got {color!r}; scenes.looks has a palette')
    return color


def _star(n_points: int, inner: float, turn: float = 0.0) -> Polygon:
    corners = [
        (radius * math.sin(angle), radius * math.cos(angle))
        for k in range(n_points)
        for radius, angle in (
            (1.0, 2 * math.pi * (k + turn) / n_points),
            (inner, 2 * math.pi * (k + turn + 0.5) / n_points),
        )
    ]
    return tuple((round(x, 4), round(y, 4)) for x, y in corners)


def _regular(n_corners: int, turn: float = 0.0) -> Polygon:
    return _star(n_corners, 1.0, turn)[::2]


def _turned(polygon: Polygon) -> Polygon:
    """By 90 degrees, to the right."""
    return tuple((y, -x) for x, y in polygon)


_ARM = 0.34
_CROSS: Polygon = (
    *((-_ARM, 1), (_ARM, 1), (_ARM, _ARM), (1, _ARM), (1, -_ARM), (_ARM, -_ARM)),
    *((_ARM, -1), (-_ARM, -1), (-_ARM, -_ARM), (-1, -_ARM), (-1, _ARM), (-_ARM, _ARM)),
)
_HALF = math.sqrt(0.5)
_BOWTIE: Polygon = ((-1, 0.95), (0, 0.3), (1, 0.95), (1, -0.95), (0, -0.3), (-1, -0.95))

SYMBOLS: MappingProxyType[str, Polygon] = MappingProxyType(
    {
        "circle": (),
        "square": ((-0.85, 0.85), (0.85, 0.85), (0.85, -0.85), (-0.85, -0.85)),
        "diamond": ((0, 1.1), (1.1, 0), (0, -1.1), (-1.1, 0)),
        "diamond-tall": ((0, 1.25), (0.7, 0), (0, -1.25), (-0.7, 0)),
        "diamond-wide": ((0, 0.7), (1.25, 0), (0, -0.7), (-1.25, 0)),
        "cross": _CROSS,
        "x": tuple((round(_HALF * (x - y), 4), round(_HALF * (x + y), 4)) for x, y in _CROSS),
        "triangle-up": _regular(3),
        "triangle-right": _turned(_regular(3)),
        "triangle-down": _regular(3, 0.5),
        "triangle-left": _turned(_regular(3, 0.5)),
        "pentagon": _regular(5),
        "hexagon": _regular(6),
        "hexagram": _star(6, 0.58),
        "star": _star(5, 0.45),
        "star-diamond": _star(4, 0.4),
        "star-square": _star(4, 0.45, 0.5),
        "bowtie": _BOWTIE,
        "hourglass": _turned(_BOWTIE),
        "square-x": _star(4, 0.78, 0.5),
    }
)
"""Name of a symbol -> its outline; () is a circle of radius 1."""
