"""Why does a full grid die, and what does a sparse one keep? Its groups of points, the cube, and the count.

l        a point's levels, one a dimension, from 1; points with the same levels are a group
level    of the grid: a full one takes all groups whose every level is at most this, a sparse one those of them whose
         levels add up to at most level + d - 1
d        n_dims, the number of hyperparameters
"""

from dataclasses import replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.designs.sparse_grids import Nodes, full, n_full, n_regular, places, regular
from hpo_tutor.scenes.layers import AnyLayer, Line, Marks, Points, Polygons, Segments, Text
from hpo_tutor.scenes.looks import BLUE, GREY, INK, PAGE, mixed
from hpo_tutor.scenes.solids import cube_edges, solid_scene, turned
from hpo_tutor.scenes.stage import Axis, Board, Scene, beside
from hpo_tutor.scenes.ticks import number

Array = NDArray[np.float64]

LEVELS = range(1, 6)
"""What the pictures can show; in three dimensions level 5 has 351 points."""
BUDGET = 80
"""Trials that the study with nine hyperparameters could spend."""

MARGIN = 0.08  # between a group's frame and its neighbours, in cells
SMALL, LARGE = (9.0, 7.0, 5.5, 4.0, 3.0), (13.0, 10.5, 8.5, 6.5, 5.0)  # diameters of points, one a level
CUBED = (
    ("square", -0.45, 18.0),
    ("diamond", -0.1, 15.0),
    ("triangle-up", 0.25, 12.5),
    ("pentagon", 0.5, 9.5),
    ("circle", 0.75, 6.5),
)
"""Symbol, share of white or (below 0) black, and pixels, from the coarsest group to the finest."""
KEY, KEYED, NUMBERED = 92.0, (-26.0, 24.0), 7.0
"""Degrees: the height of the cube's key, where its first symbol stands and how far the next, a number behind one."""
LEFT, BOTTOM, TOP = -93.0, -86.0, 98.0  # degrees: where the key begins, and the ends of the panel
MOST_FAINT = 400  # left-out points; more of them would hide the cube
HIGHEST = 1e11  # of the count: level 4 in nine dimensions has 3.8e10 points
DIMS = tuple(range(1, 10))


def tableau(level: int) -> Board:
    """All groups of points in two dimensions up to level 5, and the points of the grid of this level.

    On the left a cell for each group: those that the sparse grid takes are filled, those that only the full grid has
    are crossed out, and finer ones are empty frames.

    Raises:
        ValueError: there is no such level.
    """
    _check(level)
    nodes = full(level, 2)
    taken = nodes.levels.sum(axis=1) <= level + 1
    n_taken, n_all = int(taken.sum()), len(taken)
    return beside(_groups(level, nodes, taken), _union(level, nodes, taken), sentence=_counted(level, n_taken, n_all))


def cube(level: int, azimuth: float, tilt: float) -> Scene:
    """The sparse grid in three dimensions, turned; the coarser a point's group, the larger and darker it is.

    A key above it names the groups that are there. What only the full grid has is faint, unless there are
    more than ``MOST_FAINT`` such points.

    Raises:
        ValueError: there is no such level.
    """
    _check(level)
    nodes, rest = _in_space(level)
    behind, before = cube_edges(azimuth, tilt, ("first", "second", "third"))
    layers: list[AnyLayer] = [*behind]
    x, y = turned(rest, azimuth, tilt)[0].T
    layers.append(Points(x, y, GREY, "circle", 3.0, outline=None))
    sums = nodes.levels.sum(axis=1)
    for step in reversed(range(level)):  # the few large points last, so that the many small ones do not hide them
        screen, depth = turned(places(*nodes)[sums == step + 3], azimuth, tilt)
        order = np.argsort(depth)
        symbol, lightness, size = CUBED[step]
        sizes = (size * np.interp(depth[order], (-75, 75), (0.8, 1.2))).astype(np.float32)
        x, y = screen[order].T
        layers.append(Points(x, y, mixed(BLUE, lightness), symbol, sizes, outline=INK))
    layers += [*before, *_key(level)]
    n_sparse, n_all = n_regular(level, 3), n_full(level, 3)
    if level == 1:
        return _panel(layers, "Level 1: the centre, the one point of both grids.")
    there = "are not drawn" if n_all - n_sparse > MOST_FAINT else "are faint"
    alone = int(np.sum((nodes.levels > 1).sum(axis=1) <= 1))
    sentence = (
        f"Level {level} in three dimensions: {n_sparse} points, {alone} of them on the three lines through the centre. "
        f"The other {n_all - n_sparse:,} of the full grid's {n_all:,} {there}."
    )
    return _panel(layers, sentence)


