"""How much faster is the stack than the plain torch loop? Ratios of one run, printed; a clock is never asserted."""

import statistics
import time
from collections.abc import Callable

import numpy as np
import pytest
import torch
from sklearn.datasets import make_friedman1
from torch import nn
from torch.nn import functional as F  # noqa: N812 - the name that the whole field uses

from hpo_tutor.problems.recording import machine
from hpo_tutor.training import MLP, Data, Population

N_TRAIN, BATCH_SIZE, ROUNDS = 4000, 128, 5


def make_data() -> Data:
    """4,000 training rows and 1,000 for validation, 10 inputs, standardised."""
    inputs, targets = make_friedman1(N_TRAIN + 1000, n_features=10, noise=1.0, random_state=0)
    inputs = (inputs - inputs[:N_TRAIN].mean(axis=0)) / inputs[:N_TRAIN].std(axis=0)
    targets = (targets - targets[:N_TRAIN].mean()) / targets[:N_TRAIN].std()
    return Data(inputs[:N_TRAIN], targets[:N_TRAIN], inputs[N_TRAIN:], targets[N_TRAIN:])


def plain_loop(data: Data, learning_rate: float, seed: int, n_epochs: int) -> float:
    """One network as torch's own tutorials train it, with no line of the package; its validation loss."""
    rows = [torch.tensor(part, dtype=torch.float32) for part in (data.train_inputs, data.validation_inputs)]
    wanted = [
        torch.tensor(part, dtype=torch.float32)[:, None] for part in (data.train_targets, data.validation_targets)
    ]
    torch.manual_seed(seed)
    net = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 1))
    optimiser = torch.optim.Adam(net.parameters(), lr=learning_rate, weight_decay=1e-5)
    loss = torch.tensor(torch.nan)
    for _ in range(n_epochs):
        order = torch.randperm(N_TRAIN)
        inputs, targets = rows[0][order], wanted[0][order]
        for start in range(0, N_TRAIN, BATCH_SIZE):
            optimiser.zero_grad(set_to_none=True)
            F.mse_loss(net(inputs[start : start + BATCH_SIZE]), targets[start : start + BATCH_SIZE]).backward()
            optimiser.step()
        with torch.no_grad():
            loss = F.mse_loss(net(rows[1]), wanted[1])
    return float(loss)


def seconds(work: Callable[[], object]) -> float:
    """Wall-clock seconds of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


@pytest.mark.parametrize(("n_models", "n_threads"), [(32, 1), (128, 2)])
def test_the_stack_against_the_plain_loop(n_models: int, n_threads: int, capsys: pytest.CaptureFixture[str]) -> None:
    """Both learn the same rows to the same quality; the ratio of their times per model and epoch is printed."""
    data, n_epochs = make_data(), 4
    rates = np.geomspace(1e-3, 1e-2, n_models)
    columns = {"learning_rate": rates, "l2": 1e-5, "epochs": n_epochs, "batch_size": BATCH_SIZE}
    population = Population(MLP(hidden=(32, 32)), data, columns, range(n_models), device="cpu", n_threads=n_threads)
    before = torch.get_num_threads()
    torch.set_num_threads(1)  # the loop's best: its networks are too small to share out
    try:
        loop_losses = [plain_loop(data, float(rates[-1]), seed, n_epochs) for seed in range(2)]
        population.train()  # the first call of either is slower
        loop, stack = [], []
        for seed in range(ROUNDS):  # in turn, so that another load on the machine meets both
            loop.append(seconds(lambda seed=seed: plain_loop(data, 1e-3, seed, n_epochs)) / n_epochs)
            stack.append(seconds(population.train) / n_epochs / n_models)
    finally:
        torch.set_num_threads(before)
    slow, fast = statistics.median(loop), statistics.median(stack)
    with capsys.disabled():
        print(
            f"\n{machine.describe()}; MLP 10-32-32-1, {N_TRAIN} rows, batch {BATCH_SIZE}, K={n_models}, "
            f"{n_threads} thread(s): loop {1e3 * slow:.2f} ms, stack {1e3 * fast:.3f} ms per model and epoch "
            f"(medians of {ROUNDS}), ratio {slow / fast:.1f}"
        )
    assert population.losses[-1] == pytest.approx(np.mean(loop_losses), rel=0.3)
