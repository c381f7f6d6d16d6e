"""Which candidate is tried next? The one of 24, drawn from l, where l/g is largest.

good, bad   estimators of the good trials, l, and of the bad ones, g
candidates  (24,)  drawn from l
"""

import copy
import itertools
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hpo_tutor.course.exercises import Exercise, Variant
from hpo_tutor.surrogates import ParzenEstimator

Array = NDArray[np.float64]

N_CANDIDATES = 24


class Estimator:
    """A Parzen estimator between 0 and 1 that brings its own random numbers: ``draw(n)`` and ``density(x)``.

    However the draws are asked for, at once or one by one, they are the same.

    Args:
        places: of the trials.
        seed: of the draws.
    """

    def __init__(self, places: ArrayLike, seed: int) -> None:
        self.places = np.asarray(places, dtype=float)
        self._estimator = ParzenEstimator.with_prior(self.places, 0, 1)
        self._rng = np.random.default_rng(seed)

    def draw(self, n: int) -> Array:
        """``n`` places drawn from the density, (n,)."""
        return np.concatenate([self._estimator.draw(1, self._rng) for _ in range(n)])

    def density(self, x: ArrayLike) -> Array:
        """The density at x, shape of x."""
        at = np.asarray(x, dtype=float)
        return np.asarray(self._estimator.density(at.ravel()).reshape(at.shape))

    def __repr__(self) -> str:
        return f"<estimator of the trials at {', '.join(f'{place:g}' for place in self.places)}>"


def propose(good: Estimator, bad: Estimator) -> float:
    """The candidate with the largest l/g of 24 that are drawn from l."""
    return _best(good, bad, _ratio)


def _ratio(good: Estimator, bad: Estimator, x: Array) -> Array:
    return np.asarray(good.density(x) / bad.density(x))


def _best(good: Estimator, bad: Estimator, worth: Callable[..., Array], n: int = N_CANDIDATES) -> float:
    """Of n candidates from l the one that is worth most; the estimators are left as they were."""
    candidates = copy.deepcopy(good).draw(n)
    return float(candidates[np.argmax(worth(good, bad, candidates))])


def _on_the_axis(n: int, ends: bool) -> Callable[[Estimator, Estimator], float]:
    """The largest l/g of n even places, with or without the ends of the axis."""
    places = np.linspace(0, 1, n) if ends else np.arange(n) / n
    return lambda good, bad: float(places[np.argmax(_ratio(good, bad, places))])


def _from_g(good: Estimator, bad: Estimator) -> float:
    candidates = copy.deepcopy(bad).draw(N_CANDIDATES)
    return float(candidates[np.argmax(_ratio(good, bad, candidates))])


_GRIDS = tuple(
    _on_the_axis(n, ends) for n, ends in itertools.product((100, 101, 200, 201, 500, 1000, 1001), (True, False))
)

EXERCISE = Exercise(
    id="08.3",
    title="the candidate with the largest l/g",
    level=2,
    truth=propose,
    cases=tuple(
        (Estimator(good, seed), Estimator(bad, 100 + seed))
        for seed, (good, bad) in enumerate(
            [
                ([0.28, 0.31, 0.35], [0.05, 0.2, 0.26, 0.4, 0.47, 0.55, 0.6, 0.68, 0.8]),
                ([0.6, 0.72], [0.1, 0.15, 0.5, 0.58, 0.8, 0.86]),
                ([0.1, 0.45, 0.5, 0.52], [0.02, 0.2, 0.25, 0.4, 0.62, 0.64, 0.7, 0.92, 0.98]),
            ]
        )
    ),
    mistakes=(
        Variant(
            "that is the candidate with the largest g/l: where bad trials are dense and good ones rare. Take l over g.",
            (
                lambda good, bad: _best(good, bad, lambda good, bad, x: bad.density(x) / good.density(x)),
                lambda good, bad: _best(good, bad, lambda good, bad, x: -_ratio(good, bad, x)),
            ),
        ),
        Variant(
            "that is the largest l/g of the whole axis. There it may lie where neither l nor g knows anything: draw "
            "candidates from l, and choose among them.",
            _GRIDS,
        ),
        Variant(
            "the candidates were drawn from g, where bad trials are dense. Draw them from l.",
            (_from_g,),
        ),
        Variant(
            "that is the candidate where l alone is largest. Divide by g: it says where trials lie anyway.",
            (lambda good, bad: _best(good, bad, lambda good, bad, x: good.density(x)),),
        ),
        Variant(
            "that is the candidate where g alone is smallest.",
            (lambda good, bad: _best(good, bad, lambda good, bad, x: -bad.density(x)),),
        ),
        Variant(
            "that is the largest difference l - g. Expected improvement ranks by the ratio l/g.",
            (lambda good, bad: _best(good, bad, lambda good, bad, x: good.density(x) - bad.density(x)),),
        ),
        Variant(
            "the ratio itself came back. Asked for is the candidate: the place where it is largest.",
            (lambda good, bad: float(_ratio(good, bad, copy.deepcopy(good).draw(N_CANDIDATES)).max()),),
        ),
        Variant(
            "the number of the candidate came back (np.argmax). Asked for is the candidate itself.",
            (lambda good, bad: float(np.argmax(_ratio(good, bad, copy.deepcopy(good).draw(N_CANDIDATES)))),),
        ),
        Variant(
            "all candidates came back; asked for is the best of them.",
            (lambda good, bad: copy.deepcopy(good).draw(N_CANDIDATES),),
        ),
    ),
    hints=(
        "First the candidates, then their l/g, then the best of them.",
        "candidates = good.draw(24); the ratio at all of them is good.density(candidates) / bad.density(candidates).",
        "return candidates[np.argmax(ratio)]",
    ),
)
