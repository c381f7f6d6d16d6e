"""Pictures of searches with switches hold the numbers of the tables, in words too."""

import html
import json
import re

import numpy as np
import pandas as pd
import pytest

from hpo_tutor.figures import false_importances, switches_won
from hpo_tutor.race.experiments.switch_standings import summary
from hpo_tutor.race.experiments.switches import COLUMNS
from hpo_tutor.scenes.ticks import number

SAMPLERS = ("tpe", "random", "tiles-gp", "one-tile")


def searches(n_seeds=10, seed=0):
    """Synthetic rows: tpe is best, then random; two of four hyperparameters are dead, width_2 in a few seeds only."""
    rng = np.random.default_rng(seed)
    rows = []
    for live in (False, True):
        for k, name in enumerate(SAMPLERS):
            for n in (45, 90, 180):
                for lap in range(n_seeds):
                    alive = {"n_conv": 1, "rate": 0.1, **({} if lap < 2 else {"width_2": 2})}
                    credit = {name: rng.uniform() for name in ("n_conv", "rate", "width_2", "units_2")}
                    regret = (1 + k) * rng.uniform(0.9, 1.1) * 20 / n
                    share = rng.uniform(0.9, 1.0) - 0.2 * k
                    kept = json.dumps(credit) if name == "one-tile" else None
                    row = (
                        live,
                        name,
                        n,
                        lap,
                        n,
                        2 + regret,
                        np.nan if live else regret,
                        4.0,
                        share,
                        "[]",
                        '{"1,1": 9}',
                    )
                    rows.append((*row, json.dumps(alive), kept))
    return pd.DataFrame(rows, columns=[*COLUMNS])


TABLE = searches()


def shown(text):
    """What a reader sees of text in the page's ink."""
    return html.unescape(re.sub("<[^>]*>", "", text))


def rows_of(figure):
    """Names of the rows by their places."""
    axis = figure.layout.yaxis
    return dict(zip(axis.tickvals, map(shown, axis.ticktext), strict=True))


@pytest.mark.parametrize("column", ["regret", "loss", "share"])
@pytest.mark.parametrize("live", [False, True])
def test_points_and_bars_are_the_summary(column, live):
    """A trace a budget, a row a sampler; means and ends of bars against the table, in words and in the row's place."""
    if live and column == "regret":
        with pytest.raises(ValueError, match="needs searches with a regret and live=True"):
            switches_won(TABLE, column, live=live)
        return
    figure = switches_won(TABLE, column, live=live)
    table = summary(TABLE[TABLE["live"] == live], column).set_index(["n_trials", "sampler"])
    factor = 100 if column == "share" else 1
    names, said = rows_of(figure), figure.layout.meta["description"]
    assert [shown(trace.name) for trace in figure.data] == ["45 trials", "90 trials", "180 trials"]
    for n, trace in zip((45, 90, 180), figure.data, strict=True):
        assert len(trace.x) == 3
        for x, y, plus, minus in zip(trace.x, trace.y, trace.error_x.array, trace.error_x.arrayminus, strict=True):
            row = table.loc[n, names[round(y)]]
            np.testing.assert_allclose([x, x + plus, x - minus], factor * row[["mean", "high", "low"]].to_numpy(float))
            assert f"{names[round(y)]} {number(x)} (" in said.split(f"{n} trials: ")[1].split(";")[0]


@pytest.mark.parametrize("column", ["regret", "share"])
def test_the_best_is_on_top(column):
    """By the largest budget: a small regret, a large share."""
    names = rows_of(switches_won(TABLE, column))
    assert [names[place] for place in sorted(names, reverse=True)] == ["tpe", "random", "tiles-gp"]


def test_points_of_a_row_stand_apart_and_tell_budgets_by_symbol():
    """No two at one height, nor with one symbol; all nearer to their own row than to another."""
    figure = switches_won(TABLE)
    heights = np.array([trace.y for trace in figure.data])
    assert len(np.unique(heights)) == heights.size
    assert np.abs(heights - heights.round()).max() < 0.5
    assert len({trace.marker.symbol for trace in figure.data}) == 3


def test_a_chosen_few_are_shown():
    """In their own order; others leave no row behind."""
    assert set(rows_of(switches_won(TABLE, samplers=["tiles-gp", "random"])).values()) == {"tiles-gp", "random"}


@pytest.mark.parametrize("n_trials", [45, 90, 180])
def test_bars_are_mean_importances_and_the_dead_are_named(n_trials):
    """Against means and quantiles by hand; dead is what is dead in most seeds; the sum is told."""
    figure = false_importances(TABLE, "one-tile", n_trials)
    own = TABLE[(TABLE.sampler == "one-tile") & (TABLE.n_trials == n_trials) & ~TABLE.live]
    values = pd.DataFrame([json.loads(text) for text in own["importances"]])
    names = rows_of(figure)
    found = {}
    for trace in figure.data:
        for x, y, plus, minus in zip(trace.x, trace.y, trace.error_x.array, trace.error_x.arrayminus, strict=True):
            found[names[y]] = (shown(trace.name), x, x - minus, x + plus)
    assert set(found) == {"n_conv", "rate", "width_2", "units_2 (dead)"}
    for name, (word, *numbers) in found.items():
        one = 100 * values[name.removesuffix(" (dead)")]
        assert word == ("dead" if name.endswith("(dead)") else "alive")
        np.testing.assert_allclose(numbers, [one.mean(), one.quantile(0.1), one.quantile(0.9)])
    assert [found[names[k]][1] for k in range(4)] == sorted(row[1] for row in found.values())
    dead = values["units_2"] + np.where(values.index < 2, values["width_2"], 0)  # in the first seeds two are dead
    share = 100 * (dead / values.sum(axis=1)).mean()
    assert f"What is dead gets {number(share)} %" in figure.layout.meta["description"]


def test_titles_fit_a_narrow_window():
    """The subtitle is one line of at most 60 characters."""
    for figure in (switches_won(TABLE), switches_won(TABLE, "loss", live=True), false_importances(TABLE)):
        assert len(shown(figure.layout.title.subtitle.text)) <= 60


def test_what_is_not_there_is_refused():
    """The message says what is."""
    with pytest.raises(ValueError, match="it cannot show 'volume'"):
        switches_won(TABLE, "volume")
    with pytest.raises(ValueError, match="by mine; the table has one-tile, random, tiles-gp, tpe"):
        switches_won(TABLE, samplers=["mine"])
    with pytest.raises(ValueError, match=r"\('one-tile', 45\).* not of 'tpe' with n_trials=None"):
        false_importances(TABLE, "tpe")
