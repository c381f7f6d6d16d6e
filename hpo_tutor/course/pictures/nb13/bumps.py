"""How does a sum of bumps come to look like a function? One bump a node, coarse ones first.

x          a hyperparameter, scaled to 0..1
n          n_bumps, how many nodes were tried: those of level 1, then of level 2, ... each from left to right
degree     of the bumps, 1 (hats) or 3 (cubic B-splines)
surplus    what the function is at a new node, less what the sum without it is there
"""

import math
from collections.abc import Callable, Sequence
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hpo_tutor.designs.sparse_grids import places, regular
from hpo_tutor.scenes.layers import AnyLayer, Band, Line, Points, Segments
from hpo_tutor.scenes.looks import BLUE, GREEN, GREY, INK, RED
from hpo_tutor.scenes.stage import Axis, Board, Scene
from hpo_tutor.scenes.ticks import linear, number
from hpo_tutor.surrogates.b_splines import BSplines, basis

Array = NDArray[np.float64]
Function = Callable[[Array], Array]

FUNCTIONS: MappingProxyType[str, Function] = MappingProxyType(
    {
        "smooth": lambda x: 0.2 + 1.6 * (x - 0.62) ** 2 + 0.1 * np.sin(14 * x),
        "kink": lambda x: 0.2 + np.maximum(1.1 * (0.42 - x), 0.7 * (x - 0.42)),
        "step": lambda x: np.where(x < 0.6, 0.25 + 0.9 * (x - 0.5) ** 2, 0.95),
    }
)
"""Name -> a loss over one hyperparameter: a valley with a wiggle, a ravine, and training that fails from 0.6 on."""
SHAPES = MappingProxyType({"hats": 1, "cubic": 3})
"""What bumps are called -> their degree."""
DEEPEST = 5
MOST_BUMPS = 2**DEEPEST - 1
FINE = np.linspace(0, 1, 257)  # holds all nodes, so that hats have their corners
INSIDE = 0.2, 0.8  # away from the edges, where bumps are straight
SMALL = 1e-4  # of surpluses: below it they are not written
ROOMY = 6  # from this level on, bumps are narrower than the wiggle


class Stack(NamedTuple):
    """The sum of the first n bumps.

    Attributes:
        levels, indices: (n,) of the nodes, coarse to fine.
        x, y: (n,) where the nodes lie, and what the function is there.
        heights: (n,) the coefficient of each bump.
        total: (257,) the sum on ``FINE``.
        error: its largest distance from the function on ``FINE``.
        before: the sum without the newest bump, at its node.
    """

    levels: NDArray[np.int64]
    indices: NDArray[np.int64]
    x: Array
    y: Array
    heights: Array
    total: Array
    error: float
    before: float

    @property
    def surplus(self) -> float:
        """What the newest node's value adds to what the others predict there."""
        return float(self.y[-1]) - self.before


@cache
def stack(n_bumps: int, degree: int, function: str) -> Stack:
    """The sum of the first bumps, solved for so that it passes through the function at their nodes.

    Raises:
        ValueError: there is no such bump, or no function of that name.
    """
    if not 1 <= n_bumps <= MOST_BUMPS:
        raise ValueError(f"n_bumps is from 1 to {MOST_BUMPS}, the nodes up to level {DEEPEST}; it is {n_bumps}")
    if function not in FUNCTIONS:
        raise ValueError(f"function is one of {', '.join(FUNCTIONS)}; got {function!r}")
    nodes, f = regular(DEEPEST, 1), FUNCTIONS[function]
    levels, indices = (each[:n_bumps] for each in nodes)
    x = places(levels, indices)
    model = BSplines(levels, indices, f(x[:, 0]), degree)
    total = model.predict(FINE[:, None])
    before = stack(n_bumps - 1, degree, function).total[np.searchsorted(FINE, x[-1, 0])] if n_bumps > 1 else 0.0
    error = float(np.abs(total - f(FINE)).max())
    own = levels[:, 0], indices[:, 0], x[:, 0], f(x[:, 0]), model.coefficients.copy(), total
    for array in own:  # all frames share them
        array.setflags(write=False)
    return Stack(*own, error, float(before))


def stacked(n_bumps: int, shape: str = "hats", function: str = "smooth") -> Board:
    """The function and the sum of the first bumps above, the bumps themselves below.

    Args:
        n_bumps: from 1 to 31.
        shape: "hats" or "cubic".
        function: one of ``FUNCTIONS``.

    Raises:
        ValueError: there is no such bump, shape or function.
    """
    if shape not in SHAPES:
        raise ValueError(f"shape is one of {', '.join(SHAPES)}; got {shape!r}")
    shown = stack(n_bumps, SHAPES[shape], function)
    level = int(shown.levels[-1])
    place = f"Node {n_bumps} of {MOST_BUMPS}, level {level}, at x = {number(float(shown.x[-1]))}"
    start = "no sum yet" if n_bumps == 1 else f"the sum was {number(shown.before)}"
    sentence = (
        f"{place}: {start}, the loss is {number(float(shown.y[-1]))}, so the surplus is {_signed(shown.surplus)}. "
        f"Now the sum is off by up to {number(shown.error)}."
    )
    if n_bumps > 1:
        low = int(np.argmin(shown.total))
        at, sunk, there = (float(each[low]) for each in (FINE, shown.total, FUNCTIONS[function](FINE)))
        sentence += f" It is lowest, {number(sunk)}, at x = {number(at)}; there the loss is {number(there)}."
    if shape == "cubic" and n_bumps > 1:
        sentence += f" Cubic bumps reach the nodes beside their own: all {n_bumps} coefficients were solved for anew"
        apart = abs(shown.surplus) >= SMALL
        sentence += f"; the newest is {_signed(float(shown.heights[-1]))}, not the surplus." if apart else "."
    return Board([[_sum(shown, shape, function)], [_bumps(shown, shape, function)]], sentence)


