"""How many spheres of one diameter find room, if each falls at random and stays where it fell?

N, d    points, dimensions of the unit cube
D       diameter, the smallest distance allowed between two centres; ``filling`` says how it is done
voxel   a small cube in which a further point may still find room

A periodic cube has no edges: what leaves it on one side comes in on the other. Between hard walls centres stand
anywhere in the cube, and half a sphere may stick out, so there is room for more of them.

Distances count between different points only. Where D is larger than any distance in the cube, sqrt(d) / 2 periodic and
sqrt(d) between walls, one point is all there is. A periodic sphere of D > 1 overlaps its own image, as it can in five
dimensions and more beside other points: no packing then, but a design all the same.
"""

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.designs.filling import MAX_VOXELS, Filling
from hpo_tutor.designs.spheres import typical_diameter

Array = NDArray[np.float64]

PROVABLE_DIMS = 6  # one more, and a cut turns each voxel into 128 or more, few of which are covered
MAX_DARTS_BEYOND, MAX_VOXELS_BEYOND, MAX_POINTS_BEYOND = 2 * 10**6, 2**18, 10**4


class Stage(NamedTuple):
    """One step on the way to saturation.

    Attributes:
        points: (n, d) centres so far, in the order in which they came.
        n_darts: thrown so far.
        voxels: (v, d) lower corners of the voxels that are left; every place with room for a point lies in one.
        side: of each voxel.
        saturated: no voxel is left, so no point can be added.
    """

    points: Array
    n_darts: int
    voxels: Array
    side: float
    saturated: bool


def saturate(diameter: float, n_dims: int, seed: int | np.random.Generator = 0, periodic: bool = True) -> Array:
    """Random sequential addition until it is proved that no further point finds room; shape (N, d).

    Zhang & Torquato (2013), doi:10.1103/PhysRevE.88.053312

    Args:
        diameter: D, the smallest distance allowed, in units of the cube's side.
        n_dims: d, 1 to 6.
        seed: the same seed gives the same points.
        periodic: whether distances wrap around; otherwise the cube has hard walls.

    Raises:
        ValueError: the diameter is not positive or not finite, or so small that the voxels would not fit into memory;
            n_dims is below 1 or above 6.
        RuntimeError: no proof was found, as it needs too many voxels.
    """
    n_dims = _check(diameter, n_dims)
    if n_dims > PROVABLE_DIMS:
        raise ValueError(
            f"saturation can be proved in 1 to {PROVABLE_DIMS} dimensions, not in {n_dims}: take the last of "
            'stages(...), which is not proved, or designs.make("rsa", n_points, n_dims) for a number of points'
        )
    filling = Filling(diameter, n_dims, np.random.default_rng(seed), periodic=periodic, max_voxels=MAX_VOXELS)
    filling.fill()
    if not filling.saturated:
        raise RuntimeError(
            f"a proof needs more than {MAX_VOXELS:,} voxels, or more than {filling.n_darts:,} darts, where "
            f"{filling.n_points:,} points of diameter {diameter:.4g} stand in {n_dims} dimensions: take a larger "
            "diameter, or the last of stages(...), which is not proved"
        )
    return filling.points


def stages(diameter: float, n_dims: int, seed: int | np.random.Generator = 0, periodic: bool = True) -> Iterator[Stage]:
    """The way of ``saturate``, step by step: voxels without a point, then darts and cuts in turn.

    Arguments and errors are those of ``saturate``, but any d will do. Beyond 6 dimensions two million darts are thrown,
    and the last stage is hardly ever ``saturated``: nothing is proved, though few places may be left.
    """
    return _stages(diameter, _check(diameter, n_dims), np.random.default_rng(seed), periodic)


def _stages(diameter: float, n_dims: int, rng: np.random.Generator, periodic: bool) -> Iterator[Stage]:
    limits = {"max_darts": MAX_DARTS_BEYOND, "max_voxels": MAX_VOXELS_BEYOND} if n_dims > PROVABLE_DIMS else {}
    filling = Filling(diameter, n_dims, rng, periodic=periodic, **limits)
    yield _stage(filling)
    for _ in filling.steps():
        yield _stage(filling)


def _stage(filling: Filling) -> Stage:
    return Stage(filling.points, filling.n_darts, filling.voxels, filling.side, filling.saturated)


def _check(diameter: float, n_dims: int) -> int:
    """The number of dimensions as an int, if all is well."""
    if n_dims % 1 or n_dims < 1:
        raise ValueError(f"n_dims must be a whole number of at least 1, it is {n_dims}")
    if not 0 < diameter < math.inf:
        raise ValueError(f"the diameter must be positive and finite, it is {diameter}")
    n_dims = int(n_dims)
    if n_dims > PROVABLE_DIMS:
        least = typical_diameter(MAX_POINTS_BEYOND, n_dims)
    else:
        least = math.sqrt(n_dims) / int(MAX_VOXELS ** (1 / n_dims))
    if diameter < least:
        with np.errstate(over="ignore"):
            expected = (np.float64(typical_diameter(1, n_dims)) / diameter) ** n_dims
        raise ValueError(
            f"a diameter of {diameter:.3g} leaves room for about {expected:.1e} points in {n_dims} dimensions, too "
            f"many for memory: take at least {math.ceil(1e4 * least) / 1e4:.4g}"
        )
    return n_dims
