"""Which way should the penalty move? The hypergradient of one training step, with respect to ell = log10(lambda).

theta     (n,)  weights before the step
moved     (n,)  weights after it: moved = theta - eta (dC1/dtheta + lambda theta)
gradient        function of weights: the gradient (n,) of the loss C2 of a T2 batch, without penalty
eta             learning rate of the weights
ell             log10 of the penalty: lambda = 10^ell

    dC2/d ell = gradient(moved) . d moved / d ell = -eta ln(10) 10^ell (gradient(moved) . theta)

Luketina, Berglund, Greff & Raiko (2016), arXiv 1511.06727.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hpo_tutor.course.exercises import Exercise, Function, Variant, in_short

Array = NDArray[np.float64]
Gradient = Callable[[Array], Array]
Factor = Callable[[float, float], float]  # eta and ell -> what stands before the product
Side = Callable[[Gradient, Array, Array, float], Array]  # gradient, theta, moved and ell -> a side of the product


def l2_hypergradient(gradient: Gradient, theta: ArrayLike, moved: ArrayLike, eta: float, ell: float) -> float:
    """The slope of C2 after one step, along ell."""
    return float(_product(gradient, theta, moved, eta, ell))


@dataclass(frozen=True, repr=False)
class Bowl:
    """The gradient of a loss that is a quadratic function of the weights; its text is the code that makes it."""

    matrix: Array
    offset: Array

    def __call__(self, theta: Array) -> Array:
        """The gradient (n,) at these weights."""
        return np.asarray(self.matrix @ np.asarray(theta, dtype=float) - self.offset)

    def __repr__(self) -> str:
        return f"lambda w: np.array({in_short(self.matrix)}) @ w - np.array({in_short(self.offset)})"


def _at_the_new(gradient: Gradient, theta: Array, moved: Array, ell: float) -> Array:
    return gradient(moved)


def _old_weights(gradient: Gradient, theta: Array, moved: Array, ell: float) -> Array:
    return theta


def _right_factor(eta: float, ell: float) -> float:
    return -eta * math.log(10) * 10**ell


def _product(
    gradient: Gradient,
    theta: ArrayLike,
    moved: ArrayLike,
    eta: float,
    ell: float,
    *,
    left: Side = _at_the_new,
    right: Side = _old_weights,
    factor: Factor = _right_factor,
    together: Callable[[Array, Array], Any] = np.dot,
) -> Any:
    """The right slope with one of its parts changed."""
    old, new = np.asarray(theta, dtype=float), np.asarray(moved, dtype=float)
    sides = left(gradient, old, new, ell), right(gradient, old, new, ell)
    return factor(eta, ell) * together(*sides)


def _changed(**changes: Any) -> Function:
    return lambda gradient, theta, moved, eta, ell: _product(gradient, theta, moved, eta, ell, **changes)


def _factors(*factors: Factor) -> tuple[Function, ...]:
    return tuple(_changed(factor=factor) for factor in factors)


def step(rng: np.random.Generator) -> tuple[Bowl, Array, Array, float, float]:
    """A case: three weights before and after a step that was far enough to matter."""
    while True:
        root = rng.normal(size=(3, 3))
        gradient = Bowl((root @ root.T + np.eye(3)).round(1), rng.normal(size=3).round(1))
        theta, eta = rng.normal(0, 2, 3).round(2), round(float(rng.uniform(0.05, 0.5)), 2)
        moved, ell = (theta - eta * rng.normal(0, 2, 3)).round(2), round(float(rng.uniform(-2.5, -0.5)), 2)
        if abs(l2_hypergradient(gradient, theta, moved, eta, ell)) > 1e-3:  # or else nothing could be told apart
            return gradient, theta, moved, eta, ell


# seeds with which every mistake differs from the truth, and from each other
SEEDS = (0, 1, 2)

EXERCISE = Exercise(
    id="18.1",
    title="the hypergradient of the penalty",
    level=2,
    truth=l2_hypergradient,
    cases=(
        (Bowl(np.eye(2), np.array([1.0, 0.0])), np.array([2.0, 1.0]), np.array([1.5, 0.5]), 0.1, -1.0),
        *(step(np.random.default_rng(seed)) for seed in SEEDS),
    ),
    mistakes=(
        Variant(
            "the learning rate eta is missing. The penalty moves the weights by eta * lambda * theta, so its effect is "
            "as small as the step.",
            _factors(lambda eta, ell: -math.log(10) * 10**ell, lambda eta, ell: math.log(10) * 10**ell),
        ),
        Variant(
            "the minus is missing. The step goes against the gradient: a larger penalty takes more off the weights.",
            _factors(lambda eta, ell: -_right_factor(eta, ell)),
        ),
        Variant(
            "both ln(10) and 10**ell are missing. That is the slope along lambda itself, -eta * g . theta, and what "
            "a published program took for the slope along ell. The derivative of 10**ell is ln(10) * 10**ell.",
            _factors(lambda eta, ell: -eta, lambda eta, ell: eta),
        ),
        Variant(
            "ln(10) is missing: the derivative of 10**ell is ln(10) * 10**ell. Only e**x is its own derivative.",
            _factors(lambda eta, ell: -eta * 10**ell, lambda eta, ell: eta * 10**ell),
        ),
        Variant(
            "10**ell is missing: the derivative of 10**ell is ln(10) * 10**ell, and the second factor is not 1 but "
            "lambda.",
            _factors(lambda eta, ell: -eta * math.log(10), lambda eta, ell: eta * math.log(10)),
        ),
        Variant(
            "ell stands where 10**ell belongs: the penalty is 10**ell.",
            _factors(lambda eta, ell: -eta * math.log(10) * ell, lambda eta, ell: -eta * ell),
        ),
        Variant(
            "the penalty was taken for e**ell. ell is a logarithm to base 10.",
            _factors(lambda eta, ell: -eta * math.exp(ell), lambda eta, ell: -eta * math.log(10) * math.exp(ell)),
        ),
        Variant(
            "ell * x**(ell - 1) is the rule for a power of x. Here ell is the exponent: the derivative of 10**ell is "
            "ln(10) * 10**ell.",
            _factors(lambda eta, ell: -eta * ell * 10 ** (ell - 1), lambda eta, ell: eta * ell * 10 ** (ell - 1)),
        ),
        Variant(
            "there is a factor of 2 too many. The penalty is lambda / 2 * theta^2, so that its gradient is "
            "lambda * theta.",
            _factors(lambda eta, ell: 2 * _right_factor(eta, ell)),
        ),
        Variant(
            "that is half of it. The 1/2 of lambda / 2 * theta^2 has gone into its gradient, lambda * theta.",
            _factors(lambda eta, ell: _right_factor(eta, ell) / 2),
        ),
        Variant(
            "the penalty was added to the gradient of C2. T2 asks how good the weights are, and a penalty is no part "
            "of that: g is the gradient of the plain loss.",
            (
                _changed(left=lambda gradient, theta, moved, ell: gradient(moved) + 10**ell * moved),
                _changed(left=lambda gradient, theta, moved, ell: gradient(moved) + 10**ell * theta),
            ),
        ),
        Variant(
            "g was taken at the old weights. C2 is asked after the step: gradient(moved).",
            (_changed(left=lambda gradient, theta, moved, ell: gradient(theta)),),
        ),
        Variant(
            "g was multiplied with the new weights. The penalty's part of the step is lambda * theta, of the weights "
            "before it.",
            (_changed(right=lambda gradient, theta, moved, ell: moved),),
        ),
        Variant(
            "the two sets of weights are exchanged: g is taken at the new ones, and multiplied with the old ones.",
            (
                _changed(
                    left=lambda gradient, theta, moved, ell: gradient(theta),
                    right=lambda gradient, theta, moved, ell: moved,
                ),
            ),
        ),
        Variant(
            "weights stand where a gradient belongs. One factor of the product is the gradient of C2, which says what "
            "C2 thinks of a move; the other is the weights, which say where the penalty moves them.",
            (
                _changed(left=_old_weights),
                _changed(left=lambda gradient, theta, moved, ell: moved),
                _changed(
                    left=lambda gradient, theta, moved, ell: moved, right=lambda gradient, theta, moved, ell: moved
                ),
            ),
        ),
        Variant(
            "a gradient stands where the weights belong. The penalty moves the weights along themselves: the "
            "derivative of lambda * theta with respect to lambda is theta.",
            (
                _changed(right=_at_the_new),
                _changed(
                    left=lambda gradient, theta, moved, ell: gradient(theta),
                    right=lambda gradient, theta, moved, ell: gradient(theta),
                ),
                _changed(right=lambda gradient, theta, moved, ell: gradient(theta)),
            ),
        ),
        Variant(
            "a number for each weight came back. C2 is one number and so is ell: add the products up, g @ theta.",
            (_changed(together=np.multiply),),
        ),
        Variant(
            "the mean of the products came back, and not their sum: g @ theta.",
            (_changed(together=lambda left, right: np.mean(left * right)),),
        ),
    ),
    hints=(
        "Write the step down: moved = theta - eta * (dC1/dtheta + 10**ell * theta). Which part of it holds ell? What "
        "is the derivative of that part with respect to ell?",
        "d moved / d ell = -eta * ln(10) * 10**ell * theta. By the chain rule, C2 changes by its gradient at moved "
        "times that, added up over the weights.",
        "return -eta * np.log(10) * 10**ell * (gradient(moved) @ theta)",
    ),
)
