"""How does an accuracy become something to minimise?

accuracies   (n,)   shares of right answers, in per cent
"""

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.course.exercises import Exercise, Function, Variant

Array = NDArray[np.float64]


def error_rates(accuracies: Array) -> Array:
    """Shares of wrong answers, fractions between 0 and 1; shape (n,)."""
    return 1 - accuracies / 100


def _rounded(n_digits: int) -> Function:
    return lambda accuracies: np.round(error_rates(accuracies), n_digits)


EXERCISE = Exercise(
    id="00.1",
    title="accuracies become losses",
    level=1,
    truth=error_rates,
    # no accuracy lies so near to 100 that float32 would lose the digits of the difference
    cases=(
        (np.array([97.0, 91.5, 8.0]),),
        (np.array([100.0, 62.25]),),
        (np.array([40, 85, 50, 99]),),
    ),
    mistakes=(
        Variant(
            "per cent was forgotten: 97 % is the fraction 0.97. Divide by 100 before you subtract from 1.",
            (lambda accuracies: 1 - accuracies, lambda accuracies: accuracies - 1),
        ),
        Variant(
            "a fraction was subtracted from 100. Where right answers are a fraction, all answers together are 1.",
            (lambda accuracies: 100 - accuracies / 100,),
        ),
        Variant(
            "these are shares of wrong answers, but in per cent. Asked for are fractions between 0 and 1.",
            (lambda accuracies: 100 - accuracies,),
        ),
        Variant(
            "these are still shares of right answers. A loss is low where a network is good, and this is high there.",
            (
                lambda accuracies: accuracies / 100,
                lambda accuracies: 1 * accuracies,
                lambda accuracies: 1 - (100 - accuracies) / 100,
            ),
        ),
        Variant(
            "minus accuracy is a loss too: the best network has the lowest. But an error rate lies between 0 and 1, "
            "and says what share of the answers is wrong.",
            (lambda accuracies: -accuracies, lambda accuracies: -accuracies / 100),
        ),
        Variant(
            "the sign is turned round: accuracy minus 1 is negative. The wrong share is 1 minus the right share.",
            (lambda accuracies: accuracies / 100 - 1, lambda accuracies: accuracies - 100),
        ),
        Variant(
            "the brackets are in the wrong place: 1 was subtracted from per cent, and the difference divided by 100. "
            "First make a fraction of the accuracy.",
            (lambda accuracies: (1 - accuracies) / 100, lambda accuracies: (accuracies - 1) / 100),
        ),
        Variant(
            "the accuracy was multiplied by 100. Per cent means hundredths: divide.",
            (lambda accuracies: 1 - 100 * accuracies,),
        ),
        Variant(
            "whole numbers came out. // drops what is behind the point, and so does int(); write / instead.",
            (
                lambda accuracies: 1 - accuracies // 100,
                lambda accuracies: (100 - accuracies) // 100,
                lambda accuracies: (1 - accuracies / 100).astype(int),
            ),
        ),
        Variant(
            "the result was rounded. Keep all digits: two networks may differ in the third.",
            (_rounded(0), _rounded(1), _rounded(2)),
        ),
        Variant(
            "one divided by the accuracy falls as the accuracy grows, but it is no share of wrong answers: subtract.",
            (lambda accuracies: 1 / accuracies, lambda accuracies: 100 / accuracies),
        ),
        Variant(
            "one number came back for all networks together. Return one for each.",
            (
                lambda accuracies: np.mean(1 - accuracies / 100),
                lambda accuracies: 1 - np.max(accuracies) / 100,
                lambda accuracies: 1 - accuracies[0] / 100,
                lambda accuracies: 1 - accuracies[-1] / 100,
            ),
        ),
        Variant(
            "one number came back for all networks together, and per cent was forgotten. Return one number for each, "
            "and make fractions of the accuracies first.",
            (lambda accuracies: 1 - np.mean(accuracies), lambda accuracies: np.mean(accuracies) - 1),
            name="one-number-came-back-in-per-cent",
        ),
    ),
    hints=(
        "If 97 of 100 answers are right, how many are wrong? And which fraction of 1 is that?",
        "Make a fraction of each accuracy first: per cent means hundredths. The wrong share and the right share add "
        "up to 1.",
        "Return 1 - accuracies / 100. numpy does it for the whole array at once.",
    ),
)
