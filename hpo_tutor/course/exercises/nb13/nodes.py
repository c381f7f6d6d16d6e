"""How many points has a full grid, and how many a sparse one? Both without points on the boundary.

level  n    the finest: on one axis, levels 1 to n together have the places k / 2^n, of which level l has 2^(l - 1)
n_dims d
full        every dimension may have any level up to n
sparse      the levels of a point add up to at most n + d - 1
"""

import math
from collections.abc import Callable, Sequence
from itertools import product

from hpo_tutor.course.exercises import Exercise, Function, Variant

Count = Callable[[int, int], int]


def n_points(level: int, n_dims: int) -> tuple[int, int]:
    """Points of the full and of the regular sparse grid."""
    return _full(level, n_dims), _sparse(level, n_dims)


def _full(level: int, n_dims: int) -> int:
    return int((2**level - 1) ** n_dims)


def _ways(total: int, n_dims: int) -> int:
    """Ways to write a sum of levels, each at least 1."""
    return math.comb(total - 1, n_dims - 1) if total >= n_dims else 0


def _sparse(level: int, n_dims: int) -> int:
    return sum(_ways(total, n_dims) * 2 ** (total - n_dims) for total in range(n_dims, level + n_dims))


def _summed(size: Callable[[Sequence[int]], int]) -> Count:
    """What the groups of the sparse grid add up to; ``size`` takes the levels of a group."""

    def function(level: int, n_dims: int) -> int:
        groups = product(range(1, level + 1), repeat=n_dims)
        return sum(size(levels) for levels in groups if sum(levels) <= level + n_dims - 1)

    return function


def _up_to(change: Callable[[int, int], int]) -> Count:
    """The sparse grid with another largest sum of levels."""

    def function(level: int, n_dims: int) -> int:
        sums = range(n_dims, change(level, n_dims) + 1)
        return sum(_ways(total, n_dims) * 2 ** (total - n_dims) for total in sums)

    return function


def _finest_alone(level: int, n_dims: int) -> int:
    return _sparse(level, n_dims) - (_sparse(level - 1, n_dims) if level > 1 else 0)


def _boundary(level: int, n_dims: int) -> int:
    """The sparse grid of every face of the cube together."""
    inner = (2**faces * math.comb(n_dims, faces) * _sparse(level, n_dims - faces) for faces in range(n_dims))
    return int(sum(inner) + 2**n_dims)


def _level_0(level: int, n_dims: int) -> int:
    """Sums of levels from 0, where level 0 is the two ends of an axis."""
    groups = product(range(level + 1), repeat=n_dims)
    return sum(
        math.prod(2 ** max(one - 1, 0) + (one == 0) for one in levels) for levels in groups if sum(levels) <= level
    )


_SPARSE_MISTAKES: tuple[tuple[str, tuple[Count, ...]], ...] = (
    (
        "the sparse grid has as many points as the full one, which is right. In a full grid each level is at most n by "
        "itself; in a sparse one their sum is at most n + d - 1.",
        (_full,),
    ),
    (
        "the sums of levels end at n in the sparse grid; the full one is right. Every level is at least 1, so the sums "
        "begin at d, and they go to n + d - 1.",
        (_up_to(lambda level, n_dims: level),),
    ),
    (
        "the sums of levels go to n + d in the sparse grid; the full one is right. They go to n + d - 1: with n = 1 "
        "only the middle is left.",
        (_up_to(lambda level, n_dims: level + n_dims),),
    ),
    (
        "the sums of levels end too early in the sparse grid; the full one is right. n + d - 1 belongs to it.",
        (_up_to(lambda level, n_dims: level + n_dims - 2),),
    ),
    (
        "only the groups with the largest sum of levels were counted in the sparse grid; the full one is right. All "
        "sums from d to n + d - 1 belong to it.",
        (_finest_alone,),
    ),
    (
        "all 2^l - 1 places were given to level l in the sparse grid; the full one is right. Most of them belong to "
        "coarser levels and are counted there: new are the odd ones, 2^(l - 1).",
        (_summed(lambda levels: math.prod(2**one - 1 for one in levels)),),
    ),
    (
        "level l was given 2^l places in the sparse grid; the full one is right. Only the odd ones are new: 2^(l - 1).",
        (_summed(lambda levels: 2 ** sum(levels)),),
    ),
    (
        "the points of a group were added over its dimensions, in the sparse grid; the full one is right. They are the "
        "product of 2^(l - 1).",
        (_summed(lambda levels: sum(2 ** (one - 1) for one in levels)),),
    ),
    (
        "groups were counted in the sparse grid, not their points; the full one is right. A group has the product of "
        "2^(l - 1) points.",
        (_summed(lambda levels: 1),),
    ),
    (
        "the boundary was counted in the sparse grid; the full one is right. Levels begin at 1, and no point lies at 0 "
        "or 1.",
        (_boundary, _level_0),
    ),
)

