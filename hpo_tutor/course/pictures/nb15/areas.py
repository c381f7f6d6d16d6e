"""When does one model beat another on two goals, and how large is the area that a front wins?

Both goals are minimised: x, operations in thousands, and y, the rmse in grey levels. The models are made up, on
a lattice, so that some agree in one goal.
    dominates    no worse in both goals, and better in at least one
    slice        of the area: what a point adds to those with fewer operations, so that nothing is counted twice
    reference    the corner up to which the area is measured; who lies beyond it adds nothing
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.scenes.layers import AnyLayer, Points, Polygons, Segments, Text
from hpo_tutor.scenes.looks import BLUE, GREEN, GREY, INK, ORANGE, RED
from hpo_tutor.scenes.stage import Axis, Scene
from hpo_tutor.scenes.ticks import number
from hpo_tutor.widgets.dials import Dial
from hpo_tutor.widgets.player import Player

Array = NDArray[np.float64]

MODELS = {
    "A": (1.0, 4.5),
    "B": (2.0, 3.5),
    "F": (3.0, 4.0),
    "C": (4.0, 2.5),
    "G": (5.0, 3.5),
    "D": (7.0, 2.0),
    "H": (8.0, 3.0),
    "E": (9.0, 1.5),
}
"""Name -> operations in thousands and rmse in grey levels, by operations; A to E are the front."""
OPERATIONS = tuple(float(at) for at in range(1, 10))
ERRORS = tuple(1.0 + 0.5 * k for k in range(9))
"""Where the point that is moved can stand."""
X = Axis("operations (thousands)", 0, 10.6, ticks=[(at, str(at)) for at in range(0, 11, 2)])
Y = Axis("rmse (grey levels)", 0.7, 5.4, ticks=[(at, str(at)) for at in range(1, 6)])
RELATIONS = ("dominated", "dominates it", "neither", "equal")
LOOKS = {
    "dominated": (GREY, "x", "dominated by it"),
    "dominates it": (RED, "triangle-down", "dominates it"),
    "neither": (BLUE, "circle", "neither dominates"),
    "equal": (GREEN, "square", "equal: neither dominates"),
}
TIMES = "\N{MULTIPLICATION SIGN}"
WRITTEN = 2.7  # thousands of operations that a sum takes on a narrow page
WAYS = ("slices", "whole rectangles")
REFERENCES = ((10.0, 5.0), (8.0, 4.0))


def relation(mine: Sequence[float], other: Sequence[float]) -> str:
    """How another model stands to mine, one of ``RELATIONS``."""
    mine_no_worse = all(a <= b for a, b in zip(mine, other, strict=True))
    other_no_worse = all(b <= a for a, b in zip(mine, other, strict=True))
    if mine_no_worse and other_no_worse:
        return "equal"
    return "dominated" if mine_no_worse else "dominates it" if other_no_worse else "neither"


def quadrants(operations: float, error: float) -> Scene:
    """A point that is moved, the corner that it dominates, the one that dominates it, and how eight models stand."""
    stands = {name: relation((operations, error), at) for name, at in MODELS.items()}
    layers: list[AnyLayer] = [
        _rectangle(operations, error, X.high, Y.high, GREY, 0.3, "it dominates what lies here"),
        _rectangle(X.low, Y.low, operations, error, RED, 0.22, "what lies here dominates it"),
        Segments(
            [operations, operations, X.low, operations],
            [error, error, error, Y.low],
            [operations, X.high, operations, operations],
            [Y.high, error, error, error],
            INK,
            "dot",
            1.0,
        ),
    ]
    for kind in RELATIONS:
        color, symbol, words = LOOKS[kind]
        places = np.array([MODELS[name] for name in stands if stands[name] == kind]).reshape(-1, 2)
        layers.append(Points(places[:, 0], places[:, 1], color, symbol, 13.0, name=words))
    # on top, and smaller than an equal model below it
    layers.append(Points([operations], [error], ORANGE, "diamond-tall", 13.0, outline=INK, name="the point to move"))
    x, y = np.array(list(MODELS.values())).T
    written = [f"{name}: {stands[name]}" for name in MODELS]
    layers.append(Text(x, y + 0.2, written, size=12.0))
    return Scene(layers, X, Y, _told(operations, error, stands), aspect=0.7)


def mover(label: str) -> Player:
    """``quadrants`` with a dial for each goal; the point can be dragged."""
    return Player.over(
        quadrants,
        label=label,
        drag=("operations", "error"),
        start={"operations": 5.0, "error": 3.0},
        operations=Dial("operations", OPERATIONS, unit="thousand"),
        error=Dial("rmse", ERRORS),
    )


class Slab(NamedTuple):
    """A rectangle of the area: whose it is, and its lower left and upper right corner; nan where it adds nothing."""

    name: str
    left: float
    low: float
    right: float
    high: float

    @property
    def area(self) -> float:
        """In thousands of operations times grey levels."""
        return 0.0 if np.isnan(self.left) else (self.right - self.left) * (self.high - self.low)


def slabs(way: str, reference: tuple[float, float]) -> list[Slab]:
    """The rectangles of all models, by operations: slices that do not overlap, or each up to the reference."""
    top, found = reference[1], []
    for name, (x, y) in MODELS.items():
        if x < reference[0] and y < top:
            found.append(Slab(name, x, y, reference[0], top))
            top = y if way == "slices" else top
        else:
            found.append(Slab(name, *(np.nan,) * 4))
    return found


def stacked(n: int, way: str, reference: tuple[float, float]) -> Scene:
    """The area of the first n models, by operations: a rectangle for each, and the sum of them as the title.

    Args:
        n: how many models are counted so far.
        way: "slices", each part of the area once, or "whole rectangles", overlaps as often as there are rectangles.
        reference: the corner up to which is counted.
    """
    counted = slabs(way, reference)[:n]
    total, true = (sum(one.area for one in some) for some in (counted, slabs("slices", reference)[:n]))
    layers: list[AnyLayer] = []
    for last in (False, True):
        some = [one for one in counted if one.area and (one is counted[-1]) == last]
        corners = np.array([_corners(one.left, one.low, one.right, one.high) for one in some]).reshape(-1, 2)
        color, name = (ORANGE, "counted last") if last else (BLUE, "counted before")
        layers.append(Polygons(corners[:, 0], corners[:, 1], 4, color, INK, 1.0, 0.35, name))
    x, y = np.array(list(MODELS.values())).T
    seen = np.arange(len(x)) < n
    # F has its letter above: below it stands a sum
    layers += [
        Points(x[seen], y[seen], INK, "circle", 9.0, outline=GREY, name="model, counted"),
        Points(x[~seen], y[~seen], GREY, "circle", 7.0, 0.6, outline=None, name="model, not yet"),
        Points(reference[:1], reference[1:], RED, "square", 12.0, name="reference"),
        Text(x - 0.22, y + np.where(x == 3, 0.16, -0.13), list(MODELS), anchor="end", size=13.0),
    ]
    sides: tuple[tuple[Literal["start", "end"], bool], ...] = (("start", False), ("end", True))
    for anchor, narrow in sides:  # beside a narrow rectangle the words go on to the left
        some = [one for one in counted if one.area and (one.right - one.left < WRITTEN) == narrow]
        layers.append(
            Text(
                [one.right - 0.1 if narrow else one.left + 0.15 for one in some],
                [one.low + 0.18 for one in some],
                [
                    f"{number(one.right - one.left)} {TIMES} {number(one.high - one.low)} = {number(one.area)}"
                    for one in some
                ],
                anchor=anchor,
                size=12.0,
            )
        )
    title = f"{way}: sum {number(total)}" + ("" if np.isclose(total, true) else f", area {number(true)}")
    return Scene(layers, X, Y, _summed(counted, reference, total, true), title=title, aspect=0.7)


def stacker(label: str) -> Player:
    """``stacked`` behind three dials."""
    texts = [f"at {number(x)} | {number(y)}" for x, y in REFERENCES]
    return Player.over(
        stacked,
        label=label,
        play="n",
        start={"n": len(MODELS), "way": WAYS[0]},
        speed=1.0,
        n=Dial("models counted", range(len(MODELS) + 1)),
        way=WAYS,
        reference=Dial("reference", REFERENCES, texts=texts),
    )


def _told(operations: float, error: float, stands: dict[str, str]) -> str:
    groups = {kind: [name for name, other in stands.items() if other == kind] for kind in RELATIONS}

    def listed(kind: str) -> str:
        return ", ".join(sorted(groups[kind])) or "none"

    equal = f" Equal to it: {listed('equal')}; neither dominates." if groups["equal"] else ""
    return (
        f"{number(operations)} thousand operations, rmse {number(error)}. It dominates: {listed('dominated')}. "
        f"It is dominated by: {listed('dominates it')}. Neither: {listed('neither')}.{equal}"
    )


def _summed(counted: Sequence[Slab], reference: tuple[float, float], total: float, true: float) -> str:
    corner = f"Reference {number(reference[0])} | {number(reference[1])}."
    if not counted:
        return f"{corner} No model is counted yet."
    last = counted[-1]
    x, y = MODELS[last.name]
    if last.area:
        added = f"adds {number(last.area)}"
    elif x >= reference[0] or y >= reference[1]:
        added = "adds nothing: it does not lie below the reference"
    else:
        added = "adds nothing: it is dominated"
    over = f" The area is {number(true)}: where rectangles overlap, it was counted more than once."
    over = "" if np.isclose(total, true) else over
    return f"{corner} {len(counted)} models counted; {last.name} {added}. Sum {number(total)}.{over}"


def _rectangle(left: float, low: float, right: float, high: float, color: str, opacity: float, name: str) -> Polygons:
    x, y = np.array(_corners(left, low, right, high)).T
    return Polygons(x, y, 4, color, opacity=opacity, name=name)


def _corners(left: float, low: float, right: float, high: float) -> list[tuple[float, float]]:
    return [(left, low), (right, low), (right, high), (left, high)]
