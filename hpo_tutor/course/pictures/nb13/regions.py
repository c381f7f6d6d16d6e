"""Where does adaptive random search look closer? The region of a point's children, and what makes it small or large.

step     the number of a refinement, from 1; each draws 2d = 4 children
level    0 of the first ten points; a child's is one more than its parent's
counts   a point counts for a region if its level is at most that of the refined point
reach    of a region: the radius of the disc that is as large; a normal distribution's ends two deviations from its mean
"""

import math
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import product
from typing import Any, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hpo_tutor.samplers import AdaptiveRandom, Design
from hpo_tutor.samplers.adaptive_random import Placement
from hpo_tutor.scenes.layers import AnyLayer, Circles, Line, Marks, Points, Polygons, Segments, Text
from hpo_tutor.scenes.looks import BLUE, GREEN, GREY, INK, ORANGE
from hpo_tutor.scenes.stage import Axis, Board, Scene, beside
from hpo_tutor.scenes.ticks import counting, number
from hpo_tutor.search_space import Float, SearchSpace
from hpo_tutor.tuning import minimize
from hpo_tutor.views import AdaptiveRandomView, Region

Array = NDArray[np.float64]

PLACEMENTS: tuple[Placement, ...] = get_args(Placement)
MOST_STEPS = 12
MINIMUM = (0.3, 0.6)

N_CORNERS = 72
RINGED = 12.0  # pixels of the points that set a region's size
STDS = 2  # of a normal distribution that are drawn
LOWEST, HIGHEST = 1e-6, 1.0  # of the reach that is drawn; smaller regions stand at the bottom
SPECK, AROUND = 0.02, 0.07  # half a side of a region that hides below symbols; radius of the ring around it
RINGS = (0.15, 0.3, 0.45, 0.6, 0.75)  # of equal loss, their radii


class Bowl:
    """The squared distance to the minimum."""

    space = SearchSpace({"x1": Float(0, 1), "x2": Float(0, 1)})
    loss_names = ("loss",)
    optimum = 0.0

    def __call__(self, config: Mapping[str, Any]) -> float:
        """The loss of one config."""
        return float((config["x1"] - MINIMUM[0]) ** 2 + (config["x2"] - MINIMUM[1]) ** 2)


@cache
def views(placement: Placement, seed: int = 0, n_steps: int = MOST_STEPS) -> tuple[AdaptiveRandomView, ...]:
    """What the sampler believed at each refinement, the first one first; its children's losses are not known yet."""
    sampler, bowl = AdaptiveRandom(Bowl.space, seed, placement=placement), Bowl()
    found = []
    for _ in range(n_steps + 1):
        trials = [sampler.ask() for _ in range(sampler.together())]
        found.append(sampler.view())
        for trial in trials:
            sampler.tell(trial, bowl(trial.config))
    return tuple(found[1:])


def reach(region: Region) -> float:
    """How far a region goes: the radius of a disc of the same area."""
    sides = region.extent * (STDS if region.placement == "normal" else 1)
    return math.sqrt(sides.prod() * (4 / math.pi if region.placement == "box" else 1))


def holds(region: Region, place: Iterable[float] = MINIMUM) -> bool:
    """Whether a place lies in a region; in that of a normal distribution, within two deviations."""
    off = np.abs(np.asarray(tuple(place)) - region.centre) / region.extent
    if region.placement == "box":
        return bool((off <= 1).all())
    return float(np.linalg.norm(off)) <= (STDS if region.placement == "normal" else 1)


def held(seeds: Iterable[int] = range(20), n_steps: int = MOST_STEPS) -> pd.DataFrame:
    """In which share of the searches a refinement's region holds the minimum: a row each step, a column a placement."""
    own = tuple(seeds)
    shares = {
        placement: np.mean([[holds(_region(view)) for view in views(placement, seed, n_steps)] for seed in own], axis=0)
        for placement in PLACEMENTS
    }
    return pd.DataFrame(shares, index=pd.RangeIndex(1, n_steps + 1, name="step"))


