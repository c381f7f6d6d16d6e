"""What does a star say? Of the comparisons that got one, how many are between equals after all?

equal    share of all comparisons whose two samplers are equally good
power    chance that a comparison gets a star, where the two differ
level    chance that it gets one, where they are equal: the P-value below which a star is given
"""

from collections.abc import Callable
from itertools import product

from hpo_tutor.course.exercises import Exercise, Function, Variant


def misread(equal: float, power: float, level: float) -> tuple[float, float]:
    """Share of equals among the comparisons with a star, and of those that differ among the ones without."""
    return _by_luck(equal, power, level), _missed(equal, power, level)


def _by_luck(equal: float, power: float, level: float) -> float:
    return equal * level / (equal * level + (1 - equal) * power)


def _missed(equal: float, power: float, level: float) -> float:
    return (1 - equal) * (1 - power) / ((1 - equal) * (1 - power) + equal * (1 - level))


Share = Callable[[float, float, float], float]

_PROOF: Share = lambda equal, power, level: 0.0  # noqa: E731
_TURNED: Share = lambda equal, power, level: 1 - power  # noqa: E731
_SECONDS: tuple[Share, ...] = (_missed, _PROOF, _TURNED, lambda e, p, a: (1 - e) * (1 - p))


def _firsts(*firsts: Share) -> tuple[Function, ...]:
    """A wrong first number beside the right second one, or beside a wrong one of the same kind."""
    return tuple(_pair(first, second) for first, second in product(firsts, _SECONDS))


def _seconds(*seconds: Share) -> tuple[Function, ...]:
    """The right first number, and a wrong second one."""
    return tuple(_pair(_by_luck, second) for second in seconds)


def _pair(first: Share, second: Share) -> Function:
    return lambda equal, power, level: (first(equal, power, level), second(equal, power, level))


EXERCISE = Exercise(
    id="12.3",
    title="what a star says, and what a missing one",
    level=2,
    truth=misread,
    cases=((0.8, 0.3, 0.05), (0.5, 0.9, 0.01), (0.9, 0.62, 0.1), (0.25, 0.5, 0.2)),
    mistakes=(
        Variant(
            "the level was read as the chance that the two are equal. It is the chance of a star *if* they are equal. "
            "Count: of 100 comparisons, how many are equal and get a star? How many get a star in all?",
            _firsts(lambda equal, power, level: level),
        ),
        Variant(
            "a missing star was read as a proof that the two are equal. Those that differ and get no star are without "
            "one as well: count them, and divide by all that have none.",
            _seconds(_PROOF),
        ),
        Variant(
            "1 - power is the share of those that differ which get no star. Asked for is the other way round: of those "
            "without a star, the share that differ.",
            _seconds(_TURNED),
        ),
        Variant(
            "the first number is a share of all comparisons. Divide by the share that gets a star: the equals with "
            "one, and the others with one.",
            _firsts(lambda equal, power, level: equal * level),
        ),
        Variant(
            "the second number is a share of all comparisons. Divide by the share that gets no star.",
            _seconds(lambda equal, power, level: (1 - equal) * (1 - power)),
        ),
        Variant(
            "that divides the equals with a star by the others with a star. Divide by all with a star, their sum.",
            (
                _pair(lambda e, p, a: e * a / ((1 - e) * p), lambda e, p, a: (1 - e) * (1 - p) / (e * (1 - a))),
                _pair(lambda e, p, a: e * a / ((1 - e) * p), _missed),
            ),
        ),
        Variant(
            "it was forgotten how many comparisons are between equals: level / (level + power) would be right if half "
            "of them were. Weigh level by `equal`, and power by 1 - `equal`.",
            (
                _pair(lambda e, p, a: a / (a + p), lambda e, p, a: (1 - p) / ((1 - p) + (1 - a))),
                _pair(lambda e, p, a: a / (a + p), _missed),
            ),
        ),
        Variant(
            "`equal` is the share of equals. It was given to those that differ: they have 1 - `equal`.",
            (lambda equal, power, level: misread(1 - equal, power, level),),
        ),
        Variant(
            "power and level were swapped. Equals get a star with probability level, the others with power.",
            (lambda equal, power, level: misread(equal, level, power),),
        ),
        Variant(
            "the share of right readings: stars that tell a true difference, or missing ones between equals. "
            "Asked for are the wrong ones, 1 minus that.",
            (
                lambda equal, power, level: tuple(1 - share for share in misread(equal, power, level)),
                _pair(lambda e, p, a: 1 - _by_luck(e, p, a), _missed),
                _pair(_by_luck, lambda e, p, a: 1 - _missed(e, p, a)),
            ),
        ),
        Variant(
            "the first number is how many comparisons are between equals before any star was given.",
            _firsts(lambda equal, power, level: equal),
        ),
        Variant(
            "the two numbers are in the other order: first the stars by luck, then what was missed.",
            (lambda equal, power, level: misread(equal, power, level)[::-1],),
        ),
        Variant(
            "those are per cent. Return shares, between 0 and 1.",
            (lambda equal, power, level: tuple(100 * share for share in misread(equal, power, level)),),
        ),
        Variant("only one of the two numbers came back.", (_by_luck, _missed)),
    ),
    hints=(
        "Think of 1,000 comparisons, of which 1,000 * equal are between equals. Sort them into four piles: equal or "
        "not, star or not.",
        "With a star: equal * level and (1 - equal) * power. Without: equal * (1 - level) and (1 - equal) * "
        "(1 - power).",
        "Return equal * level / (equal * level + (1 - equal) * power), and for the second number the same with the "
        "piles that have no star, those that differ above.",
    ),
)
