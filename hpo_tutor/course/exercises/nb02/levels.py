"""How many levels can each axis of a grid have?

N, d   n_points and n_dims: trials that can be paid for, hyperparameters
n      levels on each axis

The d-th root is often a whole number, and then floating point misses it by a hair: 64 ** (1/3) is 3.9999999999999996.
Each way of writing the root (a power, exp and log, log10, log2) misses it in another case, so there are several.
"""

import math
from collections.abc import Callable

from hpo_tutor.course.exercises import Exercise, Function, Variant

Root = Callable[[int, int], float]

_ROOTS: tuple[Root, ...] = (
    lambda n_points, n_dims: n_points ** (1 / n_dims),
    lambda n_points, n_dims: math.exp(math.log(n_points) / n_dims),
    lambda n_points, n_dims: 10 ** (math.log10(n_points) / n_dims),
    lambda n_points, n_dims: 2 ** (math.log2(n_points) / n_dims),
)


def n_levels(n_points: int, n_dims: int) -> int:
    """The largest n with n^d <= N, found with whole numbers alone."""
    n = 1
    while (n + 1) ** n_dims <= n_points:
        n += 1
    return n


def _rounded_up(n_points: int, n_dims: int) -> int:
    n = 1
    while n**n_dims < n_points:
        n += 1
    return n


def _strictly_below(n_points: int, n_dims: int) -> int:
    n = 1
    while (n + 1) ** n_dims < n_points:
        n += 1
    return n


def _of_roots(change: Callable[[float], float]) -> tuple[Function, ...]:
    """Each way of writing the root, followed by this change."""
    return tuple(lambda n_points, n_dims, root=root: change(root(n_points, n_dims)) for root in _ROOTS)


EXERCISE = Exercise(
    id="02.2",
    title="the levels that a budget affords",
    level=1,
    truth=n_levels,
    cases=((30, 2), (25, 2), (59, 2), (100, 3), (7, 3), (64, 3), (125, 3), (243, 5), (1000, 3), (4096, 6)),
    mistakes=(
        Variant(
            "that is the smallest n with n**d >= N. Wherever n**d is not N itself, it is more than the trials you can "
            "pay for: round a root down, or let a loop stop one step earlier.",
            (_rounded_up, *_of_roots(math.ceil)),
        ),
        Variant(
            "the root was rounded to the nearest whole number. Where that is up, n**d is more than the N trials you "
            "can pay for (n_levels(59, 2): 8 * 8 is 64). Round down.",
            _of_roots(round),
        ),
        Variant(
            "that is the root itself. An axis has a whole number of levels: round down.", _of_roots(lambda root: root)
        ),
        Variant(
            "that is N / d. But axes multiply: n levels on each of d axes make n**d points. Take the root, N**(1/d), "
            "with the brackets: N**1/d is N / d once more.",
            (
                lambda n_points, n_dims: n_points // n_dims,
                lambda n_points, n_dims: n_points / n_dims,
                lambda n_points, n_dims: round(n_points / n_dims),
                lambda n_points, n_dims: math.ceil(n_points / n_dims),
            ),
        ),
        Variant(
            "the formula is right, but floating point misses whole roots by a hair, and rounding down then takes a "
            "whole level away: 64 ** (1/3) is 3.9999999999999996. Round to the nearest whole number first, then lower "
            "or raise it until n**d fits; or try n = 1, 2, 3, ... with whole numbers.",
            _of_roots(math.floor),
        ),
        Variant(
            "n**d may be equal to N: with 25 trials, two axes have 5 levels each. Use <= in place of <.",
            (_strictly_below,),
        ),
        Variant(
            "one level too many, in every case: the loop returns the first n that no longer fits.",
            (lambda n_points, n_dims: n_levels(n_points, n_dims) + 1,),
        ),
        Variant(
            "one level too few, in every case.",
            (lambda n_points, n_dims: n_levels(n_points, n_dims) - 1,),
        ),
        Variant(
            "that is the square root, which is right for two axes only. For d axes take the d-th root, N**(1/d).",
            (
                lambda n_points, n_dims: math.isqrt(n_points),
                lambda n_points, n_dims: round(math.sqrt(n_points)),
                lambda n_points, n_dims: math.sqrt(n_points),
            ),
        ),
        Variant(
            "base and exponent are swapped: that is the largest n with d**n <= N, a logarithm. Asked for is n**d <= N, "
            "a root.",
            (
                lambda n_points, n_dims: math.floor(math.log(n_points) / math.log(n_dims)),
                lambda n_points, n_dims: math.log(n_points) / math.log(n_dims),
                lambda n_points, n_dims: math.floor(math.log(n_points, n_dims)),
                lambda n_points, n_dims: max(n for n in range(n_points) if n_dims**n <= n_points),
            ),
        ),
    ),
    hints=(
        "With n levels on each of two axes there are n * n points, with three axes n * n * n. Which n still fits?",
        "Solve n**d = N for n, then round down. But print 64 ** (1/3) before you trust it.",
        "Whole numbers make no rounding errors: begin with n = 1, and add 1 while (n + 1)**d <= N.",
    ),
)
