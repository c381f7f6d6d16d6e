"""Which candidates does Thompson sampling choose for a batch?

mean         (m,)     of the loss at m candidates
covariance   (m, m)   how the losses of the candidates hang together
n            ()       choices, each from a draw of its own

What comes out is chance, and no two right answers are equal: they are compared by how often they choose the first and
the last candidate, ``share``, told to the fifth. In the cases these shares lie far from the borders between fifths for
the truth and for every mistake, more than six of their standard errors, so that luck decides nothing. All candidates
but one move together: that is what tells a joint draw from independent ones.
"""

import math
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.course.exercises import Exercise, Function, Variant

Array = NDArray[np.float64]

N, M = 4000, 9
SINGLE, ALIKE, VALUES, CURVES = -1, -2, -3, -4  # what takes the place of shares where an answer has another form


def thompson(mean: Array, covariance: Array, n: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """Numbers of n candidates, shape (n,), each the lowest of a joint draw of its own."""
    return np.asarray(_drawn(mean, covariance, n, rng).argmin(axis=1))


def _drawn(mean: Array, covariance: Array, n: int, rng: np.random.Generator) -> Array:
    return mean + deepcopy(rng).normal(size=(n, len(mean))) @ np.linalg.cholesky(covariance).T


def _marginals(spread: Callable[[Array], Array]) -> Function:
    """Every candidate drawn by itself."""

    def function(mean: Array, covariance: Array, n: int, rng: np.random.Generator) -> Array:
        noise = deepcopy(rng).normal(size=(n, len(mean)))
        return np.asarray(np.argmin(mean + spread(np.diag(covariance)) * noise, axis=1))

    return function


def _transposed(mean: Array, covariance: Array, n: int, rng: np.random.Generator) -> Array:
    noise = deepcopy(rng).normal(size=(n, len(mean)))
    return np.asarray((mean + noise @ np.linalg.cholesky(covariance)).argmin(axis=1))


def comparable(answer: Any) -> Array:
    """The shares of the first and the last candidate, each told to the fifth; or which other form the answer has.

    Raises:
        ValueError: it is nothing of all this.
    """
    given = np.asarray(answer, dtype=np.float64)
    given = given[:, 0] if given.shape == (N, 1) else given
    if given.size == 1:
        return np.array([SINGLE])
    if given.shape in ((N, M), (M, N)):
        return np.array([CURVES])
    if given.shape != (N,):
        raise ValueError(f"choices have shape ({N},), got {given.shape}")
    if len(np.unique(given)) > N / 2:
        return np.array([VALUES])
    if np.ptp(given) == 0:
        return np.array([ALIKE])
    if not np.isin(given, range(M)).all():
        raise ValueError(f"choices are numbers of candidates, 0 to {M - 1}")
    shares = [float(np.mean(given == number)) for number in (0, M - 1)]
    return np.array([math.floor(5 * share) for share in shares])


def _together_but(lone: int, scale: float) -> Array:
    """A covariance: all candidates move together, but for one, which has nothing to do with them."""
    alike: Array = np.full((M, M), 0.999)
    alike[lone], alike[:, lone] = 0, 0
    np.fill_diagonal(alike, 1)
    return np.asarray(scale**2 * alike)


_lower = np.where(np.arange(M) == 0, 0.2583, 1.0)  # by 0.7417 standard deviations: chosen in 70 % of joint draws

EXERCISE = Exercise(
    id="06.3",
    title="a batch by Thompson sampling (compared by how often each candidate is chosen)",
    level=3,
    truth=thompson,
    cases=(
        (np.full(M, 1.0), _together_but(M - 1, 1.0), N, np.random.default_rng(1)),
        (_lower, _together_but(0, 1.0), N, np.random.default_rng(2)),
        (0.4 * _lower, _together_but(0, 0.4), N, np.random.default_rng(3)),
    ),
    mistakes=(
        Variant(
            "every candidate was drawn on its own. Neighbours have similar losses, and only a joint draw knows: it "
            "needs the whole covariance, not its diagonal.",
            (_marginals(np.sqrt), _marginals(lambda variance: variance)),
        ),
        Variant(
            "the highest point of each draw was chosen. Losses are minimised: take the lowest.",
            (lambda mean, covariance, n, rng: _drawn(mean, covariance, n, rng).argmax(axis=1),),
        ),
        Variant(
            "the mean was left out. The draws lie around it, not around zero.",
            (lambda mean, covariance, n, rng: _drawn(0 * mean, covariance, n, rng).argmin(axis=1),),
        ),
        Variant(
            "the Cholesky factor L was applied the wrong way round. For rows of independent numbers z, the draws are "
            "mean + z @ L.T, since their covariance must be L L^T.",
            (_transposed,),
        ),
        Variant(
            "all choices are the same. Each of the n needs a draw of its own.",
            (
                lambda mean, covariance, n, rng: np.full(n, thompson(mean, covariance, 1, rng)[0]),
                lambda mean, covariance, n, rng: np.full(n, np.argmin(mean)),
            ),
        ),
        Variant(
            "only one number came back. Asked for are n choices, each from a draw of its own.",
            (lambda mean, covariance, n, rng: int(thompson(mean, covariance, 1, rng)[0]),),
        ),
        Variant(
            "these are the lowest values of the draws. Asked for are the numbers of the candidates that have them: "
            "np.argmin, not np.min.",
            (lambda mean, covariance, n, rng: _drawn(mean, covariance, n, rng).min(axis=1),),
        ),
        Variant(
            "these are the draws themselves. Which candidate is the lowest of each? np.argmin(..., axis=1).",
            (_drawn, lambda mean, covariance, n, rng: _drawn(mean, covariance, n, rng).T),
        ),
    ),
    hints=(
        "Imagine n possible curves through the candidates. Where is each of them lowest?",
        "rng.multivariate_normal(mean, covariance, size=n) draws n of them at once, a row each.",
        "Return the argmin of each row, axis=1.",
    ),
    comparable=comparable,
)
