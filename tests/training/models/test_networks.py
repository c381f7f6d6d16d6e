"""A network of a population is a plain module of torch."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812 - the name that the whole field uses
from torch import nn

from hpo_tutor.training import CNN, MLP, AutoEncoder, Block
from hpo_tutor.training.models.networks import build, held
from hpo_tutor.training.randomness import Stream

Rows = torch.Tensor


def mlp(rows: Rows, w: Iterator[torch.Tensor]) -> Rows:
    """4-6-5-2 with tanh, sum by sum."""
    hidden = torch.tanh(rows @ next(w) + next(w))
    hidden = torch.tanh(hidden @ next(w) + next(w))
    return hidden @ next(w) + next(w)


def normalised_mlp(rows: Rows, w: Iterator[torch.Tensor]) -> Rows:
    """4-6-1 with normalisation by running statistics, no bias before it."""
    sums = rows @ next(w)
    scale, shift, mean, variance = (next(w) for _ in range(4))
    hidden = ((sums - mean) / torch.sqrt(variance + 1e-5) * scale + shift).clamp(min=0)
    return hidden @ next(w) + next(w)


def convolved(images: torch.Tensor, w: Iterator[torch.Tensor], stride: int = 1) -> torch.Tensor:
    """Images (n, height, width, channels), every window multiplied out."""
    weights, bias = next(w), next(w)
    kernel, half = weights.shape[0], weights.shape[0] // 2
    framed = F.pad(images, (0, 0, half, half, half, half))
    rows = []
    for top in range(0, images.shape[1], stride):
        row = []
        for left in range(0, images.shape[2], stride):
            window = framed[:, top : top + kernel, left : left + kernel]
            row.append(torch.einsum("nijc,ijcf->nf", window, weights) + bias)
        rows.append(torch.stack(row, dim=1))
    return torch.stack(rows, dim=1)


def cnn(rows: Rows, w: Iterator[torch.Tensor]) -> Rows:
    """5 x 4 x 2 images: 3 filters at stride 2, pooled 2 x 2 where a window is full, a dense layer."""
    images = convolved(rows.view(-1, 5, 4, 2), w, stride=2).clamp(min=0)
    pooled = images[:, :2, :2].amax(dim=(1, 2))
    return pooled @ next(w)[0, 0] + next(w)


def autoencoder(rows: Rows, w: Iterator[torch.Tensor]) -> Rows:
    """4 x 2 x 1 images: 3 filters, pooled, a code of 2, and back."""
    images = convolved(rows.view(-1, 4, 2, 1), w).clamp(min=0)
    pooled = torch.stack([images[:, i : i + 2].amax(dim=(1, 2)) for i in (0, 2)], dim=1)[:, :, None]
    code = torch.einsum("nijc,ijcf->nf", pooled, next(w)) + next(w)
    images = (torch.einsum("nc,cijf->nijf", code, next(w)) + next(w)).clamp(min=0)
    large = images.repeat_interleave(2, dim=1).repeat_interleave(2, dim=2)
    return convolved(large, w).flatten(1)


@pytest.mark.parametrize(
    ("model", "n_inputs", "by_hand"),
    [
        (MLP((6, 5), "tanh", n_outputs=2), 4, mlp),
        (MLP((6,), batch_norm=True), 4, normalised_mlp),
        (CNN((5, 4, 2), (Block(3, stride=2),), n_outputs=3), 40, cnn),
        (AutoEncoder((4, 2, 1), (Block(3),), code=2), 8, autoencoder),
    ],
)
def test_a_network_computes_what_its_tensors_say(
    model: MLP | CNN | AutoEncoder, n_inputs: int, by_hand: Callable[[Rows, Iterator[torch.Tensor]], Rows]
) -> None:
    """The module's outputs are those of sums written out by hand, each weight at its named place."""
    network = model.layers(n_inputs)
    tensors = [tensor + 0.1 * torch.rand_like(tensor) for tensor in Stream(1).weights(network)]
    net = build(network, tensors)
    rows = torch.randn(7, n_inputs, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        np.testing.assert_allclose(net(rows).numpy(), by_hand(rows, iter(tensors)).numpy(), rtol=1e-12, atol=1e-12)
    for given, kept in zip(tensors, held(net, network), strict=True):
        np.testing.assert_array_equal(kept.detach().numpy(), given.numpy())


def test_a_network_is_made_of_modules_that_everybody_knows() -> None:
    """Linear, BatchNorm1d, ReLU, Dropout; in float64, and in evaluation mode, so that it drops nothing unasked."""
    network = MLP((6,), batch_norm=True).layers(4)
    net = build(network, Stream(0).weights(network), dropout=0.3)
    assert [type(module) for module in net] == [nn.Linear, nn.BatchNorm1d, nn.ReLU, nn.Dropout, nn.Linear]
    assert {parameter.dtype for parameter in net.parameters()} == {torch.float64}
    assert not any(module.training for module in net.modules())
    assert net[3].p == 0.3
    assert net[0].bias is None
