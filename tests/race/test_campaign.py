"""A study is the same however it was run, and nothing that happens on the way costs a cell."""

import logging
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import psutil
import pytest
from distributed import LocalCluster
from pandas.testing import assert_frame_equal

from hpo_tutor.race import campaign
from hpo_tutor.race.protocol import Cell, jobs
from hpo_tutor.race.store import Store, read
from hpo_tutor.samplers import Design
from hpo_tutor.trials import Trial

ROOT = Path(__file__).parents[2]
CELLS = [
    Cell("networks", 2, n, name, batch)
    for n in (2, 3, 4)
    for name in ("grid", "grid-midpoints", "random", "lhs")
    for batch in range(10)
]
# runs the study; killed, by itself, in the middle of the write that would make the store longer than so many bytes
DRIVER = """
import os, signal, sys
from hpo_tutor.race import campaign
from tests.race.test_campaign import CELLS
store, n_workers, most = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
write = os.write
def torn(file, data):
    room = most - os.fstat(file).st_size
    if len(data) > room >= 0:
        write(file, data[:room])
        os.kill(os.getpid(), signal.SIGKILL)
    return write(file, data)
os.write = torn
campaign.run(CELLS, store, n_workers=n_workers, progress=False)
"""


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """The study, run in this process without a stop."""
    return campaign.run(CELLS, tmp_path_factory.mktemp("study") / "study.jsonl", n_workers=0, progress=False)


class Mine(Design):
    """A sampler as somebody writes it."""

    def __init__(self, space, seed=0):
        super().__init__(space, "random", seed=seed)


def broken(space, seed=0):
    """No sampler at all."""
    raise RuntimeError("not today")


def drive(store: Path, n_workers: int, most: int) -> subprocess.Popen:
    """The study in a process of its own."""
    return subprocess.Popen([sys.executable, "-c", DRIVER, str(store), str(n_workers), str(most)], cwd=ROOT)


def test_a_study_holds_each_cell_once(undisturbed):
    """All cells are done, in the order of their keys, and none is missing."""
    table = undisturbed.table()
    keys = [Cell(*row).key for row in table[list(Cell._fields)].itertuples(index=False)]
    assert keys == sorted(cell.key for cell in CELLS)
    assert undisturbed.missing(CELLS) == []
    assert undisturbed.missing([CELLS[0], CELLS[0]._replace(resolution=5)]) == [CELLS[0]._replace(resolution=5)]
    assert undisturbed.failures().empty
    assert undisturbed.n_trained == 0
    assert not undisturbed.interrupted
    assert (table.observed.notna() & (table.score >= table.optimum)).all()


def test_the_table_is_the_same_for_any_number_of_workers(tmp_path, undisturbed):
    """Three workers, and the cells in another order, give what no worker gives, to the last bit."""
    study = campaign.run(CELLS[::-1], tmp_path / "study.jsonl", n_workers=3, progress=False)
    assert_frame_equal(study.table(), undisturbed.table(), check_exact=True)


def test_a_study_killed_in_the_middle_of_lines_is_the_same(tmp_path, undisturbed):
    """Three kills at random bytes of the store, by SIGKILL: no cell is lost, doubled or different."""
    store, rng = tmp_path / "study.jsonl", random.Random(0)
    whole = 30_000
    for k in range(3):
        most = rng.randrange(whole * k // 3, whole * (k + 1) // 3)
        with drive(store, n_workers=0, most=most) as driver:
            assert driver.wait() == -signal.SIGKILL
        assert store.stat().st_size == most
    study = campaign.run(CELLS, store, n_workers=0, progress=False)
    assert_frame_equal(study.table(), undisturbed.table(), check_exact=True)
    assert sum(line.count(b'"track"') for line in store.read_bytes().splitlines()) == len(CELLS)


def test_a_study_killed_from_outside_is_the_same(tmp_path, undisturbed):
    """The driver of two workers is killed when some jobs are done, whatever it does then; the store is free at once."""
    store = tmp_path / "study.jsonl"
    with drive(store, n_workers=2, most=10**9) as driver:
        while not (store.is_file() and store.read_bytes().count(b"\n") > 2) and driver.poll() is None:
            pass
        driver.kill()
    assert 0 < len(read(store).rows) < len(CELLS)
    study = campaign.run(CELLS, store, n_workers=1, progress=False)
    assert_frame_equal(study.table(), undisturbed.table(), check_exact=True)


def test_killed_local_workers_cost_nothing(tmp_path, monkeypatch, undisturbed):
    """After the first job a worker is killed; the table is that of the undisturbed study."""
    append, victims = Store.append, []

    def kill_one(self, *args, **kwargs):
        append(self, *args, **kwargs)
        if not victims:
            victims.append(psutil.Process().children()[0])
            victims[-1].kill()

    monkeypatch.setattr(Store, "append", kill_one)
    study = campaign.run(CELLS, tmp_path / "study.jsonl", n_workers=2, progress=False)
    assert len(victims) == 1
    assert_frame_equal(study.table(), undisturbed.table(), check_exact=True)


def test_a_cluster_whose_workers_are_killed_gives_the_same(tmp_path, monkeypatch, undisturbed):
    """A real Dask cluster: one of its two workers is killed during the run; all is done, and the table is the same."""
    append, n_written = Store.append, []
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=logging.CRITICAL
    ) as cluster:
        victim = next(iter(cluster.workers.values())).pid

        def kill_one(self, *args, **kwargs):
            append(self, *args, **kwargs)
            n_written.append(1)
            if len(n_written) == 2:
                os.kill(victim, signal.SIGKILL)

        monkeypatch.setattr(Store, "append", kill_one)
        study = campaign.run(CELLS, tmp_path / "study.jsonl", scheduler=cluster.scheduler_address, progress=False)
    assert len(n_written) == len(jobs(CELLS))
    assert_frame_equal(study.table(), undisturbed.table(), check_exact=True)


