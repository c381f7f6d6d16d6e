"""Which trial of a noisy search is handed over?

losses      (n,)  what the trials reached, luck included
mean, std   (n,)  what the model believes about the function at the same trials
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.course.exercises import Exercise, Function, Variant

Array = NDArray[np.float64]


def handed_over(losses: Array, mean: Array, std: Array) -> int:
    """The number of the trial with the lowest posterior mean."""
    return int(np.argmin(mean))


def _lowest(of: Callable[[Array, Array, Array], Array]) -> Function:
    return lambda losses, mean, std: int(np.argmin(of(losses, mean, std)))


def _lower_bound(kappa: float) -> Function:
    return _lowest(lambda losses, mean, std: mean - kappa * std)


EXERCISE = Exercise(
    id="07.3",
    title="the trial that is handed over",
    level=2,
    truth=handed_over,
    # the mistakes below lead to other trials than the truth, and no two of them to the same ones in every case
    cases=(
        (
            np.array([0.50, 0.31, 0.44, 0.62, 0.47, 0.90]),
            np.array([0.45, 0.46, 0.41, 0.55, 0.44, 0.80]),
            np.array([0.02, 0.10, 0.03, 0.30, 0.01, 0.20]),
        ),
        (
            np.array([5.4, 5.2, 5.9, 5.6, 5.5]),
            np.array([5.52, 5.47, 5.7, 5.6, 5.44]),
            np.array([0.05, 0.03, 0.4, 0.01, 0.06]),
        ),
        (
            np.array([0.9, 0.2, 0.7, 0.25, 0.8]),
            np.array([0.52, 0.6, 0.7, 0.53, 0.8]),
            np.array([0.3, 0.05, 0.1, 0.2, 0.5]),
        ),
        (
            np.array([0.62, 0.76, 0.60, 0.43, 0.42, 0.40, 0.53]),
            np.array([0.66, 0.70, 0.51, 0.58, 0.63, 0.57, 0.58]),
            np.array([0.02, 0.18, 0.13, 0.16, 0.29, 0.24, 0.27]),
        ),
    ),
    mistakes=(
        Variant(
            "that is the trial with the lowest observed loss. It may owe it to luck; the mean has heard what the "
            "neighbours say as well.",
            (_lowest(lambda losses, mean, std: losses),),
        ),
        Variant(
            "that is the trial with the largest mean. Losses are minimised.",
            (lambda losses, mean, std: int(np.argmax(mean)),),
        ),
        Variant(
            "std was subtracted. A lower bound is good for choosing what to try next, for it looks for what is not "
            "known. What is handed over will not be looked at again: take the mean itself.",
            tuple(map(_lower_bound, (0.5, 1.0, 1.96, 2.0, 3.0))),
        ),
        Variant(
            "std was added: a cautious choice, but another one. Asked for is the lowest mean.",
            (_lowest(lambda losses, mean, std: mean + 2 * std),),
        ),
        Variant(
            "that is the trial that is known best, the one of the smallest std. It may be known to be bad.",
            (_lowest(lambda losses, mean, std: std),),
        ),
        Variant(
            "that is the mean itself. Asked for is the number of the trial: np.argmin.",
            (lambda losses, mean, std: float(np.min(mean)),),
        ),
        Variant(
            "the trials were numbered from 1. Python counts from 0.",
            (lambda losses, mean, std: handed_over(losses, mean, std) + 1,),
        ),
        Variant(
            "that is the trial whose loss lies farthest below its mean: the luckiest one.",
            (
                _lowest(lambda losses, mean, std: losses - mean),
                _lowest(lambda losses, mean, std: (losses - mean) / std),
            ),
        ),
        Variant(
            "all trials came back, in order. Asked for is the first of them.",
            (lambda losses, mean, std: np.argsort(mean),),
        ),
    ),
    hints=(
        "Which of the three arrays knows about luck, and which has seen more than one trial?",
        "The posterior mean at a trial weighs its own loss with those of its neighbours. Look for the lowest mean.",
        "Return np.argmin(mean).",
    ),
)
