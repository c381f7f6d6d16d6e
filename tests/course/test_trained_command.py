"""hpo-tutor race trained, as one types it."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from hpo_tutor.course import cli
from hpo_tutor.problems.landscapes import files
from hpo_tutor.race.experiments import trained


@pytest.fixture(autouse=True)
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty work folder."""
    monkeypatch.setenv("HPO_TUTOR_WORK", str(tmp_path / "work"))
    return tmp_path / "work"


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> list[trained.Search]:
    """Searches that train nothing; the list of those that were run."""
    ran: list[trained.Search] = []

    def search(one: trained.Search) -> dict[str, Any]:
        ran.append(one)
        error = 10.0 + one.repetition - (one.sampler == "gp") if "mnist" in one.experiment else None
        said = {"n_made": 1, "validation": 1.0, "test": 2.0 + one.repetition, "test_error": error, "config": "{}"}
        return one._asdict() | said | {"meaning": trained.experiment(one.experiment).meaning}

    monkeypatch.setattr(trained, "search", search)
    return ran


def run(*words: str) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(cli.app, ["race", "trained", "--workers", "0", *words])


def test_trained_says_what_came_of_it_and_goes_on(quick: list[trained.Search], work: Path):
    """The summary is printed, an experiment each; the file lies in the work folder; nothing is run twice."""
    first = run("--experiment", "mnist-9", "--repetitions", "2")
    assert first.exit_code == 0, first.output
    assert "16 searches" in first.output
    assert "mnist-9\n" in first.output
    assert "test_error" in first.output
    assert "-1.0" in first.output  # what gp is better by
    assert len(quick) == 16
    assert len(trained.load(work / "trained.jsonl")) == 16
    assert run("--experiment", "mnist-9", "--repetitions", "2").exit_code == 0
    assert len(quick) == 16
    more = run("--experiment", "mnist-9", "--experiment", "regression-2", "--repetitions", "3")
    assert "60 searches" in more.output
    assert len(quick) == 60


def test_full_is_another_experiment(quick: list[trained.Search], tmp_path: Path):
    """--full takes all pictures of MNIST, and leaves the jets as they are; --store is heard."""
    words = ("--experiment", "mnist-9", "--experiment", "regression-2", "--repetitions", "1", "--full")
    assert run(*words, "--store", str(tmp_path / "full.jsonl")).exit_code == 0
    assert set(trained.load(tmp_path / "full.jsonl").experiment) == {"mnist-9-full", "regression-2"}


def test_keep_writes_what_the_course_comes_with(
    quick: list[trained.Search], work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """--keep makes trained.parquet of the store, in the checkout's data folder; an installed package refuses it."""
    monkeypatch.setattr(files, "checkout_folder", lambda: tmp_path)
    kept = run("--experiment", "regression-3", "--repetitions", "1", "--keep")
    assert "trained.parquet is written" in kept.output
    pd.testing.assert_frame_equal(trained.load(tmp_path / "trained.parquet"), trained.load(work / "trained.jsonl"))
    monkeypatch.setattr(files, "checkout_folder", lambda: None)
    refused = run("--experiment", "regression-3", "--repetitions", "2", "--keep")
    assert refused.exit_code == 1
    assert "leave --keep out" in refused.stderr
    assert len(quick) == 12


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("--experiment", "mnist-8"), "must be one of regression-2"),
        (("--repetitions", "21"), "must lie in 1..20"),
        (("--store", "/dev/null/no"), "needs a file that can be written"),
    ],
)
def test_bad_input_ends_with_the_reason(words: tuple[str, ...], reason: str, quick: list[trained.Search]):
    """One line on the error stream, status 1, no traceback."""
    refused = run(*words)
    assert refused.exit_code == 1
    assert reason in refused.stderr
    assert "Traceback" not in refused.output
    assert not quick


def test_ctrl_c_says_how_to_go_on(work: Path, monkeypatch: pytest.MonkeyPatch):
    """Status 130, and the same command goes on."""

    def stop(one: trained.Search) -> dict[str, Any]:
        raise KeyboardInterrupt

    monkeypatch.setattr(trained, "search", stop)
    stopped = run("--experiment", "regression-2", "--repetitions", "1")
    assert stopped.exit_code == 130
    assert "Type the same again to go on." in stopped.output
