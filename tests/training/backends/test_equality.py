"""Every kind of network, trained many at once, is trained as plain torch trains it alone."""

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from hpo_tutor.training import CNN, MLP, AutoEncoder, Block, Data, Population
from hpo_tutor.training.models.descriptions import Model

Columns = dict[str, NDArray[np.float64]]
QUICK = settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow])
OPTIMISERS = pytest.mark.parametrize("optimiser", ["adam", "sgd"])
DEVICES = pytest.mark.parametrize("device", ["cpu", *(["cuda"] if torch.cuda.is_available() else [])])

KINDS: dict[str, Model] = {
    "linear": MLP(()),
    "relu": MLP((12, 8)),
    "tanh": MLP((12, 8), "tanh", n_outputs=2),
    "classes": MLP((12, 8), task="classification", n_outputs=3),
    "batch norm": MLP((12, 8), batch_norm=True),
    "tanh, batch norm, classes": MLP((12,), "tanh", "classification", 3, batch_norm=True),
    "cnn": CNN((6, 6, 2), (Block(4), Block(5)), n_outputs=3),
    "cnn, strides, hidden": CNN(
        (7, 5, 1), (Block(4, 5, stride=2, pool=1), Block(3, pool=2)), (6,), "tanh", n_outputs=3
    ),
    "cnn, batch norm": CNN((6, 6, 1), (Block(4), Block(5, 1, pool=1)), (6,), n_outputs=3, batch_norm=True),
    "cnn, regression": CNN((5, 6, 1), (Block(4, pool=3),), task="regression", n_outputs=1),
    "autoencoder": AutoEncoder((4, 8, 2), (Block(3), Block(4, stride=2, pool=1)), 5),
    "autoencoder, batch norm": AutoEncoder((4, 4, 1), (Block(3), Block(2, pool=1)), 5, (6,), "tanh", batch_norm=True),
}
EACH_KIND = pytest.mark.parametrize("kind", KINDS)


def make_data(model: Model, n_train: int = 60, n_validation: int = 300, seed: int = 0) -> Data:
    """Curved surfaces with noise, one for each output; classes by which is highest."""
    rng = np.random.default_rng(seed)
    n_inputs = 4 if isinstance(model, MLP) else int(np.prod(model.image))
    inputs = rng.normal(size=(n_train + n_validation, n_inputs))
    targets = np.sin(inputs @ rng.normal(size=(n_inputs, model.n_outputs))) + 0.1 * rng.normal(size=model.n_outputs)
    if model.task == "classification":
        targets = targets.argmax(axis=1)
    return Data(inputs[:n_train], targets[:n_train], inputs[n_train:], targets[n_train:])


@st.composite
def populations(draw: st.DrawFn, kind: str, optimiser: str, longest: int) -> Columns:
    """The hyperparameters of 1 to 5 models, of at most ``longest`` epochs; several widths end up in one chunk."""
    n_models = draw(st.integers(1, 5))

    def column(values: st.SearchStrategy[float]) -> NDArray[np.float64]:
        return np.array(draw(st.lists(values, min_size=n_models, max_size=n_models)), dtype=float)

    columns = {
        "learning_rate": 10 ** column(st.floats(-4, -2)),
        "l2": column(st.sampled_from([0.0, 1e-6, 1e-3, 0.1])),
        "input_noise": column(st.sampled_from([0.0, 0.1, 1.0])),
        "dropout": column(st.sampled_from([0.0, 0.2, 0.5])),
        "epochs": column(st.integers(1, longest)),
        "batch_size": column(st.sampled_from([16, 33, 200])),
    }
    if kind != "linear":
        columns["width"] = column(st.sampled_from([3, 13, 14, 15, 16]))
    if optimiser == "sgd":
        columns["momentum"] = column(st.sampled_from([0.0, 0.5, 0.9]))
    return columns


@EACH_KIND
@OPTIMISERS
@QUICK
@given(draws=st.data(), first_seed=st.integers(0, 2**63))
def test_the_stack_equals_the_loop_in_double_precision(
    kind: str, optimiser: str, draws: st.DataObject, first_seed: int
) -> None:
    """Up to 5 epochs at learning rates up to 1e-2, every loss agrees with plain torch within 1e-10."""
    model, columns = KINDS[kind], draws.draw(populations(kind, optimiser, longest=5))
    seeds = range(first_seed, first_seed + len(columns["epochs"]))
    loop, stack = (
        list(
            Population(
                model, make_data(model), columns, seeds, backend, optimiser=optimiser, dtype="float64", device="cpu"
            ).fit()
        )
        for backend in ("loop", "stack")
    )
    assert len(loop) == len(stack) == columns["epochs"].max()
    for expected, report in zip(loop, stack, strict=True):
        np.testing.assert_allclose(report.losses, expected.losses, rtol=1e-10)
        np.testing.assert_allclose(report.training_losses, expected.training_losses, rtol=1e-10)
        np.testing.assert_array_equal(report.trained, expected.trained)


@EACH_KIND
@OPTIMISERS
@QUICK
@given(draws=st.data(), first_seed=st.integers(0, 2**63))
def test_the_stack_equals_the_loop_in_single_precision(
    kind: str, optimiser: str, draws: st.DataObject, first_seed: int
) -> None:
    """After one epoch in float32, every loss agrees with plain torch within 1e-5.

    Widths start at 3: of a single channel between two normalisations the scale has no effect. Its gradient is zero, of
    which rounding leaves 1e-8, and Adam takes that for a direction. For the same reason learning rates end at 1e-3
    where Adam trains with normalisations: at 1e-2 a loss was 2e-5 apart.
    """
    model, columns = KINDS[kind], draws.draw(populations(kind, optimiser, longest=1))
    if optimiser == "adam" and "batch norm" in kind:
        columns["learning_rate"] /= 10
    seeds = range(first_seed, first_seed + len(columns["epochs"]))
    loop, stack = (
        Population(model, make_data(model), columns, seeds, backend, optimiser=optimiser, device="cpu").train()
        for backend in ("loop", "stack")
    )
    np.testing.assert_allclose(stack, loop, rtol=1e-5)


