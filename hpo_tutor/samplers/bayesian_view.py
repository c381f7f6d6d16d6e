"""What did Bayesian optimisation believe at its last ask? Its model, turned into numbers that can be looked at.

held      (d,)  the point of the unit cube through which a slice goes
features        what the kernel sees of points, as ``geometry`` has it
gains           values of the acquisition function, larger is better
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_solve

from hpo_tutor.samplers.climbing import Worth
from hpo_tutor.samplers.geometry import Geometry
from hpo_tutor.surrogates.gaussian_process import GaussianProcess
from hpo_tutor.surrogates.likelihood import factor
from hpo_tutor.views import Slice

Array = NDArray[np.float64]

N_LINE, N_PLANE = 61, 41  # points along each axis of a slice


class Belief(NamedTuple):
    """What an ask rests on.

    Attributes:
        process: over the features; the pending trials are taken to reach what is expected of them.
        worth: the acquisition function.
        candidates: (m, d) points that were weighed.
        gains: (m,) what they were found to be worth.
    """

    process: GaussianProcess
    worth: Worth
    candidates: Array
    gains: Array


def slices(belief: Belief, geometry: Geometry, held: Array) -> tuple[Slice, ...]:
    """Belief over both of two hyperparameters, else along each of them, the others held."""
    d = len(held)
    several = [(0, 1)] if d == 2 else [(i,) for i in range(d)]
    return tuple(_slice(belief, geometry, held, axes) for axes in several)


def _slice(belief: Belief, geometry: Geometry, held: Array, axes: tuple[int, ...]) -> Slice:
    grids = [np.linspace(0, 1, N_LINE if len(axes) == 1 else N_PLANE) for _ in axes]
    mesh = np.meshgrid(*grids)  # the first axis runs along a row
    u = np.tile(held, (mesh[0].size, 1))
    u[:, axes] = np.column_stack([coordinates.ravel() for coordinates in mesh])
    features = geometry.features(geometry.snap(u))
    mean, std = belief.process.predict(features)
    if belief.worth.name == "thompson":
        gains = _continued(belief, geometry.features(belief.candidates), features)
    else:
        gains = belief.worth.gains(mean, std)
    values = (frozen(array.reshape(mesh[0].shape)) for array in (mean, std, gains))
    return Slice(axes, frozen(held), tuple(map(frozen, grids)), *values)


def _continued(belief: Belief, candidates: Array, features: Array) -> Array:
    """Minus the function that Thompson sampling drew at the candidates, seen at other features (m, D); shape (m,)."""
    process = belief.process
    lower = factor(process.covariance(candidates), process.kernel.amplitude**2)
    weights = cho_solve((lower, True), -belief.gains - process.predict(candidates)[0])
    drawn: Array = process.predict(features)[0] + process.covariance(features, candidates) @ weights
    return -drawn


def frozen(array: Array) -> Array:
    """The same array, which can no longer be written to."""
    array.setflags(write=False)
    return array
