"""A stack holds those models that train, and gives each back as it would be alone."""

import threading

import numpy as np
import pytest
import torch

from hpo_tutor.training import CNN, MLP, Block, Data, Population
from hpo_tutor.training.backends.stacked import stack as stack_room
from hpo_tutor.training.backends.stacked.stack import Stack
from hpo_tutor.training.backends.stacked.steps import Step
from hpo_tutor.training.backends.stacked.storage import corner
from hpo_tutor.training.crew import Plan, Tensors
from hpo_tutor.training.models.descriptions import Model
from hpo_tutor.training.randomness import Stream
from hpo_tutor.training.settings import settle

CPU = torch.device("cpu")
DEVICES = pytest.mark.parametrize("device", ["cpu", *(["cuda"] if torch.cuda.is_available() else [])])


def make_data(n_train: int = 70, n_inputs: int = 16) -> Data:
    """Three classes."""
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(n_train + 50, n_inputs))
    labels = np.digitize(inputs[:, 0] + inputs[:, 1] * inputs[:, 2], [-0.5, 0.5])
    return Data(inputs[:n_train], labels[:n_train], inputs[n_train:], labels[n_train:])


def make_plan(model: Model, device: str = "cpu", optimiser: str = "adam") -> Plan:
    """Four models of other widths, with everything that can be set."""
    columns = {
        "learning_rate": [1e-3, 1e-2, 3e-3, 5e-3],
        "l2": [0, 1e-3, 0, 0.1],
        "input_noise": [0.1, 0, 0, 0.2],
        "dropout": [0, 0.3, 0, 0],
        "epochs": [3, 3, 2, 3],
        "width": [3, 7, 5, 7],
        "batch_size": 32,
        "momentum": 0.0 if optimiser == "adam" else 0.8,
    }
    settings = settle(columns, range(4), optimiser)
    return Plan(model, 16, np.arange(10, 14), settings, 32, optimiser, torch.device(device), torch.float64)


MODELS = pytest.mark.parametrize(
    "model",
    [
        MLP((8, 8), task="classification", n_outputs=3, batch_norm=True),
        CNN((4, 4, 1), (Block(4),), (5,), n_outputs=3, batch_norm=True),
    ],
)


@MODELS
def test_a_stack_starts_with_each_models_own_numbers(model: Model) -> None:
    """Narrow models among wide ones: what comes out is to the bit what the stream drew for that width."""
    plan = make_plan(model)
    stack = Stack(plan)
    for k, seed in enumerate(plan.settings.seeds):
        for found, drawn in zip(stack.tensors(k), Stream(seed).weights(plan.network(k)), strict=True):
            assert found.dtype == torch.float64
            assert torch.equal(found, drawn)


@MODELS
@pytest.mark.parametrize("optimiser", ["adam", "sgd"])
def test_what_a_narrow_model_does_not_have_stays_zero(model: Model, optimiser: str) -> None:
    """After two epochs with noise, dropout, momentum and L2, every number beyond a model's corner is still zero."""
    stack, tensors = Stack(make_plan(model, optimiser=optimiser)), Tensors.of(make_data(), model, CPU, torch.float64)
    for _ in range(2):
        stack.train(tensors, threading.Event())
    for view in stack._layout.tensors(stack._numbers.clone()):
        for k, width in enumerate([3, 7, 5, 7]):
            own = tuple(min(size, width) if size == 7 else size for size in view.shape[1:])
            beyond = view[k]
            corner(beyond, own).zero_()
            assert not beyond.any()
    assert stack._learned().any()


@DEVICES
@MODELS
@pytest.mark.parametrize("optimiser", ["adam", "sgd"])
def test_compaction_changes_nothing_for_those_that_stay(model: Model, optimiser: str, device: str) -> None:
    """After an epoch two of four leave; the others go on as in the stack that kept all, moments and noise included."""
    plan, data = make_plan(model, device, optimiser), make_data()
    tensors, never = Tensors.of(data, model, plan.device, torch.float64), threading.Event()
    whole, compacted = Stack(plan), Stack(plan)
    for stack in (whole, compacted):
        stack.train(tensors, never)
    compacted.keep(np.array([True, False, False, True]))
    assert compacted.ids.tolist() == [10, 13]
    assert len(compacted._numbers) == len(compacted._streams) == 2
    for _ in range(3):
        np.testing.assert_allclose(compacted.train(tensors, never), whole.train(tensors, never)[[0, 3]], rtol=1e-10)
        np.testing.assert_allclose(compacted.validate(tensors), whole.validate(tensors)[[0, 3]], rtol=1e-10)
    for left, right in zip(compacted.tensors(1), whole.tensors(3), strict=True):
        np.testing.assert_allclose(left.numpy(), right.numpy(), rtol=1e-8, atol=1e-12)


def test_a_stop_is_seen_before_the_next_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set during the second step, it lets no third begin."""
    stop, steps, train = threading.Event(), [], Step.__call__

    def counted(self: Step) -> None:
        steps.append(self.rows.shape[1])
        if len(steps) == 2:
            stop.set()
        train(self)

    monkeypatch.setattr(Step, "__call__", counted)
    model = MLP((8,), task="classification", n_outputs=3)
    stack = Stack(make_plan(model))
    stack.train(Tensors.of(make_data(), model, CPU, torch.float64), stop)
    assert steps == [32, 32]


@pytest.mark.parametrize("n_rows", [1, 7, 50, 51])
def test_validation_in_blocks_is_validation(n_rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many rows are looked at a time, the losses are those of all rows at once, and nothing is learned."""
    model = CNN((4, 4, 1), (Block(4),), n_outputs=3, batch_norm=True)
    stack, tensors = Stack(make_plan(model)), Tensors.of(make_data(), model, CPU, torch.float64)
    stack.train(tensors, threading.Event())
    before, expected = stack._numbers.clone(), stack.validate(tensors)
    monkeypatch.setattr(stack_room, "VALIDATION_ROWS", n_rows)
    np.testing.assert_allclose(stack.validate(tensors), expected, rtol=1e-12)
    assert torch.equal(stack._numbers, before)


def test_the_callers_warnings_stay_on() -> None:
    """A model that overflows is silent, and the caller's numpy still warns afterwards."""
    columns = {"learning_rate": 1e30, "epochs": 3, "batch_size": 16}
    model = MLP((8,), task="classification", n_outputs=3)
    with np.errstate(all="raise"):
        losses = Population(model, make_data(), columns, [0], "stack", optimiser="sgd", device="cpu").train()
        with pytest.raises(FloatingPointError):
            np.float64(1e300) * np.float64(1e300)
    assert not np.isfinite(losses).all()
