"""A network that pauses, and goes on in another process, never knows."""

import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from hpo_tutor.training import CNN, MLP, AutoEncoder, Block, Data, Population
from hpo_tutor.training.models.descriptions import Model
from hpo_tutor.training.pausing import start, thaw

ROOT = Path(__file__).parents[2]
N_EPOCHS = 4
ADAM = {"learning_rate": 1e-2, "l2": 1e-3, "batch_size": 16}
KINDS: dict[str, tuple[Model, dict[str, float], str]] = {
    "plain": (MLP((6,)), ADAM, "adam"),
    "noise and dropout": (MLP((8, 6)), {**ADAM, "input_noise": 0.3, "dropout": 0.4, "width": 7}, "adam"),
    "momentum": (MLP((6,), task="classification", n_outputs=3), {**ADAM, "momentum": 0.9}, "sgd"),
    "tanh, dropout": (MLP((6,), "tanh"), {**ADAM, "dropout": 0.4}, "adam"),
    "batch norm": (MLP((6,), batch_norm=True), {**ADAM, "input_noise": 0.2}, "adam"),
    "cnn": (CNN((4, 4, 1), (Block(3),), n_outputs=3), {**ADAM, "dropout": 0.3, "momentum": 0.5}, "sgd"),
    "cnn, batch norm": (CNN((4, 4, 1), (Block(3),), n_outputs=3, batch_norm=True), ADAM, "adam"),
    "autoencoder": (AutoEncoder((4, 4, 1), (Block(3),), 5, (6,), "tanh"), {**ADAM, "input_noise": 0.3}, "adam"),
}
FAST = ("plain", "noise and dropout", "momentum")  # what the compiled backend trains
CASES = [(kind, backend) for kind in KINDS for backend in (["compiled", "loop"] if kind in FAST else ["loop"])]


def make_data(model: Model, n_train: int = 50, n_validation: int = 40) -> Data:
    """A curved surface with noise; classes by its height."""
    n_inputs = 4 if isinstance(model, MLP) else 16
    inputs = np.random.default_rng(0).normal(size=(n_train + n_validation, n_inputs))
    targets = np.sin(2 * inputs[:, 0]) + inputs[:, 1] * inputs[:, 2]
    if model.task == "classification":
        targets = np.digitize(targets, [-0.5, 0.5])
    return Data(inputs[:n_train], targets[:n_train], inputs[n_train:], targets[n_train:])


def unbroken(kind: str, backend: str, dtype: str = "float32", seed: int = 5) -> NDArray[np.float64]:
    """Losses of a population of one, epoch by epoch."""
    model, settings, optimiser = KINDS[kind]
    columns = {**settings, "epochs": N_EPOCHS}
    fit = Population(
        model, make_data(model), columns, [seed], backend, optimiser=optimiser, dtype=dtype, device="cpu"
    ).fit()
    return np.array([report.losses[0] for report in fit])


@pytest.mark.parametrize(("kind", "backend"), CASES)
def test_a_pause_after_any_epoch_changes_no_bit(kind: str, backend: str) -> None:
    """Frozen and thawed once, after each epoch in turn, before the first too: the losses of an unbroken training."""
    model, settings, optimiser = KINDS[kind]
    data, expected = make_data(model), unbroken(kind, backend)
    assert len(set(expected)) == N_EPOCHS
    for split in range(N_EPOCHS):
        first = start(model, data, settings, 5, backend, optimiser=optimiser)
        before = first.advance(split) if split else np.empty(0)
        second = thaw(first.frozen(), model, data, settings, 5, backend, optimiser=optimiser)
        assert second.epoch == split
        np.testing.assert_array_equal([*before, *second.advance(N_EPOCHS - split)], expected)
        assert second.epoch == N_EPOCHS


@pytest.mark.parametrize(("kind", "backend"), [("noise and dropout", "compiled"), ("batch norm", "loop")])
def test_a_pause_after_every_epoch_changes_no_bit(kind: str, backend: str) -> None:
    """Put away after each epoch, in double precision."""
    model, settings, optimiser = KINDS[kind]
    data, losses = make_data(model), []
    network = start(model, data, settings, 5, backend, optimiser=optimiser, dtype="float64")
    for _ in range(N_EPOCHS):
        losses += [*network.advance()]
        network = thaw(network.frozen(), model, data, settings, 5, backend, optimiser=optimiser, dtype="float64")
    np.testing.assert_array_equal(losses, unbroken(kind, backend, "float64"))


