"""The compiled backend: machine code, and the numbers of plain torch."""

import itertools
import math
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from threadpoolctl import threadpool_info, threadpool_limits
from torch import nn
from torch.nn import functional as F  # noqa: N812 - the name that the whole field uses

from hpo_tutor.training import CNN, MLP, Data, Population
from hpo_tutor.training.backends.compiled import Compiled, why_not
from hpo_tutor.training.backends.kernels import bits
from hpo_tutor.training.chunks import Chunks
from hpo_tutor.training.crew import Plan, Tensors, one_thread
from hpo_tutor.training.randomness import DROPOUT, NOISE, Stream, hashes, kept, normal, places
from hpo_tutor.training.settings import settle

CPU = torch.device("cpu")
QUICK = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
Columns = dict[str, NDArray[np.float64]]


def make_data(model: MLP, n_train: int = 90, n_inputs: int = 4) -> Data:
    """Curved surfaces with noise, one for each output; classes by which is highest."""
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(n_train + 60, n_inputs))
    targets = np.sin(inputs @ rng.normal(size=(n_inputs, model.n_outputs))) + 0.1 * rng.normal(
        size=(len(inputs), model.n_outputs)
    )
    if model.task == "classification":
        targets = targets.argmax(axis=1)
    return Data(inputs[:n_train], targets[:n_train], inputs[n_train:], targets[n_train:])


def make_plan(model: MLP, columns: Columns, seeds: range, dtype: str = "float64", optimiser: str = "adam") -> Plan:
    """All models in one plan, in their order."""
    chunks = Chunks(model, 4, settle(columns, seeds, optimiser), optimiser, CPU, getattr(torch, dtype))
    return chunks._plan(np.arange(len(seeds)))


def train_plainly(plan: Plan, k: int, data: Data) -> tuple[list[float], list[float], nn.Sequential]:
    """The k-th model with torch's own layers, losses and optimisers: training and validation losses of each epoch."""
    one = {name: column[k] for name, column in plan.settings._asdict().items()}
    stream, rows = Stream(one["seeds"]), Tensors.of(data, plan.model, CPU, plan.dtype)
    tensors = stream.weights(plan.network(k))
    linear = [nn.Linear(*weights.shape) for weights in tensors[::2]]
    for layer, weights, biases in zip(linear, tensors[::2], tensors[1::2], strict=True):
        layer.weight, layer.bias = nn.Parameter(weights.T.to(plan.dtype)), nn.Parameter(biases.to(plan.dtype))
    net = nn.Sequential(*linear)
    options: dict[str, Any] = {"lr": one["learning_rate"], "weight_decay": one["l2"]}
    optimiser = (
        torch.optim.Adam(net.parameters(), **options)
        if plan.optimiser == "adam"
        else torch.optim.SGD(net.parameters(), momentum=one["momentum"], **options)
    )
    score = F.cross_entropy if plan.model.task == "classification" else F.mse_loss
    share = torch.tensor([one["dropout"]], dtype=torch.float64)

    def draws(purpose: int, epoch: int, picked: torch.Tensor, width: int) -> torch.Tensor:
        keys = torch.tensor([stream.key(purpose)], dtype=torch.int32)
        return hashes(keys, torch.tensor(epoch, dtype=torch.int32), picked[None], places((width,), CPU))[0]

    def outputs(inputs: torch.Tensor, epoch: int, picked: torch.Tensor | None) -> torch.Tensor:
        for i, layer in enumerate(linear):
            inputs = layer(inputs)
            if i < len(linear) - 1:
                inputs = inputs.relu()
                if picked is not None:
                    stay = kept(draws(DROPOUT + i, epoch, picked, inputs.shape[1])[None], share)[0]
                    inputs = inputs * stay / (1 - one["dropout"])
        return inputs

    training, validation = [], []
    for epoch in range(1, one["epochs"] + 1):
        total = 0.0
        for picked in stream.order(len(rows.train_inputs)).split(int(one["batch_size"])):
            noise = normal(draws(NOISE, epoch, picked, data.n_inputs), plan.dtype)
            inputs = rows.train_inputs[picked] + one["input_noise"] * noise
            loss = score(outputs(inputs, epoch, picked), rows.train_targets[picked])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            total += loss.item() * len(picked)
        training.append(total / len(rows.train_inputs))
        validation.append(score(outputs(rows.validation_inputs, epoch, None), rows.validation_targets).item())
    return training, validation, net


