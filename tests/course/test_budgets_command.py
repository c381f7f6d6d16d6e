"""hpo-tutor race budgets, as one types it."""

from pathlib import Path

import pytest
from pandas.testing import assert_frame_equal
from typer.testing import CliRunner, Result

from hpo_tutor.course import cli
from hpo_tutor.problems.landscapes import files
from hpo_tutor.race.experiments import budgets
from hpo_tutor.race.experiments.standings import standings

SMALL = ("--dims", "2", "--budget", "9", "--budget", "16", "--sampler", "grid", "--sampler", "random", "--seeds", "2")


@pytest.fixture(autouse=True)
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty work folder."""
    monkeypatch.setenv("HPO_TUTOR_WORK", str(tmp_path / "work"))
    return tmp_path / "work"


def run(*words: str) -> Result:
    """Run hpo-tutor race budgets."""
    return CliRunner().invoke(cli.app, ["race", "budgets", *words])


def test_budgets_says_how_many_searches_and_who_stands_where(work: Path):
    """The options choose; the ranks are those of the store; typed again, nothing is searched again."""
    said = run(*SMALL)
    assert said.exit_code == 0, said.output
    n_searches = 3 * 2 * (2 + 1) + 3 * (2 + 2)  # functions x seeds x (grid twice, random once); published boxes
    assert f"{n_searches} searches; those that {work / 'budgets.jsonl'} holds are not run again." in said.output
    content = (work / "budgets.jsonl").read_bytes()
    table = budgets.load(work / "budgets.jsonl")
    assert set(table["sampler"]) == {"grid", "random"}
    for row in standings(table[table["shifted"]]).to_dict("records"):
        line = next(line for line in said.stdout.splitlines() if line.startswith(f"d = 2, {row['n_trials']} trials"))
        assert f"{row['sampler']} {row['mean_rank']:.2f}" in line
    assert run(*SMALL).exit_code == 0
    assert (work / "budgets.jsonl").read_bytes() == content


def test_keep_writes_the_packages_own(work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """--store is heard; --keep writes budgets.parquet into the checkout's data, and an installed package refuses."""
    monkeypatch.setattr(files, "checkout_folder", lambda: tmp_path)
    store = tmp_path / "mine.jsonl"
    said = run(*SMALL, "--store", str(store), "--keep")
    assert f"{tmp_path / 'budgets.parquet'} is written." in said.output
    assert_frame_equal(budgets.load(tmp_path / "budgets.parquet"), budgets.load(store))
    monkeypatch.setattr(files, "checkout_folder", lambda: None)
    refused = run(*SMALL, "--store", str(store), "--keep")
    assert refused.exit_code == 1
    assert "an installed package keeps its own comparison" in refused.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--dims", "1"), "n_dims >= 2"),
        (("--sampler", "grids", "--seeds", "1"), "a sampler's name must be one of grid"),
    ],
)
def test_what_cannot_be_searched_is_refused(words: tuple[str, ...], said: str):
    """One line, status 1, no traceback."""
    refused = run(*words)
    assert refused.exit_code == 1
    assert said in refused.output
    assert "Traceback" not in refused.output
