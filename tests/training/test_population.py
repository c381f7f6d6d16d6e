"""Many networks at once: each as if it were alone."""

import itertools
import os
import signal
import threading

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from hpo_tutor.training import MLP, Data, Population
from hpo_tutor.training.crew import Crew
from hpo_tutor.training.randomness import Stream
from hpo_tutor.training.stack import Stack


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


@st.composite
def populations(draw: st.DrawFn, longest: int) -> dict[str, NDArray[np.float64]]:
    """The hyperparameters of 1 to 6 models, of at most ``longest`` epochs."""
    n_models = draw(st.integers(1, 6))

    def column(values: st.SearchStrategy[float]) -> NDArray[np.float64]:
        return np.array(draw(st.lists(values, min_size=n_models, max_size=n_models)), dtype=float)

    return {
        "learning_rate": 10 ** column(st.floats(-4, -2)),
        "l2": 10 ** column(st.floats(-6, -1)),
        "epochs": column(st.integers(1, longest)),
        "batch_size": column(st.sampled_from([16, 33, 200])),
        "width": column(st.sampled_from([3, 11, 16])),
    }


QUICK = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
TASKS = pytest.mark.parametrize("task", ["regression", "classification"])
ACTIVATIONS = pytest.mark.parametrize("activation", ["relu", "tanh"])


@TASKS
@ACTIVATIONS
@QUICK
@given(hyperparameters=populations(longest=5), first_seed=st.integers(0, 2**63))
def test_the_stack_equals_the_loop_in_double_precision(
    task: str, activation: str, hyperparameters: dict[str, NDArray[np.float64]], first_seed: int
) -> None:
    """Up to 5 epochs at learning rates up to 1e-2, every loss agrees with plain torch within 1e-10."""
    seeds = range(first_seed, first_seed + len(hyperparameters["epochs"]))
    data, model = make_data(task), make_model(task, activation)
    loop = list(Population(model, data, hyperparameters, seeds, "loop", dtype="float64", device="cpu").fit())
    stack = list(Population(model, data, hyperparameters, seeds, "stack", dtype="float64", device="cpu").fit())
    assert len(loop) == len(stack) == hyperparameters["epochs"].max()
    for expected, report in zip(loop, stack, strict=True):
        np.testing.assert_allclose(report.losses, expected.losses, rtol=1e-10)
        np.testing.assert_allclose(report.training_losses, expected.training_losses, rtol=1e-10)
        np.testing.assert_array_equal(report.trained, expected.trained)


@TASKS
@ACTIVATIONS
@QUICK
@given(hyperparameters=populations(longest=1))
def test_the_stack_equals_the_loop_in_single_precision(
    task: str, activation: str, hyperparameters: dict[str, NDArray[np.float64]]
) -> None:
    """After one epoch in float32, every loss agrees with plain torch within 1e-5."""
    seeds = range(len(hyperparameters["epochs"]))
    data, model = make_data(task), make_model(task, activation)
    loop = Population(model, data, hyperparameters, seeds, "loop", device="cpu").train()
    stack = Population(model, data, hyperparameters, seeds, "stack", device="cpu").train()
    np.testing.assert_allclose(stack, loop, rtol=1e-5)


def test_several_targets_and_a_linear_model_equal_the_loop() -> None:
    """Two targets, and no hidden layer: the mean runs over rows and targets alike."""
    data = make_data()
    twice = [np.stack([targets, targets**2], axis=1) for targets in (data.train_targets, data.validation_targets)]
    both = Data(data.train_inputs, twice[0], data.validation_inputs, twice[1])
    for hidden in ((), (12,)):
        model = MLP(hidden, n_outputs=2)
        settings_ = {"learning_rate": [1e-2, 1e-3], "epochs": 3}
        loop, stack = (
            Population(model, both, settings_, [0, 1], backend, dtype="float64") for backend in ("loop", "stack")
        )

        np.testing.assert_allclose(stack.train(), loop.train(), rtol=1e-10)


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
    losses = Population(MLP(()), data, settings_, [0, 1], dtype="float64").train()
    assert losses == pytest.approx([expected, expected], rel=1e-4)


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