def nearest(seeds: Iterable[int] = range(20), n_trials: int = 60) -> pd.DataFrame:
    """How near the best trial comes to the minimum: a row each seed, a column for each placement and random search."""
    own, bowl = tuple(seeds), Bowl()
    searches: dict[str, list[AdaptiveRandom | Design]] = {
        **{name: [AdaptiveRandom(Bowl.space, seed, placement=name) for seed in own] for name in PLACEMENTS},
        "random": [Design(Bowl.space, "random", seed=seed) for seed in own],
    }
    distances = {
        name: [math.sqrt(min(minimize(bowl, sampler, n_trials, progress=False).losses)) for sampler in samplers]
        for name, samplers in searches.items()
    }
    return pd.DataFrame(distances, index=pd.Index(own, name="seed"))


def placed(placement: Placement, step: int, seed: int = 0) -> Board:
    """The map at one refinement; beside it, what the regions' reach was so far, and what it would have to be.

    Args:
        placement: "box", "ball" or "normal".
        step: number of the refinement, from 1 to ``MOST_STEPS``.
        seed: of the search.

    Raises:
        ValueError: there is no such step or placement.
    """
    if step not in range(1, MOST_STEPS + 1):
        raise ValueError(f"step must be from 1 to {MOST_STEPS}, it is {step}")
    own = views(placement, seed)
    view = own[step - 1]
    region, tree = _region(view), view.refinement
    far = math.dist(tree.points[tree.refined], MINIMUM)
    n_counting, n_others = int(_counting(view).sum()), int((tree.births < step).sum()) - 1
    width, height = (number(2 * side) for side in _sides(region))
    said = {
        "box": f"the box is {width} wide and {height} high",
        "ball": f"the ball's radius is {number(region.extent[0])}",
        "normal": f"the ellipse is {width} wide and {height} high",
    }
    sentence = (
        f"Refinement {step}, of a point of level {tree.sizes[tree.refined]}: {n_counting} of {n_others} others count. "
        f"The minimum is {number(far)} away; {said[placement]}. "
        f"It {'holds' if holds(region) else 'does not hold'} the minimum."
    )
    return beside(_map(view, step), _reaches(placement, step, seed), sentence=sentence)


def axes() -> tuple[Axis, Axis]:
    """Of a picture of the unit square."""
    return Axis("x1", 0, 1), Axis("x2", 0, 1)


def _region(view: AdaptiveRandomView) -> Region:
    assert view.region is not None  # after a refinement there is one
    return view.region


def _sides(region: Region) -> Array:
    """Half its width and height."""
    return region.extent * (STDS if region.placement == "normal" else 1)


def _counting(view: AdaptiveRandomView) -> NDArray[np.bool_]:
    """Which points made the region: those of the refined one's level or a lower one, itself left out."""
    tree = view.refinement
    before = tree.births < tree.births.max()
    count = before & (tree.sizes <= tree.sizes[tree.refined])
    count[tree.refined] = False
    return np.asarray(count)


def _deciding(view: AdaptiveRandomView) -> tuple[NDArray[np.int64], Segments]:
    """The rows of the points that set the region's size, and what leads from them to it."""
    tree, region = view.refinement, _region(view)
    rows, centre = np.flatnonzero(_counting(view)), tree.points[tree.refined]
    points = tree.points[rows]
    if region.placement == "ball":
        apart = np.linalg.norm(points - centre, axis=1)
        deciding = rows[[apart.argmin(), apart.argmax()]]
        ends = np.array([centre, centre])
    else:
        cuts = []  # row of the nearest coordinate along each axis, on each side, and the axis
        for dim, side in product(range(2), (-1, 1)):
            ahead = side * (points[:, dim] - centre[dim])
            if (ahead > 0).any():
                cuts.append((rows[np.where(ahead > 0, ahead, np.inf).argmin()], dim))
        deciding = np.array([row for row, _ in cuts])
        # beside the refined point, on the side that is cut there
        ends = np.array([np.where(np.arange(2) == dim, tree.points[row], centre) for row, dim in cuts])
    (x0, y0), (x1, y1) = tree.points[deciding].T, ends.T
    return np.unique(deciding), Segments(x0, y0, x1, y1, INK, "dot", 2, name="sets the region's size")


