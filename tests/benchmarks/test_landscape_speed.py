"""How long do recorded landscapes take to load and to look up? Printed and recorded; a clock is never asserted."""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pytest
from benchmarks.results_page import record, table
from numpy.typing import NDArray

from hpo_tutor import problems
from hpo_tutor.problems import landscapes
from hpo_tutor.protocols import Objective

COUNTS = (1_000, 10_000, 100_000)
N_ROUNDS = 3
AIM, AIM_LOADING = "1000 ms", "200 ms"
LOADING = """\
from time import perf_counter
begin = perf_counter()
from hpo_tutor.problems import landscapes
imported = perf_counter()
landscape = landscapes.landscape({name!r})
loaded = perf_counter()
landscape(landscape.optimum_config)
print(loaded - imported, loaded - begin, perf_counter() - loaded)
"""


def loading(name: str) -> list[float]:
    """Seconds in fresh processes, medians: loading; loading and all imports; the first look-up after that."""
    runs = []
    for _ in range(N_ROUNDS + 1):
        code = [sys.executable, "-c", LOADING.format(name=name)]
        out = subprocess.run(code, capture_output=True, text=True, check=True).stdout
        runs.append([float(taken) for taken in out.split()])
    # the first run may compile, which happens once on a machine
    return [statistics.median(taken) for taken in zip(*runs[1:], strict=True)]


def one_by_one(landscape: Objective, configs: Sequence[Mapping[str, Any]], seeds: Sequence[int]) -> list[float]:
    """``landscape(config)``: the first recorded seed, whatever the seeds."""
    return [landscape(config) for config in configs]


def evaluated_one_by_one(
    landscape: Objective, configs: Sequence[Mapping[str, Any]], seeds: Sequence[int]
) -> list[float]:
    """``evaluate([config], seeds=[seed])``, as races ask."""
    return [landscape.evaluate([config], seeds=[seed])[0] for config, seed in zip(configs, seeds, strict=True)]


def in_one_call(
    landscape: Objective, configs: Sequence[Mapping[str, Any]], seeds: Sequence[int]
) -> NDArray[np.float64]:
    """``evaluate(configs, seeds=seeds)``."""
    return landscape.evaluate(configs, seeds=seeds)


def processor_seconds(work: Callable[[], object]) -> float:
    """What a look-up, which waits for nothing, takes where nothing else runs."""
    begin = time.process_time()
    work()
    return time.process_time() - begin


def looking_up(landscape: Objective) -> list[list[str]]:
    """A row for each way to look up; all give the same losses."""
    rng = np.random.default_rng(0)
    configs = [landscape.space.sample(rng) for _ in range(COUNTS[-1])]
    same, seeds = [0] * COUNTS[0], [n % 3 for n in range(COUNTS[-1])]
    few = configs[: COUNTS[0]]
    np.testing.assert_allclose(in_one_call(landscape, few, same), one_by_one(landscape, few, same), rtol=1e-12)
    at_once = in_one_call(landscape, configs, seeds)
    np.testing.assert_allclose(at_once, evaluated_one_by_one(landscape, configs, seeds), rtol=1e-12)
    rows = []
    for name, work in (("call", one_by_one), ("evaluate, one", evaluated_one_by_one), ("evaluate, all", in_one_call)):
        works = [partial(work, landscape, configs[:n], seeds[:n]) for n in COUNTS]
        taken = [statistics.median(processor_seconds(each) for _ in range(N_ROUNDS)) for each in works]
        rows.append([name, *map(milliseconds, taken), AIM])
    return rows


def milliseconds(taken: float) -> str:
    """Whole ones, or two digits."""
    return f"{1e3 * taken:.0f} ms" if taken >= 0.01 else f"{1e3 * taken:.2g} ms"


def test_landscapes(capsys: pytest.CaptureFixture[str]) -> None:
    """Every recorded landscape: loaded in fresh processes, then looked up one by one, as races do, and in one call."""
    loads, look_ups = [], []
    for name in landscapes.names():
        loads.append([name, *map(milliseconds, loading(name)), AIM_LOADING])
        look_ups += [[name, *row] for row in looking_up(problems.landscape(name))]
    lines = [
        "Medians, each time in a fresh process: loading after all imports, loading with them, and the first look-up",
        "after that, for which a random sample still imports numba.",
        "",
        *table(["landscape", "loading", "with imports", "first look-up", "loading at most (aim)"], loads),
        "",
        "Look-ups by `landscape(config)`, by `evaluate([config], seeds=[seed])`, and by one `evaluate` for all;",
        "processor time, which is that of a clock where nothing else runs.",
        "",
        *table(["landscape", "way", *(f"{n:,}" for n in COUNTS), "100,000 at most (aim)"], look_ups),
    ]
    record("landscapes", lines, capsys.disabled())
