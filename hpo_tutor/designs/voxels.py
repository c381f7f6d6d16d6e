"""Where can one more sphere stand, and where can none? Darts and voxels in machine code.

d        dimensions of the unit cube; distances wrap around where it is periodic
D        diameter, the smallest distance allowed between two centres
points   (capacity, d) centres, of which the first n_points stand
cells    the unit cube in n^d equal parts; ``cell`` is a part's number, the last axis turning fastest
lists    (n^d, width) for each cell, the points that are nearer than D to some place of it
lengths  (n^d,) how many there are
voxels   (capacity, d) whole numbers k, of which the first n_voxels count: the cube from k * side to (k + 1) * side,
         where 1 / side is a multiple of n, so that every voxel lies in one cell
tally    what a throw counts: n_points, the longest list, n_voxels, n_darts; and the failures that it may still have
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.machine_code import compiled_with

Array = NDArray[Any]

N_POINTS, LONGEST, N_VOXELS, N_DARTS, PATIENCE = range(5)
# sums may change their order; inf keeps its meaning, because walls are infinitely far around
_compiled = compiled_with(fastmath={"contract", "reassoc", "nsz", "nnan"})
ROUNDING = 2e-12  # of D^2: a single place at exactly D, such as the antipode in 1-D with D = 1/2, is as good as covered


class Spheres(NamedTuple):
    """The centres that stand, and which of them reach into which cell; the period is 1, or inf between hard walls."""

    points: Array
    lists: Array
    lengths: Array
    cells_per_axis: int
    diameter: float
    period: float


@_compiled
def far(centre: float, half: float, point: float, period: float) -> float:
    """Along one axis, the distance of a point from the farthest place of a voxel, or of a single place (half = 0)."""
    step = abs(centre - point)
    return min(min(step, period - step) + half, period / 2)


@_compiled
def enlist(spheres: Spheres, new: int) -> int:
    """Put a new point on the list of each cell with a place nearer than D to it; the longest of these lists then."""
    point, n, limit = spheres.points[new], spheres.cells_per_axis, spheres.diameter**2
    n_dims, width = len(point), reach(spheres.diameter, n)
    slices = np.empty((n_dims, width), np.int64)
    squares = np.empty((n_dims, width))  # the distance of each slice of cells, along each axis
    for j in range(n_dims):
        begin = int(point[j] * n) - width // 2 if width < n else 0
        for i in range(width):
            c = begin + i
            beyond = spheres.period > 1 and (c < 0 or c >= n)
            slices[j, i] = c % n
            gap = far((c % n + 0.5) / n, 0.0, point[j], spheres.period) - 0.5 / n
            squares[j, i] = np.inf if beyond else max(gap, 0.0) ** 2
    at = np.zeros(n_dims, np.int64)
    sums, cells = np.zeros(n_dims + 1), np.zeros(n_dims + 1, np.int64)
    j = longest = 0
    while j >= 0:  # axis by axis: where the first few are too far already, none of their cells is looked at
        if at[j] == width:
            at[j] = 0
            j -= 1
        else:
            sums[j + 1] = sums[j] + squares[j, at[j]]
            cells[j + 1] = cells[j] * n + slices[j, at[j]]
            if sums[j + 1] < limit:
                if j < n_dims - 1:
                    j += 1
                    continue
                cell = cells[n_dims]
                spheres.lists[cell, spheres.lengths[cell]] = new
                spheres.lengths[cell] += 1
                longest = max(longest, spheres.lengths[cell])
        if j >= 0:
            at[j] += 1
    return longest


@_compiled
def reach(diameter: float, n: int) -> int:
    """How many slices of cells along an axis a sphere can reach at most."""
    return min(n, 2 * (int(diameter * n) + 1) + 1)


@_compiled
def throw(
    rng: np.random.Generator, spheres: Spheres, voxels: Array, side: float, tally: Array, n_wanted: int, max_darts: int
) -> None:
    """Throw darts into the voxels, each as likely as the others, and keep each that is D or more from all points.

    A voxel that the refusing sphere covers whole is dropped. Ends with ``n_wanted`` points or ``max_darts`` thrown in
    all, without voxels, without patience, or where an array is full. Changes spheres, voxels and tally.
    """
    points, lists, n, limit = spheres.points, spheres.lists, spheres.cells_per_axis, spheres.diameter**2
    n_dims = points.shape[1]
    per_cell = round(1 / (side * n))
    place = np.empty(n_dims)
    while tally[N_POINTS] < min(n_wanted, len(points)) and tally[LONGEST] < lists.shape[1]:
        if tally[N_VOXELS] == 0 or tally[PATIENCE] == 0 or tally[N_DARTS] >= max_darts:
            break
        tally[N_DARTS] += 1
        voxel = int(rng.random() * tally[N_VOXELS])
        cell = 0
        for j in range(n_dims):
            place[j] = min((voxels[voxel, j] + rng.random()) * side, 1.0)
            cell = cell * n + voxels[voxel, j] // per_cell
        refused = False
        for k in lists[cell, : spheres.lengths[cell]]:
            total = 0.0
            for j in range(n_dims):
                total += far(place[j], 0.0, points[k, j], spheres.period) ** 2
            if total < limit:
                refused = True
                break
        if not refused:
            points[tally[N_POINTS]] = place
            tally[LONGEST] = max(tally[LONGEST], enlist(spheres, tally[N_POINTS]))
            tally[N_POINTS] += 1
            continue
        tally[PATIENCE] -= 1
        total = 0.0
        for j in range(n_dims):
            total += far((voxels[voxel, j] + 0.5) * side, side / 2, points[k, j], spheres.period) ** 2
        if total < limit:
            tally[N_VOXELS] -= 1
            voxels[voxel] = voxels[tally[N_VOXELS]]


@_compiled
def discard(
    spheres: Spheres, voxels: Array, begin: int, end: int, side: float, parts: int, kept: Array, n_kept: int
) -> tuple[int, int]:
    """Cut voxels into ``parts`` on each axis and keep each part that no single sphere covers whole.

    A part is covered where its farthest corner is nearer than D to a point: sum_j (|c_j - p_j| + side / 2)^2 < D^2.
    Zhang & Torquato (2013), arXiv:1402.4883

    Returns:
        The voxel it came to, which is ``end`` unless ``kept`` is full, and how many are kept.
    """
    points, lists, n = spheres.points, spheres.lists, spheres.cells_per_axis
    limit = spheres.diameter**2 * (1 + ROUNDING)
    n_dims = points.shape[1]
    per_cell = round(1 / (side * n))
    n_parts, half = parts**n_dims, side / parts / 2
    squares = np.empty((n_dims, parts))
    digits = np.empty((n_parts, n_dims), np.int64)
    for part in range(n_parts):
        for j in range(n_dims):
            digits[part, j] = part // parts**j % parts
    left = np.empty(n_parts, np.int64)
    for voxel in range(begin, end):
        if n_kept + n_parts > len(kept):
            return voxel, n_kept
        left[:] = np.arange(n_parts)
        n_left = n_parts
        cell = 0
        for j in range(n_dims):
            cell = cell * n + voxels[voxel, j] // per_cell
        for k in lists[cell, : spheres.lengths[cell]]:
            least = 0.0  # of the sums of all parts
            for j in range(n_dims):
                for b in range(parts):
                    centre = (voxels[voxel, j] * parts + b + 0.5) * 2 * half
                    squares[j, b] = far(centre, half, points[k, j], spheres.period) ** 2
                least += squares[j].min()
                if least >= limit:
                    break
            if least < limit:
                i = 0
                while i < n_left:
                    total = 0.0
                    for j in range(n_dims):
                        total += squares[j, digits[left[i], j]]
                    if total < limit:
                        n_left -= 1
                        left[i] = left[n_left]
                    else:
                        i += 1
            if not n_left:
                break
        for i in range(n_left):
            for j in range(n_dims):
                kept[n_kept, j] = voxels[voxel, j] * parts + digits[left[i], j]
            n_kept += 1
    return end, n_kept
