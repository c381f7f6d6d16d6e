"""Does what was seen come true? Many hyperparameters, seen and held out; and searches that were run in both ways.

seen, held    y - 1 in per cent of an incumbent, on the rows that chose it, and on rows that no search sees
chosen        d -> (B,) the same on held-out rows, of the best choice that the rows seen allow
both          a study's rows of those cells that were run on recorded losses and really trained, normalised by the pool
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hpo_tutor.course.pictures.nb11.explored import PLACES, Score, ranking
from hpo_tutor.course.pictures.nb11.scores import ABOVE
from hpo_tutor.race.protocol import normalise
from hpo_tutor.race.statistics import bootstrap_t_interval
from hpo_tutor.scenes.layers import AnyLayer, Line, Points
from hpo_tutor.scenes.looks import INK, style
from hpo_tutor.scenes.stage import Axis, Board, Scene, beside
from hpo_tutor.scenes.ticks import number

Array = NDArray[np.float64]

CELL = ["track", "n_dims", "resolution", "sampler", "batch"]


def two_stories(n: int, means: pd.DataFrame, chosen: Mapping[int, Array], names: Sequence[str]) -> Board:
    """What the searches saw over the number of hyperparameters, and beside it what came of it on held-out rows.

    Args:
        n: levels on each axis.
        means: a row for each (n_dims, resolution, sampler), with the columns seen and held.
        chosen: d -> (B,) of a choice that cannot be made better by the rows seen.
        names: samplers to draw, each of them where it was run.
    """
    own = means.xs(n, level="resolution")
    dims = sorted(own.index.get_level_values("n_dims").unique())
    every = means[["seen", "held"]].to_numpy()
    axis = Axis(ABOVE, float(every.min()) - 0.5, float(every.max()) + 0.5)
    across = Axis("hyperparameters d", 2.7, 8.3, ticks=[(d, str(d)) for d in range(3, 9)])
    panels = []
    for column, title in (("seen", "What the searches saw"), ("held", "On rows held out")):
        layers: list[AnyLayer] = [Line([2.7, 8.3], [0, 0], INK, width=1.0)]
        for name in names:
            curve = own[column].xs(name, level="sampler").sort_index()
            look = style(name)
            layers.append(Line(curve.index, curve, look.color, look.dash, 2.0))
            layers.append(Points(curve.index, curve, look.color, look.symbol, 10.0, name=name))
        if column == "held":
            best = [float(chosen[d].mean()) for d in dims]
            layers.append(Line(dims, best, INK, "dot", 3.0, name="best choice by what is seen"))
        panels.append(Scene(layers, across, axis, title=title, aspect=0.95))
    first, last = (own.loc[(d, "random")] for d in (dims[0], dims[-1]))
    told = "; ".join(
        f"d = {d}: seen {number(float(row['seen']))}\u00a0%, held out {number(float(row['held']))}\u00a0%"
        for d, row in ((dims[0], first), (dims[-1], last))
    )
    return beside(*panels, sentence=f"{n} levels, {n}^d points, random points. {told}.")


def twice(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of cells that ran both ways, with y - 1 by the pool in per cent; over two hyperparameters."""
    plain = table[(table["variant"].fillna("") == "") & (table["n_dims"] == 2)]
    both = plain.merge(plain.loc[plain["live"].astype(bool), CELL], on=CELL)
    return both.assign(y=100 * normalise(both, by="pool"))


def both_ways(place: str, n: int, both: pd.DataFrame) -> Board:
    """The ranking of the same cells on recorded losses and really trained.

    Args:
        place: what was raced on, in words.
        n: levels on each axis.
        both: of ``twice``.
    """
    own = both[(both["track"] == PLACES[place][0]) & (both["resolution"] == n)]
    if own.empty:
        blank = Axis("", 0, 1, ticks=())
        levels = sorted(both.loc[both["track"] == PLACES[place][0], "resolution"].unique().tolist())
        empty = Scene([], blank, blank, aspect=0.7, grid=False)
        return beside(empty, empty, sentence=f"{place}: both ways with {', '.join(map(str, levels))} levels.")
    cells = [_scores(own[own["live"].astype(bool) == live]) for live in (False, True)]
    best = sorted(cells[0], key=lambda name: cells[0][name].mean)
    top = max(score.high for cell in cells for score in cell.values())
    scenes = [
        ranking(cell, best, title, top, aspect=0.7)
        for cell, title in zip(cells, ("Recorded", "Really trained"), strict=True)
    ]
    lowest = [min(cell, key=lambda name: cell[name].mean) for cell in cells]
    last = [max(cell, key=lambda name: cell[name].mean) for cell in cells]
    said = f"Lowest: {lowest[0]} recorded, {lowest[1]} trained. Highest: {last[0]} recorded, {last[1]} trained."
    return beside(*scenes, sentence=f"{place}, {n} levels. {said}")


def _scores(rows: pd.DataFrame) -> dict[str, Score]:
    found = {}
    for name, cell in rows.groupby("sampler", sort=False):
        values = cell["y"].to_numpy(dtype=np.float64)
        interval = bootstrap_t_interval(values)
        found[str(name)] = Score(float(values.mean()), max(float(interval.low), 0.0), float(interval.high))
    return found
