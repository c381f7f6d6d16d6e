"""What does the talk of notebook 15 show besides? One large thought a picture, for the last row.

points    (n, 2)  a loss and the operations of n encoders, both minimised
share     of the area that all recorded encoders win together, 0..1
corner    (loss, decimal logarithm of the operations), the reference up to which an area is measured
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hpo_tutor import pareto
from hpo_tutor.course.pictures.intervals import Row, intervals
from hpo_tutor.course.pictures.nb13.studies import strewn
from hpo_tutor.course.pictures.nb15 import areas, tradeoffs
from hpo_tutor.course.pictures.nb15.fronts import Growth
from hpo_tutor.problems.tasks.reconstructions import Rebuilt
from hpo_tutor.race.statistics import mean_and_error
from hpo_tutor.scenes.layers import AnyLayer, Line, Points, Polygons, Segments, Text
from hpo_tutor.scenes.looks import BLUE, GREEN, GREY, INK, ORANGE, RED, style
from hpo_tutor.scenes.stage import Axis, Scene
from hpo_tutor.scenes.ticks import MINUS, linear, number

Array = NDArray[np.float64]

FLAT, WIDE = 0.5, 0.66  # height over width of a still, and of a picture beside the words of a player
BELOW, ABOVE = 0.7, 0.6  # rows under the lowest and over the highest one
STREWN = 0.1  # rows that dots are spread over, either way
UNDER, OVER = 0.17, 0.25  # rows of the dots below a row's middle, and of its mean above it
TWO = 2  # standard errors to either side of a mean
OWN = ("area won", "stairs of the front", "on the front")  # layers of ``Growth`` that have their sampler's colour
LARGER = 1.6  # symbols of a front
LOSS, COUNTED = "rmse (grey levels)", "operations a picture"


def crowd() -> Scene:
    """The eight models of ``areas.MODELS`` with their letters, and no word about who is on the front."""
    x, y = np.array(list(areas.MODELS.values())).T
    layers: list[AnyLayer] = [
        Points(x, y, BLUE, "circle", 20.0),
        Text(x, y + 0.4, list(areas.MODELS), size=20.0),
    ]
    told = "; ".join(f"{name} {number(at[0])} | {number(at[1])}" for name, at in sorted(areas.MODELS.items()))
    return Scene(layers, areas.X, areas.Y, f"Eight encoders, thousands of operations | rmse: {told}.", aspect=FLAT)


def stood(operations: float, error: float) -> Scene:
    """The corners of ``areas.quadrants``, in few words."""
    stands = [areas.relation((operations, error), at) for at in areas.MODELS.values()]
    told = (
        f"{number(operations)} thousand, rmse {number(error)}. It dominates: {stands.count('dominated')}. "
        f"Dominated by: {stands.count('dominates it')}."
    )
    return replace(areas.quadrants(operations, error), sentence=told, aspect=WIDE)


def cloud(points: ArrayLike, baseline: tuple[float, float] | None = None) -> Scene:
    """All recorded encoders as dots, their front as stairs, and what a plain code gives.

    Args:
        points: (n, 2).
        baseline: its loss and operations; who is no better in either is struck out. None shows none.
    """
    table = np.asarray(points, dtype=np.float64)
    on_front = np.asarray(pareto.non_dominated(table))
    front = table[on_front][np.argsort(table[on_front, 1], kind="stable")]
    corners = np.repeat(front, 2, axis=0)
    told = f"{len(front)} of {len(table):,} encoders are on the front."
    layers: list[AnyLayer] = [Points(table[:, 1], table[:, 0], GREY, "circle", 6.0, 0.5, outline=None, name="trained")]
    if baseline is not None:
        loss, operations = baseline
        beaten = (table[:, 0] >= loss) & (table[:, 1] >= operations)
        high, right = table.max(axis=0) * (1.02, 1.4)
        x, y = [operations, right, right, operations], [loss, loss, high, high]
        layers.append(Polygons(x, y, 4, GREEN, opacity=0.22, name="it dominates what lies here"))
        told = f"The linear code: {operations:,.0f} operations, rmse {loss:.2f}. It beats {100 * beaten.mean():.0f} %."
    layers += [
        Line(corners[1:, 1], corners[:-1, 0], BLUE, width=4.0),
        Points(front[:, 1], front[:, 0], BLUE, "diamond", 13.0, name="on the front"),
    ]
    if baseline is not None:
        layers.append(Points([operations], [loss], GREEN, "triangle-up", 22.0, outline=INK, name="linear code"))
    low = 0.95 * min([float(table[:, 0].min()), *(baseline[:1] if baseline else ())])
    across = Axis(COUNTED, table[:, 1].min() / 1.4, table[:, 1].max() * 1.4, log=True)
    return Scene(layers, across, Axis(LOSS, low, 1.02 * float(table[:, 0].max())), told, aspect=FLAT)


def gave_back(k: int, points: ArrayLike, rows: Sequence[int], rebuilt: Rebuilt, linear: Rebuilt) -> Scene:
    """The pictures of ``tradeoffs.picture`` without the front above them, in few words.

    Args:
        k: which of the trained models, from 0.
        points: (n, 2) of all trials.
        rows: the trials whose models were trained.
        rebuilt: what they make of some pictures.
        linear: what the linear code makes of them.
    """
    scene = tradeoffs.picture(k, points, rows, rebuilt, linear).rows[1][0]
    operations = np.asarray(points, dtype=np.float64)[rows[k], 1]
    told = f"{operations:,.0f} operations: rmse {rebuilt.losses[k]:.1f}. "
    told += f"Linear code, {tradeoffs.linear_operations(linear):,}: {linear.losses[0]:.1f}."
    return replace(scene, sentence=told)


def counted(n: int, way: str, reference: tuple[float, float]) -> Scene:
    """The rectangles of ``areas.stacked``, in few words."""
    found = areas.slabs(way, reference)[:n]
    total, true = (sum(one.area for one in some) for some in (found, areas.slabs("slices", reference)[:n]))
    told = f"{way}, {n} {'model' if n == 1 else 'models'}: sum {number(total)}."
    if not np.isclose(total, true):
        told += f" The area is {number(true)}."
    return replace(areas.stacked(n, way, reference), sentence=told[0].upper() + told[1:], title="", aspect=WIDE)


def halves(points: ArrayLike, top: float, corner: tuple[float, float]) -> Scene:
    """The two halves of a front, and the area of each up to a reference whose loss is ``top``.

    Args:
        points: (n, 2) of a front, in any order.
        top: the loss of the reference.
        corner: of it the operations are taken.
    """
    curve = np.asarray(points, dtype=np.float64)
    curve = curve[np.argsort(curve[:, 1], kind="stable")]
    curve = np.column_stack([curve[:, 0], np.log10(curve[:, 1])])
    parts = {"frugal": curve[: len(curve) // 2], "good": curve[len(curve) // 2 :]}
    looks = {"frugal": (ORANGE, "square"), "good": (BLUE, "circle")}
    layers: list[AnyLayer] = []
    told = []
    for name, part in parts.items():
        (color, symbol), useful = looks[name], part[part[:, 0] < top]
        told.append(f"{name} {pareto.hypervolume(part, (top, corner[1])):.1f}")
        if len(useful):
            steps = np.repeat(useful, 2, axis=0)
            x = [*steps[:, 1], corner[1], corner[1]]
            y = [top, *steps[:-1, 0], useful[-1, 0], top]
            layers.append(Polygons(10 ** np.array(x), y, len(x), color, color, 2.0, 0.25))
        layers.append(Points(10 ** part[:, 1], part[:, 0], color, symbol, 13.0, name=f"the {name} half"))
    layers.append(Points([10 ** corner[1]], [top], RED, "square", 15.0, name="reference"))
    across = Axis(COUNTED, 10 ** (curve[0, 1] - 0.15), 10 ** (corner[1] + 0.15), log=True)
    up = Axis(LOSS, 0.9 * float(curve[:, 0].min()), 6.3)
    return Scene(layers, across, up, f"Reference at rmse {number(top)}. Areas: {', '.join(told)}.", aspect=WIDE)


def grown(growth: Growth) -> Callable[[str, int], Scene]:
    """The upper picture of ``Growth``, in few words: (sampler, n) -> scene."""

    def picture(sampler: str, n: int) -> Scene:
        scene = growth.picture(sampler, n).rows[0][0]
        mask = np.asarray(pareto.non_dominated(growth.losses[sampler][:n]))
        tried = "1 trial" if n == 1 else f"{n} trials"
        told = f"{sampler}, {tried}: {int(mask.sum())} on the front, area {growth.areas[sampler][n - 1]:.1f}."
        # a legend stays as the first sampler's was, so what has a sampler's colour is left out of it
        layers = [_larger(one) if getattr(one, "name", "") in OWN else one for one in scene.layers]
        return replace(scene, layers=layers, sentence=told, title="", aspect=WIDE)

    return picture


def ahead(
    of: Mapping[str, tuple[ArrayLike, ArrayLike, str]], ends: tuple[float, float], sides: tuple[str, str], label: str
) -> Scene:
    """How much more one search has than another, seed by seed: a row each, mean and two standard errors.

    Args:
        of: words of a row -> numbers of a search and of its peer, (n,) each, and the sampler whose look it has.
        ends: of the axis.
        sides: who is ahead left of zero, and right of it.
        label: of the axis, with its unit.

    Raises:
        ValueError: an interval lies beyond the axis.
    """
    rows = []
    for words, (own, others, look) in of.items():
        gaps = np.asarray(own, dtype=np.float64) - np.asarray(others, dtype=np.float64)
        rows.append(Row(words, *mean_and_error(gaps), style(look)))
    told = "; ".join(f"{row.words}: {row.mean:.2f} ± {TWO * row.error:.2f}".replace("-", MINUS) for row in rows)
    scene = intervals(rows, Axis(label, *ends), sides, aspect=FLAT)
    return replace(scene, sentence=f"{label}, mean ± two errors. {told}.")


def won(scores: Mapping[str, ArrayLike], looks: Mapping[str, str]) -> Scene:
    """A row for each search, the largest mean on top: repetitions as dots, and the mean with two standard errors.

    Args:
        scores: what a row is called -> shares, (n,) of its repetitions.
        looks: what a row is called -> the sampler whose look it has.
    """
    values = {name: 100 * np.asarray(some, dtype=np.float64) for name, some in scores.items()}
    order = sorted(values, key=lambda name: float(values[name].mean()))
    every = np.concatenate([*values.values()])
    low, high = 10 * np.floor(every.min() / 10), max(100.0, float(every.max()))
    room = 0.62 * (high - low)
    rows = np.arange(len(order), dtype=float)
    layers: list[AnyLayer] = [Text(np.full(len(rows), low - 0.98 * room), rows, order, anchor="start", size=16.0)]
    told = []
    for row, name in zip(rows, order, strict=True):
        look, some = style(looks[name]), np.sort(values[name])
        (mean, error), first, height = mean_and_error(some), row == 0, [row + OVER]
        below = row - UNDER + strewn(len(some), STREWN)
        end = f"mean ± {TWO} errors" if first else ""
        layers += [
            Points(some, below, GREY, "circle", 8.0, outline=None, name="one repetition" if first else ""),
            Segments([mean - TWO * error], height, [mean + TWO * error], height, INK, width=6.0, name=end),
            Points([mean], height, look.color, look.symbol, 15.0),
        ]
        told.append(f"{name} {mean:.0f} ± {TWO * error:.0f}")
    across = Axis("area won (% of the record's)", low - room, high + 2, ticks=linear(low, high, most=6))
    sentence = f"Per cent of the area, mean ± two standard errors: {'; '.join(told[::-1])}."
    return Scene(layers, across, Axis("", -BELOW, len(order) - 1 + ABOVE, ticks=()), sentence, aspect=FLAT)


def risen(seen: ArrayLike, others: ArrayLike, operations: ArrayLike) -> Scene:
    """Each model of a front at the loss that it got there by, and at the mean of its other trainings.

    Args:
        seen: (n,) losses by which the front was drawn.
        others: (n,) mean losses of the same models, trained again.
        operations: (n,) theirs.
    """
    old, new = np.asarray(seen, dtype=np.float64), np.asarray(others, dtype=np.float64)
    across = np.asarray(operations, dtype=np.float64)
    order = np.argsort(across, kind="stable")
    stairs = np.repeat(np.column_stack([old, across])[order], 2, axis=0)
    layers: list[AnyLayer] = [
        Line(stairs[1:, 1], stairs[:-1, 0], BLUE, width=3.0),
        Segments(across, old, across, new, INK, width=3.0),
        Points(across, old, BLUE, "circle", 14.0, name="on the front by one training"),
        Points(across, new, RED, "diamond", 14.0, name="mean of its two others"),
    ]
    heights = [*old, *new]
    room = 0.08 * (max(heights) - min(heights))
    rise = number(float(np.mean(new - old)))
    told = f"{len(old)} models of a front. Trained again, their rmse is {rise} higher on average."
    return Scene(
        layers,
        Axis(COUNTED, across.min() / 1.4, across.max() * 1.4, log=True),
        Axis(LOSS, min(heights) - room, max(heights) + room),
        told,
        aspect=FLAT,
    )


def _larger(layer: AnyLayer) -> AnyLayer:
    """The layer with larger symbols, and without its place in the legend."""
    if isinstance(layer, Points):
        return replace(layer, size=LARGER * layer.size, name="")
    return replace(layer, name="") if isinstance(layer, Line | Polygons) else layer
