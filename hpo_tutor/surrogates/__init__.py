"""What do the trials so far say of the rest of the space? Models of the loss, and of where good trials lie.

Names are resolved on first use, so that one model's libraries are not loaded for another.
"""

from hpo_tutor.lazy import offer

_HOMES = {
    "BSplines": "b_splines",
    "GaussianProcess": "gaussian_process",
    "Kernel": "kernels",
    "ParzenEstimator": "parzen",
}

__getattr__, __dir__, __all__ = offer(__name__, _HOMES)
