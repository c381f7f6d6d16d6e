"""What lies between the points of a sparse grid? A sum of bumps, one a node, as high as makes it pass through all.

level, index   of a node in one dimension: x = index 2^-level (see ``designs.sparse_grids``)
degree         of the bumps, 1 (hats) or 3 (cubic B-splines)
t              distance from a bump's own node, in its own mesh widths 2^-level
n, m, d        nodes, places, dimensions

The bumps are hierarchical: a node of level l has one of width about 2^-l. No node lies on the boundary. The bump of
level 1 is the constant 1, and the outermost ones of each further level are modified so that they go on to the edge of
the cube in a straight line. In several dimensions bumps are multiplied.

Pflüger (2010), Spatially adaptive sparse grids for high-dimensional problems, chapter 2; Valentin & Pflüger (2016),
doi:10.1007/978-3-319-28262-6_13, equation 10.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import lu_factor, lu_solve

from hpo_tutor.surrogates.threads import one_thread

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

DEGREES = (1, 3)
MOST_AT_ONCE = 4_000_000  # products of bumps and places that are kept in memory together
EXACT = 1e-10  # of the largest value: how far the sum may miss a node


def basis(x: ArrayLike, level: int, index: int, degree: int = 3, derivative: int = 0) -> Array:
    """One modified hierarchical B-spline, or a derivative of it, at places x (m,) of [0, 1]; shape (m,).

    Raises:
        ValueError: the degree is neither 1 nor 3, the derivative is not 0, 1 or 2, or there is no such node.
    """
    if derivative not in (0, 1, 2):
        raise ValueError(f"derivative must be 0, 1 or 2, it is {derivative}")
    nodes = np.array([[level]]), np.array([[index]])
    _check_nodes(*nodes, degree)
    places = np.atleast_1d(np.asarray(x, dtype=np.float64))
    return _bumps(places, nodes[0][0], nodes[1][0], degree, derivative)[:, 0]


class BSplines:
    """The sum of bumps that passes through a value at each node.

    Args:
        levels, indices: (n, d) the nodes, each once; any set of nodes, with or without their ancestors.
        values: (n,) what the sum is to be there.
        degree: 1 or 3.

    Attributes:
        coefficients: (n,) how high each bump is. Where every node's ancestors are nodes too and the degree is 1, these
            are the hierarchical surpluses: what the node's value adds to what coarser nodes predict there.

    Raises:
        ValueError: shapes differ, a value is not finite, a node comes twice or does not exist, the degree is neither 1
            nor 3, or the nodes are such that no sum of their bumps passes through all values.
    """

    def __init__(self, levels: ArrayLike, indices: ArrayLike, values: ArrayLike, degree: int = 3) -> None:
        self.levels, self.indices = (np.atleast_2d(np.asarray(each, dtype=np.int64)) for each in (levels, indices))
        self.values, self.degree = np.asarray(values, dtype=np.float64), degree
        _check_nodes(self.levels, self.indices, degree)
        if self.values.shape != (len(self.levels),):
            raise ValueError(f"values must have shape ({len(self.levels)},), one a node, got {self.values.shape}")
        if not np.isfinite(self.values).all():
            raise ValueError("values must be finite; give a node whose trial failed the worst loss that was seen")
        # bumps of one dimension, each once: nodes share them
        pairs = [np.unique(np.column_stack(dim), axis=0, return_inverse=True) for dim in self._columns()]
        self._bumps: list[Ints] = [pair for pair, _ in pairs]
        self._which: list[Ints] = [np.ravel(which) for _, which in pairs]
        self.nodes = np.ldexp(self.indices.astype(np.float64), -self.levels)
        with one_thread():
            self.coefficients = self._solved()
        self.coefficients.setflags(write=False)

    @property
    def n_dims(self) -> int:
        """The number of dimensions d."""
        return int(self.levels.shape[1])

    def predict(self, x: ArrayLike) -> Array:
        """The sum at places x (m, d) of the unit cube; shape (m,)."""
        return self._summed(x, np.zeros(self.n_dims, dtype=np.int64))

    def gradient(self, x: ArrayLike) -> Array:
        """Its slopes at places x (m, d), one a dimension; shape (m, d). At a kink of degree 1, the middle of both."""
        return np.column_stack([self._summed(x, orders) for orders in np.eye(self.n_dims, dtype=np.int64)])

    def hessian(self, x: ArrayLike) -> Array:
        """Its second derivatives at places x (m, d); shape (m, d, d)."""
        eye, d = np.eye(self.n_dims, dtype=np.int64), self.n_dims
        found = np.empty((len(_places(x, d)), d, d))
        for i in range(d):
            for j in range(i + 1):
                found[:, i, j] = found[:, j, i] = self._summed(x, eye[i] + eye[j])
        return found

    def _columns(self) -> list[tuple[Ints, Ints]]:
        return list(zip(self.levels.T, self.indices.T, strict=True))

    def _solved(self) -> Array:
        matrix = np.ones((len(self.values), len(self.values)))
        for pairs, which in zip(self._bumps, self._which, strict=True):
            own = np.ldexp(pairs[:, 1].astype(np.float64), -pairs[:, 0])
            table = _bumps(own, pairs[:, 0], pairs[:, 1], self.degree)
            matrix *= table[which[:, None], which[None, :]]
        factors = lu_factor(matrix, check_finite=False)
        found = lu_solve(factors, self.values, check_finite=False)
        found += lu_solve(factors, self.values - matrix @ found, check_finite=False)  # takes rounding back
        error = np.abs(self.values - matrix @ found).max()
        if not error <= EXACT * max(np.abs(self.values).max(), 1e-300):
            raise ValueError(
                f"no sum of these {len(found)} bumps passes through all values: it misses one by {error:.3g}; add the "
                "nodes' ancestors (ancestors=True), or take degree 1"
            )
        return np.asarray(found)

    def _summed(self, x: ArrayLike, orders: Ints) -> Array:
        """The sum of bumps times coefficients, each dimension derived ``orders`` times; shape (m,)."""
        places = _places(x, self.n_dims)
        at_once = max(1, MOST_AT_ONCE // len(self.coefficients))
        parts = [places[start : start + at_once] for start in range(0, len(places), at_once)]
        return np.concatenate([np.empty(0), *(self._products(part, orders) @ self.coefficients for part in parts)])

    def _products(self, places: Array, orders: Ints) -> Array:
        """Every node's bump at every place, shape (m, n)."""
        found: Any = 1.0
        for dim, (pairs, which) in enumerate(zip(self._bumps, self._which, strict=True)):
            table = _bumps(places[:, dim], pairs[:, 0], pairs[:, 1], self.degree, int(orders[dim]))
            found = found * np.take(table, which, axis=1)
        return np.asarray(found)


