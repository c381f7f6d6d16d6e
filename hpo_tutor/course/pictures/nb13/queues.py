"""Why that point? Gamma re-sorts the queue of a grid's points; and what grows of it, refinement by refinement.

gamma   0 looks at losses alone, 1 at levels and refinements alone
step    number of refinements that were decided on; the points of the last are not tried yet
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hpo_tutor.problems import functions
from hpo_tutor.problems.functions import Function
from hpo_tutor.race.experiments.moved import NAMES, Moved
from hpo_tutor.samplers.sparse_grid import SparseGrid
from hpo_tutor.scenes import refinements
from hpo_tutor.scenes.layers import Heatmap
from hpo_tutor.scenes.stage import Board, Scene, beside
from hpo_tutor.scenes.surfaces import landscape
from hpo_tutor.scenes.ticks import number
from hpo_tutor.views import Refinement

Array = NDArray[np.float64]

GAMMAS = tuple(round(0.05 * k, 2) for k in range(21))
"""Stops of the dial that re-sorts the queue."""
GROWING = (0.0, 0.25, 0.5, 0.75, 0.85, 0.95, 1.0)
"""Those of the dial that grows a grid."""
STEPS = tuple(range(13))
FUNCTIONS = NAMES
BOX = 10  # member of ``Moved``: gamma 0 ends in a wrong valley of Rastrigin; on Rosenbrock none does better

WAVES, FIXED_GAMMA, FIXED_STEPS = "waves", 0.85, 6  # the grid whose queue is re-sorted


# --- one queue, re-sorted ---


def queue(gamma: float) -> Board:
    """The 25 points of a grid on sin 8x + sin 7y, and the queue in which they wait at this gamma.

    Raises:
        ValueError: gamma is not from 0 to 1.
    """
    found = _resorted(gamma)
    sentence = f"gamma {number(gamma)}. {refinements.told(found, gamma)}"
    return _board(_objective(WAVES), WAVES, found, sentence, _longest_resorted())


def next_point(gamma: float) -> int:
    """The number of the point that is refined next, of the fixed ones, at this gamma."""
    return _resorted(gamma).refined


def chosen() -> pd.Series:
    """Which point is next at each stop of the dial: its number, over gamma."""
    return pd.Series([next_point(gamma) for gamma in GAMMAS], pd.Index(GAMMAS, name="gamma"), name="next")


def n_chosen() -> int:
    """How many different points are next somewhere on the dial."""
    return int(chosen().nunique())


def points() -> pd.DataFrame:
    """The fixed points, as they wait: loss, rank, levels (their sum) and degree; a row for each, by its number."""
    found = _resorted(0.0)
    old = found.ranks >= 0
    columns = {
        "loss": found.losses,
        "rank": found.ranks,
        "levels": found.sizes,
        "degree": refinements.weighed_degrees(found),
    }
    table = pd.DataFrame({name: values[old] for name, values in columns.items()})
    return table.rename_axis("point")


# --- a grid that grows ---


def grown(gamma: float, step: int, function: str = "rosenbrock") -> Board:
    """A grid from its centre on, after a number of refinements, with its queue.

    Args:
        gamma: of the sampler.
        step: number of refinements that it has decided on, up to 12.
        function: one of ``FUNCTIONS``, in the box that member ``BOX`` of the race has.

    Raises:
        ValueError: there is no such step, function or gamma.
    """
    found = _at(gamma, step, function)
    objective = _objective(function)
    sentence = f"{function}, gamma {number(gamma)}, step {step}. {refinements.told(found, gamma)}"
    if step:
        n_tried, missed = int((~np.isnan(found.losses)).sum()), number(regret(gamma, step, function))
        far = number(away(gamma, step, function))
        sentence += f" Best of {n_tried} trials: {missed} above the minimum, {far} of a side away."
    return _board(objective, function, found, sentence, _longest_grown())


def regret(gamma: float, step: int, function: str = "rosenbrock") -> float:
    """How far the best of the trials known at a step lies above the minimum; see ``grown``."""
    found = _at(gamma, step, function)
    return float(np.nanmin(found.losses)) - float(_objective(function).optimum)


def away(gamma: float, step: int, function: str = "rosenbrock") -> float:
    """How far the best of the trials known at a step lies from the minimiser, in sides of the box; see ``grown``."""
    found, objective = _at(gamma, step, function), _objective(function)
    best = found.points[int(np.nanargmin(found.losses))]
    (minimiser,) = objective.minimisers
    place = objective.space.to_unit(dict(zip(objective.space.names, map(float, minimiser), strict=True)))
    return float(np.linalg.norm(best - place))


def finest_gap(gamma: float, step: int, function: str = "rosenbrock") -> float:
    """The smallest distance between two points that are known at a step, in sides of the box; see ``grown``."""
    found = _at(gamma, step, function)
    tried = found.points[~np.isnan(found.losses)]
    apart = np.linalg.norm(tried[:, None] - tried, axis=2)
    return float(apart[~np.eye(len(tried), dtype=bool)].min())


# --- both ---


def _board(objective: Function, name: str, found: Refinement, sentence: str, top: float) -> Board:
    ground = _ground(name)
    marks = refinements.marks(found, objective.space)
    *below, star = ground.layers  # the minimum stands on top of the lines, below the points
    layers = [*below, *marks[:3], star, *marks[3:]]
    grid = Scene(layers, ground.x, ground.y, "", "The grid", 1.0, ground.grid)
    return beside(grid, refinements.queue(found, top=top), sentence=sentence)


@cache
def _ground(name: str) -> Scene:
    """The surface and its minimum, in shades that several functions share a legend of."""
    scene = landscape(_objective(name))
    layers = [
        replace(layer, name="loss", labels=("low", "high")) if isinstance(layer, Heatmap) else layer
        for layer in scene.layers
    ]
    return replace(scene, layers=layers)


@cache
def _objective(name: str) -> Function:
    return functions.function(name) if name == WAVES else Moved(name, 2, BOX)


@cache
def _resorted(gamma: float) -> Refinement:
    """The fixed grid, as it chooses its next point at this gamma."""
    if not 0 <= gamma <= 1:
        raise ValueError(f"gamma must be from 0 to 1, it is {gamma}")
    objective = _objective(WAVES)
    sampler = SparseGrid(objective.space, gamma=FIXED_GAMMA, finish=())
    for _ in range(FIXED_STEPS + 1):
        _tell(sampler, objective)
    sampler.gamma = float(gamma)
    sampler.together()  # refines
    return sampler.tree.view()


@cache
def _grown(gamma: float, function: str) -> Sequence[Refinement]:
    """What the sampler saw at each step."""
    objective = _objective(function)
    sampler = SparseGrid(objective.space, gamma=float(gamma), finish=())
    seen = []
    for _ in STEPS:
        sampler.together()  # the points of the next refinement are there, before they are asked for
        seen.append(sampler.tree.view())  # as in ``sampler.view()``, which solves for the surrogate too
        _tell(sampler, objective)
    return seen


def _at(gamma: float, step: int, function: str) -> Refinement:
    if step not in STEPS:
        raise ValueError(f"step must be a whole number from 0 to {STEPS[-1]}, it is {step}")
    return _grown(gamma, function)[step]


def _tell(sampler: SparseGrid, objective: Any) -> None:
    """Try what belongs together."""
    trials = [sampler.ask() for _ in range(sampler.together())]
    for trial in trials:
        sampler.tell(trial, objective(trial.config))


def _longest(some: Sequence[Refinement]) -> float:
    """The largest priority that is shown in any of their queues, so that all have one scale."""
    return max(float(one.priorities[refinements.waiting(one)[: refinements.N_ROWS]].max(initial=1.0)) for one in some)


@cache
def _longest_resorted() -> float:
    return _longest([_resorted(gamma) for gamma in GAMMAS])


@cache
def _longest_grown() -> float:
    return _longest([one for gamma in GROWING for function in FUNCTIONS for one in _grown(gamma, function)])
