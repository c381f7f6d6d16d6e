"""Networks that are really trained: alike for all methods, tested on rows that no search saw, and safe from kills."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from hpo_tutor.problems import tasks
from hpo_tutor.problems.live_objectives import Live
from hpo_tutor.race.experiments import trained
from hpo_tutor.race.experiments.trained import Search

METHODS = ("random", "tpe", "gp", "grid-midpoints", "sparse-grid", "adaptive-random")
FEW = [Search("regression-2", "random", 2 + i, 0) for i in range(4)]


class Spy:
    """Writes down what is trained and tested."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.trials: list[tuple[dict[str, Any], int]] = []
        self.tests: list[tuple[list[dict[str, Any]], list[int]]] = []
        self.losses: list[float] = []
        evaluate, test = Live.evaluate, Live.test

        def evaluated(live: Live, configs: Any, *, seeds: Any) -> Any:
            assert not self.tests  # whoever tests before the search is over could tune on the test rows
            losses = evaluate(live, configs, seeds=seeds)
            self.trials += [(dict(config), seed) for config, seed in zip(configs, seeds, strict=True)]
            self.losses += losses.tolist()
            return losses

        def tested(live: Live, configs: Any, *, seeds: Any) -> Any:
            self.tests.append((list(configs), list(seeds)))
            return test(live, configs, seeds=seeds)

        patch.setattr(Live, "evaluate", evaluated)
        patch.setattr(Live, "test", tested)


@pytest.mark.real_data
@pytest.mark.parametrize("sampler", METHODS)
def test_all_methods_have_the_same_luck_and_are_tested_once(sampler: str, monkeypatch: pytest.MonkeyPatch):
    """Trial i of every method trains with the same seed; three fresh seeds, which no trial had, test the incumbent."""
    peer = Spy(monkeypatch)
    trained.search(Search("regression-2", "random", 9, 1))
    monkeypatch.undo()
    spy = Spy(monkeypatch)
    row = trained.search(Search("regression-2", sampler, 9, 1))
    seeds = [seed for _, seed in spy.trials]
    assert seeds == [seed for _, seed in peer.trials][: len(seeds)]
    assert 0 < len(seeds) == row["n_made"] <= 9
    ((configs, fresh),) = spy.tests
    assert fresh == peer.tests[0][1]
    assert len(set(fresh)) == 3
    assert not set(fresh) & set(seeds)
    best = int(np.argmin(spy.losses))
    assert row["validation"] == spy.losses[best]
    assert configs == [spy.trials[best][0]] * 3 == [json.loads(row["config"])] * 3


@pytest.mark.real_data
def test_a_row_holds_what_training_by_hand_gives():
    """The incumbent's test loss is the mean of three trainings, scored on the rows of the next data batch."""
    one = Search("regression-3", "random", 3, 4)
    row = trained.search(one)
    config = json.loads(row["config"])
    live = trained.experiment("regression-3").objective(4)
    assert (live.batch, live.n_batches) == (4, 20)
    seeds = [trained.trial_seed(trained.seed_of(0, "fresh", "regression-3", 4), i) for i in range(3)]
    scores = tasks.score_unseen("aleph-layers", [config] * 3, seeds, 4, 20)
    assert row["test"] == pytest.approx(scores.losses.mean(), rel=1e-6)
    assert row["test_error"] is None
    assert trained.search(one) == row


@pytest.mark.real_data
def test_pictures_are_reported_by_the_per_cent_that_is_missed(monkeypatch: pytest.MonkeyPatch):
    """A one-point grid of the nine hyperparameters spends one trial of eighty; 10,000 rows test it."""
    monkeypatch.setattr(trained, "N_FRESH", 1)
    row = trained.search(Search("mnist-9", "grid-midpoints", 80, 0))
    assert row["n_made"] == 1
    assert 0 < row["test_error"] < 95
    assert row["test_error"] * 100 == pytest.approx(round(row["test_error"] * 100), abs=1e-6)  # of 10,000 rows
    assert json.loads(row["config"])["conv_layers"] == 2


