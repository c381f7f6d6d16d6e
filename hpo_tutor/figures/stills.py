"""How does a scene look where nothing can move? An SVG: no script, legible on light and on dark pages, and in print.

Places in the picture are pixels from the top left corner.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from html import escape
from itertools import accumulate

import numpy as np

from hpo_tutor.figures.svg_layers import PAGE_COLOR, Box, Frame, drawn, paint, px, sample, words
from hpo_tutor.figures.theme import FALLBACK, FONT, INK, RULES
from hpo_tutor.scenes import looks
from hpo_tutor.scenes.layers import AnyLayer, Heatmap, Marks, Points, Text
from hpo_tutor.scenes.stage import Board, Scene, as_board, legend

LEFT, RIGHT, TOP, BOTTOM = 62.0, 16.0, 30.0, 48.0  # around a panel
LETTER = 7.2  # mean width of a letter of 13 pixels


def still(picture: Scene | Board, width: int = 760, draw: Callable[[AnyLayer, Frame], str] = drawn) -> str:
    """A picture as an SVG document.

    Args:
        picture: one scene, or a board.
        width: pixels; each row of a board is shared out equally.
        draw: writes a layer.

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
            box = Box(i * column + LEFT, top + TOP, column - LEFT - RIGHT, height - TOP - BOTTOM)
            parts += _panel(scene, box, draw)
    named, lines = _legend(board, width, tops[-1])
    total = tops[-1] + lines
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {px(total)}" width="{width}" '
        f'height="{px(total)}" role="img" style="max-width:100%;height:auto" font-family="{escape(FONT)}" '
        f'font-size="{looks.SIZES["labels"]}"><title>{words(board.sentence)}</title>{"".join([*parts, *named])}</svg>'
    )


def _panel(scene: Scene, box: Box, draw: Callable[[AnyLayer, Frame], str]) -> Iterator[str]:
    frame, (left, top, width, height) = Frame(scene, box), map(px, box)
    # a page may hold several pictures, and its ids are shared: the same id must mean the same rectangle
    clip = f"c{left}-{top}-{width}-{height}".replace(".", "_")
    yield f'<clipPath id="{clip}"><rect x="{left}" y="{top}" width="{width}" height="{height}"/></clipPath>'
    if scene.title:
        yield (
            f'<text x="{left}" y="{px(box.top - 10)}" font-weight="600" font-size="{looks.SIZES["sentences"]}" '
            f"{paint(fill=looks.INK)}>"
            f"{words(scene.title)}</text>"
        )
    yield from _axes(scene, frame)
    for layer in scene.layers:
        body = draw(layer, frame)
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


def _axes(scene: Scene, frame: Frame) -> Iterator[str]:
    box, dark = frame.box, paint(fill=looks.INK)
    bottom, right = box.top + box.height, box.left + box.width
    last = -math.inf
    for at, text in scene.x.ticks or ():
        x = float(frame.x(np.array(at)))
        if scene.grid:
            yield _stroke(x, box.top, x, bottom, RULES)
        yield _stroke(x, bottom, x, bottom + 4, FALLBACK)
        half = LETTER * len(text) / 2
        if x - half > last:
            yield f'<text x="{px(x)}" y="{px(bottom + 18)}" text-anchor="middle" {dark}>{words(text)}</text>'
            last = x + half + 6
    for at, text in scene.y.ticks or ():
        y = float(frame.y(np.array(at)))
        if scene.grid:
            yield _stroke(box.left, y, right, y, RULES)
        yield _stroke(box.left - 4, y, box.left, y, FALLBACK)
        yield (f'<text x="{px(box.left - 8)}" y="{px(y + 4)}" text-anchor="end" {dark}>{words(text)}</text>')
    middle = px(box.left + box.width / 2)
    label = words(scene.x.label)
    yield f'<text x="{middle}" y="{px(bottom + 37)}" text-anchor="middle" {dark}>{label}</text>'
    turned = f"{px(box.left - 48)} {px(box.top + box.height / 2)}"
    yield (
        f'<text transform="translate({turned}) rotate(-90)" text-anchor="middle" {dark}>{words(scene.y.label)}</text>'
    )


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
        parts.append(sample(layer, x, y))
        parts.append(f'<text x="{px(x + 30)}" y="{px(y + 4)}" {paint(fill=looks.INK)}>{words(label)}</text>')
        x += needed
    return parts, (y + 14 - top if parts else 0.0)


def _row_height(row: Sequence[Scene], width: int) -> float:
    inside = width / len(row) - LEFT - RIGHT
    return max(TOP + inside * scene.aspect + BOTTOM for scene in row)


def _stroke(x0: float, y0: float, x1: float, y1: float, color: str) -> str:
    return f'<path d="M{px(x0)} {px(y0)}L{px(x1)} {px(y1)}" stroke="{color}" stroke-width="1"/>'
