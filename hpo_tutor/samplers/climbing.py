"""From a good candidate, which small steps lead to a better one? The search within the search.

mean, std  (n,)  belief about the loss at candidates
ranks      (n,)  the acquisition function, or its logarithm where that says more; larger is better
point      (d,)  where a climb begins and ends, in the unit cube
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import log_ndtr

from hpo_tutor import acquisition
from hpo_tutor.samplers.geometry import Geometry
from hpo_tutor.surrogates.gaussian_process import GaussianProcess

Array = NDArray[np.float64]
Acquisition = Literal["ei", "plug-in-ei", "pi", "lcb", "thompson"]

MOST_STEPS = 30


@dataclass(frozen=True)
class Worth:
    """An acquisition function with its incumbent.

    Attributes:
        name: which one; "ei" and "plug-in-ei" differ only in their incumbent.
        best: the incumbent's loss.
        kappa: how many standard deviations "lcb" goes below the mean.
    """

    name: Acquisition
    best: float
    kappa: float

    def gains(self, mean: Array, std: Array) -> Array:
        """The acquisition function itself, shape (n,)."""
        if self.name == "lcb":
            return acquisition.lower_confidence_bound(mean, std, self.kappa)
        if self.name == "pi":
            return acquisition.probability_of_improvement(mean, std, self.best)
        return acquisition.expected_improvement(mean, std, self.best)

    def ranks(self, mean: Array, std: Array) -> Array:
        """What puts the candidates in the same order, also where the function is too small for a number; shape (n,)."""
        if self.name == "lcb":
            return acquisition.lower_confidence_bound(mean, std, self.kappa)
        if self.name == "pi":
            return acquisition.log_probability_of_improvement(mean, std, self.best)
        return acquisition.log_expected_improvement(mean, std, self.best)

    def slopes(self, mean: float, std: float) -> tuple[float, float, float]:
        """The rank, and its derivatives with respect to mean and standard deviation, which must not be 0."""
        if self.name == "lcb":
            return self.kappa * std - mean, -1.0, self.kappa
        z = (self.best - mean) / std
        log_density, log_share = -0.5 * z**2 - 0.5 * math.log(2 * math.pi), float(log_ndtr(z))
        if self.name == "pi":
            rise = math.exp(log_density - log_share) / std
            return log_share, -rise, -z * rise
        gain = float(acquisition.log_gain(z))
        return math.log(std) + gain, -math.exp(log_share - gain) / std, math.exp(log_density - gain) / std


def climb(process: GaussianProcess, worth: Worth, geometry: Geometry, start: Array) -> Array:
    """Where gradient steps (L-BFGS-B) along the smooth hyperparameters lead; a point (d,), not yet snapped."""
    columns = geometry.columns[geometry.smooth]
    features = geometry.features(start[None])[0]

    def downhill(part: Array) -> tuple[float, Array]:
        features[columns] = part
        mean, std, mean_slopes, std_slopes = process.slopes(features)
        if std == 0:  # a trial without noise: nothing to be gained, and no direction
            return 1e300, np.zeros_like(part)
        rank, by_mean, by_std = worth.slopes(mean, std)
        return -rank, -(by_mean * mean_slopes + by_std * std_slopes)[columns]

    bounds = [(0.0, 1.0)] * len(columns)
    found = minimize(
        downhill, start[geometry.smooth], jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": MOST_STEPS}
    )
    end = start.copy()
    end[geometry.smooth] = found.x
    return end
