"""Where does the minimum lie, if nobody is to profit from knowing? In a box that another seed puts elsewhere.

Rastrigin's minimum lies at the centre of its published box, where a grid with a middle begins, and Eggholder's on the
edge, where a grid of edges looks. Moved by a random vector, a box gives no design such a gift, and as every seed has
another box, samplers without luck of their own have a spread too.

x       (n, d)  points in the function's own units
box     its side is the published one, and so is the function; only its corners differ
member  the seed that moved the box

Boxes of Rosenbrock and Rastrigin move so that the minimiser's place in them, from 0 to 1, is uniform from 0.1 to 0.9
in each dimension. Eggholder has other minima in other boxes: its box moves by up to 0.4 of its side either way, and the
minimum is searched for. In more than two dimensions Eggholder is the sum over neighbouring pairs of coordinates.
"""

from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from hpo_tutor.problems.functions import FORMULAS, Formula, Function, eggholder

Array = NDArray[np.float64]

NAMES = ("rosenbrock", "rastrigin", "eggholder")
FEWEST_DIMS = 2
REACH = 0.4  # of the side, either way

N_NODES = 1025  # of the grid on each axis, in the search for Eggholder's minimum
N_POLISHED = 8  # ends of chains from which that search goes on off the grid
_MOVES_OWN = 2**32 - 5  # the stream of the boxes' places, unlike that of any trial, sampler or other member


class Moved(Function):
    """A published function on a box of the published size that a seed puts elsewhere; ``draw`` gives another one.

    Attributes:
        member: the seed that moved the box.

    Args:
        name: rosenbrock, rastrigin or eggholder.
        n_dims: d, at least 2.
        seed: moves the box.

    Raises:
        ValueError: there is no such function here, or d is below 2.
    """

    def __init__(self, name: str, n_dims: int = 2, seed: int = 0) -> None:
        super().__init__(name, **_parts(name, n_dims, seed))
        self.member = seed

    def __repr__(self) -> str:
        return f"<Moved {self.name}, {self.space.n_dims} dimensions, member {self.member}, optimum {self.optimum:.6g}>"

    def draw(self, seed: int) -> "Moved":
        """The same function on the box that belongs to a seed."""
        return Moved(self.name, self.space.n_dims, seed)


def published(name: str, n_dims: int = 2) -> Function:
    """The same functions where they were published, all of them in any number of dimensions from 2 on.

    Raises:
        ValueError: as of ``Moved``.
    """
    return Function(name, **_parts(name, n_dims, None))


def check(name: str, n_dims: int) -> None:
    """Refuse what is none of these functions.

    Raises:
        ValueError: the name is unknown, or there are fewer than two dimensions.
    """
    if name not in NAMES:
        raise ValueError(f"a function whose box moves is one of {', '.join(NAMES)}; got {name!r}")
    if n_dims < FEWEST_DIMS:
        raise ValueError(f"{name} needs n_dims >= {FEWEST_DIMS} here, got n_dims={n_dims}")


def chained_eggholder(x: Array) -> Array:
    """Eggholder of each pair of neighbouring coordinates, summed; shape (n,).

    Vanaret, Gotteland, Durand & Alliot (2014), Certified global minima for a benchmark of difficult optimization
    problems, give the minima in the published box.
    """
    return np.asarray(sum(eggholder(x[:, i : i + 2]) for i in range(x.shape[1] - 1)))


def _parts(name: str, n_dims: int, seed: int | None) -> dict[str, Any]:
    """What makes the function; seed None leaves the box where it was published."""
    check(name, n_dims)
    formula = FORMULAS[name]
    lows, side = _corner(formula, n_dims, seed)
    chained = formula.values is eggholder
    optimum, minimiser = (
        _chain_minimum(tuple(map(float, lows)), side) if chained else (formula.optimum, formula.minimisers[0] * n_dims)
    )
    return {
        "formula": chained_eggholder if chained else formula.values,
        "bounds": [(float(low), float(low + side)) for low in lows],
        "optimum": optimum,
        "minimisers": [minimiser],
        "source": formula.source,
    }


def _corner(formula: Formula, n_dims: int, seed: int | None) -> tuple[Array, float]:
    """The lowest corner of the box (d,), and its side."""
    low, high = formula.bounds[0]
    if seed is None:
        return np.full(n_dims, low, dtype=float), high - low
    shift = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(_MOVES_OWN,))).uniform(-REACH, REACH, n_dims)
    # where the minimum does not hang on the box, the box moves about it, so that no place in the box is favoured
    centre = (low + high) / 2 if formula.values is eggholder else formula.minimisers[0][0]
    return centre + (high - low) * (shift - 0.5), high - low


@lru_cache(maxsize=256)
def _chain_minimum(lows: tuple[float, ...], side: float) -> tuple[float, tuple[float, ...]]:
    """The minimum of a chained Eggholder in a box, and where it is.

    Only neighbours meet in the sum, so the best point of a grid is found exactly, one coordinate after another: the
    least sum that ends in each node of an axis follows from those of the axis before. Descents from the best few, off
    the grid, end at the minimum.
    """
    axes = [np.linspace(low, low + side, N_NODES) for low in lows]
    least = np.zeros(N_NODES)  # sum of the pairs so far, for each node of this axis
    before: list[NDArray[np.intp]] = []
    for here, ahead in pairwise(axes):
        pairs = np.stack(np.meshgrid(here, ahead, indexing="ij"), axis=-1).reshape(-1, 2)
        sums = least[:, None] + eggholder(pairs).reshape(N_NODES, N_NODES)
        before.append(sums.argmin(axis=0))
        least = sums.min(axis=0)
    beside = np.minimum(np.append(least[1:], np.inf), np.append(np.inf, least[:-1]))
    dips = np.flatnonzero(least <= beside)
    best = dips[np.argsort(least[dips], kind="stable")][:N_POLISHED]
    ends = [_polished(_path(axes, before, int(end)), lows, side) for end in best]
    return min(ends)


def _path(axes: list[Array], before: list[NDArray[np.intp]], end: int) -> Array:
    """The point of the grid (d,) whose last coordinate is node ``end``, and whose sum is least."""
    nodes = [end]
    for step in reversed(before):
        nodes.append(int(step[nodes[-1]]))
    return np.array([axis[node] for axis, node in zip(axes, reversed(nodes), strict=True)])


def _polished(start: Array, lows: tuple[float, ...], side: float) -> tuple[float, tuple[float, ...]]:
    """Where a descent within the box ends; a simplex after the gradient, for the last digits."""
    box, rounds = [(low, low + side) for low in lows], 2000 * len(lows)
    near = minimize(_height, start, bounds=box, method="L-BFGS-B", tol=1e-12).x
    found = minimize(
        _height, near, bounds=box, method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-10, "maxiter": rounds}
    )
    return float(found.fun), tuple(float(x) for x in found.x)


def _height(x: Array) -> float:
    return float(chained_eggholder(x[None])[0])
