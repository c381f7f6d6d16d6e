"""How long does a study take, and how does that grow? Printed and recorded; a clock is never asserted.

evaluation   one point of one design on one data batch
growth       the same setting with ten and a hundred times as many draws
"""

import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import lightgbm
import numpy as np
import pytest
from benchmarks.population_peers import plain_loop, threads
from benchmarks.results_page import medians, record, seconds, table

from hpo_tutor import designs
from hpo_tutor.problems import tasks
from hpo_tutor.race import campaign, presets, tracks
from hpo_tutor.race.protocol import Cell, Job, jobs, run
from hpo_tutor.race.unit_points import configs_of
from hpo_tutor.training import Boosting

AIM = "3 minutes"
SETTINGS = (("networks", 2, 5), ("trees", 2, 10), ("trees", 3, 8), ("trees", 4, 4), ("trees", 8, 2))
GROWN = (("networks", 2, 5), ("trees", 3, 5), ("trees", 8, 2))
PLAIN_NETWORKS, PLAIN_FITS = 8, 8


def whole_study(folder: Path) -> list[list[str]]:
    """A row for each number of workers: the source preset, from nothing to the last row, workers' start included."""
    cells, taken, rows = presets.preset("source"), {}, []
    n_evaluations = sum(cell.n_points for cell in cells)
    for n_workers in (1, 2):
        store = folder / f"{n_workers}.jsonl"
        taken[n_workers] = seconds(
            lambda n=n_workers, store=store: campaign.run(cells, store, n_workers=n, progress=False)
        )
        rate = f"{n_evaluations / taken[n_workers]:,.0f}"
        rows.append([str(n_workers), f"{taken[n_workers]:.0f} s", rate, f"{taken[1] / taken[n_workers]:.2f}"])
    return rows


def by_design() -> list[list[str]]:
    """A row for each setting: processor seconds of each design's job on all data batches, drawing included."""
    rows = []
    for track, d, n in SETTINGS:
        cells = [
            Cell(track, d, n, name, batch)
            for name in presets.DESIGNS
            for batch in range(tracks.track(track).n_batches())
            if not (name == "hypertiling" and d > 6)
        ]
        for job in jobs(cells):
            run(job._replace(cells=job.cells[:1]))  # what is compiled or read once
        spent: Counter[str] = Counter()
        for job in jobs(cells):
            begin = time.process_time()
            run(job)
            spent[job.cells[0].sampler] = time.process_time() - begin
        rows.append(
            [track, str(d), str(n), *(f"{spent[name]:.2f} s" if name in spent else "" for name in presets.DESIGNS)]
        )
    return rows


def growth() -> list[list[str]]:
    """A row for each setting: random points on all data batches, with 1, 10 and 100 draws."""
    rows = []
    for track, d, n in GROWN:
        cells = tuple(Cell(track, d, n, "random", batch) for batch in range(tracks.track(track).n_batches()))
        run(Job(cells, None, 0))
        n_evaluations = sum(cell.n_points for cell in cells)
        taken = []
        for n_draws in (1, 10, 100):
            begin = time.process_time()
            for seed in range(n_draws):
                run(Job(cells, None, seed))
            taken.append(time.process_time() - begin)
        said = [f"{1e6 * t / n_evaluations / k:.1f} µs" for t, k in zip(taken, (1, 10, 100), strict=True)]
        rows.append([track, str(d), str(n), f"{n_evaluations:,}", f"{taken[0]:.3f} s", *said])
    return rows


def live_networks() -> list[list[str]]:
    """All designs of a data batch trained together, and networks one at a time in plain torch."""
    cells = [Cell("networks", 2, 4, name, 0, live=True) for name in presets.DESIGNS]
    (job,) = jobs(cells)
    rows = run(job)
    n_models = sum(row["n_trained"] for row in rows)
    member = tracks.track("networks").objective(2, live=True).draw(0)
    configs = configs_of(member.space, designs.make("lhs", PLAIN_NETWORKS, 2))
    data = tasks.rows("aleph", 0).data

    def one_by_one() -> None:
        with threads(1):
            for seed, config in enumerate(configs):
                plain_loop(data, learning_rate=config["learning_rate"], seed=seed, n_epochs=config["epochs"])

    return _compared("networks", lambda: run(job), n_models, one_by_one, PLAIN_NETWORKS)


def live_trees() -> list[list[str]]:
    """The same for boosted trees, against LightGBM as its manual has it."""
    cells = [Cell("trees", 2, 4, name, 0, live=True) for name in presets.DESIGNS]
    (job,) = jobs(cells)
    n_models = sum(row["n_trained"] for row in run(job))
    member = tracks.track("trees").objective(2, live=True).draw(0)
    configs = configs_of(member.space, designs.make("lhs", PLAIN_FITS, 2))
    known = tasks.task("danish_housing-44")
    sets = tasks.sets(known.name, 0, tracks.track("trees").n_batches())
    fits = Boosting(known.model, sets, known.columns(configs), range(PLAIN_FITS), n_threads=1)

    def one_by_one() -> None:
        for k in range(len(fits)):
            train = lightgbm.Dataset(sets.train_inputs, sets.train_targets)
            stopping = lightgbm.Dataset(sets.stopping_inputs, sets.stopping_targets, reference=train)
            stop = lightgbm.early_stopping(known.model.patience, verbose=False)
            booster = lightgbm.train(
                fits._parameters(k), train, known.model.max_trees, valid_sets=[stopping], callbacks=[stop]
            )
            outputs = booster.predict(sets.scoring_inputs, num_threads=1)
            np.mean((outputs - sets.scoring_targets) ** 2)

    return _compared("trees", lambda: run(job), n_models, one_by_one, PLAIN_FITS)


def _compared(
    track: str, together: Callable[[], object], n_together: int, alone: Callable[[], object], n_alone: int
) -> list[list[str]]:
    taken = medians({"together": together, "alone": alone}, n_rounds=3)
    ours, theirs = n_together / taken["together"], n_alone / taken["alone"]
    return [[track, str(n_together), f"{ours:.1f}", f"{theirs:.1f}", f"{ours / theirs:.1f}"]]


@pytest.mark.real_data
def test_race(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The study of the source's table, how its parts grow, and really trained parts beside plain loops."""
    n_cells = len(presets.preset("source"))
    lines = [
        f"The source preset on recorded landscapes, {n_cells:,} cells: five designs of the source and the grid of",
        f"midpoints, drawn, tried and stored; at most {AIM} with two workers (aim). Wall-clock time, the start of the",
        "workers included.",
        "",
        *table(["workers", "time", "evaluations a second", "times as fast as one"], whole_study(tmp_path)),
        "",
        "What the designs cost, one core, processor time, all data batches of a setting. In the study",
        f"rsa has {presets.LIMITED['rsa']}.",
        "",
        *table(["track", "d", "n", *presets.DESIGNS], by_design()),
        "",
        "Random points with more draws on each batch; time for one evaluation, one core, processor time.",
        "",
        *table(["track", "d", "n", "evaluations", "time", "1 draw", "10 draws", "100 draws"], growth()),
        "",
        "Live: six designs of 16 points on a data batch, trained together, then three times each incumbent, beside one",
        "model after another on one thread, points of a Latin hypercube: plain torch, and LightGBM by its manual.",
        "",
        *table(["track", "models", "a second", "one by one, a second", "ratio"], [*live_networks(), *live_trees()]),
    ]
    record("race", lines, capsys.disabled())
