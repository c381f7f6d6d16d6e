"""What the experiments found, in tables: counted again by hand on small made tables."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from hpo_tutor.race.experiments.online import summaries


def made_starts():
    """Eight starts by the right rule, four of them by a slow one, with numbers that one can count."""
    before = [0.050, 0.041, 0.040, 0.060, 0.044, 0.0405, 0.080, 0.038]
    online = [0.040, 0.040, 0.041, 0.055, 0.040, 0.0400, 0.040, 0.042]
    after = [0.039, 0.041, 0.040, 0.054, 0.039, 0.0410, 0.039, 0.041]
    table = pd.DataFrame(
        {
            "full": False,
            "size": "shallow",
            "rule": "exact",
            "start": range(8),
            "before_test_error": before,
            "online_test_error": online,
            "after_test_error": after,
            "before_seconds": 10.0,
            "online_seconds": 12.0,
            "after_seconds": 14.0,
            "start_l2": np.linspace(-5.5, -2.5, 8),
            "end_l2": [-4.0] * 7 + [-5.5],
            "start_noise": 0.0,
            "end_noise": [0.4] * 6 + [0.8, 0.3],
            "rate_l2": 0.01,
            "rate_noise": 0.002,
            "n_hyper_steps": 300,
        }
    )
    slow = table.iloc[:4].assign(rule="slow", rate_l2=0.001, after_test_error=np.nan, after_seconds=np.nan)
    return pd.concat([table, slow], ignore_index=True)


def test_shares_are_counted():
    """The median error at the end is 4 %, so what is above 4.6 % is bad: three starts, of which two are rescued."""
    exact, slow = summaries.shares(made_starts()).to_dict("records")
    assert exact["threshold"] == pytest.approx(1.15 * 0.040)
    assert (exact["n_starts"], exact["bad"], exact["rescued"]) == (8, 3 / 8, 2 / 8)
    assert exact["near"] == 3 / 8  # starts 1, 2 and 5
    assert (exact["better"], exact["worse"]) == (4 / 8, 1 / 8)
    assert exact["afresh_better"] == 6 / 8
    assert exact["overhead"] == pytest.approx(0)  # 12 seconds beside 10 and 14
    assert (exact["end_l2"], exact["end_noise"]) == (-4.0, 0.4)
    assert (slow["n_starts"], slow["threshold"]) == (4, exact["threshold"])
    assert np.isnan(slow["after"])
    assert np.isnan(slow["afresh_better"])
    assert slow["overhead"] == pytest.approx(0.2)


def test_what_diverged_is_infinitely_bad():
    """Before: bad, and rescued; at the end: worse. Both: near, and bad. The limit is that of the other seven."""
    table = made_starts()
    table.loc[table["start"] == 0, "before_test_error"] = np.nan
    table.loc[table["start"] == 7, "online_test_error"] = np.nan
    table.loc[table["start"] == 3, ["before_test_error", "online_test_error"]] = np.nan
    exact = summaries.shares(table).iloc[0]
    assert exact["threshold"] == pytest.approx(1.15 * 0.040)  # of 40, 40, 41, 40, 40, 40 thousandths and two infinite
    assert (exact["bad"], exact["rescued"]) == (3 / 8, 2 / 8)
    assert (exact["near"], exact["better"], exact["worse"]) == (4 / 8, 3 / 8, 1 / 8)  # 1, 2, 3, 5; 0, 4, 6; 7
    assert exact["before"] == pytest.approx((0.041 + 0.044) / 2)


def test_missing_limits_and_errors_make_no_shares():
    """A rule without the right one beside it has no limit; a stage that was never recorded compares with nothing."""
    table = made_starts()
    (alone,) = summaries.shares(table[table["rule"] == "slow"]).to_dict("records")
    assert np.isnan([alone[name] for name in ("threshold", "bad", "rescued", "luck_near")]).all()
    assert alone["near"] == 2 / 4
    (exact, _) = summaries.shares(table.assign(before_test_error=np.nan)).to_dict("records")
    assert np.isnan([exact[name] for name in ("before", "bad", "rescued", "near", "better", "worse")]).all()
    assert exact["luck_near"] == 8 / 8
    diverged = table.assign(online_test_error=np.where(table["start"] < 4, np.nan, table["online_test_error"]))
    assert np.isnan(summaries.limits(diverged)[False, "shallow"])  # half of them did


def test_travels_are_shares_of_the_ranges():
    """To the median end, (-4, 0.4), of which a start at (-5.5, 0) is half of each range away."""
    way = summaries.travels(made_starts())
    first, last, slow = way.iloc[0], way.iloc[7], way.iloc[8]
    assert (first["to_go_l2"], first["to_go_noise"]) == pytest.approx((0.5, 0.5))
    assert (first["left_l2"], first["left_noise"]) == pytest.approx((0, 0))
    assert (first["travelled_l2"], first["reach_l2"], first["reach_noise"]) == pytest.approx((0.5, 1.0, 0.75))
    assert (last["travelled_l2"], last["left_noise"]) == pytest.approx((1.0, 0.125))
    assert slow["reach_l2"] == pytest.approx(0.1)
    assert way["at_border"].tolist() == [False] * 6 + [True, True] + [False] * 4


def made_rivals(n_seeds=3):
    """Random search finds 5, 4, 3 per cent and so on; T1-T2 is one better each time, and takes a quarter longer."""
    rows = []
    for seed in range(n_seeds):
        for name, gain, seconds in (("random", 0.0, 4.0), ("t1-t2", 0.01, 5.0), ("gp", 0.005, 5.5)):
            for number in range(10):
                loss = 1 + gain if name == "gp" and number > 4 else 0.5 - 0.04 * number
                error = 0.05 - 0.001 * number - gain + 0.0005 * seed
                rows.append((name, seed, number, seconds, loss, error, loss + 1, error))
    columns = ["method", "seed", "number", "seconds", "validation_loss", "validation_error", "test_loss", "test_error"]
    return pd.DataFrame(rows, columns=columns)


def test_time_is_counted_in_plain_trainings():
    """A run of T1-T2 costs 1.25; the trainings of gp, one at a time, are plain ones, however long they take."""
    assert summaries.costs(made_rivals()) == {"gp": 1.0, "random": 1.0, "t1-t2": 1.25}


def test_the_choice_is_the_best_on_validation_rows_of_what_is_finished():
    """After n units: n trainings of random search, four fifths as many of T1-T2; never one that is not over."""
    chosen = summaries.choices(made_rivals()).set_index(["method", "seed", "units"])
    assert ("t1-t2", 0, 1.0) not in chosen.index
    for units, n_random, n_online in ((1.5, 1, 1), (5.0, 5, 4), (10.0, 10, 8)):
        for name, n in (("random", n_random), ("t1-t2", n_online)):
            row = chosen.loc[(name, 2, units)]
            assert row["n_trainings"] == n
            assert row["validation_loss"] == pytest.approx(0.5 - 0.04 * (n - 1))
    # gp's later trainings are bad on validation rows, and are not chosen although their test errors are smaller
    assert chosen.loc[("gp", 0, 10.0), "test_error"] == pytest.approx(0.05 - 0.004 - 0.005)
    by_error = summaries.choices(made_rivals(), "validation_error").set_index(["method", "seed", "units"])
    assert by_error.loc[("gp", 0, 10.0), "test_error"] == pytest.approx(0.05 - 0.009 - 0.005)


def test_a_network_that_diverged_is_never_chosen():
    """Its loss is missing; before any other is finished there is no choice."""
    table = made_rivals(1)
    table.loc[(table["method"] == "random") & (table["number"] == 0), "validation_loss"] = np.nan
    chosen = summaries.choices(table).set_index(["method", "units"])
    assert ("random", 1.0) not in chosen.index
    assert chosen.loc[("random", 2.0), "test_error"] == pytest.approx(0.049)


def test_the_race_has_students_intervals():
    """Mean and interval as scipy has them; differences are paired by seed."""
    table = made_rivals()
    now = summaries.race(table).set_index(["units", "method"]).loc[(10.0, "random")]
    values = 0.041 + 0.0005 * np.arange(3)
    low, high = stats.t.interval(0.95, 2, values.mean(), stats.sem(values))
    assert (now["mean"], now["low"], now["high"]) == pytest.approx((values.mean(), low, high))
    apart = summaries.race_differences(table).set_index("a")
    assert apart.loc["random", "b"] == "t1-t2"
    assert apart.loc["random", "mean"] == pytest.approx(0.041 - (0.043 - 0.01))


def test_gaps_are_paired_with_networks_on_which_nothing_was_tuned():
    """Luck that is the same for both drops out of the difference; held networks have none from themselves."""
    rows = []
    for seed, luck in enumerate((-0.2, 0.1, 0.3)):
        rows += [("none", 20, seed, 0, 1.0 - luck, 1.0, 0.1), ("few", 20, seed, 2, 0.8 - luck - 0.01 * seed, 0.9, 0.1)]
    columns = ["knobs", "n_tuning", "seed", "n_knobs", "tuning_loss", "validation_loss", "test_error"]
    table = summaries.gaps(pd.DataFrame(rows, columns=columns)).set_index("knobs")
    assert table.loc["few", "gap"] == pytest.approx(0.1 + 0.2 / 3 + 0.01)
    assert table.loc["few", "overfit"] == pytest.approx(0.11)
    overfit = 0.1 + 0.01 * np.arange(3)
    assert table.loc["few", "overfit_low"] == pytest.approx(stats.t.interval(0.95, 2, 0.11, stats.sem(overfit))[0])
    assert table.loc["few", "low"] < table.loc["few", "overfit_low"]
    assert table.loc["few", "gain"] == pytest.approx(0.1)
    for name in ("gain", "behind", "overfit"):
        assert table.loc["none", [name, f"{name}_low", f"{name}_high"]].isna().all()


def test_few_rows_are_compared_with_most_seed_by_seed():
    """Mean and interval as scipy has them; a seed that lacks the other is left out."""
    few, most = np.array([0.14, 0.17, 0.16]), np.array([0.12, 0.13, 0.15])
    rows = [
        ("few", n, seed, 2, 0.1, loss, 0.03)
        for n, losses in ((20, few), (60, most))
        for seed, loss in enumerate(losses)
    ]
    rows.append(("few", 20, 3, 2, 0.1, 9.0, 0.03))
    columns = ["knobs", "n_tuning", "seed", "n_knobs", "tuning_loss", "validation_loss", "test_error"]
    table = summaries.gaps(pd.DataFrame(rows, columns=columns)).set_index("n_tuning")
    low, high = stats.t.interval(0.95, 2, (few - most).mean(), stats.sem(few - most))
    assert table.loc[20, ["behind", "behind_low", "behind_high"]].to_list() == pytest.approx([0.07 / 3, low, high])
    assert table.loc[60, ["behind", "gain", "overfit"]].isna().all()


def test_times_are_measured_beside_random_search() -> None:
    """Without it the rivals cannot be compared; the message says which command adds it."""
    table = pd.DataFrame({"method": ["gp"], "seed": [0], "seconds": [1.0]})
    with pytest.raises(ValueError, match="beside random search, and there is only gp; run that too"):
        summaries.costs(table)
