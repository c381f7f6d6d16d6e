"""Which points has a grid that halves its distances, and which of them are worth having? Grids without boundary.

l, i     a node's level and odd index in one dimension, both from 1; it lies at x = i 2^-l, strictly inside (0, 1)
levels   (n, d)  the levels of n nodes
indices  (n, d)  their indices

Level l has 2^(l-1) nodes a dimension, in the middles of what levels 1 to l - 1 leave. A full grid has all nodes up to a
level in each dimension; a regular sparse grid only those whose levels have a small sum, for the others add little to a
smooth function. Zenger (1991); Bungartz & Griebel (2004), doi:10.1017/S0962492904000182
"""

import math
from itertools import combinations, product
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

MOST_LEVELS = 50  # beyond, neighbouring nodes are the same floating-point number
MOST_NODES = 2_000_000  # a list of more is refused; counting them costs nothing


class Nodes(NamedTuple):
    """Nodes of a grid.

    Attributes:
        levels, indices: (n, d), in the order of the sums of their levels.
    """

    levels: Ints
    indices: Ints


def n_full(level: int, n_dims: int) -> int:
    """How many nodes a full grid has: (2^level - 1)^d."""
    level, n_dims = _whole(level, n_dims)
    return int((2**level - 1) ** n_dims)


def n_regular(level: int, n_dims: int) -> int:
    """How many nodes a regular sparse grid has.

    Bungartz & Griebel (2004), equation 3.63: C(s - 1, d - 1) ways to write s as a sum of d levels, 2^(s-d) nodes each.
    """
    level, n_dims = _whole(level, n_dims)
    return sum(math.comb(s - 1, n_dims - 1) * 2 ** (s - n_dims) for s in range(n_dims, level + n_dims))


def full(level: int, n_dims: int) -> Nodes:
    """All nodes up to a level in each dimension, (2^level - 1)^d of them.

    Raises:
        ValueError: level or n_dims is below 1, or there are more than two million nodes.
    """
    level, n_dims = _whole(level, n_dims)
    _check_size(n_full(level, n_dims), "full", level, n_dims)
    return _nodes(product(range(1, level + 1), repeat=n_dims))


def regular(level: int, n_dims: int) -> Nodes:
    """The nodes whose levels add up to at most level + d - 1: the regular sparse grid.

    Raises:
        ValueError: level or n_dims is below 1, or there are more than two million nodes.
    """
    level, n_dims = _whole(level, n_dims)
    _check_size(n_regular(level, n_dims), "regular sparse", level, n_dims)
    sums = range(n_dims, level + n_dims)
    return _nodes(levels for total in sums for levels in _compositions(total, n_dims))


def places(levels: ArrayLike, indices: ArrayLike) -> Array:
    """Where nodes lie, x = i 2^-l; the shape of ``levels``."""
    return np.ldexp(np.asarray(indices, dtype=np.float64), -np.asarray(levels, dtype=np.int64))


def parents(level: int, index: int) -> tuple[tuple[int, int], ...]:
    """The next coarser nodes to the left and right of one, where they are no edges; (level, index) of each.

    The nearer of both is the one in whose refinement the node appears.
    """
    found = []
    for side in (-1, 1):
        twos = _twos(index + side)
        if twos < level:
            found.append((level - twos, (index + side) >> twos))
    return tuple(found)


def ancestor(level: int, index: int) -> tuple[int, int] | None:
    """The node one level above, half as far again from its neighbours; None above level 1."""
    return next((node for node in parents(level, index) if node[0] == level - 1), None)


def _nodes(tuples: object) -> Nodes:
    levels, indices = [], []
    for chosen in sorted(tuples, key=lambda each: (sum(each), each)):  # type: ignore[call-overload]  # tuples of levels
        for odd in product(*(range(1, 2**level, 2) for level in chosen)):
            levels.append(chosen)
            indices.append(odd)
    return Nodes(np.array(levels, dtype=np.int64), np.array(indices, dtype=np.int64))


def _compositions(total: int, n_parts: int) -> list[tuple[int, ...]]:
    """All ways to write ``total`` as an ordered sum of ``n_parts`` numbers from 1."""
    cuts = combinations(range(1, total), n_parts - 1)
    return [tuple(np.diff([0, *cut, total]).tolist()) for cut in cuts]


def _twos(number: int) -> int:
    """How often 2 divides a number; without end for 0."""
    return (number & -number).bit_length() - 1 if number else MOST_LEVELS + 1


def _whole(level: float, n_dims: float) -> tuple[int, int]:
    """Both as Python's whole numbers, which never overflow, even if they came as 2.0 or as one of NumPy's."""
    for name, value in (("level", level), ("n_dims", n_dims)):
        if not (value >= 1 and float(value).is_integer()):
            raise ValueError(f"{name} must be a whole number of at least 1, it is {value}")
    if level > MOST_LEVELS:
        raise ValueError(f"level must be at most {MOST_LEVELS}, finer nodes are one in floating point; it is {level}")
    return int(level), int(n_dims)


def _check_size(n_nodes: int, kind: str, level: int, n_dims: int) -> None:
    if n_nodes > MOST_NODES:
        raise ValueError(
            f"a {kind} grid of level {level} in {n_dims} dimensions has {n_nodes:,} nodes, more than {MOST_NODES:,}; "
            "take a lower level, or only count them"
        )
