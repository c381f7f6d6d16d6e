"""What does the talk of notebook 11 show besides? Six designs, two papers, a race to bet on, and scores that move.

values   (S, B) y - 1 in per cent, of S designs on B batches
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hpo_tutor import designs
from hpo_tutor.course.pictures.nb11.bets import Field, moment
from hpo_tutor.course.pictures.nb11.scores import ABOVE
from hpo_tutor.scenes.layers import AnyLayer, Points, Segments, Text
from hpo_tutor.scenes.looks import GREY, style
from hpo_tutor.scenes.stage import Axis, Board, Scene, beside
from hpo_tutor.scenes.ticks import linear, number

Array = NDArray[np.float64]

FLAT, SQUARE = 0.42, 0.8  # height over width: of one picture, and of one of two abreast
NAMED = 0.45  # room for names left of zero, as a share of what is right of it
LARGER = 1.4  # symbols and lines of a notebook's picture, for the last row


def placed(names: Sequence[str], n_points: int, seed: int = 0) -> Board:
    """Where each design puts its points, three designs a row."""
    scenes = []
    for name in names:
        points, look = designs.make(name, n_points, 2, seed=seed), style(name)
        trials = Points(points[:, 0], points[:, 1], look.color, look.symbol, 18.0)
        layers: list[AnyLayer] = [trials, Text([0.5], [-0.26], name, size=26.0)]
        scenes.append(Scene(layers, Axis("", -0.08, 1.08, ticks=()), Axis("", -0.4, 1.08, ticks=()), aspect=0.75))
    rows = [scenes[k : k + 3] for k in range(0, len(scenes), 3)]
    return Board(rows, f"{n_points} points each in a square: {', '.join(names)}.")


def papers(found: Mapping[str, Array], names: Sequence[str]) -> Board:
    """A ranking for each paper, with two standard errors, on one axis.

    Args:
        found: title of a paper -> its values.
        names: (S,) the designs.
    """
    cells = {}
    for title, values in found.items():
        means, errors = values.mean(axis=1), values.std(axis=1, ddof=1) / np.sqrt(values.shape[1])
        cells[title] = dict(zip(names, zip(means.tolist(), errors.tolist(), strict=True), strict=True))
    top = max(mean + 2 * error for cell in cells.values() for mean, error in cell.values())
    scenes = [listed(cell, top, title, SQUARE) for title, cell in cells.items()]
    return beside(*scenes, sentence=" ".join(f"{scene.title}: {scene.sentence}" for scene in scenes))


def listed(cell: Mapping[str, tuple[float, float]], top: float, title: str = "", aspect: float = FLAT) -> Scene:
    """Designs by their means, the lowest on top, their names within the picture, with two standard errors.

    Args:
        cell: design -> mean and standard error, per cent.
        top: where the axis ends, but for a margin.
        title: of the picture.
        aspect: height over width.
    """
    order = sorted(cell, key=lambda name: cell[name][0])
    left = -NAMED * top
    layers: list[AnyLayer] = []
    for row, name in enumerate(reversed(order)):
        look, (mean, error) = style(name), cell[name]
        layers += [
            Segments([max(mean - 2 * error, 0)], [row], [mean + 2 * error], [row], look.color, width=7.0),
            Points([mean], [row], look.color, look.symbol, 18.0),
            Text([0.97 * left], [row], [name.removeprefix("grid-")], anchor="start", size=16.0),
        ]
    ticks = [tick for tick in linear(0, top, 4) if tick[0] >= 0]
    across = Axis(ABOVE, left, 1.05 * top, ticks=ticks)
    rows = Axis("", -0.6, len(order) - 0.4, ticks=())
    return Scene(layers, across, rows, f"{', '.join(order)}.", title, aspect)


def race(races: Field, points: int, number_of: int, drawn: int, revealed: bool) -> Scene:
    """One race of ``bets.moment``, as wide as a slide and without the table of bets.

    Args:
        races: what it is drawn from.
        points: of each design.
        number_of: the race.
        drawn: batches so far.
        revealed: whether names and true means are shown.
    """
    board = moment(races, points=points, race=number_of, drawn=drawn, revealed=revealed, bets=())
    scene, said = board.rows[0][0], board.sentence.removesuffix(" No bet yet.")
    said = said.partition(", by ")[0].removesuffix(".") + "."  # how far ahead, the stars tell
    layers: list[AnyLayer] = []
    for layer in scene.layers:
        if isinstance(layer, Points):
            layers.append(replace(layer, size=LARGER * layer.size))
        elif isinstance(layer, Segments):
            layers.append(replace(layer, width=LARGER * layer.width))
    return replace(scene, layers=layers, sentence=said, title="", aspect=FLAT)


def moved(before: Mapping[str, float], after: Mapping[str, float], words: tuple[str, str]) -> Scene:
    """A row for each design: where its score was, where it is now, and a line between.

    Args:
        before: design -> score, per cent.
        after: the same designs, later.
        words: what each was.
    """
    layers: list[AnyLayer] = []
    rows = list(before)[::-1]
    for row, name in enumerate(rows):
        look, ends = style(name), (before[name], after[name])
        layers += [
            Segments([ends[0]], [row], [ends[1]], [row], look.color, width=5.0),
            Points([ends[0]], [row], GREY, look.symbol, 18.0, name=words[0] if row == 0 else ""),
            Points([ends[1]], [row], look.color, look.symbol, 22.0, name=words[1] if row == 0 else ""),
            Text([sum(ends) / 2], [row + 0.28], [f"{number(ends[0])} → {number(ends[1])}"], size=16.0),
        ]
    told = "; ".join(f"{name} from {number(before[name])} to {number(after[name])}\u00a0%" for name in before)
    ticks = [(float(row), name) for row, name in enumerate(rows)]
    top = 1.15 * max(*before.values(), *after.values())
    up = Axis("", -0.5, len(rows) - 0.3, ticks=ticks)
    return Scene(layers, Axis(ABOVE, 0, top), up, f"{words[0]}, then {words[1]}: {told}.", aspect=FLAT)