@st.composite
def populations(draw: st.DrawFn, longest: int) -> tuple[MLP, str, Columns]:
    """A network, an optimiser, and the hyperparameters of 1 to 4 models of at most ``longest`` epochs."""
    task = draw(st.sampled_from(["regression", "classification"]))
    hidden = draw(st.sampled_from([(), (12,), (12, 8), (5, 9, 7)]))
    model = MLP(hidden, task=task, n_outputs=draw(st.integers(1 if task == "regression" else 2, 4)))
    optimiser = draw(st.sampled_from(["adam", "sgd"]))
    n_models = draw(st.integers(1, 4))

    def column(values: st.SearchStrategy[float]) -> NDArray[np.float64]:
        return np.array(draw(st.lists(values, min_size=n_models, max_size=n_models)), dtype=float)

    columns = {
        "learning_rate": 10 ** column(st.floats(-4, -2)),
        "l2": 10 ** column(st.floats(-6, -1)),
        "epochs": column(st.integers(1, longest)),
        "batch_size": column(st.sampled_from([1, 16, 33, 90, 200])),
        "input_noise": column(st.sampled_from([0, 0.3])),
        "dropout": column(st.sampled_from([0, 0.2, 0.7])),
    }
    if hidden:
        columns["width"] = column(st.integers(1, 20))
    if optimiser == "sgd":
        columns["momentum"] = column(st.sampled_from([0, 0.5, 0.9]))
    return model, optimiser, columns


def assert_equal_to_torch(
    model: MLP, optimiser: str, columns: Columns, first_seed: int, dtype: str, tolerance: float
) -> None:
    """Losses of every epoch and the networks themselves agree with plain torch."""
    data, seeds = make_data(model), range(first_seed, first_seed + len(columns["epochs"]))
    population = Population(
        model, data, columns, seeds, "compiled", optimiser=optimiser, dtype=dtype, device="cpu", keep_networks=True
    )
    reports = list(population.fit())
    plan = make_plan(model, columns, seeds, dtype, optimiser)
    for k in range(len(seeds)):
        training, validation, _ = train_plainly(plan, k, data)
        mine = reports[: len(training)]
        np.testing.assert_allclose([report.training_losses[k] for report in mine], training, rtol=tolerance)
        np.testing.assert_allclose([report.losses[k] for report in mine], validation, rtol=tolerance)


@QUICK
@given(drawn=populations(longest=5), first_seed=st.integers(0, 2**63))
def test_every_loss_is_that_of_torch_in_double_precision(drawn: tuple[MLP, str, Columns], first_seed: int) -> None:
    """Up to 5 epochs at learning rates up to 1e-2, of any depth, width, batch size, noise and dropout: within 1e-10."""
    assert_equal_to_torch(*drawn, first_seed, "float64", 1e-10)


@QUICK
@given(drawn=populations(longest=1), first_seed=st.integers(0, 2**63))
def test_every_loss_is_that_of_torch_in_single_precision(drawn: tuple[MLP, str, Columns], first_seed: int) -> None:
    """After one epoch in float32, within 1e-5."""
    assert_equal_to_torch(*drawn, first_seed, "float32", 1e-5)


