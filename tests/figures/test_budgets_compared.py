"""Pictures of who wins at which budget hold the standings' numbers, in words too."""

import html
import re

import numpy as np
import pandas as pd
import pytest

from hpo_tutor.figures import budgets_won, style, theme
from hpo_tutor.race.experiments.budgets import COLUMNS
from hpo_tutor.race.experiments.standings import standings, summary

NAMES = ("grid", "random", "sparse-grid")


def searches(seed=0, n_seeds=8):
    """Synthetic rows: regrets fall with the budget, and rise from name to name; sparse-grid lacks 200 trials in 3-D."""
    rng = np.random.default_rng(seed)
    rows = []
    for function in ("rosenbrock", "rastrigin"):
        for shifted in (True, False):
            for d in (2, 3):
                for k, name in enumerate(NAMES):
                    for n in (10, 50, 200):
                        for lap in range(n_seeds):
                            regret = (1 + k) * rng.gamma(2) / n
                            if (name, d, n) != ("sparse-grid", 3, 200):
                                rows.append((function, shifted, d, name, n, lap, n, regret + 1, regret, False))
    return pd.DataFrame(rows, columns=[*COLUMNS])


TABLE = searches()


def shown(text):
    """What a reader sees of text in the page's ink."""
    return html.unescape(re.sub("<[^>]*>", "", text))


def panels(figure):
    """(panel, sampler) -> its trace; panels from the left, from 1."""
    return {(int(trace.xaxis[1:] or 1), shown(trace.name)): trace for trace in figure.data}


@pytest.mark.parametrize("function", [None, "rosenbrock"])
@pytest.mark.parametrize("shifted", [True, False])
def test_points_and_bars_are_the_standings(function, shifted):
    """A panel a dimension, a line a sampler in its own look; heights and ends of bars against the tables."""
    found = panels(budgets_won(TABLE, function, shifted=shifted))
    assert set(found) == {(panel, name) for panel in (1, 2) for name in NAMES}
    table = TABLE[TABLE["shifted"] == shifted]
    parts = standings(table) if function is None else summary(table[table["function"] == function])
    for (panel, name), trace in found.items():
        own = parts[(parts["sampler"] == name) & (parts["n_dims"] == panel + 1)].sort_values("n_trials")
        assert [row[0] for row in trace.customdata] == own["n_trials"].tolist()
        ends = trace.y - trace.error_y.arrayminus, trace.y + trace.error_y.array
        if function is None:
            np.testing.assert_allclose(trace.y, own["mean_rank"])
            np.testing.assert_allclose(ends[0], own["mean_rank"] - 2 * own["error"])
            np.testing.assert_allclose(ends[1], own["mean_rank"] + 2 * own["error"])
        else:
            np.testing.assert_allclose(trace.y, own["median"])
            np.testing.assert_allclose(ends, own[["low", "high"]].to_numpy().T)
        look = style(name)
        assert (trace.line.color, trace.line.dash, trace.marker.symbol) == (look.color, look.dash, look.symbol)


def test_points_of_one_budget_stand_side_by_side():
    """No two at the same place, all nearer to their own budget than to another."""
    found = panels(budgets_won(TABLE))
    xs = np.array([found[1, name].x for name in NAMES])
    assert len(np.unique(xs)) == xs.size
    nearest = np.abs(np.log(xs[..., None]) - np.log([10, 50, 200])).argmin(axis=-1)
    np.testing.assert_array_equal(nearest, np.broadcast_to([0, 1, 2], xs.shape))


def test_the_best_comes_first_and_on_top():
    """In the legend, once; ranks grow downwards, regrets upwards on a logarithmic axis."""
    ranked, lost = budgets_won(TABLE), budgets_won(TABLE, "rastrigin")
    for figure in (ranked, lost):
        assert [shown(trace.name) for trace in figure.data if trace.showlegend] == ["grid", "random", "sparse-grid"]
    assert ranked.layout.yaxis.autorange == "reversed"
    assert lost.layout.yaxis.type == lost.layout.yaxis2.type == "log"


def test_the_description_says_every_point():
    """Who stands where at each budget, in each panel, and in which boxes; the subtitle fits a narrow window."""
    for function, title in ((None, "Who wins at which budget?"), ("rastrigin", "Who wins on rastrigin?")):
        figure = budgets_won(TABLE, function, shifted=False)
        said = figure.layout.meta["description"]
        parts = standings(TABLE) if function is None else summary(TABLE[TABLE["function"] == function])
        height = "mean_rank" if function is None else "median"
        for row in parts[~parts["shifted"]].to_dict("records"):
            place = said.split(f"d = {row['n_dims']}, {row['n_trials']} trials: ")[1].split(";")[0]
            assert f"{row['sampler']} {row[height]:.3g}" in place
        assert "published boxes" in said
        assert shown(figure.layout.title.text) == title
        assert len(shown(figure.layout.title.subtitle.text)) <= 60


def test_text_takes_the_pages_own_colour():
    """Titles of axes, numbers and the legend's names."""
    for figure in (budgets_won(TABLE), budgets_won(TABLE, "rosenbrock")):
        for axis in (figure.layout.xaxis, figure.layout.xaxis2, figure.layout.yaxis):
            assert theme.INK in axis.title.text
            assert all(theme.INK in text for text in axis.ticktext) if axis.ticktext else theme.INK in axis.tickprefix
        assert all(theme.INK in trace.name for trace in figure.data)


def test_a_chosen_few_keep_their_ranks():
    """``samplers`` hides others without ranking anew."""
    some = panels(budgets_won(TABLE, samplers=["random"]))
    assert set(some) == {(1, "random"), (2, "random")}
    np.testing.assert_allclose(some[1, "random"].y, panels(budgets_won(TABLE))[1, "random"].y)


def test_a_median_of_zero_is_told_and_not_drawn():
    """A logarithmic axis has no place for it."""
    table = TABLE.copy()
    table.loc[(table["sampler"] == "grid") & (table["n_trials"] == 50), "regret"] = 0.0
    figure = budgets_won(table, "rosenbrock")
    assert [row[0] for row in panels(figure)[1, "grid"].customdata] == [10, 200]
    assert "50 trials: grid 0, " in figure.layout.meta["description"]


def test_what_is_not_there_is_refused():
    """The message names the functions that are."""
    with pytest.raises(ValueError, match=r"searches of branin .*functions are: rastrigin, rosenbrock"):
        budgets_won(TABLE, "branin")
    with pytest.raises(ValueError, match="by mine"):
        budgets_won(TABLE, samplers=["mine"])
