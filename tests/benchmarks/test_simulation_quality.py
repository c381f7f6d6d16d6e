"""Does the simulator foretell a real tournament? The same schedule on two real processes, and on a virtual clock.

Each round plays asynchronous halving on the digits with two worker processes, then lets the simulator play it with the
seconds that the real jobs took, and with no more than the mean seconds of an epoch of each trial.
"""

import statistics

import numpy as np
import pytest
from benchmarks.results_page import record, table

from hpo_tutor import problems
from hpo_tutor.early_stopping import AsynchronousHalving
from hpo_tutor.early_stopping.asynchronous import Form
from hpo_tutor.executors import LocalProcesses
from hpo_tutor.search_space import Choice, Float
from hpo_tutor.tournaments import Timeline, Tournament, play_with_workers
from hpo_tutor.tournaments.replays import replay

N_ROUNDS, N_TRIALS, N_EPOCHS, N_WORKERS = 5, 81, 81, 2
UNEQUAL = {
    "learning_rate": Float(1e-4, 3e-2, log=True),
    "width": Choice((4, 16, 64, 128), ordered=True),
    "batch_size": Choice((16, 32, 64, 128, 256), ordered=True),
}


def real_run(form: Form, seed: int) -> tuple[Tournament, Timeline]:
    """Asynchronous halving of digits on two processes; networks of unequal speed."""
    scheduler = AsynchronousHalving(N_TRIALS, N_EPOCHS, form=form)
    return play_with_workers(problems.live("digits", UNEQUAL), scheduler, executor=LocalProcesses(N_WORKERS), seed=seed)


@pytest.mark.real_data
def test_simulated_makespans(capsys: pytest.CaptureFixture[str]) -> None:
    """The simulator hands out the jobs that were really done, and ends about when the real tournament ended."""
    rows = []
    for form in ("promotion", "stopping"):
        real, share, costs, by_jobs, by_trials, ideal = [], [], [], [], [], []
        for seed in range(N_ROUNDS):
            tournament, timeline = real_run(form, seed)
            # whole curves, for jobs that a small difference in time calls for and that were never done
            configs = {report.trial: report for report in tournament.reports}
            objective = problems.live("digits", UNEQUAL)
            curves = objective.together(
                [report.config for report in configs.values()], seeds=[report.seed for report in configs.values()]
            ).fit()
            losses = np.array([next(curves).losses for _ in range(N_EPOCHS)]).T
            known = dict(zip(configs, losses, strict=True))
            real.append(timeline.makespan)
            share.append(timeline.busy)
            cost = timeline.handover
            costs.append(1000 * cost)
            for errors, speeds, handover in ((by_jobs, "jobs", cost), (by_trials, "trials", cost), (ideal, "jobs", 0)):
                scheduler = AsynchronousHalving(N_TRIALS, N_EPOCHS, form=form)
                again = replay(timeline, scheduler, speeds=speeds, losses=known, handover=handover)
                errors.append(again.makespan_error)
        middle = [f"{100 * statistics.median(errors):+.1f} % ({100 * min(errors):+.1f} to {100 * max(errors):+.1f})"
                  for errors in (by_jobs, by_trials, ideal)]  # fmt: skip
        told = [f"{statistics.median(real):.2f}", f"{100 * statistics.median(share):.0f} %"]
        rows.append([form, *told, f"{statistics.median(costs):.1f}", *middle])
        with capsys.disabled():
            print(f"\n{rows[-1]}")
    lines = [
        f"Asynchronous halving of {N_TRIALS} networks of unequal speed on the digits, 1 to {N_EPOCHS} epochs, on "
        f"{N_WORKERS} processes: medians of {N_ROUNDS} tournaments, and in brackets the smallest and the largest. "
        "An error is the simulated makespan minus the real one, as a share of the real one. Handing over is the mean "
        "time between two jobs of a worker; the simulator is told it, but for the last column, and when each worker "
        "was ready.",
        "",
        *table(
            [
                "form",
                "real makespan in s",
                "busy",
                "handing over, in ms",
                "error, from the seconds of each job",
                "error, from the seconds an epoch of each trial",
                "error, from the seconds of each job, handing over for nothing",
            ],
            rows,
        ),
    ]
    record("replay", lines, capsys.disabled())