def _bumps(x: Array, levels: Ints, indices: Ints, degree: int, derivative: int = 0) -> Array:
    """Bumps of q pairs (level, index) at places x (m,); shape (m, q)."""
    t: Array = np.ldexp(x[:, None], levels) - indices  # in mesh widths, from the node
    last = indices == 2**levels - 1
    t = np.where(last, -t, t)  # the right edge is the left one in a mirror
    found = _cardinal(t, degree, derivative)
    edges = (indices == 1) | last
    # Valentin & Pflüger (2016), equation 10: a line through the edge. For hats k = 1 would do within the cube, but only
    # k = 2 gives its very sides the slope of the line
    for k in (1, 2):
        found[:, edges] += (k + 1) * _cardinal(t[:, edges] + k, degree, derivative)
    found[:, levels == 1] = 0.0 if derivative else 1.0
    if derivative:
        found *= np.ldexp(np.where(last, -1.0, 1.0), levels) if derivative == 1 else np.ldexp(1.0, 2 * levels)
    return found


def _cardinal(t: Array, degree: int, derivative: int) -> Array:
    """The B-spline with knots at whole numbers and its middle at 0, or a derivative of it."""
    far = np.abs(t)
    if degree == 1:
        if derivative == 0:
            return np.asarray(np.maximum(1 - far, 0))
        return -np.sign(t) * np.heaviside(1 - far, 0.5) if derivative == 1 else np.zeros_like(t)
    tail: Array = np.maximum(2 - far, 0)
    if derivative == 0:
        return np.where(far < 1, (4 + far * far * (3 * far - 6)) / 6, tail * tail * tail / 6)  # far quicker than powers
    if derivative == 1:
        return np.where(far < 1, (-4 + 3 * far) * t / 2, -np.sign(t) * tail * tail / 2)
    return np.where(far < 1, 3 * far - 2, tail)


def _places(x: ArrayLike, n_dims: int) -> Array:
    places = np.asarray(x, dtype=np.float64)
    if places.ndim != 2 or places.shape[1] != n_dims:
        raise ValueError(f"places must have shape (m, {n_dims}), one row each, got {places.shape}")
    return places


def _check_nodes(levels: Ints, indices: Ints, degree: int) -> None:
    if degree not in DEGREES:
        raise ValueError(f"degree must be 1 (hats) or 3 (cubic B-splines), it is {degree!r}")
    if levels.shape != indices.shape or levels.ndim != 2 or not levels.size:
        raise ValueError(f"levels and indices must both have shape (n, d), got {levels.shape} and {indices.shape}")
    strange = (levels < 1) | (indices % 2 == 0) | (indices < 1) | (indices >= 2.0**levels)
    if strange.any():
        row, dim = np.argwhere(strange)[0]
        raise ValueError(
            "a node has a level from 1 and an odd index below 2^level in each dimension; "
            f"node {row} has level {levels[row, dim]} and index {indices[row, dim]} in dimension {dim}"
        )
    nodes = np.column_stack([levels, indices])
    if len(np.unique(nodes, axis=0)) < len(nodes):
        raise ValueError(f"each node must come once, {len(nodes) - len(np.unique(nodes, axis=0))} of them come again")
