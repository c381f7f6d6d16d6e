"""Standings of searches with a budget of epochs: what is averaged, what is counted, what the kept comparison says."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from hpo_tutor.race.experiments import stopping
from hpo_tutor.race.experiments.stopping import COLUMNS, TOLD
from hpo_tutor.race.experiments.stopping_standings import differences, epochs_needed, summary

NAMES = ("random", "halving", "bohb")


def searches(seed=0, n_seeds=20):
    """Synthetic rows: a regret is the luck of its data batch, plus that of its seed, plus something for its method."""
    rng = np.random.default_rng(seed)
    rows = []
    for curves in ("b-curves", "a-curves"):
        for n in (100, 405):
            luck = rng.gamma(2, size=5)
            for k, name in enumerate(NAMES):
                for lap in range(n_seeds):
                    regret = luck[lap % 5] + 0.3 * rng.random() + k
                    rows.append((curves, name, lap, n, lap % 5, regret + 1, regret, 81.0, 4))
    return pd.DataFrame(rows, columns=[*COLUMNS])


TABLE = searches()


def cell(table, curves, name, n):
    """The rows of one method at one budget."""
    return table[(table.curves == curves) & (table["method"] == name) & (table.total_epochs == n)]


def test_intervals_count_data_batches():
    """Mean and Student's interval of five batch means, by scipy; quartiles of the twenty seeds."""
    found = summary(TABLE)
    assert len(found) == 2 * 2 * 3
    for row in found.to_dict("records"):
        own = cell(TABLE, row["curves"], row["method"], row["total_epochs"])
        means = [own.loc[own.batch == k, "regret"].mean() for k in range(5)]
        low, high = stats.t.interval(0.95, 4, np.mean(means), stats.sem(means))
        assert (row["n_seeds"], row["n_batches"]) == (20, 5)
        assert [row["mean"], row["low"], row["high"]] == pytest.approx([np.mean(means), low, high])
        quartiles = np.percentile(own["regret"], [25, 50, 75])
        assert [row["lower"], row["median"], row["upper"]] == pytest.approx(quartiles.tolist())


def test_the_luck_of_a_batch_is_not_taken_for_twenty():
    """Counting seeds, as if they were independent, would make the interval less than two thirds as wide."""
    for row in summary(TABLE).to_dict("records"):
        values = cell(TABLE, row["curves"], row["method"], row["total_epochs"])["regret"]
        low, high = stats.t.interval(0.95, 19, values.mean(), stats.sem(values))
        assert high - low < 2 / 3 * (row["high"] - row["low"])


def test_differences_are_paired():
    """The luck that methods share cancels: means are those of the pairs, and errors those of the differences."""
    for unit, size in (("batch", 5), ("seed", 20)):
        found = differences(TABLE, [405], unit=unit)
        assert set(found["total_epochs"]) == {405}
        for row in found.to_dict("records"):
            pair = [cell(TABLE, row["curves"], row[side], 405).groupby(unit)["regret"].mean() for side in "ab"]
            gaps = (pair[0] - pair[1]).to_numpy()
            assert len(gaps) == size
            assert row["b"] == "random"
            assert row["mean"] == pytest.approx(gaps.mean())
            assert row["error"] == pytest.approx(stats.sem(gaps))
            assert row["low"] > 0  # one or two more, with hardly any luck


def test_the_order_of_rows_changes_nothing():
    """Pairs are found by seed, not by where they stand."""
    mixed = TABLE.sample(frac=1, random_state=1)
    for unit in ("batch", "seed"):
        pd.testing.assert_frame_equal(differences(mixed, [100], unit=unit), differences(TABLE, [100], unit=unit))


def test_all_pairs_or_a_few():
    """Without a peer every pair is asked about, and p_holm counts more questions."""
    pairs = differences(TABLE, [100], peer=None)
    assert len(pairs) == 2 * 3
    few = differences(TABLE, [100], methods=["random", "bohb"])
    assert few[["a", "b"]].to_numpy().tolist() == [["bohb", "random"]] * 2
    assert (few["p_holm"] == few["p"]).all()
    assert (differences(TABLE, [100])["p_holm"] >= differences(TABLE, [100])["p"]).all()


