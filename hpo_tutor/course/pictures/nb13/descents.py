"""Where is the surrogate of a sparse grid lowest, and is the loss low there too? Seven optimisers walk down it.

n         points of the grid, all of them tried; no trial is kept for a finish
start     the best point of the grid
end       where an optimiser stopped: what would be tried last
improved  the end's true loss is below that of the best point
"""

import math
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hpo_tutor.course.pictures.nb13.regions import axes
from hpo_tutor.problems.functions import function
from hpo_tutor.race.experiments.moved import NAMES, Moved
from hpo_tutor.samplers import SparseGrid
from hpo_tutor.scenes.layers import AnyLayer, Heatmap, Line, Points
from hpo_tutor.scenes.looks import BLUE, INK, RED
from hpo_tutor.scenes.stage import Board, Scene, beside
from hpo_tutor.scenes.ticks import number
from hpo_tutor.surrogates.b_splines import BSplines
from hpo_tutor.surrogates.minimisers import MINIMISERS, Descent, minimise
from hpo_tutor.tuning import minimize

Array = NDArray[np.float64]

N_TRIALS = (5, 9, 13, 17, 21, 25, 29, 33, 49)
BUMPS: Mapping[str, int] = {"cubic": 3, "hats": 1}
"""What the bumps are called -> their degree."""
EXAMPLE, GAMMA = "waves", 0.95  # as published
BUDGETS = (31, 60, 100)
N_CELLS = 60
LOW, HIGH = -2.0, 2.0  # of the true function; the surrogate is shaded alike, and goes beyond
ENDS = ("\N{MINUS SIGN}2 or less", "2 or more")


class Grown(NamedTuple):
    """A sparse grid whose points were all tried.

    Attributes:
        points: (n, d) in the unit cube.
        losses: (n,) at them.
        surrogate: passes through them.
    """

    points: Array
    losses: Array
    surrogate: BSplines

    @property
    def start(self) -> Array:
        """The best point, (d,)."""
        return np.asarray(self.points[np.argmin(self.losses)])


def grown(objective: Any, n_trials: int, gamma: float, degree: int) -> Grown:
    """The grid of this many points on an objective, and the surrogate through them."""
    sampler = SparseGrid(objective.space, gamma=gamma, degree=degree, finish=())
    minimize(objective, sampler, n_trials, progress=False)
    view = sampler.view()
    points, losses = view.refinement.points, view.refinement.losses
    tried = np.isfinite(losses)  # the last refinement may have been cut short by the budget
    surrogate = BSplines(view.levels[tried], view.indices[tried], losses[tried], degree)
    return Grown(points[tried], losses[tried], surrogate)


@cache
def waves(n_trials: int, bumps: str) -> Grown:
    """The grid of the published example.

    Raises:
        ValueError: there are no such bumps.
    """
    if bumps not in BUMPS:
        raise ValueError(f"bumps must be one of {', '.join(BUMPS)}; got {bumps!r}")
    return grown(function(EXAMPLE), n_trials, GAMMA, BUMPS[bumps])


@cache
def descent(optimiser: str, n_trials: int, bumps: str = "cubic") -> Descent:
    """The way of an optimiser down the surrogate of the published example, from the best point of the grid."""
    grid = waves(n_trials, bumps)
    way = minimise(optimiser, grid.surrogate, grid.start)
    _, path, heights, _ = way
    for array in (path, heights):  # all frames share them
        array.setflags(write=False)
    return way


def descended(optimiser: str, n_trials: int, bumps: str = "cubic") -> Board:
    """The true function on the left, on the right the surrogate after n points; an optimiser's way is drawn on both.

    Args:
        optimiser: one of ``MINIMISERS``.
        n_trials: points of the grid.
        bumps: "cubic" or "hats".
    """
    grid, way = waves(n_trials, bumps), descent(optimiser, n_trials, bumps)
    _, path, heights, n_evaluations = way
    end = path[-1]
    there, best = function(EXAMPLE)({"x1": end[0], "x2": end[1]}), float(grid.losses.min())
    after = "as low as" if math.isclose(there, best) else "lower than" if there < best else "higher than"
    sentence = (
        f"{optimiser} ends at ({end[0]:.3f}, {end[1]:.3f}) after {n_evaluations:,} evaluations of the surrogate, "
        f"which says {_signed(heights[-1])} there. The true loss is {_signed(there)}, {after} the best of "
        f"{n_trials} points, {_signed(best)}; the minimum is {number(LOW)}."
    )
    return beside(
        _panel(_truth(), grid, way, "The true function"),
        _panel(_believed(n_trials, bumps), grid, way, f"The surrogate of {n_trials} points"),
        sentence=sentence,
    )


