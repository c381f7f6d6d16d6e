"""Is a hypergradient right? Ask the loss itself: a central difference is slow, and knows no formula.

loss_after_step  function of ell: the loss C2 after one training step with the penalty 10^ell; everything else is fixed
claimed          slope of that function at ell, as some formula has it
h                half of the distance between the two places that are compared, in units of ell

    ratio = claimed / [(loss_after_step(ell + h) - loss_after_step(ell - h)) / 2h]
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.course.exercises import Exercise, Function, Variant, in_short

Array = NDArray[np.float64]
Loss = Callable[[float], float]
Slope = Callable[[Loss, float, float], float]  # loss, ell and h -> slope


def ratio(claimed: float, loss_after_step: Loss, ell: float, h: float) -> float:
    """How many times too large the claim is; 1 where it is right."""
    return claimed / _central(loss_after_step, ell, h)


@dataclass(frozen=True, repr=False)
class AfterStep:
    """C2, a quadratic function of the weights, after one step; its text is the code that makes it.

    Attributes:
        unpenalised: (n,) how far the weights would be from C2's minimum after a step without penalty.
        pull: (n,) what a penalty of 1 takes off them in the step, eta * theta.
    """

    unpenalised: Array
    pull: Array

    def __call__(self, ell: float) -> float:
        """The loss after the step with penalty 10^ell."""
        return float(0.5 * np.sum((self.unpenalised - 10**ell * self.pull) ** 2))

    def slope(self, ell: float) -> float:
        """Its derivative with respect to ell, by hand."""
        return float(-math.log(10) * 10**ell * ((self.unpenalised - 10**ell * self.pull) @ self.pull))

    def __repr__(self) -> str:
        far, pull = (f"np.array({in_short(one)})" for one in (self.unpenalised, self.pull))
        return f"lambda ell: 0.5 * np.sum(({far} - 10**ell * {pull}) ** 2)"


def _central(loss: Loss, ell: float, h: float) -> float:
    return (loss(ell + h) - loss(ell - h)) / (2 * h)


def _along_lambda(loss: Loss, ell: float, h: float) -> float:
    penalty = 10**ell
    return (loss(math.log10(penalty + h)) - loss(math.log10(penalty - h))) / (2 * h)


def _by(slope: Slope) -> Function:
    """Right but for the slope."""
    return lambda claimed, loss_after_step, ell, h: claimed / slope(loss_after_step, ell, h)


def claimed_slope(rng: np.random.Generator, known: bool = False) -> tuple[float, AfterStep, float, float]:
    """A case: the claim is source 002's where ``known``, or else one that is off by any factor."""
    while True:
        loss = AfterStep(rng.normal(0, 1, 3).round(2), rng.normal(0, 1, 3).round(2))
        ell = round(float(rng.uniform(-1.2, -0.3)), 2)
        h = round(float(rng.uniform(0.1, 0.4)) * 10**ell, 4)  # so that a step in lambda would have somewhere to go
        if abs(loss.slope(ell)) > 0.05 and _differ_clearly(loss, ell, h):
            factor = 1 / (math.log(10) * 10**ell) if known else float(rng.uniform(0.3, 3))
            return factor * loss.slope(ell), loss, ell, h


def _differ_clearly(loss: Loss, ell: float, h: float) -> bool:
    """Whether the wrong slopes are not as good as the right one here."""
    here, right = loss(ell), _central(loss, ell, h)
    ahead = (loss(ell + h) - here) / h
    return abs(ahead - right) > 0.01 * abs(right) < abs(_along_lambda(loss, ell, h))


# seeds with which every mistake differs from the truth, and from each other
SEEDS = (0, 1, 2)

