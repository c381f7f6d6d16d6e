"""How do N points lie evenly, with no value of a hyperparameter used twice? As the corners of a tiling, turned.

N, d   n_points, n_dims
t      symmetry: in how many directions the edges of the tiles run
patch  the piece of the tiling that becomes the unit cube

t = d is a cubic lattice, turned. t = d + 1 is a lattice, too: triangles in the plane, the body-centred one in 3-D, and
up to five dimensions the lattice that covers space best (Conway & Sloane, Sphere Packings, Lattices and Groups, ch. 2).
Of the tilings with more directions nearly all never repeat. On random quadratics t = d + 1 does best, or as well as the
best (``data/benchmarks.md``): it is the evenness that places points well, not the disorder.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.designs.multigrid import Multigrid

Array = NDArray[np.float64]

_TIE = 1e-9  # distances that differ by less, relatively, are one


class Patch(NamedTuple):
    """The points of a hypertiling, and where they were cut out.

    Attributes:
        points: (N, d) in the unit cube, in no particular order.
        symmetry: t.
        scale: the length of a tile's edge in the unit cube.
        n_made: how many vertices were made, of which the N nearest to a centre were taken.
    """

    points: Array
    symmetry: int
    scale: float
    n_made: int


def hypertiling(n_points: int, n_dims: int, rng: np.random.Generator, *, symmetry: int | None = None) -> Patch:
    """Exactly N vertices of a hypertiling: those in a cube around a random place, which becomes the unit cube.

    The cube's half side lies midway between the distances of the N-th and the next vertex from its centre, by the
    largest coordinate. De Bruijn (1981), doi:10.1016/1385-7258(81)90016-0, in d dimensions.

    Args:
        n_points: N, any number.
        n_dims: d, 2 to 6.
        rng: turns the tiling, shifts its planes and chooses the place.
        symmetry: t, from d on; 5 in the plane is Penrose's tiling, 6 the twelvefold one. None: d + 1.

    Raises:
        ValueError: d is not 2 to 6, t is below d or so large that there are over 10,000 kinds of tiles.
    """
    multigrid = Multigrid.draw(n_dims + 1 if symmetry is None else symmetry, n_dims, rng)
    while True:
        centre = rng.uniform(-10, 10, n_dims)
        made = _around(multigrid, centre, n_points + 1)
        away = np.max(np.abs(made - centre), axis=1)
        nearest = np.argsort(away)[: n_points + 1]
        inner, outer = away[nearest[-2:]]
        if outer - inner > _TIE * outer:
            side = inner + outer
            return Patch(0.5 + (made[nearest[:-1]] - centre) / side, len(multigrid.star), 1 / side, len(made))


def _around(multigrid: Multigrid, centre: Array, n_wanted: int) -> Array:
    """At least so many vertices, all those in a cube around the centre; (n, d)."""
    half_side = 0.5 * ((n_wanted + 2 * n_wanted**0.5) / multigrid.density) ** (1 / len(centre))
    while len(made := multigrid.vertices(centre, half_side)) < n_wanted:
        half_side *= 1.1
    return made
