"""Does a trial train on, though the others have not arrived yet? The stopping rule of asynchronous halving.

losses_so_far  (n - 1,)  of the trials that have reported at this rung before, in the order of their arrival
loss           of the trial that reports now; with it, n trials have reported
divisor        one in so many goes on, rounded down, but always the best so far
position       of the trial among all n, from 0: how many have a lower loss; who ties with another stands before it
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from hpo_tutor.course.exercises import Exercise, Function, Variant

Losses = Sequence[float]
Place = Callable[[Losses, float], float]  # the losses so far and the loss -> its position
Seats = Callable[[int, int], float]  # trials before this one and the divisor -> positions that go on


def goes_on(losses_so_far: Losses, loss: float, divisor: int) -> bool:
    """Whether the trial trains on."""
    return _goes_on(losses_so_far, loss, divisor)


def _position(before: Losses, loss: float) -> float:
    return sum(other < loss for other in before)


def _behind(before: Losses, loss: float) -> float:
    return sum(other <= loss for other in before)


def _with_itself(n_before: int, divisor: int) -> float:
    return max((n_before + 1) // divisor, 1)


def _goes_on(
    losses_so_far: Losses,
    loss: float,
    divisor: int,
    *,
    place: Place = _position,
    seats: Seats = _with_itself,
    equal: bool = False,
) -> bool:
    """The right decision with one step changed; with ``equal``, who is just behind the last seat goes on too."""
    position, last = place(losses_so_far, loss), seats(len(losses_so_far), divisor)
    return position <= last if equal else position < last


def _changed(**changes: Any) -> Function:
    return lambda losses_so_far, loss, divisor: _goes_on(losses_so_far, loss, divisor, **changes)


def _at_most(share: Callable[[int], float]) -> Function:
    """Compare with a quantile of all losses, its own among them."""
    return lambda losses_so_far, loss, divisor: loss <= np.quantile([*losses_so_far, loss], share(divisor))


def report(rng: np.random.Generator, n: int, divisor: int, offset: int) -> tuple[list[float], float, int]:
    """A case near the edge: the new loss has ``offset`` positions more than the last seat; no two are equal."""
    position = min(max(max(n // divisor, 1) - 1 + offset, 0), n - 1)
    losses = np.sort(rng.permutation(80)[:n] / 50 + 0.2 + rng.integers(0, 15, n) / 1000).round(3)
    return rng.permutation(np.delete(losses, position)).tolist(), float(losses[position]), divisor


# (seed, n, divisor, offset) with which every mistake differs from the truth, and from each other
SEEDED = (
    *((0, 8, 4, 0), (1, 8, 4, 1), (2, 7, 4, 1), (3, 11, 3, 0), (4, 11, 3, 1)),
    *((5, 12, 3, 0), (6, 5, 3, 0), (7, 13, 4, 2), (8, 9, 2, 0), (9, 12, 3, -1)),
)

EXERCISE = Exercise(
    id="16.3",
    title="the rule that stops without waiting",
    level=2,
    truth=goes_on,
    cases=(
        ([], 0.5, 3),
        ([0.5], 0.4, 3),
        ([0.5, 0.3], 0.7, 3),
        ([0.4, 0.6, 0.3, 0.8, 0.9], 0.4, 3),
        ([0.6, 0.4, 0.9, 0.3, 0.7, 0.8], 0.4, 3),
        *(report(np.random.default_rng(seed), *rest) for seed, *rest in SEEDED),
    ),
    mistakes=(
        Variant(
            "the first to arrive is stopped, and with it everybody while fewer than divisor have reported: "
            "n // divisor is 0 then. The best so far always goes on: max(n // divisor, 1).",
            (_changed(seats=lambda n, divisor: (n + 1) // divisor),),
        ),
        Variant(
            "one position too many goes on. Positions count from 0: with one seat, only position 0 has it, so < and "
            "not <=.",
            (
                _changed(equal=True),
                _changed(seats=lambda n, divisor: (n + 1) // divisor, equal=True),
            ),
        ),
        Variant(
            "the trial itself was not counted in n. Four have reported when it is the fourth.",
            (_changed(seats=lambda n, divisor: max(n // divisor, 1)),),
        ),
        Variant(
            "the first to arrive is stopped, and the trial itself was not counted in n.",
            (_changed(seats=lambda n, divisor: n // divisor),),
        ),
        Variant(
            "a larger loss was taken for a better one. Its position is the number of losses that are lower.",
            (
                _changed(place=lambda before, loss: sum(other > loss for other in before)),
                _changed(place=lambda before, loss: sum(other >= loss for other in before)),
            ),
        ),
        Variant(
            "who ties with another was put behind it. It is inserted before its equals: count the losses that are "
            "lower, not those that are lower or equal.",
            (_changed(place=_behind),),
        ),
        Variant(
            "positions were counted from 1. The best has position 0, or else even the best so far is stopped.",
            (_changed(place=lambda before, loss: _position(before, loss) + 1),),
        ),
        Variant(
            "the number of seats was rounded up, which a quantile of the losses does as well. Round down.",
            (
                _changed(seats=lambda n, divisor: math.ceil((n + 1) / divisor)),
                _at_most(lambda divisor: 1 / divisor),
            ),
        ),
        Variant(
            "only the best so far goes on. As more arrive, there are more seats: n // divisor.",
            (_changed(seats=lambda n, divisor: 1), _changed(seats=lambda n, divisor: 1, place=_behind)),
        ),
        Variant(
            "divisor trials go on. It is one in divisor.",
            (_changed(seats=lambda n, divisor: divisor),),
        ),
        Variant(
            "the better half goes on, whatever the divisor is.",
            (
                _changed(seats=lambda n, divisor: max((n + 1) // 2, 1)),
                _at_most(lambda divisor: 0.5),
            ),
        ),
        Variant(
            "the answer is turned round: that is who stops.",
            (lambda losses_so_far, loss, divisor: not goes_on(losses_so_far, loss, divisor),),
        ),
        Variant(
            "the position came back. Asked for is True or False.",
            (lambda losses_so_far, loss, divisor: _position(losses_so_far, loss),),
        ),
        Variant(
            "everybody goes on. The first one always does, the others only if they are good enough.",
            (lambda losses_so_far, loss, divisor: True,),
        ),
    ),
    hints=(
        "Take ([0.5, 0.3], 0.7, divisor 3): how many have reported, this one included? How many of them may go on? How "
        "many are better than 0.7?",
        "n = len(losses_so_far) + 1 trials have reported. n // divisor of them may go on; and if that is none, the "
        "best one may.",
        "position = sum(other < loss for other in losses_so_far); return position < max(n // divisor, 1).",
    ),
)
