"""How fast are populations beside their peers? Ratios of one run, printed and recorded; a clock is never asserted."""

import os
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from benchmarks.population_peers import N_EPOCHS, cnn, digits, mlp, on_threads, plain_loop, scikit_learn, surface
from benchmarks.results_page import medians, record, table

from hpo_tutor.training import CNN, MLP, Data, Population
from hpo_tutor.training.population import Backend

CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
FAST: tuple[Backend, ...] = ("stack", "compiled")
Screen = pytest.CaptureFixture[str]


def make_population(
    data: Data, backend: Backend, n_models: int, n_threads: int = CORES, model: MLP | CNN | None = None, **columns: Any
) -> Population:
    """Learning rates from 1e-3 to 1e-2; everything else as the peers have it."""
    settings = {"learning_rate": np.geomspace(1e-3, 1e-2, n_models), "l2": 1e-5, "epochs": N_EPOCHS, **columns}
    return Population(model or MLP(), data, settings, range(n_models), backend, device="cpu", n_threads=n_threads)


def milliseconds(taken: float) -> str:
    """Three digits."""
    return f"{1e3 * taken:.3g} ms"


def best(taken: dict[str, float], name: str) -> tuple[float, str]:
    """The least time of a peer over its numbers of threads, and that number in words."""
    n, least = min(((key, value) for key, value in taken.items() if key.startswith(name)), key=lambda item: item[1])
    return least, f"{n.removeprefix(name).strip()} thread(s)"


def in_turn(name: str, work: Callable[[], object]) -> dict[str, Callable[[], object]]:
    """A peer on each number of threads."""
    return {f"{name} {n}": limited for n, limited in on_threads(work, CORES).items()}


def test_peers(capsys: Screen) -> None:
    """Stack and compiled against plain torch and scikit-learn; all reach the same quality."""
    data, rows = surface(), []
    for n_models, n_threads, aims in ((32, 1, ("20 (28)", "15 (25)")), (128, 2, ("30 (40)", "15 (25)"))):
        populations = {b: make_population(data, b, n_models, n_threads=n_threads) for b in FAST}
        taken = medians(
            {
                **in_turn("loop", lambda: plain_loop(data)),
                **in_turn("scikit-learn", lambda: scikit_learn(data)),
                **{name: population.train for name, population in populations.items()},
            }
        )
        for peer, aim in zip(("loop", "scikit-learn"), aims, strict=True):
            slow, at = best(taken, peer)
            for name in FAST:
                each = taken[name] / n_models
                rows.append(
                    [
                        f"{N_EPOCHS} epochs, K = {n_models}, {n_threads} thread(s)",
                        f"{peer}, {at}: {milliseconds(slow / N_EPOCHS)}",
                        f"{name}: {milliseconds(each / N_EPOCHS)}",
                        f"**{slow / each:.1f}**",
                        aim,
                    ]
                )
        reached = np.median([plain_loop(data, learning_rate=1e-2, seed=seed) for seed in range(3)])
        for population in populations.values():
            assert np.median(population.losses[-3:]) == pytest.approx(reached, rel=0.3)
    heads = ["work", "peer, a model and epoch", "population, a model and epoch", "ratio", "at least (aim)"]
    record("peers", table(heads, rows), capsys.disabled())


def test_cnn(capsys: Screen) -> None:
    """Eight convolutional networks on digits against plain torch; both reach the same quality."""
    data, n_models = digits(), 8
    population = make_population(data, "stack", n_models, model=CNN((8, 8, 1)))
    taken = medians({**in_turn("loop", lambda: plain_loop(data, cnn)), "stack": population.train})
    slow, at = best(taken, "loop")
    each = taken["stack"] / n_models
    reached = np.median([plain_loop(data, cnn, learning_rate=1e-2, seed=seed) for seed in range(3)])
    assert np.median(population.losses[-3:]) == pytest.approx(reached, rel=0.5)
    cells = [f"loop, {at}: {milliseconds(slow / N_EPOCHS)}", f"stack: {milliseconds(each / N_EPOCHS)}"]
    lines = [
        f"Digits, {len(data.train_inputs):,} images of 8 x 8 to learn from, two blocks of 8 and 16 filters, "
        f"{N_EPOCHS} epochs, K = {n_models}, {CORES} thread(s).",
        "",
        *table(
            ["peer, a model and epoch", "population, a model and epoch", "ratio", "at least (aim)"],
            [[*cells, f"**{slow / each:.1f}**", "2 (7)"]],
        ),
    ]
    record("cnn", lines, capsys.disabled())


