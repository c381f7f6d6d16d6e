"""Who wins where? The whole study behind three controls: what was raced on, how many hyperparameters, how many levels.

place     what was raced on: a track, perhaps with a variant
d, n      hyperparameters and levels; each design has N = n^d points
y - 1     per cent; a row of values, one a batch, for each sampler
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hpo_tutor.course.pictures.nb11.scores import ABOVE
from hpo_tutor.race.statistics import bootstrap_t_interval
from hpo_tutor.scenes.layers import AnyLayer, Band, Line, Points, Segments, Text
from hpo_tutor.scenes.looks import INK, style
from hpo_tutor.scenes.stage import Axis, Board, Scene, beside
from hpo_tutor.scenes.ticks import number
from hpo_tutor.widgets.dials import Dial
from hpo_tutor.widgets.player import Player

Array = NDArray[np.float64]

PLACES: Mapping[str, tuple[str, str]] = {
    "houses": ("trees", ""),
    "houses, third axis idle": ("trees", "idle"),
    "jets": ("networks", ""),
    "photographs": ("photographs", ""),
}
"""What was raced on, in words -> its track and variant."""
IDLE_DIMS = 3
MANY = 8  # samplers whose bands would hide one another; then only the bold dots have intervals


class Score(NamedTuple):
    """y - 1 of a sampler in one corner of the study, per cent: its mean over the batches, and an interval."""

    mean: float
    low: float
    high: float


def scores(
    table: pd.DataFrame, track: str, variant: str, by: str = "optimum"
) -> dict[tuple[int, int], dict[str, Score]]:
    """(d, n) -> sampler -> its score, for one track and variant.

    Args:
        table: of a study; recorded rows only are looked at.
        track: of the study.
        variant: of the study.
        by: how batches are normalised, "optimum" or "pool".
    """
    from hpo_tutor.race.protocol import normalise

    rows = table[(table["track"] == track) & (table["variant"].fillna("") == variant) & ~table["live"].astype(bool)]
    if rows.empty:
        return {}
    rows = rows.assign(above=100 * normalise(rows, by=by))
    found: dict[tuple[int, int], dict[str, Score]] = {}
    for key, cell in rows.groupby(["n_dims", "resolution", "sampler"], sort=True):
        d, n, sampler = map(str, key)
        values = cell["above"].to_numpy(dtype=np.float64)
        interval = bootstrap_t_interval(values)
        found.setdefault((int(d), int(n)), {})[str(sampler)] = Score(
            float(values.mean()), max(float(interval.low), 0.0), float(interval.high)
        )
    return found


class Explorer:
    """The study, looked at.

    Args:
        table: of a study.
        order: samplers in the order of rows; others come behind.
    """

    def __init__(self, table: pd.DataFrame, order: Sequence[str] = ()) -> None:
        self.found = {place: scores(table, *of) for place, of in PLACES.items()}
        known = list(dict.fromkeys([*order, *table["sampler"].unique()]))
        self.order = [str(name) for name in known]

    def picture(self, place: str, d: int, n: int) -> Board:
        """All resolutions of a place and d on the left, the ranking at one of them on the right."""
        d = IDLE_DIMS if PLACES[place][1] == "idle" else d  # whatever the slider says: an idle axis is the third
        there = {m: cell for (dims, m), cell in sorted(self.found[place].items()) if dims == d}
        if n not in there:
            return self._missing(place, d, n, sorted(there))
        cell, names = there[n], [name for name in self.order if name in there[n]]
        best = sorted(names, key=lambda name: cell[name].mean)
        said = ", ".join(f"{name} {number(cell[name].mean)}\u00a0%" for name in best[:3])
        clear = cell[best[1]].low > cell[best[0]].high if len(best) > 1 else False
        apart = "Its interval lies clear of the next." if clear else "Its interval overlaps with the next."
        return beside(
            self._curves(there, d, n),
            ranking(cell, best, f"{n} levels, {n**d} points"),
            sentence=f"{place}, {d} hyperparameters, {n}^{d} = {n**d} points. Lowest: {said}. {apart}",
        )

    def _curves(self, there: Mapping[int, Mapping[str, Score]], d: int, n: int) -> Scene:
        layers: list[AnyLayer] = []
        drawn = [score for cell in there.values() for score in cell.values() if score.mean > 0]
        low = 0.7 * min(score.mean for score in drawn)
        high = 1.4 * max(score.high for score in drawn)
        for name in self.order:
            levels = [m for m, cell in there.items() if name in cell and cell[name].mean > 0]
            if not levels:
                continue
            look, own = style(name), [there[m][name] for m in levels]
            points, means = [m**d for m in levels], [score.mean for score in own]
            if len(self.order) <= MANY and len(levels) > 1:
                low_edge, high_edge = ([max(getattr(score, end), low) for score in own] for end in ("low", "high"))
                layers.append(Band(points, low_edge, high_edge, look.color, 0.08, name=""))
            layers.append(Line(points, means, look.color, look.dash, 2.0))
            layers.append(Points(points, means, look.color, look.symbol, 9.0, name=name))
        layers.append(Segments([n**d], [low], [n**d], [high], INK, "dot", 1.5))
        least, most = min(there) ** d, max(there) ** d
        x = Axis("points N", least / 1.3, most * 1.3, log=True, ticks=[(m**d, str(m**d)) for m in there])
        return Scene(layers, x, Axis(ABOVE, low, high, log=True), title=f"d = {d}", aspect=0.95)

    def _missing(self, place: str, d: int, n: int, levels: Sequence[int]) -> Board:
        dims = sorted({dims for dims, _ in self.found[place]})
        if levels:
            way = f"with {d} hyperparameters there are {', '.join(map(str, levels))} levels"
        else:
            way = f"there are {', '.join(map(str, dims)) or 'no'} hyperparameters"
        words = ["not in the study", f"{n}^{d} = {n**d} points"]
        blank = Axis("", 0, 1, ticks=())
        empty = Scene([], blank, blank, aspect=0.95, grid=False)
        note = Scene([Text([0.5, 0.5], [0.55, 0.45], words, size=16.0)], blank, blank, aspect=0.95, grid=False)
        return beside(note, empty, sentence=f"{place}: not in the study; {way}.")

    def player(self, label: str) -> Player:
        """All of it behind three dials."""
        dims = sorted({d for cells in self.found.values() for d, _ in cells})
        levels = sorted({n for cells in self.found.values() for _, n in cells})
        return Player.over(
            self.picture,
            place=[place for place, cells in self.found.items() if cells],
            d=Dial("hyperparameters d", dims),
            n=Dial("levels n", levels),
            play="n",
            start={"d": 2, "n": 3},
            label=label,
            speed=1.0,
        )


def ranking(
    cell: Mapping[str, Score], best: Sequence[str], title: str, top: float | None = None, aspect: float = 0.95
) -> Scene:
    """A row for each sampler, the first on top, with its interval.

    Args:
        cell: sampler -> score.
        best: samplers in the order of the rows.
        title: of the picture.
        top: the highest end of an interval that is to fit; None takes the cell's own.
        aspect: height over width.
    """
    layers: list[AnyLayer] = []
    for row, name in enumerate(reversed(best)):
        look, (mean, low, high) = style(name), cell[name]
        layers.append(Segments([low], [row], [high], [row], look.color, width=4.0))
        layers.append(Points([mean], [row], look.color, look.symbol, 12.0))
    ticks = [(float(row), name) for row, name in enumerate(reversed(best))]
    end = 1.06 * (max(score.high for score in cell.values()) if top is None else top)
    return Scene(layers, Axis(ABOVE, 0, end), Axis("", -0.6, len(best) - 0.4, ticks=ticks), title=title, aspect=aspect)


def ranked(table: pd.DataFrame, place: str, d: int, n: int) -> list[tuple[str, Any]]:
    """Samplers and their scores at one corner of the study, the lowest mean first."""
    cell = scores(table, *PLACES[place])[d, n]
    return sorted(cell.items(), key=lambda item: item[1].mean)
