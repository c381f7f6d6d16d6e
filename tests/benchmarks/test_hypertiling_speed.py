"""How long does a hypertiling take, and which symmetry places points best? Printed; a clock is never asserted."""

import statistics
import time
from collections.abc import Callable
from itertools import combinations, product

import numpy as np
import pytest
from benchmarks.results_page import record, table
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from scipy.stats import qmc

from hpo_tutor.designs import stars
from hpo_tutor.designs.multigrid import Multigrid
from hpo_tutor.designs.quasicrystals import hypertiling
from hpo_tutor.problems import quadratics

Array = NDArray[np.float64]
N_ROUNDS = 3
# d, N, t, and what is aimed at
CASES = [(2, 1000, 5, ""), (3, 1000, 4, "1 s"), (3, 1000, 6, "1 s"), (4, 2000, 5, ""), (5, 1000, 6, "")]
CASES += [(6, 729, 7, "20 s"), (6, 729, 8, "20 s"), (6, 729, 9, "20 s"), (6, 729, 16, "")]
GROWTH = [(2, 1000, 5), (3, 1000, 6), (6, 729, 7)]
PEERS = [(2, 1000, 5), (3, 200, 4), (3, 200, 6)]
PLACED = [(2, 25, (2, 3, 4, 5, 6, 12)), (3, 8, (3, 4, 5, 6, 7)), (3, 27, (3, 4, 5, 6, 7)), (4, 81, (4, 5, 6, 8))]
N_PATTERNS, N_PROBLEMS = 100, 2000


def processor_seconds(work: Callable[[], object]) -> float:
    """What a tiling, which waits for nothing, takes where nothing else runs."""
    begin = time.process_time()
    work()
    return time.process_time() - begin


def tiling_seconds(n_dims: int, n_points: int, symmetry: int) -> float:
    """Median over seeds, once the star is known."""
    stars.star(symmetry, n_dims)
    return statistics.median(
        processor_seconds(lambda seed=seed: made(n_dims, n_points, symmetry, seed)) for seed in range(N_ROUNDS)
    )


def made(n_dims: int, n_points: int, symmetry: int, seed: int) -> Array:
    """The points of one hypertiling."""
    return hypertiling(n_points, n_dims, np.random.default_rng(seed), symmetry=symmetry).points


def star_seconds(n_dims: int, symmetry: int) -> float:
    """The search for a star, which is made once and kept."""
    return processor_seconds(lambda: stars._star.__wrapped__(symmetry, n_dims))


def by_loops(multigrid: Multigrid, half_side: float) -> Array:
    """The vertices in a cube around 0 as the papers say it: loops over crossings, a set of integers; (n, d).

    As many planes of each family as any vertex in the cube can need: with a point p of the planes belongs a vertex
    that is no further from A p than half the sum of all vectors, and their shifts.
    """
    vectors, shifts = multigrid.star, multigrid.shifts
    n_grids, n_dims = vectors.shape
    furthest = half_side * n_dims**0.5 + np.abs(shifts).sum() + n_grids
    largest = int(np.ceil(furthest / np.linalg.eigvalsh(vectors.T @ vectors)[0] + 1))
    found = set()
    for choice in map(list, combinations(range(n_grids), n_dims)):
        if abs(np.linalg.det(vectors[choice])) < 1e-6:
            continue
        inverse = np.linalg.inv(vectors[choice])
        for planes in product(range(-largest, largest + 1), repeat=n_dims):
            integers = np.ceil(vectors @ (inverse @ (planes - shifts[choice])) + shifts).astype(int)
            for bits in product((0, 1), repeat=n_dims):
                integers[choice] = np.add(planes, bits)
                found.add(tuple(integers.tolist()))
    vertices = np.array(sorted(found)) @ vectors
    return vertices[np.max(np.abs(vertices), axis=1) <= half_side]


def peer_row(n_dims: int, n_points: int, symmetry: int) -> list[str]:
    """The same vertices, by loops and by the package."""
    drawn = Multigrid.draw(symmetry, n_dims, np.random.default_rng(0))
    # d + 1 vectors and shifts of sum zero would let all planes meet in single places, where loops need more care
    multigrid = drawn.moved(0, drawn.shifts[0] + 0.1)
    half_side = 0.5 * (n_points / multigrid.density) ** (1 / n_dims)
    kept: list[Array] = []
    loops = processor_seconds(lambda: kept.append(by_loops(multigrid, half_side)))
    own = statistics.median(
        processor_seconds(lambda: kept.append(multigrid.vertices(np.zeros(n_dims), half_side))) for _ in range(N_ROUNDS)
    )
    assert len(kept[0]) == len(kept[1])
    assert cKDTree(kept[0]).query(kept[1])[0].max() < 1e-9
    return [str(n_dims), str(symmetry), f"{len(kept[0])}", said(loops), said(own), f"{loops / own:,.0f}"]


def placed_row(n_dims: int, n_points: int, symmetry: int) -> list[str]:
    """How well many patterns of one symmetry do, and how evenly they lie."""
    patterns = np.stack([made(n_dims, n_points, symmetry, seed) for seed in range(N_PATTERNS)])
    means = quadratics.pattern_losses(patterns, N_PROBLEMS).mean(axis=0)
    places = np.vstack([qmc.Sobol(n_dims, rng=0).random_base2(12), list(product((0, 1), repeat=n_dims))])
    radius = statistics.mean(cKDTree(pattern).query(places)[0].max() for pattern in patterns)
    nearest = statistics.mean(cKDTree(pattern).query(pattern, 2)[0][:, 1].min() for pattern in patterns)
    best = f"{means.mean():.2f} ± {means.std() / N_PATTERNS**0.5:.2f}"
    return [str(n_dims), str(n_points), str(symmetry), best, f"{means.std():.2f}", f"{radius:.3f}", f"{nearest:.3f}"]


def said(seconds: float) -> str:
    """Seconds, or milliseconds where they are few."""
    return f"{seconds:.1f} s" if seconds >= 1 else f"{1e3 * seconds:.3g} ms"


def test_hypertilings(capsys: pytest.CaptureFixture[str]) -> None:
    """Tilings of several sizes and symmetries, the same by plain loops, and the symmetries against each other."""
    cases = [
        [str(d), f"{n:,}", str(t), said(star_seconds(d, t)), said(tiling_seconds(d, n, t)), aim]
        for d, n, t, aim in CASES
    ]
    growth = [
        [str(d), f"{n:,}", str(t), *(said(tiling_seconds(d, n * k, t)) for k in (1, 10, 100))] for d, n, t in GROWTH
    ]
    lines = [
        "Processor time on one core, medians over seeds. A star is searched for once, then kept.",
        "",
        *table(["d", "N", "t", "its star", "tiling", "at most (aim)"], cases),
        "",
        "Growth:",
        "",
        *table(["d", "N", "t", "N points", "10 N", "100 N"], growth),
        "",
        "The same vertices by plain Python loops over all crossings, once, and by the package:",
        "",
        *table(["d", "t", "vertices", "loops", "package", "times faster"], [peer_row(*case) for case in PEERS]),
        "",
        f"Which symmetry places N points best? {N_PATTERNS} patterns on the same {N_PROBLEMS:,} random quadratics.",
        "The smaller the mean best value and the covering radius the better, and the larger the smallest distance. The",
        "default is t = d + 1.",
        "",
        *table(
            ["d", "N", "t", "mean best value", "spread of patterns", "covering radius", "smallest distance"],
            [placed_row(d, n, t) for d, n, symmetries in PLACED for t in symmetries],
        ),
    ]
    record("hypertiling", lines, capsys.disabled())