@pytest.mark.real_data
def test_a_run_goes_on_where_it_was_torn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Torn in the third of four lines, the other searches are not run again, and the rows are the same in the end."""
    whole = trained.run(tmp_path / "whole.jsonl", searches=FEW, n_workers=0, progress=False)
    assert whole.budget.tolist() == [2, 3, 4, 5]
    lines = (tmp_path / "whole.jsonl").read_bytes().splitlines(keepends=True)
    torn = tmp_path / "torn.jsonl"
    torn.write_bytes(b"".join(lines[:2]) + lines[2][:-30])
    ran: list[Search] = []
    search = trained.search
    monkeypatch.setattr(trained, "search", lambda one: ran.append(one) or search(one))
    resumed = trained.run(torn, searches=FEW, n_workers=0, progress=False)
    assert ran == FEW[2:]
    pd.testing.assert_frame_equal(resumed, whole)
    trained.run(torn, searches=FEW, n_workers=0, progress=False)
    assert len(ran) == 2
    kept = trained.write(torn, tmp_path / "trained.parquet")
    pd.testing.assert_frame_equal(trained.load(kept), whole)


@pytest.mark.real_data
def test_a_killed_process_loses_no_finished_search(tmp_path: Path):
    """Killed after its first searches, the run goes on in another process, to the same rows."""
    store = tmp_path / "killed.jsonl"
    code = (
        "from hpo_tutor.race.experiments import trained\n"
        "searches = [trained.Search('regression-2', 'random', 2 + i, 0) for i in range(4000)]\n"
        f"trained.run({str(store)!r}, searches=searches, n_workers=0, progress=False)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code])
    while not store.is_file() or store.read_bytes().count(b"\n") < 2:
        assert process.poll() is None
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    n_done = store.read_bytes().count(b"\n")
    resumed = trained.run(store, searches=FEW, n_workers=0, progress=False)
    assert len(resumed) == max(n_done, 4)
    alone = trained.run(tmp_path / "alone.jsonl", searches=FEW, n_workers=0, progress=False)
    pd.testing.assert_frame_equal(resumed[:4], alone)


@pytest.mark.real_data
def test_rows_of_another_space_are_not_mixed_in(tmp_path: Path):
    """A store whose experiment was another one is refused, and stays as it is."""
    store = tmp_path / "old.jsonl"
    trained.run(store, searches=FEW[:1], n_workers=0, progress=False)
    meaning = trained.experiment("regression-2").meaning
    store.write_text(store.read_text().replace(meaning, "00000000"))
    before = store.read_bytes()
    with pytest.raises(ValueError, match="rows of regression-2 from when its task or space was another"):
        trained.run(store, searches=FEW[:1], n_workers=0, progress=False)
    assert store.read_bytes() == before


def test_a_search_that_fails_is_told_and_run_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """It costs no other search, is not in the store, and has its turn again."""
    weather = {"storm": True}

    def search(one: Search) -> dict[str, Any]:
        if one.budget == 3 and weather["storm"]:
            raise ValueError("storm")
        said = {"n_made": 1, "validation": 1.0, "test": 2.0, "test_error": None, "config": "{}"}
        return one._asdict() | said | {"meaning": trained.experiment(one.experiment).meaning}

    monkeypatch.setattr(trained, "search", search)
    store = tmp_path / "storm.jsonl"
    with pytest.warns(RuntimeWarning, match=r"1 of 4 searches failed, .* budget=3, .*storm"):
        table = trained.run(store, searches=FEW, n_workers=0, progress=False)
    assert table.budget.tolist() == [2, 4, 5]
    weather["storm"] = False
    assert trained.run(store, searches=FEW, n_workers=0, progress=False).budget.tolist() == [2, 3, 4, 5]


@pytest.mark.real_data
def test_an_incumbent_must_have_succeeded(monkeypatch: pytest.MonkeyPatch):
    """Where every training diverges, or the fresh ones do, the search fails and says so, rather than report nan."""
    monkeypatch.setattr(Live, "evaluate", lambda live, configs, *, seeds: np.full(len(configs), np.inf))
    with pytest.raises(ValueError, match="none of 2 trials succeeded; the first said"):
        trained.search(FEW[0])
    monkeypatch.undo()
    nothing = tasks.Scores(np.array([1.0, np.nan, 1.0]), np.full(3, np.nan))
    monkeypatch.setattr(Live, "test", lambda live, configs, *, seeds: nothing)
    with pytest.raises(ValueError, match="diverged when it was trained afresh"):
        trained.search(FEW[0])


def test_the_kept_experiments_compare_like_with_like():
    """Every method of an experiment has the same repetitions, at least ten, and configurations of its space."""
    table = trained.load()
    assert set(table.experiment) == set(trained.USUAL)
    for name, one in table.groupby("experiment"):
        known = trained.experiment(str(name))
        times = {method: set(rows.repetition) for method, rows in one.groupby(["sampler", "budget"])}
        assert times.keys() <= {*known.methods}
        assert len({frozenset(each) for each in times.values()}) == 1
        assert len(times["random", 80]) >= 10
        domains = tasks.task(known.task).domains
        for config in map(json.loads, one.config):
            assert all(config[hyperparameter] in domains[hyperparameter] for hyperparameter in known.tuned)
        assert (one.n_made <= one.budget).all()
    pictures = table[table.experiment == "mnist-9"].set_index("sampler")
    assert (pictures.n_made["grid-midpoints"] == 1).all()
    # one point in the middle learns nothing, as the source's did; nine tenths of ten classes are missed by guessing
    assert pictures.test_error["grid-midpoints"].mean() == pytest.approx(90, abs=2)
    assert pictures.test_error["gp"].mean() < 20
    assert pictures.test_error["grid-uneven"].mean() < 40
