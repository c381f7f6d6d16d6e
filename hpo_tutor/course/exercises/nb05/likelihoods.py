"""How likely were just these observations, if the prior is right?

prior   (n, n)  covariance of the function's values at the n places, K in the formula: without noise
y       (n,)    observations, the prior mean subtracted
noise   ()      standard deviation of an observation around the function
c       (n, n)  covariance of the observations, C = K + noise^2 I

Rasmussen & Williams (2006), Gaussian Processes for Machine Learning, equation 2.30. The last case has so many places
that the determinant of C is 0 in floating point: its logarithm must be taken otherwise.
"""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.course.exercises import Exercise, Function, Variant

Array = NDArray[np.float64]


def log_likelihood(prior: Array, y: Array, noise: float) -> float:
    """The log marginal likelihood ln p(y), in nats."""
    return _sum(prior, y, noise)


def _sum(prior: Array, y: Array, noise: float, fit: float = -0.5, room: float = -0.5, constant: float = -0.5) -> float:
    """The three terms, each with its factor."""
    return _of(prior + noise**2 * np.eye(len(y)), y, fit, room, constant)


def _of(c: Array, y: Array, fit: float = -0.5, room: float = -0.5, constant: float = -0.5) -> float:
    ln_2_pi = len(y) * math.log(2 * math.pi)
    return float(fit * (y @ np.linalg.solve(c, y)) + room * np.linalg.slogdet(c)[1] + constant * ln_2_pi)


def _factors(**factors: float) -> tuple[Function, ...]:
    """The sum with other factors, with the constant term and without it."""
    return (
        lambda prior, y, noise: _sum(prior, y, noise, **factors),
        lambda prior, y, noise: _sum(prior, y, noise, **{**factors, "constant": 0.0}),
    )


def _with(covariance: Callable[[Array, float], Array]) -> tuple[Function, ...]:
    """The formula with another covariance of the observations, with the constant term and without it."""
    return (
        lambda prior, y, noise: _of(covariance(prior, noise), y),
        lambda prior, y, noise: _of(covariance(prior, noise), y, constant=0.0),
    )


def _residuals(prior: Array, y: Array, noise: float) -> Array:
    """What is left of the observations when the posterior mean is taken off."""
    return np.asarray(y - prior @ np.linalg.solve(prior + noise**2 * np.eye(len(y)), y))


def _by_determinant(factor: float, constant: float) -> Function:
    """The formula with np.log(np.linalg.det(C)), which is minus infinity where the determinant underflows."""

    def function(prior: Array, y: Array, noise: float) -> float:
        c = prior + noise**2 * np.eye(len(y))
        with np.errstate(divide="ignore", under="ignore"):
            room = np.log(np.linalg.det(c))
        return float(-0.5 * y @ np.linalg.solve(c, y) + factor * room + constant * len(y) * math.log(2 * math.pi))

    return function


def _density_by_determinant(prior: Array, y: Array, noise: float) -> float:
    """The density itself, which is infinite where the determinant underflows."""
    c = prior + noise**2 * np.eye(len(y))
    with np.errstate(divide="ignore", under="ignore"):
        return float(np.exp(-0.5 * y @ np.linalg.solve(c, y)) / np.sqrt(np.linalg.det(2 * np.pi * c)))


def _rbf(x: Array, length_scale: float, amplitude: float) -> Array:
    apart = (x[:, None] - x) / length_scale
    return np.asarray(amplitude**2 * np.exp(-0.5 * apart**2))


_three, _line = np.array([0.1, 0.2, 0.7]), np.linspace(0, 1, 150)
_rough = 1e-4 * np.exp(-5 * np.abs(_line[:, None] - _line))  # Matérn 1/2, far from singular without its noise, too

