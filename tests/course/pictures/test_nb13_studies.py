"""What notebook 13 shows of the two kept comparisons is what stands in their tables."""

import re
from itertools import product

import numpy as np
import pandas as pd
import pytest

from hpo_tutor.course.pictures.nb13 import studies
from hpo_tutor.race.experiments import budgets, trained
from hpo_tutor.scenes.layers import Line, Points, Segments
from hpo_tutor.scenes.looks import PAGE, style
from hpo_tutor.scenes.stage import legend

ALL_COMBINATIONS = list(product(studies.FUNCTIONS, budgets.DIMS, studies.BOXES))


def named(scene, name):
    """The layer of a scene that bears this name."""
    return next(layer for layer in scene.layers if layer.name == name)


@pytest.fixture(scope="module")
def searches():
    """The kept searches, those that any seed would have repeated on every seed."""
    table = budgets.load()
    fixed = table[table["deterministic"]].drop(columns="seed")
    return pd.concat([table[~table["deterministic"]], fixed.merge(pd.DataFrame({"seed": range(20)}), how="cross")])


@pytest.fixture(scope="module")
def networks():
    """The rows of the nine hyperparameters, by method."""
    table = trained.load()
    return table[table["experiment"] == "mnist-9"].set_index(["sampler", "budget"]).sort_index()


# --- who wins at which budget ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("function", "d", "boxes"), ALL_COMBINATIONS)
def test_places_are_those_of_the_table(searches, function, d, boxes):
    """Mean ranks and median ratios, counted once more by pandas, on every setting of the dials."""
    rows = searches[(searches["n_dims"] == d) & (searches["shifted"] == (boxes == "moved"))]
    if function != "all three":
        rows = rows[rows["function"] == function]
    wide = rows.pivot_table("regret", ["function", "n_trials", "seed"], "sampler")
    ranks = wide.rank(axis="columns").groupby("n_trials").mean()
    ratios = wide.div(wide["random"], axis="index").groupby("n_trials").median()
    found = studies.places(function, d, boxes)
    assert len(found) == ranks.size == ranks.count().sum()
    for place in found:
        assert place.rank == pytest.approx(ranks.loc[place.budget, place.sampler])
        assert place.ratio == pytest.approx(ratios.loc[place.budget, place.sampler])


@pytest.mark.parametrize(("function", "d", "boxes"), ALL_COMBINATIONS)
def test_winners_draws_every_place(function, d, boxes):
    """A symbol for each sampler and budget, in the sampler's look, within the axes, at its height."""
    board = studies.winners(function, d, boxes)
    left, right = board.scenes()
    there = studies.places(function, d, boxes)
    samplers = list(dict.fromkeys(place.sampler for place in there))
    assert sorted(legend([board])) == sorted(samplers)
    assert ("gp" in samplers) == (boxes == "moved") == ("gp searched" not in board.sentence)
    for scene, wanted in ((left, "rank"), (right, "ratio")):
        for name in samplers:
            points = named(scene, name)
            own = [place for place in there if place.sampler == name]
            heights = [getattr(place, wanted) for place in own]
            shown = np.maximum(heights, studies.FLOOR) if wanted == "ratio" else heights
            assert (points.color, points.symbol) == (style(name).color, style(name).symbol)
            np.testing.assert_allclose(points.x, budgets.BUDGETS)
            np.testing.assert_allclose(points.y, shown, rtol=1e-6)
            assert scene.y.low <= min(points.y)
            assert max(points.y) <= scene.y.high


@pytest.mark.parametrize(("function", "d", "boxes"), ALL_COMBINATIONS)
def test_the_sentence_names_the_lowest_ranks(function, d, boxes):
    """Its first sampler is the one of the lowest mean rank, at the smallest and at the largest budget."""
    sentence = studies.winners(function, d, boxes).sentence
    there = studies.places(function, d, boxes)
    assert sentence.startswith(f"{function.capitalize()}, d = {d}, {boxes} boxes.")
    for budget in (10, 200):
        name, rank = re.search(rf"with {budget} trials: (\S+) (\d\.\d)", sentence).groups()
        lowest = min(place.rank for place in there if place.budget == budget)
        assert float(rank) == pytest.approx(lowest, abs=0.05 + 1e-9)
        own = next(place for place in there if (place.sampler, place.budget) == (name, budget))
        assert own.rank == pytest.approx(lowest)


def test_the_samplers_of_the_notebook_stand_out():
    """Their lines are wider than all others and lie above them, in both panels."""
    for scene in studies.winners("all three", 5, "moved").scenes():
        drawn = [layer.name for layer in scene.layers if layer.name]
        assert set(drawn[-3:]) == {"gp", "sparse-grid", "adaptive-random"}
        widths = [layer.width for layer in scene.layers if isinstance(layer, Line)]
        assert len(widths) == len(drawn)
        assert min(widths[-3:]) > 2 * max(widths[:-3])


@pytest.mark.parametrize(("function", "d", "boxes"), ALL_COMBINATIONS)
def test_a_regret_of_nothing_is_no_multiple(function, d, boxes):
    """The sentence gives the ratio of the sparse grid with 200 trials, or says that there is no regret."""
    sentence = studies.winners(function, d, boxes).sentence
    (last,) = [one for one in studies.places(function, d, boxes) if one[:2] == ("sparse-grid", 200)]
    told = re.search(r"regret is then (\S+) times", sentence)
    assert ("no regret" in sentence) == (told is None) == (last.ratio == 0)
    assert told is None or float(told.group(1)) == pytest.approx(last.ratio, rel=0.006)


