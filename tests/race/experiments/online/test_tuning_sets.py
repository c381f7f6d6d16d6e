"""T2 of few and of many rows: what is tuned on which rows."""

import json

import numpy as np
import pytest
from pandas.testing import assert_frame_equal

from hpo_tutor.problems import online_tuning
from hpo_tutor.race.experiments.online import tuning_sets
from hpo_tutor.race.experiments.online.tuning_sets import KNOBS, ROWS, Search, load, outcome, plan, run, start_of, write


def test_the_plan_covers_everything_once():
    """Every number of rows with all knobs for eight seeds, lap by lap."""
    chosen = plan()
    assert len(set(chosen)) == len(chosen) == 8 * len(ROWS) * len(KNOBS)
    assert [one.seed for one in chosen] == sorted(one.seed for one in chosen)
    assert ROWS == (20, 60, 200, 600, 2000, 5000)


def test_many_knobs_start_where_few_do():
    """A penalty for each layer, equal to the shared one; the same noise on the inputs, and some on hidden layers."""
    few, many = start_of("few", 4), start_of("many", 4)
    assert few == start_of("none", 4) == {"l2": -4.0, "input_noise": 0.2}
    assert [name for name in many if name.startswith("l2")] == ["l2_1", "l2_2", "l2_3", "l2_4"]
    assert {many[name] for name in many if name.startswith("l2")} == {few["l2"]}
    assert many["input_noise"] == few["input_noise"]
    assert len(many) == 8


@pytest.mark.parametrize("knobs", KNOBS)
def test_a_row_is_the_problems_own_training(digits, knobs):
    """On as many rows of T2 as it says, other rows for each seed; nothing moves where nothing is tuned."""
    row = outcome(Search(knobs, 60, 3))
    assert digits == [("shallow", 3, 60, False)]
    place = online_tuning("digits", batch=3, n_tuning=60, epochs=8)
    start = start_of(knobs, 3)
    config = [{name: 10**value if name.startswith("l2") else value for name, value in start.items()}]
    own = (place.train if knobs == "none" else place.tune)(config, [3], n_threads=1)
    assert row[0]["tuning_loss"] == pytest.approx(own.scores["tuning"].losses[0], rel=1e-4)
    assert row[0]["validation_error"] == own.scores["validation"].errors[0]
    end = {name: float(values[0]) for name, values in own.tuned.final.items()}
    assert json.loads(row[0]["end"]) == pytest.approx(end, abs=1e-4)
    assert (json.loads(row[0]["end"]) == json.loads(row[0]["start"])) == (knobs == "none")
    assert row[0]["n_knobs"] == {"few": 2, "many": 6, "none": 0}[knobs]


def test_a_run_goes_on_and_is_kept(tmp_path, digits, monkeypatch):
    """Torn in its last line, it runs only what is missing; Parquet gives back every row."""
    searches = [Search("few", 20, 0), Search("many", 60, 0), Search("none", 20, 0)]
    whole = run(tmp_path / "whole.jsonl", searches, n_workers=0, progress=False)
    content = (tmp_path / "whole.jsonl").read_bytes()
    (tmp_path / "torn.jsonl").write_bytes(content[:-20])
    ran = []
    monkeypatch.setattr(tuning_sets.EXPERIMENT, "outcome", lambda search: ran.append(search) or outcome(search))
    assert_frame_equal(run(tmp_path / "torn.jsonl", searches, n_workers=0, progress=False), whole)
    assert ran == searches[2:]
    assert_frame_equal(load(write(tmp_path / "whole.jsonl", tmp_path / "sets.parquet")), whole)


def test_what_makes_no_sense_is_refused(tmp_path):
    """The message says what there is."""
    with pytest.raises(ValueError, match="few, many, none, got 'all'"):
        plan(knobs=["all"])
    with pytest.raises(ValueError, match="at least 1, got 0"):
        plan(0)
    with pytest.raises(FileNotFoundError, match="hpo-tutor race online-tuning-sets"):
        load(tmp_path / "nowhere.jsonl")


def test_the_kept_experiment_is_whole():
    """Every number of rows with all knobs and seeds; with 20 rows validation loss is worse than with all of them."""
    table = load()
    seeds = table["seed"].nunique()
    assert seeds >= 4
    assert set(zip(table["knobs"], table["n_tuning"], table["seed"], strict=True)) == {
        (knobs, n_tuning, seed) for knobs in KNOBS for n_tuning in ROWS for seed in range(seeds)
    }
    means = table.pivot_table(index="n_tuning", columns="knobs", values="validation_loss")
    for knobs in ("few", "many"):
        assert means.loc[20, knobs] > 1.05 * means.loc[5000, knobs]
    held = table[table["knobs"] == "none"].pivot_table(index="seed", columns="n_tuning", values="validation_loss")
    for n_tuning in ROWS:  # T2's size changes no plain training
        np.testing.assert_array_equal(held[n_tuning], held[20])
