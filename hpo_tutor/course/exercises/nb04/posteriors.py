"""What does a Gaussian process believe at new places, after noisy observations?

k_xx   (n, n)   kernel between the observed places
k_xs   (n, m)   kernel between the observed and the new places
k_ss   (m, m)   kernel between the new places
y      (n,)     observations
noise  ()       standard deviation of an observation around the function
mean   ()       the prior mean

In every case n = m: an answer with k_xs the wrong way round then gives wrong numbers, not an error.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.course.exercises import Exercise, Function, Variant

Array = NDArray[np.float64]
# what students do with a negative variance before they take its root
LEAST: tuple[Callable[[Array], Array], ...] = (lambda v: v, lambda v: np.maximum(v, 0), np.abs)
Diagonal = Callable[[int, float], Array]


def posterior(k_xx: Array, k_xs: Array, k_ss: Array, y: Array, noise: float, mean: float) -> tuple[Array, Array]:
    """Mean and standard deviation (m,) of the function at the new places."""
    return _mean(k_xx, k_xs, y, noise, mean), np.sqrt(_variances(k_xx, k_xs, k_ss, noise))


def _noise(n: int, noise: float) -> Array:
    matrix: Array = noise**2 * np.eye(n)
    return matrix


def _mean(k_xx: Array, k_xs: Array, y: Array, noise: float, mean: float, added: Diagonal = _noise) -> Array:
    expected: Array = mean + k_xs.T @ np.linalg.solve(k_xx + added(len(y), noise), y - mean)
    return expected


def _variances(k_xx: Array, k_xs: Array, k_ss: Array, noise: float, added: Diagonal = _noise) -> Array:
    explained = k_xs.T @ np.linalg.solve(k_xx + added(len(k_xx), noise), k_xs)
    variances: Array = np.maximum(np.diag(k_ss - explained), 0)
    return variances


def _with(added: Diagonal) -> tuple[Function, ...]:
    """Something else is added to k_xx: in both, in the mean or in the std."""
    return (
        lambda k_xx, k_xs, k_ss, y, noise, mean: (
            _mean(k_xx, k_xs, y, noise, mean, added),
            np.sqrt(_variances(k_xx, k_xs, k_ss, noise, added)),
        ),
        lambda k_xx, k_xs, k_ss, y, noise, mean: (
            _mean(k_xx, k_xs, y, noise, mean, added),
            np.sqrt(_variances(k_xx, k_xs, k_ss, noise)),
        ),
        lambda k_xx, k_xs, k_ss, y, noise, mean: (
            _mean(k_xx, k_xs, y, noise, mean),
            np.sqrt(_variances(k_xx, k_xs, k_ss, noise, added)),
        ),
    )


def _right_mean(std: Callable[[Array, Array, Array, float], Array]) -> Function:
    """The right mean beside something else for the standard deviation."""
    return lambda k_xx, k_xs, k_ss, y, noise, mean: (_mean(k_xx, k_xs, y, noise, mean), std(k_xx, k_xs, k_ss, noise))


def _right_std(expected: Callable[[Array, Array, Array, float, float], Array]) -> Function:
    """The right standard deviation beside something else for the mean."""
    return lambda k_xx, k_xs, k_ss, y, noise, mean: (
        expected(k_xx, k_xs, y, noise, mean),
        np.sqrt(_variances(k_xx, k_xs, k_ss, noise)),
    )


def _noise_on_k_xs(
    noise_of: Callable[[float], float], least: Callable[[Array], Array], *, and_on_k_xx: bool, everywhere: bool
) -> Function:
    def function(k_xx: Array, k_xs: Array, k_ss: Array, y: Array, noise: float, mean: float) -> tuple[Array, Array]:
        inner = k_xx + _noise(len(y), noise) * and_on_k_xx
        outer = k_xs + noise_of(noise) * (1 if everywhere else np.eye(len(y)))
        expected = mean + outer.T @ np.linalg.solve(inner, y - mean)
        with np.errstate(invalid="ignore"):  # the root of a negative variance is what students see
            return expected, np.sqrt(least(np.diag(k_ss - outer.T @ np.linalg.solve(inner, outer))))

    return function


def _instead(weights: Callable[[Array], Array], least: Callable[[Array], Array]) -> Function:
    """Something else stands for the inverse of k_xx with its noise; what is done to negative variances differs."""

    def function(k_xx: Array, k_xs: Array, k_ss: Array, y: Array, noise: float, mean: float) -> tuple[Array, Array]:
        weighted = k_xs.T @ weights(k_xx + _noise(len(y), noise))
        with np.errstate(invalid="ignore"):  # the root of a negative variance is what students see
            return mean + weighted @ (y - mean), np.sqrt(least(np.diag(k_ss - weighted @ k_xs)))

    return function


def _covariance(k_xx: Array, k_xs: Array, k_ss: Array, noise: float) -> Array:
    covariance: Array = k_ss - k_xs.T @ np.linalg.solve(k_xx + _noise(len(k_xx), noise), k_xs)
    return covariance


def _case(x: list[float], y: list[float], new: list[float], noise: float, mean: float) -> tuple[object, ...]:
    old, where = np.array(x), np.array(new)

    def kernel(a: Array, b: Array) -> Array:
        rounded: Array = np.exp(-((a[:, None] - b) ** 2) / (2 * 0.3**2)).round(4)
        return rounded

    return kernel(old, old), kernel(old, where), kernel(where, where), np.array(y), noise, mean


EXERCISE = Exercise(
    id="04.3",
    title="the posterior of a Gaussian process",
    level=3,
    truth=posterior,
    cases=(
        _case([0.2, 0.7], [1.0, 0.5], [0.3, 1.0], noise=0.3, mean=0.0),
        _case([0.0, 0.4, 0.9], [2.5, 1.0, 3.0], [0.1, 0.6, 1.4], noise=0.2, mean=2.0),
        _case([0.1, 0.5], [-1.0, 0.4], [0.2, 0.9], noise=0.5, mean=-1.5),
    ),
    mistakes=(
        Variant(
            "the noise is missing: add noise**2 on the diagonal of k_xx, for observations vary more than the function.",
            _with(lambda n, noise: np.zeros((n, n))),
        ),
        Variant(
            "the noise is a standard deviation; its square, a variance, belongs on the diagonal of k_xx.",
            _with(lambda n, noise: noise * np.eye(n)),
        ),
        Variant(
            "the noise was added to every entry of k_xx. The noise of two observations has nothing in common: add it "
            "on the diagonal alone, noise**2 * np.eye(n).",
            (*_with(lambda n, noise: np.full((n, n), noise**2)), *_with(lambda n, noise: np.full((n, n), noise))),
        ),
        Variant(
            "the noise was added to k_xs. That is the covariance of observations with the *function*, and noise has "
            "no part in it; it belongs on the diagonal of k_xx.",
            tuple(
                _noise_on_k_xs(power, least, and_on_k_xx=both, everywhere=everywhere)
                for power in (lambda noise: noise, lambda noise: noise**2)
                for least in LEAST
                for both in (True, False)
                for everywhere in (True, False)
            ),
        ),
        Variant(
            "that is how a new *observation* would vary: its noise is in it. Asked for is the function, so k_ss stays "
            "as it is.",
            (
                _right_mean(
                    lambda k_xx, k_xs, k_ss, noise: np.sqrt(_variances(k_xx, k_xs, k_ss, noise) + noise**2),
                ),
                _right_mean(lambda k_xx, k_xs, k_ss, noise: np.sqrt(_variances(k_xx, k_xs, k_ss, noise) + noise)),
            ),
        ),
        Variant(
            "that is the variance; its square root, the standard deviation, is asked for.",
            (_right_mean(_variances),),
        ),
        Variant(
            "that is the whole covariance matrix. Take its diagonal, and the square root of that.",
            (
                _right_mean(_covariance),
                *(_right_mean(lambda *given, least=least: np.sqrt(least(_covariance(*given)))) for least in LEAST[1:]),
            ),
        ),
        Variant(
            "that is the standard deviation of before: what was observed explains a part of it, k_xs^T (k_xx + "
            "noise^2 I)^-1 k_xs.",
            (_right_mean(lambda k_xx, k_xs, k_ss, noise: np.sqrt(np.diag(k_ss))),),
        ),
        Variant(
            "that is what the observations explain. What is left is asked for: k_ss minus that.",
            (
                _right_mean(
                    lambda k_xx, k_xs, k_ss, noise: np.sqrt(np.diag(k_ss) - _variances(k_xx, k_xs, k_ss, noise)),
                ),
            ),
        ),
        Variant(
            "the prior mean got lost. Weigh the surprises y - mean, and add the mean again at the end.",
            (_right_std(lambda k_xx, k_xs, y, noise, mean: _mean(k_xx, k_xs, y, noise, 0.0)),),
        ),
        Variant(
            "the prior mean was taken off y, but not added again: far from all observations the answer must be the "
            "prior mean.",
            (_right_std(lambda k_xx, k_xs, y, noise, mean: _mean(k_xx, k_xs, y, noise, mean) - mean),),
        ),
        Variant(
            "the prior mean was added, but not taken off y first: an observation that comes out at the prior mean "
            "must change nothing.",
            (_right_std(lambda k_xx, k_xs, y, noise, mean: _mean(k_xx, k_xs, y, noise, 0.0) + mean),),
        ),
        Variant(
            "k_xs stands the wrong way round: its rows are the observed places, its columns the new ones. What was "
            "observed must be summed over, so k_xs.T stands on the left.",
            (
                lambda k_xx, k_xs, k_ss, y, noise, mean: posterior(k_xx, k_xs.T, k_ss, y, noise, mean),
                _right_std(lambda k_xx, k_xs, y, noise, mean: _mean(k_xx, k_xs.T, y, noise, mean)),
                _right_mean(lambda k_xx, k_xs, k_ss, noise: np.sqrt(_variances(k_xx, k_xs.T, k_ss, noise))),
            ),
        ),
        Variant(
            "the matrix was not inverted. The surprises are divided by how much observations vary anyway: "
            "np.linalg.solve(k_xx + noise**2 * np.eye(n), ...).",
            (
                _right_std(
                    lambda k_xx, k_xs, y, noise, mean: mean + k_xs.T @ (k_xx + _noise(len(y), noise)) @ (y - mean),
                ),
                _right_std(lambda k_xx, k_xs, y, noise, mean: mean + k_xs.T @ (y - mean)),
                *(
                    _instead(what, least)
                    for what in (lambda matrix: matrix, lambda m: np.eye(len(m)))
                    for least in LEAST
                ),
            ),
        ),
        Variant(
            "the matrix was inverted entry by entry (1 / ...). The inverse of a matrix is another thing: "
            "np.linalg.inv(...), or better np.linalg.solve(k_xx + noise**2 * np.eye(n), ...).",
            tuple(_instead(lambda matrix: 1 / matrix, least) for least in LEAST),
        ),
        Variant(
            "there is a sign wrong in the variance: an observation can only make it smaller.",
            (
                _right_mean(
                    lambda k_xx, k_xs, k_ss, noise: np.sqrt(2 * np.diag(k_ss) - _variances(k_xx, k_xs, k_ss, noise)),
                ),
            ),
        ),
        Variant(
            "the two came back in the other order: first the mean, then the standard deviation.",
            (lambda *given: posterior(*given)[::-1],),
        ),
        Variant(
            "only one of the two came back: return mean and standard deviation.",
            (lambda *given: posterior(*given)[0], lambda *given: posterior(*given)[1]),
        ),
    ),
    hints=(
        "It is exercise 04.2: a is the function at the new places, b is y. Which block is which kernel matrix, and "
        "what is the covariance matrix of y?",
        "y is the function plus noise, so its covariance is k_xx plus noise**2 on the diagonal. Its covariance with "
        "the function at the new places is k_xs, without noise. Both means are the prior mean.",
        "Solve for k_xs once: w = np.linalg.solve(k_xx + noise**2 * np.eye(n), k_xs). The mean is mean + w.T @ (y - "
        "mean), the variances are the diagonal of k_ss - k_xs.T @ w.",
    ),
)