EXERCISE = Exercise(
    id="05.3",
    title="the log marginal likelihood",
    level=3,
    truth=log_likelihood,
    cases=(
        (np.array([[1.0, 0.5], [0.5, 1.0]]), np.array([0.3, -0.8]), 0.5),
        (_rbf(_three, 0.3, 1.2), np.array([0.4, 0.9, -1.1]), 0.2),
        (_rbf(_three, 0.1, 0.7), np.array([0.4, 0.9, -1.1]), 1.5),
        (_rough, 0.01 * np.sin(9 * _line), 0.005),
    ),
    mistakes=(
        Variant(
            "the sign of the log-determinant. The density of a Gaussian is divided by the root of the determinant, so "
            "its logarithm is subtracted: a kernel that allows more functions gives less to each.",
            (*_factors(room=0.5), *(_by_determinant(0.5, constant) for constant in (-0.5, 0.0))),
        ),
        Variant(
            "a factor 1/2 is missing: it stands before y C⁻¹ y, before ln det C and before n ln 2π.",
            (
                *(_factors(fit=-1.0) + _factors(room=-1.0) + _factors(fit=-1.0, room=-1.0)),
                lambda prior, y, noise: _sum(prior, y, noise, constant=-1.0),
                lambda prior, y, noise: _sum(prior, y, noise, -1.0, -1.0, -1.0),
                *(_by_determinant(-1.0, constant) for constant in (-0.5, 0.0)),
            ),
        ),
        Variant(
            "that is the training error: how far the posterior mean lies from the data. A mean that follows every dot "
            "wins, luck included. The likelihood asks what the prior, which has not seen them, expected: y C⁻¹ y and "
            "ln det C.",
            (
                lambda prior, y, noise: np.mean(_residuals(prior, y, noise) ** 2),
                lambda prior, y, noise: np.sqrt(np.mean(_residuals(prior, y, noise) ** 2)),
                lambda prior, y, noise: np.sum(_residuals(prior, y, noise) ** 2),
                lambda prior, y, noise: -0.5 * np.sum(_residuals(prior, y, noise) ** 2),
                lambda prior, y, noise: -0.5 * np.sum(_residuals(prior, y, noise) ** 2) / noise**2,
                lambda prior, y, noise: -np.mean(_residuals(prior, y, noise) ** 2),
            ),
        ),
        Variant(
            "the determinant of many observations is so small that the computer takes it for 0, and its logarithm for "
            "minus infinity. np.linalg.slogdet(c)[1] gives the logarithm directly.",
            tuple(_by_determinant(-0.5, constant) for constant in (-0.5, 0.0)),
        ),
        Variant(
            "the log-determinant came in half. If L is the Cholesky factor of C, the logarithms of its diagonal add up "
            "to 1/2 ln det C already: subtract their sum as it is.",
            _factors(room=-0.25),
        ),
        Variant(
            "the noise was left out. Observations have the covariance K + noise² I.",
            _with(lambda prior, noise: prior),
        ),
        Variant(
            "the noise is a standard deviation: its square belongs on the diagonal.",
            _with(lambda prior, noise: prior + noise * np.eye(len(prior))),
        ),
        Variant(
            "the noise was added to every entry. It is independent from one observation to the next, so it belongs on "
            "the diagonal alone: noise² I, in numpy noise**2 * np.eye(n).",
            _with(lambda prior, noise: prior + noise**2),
        ),
        Variant(
            "the noise was taken off. It makes observations vary more: K + noise² I.",
            _with(lambda prior, noise: prior - noise**2 * np.eye(len(prior))),
        ),
        Variant(
            "the log-determinant is missing: this is the fit alone, which a kernel that allows everything wins.",
            _factors(room=0.0),
        ),
        Variant(
            "the fit is missing: without -1/2 y C⁻¹ y the data do not come in.",
            _factors(fit=0.0),
        ),
        Variant(
            "the sign of the fit. The better y agrees with what was expected, the smaller y C⁻¹ y: it is subtracted.",
            _factors(fit=0.5),
        ),
        Variant(
            "that is minus the log likelihood.",
            _factors(fit=0.5, room=0.5, constant=0.5),
        ),
        Variant(
            "the sign of the constant: n/2 ln 2π is subtracted.",
            (lambda prior, y, noise: _sum(prior, y, noise, constant=0.5),),
        ),
        Variant(
            "ln 2π came in once. Each of the n observations brings 1/2 ln 2π.",
            (lambda prior, y, noise: _sum(prior, y, noise, constant=-0.5 / len(y)),),
        ),
        Variant(
            "the covariance was not inverted: the fit is y C⁻¹ y (np.linalg.solve(c, y) gives C⁻¹ y).",
            tuple(
                lambda prior, y, noise, constant=constant: (
                    -0.5 * y @ (prior + noise**2 * np.eye(len(y))) @ y
                    + _sum(prior, y, noise, fit=0.0, constant=constant)
                )
                for constant in (-0.5, 0.0)
            ),
        ),
        Variant(
            "that is the likelihood itself. With many observations it is too small, or too large, for a computer: "
            "return its logarithm.",
            (
                lambda prior, y, noise: math.exp(min(_sum(prior, y, noise), 700)),
                _density_by_determinant,
            ),
        ),
    ),
    remarks=(
        Variant(
            "The constant n/2 ln 2π is missing. It is the same for every kernel, so the choice does not change; only "
            "the number is no longer ln p(y).",
            (lambda prior, y, noise: _sum(prior, y, noise, constant=0.0),),
        ),
    ),
    hints=(
        "Build the covariance of the observations first, c = prior + noise**2 * np.eye(len(y)). "
        "Then there are three terms.",
        "C⁻¹ y is np.linalg.solve(c, y), and ln det C is np.linalg.slogdet(c)[1]. The determinant itself may be too "
        "small for a computer.",
        "Return -0.5 * y @ np.linalg.solve(c, y) - 0.5 * np.linalg.slogdet(c)[1] - 0.5 * len(y) * np.log(2 * np.pi).",
    ),
)
