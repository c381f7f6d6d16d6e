"""What does the talk of notebook 14 show besides? One large thought a picture, for the last row.

share     of the variance of the losses, 0..1, that fANOVA credits to a hyperparameter
dead      of a hyperparameter: switched off, so that no network reads it
regret    the incumbent's loss minus the smallest there is, in grey levels
column    0 for the picture furthest left
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hpo_tutor.course.pictures.intervals import Row, intervals
from hpo_tutor.course.pictures.nb13.studies import strewn
from hpo_tutor.course.pictures.nb14 import costs, tree
from hpo_tutor.course.pictures.nb14.networks import HEIGHT, boxes, encoder_of, shapes_of
from hpo_tutor.course.pictures.nb14.networks import space as auto_encoders
from hpo_tutor.course.pictures.nb14.switches import Credits, switchboard, switched
from hpo_tutor.course.pictures.nb14.tiles import Fillings
from hpo_tutor.problems.tasks.reconstructions import Rebuilt
from hpo_tutor.race.statistics import mean_and_error
from hpo_tutor.scenes.layers import AnyLayer, Heatmap, Line, Points, Polygons, Segments, Text
from hpo_tutor.scenes.looks import BLUE, GREY, INK, RED, style
from hpo_tutor.scenes.stage import Axis, Board, Scene
from hpo_tutor.scenes.ticks import MINUS, linear, number
from hpo_tutor.search_space import SearchSpace

Array = NDArray[np.float64]

FLAT, WIDE = 0.5, 0.66  # height over width of a still, and of a picture beside the words of a player
TOP = 1.7  # rows above the first slider
LOWER = 0.05  # of a tile, by which its name stands lower
LETTERS = 14.0  # pixels, which a slide enlarges
NAMES = 0.36  # room for names left of zero, as a share of what is right of it
HALF = 0.32  # of a bar's thickness, rows
STROKES = 60  # of hatching, over the width of the longest bar
BELOW, ABOVE = 0.7, 0.6  # rows under the lowest and over the highest one
STREWN = 0.1  # rows that dots are spread over, either way
UNDER, OVER = 0.17, 0.25  # rows of the dots below a row's middle, and of its mean above it
TWO = 2  # standard errors to either side of a mean
GAP = 0.12  # between two pictures, of a picture's side
GREYS = 16  # the brightest grey level


def rebuilt(made: Rebuilt, setting: Mapping[str, Any]) -> Board:
    """Pictures, what came back from their codes, and the encoder between them."""
    came, layers = _pictures(made), network(setting)
    return Board([[came], [layers]], f"{came.sentence} The encoder: {layers.sentence}")


def _pictures(made: Rebuilt, model: int = 0) -> Scene:
    """Pictures on top, and below what came back from their codes.

    Args:
        made: of ``tasks.rebuild``.
        model: which of its models.
    """
    n, step = len(made.originals), 1 + GAP
    layers: list[AnyLayer] = []
    for row, pictures in ((1, made.originals), (0, made.pictures[model])):
        for column, picture in enumerate(pictures):
            x, y = (column * step, column * step + 1), (row * step, row * step + 1)
            grey = np.clip(picture[::-1], 0, GREYS)  # the first row of a picture is on top
            layers.append(Heatmap(grey, x, y, 0.0, GREYS))
    words = ["in", "out"]
    layers.append(Text([-GAP] * 2, [step + 0.5, 0.5], words, anchor="end", size=LETTERS))
    errors = ", ".join(f"{error:.1f}" for error in made.errors[model])
    told = f"{n} pictures, and what came back. Their rmse, in grey levels of {GREYS}: {errors}."
    width, height = n * step - GAP, 2 * step - GAP
    across, up = Axis("", -0.7, width, ticks=()), Axis("", -0.05, height + 0.05, ticks=())
    return Scene(layers, across, up, told, aspect=(height + 0.1) / (width + 0.7), grid=False)


def credited(shares: Mapping[str, float], dead: Collection[str] | None = None) -> Scene:
    """A bar for each hyperparameter, the most credited on top.

    Args:
        shares: hyperparameter -> share.
        dead: those that are; their bars are hatched, and their names say it. None hides all names behind numbers.
    """
    order = sorted(shares, key=lambda name: shares[name], reverse=True)
    values = 100 * np.array([shares[name] for name in order])
    rows = -np.arange(len(order), dtype=float)
    longest = float(values.max())
    layers: list[AnyLayer] = []
    for lies in (False, True):
        own = [k for k, name in enumerate(order) if (dead is not None and name in dead) is lies]
        if own and lies:
            strokes = np.concatenate([_strokes(values[k], rows[k], longest) for k in own])
            x0, y0, x1, y1 = strokes.T
            edges = np.concatenate([_ring(values[k], rows[k]) for k in own])
            layers += [
                Segments(x0, y0, x1, y1, RED, width=1.5),
                Line(edges[:, 0], edges[:, 1], RED, width=2.0, name="hatched: dead"),
            ]
        elif own:
            corners = np.concatenate([_ring(values[k], rows[k])[:4] for k in own])
            layers.append(Polygons(corners[:, 0], corners[:, 1], 4, BLUE, name="" if dead is None else "alive"))
    if dead is None:
        words = [str(k + 1) for k in range(len(order))]
    else:
        words = [f"{name} (dead)" if name in dead else name for name in order]
    layers.append(Text(np.full(len(order), -0.015 * longest), rows, words, anchor="end", size=LETTERS))
    told = "; ".join(f"{word}: {number(value)}" for word, value in zip(words, values, strict=True))
    ticks = linear(0.0, longest, most=5)
    across = Axis("credited by fANOVA (%)", -NAMES * longest, 1.03 * longest, ticks=ticks)
    up = Axis("", rows[-1] - BELOW, ABOVE, ticks=())
    said = f"Per cent credited: {told}."
    if dead:
        top = next(k for k, name in enumerate(order) if name in dead)
        beaten = sum(name not in dead for name in order[top:])
        together = number(100 * sum(shares[name] for name in dead) / sum(shares.values()))
        said = f"The {len(dead)} dead get {together} % of all credit; {order[top]} stands above {beaten} that live."
    return Scene(layers, across, up, said, aspect=0.62)


def board(importance: Credits, setting: Mapping[str, Any], n_conv: int, n_dense: int) -> Scene:
    """The sliders and bars of the switchboard, in few words, without the network above them."""
    found = switched(importance, setting, n_conv, n_dense)
    n = len(found.alive) + len(found.dead)
    together = number(100 * found.credited)
    told = f"{len(found.dead)} of {n} are dead." + (f" They are credited {together} %." if found.dead else "")
    scene = switchboard(importance, setting, n_conv, n_dense)
    sliders = [layer for layer in scene.layers if _lowest(layer) < TOP]
    return replace(scene, layers=sliders, y=replace(scene.y, high=TOP), sentence=told, aspect=WIDE)


def network(setting: Mapping[str, Any]) -> Scene:
    """The encoder's layers in a row; what is switched off is dashed."""
    top = HEIGHT + 1.0
    shapes = shapes_of(encoder_of(setting))
    told = f"{len(shapes)} layers, the last with {shapes[-1][0]} numbers, the code."
    return Scene(
        boxes(setting, top), Axis("", 0.0, 1.0, ticks=()), Axis("", 0.0, top + 0.2, ticks=()), told, "", 0.2, False
    )


