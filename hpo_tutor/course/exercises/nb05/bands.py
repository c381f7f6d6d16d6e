"""How many new trainings lie in the band that was promised for them?

mean, std   (n,)  belief about the function at n places
noise       ()    standard deviation of a training around the function
y           (n,)  new trainings there
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.course.exercises import Exercise, Function, Variant

Array = NDArray[np.float64]


def coverage(mean: Array, std: Array, noise: float, y: Array) -> float:
    """Share of new trainings within two standard deviations of what is expected of them."""
    return float(np.mean(np.abs(y - mean) <= 2 * np.hypot(std, noise)))


def _within(reach: Callable[[Array, float], Array]) -> Function:
    """The share that lies within another distance from the mean."""
    return lambda mean, std, noise, y: np.mean(np.abs(y - mean) <= reach(std, noise))


_rng = np.random.default_rng(8)
_std = _rng.permutation(np.geomspace(0.05, 3, 60)).round(2)
_mean = _rng.normal(5, 1, size=60).round(2)
_few = np.array([0.0, 0.0, 0.0, 0.0, 0.0, 0.0])

EXERCISE = Exercise(
    id="05.2",
    title="the share of new trainings in their band",
    level=2,
    truth=coverage,
    cases=(
        (_few, np.array([0.3, 0.3, 0.3, 0.3, 0.3, 0.3]), 0.4, np.array([0.2, 0.55, -0.7, 0.9, -1.2, 1.7])),
        (_mean, _std, 0.6, (_mean + 1.5 * np.hypot(_std, 0.6) * _rng.normal(size=60)).round(3)),
        (_mean, 0.1 * _std, 2.5, (_mean + 4 * _rng.normal(size=60)).round(3)),
    ),
    mistakes=(
        Variant(
            "the noise was left out. std says how well the function is known; a single training lies around it with "
            "noise of its own, and the variances of the two add up.",
            (_within(lambda std, noise: 2 * std),),
        ),
        Variant(
            "std and noise were added. Two independent deviations partly cancel: their squares add up, "
            "std² + noise², and then comes the root.",
            (_within(lambda std, noise: 2 * (std + noise)), _within(lambda std, noise: 2 * std + noise)),
        ),
        Variant(
            "the root is missing: std² + noise² is a variance, and the band is two standard deviations wide.",
            (_within(lambda std, noise: 2 * (std**2 + noise**2)),),
        ),
        Variant(
            "the noise is a standard deviation already: square it before you add it to std².",
            (_within(lambda std, noise: 2 * np.sqrt(std**2 + noise)),),
        ),
        Variant(
            "the 2 stands under the root, or with one of the two only. Add the squares, take the root, then double.",
            (
                _within(lambda std, noise: np.sqrt(2 * (std**2 + noise**2))),
                _within(lambda std, noise: np.hypot(2 * std, noise)),
                _within(lambda std, noise: np.hypot(std, 2 * noise)),
            ),
        ),
        Variant(
            "that is the band of one standard deviation; asked for are two.",
            (_within(lambda std, noise: np.hypot(std, noise)),),
        ),
        Variant(
            "only the noise was counted. Where the function itself is not known well, new trainings lie farther off.",
            (_within(lambda std, noise: np.full_like(std, 2 * noise)),),
        ),
        Variant(
            "the standard deviations were averaged. The band has its own width at each place.",
            (
                _within(lambda std, noise: np.full_like(std, 2 * np.hypot(np.mean(std), noise))),
                _within(lambda std, noise: np.full_like(std, 2 * np.mean(np.hypot(std, noise)))),
                _within(lambda std, noise: np.full_like(std, 2 * np.sqrt(np.mean(std**2) + noise**2))),
            ),
        ),
        Variant(
            "only one end of the band was looked at. A training is inside if it is neither above nor below.",
            (
                lambda mean, std, noise, y: np.mean(y <= mean + 2 * np.hypot(std, noise)),
                lambda mean, std, noise, y: np.mean(y >= mean - 2 * np.hypot(std, noise)),
            ),
        ),
        Variant(
            "that is the share of trainings outside the band.",
            (lambda mean, std, noise, y: 1 - coverage(mean, std, noise, y),),
        ),
        Variant(
            "that is how many are inside. Asked for is their share of all.",
            (lambda mean, std, noise, y: len(y) * coverage(mean, std, noise, y),),
        ),
        Variant(
            "that is in per cent. Asked for is the share, between 0 and 1.",
            (lambda mean, std, noise, y: 100 * coverage(mean, std, noise, y),),
        ),
        Variant(
            "that says of each training whether it is inside. Asked for is one number, the share of all.",
            (lambda mean, std, noise, y: np.abs(y - mean) <= 2 * np.hypot(std, noise),),
        ),
    ),
    hints=(
        "A new training is the function plus noise. How far does it typically lie from the mean, if the function "
        "itself lies std off?",
        "Variances of independent things add up. The standard deviation of a new training is the root of "
        "std**2 + noise**2.",
        "Return np.mean(np.abs(y - mean) <= 2 * np.sqrt(std**2 + noise**2)).",
    ),
)
