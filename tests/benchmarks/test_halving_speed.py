"""What does stopping the losers save on one machine? Epochs are counted, times are printed; no clock is asserted."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial

import pytest
from benchmarks.results_page import medians, record, table

from hpo_tutor import problems
from hpo_tutor.early_stopping import FullTraining, Hyperband, SuccessiveHalving, Synchronous
from hpo_tutor.protocols import Objective
from hpo_tutor.tournaments import Tournament, play

TASKS = ("digits", "aleph")
BACKENDS = ("compiled", "stack")
MOST = 81  # epochs, as in the table of Hyperband's paper
ROUNDS = 3
COUNTS = (27, 81, 243)


def halving(n_trials: int) -> SuccessiveHalving:
    """Up to 81 epochs; from 1, or, where fewer than 81 trials start, from so many that one reaches the top."""
    return SuccessiveHalving(n_trials, MOST, max(1, MOST // n_trials))


@pytest.mark.real_data
def test_halving_against_training_all(capsys: pytest.CaptureFixture[str]) -> None:
    """81 random configurations: one gets all epochs, or each does; brackets in turn, or side by side."""
    lines = [
        f"The usual networks of each task (width 32, 128 rows a step), {MOST} epochs at most, divisor 3. Halving "
        "starts 81 configurations with 1 epoch each; Hyperband is the whole round of five brackets. Medians of "
        f"{ROUNDS} rounds; training all is the same 81 configurations to the end, in the same population engine.",
        "",
    ]
    rows, growth = [], []
    for name in TASKS:
        for backend in BACKENDS:
            objective = problems.live(name, backend=backend)
            played: dict[str, Tournament] = {}
            schedulers: dict[str, Callable[[], Synchronous]] = {
                "all": lambda: FullTraining(81, MOST),
                "halving": lambda: halving(81),
                "in turn": lambda: Hyperband(MOST),
                "together": lambda: Hyperband(MOST, side_by_side=True),
            }
            taken = medians({kind: works(objective, make, played, kind) for kind, make in schedulers.items()}, ROUNDS)
            for kind, make in schedulers.items():
                assert played[kind].n_epochs == make().cost()
            rows.append(
                [
                    f"{name}, {backend}",
                    f"{taken['all']:.2f} s, {played['all'].n_epochs:,.0f}",
                    f"{taken['halving']:.2f} s, {played['halving'].n_epochs:,.0f}",
                    f"{taken['all'] / taken['halving']:.1f}",
                    f"{taken['in turn']:.2f} s, {played['in turn'].n_epochs:,.0f}",
                    f"{taken['together']:.2f} s, {played['together'].n_epochs:,.0f}",
                ]
            )
        objective, played = problems.live(name), {}
        taken_by = medians({str(n): works(objective, partial(halving, n), played, str(n)) for n in COUNTS}, ROUNDS)
        growth.append([name, *(f"{taken_by[str(n)]:.2f} s, {played[str(n)].n_epochs:,.0f}" for n in COUNTS)])
    heads = ["seconds, epochs", "train all", "halving", "times faster", "Hyperband in turn", "side by side"]
    lines += [*table(heads, rows), "", "Halving with more trials, compiled:", ""]
    lines += table(["seconds, epochs", *(f"{n} trials" for n in COUNTS)], growth)
    screen: AbstractContextManager[None] = capsys.disabled()
    record("halving", lines, screen)


def works(
    objective: Objective, make: Callable[[], Synchronous], played: dict[str, Tournament], kind: str
) -> Callable[[], None]:
    """One tournament, kept under its name."""

    def work() -> None:
        played[kind] = play(objective, make())

    return work
