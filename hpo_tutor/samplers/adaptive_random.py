"""What if random search looked closer where it did well? Points are drawn around points, in ever smaller regions.

level      0 of the first points; a child's is one more than its parent's
gap        along one hyperparameter, between the nearest coordinates to the left and right of a point's own, among
           points of its level or a lower one; the bounds, where there is none

Michallik (2023), Neural network hyperparameter optimization with sparse grids, Technical University of Munich (slides).
"""

from collections.abc import Callable, Iterable
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.samplers.refining import Child, RefiningSampler, key_of
from hpo_tutor.search_space import SearchSpace
from hpo_tutor.views import AdaptiveRandomView, Region

Array = NDArray[np.float64]
Placement = Literal["box", "ball", "normal"]

MOST_TRIES = 100  # draws of a point, in search of one that is feasible and new
STDS_IN_GAP = 4  # so that some 95 % of a normal distribution lie within its gap


class AdaptiveRandom(RefiningSampler):
    """Iterative adaptive random search: a few random points, then 2d more around the one of the smallest priority.

    Its level takes the place of the sum of levels in the priority. A config is repeated only where no other was found.

    Args:
        space: what is searched.
        seed: draws all points.
        gamma: 0 refines where losses are low, 1 refines all points alike.
        placement: children are uniform in the "box" between their parent's neighbours, or in a "ball" around it whose
            radius is (d_max + d_min) / (2 (level + 2)), of its distances to points of its level or lower; or "normal"
            around the middle of each gap, with a quarter of it as standard deviation. What falls outside of the unit
            cube is put on its edge.
        n_startup: random points of level 0.

    Raises:
        ValueError: gamma is not from 0 to 1, n_startup is below 1, or the placement is unknown.
    """

    def __init__(
        self,
        space: SearchSpace,
        seed: int = 0,
        *,
        gamma: float = 0.5,
        placement: Placement = "box",
        n_startup: int = 10,
    ) -> None:
        super().__init__(space, seed, gamma)
        if placement not in get_args(Placement):
            raise ValueError(f"placement must be one of {', '.join(get_args(Placement))}; it is {placement!r}")
        if n_startup < 1:
            raise ValueError(f"n_startup must be at least 1, it is {n_startup}; leave it out for 10")
        self.placement, self.n_startup = placement, int(n_startup)
        self._region: Region | None = None

    def view(self) -> AdaptiveRandomView:
        """The points, and where the last were drawn."""
        return AdaptiveRandomView(self.space.names, self.tree.view(), self.gamma, self._region)

    def _first(self) -> Iterable[Child]:
        for _ in range(self.n_startup):
            yield Child(self._drawn(lambda: self.rng.random(self.space.n_dims)), 0)

    def _children(self, row: int) -> Iterable[Child]:
        self._region = region(self.tree.points, self.tree.sizes, row, self.placement)
        size = int(self.tree.sizes[row]) + 1
        for _ in range(2 * self.space.n_dims):
            yield Child(self._drawn(self._one_of_region), size)

    def _one_of_region(self) -> Array:
        assert self._region is not None  # a region comes before its points
        return draw(self._region, self.rng)

    def _drawn(self, one: Callable[[], Array]) -> Array:
        """A point that is feasible and new, if it is found; else one that is feasible, else any."""
        best: Array = one()
        feasible = False
        for attempt in range(MOST_TRIES):
            point = best if attempt == 0 else one()
            config = self.space.from_unit(point)
            if not self.space.satisfies(config):
                continue
            if key_of(self.space, config) not in self._rows:
                return point
            if not feasible:
                best, feasible = point, True
        return best

    def _is_twin(self, point: Array) -> bool:
        return False  # nothing new was found: the config is tried again


def gaps(points: Array, levels: NDArray[np.int64], row: int) -> tuple[Array, Array]:
    """Between which coordinates a point lies, among points of its level or a lower one; low and high, (d,) each."""
    others, own = points[levels <= levels[row]], points[row]
    low = np.where(others < own, others, 0.0).max(axis=0)
    high = np.where(others > own, others, 1.0).min(axis=0)
    return low, high


def region(points: Array, levels: NDArray[np.int64], row: int, placement: Placement) -> Region:
    """Where the children of a point are drawn: see ``AdaptiveRandom``.

    Args:
        points: (n, d), its own among them.
        levels: (n,).
        row: which point.
        placement: "box", "ball" or "normal".
    """
    low, high = gaps(points, levels, row)
    if placement == "ball":
        others = points[(levels <= levels[row]) & (np.arange(len(points)) != row)]
        far = np.linalg.norm(others - points[row], axis=1) if len(others) else np.array([1.0])
        radius = (far.max() + far.min()) / (2 * (levels[row] + 2))
        centre, extent = points[row].copy(), np.full(points.shape[1], radius)
    else:
        centre, extent = (low + high) / 2, (high - low) / (2 if placement == "box" else STDS_IN_GAP)
    for array in (centre, extent):
        array.setflags(write=False)
    return Region(placement, centre, extent)


def draw(where: Region, rng: np.random.Generator) -> Array:
    """One point of a region, put into the unit cube; shape (d,)."""
    n_dims = len(where.centre)
    if where.placement == "ball":
        direction = rng.normal(size=n_dims)
        offset = direction / np.linalg.norm(direction) * rng.random() ** (1 / n_dims)
    elif where.placement == "box":
        offset = rng.uniform(-1, 1, size=n_dims)
    else:
        offset = rng.normal(size=n_dims)
    return np.asarray(np.clip(where.centre + offset * where.extent, 0, 1))