@pytest.mark.parametrize("hidden", [(), (12, 8)])
def test_the_tensors_are_those_of_torch(hidden: tuple[int, ...]) -> None:
    """After training, weights and biases of each layer are float64 and agree with torch's own, transposed."""
    model = MLP(hidden, n_outputs=2)
    plan = make_plan(model, {"learning_rate": np.array([1e-2, 1e-3]), "epochs": 3}, range(2))
    data, trainer = make_data(model), Compiled(plan)
    for _ in range(3):
        trainer.train(Tensors.of(data, model, CPU, torch.float64), threading.Event())
    for k in range(2):
        *_, net = train_plainly(plan, k, data)
        wanted = [part for layer in net for part in (layer.weight.T, layer.bias)]
        for mine, theirs in zip(trainer.tensors(k), wanted, strict=True):
            assert mine.dtype == torch.float64
            torch.testing.assert_close(mine, theirs.detach(), rtol=1e-9, atol=1e-12)
    before = trainer.tensors(0)[0].clone()
    trainer.tensors(0)[0].zero_()
    assert torch.equal(trainer.tensors(0)[0], before), "what is handed out is a copy"


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_company_changes_no_bit_of_a_loss(dtype: str) -> None:
    """Alone, among forty others of other widths and batch sizes, on one thread or two: the same number exactly."""
    rng, n_models, model = np.random.default_rng(1), 40, MLP((12, 8))
    columns = {
        "learning_rate": 10 ** rng.uniform(-4, -2, n_models),
        "epochs": rng.integers(1, 5, n_models),
        "batch_size": rng.choice([16, 64], n_models),
        "width": rng.integers(1, 30, n_models),
        "dropout": rng.choice([0, 0.3], n_models),
        "input_noise": rng.choice([0, 0.1], n_models),
    }
    data = make_data(model)
    together = Population(model, data, columns, range(n_models), "compiled", dtype=dtype, n_threads=2).train()
    one_worker = Population(model, data, columns, range(n_models), "compiled", dtype=dtype, n_threads=1).train()
    np.testing.assert_array_equal(together, one_worker)
    for i in (0, 7, 23):
        own = {name: column[i : i + 1] for name, column in columns.items()}
        assert Population(model, data, own, [i], "compiled", dtype=dtype).train()[0] == together[i]


@pytest.mark.parametrize("task", ["regression", "classification"])
def test_a_diverging_model_shows_it_and_harms_no_other(task: str) -> None:
    """A learning rate of 1e30 ends in inf or nan, as in torch; the others keep every bit."""
    model = MLP((12, 8), task=task, n_outputs=2)
    data = make_data(model)
    columns = {"learning_rate": np.array([1e-3, 1e30, 1e-2]), "epochs": np.array([4, 4, 4])}
    population = Population(model, data, columns, range(3), "compiled", device="cpu")
    reports = list(population.fit())
    _, validation, _ = train_plainly(make_plan(model, columns, range(3), "float32"), 1, data)
    assert not np.isfinite(validation[-1])
    assert not np.isfinite(population.losses[1])
    assert reports[-1].trained.tolist() == [True, False, True]
    others = {name: column[[0, 2]] for name, column in columns.items()}
    alone = Population(model, data, others, [0, 2], "compiled", device="cpu").train()
    np.testing.assert_array_equal(population.losses[[0, 2]], alone)


@pytest.mark.parametrize("broken", [np.nan, np.inf])
def test_a_broken_weight_reaches_the_loss(broken: float) -> None:
    """ReLU passes nan on: a network with one weight of nan or inf gives no finite loss."""
    model = MLP((12, 8))
    trainer = Compiled(make_plan(model, {"learning_rate": np.array([1e-3]), "epochs": 1}, range(1)))
    trainer._networks[0]._state[0, :3] = broken
    data = Tensors.of(make_data(model), model, CPU, torch.float64)
    assert not np.isfinite(trainer.validate(data)[0])
    assert not np.isfinite(trainer.train(data, threading.Event())[0])


def test_those_that_stay_go_on_as_before() -> None:
    """``keep`` takes models out; places, epochs and later losses of the others are those without it."""
    model = MLP((12,))
    columns = {"learning_rate": np.geomspace(1e-3, 1e-2, 4), "epochs": np.array([3, 5, 4, 6]), "dropout": 0.2}
    data, never = Tensors.of(make_data(model), model, CPU, torch.float64), threading.Event()
    full, cut = (Compiled(make_plan(model, columns, range(4))) for _ in range(2))
    full.train(data, never)
    cut.train(data, never)
    cut.keep(np.array([True, False, False, True]))
    assert cut.ids.tolist() == [0, 3]
    assert cut.epochs.tolist() == [3, 6]
    np.testing.assert_array_equal(cut.train(data, never), full.train(data, never)[[0, 3]])
    np.testing.assert_array_equal(cut.validate(data), full.validate(data)[[0, 3]])