def counts(level: int, n_dims: int = 9, budget: int = BUDGET) -> Scene:
    """How many points the full and the sparse grid of a level have, against the number of dimensions."""
    fulls, sparse = ([count(level, d) for d in DIMS] for count in (n_full, n_regular))
    layers: list[AnyLayer] = [
        Marks([budget], "y", across=True, color=INK, dash="dash", width=1.5, name=f"budget, {budget} trials"),
        Marks([n_dims], "x", across=True, color=INK, dash="dot", width=1.5, opacity=0.7),
        Line(DIMS, fulls, GREY, "longdash", 2.5),
        Points(DIMS, fulls, GREY, "square", 9.0, name="full grid"),
        Line(DIMS, sparse, BLUE, "solid", 2.5),
        Points(DIMS, sparse, BLUE, "circle", 10.0, name="sparse grid"),
        Points([n_dims] * 2, [n_full(level, n_dims), n_regular(level, n_dims)], PAGE, "circle", 5.0, outline=None),
    ]
    in_words = f"{n_dims} dimension{'s' if n_dims > 1 else ''}"
    sentence = (
        f"Level {level}, {in_words}: the full grid has {_points(n_full(level, n_dims))}, the sparse one "
        f"{n_regular(level, n_dims):,}. {budget} trials pay for a sparse grid of this level in up to "
        f"{most_dims(level, budget)} dimensions; of a full grid in {in_words} they pay for "
        f"{_points(per_axis(n_dims, budget))} per axis."
    )
    up = Axis("points (log scale)", 1, HIGHEST, log=True)
    across = Axis("dimensions", DIMS[0] - 0.4, DIMS[-1] + 0.4, ticks=[(d, str(d)) for d in DIMS])
    return Scene(layers, across, up, sentence, aspect=0.5)


def per_axis(n_dims: int, budget: int = BUDGET) -> int:
    """How many points an axis of a full grid has that a budget pays for: floor(budget^(1/d))."""
    each = 1
    while (each + 1) ** n_dims <= budget:  # powers are exact, roots are not
        each += 1
    return each


def most_dims(level: int, budget: int = BUDGET) -> int:
    """In how many dimensions a budget pays for a sparse grid of a level from 2 on; 0 if not even in one.

    Raises:
        ValueError: the level is below 2; a single point can be paid for in any number of dimensions.
    """
    if level < 2:
        raise ValueError(f"a level must be at least 2 here, it is {level}: one point costs one trial in any dimension")
    n_dims = 0
    while n_regular(level, n_dims + 1) <= budget:
        n_dims += 1
    return n_dims


def _check(level: int) -> None:
    if level not in LEVELS:
        raise ValueError(f"level must be from {LEVELS[0]} to {LEVELS[-1]}, it is {level}")


def _groups(level: int, nodes: Nodes, taken: NDArray[np.bool_]) -> Scene:
    """A cell for each pair of levels."""
    corner = nodes.levels - 1 + MARGIN
    x, y = (corner + (1 - 2 * MARGIN) * places(*nodes)).T
    sizes = np.array(SMALL)[nodes.levels.max(axis=1) - 1].astype(np.float32)
    groups = [(first, second) for first in LEVELS for second in LEVELS]
    finer = [group for group in groups if max(group) > level]
    kept = [group for group in groups if sum(group) <= level + 1]
    crossed = [group for group in groups if group not in finer and group not in kept]
    layers: list[AnyLayer] = [*_frames(finer, GREY, 0.75), *_frames(crossed, GREY, 1.25)]
    square_x, square_y = _squares(kept).reshape(-1, 2).T
    layers.append(Polygons(square_x, square_y, 4, BLUE, opacity=0.18, name="group that is taken"))
    layers += _frames(kept, BLUE, 1.5)
    if crossed:
        corners = _squares(crossed)
        x0, y0, x1, y1 = np.concatenate([corners[:, [0, 2]], corners[:, [1, 3]]]).reshape(-1, 4).T  # both diagonals
        layers.append(Segments(x0, y0, x1, y1, color=GREY, width=1.0))
    layers += _told_apart(x, y, sizes, taken)
    ticks = [(l - 0.5, str(l)) for l in LEVELS]  # noqa: E741 - the paper's letter
    across, up = (Axis(f"level, {word} axis", 0, LEVELS[-1], ticks=ticks) for word in ("first", "second"))
    return Scene(layers, across, up, title="Groups", aspect=1.0, grid=False)


