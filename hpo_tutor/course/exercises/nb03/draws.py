"""How many random draws hold one of the best share of a search space?

share, confidence   ()    fractions between 0 and 1

One case is a whole number before it is rounded: 2 draws for half of the space, with confidence 3/4. Logarithms in any
base, log1p, powers, products, sums and scipy's distributions all give 2 for it, since 1/2 and 1/4 are exact. Elsewhere
rounding errors alone would decide (share = confidence = 0.1 takes one draw, and 1 - (1 - 0.1) is less than 0.1).
"""

import math

from hpo_tutor.course.exercises import Exercise, Variant


def n_draws(share: float, confidence: float) -> int:
    """Fewest random draws of which, with this confidence, at least one lies in the best share."""
    return math.ceil(_exact(share, confidence))


def _exact(share: float, confidence: float) -> float:
    return math.log(1 - confidence) / math.log(1 - share)


def _upside_down(share: float, confidence: float) -> float:
    return math.log(1 - share) / math.log(1 - confidence)


EXERCISE = Exercise(
    id="03.1",
    title="draws for the top 5 %",
    level=1,
    truth=n_draws,
    # the last one, where share > confidence, tells the quotient upside down from the constant 1
    cases=((0.05, 0.95), (0.05, 0.9), (0.01, 0.95), (0.2, 0.99), (0.3, 0.5), (0.1, 0.8), (0.5, 0.75), (0.6, 0.2)),
    mistakes=(
        Variant(
            "1 / share draws hold one point of the best share on average. That is no promise: one set of draws "
            "holds two, another none. Ask for the probability that every draw misses.",
            (
                lambda share, confidence: 1 / share,
                lambda share, confidence: math.ceil(1 / share),
                lambda share, confidence: round(1 / share),
                lambda share, confidence: math.floor(1 / share),
            ),
        ),
        Variant(
            "the probabilities of the single draws were added up (n * share = confidence). Two draws may both hit, "
            "and that would be counted twice. Multiply the probabilities that each draw misses.",
            (
                lambda share, confidence: confidence / share,
                lambda share, confidence: math.ceil(confidence / share),
                lambda share, confidence: round(confidence / share),
            ),
        ),
        Variant(
            "the number was rounded down, or to the nearest whole number. One draw fewer does not quite keep the "
            "promise: round up.",
            (
                lambda share, confidence: math.floor(_exact(share, confidence)),
                lambda share, confidence: round(_exact(share, confidence)),
            ),
        ),
        Variant("the formula is right, but nobody can draw a fraction of a point: round up.", (_exact,)),
        Variant(
            "one draw too many where n draws give the confidence exactly: two draws hold one of the best half with "
            "probability 3/4, so for confidence 0.75 two are enough. In a loop, (1 - share)**n <= 1 - confidence is "
            "enough, with the equals sign; a formula's whole number stays as it is when you round up. (If you solved "
            "for n numerically, the root may lie a hair too high.)",
            (lambda share, confidence: math.floor(_exact(share, confidence)) + 1,),
        ),
        Variant(
            "one draw too few, in every case: the draw that makes the promise good counts as well.",
            (lambda share, confidence: n_draws(share, confidence) - 1,),
        ),
        Variant(
            "one draw too many, in every case: one fewer keeps the promise as well.",
            (lambda share, confidence: n_draws(share, confidence) + 1,),
        ),
        Variant(
            "confidence and 1 - confidence were swapped. With probability 1 - confidence every draw misses.",
            (
                lambda share, confidence: math.log(confidence) / math.log(1 - share),
                lambda share, confidence: math.ceil(math.log(confidence) / math.log(1 - share)),
            ),
        ),
        Variant(
            "share and 1 - share were swapped. One draw misses the best share with probability 1 - share.",
            (
                lambda share, confidence: math.log(1 - confidence) / math.log(share),
                lambda share, confidence: math.ceil(math.log(1 - confidence) / math.log(share)),
            ),
        ),
        Variant(
            "both complements were forgotten. One draw misses the best share with probability 1 - share, and all of "
            "them may miss with probability 1 - confidence: both logarithms are of what is left to 1.",
            (
                lambda share, confidence: math.log(confidence) / math.log(share),
                lambda share, confidence: math.ceil(math.log(confidence) / math.log(share)),
            ),
        ),
        Variant(
            "the quotient is upside down. From n * log(1 - share) <= log(1 - confidence), divide by the factor of n.",
            (
                _upside_down,
                lambda share, confidence: math.ceil(_upside_down(share, confidence)),
                lambda share, confidence: round(_upside_down(share, confidence)),
                lambda share, confidence: math.floor(_upside_down(share, confidence)),
            ),
        ),
    ),
    hints=(
        "Do not ask how likely a hit is. Ask how likely it is that n draws all miss.",
        "One draw misses with probability 1 - share, and n independent draws with (1 - share)**n. "
        "This may be 1 - confidence at most.",
        "Take logarithms of (1 - share)**n <= 1 - confidence and solve for n (both logarithms are negative). "
        "Then round up.",
    ),
)
