"""Models and rows that make no sense are refused before anything is trained."""

from collections.abc import Callable

import numpy as np
import pytest

from hpo_tutor.training import CNN, MLP, AutoEncoder, Block, Data, Population
from hpo_tutor.training.models.architecture import Network, n_parameters


def test_width_replaces_every_hidden_layer() -> None:
    """The layers' sizes run from the inputs to the outputs; of an image they are height, width and channels."""
    model = MLP(hidden=(32, 16), n_outputs=2)
    assert sizes(model.layers(10)) == [(10,), (32,), (16,), (2,)]
    assert sizes(model.layers(10, 7)) == [(10,), (7,), (7,), (2,)]
    convolutional = CNN((9, 8, 3), (Block(4, kernel=5, stride=2, pool=1), Block(6)), hidden=(20,))
    assert sizes(convolutional.layers(216)) == [(9, 8, 3), (5, 4, 4), (5, 4, 6), (20,), (10,)]
    assert sizes(convolutional.layers(216, 5)) == [(9, 8, 3), (5, 4, 5), (5, 4, 5), (20,), (10,)]


def test_an_auto_encoder_goes_back_the_way_it_came() -> None:
    """The sizes of the way back are those of the way down, and the last is the image's."""
    model = AutoEncoder((8, 8, 1), (Block(4), Block(6)), code=3, hidden=(12,))
    down, up = [(8, 8, 1), (8, 8, 4), (4, 4, 6), (12,)], [(12,), (2, 2, 6), (4, 4, 4), (8, 8, 1)]
    assert sizes(model.layers(64)) == [*down, (3,), *up]
    assert model.n_outputs == 64


@pytest.mark.parametrize(
    ("network", "expected"),
    [
        (MLP((32, 32)).layers(10), 10 * 32 + 32 + 32 * 32 + 32 + 32 + 1),
        (MLP((32,), batch_norm=True).layers(10), 10 * 32 + 2 * 32 + 32 + 1),
        (CNN((8, 8, 1), (Block(8), Block(16))).layers(64), 9 * 8 + 8 + 9 * 8 * 16 + 16 + 2 * 2 * 16 * 10 + 10),
        (AutoEncoder((8, 8, 1), (Block(4),), code=5).layers(64), 40 + (64 * 5 + 5) + (5 * 64 + 64) + 9 * 4 + 1),
    ],
)
def test_parameters_are_counted_as_by_hand(network: Network, expected: int) -> None:
    """Weights and biases of every layer, scale and shift of every normalisation, before which there is no bias."""
    assert n_parameters(network) == expected


def sizes(network: Network) -> list[tuple[int, ...]]:
    """The shapes from the inputs through every layer that has weights."""
    return [network[0].inputs, *(layer.outputs for layer in network if layer.tensors)]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"hidden": (8, 0)}, r"hidden: a layer must be at least 1 wide, got \(8, 0\)"),
        ({"activation": "step"}, "activation must be one of relu, tanh, got 'step'"),
        ({"task": "ranking"}, "task must be one of regression, classification, got 'ranking'"),
        ({"task": "classification"}, "n_outputs must be at least 2 for classification, got 1"),
    ],
)
def test_a_bad_model_is_refused(arguments: dict[str, object], message: str) -> None:
    """The error says the rule and the value."""
    with pytest.raises(ValueError, match=message):
        MLP(**arguments)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Block(kernel=4), "kernel must be odd"),
        (lambda: Block(pool=0), "pool of a block must be at least 1, got 0"),
        (lambda: CNN((8, 8)), r"image is \(height, width, channels\), three numbers from 1, got \(8, 8\)"),
        (lambda: CNN((8, 8, 1), ()), "blocks must hold at least one Block"),
        (lambda: CNN((8, 8, 1), [Block()] * 4), "nothing is left of an image of 8 x 8"),
        (lambda: CNN((8, 8, 1)).layers(63), "images of 8 x 8 x 1 are rows of 64 inputs, got 63"),
        (lambda: AutoEncoder((9, 8, 1)), "must divide the image's sides.*shrink by 2 and the image is 9 x 8"),
        (lambda: AutoEncoder((8, 8, 1), code=0), r"hidden and code: a layer must be at least 1 wide, got \(0,\)"),
    ],
)
def test_a_bad_image_or_block_is_refused(make: Callable[[], object], message: str) -> None:
    """The error says the rule, the value, and what to do."""
    with pytest.raises(ValueError, match=message):
        make()


def test_a_single_row_cannot_be_normalised() -> None:
    """Batch sizes that leave a last step of one row are refused where rows are normalised by each other."""
    data = Data(np.ones((9, 2)), np.ones(9), np.ones((3, 2)), np.ones(3))
    model = MLP((4,), batch_norm=True)
    for batch_size in (1, 4, 8):
        with pytest.raises(ValueError, match=f"batch_size {batch_size} leaves a step of a single row of 9"):
            Population(model, data, {"learning_rate": 1e-3, "epochs": 1, "batch_size": batch_size}, [0])
    Population(model, data, {"learning_rate": 1e-3, "epochs": 1, "batch_size": 5}, [0])


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ((np.ones((4, 2)), np.ones(3), np.ones((2, 2)), np.ones(2)), r"train_targets must have 4 rows .* got \(3,\)"),
        (
            (np.ones((4, 2)), np.ones(4), np.ones((2, 3)), np.ones(2)),
            "2 columns, validation_inputs 3",
        ),
        ((np.ones(4), np.ones(4), np.ones((2, 1)), np.ones(2)), r"shape \(n >= 1, n_inputs >= 1\), got \(4,\)"),
        ((np.ones((4, 2)), np.full(4, np.nan), np.ones((2, 2)), np.ones(2)), "4 of 4 values are not"),
        (
            (np.ones((4, 2)), np.ones(4), np.ones((0, 2)), np.ones(0)),
            r"must have shape .* got \(0, 2\)",
        ),
    ],
)
def test_bad_rows_are_refused(parts: tuple[np.ndarray, ...], message: str) -> None:
    """The error says which array, the rule and the value."""
    with pytest.raises(ValueError, match=message):
        Data(*parts)


@pytest.mark.parametrize(
    ("model", "targets", "message"),
    [
        (MLP(task="classification", n_outputs=3), np.array([0, 1, 3]), r"must lie in 0..2, they span 0..3"),
        (MLP(task="classification", n_outputs=3), np.array([0, 1, 0.5]), "class numbers"),
        (MLP(n_outputs=2), np.array([0.0, 1, 3]), r"have shape \(3,\), the model has 2 output"),
        (MLP(hidden=()), np.array([0.0, 1, 3]), "width needs a hidden layer"),
    ],
)
def test_targets_must_suit_the_model(model: MLP, targets: np.ndarray, message: str) -> None:
    """Labels beyond the classes, missing target columns, a width without a layer: each is named."""
    data = Data(np.ones((3, 2)), targets, np.ones((3, 2)), targets)
    with pytest.raises(ValueError, match=message):
        Population(model, data, {"learning_rate": 1e-3, "epochs": 1, "width": 4}, [0])
