"""T1-T2 from random starts: where they lie, what their rows hold, going on after a kill."""

import numpy as np
import pytest
from pandas.testing import assert_frame_equal
from scipy import stats

from hpo_tutor.problems import online_tuning
from hpo_tutor.race.experiments import records
from hpo_tutor.race.experiments.online import grounds, starts
from hpo_tutor.race.experiments.online.starts import KIND, RULES, Search, load, outcome, paths, plan, run, write
from hpo_tutor.training.online import Knob

EPOCHS = 8  # of the fixture
SMALL = [Search("shallow", "exact", (0, 1)), Search("shallow", "source", (0, 1)), Search("shallow", "slow", (0,))]


def point(number):
    """A start as the problem wants it."""
    there = starts.starting_point(number)
    return {"l2": 10 ** there["l2"], "input_noise": there["input_noise"]}


def test_starts_are_spread_evenly_over_the_ranges():
    """Uniform by the test of Kolmogorov and Smirnov, each another point, and the same when asked again."""
    points = np.array([list(starts.starting_point(number).values()) for number in range(400)])
    for column, (low, high) in zip(points.T, ((-5.5, -2.5), (0, 0.8)), strict=True):
        assert stats.kstest(column, stats.uniform(low, high - low).cdf).pvalue > 0.01
        assert len(set(column)) == 400
    assert abs(stats.pearsonr(*points.T).statistic) < 0.15
    assert list(starts.starting_point(7).values()) == points[7].tolist()


def test_the_plan_covers_everything_once():
    """A hundred starts by the right rule on three networks first, then the others on the shallow one."""
    chosen = plan()
    all_starts = [(one.size, one.rule, number) for one in chosen for number in one.starts]
    assert len(set(all_starts)) == len(all_starts) == 100 + 3 * 34
    assert {one.rule for one in chosen[: sum(one.rule == "exact" for one in chosen)]} == {"exact"}
    assert {size for size, rule, _ in all_starts if rule != "exact"} == {"shallow"}
    assert max(len(one.starts) for one in chosen) <= starts.SIDE_BY_SIDE
    assert {one.rule for one in plan(full=True)} == {"exact"}
    assert all(one.full for one in plan(full=True))
    assert plan(["deep"], ["source"], 3) == [Search("deep", "source", (0, 1, 2))]


