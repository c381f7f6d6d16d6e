"""hpo-tutor race, as one types it; and the script for a cluster, as CONTRIBUTING.md has it."""

import logging
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import dask
import pytest
from distributed import LocalCluster
from pandas.testing import assert_frame_equal
from typer.testing import CliRunner, Result

from hpo_tutor.course import cli
from hpo_tutor.figures import study_report
from hpo_tutor.race import campaign, presets
from hpo_tutor.race.protocol import Cell
from hpo_tutor.race.store import Store

ROOT = Path(__file__).parents[2]
SMALL = ("race", "--workers", "0", "--track", "networks", "--resolution", "2")


@pytest.fixture(autouse=True)
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty work folder."""
    monkeypatch.setenv("HPO_TUTOR_WORK", str(tmp_path / "work"))
    return tmp_path / "work"


def run(*words: str) -> Result:
    """Run one command of hpo-tutor."""
    return CliRunner().invoke(cli.app, words)


def test_race_says_what_it_runs_where_it_is_and_what_comes_next(work: Path):
    """Cells, jobs and samplers before; the store and the next command after; run again, nothing is left to do."""
    first = run(*SMALL)
    assert first.exit_code == 0, first.output
    assert "60 cells in 6 jobs: grid, grid-midpoints, random, lhs, hypertiling, rsa on networks." in first.output
    assert "60 of 60 cells are done" in first.output
    store = work / "race-quick.jsonl"
    assert f"Next: hpo-tutor race report --store {store}" in first.output
    assert len(campaign.load(store).table()) == 60
    again = run(*SMALL)
    assert "All of them are in the store." in again.output
    more = run(*SMALL, "--resolution", "3")
    assert "60 are in the store; the rest takes" in more.output
    assert "120 of 120 cells are done" in more.output


def test_options_choose_cells_and_the_store(work: Path, tmp_path: Path):
    """Another seed has another store by default; --store, --dims and --seed are heard."""
    store = tmp_path / "mine.jsonl"
    assert run(*SMALL, "--dims", "2", "--seed", "7", "--store", str(store)).exit_code == 0
    assert campaign.load(store).seed == 7
    assert not work.exists()
    assert run(*SMALL, "--seed", "7").exit_code == 0
    assert (work / "race-quick-7.jsonl").is_file()
    wrong = run(*SMALL, "--store", str(store))
    assert wrong.exit_code == 1
    assert "its seed is 7, here it is 0" in wrong.stderr


def test_a_sampler_from_the_current_folder_takes_part(work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """--sampler module:Name races beside the others, in workers too; failures are listed, and --retry runs them."""
    sampler = tmp_path / "own_sampler_8.py"
    sampler.write_text("from hpo_tutor.samplers import Design\n\ndef Mine(space, seed=0):\n    raise OSError('rain')\n")
    monkeypatch.chdir(tmp_path)
    words = ("race", "--track", "networks", "--resolution", "2", "--sampler", "own_sampler_8:Mine", "--workers", "1")
    program = [str(Path(sys.executable).with_name("hpo-tutor")), *words]
    failed = subprocess.run(program, capture_output=True, text=True, check=True)
    assert "60 of 70 cells are done" in failed.stdout
    assert "rain" in failed.stdout
    assert "10 cells failed; --retry runs them again." in failed.stdout
    sampler.write_text(
        "from functools import partial\nfrom hpo_tutor.samplers import Design\nMine = partial(Design, name='random')\n"
    )
    mended = subprocess.run([*program[:-1], "0", "--retry"], capture_output=True, text=True, check=True)
    assert "70 of 70 cells are done" in mended.stdout
    table = campaign.load(work / "race-quick.jsonl").table()
    assert (table.sampler == "own_sampler_8:Mine").sum() == 10
    assert "Changed" not in mended.stdout
    later = (work / "race-quick.jsonl").stat().st_mtime + 60
    os.utime(sampler, (later, later))
    again = subprocess.run(program, capture_output=True, text=True, check=True)
    assert "Changed: the file of own_sampler_8:Mine is newer" in again.stdout


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("--preset", "huge"), "a preset must be one of quick, source, full"),
        (("--track", "nets"), "here, got nets; another preset may have more"),
        (("--dims", "9"), "dims must be among 2"),
        (("--sampler", "nobody"), "or module:Name; it is 'nobody'"),
        (("--sampler", "no_such_module_8:Mine"), "no sampler no_such_module_8:Mine"),
        (("--workers", "2", "--scheduler", "tcp://127.0.0.1:1"), "leave out n_workers=2, or the scheduler"),
        (("--scheduler", "nonsense"), "a Dask scheduler must answer at 'nonsense'"),
        (("--store", "/dev/null"), "must be an ordinary file"),
    ],
)
def test_bad_input_ends_with_the_reason(words: tuple[str, ...], reason: str):
    """One line on the error stream, status 1, no traceback."""
    refused = run("race", *words)
    assert refused.exit_code == 1
    assert reason in refused.stderr
    assert "Traceback" not in refused.output


def test_ctrl_c_says_how_to_go_on(work: Path, monkeypatch: pytest.MonkeyPatch):
    """Status 130, what is done is kept, and the same command goes on."""
    append = Store.append

    def stop(self, *args, **kwargs):
        append(self, *args, **kwargs)
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(Store, "append", stop)
    stopped = run(*SMALL)
    assert stopped.exit_code == 130
    assert "10 of 60 cells are done" in stopped.output
    assert "Type the same again to go on." in stopped.output
    monkeypatch.undo()
    monkeypatch.setenv("HPO_TUTOR_WORK", str(work))
    assert "60 of 60 cells are done" in run(*SMALL).output


def test_report_takes_the_newest_store_unless_told(work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The study of the newest store, or of --store before or after the word report, goes to the folder asked for."""
    written = []
    monkeypatch.setattr(study_report, "write", lambda study, folder: written.append((study, folder)) or folder)
    run(*SMALL, "--resolution", "3", "--store", str(tmp_path / "other.jsonl"))
    run(*SMALL)
    said = run("race", "report")
    assert said.exit_code == 0, said.output
    assert str(work / "race-quick.jsonl") in said.output
    assert (len(written[0][0].rows), written[0][1]) == (60, work / "race-quick-report")
    run("race", "report", "--store", str(tmp_path / "other.jsonl"), "--to", str(tmp_path / "there"))
    run("race", "--store", str(tmp_path / "other.jsonl"), "report")
    assert [(len(study.rows), folder.name) for study, folder in written[1:]] == [(120, "there"), (120, "other-report")]
    missing = run("race", "report", "--store", "nowhere.jsonl")
    assert missing.exit_code == 1
    assert "there is no study at nowhere.jsonl" in missing.stderr


