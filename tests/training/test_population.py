"""Many networks at once: each as if it were alone."""

import itertools
import os
import signal
import threading

import numpy as np
import pytest
import torch

from hpo_tutor.training import MLP, Data, Population
from hpo_tutor.training.backends.stacked.steps import Step
from hpo_tutor.training.crew import Crew


def make_data(task: str = "regression", n_train: int = 90, n_inputs: int = 4, seed: int = 0) -> Data:
    """A curved surface with noise; three classes of it for classification."""
    rng = np.random.default_rng(seed)
    inputs = rng.normal(size=(n_train + 60, n_inputs))
    targets = np.sin(2 * inputs[:, 0]) + inputs[:, 1] * inputs[:, 2] + 0.1 * rng.normal(size=len(inputs))
    if task == "classification":
        targets = np.digitize(targets, [-0.5, 0.5])
    return Data(inputs[:n_train], targets[:n_train], inputs[n_train:], targets[n_train:])


def make_model(task: str = "regression", activation: str = "relu", hidden: tuple[int, ...] = (12, 8)) -> MLP:
    """A small network for ``make_data``."""
    return MLP(hidden, activation, task, 3 if task == "classification" else 1)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_company_never_changes_a_loss(dtype: str) -> None:
    """A model's loss is the same alone and among forty others of other settings, up to rounding."""
    rng = np.random.default_rng(1)
    n_models = 40
    columns = {
        "learning_rate": 10 ** rng.uniform(-4, -2, n_models),
        "l2": 10 ** rng.uniform(-6, -2, n_models),
        "epochs": rng.integers(1, 5, n_models),
        "batch_size": rng.choice([16, 64], n_models),
        "width": rng.choice([4, 12], n_models),
    }
    data, model = make_data(), make_model()
    together = Population(model, data, columns, range(n_models), dtype=dtype).train()
    for i in (0, 7, 23):
        alone = Population(model, data, {k: v[i : i + 1] for k, v in columns.items()}, [i], dtype=dtype).train()
        assert alone[0] == pytest.approx(together[i], rel=1e-4 if dtype == "float32" else 1e-10)


def test_seeds_decide_the_start_and_the_order() -> None:
    """The same seed twice gives the same loss; another one, even if it differs above 32 bits only, another loss."""
    settings_ = {"learning_rate": 1e-2, "epochs": 2, "batch_size": 16}
    losses = Population(make_model(), make_data(), settings_, [5, 5, 6, 5 + 2**32]).train()
    assert losses[0] == losses[1]
    assert len(set(losses)) == 3


@pytest.mark.parametrize("backend", ["loop", "stack", "compiled"])
def test_a_diverging_model_harms_no_other(backend: str) -> None:
    """A learning rate of 1e30 gives inf or nan to its own model alone and ends its training; the others stay."""
    data, model = make_data(), make_model()
    rates = [1e-3, 1e30, 1e-2]
    with_it = Population(model, data, {"learning_rate": rates, "epochs": 4}, [0, 1, 2], backend)
    reports = list(with_it.fit())
    without = Population(model, data, {"learning_rate": [1e-3, 1e-2], "epochs": 4}, [0, 2], backend)
    assert not np.isfinite(with_it.losses[1])
    assert reports[0].trained.all()
    assert reports[-1].trained.tolist() == [True, False, True]
    np.testing.assert_allclose(with_it.losses[[0, 2]], without.train(), rtol=1e-5)


@pytest.mark.parametrize("backend", ["loop", "stack", "compiled"])
def test_a_report_tells_who_trained(backend: str) -> None:
    """Models that have had their epochs are nan in later reports and keep their last loss in ``losses``."""
    epochs = np.array([1, 3, 2, 3])
    population = Population(make_model(), make_data(), {"learning_rate": 1e-2, "epochs": epochs}, range(4), backend)
    assert np.isnan(population.losses).all()
    reports = list(population.fit())
    assert [report.epoch for report in reports] == [1, 2, 3]
    for report in reports:
        np.testing.assert_array_equal(report.trained, epochs >= report.epoch)
        np.testing.assert_array_equal(np.isfinite(report.losses), report.trained)
        np.testing.assert_array_equal(np.isfinite(report.training_losses), report.trained)
    last = [reports[n - 1].losses[i] for i, n in enumerate(epochs)]
    np.testing.assert_array_equal(population.losses, last)


def test_training_lowers_the_training_loss() -> None:
    """Each of twenty networks learns: its training loss falls below half of the first epoch's."""
    population = Population(
        make_model(), make_data(), {"learning_rate": 1e-2, "epochs": 40, "batch_size": 16}, range(20)
    )
    reports = list(population.fit())
    assert np.all(reports[-1].training_losses < 0.5 * reports[0].training_losses)


def test_fitting_again_gives_the_same_losses() -> None:
    """``fit`` starts from the start: two runs agree to the last bit, with one thread or two."""
    columns = {"learning_rate": np.geomspace(1e-4, 1e-2, 50), "epochs": 2}
    population = Population(make_model(), make_data(), columns, range(50), n_threads=1)
    first = population.train()
    np.testing.assert_array_equal(population.train(), first)
    two = Population(make_model(), make_data(), columns, range(50), n_threads=2).train()
    np.testing.assert_allclose(two, first, rtol=1e-5)


