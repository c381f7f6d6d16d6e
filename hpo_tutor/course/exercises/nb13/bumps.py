"""How high are the bumps of a piecewise linear sum? A surplus is what a value adds to what coarser nodes predict.

values     (m,)  at x = 1/2^n, 2/2^n, ..., (2^n - 1)/2^n, so m = 2^n - 1 for a finest level n
surpluses  (m,)  at the same places, in the same order

Level 1 is the middle, whose bump is the constant 1. Each further level halves the distances. The bumps next to the
walls go on in a straight line, so that coarser nodes predict there what the line through the two nearest of them says.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hpo_tutor.course.exercises import Exercise, Function, Variant

Array = NDArray[np.float64]
Wall = Callable[[float, float], float]  # the nearest coarser value and the one behind it -> the value at the wall
Between = Callable[[Array, Array], Array]  # the values to the left and to the right -> what is predicted between them


def surpluses(values: ArrayLike) -> Array:
    """The heights of the bumps."""
    return _surpluses(values)


def _line(near: float, far: float) -> float:
    return 2 * near - far


def _middle(left: Array, right: Array) -> Array:
    return np.asarray((left + right) / 2)


def _unhalved(left: Array, right: Array) -> Array:
    predicted = _middle(left, right)
    predicted[1:-1] *= 2  # next to the walls it is right
    return predicted


def _constant(near: float) -> float:
    return near


def _surpluses(
    values: ArrayLike,
    *,
    wall: Wall = _line,
    lone: Callable[[float], float] = _constant,
    between: Between = _middle,
    root: float = 1.0,
) -> Array:
    """The right surpluses with one step of the way changed.

    ``wall`` says what coarser nodes predict at a wall, ``lone`` what the middle alone predicts there; ``between``
    predicts half-way, and ``root`` multiplies the surplus of the middle.
    """
    y = np.asarray(values, dtype=float)
    n_steps = len(y) + 1
    found = np.full(len(y), np.nan)
    found[n_steps // 2 - 1] = root * y[n_steps // 2 - 1]
    step = n_steps // 4
    while step:
        coarse = y[2 * step - 1 :: 2 * step]
        if len(coarse) == 1:
            walls = [lone(coarse[0])] * 2
        else:
            walls = [wall(coarse[0], coarse[1]), wall(coarse[-1], coarse[-2])]
        line = np.array([walls[0], *coarse, walls[1]])
        found[step - 1 :: 2 * step] = y[step - 1 :: 2 * step] - between(line[:-1], line[1:])
        step //= 2
    return found


def _changed(**changes: object) -> Function:
    return lambda values: _surpluses(values, **changes)  # type: ignore[arg-type]


def _levels(n: int) -> NDArray[np.int64]:
    """The level of each of the n nodes of one axis."""
    numbers = np.arange(1, n + 1)
    return np.asarray(np.log2((n + 1) / (numbers & -numbers)).round(), dtype=np.int64)


def _rooted(values: Array) -> Array:
    """The root is left out of the predictions for level 2, which keeps its values."""
    found = surpluses(values)
    return np.where(_levels(len(values)) == 2, values, found)


def _same_level(values: Array) -> Array:
    """Predictions from the next nodes of the same level, where a node has two of them."""
    found, levels = surpluses(values), _levels(len(values))
    for level in range(2, levels.max() + 1):
        own = np.flatnonzero(levels == level)
        for left, node, right in zip(own, own[1:], own[2:], strict=False):
            found[node] = values[node] - (values[left] + values[right]) / 2
    return found


def _neighbours(fill: Callable[[Array], tuple[float, float]], root: bool) -> Function:
    """Predictions from the next places of the whole list, whatever their level."""

    def function(values: Array) -> Array:
        left, right = fill(values)
        padded = np.array([left, *values, right])
        found = values - (padded[:-2] + padded[2:]) / 2
        if root:
            found[len(values) // 2] = values[len(values) // 2]
        return np.asarray(found)

    return function


def _of_heights(values: Array) -> Array:
    """The surpluses of the parents are subtracted in place of what the coarser bumps add up to."""
    found = surpluses(values)
    for level in range(2, _levels(len(values)).max() + 1):
        step = (len(values) + 1) >> level
        coarse = found[2 * step - 1 :: 2 * step]
        walls = (coarse[0], coarse[0]) if len(coarse) == 1 else (_line(*coarse[:2]), _line(*coarse[:-3:-1]))
        line = np.array([walls[0], *coarse, walls[1]])
        found[step - 1 :: 2 * step] = values[step - 1 :: 2 * step] - _middle(line[:-1], line[1:])
    return found


def _one_parent(values: Array) -> Array:
    """What the node one level above has is subtracted, alone."""
    found = np.array(values, dtype=float)
    for i, level in enumerate(_levels(len(values))):
        if level > 1:
            step = (len(values) + 1) >> level
            left, right = i - step, i + step
            levels = _levels(len(values))
            parent = left if left >= 0 and levels[left] == level - 1 else right
            found[i] = values[i] - values[parent]
    return found


def _by_level(values: Array) -> Array:
    return surpluses(values)[np.argsort(_levels(len(values)), kind="stable")]


_rng = np.random.default_rng(3)

EXERCISE = Exercise(
    id="13.3",
    title="the surpluses of a row of values",
    level=3,
    truth=surpluses,
    cases=(
        (np.array([3.0, 4.0, 7.0]),),
        (np.array([1.0, 4.0, 9.0, 10.0, 8.0, 8.5, 5.0]),),
        (_rng.normal(size=7).round(2),),
        (_rng.normal(size=15).round(2),),
        (np.array([2.5]),),
    ),
    mistakes=(
        Variant(
            "the values themselves came back. A surplus is a value minus what the coarser nodes predict at its place.",
            (lambda values: np.array(values, dtype=float),),
        ),
        Variant(
            "those are the predictions of the coarser nodes. A surplus is the value minus them.",
            (
                lambda values: np.asarray(values) - surpluses(values),
                lambda values: np.where(_levels(len(values)) == 1, values, np.asarray(values) - surpluses(values)),
            ),
        ),
        Variant(
            "the sign is turned round: value minus prediction. Where the value lies above, the surplus is positive.",
            (
                lambda values: -surpluses(values),
                lambda values: np.where(_levels(len(values)) == 1, values, -surpluses(values)),
            ),
        ),
        Variant(
            "wrong parents: predictions were made of the neighbours of the same level. Only coarser levels may "
            "predict: one step of the node's own level to the left, and one to the right.",
            (_same_level,),
        ),
        Variant(
            "wrong parents: every place was compared with its neighbours in the list, which may be finer than itself. "
            "Level l steps 2^(n - l) places to either side.",
            tuple(
                _neighbours(fill, root)
                for root in (True, False)
                for fill in (
                    lambda values: (0.0, 0.0),
                    lambda values: (values[0], values[-1]),
                    lambda values: (
                        (2 * values[0] - values[1], 2 * values[-1] - values[-2])
                        if len(values) > 1
                        else (values[0], values[0])
                    ),
                )
            ),
        ),
        Variant(
            "the neighbours are right, but the wall was given the value 0, as if the bumps ended there. Here they go "
            "on in a straight line: next to a wall, the line through the two nearest coarser nodes predicts.",
            (
                _changed(wall=lambda near, far: 0.0, lone=lambda near: 0.0),
                _changed(wall=lambda near, far: 0.0),
            ),
        ),
        Variant(
            "next to a wall the nearest coarser value alone was subtracted. That is right for level 2, where only the "
            "constant is there; from level 3 on it is the line through the two nearest.",
            (_changed(wall=lambda near, far: near),),
        ),
        Variant(
            "next to a wall, half-way between the two nearest coarser values was subtracted. The place lies beyond "
            "them: continue their line outwards, 3/2 of the nearer minus 1/2 of the other.",
            (_changed(wall=lambda near, far: far),),
        ),
        Variant(
            "next to a wall the line was continued too far, up to the wall itself. The place lies half-way there: 3/2 "
            "of the nearer value minus 1/2 of the other.",
            (_changed(wall=lambda near, far: 3 * near - 2 * far),),
        ),
        Variant(
            "the root was forgotten: the middle has no parents, so that its surplus is its value.",
            (_changed(root=0.0),),
        ),
        Variant(
            "the root was forgotten at level 2: the constant predicts the middle's value there, which is to be "
            "subtracted.",
            (_rooted,),
        ),
        Variant(
            "level 1 was taken for a hat that falls to 0 at the walls, so that at level 2 only half the middle's value "
            "was subtracted. It is the constant 1.",
            (_changed(lone=lambda near: 0.0),),
        ),
        Variant(
            "the two neighbours were added without halving: the prediction is their mean.",
            (_changed(between=_unhalved),),
        ),
        Variant(
            "the parents' surpluses were subtracted. What coarser nodes predict is the sum of all their bumps, and in "
            "a node that sum is its value: take the parents' values.",
            (_of_heights,),
        ),
        Variant(
            "only the parent one level above was subtracted. Between two coarser nodes both predict: take their mean.",
            (_one_parent,),
        ),
        Variant(
            "the right surpluses, in the order of the levels. Return them in the order of the places.",
            (_by_level,),
        ),
        Variant(
            "those are the sizes of the surpluses, without their signs.",
            (lambda values: np.abs(surpluses(values)),),
        ),
    ),
    hints=(
        "Go from coarse to fine. The middle keeps its value. Level 2 is compared with the constant, hence with the "
        "middle's value. From level 3 on a place has a coarser node on either side, or a wall on one.",
        "Between two coarser nodes: value minus half of their sum. Next to a wall: value minus (3/2 of the nearest "
        "coarser value - 1/2 of the one behind it).",
        "Give the coarser values one more at either end: 2 * coarse[0] - coarse[1] and 2 * coarse[-1] - coarse[-2] "
        "(for level 2, coarse[0] twice). Then every prediction is the mean of two that follow each other.",
    ),
)