def errors(function: str | Function = "smooth", levels: Sequence[int] = range(3, 10)) -> pd.DataFrame:
    """How far sums of all bumps up to a level are off: a row for each degree and level.

    Args:
        function: one of ``FUNCTIONS``, or any function of places (m,).
        levels: in increasing order.

    Returns:
        Columns degree, level, n_points, inside (the largest error on [0.2, 0.8]) and everywhere (on [0, 1]).
    """
    f = FUNCTIONS[function] if isinstance(function, str) else function
    dense = np.linspace(0, 1, 4_002)  # an odd number of steps, so that places fall anywhere between nodes
    inner = (dense >= INSIDE[0]) & (dense <= INSIDE[1])
    rows = []
    for degree in SHAPES.values():
        for level in levels:
            nodes = regular(level, 1)
            model = BSplines(*nodes, f(places(*nodes)[:, 0]), degree)
            off = np.abs(model.predict(dense[:, None]) - f(dense))
            rows.append((degree, level, len(nodes.levels), off[inner].max(), off.max()))
    return pd.DataFrame(rows, columns=["degree", "level", "n_points", "inside", "everywhere"])


def orders(table: pd.DataFrame, since: int = ROOMY) -> pd.DataFrame:
    """How often the error halves when a level is added: the mean over the levels of ``errors`` from one on.

    Args:
        table: what ``errors`` returned.
        since: the first level that counts; on coarser ones bumps are wider than what the function does.

    Returns:
        A row for each degree, columns inside and everywhere; 2 means that each level quarters the error.
    """
    ends = table[table["level"] >= since].sort_values("level").groupby("degree")
    first, last = ends.first(), ends.last()
    measured = ["inside", "everywhere"]
    return (first[measured] / last[measured]).map(np.log2).div(last["level"] - first["level"], axis=0)


def _sum(shown: Stack, shape: str, function: str) -> Scene:
    """The function, the sum, the nodes, and the surplus of the newest."""
    x, y = shown.x[-1:], shown.y[-1:]
    layers: list[AnyLayer] = [
        Line(FINE, FUNCTIONS[function](FINE), GREY, "dash", 2.5, name="loss"),
        Line(FINE, shown.total, RED, "solid", 3.0, name="sum of the bumps"),
        Points(shown.x[:-1], shown.y[:-1], BLUE, "circle", 9.0, name="node tried"),
        Segments(x, [shown.before], x, y, color=GREEN, width=5.0, name="newest surplus"),
        Points(x, y, GREEN, "diamond", 11.0, outline=INK, name="newest node"),
    ]
    low, high = _ends(function)
    n = len(shown.x)
    what = "one bump, a constant" if n == 1 else f"{n} {shape}" if shape == "hats" else f"{n} {shape} bumps"
    return Scene(layers, _across(), Axis("loss", low, high), title=f"The sum of {what}", aspect=0.36)


def _bumps(shown: Stack, shape: str, function: str) -> Scene:
    """Every bump times its coefficient, the newest shaded."""
    nodes = zip(shown.levels.tolist(), shown.indices.tolist(), shown.heights.tolist(), strict=True)
    drawn = [_bump(level, index, SHAPES[shape], height) for level, index, height in nodes]
    x, y = (np.concatenate([np.empty(0), *(np.append(each[k], np.nan) for each in drawn[:-1])]) for k in (0, 1))
    new_x, new_y = drawn[-1]
    layers: list[AnyLayer] = [
        Line(x, y, BLUE, "solid", 1.5, name="earlier bump"),
        Band(new_x, np.zeros(len(new_x)), new_y, GREEN, 0.35, name="newest bump"),
        Line(new_x, new_y, GREEN, "solid", 2.5),
        Points(shown.x[-1:], [0.0], GREEN, "diamond", 11.0, outline=INK),
    ]
    low, high = _ends(function, bumps=True)
    name = "surplus" if shape == "hats" else "coefficient"
    return Scene(layers, _across(), Axis("height (loss)", low, high), title=f"Each bump times its {name}", aspect=0.3)


def _bump(level: int, index: int, degree: int, height: float) -> tuple[Array, Array]:
    """One bump times its height, where it is not zero; corners (k,) and heights (k,)."""
    if level == 1:
        x = np.array([0.0, 1.0])
    else:
        reach, n_corners = (1, 3) if degree == 1 else (2, 65)
        x = np.unique(np.clip((index + np.linspace(-reach, reach, n_corners)) / 2**level, 0, 1))
    return x, height * basis(x, level, index, degree)


@cache
def _ends(function: str, bumps: bool = False) -> tuple[float, float]:
    """What the axis of losses holds at all settings, so that it stands still: 0, and a little more than is drawn."""
    seen = [np.zeros(1)]
    for degree in SHAPES.values():
        for shown in (stack(n, degree, function) for n in range(1, MOST_BUMPS + 1)):
            nodes = zip(shown.levels.tolist(), shown.indices.tolist(), shown.heights.tolist(), strict=True)
            seen += (
                [_bump(level, index, degree, height)[1] for level, index, height in nodes] if bumps else [shown.total]
            )
    found = np.concatenate(seen)
    low, high = float(found.min()), float(found.max())
    step = float(np.diff([at for at, _ in linear(low, high)])[0]) / 2
    return math.floor(low / step - 0.2) * step, math.ceil(high / step + 0.2) * step


def _across() -> Axis:
    return Axis("hyperparameter x (scaled)", 0, 1)


def _signed(value: float) -> str:
    return "almost 0" if abs(value) < SMALL else ("+" if value > 0 else "") + number(value)
