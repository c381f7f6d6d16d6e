"""Tables of the searches with switches, against sums by hand."""

import json

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from hpo_tutor.race.experiments.switch_standings import credited, differences, false_credit, spread, summary
from hpo_tutor.race.experiments.switches import COLUMNS

SAMPLERS = ("random", "tpe", "tiles-gp", "flat-random")


def searches(n_seeds=6, seed=0):
    """Rows with known numbers: regrets rise from name to name; a hyperparameter that is dead gets a tenth."""
    rng = np.random.default_rng(seed)
    rows = []
    for live in (False, True):
        for k, name in enumerate(SAMPLERS):
            for n in (45, 90):
                for lap in range(n_seeds):
                    alive = {"n_conv": 1, "rate": 0.1, **({"width_2": 2} if lap % 2 else {})}
                    shares = {"n_conv": 0.3, "rate": 0.5, "width_2": 0.1 + 0.1 * (n == 45), "units_2": 0.1}
                    rows.append(
                        {
                            "live": live,
                            "sampler": name,
                            "n_trials": n,
                            "seed": lap,
                            "n_made": n,
                            "loss": 2.0,
                            "regret": np.nan if live else (1 + k) * rng.gamma(2) / n,
                            "volume": 4.0,
                            "share": rng.uniform(0.5, 1),
                            "front": "[]",
                            "tiles": json.dumps({"1,1": 5} if lap % 2 else {"1,1": 3, "2,1": 2}),
                            "config": json.dumps(alive),
                            "importances": json.dumps(shares) if name == "flat-random" and not live else None,
                        }
                    )
    return pd.DataFrame(rows, columns=[*COLUMNS])


TABLE = searches()


def chosen(name, n_trials, column="regret", live=False):
    """The numbers of a sampler at a budget, by seed."""
    rows = TABLE[(TABLE.sampler == name) & (TABLE.n_trials == n_trials) & (TABLE.live == live)]
    return rows.sort_values("seed")[column].to_numpy()


@pytest.mark.parametrize("column", ["regret", "share"])
def test_a_summary_holds_means_and_students_intervals(column):
    """Against scipy; probes are no contestants, and where nobody knows a regret there is no row."""
    table = summary(TABLE, column)
    assert set(table["sampler"]) == {"random", "tpe", "tiles-gp"}
    assert set(table["live"]) == ({False} if column == "regret" else {False, True})
    for row in table.to_dict("records"):
        values = chosen(row["sampler"], row["n_trials"], column, row["live"])
        low, high = stats.t.interval(0.95, len(values) - 1, values.mean(), stats.sem(values))
        assert (row["mean"], row["low"], row["high"]) == pytest.approx((values.mean(), low, high))
        assert row["n_seeds"] == 6


def test_differences_are_paired_by_seed():
    """Each sampler minus the peer on the same seeds; Holm counts the samplers of the cell, so no p falls."""
    table = differences(TABLE, "share", peer="tpe")
    assert len(table) == 2 * 2 * 2
    for row in table.to_dict("records"):
        apart = chosen(row["a"], row["n_trials"], "share", row["live"])
        apart = apart - chosen("tpe", row["n_trials"], "share", row["live"])
        assert row["b"] == "tpe"
        assert row["mean"] == pytest.approx(apart.mean())
        assert row["p"] <= row["p_holm"] <= min(2 * row["p"], 1) + 1e-12
    with pytest.raises(ValueError, match="a peer must be one of random, tpe, tiles-gp"):
        differences(TABLE, peer="gp")


def test_seeds_that_one_sampler_lacks_are_left_out():
    """A search that is missing takes its seed from all of the cell, not from other budgets."""
    table = TABLE[~((TABLE.sampler == "tpe") & (TABLE.n_trials == 45) & (TABLE.seed == 3))]
    counts = summary(table).set_index(["n_trials", "sampler"])["n_seeds"]
    assert (counts[45] == 5).all()
    assert (counts[90] == 6).all()


def test_the_dead_are_those_that_the_incumbent_lacks():
    """units_2 always, width_2 on even seeds; together their shares of all that is credited, by hand."""
    table = credited(TABLE)
    assert set(table["sampler"]) == {"flat-random"}
    assert len(table) == 2 * 6 * 4
    dead = table[table["dead"]]
    assert set(dead.loc[dead["hyperparameter"] == "width_2", "seed"]) == {0, 2, 4}
    assert set(dead.loc[dead["hyperparameter"] == "units_2", "seed"]) == set(range(6))
    assert set(dead["hyperparameter"]) == {"units_2", "width_2"}
    shares = false_credit(TABLE).set_index("n_trials")
    assert shares.loc[90, "mean"] == pytest.approx((3 * 0.2 + 3 * 0.1) / 6)
    assert shares.loc[45, "mean"] == pytest.approx((3 * 0.3 / 1.1 + 3 * 0.1 / 1.1) / 6)
    assert (shares["n_dead"] == 1.5).all()
    assert (shares["above"] == 0).all()
    assert (shares["low"] < shares["mean"]).all()


def test_a_dead_one_above_a_living_one_is_counted():
    """The share of seeds in which that happens."""
    table = TABLE[TABLE.sampler == "flat-random"].copy()
    first = table.index[(table.n_trials == 90) & (table.seed == 0) & ~table.live]
    table.loc[first, "importances"] = json.dumps({"n_conv": 0.3, "rate": 0.1, "width_2": 0.1, "units_2": 0.2})
    shares = false_credit(table).set_index("n_trials")
    assert shares.loc[90, "above"] == pytest.approx(1 / 6)
    assert shares.loc[45, "above"] == 0


def test_trials_spread_over_tiles():
    """Mean numbers; a tile that a search never tried counts as 0 there."""
    table = spread(TABLE)
    one = table[(table.sampler == "tpe") & (table.n_trials == 45) & ~table.live].set_index("tile")["mean"]
    assert one.to_dict() == {"1,1": 4.0, "2,1": 1.0}
