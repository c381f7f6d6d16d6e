"""How many rooks can stand on a board so that none takes another? A chess board to click on, with its two shadows.

n      columns and rows of the board: the values of the first hyperparameter (a, b, ...) and of the second (1, 2, ...)
rooks  ((column, row), ...) from 0, a trial each
clash  two neighbouring rooks of one column or one row: they try one value twice
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from hpo_tutor.scenes.layers import AnyLayer, Heatmap, Line, Polygons, Segments, Text
from hpo_tutor.scenes.looks import INK, RED, style
from hpo_tutor.scenes.stage import Axis, Scene
from hpo_tutor.scenes.ticks import MINUS
from hpo_tutor.widgets.dials import Dial
from hpo_tutor.widgets.workbench import Workbench

Square = tuple[int, int]
Rooks = tuple[Square, ...]

AXES = ("learning rate", "penalty")
COLOR = style("lhs").color
DARK, LIGHT = 0.8, 0.94  # shades of the squares
ASPECT = 0.72  # height over width: beside the board there is room for the count
GAP, DEEP = 0.35, 0.8  # between the board and its shadows, and how deep these are, in squares
_HALF = (0.0, 0.25), (0.065, 0.25), (0.065, 0.34), (0.13, 0.34), (0.13, 0.25), (0.195, 0.25), (0.195, 0.34), (0.3, 0.34)
_SIDE = (0.3, 0.14), (0.19, 0.07), (0.22, -0.2), (0.33, -0.25), (0.33, -0.35)
OUTLINE = np.array([*_HALF, *_SIDE, *((-x, y) for x, y in reversed((*_HALF[1:], *_SIDE)))])
"""A rook around (0, 0), in squares; shape (corners, 2)."""


class Clash(NamedTuple):
    """Two rooks that take each other: in one column (axis 0) or in one row (axis 1)."""

    first: Square
    second: Square
    axis: int


def clashes(rooks: Sequence[Square]) -> list[Clash]:
    """Every two neighbours in a column or a row; on each axis there are as many as rooks minus different values."""
    found = []
    for axis in (0, 1):
        ordered = sorted(rooks, key=lambda rook: (rook[axis], rook[1 - axis]))
        found += [Clash(one, other, axis) for one, other in pairwise(ordered) if one[axis] == other[axis]]
    return found


def called(square: Square) -> str:
    """A square in the words of chess: "b3"."""
    return f"{'abcdefgh'[square[0]]}{square[1] + 1}"


def board(n: int, rooks: Rooks, drawn: int = 0) -> Scene:
    """The board with its rooks, red lines between those that take each other, and the two shadows.

    Args:
        n: columns and rows, at most 8.
        rooks: those outside the board are left out.
        drawn: how many boards were drawn at random so far; changes nothing here.
    """
    standing = tuple(rook for rook in rooks if max(rook) < n)
    found = clashes(standing)
    taken = {square for clash in found for square in clash[:2]}
    checks = (np.indices((n, n)).sum(axis=0) % 2) * (LIGHT - DARK) + DARK
    layers: list[AnyLayer] = [Heatmap(checks, (0, n), (0, n), 0.0, 1.0)]
    for axis in (0, 1):
        layers += _shadow(standing, n, axis)
    for squares, color, name in (
        ([rook for rook in standing if rook not in taken], COLOR, "rook"),
        ([rook for rook in standing if rook in taken], RED, "rook that another one takes"),
    ):
        corners = (np.array(squares).reshape(-1, 1, 2) + 0.5 + OUTLINE).reshape(-1, 2)
        layers.append(Polygons(corners[:, 0], corners[:, 1], len(OUTLINE), color, "#ffffff", name=name))
    ends = np.array([(*clash.first, *clash.second) for clash in found]).reshape(-1, 4) + 0.5
    x0, y0, x1, y1 = ends.T
    layers.append(Segments(x0, y0, x1, y1, color=RED, width=4.0, name="they take each other"))
    letters = [(k + 0.5, called((k, 0))[0]) for k in range(n)]
    numbers = [(k + 0.5, str(k + 1)) for k in range(n)]
    low, high = -GAP - DEEP, n + 0.1
    right = low + (high - low) / ASPECT
    lines = [f"{len(standing)} of {n} rooks", f"{len(found)} pair{'' if len(found) == 1 else 's'} in a line"]
    lines += [f"{word}: {_tried(standing, axis)} of {n}" for axis, word in enumerate(AXES)]
    places = high - (0.06 + 0.075 * np.arange(len(lines))) * (high - low)
    layers.append(Text(np.full(len(lines), n + 0.3), places, lines, anchor="start", size=14.0))
    x, y = (f"{word}, level" for word in AXES)
    return Scene(
        layers,
        Axis(x, low, right, ticks=letters),
        Axis(y, low, high, ticks=numbers),
        told(n, standing),
        aspect=ASPECT,
        grid=False,
    )


def told(n: int, rooks: Sequence[Square]) -> str:
    """What stands there, in words: a clash by name, and how many different values are tried."""
    if not rooks:
        return f"An empty board. Place {n} rooks so that none takes another."
    found = clashes(rooks)
    count = f"{len(rooks)} rook{'s' if len(rooks) > 1 else ''}"
    tried = "; ".join(f"{word} {_tried(rooks, axis)} of {n}" for axis, word in enumerate(AXES))
    if not found:
        if len(rooks) < n:
            return f"{count}, and none takes another. Levels tried: {tried}."
        r = float(np.corrcoef(np.array(rooks).T)[0, 1])
        return (
            f"{count}, and none takes another: each level of both is tried exactly once. "
            f"Correlation of the two: {f'{r:.2f}'.replace('-', MINUS)}."
        )
    first, second, axis = found[0]
    more = f" {len(found) - 1} more such pair{'s' if len(found) > 2 else ''}." if len(found) > 1 else ""
    level = called(first)[axis]
    return (
        f"{count}. Rook {called(first)} takes {called(second)}: both try {AXES[axis]} {level}.{more} "
        f"Levels tried: {tried}."
    )


def toggled(scene: int, x: float, y: float, *, n: int, rooks: Rooks, **_: Any) -> Mapping[str, Any]:
    """A click on a square places a rook there, or takes it away."""
    square = (int(np.floor(x)), int(np.floor(y)))
    if not all(0 <= place < n for place in square):
        return {}
    return {"rooks": tuple(rook for rook in rooks if rook != square) if square in rooks else (*rooks, square)}


def bench(label: str) -> Workbench:
    """The board to place rooks on."""
    return Workbench(
        board,
        label=label,
        state={"rooks": (), "drawn": 0},
        pick=toggled,
        actions={
            "Draw a board": lambda *, n, drawn, **_: {"rooks": random_board(n, drawn), "drawn": drawn + 1},
            "Surprise me": lambda *, n, **_: {"rooks": tuple((k, k) for k in range(n))},
            "Take all away": lambda **_: {"rooks": ()},
        },
        start={"n": 5},
        n=Dial("levels of each", range(4, 9)),
    )


def random_board(n: int, seed: int) -> Rooks:
    """N rooks of which none takes another, all such boards equally likely."""
    return tuple(enumerate(np.random.default_rng(seed).permutation(n).tolist()))


def _tried(rooks: Sequence[Square], axis: int) -> int:
    return len({rook[axis] for rook in rooks})


def _shadow(rooks: Sequence[Square], n: int, axis: int) -> list[AnyLayer]:
    """The levels along one side of the board: frames, filled where a rook stands, with a count where several do."""
    count = Counter(rook[axis] for rook in rooks)
    layers: list[AnyLayer] = []
    along = np.array([0.0, 1.0, 1.0, 0.0, 0.0])
    across = -GAP - DEEP * np.array([0.0, 0.0, 1.0, 1.0, 0.0])
    for level in range(n):
        x, y = (along + level, across) if axis == 0 else (across, along + level)
        if several := count[level] > 1:
            layers.append(Text([x[:4].mean()], [y[:4].mean()], f"{count[level]} x", size=16.0))
        if count[level]:
            color, name = (RED, "level tried several times") if several else (COLOR, "level tried")
            layers.insert(0, Polygons(x[:4], y[:4], 4, color, opacity=0.45, name=name))
        layers.append(Line(x, y, INK, width=1.0, opacity=0.5))
    return layers