@EACH_KIND
@OPTIMISERS
def test_what_was_learned_equals_the_loop(kind: str, optimiser: str) -> None:
    """Every weight, bias and running statistic agrees with plain torch, whatever the company's width."""
    model = KINDS[kind]
    columns = {"learning_rate": 1e-2, "epochs": [3, 1, 3], "batch_size": 16, "l2": 0.01}
    if kind != "linear":
        columns["width"] = [14, 13, 16]
    loop, stack = (
        Population(
            model,
            make_data(model),
            columns,
            range(3),
            backend,
            optimiser=optimiser,
            dtype="float64",
            device="cpu",
            keep_networks=True,
        )
        for backend in ("loop", "stack")
    )
    loop.train()
    stack.train()
    for i in range(3):
        expected, learned = loop.network(i).state_dict(), stack.network(i).state_dict()
        assert expected.keys() == learned.keys()
        for name, tensor in expected.items():
            np.testing.assert_allclose(learned[name].numpy(), tensor.numpy(), rtol=1e-8, atol=1e-10, err_msg=name)


@EACH_KIND
@pytest.mark.parametrize("backend", ["loop", "stack"])
def test_a_diverging_model_harms_no_other(kind: str, backend: str) -> None:
    """A learning rate of 1e200 gives inf or nan to its own model alone and ends its training; the others stay."""
    model = KINDS[kind]
    options = {"optimiser": "sgd", "dtype": "float64", "device": "cpu"}
    shared = {"epochs": 6, "batch_size": 16, "dropout": 0.1, "input_noise": 0.1}
    rates = {"learning_rate": [1e-3, 1e200, 1e-2], "l2": [0, 1, 0]}  # L2 drives up even what saturates
    with_it = Population(model, make_data(model), {**shared, **rates}, [0, 1, 2], backend, **options)
    reports = list(with_it.fit())
    without = Population(model, make_data(model), {**shared, "learning_rate": [1e-3, 1e-2]}, [0, 2], backend, **options)
    assert not np.isfinite(with_it.losses[1])
    assert reports[0].trained.all()
    assert reports[-1].trained.tolist() == [True, False, True]
    np.testing.assert_allclose(with_it.losses[[0, 2]], without.train(), rtol=1e-10)


@EACH_KIND
def test_company_never_changes_a_loss(kind: str) -> None:
    """A model's loss is the same alone and among 39 others of other settings, up to rounding."""
    rng, n_models, model = np.random.default_rng(1), 40, KINDS[kind]
    columns = {
        "learning_rate": 10 ** rng.uniform(-4, -2, n_models),
        "l2": 10 ** rng.uniform(-6, -2, n_models),
        "input_noise": rng.choice([0, 0.3], n_models),
        "dropout": rng.choice([0, 0.3], n_models),
        "epochs": rng.integers(1, 4, n_models),
        "batch_size": rng.choice([16, 64], n_models),
    }
    if kind != "linear":
        columns["width"] = rng.choice([4, 13, 14, 15], n_models)
    options = {"backend": "stack", "dtype": "float64", "device": "cpu"}
    together = Population(model, make_data(model), columns, range(n_models), **options).train()
    for i in (0, 7, 23):
        one = {name: values[i : i + 1] for name, values in columns.items()}
        assert Population(model, make_data(model), one, [i], **options).train() == pytest.approx(together[i], rel=1e-10)


@DEVICES
@EACH_KIND
@OPTIMISERS
def test_every_device_gives_the_losses_of_the_loop(device: str, kind: str, optimiser: str) -> None:
    """On the processor, and on the GPU where there is one: full and last steps, epochs that end, nothing lost."""
    model = KINDS[kind]
    columns = {
        "learning_rate": np.geomspace(1e-4, 1e-2, 20),
        "epochs": np.arange(20) % 5 + 1,
        "dropout": 0.2,
        "input_noise": 0.1,
        "batch_size": 16,
    }
    loop, stack = (
        Population(
            model, make_data(model), columns, range(20), backend, optimiser=optimiser, device=where, dtype="float64"
        ).train()
        for backend, where in (("loop", "cpu"), ("stack", device))
    )
    np.testing.assert_allclose(stack, loop, rtol=1e-9)


def test_a_linear_model_finds_the_least_squares_solution() -> None:
    """With no hidden layer and many epochs, the validation loss is that of numpy's least squares."""
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(200, 3))
    targets = inputs @ [1.0, -2.0, 0.5] + 0.3 + 0.1 * rng.normal(size=200)
    data = Data(inputs[:150], targets[:150], inputs[150:], targets[150:])
    columns = np.column_stack([inputs, np.ones(200)])
    solution, *_ = np.linalg.lstsq(columns[:150], targets[:150])
    expected = np.mean((columns[150:] @ solution - targets[150:]) ** 2)
    settings_ = {"learning_rate": 1e-2, "epochs": 2000, "batch_size": 150}
    losses = Population(MLP(()), data, settings_, [0, 1], "stack", dtype="float64", device="cpu").train()
    assert losses == pytest.approx([expected, expected], rel=1e-4)
