"""Searches at several budgets: what one search may tell, resuming after a kill, and what is kept."""

import json
from itertools import product

import numpy as np
import pytest
from pandas.testing import assert_frame_equal

from hpo_tutor import designs, minimize
from hpo_tutor.race import entries
from hpo_tutor.race.comparison import sampler_seed
from hpo_tutor.race.experiments import budgets, records
from hpo_tutor.race.experiments.budgets import Search, load, outcome, plan, run, write
from hpo_tutor.race.experiments.moved import Moved, published

SMALL = plan(["rastrigin"], [2], [4, 9], ["grid", "random", "tpe"], n_seeds=2)


@pytest.mark.parametrize("sampler", budgets.SAMPLERS)
def test_a_row_is_what_a_search_of_that_budget_finds(sampler):
    """Each budget searched for itself, by hand, gives the loss and the count that the plan's searches tell."""
    for search in plan(["rosenbrock"], [2], [10, 24, 26], [sampler], n_seeds=1, shifted=[True]):
        member = Moved("rosenbrock", 2, 0)
        for row in outcome(search):
            alone = entries.entry(sampler)(member.space, seed=sampler_seed(0))
            history = minimize(member, alone, row["n_trials"], seed=0, progress=False)
            assert row["n_made"] == len(history) <= row["n_trials"]
            assert row["loss"] == min(history.losses)
            assert row["regret"] == row["loss"] - member.optimum


@pytest.mark.parametrize("sampler", ["grid", "grid-midpoints"])
def test_grids_make_as_many_points_as_fit(sampler):
    """floor(N^(1/d))^d of N, at the losses of the design's own points."""
    rows = [row for search in plan(["eggholder"], [3], [10, 30], [sampler], 1, [False]) for row in outcome(search)]
    assert [row["n_made"] for row in rows] == [8, 27]
    for row in rows:
        member = published("eggholder", 3)
        points = 1024 * designs.make(sampler, row["n_trials"], 3) - 512
        assert row["loss"] == pytest.approx(member.values(points).min())


def test_the_plan_covers_every_budget_once():
    """Every function, box, dimension, sampler, budget and seed; what another seed cannot change, once."""
    axes = (budgets.FUNCTIONS, (True, False), budgets.DIMS, budgets.SAMPLERS, range(3), budgets.BUDGETS)
    wanted = [key for key in product(*axes) if key[1] or key[4] == 0 or key[3] not in ("grid", "grid-midpoints")]
    covered = [(*search[:5], n) for search in plan(n_seeds=3, whole=True) for n in search.budgets]
    assert sorted(covered) == sorted(wanted)


def test_the_plan_spares_the_slowest():
    """Without ``whole``, gp does not search published boxes, and everything else is as it was."""
    whole, spared = plan(n_seeds=2, whole=True), plan(n_seeds=2)
    assert spared == [search for search in whole if search.shifted or search.sampler != "gp"]
    assert len(spared) < len(whole)


@pytest.mark.parametrize("sampler", budgets.DETERMINISTIC)
def test_another_seed_changes_nothing_in_what_is_deterministic(sampler):
    """In a published box; in moved ones, each seed has another."""
    found = [outcome(Search("rosenbrock", False, 2, sampler, seed, (16,)))[0] for seed in (0, 1)]
    assert found[0]["loss"] == found[1]["loss"]
    assert found[0]["deterministic"]
    moved = [outcome(Search("rosenbrock", True, 2, sampler, seed, (16,)))[0] for seed in (0, 1)]
    assert moved[0]["loss"] != moved[1]["loss"]
    assert not moved[0]["deterministic"]