def test_a_row_holds_three_trainings_with_the_same_seed(digits):
    """The problem's own trainings from the start, tuned from it, and afresh where that ended, seed for seed."""
    row = outcome(SMALL[0])[1]
    place = online_tuning("digits", epochs=EPOCHS)
    before, online = place.train([point(1)], [1], n_threads=1), place.tune([point(1)], [1], n_threads=1)
    after = place.train(place.configs(online.tuned.final), [1], n_threads=1)
    for stage, own in (("before", before), ("online", online), ("after", after)):
        for part in ("tuning", "validation", "test"):
            assert row[f"{stage}_{part}_loss"] == pytest.approx(own.scores[part].losses[0], rel=1e-4)
            assert row[f"{stage}_{part}_error"] == pytest.approx(own.scores[part].errors[0], abs=0.006)
        assert row[f"{stage}_seconds"] > 0
    assert row["end_l2"] == pytest.approx(online.tuned.final["l2"][0], rel=1e-5)
    assert row["path_input_noise"][-1] == pytest.approx(row["end_noise"], abs=1e-5)
    assert (row["n_epochs"], row["n_hyper_steps"]) == (EPOCHS, place.n_steps // 10)
    assert (row["rate_l2"], row["rate_noise"]) == (place.knobs["l2"].rate, place.knobs["input_noise"].rate)


def test_rules_are_what_their_names_say(digits):
    """Each path ends where the engine's does with its gradient; the slow one's rate is a thousandth."""
    place = online_tuning("digits", epochs=EPOCHS)
    slow = {name: Knob(knob.low, knob.high, 0.001) for name, knob in place.knobs.items()}
    options = {"exact": {}, "sgd": {"gradient": "sgd"}, "source": {"gradient": "source"}, "slow": {"knobs": slow}}
    ends = {}
    for name in RULES:
        row = outcome(Search("shallow", name, (2,)))[0]
        own = place.tune([point(2)], [2], n_threads=1, **options[name]).tuned.final
        assert (row["end_l2"], row["end_noise"]) == pytest.approx((own["l2"][0], own["input_noise"][0]), rel=1e-6)
        ends[name] = (row["end_l2"], row["end_noise"])
        assert (row["after_test_loss"] is None) == (name in ("sgd", "slow"))
    assert ends["exact"] != ends["source"]
    start = starts.starting_point(2)
    assert abs(ends["slow"][0] - start["l2"]) < 1.01 * row["n_hyper_steps"] * 0.001


def test_values_held_are_trained_once_for_all_rules(tmp_path, digits):
    """The right rule's row holds them; after loading each rule has them."""
    store = tmp_path / "starts.jsonl"
    table = run(store, SMALL, n_workers=0, progress=False).set_index(["rule", "start"])
    assert outcome(SMALL[2])[0]["before_test_loss"] is None
    for rule, number in (("source", 0), ("source", 1), ("slow", 0)):
        assert table.loc[(rule, number), "before_test_loss"] == table.loc[("exact", number), "before_test_loss"]


def test_paths_are_one_row_an_epoch(tmp_path, digits):
    """From the start on, in the order of the epochs."""
    table = run(tmp_path / "starts.jsonl", SMALL, n_workers=0, progress=False)
    long = paths(table)
    assert long["epoch"].tolist() == [*range(EPOCHS + 1)] * 5
    one = long[(long["rule"] == "source") & (long["start"] == 1)]
    kept = table[(table["rule"] == "source") & (table["start"] == 1)].iloc[0]
    assert tuple(one["l2"]) == kept["path_l2"]
    assert tuple(one["input_noise"]) == kept["path_input_noise"]
    assert one["l2"].iloc[0] == pytest.approx(kept["start_l2"], abs=1e-5)


def test_a_run_that_was_killed_goes_on(tmp_path, digits, monkeypatch):
    """Torn in its second line, it keeps the first, and runs only what is missing."""
    whole = run(tmp_path / "whole.jsonl", SMALL, n_workers=0, progress=False)
    lines = (tmp_path / "whole.jsonl").read_bytes().splitlines(keepends=True)
    store = tmp_path / "torn.jsonl"
    store.write_bytes(lines[0] + lines[1][:-20])
    ran = []
    monkeypatch.setattr(starts.EXPERIMENT, "outcome", lambda search: ran.append(search) or outcome(search))
    resumed = run(store, SMALL, n_workers=0, progress=False)
    assert ran == SMALL[1:]
    timeless = [name for name in whole if not name.endswith("_seconds")]
    assert_frame_equal(resumed[timeless], whole[timeless])


def test_a_kept_table_is_the_stores(tmp_path, digits):
    """Parquet gives back every row and type, paths too."""
    table = run(tmp_path / "starts.jsonl", SMALL, n_workers=0, progress=False)
    kept = write(tmp_path / "starts.jsonl", tmp_path / "starts.parquet")
    assert_frame_equal(load(kept), table)
    assert records.about(kept, KIND)["seconds"] > 0


def test_what_makes_no_sense_is_refused(tmp_path):
    """The message says what there is; a missing file names the command that makes one."""
    for wrong, said in (
        ({"sizes": ["huge"]}, "shallow, medium, deep, got 'huge'"),
        ({"rules": ["mine"]}, "got 'mine'"),
        ({"n_starts": 0}, "at least 1, got 0"),
    ):
        with pytest.raises(ValueError, match=said):
            plan(**wrong)
    with pytest.raises(FileNotFoundError, match="hpo-tutor race online-starts"):
        load(tmp_path / "nowhere.jsonl")


def test_the_kept_starts_say_what_the_text_says():
    """The right rule adds noise where there is little and is worth it; the source's takes it away, and costs errors."""
    table = load()
    keys = set(zip(table["size"], table["rule"], table["start"], strict=True))
    assert len(keys) == len(table)
    assert keys >= {("shallow", rule, number) for rule in ("exact", "source") for number in range(34)}
    assert keys >= {(size, "exact", number) for size in ("medium", "deep") for number in range(14)}
    points = [tuple(starts.starting_point(number).values()) for number in table["start"]]
    np.testing.assert_array_equal(table[["start_l2", "start_noise"]].to_numpy(), points)
    shallow = table[table["size"] == "shallow"].set_index(["rule", "start"]).sort_index()
    exact, source = shallow.loc["exact"], shallow.loc["source"]
    assert exact["end_noise"].min() > 0.2
    assert source["end_noise"].max() < 0.1
    assert (source["online_test_error"] > exact["online_test_error"]).mean() > 0.8
    for _, part in table[(table["rule"] == "exact") & (table["start_noise"] < 0.2)].groupby("size"):
        assert part["online_test_error"].mean() < 0.95 * part["before_test_error"].mean()
        assert part["after_test_error"].mean() < 0.95 * part["before_test_error"].mean()


@pytest.mark.real_data
@pytest.mark.parametrize(("size", "rule"), [("shallow", "exact"), ("deep", "exact"), ("shallow", "source")])
def test_a_kept_start_is_found_again(size, rule):
    """On MNIST start 5 goes the same way for two epochs; later, another processor's rounding leads elsewhere."""
    row = load().set_index(["size", "rule", "start"]).loc[(size, rule, 5)]
    place = grounds.ground(size)
    again = place.tune([point(5)], [5], epochs=2, knobs=place.knobs, gradient=RULES[rule].gradient, n_threads=1)
    path = again.tuned.path(0)
    assert len(path) == 20
    for epoch in (1, 2):
        kept = (row["path_l2"][epoch], row["path_input_noise"][epoch])
        assert tuple(path.loc[10 * epoch - 1, ["l2", "input_noise"]]) == pytest.approx(kept, abs=0.003)
