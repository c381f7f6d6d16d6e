"""What does a whole tournament cost, in epochs? Survivors continue, so that no epoch is trained twice.

n_trials  that start
rungs     (k,)  epochs that a trial has had, in all, when it is compared; the last rung is the whole training
divisor   one in so many goes on from each rung, rounded down, but at least one trial
"""

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from hpo_tutor.course.exercises import Exercise, Function, Variant

Epochs = Sequence[float]
Keep = Callable[[float, int], float]  # trials at a rung and the divisor -> trials at the next


def epochs_trained(n_trials: int, rungs: Epochs, divisor: int) -> float:
    """The epochs of all trials together."""
    return _trained(n_trials, rungs, divisor)


def _down(n: float, divisor: int) -> float:
    return max(n // divisor, 1)


def _new(rungs: Epochs) -> list[float]:
    """The epochs that a trial trains between two rungs."""
    return [after - before for before, after in pairwise([0, *rungs])]


def _trained(
    n_trials: int,
    rungs: Epochs,
    divisor: int,
    *,
    keep: Keep = _down,
    epochs: Callable[[Epochs], Epochs] = _new,
    late: bool = False,
    part: slice = slice(None),
) -> float:
    """The right total with one step changed.

    ``epochs`` says what each rung costs a trial; with ``late`` those that come through a rung pay for it, not those
    that train for it; ``part`` of the rungs is counted.
    """
    sizes, n = [], float(n_trials)
    for _ in rungs:
        sizes.append(n)
        n = keep(n, divisor)
    sizes = [*sizes[1:], n] if late else sizes
    return float(sum(size * cost for size, cost in list(zip(sizes, epochs(rungs), strict=True))[part]))


def _changed(**changes: Any) -> Function:
    return lambda n_trials, rungs, divisor: _trained(n_trials, rungs, divisor, **changes)


def _by_original(rounded: Callable[[float], float]) -> Keep:
    return lambda n, divisor: max(rounded(n / divisor), 1)


EXERCISE = Exercise(
    id="16.2",
    title="the epochs of a whole tournament",
    level=2,
    truth=epochs_trained,
    cases=(
        (9, (1, 3, 9), 3),
        (81, (1, 3, 9, 27, 81), 3),
        (50, (2, 7, 30, 100), 4),
        (35, (3, 10, 20), 2),
        (20, (1, 4, 15, 60), 3),
    ),
    mistakes=(
        Variant(
            "cumulative epochs were added up, as if each survivor began anew at every rung. A trial that has had 3 "
            "epochs and goes on to 9 trains 6 more.",
            (_changed(epochs=lambda rungs: rungs),),
        ),
        Variant(
            "the first rung was left out: up to it all trials train, which is much of the total.",
            (
                _changed(part=slice(1, None)),
                _changed(epochs=lambda rungs: rungs, part=slice(1, None)),
            ),
        ),
        Variant(
            "the last rung was left out: the few that come so far train up to it, and it is the longest.",
            (
                _changed(part=slice(-1)),
                _changed(epochs=lambda rungs: rungs, part=slice(-1)),
            ),
        ),
        Variant(
            "numbers of trials were rounded up. Of 50 trials with divisor 4, twelve go on: round down.",
            (_changed(keep=lambda n, divisor: math.ceil(n / divisor)),),
        ),
        Variant(
            "numbers of trials were rounded to the nearest. Round down.",
            (_changed(keep=_by_original(round)),),
        ),
        Variant(
            "part of a trial was trained: divide with //.",
            (_changed(keep=lambda n, divisor: n / divisor), _changed(keep=_by_original(float))),
        ),
        Variant(
            "with fewer trials than the divisor, nobody went on. At least one does.",
            (_changed(keep=lambda n, divisor: n // divisor),),
        ),
        Variant(
            "each rung was paid for by those that come through it. All who train up to it pay, also those that it "
            "stops.",
            (
                _changed(late=True),
                _changed(late=True, keep=lambda n, divisor: n // divisor),
                _changed(late=True, epochs=lambda rungs: rungs),
            ),
        ),
        Variant(
            "all trials were trained to the last rung. That is what no stopping costs.",
            (lambda n_trials, rungs, divisor: n_trials * rungs[-1],),
        ),
        Variant(
            "no trial was stopped on the way: n_trials has to shrink from rung to rung.",
            (
                lambda n_trials, rungs, divisor: n_trials * sum(rungs),
                _changed(keep=lambda n, divisor: n, epochs=lambda rungs: [0, *_new(rungs)[1:]]),
            ),
        ),
        Variant(
            "the differences are between neighbouring rungs. At the first rung the one before is 0, at the last none "
            "comes after.",
            (
                _changed(epochs=lambda rungs: [*_new(rungs)[1:], 0]),
                _changed(epochs=lambda rungs: [*_new(rungs)[1:], rungs[-1]]),
            ),
        ),
        Variant(
            "the number of trials was divided at every rung from n_trials anew. After two rungs it is divided twice.",
            (
                lambda n_trials, rungs, divisor: (
                    n_trials * rungs[0] + sum(max(n_trials // divisor, 1) * more for more in _new(rungs)[1:])
                ),
                lambda n_trials, rungs, divisor: sum(
                    max(n_trials // (divisor * k or 1), 1) * more for k, more in enumerate(_new(rungs))
                ),
            ),
        ),
        Variant(
            "those are the trials at all rungs together. Asked for are epochs.",
            (_changed(epochs=lambda rungs: [1] * len(rungs)),),
        ),
        Variant(
            "that is the share of what training them all would cost. Asked for are the epochs themselves.",
            (lambda n_trials, rungs, divisor: epochs_trained(n_trials, rungs, divisor) / (n_trials * rungs[-1]),),
        ),
        Variant(
            "those are the epochs saved. Asked for are the epochs trained.",
            (lambda n_trials, rungs, divisor: n_trials * rungs[-1] - epochs_trained(n_trials, rungs, divisor),),
        ),
    ),
    hints=(
        "Do the first case on paper: nine trials, rungs at 1, 3 and 9 epochs. How many trials train up to each rung, "
        "and how many epochs more does each of them need?",
        "Two numbers change from rung to rung: how many trials are left, and how many epochs they have had. Begin with "
        "n_trials and 0.",
        "For each rung: total += n * (rung - before); then before = rung and n = max(n // divisor, 1).",
    ),
)