def test_it_goes_on_in_another_process(tmp_path: Path) -> None:
    """Only the bytes travel; what the other process finds is what this one would have found."""
    model, settings, _ = KINDS["noise and dropout"]
    data = make_data(model)
    network = start(model, data, settings, 5)
    network.advance(2)
    (tmp_path / "frozen").write_bytes(network.frozen())
    code = f"""
from pathlib import Path
import test_pausing as tests
model, settings, _ = tests.KINDS["noise and dropout"]
frozen = Path({str(tmp_path / "frozen")!r}).read_bytes()
for loss in tests.thaw(frozen, model, tests.make_data(model), settings, 5).advance(2):
    print(float(loss).hex())
"""
    command = [sys.executable, "-c", f"import sys; sys.path[:0] = {[str(Path(__file__).parent), str(ROOT)]!r}; {code}"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)
    assert [float.fromhex(line) for line in done.stdout.split()] == list(network.advance(2))


def test_the_frozen_one_is_a_copy() -> None:
    """Training on changes nothing in the bytes, and both copies thawed from them go the same way."""
    model, settings, _ = KINDS["plain"]
    data = make_data(model)
    network = start(model, data, settings, 5)
    network.advance(1)
    frozen = network.frozen()
    ahead = network.advance(3)
    for _ in range(2):
        np.testing.assert_array_equal(thaw(frozen, model, data, settings, 5).advance(3), ahead)


def test_the_backend_is_the_fastest_that_can_pause() -> None:
    """Machine code for a network of ReLU, torch for tanh; a stack of one is no such backend."""
    model, settings, _ = KINDS["plain"]
    data = make_data(model)
    np.testing.assert_array_equal(start(model, data, settings, 5).advance(N_EPOCHS), unbroken("plain", "compiled"))
    model, settings, _ = KINDS["tanh, dropout"]
    np.testing.assert_array_equal(start(model, data, settings, 5).advance(N_EPOCHS), unbroken("tanh, dropout", "loop"))
    with pytest.raises(ValueError, match="pauses trains on the backend compiled or loop, got 'stack'"):
        start(model, data, settings, 5, "stack")  # type: ignore[arg-type]


@pytest.mark.parametrize("backend", ["compiled", "loop"])
def test_one_that_diverges_trains_no_further(backend: str) -> None:
    """A learning rate of 1e30: what is not finite comes once, the rest is nan, after a pause as well."""
    model = MLP((6,))
    data, settings = make_data(model), {**ADAM, "learning_rate": 1e30}
    network = start(model, data, settings, 5, backend)  # type: ignore[arg-type]
    losses = network.advance(N_EPOCHS)
    (first,) = Population(model, data, {**settings, "epochs": N_EPOCHS}, [5], backend, device="cpu").train()
    assert not np.isfinite(first)
    last = int(np.isfinite(losses).sum())
    np.testing.assert_array_equal(losses[last], first)
    assert np.isnan(losses[last + 1 :]).all()
    assert network.diverged
    assert network.epoch == last + 1
    thawed = thaw(network.frozen(), model, data, settings, 5, backend)  # type: ignore[arg-type]
    assert np.isnan(thawed.advance(2)).all()
    assert thawed.epoch == last + 1


@pytest.mark.parametrize("change", ["model", "seed", "rate", "backend"])
def test_a_frozen_network_goes_on_as_itself_only(change: str) -> None:
    """Another model, seed, setting or backend is refused, and both are named."""
    model, settings, _ = KINDS["plain"]
    data = make_data(model)
    frozen = start(model, data, settings, 5).frozen()
    if change == "model":
        model = MLP((6, 6))
    if change == "rate":
        settings = {**settings, "learning_rate": 0.02}
    with pytest.raises(ValueError, match="a frozen network goes on with its own model, settings and seed"):
        thaw(frozen, model, data, settings, 6 if change == "seed" else 5, "loop" if change == "backend" else None)


def test_bytes_that_would_run_code_are_refused() -> None:
    """What is thawed holds numbers: an object that calls something when it is read is not read."""
    model, settings, _ = KINDS["plain"]

    class Bomb:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return exec, ("raise SystemExit",)

    packet = io.BytesIO()
    torch.save({"identity": Bomb()}, packet)
    with pytest.raises(Exception, match="Weights only load failed"):
        thaw(packet.getvalue(), model, make_data(model), settings, 5)


@pytest.mark.parametrize("n_epochs", [0, -1])
def test_it_advances_by_an_epoch_at_least(n_epochs: int) -> None:
    """Nothing to train is an error, as it is no training."""
    model, settings, _ = KINDS["plain"]
    with pytest.raises(ValueError, match=f"at least one epoch, got n_epochs={n_epochs}"):
        start(model, make_data(model), settings, 5).advance(n_epochs)


def test_threads_of_the_caller_come_back() -> None:
    """It trains on one thread, and torch has the caller's number again afterwards."""
    model, settings, _ = KINDS["batch norm"]
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        start(model, make_data(model), settings, 5).advance(1)
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(before)
