"""How good are N points, before anything is known of the loss? Distances, holes, evenness, and shadows on the axes.

points  (N, d) in the unit cube
x       any place of the cube, whether a point stands there or not

    smallest_distance  of two points                      larger is better: no trial repeats another
    covering_radius    from the worst place to a point    smaller is better: no place is far from a trial
    discrepancy        from the uniform distribution      smaller is better: every box gets its share
    dispersion         volume of the largest empty box    smaller is better: no box is left out
    gaps, n_distinct   of the shadows on each axis        larger is better: each axis sees many values

They disagree about which design is best, so a design is good in a stated sense only.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.spatial import HalfspaceIntersection, cKDTree
from scipy.stats import qmc

Array = NDArray[np.float64]

MOST_CORNERS = 100_000  # N 3^d up to which the corners of all cells are found: at most about 0.4 s
MOST_STEPS = 200_000_000  # N d times the boxes that are searched: at most about half a second
N_PLACES = 4096  # places that are tried where the corners are too many, and how many of them climb
N_CLIMBS = 32


class Quality(NamedTuple):
    """All measures of one design.

    Attributes:
        smallest_distance: of two points; nan where there is only one.
        covering_radius: the largest distance of a place from its nearest point.
        discrepancy: centred L2, squared.
        gaps: (d,) the smallest difference of two points on each axis; nan where there is only one.
        dispersion: volume of the largest empty box.
        n_distinct: (d,) how many different values each axis sees.
        lower_bounds: the names of those measures that are at least as large as said, because so many points in so many
            dimensions cannot be searched through; empty in two and three dimensions for all usual N.
    """

    smallest_distance: float
    covering_radius: float
    discrepancy: float
    gaps: Array
    dispersion: float
    n_distinct: NDArray[np.int64]
    lower_bounds: tuple[str, ...]


def quality(points: Array) -> Quality:
    """Every measure of the points, at once.

    Raises:
        ValueError: points are not of shape (N, d), lie outside the unit cube, or are not numbers.
    """
    points = _checked(points)
    alone = len(points) == 1
    radius, radius_proved = _covering_radius(points)
    volume, volume_proved = _dispersion(points)
    proved = {"covering_radius": radius_proved, "dispersion": volume_proved}
    return Quality(
        smallest_distance=np.nan if alone else smallest_distance(points),
        covering_radius=radius,
        discrepancy=discrepancy(points),
        gaps=np.full(points.shape[1], np.nan) if alone else gaps(points),
        dispersion=volume,
        n_distinct=n_distinct(points),
        lower_bounds=tuple(name for name, holds in proved.items() if not holds),
    )


def smallest_distance(points: Array) -> float:
    """Least |p_i - p_j| over i < j, Euclidean; larger is better, and the largest possible is called maximin.

    Johnson, Moore & Ylvisaker (1990), doi:10.1016/0378-3758(90)90122-B

    Raises:
        ValueError: there is one point only, or as for ``quality``.
    """
    points = _several(points)
    return float(np.min(cKDTree(points).query(points, k=[2])[0]))


def covering_radius(points: Array) -> float:
    """Largest over places x of the least |x - p_i| over i; smaller is better, the smallest possible is called minimax.

    Johnson, Moore & Ylvisaker (1990), doi:10.1016/0378-3758(90)90122-B

    Exact in one to three dimensions, and in more where N 3^d <= 100,000: with (0, ..., 0) in the middle of the cube the
    squared distance is |x|^2 + z, where z is the least of |p_i|^2 - 2 p_i x. Below that roof the pairs (x, z) form a
    polytope. A convex function is largest at one of its vertices, which are the corners of the points' cells in the
    cube. Elsewhere a lower bound: the largest distance found from 8,192 fixed places, 32 of which climb.

    Raises:
        ValueError: as for ``quality``.
    """
    return _covering_radius(_checked(points))[0]


def discrepancy(points: Array) -> float:
    """Centred L2 discrepancy, squared, as scipy gives it; smaller is better, 0 would be perfectly even.

    How far the share of the points in a box is from the box's volume: its square, integrated over all boxes between a
    place and the corner nearest to it, and summed over the projections onto all sets of axes. With z = p - 1/2:
    (13/12)^d - 2/N sum_i prod_k (1 + |z_ik|/2 - z_ik^2/2) + 1/N^2 sum_ij prod_k (1 + |z_ik|/2 + |z_jk|/2 -
    |z_ik - z_jk|/2). Hickernell (1998), doi:10.1090/S0025-5718-98-00894-1

    Raises:
        ValueError: as for ``quality``.
    """
    return float(qmc.discrepancy(_checked(points), method="CD"))


def dispersion(points: Array) -> float:
    """The largest product of (b_j - a_j) over boxes a < x < b of the cube with no point inside; smaller is better.

    Rote & Tichy (1996), Mathematical and Computer Modelling 23, pp. 9-23. The dispersion of Niederreiter (1983) asks
    for balls instead of boxes: it is the covering radius.

    Exact in two and three dimensions up to N = 1,000, and in more for small N: every box that could be larger was
    looked at. Where 200,000,000 / (N d) boxes do not suffice, the largest empty one among them, a lower bound.

    Raises:
        ValueError: as for ``quality``.
    """
    return _dispersion(_checked(points))[0]


def gaps(points: Array) -> Array:
    """The smallest difference of two points on each axis, shape (d,); larger is better, at most 1 / (N - 1).

    0 where two points share a value: were the loss to depend on that axis alone, one of the two would be wasted.

    Raises:
        ValueError: there is one point only, or as for ``quality``.
    """
    return np.asarray(np.diff(np.sort(_several(points), axis=0), axis=0).min(axis=0))


def n_distinct(points: Array) -> NDArray[np.int64]:
    """How many different values the points have on each axis, shape (d,); larger is better, at most N.

    Raises:
        ValueError: as for ``quality``.
    """
    return np.array([len(np.unique(values)) for values in _checked(points).T])


def _covering_radius(points: Array) -> tuple[float, bool]:
    """The largest distance found, and whether there is none larger."""
    n_dims = points.shape[1]
    exact = n_dims <= 3 or len(points) * 3**n_dims <= MOST_CORNERS
    centred = points - 0.5
    # 2 p_i x + z <= |p_i|^2 for each point
    slopes = np.column_stack([2 * centred, np.ones(len(points))])
    heights = np.sum(centred**2, axis=1)
    places = (_corners if exact else _climbed)(slopes, heights)
    # measured afresh, so that rounding in finding a place does not matter
    distances = cKDTree(points).query(np.clip(places + 0.5, 0, 1))[0]
    return float(np.max(distances)), exact


def _corners(slopes: Array, heights: Array) -> Array:
    """Where the vertices of the polytope below the roof stand, (n, d), with (0, ..., 0) in the middle of the cube."""
    n_dims = slopes.shape[1] - 1
    floor = -n_dims / 4 - 1.0  # the roof is nowhere below -|x|^2
    walls = np.hstack([np.vstack([np.eye(n_dims), -np.eye(n_dims)]), np.zeros((2 * n_dims, 1))])
    ground = np.append(np.zeros(n_dims), -1.0)
    halfspaces = np.column_stack(
        [np.vstack([slopes, walls, ground]), np.concatenate([-heights, np.full(2 * n_dims, -0.5), [floor]])]
    )
    inside = np.append(np.zeros(n_dims), floor + 0.5)
    vertices = HalfspaceIntersection(halfspaces, inside).intersections[:, :n_dims]
    return np.asarray(vertices[np.isfinite(vertices).all(axis=1)])


def _climbed(slopes: Array, heights: Array) -> Array:
    """Fixed places and corners of the cube, (n, d), of which those farthest from all points climb to corners of cells.

    With |x|^2 replaced by its tangent, which lies below it, a linear program says where the squared distance is
    largest; there it is no smaller than where the tangent touches.
    """
    n_dims = slopes.shape[1] - 1
    spread = qmc.Sobol(n_dims, scramble=False).random_base2(N_PLACES.bit_length() - 1) - 0.5
    ends = np.sign(spread + 1e-9) / 2

    def squared(places: Array) -> Array:
        return np.asarray(np.sum(places**2, axis=-1) + np.min(heights - places @ slopes[:, :-1].T, axis=-1))

    far = [some[np.argsort(-squared(some))[: N_CLIMBS // 2]] for some in (spread, ends)]
    return np.vstack([spread, ends, [_climb(place, squared, slopes, heights) for place in np.vstack(far)]])


def _climb(place: Array, squared: Callable[[Array], Array], slopes: Array, heights: Array) -> Array:
    """The last of a row of places, each farther from its nearest point than the one before."""
    bounds = [(-0.5, 0.5)] * len(place) + [(None, None)]
    while True:
        found = np.asarray(linprog(-np.append(2 * place, 1), A_ub=slopes, b_ub=heights, bounds=bounds).x)[:-1]
        if squared(found) <= squared(place) + 1e-9:
            return place
        place = found


def _dispersion(points: Array) -> tuple[float, bool]:
    """The volume of the largest empty box found, and whether there is none larger."""
    from hpo_tutor.designs.boxes import largest_empty  # loads numba, which takes as long as a hundred searches

    most = MOST_STEPS // points.size
    low, high, n_boxes = largest_empty(points, most)
    return float(np.prod(high - low)), n_boxes <= most


def _several(points: Array) -> Array:
    points = _checked(points)
    if len(points) == 1:
        raise ValueError("one point has no distance from another; give at least two points")
    return points


def _checked(points: Array) -> Array:
    points = np.ascontiguousarray(points, dtype=np.float64)
    if points.ndim != 2 or not points.size:
        raise ValueError(f"points must have shape (N, d) with N and d of at least 1, they have {points.shape}")
    if not np.all((points >= 0) & (points <= 1)):
        wrong = points[~((points >= 0) & (points <= 1))][0]
        raise ValueError(f"points must lie in the unit cube, one coordinate is {wrong}; scale them to [0, 1] first")
    return points
