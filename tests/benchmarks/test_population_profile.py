"""Where does the time of an epoch go, and what limits it? Measured piece by piece; a clock is never asserted."""

import itertools
import threading
from collections.abc import Callable

import numpy as np
import pytest
import torch
from benchmarks.population_peers import BATCH_SIZE, N_TRAIN, surface, threads
from benchmarks.results_page import medians, record, table
from numba import njit
from numpy.typing import NDArray

from hpo_tutor.training import MLP
from hpo_tutor.training.backends import kernels
from hpo_tutor.training.backends.compiled import Compiled
from hpo_tutor.training.backends.kernels import buffers, layers
from hpo_tutor.training.backends.stacked.layers.products import product
from hpo_tutor.training.backends.stacked.optimisers import Adam
from hpo_tutor.training.backends.stacked.stack import Stack
from hpo_tutor.training.chunks import Chunks
from hpo_tutor.training.crew import Plan, Tensors
from hpo_tutor.training.settings import settle

CPU = torch.device("cpu")
N_MODELS = 32
SIZES = np.array([10, 32, 32, 1])
N_STEPS = -(-N_TRAIN // BATCH_SIZE)
PRODUCTS = {"compiled": "products", "stack": "stacked products"}


@njit(nogil=True, error_model="numpy")
def products(
    state: NDArray[np.float32], sizes: NDArray[np.int64], inputs: NDArray[np.float32], batch_size: int
) -> None:
    """The matrix products of an epoch, and nothing else of it."""
    weights, _ = layers(state[0], sizes)
    into, _ = layers(state[1], sizes)
    outputs, errors = buffers(batch_size, sizes, state), buffers(batch_size, sizes, state)
    for layer in range(len(weights)):
        outputs[layer][:], errors[layer][:] = state.dtype.type(1), state.dtype.type(1)
    for start in range(0, len(inputs), batch_size):
        batch = inputs[start : start + batch_size]
        below = batch
        for layer in range(len(weights)):
            np.dot(below, weights[layer], outputs[layer][: len(batch)])
            below = outputs[layer][: len(batch)]
        for layer in range(len(weights) - 1, -1, -1):
            error = errors[layer][: len(batch)]
            below = outputs[layer - 1][: len(batch)] if layer else batch
            np.dot(below.T, error, into[layer])
            if layer:
                np.dot(error, weights[layer].T.copy(), errors[layer - 1][: len(batch)])


def make_plan() -> Plan:
    """K = 32 models as the peers have them."""
    settings = settle({"learning_rate": 1e-3, "l2": 1e-5, "epochs": 1}, range(N_MODELS))
    return next(iter(Chunks(MLP(), 10, settings, "adam", CPU, torch.float32).plans(np.arange(N_MODELS), "stack", 1)))


def multiplications() -> int:
    """Of a model and epoch: forward once, backward twice, but no error goes down to the inputs."""
    each = [int(n_in * n_out) for n_in, n_out in itertools.pairwise(SIZES)]
    return N_TRAIN * (3 * sum(each) - each[0])


def stacked_products(plan: Plan, data: Tensors) -> Callable[[], None]:
    """The matrix products of an epoch of the stack: what it has made ready for a full step, and for the last one."""
    made: list[Callable[[], object]] = []

    def noted(*matrices: torch.Tensor) -> Callable[[], object]:
        made.append(product(*matrices))
        return made[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hpo_tutor.training.backends.stacked.layers.stages.product", noted)
        Stack(plan).train(data, threading.Event())
    full, last = made[: len(made) // 2], made[len(made) // 2 :]
    assert len(full) == len(last) == 8, "three forward, three for the gradients, two for the errors below"

    def work() -> None:
        for _ in range(N_STEPS - 1):
            for call in full:
                call()
        for call in last:
            call()

    return work


def stacked_adam(plan: Plan, n_parameters: int) -> Callable[[], None]:
    """An epoch's steps of the stack's optimiser."""
    optimiser = Adam(torch.full((N_MODELS, n_parameters), 1e-3), plan.settings)
    gradients = torch.full((N_MODELS, n_parameters), 1e-3)

    def work() -> None:
        for _ in range(N_STEPS):
            optimiser.prepare()
            optimiser.step(gradients)

    return work


def pieces_of(each: dict[str, float], backend: str, products: str) -> dict[str, float]:
    """Seconds of a model and epoch."""
    known = {"matrix products": each[products], "order of the rows, and picking them": each["order"]}
    known["Adam"] = each["adam" if backend == "compiled" else "stacked adam"]
    known["the rest: bias, ReLU, loss, derivatives, calls"] = each[backend] - sum(known.values())
    return known


def often(work: Callable[[], object]) -> Callable[[], None]:
    """The work as many times as there are models, so that a short piece can be timed."""

    def repeated() -> None:
        for _ in range(N_MODELS):
            work()

    return repeated


def test_an_epoch_by_pieces(capsys: pytest.CaptureFixture[str]) -> None:
    """The pieces of an epoch, each by itself, and what is left of the whole."""
    plan, data, never = make_plan(), Tensors.of(surface(), MLP(), CPU, torch.float32), threading.Event()
    compiled, stack = Compiled(plan), Stack(plan)
    network, inputs = compiled._networks[0], data.train_inputs.numpy()
    rows, state = network._stream.order(N_TRAIN).numpy(), network._state.copy()
    gradients, square = np.full_like(state[0], 1e-3), np.full((1024, 1024), 1e-3, np.float32)

    def adam() -> None:
        for step in range(1, N_STEPS + 1):
            kernels.adam(state, gradients, step, 1e-3, 1e-5)

    with threads(1):
        taken = medians(
            {
                "compiled": lambda: compiled.train(data, never),
                "stack": lambda: stack.train(data, never),
                "scored": lambda: compiled.validate(data),
                "stacked products": stacked_products(plan, data),
                "products": often(lambda: products(state, SIZES, inputs, BATCH_SIZE)),
                "adam": often(adam),
                "stacked adam": stacked_adam(plan, state.shape[1]),
                "order": often(lambda: inputs.take(network._stream.order(N_TRAIN), axis=0)),
                "noise": often(lambda: network._normal(rows, inputs)),
                "large product": lambda: square @ square,
            },
            n_rounds=11,
        )
    each = {name: value / N_MODELS for name, value in taken.items()}
    pieces = {name: pieces_of(each, name, products) for name, products in PRODUCTS.items()}
    rates = {name: 2 * multiplications() / value / 1e9 for name, value in each.items()}
    peak = 2 * 1024**3 / taken["large product"] / 1e9
    shares = {name: each[products] / each[name] for name, products in PRODUCTS.items()}
    assert multiplications() == N_TRAIN * (1376 + 1376 + 1056)  # forward, for the gradients, for the errors below
    lines = [
        f"One thread, K = {N_MODELS}; of a model and epoch, without the {1e6 * each['scored']:.0f} microseconds that "
        "scoring takes.",
        "",
        *table(
            ["", *(f"{name}, microseconds" for name in PRODUCTS)],
            [
                [
                    piece,
                    *(f"{1e6 * pieces[name][piece]:.0f} ({pieces[name][piece] / each[name]:.0%})" for name in PRODUCTS),
                ]
                for piece in pieces["compiled"]
            ],
        ),
        "",
        f"- An epoch of a model is {2e-6 * multiplications():.1f} million operations within matrix products. A product "
        f"of two matrices of 1024 x 1024 numbers does {peak:.0f} GFlop/s on this thread: that is what the core can do.",
        f"- Compiled: its products do {rates['products']:.0f} GFlop/s, {rates['products'] / peak:.0%} of the core's "
        f"rate, and they are {shares['compiled']:.0%} of the time. What limits it is "
        f"arithmetic; the whole epoch runs at {rates['compiled'] / peak:.0%} of the core's rate. Weights, gradients "
        f"and averages of a network are {step_bytes()[0] / 1024:.0f} KiB, what a step puts between its layers "
        f"{step_bytes()[1] / 1024:.0f} KiB.",
        f"- Stack: its products do {rates['stacked products']:.0f} GFlop/s, and they are {shares['stack']:.0%} of the "
        "time. The rest computes next to nothing: it passes over what the operation before has written, in every step "
        f"{N_MODELS * step_bytes()[0] / 2**20:.1f} MiB of weights, gradients and averages and "
        f"{N_MODELS * step_bytes()[1] / 2**20:.1f} MiB between the layers of {N_MODELS} models. What limits that part "
        "is the way to memory beyond the nearest caches.",
        f"- Noise on {inputs.shape[1]} inputs takes {1e6 * each['noise']:.0f} microseconds more: for every number a "
        "hash, and the inverse of the normal distribution function.",
    ]
    record("limits", lines, capsys.disabled())


def step_bytes() -> tuple[int, int]:
    """Of one model, float32: parameters, gradients and Adam's two averages; a step's inputs, outputs and errors."""
    parameters = sum((n_in + 1) * n_out for n_in, n_out in itertools.pairwise(SIZES.tolist()))
    return 4 * 4 * parameters, 4 * BATCH_SIZE * int(SIZES[0] + 2 * SIZES[1:].sum())
