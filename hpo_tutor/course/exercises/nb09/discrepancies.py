"""Which design is the most even? The one with the smallest discrepancy.

designs  points (N, d) each, of one N
C        the centred L2 discrepancy of each; scipy returns its square
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import pdist
from scipy.stats import qmc

from hpo_tutor.course.exercises import Exercise, Function, Variant

Array = NDArray[np.float64]
Designs = Sequence[Array]


def most_even(designs: Designs) -> tuple[int, float]:
    """Number of the design with the smallest C, and how many times larger the largest C is."""
    c = _roots(designs)
    return int(np.argmin(c)), float(c.max() / c.min())


def _squares(designs: Designs, method: Any = "CD") -> Array:
    return np.array([qmc.discrepancy(points, method=method) for points in designs])


def _roots(designs: Designs) -> Array:
    return np.sqrt(_squares(designs))


def _nearest(designs: Designs) -> Array:
    return np.array([pdist(points).min() for points in designs])


def _of(
    values: Callable[[Designs], Array], choose: Callable[[Array], Any], factor: Callable[[Array], float]
) -> Function:
    """Some number of each design, which of them is chosen, and what is said of how they differ."""
    return lambda designs: (choose(values(designs)), factor(values(designs)))


def _other(method: str, root: Callable[[Array], Array]) -> Function:
    """Right but for the kind of discrepancy."""
    return _of(lambda designs: root(_squares(designs, method)), lambda c: int(np.argmin(c)), _ratio)


def _ratio(c: Array) -> float:
    return float(c.max() / c.min())


def _cases() -> tuple[tuple[list[Array]], ...]:
    """Designs of three kinds in shuffled places; no measure chooses the same of them in every case."""
    cases = []
    for seed, (n, d) in enumerate([(9, 2), (16, 2), (8, 3)]):
        rng = np.random.default_rng(40 + seed)
        lattice = np.indices((round(n ** (1 / d)),) * d).reshape(d, -1).T
        edges, middles = lattice / lattice.max(), (lattice + 0.5) / (lattice.max() + 1)
        latin = (np.column_stack([rng.permutation(n) for _ in range(d)]) + 0.5) / n
        made = [edges, rng.random((n, d)), latin, np.clip(middles + rng.normal(0, 0.02, (n, d)), 0, 1)]
        cases.append(([made[i].round(3) for i in rng.permutation(4)],))
    return tuple(cases)


EXERCISE = Exercise(
    id="09.3",
    title="the most even design",
    level=1,
    truth=most_even,
    cases=_cases(),
    mistakes=(
        Variant(
            "the design with the largest discrepancy was chosen. Discrepancy says how far the points are from being "
            "evenly spread: smaller is better.",
            (
                _of(_roots, lambda c: int(np.argmax(c)), _ratio),
                _of(_squares, lambda c: int(np.argmax(c)), _ratio),
                _of(_roots, lambda c: int(np.argmax(c)), lambda c: float(c.min() / c.max())),
                _of(_squares, lambda c: int(np.argmax(c)), lambda c: float(c.min() / c.max())),
            ),
        ),
        Variant(
            "the right design, but the factor is that of the squares. scipy returns the square of C: take the root.",
            (_of(_squares, lambda c: int(np.argmin(c)), _ratio),),
        ),
        Variant(
            "the right design, but the factor is turned round: how many times *larger* is the C of the least even one?",
            (
                _of(_roots, lambda c: int(np.argmin(c)), lambda c: float(c.min() / c.max())),
                _of(_squares, lambda c: int(np.argmin(c)), lambda c: float(c.min() / c.max())),
            ),
        ),
        Variant(
            "the right design, but a difference in place of a factor: divide the largest C by the smallest.",
            (
                _of(_roots, lambda c: int(np.argmin(c)), lambda c: float(np.ptp(c))),
                _of(_squares, lambda c: int(np.argmin(c)), lambda c: float(np.ptp(c))),
            ),
        ),
        Variant(
            "the smallest discrepancy itself came back. Asked for is which design has it: its number, np.argmin.",
            (
                lambda designs: (_roots(designs).min(), _ratio(_roots(designs))),
                lambda designs: (_squares(designs).min(), _ratio(_squares(designs))),
                lambda designs: (_squares(designs).min(), _ratio(_roots(designs))),
            ),
        ),
        Variant(
            "only the number of the design came back. Asked for is the factor as well: return number, factor.",
            (lambda designs: most_even(designs)[0],),
        ),
        Variant(
            "the two are swapped: first the number of the design, then the factor.",
            (lambda designs: most_even(designs)[::-1],),
        ),
        Variant(
            "designs were counted from 1. In Python the first one has number 0.",
            (lambda designs: (most_even(designs)[0] + 1, most_even(designs)[1]),),
        ),
        Variant(
            'that is another discrepancy than the centred one: method="CD", which scipy takes if you say nothing.',
            tuple(_other(method, root) for method in ("WD", "MD", "L2-star") for root in (np.sqrt, np.asarray)),
        ),
        Variant(
            "the smallest distance of two points was compared. Asked for is the discrepancy.",
            (
                _of(_nearest, lambda gaps: int(np.argmax(gaps)), _ratio),
                _of(_nearest, lambda gaps: int(np.argmin(gaps)), _ratio),
            ),
        ),
    ),
    hints=(
        "Is a large discrepancy good or bad? Try it: a grid of midpoints against all points in one corner.",
        "A list of numbers, one for each design: np.sqrt([qmc.discrepancy(points) for points in designs]).",
        "c = that list as an array; return np.argmin(c), c.max() / c.min()",
    ),
)
