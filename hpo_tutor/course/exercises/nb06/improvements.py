"""How far below the incumbent is one more trial expected to end?

mean, std   (n,)   predictions of the loss at n candidates
best        ()     the incumbent's loss
z           (n,)   how far the mean lies below the incumbent, in standard deviations

One case has candidates that are known for sure (std = 0): below, at and above the incumbent. What a student does about
them is another matter than the formula, so that every mistake is recognised with each way of treating them.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.course.exercises import Exercise, Function, Variant

Array = NDArray[np.float64]
Formula = Callable[[Array, Array, Array], Array]
"""From the distance below the incumbent, std and z, each (n,), to (n,)."""

TINY = 1e-12  # what stands in for std = 0 where a student adds a little


def expected_improvement(mean: Array, std: Array, best: float) -> Array:
    """Expected drop below the incumbent's loss at each candidate, shape (n,)."""
    return np.asarray(_certain_is_its_distance(_right)(mean, std, best))


def _right(below: Array, std: Array, z: Array) -> Array:
    return below * _cdf(z) + std * _pdf(z)


def _cdf(z: Array) -> Array:
    from scipy.special import ndtr

    return np.asarray(ndtr(z))


def _pdf(z: Array) -> Array:
    return np.asarray(np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi))


def _as_it_is(formula: Formula) -> Function:
    """Division by zero and all."""

    def function(mean: Array, std: Array, best: float) -> Array:
        with np.errstate(divide="ignore", invalid="ignore"):
            return formula(best - mean, std, (best - mean) / std)

    return function


def _certain_is_its_distance(formula: Formula) -> Function:
    def function(mean: Array, std: Array, best: float) -> Array:
        return np.where(std > 0, _as_it_is(formula)(mean, std, best), np.maximum(best - mean, 0))

    return function


def _certain_is_nothing(formula: Formula) -> Function:
    return lambda mean, std, best: np.where(std > 0, _as_it_is(formula)(mean, std, best), 0.0)


def _never_certain(formula: Formula) -> Function:
    return lambda mean, std, best: _as_it_is(formula)(mean, np.maximum(std, TINY), best)


def _one_stands_in(formula: Formula) -> Function:
    """Another std where it is 0, as the second hint says, and no right value afterwards."""
    return lambda mean, std, best: _as_it_is(formula)(mean, np.where(std > 0, std, 1.0), best)


def _one_stands_in_z(formula: Formula) -> Function:
    return lambda mean, std, best: formula(best - mean, std, (best - mean) / np.where(std > 0, std, 1.0))


def _nan_is_nothing(formula: Formula) -> Function:
    return lambda mean, std, best: np.nan_to_num(_as_it_is(formula)(mean, std, best))


GUARDS = (
    _as_it_is,
    _certain_is_its_distance,
    _certain_is_nothing,
    _never_certain,
    _one_stands_in,
    _one_stands_in_z,
    _nan_is_nothing,
)


def _each_way(*formulas: Formula) -> tuple[Function, ...]:
    return tuple(guard(formula) for formula in formulas for guard in GUARDS)


