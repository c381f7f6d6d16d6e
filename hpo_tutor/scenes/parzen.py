"""What does TPE believe of each hyperparameter? l, g, the candidates that rain from l, and their l/g.

l, g    densities of good and of bad trials; on a log scale per unit of the natural logarithm
place   where a mixture lives; see ``views.ParzenView``
rain    the candidates, drawn from l: the larger l/g is there, the larger the drop

Two panels for each hyperparameter: above, the densities, the trials they are made of as ticks at the bottom, and the
rain; below, l/g with the same candidates on it. While trials are drawn at random, the same panels stay empty.
"""

import math

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.scenes.layers import AnyLayer, Band, Line, Marks, Points, Segments
from hpo_tutor.scenes.looks import GREEN, GREY, INK, RED, SKY
from hpo_tutor.scenes.stage import Axis, Board, Scene
from hpo_tutor.scenes.surfaces import axis_of, place_of
from hpo_tutor.scenes.ticks import linear, number
from hpo_tutor.search_space import Domain, SearchSpace
from hpo_tutor.views import ParzenView, TPEView

Array = NDArray[np.float64]

GOOD, BAD, DROP = GREEN, RED, SKY
"""Colours of the good trials and l, of the bad trials and g, and of the candidates."""

ABREAST = 3  # hyperparameters in a row
FEW = 12  # values of an integer that are drawn as bars
SMALLEST, LARGEST = 5.0, 18.0  # diameters of drops, pixels


def densities(view: TPEView, space: SearchSpace) -> Board:
    """One ask of TPE: for each hyperparameter l, g, the candidates and their l/g.

    Args:
        view: of ``samplers.TPE``.
        space: what is searched.
    """
    known = {one.name: one for one in view.hyperparameters}
    flat = (0.36, 0.25) if space.n_dims == 1 else (0.55, 0.4)
    panels = [pair(known.get(name), name, domain, flat) for name, domain in space.domains.items()]
    rows = []
    abreast = math.ceil(len(panels) / math.ceil(len(panels) / ABREAST))  # four are two and two, not three and one
    for first in range(0, len(panels), abreast):
        rows += [list(row) for row in zip(*panels[first : first + abreast], strict=True)]
    return Board(rows, _told(view, space))


def pair(one: ParzenView | None, name: str, domain: Domain, aspects: tuple[float, float]) -> tuple[Scene, Scene]:
    """Densities above, l/g below, of one hyperparameter; empty where nothing is believed yet."""
    x = axis_of(name, domain)
    if one is None:
        empty = Scene([], x, Axis("density", 0, 1), "", "drawn at random", aspects[0])
        return empty, Scene([], x, Axis("l/g", 0.1, 10, log=True), aspect=aspects[1])
    l, g = one.l_density, one.g_density  # noqa: E741 - the paper's letters
    highest = 1.12 * float(max(l.max(), g.max()))
    across = _across(one, domain, one.grid)
    layers: list[AnyLayer] = [
        *_curve(one, across, l, GOOD, "solid", "l, good trials", -1),
        *_curve(one, across, g, BAD, "dash", "g, bad trials", 1),
        Marks(_across(one, domain, one.bad), color=BAD, width=1.5, opacity=0.6),
        Marks(_across(one, domain, one.good), color=GOOD, width=3),
    ]
    rain = -highest * _heights(len(one.candidates))
    layers += drops(one, _across(one, domain, one.candidates), rain)
    ticks = linear(0, highest, 4)
    label = "density" if one.kind == "float" else "probability"
    above = Scene(layers, x, Axis(label, -0.5 * highest, highest, ticks=ticks), aspect=aspects[0])
    return above, _ratio(one, across, x, domain, aspects[1])


def _ratio(one: ParzenView, across: Array, x: Axis, domain: Domain, aspect: float) -> Scene:
    """l/g over the whole axis, with the candidates on it."""
    ratio = one.l_density / one.g_density
    at = np.exp(one.log_l - one.log_g)
    every = np.concatenate([ratio, at, [1.0]])
    low, high = 0.8 * float(every.min()), 1.25 * float(every.max())
    layers: list[AnyLayer] = [Marks([1.0], "y", across=True, color=GREY, dash="dot", width=1.5)]
    layers += _curve(one, across, ratio, INK, "solid", "l/g", 0, ground=low)
    return Scene(
        [*layers, *drops(one, _across(one, domain, one.candidates), at)],
        x,
        Axis("l/g", low, high, log=True),
        aspect=aspect,
    )


def drops(one: ParzenView, x: Array, y: Array) -> list[AnyLayer]:
    """The candidates at these places, larger where l/g is larger, and the chosen one ringed."""
    if not len(one.candidates):
        return []
    gains = np.exp(one.log_l - one.log_g)
    size = SMALLEST + (LARGEST - SMALLEST) * gains / gains.max()
    c = one.chosen
    return [
        Points(x, y, DROP, "circle", size, opacity=0.8, outline="#ffffff", name="candidate, drawn from l"),
        Points(x[c : c + 1], y[c : c + 1], DROP, "circle", LARGEST + 2, outline=INK, name="chosen: the largest l/g"),
    ]


def _curve(
    one: ParzenView, x: Array, y: Array, color: str, dash: str, name: str, side: int, ground: float = 0.0
) -> list[AnyLayer]:
    """A density as a line, over a shaded ground if it is l; bars beside each other for a few separate values."""
    if one.kind == "choice" or (one.kind == "integer" and len(x) <= FEW):
        aside = x * 1.06**side if one.log and one.kind == "integer" else x + 0.13 * side
        return [Segments(aside, np.full(len(x), ground), aside, y, color, dash if ground else "solid", 9, name=name)]
    shade: list[AnyLayer] = [Band(x, np.zeros(len(x)), y, color, 0.18)] if side < 0 else []
    return [*shade, Line(x, y, color, dash, 2.5, name=name)]


def _across(one: ParzenView, domain: Domain, places: Array) -> Array:
    """Where places of a mixture stand on the hyperparameter's axis."""
    if one.kind == "choice":
        values = domain.values  # type: ignore[union-attr]  # a Float is no choice
        return np.array([place_of(domain, values[int(place)]) for place in places], dtype=float)
    if one.kind == "integer":
        return np.asarray(np.round(np.exp(places) if one.log else places))
    return np.exp(places) if one.log else places


def _heights(n: int) -> Array:
    """How far below zero each drop hangs, in shares of the panel's positive part: three rows, so that few overlap."""
    return np.asarray(0.12 + 0.13 * (np.arange(n) % 3))


def _told(view: TPEView, space: SearchSpace) -> str:
    if not view.hyperparameters:
        return "The trial is drawn at random; nothing is believed yet."
    said = [f"{len(view.good)} good trials, {len(view.bad)} bad ones."]
    for one in view.hyperparameters:
        if one.chosen < 0:
            said.append(f"{one.name} is inactive.")
            continue
        gain = number(float(np.exp(one.log_l[one.chosen] - one.log_g[one.chosen])))
        place = one.candidates[one.chosen]
        if one.kind == "choice":
            value = str(space.domains[one.name].values[int(place)])  # type: ignore[union-attr]  # a Float is no choice
        else:
            value = number(float(np.exp(place) if one.log else place))
        said.append(f"{one.name}: of {len(one.candidates)} candidates {value} has the largest l/g, {gain}.")
    return " ".join(said)
