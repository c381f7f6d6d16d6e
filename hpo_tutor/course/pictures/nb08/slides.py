"""What does the last row see of TPE? One large thought a picture, for the talk of notebook 08.

places, good   (n,) where the trials lie, and whether each is good; how low their losses are is not told
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.course.pictures.nb08.cut import GRID, LOSSES, PLACES, hop
from hpo_tutor.scenes.layers import AnyLayer, Band, Line, Marks, Points
from hpo_tutor.scenes.parzen import BAD, GOOD
from hpo_tutor.scenes.stage import Axis, Board, Scene, beside
from hpo_tutor.surrogates import ParzenEstimator

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

FLAT, SQUARE = 0.36, 0.72  # height over width: of one picture, and of one of two abreast
HEIGHTS = -1.7, 3.0  # of the axis of densities; below zero it rains
DRAGGED = 0.68, 0.5  # place and loss of the trial that is dragged later
WORDS = {
    "the cut": "the cut",
    "l, good trials": "l, good trials",
    "g, bad trials": "g, bad trials",
    "tried next": "tried next",
    "good trial": "good trial",
}
"""What the legend explains, and how: a slide has no room for more."""


def trials(n_good: int = 4) -> tuple[Array, Flags]:
    """The thirteen trials of ``cut.hop``: their places, and whether each is among the lowest losses; (13,) each."""
    losses = np.append(LOSSES, DRAGGED[1])
    return np.append(PLACES, DRAGGED[0]), losses <= np.sort(losses)[n_good - 1]


def told(places: Array, good: Flags) -> Scene:
    """Where trials lie, and which were good; nothing else."""
    layers = [
        Points(places[~good], np.zeros((~good).sum()), BAD, "x", 15, outline=None, name="bad"),
        Points(places[good], np.zeros(good.sum()), GOOD, "circle", 18, name="good"),
    ]
    sentence = f"{len(places)} trials on one axis; {good.sum()} of them were good. How good is not told."
    return Scene(layers, _across(), Axis("", -1, 1, ticks=()), sentence, aspect=0.2)


def humps(places: Array, good: Flags, both: bool) -> Scene:
    """The windows over the good trials and their sum l; with ``both`` also g, the sum over the bad ones."""
    l, g = (ParzenEstimator.with_prior(places[some], 0, 1) for some in (good, ~good))  # noqa: E741 - the paper's letters
    sums = l.density(GRID), g.density(GRID)
    top = 1.15 * float(max(one.max() for one in sums))
    layers: list[AnyLayer] = [
        Marks(places[good], color=GOOD, width=5),
        Line(GRID, sums[0], GOOD, "solid", 4, name="l, good trials"),
    ]
    if both:
        layers += [Marks(places[~good], color=BAD, width=3), Line(GRID, sums[1], BAD, "dash", 4, name="g, bad trials")]
        sentence = f"l over {good.sum()} good trials, g over {(~good).sum()} bad ones; the area under each is 1."
    else:
        each = l.windows(GRID)
        layers = [Band(GRID, np.zeros(len(GRID)), one, GOOD, 0.18) for one in each] + layers
        sentence = f"A window over each of {good.sum()} good trials, one as wide as the axis, and their sum."
    return Scene(layers, _across(), Axis("density", 0, top), sentence, aspect=FLAT)


def across_the_cut(place: float, loss: float, n_good: int = 4) -> Board:
    """``cut.hop`` with its two pictures abreast."""
    board = hop(place, loss, n_good)
    side = "good: its window is in l" if "is good" in board.sentence else "bad: its window is in g"
    trials_of, densities = board.scenes()
    densities = replace(densities, y=Axis("density", *HEIGHTS, ticks=[(at, str(at)) for at in range(4)]))
    return quiet(beside(trials_of, densities), f"The diamond is {side}.", SQUARE)


def quiet(board: Board, sentence: str, aspect: float = 0.9) -> Board:
    """A board of one row with a short legend, scenes of this height over width, and a sentence of its own."""
    scenes = (
        replace(scene, aspect=aspect, layers=[replace(one, name=WORDS.get(one.name, "")) for one in scene.layers])
        for scene in board.scenes()
    )
    return beside(*scenes, sentence=sentence)


def _across() -> Axis:
    return Axis("hyperparameter", 0, 1)