def test_a_report_is_written(work: Path):
    """The real one: a page in the folder that the command names."""
    run(*SMALL, "--resolution", "3")
    said = run("race", "report")
    assert said.exit_code == 0, said.output
    assert "networks" in (work / "race-quick-report" / "report.md").read_text(encoding="utf-8")


def test_help_names_the_options_and_loads_little():
    """`hpo-tutor race --help` loads none of the large packages."""
    ask = (
        "import sys; from typer.testing import CliRunner; from hpo_tutor.course.cli import app; "
        "print(CliRunner().invoke(app, ['race', '--help']).output); "
        "print('loaded:', {'torch', 'plotly', 'pandas', 'numpy', 'distributed'} & set(sys.modules))"
    )
    said = subprocess.check_output([sys.executable, "-c", ask], text=True, env={**os.environ, "COLUMNS": "200"})
    for word in ("--preset", "--live", "--track", "--sampler", "--scheduler", "--store", "--retry", "report"):
        assert word in said
    assert "loaded: set()" in said


def test_the_script_for_a_cluster_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    """With a cluster of this machine in SLURM's place, the script gives the study that no cluster gives."""
    (script,) = re.findall(r"### On a cluster.*?```python\n(.*?)```", (ROOT / "CONTRIBUTING.md").read_text(), re.DOTALL)

    class InItsPlace(LocalCluster):
        def __init__(self, **settings):
            assert {"cores", "processes", "memory", "walltime"} <= settings.keys()
            super().__init__(n_workers=0, threads_per_worker=1, dashboard_address=None, silence_logs=logging.CRITICAL)

        def adapt(self, maximum_jobs):
            return super().adapt(minimum=1, maximum=min(maximum_jobs, 2))

    cells = [Cell("networks", 2, 2, name, batch) for name in ("grid", "lhs") for batch in range(5)]
    monkeypatch.setattr(presets, "preset", lambda name, live: cells if (name, live) == ("quick", False) else [])
    monkeypatch.setitem(sys.modules, "dask_jobqueue", ModuleType("dask_jobqueue"))
    sys.modules["dask_jobqueue"].SLURMCluster = InItsPlace
    monkeypatch.setattr(sys, "argv", ["study.py", "quick"])
    monkeypatch.chdir(tmp_path)
    with dask.config.set({}):
        exec(compile(script, "study.py", "exec"), {"__name__": "__main__"})
    assert "<Study: 10 cells done, 0 failed" in capsys.readouterr().out
    here = campaign.run(cells, tmp_path / "here.jsonl", n_workers=0, progress=False)
    assert_frame_equal(campaign.load(tmp_path / "quick.jsonl").table(), here.table(), check_exact=True)


