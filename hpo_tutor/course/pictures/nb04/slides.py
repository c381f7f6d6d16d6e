"""What does a room see of a belief? Pictures for the talk on Gaussians, in rows that fill a slide.

x, y    (n,) places between 0 and 1, and what was observed there
share   of places inside a band, between 0 and 1
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from hpo_tutor.course.pictures.nb04.bells import bell
from hpo_tutor.course.pictures.nb04.many import ranks
from hpo_tutor.course.pictures.nb04.pairs import CLOUDS, pair
from hpo_tutor.course.pictures.nb04.recorded import ACROSS, UP
from hpo_tutor.course.pictures.nb04.three_views import linked
from hpo_tutor.scenes.layers import AnyLayer, Line, Marks, Points, Segments, Text
from hpo_tutor.scenes.looks import GREY, INK, PAGE
from hpo_tutor.scenes.processes import BAND, BELIEF
from hpo_tutor.scenes.stage import Axis, Board, Scene, as_board, beside
from hpo_tutor.scenes.ticks import number

PROMISED = 0.95


def in_a_row(x2: float, y2: float, seen: str) -> Board:
    """The three linked views beside each other, as squares of one size; only the band is left in the legend."""
    views = linked(x2, y2, seen)
    function, kernel, couple = (
        replace(
            view,
            aspect=1,
            layers=[replace(layer, name=layer.name if layer.name == BAND else "") for layer in view.layers],
        )
        for view in views.scenes()
    )
    return beside(
        replace(function, title="The function"),
        replace(kernel, y=replace(kernel.y, label="correlation")),
        replace(couple, title="The pair"),
        sentence=views.sentence,
    )


def one_hill() -> Scene:
    """The hill of one number, without the room that narrower ones need."""
    hill = bell(1, 2, "the bell itself")
    return replace(
        hill, y=Axis("density", hill.y.low, 0.5, ticks=[(at, f"{at:g}") for at in (0, 0.2, 0.4)]), aspect=0.5
    )


def unsliced(correlation: float) -> Board:
    """The pair before anything was observed, and what is believed of a."""
    plane, told = pair(correlation, 2.0, CLOUDS[0]).scenes()
    sentence = f"Draws of two numbers with correlation {number(correlation)}; of a, 0 ± 2 is believed (two std)."
    of_draws = Points, Line  # the mean on the slice is a point too, and has no name
    layers = [one for one in plane.layers if isinstance(one, of_draws) and (one.name or isinstance(one, Line))]
    before = [layer for layer in told.layers if layer.name == "a before"]
    return beside(replace(plane, layers=layers), replace(told, layers=before), sentence=sentence)


def side_by_side(sizes: tuple[int, ...], length: float) -> Board:
    """Draws of a few numbers, and of more and more, each number above its place."""
    rows = [next(ranks(n, length).scenes()) for n in sizes]
    named = [replace(row, title=f"{n} numbers") for n, row in zip(sizes, rows, strict=True)]
    listed = ", ".join(map(str, sizes))
    return beside(*named, sentence=f"The same three draws, read off at {listed} places: dots become a curve.")


def gap(x: ArrayLike, y: ArrayLike, asked: float) -> Scene:
    """What was observed along the learning rate, and the place that is asked about."""
    layers: list[AnyLayer] = [
        Marks([asked], across=True, color=GREY, dash="dash", width=2),
        Points(x, y, INK, "circle", 14, outline=PAGE),
        Text([asked], [2.2], "?", size=30),
    ]
    sentence = f"The losses of {np.size(x)} trainings along the learning rate, and a place without one."
    return Scene(layers, ACROSS, UP, sentence, aspect=0.5)


def kept(shares: Mapping[str, float]) -> Scene:
    """A bar for each kind of function: how much of it lies in the band; a line where it was promised."""
    layers: list[AnyLayer] = [Marks([100 * PROMISED], across=True, color=INK, dash="dash", width=2.5)]
    for at, (words, share) in zip(range(len(shares), 0, -1), shares.items(), strict=True):
        percent = 100 * share
        layers += [
            Segments([0], [at - 0.15], [percent], [at - 0.15], color=BELIEF, width=20),
            Text([percent + 1.5], [at - 0.15], f"{percent:.0f} %", anchor="start", size=16),
            Text([0.7], [at + 0.28], words, anchor="start", size=16),
        ]
    told = "; ".join(f"{words}: {100 * share:.0f} %" for words, share in shares.items())
    sentence = f"Share of the places in a band that promises {100 * PROMISED:.0f} %. {told}."
    across = Axis("places inside the band (%)", 0, 110, ticks=[(at, str(at)) for at in range(0, 101, 20)])
    return Scene(layers, across, Axis("", 0.4, len(shares) + 0.6, ticks=()), sentence, aspect=0.48, grid=False)


def pair_of(left: Scene | Board, right: Scene | Board, titles: tuple[str, str], aspect: float = 0.85) -> Board:
    """Two pictures beside each other under titles of their own."""
    scenes = [scene for one in (left, right) for scene in as_board(one).scenes()]
    return beside(*(replace(scene, title=title, aspect=aspect) for scene, title in zip(scenes, titles, strict=True)))
