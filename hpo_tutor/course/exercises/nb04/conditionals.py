"""What is believed of some numbers of a Gaussian once the others are known?

mu_a, mu_b        (p,), (q,)               means of the unknown and of the known numbers
s_aa, s_ab, s_bb   (p, p), (p, q), (q, q)   blocks of the covariance matrix; the fourth is s_ab^T
b              (q,)                     the values that the known numbers turned out to have

All cases have p = q: an answer that takes s_ab^T for s_ab then gives wrong numbers, not an error, and can be told so.
Mean and covariance are wrong or right apart from each other, so most mistakes come with the other half right as well.
"""

from collections.abc import Callable
from itertools import product

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.course.exercises import Exercise, Function, Variant

Array = NDArray[np.float64]
Half = Callable[[Array, Array, Array, Array, Array, Array], Array]


def conditional(mu_a: Array, mu_b: Array, s_aa: Array, s_ab: Array, s_bb: Array, b: Array) -> tuple[Array, Array]:
    """Mean (p,) and covariance (p, p) of the unknown numbers."""
    return _mean(mu_a, mu_b, s_aa, s_ab, s_bb, b), _covariance(mu_a, mu_b, s_aa, s_ab, s_bb, b)


def _mean(mu_a: Array, mu_b: Array, s_aa: Array, s_ab: Array, s_bb: Array, b: Array) -> Array:
    return mu_a + s_ab @ np.linalg.solve(s_bb, b - mu_b)


def _covariance(mu_a: Array, mu_b: Array, s_aa: Array, s_ab: Array, s_bb: Array, b: Array) -> Array:
    return s_aa - s_ab @ np.linalg.solve(s_bb, s_ab.T)


def _weighted(weights: Callable[[Array, Array], Array]) -> tuple[Half, Half]:
    """Mean and covariance where something else, made from s_ab and s_bb, stands for s_ab s_bb^-1."""
    return (
        lambda mu_a, mu_b, s_aa, s_ab, s_bb, b: mu_a + weights(s_ab, s_bb) @ (b - mu_b),
        lambda mu_a, mu_b, s_aa, s_ab, s_bb, b: s_aa - weights(s_ab, s_bb) @ s_ab.T,
    )


def _pairs(means: tuple[Half, ...], covariances: tuple[Half, ...]) -> tuple[Function, ...]:
    """Every mean with every covariance; pairs of which one is right come from passing the right one along."""
    return tuple(_both(mean, covariance) for mean, covariance in product(means, covariances))


def _both(mean: Half, covariance: Half) -> Function:
    return lambda *given: (mean(*given), covariance(*given))


def _either(mean: Half, covariance: Half) -> tuple[Function, ...]:
    """The same mistake in the mean, in the covariance, or in both."""
    return _both(mean, covariance), _both(mean, _covariance), _both(_mean, covariance)


def _other(mu_a: Array, mu_b: Array, s_aa: Array, s_ab: Array, s_bb: Array, b: Array) -> tuple[Array, Array]:
    """The conditional of the other numbers, given that the first had these values."""
    return conditional(mu_b, mu_a, s_bb, s_ab.T, s_aa, b)


_entrywise: Half = lambda mu_a, mu_b, s_aa, s_ab, s_bb, b: mu_a + (s_ab / s_bb) @ (b - mu_b)  # noqa: E731 - a mistake is one line
_no_mu_b: Half = lambda mu_a, mu_b, s_aa, s_ab, s_bb, b: mu_a + s_ab @ np.linalg.solve(s_bb, b)  # noqa: E731 - a mistake is one line
_no_mu_a: Half = lambda mu_a, mu_b, s_aa, s_ab, s_bb, b: s_ab @ np.linalg.solve(s_bb, b - mu_b)  # noqa: E731 - a mistake is one line
_no_mean: Half = lambda mu_a, mu_b, s_aa, s_ab, s_bb, b: s_ab @ np.linalg.solve(s_bb, b)  # noqa: E731 - a mistake is one line