def test_initial_weights_are_those_of_torch() -> None:
    """Uniform within 1/sqrt(inputs), weights and biases: the bounds, the mean and the variance of torch.nn.Linear."""
    drawn = torch.cat([Stream(seed).weights((16, 50)) for seed in range(40)])
    bound = 0.25
    assert drawn.abs().max() <= bound
    assert drawn.mean().item() == pytest.approx(0, abs=4 * bound / (3 * len(drawn)) ** 0.5)
    assert drawn.var().item() == pytest.approx(bound**2 / 3, rel=0.02)
    layer = torch.nn.Linear(16, 50)
    assert layer.weight.detach().var().item() == pytest.approx(bound**2 / 3, rel=0.15)


def test_each_epoch_has_an_order_of_its_own() -> None:
    """The orders are permutations, differ from epoch to epoch, and do not depend on the network's size."""
    narrow, wide = Stream(3), Stream(3)
    narrow.weights((2, 3))
    wide.weights((20, 30, 1))
    first, second = narrow.order(100), narrow.order(100)
    assert sorted(first.tolist()) == list(range(100))
    assert first.tolist() != second.tolist()
    assert first.tolist() == wide.order(100).tolist()


@pytest.mark.parametrize("backend", ["loop", "stack"])
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


@pytest.mark.parametrize("backend", ["loop", "stack"])
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


def test_finished_models_leave_the_tensors() -> None:
    """Compaction: after each epoch a stack holds the parameters of those that go on, and of no other."""
    population = Population(
        make_model(), make_data(), {"learning_rate": 1e-2, "epochs": [1, 3, 2, 3]}, range(4), n_threads=1
    )
    (plan,) = population._plans()
    from hpo_tutor.training.stack import Stack

    stack = Stack(plan)
    stack.keep(np.array([True, False, True, False]))
    assert stack._parameters.shape[0] == stack._mean.shape[0] == stack._square.shape[0] == len(stack._streams) == 2
    assert stack.ids.tolist() == plan.ids[[0, 2]].tolist()


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

    def watched(self: Crew, n_threads: int) -> None:
        new_crew(self, n_threads)
        stops.append(self._stop)

    monkeypatch.setattr(Crew, "__init__", watched)
    columns = {"learning_rate": 1e-3, "epochs": 9, "batch_size": 1}
    population = Population(make_model(), make_data(), columns, range(40), n_threads=n_threads)
    running = population.fit()
    report = next(running)
    steps = itertools.count(1)
    adam = Stack._adam

    def interrupted(self: Stack, gradients: torch.Tensor, scratch: torch.Tensor) -> None:
        step = next(steps)
        if step == 3:
            os.kill(os.getpid(), signal.SIGINT)
        if step >= 3:  # these steps last until the interrupt has got through, however busy the machine is
            stops[-1].wait(60)
        adam(self, gradients, scratch)

    monkeypatch.setattr(Stack, "_adam", interrupted)
    with pytest.raises(KeyboardInterrupt):
        next(running)
    assert threading.active_count() == alive
    np.testing.assert_array_equal(population.losses, report.losses)
    under_way = 2 + n_threads  # two were done, and each worker was in one
    assert next(steps) <= under_way + 1


@pytest.mark.parametrize("device", ["cpu", *(["cuda"] if torch.cuda.is_available() else [])])
def test_every_device_gives_the_losses_of_the_loop(device: str) -> None:
    """In float64 the stack on the processor, and on the GPU where there is one, agrees with plain torch."""
    columns = {"learning_rate": np.geomspace(1e-4, 1e-2, 50), "epochs": 3}
    loop = Population(make_model(), make_data(), columns, range(50), "loop", device="cpu", dtype="float64")
    stack = Population(make_model(), make_data(), columns, range(50), device=device, dtype="float64")
    np.testing.assert_allclose(stack.train(), loop.train(), rtol=1e-9)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"learning_rate": None}, "learning_rate is missing"),
        ({"epochs": None}, "epochs is missing"),
        ({"speed": 0.9}, "'speed' is not a hyperparameter"),
        ({"momentum": 0.9}, "momentum is a hyperparameter of optimiser='sgd'"),
        ({"dropout": [0, 1, 0]}, "dropout must be a finite number >= 0 and < 1, got 1 for model 1"),
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
        ({"seeds": []}, "at least one model"),
        ({"seeds": [-1]}, r"a seed must be a whole number in 0..2\*\*64-1, got -1"),
    ],
)
def test_a_bad_option_is_named(options: dict[str, object], message: str) -> None:
    """The error says what there is."""
    arguments = {"seeds": [0], **options}
    with pytest.raises(ValueError, match=message):
        Population(make_model(), make_data(), {"learning_rate": 1e-3, "epochs": 1}, **arguments)
