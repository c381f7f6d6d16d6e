"""T1-T2 beside searches that train again and again: who gets which rows, seeds and configurations."""

import numpy as np
import pytest
from pandas.testing import assert_frame_equal

from hpo_tutor.problems import online_tuning
from hpo_tutor.race.experiments.online import rivals, summaries
from hpo_tutor.race.experiments.online.rivals import METHODS, Search, Watched, load, method, outcome, plan, run, write
from hpo_tutor.samplers import BayesianOptimization, Design

TIMELESS = [name for name in rivals.COLUMNS if name != "seconds"]


def test_the_plan_covers_everything_once():
    """Every method on ten seeds, lap by lap; each has trainings for ten units of time."""
    chosen = plan()
    assert len(set(chosen)) == len(chosen) == 10 * len(METHODS)
    assert [one.seed for one in chosen] == sorted(one.seed for one in chosen)
    assert {name: one.n_trainings for name, one in METHODS.items() if not one.every_row} == dict.fromkeys(
        ("t1-t2", "random", "gp"), 10
    )


def test_t1_t2_starts_where_random_search_trains(digits):
    """The same points with the same seeds; T1-T2 leaves them, and random search does not."""
    tuned, held = outcome(Search("t1-t2", 4)), outcome(Search("random", 4))
    assert [row["number"] for row in tuned] == list(range(10))
    for one, other in zip(tuned, held, strict=True):
        start = (one["start_l2"], one["start_noise"])
        assert start == (other["start_l2"], other["start_noise"]) == (other["end_l2"], other["end_noise"])
        assert start != (one["end_l2"], one["end_noise"])
    assert {asked[1] for asked in digits} == {4}  # the seed says which rows go where
    points = np.array([(row["start_l2"], row["start_noise"]) for row in held])
    assert len(set(map(tuple, points))) == 10
    assert np.all((points >= (-5.5, 0)) & (points <= (-2.5, 0.8)))


def test_a_row_is_the_problems_own_training(digits):
    """Its configuration on its rows, with the trial's seed as every method has it."""
    place = online_tuning("digits", batch=2, epochs=8)
    spied = []

    class Spy(Watched):
        def evaluate(self, configs, *, seeds, fidelity=None):
            spied.extend(seeds)
            return super().evaluate(configs, seeds=seeds)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rivals, "Watched", Spy)
        row = outcome(Search("random", 2))[3]
        seeds, spied = spied, []
        outcome(Search("gp", 2))
    assert spied == seeds
    config = [{"l2": 10 ** row["start_l2"], "input_noise": row["start_noise"]}]
    own = place.train(config, [seeds[3]], n_threads=1).scores
    for part in ("tuning", "validation", "test"):
        assert row[f"{part}_loss"] == pytest.approx(own[part].losses[0], rel=1e-4)
    more = outcome(Search("random-all", 2))[3]
    assert (more["start_l2"], more["start_noise"]) == (row["start_l2"], row["start_noise"])
    assert more["validation_loss"] != row["validation_loss"]


def test_samplers_see_only_the_validation_loss(digits):
    """What is told is the loss of validation rows after the training, one number for each configuration."""
    place = online_tuning("digits", epochs=8)
    watched = Watched(place, method("t1-t2"))
    configs = [{"l2": 1e-4, "input_noise": 0.2}, {"l2": 1e-3, "input_noise": 0.5}]
    told = watched.evaluate(configs, seeds=[1, 2])
    own = place.tune(configs, [1, 2], n_threads=1).scores["validation"].losses
    np.testing.assert_array_equal(told, own)
    assert [row["validation_loss"] for row in watched.rows] == told.tolist()
    assert watched(configs[0]) == pytest.approx(
        place.tune(configs[:1], [0], n_threads=1).scores["validation"].losses[0]
    )


def test_methods_are_what_their_names_say():
    """Random points, or Bayesian optimisation; only T1-T2 tunes, and only one learns from T2's rows."""
    space = online_tuning("digits").space
    for name, one in METHODS.items():
        sampler = rivals.entries.entry(one.sampler)(space, seed=0)
        assert isinstance(sampler, BayesianOptimization if name == "gp" else Design)
        assert one.tunes == (name == "t1-t2")
        assert one.every_row == (name == "random-all")


def test_a_run_goes_on_and_is_kept(tmp_path, digits, monkeypatch):
    """Torn in its second line, it runs only what is missing; Parquet gives back every row."""
    searches = [Search("t1-t2", 0), Search("random-all", 0)]
    whole = run(tmp_path / "whole.jsonl", searches, n_workers=0, progress=False)
    assert len(whole) == 10 + 6
    lines = (tmp_path / "whole.jsonl").read_bytes().splitlines(keepends=True)
    store = tmp_path / "torn.jsonl"
    store.write_bytes(lines[0] + lines[1][:-20])
    ran = []
    monkeypatch.setattr(rivals.EXPERIMENT, "outcome", lambda search: ran.append(search) or outcome(search))
    assert_frame_equal(run(store, searches, n_workers=0, progress=False)[TIMELESS], whole[TIMELESS])
    assert ran == searches[1:]
    assert_frame_equal(load(write(tmp_path / "whole.jsonl", tmp_path / "rivals.parquet")), whole)


def test_what_makes_no_sense_is_refused(tmp_path):
    """The message says what there is."""
    with pytest.raises(ValueError, match="t1-t2, random, gp, random-all, got 'mine'"):
        plan(methods=["mine"])
    with pytest.raises(ValueError, match="at least 1, got 0"):
        plan(0)
    with pytest.raises(FileNotFoundError, match="hpo-tutor race online-rivals"):
        load(tmp_path / "nowhere.jsonl")


def test_the_kept_comparison_is_whole():
    """Ten laps of three methods, ten trainings each; T1-T2 and random search share their points, and GP its rows."""
    table = load()
    usual = table[table["method"].isin(("t1-t2", "random", "gp"))]
    assert len(usual) == 3 * 10 * 10
    assert usual.notna().all(axis=None)
    random, tuned = (usual[usual["method"] == name] for name in ("random", "t1-t2"))
    columns = ["seed", "number", "start_l2", "start_noise"]
    assert_frame_equal(random[columns].reset_index(drop=True), tuned[columns].reset_index(drop=True))
    # a start is worth more tuned than held, lap by lap
    means = usual.pivot_table(index="seed", columns="method", values="validation_loss")
    assert (means["t1-t2"] < means["random"]).mean() >= 0.9


def test_the_kept_comparison_says_what_the_text_says():
    """With the time of ten trainings T1-T2 and random search are alike; T2's rows are worth more as training rows."""
    table = load()
    apart = summaries.race_differences(table).set_index("a")
    assert apart.loc["random", "low"] < 0 < apart.loc["random", "high"]
    assert apart.loc["random-all", "high"] < -0.002
    assert 1.02 < summaries.costs(table)["t1-t2"] < 1.4