def finishers(
    functions: Sequence[str] = NAMES,
    dims: Sequence[int] = (2, 3, 5),
    budgets: Sequence[int] = BUDGETS,
    seeds: Sequence[int] = range(10),
    gamma: float = 0.85,
    degree: int = 3,
) -> pd.DataFrame:
    """Every optimiser from the best point of each grid: a row for each of them.

    Args:
        functions: of ``race.experiments.moved``; the seed moves the box.
        dims: numbers of hyperparameters.
        budgets: points of the grids.
        seeds: of the boxes, and of the optimisers that draw.
        gamma: of the grids.
        degree: of the surrogates' bumps.

    Returns:
        Columns function, n_dims, n_trials, seed, optimiser; loss at the end; grid, the loss of the best point; optimum
        of the box; predicted, what the surrogate says at the end; n_evaluations of the surrogate.
    """
    rows = []
    cells = [(name, d, seed) for name in functions for d in dims for seed in seeds]
    for name, d, seed in cells:
        objective = Moved(name, d, seed)
        for n_trials in budgets:
            grid = grown(objective, n_trials, gamma, degree)
            for optimiser in MINIMISERS:
                _, path, heights, n_evaluations = minimise(optimiser, grid.surrogate, grid.start, seed)
                loss = objective(objective.space.from_unit(path[-1]))
                rows.append(
                    {
                        "function": name,
                        "n_dims": d,
                        "n_trials": n_trials,
                        "seed": seed,
                        "optimiser": optimiser,
                        "loss": loss,
                        "grid": float(grid.losses.min()),
                        "optimum": objective.optimum,
                        "predicted": float(heights[-1]),
                        "n_evaluations": n_evaluations,
                    }
                )
    return pd.DataFrame(rows)


def compared(ends: pd.DataFrame) -> pd.DataFrame:
    """What ``finishers`` found, in a few numbers: a row for each optimiser.

    Returns:
        Columns improved, the share of grids whose best point the end beats; rank predicted and rank true, the end's
        mean place among all optimisers by what the surrogate says and by the loss (1 the best, equals share one);
        regret left, the median of the regret after that trial over the regret before it; evaluations, their median.
    """
    cases = ends.groupby(["function", "n_dims", "n_trials", "seed"])
    kept = np.minimum(ends["loss"], ends["grid"])
    found = pd.DataFrame(
        {
            "optimiser": ends["optimiser"],
            "improved": ends["loss"] < ends["grid"],
            "rank predicted": cases["predicted"].rank(),
            "rank true": cases["loss"].rank(),
            "regret left": (kept - ends["optimum"]) / (ends["grid"] - ends["optimum"]),
            "evaluations": ends["n_evaluations"],
        }
    )
    means = ["improved", "rank predicted", "rank true"]
    by = found.groupby("optimiser")
    table = by[means].mean().join(by[["regret left", "evaluations"]].median())
    return table.loc[[name for name in MINIMISERS if name in table.index]]


def _signed(value: float) -> str:
    return f"{value:.3f}".replace("-", "\N{MINUS SIGN}")


def _cells() -> tuple[Array, Array]:
    """The middles of a map's cells."""
    middles = (np.arange(N_CELLS) + 0.5) / N_CELLS
    x, y = np.meshgrid(middles, middles)
    return x, y


@cache
def _truth() -> Heatmap:
    x, y = _cells()
    return Heatmap(
        function(EXAMPLE).values(np.column_stack([x.ravel(), y.ravel()])).reshape(x.shape),
        low=LOW,
        high=HIGH,
        name="loss",
        labels=ENDS,
    )


@cache
def _believed(n_trials: int, bumps: str) -> Heatmap:
    x, y = _cells()
    heights = waves(n_trials, bumps).surrogate.predict(np.column_stack([x.ravel(), y.ravel()]))
    return Heatmap(heights.reshape(x.shape), low=LOW, high=HIGH, name="loss", labels=ENDS)


def _panel(ground: Heatmap, grid: Grown, way: Descent, title: str) -> Scene:
    (x, y), (end_x, end_y) = way.path.T, way.path[-1]
    (grid_x, grid_y), (start_x, start_y) = grid.points.T, grid.start
    best_x, best_y = function(EXAMPLE).minimisers[0]
    layers: list[AnyLayer] = [
        ground,
        Points(grid_x, grid_y, BLUE, "circle", 9, name="point of the grid"),
        Points(start_x, start_y, BLUE, "circle", 15, outline=INK, name="the best of them: the start"),
        Line(x, y, "#ffffff", width=5.5),  # so that the way stands out from the middle shades, which are as dark as red
        Line(x, y, RED, width=3, name="way of the optimiser"),
        Points(x[:-1], y[:-1], RED, "circle", 6, outline=None),
        Points(end_x, end_y, RED, "x", 21, name="its end"),
        Points(best_x, best_y, "#ffffff", "star", 13, outline="#000000", name="minimum"),
    ]
    return Scene(layers, *axes(), title=title, aspect=1, grid=False)
