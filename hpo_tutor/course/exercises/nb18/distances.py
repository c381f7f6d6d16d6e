"""How often should the hyperparameters move? As seldom as they may, if they are still to arrive.

n_epochs         of the training
steps_per_epoch  batches of an epoch
distance         how far a hyperparameter may have to go, in its own units
rate             how far one hyper-step carries it at most: the learning rate of its Adam
cost             of a hyper-step, in units of a plain training step
k                every k-th step is a hyper-step; a training of S steps has S // k of them
overhead         what the hyper-steps cost, as a share of the plain training: cost / k
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from hpo_tutor.course.exercises import Exercise, Function, Variant

Pair = tuple[float, float]
Needed = Callable[[float, float], float]  # distance and rate -> hyper-steps that are needed
Every = Callable[[int, float], float]  # steps and hyper-steps needed -> k
Share = Callable[[float, float], float]  # cost and k -> overhead


def largest_every(n_epochs: int, steps_per_epoch: int, distance: float, rate: float, cost: float) -> Pair:
    """The largest k with which the distance can still be gone, and its overhead; (0, 0) where none can."""
    return _pair(n_epochs, steps_per_epoch, distance, rate, cost)


def _up(distance: float, rate: float) -> float:
    return math.ceil(distance / rate)


def _all_steps(n_epochs: int, steps_per_epoch: int) -> int:
    return n_epochs * steps_per_epoch


def _down(n_steps: int, needed: float) -> float:
    return n_steps // needed


def _of_plain(cost: float, k: float) -> float:
    return cost / k


def _pair(
    n_epochs: int,
    steps_per_epoch: int,
    distance: float,
    rate: float,
    cost: float,
    *,
    steps: Callable[[int, int], int] = _all_steps,
    needed: Needed = _up,
    every: Every = _down,
    share: Share = _of_plain,
    least: int = 0,
) -> Pair:
    """The right pair with one step changed; a wrong k goes on into the overhead."""
    k = max(every(steps(n_epochs, steps_per_epoch), needed(distance, rate)), least)
    return (k, share(cost, k)) if k > 0 else (0, 0.0)


def _changed(**changes: Any) -> Function:
    return lambda n_epochs, steps_per_epoch, distance, rate, cost: _pair(
        n_epochs, steps_per_epoch, distance, rate, cost, **changes
    )


def _then(change: Callable[[float, float], Any]) -> Function:
    """The right pair, handed over in another way."""
    return lambda *arguments: change(*largest_every(*arguments))


def _to_the_step(n_epochs: int, steps_per_epoch: int, distance: float, rate: float, cost: float) -> Pair:
    """The hyper-steps counted one by one: the last steps may see none."""
    k, _ = largest_every(n_epochs, steps_per_epoch, distance, rate, cost)
    n_steps = n_epochs * steps_per_epoch
    return (k, n_steps // k * cost / n_steps) if k else (0, 0.0)


def _beyond(n_epochs: int, steps_per_epoch: int, distance: float, rate: float, cost: float) -> Pair:
    """Whoever arrives just so is sent back: one hyper-step more than is needed."""
    return _pair(n_epochs, steps_per_epoch, distance, rate, cost, needed=lambda d, r: math.floor(d / r) + 1)


def _first_too_large(n_epochs: int, steps_per_epoch: int, distance: float, rate: float, cost: float) -> Pair:
    """Right where none arrives, or else one too many."""
    k, _ = largest_every(n_epochs, steps_per_epoch, distance, rate, cost)
    return (k + 1, cost / (k + 1)) if k else (0, 0.0)


def training(rng: np.random.Generator) -> tuple[int, int, float, float, float]:
    """A case in which the distance can be gone, with a k of 2 or more, and nothing lies on an edge."""
    while True:
        n_epochs, steps_per_epoch = int(rng.integers(5, 60)), int(rng.integers(20, 601))
        distance, rate = round(float(rng.uniform(0.5, 4)), 3), round(float(rng.uniform(0.001, 0.01)), 4)
        needed, n_steps = distance / rate, n_epochs * steps_per_epoch
        k = n_steps / math.ceil(needed)
        if 2 < k < 50 and 0.1 < needed % 1 < 0.9 and 0.1 < k % 1 < 0.9:
            return n_epochs, steps_per_epoch, distance, rate, round(float(rng.uniform(0.4, 3)), 2)


# seeds with which every mistake differs from the truth, and from each other
SEEDS = (0, 1, 2)

EXERCISE = Exercise(
    id="18.4",
    title="how often to take a hyper-step",
    level=1,
    truth=largest_every,
    cases=(
        (50, 550, 3.0, 0.001, 1.2),  # source 002: the whole range of ell, its epochs, its batches and its rate
        (30, 100, 1.25, 0.01, 1.5),
        (10, 100, 3.0, 0.0021, 1.5),  # too far
        (1, 50, 0.254, 0.01, 2.0),
        (1, 51, 0.254, 0.01, 2.0),  # 51 / 25.4 is a little more than 2, and 51 // 2 = 25 hyper-steps are too few
        *(training(np.random.default_rng(seed)) for seed in SEEDS),
    ),
    mistakes=(
        Variant(
            "the steps of one epoch were counted. The hyperparameter travels through the whole training: n_epochs * "
            "steps_per_epoch.",
            (_changed(steps=lambda n_epochs, steps_per_epoch: steps_per_epoch),),
        ),
        Variant(
            "the epochs were counted as if each had one hyper-step. Hyper-steps come every k steps: count steps.",
            (_changed(steps=lambda n_epochs, steps_per_epoch: n_epochs),),
        ),
        Variant(
            "k was rounded up, and then there are too few hyper-steps. Round k down.",
            (_changed(every=lambda n_steps, needed: math.ceil(n_steps / needed)),),
        ),
        Variant(
            "k was rounded to the nearest. Where that is up, there are too few hyper-steps: round k down.",
            (_changed(every=lambda n_steps, needed: round(n_steps / needed)),),
        ),
        Variant(
            "k is a whole number: a hyper-step comes after a step, not between two.",
            (
                _changed(every=lambda n_steps, needed: n_steps / needed),
                _changed(needed=lambda distance, rate: distance / rate, every=lambda n_steps, needed: n_steps / needed),
            ),
        ),
        Variant(
            "the hyper-steps that are needed were not rounded up. Part of a hyper-step is none: with 51 steps and 25.4 "
            "needed, k = 2 makes 25.",
            (_changed(needed=lambda distance, rate: distance / rate),),
        ),
        Variant(
            "the hyper-steps that are needed were rounded down. The last bit of the way needs one as well: round up.",
            (_changed(needed=lambda distance, rate: max(math.floor(distance / rate), 1)),),
        ),
        Variant(
            "k is too small by 1: the next one still arrives. To arrive just so is to arrive: rate times hyper-steps "
            ">= distance.",
            (_changed(every=lambda n_steps, needed: max(n_steps // needed - 1, 0)), _beyond),
        ),
        Variant(
            "k is too large by 1: with that one the hyper-steps are too few. Take the last k that arrives, and not the "
            "first that does not.",
            (_changed(every=lambda n_steps, needed: n_steps // needed + 1), _first_too_large),
        ),
        Variant(
            "that is the number of hyper-steps, and k is what lies between them: many hyper-steps are a small k.",
            (_changed(every=lambda n_steps, needed: needed),),
        ),
        Variant(
            "k is 1: it arrives, and costs most. Asked for is the largest k that still arrives.",
            (
                _changed(every=lambda n_steps, needed: 1),
                _changed(every=lambda n_steps, needed: int(n_steps >= needed)),
            ),
        ),
        Variant(
            "rate / distance is upside down: distance / rate hyper-steps are needed.",
            (_changed(needed=lambda distance, rate: max(math.ceil(rate / distance), 1)),),
        ),
        Variant(
            "where even k = 1 does not arrive, there is no k: return (0, 0). One would begin elsewhere, or with a "
            "larger rate.",
            (_changed(least=1),),
        ),
        Variant(
            "the overhead was not divided by k. Only every k-th step pays for a hyper-step.",
            (_changed(share=lambda cost, k: cost),),
        ),
        Variant(
            "the overhead was multiplied with k. A large k means few hyper-steps, so it is cheap.",
            (_changed(share=lambda cost, k: cost * k),),
        ),
        Variant(
            "the overhead is the share of all the time. It is asked for in units of the plain training: cost / k.",
            (_changed(share=lambda cost, k: cost / (k + cost)),),
        ),
        Variant(
            "the overhead has the plain training in it. Asked for is what comes on top: cost / k.",
            (_changed(share=lambda cost, k: 1 + cost / k), _changed(share=lambda cost, k: (k - 1 + cost) / k)),
        ),
        Variant(
            "the overhead is in per cent. It is asked for as cost / k.",
            (_changed(share=lambda cost, k: 100 * cost / k),),
        ),
        Variant(
            "both numbers are right, in the other order: (k, overhead).",
            (_then(lambda k, overhead: (overhead, k)),),
        ),
        Variant(
            "only k came back, and two numbers are asked for: return k, overhead.",
            (_then(lambda k, overhead: k),),
        ),
    ),
    remarks=(
        Variant(
            "You counted the hyper-steps one by one, which is exact; cost / k is the same but for the last few steps.",
            (_to_the_step,),
        ),
    ),
    hints=(
        "In 50 epochs of 550 steps, ell has to go from -5.5 to -2.5, by 0.001 at a time. How many hyper-steps is that? "
        "How many steps are there for each?",
        "needed = math.ceil(distance / rate), and k = n_epochs * steps_per_epoch // needed. What if k is 0?",
        "return (k, cost / k) if k > 0 else (0, 0.0)",
    ),
)