_FULL_MISTAKES: tuple[tuple[str, tuple[Count, ...]], ...] = (
    (
        "the boundary was counted in the full grid. No point lies at 0 or 1: of the 2^n + 1 places k / 2^n of an axis, "
        "2^n - 1 are left.",
        (lambda level, n_dims: (2**level + 1) ** n_dims,),
    ),
    (
        "the full grid has one place too many on each axis: between 0 and 1 lie 1 / 2^n, 2 / 2^n, ..., up to "
        "(2^n - 1) / 2^n. That makes 2^n - 1.",
        (lambda level, n_dims: 2 ** (level * n_dims),),
    ),
    (
        "for the full grid, that is the places of one axis. The grid has all combinations: to the power of d.",
        (lambda level, n_dims: 2**level - 1, lambda level, n_dims: 2**level),
    ),
    (
        "for the full grid, the places of the axes were added. Each combination is a point: they are multiplied.",
        (lambda level, n_dims: n_dims * (2**level - 1), lambda level, n_dims: n_dims * 2**level),
    ),
    (
        "in the full grid, only the places of the finest level were counted, 2^(n - 1) of an axis. All levels up to n "
        "belong to it: 1 + 2 + 4 + ... = 2^n - 1.",
        (lambda level, n_dims: 2 ** ((level - 1) * n_dims),),
    ),
    (
        "for the full grid, levels were counted in place of places: up to level n, an axis has 2^n - 1 of them, not n.",
        (lambda level, n_dims: level**n_dims,),
    ),
    (
        "in the full grid, base and exponent changed places: 2^n - 1 places on each of d axes make (2^n - 1)^d.",
        (lambda level, n_dims: n_dims ** (2**level - 1),),
    ),
)


def _pair(full: Count, sparse: Count) -> Function:
    return lambda level, n_dims: (full(level, n_dims), sparse(level, n_dims))


_ANY_SPARSE = (_sparse, *(count for _, counts in _SPARSE_MISTAKES for count in counts))

EXERCISE = Exercise(
    id="13.1",
    title="the points of a full and of a sparse grid",
    level=2,
    truth=n_points,
    cases=((3, 2), (2, 9), (5, 1), (4, 3), (3, 5)),
    mistakes=(
        *(Variant(said, tuple(_pair(_full, count) for count in counts)) for said, counts in _SPARSE_MISTAKES),
        *(
            # the full grid is put right first, whatever the sparse one is
            Variant(said, tuple(_pair(count, other) for count in counts for other in _ANY_SPARSE))
            for said, counts in _FULL_MISTAKES
        ),
        Variant(
            "both are right, in the other order: first the full grid, then the sparse one.",
            (_pair(_sparse, _full),),
        ),
        Variant(
            "only one number came back, and two are asked for: return full, sparse.",
            (_full, _sparse),
        ),
    ),
    hints=(
        "First one axis: how many places has level 1, how many level 2, how many levels 1 to n together? The full grid "
        "has every combination of them.",
        "The sparse grid falls into groups, one for each tuple of levels. The group of levels l_1, ..., l_d has "
        "2^(l_1 - 1) times ... times 2^(l_d - 1) points, and it belongs to the grid if the sum of its levels is at "
        "most n + d - 1.",
        "full = (2**level - 1)**n_dims. For the sparse grid, add up 2**(sum(levels) - n_dims) over all levels in "
        "product(range(1, level + 1), repeat=n_dims) with sum(levels) <= level + n_dims - 1.",
    ),
)
