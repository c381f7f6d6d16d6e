"""What is a grid? Its tiles as they are trained, its two conventions, and what one hyperparameter more does to it.

n, d   levels on each axis, hyperparameters
kind   which grid, by its design's name: "grid" has levels on the edges, "grid-midpoints" in the middle of n cells
"""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hpo_tutor import designs
from hpo_tutor.scenes.layers import AnyLayer, Circles, Heatmap, Line, Points, Segments, Text
from hpo_tutor.scenes.looks import BLUE, GREEN, GREY, PINK, RED, style
from hpo_tutor.scenes.stage import Axis, Board, Scene, beside
from hpo_tutor.scenes.ticks import SUPERSCRIPTS, number

Array = NDArray[np.float64]

KINDS = {"grid": "levels on the edges", "grid-midpoints": "levels in the middles"}
HALVES = ((0.0, "0"), (0.5, "0.5"), (1.0, "1"))
SHORTEST, LONGEST = 1e-2, 6e9  # seconds that fit into the picture
TIMES = ((1.0, "second"), (60.0, "minute"), (3600.0, "hour"), (86_400.0, "day"), (31_557_600.0, "year"))
LINES = {2: (GREEN, "dot"), 3: (BLUE, "dash"), 5: (RED, "solid"), 10: (PINK, "dashdot")}
MOST_DRAWN = 6  # hyperparameters; more dots than there are pixels would follow


def filling(configs: Sequence[Mapping[str, float]], losses: ArrayLike, loss: str) -> list[Scene]:
    """A grid over two logarithmic hyperparameters, one frame a trial: tiles with their losses, the best one framed.

    Args:
        configs: all n^2 combinations of the values of two hyperparameters.
        losses: (n^2,) what each reached; none failed.
        loss: what is minimised, with its unit.
    """
    reached = np.asarray(losses, dtype=np.float64)
    across, up = configs[0]
    all_x, all_y = ([config[name] for config in configs] for name in (across, up))
    xs, ys = sorted(set(all_x)), sorted(set(all_y))
    x, y = _tile_axis(across, xs), _tile_axis(up, ys)
    heights = np.log10(reached)
    low, high = float(heights.min()), float(heights.max())
    labels = (number(10**low), number(10**high))
    frames = []
    for t, config in enumerate(configs):
        z = np.full((len(ys), len(xs)), np.nan)
        for past, height in zip(configs[: t + 1], heights, strict=False):
            z[ys.index(past[up]), xs.index(past[across])] = height
        best = int(reached[: t + 1].argmin())
        (left, right), (bottom, top) = _tile(configs[best][across], xs), _tile(configs[best][up], ys)
        border = [left, right, right, left, left], [bottom, bottom, top, top, bottom]
        layers: list[AnyLayer] = [
            Heatmap(z, None, None, low, high, name=f"{loss}, log shades", labels=labels),
            Text(all_x[: t + 1], all_y[: t + 1], [f"{one:.3f}" for one in reached[: t + 1]], size=14.0),
            Line(*border, style("grid").color, width=5.0, name="best so far"),
        ]
        sentence = (
            f"Trial {t + 1} of {len(configs)}: {across} {number(config[across])}, {up} {number(config[up])}, "
            f"loss {reached[t]:.3f}. Best so far {reached[best]:.3f}."
        )
        frames.append(Scene(layers, x, y, sentence, f"{len(configs)} networks, a tile each", aspect=0.6, grid=False))
    return frames


def conventions(n: int) -> Board:
    """Both grids with n levels in the unit square, each with one of its largest holes: an empty disc between points."""
    scenes = []
    for kind, spoken in KINDS.items():
        points, look = designs.make(kind, n * n, 2), style(kind)
        gap = 1 / (n - 1) if kind == "grid" else 1 / n
        middle = 0.5 if n % 2 == 0 else 0.5 + gap / 2
        n_border = int(np.sum(np.isin(points, [0, 1]).any(axis=1)))
        layers: list[AnyLayer] = [
            Circles([middle], [middle], gap / math.sqrt(2), color=GREY, fill=GREY, opacity=0.3, name="largest hole"),
            Points(points[:, 0], points[:, 1], look.color, look.symbol, 11.0, name=kind),
        ]
        if kind == "grid-midpoints":
            layers.insert(0, _cells(n))
        sentence = (
            f"{kind}: {n_border} of {n * n} points on the border, largest hole of radius {gap / math.sqrt(2):.3f}."
        )
        axes = Axis("first hyperparameter", 0, 1, ticks=HALVES), Axis("second", 0, 1, ticks=HALVES)
        scenes.append(Scene(layers, *axes, sentence, f"{kind}: {spoken}", aspect=1.0, grid=False))
    return beside(*scenes)


