"""hpo-tutor race switches, as one types it."""

import pytest
from pandas.testing import assert_frame_equal
from typer.testing import CliRunner

from hpo_tutor.course import cli
from hpo_tutor.problems.landscapes import files
from hpo_tutor.race.experiments import switches
from hpo_tutor.race.experiments.switch_standings import summary

SMALL = ("--sampler", "random", "--sampler", "tiles-random", "--budget", "9", "--seeds", "2", "--workers", "0")


@pytest.fixture(autouse=True)
def work(tmp_path, monkeypatch):
    """An empty work folder."""
    monkeypatch.setenv("HPO_TUTOR_WORK", str(tmp_path / "work"))
    return tmp_path / "work"


def run(*words):
    """Run hpo-tutor race switches."""
    return CliRunner().invoke(cli.app, ["race", "switches", *words])


def test_switches_says_how_many_searches_and_what_they_reach(work):
    """The options choose; the means are those of the store; typed again, nothing is searched again."""
    said = run(*SMALL)
    assert said.exit_code == 0, said.output
    assert f"4 searches; those that {work / 'switches.jsonl'} holds are not run again." in said.output
    content = (work / "switches.jsonl").read_bytes()
    table = switches.load(work / "switches.jsonl")
    for column, word in (("loss", "mean rmse"), ("share", "mean share of the front")):
        line = next(line for line in said.stdout.splitlines() if line.startswith(f"9 trials, {word}: "))
        for row in summary(table, column).to_dict("records"):
            assert f"{row['sampler']} {row['mean']:.3f}" in line
    assert run(*SMALL).exit_code == 0
    assert (work / "switches.jsonl").read_bytes() == content


def test_keep_writes_the_packages_own(tmp_path, monkeypatch):
    """--store is heard; --keep writes switches.parquet into the checkout's data, and an installed package refuses."""
    store = tmp_path / "mine.jsonl"
    assert run(*SMALL, "--store", str(store)).exit_code == 0  # the landscape is found before its folder is moved
    monkeypatch.setattr(files, "checkout_folder", lambda: tmp_path)
    said = run(*SMALL, "--store", str(store), "--keep")
    assert f"{tmp_path / 'switches.parquet'} is written." in said.output
    assert_frame_equal(switches.load(tmp_path / "switches.parquet"), switches.load(store))
    monkeypatch.setattr(files, "checkout_folder", lambda: None)
    refused = run(*SMALL, "--store", str(store), "--keep")
    assert refused.exit_code == 1
    assert "an installed package keeps its own comparison" in refused.output


def test_what_makes_no_sense_is_refused():
    """In a sentence, without a traceback."""
    refused = run("--sampler", "mine")
    assert refused.exit_code == 1
    assert "no sampler 'mine' searches the space with switches" in " ".join(refused.output.split())
