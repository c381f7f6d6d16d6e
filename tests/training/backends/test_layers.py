"""The way back that is written by hand is the derivative of the way forward."""

import numpy as np
import pytest
import torch

from hpo_tutor.training import CNN, MLP, AutoEncoder, Block
from hpo_tutor.training.backends.stacked.layers import Chain, Draws, Dropping
from hpo_tutor.training.backends.stacked.layers.products import buffer, product
from hpo_tutor.training.backends.stacked.storage import Layout
from hpo_tutor.training.models.architecture import Convolution, Network, Pooling, Upsampling
from hpo_tutor.training.models.networks import build, held
from hpo_tutor.training.randomness import Stream

N_MODELS, N_ROWS = 3, 5
GENERATOR = torch.Generator().manual_seed(0)

NETWORKS: dict[str, Network] = {
    "relu": MLP((6, 5)).layers(4),
    "tanh, several outputs": MLP((6,), "tanh", n_outputs=3).layers(4),
    "one input": MLP((6,)).layers(1),
    "batch norm": MLP((6, 5), batch_norm=True).layers(4),
    "cnn, batch norm": CNN((7, 6, 2), (Block(3), Block(4)), (5,), batch_norm=True).layers(84),
    "autoencoder": AutoEncoder((4, 8, 2), (Block(3, 1), Block(4, stride=2, pool=1)), 5, (6,)).layers(64),
    "kernel larger than the image": (Convolution((2, 3, 2), 3, 7),),
    "stride larger than the kernel": (Convolution((7, 8, 2), 3, 1, 3), Convolution((3, 3, 3), 2, 3, 2)),
    "pixels that no window holds": (Convolution((7, 5, 2), 3, 3), Pooling((7, 5, 3), 3)),
    "upsampling": (Convolution((3, 2, 2), 2, 3), Upsampling((3, 2, 2), 3)),
}


def random(*shape: int) -> torch.Tensor:
    """Normal numbers, float64."""
    return torch.randn(shape, dtype=torch.float64, generator=GENERATOR)


def channels_last(values: torch.Tensor, n_axes: int) -> torch.Tensor:
    """(*shape, B), channels first, as rows (B, n)."""
    return (values.permute(3, 1, 2, 0) if n_axes == 3 else values.T).flatten(1)


@pytest.mark.parametrize("name", NETWORKS)
def test_gradients_are_those_of_autograd(name: str) -> None:
    """Outputs, gradients of all tensors and running statistics of K models equal K plain modules with autograd."""
    network = NETWORKS[name]
    layout = Layout(network)
    numbers = random(N_MODELS, layout.n_numbers).mul_(0.5)
    for i, layer in enumerate(network):
        if layer.statistics:
            layout.statistics(numbers, i)[:, 1] = 1
    tensors = layout.tensors(numbers)
    nets = [build(network, [tensor[k] for tensor in tensors]).train() for k in range(N_MODELS)]
    gradients = torch.full((N_MODELS, layout.n_learned), torch.nan, dtype=torch.float64)
    with torch.no_grad():
        chain = Chain(layout, numbers, N_ROWS, gradients)
        chain.inputs.values.copy_(random(*chain.inputs.values.shape))
        rows = [channels_last(values, len(network[0].inputs)).clone() for values in chain.inputs.values]
        chain.forward()
        chain.errors.copy_(random(*chain.errors.shape))
        errors = [channels_last(values, len(network[-1].outputs)).clone() for values in chain.errors]
        outputs = [channels_last(values, len(network[-1].outputs)).clone() for values in chain.outputs]
        chain.backward()
    padded = torch.cat([gradients, numbers[:, layout.n_learned :]], dim=1)
    for k, net in enumerate(nets):
        expected = net(rows[k])
        expected.backward(errors[k])
        np.testing.assert_allclose(outputs[k].numpy(), expected.detach().numpy(), rtol=1e-10, atol=1e-12)
        with torch.no_grad():
            for parameter in net.parameters():
                parameter.copy_(parameter.grad)
        for found, wanted in zip(layout.tensors(padded), held(net, network), strict=True):
            np.testing.assert_allclose(found[k].numpy(), wanted.detach().numpy(), rtol=1e-9, atol=1e-11)


def test_dropout_scales_what_it_keeps() -> None:
    """In expectation nothing changes: over many rows the mean of the outputs is that without dropout."""
    network = MLP((40,), n_outputs=1).layers(3)
    layout = Layout(network)
    numbers = random(2, layout.n_numbers)
    draws = Draws(torch.tensor(1, dtype=torch.int32), torch.arange(4000).expand(2, -1))
    keys = torch.tensor([[Stream(seed).key(3) for seed in range(2)]], dtype=torch.int32)
    gradients = torch.zeros(2, layout.n_learned, dtype=torch.float64)
    dropping = Dropping(draws, keys, torch.tensor([0.0, 0.4], dtype=torch.float64))
    with torch.no_grad():
        with_it, without = Chain(layout, numbers, 4000, gradients, dropping), Chain(layout, numbers, 4000, gradients)
        rows = random(2, 3, 1).expand(2, 3, 4000)
        for chain in (with_it, without):
            chain.inputs.values.copy_(rows)
            chain.forward()
    np.testing.assert_allclose(with_it.outputs[0].numpy(), without.outputs[0].numpy(), rtol=1e-12)
    spread = float(with_it.outputs[1].std())
    mean = float(without.outputs[1].mean())
    assert spread > 0
    assert with_it.outputs[1].mean().item() == pytest.approx(mean, abs=4 * spread / 4000**0.5)


@pytest.mark.parametrize(
    ("rows", "inner", "columns"),
    [(3, 1, 4), (16, 73, 1024), (73, 1024, 16), (32, 145, 2048), (128, 785, 128), (101, 103, 107), (8, 4096, 10)],
)
@pytest.mark.parametrize("shared", [False, True])
def test_products_in_pieces_are_products(rows: int, inner: int, columns: int, shared: bool) -> None:
    """Outer, small and large products, cut along any side, into a view, one matrix for all: as numpy's einsum."""
    left, right = random(2, rows, inner), random(1 if shared else 2, inner, columns)
    out = torch.full((2, rows + 1, columns), torch.nan, dtype=torch.float64)
    product(left, right, out[:, :rows])()
    expected = np.einsum("kij,kjl->kil", left.numpy(), right.expand(2, -1, -1).numpy())
    np.testing.assert_allclose(out[:, :rows].numpy(), expected, rtol=1e-9, atol=1e-9)
    assert out[:, rows:].isnan().all()


def test_a_buffer_ends_in_ones_where_biases_are_met() -> None:
    """The values are a view without them, channels first."""
    found = buffer(torch.empty(0), 2, (4, 5, 3), 7, ones=True)
    assert found.values.shape == (2, 3, 4, 5, 7)
    assert found.flat.shape == (2, 61, 7)
    found.values.zero_()
    assert found.flat.sum() == 2 * 7
