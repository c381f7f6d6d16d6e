"""What does the talk of notebook 11 show besides? Six designs, two papers, a race to bet on, and scores that move.

values   (S, B) y - 1 in per cent, of S designs on B batches
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hpo_tutor import designs
from hpo_tutor.course.pictures.nb11.bets import Field, moment
from hpo_tutor.course.pictures.nb11.explored import Score, ranking
from hpo_tutor.course.pictures.nb11.scores import ABOVE
from hpo_tutor.scenes.layers import AnyLayer, Points, Segments, Text
from hpo_tutor.scenes.looks import GREY, style
from hpo_tutor.scenes.stage import Axis, Board, Scene, beside
from hpo_tutor.scenes.ticks import number

Array = NDArray[np.float64]

FLAT, SQUARE = 0.42, 0.8  # height over width: of one picture, and of one of two abreast


def placed(names: Sequence[str], n_points: int, seed: int = 0) -> Board:
    """Where each design puts its points, three designs a row."""
    scenes = []
    for name in names:
        points, look = designs.make(name, n_points, 2, seed=seed), style(name)
        trials = Points(points[:, 0], points[:, 1], look.color, look.symbol, 18.0)
        sides = Axis("", -0.08, 1.08, ticks=()), Axis("", -0.08, 1.08, ticks=())
        scenes.append(Scene([trials], *sides, title=name, aspect=0.42))
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
        ends = zip(means, np.maximum(means - 2 * errors, 0), means + 2 * errors, strict=True)
        cells[title] = dict(zip(names, (Score(*map(float, three)) for three in ends), strict=True))
    top = max(score.high for cell in cells.values() for score in cell.values())
    orders = {title: sorted(names, key=lambda name, cell=cell: cell[name].mean) for title, cell in cells.items()}
    scenes = [ranking(cells[title], order, title, top, SQUARE) for title, order in orders.items()]
    return beside(*scenes, sentence=" ".join(f"{title}: {', '.join(order)}." for title, order in orders.items()))


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
    said = board.sentence.removesuffix(" No bet yet.")
    return replace(board.rows[0][0], sentence=said, title="", aspect=FLAT)


def moved(before: Mapping[str, float], after: Mapping[str, float], words: tuple[str, str]) -> Scene:
    """A row for each design: where its score was, where it is now, and a line between.

    Args:
        before: design -> score, per cent.
        after: the same designs, later.
        words: what each was.
    """
    layers: list[AnyLayer] = []
    rows = list(reversed(before))
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
