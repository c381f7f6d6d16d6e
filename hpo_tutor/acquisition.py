"""What is one more trial worth, and where?

Losses are minimised; every function here returns numbers of which the LARGER is the better.
    mean, std   (n,)    the surrogate's prediction of the loss at n candidates, the noise of a trial not included
    covariance  (n, n)  of the same losses, jointly
    best        ()      the incumbent's loss
    z           (n,)    how many standard deviations a candidate's mean lies below the incumbent
"""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import erfcx, log_ndtr, ndtr

Array = NDArray[np.float64]


def expected_improvement(mean: ArrayLike, std: ArrayLike, best: float) -> Array:
    """Expected drop below the incumbent's loss, in units of the loss; shape (n,).

    Jones, Schonlau & Welch (1998), doi:10.1023/A:1008306431147, equation 15. Where std is 0 it is what is known for
    sure to be gained, max(best - mean, 0).

    Raises:
        ValueError: a standard deviation is negative.
    """
    mean, std, certain, z = _standardised(mean, std, best)
    # rounding may leave a gain of -1e-20 where none is expected
    return np.where(certain, np.maximum(best - mean, 0), np.maximum((best - mean) * ndtr(z) + std * _density(z), 0))


def log_expected_improvement(mean: ArrayLike, std: ArrayLike, best: float) -> Array:
    """Logarithm of the expected improvement, shape (n,), also where that is too small for a number.

    Far from the incumbent the expected improvement is 1e-300 or 0 everywhere, and says no longer where to go; its
    logarithm does. Ament et al. (2023), arXiv 2310.20708, equation 9.

    Raises:
        ValueError: a standard deviation is negative.
    """
    mean, std, certain, z = _standardised(mean, std, best)
    with np.errstate(divide="ignore"):
        return np.where(certain, np.log(np.maximum(best - mean, 0)), np.log(np.where(certain, 1, std)) + log_gain(z))


def log_gain(z: ArrayLike) -> Array:
    """Logarithm of pdf(z) + z cdf(z), the expected improvement of a standard deviation of 1; shape of z."""
    z = np.asarray(z, dtype=np.float64)
    near = np.maximum(z, -1.0)  # the sum loses its digits where both terms nearly cancel
    far = -np.minimum(z, -1.0)
    ratio = np.sqrt(np.pi / 2) * erfcx(far / np.sqrt(2))  # cdf(-far) / pdf(-far), about 1 / far
    rest = np.where(far < 1e5, 1 - far * ratio, far**-2)  # the limit; the difference has no digits left there
    close: Array = np.log(_density(near) + near * ndtr(near))
    return np.where(z > -1, close, np.log(rest) - 0.5 * far**2 - 0.5 * math.log(2 * math.pi))


def probability_of_improvement(mean: ArrayLike, std: ArrayLike, best: float) -> Array:
    """Probability that the loss lies below the incumbent's, shape (n,); 0 or 1 where std is 0.

    Kushner (1964), doi:10.1115/1.3653121

    Raises:
        ValueError: a standard deviation is negative.
    """
    mean, _, certain, z = _standardised(mean, std, best)
    return np.where(certain, (mean < best).astype(np.float64), ndtr(z))


def log_probability_of_improvement(mean: ArrayLike, std: ArrayLike, best: float) -> Array:
    """Logarithm of the probability of improvement, shape (n,), also where that is too small for a number."""
    mean, _, certain, z = _standardised(mean, std, best)
    return np.where(certain, np.where(mean < best, 0.0, -np.inf), log_ndtr(z))


def lower_confidence_bound(mean: ArrayLike, std: ArrayLike, kappa: float = 2.0) -> Array:
    """Minus the lower confidence bound, kappa std - mean, in units of the loss; shape (n,).

    Cox & John (1992), doi:10.1109/ICSMC.1992.271617; a larger kappa explores more.

    Raises:
        ValueError: a standard deviation or kappa is negative.
    """
    if not kappa >= 0:
        raise ValueError(f"kappa must not be negative, it is {kappa}; 0 trusts the mean, 2 explores")
    mean, std, _, _ = _standardised(mean, std, 0.0)
    return kappa * std - mean


def thompson_sampling(mean: ArrayLike, covariance: ArrayLike, rng: np.random.Generator) -> Array:
    """Minus one function drawn from the belief, seen at the candidates, in units of the loss; shape (n,).

    The draw is joint: neighbours, whose losses are alike, rise and fall together. Thompson (1933),
    doi:10.1093/biomet/25.3-4.285

    Raises:
        ValueError: the covariance is not (n, n), or a variance is negative.
    """
    mean, covariance = np.asarray(mean, dtype=np.float64), np.asarray(covariance, dtype=np.float64)
    if mean.ndim != 1 or covariance.shape != (len(mean), len(mean)):
        raise ValueError(
            f"a joint draw at {mean.size} candidates needs a covariance of shape ({mean.size}, {mean.size}), "
            f"got {covariance.shape}; GaussianProcess.covariance(x) has it"
        )
    variances = np.diag(covariance)
    if len(mean) and variances.min() < -1e-6 * max(variances.max(), 0):  # what is certain may come out as -1e-12
        raise ValueError(f"a variance must not be negative, the smallest is {variances.min():.3g}")
    # eigenvalues that rounding made negative are as good as 0, and a covariance of close neighbours has many
    return -rng.multivariate_normal(mean, covariance, method="eigh", check_valid="ignore")


def plug_in_incumbent(means_of_trials: ArrayLike) -> float:
    """The lowest posterior mean among the trials, to be the ``best`` of the other functions; in units of the loss.

    The best observed loss of a noisy objective may be a lucky draw, which no honest candidate can improve upon. With
    this incumbent the expected improvement is called plug-in EI. It is not noisy EI, which averages over what the
    incumbent may be. Picheny, Wagner & Ginsbourger (2013), doi:10.1007/s00158-013-0919-4, section 3.2.1

    Raises:
        ValueError: there is no trial.
    """
    means = np.asarray(means_of_trials, dtype=np.float64)
    if not means.size:
        raise ValueError("an incumbent needs at least one trial, got none")
    return float(means.min())


def _density(z: Array) -> Array:
    return np.exp(-0.5 * z**2) / math.sqrt(2 * math.pi)


def _standardised(mean: ArrayLike, std: ArrayLike, best: float) -> tuple[Array, Array, NDArray[np.bool_], Array]:
    """Mean and std as arrays, where std is 0, and z, which is 0 there."""
    mean, std = np.asarray(mean, dtype=np.float64), np.asarray(std, dtype=np.float64)
    if np.any(std < 0):
        raise ValueError(f"std must not be negative, the smallest is {std.min():.3g}")
    certain = std == 0
    return mean, std, certain, np.where(certain, 0.0, (best - mean) / np.where(certain, 1.0, std))