def lit(space: SearchSpace, configs: Sequence[Mapping[str, Any]], step: int) -> Scene:
    """The tree of ``tree.lit`` in few words."""
    found = len(space.active(configs[step - 1]))
    counts = tree.seen(space, configs[:step])
    rarest = min(counts, key=counts.__getitem__)
    told = f"Config {step}: {found} of {space.n_dims} exist. Rarest branch: {rarest}, {counts[rarest]} of {step}."
    return replace(
        tree.lit(space, configs, step), sentence=told.replace(">=", "\N{GREATER-THAN OR EQUAL TO}"), aspect=WIDE
    )


def filled(fillings: Fillings) -> Callable[[str, int], Scene]:
    """The tiles of ``Fillings.picture``, with few words: (rule, n) -> scene."""

    def picture(rule: str, n: int) -> Scene:
        history, closed, _ = fillings.searches[rule]
        counts = np.bincount(fillings.places[rule][:n], minlength=len(fillings.values))
        shut = int(closed[n - 1].sum())
        few, many = int(counts.min()), int(counts.max())
        told = (
            f"{rule}, {n} trials: {few} in each tile" if few == many else f"{rule}, {n} trials: {few} to {many} a tile"
        )
        told += f", {shut} closed." if shut else "."
        if np.isfinite(history.losses[:n]).any():
            told += f" Best: {number(float(np.nanmin(history.losses[:n])))}."
        scene = fillings.picture(rule, n)
        layers: list[AnyLayer] = []
        for layer in scene.layers:
            if not isinstance(layer, Text) or _begins(layer, ("closed", "budget: ")):
                layers.append(layer)
            elif _begins(layer, (fillings.name(0),)):  # alone: with large letters a second line would touch the first
                layers.append(replace(layer, y=np.asarray(layer.y) - LOWER))
        return replace(scene, layers=layers, sentence=told, aspect=WIDE)

    return picture


def started(n_trials: int, space: SearchSpace | None = None) -> Scene:
    """Which part of a budget goes into the start-ups that all tiles want together: the bars of ``costs.startups``."""
    tilings = costs.TILINGS[:3]
    scene = costs.startups(costs.WANTED, n_trials, space, tilings)
    there = auto_encoders() if space is None else space
    left = costs.costs_of(there, tilings[-1], n_trials, capped=False).n_guided
    told = f"{n_trials} trials. Nine tiles: a model guides {int(left.sum())} of them."
    return replace(scene, sentence=told, aspect=0.6)


