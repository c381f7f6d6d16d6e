"""Models are stopped one by one, or all at once, and what they have learned can be kept."""

import itertools
import threading

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from hpo_tutor.training import MLP, Data, Population
from hpo_tutor.training.crew import Trainer
from hpo_tutor.training.population import BACKENDS as BACKENDS_OF

BACKENDS = pytest.mark.parametrize("backend", ["compiled", "stack", "loop"])


def make_data(n_rows: int = 120) -> Data:
    """A plane with noise, four inputs."""
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(n_rows, 4))
    targets = inputs @ [1.0, -1.0, 0.5, 0.0] + 0.1 * rng.normal(size=n_rows)
    return Data(inputs[: n_rows // 2], targets[: n_rows // 2], inputs[n_rows // 2 :], targets[n_rows // 2 :])


def make_population(n_models: int = 6, **options: object) -> Population:
    """Small networks of five epochs."""
    columns = {"learning_rate": 1e-2, "epochs": 5, "batch_size": 16}
    return Population(MLP((8,)), make_data(), columns, range(n_models), device="cpu", **options)


@BACKENDS
def test_stopped_models_train_no_further(backend: str) -> None:
    """Those stopped after the second epoch keep its loss; the others end as if nobody had been stopped."""
    expected = list(make_population(backend=backend).fit())
    population = make_population(backend=backend)
    for report in population.fit():
        if report.epoch == 2:
            population.stop([1, 4])
        assert report.trained.tolist() == [report.epoch <= 2 or i not in (1, 4) for i in range(6)]
    np.testing.assert_array_equal(population.losses[[1, 4]], expected[1].losses[[1, 4]])
    others = [0, 2, 3, 5]
    np.testing.assert_allclose(population.losses[others], expected[-1].losses[others], rtol=1e-5)


@BACKENDS
def test_all_can_be_stopped_from_another_thread(backend: str) -> None:
    """``stop()`` ends ``fit`` without a further report and leaves no thread; the losses stay."""
    alive = threading.active_count()
    population = make_population(40, backend=backend, n_threads=2)
    reports = []
    for report in population.fit():
        reports.append(report)
        if report.epoch == 2:
            helper = threading.Thread(target=population.stop)
            helper.start()
            helper.join()
    assert len(reports) == 2
    np.testing.assert_array_equal(population.losses, reports[-1].losses)
    assert threading.active_count() == alive


def test_a_stop_before_the_first_epoch_counts() -> None:
    """Whoever stops between ``fit`` and the first report sees none; fitting again starts afresh."""
    population = make_population()
    reports = population.fit()
    population.stop()
    assert list(reports) == []
    assert len(list(population.fit())) == 5


@pytest.mark.parametrize("ids", [6, [-1], [0.5], ["all"]])
def test_only_models_that_exist_can_be_stopped(ids: object) -> None:
    """The error says which places there are."""
    with pytest.raises(ValueError, match="ids are whole numbers from 0 to 5"):
        make_population().stop(ids)


@BACKENDS
def test_turns_change_no_loss(backend: str) -> None:
    """With memory for two of six models at a time they train in three turns, and end with the same losses."""
    together = make_population(backend=backend, dtype="float64")
    in_turns = make_population(backend=backend, dtype="float64", memory=2 * 49 * 8 * 4)
    reports = list(in_turns.fit())
    assert [report.epoch for report in reports] == [1, 2, 3, 4, 5] * 3
    assert [np.flatnonzero(report.trained).tolist() for report in reports[::5]] == [[0, 1], [2, 3], [4, 5]]
    np.testing.assert_allclose(in_turns.losses, together.train(), rtol=1e-10)


def test_a_stop_ends_all_turns() -> None:
    """``stop()`` in the first turn lets no other begin."""
    population = make_population(memory=1)
    for _ in population.fit():
        population.stop()
    assert np.isfinite(population.losses).tolist() == [True] + [False] * 5


def by_hand(network: torch.nn.Module, data: Data) -> float:
    """The validation loss of a plain module."""
    with torch.no_grad():
        outputs = network(torch.tensor(data.validation_inputs))[:, 0].numpy()
    return float(np.mean((outputs - data.validation_targets) ** 2))


@BACKENDS
def test_networks_can_be_kept(backend: str) -> None:
    """Each is a plain module with the loss that was reported, whether it finished, was stopped, or was left."""
    epochs: NDArray[np.int64] = np.array([1, 3, 5])
    data = make_data()
    columns = {"learning_rate": 1e-2, "epochs": epochs, "width": [3, 8, 7], "batch_size": 16}
    population = Population(
        MLP((8,)), data, columns, range(3), backend, device="cpu", dtype="float64", keep_networks=True
    )
    for report in population.fit():
        if report.epoch == 2:
            population.stop([1])
        if report.epoch == 4:
            break
    for i, width in enumerate([3, 8, 7]):
        network = population.network(i)
        assert sum(parameter.numel() for parameter in network.parameters()) == width * 6 + 1
        assert by_hand(network, data) == pytest.approx(population.losses[i], rel=1e-12)


def test_networks_are_kept_on_demand_only() -> None:
    """Without ``keep_networks`` the error names it."""
    population = make_population()
    population.train()
    with pytest.raises(ValueError, match="keep_networks=True"):
        population.network(0)


@BACKENDS
def test_an_epoch_that_was_cut_short_is_not_reported(backend: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stop in mid-epoch ends ``fit`` without a report of it, whatever the trainers have by then."""
    population = make_population(backend=backend, n_threads=1)
    trainer = BACKENDS_OF[backend]
    train = trainer.train

    def cut_short(self: Trainer, *given: object) -> NDArray[np.float64]:
        losses = train(self, *given)
        if next(calls) == 1:
            population.stop()
        return losses

    running = population.fit()
    report, calls = next(running), itertools.count(1)
    monkeypatch.setattr(trainer, "train", cut_short)
    assert list(running) == []
    np.testing.assert_array_equal(population.losses, report.losses)


def test_a_stop_between_turns_leaves_what_was_trained() -> None:
    """The first of six turns is kept as a network; of the others there is none, and none is even begun."""
    population = make_population(memory=1, keep_networks=True)
    for _ in population.fit():
        population.stop()
    population.network(0)
    for i in range(1, 6):
        with pytest.raises(ValueError, match=f"network {i} is not there"):
            population.network(i)


def test_models_stopped_before_their_turn_never_train() -> None:
    """Those named before the first epoch, or in an earlier turn, have no loss; the others do."""
    population = make_population(memory=2 * 49 * 4 * 4)
    reports = population.fit()
    population.stop([1])
    for _ in reports:
        population.stop([4])
    assert np.isnan(population.losses).tolist() == [False, True, False, False, True, False]


def test_a_new_fit_ends_the_old_one() -> None:
    """The old generator reports nothing more, and changes nothing of the new run."""
    population = make_population(keep_networks=True)
    old = population.fit()
    next(old)
    new = population.fit()
    reports = [next(new)]
    assert list(old) == []
    np.testing.assert_array_equal(population.losses, reports[0].losses)
    reports += new
    assert len(reports) == 5
    assert np.isfinite(population.losses).all()


def test_losses_are_a_copy() -> None:
    """Writing into them changes nothing."""
    population = make_population()
    before = population.train()
    population.losses[:] = 7
    np.testing.assert_array_equal(population.losses, before)


def test_a_kept_network_knows_its_dropout() -> None:
    """Put into training mode, it drops what its own hyperparameter says."""
    columns = {"learning_rate": 1e-2, "epochs": 1, "dropout": [0.25, 0.5]}
    population = Population(MLP((8,)), make_data(), columns, [0, 1], device="cpu", keep_networks=True)
    population.train()
    shares = [[layer.p for layer in population.network(i) if isinstance(layer, torch.nn.Dropout)] for i in (0, 1)]
    assert shares == [[0.25], [0.5]]
