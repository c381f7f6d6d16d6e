"""The trends of notebook 15 are counted right: against counts by hand, and intervals against scipy."""

import math
import re

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest

from hpo_tutor.course.pictures.nb15 import trends
from hpo_tutor.problems.tasks import task
from hpo_tutor.scenes.stage import legend

NAN = math.nan


def by_hand():
    """Ten configs; the two best are the first and the fourth, the seventh failed."""
    return pd.DataFrame(
        {
            "layers": [2, 1, 1, 2, 1, 2, 2, 1, 2, 1],
            "kernel": [5, NAN, NAN, 3, NAN, 3, 3, NAN, 5, NAN],
            "rate": [0.001, 0.01, 0.1, 0.001, 0.01, 0.1, 0.2, 0.3, 0.4, 1.0],
            "loss": [1.0, 4.0, 5.0, 2.0, 6.0, 7.0, NAN, 8.0, 9.0, 10.0],
        }
    )


def space_filling(n=300, seed=0):
    """Random configs of the task with switches, with losses that depend on one hyperparameter alone."""
    from hpo_tutor.search_space import SearchSpace

    known = task("digits-autoencoder")
    space = SearchSpace(dict(known.domains), constraints=known.constraints)
    rng = np.random.default_rng(seed)
    table = pd.DataFrame([space.sample(rng) for _ in range(n)])
    return table.assign(loss=table["n_dense"] + rng.normal(0, 0.3, size=n)), list(known.domains)


@pytest.mark.parametrize(("k", "n"), [(0, 5), (1, 1), (3, 10), (40, 315), (315, 315)])
def test_the_interval_is_wilsons(k, n):
    """It agrees with scipy's."""
    truth = binomtest(k, n).proportion_ci(0.95, method="wilson")
    assert trends.wilson(k, n) == pytest.approx((truth.low, truth.high), abs=1e-9)


def test_of_nothing_nothing_is_known():
    """Where nobody has the hyperparameter, the interval is everything."""
    assert trends.wilson(0, 0) == (0.0, 1.0)


def test_counts_agree_with_those_by_hand():
    """Best two of nine known: both have two layers; one of these has kernel 5, as have two of the four in all."""
    table = by_hand()
    assert list(np.flatnonzero(trends.best_of(table, 0.2))) == [0, 3]
    one, two = trends.by_value(table, "layers", share=0.2)
    assert (one.text, one.best, one.of_best, one.everyone, one.of_all) == ("1", 0, 2, 5, 9)
    assert (two.text, two.best, two.of_best, two.everyone, two.of_all) == ("2", 2, 2, 4, 9)
    assert two.loss == pytest.approx((1 + 2 + 7 + 9) / 4)
    assert two.error == pytest.approx(np.std([1, 2, 7, 9], ddof=1) / 2)
    three, five = trends.by_value(table, "kernel", share=0.2)
    assert (three.best, three.of_best, three.everyone, three.of_all) == (1, 2, 2, 4)
    assert (five.best, five.of_best, five.everyone, five.of_all) == (1, 2, 2, 4)


def test_numbers_of_many_values_are_cut_into_classes_on_their_scale():
    """Of three decades in five classes each has 0.6 of a decade; every row is in one of them."""
    rates = np.geomspace(0.001, 1, 31)
    found = trends.by_value(pd.DataFrame({"rate": rates, "loss": np.arange(31.0)}), "rate")
    assert [one.everyone for one in found] == [6, 6, 6, 6, 7]
    assert found[1].text == "0.00398 to 0.0158"
    assert found[0].best == 3


@pytest.mark.parametrize("seed", range(3))
def test_shares_add_up(seed):
    """Over the values of a hyperparameter, counts add up to those that have it, among the best and among all."""
    table, names = space_filling(seed=seed)
    best = trends.best_of(table)
    assert best.sum() == 30
    assert table["loss"][best].max() <= table["loss"][~best].min()
    for name in names:
        found = trends.by_value(table, name)
        there = table[name].notna()
        assert sum(one.best for one in found) == found[0].of_best == int((there & best).sum())
        assert sum(one.everyone for one in found) == found[0].of_all == int(there.sum())


@pytest.mark.parametrize("seed", range(5))
def test_what_decides_the_loss_is_clear_and_named_first(seed):
    """Losses that hang on one switch alone: its values lead the sentence, and its spread of means is the largest."""
    table, names = space_filling(seed=seed)
    assert all(one.clear for one in trends.by_value(table, "n_dense"))
    said = trends.trend_board(table, names).sentence
    assert re.search(r"are the best\. n_dense", said)
    spread = trends.trend_board(table, names, "mean loss").sentence
    assert spread.startswith("Largest differences between mean losses: n_dense")


@pytest.mark.parametrize("shown", trends.SHOWN)
@pytest.mark.parametrize("n_names", [1, 4, 7, 18])
def test_each_hyperparameter_has_a_panel(n_names, shown):
    """As many panels as names, with a count above each value; shares of a panel lie on its axis."""
    table, names = space_filling()
    board = trends.trend_board(table, names[:n_names], shown)
    panels = list(board.scenes())
    assert len(panels) == n_names
    for name, scene in zip(names, panels, strict=False):
        found = trends.by_value(table, name)
        counts = [int(text) for text in scene.layers[-1].text]
        assert counts == [one.best if shown == trends.SHOWN[0] else one.everyone for one in found]
        assert scene.title.split(",")[0] == name
        for layer in scene.layers[:-1]:
            ys = np.asarray(layer.y0 if hasattr(layer, "y0") else layer.y)
            assert np.all((ys >= scene.y.low) & (ys <= scene.y.high))


def test_a_hyperparameter_that_none_of_the_best_has_is_still_drawn():
    """All of the best have one dense layer, so nothing is known of the third one's units: no share, no interval."""
    table, _ = space_filling()
    found = trends.by_value(table, "units_3")
    assert found[0].of_best == 0
    assert math.isnan(found[0].share)
    board = trends.trend_board(table, ["units_3"])
    assert {"share among all", "share among the best"} <= set(legend([board]))


def test_what_makes_no_sense_is_refused():
    """A column that is not there, a share of nothing, losses that nobody knows, no name."""
    table = by_hand()
    with pytest.raises(ValueError, match="no column 'width'"):
        trends.by_value(table, "width")
    with pytest.raises(ValueError, match="above 0"):
        trends.best_of(table, 0)
    with pytest.raises(ValueError, match="none of the 10"):
        trends.best_of(table.assign(loss=NAN))
    with pytest.raises(ValueError, match="at least one hyperparameter"):
        trends.trend_board(table, [])