def _outline(region: Region) -> Array:
    """The corners of a region, (k, 2)."""
    if region.placement == "box":
        return np.asarray(region.centre + np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * region.extent)
    angles = np.linspace(0, 2 * math.pi, N_CORNERS, endpoint=False)
    return np.asarray(region.centre + np.column_stack([np.cos(angles), np.sin(angles)]) * _sides(region))


def _pointed_at(region: Region) -> list[AnyLayer]:
    """A ring and a word, where a region is too small to be seen."""
    if _sides(region).max() > SPECK:
        return []
    x, y = region.centre.tolist()
    left = x > 1 - 5 * AROUND  # the word needs room within the map
    aside = x - 1.4 * AROUND if left else x + 1.4 * AROUND
    return [
        Circles([x], [y], AROUND, GREEN, width=2.5),
        Text([aside], [y], ["region"], anchor="end" if left else "start"),
    ]


def _map(view: AdaptiveRandomView, step: int) -> Scene:
    tree, region = view.refinement, _region(view)
    count, new = _counting(view), tree.births == step
    deeper = ~count & ~new
    deeper[tree.refined] = False
    deciding, leads = _deciding(view)
    around_x, around_y = _outline(region).T
    (x, y), (refined_x, refined_y) = tree.points.T, tree.points[tree.refined]
    ring_x, ring_y = np.tile(MINIMUM, (len(RINGS), 1)).T
    layers: list[AnyLayer] = [
        Circles(ring_x, ring_y, np.array(RINGS), GREY, width=1.0),
        Polygons(around_x, around_y, len(around_x), GREEN, GREEN, 2.0, 0.4, name="region of the children"),
        Marks(x[count], "x", color=BLUE),
        Marks(y[count], "y", color=BLUE),
        leads,
        Points(x[deeper], y[deeper], BLUE, "circle", 5, 0.6, name="does not count, its level is higher"),
        Points(x[count], y[count], BLUE, "circle", 8, name="counts"),
        Points(x[deciding], y[deciding], BLUE, "circle", RINGED, outline=INK),
        Points(*MINIMUM, "#ffffff", "star", 16, outline="#000000", name="minimum"),
        Points(refined_x, refined_y, ORANGE, "circle", 13, outline=INK, name="refined now"),
        Points(x[new], y[new], GREEN, "diamond", 9, name="its four children"),
        *_pointed_at(region),
    ]
    return Scene(layers, *axes(), title="Where four children are drawn", aspect=1, grid=False)


@cache
def _curves(placement: Placement, seed: int) -> tuple[Array, Array]:
    """Reach of each refinement's region, and the distance of its point to the minimum."""
    own = views(placement, seed)
    far = [math.dist(view.refinement.points[view.refinement.refined], MINIMUM) for view in own]
    return np.maximum([reach(_region(view)) for view in own], LOWEST), np.array(far)


def _reaches(placement: Placement, step: int, seed: int) -> Scene:
    steps, (sizes, far) = np.arange(1, step + 1), _curves(placement, seed)
    layers: list[AnyLayer] = [
        Line(steps, far[:step], ORANGE, "dash", 3),
        Line(steps, sizes[:step], GREEN, width=3),
        Points(steps, far[:step], ORANGE, "circle", 6),
        Points(steps, sizes[:step], GREEN, "diamond", 7),
        Points([step], far[[step - 1]], ORANGE, "circle", 12, outline=INK),
        Points([step], sizes[[step - 1]], GREEN, "diamond", 12, outline=INK),
    ]
    across = Axis("refinement", 0.5, MOST_STEPS + 0.5, ticks=counting(MOST_STEPS))
    up = Axis("distance, in sides of the square", LOWEST / 1.5, HIGHEST, log=True)
    return Scene(layers, across, up, title="Can the region reach the minimum?", aspect=1)