def shares(rows: Mapping[str, tuple[float, float, float]], words: str) -> Scene:
    """A row for each case, the first on top: a share with its interval, from zero on.

    Args:
        rows: what a row is called -> mean, low and high, 0..1.
        words: what is shared, for the axis.
    """
    values = 100 * np.array(list(rows.values()))[::-1]
    at = np.arange(len(values), dtype=float)
    top = float(values[:, 2].max())
    layers: list[AnyLayer] = [
        Segments(np.maximum(values[:, 1], 0.0), at, values[:, 2], at, INK, width=6.0, name="95 % interval"),
        Points(values[:, 0], at, RED, "diamond", 15.0, name="mean"),
        _names(list(rows)[::-1], -0.8 * top, at),
    ]
    told = "; ".join(
        f"{name}: {number(100 * mean)} ({number(100 * low)} to {number(100 * high)})"
        for name, (mean, low, high) in rows.items()
    )
    ticks = linear(0.0, top, most=6)
    across = Axis(f"{words} (%)", -0.8 * top, 1.05 * top, ticks=ticks)
    return Scene(
        layers, across, Axis("", -BELOW, len(at) - 1 + ABOVE, ticks=()), f"Per cent, {words}. {told}.", aspect=FLAT
    )


def ahead(
    of: Mapping[str, tuple[ArrayLike, ArrayLike, str]], ends: tuple[float, float], sides: tuple[str, str], peer: str
) -> Scene:
    """How much more regret one search has than another, seed by seed: a row each, mean and two standard errors.

    Args:
        of: words of a row -> regrets of a search and of its peer, (n,) each, and the sampler whose look it has.
        ends: of the axis, in grey levels.
        sides: who is ahead left of zero, and right of it, where the peer is.
        peer: who that is, as the axis says it.

    Raises:
        ValueError: an interval lies beyond the axis.
    """
    rows = []
    for words, (own, others, look) in of.items():
        gaps = np.asarray(own, dtype=np.float64) - np.asarray(others, dtype=np.float64)
        mean, error = mean_and_error(gaps)
        rows.append(Row(words, mean, error, style(look)))
    across = Axis(f"regret {MINUS} that of {peer} (grey levels)", *ends)
    scene = intervals(rows, across, sides, aspect=FLAT)
    told = "; ".join(f"{row.words}: {row.mean:.2f} ± {TWO * row.error:.2f}".replace("-", MINUS) for row in rows)
    return replace(scene, sentence=f"Regret minus that of {peer}, mean ± two errors. {told}.")


def ended(scores: Mapping[str, ArrayLike], looks: Mapping[str, str]) -> Scene:
    """A row for each search, the lowest mean on top: repetitions as dots, and the mean with two standard errors.

    Args:
        scores: what a row is called -> regrets, (n,) of its repetitions.
        looks: what a row is called -> the sampler whose look it has.
    """
    values = {name: np.asarray(some, dtype=np.float64) for name, some in scores.items()}
    order = sorted(values, key=lambda name: float(values[name].mean()), reverse=True)
    top = max(float(some.max()) for some in values.values())
    rows = np.arange(len(order), dtype=float)
    layers: list[AnyLayer] = [_names(order, -0.6 * top, rows)]
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
        told.append(f"{name} {mean:.2f} ± {TWO * error:.2f}")
    ticks = linear(0.0, top, most=6)
    across = Axis("regret (grey levels)", -0.6 * top, 1.05 * top, ticks=ticks)
    sentence = f"Regret, mean ± two standard errors: {'; '.join(told[::-1])}."
    return Scene(layers, across, Axis("", -BELOW, len(order) - 1 + ABOVE, ticks=()), sentence, aspect=FLAT)


def _begins(layer: Text, words: tuple[str, ...]) -> bool:
    """Whether the first of some texts begins with one of these words."""
    return layer.text[0].startswith(words) if len(layer.text) else True


def _lowest(layer: AnyLayer) -> float:
    """How deep a layer of the switchboard reaches."""
    heights = (np.asarray(getattr(layer, name), dtype=np.float64) for name in ("y", "y0", "y1") if hasattr(layer, name))
    return min((float(np.nanmin(some)) for some in heights if some.size), default=-np.inf)


def _names(names: Sequence[str], at: float, rows: Array) -> Text:
    """What rows are called, at the left end of the axis."""
    return Text(np.full(len(rows), 0.98 * at), rows, list(names), anchor="start", size=16.0)


def _ring(end: float, row: float) -> Array:
    """The outline of a bar, and a break after it: (6, 2)."""
    x = [0, end, end, 0, 0, np.nan]
    return np.column_stack([x, [row - HALF, row - HALF, row + HALF, row + HALF, row - HALF, np.nan]])


def _strokes(end: float, row: float, longest: float) -> Array:
    """Slanting strokes within a bar: x0, y0, x1, y1 in each row, (n, 4)."""
    step = longest / STROKES
    feet = np.arange(-step, end, step)
    low, high = np.maximum(feet, 0.0), np.minimum(feet + step, end)
    rise = [row - HALF + 2 * HALF * (x - feet) / step for x in (low, high)]
    rows: Array = np.column_stack([low, rise[0], high, rise[1]])[high > low]
    return rows