EXERCISE = Exercise(
    id="04.2",
    title="the conditional of a Gaussian",
    level=2,
    truth=conditional,
    cases=(
        (np.array([0.0]), np.array([1.0]), np.array([[1.0]]), np.array([[0.7]]), np.array([[2.5]]), np.array([3.0])),
        (
            np.array([1.0, -1.0]),
            np.array([0.5, 2.0]),
            np.array([[2.0, 0.3], [0.3, 1.5]]),
            np.array([[0.8, 0.2], [-0.4, 0.5]]),
            np.array([[1.2, 0.4], [0.4, 0.9]]),
            np.array([1.5, 1.0]),
        ),
        (
            np.array([0.0, 3.0]),
            np.array([-1.0, 0.5]),
            np.array([[1.0, -0.2], [-0.2, 0.8]]),
            np.array([[0.3, -0.5], [0.1, 0.6]]),
            np.array([[0.7, -0.3], [-0.3, 2.0]]),
            np.array([-2.0, 1.0]),
        ),
    ),
    mistakes=(
        Variant(
            "s_bb was not inverted. The surprise is divided by how much b varies anyway: np.linalg.solve(s_bb, ...).",
            _either(*_weighted(lambda s_ab, s_bb: s_ab @ s_bb)),
        ),
        Variant(
            "s_bb is missing. The surprise must be divided by how much b varies anyway: np.linalg.solve(s_bb, ...).",
            _either(*_weighted(lambda s_ab, s_bb: s_ab)),
        ),
        Variant(
            "s_bb was inverted entry by entry (1 / s_bb). The inverse of a matrix is another thing: "
            "np.linalg.inv(s_bb), or better np.linalg.solve(s_bb, ...).",
            (
                *_either(*_weighted(lambda s_ab, s_bb: s_ab @ (1 / s_bb))),
                *_either(*_weighted(lambda s_ab, s_bb: s_ab / s_bb)),
                _both(_entrywise, lambda mu_a, mu_b, s_aa, s_ab, s_bb, b: s_aa - s_ab**2 / s_bb),
                _both(_mean, lambda mu_a, mu_b, s_aa, s_ab, s_bb, b: s_aa - s_ab**2 / s_bb),
            ),
        ),
        Variant(
            "matrices were multiplied entry by entry (*). Products of matrices are written @.",
            _either(*_weighted(lambda s_ab, s_bb: s_ab * np.linalg.inv(s_bb))),
        ),
        Variant(
            "s_bb^-1 stands on the wrong side. Matrices may not change places: s_ab is on the left, and what it "
            "multiplies is np.linalg.solve(s_bb, ...).",
            _either(*_weighted(lambda s_ab, s_bb: np.linalg.inv(s_bb) @ s_ab)),
        ),
        Variant(
            "b itself was used instead of the surprise b - mu_b. An observation that comes out as expected must "
            "change nothing.",
            _pairs((_no_mu_b,), (_covariance,)),
        ),
        Variant(
            "mu_a is missing: the surprise moves the mean of a away from mu_a, not from 0.",
            _pairs((_no_mu_a,), (_covariance,)),
        ),
        Variant(
            "both means were left out. Start from mu_a, and weigh the surprise b - mu_b.",
            _pairs((_no_mean,), (_covariance,)),
        ),
        Variant(
            "the covariance is that of before, s_aa. What b explains must be taken off: s_ab s_bb^-1 s_ba.",
            _pairs((_mean,), (lambda mu_a, mu_b, s_aa, s_ab, s_bb, b: s_aa,)),
        ),
        Variant(
            "that is the part of the covariance that b explains. What is left is asked for: s_aa minus that part.",
            _pairs((_mean,), (lambda mu_a, mu_b, s_aa, s_ab, s_bb, b: s_ab @ np.linalg.solve(s_bb, s_ab.T),)),
        ),
        Variant(
            "there is a sign wrong in the covariance: an observation can only make it smaller.",
            _pairs(
                (_mean,),
                (
                    lambda mu_a, mu_b, s_aa, s_ab, s_bb, b: s_aa + s_ab @ np.linalg.solve(s_bb, s_ab.T),
                    lambda mu_a, mu_b, s_aa, s_ab, s_bb, b: s_ab @ np.linalg.solve(s_bb, s_ab.T) - s_aa,
                ),
            ),
        ),
        Variant(
            "there is a sign wrong in the mean: where the covariance is positive, a moves to the same side as b.",
            _pairs(
                (lambda mu_a, mu_b, s_aa, s_ab, s_bb, b: mu_a - s_ab @ np.linalg.solve(s_bb, b - mu_b),), (_covariance,)
            ),
        ),
        Variant(
            "the blocks were swapped: s_ab holds the covariances of a (rows) with b (columns), and its transpose "
            "those of b with a. In the mean s_ab stands as it is; in the covariance, s_ab on the left and its "
            "transpose on the right.",
            (
                *_either(
                    lambda mu_a, mu_b, s_aa, s_ab, s_bb, b: mu_a + s_ab.T @ np.linalg.solve(s_bb, b - mu_b),
                    lambda mu_a, mu_b, s_aa, s_ab, s_bb, b: s_aa - s_ab.T @ np.linalg.solve(s_bb, s_ab),
                ),
                _both(_mean, lambda mu_a, mu_b, s_aa, s_ab, s_bb, b: s_aa - s_ab @ np.linalg.solve(s_bb, s_ab)),
                _both(
                    lambda mu_a, mu_b, s_aa, s_ab, s_bb, b: mu_a + s_ab.T @ np.linalg.solve(s_bb, b - mu_b),
                    lambda mu_a, mu_b, s_aa, s_ab, s_bb, b: s_aa - s_ab @ np.linalg.solve(s_bb, s_ab),
                ),
            ),
        ),
        Variant(
            "the blocks were swapped: s_aa belongs to what is asked about, and s_bb, which is inverted, to the known.",
            (
                *_either(
                    lambda mu_a, mu_b, s_aa, s_ab, s_bb, b: mu_a + s_ab @ np.linalg.solve(s_aa, b - mu_b),
                    lambda mu_a, mu_b, s_aa, s_ab, s_bb, b: s_bb - s_ab.T @ np.linalg.solve(s_aa, s_ab),
                ),
                _both(
                    lambda mu_a, mu_b, s_aa, s_ab, s_bb, b: mu_a + s_ab @ np.linalg.solve(s_aa, b - mu_b),
                    lambda mu_a, mu_b, s_aa, s_ab, s_bb, b: s_bb - s_ab @ np.linalg.solve(s_aa, s_ab.T),
                ),
                _other,
            ),
        ),
        Variant(
            "the two came back in the other order: first the mean, then the covariance matrix.",
            (lambda *given: conditional(*given)[::-1],),
        ),
        Variant(
            "only one of the two came back: return mean and covariance matrix.",
            (_mean, _covariance),
        ),
        Variant(
            "that is a list of variances or standard deviations, not the covariance matrix: return the whole matrix.",
            (
                lambda *given: (_mean(*given), np.diag(_covariance(*given))),
                lambda *given: (_mean(*given), np.sqrt(np.diag(_covariance(*given)))),
            ),
        ),
    ),
    hints=(
        "Read the mean as: what was expected of a, plus the surprise about b in units of a. And the covariance as: "
        "what was not known, minus what b explains.",
        "The surprise is b - mu_b. s_bb^-1 times a vector or a matrix is np.linalg.solve(s_bb, ...), and then s_ab "
        "stands on its left.",
        "The mean is mu_a plus s_ab times the solution for b - mu_b. The covariance is s_aa minus s_ab times the "
        "solution for the transpose of s_ab.",
    ),
)