def test_who_has_no_report_is_left_out():
    """A method of which one seed had nothing to tell at a budget does not stand there."""
    table = TABLE.copy()
    table.loc[cell(table, "a-curves", "bohb", 100).index[:1], "regret"] = np.nan
    rows = summary(table)
    assert cell(rows, "a-curves", "bohb", 100).empty
    assert len(rows) == 11


def test_epochs_needed_are_those_from_which_on_it_stays():
    """By hand: one seed is good early and falls back, one comes late, one never."""
    regrets = {0: (0.1, 0.5, 0.1), 1: (0.5, 0.1, 0.1), 2: (0.5, 0.5, 0.5)}
    rows = [
        ("c", "m", seed, n, 0, 1.0, regret, 81.0, 1)
        for seed, line in regrets.items()
        for n, regret in zip((81, 162, 324), line, strict=True)
    ]
    (found,) = epochs_needed(pd.DataFrame(rows, columns=[*COLUMNS]), 0.2).to_dict("records")
    assert found["share"] == pytest.approx(2 / 3)
    assert found["median"] == 324
    (never,) = epochs_needed(pd.DataFrame(rows, columns=[*COLUMNS]), 0.01).to_dict("records")
    assert (never["share"], never["median"]) == (0, np.inf)


def test_what_makes_no_sense_is_refused():
    """An unknown unit, and a peer that nobody is."""
    with pytest.raises(ValueError, match="batch, seed, it cannot count 'lap'"):
        differences(TABLE, [100], unit="lap")
    with pytest.raises(ValueError, match="'mine'"):
        differences(TABLE, [100], peer="mine")


# What the kept comparison says; two further sets of twenty seeds say it too, and the bounds leave them room.


def ratios(a, b):
    """(curves, total epochs) -> the mean regret of one method as a share of another's."""
    means = summary(stopping.load()).pivot_table(index=["curves", "total_epochs"], columns="method", values="mean")
    return means[a] / means[b]


def test_where_early_ranks_mislead_early_stopping_loses():
    """On aleph: halving from one epoch has more regret than random search at any budget, from nine epochs hardly more.

    For other searches on these data batches that is more than luck.
    """
    found = differences(
        stopping.load(), (405, 810), unit="seed", methods=["random", "halving", "halving-9", "hyperband"]
    )
    found = found[found.curves == "aleph-curves"].set_index(["total_epochs", "a"])
    for n in TOLD:
        assert ratios("halving", "random")["aleph-curves", n] > 1.25
        assert ratios("halving-9", "random")["aleph-curves", n] < 1.4
    for n in (405, 810):
        assert found.loc[(n, "halving"), "p_holm"] < 0.05
        assert found.loc[(n, "halving-9"), "p_holm"] > 0.05


def test_hyperband_hedges():
    """On aleph it loses in its first bracket, and is near random search once it has played all brackets twice."""
    assert ratios("hyperband", "random")["aleph-curves", 405] > 1.5
    assert ratios("hyperband", "random")["aleph-curves", 3240] < 1.4


def test_where_early_ranks_tell_the_truth_early_stopping_wins():
    """On digits: halving from nine epochs has less regret than random search after ten trainings' worth of epochs."""
    assert ratios("halving-9", "random")["digits-curves", 810] < 0.85


def test_what_the_model_is_told_decides_what_it_learns():
    """BOHB is misled where it is told of one epoch; told of nine or more it ends below random search."""
    for curves in stopping.CURVES:
        assert ratios("bohb", "random")[curves, 405] > 1.6
        assert ratios("bohb-9", "bohb")[curves, 810] < 0.5
        assert ratios("bohb-9", "random")[curves, 3240] < 0.95
