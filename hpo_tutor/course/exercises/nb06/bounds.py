"""Which candidate has the lowest lower confidence bound?

mean, std   (n,)   predictions of the loss at n candidates
kappa       ()     how much not being sure counts

The answer is a place in an array, so that a wrong rule may be right by chance: the cases were chosen so that every
known mistake goes wrong in at least one of them in its own way.
"""

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.course.exercises import Exercise, Variant

Array = NDArray[np.float64]


def lowest_bound(mean: Array, std: Array, kappa: float) -> int:
    """The number of the candidate that has the lowest bound."""
    return int(np.argmin(mean - kappa * std))


_rng = np.random.default_rng(1351)
_cases = tuple(
    (_rng.normal(3, 1, 8).round(2), _rng.uniform(0.05, 2, 8).round(2), kappa)
    for kappa in (2.0, 0.5, 2.0, 0.7, 3.0, 0.3)
)

EXERCISE = Exercise(
    id="06.2",
    title="the candidate with the lowest bound",
    level=1,
    truth=lowest_bound,
    cases=(*_cases, (np.array([1.0, 1.6, 2.5]), np.array([0.01, 1.0, 0.3]), 1.0)),
    mistakes=(
        Variant(
            "that is the candidate with the highest lower bound. Losses are minimised: take the lowest, np.argmin.",
            (lambda mean, std, kappa: np.argmax(mean - kappa * std),),
        ),
        Variant(
            "that is the lowest upper bound, mean + kappa * std: a careful choice, which avoids what is unknown. The "
            "lower bound subtracts.",
            (lambda mean, std, kappa: np.argmin(mean + kappa * std),),
        ),
        Variant(
            "that is the highest upper bound, the rule for something that is to be maximised. A loss is minimised: "
            "subtract, and take the lowest.",
            (lambda mean, std, kappa: np.argmax(mean + kappa * std),),
        ),
        Variant(
            "kappa was left out. It says how much the standard deviation counts.",
            (lambda mean, std, kappa: np.argmin(mean - std),),
        ),
        Variant(
            "that is the lowest mean. Without the standard deviation nothing new is ever explored.",
            (lambda mean, std, kappa: np.argmin(mean),),
        ),
        Variant(
            "that is the candidate about which least is known, whatever its mean.",
            (lambda mean, std, kappa: np.argmax(std),),
        ),
        Variant(
            "the variance was taken for the standard deviation: do not square std.",
            (lambda mean, std, kappa: np.argmin(mean - kappa * std**2),),
        ),
        Variant(
            "std was taken for a variance, and its root was taken. It is already the standard deviation.",
            (lambda mean, std, kappa: np.argmin(mean - kappa * np.sqrt(std)),),
        ),
        Variant(
            "that is the bound itself. Asked for is the number of the candidate that has it: np.argmin, not np.min.",
            (lambda mean, std, kappa: np.min(mean - kappa * std),),
        ),
        Variant(
            "these are the bounds of all candidates. Which of them is the lowest? np.argmin tells its number.",
            (lambda mean, std, kappa: mean - kappa * std,),
        ),
    ),
    hints=(
        "How low may the loss of each candidate be, if things go kappa standard deviations better than the mean?",
        "The bounds are mean - kappa * std, one for each candidate. You need the place of the lowest.",
        "np.argmin(...) of these bounds.",
    ),
)
