"""Layers are those of torch: shapes, and how their numbers start."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from hpo_tutor.training import CNN, MLP, AutoEncoder, Block
from hpo_tutor.training.models.architecture import (
    Convolution,
    Dense,
    Layer,
    Normalisation,
    Pooling,
    Upsampling,
    n_activations,
)
from hpo_tutor.training.models.networks import build
from hpo_tutor.training.randomness import Stream


@pytest.mark.parametrize("height", [1, 4, 7])
@pytest.mark.parametrize(
    ("layer", "module"),
    [
        (lambda shape: Convolution(shape, 6, 3), nn.Conv2d(2, 6, 3, padding=1)),
        (lambda shape: Convolution(shape, 6, 5, stride=2), nn.Conv2d(2, 6, 5, stride=2, padding=2)),
        (lambda shape: Convolution(shape, 6, 1, stride=3), nn.Conv2d(2, 6, 1, stride=3)),
        (lambda shape: Pooling(shape, 1), nn.MaxPool2d(1)),
        (lambda shape: Upsampling(shape, 3), nn.Upsample(scale_factor=3)),
    ],
)
def test_images_have_torchs_shapes(layer: type[Layer], module: nn.Module, height: int) -> None:
    """(height, width, channels) of what comes out, for sides that divide and sides that do not."""
    _, channels, *sides = module(torch.zeros(1, 2, height, 5)).shape
    assert layer((height, 5, 2)).outputs == (*sides, channels)


@pytest.mark.parametrize(
    ("layer", "module"),
    [
        (Dense((4, 4, 1), (500,)), nn.Linear(16, 500)),
        (Convolution((4, 4, 3), 500, 3), nn.Conv2d(3, 500, 3)),
        (Normalisation((4, 4, 500)), nn.BatchNorm2d(500)),
    ],
)
def test_numbers_start_as_torchs_do(layer: Layer, module: nn.Module) -> None:
    """Weights and biases reach as far as torch's and vary as much; a normalisation starts by changing nothing."""
    for tensor, given in zip(layer.tensors, module.parameters(), strict=True):
        assert math.prod(tensor.shape) == given.numel()
        assert given.detach().mean().item() == pytest.approx(tensor.centre, abs=0.2 * tensor.bound)
        assert given.detach().sub(tensor.centre).abs().max().item() == pytest.approx(tensor.bound, rel=0.05)


@pytest.mark.parametrize(
    "model",
    [
        MLP((5, 4), batch_norm=True),
        CNN((8, 8, 1), (Block(3), Block(4, stride=2)), (5,), batch_norm=True),
        AutoEncoder((8, 8, 1), (Block(3), Block(4)), 5, (6,), batch_norm=True),
    ],
)
def test_nothing_stands_before_a_normalisation_in_vain(model: MLP | CNN | AutoEncoder) -> None:
    """No bias is added that the next normalisation takes away: the gradient of every tensor is felt."""
    n_inputs = 4 if isinstance(model, MLP) else 64
    network = model.layers(n_inputs)
    net = build(network, Stream(0).weights(network)).train()
    rows = torch.randn(50, n_inputs, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    net(rows).square().sum().backward()
    assert all(parameter.grad.abs().max() > 1e-6 for parameter in net.parameters())


def test_activations_are_counted_with_their_windows() -> None:
    """A row of a small network leaves so many numbers, counted by hand."""
    network = CNN((4, 4, 1), (Block(2),), n_outputs=3).layers(16)
    inputs, windows, sums, curve, pooled, dropped, outputs = 16, 16 * 9, 32, 32, 8, 8, 3
    assert n_activations(network) == inputs + windows + sums + curve + pooled + dropped + outputs


@pytest.mark.parametrize("width", [3, 8])
def test_a_narrower_network_is_the_corner_of_a_wider_one(width: int) -> None:
    """No tensor of it is longer along any axis, and the number of axes is the same."""
    model = CNN((8, 8, 1), (Block(3), Block(4)), (6,), batch_norm=True)
    shapes = [
        [tensor.shape for layer in model.layers(64, n) for tensor in (*layer.tensors, *layer.statistics)]
        for n in (width, 9)
    ]
    for narrow, wide in zip(*shapes, strict=True):
        assert len(narrow) == len(wide)
        assert np.all(np.array(narrow) <= np.array(wide))
