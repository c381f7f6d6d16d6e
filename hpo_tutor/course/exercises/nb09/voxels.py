"""May a voxel be thrown away? Only if no place in it is D or more from one kept point.

centres   (v, d)  of the voxels
side      a       of each voxel
point     (d,)    a kept point
diameter  D       the smallest allowed distance of two points

A place is forbidden if it lies nearer than D to the point. No answer here hangs on < or <=.
"""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.course.exercises import Exercise, Function, Variant

Array = NDArray[np.float64]
Truths = NDArray[np.bool_]


def covered(centres: Array, side: float, point: Array, diameter: float) -> Truths:
    """Whether each voxel lies wholly nearer than D to the point, shape (v,): its farthest corner does."""
    return _length(np.abs(centres - point) + side / 2) < diameter


def _length(offsets: Array) -> Array:
    return np.asarray(np.sqrt((offsets**2).sum(axis=-1)))


def _by_centres(slack: Callable[[float, int], float], share: float = 1.0) -> Function:
    """Centre to point, compared with a share of D plus some slack that depends on side and dimensions."""
    return lambda centres, side, point, diameter: _length(centres - point) < share * diameter + slack(side, len(point))


def _by_corners(half: float, share: float = 1.0) -> Function:
    """A corner so many sides off the centre, outwards; negative: the nearest place of a smaller voxel."""
    return lambda centres, side, point, diameter: (
        _length(np.maximum(np.abs(centres - point) + half * side, 0)) < share * diameter
    )


def _cases() -> tuple[tuple[Array, float, Array, float], ...]:
    """Voxels around the border of what is forbidden, in two and in three dimensions."""
    cases = []
    for seed, (d, side, diameter) in enumerate([(2, 0.15, 0.3), (3, 0.12, 0.25), (2, 0.25, 0.42), (3, 0.2, 0.6)]):
        rng = np.random.default_rng(seed)
        point = rng.uniform(0.4, 0.6, d).round(2)
        ways = rng.normal(size=(80, d))
        ways *= (diameter * rng.uniform(0.2, 1.5, 80) / _length(ways))[:, None]
        cases.append(((point + ways).round(3), side, point, diameter))
    return tuple(cases)


def _diagonal(side: float, d: int) -> float:
    return side * math.sqrt(d) / 2


EXERCISE = Exercise(
    id="09.2",
    title="voxels that may be thrown away",
    level=2,
    truth=covered,
    cases=_cases(),
    mistakes=(
        Variant(
            "only the centre of the voxel was compared with D. A corner may still be far enough from the point, and a "
            "sphere might fit there: the whole voxel must lie nearer than D, so ask its farthest corner.",
            (_by_centres(lambda side, d: 0.0),),
        ),
        Variant(
            "the sign is turned round: with D + a sqrt(d)/2 a voxel is thrown away as soon as the sphere touches it. "
            "The farthest corner is farther away than the centre, so the centre must be nearer than D by that much.",
            (_by_centres(_diagonal), _by_centres(lambda side, d: side / math.sqrt(2))),
        ),
        Variant(
            "that compares with the radius D/2. Two spheres of diameter D overlap if their centres are nearer than D: "
            "within the whole D no further centre may lie.",
            (_by_corners(0.5, 0.5), _by_centres(lambda side, d: -_diagonal(side, d), 0.5)),
        ),
        Variant(
            "that is the radius D/2, and the centre in place of the farthest corner. Within the whole D of a point no "
            "further one may lie; and the whole voxel must be there.",
            (_by_centres(lambda side, d: 0.0, 0.5),),
        ),
        Variant(
            "that asks for the corner nearest to the point. Then a voxel is thrown away as soon as a bit of it is "
            "forbidden, with all the room in the rest. Ask the farthest corner.",
            (
                _by_corners(-0.5),
                lambda centres, side, point, diameter: _length(np.abs(centres - point) - side / 2) < diameter,
            ),
        ),
        Variant(
            "the farthest corner is half a side off the centre on each axis, a/2, not a whole one. (Nothing is thrown "
            "away wrongly by you, but too little is.)",
            (_by_corners(1.0),),
        ),
        Variant(
            "the differences were taken with their signs, so each voxel was asked for the same corner, though that is "
            "the nearest one of voxels on the other side of the point. Take np.abs(centres - point) first.",
            (
                lambda centres, side, point, diameter: _length(centres - point + side / 2) < diameter,
                lambda centres, side, point, diameter: _length(centres - point - side / 2) < diameter,
            ),
        ),
        Variant(
            "`centres` was taken for the lower corners of the voxels: they reach from c - a/2 to c + a/2.",
            (
                lambda centres, side, point, diameter: (
                    _length(np.maximum(np.abs(centres - point), np.abs(centres + side - point))) < diameter
                ),
            ),
        ),
        Variant(
            "one axis after the other was compared with D. That makes a box of the sphere: add the squares over the "
            "axes.",
            (lambda centres, side, point, diameter: (np.abs(centres - point) + side / 2 < diameter).all(axis=-1),),
        ),
        Variant(
            "the distances along the axes were added as they are. A distance is the root of the sum of their squares.",
            (lambda centres, side, point, diameter: (np.abs(centres - point) + side / 2).sum(axis=-1) < diameter,),
        ),
        Variant(
            "a sum of squares was compared with D itself: compare it with D**2, or take its root.",
            (lambda centres, side, point, diameter: _length(np.abs(centres - point) + side / 2) ** 2 < diameter,),
        ),
        Variant(
            "that is the other way round: True for the voxels that must be kept.",
            (lambda centres, side, point, diameter: ~covered(centres, side, point, diameter),),
        ),
        Variant(
            "the centre must be nearer than D by half the diagonal of the voxel, a sqrt(d)/2. You took off a whole "
            "diagonal: that throws nothing away wrongly, but too little. (By its farthest corner a voxel is judged "
            "exactly.)",
            (_by_centres(lambda side, d: -2 * _diagonal(side, d)),),
        ),
        Variant(
            "a sqrt(2)/2 is half the diagonal of a square. In d dimensions it is a sqrt(d)/2: the corner of a cube "
            "lies farther off.",
            (_by_centres(lambda side, d: -side / math.sqrt(2)),),
        ),
        Variant(
            "one answer for all voxels came back. Each has its own, shape (v,): sum the squares of its row, axis=1.",
            (lambda centres, side, point, diameter: np.sum((np.abs(centres - point) + side / 2) ** 2) < diameter**2,),
        ),
        Variant(
            "half a side was taken off D. The corner of a voxel is farther from its centre than the middle of a side.",
            (_by_centres(lambda side, d: -side / 2),),
        ),
        Variant(
            "the distance itself came back. Asked for is whether it is below D: True or False for each voxel.",
            (lambda centres, side, point, diameter: _length(np.abs(centres - point) + side / 2),),
        ),
    ),
    remarks=(
        Variant(
            "(Right, and it throws away fewer than it could: D - a sqrt(d)/2 suffices whichever way the voxel lies. "
            "Its farthest corner, np.abs(centres - point) + side / 2, judges each exactly.)",
            (_by_centres(lambda side, d: -_diagonal(side, d)),),
        ),
    ),
    hints=(
        "Which place of the voxel is farthest from the point? If even that one is forbidden, all are.",
        "On each axis the farthest corner is np.abs(centres - point) + side / 2 away. What is its distance?",
        "far = np.abs(centres - point) + side / 2; the squares of a row add up to the squared distance. Compare that "
        "with diameter**2.",
    ),
)
