"""How far are the outputs of K models from what is wanted?

outputs   (K, *shape, B)
errors    of that shape: the derivative of the mean loss of the B rows by the outputs; None if not wanted
"""

import math

import torch


def squared_error(outputs: torch.Tensor, targets: torch.Tensor, errors: torch.Tensor | None = None) -> torch.Tensor:
    """Sum over rows of the mean squared error of each, shape (K,); writes ``errors``.

    Args:
        outputs: as above.
        targets: (K, *shape, B), or (1, *shape, B) if they are the same for all models.
        errors: as above.
    """
    size, n_rows = math.prod(outputs.shape[1:-1]), outputs.shape[-1]
    losses = torch.sub(outputs, targets, out=errors).square().flatten(1).sum(1).div_(size)
    if errors is not None:
        errors.mul_(2 / (size * n_rows))
    return losses


def cross_entropy(outputs: torch.Tensor, labels: torch.Tensor, errors: torch.Tensor | None = None) -> torch.Tensor:
    """Sum over rows of the cross-entropy in nats, shape (K,); writes ``errors``.

    Args:
        outputs: as above.
        labels: int64, (K, B), or (1, B) if they are the same for all models.
        errors: as above.
    """
    places = labels.expand(len(outputs), -1)[:, None]
    logs = torch.log_softmax(outputs, dim=1)
    if errors is not None:
        torch.exp(logs, out=errors).scatter_add_(1, places, outputs.new_full((), -1).expand(places.shape))
        errors.div_(outputs.shape[-1])
    return -logs.gather(1, places).sum((1, 2))
