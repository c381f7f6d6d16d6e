"""Where do the good configs run? Each config a line down through all hyperparameters: parallel coordinates.

rows      one axis a hyperparameter, from its lowest value on the left to its highest on the right, as its domain scales
          it; a row has its name on the left and its values below
"not there"  the place left of an axis where configs run that have no such hyperparameter
rank      by loss: the best share of configs is on top, the best of all bold
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hpo_tutor.course.pictures.nb15.trends import best_of
from hpo_tutor.domains import Choice, Domain, Float, Integer, finite_values
from hpo_tutor.scenes.layers import AnyLayer, Line, Points, Segments, Text
from hpo_tutor.scenes.looks import BLUE, GREY, INK, ORANGE
from hpo_tutor.scenes.stage import Axis, Scene
from hpo_tutor.scenes.ticks import number
from hpo_tutor.widgets.dials import Dial
from hpo_tutor.widgets.player import Player

Array = NDArray[np.float64]

NOT_THERE = -0.13  # where those run that lack the hyperparameter; the axis itself goes from 0 to 1
JITTER = 0.045  # how far lines of one value lie apart at most, as a share of the axis
MOST_LINES = 150  # of the best, and of the others; more would be one grey
MOST_VALUES = 6  # of whole numbers, all of which are written
SHARES = (0.1, 0.03, 0.01)
EVERY = "all"


def places(table: pd.DataFrame, domains: Mapping[str, Domain]) -> Array:
    """Where each config runs through each axis, shape (n, d): from 0 to 1, nan where it is not there."""
    found = np.full((len(table), len(domains)), np.nan)
    for j, (name, domain) in enumerate(domains.items()):
        values = table[name]
        known = {value: _place(domain, value) for value in values.dropna().unique()}
        found[:, j] = values.map(known).to_numpy(dtype=np.float64)
    return found


def line_scene(table: pd.DataFrame, domains: Mapping[str, Domain], share: float = 0.1, loss: str = "loss") -> Scene:
    """Lines of the best over lines of the others.

    Args:
        table: one row a config, nan where a hyperparameter is inactive; rows without a loss are left out.
        domains: hyperparameter -> its domain, from the top to the bottom.
        share: of the configs that are called the best.
        loss: the column of losses.

    Raises:
        ValueError: as of ``trends.best_of``; or there is no hyperparameter.
    """
    if not domains:
        raise ValueError("parallel coordinates need at least one hyperparameter, got none")
    known = table[np.isfinite(table[loss].to_numpy(dtype=np.float64))]
    good = best_of(known, share, loss)
    where, losses = places(known, domains), known[loss].to_numpy(dtype=np.float64)
    shifted = np.where(np.isnan(where), NOT_THERE, where)
    order = np.argsort(losses, kind="stable")
    shifted[order[1:]] += _jitter(len(order) - 1)[:, None]  # the best runs through the values themselves
    best, others = order[good[order]], order[~good[order]]
    shown = [_some(some) for some in (others, best)]
    d = len(domains)
    layers: list[AnyLayer] = [
        Segments(np.zeros(d), -np.arange(d), np.ones(d), -np.arange(d), INK, width=1.0, opacity=0.6)
    ]
    for some, color, width, opacity, name in (
        (shown[0], GREY, 1.0, 0.4, "another config"),
        (shown[1], BLUE, 1.5, 0.5, "one of the best"),
        (order[:1], ORANGE, 3.5, 1.0, "the best config"),
    ):
        if len(some):
            layers.append(_lines(shifted[some], color, width, opacity, name))
    layers.append(Points(shifted[order[0]], -np.arange(d), ORANGE, "diamond", 10.0, outline=INK))
    layers += _written(domains, where)
    return Scene(
        layers,
        Axis("lowest to highest value", -0.25, 1.08, ticks=[(NOT_THERE, "not there")]),
        Axis("", -d + 0.3, 0.6, ticks=[(-float(j), name) for j, name in enumerate(domains)]),
        _told(known, domains, best, loss),
        title=f"the best {len(best)} of {len(known)}: {loss} up to {number(losses[best[-1]])}",
        aspect=min(0.2 + 0.06 * d, 1.3),
        grid=False,
    )


def line_player(
    table: pd.DataFrame,
    domains: Mapping[str, Domain],
    label: str,
    by: Sequence[str] = (),
    loss: str = "loss",
    shares: Sequence[float] = SHARES,
) -> Player:
    """``line_scene`` with a dial for the share that is called the best, and one for the tile.

    Args:
        table: as of ``line_scene``.
        domains: as of ``line_scene``; in a tile, those that none of its configs has are left out.
        label: a heading.
        by: the switches, whose values are the tiles; none leaves this dial out.
        loss: the column of losses.
        shares: that can be chosen.
    """
    sizes = Dial("best", tuple(shares), texts=[f"{100 * share:.3g} %" for share in shares])
    if not by:
        return Player.over(lambda share: line_scene(table, domains, share, loss), label=label, share=sizes)
    tiles = {EVERY: table} | {" | ".join(map(str, values)): rows for values, rows in table.groupby(list(by))}

    def of_tile(tile: str, share: float) -> Scene:
        rows = tiles[tile]
        there = {
            name: domain
            for name, domain in domains.items()
            if rows[name].notna().any() and (tile == EVERY or name not in by)
        }
        return line_scene(rows, there, share, loss)

    return Player.over(of_tile, label=label, tile=Dial(" | ".join(by), list(tiles)), share=sizes)


def _place(domain: Domain, value: Any) -> float:
    """The place of a value: the ends of a domain are 0 and 1, its values at equal steps."""
    values = finite_values(domain)
    if values is None or (isinstance(domain, Integer) and domain.log):
        return _scaled(domain, value)
    if len(values) == 1:
        return 0.5
    at = int(value) if isinstance(domain, Integer) else value
    return list(values).index(at) / (len(values) - 1)


def _scaled(domain: Any, value: float) -> float:
    ends = (domain.low, domain.high, value)
    low, high, at = np.log(ends) if domain.log else ends
    return float((at - low) / (high - low))


def _jitter(n: int) -> Array:
    """A small step for each line, spread evenly and the same at every axis: the fractions of the golden ratio."""
    golden = (5**0.5 - 1) / 2
    steps: Array = JITTER * ((np.arange(n, dtype=np.float64) * golden) % 1 - 0.5)
    return steps


def _some(rows: NDArray[np.intp]) -> NDArray[np.intp]:
    """At most so many of rows in order, evenly spread, the first and the last among them."""
    chosen: NDArray[np.intp] = rows[np.linspace(0, len(rows) - 1, min(len(rows), MOST_LINES)).round().astype(int)]
    return chosen


def _lines(where: Array, color: str, width: float, opacity: float, name: str) -> Line:
    """One line a row of places (k, d), from the top to the bottom, nans between them."""
    k, d = where.shape
    x = np.column_stack([where, np.full(k, np.nan)]).ravel()[:-1]
    y = np.column_stack([np.tile(-np.arange(d, dtype=float), (k, 1)), np.full(k, np.nan)]).ravel()[:-1]
    return Line(x, y, color, width=width, opacity=opacity, name=name)


def _written(domains: Mapping[str, Domain], where: Array) -> list[AnyLayer]:
    """The values below each axis, and a mark where configs run that lack the hyperparameter."""
    x, y, texts = [], [], []
    for j, domain in enumerate(domains.values()):
        values = domain.options if isinstance(domain, Choice) else _written_of(domain)
        for value in values:
            x.append(_place(domain, value))
            y.append(-j - 0.3)
            texts.append(number(float(value)) if isinstance(value, int | float) else str(value))
    missing = -np.flatnonzero(np.isnan(where).any(axis=0))
    ends = (missing - 0.2, missing + 0.2)
    gone = np.full(len(missing), NOT_THERE)
    return [
        Segments(gone, ends[0], gone, ends[1], INK, "dot", 1.5),
        Text(x, y, texts, size=12.0),
    ]


def _written_of(domain: Float | Integer) -> Sequence[float]:
    """Every whole number where they are few, else both ends."""
    few = isinstance(domain, Integer) and domain.high - domain.low < MOST_VALUES
    return range(int(domain.low), int(domain.high) + 1) if few else (domain.low, domain.high)


def _told(known: pd.DataFrame, domains: Mapping[str, Domain], best: NDArray[np.intp], loss: str) -> str:
    """The best config by name, and on how few values the best agree."""
    first = known.iloc[best[0]]
    config = ", ".join(
        f"{name} {number(float(first[name])) if isinstance(first[name], int | float | np.number) else first[name]}"
        for name in domains
        if pd.notna(first[name])
    )
    rows, agreed = known.iloc[best], []
    for name, domain in domains.items():
        there = rows[name].dropna()
        if len(there) and 2 * len(there) >= len(best) and finite_values(domain) is not None:  # of two, two agree easily
            value, count = there.mode().iloc[0], int((there == there.mode().iloc[0]).sum())
            written = number(float(value)) if isinstance(value, int | float | np.number) else str(value)
            agreed.append((count / len(there), f"{name} {written} ({count} of {len(there)})"))
    most = [words for _, words in sorted(agreed, key=lambda one: -one[0])[:3]]
    agreeing = f" The {len(best)} best agree most on {', '.join(most)}." if most and len(best) > 1 else ""
    return f"The best of {len(known)} configs, {loss} {number(float(first[loss]))}: {config}.{agreeing}"