EXERCISE = Exercise(
    id="18.2",
    title="a check of a slope",
    level=2,
    truth=ratio,
    cases=(
        (-0.659, AfterStep(np.array([1.0, -0.5]), np.array([0.5, -0.4])), -1.0, 0.01),
        (0.4, AfterStep(np.array([0.8, 0.3]), np.array([0.6, -0.2])), -0.8, 0.02),  # of the wrong sign
        *(claimed_slope(np.random.default_rng(seed), known=seed == 0) for seed in SEEDS),
    ),
    mistakes=(
        Variant(
            "that is a one-sided difference: the place itself is one of its two ends. Its error shrinks with h, that "
            "of a central difference with h * h: compare ell + h with ell - h.",
            (
                _by(lambda loss, ell, h: (loss(ell + h) - loss(ell)) / h),
                _by(lambda loss, ell, h: (loss(ell) - loss(ell - h)) / h),
            ),
        ),
        Variant(
            "the difference was divided by h. From ell - h to ell + h it is 2 * h.",
            (_by(lambda loss, ell, h: (loss(ell + h) - loss(ell - h)) / h),),
        ),
        Variant(
            "a one-sided difference was divided by 2 * h. It is either (loss(ell + h) - loss(ell - h)) / (2 * h) or, "
            "less exact, (loss(ell + h) - loss(ell)) / h.",
            (
                _by(lambda loss, ell, h: (loss(ell + h) - loss(ell)) / (2 * h)),
                _by(lambda loss, ell, h: (loss(ell) - loss(ell - h)) / (2 * h)),
            ),
        ),
        Variant(
            "brackets are missing: ... / 2 * h divides by 2 and multiplies by h. Write / (2 * h).",
            (_by(lambda loss, ell, h: (loss(ell + h) - loss(ell - h)) / 2 * h),),
        ),
        Variant(
            "claim / difference / (2 * h) divides twice. The distance divides the difference: claim / (difference / "
            "(2 * h)).",
            (_by(lambda loss, ell, h: (loss(ell + h) - loss(ell - h)) * (2 * h)),),
        ),
        Variant(
            "the h that was handed in was not used. With one of your own the slope is nearly the same, and so the "
            "ratio; but whoever calls the function chooses h.",
            (_by(lambda loss, ell, h: _central(loss, ell, 1e-4)),),
        ),
        Variant(
            "abs takes the sign away. A claim of the wrong sign walks uphill, and its ratio is negative: that is the "
            "first thing that a check should show.",
            (
                lambda claimed, loss_after_step, ell, h: abs(claimed / _central(loss_after_step, ell, h)),
                lambda claimed, loss_after_step, ell, h: claimed / abs(_central(loss_after_step, ell, h)),
                lambda claimed, loss_after_step, ell, h: abs(claimed) / _central(loss_after_step, ell, h),
            ),
        ),
        Variant(
            "the ratio is upside down: the claim is divided by the slope that was measured.",
            (lambda claimed, loss_after_step, ell, h: _central(loss_after_step, ell, h) / claimed,),
        ),
        Variant(
            "the step was taken in lambda and not in ell. Along lambda, the formula without ln(10) * 10**ell is right: "
            "this check would let it pass.",
            (_by(_along_lambda),),
        ),
        Variant(
            "the penalty 10**ell was handed in. loss_after_step takes ell itself.",
            (_by(lambda loss, ell, h: (loss(10 ** (ell + h)) - loss(10 ** (ell - h))) / (2 * h)),),
        ),
        Variant(
            "the sign is turned round: it is the loss at ell + h, less the loss at ell - h.",
            (_by(lambda loss, ell, h: (loss(ell - h) - loss(ell + h)) / (2 * h)),),
        ),
        Variant(
            "the difference was not divided by the distance, 2 * h.",
            (_by(lambda loss, ell, h: loss(ell + h) - loss(ell - h)),),
        ),
        Variant(
            "the claim was divided by a loss. Divide it by the slope of the loss.",
            (_by(lambda loss, ell, h: loss(ell)),),
        ),
        Variant(
            "the measured slope itself came back. Asked for is the claim divided by it.",
            (lambda claimed, loss_after_step, ell, h: _central(loss_after_step, ell, h),),
        ),
        Variant(
            "the difference between claim and slope came back, and not their ratio. A difference of 0.001 may be a lot "
            "or nothing; a ratio of 1 is right whatever the slope.",
            (
                lambda claimed, loss_after_step, ell, h: claimed - _central(loss_after_step, ell, h),
                lambda claimed, loss_after_step, ell, h: _central(loss_after_step, ell, h) - claimed,
            ),
        ),
        Variant(
            "1 was taken off. The ratio itself is asked for: 1 where the claim is right.",
            (
                lambda claimed, loss_after_step, ell, h: claimed / _central(loss_after_step, ell, h) - 1,
                lambda claimed, loss_after_step, ell, h: abs(claimed / _central(loss_after_step, ell, h) - 1),
            ),
        ),
    ),
    hints=(
        "The slope of a function, without a formula: ask it a little to the right of ell and a little to the left. How "
        "far apart are the two places?",
        "slope = (loss_after_step(ell + h) - loss_after_step(ell - h)) / (2 * h). How many times as large is the "
        "claim?",
        "return claimed / ((loss_after_step(ell + h) - loss_after_step(ell - h)) / (2 * h))",
    ),
)