def test_slurm_knows_the_settings_of_the_script():
    """dask-jobqueue itself makes a job script of them: sixteen processes of one thread, and the walltime."""
    handler = signal.getsignal(signal.SIGINT)
    from dask_jobqueue import SLURMCluster  # takes Ctrl-C away when it is imported

    signal.signal(signal.SIGINT, handler)
    script = (ROOT / "CONTRIBUTING.md").read_text()
    (settings,) = re.findall(r"SLURMCluster\((\n.*?)\n    \)", script, re.DOTALL)
    quiet = "scheduler_options={'dashboard_address': None}"
    with eval(f"SLURMCluster({settings}\n{quiet})", {"SLURMCluster": SLURMCluster}) as cluster:
        job = cluster.job_script()
    for line in ("#SBATCH -t 04:00:00", "--nworkers 16", "--nthreads 1", "--lifetime 230m"):
        assert line in job


def test_a_study_is_kept_with_its_page(work: Path, tmp_path: Path):
    """`keep` writes the table and the page of a store; without one, the page of the table that is there, the same."""
    run(*SMALL)
    store, kept = work / "race-quick.jsonl", tmp_path / "kept"
    kept.mkdir()
    said = run("race", "keep", "--store", str(store), "--folder", str(kept))
    assert said.exit_code == 0, said.output
    assert_frame_equal(campaign.load(kept / "study.parquet").table(), campaign.load(store).table())
    page = (kept / "study.md").read_text(encoding="utf-8")
    assert "60 cells done" in page
    assert "figures.html" not in page
    (kept / "study.md").unlink()
    assert run("race", "keep", "--folder", str(kept)).exit_code == 0
    assert (kept / "study.md").read_text(encoding="utf-8") == page
    assert run("race", "keep", "--folder", str(tmp_path / "nowhere")).exit_code == 1


def test_the_kept_page_is_that_of_the_kept_study():
    """data/study.md counts the cells and the models that data/study.parquet holds."""
    study, page = campaign.load(), (ROOT / "data" / "study.md").read_text(encoding="utf-8")
    assert f"{len(study.table()):,} cells done" in page
    assert f"{study.n_trained:,} models were really trained" in page
