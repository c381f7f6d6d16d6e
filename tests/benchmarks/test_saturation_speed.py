"""How long does exact saturation take, and how does it grow? Printed and recorded; a clock is never asserted."""

import math
import statistics
import time
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
import pytest
from benchmarks.results_page import record, table
from numpy.typing import NDArray
from scipy.stats import qmc

from hpo_tutor import designs
from hpo_tutor.designs.spheres import packing_fraction, rsa, typical_diameter

Array = NDArray[np.float64]
Made = TypeVar("Made")

AIMS = {(2, 10_000): "2 s", (3, 5_000): "2 s", (4, 2_000): "8 s", (5, 1_000): "60 s", (6, 500): "120 s"}
GROWTH = (1, 10, 100)
SLOW = 40  # seconds: what takes longer is run once, and not ten times as large
EXACT = ((27, 3, "1 s"), (81, 4, "3 s"), (243, 5, "2 s"), (64, 6, "-"), (25, 20, "-"))


def timed(work: Callable[..., Made], *args: Any, **options: Any) -> tuple[float, Made]:
    """Processor seconds, which work that waits for nothing takes where nothing else runs, and what it made."""
    begin = time.process_time()
    made = work(*args, **options)
    return time.process_time() - begin, made


def rounded(seconds: float) -> str:
    """Two digits, or whole ones."""
    return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.2g} s"


def saturating(n_dims: int, n_points: int, aim: str) -> list[str]:
    """A row: seconds for about N points, for ten and a hundred times as many, and the packing fraction."""
    cells: list[str] = []
    taken, found = 0.0, math.nan
    for factor in GROWTH:
        diameter = typical_diameter(factor * n_points, n_dims)
        if taken * 10 > SLOW * (factor > 1):
            cells.append("-")
            continue
        n_seeds = 3 if factor == 1 and n_dims < 5 else 1
        runs = [timed(designs.saturate, diameter, n_dims, seed) for seed in range(n_seeds)]
        taken = statistics.median(seconds for seconds, _ in runs)
        found = packing_fraction(len(runs[-1][1]), diameter, n_dims)
        cells.append(rounded(taken))
    return [f"{n_dims}-D, {n_points:,}", *cells, f"{found:.5f}", aim]


def placing(n_points: int, n_dims: int, aim: str) -> list[list[str]]:
    """Two rows, periodic and hard walls: seconds for exactly N points, the diameter, and whether it is proved."""
    rows = []
    for periodic in (True, False):
        runs = [timed(rsa, n_points, n_dims, np.random.default_rng(seed), periodic=periodic) for seed in range(3)]
        taken = statistics.median(seconds for seconds, _ in runs)
        diameter = statistics.mean(packing.diameter for _, packing in runs)
        proved = "yes" if all(packing.proved for _, packing in runs) else "no"
        walls = "periodic" if periodic else "hard walls"
        rows.append([f"{n_points} in {n_dims}-D, {walls}", rounded(taken), f"{diameter:.4f}", proved, aim])
    return rows


def beside_scipy(radius: float, n_seeds: int = 20) -> list[list[str]]:
    """Mean points and median seconds in the plane; scipy's Poisson discs grow from points that stand."""
    ways: dict[str, Callable[[int], Array]] = {
        "saturate, periodic": lambda seed: designs.saturate(radius, 2, seed),
        "saturate, hard walls": lambda seed: designs.saturate(radius, 2, seed, periodic=False),
        "scipy's PoissonDisk, hard walls": lambda seed: qmc.PoissonDisk(2, radius=radius, rng=seed).fill_space(),
    }
    rows = []
    for name, way in ways.items():
        runs = [timed(way, seed) for seed in range(n_seeds)]
        counts = [len(points) for _, points in runs]
        error = statistics.stdev(counts) / n_seeds**0.5
        taken = 1e3 * statistics.median(seconds for seconds, _ in runs)
        rows.append([name, f"{statistics.mean(counts):.1f} ± {error:.1f}", f"{taken:.2g} ms"])
    return rows


def test_saturation(capsys: pytest.CaptureFixture[str]) -> None:
    """Saturation in two to six dimensions with its growth, exactly N points, and scipy's Poisson discs beside it."""
    designs.saturate(0.3, 2)  # may compile, which happens once on a machine
    saturated = [saturating(n_dims, n_points, aim) for (n_dims, n_points), aim in AIMS.items()]
    placed = [row for case in EXACT for row in placing(*case)]
    lines = [
        "Processor time, which is that of a clock where nothing else runs; one core, compiling excluded. A periodic",
        "cube is saturated by spheres of which about so many find room, and it is proved that no further one does; the",
        "packing fraction is that of the last run. A dash was not run, because it takes minutes.",
        "",
        *table(["points", *(f"x {factor}" for factor in GROWTH), "packing fraction", "x 1 at most (aim)"], saturated),
        "",
        "Exactly N points with the largest diameter found, `rsa`: medians and means of three seeds.",
        "",
        *table(["points", "time", "diameter", "proved", "at most (aim)"], placed),
        "",
        "In the plane with D = 0.05, 20 seeds; what scipy calls `radius` is the distance of centres, too.",
        "",
        *table(["way", "points", "time"], beside_scipy(0.05)),
    ]
    record("saturation", lines, capsys.disabled())