def test_mixed_widths_and_batch_sizes(capsys: Screen) -> None:
    """Random widths 8 to 64 and batch sizes 16 to 256: the stack sorts them into buckets, the compiled needs none."""
    data, n_models, rng = surface(), 64, np.random.default_rng(0)
    widths, batch_sizes = rng.integers(8, 65, n_models), rng.choice([16, 32, 64, 128, 256], n_models)
    populations = {b: make_population(data, b, n_models, epochs=2, width=widths, batch_size=batch_sizes) for b in FAST}

    def loop() -> None:
        for width, batch_size in zip(widths.tolist(), batch_sizes.tolist(), strict=True):
            plain_loop(data, lambda width=width: mlp(width), batch_size=batch_size, n_epochs=2)

    taken = medians({**in_turn("loop", loop), **{b: one.train for b, one in populations.items()}}, n_rounds=3)
    slow, at = best(taken, "loop")
    np.testing.assert_allclose(populations["stack"].losses, populations["compiled"].losses, rtol=1e-2)
    rows = [[name, milliseconds(taken[name] / n_models / 2), f"**{slow / taken[name]:.1f}**"] for name in FAST]
    lines = [
        f"K = {n_models}, widths drawn from 8 to 64 and batch sizes from 16, 32, 64, 128, 256, 2 epochs, "
        f"{CORES} thread(s); the ratio is that to the loop ({at}, {milliseconds(slow / n_models / 2)}).",
        "",
        *table(["population", "a model and epoch", "ratio"], rows),
    ]
    record("mixed", lines, capsys.disabled())


def test_compaction(capsys: Screen) -> None:
    """Epochs log-uniform from 1 to 40: finished models leave, against all of them trained to the longest."""
    data, n_models, longest = surface(), 128, 40
    epochs = np.random.default_rng(0).permutation(np.geomspace(1, longest, n_models).round())
    works = {}
    for backend in FAST:
        works[f"{backend} compacted"] = make_population(data, backend, n_models, epochs=epochs)
        works[f"{backend} frozen"] = make_population(data, backend, n_models, epochs=longest)
    taken = medians({name: population.train for name, population in works.items()}, n_rounds=3)
    rows = []
    for backend in FAST:
        frozen, compacted = (taken[f"{backend} {how}"] for how in ("frozen", "compacted"))
        rows.append([backend, f"{frozen:.2f} s", f"{compacted:.2f} s", f"**{frozen / compacted:.2f}**", "2 (2.6)"])
    for i in np.flatnonzero(epochs == longest):
        np.testing.assert_allclose(works["compiled compacted"].losses[i], works["compiled frozen"].losses[i], rtol=1e-9)
    lines = [
        f"K = {n_models}, epochs log-uniform from 1 to {longest}, {CORES} thread(s). Frozen: every model trains to the "
        f"longest. They would train {longest * n_models / epochs.sum():.2f} times as many epochs.",
        "",
        *table(["population", "frozen", "compacted", "ratio", "at least (aim)"], rows),
    ]
    record("compaction", lines, capsys.disabled())


def test_growth(capsys: Screen) -> None:
    """Time for each model at K = 128, 1,280 and 12,800: does a large population cost more than a small one?"""
    data, counts, n_epochs = surface(), (128, 1_280, 12_800), 2
    rows = []
    for backend in FAST:
        populations = {n: make_population(data, backend, n, epochs=n_epochs) for n in counts}
        taken = medians({str(n): population.train for n, population in populations.items()}, n_rounds=2)
        each = {n: taken[str(n)] / n / n_epochs for n in counts}
        assert all(np.isfinite(population.losses).all() for population in populations.values())
        growth = each[counts[-1]] / each[counts[0]]
        rows.append([backend, *(milliseconds(each[n]) for n in counts), f"**{growth:.2f}**", "at most 1.2 (flat)"])
    heads = ["population", *(f"K = {n:,}" for n in counts), "last / first", "wanted"]
    lines = [f"A model and epoch, {n_epochs} epochs, {CORES} thread(s).", "", *table(heads, rows)]
    record("growth", lines, capsys.disabled())


def test_noise_and_dropout(capsys: Screen) -> None:
    """What Gaussian noise on the inputs and dropout add to the time of an epoch."""
    data, n_models, n_epochs = surface(), 64, 4
    kinds: dict[str, dict[str, float]] = {
        "neither": {},
        "input noise 0.1": {"input_noise": 0.1},
        "dropout 0.2": {"dropout": 0.2},
        "both": {"input_noise": 0.1, "dropout": 0.2},
    }
    populations = {
        (backend, kind): make_population(data, backend, n_models, epochs=n_epochs, **columns)
        for backend in FAST
        for kind, columns in kinds.items()
    }
    taken = medians({f"{b}: {kind}": one.train for (b, kind), one in populations.items()}, n_rounds=3)
    rows = []
    for kind in kinds:
        cells = []
        for backend in FAST:
            each, plain = taken[f"{backend}: {kind}"], taken[f"{backend}: neither"]
            cells += [milliseconds(each / n_models / n_epochs), f"{each / plain:.2f}"]
        rows.append([kind, *cells])
        if kind != "neither":
            assert np.any(populations["compiled", kind].losses != populations["compiled", "neither"].losses)
    heads = ["", "stack, a model and epoch", "ratio", "compiled, a model and epoch", "ratio"]
    record("noise", [f"K = {n_models}, {CORES} thread(s).", "", *table(heads, rows)], capsys.disabled())
