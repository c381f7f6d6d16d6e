"""hpo-tutor race stopping, as one types it."""

import pytest
from pandas.testing import assert_frame_equal
from typer.testing import CliRunner

from hpo_tutor.course import cli
from hpo_tutor.problems.landscapes import files
from hpo_tutor.race.experiments import stopping
from hpo_tutor.race.experiments.stopping_standings import summary

SMALL = ("--method", "random", "--method", "halving-9", "--curves", "digits-curves", "--seeds", "2", "--workers", "0")


@pytest.fixture(autouse=True)
def work(tmp_path, monkeypatch):
    """An empty work folder."""
    monkeypatch.setenv("HPO_TUTOR_WORK", str(tmp_path / "work"))
    return tmp_path / "work"


def run(*words):
    """Run hpo-tutor race stopping."""
    return CliRunner().invoke(cli.app, ["race", "stopping", *words])


def test_stopping_says_how_many_searches_and_what_they_reach(work):
    """The options choose; the means are those of the store; typed again, nothing is searched again."""
    said = run(*SMALL)
    assert said.exit_code == 0, said.output
    assert f"4 searches; those that {work / 'stopping.jsonl'} holds are not run again." in said.output
    content = (work / "stopping.jsonl").read_bytes()
    means = summary(stopping.load(work / "stopping.jsonl"))
    for n in stopping.TOLD:
        start = f"digits-curves, {n} epochs, mean regret: "
        line = next(line for line in said.stdout.splitlines() if line.startswith(start))
        ordered = means[means["total_epochs"] == n].sort_values("mean").to_dict("records")
        assert line == start + ", ".join(f"{row['method']} {row['mean']:.4f}" for row in ordered)
    assert run(*SMALL).exit_code == 0
    assert (work / "stopping.jsonl").read_bytes() == content


def test_keep_writes_the_packages_own(tmp_path, monkeypatch):
    """--store is heard; --keep writes stopping.parquet into the checkout's data, and an installed package refuses."""
    store = tmp_path / "mine.jsonl"
    assert run(*SMALL, "--store", str(store)).exit_code == 0  # the curves are found before their folder is moved
    monkeypatch.setattr(files, "checkout_folder", lambda: tmp_path)
    said = run(*SMALL, "--store", str(store), "--keep")
    assert f"{tmp_path / 'stopping.parquet'} is written." in said.output
    assert_frame_equal(stopping.load(tmp_path / "stopping.parquet"), stopping.load(store))
    monkeypatch.setattr(files, "checkout_folder", lambda: None)
    refused = run(*SMALL, "--store", str(store), "--keep")
    assert refused.exit_code == 1
    assert "an installed package keeps its own comparison" in refused.output


def test_what_makes_no_sense_is_refused():
    """In a sentence, without a traceback."""
    refused = run("--method", "mine")
    assert refused.exit_code == 1
    assert "no method 'mine' tunes with a budget of epochs" in " ".join(refused.output.split())
