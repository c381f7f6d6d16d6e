"""Placeholder until networks come."""

import torch
from torch import nn

from hpo_tutor.training.architecture import Network


def build(network: Network, tensors: list[torch.Tensor]) -> nn.Sequential:
    """The network as plain torch."""
    raise NotImplementedError
