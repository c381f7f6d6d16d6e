"""How are many models trained at once? Networks, and boosted trees; the only rooms that import torch.

``Population(MLP(), Data(...), {"learning_rate": rates, "epochs": 20}, seeds).fit()`` yields a report an epoch;
``Boosting(BoostedTrees(), Sets(...), {"learning_rate": rates, "max_depth": 6}, seeds).train()`` returns the scores.

Names are resolved on first use, so that networks never wait for LightGBM, nor trees for torch.
"""

from hpo_tutor.lazy import offer

_HOMES = {
    "CNN": "models.descriptions",
    "MLP": "models.descriptions",
    "AutoEncoder": "models.descriptions",
    "Block": "models.descriptions",
    "BoostedTrees": "trees",
    "Boosting": "boosting",
    "Data": "rows",
    "Population": "population",
    "Report": "population",
    "Sets": "trees",
    "body": "models.frozen",
    "features": "models.frozen",
}

__getattr__, __dir__, __all__ = offer(__name__, _HOMES)