def test_what_is_done_is_not_run_again(tmp_path, monkeypatch, undisturbed):
    """A second run with more cells runs those alone; a third runs nothing, and starts no process."""
    store = tmp_path / "study.jsonl"
    campaign.run(CELLS[:50], store, n_workers=0, progress=False)
    ran = []
    work = campaign.work
    monkeypatch.setattr(campaign, "work", lambda job: ran.extend(job.cells) or work(job))
    study = campaign.run(CELLS, store, n_workers=0, progress=False)
    assert sorted(ran) == sorted(CELLS[50:])
    assert_frame_equal(study.table(), undisturbed.table(), check_exact=True)
    monkeypatch.setattr(subprocess, "Popen", None)
    assert_frame_equal(campaign.run(CELLS, store).table(), undisturbed.table(), check_exact=True)


def test_failures_are_kept_and_tried_again_only_if_asked(tmp_path):
    """A broken sampler fails its cells; the others are done. Mended, its cells are run where retry_failed says so."""
    cells = [Cell("networks", 2, 2, name, batch) for name in ("grid", "mine") for batch in range(3)]
    store = tmp_path / "study.jsonl"
    first = campaign.run(cells, store, n_workers=0, samplers={"mine": broken}, progress=False)
    assert len(first.table()) == 3
    assert first.failures().message.str.contains("not today").tolist() == [True] * 3
    content = store.read_bytes()
    again = campaign.run(cells, store, n_workers=0, samplers={"mine": Mine}, progress=False)
    assert store.read_bytes() == content
    assert again.missing(cells) == []
    mended = campaign.run(cells, store, n_workers=0, samplers={"mine": Mine}, progress=False, retry_failed=True)
    assert mended.failures().empty
    assert len(mended.table()) == 6


def test_a_sampler_of_a_notebook_runs_in_workers(tmp_path):
    """A class that no module holds gives in processes what it gives here, also where its luck is everybody's.

    The caller's own draws go on as if no study had been.
    """

    class Local(Mine):
        def ask(self):
            return Trial(0, self.space.from_unit([random.random(), np.random.random()]))  # noqa: NPY002 - its point

    before = random.getstate(), np.random.get_state()[1].tolist()  # noqa: NPY002
    cells = [Cell("networks", 2, 3, "local", batch) for batch in range(4)]
    here, there = (
        campaign.run(cells, tmp_path / f"{n}.jsonl", n_workers=n, samplers={"local": Local}, progress=False)
        for n in (0, 1)
    )
    assert (random.getstate(), np.random.get_state()[1].tolist()) == before  # noqa: NPY002
    assert len(set(here.table().observed)) == 4
    assert_frame_equal(here.table(), there.table(), check_exact=True)


def test_a_job_that_kills_its_workers_is_a_failure(tmp_path):
    """Out of memory, say: its cells have failed, with the way out; the study goes on."""

    def deadly(space, seed=0):
        os.kill(os.getpid(), signal.SIGKILL)

    cells = [Cell("networks", 2, 2, name, 0) for name in ("grid", "deadly")]
    study = campaign.run(cells, tmp_path / "s.jsonl", n_workers=1, samplers={"deadly": deadly}, progress=False)
    assert study.table().sampler.tolist() == ["grid"]
    assert "died 3 times (killed by signal 9)" in study.failures().message[0]


def test_ctrl_c_returns_what_is_done(tmp_path, monkeypatch, undisturbed):
    """The interrupt comes in the middle of a write: that job is kept too, the rest is run later."""
    store, append = tmp_path / "study.jsonl", Store.append

    def interrupted(self, *args, **kwargs):
        if len(self.rows) >= 20:
            os.kill(os.getpid(), signal.SIGINT)
        append(self, *args, **kwargs)

    monkeypatch.setattr(Store, "append", interrupted)
    first = campaign.run(CELLS, store, n_workers=1, progress=False)
    assert first.interrupted
    assert len(first.table()) == 30
    monkeypatch.undo()
    study = campaign.run(CELLS, store, n_workers=0, progress=False)
    assert not study.interrupted
    assert_frame_equal(study.table(), undisturbed.table(), check_exact=True)


def test_the_bar_counts_cells_and_failures(tmp_path, capsys):
    """What was there before counts from the beginning; at the end all is done."""
    cells = [Cell("networks", 2, 2, name, batch) for name in ("grid", "mine") for batch in range(3)]
    campaign.run(cells[:3], tmp_path / "s.jsonl", n_workers=0, samplers={"mine": broken}, progress=False)
    assert capsys.readouterr().err == ""
    campaign.run(cells, tmp_path / "s.jsonl", n_workers=0, samplers={"mine": broken})
    shown = capsys.readouterr().err
    assert "3 of 6 cells" in shown
    assert "6 of 6 cells, 3 failed" in shown
    assert "100%" in shown


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n_workers": 2, "scheduler": "tcp://127.0.0.1:1"}, "leave out n_workers=2, or the scheduler"),
        ({"samplers": {"grid": Mine}}, "'grid' is a sampler already"),
        ({"n_workers": -1}, "n_workers must be 0 or more"),
    ],
)
def test_bad_settings_are_refused_before_a_store_is_made(tmp_path, arguments, message):
    """Each says what to change, and leaves no file behind."""
    with pytest.raises(ValueError, match=message):
        campaign.run(CELLS, tmp_path / "s.jsonl", **arguments)
    assert list(tmp_path.iterdir()) == []
