"""Where would you try next, and where would expected improvement? A duel over one trial, in eight searches.

Each search has a division of the data and three trials at random places, drawn again until there is a place that gains
``ENOUGH``. All losses are means of three trainings, so that neither side owes its gain to luck.

place    where the student clicked, on the unit interval; None before
shown    whether the answer has been revealed
gain     how far below the lowest of the three losses a trial ends, 0 if it does not
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.course.pictures.nb06.steps import GRID, Line
from hpo_tutor.scenes.beliefs import GAIN, LARGE
from hpo_tutor.scenes.layers import AnyLayer, Marks, Points
from hpo_tutor.scenes.looks import INK, ORANGE
from hpo_tutor.scenes.stage import Board, Scene
from hpo_tutor.scenes.ticks import number
from hpo_tutor.views import BayesianView
from hpo_tutor.widgets import Workbench

Array = NDArray[np.float64]

N_FIRST, N_SEARCHES = 3, 8
ENOUGH = 0.03  # to be gained in every search, in the loss's unit
YOURS = ORANGE


class Start(NamedTuple):
    """A search before the duel: its division of the data, and places and losses of the first trials, (3,) each."""

    line: Line
    u: Array
    losses: Array

    def gain(self, place: float) -> float:
        """What a trial at a place gains."""
        return max(float(self.losses.min()) - self.line.expected(place), 0.0)

    def view(self) -> BayesianView:
        """The belief, and where expected improvement goes."""
        return self.line.step(self.u, self.losses)


class Duel:
    """Eight searches, each of which has one trial left.

    Args:
        line: what is searched.
        divisions: of the data, eight or more; a search takes one each.

    Attributes:
        starts: the searches.
        played: search -> what the student gained in it, from the first time it was revealed.
    """

    def __init__(self, line: Line, divisions: Sequence[int]) -> None:
        self.starts = [_start(line.draw(division), division) for division in divisions[:N_SEARCHES]]
        self.played: dict[int, float] = {}

    def gains(self, rule: str) -> Array:
        """What a rule gains in each search, (8,).

        Args:
            rule: "formula", the largest expected improvement; or "random", the mean over all places.

        Raises:
            ValueError: there is no such rule.
        """
        if rule == "formula":
            return np.array([start.gain(float(start.view().proposal[0])) for start in self.starts])
        if rule == "random":
            return np.array([np.mean([start.gain(u) for u in GRID.tolist()]) for start in self.starts])
        raise ValueError(f'a rule is "formula" or "random", got {rule!r}')

    def bench(self) -> Workbench:
        """Click where you would try next, reveal, go on to the next search."""

        def pick(scene: int, x: float, y: float, search: int, shown: bool, **values: Any) -> Mapping[str, Any]:
            return {} if shown else {"place": self.starts[search].line.u_of(x)}

        def reveal(search: int, place: float | None, shown: bool) -> Mapping[str, Any]:
            if place is not None:
                self.played.setdefault(search, self.starts[search].gain(place))
            return {"shown": True}

        def following(search: int, **values: Any) -> Mapping[str, Any]:
            return {"search": (search + 1) % N_SEARCHES, "place": None, "shown": False}

        none = np.flatnonzero(self.gains("formula") == 0)
        surprise = {"search": int(none[-1]) if len(none) else 0, "place": None, "shown": False}
        return Workbench(
            self.picture,
            label="Where would you try next?",
            state={"search": 0, "place": None, "shown": False},
            pick=pick,
            actions={"Reveal": reveal, "Next search": following},
            presets={"Surprise me": surprise},
        )

    def picture(self, search: int, place: float | None, shown: bool) -> Board:
        """The trials and the student's place; once it is revealed, belief and gains and what both reached."""
        start = self.starts[search]
        line, view = start.line, start.view()
        known = f"Search {search + 1} of {N_SEARCHES}: three trials, the lowest {number(float(start.losses.min()))}."
        if not shown:
            hidden = view._replace(slices=(), best=math.nan, proposal=np.empty(0))
            (above,), _ = line.picture(hidden, truth=False).rows
            asked = "Click where you would try next." if place is None else "Reveal, or click elsewhere."
            return Board(((_marked(above, line, place),),), f"{known} {asked}")
        (above,), (below,) = line.picture(view).rows
        above = _marked(above, line, place)
        above = replace(above, layers=(*above.layers, *_reached(line, float(view.proposal[0]), place)))
        return Board(((above,), (_marked(below, line, place),)), f"{known} {self._verdict(start, view, place)}")

    def _verdict(self, start: Start, view: BayesianView, place: float | None) -> str:
        of_formula = start.gain(float(view.proposal[0]))
        said = f"The formula gains {_amount(start, of_formula)}"
        return f"{said}, you {_amount(start, start.gain(place))}." if place is not None else f"{said}."


def _start(line: Line, seed: int) -> Start:
    rng = np.random.default_rng(seed)
    lowest = min(line.expected(u) for u in GRID.tolist())
    while True:
        u = rng.random(N_FIRST)
        losses = np.array([line.expected(one) for one in u.tolist()])
        if losses.min() - lowest >= ENOUGH:
            return Start(line, u, losses)


def _marked(scene: Scene, line: Line, place: float | None) -> Scene:
    """The scene with a line at the student's place."""
    if place is None:
        return scene
    mark = Marks(line.value(place), across=True, color=YOURS, width=2.5, name="your place")
    return replace(scene, layers=(*scene.layers, mark))


def _reached(line: Line, chosen: float, place: float | None) -> list[AnyLayer]:
    """What both reached."""
    name = "what the formula reached"
    found = [Points(line.value(chosen), line.expected(chosen), GAIN, "diamond", LARGE, outline=INK, name=name)]
    if place is not None:
        name = "what you reached"
        found.append(
            Points(line.value(place), line.expected(place), YOURS, "square", LARGE - 3, outline=INK, name=name)
        )
    return [*found]


def _amount(start: Start, gain: float) -> str:
    return f"{number(gain)} {start.line.objective.loss_unit}".rstrip() if gain else "nothing"
