"""How many networks a second does a GPU train, and what limits it? Printed and recorded; a clock is never asserted."""

import itertools
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest
import torch
from benchmarks.population_peers import BATCH_SIZE, N_EPOCHS, N_TRAIN, surface
from benchmarks.results_page import medians, record, seconds, table

from hpo_tutor.training import MLP, Population

SIZES = (10, 32, 32, 1)
COUNTS = (512, 4096, 32768)
SOURCE_STUDY = 558_450  # models that were trained for it
SIDE = 8192  # of the matrices that show what the arithmetic units can do; their bytes show what the memory can


class Work(NamedTuple):
    """What one model and epoch asks for at the least."""

    operations: int
    n_bytes: int


class Limits(NamedTuple):
    """What the device can do, a second."""

    operations: float
    n_bytes: float


def least_work() -> Work:
    """Operations within the matrix products; bytes if each operation reads its arguments once and writes its result.

    Forward: a layer's inputs and weights are read, its outputs written. Backward: errors and inputs are read for the
    gradients, which are written; errors and weights are read for the errors below, which are written, and read and
    written again with the derivative of ReLU. Adam reads parameters, gradients and two averages, and writes three.
    """
    pairs = list(itertools.pairwise(SIZES))
    n_weights = sum(n_in * n_out for n_in, n_out in pairs)
    n_parameters = n_weights + sum(SIZES[1:])
    operations = 2 * N_TRAIN * (3 * n_weights - pairs[0][0] * pairs[0][1])
    forward = sum(n_in + n_out for n_in, n_out in pairs)
    gradients = forward
    errors = sum(n_out + n_in + 3 * n_in for n_in, n_out in pairs[1:])
    steps = -(-N_TRAIN // BATCH_SIZE)
    numbers = N_TRAIN * (forward + gradients + errors) + steps * (3 * n_parameters + 7 * n_parameters)
    return Work(operations, 4 * numbers)


def measured_limits(device: str, side: int = SIDE) -> Limits:
    """The rate of one large product, and of one large copy, in float32 as torch computes it by default."""
    square, into = torch.randn(side, side, device=device), torch.empty(side, side, device=device)

    def done(work: Callable[[], object]) -> Callable[[], None]:
        def waited() -> None:
            for _ in range(10):
                work()
            if device == "cuda":
                torch.cuda.synchronize()

        return waited

    taken = medians(
        {
            "product": done(lambda: torch.mm(square, square, out=into)),
            "copy": done(lambda: into.copy_(square)),
        }
    )
    return Limits(10 * 2 * side**3 / taken["product"], 10 * 2 * 4 * side**2 / taken["copy"])


def describe(device: str, counts: tuple[int, ...], limits: Limits) -> list[str]:
    """Train a population of each size, and say how fast that was."""
    data, work, rows, rate = surface(), least_work(), [], 0.0
    for n_models in counts:
        columns = {"learning_rate": np.geomspace(1e-4, 1e-2, n_models), "l2": 1e-5, "epochs": N_EPOCHS}
        population = Population(MLP(), data, columns, range(n_models), "stack", device=device)
        Population(MLP(), data, {**columns, "epochs": 1}, range(n_models), "stack", device=device).train()
        taken = seconds(population.train)
        assert np.isfinite(population.losses).all()
        assert np.median(population.losses) < 0.5, "they have learned: the validation targets have variance one"
        rate = n_models / taken
        each = taken / n_models / N_EPOCHS
        rows.append(
            [
                f"{n_models:,}",
                f"{taken:.2f} s",
                f"**{rate:,.0f}**",
                f"{work.operations / each / limits.operations:.1%}",
                f"{work.n_bytes / each / limits.n_bytes:.1%}",
            ]
        )
    return [
        f"{N_EPOCHS} epochs each, the whole training, initial weights included. The device multiplies two matrices of "
        f"{SIDE:,} x {SIDE:,} numbers at {limits.operations / 1e12:.1f} TFlop/s and copies one at "
        f"{limits.n_bytes / 1e9:,.0f} GB/s; shares are of these. A model and epoch needs at least "
        f"{work.operations / 1e6:.1f} million operations, and {work.n_bytes / 1e6:.1f} MB if each of them reads its "
        "arguments from memory and writes its result there.",
        "",
        *table(["K", "time", "models a second", "share of the arithmetic", "share of the bandwidth"], rows),
        "",
        f"- {SOURCE_STUDY:,} such models, extrapolated from the rate of the largest population: "
        f"**{SOURCE_STUDY / rate / 60:.1f} minutes** (at most 3 are wanted, under 1 is the aim).",
    ]


@pytest.mark.skipif(not torch.cuda.is_available(), reason="the figures need a GPU that torch can see")
def test_models_a_second(capsys: pytest.CaptureFixture[str]) -> None:
    """K = 512, 4,096 and 32,768 on the GPU: rate, share of its limits, and how long the source study would take."""
    record("gpu", describe("cuda", COUNTS, measured_limits("cuda")), capsys.disabled())


def test_the_report_of_a_gpu_can_be_written_on_a_processor() -> None:
    """The same lines from a small population on the processor: the rate is a number, the least work that of a sum."""
    lines = describe("cpu", (16,), measured_limits("cpu", side=256))
    assert lines[2].startswith("| K | time | models a second")
    assert lines[4].startswith("| 16 |")
    # forward 1,376 products a row, backward as many for the gradients and 1,056 for the errors
    assert least_work().operations == 2 * 4000 * (1376 + 1376 + 1056)
