"""hpo-tutor race online-field, -horizons, -starts, -rivals and -tuning-sets, as one types them."""

import pytest
from pandas.testing import assert_frame_equal
from typer.testing import CliRunner

from hpo_tutor.course import cli
from hpo_tutor.problems import online_tuning
from hpo_tutor.problems.landscapes import files
from hpo_tutor.race.experiments.online import field, grounds, horizons, rivals, starts, summaries, tuning_sets

SMALL = {
    "online-field": (field, ("--seeds", "1", "--rule", "exact"), 9),
    "online-horizons": (horizons, ("--seeds", "1"), 3),
    "online-starts": (starts, ("--size", "shallow", "--rule", "exact", "--rule", "slow", "--starts", "3"), 2),
    "online-rivals": (rivals, ("--seeds", "2", "--method", "random", "--method", "t1-t2"), 4),
    "online-tuning-sets": (tuning_sets, ("--seeds", "1", "--knobs", "few", "--knobs", "none"), 12),
}


@pytest.fixture(autouse=True)
def work(tmp_path, monkeypatch):
    """An empty work folder, and digits for a few epochs in place of MNIST."""

    def small(size="shallow", batch=0, n_tuning=None, full=False):
        return online_tuning("digits", batch=batch, hidden=(8,), n_tuning=min(n_tuning or 300, 300), epochs=3)

    monkeypatch.setattr(grounds, "ground", small)
    monkeypatch.setenv("HPO_TUTOR_WORK", str(tmp_path / "work"))
    return tmp_path / "work"


def run(*words):
    """Run hpo-tutor race."""
    return CliRunner().invoke(cli.app, ["race", *words, "--workers", "0"])


@pytest.mark.parametrize("name", SMALL)
def test_the_command_runs_what_the_options_choose_and_goes_on(work, name):
    """It says how many searches there are; typed again, nothing is run again; --keep writes the checkout's file."""
    _, options, n_searches = SMALL[name]
    said = run(name, *options)
    assert said.exit_code == 0, said.output
    store = work / f"{name}.jsonl"
    assert f"{n_searches} searches; those that {store} holds are not run again." in said.output
    content = store.read_bytes()
    assert content.count(b"\n") == n_searches
    assert run(name, *options).exit_code == 0
    assert store.read_bytes() == content


@pytest.mark.parametrize("name", SMALL)
def test_keep_writes_the_packages_own(work, tmp_path, monkeypatch, name):
    """--store is heard; --keep writes into the checkout's data, under a name that is no landscape's."""
    room, options, _ = SMALL[name]
    monkeypatch.setattr(files, "checkout_folder", lambda: tmp_path)
    said = run(name, *options, "--store", str(tmp_path / "mine.jsonl"), "--keep")
    assert said.exit_code == 0, said.output
    assert f"{tmp_path / name}.parquet is written." in said.output
    assert_frame_equal(room.load(tmp_path / f"{name}.parquet"), room.load(tmp_path / "mine.jsonl"))
    assert files.names(tmp_path) == []


def test_the_numbers_that_are_told_are_the_summaries(work):
    """The best grid point, the race's means."""
    said = run("online-field", *SMALL["online-field"][1]).output
    best = field.means(field.load(work / "online-field.jsonl")).nsmallest(1, "validation_loss").iloc[0]
    assert f"{best.validation_loss:.4f}, at l2 = 10^{best.l2:g} and noise {best.input_noise:g}." in said
    said = run("online-horizons", *SMALL["online-horizons"][1]).output
    long = horizons.extra(horizons.load(work / "online-horizons.jsonl"))
    late = long[(long["name"] == "l2") & (long["noise"] == 0.4) & (long["third"] == "late")]
    (line,) = [line for line in said.splitlines() if line.startswith("more l2 at noise 0.4")]
    assert line.endswith(f"late {late['validation'].iloc[-1]:+.4f}")
    said = run("online-rivals", *SMALL["online-rivals"][1]).output
    means = summaries.race(rivals.load(work / "online-rivals.jsonl")).set_index(["units", "method"])["mean"]
    line = next(line for line in said.splitlines() if line.startswith("10 trainings' time"))
    for method in ("random", "t1-t2"):
        assert f"{method} {100 * means[10.0, method]:.2f}" in line


@pytest.mark.parametrize("name", SMALL)
def test_what_makes_no_sense_is_refused(name):
    """In a sentence, without a traceback."""
    refused = run(name, "--starts" if name == "online-starts" else "--seeds", "0")
    assert refused.exit_code == 1
    assert "at least 1, got 0" in " ".join(refused.output.split())
