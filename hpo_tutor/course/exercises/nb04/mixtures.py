"""How are numbers made that vary together? By mixing numbers that know nothing of each other.

mean         (d,)
covariance   (d, d)
z            (k, d)   independent, with mean 0 and standard deviation 1; a draw in each row

Any matrix A with A A^T = covariance mixes rightly, the Cholesky factor and the symmetric root among them. In every case
z is a row of zeros above the unit matrix, so that the draws are the mean, and below it the mean plus the columns of A.
What is compared is the mean, and A A^T.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.course.exercises import Exercise, Function, Variant

Array = NDArray[np.float64]


def draw(mean: Array, covariance: Array, z: Array) -> Array:
    """Draws (k, d) from the Gaussian with this mean and covariance matrix, one for each row of z."""
    return _mixed(_root)(mean, covariance, z)


def spread(draws: Array) -> tuple[Array, Array]:
    """The mean, and A A^T of the matrix that mixed the draws."""
    draws = np.asarray(draws, dtype=np.float64)
    columns = draws[1:] - draws[0]  # row i is column i of A
    return draws[0], columns.T @ columns


def _mixed(mixing: Callable[[Array], Array]) -> Callable[[Array, Array, Array], Array]:
    """Draws that are mixed by a matrix made from the covariance matrix."""

    def function(mean: Array, covariance: Array, z: Array) -> Array:
        with np.errstate(invalid="ignore"):  # the root of a negative covariance is one of the mistakes
            mixed: Array = mean + z @ mixing(covariance).T
        return mixed

    return function


def _by(*mixings: Callable[[Array], Array]) -> tuple[Function, ...]:
    return tuple(map(_mixed, mixings))


def _root(covariance: Array) -> Array:
    return np.asarray(np.linalg.cholesky(covariance), dtype=np.float64)


def _inverted(matrix: Array) -> Array:
    return np.asarray(np.linalg.inv(matrix), dtype=np.float64)


def _case(mean: list[float], covariance: list[list[float]]) -> tuple[Array, Array, Array]:
    d = len(mean)
    return np.array(mean), np.array(covariance), np.vstack([np.zeros(d), np.eye(d)])


EXERCISE = Exercise(
    id="04.1",
    title="draws from a Gaussian",
    level=1,
    truth=draw,
    cases=(
        _case([0.0, 1.0], [[1.0, 0.7], [0.7, 2.5]]),
        _case([2.0, -1.0], [[4.0, -1.5], [-1.5, 1.0]]),
        _case([0.5, 0.0, 3.0], [[1.0, 0.5, 0.2], [0.5, 2.0, 0.6], [0.2, 0.6, 0.5]]),
    ),
    comparable=spread,
    mistakes=(
        Variant(
            "L stands the wrong way round. A draw as a column is L z; z holds draws in its rows, and then it is "
            "z @ L.T. (With z @ L the covariance is L.T @ L.)",
            _by(lambda s: _root(s).T),
        ),
        Variant(
            "the mean was forgotten: the draws scatter around 0. Add it to every row.",
            (
                lambda mean, covariance, z: z @ _root(covariance).T,
                lambda mean, covariance, z: z @ _root(covariance),
            ),
        ),
        Variant(
            "the covariance matrix itself was used to mix, or its eigenvectors times its eigenvalues; either squares "
            "the variances. What is needed is a matrix L with L @ L.T equal to the covariance matrix: "
            "np.linalg.cholesky returns one.",
            _by(lambda s: s),
        ),
        Variant(
            "that is the root of each entry (np.sqrt), and a negative covariance has none. The root of a *matrix* is "
            "meant: L with L @ L.T equal to the covariance matrix, np.linalg.cholesky.",
            _by(np.sqrt, lambda s: np.sqrt(np.abs(s)), lambda s: np.nan_to_num(np.sqrt(s))),
        ),
        Variant(
            "each number was scaled on its own, so that none of them knows the others: the covariances got lost. Mix "
            "the columns of z by the Cholesky factor of the whole matrix.",
            _by(
                lambda s: np.diag(np.sqrt(np.diag(s))),
                lambda s: np.diag(np.diag(s)),
                lambda s: np.diag(np.diag(_root(s))),
            ),
        ),
        Variant(
            "the inverse was used: the draws have the inverse of the covariance matrix. Mix by its Cholesky factor "
            "itself.",
            _by(
                lambda s: _root(_inverted(s)),
                lambda s: _inverted(_root(s)),
                lambda s: _inverted(_root(s)).T,
            ),
        ),
        Variant(
            "the draws stand in columns. z has a draw in each row, and so must the answer: L @ z.T, transposed.",
            (lambda mean, covariance, z: draw(mean, covariance, z).T,),
        ),
    ),
    hints=(
        "Independent numbers become dependent when they are mixed: each new number is a sum of several old ones. "
        "Which matrix of weights gives the covariance that is asked for?",
        "L = np.linalg.cholesky(covariance) has L @ L.T equal to the covariance matrix. For a column z a draw is "
        "mean + L @ z; here the draws are rows.",
        "(L @ z).T is z.T @ L.T, so with rows it is z @ L.T. Then add the mean.",
    ),
)