@pytest.mark.parametrize("n_threads", [1, 2])
def test_the_callers_threads_come_back(n_threads: int) -> None:
    """Between reports and after leaving early, torch has the caller's number of threads, and no worker lives on."""
    before, alive = torch.get_num_threads(), threading.active_count()
    wanted = 3 if before != 3 else 2
    torch.set_num_threads(wanted)
    try:
        columns = {"learning_rate": np.full(40, 1e-3), "epochs": 5}
        for report in Population(make_model(), make_data(), columns, range(40), n_threads=n_threads).fit():
            assert torch.get_num_threads() == wanted
            if report.epoch == 2:
                break
        assert torch.get_num_threads() == wanted
        assert threading.active_count() == alive
    finally:
        torch.set_num_threads(before)


@pytest.mark.parametrize("n_threads", [1, 2])
def test_an_interrupt_stops_between_two_steps(n_threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C in mid-epoch ends it with the step that is under way, leaves what was reported, and no thread behind."""
    alive = threading.active_count()
    stops = []
    new_crew = Crew.__init__

    def watched(self: Crew, n_threads: int, stop: threading.Event) -> None:
        new_crew(self, n_threads, stop)
        stops.append(stop)

    monkeypatch.setattr(Crew, "__init__", watched)
    columns = {"learning_rate": 1e-3, "epochs": 9, "batch_size": 1}
    population = Population(make_model(), make_data(), columns, range(40), "stack", device="cpu", n_threads=n_threads)
    running = population.fit()
    report = next(running)
    steps = itertools.count(1)
    train = Step.__call__

    def interrupted(self: Step) -> None:
        step = next(steps)
        if step == 3:
            os.kill(os.getpid(), signal.SIGINT)
        if step >= 3:  # these steps last until the interrupt has got through, however busy the machine is
            stops[-1].wait(60)
        train(self)

    monkeypatch.setattr(Step, "__call__", interrupted)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever runs this may have it ignored
    try:
        with pytest.raises(KeyboardInterrupt):
            next(running)
    finally:
        signal.signal(signal.SIGINT, before)
    assert threading.active_count() == alive
    np.testing.assert_array_equal(population.losses, report.losses)
    under_way = 2 + n_threads  # two were done, and each worker was in one
    assert next(steps) <= under_way + 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"learning_rate": None}, "learning_rate is missing"),
        ({"epochs": None}, "epochs is missing"),
        ({"speed": 0.9}, "'speed' is not a hyperparameter"),
        ({"momentum": 0.9}, "momentum is a hyperparameter of optimiser='sgd'"),
        ({"dropout": [0, 1, 0]}, "dropout must be a finite number >= 0 and < 1, got 1 for model 1"),
        ({"momentum": 1}, "momentum must be a finite number >= 0 and < 1, got 1 for model 0"),
        ({"batch_size": 1e30}, r"batch_size must be a whole number >= 1, got 1e\+30 for model 0"),
        ({"epochs": 1e30}, "epochs must be a whole number"),
        ({"input_noise": -1}, "input_noise must be a finite number >= 0, got -1 for model 0"),
        ({"learning_rate": [1e-3, -1e-3, 0.1]}, r"learning_rate must be a finite number > 0, got -0.001 for model 1"),
        ({"learning_rate": [1e-3, 1e-3]}, r"one value for each of the 3 seeds, got shape \(2,\)"),
        ({"l2": [0, 0, np.nan]}, "l2 must be a finite number >= 0, got nan for model 2"),
        ({"epochs": 2.5}, "epochs must be a whole number >= 1, got 2.5"),
        ({"batch_size": 0}, "batch_size must be a whole number >= 1, got 0"),
        ({"width": [0, 4, 4]}, "width must be a whole number >= 1, got 0"),
    ],
)
def test_a_bad_hyperparameter_is_named(change: dict[str, object], message: str) -> None:
    """The error says the rule, the value and the model."""
    given_ = {"learning_rate": 1e-3, "epochs": 2, **change}
    columns = {name: value for name, value in given_.items() if value is not None}
    with pytest.raises(ValueError, match=message):
        Population(make_model(), make_data(), columns, [0, 1, 2])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"backend": "jax"}, "backend must be one of compiled, stack, loop, got 'jax'"),
        ({"dtype": "float16"}, "dtype must be one of float32, float64, got 'float16'"),
        ({"n_threads": 0}, "n_threads must be at least 1, got 0"),
        ({"memory": 0}, "memory is a number of bytes, at least 1, got 0"),
        ({"optimiser": "newton"}, "optimiser must be one of adam, sgd, got 'newton'"),
        ({"device": "abacus"}, "device must be 'cpu' or 'cuda', got 'abacus'"),
        ({"device": "cuda:1"}, "device must be 'cpu' or 'cuda', got 'cuda:1'"),
        ({"seeds": []}, "at least one model"),
        ({"seeds": [2**64]}, r"a seed must be a whole number in 0..2\*\*64-1, got 18446744073709551616"),
        ({"seeds": [-1]}, r"a seed must be a whole number in 0..2\*\*64-1, got -1"),
    ],
)
def test_a_bad_option_is_named(options: dict[str, object], message: str) -> None:
    """The error says what there is."""
    arguments = {"seeds": [0], **options}
    with pytest.raises(ValueError, match=message):
        Population(make_model(), make_data(), {"learning_rate": 1e-3, "epochs": 1}, **arguments)
