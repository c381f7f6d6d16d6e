"""What if another acquisition function had chosen? A search that can be stepped, rewound and branched.

places   (n,)   of all trials on the unit interval, the first ones included, as a tuple
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.course.pictures.nb06.steps import Line
from hpo_tutor.scenes.stage import Board
from hpo_tutor.views import BayesianView
from hpo_tutor.widgets import Dial, Workbench

Array = NDArray[np.float64]

ACQUISITIONS = ("ei", "pi", "lcb", "thompson")
SHORT = ("EI", "PI", "LCB", "Thompson")
MOST = 25  # trials


def losses_at(line: Line, places: Sequence[float]) -> Array:
    """What trials at these places reach; the luck of a trial belongs to its number, whoever chose its place."""
    return np.array([line.trained(place, seed) for seed, place in enumerate(places)])


def step(line: Line, places: Sequence[float], acquisition: str) -> BayesianView:
    """The belief after the trials, and where the acquisition function goes next."""
    return line.step(places, losses_at(line, places), acquisition, seed=len(places))


def onwards(line: Line, places: Sequence[float], acquisition: str, n_steps: int = 1) -> tuple[float, ...]:
    """The places after so many steps more."""
    for _ in range(n_steps):
        places = (*places, float(step(line, places, acquisition).proposal[0]))
    return tuple(places)


def branch(line: Line, first: Sequence[float], surprise: Mapping[str, Any]) -> Workbench:
    """Step with "Next trial", rewind with "Back", and change the acquisition function on the way.

    Args:
        line: what is searched, on one division of the data.
        first: places of the trials at the start, which "Back" does not remove.
        surprise: what *Surprise me* sets: "acquisition", "places".
    """
    first = tuple(first)

    def make(acquisition: str, places: Sequence[float]) -> Board:
        return line.picture(step(line, places, acquisition))

    def forth(acquisition: str, places: Sequence[float]) -> Mapping[str, Any]:
        return {"places": onwards(line, places, acquisition)} if len(places) < MOST else {}

    def back(acquisition: str, places: Sequence[float]) -> Mapping[str, Any]:
        return {"places": places[:-1]} if len(places) > len(first) else {}

    return Workbench(
        make,
        label="Step, rewind, and branch",
        state={"places": first},
        actions={"Next trial": forth, "Back": back},
        presets={"Surprise me": surprise},
        acquisition=Dial("acquisition function", ACQUISITIONS, texts=SHORT),
    )
