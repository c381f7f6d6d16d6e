"""How long does it take to refine a sparse grid, and how does that grow? A clock is never asserted."""

import statistics

import numpy as np
import pytest
from benchmarks.results_page import medians, record, seconds, table
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from hpo_tutor.problems import function
from hpo_tutor.protocols import SearchExhausted
from hpo_tutor.samplers import SparseGrid
from hpo_tutor.surrogates.b_splines import BSplines
from hpo_tutor.trials import Trial

D = 5
COUNTS = (100, 1_000, 10_000)
STEPS = 9  # refinements, one after the other, of which a median is taken
ROUNDS = 5
SLOW = 5_000  # points: from here on a solution takes so long that one is enough
N_ALONE = 50  # places that are evaluated one after the other
FINISHED = (103, 1_003)  # trials: 1 + 10 k + 2
RATIO = "alone / beside others"
WANTED = {
    "a whole refinement, asks and tells": "50 ms",
    "its first ask: rank and insert": "10 ms",
    "all coefficients": "200 ms",
    "the surrogate at a place, beside 999 others": "2.5 ms",
    "the surrogate at a place, alone": "",
    RATIO: "",
}
Nodes = NDArray[np.int64]
Values = NDArray[np.float64]
OBJECTIVE = function("rosenbrock", D)


def refinement(sampler: SparseGrid) -> tuple[float, float]:
    """Seconds of one refinement, 2d asks and tells, and of its first ask alone, which ranks and inserts."""
    first: list[float] = []

    def step() -> None:
        trials = []
        first.append(seconds(lambda: trials.append(sampler.ask())))
        trials += [sampler.ask() for _ in range(sampler.together())]
        for trial in trials:
            sampler.tell(trial, OBJECTIVE(trial.config))

    return seconds(step), first[0]


def grown() -> dict[int, tuple[float, float, tuple[Nodes, Nodes, Values]]]:
    """Points -> median seconds of a refinement and of its first ask, and the nodes with their losses' logarithms."""
    sampler = SparseGrid(OBJECTIVE.space, seed=0)
    sampler.start(2 * COUNTS[-1])  # the finish stays far
    found = {}
    for n in COUNTS:
        while len(sampler.told) < n - STEPS * D:
            refinement(sampler)
        taken = [refinement(sampler) for _ in range(STEPS)]
        view = sampler.view()
        known = np.flatnonzero(np.isfinite(view.refinement.losses))[:n]
        nodes = view.levels[known], view.indices[known], np.log1p(view.refinement.losses[known])
        whole, first = (statistics.median(each) for each in zip(*taken, strict=True))
        found[n] = whole, first, nodes
    return found


def finish(n_trials: int) -> list[float]:
    """Seconds of each of the last asks, which rest on the surrogate; the refinements' are not among them."""
    sampler = SparseGrid(OBJECTIVE.space, seed=0)
    sampler.start(n_trials)
    taken = []
    for _ in range(n_trials):
        trials: list[Trial] = []
        try:
            taken.append(seconds(lambda trials=trials: trials.append(sampler.ask())))
        except SearchExhausted:
            break
        sampler.tell(trials[0], OBJECTIVE(trials[0].config))
    return taken[-len(sampler.finish) :]


def test_refinement(capsys: pytest.CaptureFixture[str]) -> None:
    """A refinement, a solution, an evaluation and the last asks, for 100 to 10,000 points in five dimensions."""
    rows: dict[str, list[str]] = {name: [name] for name in WANTED}
    factors: dict[str, list[float]] = {name: [] for name in WANTED}
    places = np.random.default_rng(0).random((1_000, D))
    with threadpool_limits(1):
        for n, (whole, first, nodes) in grown().items():
            solutions: list[BSplines] = []
            n_rounds = 1 if n > SLOW else ROUNDS
            solve = statistics.median(
                seconds(lambda nodes=nodes, solutions=solutions: solutions.append(BSplines(*nodes)))
                for _ in range(n_rounds)
            )
            bumps = solutions[0]
            works = {
                "together": lambda bumps=bumps: bumps.predict(places),
                "alone": lambda bumps=bumps: [bumps.predict(place[None]) for place in places[:N_ALONE]],
            }
            taken = medians(works, ROUNDS)
            together, alone = taken["together"] / len(places), taken["alone"] / N_ALONE
            for name, value in zip(WANTED, (whole, first, solve, together, alone, alone / together), strict=True):
                factors[name].append(value)
                rows[name].append(f"{value:.0f}" if name == RATIO else milliseconds(value))
        last = {n: finish(n) for n in FINISHED}
    for name, wanted in WANTED.items():
        rows[name] += [f"{factors[name][-1] / factors[name][0]:.1f}" if name != RATIO else "", wanted]
    heads = ["", *(f"n = {n:,}" for n in COUNTS), "last / first", "wanted at n = 1,000"]
    ends = [[f"n = {n:,}", *(milliseconds(value) for value in taken)] for n, taken in last.items()]
    lines = [
        f"Rosenbrock in {D} dimensions, gamma = 0.85, cubic bumps, one thread; a refinement adds {2 * D} points.",
        "",
        *table(heads, list(rows.values())),
        "",
        "The last asks of a search of n trials: solve for the coefficients, then look for the surrogate's minimum.",
        "",
        *table(["", *SparseGrid(OBJECTIVE.space).finish], ends),
    ]
    record("refinement", lines, capsys.disabled())


def milliseconds(value: float) -> str:
    """Seconds in milliseconds, to three digits, or in seconds."""
    return f"{value:.1f} s" if value >= 1 else f"{1e3 * value:.3g} ms"
