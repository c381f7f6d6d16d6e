"""What is the model fitted to while some trials are still running?

asked    places in the order in which they were asked for, all different
told     (place, loss) of those that have finished, in the order of arrival; never empty
fantasy  the mean of all losses told: what stands in for a loss that is not known yet

The order of the pairs does not matter, and a dictionary from place to loss, or a set of pairs, is as good.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.course.exercises import Exercise, Function, Variant

Pairs = list[tuple[float, float]]


def known_now(asked: Sequence[float], told: Pairs) -> Pairs:
    """(place, loss) of every trial: its loss if it has one, else the fantasy."""
    return [*told, *((place, _fantasy(told)) for place in _pending(asked, told))]


def _fantasy(told: Pairs) -> float:
    return float(np.mean([loss for _, loss in told]))


def _pending(asked: Sequence[float], told: Pairs) -> list[float]:
    finished = [place for place, _ in told]
    return [place for place in asked if place not in finished]


def _with(fantasy: float | None) -> Function:
    return lambda asked, told: [*told, *((place, fantasy) for place in _pending(asked, told))]


def _by_order(asked: Sequence[float], told: Pairs) -> Pairs:
    """The losses handed out in the order of arrival, as if that were the order of asking."""
    losses = [loss for _, loss in told]
    return list(zip(asked, losses + [_fantasy(told)] * (len(asked) - len(told)), strict=True))


def comparable(answer: Any) -> NDArray[np.float64]:
    """The pairs in the order of their places."""
    pairs = list(answer.items() if isinstance(answer, Mapping) else answer)
    table = np.asarray(pairs, dtype=np.float64).reshape(-1, 2)
    return np.asarray(table[np.lexsort(table.T[::-1])])


EXERCISE = Exercise(
    id="06.4",
    title="what the model knows while trials are pending",
    level=2,
    truth=known_now,
    cases=(
        ([0.1, 0.7, 0.4], [(0.1, 2.0), (0.7, 1.0)]),
        ([0.3, 0.5, 0.9, 0.2, 0.6], [(0.9, 0.6), (0.3, 0.2), (0.2, 1.3)]),
        ([0.8, 0.2], [(0.2, 0.5), (0.8, 0.9)]),
    ),
    mistakes=(
        Variant(
            "the fantasy was never removed. A trial that has been told stands there twice, with its loss and with what "
            "was made up for it; only what is still pending needs a fantasy.",
            (lambda asked, told: [*told, *((place, _fantasy(told)) for place in asked)],),
        ),
        Variant(
            "the pending trials were ignored. The model knows nothing of them, so that it will ask for the same places "
            "again.",
            (lambda asked, told: list(told),),
        ),
        Variant(
            "the fantasy took the place of the losses. Where a loss is known, it counts, not what was made up.",
            (lambda asked, told: [(place, _fantasy(told)) for place in asked],),
        ),
        Variant(
            "the losses went to the places in the order in which they arrived. Trials finish in any order: told says "
            "which place a loss belongs to.",
            (_by_order,),
        ),
        Variant(
            "only the pending trials are there. The model must know those that were told as well.",
            (lambda asked, told: [(place, _fantasy(told)) for place in _pending(asked, told)],),
        ),
        Variant(
            "the fantasy is the lowest loss. Some samplers take it (it pushes a batch together); asked for is the mean "
            "of all losses told.",
            (lambda asked, told: _with(min(loss for _, loss in told))(asked, told),),
        ),
        Variant(
            "the fantasy is the highest loss. Some samplers take it (it drives a batch apart); asked for is the mean "
            "of all losses told.",
            (lambda asked, told: _with(max(loss for _, loss in told))(asked, told),),
        ),
        Variant(
            "the fantasy is the median of the losses. It would do as well; asked for is their mean.",
            (lambda asked, told: _with(float(np.median([loss for _, loss in told])))(asked, told),),
        ),
        Variant(
            "pending trials came in with loss 0, which looks better than everything and would be the new incumbent. "
            "Asked for is the mean of all losses told.",
            (_with(0.0),),
        ),
        Variant(
            "pending trials came in without a number (nan or None), and no model can be fitted to that. The fantasy is "
            "the mean of all losses told.",
            (_with(float("nan")), _with(None)),
        ),
        Variant(
            "the sum of the losses was divided by the wrong number: only told trials count for the mean.",
            (lambda asked, told: _with(sum(loss for _, loss in told) / len(asked))(asked, told),),
        ),
    ),
    hints=(
        "Sort the places that were asked for into two heaps: those with a loss, and those without.",
        "The first heap enters as it is. Each place of the second enters with the mean of the losses of the first.",
        "finished = {place for place, loss in told}; then told + [(place, mean) for place in asked if place not in "
        "finished].",
    ),
    comparable=comparable,
)
