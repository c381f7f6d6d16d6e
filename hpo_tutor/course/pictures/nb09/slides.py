"""What does the talk of notebook 09 show besides? Designs in a row, all boards of rooks, crowds, cells, standings.

points  (N, 2) in the unit square
row     how many per cent more than a peer a design has lost, as ``intervals.Row``; below zero it is ahead
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.course.pictures.intervals import WIDE, Row, must_hold
from hpo_tutor.course.pictures.nb09 import voxels
from hpo_tutor.course.pictures.nb09.balls import Inflation
from hpo_tutor.course.pictures.nb09.discs import LOOK, copies, square_scene
from hpo_tutor.course.pictures.nb09.rooks import Rooks, board
from hpo_tutor.course.pictures.nb09.voxels import squares
from hpo_tutor.designs.measures import smallest_distance
from hpo_tutor.designs.saturation import Stage
from hpo_tutor.scenes.layers import AnyLayer, Circles, Heatmap, Line, Points, Polygons, Segments, Text
from hpo_tutor.scenes.looks import GREY, INK, RED, Style, style
from hpo_tutor.scenes.stage import Axis, Board, Scene, beside
from hpo_tutor.scenes.ticks import number

Array = NDArray[np.float64]

SLOPING = 0.7  # a correlation beyond which a board of rooks is nearly a diagonal
IN_A_ROW = 15  # boards
CELLS = 40  # along each side of a square, in which a crowd is counted
NAMES = 0.48  # of the axis, for the names of a standing
WIDER = 1.3  # from the left side of one square in a row to that of the next
FRAME = ([0, 1, 1, 0, 0], [0, 0, 1, 1, 0])


def in_a_row(some: Mapping[str, Array], looks: Mapping[str, Style], *, shadows: bool, discs: bool = False) -> Scene:
    """Designs side by side in one large picture, with their shadows along two sides, and the discs that just touch.

    Args:
        some: what stands above a design -> its points.
        looks: the same -> how its points look.
        shadows: whether the shadows are drawn.
        discs: whether the discs are.
    """
    low, high, n = -0.12, 1.1, len(some)
    across = Axis("", low, n * WIDER - (WIDER - high), ticks=())
    width = across.high - across.low
    layers: list[AnyLayer] = []
    told = []
    for k, (title, points) in enumerate(some.items()):
        look, left = looks[title], k * WIDER
        x, y = points.T
        if discs:
            radius = smallest_distance(points) / 2
            layers.append(Circles(x + left, y, radius / width, GREY, GREY, 1.0, 0.25))
        if shadows:
            below, above = np.full(len(x), -0.1), np.full(len(x), -0.03)
            layers.append(Segments(x + left, below, x + left, above, INK, width=2.5))
            layers.append(Segments(below + left, y, above + left, y, INK, width=2.5))
        layers.append(Line(np.array(FRAME[0]) + left, FRAME[1], GREY, width=1.5))
        layers.append(Points(x + left, y, look.color, look.symbol, 10.0, outline=None))
        layers.append(Text([left], [1.15], [title], anchor="start", size=13.0))
        told.append(f"{title}, {len(points)} points")
    top = 1.24
    up = Axis("", low, top, ticks=())
    sentence = f"Points in squares, side by side: {'; '.join(told)}."
    return Scene(layers, across, up, sentence, aspect=(top - low) / width, grid=False)


def sloping(n: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """All boards of n rooks, (n!, n) the row in each column; and which are nearly a diagonal."""
    rows = np.array(list(permutations(range(n))))
    away = rows - (n - 1) / 2
    r = away @ away[0] / (away[0] @ away[0])  # the first board is the diagonal
    return rows, np.abs(r) > SLOPING - 1e-9


def all_boards(n: int = 5) -> Scene:
    """Every board of n rooks that do not take one another, small; those that are nearly a diagonal in red."""
    rows, steep = sloping(n)
    steps = (rows - rows[0]).astype(bool).sum(axis=1)
    order = np.lexsort((steps, ~steep))  # the diagonals first
    layers: list[AnyLayer] = []
    wide = n + 1.5
    for which, color, symbol, name in ((True, RED, "square", "nearly a diagonal"), (False, GREY, "circle", "others")):
        at = np.flatnonzero(steep[order] == which)
        left, below = (at % IN_A_ROW) * wide, -(at // IN_A_ROW) * wide
        corners = (np.stack([left, below], axis=1)[:, None] + (n + 0.6) * squares(np.zeros((1, 2)), 1.0)) - 0.8
        xy = corners.reshape(-1, 2)
        layers.append(Polygons(xy[:, 0], xy[:, 1], 4, color, opacity=0.16))
        x, y = left[:, None] + np.arange(n), below[:, None] + rows[order][at]
        layers.append(Points(x.ravel(), y.ravel(), color, symbol, 5.0, outline=None, name=f"{len(at)} {name}"))
    height = -(-len(rows) // IN_A_ROW)
    return Scene(
        layers,
        Axis("", -1.5, IN_A_ROW * wide - 0.5, ticks=()),
        Axis("", -(height - 1) * wide - 1.5, wide - 0.5, ticks=()),
        f"All {len(rows)} boards of {n} rooks; {int(steep.sum())} of them are nearly a diagonal.",
        aspect=height / IN_A_ROW,
        grid=False,
    )


def rooks(n: int, standing: Rooks) -> Scene:
    """The board of the notebook without its counts, which the sentence has too: a square, and so larger."""
    scene = board(n, standing)
    layers = [replace(layer, name="") for layer in scene.layers[:-1]]
    return replace(scene, layers=layers, x=replace(scene.x, high=scene.y.high), aspect=1.0)


def voxel(x: float, y: float, side: float) -> Scene:
    """The voxel of the notebook beside its two points, with one test, that of its farthest corner."""
    told = voxels.voxel(x, y, side)
    (scene, _), *_ = told.rows
    return replace(bare(scene), sentence=told.sentence)


def bare(scene: Scene) -> Scene:
    """A scene without a legend and without words along its axes, for these stand in the heading of the slide."""
    layers = [replace(layer, name="") for layer in scene.layers]
    x, y = (replace(axis, label="", ticks=()) for axis in (scene.x, scene.y))
    return replace(scene, layers=layers, x=x, y=y)


def proof(found: Sequence[Stage], diameter: float) -> list[Board]:
    """The stages of a saturation with joined sides, bare; beside each the place of the last hole, enlarged."""
    last = next(stage for stage in reversed(found) if len(stage.voxels))
    window = np.clip(last.voxels[0] + last.side / 2 - voxels.ZOOM / 2, 0, 1 - voxels.ZOOM)
    boards = []
    for k, stage in enumerate(found):
        shown = [bare(scene) for scene in voxels.staged(found, k, diameter, True, window).scenes()]
        left = f"{len(stage.voxels)} voxels are left." if len(stage.voxels) else "no voxel is left: it is proved."
        boards.append(beside(*shown, sentence=f"{stage.n_darts:,} darts, {len(stage.points)} points; {left}"))
    return boards


def inflated(inflation: Inflation, diameter: float) -> Board:
    """The square of the notebook that is filled with discs of this diameter, and how many fit; without a legend."""
    told = inflation.scene(diameter)
    square, curve = told.scenes()
    curve = replace(curve, layers=[replace(layer, name="") for layer in curve.layers])
    return beside(bare(square), curve, sentence=told.sentence)


def full(points: Array, diameter: float) -> Scene:
    """Discs on a square with joined sides, and one more beside it that looks for a place."""
    seen = copies(points, diameter / 2)
    x, y = Axis("", -0.12, 1.58, ticks=()), Axis("", -0.1, 1.1, ticks=())
    radius = diameter / 2 / (x.high - x.low)
    layers: list[AnyLayer] = [
        Circles(seen[:, 0], seen[:, 1], radius, LOOK.color, LOOK.color, 1.5, 0.45),
        Line(*FRAME, INK, width=2.0),
        Circles([1.35], [0.5], radius, RED, RED, 1.5, 0.6),
        Text([1.35], [0.5 - 0.75 * diameter], ["one more?"], size=15.0),
    ]
    sentence = f"{len(points)} discs of diameter {number(diameter)} in a square whose sides are joined; one more waits."
    return Scene(layers, x, y, sentence, aspect=1.2 / 1.7, grid=False)


def crowd(runs: Mapping[str, Sequence[Array]]) -> Board:
    """Where the points of many squares lie, all on one: how many in each small cell.

    Args:
        runs: title -> (N, 2) points of each square.
    """
    counts = {}
    for title, some in runs.items():
        x, y = np.concatenate(some).T
        counts[title] = np.histogram2d(y, x, CELLS, [[0, 1], [0, 1]])[0]
    high = max(float(one.max()) for one in counts.values())
    scenes = [
        square_scene([Heatmap(one, (0, 1), (0, 1), 0.0, high, labels=("none", "many"))], title, ("", ""))
        for title, one in counts.items()
    ]
    told = ", ".join(f"{title} {sum(map(len, some)):,}" for title, some in runs.items())
    return beside(*scenes, sentence=f"All points of many squares, light where there are many: {told}.")


def outside(side: int, edges: bool) -> float:
    """Share of all cells of a lattice, side x side, that lies outside the unit square."""
    step = 1 / (side - 1) if edges else 1 / side
    return 1 - 1 / (side * step) ** 2


def cells(side: int = 5) -> Board:
    """Two lattices, each point in its cell: levels on the edges waste what lies outside, midpoints nothing."""
    scenes, told = [], []
    for name, at in (("grid", np.linspace(0, 1, side)), ("grid-midpoints", (np.arange(side) + 0.5) / side)):
        step, look = float(at[1] - at[0]), style(name)
        points = np.stack(np.meshgrid(at, at), axis=-1).reshape(-1, 2)
        x, y = squares(points - step / 2, step).T
        layers: list[AnyLayer] = [
            Polygons(x, y, 4, GREY, "#ffffff", 2.0, 0.4),
            Polygons(np.clip(x, 0, 1), np.clip(y, 0, 1), 4, look.color, "#ffffff", 2.0, 0.6),
            Line(*FRAME, INK, width=3.0),
            Points(points[:, 0], points[:, 1], INK, look.symbol, 10.0),
        ]
        across, up = Axis("", -0.17, 1.17, ticks=()), Axis("", -0.17, 1.17, ticks=())
        share = number(round(100 * outside(side, name == "grid")))
        scenes.append(Scene(layers, across, up, title=f"{share}\u00a0% of the cells outside", aspect=1.0, grid=False))
        told.append(f"{name} {share}\u00a0%")
    return beside(*scenes, sentence=f"How much of the cells lies outside the square: {', '.join(told)}.")


def best_first(rows: Iterable[Row]) -> list[Row]:
    """The rows by their means."""
    return sorted(rows, key=lambda row: row.mean)


def standings(rows: Sequence[Row], across: Axis, peer: str, aspect: float = 0.5) -> Scene:
    """Designs from top to bottom, each beside its name, with an interval of two standard errors; zero is the peer.

    Args:
        rows: per cent more than the peer, from the top.
        across: the axis of the differences, with zero and all intervals on it; it is widened for the names.
        peer: who stands at zero, in words.
        aspect: height over width.

    Raises:
        ValueError: an interval, or zero, lies beyond the axis.
    """
    must_hold(across, rows)
    width, top = across.high - across.low, len(rows)
    left = across.low - NAMES * width
    layers: list[AnyLayer] = [Segments([0.0], [0.4], [0.0], [top + 0.6], INK, width=2.5)]
    layers.append(Text([0.0], [top + 0.95], [f"{peer}: 0"], size=15.0))
    told = []
    for at, row in zip(range(top, 0, -1), rows, strict=True):
        half = WIDE * row.error
        layers += [
            Segments([across.low], [at], [across.high], [at], GREY, width=0.5, opacity=0.5),
            Segments([row.mean - half], [at], [row.mean + half], [at], row.look.color, width=6.0),
            Points([row.mean], [at], row.look.color, row.look.symbol, 15.0),
            Text([left + 0.02 * width], [at], [row.words], anchor="start", size=17.0),
        ]
        told.append(f"{row.words} {number(round(row.mean))} ± {number(round(half))}\u00a0%")
    sentence = f"Compared with {peer}, ± two standard errors: {'; '.join(told)}."
    axis = Axis(across.label, left, across.high, ticks=across.ticks)
    return Scene(layers, axis, Axis("", 0.3, top + 1.3, ticks=()), sentence, aspect=aspect, grid=False)
