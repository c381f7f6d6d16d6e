"""Which configuration next? Everything that can answer: each takes the space first, then ``seed=``.

Names are resolved on first use, so that one sampler's libraries are not loaded for another.
"""

from hpo_tutor.lazy import offer

_HOMES = {
    "AdaptiveRandom": "adaptive_random",
    "BOHB": "bohb",
    "BaseSampler": "base",
    "BayesianOptimization": "bayesian",
    "Design": "design",
    "ParEGO": "parego",
    "SparseGrid": "sparse_grid",
    "TPE": "tpe",
    "Tiles": "tiles",
}

__getattr__, __dir__, __all__ = offer(__name__, _HOMES)