class StopAfter(threading.Event):
    """Set from the n-th look at it."""

    def __init__(self, n_looks: int) -> None:
        super().__init__()
        self._looks = itertools.count(1)
        self._n_looks = n_looks

    def is_set(self) -> bool:
        """One more look."""
        return next(self._looks) >= self._n_looks


def test_a_stop_takes_effect_within_one_step_of_a_large_network() -> None:
    """A network of three million weights looks up before every step; two steps are done, and nothing is validated."""
    model = MLP((1700, 1700))
    trainer = Compiled(make_plan(model, {"learning_rate": np.array([1e-3]), "epochs": 1, "batch_size": 9}, range(1)))
    data = Tensors.of(make_data(model), model, CPU, torch.float64)
    trainer.train(data, StopAfter(3))
    assert trainer._networks[0]._n_steps == 2
    assert np.isnan(trainer.validate(data)[0])


def test_blocks_of_steps_do_not_show() -> None:
    """An epoch in blocks gives the losses of one in a single call, noise and dropout included."""
    model = MLP((12, 8))
    columns = {"learning_rate": np.array([1e-2]), "epochs": 2, "batch_size": 9, "dropout": 0.3, "input_noise": 0.2}
    data, losses = make_data(model), []
    for block in (1, 2**40):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("hpo_tutor.training.backends.compiled.BLOCK", block)
            losses.append(Population(model, data, columns, [0], "compiled", dtype="float64").train()[0])
    assert losses[0] == pytest.approx(losses[1], rel=1e-12)


def test_the_layout_of_the_data_does_not_matter() -> None:
    """Columns first or rows first, or every second row of a larger table: the same loss."""
    model = MLP((12,))
    data = make_data(model)
    parts = (data.train_inputs, data.train_targets, data.validation_inputs, data.validation_targets)
    columns = {"learning_rate": 1e-2, "epochs": 2}
    wanted = Population(model, data, columns, [0], "compiled", device="cpu").train()
    for changed in (
        Data(*(np.asfortranarray(part) for part in parts)),
        Data(*(np.repeat(part, 2, axis=0)[::2] for part in parts)),
    ):
        assert Population(model, changed, columns, [0], "compiled", device="cpu").train() == wanted


@QUICK
@given(seed=st.integers(0, 2**64 - 1), epoch=st.integers(1, 10_000), purpose=st.integers(2, 9))
def test_random_bits_are_those_of_every_backend(seed: int, epoch: int, purpose: int) -> None:
    """The kernel's hashes are those of ``randomness``, bit by bit, and fill their own columns only."""
    key, rows, words = Stream(seed).key(purpose), np.array([0, 5, 3, 2**31 - 1, 70_000]), places((6,), CPU)
    wanted = hashes(
        torch.tensor([key], dtype=torch.int32), torch.tensor(epoch, dtype=torch.int32), torch.tensor(rows)[None], words
    )[0].numpy()
    into = np.zeros((5, 8), np.int32)
    bits(key, epoch, rows, words.numpy(), into, 1)
    np.testing.assert_array_equal(into[:, 1:7], wanted)
    assert not into[:, [0, 7]].any()


@pytest.mark.parametrize(
    ("model", "device", "reason"),
    [
        (MLP(), "cpu", ""),
        (MLP((), task="classification", n_outputs=3), "cpu", ""),
        (MLP(activation="tanh"), "cpu", "trains networks of ReLU, not of tanh"),
        (MLP(batch_norm=True), "cpu", "trains no network with batch normalisation"),
        (CNN((8, 8, 1)), "cpu", "trains fully connected networks, no CNN"),
        (MLP(), "cuda", "runs on a processor, not on cuda"),
    ],
)
def test_it_says_what_it_cannot_train(model: MLP | CNN, device: str, reason: str) -> None:
    """The words follow "the compiled backend"; none where it can."""
    assert why_not(model, torch.device(device)) == reason


