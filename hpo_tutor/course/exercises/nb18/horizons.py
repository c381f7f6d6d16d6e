"""Where does looking one step ahead mislead? Its slopes are compared with those of whole trainings, place by place.

one_step  (n, H)  hypergradients of one step: slope of C2 along H hyperparameters, at n places
whole     (n, H)  slope of the loss after a whole training there, as measured
error     (n, H)  standard error of that
misled    (H,)    for each hyperparameter: of the places where |whole| > 2 error, the share where the signs differ;
                  nan where there is no such place

Adam moves each hyperparameter by the sign of its slope, whatever its size: so signs are compared.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hpo_tutor.course.exercises import Exercise, Function, Variant

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Sure = Callable[[Array, Array], Mask]  # whole and error -> the places that count
Differ = Callable[[Array, Array], Mask]  # one_step and whole -> where they do not go the same way


def misled(one_step: ArrayLike, whole: ArrayLike, error: ArrayLike) -> Array:
    """Share of the places at which one step goes the wrong way, for each hyperparameter."""
    return _shares(one_step, whole, error)


def _two_errors(whole: Array, error: Array) -> Mask:
    return np.asarray(np.abs(whole) > 2 * error)


def _signs(one_step: Array, whole: Array) -> Mask:
    return np.asarray(one_step * whole < 0)


def _everywhere(whole: Array, error: Array) -> Mask:
    return np.ones(whole.shape, dtype=bool)


def _shares(
    one_step: ArrayLike,
    whole: ArrayLike,
    error: ArrayLike,
    *,
    sure: Sure = _two_errors,
    differ: Differ = _signs,
    axis: int | None = 0,
    of_all: bool = False,
) -> Array:
    """The right shares with one step changed; with ``of_all``, unsure places count as places that agree."""
    near, far, spread = (np.asarray(one, dtype=float) for one in (one_step, whole, error))
    counted = sure(far, spread)
    wrong = (counted & differ(near, far)).sum(axis=axis)
    total = np.ones_like(counted).sum(axis=axis) if of_all else counted.sum(axis=axis)
    return np.asarray(np.where(total > 0, wrong / np.maximum(total, 1), np.nan))


def _changed(**changes: Any) -> Function:
    return lambda one_step, whole, error: _shares(one_step, whole, error, **changes)


def _as_arrows(one_step: ArrayLike, whole: ArrayLike, error: ArrayLike) -> Array:
    """One answer for all: do the two arrows lie more than a right angle apart?"""
    near, far, spread = (np.asarray(one, dtype=float) for one in (one_step, whole, error))
    counted = _two_errors(far, spread).any(axis=1)
    return np.full(near.shape[1], (counted & ((near * far).sum(axis=1) < 0)).sum() / max(counted.sum(), 1))


def field(rng: np.random.Generator) -> tuple[Array, Array, Array]:
    """A case: three hyperparameters at nine places, as many of them sure as not; no place lies on an edge."""
    while True:
        whole, error = rng.normal(0, 1, (9, 3)).round(2), rng.uniform(0.1, 0.6, (9, 3)).round(2)
        one_step = (0.5 * whole + rng.normal(0, 0.6, (9, 3))).round(3)
        sure = _two_errors(whole, error)
        clear = np.abs(np.abs(whole) / error - 2).min() > 0.02 and np.abs(one_step).min() > 0
        if clear and sure.any(axis=0).all() and (sure & _signs(one_step, whole)).any():
            return one_step, whole, error


_none_sure = (
    np.array([[-0.3, 0.1, 0.2], [-0.1, 0.4, -0.3], [0.2, 0.3, 0.1], [-0.2, -0.1, 0.2]]),
    np.array([[0.5, 0.2, 0.1], [-0.4, 0.9, 0.2], [-0.6, 0.8, -0.1], [-0.1, -0.7, 0.1]]),
    np.array([[0.1, 0.2, 0.3], [0.1, 0.3, 0.2], [0.1, 0.2, 0.2], [0.1, 0.2, 0.1]]),
)  # of the third hyperparameter, no slope is known well enough

# seeds with which every mistake differs from the truth, and from each other
SEEDS = (0, 1, 2)

EXERCISE = Exercise(
    id="18.5",
    title="where one step misleads",
    level=2,
    truth=misled,
    cases=(_none_sure, *(field(np.random.default_rng(seed)) for seed in SEEDS)),
    mistakes=(
        Variant(
            "that is the share of the places where they agree. Both are slopes of a loss: they agree where they have "
            "the same sign.",
            (_changed(differ=lambda one_step, whole: one_step * whole > 0),),
        ),
        Variant(
            "all places were counted, those with a slope that is mostly noise as well. Keep those with "
            "abs(whole) > 2 * error.",
            (_changed(sure=_everywhere),),
        ),
        Variant(
            "the unsure places were left out above the line only. Divide by the number of sure places, not of all.",
            (_changed(of_all=True),),
        ),
        Variant(
            "one standard error was taken in place of two: abs(whole) > 2 * error.",
            (_changed(sure=lambda whole, error: np.abs(whole) > error),),
        ),
        Variant(
            "abs is missing: a steep slope downwards is as sure as one upwards.",
            (_changed(sure=lambda whole, error: whole > 2 * error),),
        ),
        Variant(
            "the unsure places were kept, and the sure ones left out.",
            (_changed(sure=lambda whole, error: np.abs(whole) <= 2 * error),),
        ),
        Variant(
            "the sizes were compared, and not the signs. One step is short, so its slope is small; Adam hears "
            "the sign.",
            (
                _changed(differ=lambda one_step, whole: np.abs(one_step - whole) > 0),
                _changed(differ=lambda one_step, whole: np.abs(one_step - whole) > 1e-8),
                _changed(differ=lambda one_step, whole: one_step < whole),
            ),
        ),
        Variant(
            "the axes are exchanged: that is a share for each place. Rows are places; asked for is one share for each "
            "hyperparameter, axis=0.",
            (_changed(axis=1),),
        ),
        Variant(
            "all hyperparameters were thrown together. Penalty and noise may be misled to a different degree: axis=0.",
            (_changed(axis=None),),
        ),
        Variant(
            "whole arrows were compared, by the sum of the products. That mixes units; each hyperparameter has an Adam "
            "of its own, and is misled alone.",
            (_as_arrows,),
        ),
        Variant(
            "numbers of places came back, and not shares of the sure ones.",
            (
                lambda one_step, whole, error: (_two_errors(whole, error) & _signs(one_step, whole)).sum(axis=0),
                lambda one_step, whole, error: (~_two_errors(whole, error) & _signs(one_step, whole)).sum(axis=0),
            ),
        ),
        Variant(
            "the shares are in per cent. They are asked for as numbers from 0 to 1.",
            (lambda one_step, whole, error: 100 * _shares(one_step, whole, error),),
        ),
        Variant(
            "the slopes of one step were asked whether they are sure. error is that of the whole training: "
            "abs(whole) > 2 * error.",
            (lambda one_step, whole, error: _shares(whole, one_step, error),),
        ),
        Variant(
            "a hyperparameter without a sure place got a number. Nothing is known of it: nan.",
            (
                lambda one_step, whole, error: np.nan_to_num(_shares(one_step, whole, error)),
                lambda one_step, whole, error: np.nan_to_num(_shares(one_step, whole, error), nan=1.0),
            ),
        ),
    ),
    hints=(
        "For one hyperparameter, go through the places: is the slope after a whole training sure? If so, does one step "
        "go the same way?",
        "sure = np.abs(whole) > 2 * error, and wrong = sure & (one_step * whole < 0). Add each up over the places, "
        "axis=0.",
        "n = sure.sum(axis=0); return np.where(n > 0, wrong.sum(axis=0) / np.maximum(n, 1), np.nan)",
    ),
)
