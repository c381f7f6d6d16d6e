"""What does the talk of notebook 13 show besides? One large thought a picture, for the last row.

error    per cent of the test pictures that a network misses
ratio    a sampler's regret over that of another with the same seed; differences of its logarithms are averaged
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hpo_tutor.course.pictures.intervals import Row, intervals
from hpo_tutor.course.pictures.nb13 import bumps, descents, grids, queues
from hpo_tutor.course.pictures.nb13.studies import strewn
from hpo_tutor.designs.sparse_grids import n_full, n_regular, places, regular
from hpo_tutor.problems import functions
from hpo_tutor.race.experiments.moved import Moved
from hpo_tutor.race.experiments.standings import NEAR
from hpo_tutor.race.statistics import mean_and_error
from hpo_tutor.scenes.layers import AnyLayer, Line, Points, Polygons, Segments, Text
from hpo_tutor.scenes.looks import BLUE, GREY, INK, style
from hpo_tutor.scenes.stage import Axis, Board, Scene, beside
from hpo_tutor.scenes.surfaces import landscape
from hpo_tutor.scenes.ticks import MINUS, number

Array = NDArray[np.float64]

FLAT, WIDE = 0.42, 0.7  # height over width of one picture: of a still, and beside the words of a player
LARGER = 1.5  # symbols and lines of a notebook's picture
LETTERS = 16.0  # pixels, which a slide enlarges
NAMED = 0.85  # room for names left of zero, as a share of what is right of it
CALLED = 1.05  # room for names and trials, likewise
BELOW, ABOVE = 0.55, 0.6  # rows under the lowest and over the highest one
STREWN = 0.1  # rows that dots are spread over, either way
UNDER, OVER = 0.17, 0.25  # rows of the dots below a row's middle, and of its mean above it
TWO = 2  # standard errors to either side of a mean
MANY = 6  # powers of ten on an axis, from which on every other one is named


def right(shares: Mapping[str, float]) -> Scene:
    """A row for each search, from the top, and a bar for what its network had right.

    Args:
        shares: what a row is called -> per cent.
    """
    values = np.array(list(shares.values()))[::-1]
    rows = np.arange(len(values), dtype=float)
    x = np.column_stack([0 * values, values, values, 0 * values]).ravel()
    y = np.column_stack([rows - 0.3, rows - 0.3, rows + 0.3, rows + 0.3]).ravel()
    layers: list[AnyLayer] = [
        Polygons(x, y, 4, BLUE),
        Text(values + 2, rows, [f"{value:.1f}\u00a0%" for value in values], anchor="start", size=20.0),
        *_names(list(shares)[::-1], -100 * CALLED, rows),
    ]
    told = "; ".join(f"{name}: {value:.1f}\u00a0%" for name, value in shares.items())
    across = Axis("test pictures right (%)", -100 * CALLED, 136, ticks=[(at, f"{at:g}") for at in (0, 25, 50, 75, 100)])
    return Scene(layers, across, Axis("", -BELOW, len(values) - 1 + ABOVE, ticks=()), told + ".", aspect=FLAT)


def taken(level: int) -> Board:
    """The groups of ``grids.tableau``, in few words."""
    board = grids.tableau(level)
    return replace(board, sentence=f"Level {level}: {n_regular(level, 2)} of {n_full(level, 2)} points.")


def paid(level: int, n_dims: int) -> Scene:
    """The counts of ``grids.counts`` with large symbols, and both numbers beside their points."""
    scene = grids.counts(level, n_dims)
    numbers = [n_full(level, n_dims), n_regular(level, n_dims)]
    above = Text([n_dims - 0.25] * 2, [5.0 * n for n in numbers], [f"{n:,}" for n in numbers], anchor="end", size=20.0)
    return replace(scene, layers=[*map(_larger, scene.layers), above], aspect=FLAT)


def grew(step: int, gamma: float, function: str) -> Scene:
    """The map of ``queues.grown`` without its queue, and its regret in words.

    Args:
        step: number of refinements.
        gamma: of ``queues.GROWING``.
        function: one of ``queues.FUNCTIONS``.
    """
    scene = queues.grown(gamma, step, function).rows[0][0]
    told = f"Regret of the best: {number(queues.regret(gamma, step, function))}." if step else "The middle comes first."
    said = f"gamma {number(gamma)}, refinement {step}. {told}"
    return replace(scene, sentence=said, title="", aspect=WIDE)


def summed(n_bumps: int, shape: str = "hats", function: str = "smooth") -> Scene:
    """The loss, what has been tried of it, and the sum of the first bumps, as in ``bumps.stacked``.

    Args:
        n_bumps: from 1 to 31.
        shape: "hats" or "cubic".
        function: one of ``bumps.FUNCTIONS``.
    """
    scene = bumps.stacked(n_bumps, shape, function).rows[0][0]
    shown = bumps.stack(n_bumps, bumps.SHAPES[shape], function)
    kind = "bump" if n_bumps == 1 else {"hats": "hats", "cubic": "cubic bumps"}[shape]
    said = f"{n_bumps} {kind}. The sum is off by up to {number(shown.error)}."
    return replace(scene, layers=list(map(_larger, scene.layers)), sentence=said, title="", aspect=WIDE)


def downhill(n_points: int, optimiser: str = "nelder-mead") -> Board:
    """The maps of ``descents.descended`` with cubic bumps, and what its end promises, in few words.

    Args:
        n_points: of the grid, of ``descents.N_TRIALS``.
        optimiser: one of ``surrogates.minimisers.MINIMISERS``.
    """
    board, way = descents.descended(optimiser, n_points), descents.descent(optimiser, n_points)
    end = dict(zip(functions.function(descents.EXAMPLE).space.names, map(float, way.path[-1]), strict=True))
    promised, true = float(way.values[-1]), functions.function(descents.EXAMPLE)(end)
    titles = ("The truth", f"{n_points} points")
    row = [replace(scene, title=title) for scene, title in zip(board.rows[0], titles, strict=True)]
    said = f"{n_points} points. At the end of the way: promised {promised:.2f}, true {true:.2f}."
    return Board([row], said.replace("-", MINUS))


def addresses(level: int, box: int = queues.BOX) -> Board:
    """Rastrigin in its published box, and moved; on both the points of the same sparse grid, and the minimum.

    Args:
        level: of the grid.
        box: a member of ``Moved``.
    """
    points = places(*regular(level, 2))
    scenes, told = [], []
    for title, objective in (("published", functions.function("rastrigin")), ("moved", Moved("rastrigin", 2, box))):
        ground = landscape(objective)
        *below, star = ground.layers
        x, y = (axis.low + points[:, i] * (axis.high - axis.low) for i, axis in enumerate((ground.x, ground.y)))
        names = objective.space.names
        losses = [
            objective(dict(zip(names, place, strict=True))) for place in np.column_stack([x, y]).astype(float).tolist()
        ]
        missed = number(float(min(losses) - objective.optimum))
        layers = [*map(_unnamed, below), Points(x, y, BLUE, "circle", 13.0), _larger(_unnamed(star))]
        scenes.append(Scene(layers, ground.x, ground.y, "", f"{title}: regret {missed}", 1.0, ground.grid))
        told.append(f"{title}, the best of them is {missed} above the minimum")
    return beside(*scenes, sentence=f"Rastrigin with {len(points)} points of a sparse grid. {'; '.join(told)}.")


def factors(of: Mapping[str, tuple[Array, Array]], ends: tuple[float, float], peer: str) -> Scene:
    """By which factor the sparse grid's regret is that of another sampler: a row each, geometric mean and interval.

    Args:
        of: words of a row -> regrets of the sparse grid and of the other, (n,) each, seed by seed.
        ends: of the axis, as logarithms to base 10.
        peer: who the other is.
    """
    rows = []
    for words, (own, others) in of.items():
        logs = np.log10(np.maximum(own, NEAR)) - np.log10(np.maximum(others, NEAR))
        mean, error = mean_and_error(logs)
        rows.append(Row(words, mean, error, style("sparse-grid")))
    step = 1 if ends[1] - ends[0] < MANY else 2
    powers = [k for k in range(-12, 13) if k % step == 0]
    across = Axis(f"regret / that of {peer}, log scale", *ends, ticks=[(k, _factor(k)) for k in powers])
    scene = intervals(rows, across, ("sparse grid", peer), aspect=FLAT, how="nearer")
    told = [
        f"{row.words}: {number(10**row.mean)}, from {number(10 ** (row.mean - 2 * row.error))} to "
        f"{number(10 ** (row.mean + 2 * row.error))}"
        for row in rows
    ]
    return replace(scene, sentence=f"The sparse grid's regret over that of {peer}, ± two errors. {'; '.join(told)}.")


def missed(scores: Mapping[str, ArrayLike], looks: Mapping[str, str]) -> Scene:
    """A row for each method, the lowest mean on top: repetitions as dots, and the mean with two standard errors.

    Args:
        scores: what a row is called -> errors, (n,) of its repetitions.
        looks: what a row is called -> the sampler whose look it has.
    """
    values = {name: np.asarray(some, dtype=np.float64) for name, some in scores.items()}
    order = sorted(values, key=lambda name: float(values[name].mean()), reverse=True)
    top = max(float(some.max()) for some in values.values())
    rows = np.arange(len(order), dtype=float)
    layers: list[AnyLayer] = list(_names(order, -NAMED * top, rows))
    told = []
    for row, name in zip(rows, order, strict=True):
        look, some = style(looks[name]), np.sort(values[name])
        (mean, error), first, height = mean_and_error(some), row == 0, [row + OVER]
        ends = [mean - TWO * error], [mean + TWO * error]
        below = row - UNDER + strewn(len(some), STREWN)
        layers += [
            Points(some, below, GREY, "circle", 8.0, outline=None, name="one repetition" if first else ""),
            Segments(ends[0], height, ends[1], height, INK, width=6.0, name=f"mean ± {TWO} errors" if first else ""),
            Points([mean], height, look.color, look.symbol, 15.0),
        ]
        told.append(f"{name} {mean:.1f} ± {TWO * error:.1f}")
    ticks = [(at, f"{at:g}") for at in range(0, 101, 20) if at <= 1.05 * top]
    across = Axis("test pictures missed (%)", -NAMED * top, 1.05 * top, ticks=ticks)
    sentence = f"Per cent missed, mean ± two standard errors: {'; '.join(told[::-1])}."
    return Scene(layers, across, Axis("", -BELOW, len(order) - 1 + ABOVE, ticks=()), sentence, aspect=FLAT)


def _names(names: Sequence[str], at: float, rows: Array) -> list[Text]:
    """What rows are called, at the left end of the axis."""
    return [Text(np.full(len(rows), 0.98 * at), rows, list(names), anchor="start", size=LETTERS)]


def _factor(power: int) -> str:
    """A power of ten as a reader says it: 1/100 for -2."""
    return f"{10**power:,}" if power >= 0 else f"1/{10**-power:,}"


def _unnamed(layer: AnyLayer) -> AnyLayer:
    """The layer without its place in the legend."""
    return replace(layer, name="") if getattr(layer, "name", "") else layer


def _larger(layer: AnyLayer) -> AnyLayer:
    """The layer with larger symbols and wider lines."""
    if isinstance(layer, Points):
        return replace(layer, size=LARGER * layer.size)
    if isinstance(layer, Line | Segments):
        return replace(layer, width=LARGER * layer.width)
    return layer