def explosion(n_dims: int, n: int, seconds: float) -> Board:
    """All n^d points of a grid, drawn as grids within grids, beside the time they take; ``seconds`` for one of them."""
    if n_dims > MOST_DRAWN:
        raise ValueError(f"at most {MOST_DRAWN} hyperparameters can be drawn, got {n_dims}")
    if n not in LINES:
        raise ValueError(f"the number of levels is one of {', '.join(map(str, LINES))}, got {n}")
    points, color = _nested(n, n_dims), LINES[n][0]
    columns = n ** math.ceil(n_dims / 2)
    size = float(np.clip(230 / columns, 1.6, 13))
    total = n**n_dims
    sentence = (
        f"{n_dims} hyperparameter{'s' if n_dims > 1 else ''} with {n} levels each: {total:,} "
        f"trainings, {spell(total * seconds)} at {spell(seconds)} each."
    )
    dots = Points(points[:, 0], points[:, 1], color, "square", size, outline=None)
    blank = Axis("", 0, 1, ticks=())
    return beside(
        Scene(
            [dots],
            blank,
            blank,
            title=f"{n}{str(n_dims).translate(SUPERSCRIPTS)} = {total:,} trainings",
            aspect=0.8,
            grid=False,
        ),
        Scene(_durations(n_dims, n, seconds), *_time_axes(), title="How long they take", aspect=0.8),
        sentence=sentence,
    )


def spell(seconds: float) -> str:
    """A duration in words, in its largest unit and to two digits: "4.3 minutes"."""
    if seconds < 1:
        return f"{float(f'{seconds:.1e}'):g} seconds"
    length, unit = max((length, unit) for length, unit in TIMES if length <= seconds)
    count = seconds / length
    written = f"{count:,.0f}" if count >= 10 else f"{count:.1f}".removesuffix(".0")
    return f"{written} {unit}{'' if written == '1' else 's'}"


def _tile_axis(name: str, levels: Sequence[float]) -> Axis:
    (low, _), (_, high) = _tile(levels[0], levels), _tile(levels[-1], levels)
    return Axis(f"{name} (log scale)", low, high, log=True, ticks=[(level, short(level)) for level in levels])


def _tile(level: float, levels: Sequence[float]) -> tuple[float, float]:
    """The ends of the tile of a level, half a step below and above."""
    half = math.sqrt(levels[1] / levels[0])
    return level / half, level * half


def short(value: float) -> str:
    """A value of a hyperparameter to two digits: 0.0056, or 1.8·10⁻⁵."""
    if value >= 1e-4:
        return number(float(f"{value:.1e}"))
    digits, exponent = f"{value:.1e}".split("e")
    digits = digits.removesuffix(".0")
    return ("" if digits == "1" else f"{digits}·") + "10" + str(int(exponent)).translate(SUPERSCRIPTS)


def _cells(n: int) -> Segments:
    """The lines between n x n equal cells."""
    inner, zero, one = np.arange(1, n) / n, np.zeros(n - 1), np.ones(n - 1)
    x0, y0, x1, y1 = (np.concatenate(pair) for pair in ((inner, zero), (zero, inner), (inner, one), (one, inner)))
    return Segments(x0, y0, x1, y1, color=GREY, dash="dot", width=1.0)


def _nested(n: int, n_dims: int) -> Array:
    """All n^d points in the unit square: each further hyperparameter sets n copies beside, or above, one another."""
    places = np.array([[0.5, 0.5]])
    for axis in (k % 2 for k in range(n_dims)):
        copies = []
        for level in range(n):
            copy = places.copy()
            copy[:, axis] = (level + 0.5 + 0.86 * (places[:, axis] - 0.5)) / n  # a gap tells copies apart
            copies.append(copy)
        places = np.concatenate(copies)
    return places


def _durations(n_dims: int, n: int, seconds: float) -> list[AnyLayer]:
    d = np.arange(1, 10)
    lines: list[AnyLayer] = []
    for levels, (color, dash) in LINES.items():
        time = seconds * float(levels) ** d
        inside = (time >= SHORTEST) & (time <= LONGEST)
        lines.append(Line(d[inside], time[inside], color, dash, 2.5, name=f"{levels} levels"))
    here = Points([n_dims], [seconds * n**n_dims], LINES[n][0], "circle", 16.0, outline="#000000")
    return [*lines, here]


def _time_axes() -> tuple[Axis, Axis]:
    ticks = [(length, f"1 {unit}") for length, unit in (*TIMES, (3_155_760_000.0, "century"))]
    return Axis("hyperparameters", 0.5, 9.5, ticks=[(k, str(k)) for k in range(1, 10)]), Axis(
        "", SHORTEST, LONGEST, log=True, ticks=ticks
    )
