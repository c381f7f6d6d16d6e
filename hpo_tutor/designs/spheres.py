"""How far apart can N trials lie, if chance places one after another? Random sequential addition of hard spheres.

N, d  points wanted, hyperparameters
D     diameter of the spheres, the smallest distance allowed between two points
phi   packing fraction, the share of the cube that spheres of diameter D around the points fill: N V_d (D / 2)^d
V_d   volume of the unit ball

One run takes darts one after another and keeps each that is D or more from all that it kept. The larger D, the fewer
points find room: the design is the run with the largest D that still has N of them.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from hpo_tutor.designs.filling import MAX_DARTS, MAX_VOXELS, PATIENCE, Filling

Array = NDArray[np.float64]

PACKING_FRACTIONS = {
    1: 0.7475979,
    2: 0.5470735,
    3: 0.3841307,
    4: 0.2600781,
}
"""phi of saturated random sequential addition in a large periodic cube, by d.

d = 1: Renyi (1958); d = 2 to 4: Zhang & Torquato (2013), doi:10.1103/PhysRevE.88.053312
"""

# about what runs with many darts reach: only where bisection begins, and how large a request is, hang on them
_FIRST_GUESSES = PACKING_FRACTIONS | {5: 0.1707761, 6: 0.109302, 7: 0.068404, 8: 0.04230}

MANY = 1000  # points; beyond, a second restart would find a D that is hardly larger
PROVABLE_DIMS = 4  # up to here each run ends with a proof, 3 for MANY points; beyond with MAX_DARTS_BEYOND
MAX_DARTS_BEYOND = 100_000
PRECISION = 1e-3  # of D, relative


class Packing(NamedTuple):
    """N points by random sequential addition.

    Attributes:
        points: (N, d) in the unit cube, in the order in which they came.
        diameter: D, the smallest distance between two of them; nan for a single point.
        proved: whether each larger D that was tried and given up had no room for N points, which voxels prove.
            Otherwise a run ended because its darts ran out, and a larger D may be possible.
        periodic: whether distances wrap around.
        n_runs: how many diameters were tried, all restarts together.
    """

    points: Array
    diameter: float
    proved: bool
    periodic: bool
    n_runs: int


def rsa(
    n_points: int,
    n_dims: int,
    rng: np.random.Generator,
    *,
    periodic: bool = True,
    n_restarts: int | None = None,
    max_darts: int | None = None,
) -> Packing:
    """Random sequential addition of exactly N points with the largest diameter found.

    Each restart has its own random numbers, which all of its runs share, so that only D differs between them. It must
    beat the best D so far, and bisects between what had room for N points and what had not, to 0.1 %.

    Args:
        n_points: N.
        n_dims: d; any number, but a proof needs voxels, which are too many beyond a few dimensions.
        rng: where the restarts' seeds come from.
        periodic: whether distances wrap around; otherwise the cube has hard walls, and points stand farther apart.
        n_restarts: how many times to begin; None: four times, or once for more than 1,000 points.
        max_darts: at most so many in one run; None: as many as a proof needs for d <= 3, and for d = 4 up to 1,000
            points; otherwise 100,000, or ten for each point.

    Raises:
        ValueError: there is no restart, or fewer darts than points.
    """
    if n_restarts is None:
        n_restarts = 4 if n_points <= MANY else 1
    if max_darts is None:
        provable = n_dims <= PROVABLE_DIMS - (n_points > MANY)
        max_darts = MAX_DARTS if provable else max(MAX_DARTS_BEYOND, 10 * n_points)
    if n_restarts < 1 or max_darts < n_points:
        raise ValueError(
            f"rsa needs a restart, and a dart for each of {n_points} points; it has {n_restarts} and {max_darts}"
        )
    largest = math.sqrt(n_dims) / (2 if periodic else 1)  # no two places are farther apart
    points, best, doubtful, n_runs = np.empty((0, n_dims)), 0.0, 0.0, 0
    for seed in rng.integers(2**63, size=n_restarts):
        low, high = best, largest
        diameter = min(best * (1 + PRECISION) or typical_diameter(n_points, n_dims), largest)
        while True:
            filling = Filling(
                diameter,
                n_dims,
                np.random.default_rng(seed),
                periodic=periodic,
                n_wanted=n_points,
                max_darts=max_darts,
                max_voxels=min(max_darts // PATIENCE, MAX_VOXELS),
            )
            filling.fill()
            n_runs += 1
            if filling.n_points == n_points:
                points = filling.points
                low = best = min(smallest_distance(points, periodic), largest)
            else:
                high = diameter
                doubtful = max(doubtful, 0.0 if filling.saturated else diameter)
            if high - low <= PRECISION * high:
                break
            if low == 0:
                diameter = 0.8 * high
            elif high == largest:
                diameter = min(1.1 * low, (low + high) / 2)
            else:
                diameter = (low + high) / 2
    return Packing(points, best if n_points > 1 else math.nan, doubtful <= best, periodic, n_runs)


def packing_fraction(n_points: int, diameter: float, n_dims: int) -> float:
    """The share N V_d (D / 2)^d of a periodic cube that N spheres fill; between hard walls some stick out."""
    return n_points * ball_volume(n_dims) * (diameter / 2) ** n_dims


def smallest_distance(points: Array, periodic: bool) -> float:
    """Between two of the points (N, d), wrapped around where the cube is periodic; infinite for a single point."""
    tree = cKDTree(points % 1, boxsize=np.ones(points.shape[1])) if periodic else cKDTree(points)
    distances, _ = tree.query(tree.data, k=2)
    return float(np.min(np.asarray(distances)[:, 1]))


def ball_volume(n_dims: int) -> float:
    """V_d of the ball of radius 1."""
    return math.exp(_log_volume(n_dims))


def typical_diameter(n_points: int, n_dims: int) -> float:
    """The D with which about N points find room in a large periodic cube: the D that gives the phi of saturation.

    Beyond d = 4 phi is a guess; beyond d = 8 it is (d + 2) / 2^(d + 1), which it can hardly fall below: Torquato, Uche
    & Stillinger (2006), doi:10.1103/PhysRevE.74.061308
    """
    phi = _FIRST_GUESSES.get(n_dims, (n_dims + 2) / 2 ** (n_dims + 1))
    return 2 * math.exp((math.log(phi / n_points) - _log_volume(n_dims)) / n_dims)


def _log_volume(n_dims: int) -> float:
    """The logarithm of V_d; V_d itself is too small for a float in hundreds of dimensions."""
    return n_dims / 2 * math.log(math.pi) - math.lgamma(n_dims / 2 + 1)