EXERCISE = Exercise(
    id="06.1",
    title="expected improvement",
    level=2,
    truth=expected_improvement,
    cases=(
        (np.array([0.2, 0.35, 0.5]), np.array([0.1, 0.3, 0.05]), 0.3),
        (np.array([5.0, 7.5, 6.5]), np.array([2.0, 1.5, 0.4]), 6.0),
        (np.array([0.1, 0.3, 0.5, 0.4]), np.array([0.0, 0.0, 0.0, 0.2]), 0.3),
    ),
    mistakes=(
        Variant(
            "the variance was taken for the standard deviation. std is already the standard deviation: do not square "
            "it.",
            _each_way(
                lambda below, std, z: below * _cdf(below / std**2) + std**2 * _pdf(below / std**2),
                lambda below, std, z: below * _cdf(below / std**2) + std * _pdf(below / std**2),
                lambda below, std, z: below * _cdf(z) + std**2 * _pdf(z),
            ),
        ),
        Variant(
            "std was taken for a variance, and its root was taken. It is already the standard deviation.",
            _each_way(
                lambda below, std, z: below * _cdf(below / np.sqrt(std)) + np.sqrt(std) * _pdf(below / np.sqrt(std)),
                lambda below, std, z: below * _cdf(below / np.sqrt(std)) + std * _pdf(below / np.sqrt(std)),
            ),
        ),
        Variant(
            "the second term is missing, std times the density. Without it, a candidate whose mean lies above the "
            "incumbent is worth nothing, however little is known about it.",
            _each_way(lambda below, std, z: below * _cdf(z), lambda below, std, z: np.maximum(below * _cdf(z), 0)),
        ),
        Variant(
            "that is how far the mean lies below the incumbent. The expected improvement averages over all losses that "
            "are possible, and the half above the mean does not undo the half below: nothing is lost by a bad trial.",
            (lambda mean, std, best: np.maximum(best - mean, 0), lambda mean, std, best: best - mean),
        ),
        Variant(
            "that is the expected improvement for something that is to be maximised. Losses are minimised: a gain is "
            "what lies below the incumbent, best - mean.",
            (
                *_each_way(
                    lambda below, std, z: -below * _cdf(-z) + std * _pdf(z),
                    lambda below, std, z: -below * _cdf(z) + std * _pdf(z),
                    lambda below, std, z: below * _cdf(-z) + std * _pdf(z),
                ),
                lambda mean, std, best: expected_improvement(-mean, std, -best),
            ),
        ),
        Variant(
            "density and distribution function were swapped: the distance is multiplied by Phi (norm.cdf), std by phi "
            "(norm.pdf).",
            _each_way(lambda below, std, z: below * _pdf(z) + std * _cdf(z)),
        ),
        Variant(
            "the second term has the wrong sign. Not being sure is worth something: std * phi is added.",
            _each_way(lambda below, std, z: below * _cdf(z) - std * _pdf(z)),
        ),
        Variant(
            "that is the probability of improvement, which counts a tiny gain like a large one.",
            _each_way(lambda below, std, z: _cdf(z)),
        ),
        Variant(
            "that is the second term alone. The first, the distance times Phi, is missing.",
            _each_way(lambda below, std, z: std * _pdf(z)),
        ),
        Variant(
            "std is missing in front of the density. (norm.pdf(best, mean, std) is not phi(z), but phi(z) / std.)",
            _each_way(lambda below, std, z: below * _cdf(z) + _pdf(z)),
        ),
        Variant(
            "the distance was not divided by std before Phi and phi were taken: z = (best - mean) / std.",
            _each_way(lambda below, std, z: below * _cdf(below) + std * _pdf(below)),
        ),
        Variant(
            "the formula is right, but where std is 0 and the mean is the incumbent's loss, 0 / 0 is nan. What is "
            "known for sure gains its own distance, or nothing: max(best - mean, 0).",
            (_as_it_is(_right),),
        ),
        Variant(
            "the formula is right, but where std is 0, the 1 that stands in for it decides. Put in afterwards what is "
            "known for sure: max(best - mean, 0).",
            (_one_stands_in(_right), _one_stands_in_z(_right)),
            name="where-std-is-0-the-stand-in-decides",
        ),
        Variant(
            "the formula is right, but a candidate that is known for sure (std = 0) is not worthless: if its mean lies "
            "below the incumbent, it gains that distance. max(best - mean, 0).",
            (_certain_is_nothing(_right),),
        ),
        Variant(
            "the formula is right, but a candidate that is known for sure (std = 0) cannot lose anything: where its "
            "mean lies above the incumbent, the gain is 0. max(best - mean, 0).",
            (lambda mean, std, best: np.where(std > 0, expected_improvement(mean, std, best), best - mean),),
            name="a-certain-candidate-loses",
        ),
    ),
    hints=(
        "z = (best - mean) / std says how many standard deviations the mean lies below the incumbent. Everything else "
        "is the formula above, with norm.cdf for Phi and norm.pdf for phi.",
        "Where std is 0, z is a division by zero. Compute it with another std there, np.where(std > 0, std, 1), and "
        "put in the right value afterwards.",
        "With z: np.where(std > 0, (best - mean) * norm.cdf(z) + std * norm.pdf(z), np.maximum(best - mean, 0)).",
    ),
)
