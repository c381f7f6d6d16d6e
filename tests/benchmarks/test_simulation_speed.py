"""How many workers, and how many trials, can one simulate? Printed and recorded; a clock is never asserted."""

import time
from collections.abc import Callable

import numpy as np
import pytest
from benchmarks.results_page import record, table

from hpo_tutor.early_stopping import AsynchronousHalving, FullTraining, Scheduler, SuccessiveHalving
from hpo_tutor.tournaments.simulation import simulate

N_EPOCHS = 81
SIZES = (81, 810, 8_100, 81_000)
WORKERS = (1, 25, 1_000)
AIM = "20,000 events a second, at any size"
MAKERS: dict[str, Callable[[int], Scheduler]] = {
    "full training": lambda n: FullTraining(n, N_EPOCHS),
    "successive halving": lambda n: SuccessiveHalving(n, N_EPOCHS),
    "asynchronous, promotion": lambda n: AsynchronousHalving(n, N_EPOCHS),
    "asynchronous, stopping": lambda n: AsynchronousHalving(n, N_EPOCHS, form="stopping"),
}


def events_a_second(name: str, n_trials: int, n_workers: int) -> float:
    """Events in a second of processor time, with stragglers and crashes."""
    rng = np.random.default_rng(n_trials)
    losses, seconds = rng.random((n_trials, N_EPOCHS)), rng.lognormal(size=n_trials)
    n_events, taken = 0, 0.0
    while taken < 0.1:  # small tournaments are over before a clock has moved
        begin = time.process_time()
        timeline = simulate(MAKERS[name](n_trials), losses, seconds, n_workers, stragglers=1.0, crashes=0.001)
        taken += time.process_time() - begin
        n_events += len(timeline.spans)
    return n_events / taken


def test_simulation_speed(capsys: pytest.CaptureFixture[str]) -> None:
    """From 81 trials to a thousand times as many, at 1 to 1,000 workers."""
    rows = []
    for name in MAKERS:
        for n_trials in SIZES:
            rates = [f"{events_a_second(name, n_trials, n_workers):,.0f}" for n_workers in WORKERS]
            rows.append([name, f"{n_trials:,}", *rates])
    heads = ["schedule", "trials", *(f"{n_workers:,} workers" for n_workers in WORKERS)]
    lines = [
        "Events (a job that ends, and the question for the next one) a second of processor time, one core; trials of",
        f"{N_EPOCHS} epochs and unequal speed, stragglers and crashes. {AIM} (aim).",
        "",
        *table(heads, rows),
    ]
    record("simulation", lines, capsys.disabled())