def run(code: str, *paths: Path) -> str:
    """What a fresh interpreter prints."""
    lines = "".join(f"sys.path.insert(0, {str(path)!r})\n" for path in paths)
    done = subprocess.run(  # the checkout is found as this process finds it
        [sys.executable, "-c", f"import sys\nsys.path[:0] = {sys.path!r}\n{lines}{code}"],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


@pytest.mark.parametrize(
    "fault", ["raise ImportError('no module of that name')", "raise OSError('libLLVM: cannot open shared object file')"]
)
def test_without_numba_the_stack_trains(fault: str, tmp_path: Path) -> None:
    """Where numba is missing or broken, the reason says so, and a population takes another backend."""
    (tmp_path / "numba").mkdir()
    (tmp_path / "numba" / "__init__.py").write_text(fault)
    printed = run(
        "import torch\n"
        "from hpo_tutor.training import MLP, Data, Population\n"
        "from hpo_tutor.training.backends.compiled import why_not\n"
        "print(why_not(MLP(), torch.device('cpu')))\n"
        "rows = [[0.0], [1.0]]\n"
        "print(Population(MLP(), Data(rows, [0, 1], rows, [0, 1]), {'learning_rate': 1, 'epochs': 1}, [0]).backend)",
        tmp_path,
    )
    reason, backend = printed.splitlines()
    assert reason.startswith("needs numba, which cannot be imported here (")
    assert fault.split("'")[1] in reason
    assert backend in ("stack", "loop")


def test_numba_is_loaded_only_when_it_is_needed() -> None:
    """Importing the package, or asking for a network it cannot train, leaves numba where it is."""
    printed = run(
        "import torch\n"
        "from hpo_tutor.training import MLP\n"
        "from hpo_tutor.training.backends.compiled import why_not\n"
        "why_not(MLP(activation='tanh'), torch.device('cpu'))\n"
        "print('numba' in sys.modules)\n"
        "why_not(MLP(), torch.device('cpu'))\n"
        "print('numba' in sys.modules)"
    )
    assert printed.splitlines() == ["False", "True"]


def test_matrix_products_take_one_thread_until_the_last_population_is_done() -> None:
    """BLAS counts its threads for the whole process: the first of two to end leaves them, the second puts them back."""

    def threads() -> set[int]:
        return {library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"}

    with threadpool_limits(2, user_api="blas"):
        first, second = one_thread(), one_thread()
        first.__enter__()
        second.__enter__()
        assert threads() == {1}
        first.__exit__(None, None, None)
        assert threads() == {1}
        second.__exit__(None, None, None)
        assert threads() == {2}


def test_ten_thousand_models_stay_under_two_gigabytes(capsys: pytest.CaptureFixture[str]) -> None:
    """10,000 networks of 10-32-32-1 in a fresh process: how much its peak memory grows is printed, and bounded."""
    printed = run(
        "import resource\n"
        "from pathlib import Path\n"
        "import numpy as np\n"
        "from hpo_tutor.training import MLP, Data, Population\n"
        "rows = np.random.default_rng(0).normal(size=(64, 10))\n"
        "data = Data(rows, rows[:, 0], rows, rows[:, 0])\n"
        "def peak():\n"
        "    status = Path('/proc/self/status')\n"  # elsewhere the number may be that of the process which started this
        "    if not status.exists():\n"
        "        return (1 if sys.platform == 'darwin' else 1024) * resource.getrusage(0).ru_maxrss\n"
        "    return 1024 * int(status.read_text().split('VmHWM:')[1].split()[0])\n"
        "Population(MLP(), data, {'learning_rate': 1e-3, 'epochs': 1}, [0], 'compiled').train()\n"
        "before = peak()\n"
        "losses = Population(MLP(), data, {'learning_rate': 1e-3, 'epochs': 1}, range(10_000), 'compiled').train()\n"
        "print(peak() - before, np.isfinite(losses).all())"
    )
    grown, finite = printed.split()
    assert finite == "True"
    states = 10_000 * 1441 * 3 * 4  # parameters and two averages, float32
    assert states < int(grown) < 2e9
    with capsys.disabled():
        print(f"\n10,000 networks of 10-32-32-1: {math.ceil(int(grown) / 1e6)} MB")
