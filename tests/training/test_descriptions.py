"""Models and rows that make no sense are refused before anything is trained."""

import numpy as np
import pytest

from hpo_tutor.training import MLP, Data, Population


def test_width_replaces_every_hidden_layer() -> None:
    """The layers' sizes run from the inputs to the outputs."""
    model = MLP(hidden=(32, 16), n_outputs=2)
    assert model.sizes(10) == (10, 32, 16, 2)
    assert model.sizes(10, 7) == (10, 7, 7, 2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"hidden": (8, 0)}, r"at least 1 wide, got \(8, 0\)"),
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
    ("parts", "message"),
    [
        ((np.ones((4, 2)), np.ones(3), np.ones((2, 2)), np.ones(2)), r"train_targets must have 4 rows .* got \(3,\)"),
        (
            (np.ones((4, 2)), np.ones(4), np.ones((2, 3)), np.ones(2)),
            "2 columns, validation_inputs 3",
        ),
        ((np.ones(4), np.ones(4), np.ones((2, 1)), np.ones(2)), r"shape \(n >= 1, n_inputs\), got \(4,\)"),
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
