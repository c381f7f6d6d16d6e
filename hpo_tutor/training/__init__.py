"""How are many networks trained at once? The only rooms that import torch.

``Population(MLP(), Data(...), {"learning_rate": rates, "epochs": 20}, seeds).fit()`` yields a report an epoch.
"""

from hpo_tutor.training.descriptions import MLP, Data
from hpo_tutor.training.population import Population, Report

__all__ = ["MLP", "Data", "Population", "Report"]