def test_a_run_that_was_killed_goes_on(tmp_path):
    """Cut after any byte of the second half, it ends with the same rows, and runs only what is missing."""
    whole = run(tmp_path / "whole.jsonl", SMALL, n_workers=0, progress=False)
    assert len(whole) == 3 * 2 * 2 + 2 + 2 * 2 * 2  # in moved boxes; in the published one, grid and the others
    content = (tmp_path / "whole.jsonl").read_bytes()
    lines = content.splitlines(keepends=True)
    store = tmp_path / "cut.jsonl"
    for end in np.linspace(len(content) // 2, len(content), 4, dtype=int):
        store.write_bytes(content[:end])
        n_kept = content[:end].count(b"\n")
        assert_frame_equal(run(store, SMALL, n_workers=0, progress=False), whole)
        again = store.read_bytes().splitlines(keepends=True)
        assert again[:n_kept] == lines[:n_kept]
        assert len(again) == len(lines)


def test_what_is_done_is_not_run_again(tmp_path, monkeypatch):
    """With the store full, no search runs; with one seed more, only its own."""
    store = tmp_path / "budgets.jsonl"
    run(store, SMALL, n_workers=0, progress=False)
    ran = []
    real = budgets.outcome
    monkeypatch.setattr(budgets.EXPERIMENT, "outcome", lambda search: ran.append(search) or real(search))
    run(store, SMALL, n_workers=0, progress=False)
    assert ran == []
    more = plan(["rastrigin"], [2], [4, 9], ["grid", "random", "tpe"], n_seeds=3)
    run(store, more, n_workers=0, progress=False)
    assert ran == [search for search in more if search.seed == 2]


def test_a_kept_table_is_the_stores(tmp_path):
    """Parquet gives back every row and type; its metadata say how long it took, where, and with what."""
    store = tmp_path / "budgets.jsonl"
    table = run(store, SMALL, n_workers=0, progress=False)
    kept = write(store, tmp_path / "budgets.parquet")
    assert_frame_equal(load(kept), table)
    about = records.about(kept, budgets.KIND)
    assert about["seconds"] == pytest.approx(sum(json.loads(line)["seconds"] for line in store.open()), abs=0.1)
    assert about["versions"]["numpy"] == np.__version__
    assert table.dtypes[["shifted", "deterministic"]].tolist() == [bool, bool]


def test_files_that_are_none_are_refused(tmp_path):
    """The message says which line, and what to do; a missing file names the command that makes one."""
    other = tmp_path / "other.jsonl"
    other.write_text('{"rows": []}\n')
    with pytest.raises(ValueError, match=r"line 1 of .*other\.jsonl is no record of 'budgets'; choose another file"):
        run(other, SMALL, n_workers=0, progress=False)
    with pytest.raises(FileNotFoundError, match="hpo-tutor race budgets"):
        load(tmp_path / "nowhere.jsonl")
    with pytest.raises(ValueError, match=r"at least 1, got budgets \[0, 5\]"):
        plan(budgets=[5, 0])


@pytest.mark.parametrize(
    ("search", "rule"),
    [
        (SMALL[0]._replace(function="sphere"), "is one of .*; got 'sphere'"),
        (SMALL[0]._replace(sampler="dice"), "dice"),
    ],
)
def test_a_search_that_there_is_not_is_refused_before_any_runs(tmp_path, search, rule):
    """Even as the last of many; the store is not begun."""
    with pytest.raises(ValueError, match=rule):
        run(tmp_path / "budgets.jsonl", [*SMALL, search], n_workers=0, progress=False)
    assert list(tmp_path.iterdir()) == []


def test_the_kept_comparison_is_whole():
    """data/budgets.parquet holds every search of the plan, and nothing that one of its searches would not find."""
    table = load()
    keys = set(map(tuple, table[[*budgets.FIELDS]].to_numpy(dtype=object)))
    assert {key for search in plan() for key in _keys(search)} <= keys
    assert (table["regret"] >= -1e-6).all()
    chosen = table[table["sampler"].isin(["random", "sobol"]) & (table["n_trials"] <= 20) & (table["seed"] == 3)]
    for row in chosen.to_dict("records"):
        search = Search(row["function"], row["shifted"], row["n_dims"], row["sampler"], 3, (row["n_trials"],))
        assert outcome(search)[0]["regret"] == pytest.approx(row["regret"], rel=1e-9)


def _keys(search):
    fields = search._asdict()
    return [budgets.KIND.key_of(fields | {"n_trials": n}) for n in search.budgets]