def _union(level: int, nodes: Nodes, taken: NDArray[np.bool_]) -> Scene:
    """The groups laid upon each other."""
    x, y = places(*nodes).T
    sizes = np.full(len(x), LARGE[level - 1], dtype=np.float32)
    ticks = [(at, number(at)) for at in (0.0, 0.5, 1.0)]
    across, up = (Axis(f"{word} axis (scaled)", 0, 1, ticks=ticks) for word in ("first", "second"))
    return Scene(_told_apart(x, y, sizes, taken), across, up, title="All together", aspect=1.0, grid=False)


def _told_apart(x: Array, y: Array, sizes: NDArray[np.float32], taken: NDArray[np.bool_]) -> list[AnyLayer]:
    """Points of the sparse grid are filled, the others hollow and a little smaller."""
    layers: list[AnyLayer] = []
    if not taken.all():
        layers.append(
            Points(
                x[~taken], y[~taken], PAGE, "circle", 0.85 * sizes[~taken], outline=GREY, name="only in the full grid"
            )
        )
    return [*layers, Points(x[taken], y[taken], BLUE, "circle", sizes[taken], outline=None, name="sparse grid")]


def _squares(groups: list[tuple[int, int]]) -> Array:
    """The corners of groups' cells, (n, 4, 2), one after another round each."""
    square = np.array([(MARGIN, MARGIN), (1 - MARGIN, MARGIN), (1 - MARGIN, 1 - MARGIN), (MARGIN, 1 - MARGIN)])
    corners: Array = np.array(groups, dtype=np.float64).reshape(-1, 1, 2) - 1 + square
    return corners


def _frames(groups: list[tuple[int, int]], color: str, width: float) -> list[AnyLayer]:
    """Lines around groups; none if there is no group."""
    corners = _squares(groups)
    around = np.concatenate([corners, corners[:, :1], np.full((len(groups), 1, 2), np.nan)], axis=1)
    x, y = around.reshape(-1, 2).T
    return [Line(x, y, color, width=width)] if groups else []


def _key(level: int) -> list[AnyLayer]:
    """Which symbol is which sum of levels; a legend would name those of other levels too."""
    layers: list[AnyLayer] = [Text([LEFT], [KEY], ["levels add up to"], anchor="start")]
    first, gap = KEYED
    for step, (symbol, lightness, size) in enumerate(CUBED[:level]):
        at = first + gap * step
        layers.append(Points([at], [KEY], mixed(BLUE, lightness), symbol, size, outline=INK))
        layers.append(Text([at + NUMBERED], [KEY], [str(step + 3)], anchor="start"))
    return layers


def _panel(layers: list[AnyLayer], sentence: str) -> Scene:
    """As high as the key and a cube of any turn need."""
    scene = solid_scene(layers, sentence)
    return replace(scene, y=Axis("", BOTTOM, TOP, ticks=()), aspect=(TOP - BOTTOM) / (scene.x.high - scene.x.low))


@cache
def _in_space(level: int) -> tuple[Nodes, Array]:
    """The sparse grid in three dimensions, and the places that only the full one has, none if they are too many."""
    if n_full(level, 3) - n_regular(level, 3) > MOST_FAINT:
        return regular(level, 3), np.empty((0, 3))
    nodes = full(level, 3)
    return regular(level, 3), places(*nodes)[nodes.levels.sum(axis=1) > level + 2]


def _counted(level: int, n_taken: int, n_all: int) -> str:
    if level == 1:
        return "Level 1: one group, and its one point is both the sparse and the full grid."
    n_groups = level * (level + 1) // 2
    crossed = level**2 - n_groups
    out = f"the {crossed} crossed out hold" if crossed > 1 else "the one crossed out holds"
    return (
        f"Level {level}: the {n_groups} groups whose levels add up to at most {level + 1} hold {n_taken} points, the "
        f"sparse grid. The full grid has all {level**2} groups and {n_all} points: {out} "
        f"{n_all - n_taken}. Each group on the slanting edge has {2 ** (level - 1)} points."
    )


def _points(n: int) -> str:
    return f"{n:,} point{'' if n == 1 else 's'}"
