"""Trials and histories."""

import json
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpo_tutor.trials import History, Trial


def history(*losses: float | None) -> History:
    """A history of these losses; None stands for a failed trial."""
    return History(
        Trial(
            i,
            {"x": i / 10},
            seed=i,
            losses=() if loss is None else (loss,),
            state="failed" if loss is None else "complete",
        )
        for i, loss in enumerate(losses)
    )


@given(st.lists(st.none() | st.floats(-1e6, 1e6)))
def test_the_incumbent_curve_is_the_running_minimum_of_what_succeeded(losses: list[float | None]):
    """At each trial: the smallest loss so far, failures left out, nan before the first success."""
    curve = history(*losses).incumbent_losses
    for i in range(len(losses)):
        so_far = [loss for loss in losses[: i + 1] if loss is not None]
        assert curve[i] == min(so_far) if so_far else math.isnan(curve[i])


def test_the_incumbent_is_the_earliest_of_equals():
    """A later trial with the same loss does not replace it."""
    assert history(3, 1, None, 1).incumbent.number == 1
    assert history(3, 1, None, 1).regret(0.5).tolist() == [2.5, 0.5, 0.5, 0.5]


def test_without_a_success_there_is_no_incumbent():
    """The error says where the messages are."""
    with pytest.raises(ValueError, match=r"none of the 2 is; see \.table\(\)"):
        _ = history(None, None).incumbent


def test_the_table_has_a_row_a_trial_and_a_column_a_hyperparameter():
    """Inactive hyperparameters are missing values, second losses get a column of their own."""
    trials = [
        Trial(0, {"x": 0.5}, 7, None, (1.0, 10.0), "complete"),
        Trial(1, {"x": 0.25, "width": 8}, 8, None, (), "failed", "ValueError: no"),
    ]
    table = History(trials).table()
    assert table[["number", "x", "state", "seed", "message"]].to_numpy().tolist() == [
        [0, 0.5, "complete", 7, ""],
        [1, 0.25, "failed", 8, "ValueError: no"],
    ]
    assert pd.isna(table.loc[0, "width"])
    assert pd.isna(table.loc[1, "loss"])
    assert table.loc[0, "loss_1"] == 10.0
    assert list(History().table().columns) == ["number", "loss", "state", "seed", "message"]


def test_a_hyperparameter_called_seed_keeps_its_column():
    """Names of the table's own are given to the hyperparameter with a prefix, not overwritten."""
    table = History([Trial(0, {"seed": 8, "x": 0.5}, 123, None, (1.0,), "complete")]).table()
    assert table.loc[0, ["config_seed", "seed", "x"]].tolist() == [8, 123, 0.5]


def test_a_history_is_a_sequence():
    """Slices are histories."""
    assert history(3, 1, 2)[:2].losses.tolist() == [3, 1]
    assert len(history(3, 1, 2)) == 3


@given(
    st.floats(allow_nan=False, allow_infinity=False),
    st.dictionaries(
        st.text(), st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text() | st.booleans()
    ),
    st.text(),
)
def test_a_trial_survives_json(loss: float, config: dict, message: str):
    """Every float comes back as the same float, every config as the same config."""
    trial = Trial(3, config, 2**32 - 1, 1.5, (loss,), "complete", message)
    assert Trial.from_json(json.loads(json.dumps(trial.to_json(), allow_nan=False))) == trial


def test_json_holds_null_and_the_state_never_nan():
    """A failure is told by its state; a strange value in a config by its text."""
    trial = Trial(
        0, {"a": np.float64(0.5), "b": np.nan, "c": (1, 2), "d": print}, losses=(math.nan, 1.0), state="failed"
    )
    record = json.loads(json.dumps(trial.to_json(), allow_nan=False))
    assert record["losses"] == [None, 1.0]
    assert record["state"] == "failed"
    assert record["config"] == {"a": 0.5, "b": "nan", "c": [1, 2], "d": "<built-in function print>"}
    assert math.isnan(Trial.from_json(record).loss)


def pairs(*losses: tuple[float, ...] | None) -> History:
    """A history of trials with several losses; None stands for a failed trial."""
    return History(
        Trial(i, {"x": i}, losses=own or (), state="complete" if own else "failed") for i, own in enumerate(losses)
    )


def test_points_are_all_losses_and_nan_where_a_trial_failed():
    """A row a trial, a column a loss; one column where nothing is known."""
    points = pairs((1, 5), None, (2, 3)).points
    np.testing.assert_array_equal(points, [[1, 5], [math.nan, math.nan], [2, 3]])
    assert pairs(None, None).points.shape == (2, 1)
    assert History().points.shape == (0, 1)
    assert history(3, 1, None).points[:, 0].tolist()[:2] == [3, 1]
    with pytest.raises(ValueError, match="trial 0 has 2, trial 1 has 1; slice"):
        _ = pairs((1, 5), (2,)).points


def test_the_front_holds_the_trials_that_no_other_one_dominates():
    """In their order; equals are all kept, failed trials never."""
    searched = pairs((3, 1), None, (2, 2), (3, 2), (1, 4), (2, 2), (2, 5))
    assert [trial.number for trial in searched.front] == [0, 2, 4, 5]
    assert [trial.number for trial in history(3, 1, None, 1).front] == [1, 3]
    assert len(pairs(None).front) == len(History().front) == 0
