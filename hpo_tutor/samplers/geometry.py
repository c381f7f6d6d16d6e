"""Where does a kernel see a configuration, and which others are there to be tried?

    u          (m, d)  points of the unit cube, as candidates are drawn
    points     (m, d)  the same, as they will really be tried: integers and choices at the centre of their bin, inactive
                       hyperparameters in the middle, at 0.5
    features   (m, D)  what the kernel measures distances in: one column for a number or an ordered choice, one for each
                       option of another choice
    groups     (D,)    the hyperparameter of each column; its columns share a length scale

A model that saw u would learn nothing of the flat step that an integer makes of it, and would ask for the same
configuration again and again. Garrido-Merchan & Hernandez-Lobato (2020), doi:10.1016/j.neucom.2018.11.004
"""

import math
from collections.abc import Mapping
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

from hpo_tutor.domains import Choice, Domain, Float, finite_values
from hpo_tutor.expressions import Expression
from hpo_tutor.search_space import SearchSpace

Array = NDArray[np.float64]

MIDDLE = 0.5
MOST_CONFIGS = 1024  # a space with no more configurations is looked through as a whole
FINE = 20  # an integer with more values is searched like a real number, and rounded at the end
LOG2_SPREAD = 9  # 512 candidates all over the cube: Sobol's points are even in powers of two
N_NEAR = 64  # candidates around each of a few good trials
NEAREST, FARTHEST = 0.003, 0.3  # how far from it, in sides of the cube: all scales in between are tried
DIGITS = 12  # two points that agree to so many are one


class Geometry:
    """The unit cube of a space as the kernel sees it.

    Args:
        space: what is searched.

    Attributes:
        groups: (D,) the hyperparameter of each feature.
        smooth: (d,) whether small steps along the hyperparameter make sense.
        columns: (d,) its first feature.
        every: (m, d) all points of a small finite space, else None.
    """

    def __init__(self, space: SearchSpace) -> None:
        self.space = space
        self._domains = tuple(space.domains.values())
        self._split = np.array([isinstance(domain, Choice) and not domain.ordered for domain in self._domains])
        self._n_values = [math.inf if isinstance(domain, Float) else len(domain.values) for domain in self._domains]
        widths = [int(n) if split else 1 for n, split in zip(self._n_values, self._split, strict=True)]
        self.groups = np.repeat(np.arange(space.n_dims), widths)
        self.columns = np.cumsum([0, *widths[:-1]])
        many = np.array(self._n_values) > FINE
        self.smooth = np.array([not isinstance(domain, Choice) for domain in self._domains]) & many
        parents = {name for domain in self._domains if domain.when for name in Expression(domain.when).names}
        self._parents = [i for i, name in enumerate(space.names) if name in parents]
        self._active: dict[bytes, NDArray[np.bool_]] = {}
        self.every = self._all()

    def point(self, config: Mapping[str, Any]) -> Array:
        """The point of a configuration, shape (d,)."""
        return np.nan_to_num(self.space.to_unit(config), nan=MIDDLE)

    def snap(self, u: Array) -> Array:
        """The points that will really be tried, shape (m, d)."""
        points = np.column_stack([_rounded(domain, u[:, i]) for i, domain in enumerate(self._domains)])
        if self._parents:
            points[~np.array([self._activity(point) for point in points])] = MIDDLE
        return points

    def features(self, points: Array) -> Array:
        """What the kernel sees, shape (m, D); two options of a choice are at distance 1, whichever they are."""
        columns: list[Array] = []
        for i in range(self.space.n_dims):
            column = points[:, i : i + 1]
            if self._split[i]:
                n = int(self._n_values[i])
                column = (np.minimum((column * n).astype(int), n - 1) == np.arange(n)) / math.sqrt(2)
            columns.append(column)
        return np.hstack(columns)

    def spread(self, rng: np.random.Generator) -> Array:
        """Candidates all over the cube; shape (m, d)."""
        return self.snap(qmc.Sobol(self.space.n_dims, rng=rng).random_base2(LOG2_SPREAD))

    def near(self, centre: Array, rng: np.random.Generator) -> Array:
        """Candidates around a point (d,), at distances of all scales; shape (m, d)."""
        shape = (N_NEAR, self.space.n_dims)
        reach = NEAREST * (FARTHEST / NEAREST) ** rng.random((N_NEAR, 1))
        steps = np.maximum(reach, 1 / np.array(self._n_values)) * rng.normal(
            size=shape
        )  # less than a bin would lead nowhere
        u = np.where(self._split, rng.random(shape), centre + steps)  # any option may follow any other
        moved = rng.random(shape) < max(0.3, 2 / self.space.n_dims)  # of many coordinates only some
        return self.snap(np.clip(np.where(moved, u, centre), 0, 1))

    def feasible(self, point: Array) -> bool:
        """Whether the configuration there keeps the constraints."""
        return not self.space.constraints or self.space.satisfies(self.space.from_unit(point))

    def _activity(self, point: Array) -> NDArray[np.bool_]:
        """Which hyperparameters are active at a point; it hangs on the values of the parents alone."""
        key = point[self._parents].tobytes()
        if key not in self._active:
            active = self.space.active(self.space.from_unit(point))
            self._active[key] = np.array([name in active for name in self.space.names])
        return self._active[key]

    def _all(self) -> Array | None:
        """Every point of a small finite space."""
        if math.prod(self._n_values) > MOST_CONFIGS:
            return None
        centres = [[domain.to_unit(value) for value in finite_values(domain) or ()] for domain in self._domains]
        return np.unique(self.snap(np.array(list(product(*centres)))), axis=0)


def key(point: Array) -> bytes:
    """The same for points that are one."""
    return (np.round(point, DIGITS) + 0.0).tobytes()  # no -0.0


def _rounded(domain: Domain, u: Array) -> Array:
    """The coordinates of one hyperparameter at the centres of their bins, shape (m,)."""
    if isinstance(domain, Float):
        return u
    if isinstance(domain, Choice) or not domain.log:
        n = len(domain.values)
        return (np.minimum(np.floor(u * n), n - 1) + 0.5) / n
    low, ratio = domain.low - 0.5, (domain.high + 0.5) / (domain.low - 0.5)
    value = np.clip(np.floor(low * ratio**u + 0.5), domain.low, domain.high)
    return (np.log((value - 0.5) / low) + np.log((value + 0.5) / low)) / (2 * math.log(ratio))
