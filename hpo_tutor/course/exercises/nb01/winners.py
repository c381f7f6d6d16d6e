"""Which trial is reported, and with which loss?

validation, test   (n,)   losses of n trials on the validation and on the test rows; nan where a trial failed

No two losses of a case are equal, so it does not matter how ties are broken.
"""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.course.exercises import Exercise, Variant

Array = NDArray[np.float64]
Answer = tuple[int, float]


def winner(validation: Array, test: Array) -> Answer:
    """The number of the trial with the lowest validation loss, and its test loss."""
    best = int(np.nanargmin(validation))
    return best, float(test[best])


def _chosen_by(value: Callable[[Array, Array], Array]) -> Callable[[Array, Array], Answer]:
    """The trial where something is lowest, and its test loss."""

    def function(validation: Array, test: Array) -> Answer:
        best = int(np.nanargmin(value(validation, test)))
        return best, float(test[best])

    return function


def _first_is_never_left(validation: Array, test: Array) -> Answer:
    """What Python's min does: nothing is smaller than a nan that comes first."""
    best = min(range(len(validation)), key=lambda i: validation[i])
    return best, float(test[best])


def _without_failed(validation: Array, test: Array) -> Answer:
    return winner(validation[~np.isnan(validation)], test[~np.isnan(validation)])


_NAN = math.nan

EXERCISE = Exercise(
    id="01.2",
    title="the trial to report, and its loss",
    level=2,
    truth=winner,
    cases=(
        (np.array([0.31, 0.25, 0.28, 0.40]), np.array([0.30, 0.33, 0.27, 0.41])),
        (np.array([0.50, _NAN, 0.42, 0.45, 0.60]), np.array([0.47, _NAN, 0.52, 0.44, 0.58])),
        (np.array([_NAN, 0.90, 0.70, 0.80, 0.75]), np.array([_NAN, 0.95, 0.85, 0.77, 0.73])),
        (np.array([0.22, 0.20, 0.60]), np.array([0.34, 0.50, 0.32])),  # both losses together are lowest in trial 0
    ),
    mistakes=(
        Variant(
            "the trial was chosen by its test loss. Then the test rows have taken part in the tuning, and their loss "
            "flatters the winner. Choose by validation; look at the test rows once, at the end.",
            (
                _chosen_by(lambda validation, test: test),
                lambda validation, test: (int(np.argmin(test)), float(np.min(test))),
            ),
        ),
        Variant(
            "the two sets changed places: chosen by the test loss, reported with the validation loss. Choose by "
            "validation, report the test loss.",
            (
                lambda validation, test: (int(np.nanargmin(test)), float(validation[np.nanargmin(test)])),
                lambda validation, test: (int(np.argmin(test)), float(validation[np.argmin(test)])),
            ),
        ),
        Variant(
            "the trial is right, but its validation loss was reported. That is the loss that made it win, and part of "
            "it is luck. Report its test loss.",
            (lambda validation, test: (winner(validation, test)[0], float(np.nanmin(validation))),),
        ),
        Variant(
            "the trial is right, but the lowest test loss of all trials was reported. It belongs to another trial: "
            "report the test loss of yours.",
            (lambda validation, test: (winner(validation, test)[0], float(np.nanmin(test))),),
        ),
        Variant(
            "that is the trial with the largest loss. Losses are minimised.",
            (
                _chosen_by(lambda validation, test: -validation),
                lambda validation, test: (int(np.argmax(validation)), float(test[np.argmax(validation)])),
            ),
        ),
        Variant(
            "a failed trial (nan) won. np.argmin takes a nan for the smallest number, and Python's min never leaves a "
            "nan that comes first. np.nanargmin looks past them.",
            (
                lambda validation, test: (int(np.argmin(validation)), float(test[np.argmin(validation)])),
                _first_is_never_left,
            ),
        ),
        Variant(
            "failed trials were dropped before the trials were counted, so the numbers have shifted. Return the place "
            "in the arrays as they were given.",
            (
                _without_failed,
                lambda validation, test: (
                    _without_failed(validation, test)[0],
                    float(test[_without_failed(validation, test)[0]]),
                ),
            ),
        ),
        Variant(
            "the test loss had a say in the choice: validation and test were added up. Choose by validation alone.",
            (_chosen_by(lambda validation, test: validation + test),),
        ),
        Variant(
            "the trials were counted from one. Return the index, which begins at 0.",
            (lambda validation, test: (winner(validation, test)[0] + 1, winner(validation, test)[1]),),
        ),
        Variant(
            "both are right, in the wrong order: first the index, then the loss.",
            (lambda validation, test: winner(validation, test)[::-1],),
        ),
        Variant(
            "that is one number, and two are asked for: return index, loss.",
            (
                lambda validation, test: winner(validation, test)[0],
                lambda validation, test: winner(validation, test)[1],
                lambda validation, test: float(np.nanmin(validation)),
                lambda validation, test: float(np.nanmin(test)),
                lambda validation, test: int(np.nanargmin(test)),
            ),
        ),
    ),
    hints=(
        "Two questions, two sets: one of them decides which trial wins, the other says what it is worth.",
        "The index of the lowest validation loss, failed trials left aside. np.argmin takes a nan for the lowest: is "
        "there a function beside it that does not? (An error with 'is not in list' has the same cause: Python's "
        "min took a nan.)",
        "best = np.nanargmin(validation). Then return best and the test loss at that place.",
    ),
)
