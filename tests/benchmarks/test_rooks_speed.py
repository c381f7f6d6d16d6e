"""How far apart do rooks stand, beside other designs, and what do measures cost? Printed, recorded, never asserted."""

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
from benchmarks.results_page import medians, record, table
from numpy.typing import NDArray
from scipy.stats import qmc

from hpo_tutor import designs
from hpo_tutor.designs import boxes, measures
from hpo_tutor.designs.rooks import rsa_lhs

Array = NDArray[np.float64]
SIZES = ((8, 2), (27, 2), (64, 2), (8, 3), (27, 3), (64, 3), (81, 4), (64, 6), (64, 10))
LIMITS = ((1000, 2), (1000, 3), (1000, 20))
N_SEEDS = 5
N_BOXES = 50  # of the search that plain Python does, too
LLOYD_UP_TO = 6  # beyond, scipy's lloyd does not finish


def by_scipy(optimization: str, n_points: int, n_dims: int, seed: int) -> Array:
    """A Latin hypercube that scipy makes more even."""
    sampler = qmc.LatinHypercube(n_dims, optimization=optimization, rng=seed)  # type: ignore[call-overload]
    return np.asarray(sampler.random(n_points))


def ways(n_dims: int) -> dict[str, Callable[[int, int, int], Array]]:
    """From names to (N, d, seed) -> points."""
    made: dict[str, Callable[[int, int, int], Array]] = {
        "lhs": partial(designs.make, "lhs"),
        "lhs, random-cd": partial(by_scipy, "random-cd"),
        "lhs, lloyd": partial(by_scipy, "lloyd"),
        "rsa": partial(designs.make, "rsa"),
        "rsa-lhs": partial(designs.make, "rsa-lhs"),
    }
    return {name: make for name, make in made.items() if name != "lhs, lloyd" or n_dims <= LLOYD_UP_TO}


def processor_seconds(work: Callable[[], Any]) -> tuple[Any, float]:
    """What it gives, and what it takes where nothing else runs."""
    begin = time.process_time()
    made = work()
    return made, time.process_time() - begin


def comparing(n_points: int, n_dims: int) -> list[list[str]]:
    """A row for each way to make N points in d dimensions: means over seeds."""
    rows = []
    for name, make in ways(n_dims).items():
        make(n_points, n_dims, 0)  # what compiles or is kept does so once
        drawn = [processor_seconds(partial(make, n_points, n_dims, seed)) for seed in range(N_SEEDS)]
        distance = np.mean([measures.smallest_distance(points) for points, _ in drawn])
        uneven = np.mean([measures.discrepancy(points) for points, _ in drawn])
        taken = np.median([seconds for _, seconds in drawn])
        rows.append([f"{n_points}, {n_dims}", name, f"{distance:.4f}", f"{uneven:.3g}", f"{taken:.2g} s"])
    return rows


def limits() -> list[list[str]]:
    """A row for each of the largest sizes."""
    rows = []
    for n_points, n_dims in LIMITS:
        rooks, taken = processor_seconds(partial(rsa_lhs, n_points, n_dims, np.random.default_rng(0)))
        plain = measures.smallest_distance(designs.make("lhs", n_points, n_dims))
        cells = [f"{plain:.4f}", f"{rooks.added:.4f}", f"{rooks.diameter:.4f}", f"{rooks.n_swaps:,}", f"{taken:.1f} s"]
        rows.append([f"{n_points}, {n_dims}", *cells])
    return rows


def measuring() -> list[list[str]]:
    """A row for each size: all measures at once, and the largest empty box in machine code and in plain Python."""
    rows = []
    for n_points, n_dims in ((64, 2), (64, 3), (64, 4), (64, 6), (256, 3), (1000, 3)):
        points = designs.make("sobol", n_points, n_dims)
        compiled, plain = boxes.largest_empty, boxes.largest_empty.py_func  # type: ignore[attr-defined]
        works = {
            "quality": partial(designs.quality, points),
            "compiled": partial(compiled, points, 10**9),
            "plain": partial(plain, points, N_BOXES),
            "as many": partial(compiled, points, N_BOXES),
        }
        taken = medians(works)
        cells = [f"{1e3 * taken[name]:.2g} ms" for name in ("quality", "compiled")]
        rows.append([f"{n_points}, {n_dims}", *cells, f"{taken['plain'] / taken['as many']:.0f}"])
    return rows


def test_rooks(capsys: pytest.CaptureFixture[str]) -> None:
    """Rooks beside plain and improved Latin hypercubes and beside spheres; the largest sizes; and the measures."""
    heads = ["N, d", "design", "smallest distance", "discrepancy, squared", "processor time"]
    lines = [
        f"Means over {N_SEEDS} seeds, medians of processor time. `lloyd` moves points off their levels: what it leaves",
        "is no Latin hypercube.",
        "",
        *table(heads, [row for size in SIZES for row in comparing(*size)]),
        "",
        "The largest sizes: smallest distance of a plain Latin hypercube, after sequential addition, and after swaps.",
        "",
        *table(["N, d", "lhs", "added", "rsa-lhs", "swaps", "processor time"], limits()),
        "",
        "All measures of N Sobol points at once; the search for the largest empty box in it; and how many times longer",
        f"the first {N_BOXES} boxes of that search take in plain Python.",
        "",
        *table(["N, d", "quality", "largest empty box", "plain Python, ratio"], measuring()),
    ]
    record("rooks", lines, capsys.disabled())
