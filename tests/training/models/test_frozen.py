"""A network that is trained no further makes features, and a head learns on them."""

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits
from torch import nn

from hpo_tutor.training import CNN, MLP, Block, Data, Population
from hpo_tutor.training.models.frozen import body, features, rebuild, weights


def digits() -> Data:
    """Real handwritten digits, 8 x 8 pixels; 600 to train on and 400 to be scored on."""
    images, labels = load_digits(return_X_y=True)
    images = (images - images[:600].mean()) / images[:600].std()
    return Data(images[:600], labels[:600], images[600:1000], labels[600:1000])


def test_a_head_learns_on_the_features_of_a_network() -> None:
    """A small CNN reads digits; a head on its features learns as plain torch would, and faster than on pixels."""
    data = digits()
    columns = {"learning_rate": 1e-2, "epochs": 5, "batch_size": 32}
    cnn = Population(CNN((8, 8, 1), (Block(8), Block(16)), (24,)), data, columns, [0], device="cpu", keep_networks=True)
    cnn.train()
    trunk = body(cnn.network(0))
    train, validation = features(trunk, data.train_inputs), features(trunk, data.validation_inputs)
    assert train.shape == (600, 24)
    on_features = Data(train, data.train_targets, validation, data.validation_targets)
    columns = {"learning_rate": [1e-3, 1e-2, 1e-2], "epochs": [2, 3, 3], "batch_size": 32, "dropout": [0, 0, 0.2]}
    head = MLP((12,), task="classification", n_outputs=10)
    loop, stack, pixels = (
        Population(head, rows, columns, range(3), backend, dtype="float64", device="cpu").train()
        for rows, backend in ((on_features, "loop"), (on_features, "stack"), (data, "stack"))
    )
    np.testing.assert_allclose(stack, loop, rtol=1e-10)
    assert np.all(stack[:2] < pixels[:2])  # the third drops inputs, of which the pixels have more to spare


def test_features_are_the_last_layers_inputs() -> None:
    """In blocks of any size: what enters the last nn.Linear, row by row."""
    network = nn.Sequential(nn.Linear(6, 5), nn.BatchNorm1d(5), nn.Tanh(), nn.Linear(5, 2)).double()
    rows = np.random.default_rng(0).normal(size=(23, 6))
    expected = network.eval()[:3](torch.tensor(rows)).detach().numpy()
    for batch_size in (1, 7, 100):
        np.testing.assert_allclose(features(body(network), rows, batch_size), expected, rtol=1e-12)


def test_a_frozen_network_stays_as_it_is() -> None:
    """Neither weights nor running statistics move, each module keeps its mode, and no gradient is recorded."""
    network = nn.Sequential(nn.Linear(6, 5), nn.BatchNorm1d(5), nn.Dropout(0.5), nn.Linear(5, 2))
    network[1].eval()
    modes = [module.training for module in network.modules()]
    before = [tensor.clone() for tensor in network.state_dict().values()]
    first, second = (features(network, np.ones((4, 6))) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert first.dtype == np.float64
    assert [module.training for module in network.modules()] == modes
    assert all(torch.equal(old, new) for old, new in zip(before, network.state_dict().values(), strict=True))
    assert network[0].weight.grad is None


def test_images_come_out_as_rows() -> None:
    """A body that ends in images is flattened."""
    trunk = nn.Sequential(nn.Unflatten(1, (1, 4, 4)), nn.Conv2d(1, 3, 3))
    assert features(trunk, np.zeros((5, 16))).shape == (5, 12)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((np.ones(4),), r"images must have shape \(n >= 1, n_inputs\), got \(4,\); flatten each image"),
        ((np.ones((0, 4)),), r"got \(0, 4\)"),
        ((np.ones((3, 4)), 0), "batch_size must be at least 1, got 0"),
    ],
)
def test_bad_images_are_refused(arguments: tuple[object, ...], message: str) -> None:
    """The error says the rule, the value and what to do."""
    with pytest.raises(ValueError, match=message):
        features(nn.Linear(4, 2), *arguments)


def test_a_network_without_a_head_is_named() -> None:
    """The error says what to do instead."""
    with pytest.raises(ValueError, match="no head to cut off; pass it to features as it is"):
        body(nn.Sequential(nn.Flatten(), nn.ReLU()))


def test_a_network_is_rebuilt_from_its_weights() -> None:
    """Convolutions, normalisations with their running statistics, and dense layers come back to the last bit."""
    data, model = digits(), CNN((8, 8, 1), (Block(4),), (6,), batch_norm=True)
    population = Population(model, data, {"learning_rate": 1e-2, "epochs": 1}, [0], device="cpu", keep_networks=True)
    population.train()
    network, layers = population.network(0), model.layers(data.n_inputs)
    arrays = weights(network, layers)
    expected = features(network, data.validation_inputs)
    again = rebuild(layers, arrays)
    np.testing.assert_array_equal(features(again, data.validation_inputs), expected)
    for array in arrays:
        array[:] = 0
    np.testing.assert_array_equal(features(network, data.validation_inputs), expected)  # they were copies
    with pytest.raises(ValueError, match=r"the layers hold arrays of shapes .* give those that weights\(\) returned"):
        rebuild(layers, arrays[:-1])
