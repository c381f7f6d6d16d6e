"""How dense do the trials lie around x? The sum of a window over each of them.

x       (m,)  where the density is asked for
places  (n,)  the middles of the windows
h             their width, a standard deviation
"""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.course.exercises import Exercise, Variant

Array = NDArray[np.float64]

ROOT = math.sqrt(2 * math.pi)


def parzen(x: Array, places: Array, h: float) -> Array:
    """The density at x, shape (m,): (1 / (n h)) sum K((x - x_i) / h) with the standard normal density K."""
    return np.asarray(_normal(_distances(x, places) / h).sum(axis=1) / (len(places) * h))


def _distances(x: Array, places: Array) -> Array:
    return np.asarray(x)[:, None] - np.asarray(places)  # (m, n)


def _normal(u: Array) -> Array:
    return np.asarray(np.exp(-(u**2) / 2) / ROOT)


def _with(factor: Callable[[int, float], float]) -> Callable[[Array, Array, float], Array]:
    """The sum of windows times something else than 1 / (n h)."""
    return lambda x, places, h: _normal(_distances(x, places) / h).sum(axis=1) * factor(len(places), h)


def _of(kernel: Callable[[Array], Array]) -> Callable[[Array, Array, float], Array]:
    """Another function in the place of K."""
    return lambda x, places, h: kernel(_distances(x, places) / h).sum(axis=1) / (len(places) * h)


def _plain(distances: Array, h: float) -> Array:
    return _normal(distances / h)


EXERCISE = Exercise(
    id="08.1",
    title="a Parzen estimator",
    level=2,
    truth=parzen,
    cases=(
        (np.array([0.0, 0.5, 2.0]), np.array([0.2, 0.3, 1.0, 1.4, -0.6]), 0.3),
        (np.array([1.0, -1.5]), np.array([0.4, 0.1, 0.9]), 2.5),
        (np.array([0.7]), np.array([0.2]), 0.5),
    ),
    mistakes=(
        Variant(
            "the factor 1/h is missing. A window that is twice as wide must be half as high, so that its area stays 1.",
            (_with(lambda n, h: 1 / n),),
        ),
        Variant(
            "h stands there squared (1/h²). The area of a window is its width times its height: once is enough.",
            (_with(lambda n, h: 1 / (n * h**2)),),
        ),
        Variant("the sum was multiplied by h. A wide window must be low: divide by h.", (_with(lambda n, h: h / n),)),
        Variant(
            "the sum was divided by the root of h. (Does h stand under the root beside 2 pi? It is no variance.)",
            (_with(lambda n, h: 1 / (n * math.sqrt(h))),),
        ),
        Variant(
            "the sum is not divided by the number of places: n windows of area 1 have area n together.",
            (_with(lambda n, h: 1 / h),),
        ),
        Variant("neither n nor h divides the sum: there is 1/(n h) before it.", (_with(lambda n, h: 1.0),)),
        Variant(
            "the square root of 2 pi is missing: without it the area under K is 2.5, not 1.",
            (
                _of(lambda u: np.exp(-(u**2) / 2)),
                lambda x, places, h: np.exp(-((_distances(x, places) / h) ** 2) / 2).mean(axis=1),
            ),
        ),
        Variant(
            "K has 2 pi where its square root belongs.",
            (_of(lambda u: np.exp(-(u**2) / 2) / (2 * math.pi)),),
        ),
        Variant(
            "the 1/2 in the exponent is missing: K(u) is the exponential of minus u²/2, over the square root of 2 pi.",
            (_of(lambda u: np.exp(-(u**2)) / ROOT),),
        ),
        Variant(
            "in the exponent, u² was not halved but divided by 2h, or h was taken for a variance. h is a standard "
            "deviation: divide the distance by h, then square.",
            (
                lambda x, places, h: (
                    np.exp(-(_distances(x, places) ** 2) / (2 * h)).sum(axis=1) / (len(places) * h * ROOT)
                ),
                lambda x, places, h: _plain(_distances(x, places), math.sqrt(h)).mean(axis=1) / math.sqrt(h),
            ),
        ),
        Variant(
            "the distances were not divided by h, so that all windows have width 1 whatever h is.",
            (
                lambda x, places, h: _normal(_distances(x, places)).sum(axis=1) / (len(places) * h),
                lambda x, places, h: _normal(_distances(x, places)).mean(axis=1),
            ),
        ),
        Variant(
            "the distances were multiplied by h. A large h makes wide windows: divide.",
            (
                lambda x, places, h: _normal(_distances(x, places) * h).sum(axis=1) / (len(places) * h),
                lambda x, places, h: _normal(_distances(x, places) * h).mean(axis=1) * h,
            ),
        ),
        Variant(
            "the heights came back window by window. The density at x is their sum, one number for each x.",
            (
                lambda x, places, h: _normal(_distances(x, places) / h) / (len(places) * h),
                lambda x, places, h: _normal(_distances(x, places) / h) / h,
                lambda x, places, h: _normal(_distances(x, places) / h).T / (len(places) * h),
                lambda x, places, h: _normal(_distances(x, places) / h).T / h,
            ),
        ),
        Variant(
            "the sum runs over x instead of over the places: for each x, add up the windows of all places.",
            (
                lambda x, places, h: _normal(_distances(x, places) / h).sum(axis=0) / (len(places) * h),
                lambda x, places, h: _normal(_distances(x, places) / h).mean(axis=0) / h,
            ),
        ),
        Variant(
            "that is the logarithm of the density.",
            (lambda x, places, h: np.log(parzen(x, places, h)),),
        ),
    ),
    hints=(
        "One window at a time: how high is the window of place x_i at x? Then add up, and see that the area is 1.",
        "x[:, None] - places is a table: a row for each x, a column for each place. Divide it by h and put it into K.",
        "u = (x[:, None] - places) / h; return np.exp(-u**2 / 2).sum(axis=1) / (len(places) * h * np.sqrt(2 * np.pi))",
    ),
)