def test_the_first_trial_of_a_grid_is_the_minimum_of_a_published_rastrigin():
    """The sparse grid has no regret there, from the smallest budget on; in moved boxes it always has some."""
    gift = [place.ratio for place in studies.places("rastrigin", 5, "published") if place.sampler == "sparse-grid"]
    fair = [place.ratio for place in studies.places("rastrigin", 5, "moved") if place.sampler == "sparse-grid"]
    assert max(gift) == 0
    assert min(fair) > 0.1


@pytest.mark.parametrize("wrong", [("sphere", 2, "moved"), ("rosenbrock", 4, "moved"), ("rosenbrock", 2, "other")])
def test_what_was_not_compared_is_refused(wrong):
    """The message says what there is."""
    with pytest.raises(ValueError, match=r"all three, rosenbrock, .* 2, 3, 5, boxes of moved, published"):
        studies.places(*wrong)


# --- networks -------------------------------------------------------------------------------------------------------


def test_the_table_of_the_study_holds_the_means(networks):
    """Means, errors and paired differences by hand; rows are sorted by the mean error."""
    table = studies.table_of_study()
    assert table["error"].is_monotonic_increasing
    assert len(table) == len(networks.index.unique())
    random = networks.loc["random", 80].set_index("repetition")["test_error"]
    for row in table.to_dict("records"):
        own = networks.loc[row["method"], row["budget"]].set_index("repetition")
        assert row["error"] == pytest.approx(own["test_error"].mean())
        assert row["se"] == pytest.approx(own["test_error"].std() / len(own) ** 0.5)
        assert row["validation"] == pytest.approx(own["validation"].mean())
        assert row["trials"] == own["n_made"].mean()
        if row["method"] == "random":
            assert np.isnan(row["difference"])
        else:
            assert row["difference"] == pytest.approx((own["test_error"] - random).mean())
            assert row["low"] < row["difference"] < row["high"]


def test_the_source_stands_beside_what_it_ran():
    """Its four figures (accuracies of 10.1, 97.4, 97.5 and 97.5 %) beside the same methods with as many trials."""
    table = studies.table_of_study()
    beside = {
        (row["method"], row["trials"]): row["source"] for row in table.to_dict("records") if np.isfinite(row["source"])
    }
    assert beside == pytest.approx(
        {("grid-midpoints", 1): 89.9, ("random", 80): 2.6, ("gp", 80): 2.5, ("sparse-grid", 93): 2.5}
    )


def test_the_picture_of_the_study_shows_every_repetition(networks):
    """Each repetition is a dot, each mean lies in the middle of its interval, and nothing leaves the axes."""
    scene = studies.errors_of_study()
    table = studies.table_of_study()
    dots, bars = named(scene, "one repetition"), named(scene, "mean ± 2 standard errors")
    np.testing.assert_allclose(np.sort(dots.x), np.sort(networks["test_error"]), rtol=1e-6)
    np.testing.assert_allclose((bars.x0 + bars.x1) / 2, table["error"], rtol=1e-5)
    np.testing.assert_allclose((bars.x1 - bars.x0) / 4, table["se"], rtol=1e-4)
    source = named(scene, "the source, one run")
    assert len(source.x) == 4
    assert source.color == PAGE
    means = [layer for layer in scene.layers if isinstance(layer, Points) and not layer.name]
    assert [layer.color for layer in means] == [style(name).color for name in table["method"]]
    for layer in scene.layers:
        ends = (layer.x0, layer.x1, layer.y0, layer.y1) if isinstance(layer, Segments) else (layer.x, layer.y)
        across, up = np.concatenate(ends[: len(ends) // 2]), np.concatenate(ends[len(ends) // 2 :])
        assert scene.x.low <= across.min()
        assert across.max() <= scene.x.high
        assert scene.y.low <= up.min() + 1e-6
        assert up.max() <= scene.y.high + 1e-6


def test_dots_lie_nearest_to_the_row_of_their_method(networks):
    """Heights in a row stay within half a row of its tick, and belong to the method that is written there."""
    scene = studies.errors_of_study()
    dots = named(scene, "one repetition")
    rows = np.rint(dots.y)
    for place, words in scene.y.ticks:
        method, trials = words.split(", ")
        own = networks.loc[method]
        own = own[own["n_made"] == int(trials)]["test_error"]
        np.testing.assert_allclose(np.sort(dots.x[rows == place]), np.sort(own), rtol=1e-6)


def test_the_sentence_of_the_study_tells_each_mean():
    """Every method, with its trials, its mean and two standard errors, to a tenth of a per cent."""
    sentence = studies.errors_of_study().sentence
    for row in studies.table_of_study().to_dict("records"):
        assert f"{row['method']}, {row['trials']}: {row['error']:.1f} ± {2 * row['se']:.1f}" in sentence


def test_a_picture_of_part_of_the_repetitions_is_of_these_alone(networks):
    """Whoever ran the experiment again sees their own table."""
    part = networks.reset_index()
    part = part[part["repetition"] < 5]
    dots = named(studies.errors_of_study(part), "one repetition")
    assert len(dots.x) == 5 * 8


def test_the_table_of_regressions_is_paired():
    """Every text is the mean and the standard error of differences, taken by hand, repetition by repetition."""
    table = studies.table_of_regressions()
    kept = trained.load()
    assert table.index[0] == "random"
    assert table.shape == (6, 6)
    for d, budget in table.columns:
        rows = kept[(kept["experiment"] == f"regression-{d}") & (kept["budget"] == budget)]
        wide = rows.pivot_table("test", "repetition", "sampler")
        for name, text in table[d, budget].items():
            values = wide[name] if name == "random" else wide[name] - wide["random"]
            mean, error = map(float, text.replace("\N{MINUS SIGN}", "-").split(" ± "))
            assert mean == pytest.approx(values.mean(), abs=6e-4)
            assert error == pytest.approx(values.std() / len(values) ** 0.5, abs=6e-4)
