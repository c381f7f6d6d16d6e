"""How are many networks trained at once? The only rooms that import torch.

``Population(MLP(), Data(...), {"learning_rate": rates, "epochs": 20}, seeds).fit()`` yields a report an epoch.
"""

from hpo_tutor.training.models.descriptions import CNN, MLP, AutoEncoder, Block
from hpo_tutor.training.models.frozen import body, features
from hpo_tutor.training.population import Population, Report
from hpo_tutor.training.rows import Data

__all__ = ["CNN", "MLP", "AutoEncoder", "Block", "Data", "Population", "Report", "body", "features"]
