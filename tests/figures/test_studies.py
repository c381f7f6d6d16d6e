"""Figures of studies hold the study's numbers, in words too."""

import html
import re

import numpy as np
import pandas as pd
import pytest

from hpo_tutor.figures import studies, style
from hpo_tutor.race.protocol import Cell
from hpo_tutor.race.statistics import (
    INTERVALS,
    bootstrap_t_interval,
    exponential_fit,
    paired_differences,
    ranks,
)

NAMES = ("grid", "lhs", "random")


def study_table(seed=0, n_batches=10, **more):
    """Synthetic rows: the loss of a batch is 1 + 0.1 batch, times 1 + a gamma that falls with the number of points."""
    rng = np.random.default_rng(seed)
    rows = []
    for n in (2, 3, 5):
        for k, name in enumerate(NAMES):
            for batch in range(n_batches):
                least = 1 + 0.1 * batch
                score = least * (1 + (1 + 2 * k) * rng.gamma(2) / n**2)
                cell = Cell("networks", 2, n, name, batch)._asdict()
                rows.append(cell | {"score": score, "observed": 0.999 * score, "optimum": least, "n_made": n**2} | more)
    return pd.DataFrame(rows)


TABLE = study_table()


def shown(text):
    """What a reader sees of text in the page's ink."""
    return html.unescape(re.sub("<[^>]*>", "", text))


def lost(name, n, by="optimum", table=TABLE):
    """What is lost beyond the optimum, or beyond the best of the batch, by hand."""
    rows = table[(table["sampler"] == name) & (table["resolution"] == n)].sort_values("batch")
    best = rows["optimum"] if by == "optimum" else rows["batch"].map(table.groupby("batch")["score"].min())
    return (rows["score"] / best - 1).to_numpy()


@pytest.mark.parametrize("by", ["optimum", "pool"])
def test_curves_are_means_over_batches_with_their_intervals(by):
    """Against means and intervals computed by hand; a row a sampler and number of points."""
    table = studies.curve_table(TABLE, "networks", 2, by=by)
    assert len(table) == 9
    for row in table.to_dict("records"):
        values = lost(row["sampler"], row["resolution"], by)
        low, mean, high, *_ = bootstrap_t_interval(values).above(0)
        assert (row["low"], row["mean"], row["high"]) == pytest.approx((low, mean, high))
        assert (row["points"], row["batches"]) == (row["resolution"] ** 2, 10)


def test_a_line_a_sampler_in_its_own_look():
    """Heights are means, bars end at the intervals' ends, both axes are logarithmic with the budgets as labels."""
    figure, table = (
        studies.curves(TABLE, "networks", 2, by="optimum"),
        studies.curve_table(TABLE, "networks", 2, by="optimum"),
    )
    for trace in figure.data:
        own = table[table["sampler"] == shown(trace.name)]
        np.testing.assert_allclose(trace.y, own["mean"])
        ends = 10 ** np.array(figure.layout.yaxis.range)
        np.testing.assert_allclose(trace.y + trace.error_y.array, np.minimum(own["high"], ends[1]))
        np.testing.assert_allclose(trace.y - trace.error_y.arrayminus, np.maximum(own["low"], ends[0]))
        look = style(shown(trace.name))
        assert (trace.line.color, trace.line.dash, trace.marker.symbol) == (look.color, look.dash, look.symbol)
    assert figure.layout.xaxis.type == figure.layout.yaxis.type == "log"
    assert [shown(text) for text in figure.layout.xaxis.ticktext] == ["4", "9", "25"]


def test_the_legend_is_in_the_order_of_the_last_values():
    """Best first; a sampler that stops early comes after those that go on."""
    table = TABLE[(TABLE["sampler"] != "grid") | (TABLE["resolution"] < 5)]
    assert [shown(trace.name) for trace in studies.curves(TABLE, "networks", 2).data] == ["grid", "lhs", "random"]
    assert [shown(trace.name) for trace in studies.curves(table, "networks", 2).data] == ["lhs", "random", "grid"]


def test_dots_of_one_budget_stand_side_by_side():
    """No two at the same place, all nearer to their own number of points than to another's."""
    xs = np.array([trace.x for trace in studies.curves(TABLE, "networks", 2).data])
    assert np.all(np.diff(xs, axis=0) > 0)
    nearest = np.abs(np.log(xs[..., None]) - np.log([4, 9, 25])).argmin(axis=-1)
    np.testing.assert_array_equal(nearest, np.broadcast_to([0, 1, 2], xs.shape))


def test_curves_say_every_mean_in_words():
    """In the description; the caption names the interval and the batches."""
    figure = studies.curves(TABLE, "networks", 2, by="optimum")
    description = figure.layout.meta["description"]
    for name in NAMES:
        for n in (2, 3, 5):
            assert f"{name} {lost(name, n).mean():.3g} (" in description
    assert shown(figure.layout.title.subtitle.text) == "mean and 95 % interval (bootstrap-t), 10 batches"
    assert "beyond its batch's optimum" in shown(figure.layout.yaxis.title.text)


def test_a_mean_of_zero_has_no_dot_and_is_told():
    """Grid is the best of every batch at 25 points: pooled, it loses nothing there."""
    table = TABLE.copy()
    best = (table["sampler"] == "grid") & (table["resolution"] == 5)
    table.loc[best, "score"] = table.loc[best, "optimum"]
    figure = studies.curves(table, "networks", 2)
    assert len(next(trace for trace in figure.data if shown(trace.name) == "grid").x) == 2
    assert "with 25 points grid 0 (0 to 0)" in figure.layout.meta["description"]
    alone = table[best]
    with pytest.raises(ValueError, match="did only one sampler take part"):
        studies.curves(alone, "networks", 2)


def test_endless_intervals_run_to_the_edge():
    """Nine batches at zero and one at one have no upper limit: finite in the figure, ∞ in words."""
    table = TABLE.copy()
    rows = (table["sampler"] == "grid") & (table["resolution"] == 5)
    table.loc[rows, "score"] = table.loc[rows, "optimum"] * np.where(table.loc[rows, "batch"] == 3, 2, 1)
    figure = studies.curves(table, "networks", 2, by="optimum")
    for trace in figure.data:
        assert np.isfinite(np.array(trace.error_y.array, dtype=float)).all()
    assert "grid 0.1 (0 to ∞)" in figure.layout.meta["description"]


def test_unfinished_budgets_are_left_out():
    """A number of points with one shared batch has no interval yet; of a study with none, nothing can be drawn."""
    early = TABLE[(TABLE["resolution"] < 5) | (TABLE["batch"] == 0)]
    assert set(studies.curve_table(early, "networks", 2)["resolution"]) == {2, 3}
    with pytest.raises(ValueError, match="needs two batches that all samplers finished; networks, d = 2 has none yet"):
        studies.curves(TABLE[TABLE["batch"] == 0], "networks", 2)
    with pytest.raises(ValueError, match=r"rows of trees, d = 2, .*; there are networks, d = 2"):
        studies.curves(TABLE, "trees", 2)


DIFFERENCES = paired_differences({name: lost(name, 5) for name in NAMES})


def test_a_forest_has_a_row_a_pair():
    """Dots are mean differences, bars intervals; what is told apart has the look of the better one."""
    figure = studies.forest(DIFFERENCES)
    found = {}
    for trace in figure.data:
        for k, (pair, *_) in enumerate(trace.customdata):
            found[pair] = (
                trace.x[k],
                trace.x[k] - trace.error_x.arrayminus[k],
                trace.x[k] + trace.error_x.array[k],
                trace,
            )
    assert len(found) == 3
    for row in DIFFERENCES.to_dict("records"):
        mean, low, high, trace = found[f"{row['a']} − {row['b']}"]  # noqa: RUF001
        assert (mean, low, high) == pytest.approx((row["mean"], row["low"], row["high"]))
        better = row["a"] if row["mean"] < 0 else row["b"]
        apart = row["p_holm"] <= 0.05
        assert trace.marker.symbol == (style(better).symbol if apart else "circle-open")
        assert shown(trace.name) == (f"{better} better" if apart else "not told apart")
        assert f"{row['a']} minus {row['b']}" in figure.layout.meta["description"]
    assert len({trace.marker.symbol for trace in figure.data}) > 1  # of both kinds
    assert any(shape.x0 == shape.x1 == 0 for shape in figure.layout.shapes)


def test_a_forest_of_endless_intervals_stays_in_its_frame():
    """Three batches give no limits; the picture ends somewhere, and hovering says ∞."""
    figure = studies.forest(paired_differences({"a": [1.0, 2, 4], "b": [2.0, 2.5, 3]}))
    assert np.isfinite(figure.layout.xaxis.range).all()
    assert figure.data[0].customdata[0][1] == "−∞ to ∞"  # noqa: RUF001
    with pytest.raises(ValueError, match="at least one pair"):
        studies.forest(DIFFERENCES[:0])


def test_critical_differences_show_ranks_and_cliques():
    """A dot at each mean rank, a bar over each clique, a scale of the critical difference."""
    rng = np.random.default_rng(0)
    found = ranks({name: rng.gamma(2, size=44) + shift for name, shift in zip("abcd", (0, 0.2, 0.4, 3), strict=True)})
    figure = studies.critical_differences(found)
    dots = {shown(trace.name): trace.x[0] for trace in figure.data if len(trace.x) == 3}
    assert dots == pytest.approx(dict(zip(found.names, found.mean_ranks, strict=True)))
    lines = [trace for trace in figure.data if len(trace.x) == 2]
    assert len(lines) == len(found.cliques) + 1 >= 2
    for clique, bar in zip(found.cliques, lines, strict=False):
        assert bar.x[0] < dots[clique[0]] <= dots[clique[-1]] < bar.x[1]
        assert all(dots[name] > bar.x[1] or dots[name] < bar.x[0] for name in set(dots) - set(clique))
    assert lines[-1].x[1] - lines[-1].x[0] == pytest.approx(found.critical_difference)
    said = {frozenset(shown(note.text).split()) for note in figure.layout.annotations}
    assert said == {frozenset((name, f"{rank:.2f}")) for name, rank in dots.items()}
    assert "Cannot be told apart: a" in figure.layout.meta["description"]


def test_tails_count_all_batches():
    """The bars hold every batch, the curve is the fitted exponential, the diamond the mean with its interval."""
    values = np.random.default_rng(1).exponential(size=44)
    fit = exponential_fit(values)
    bars, curve, mean = studies.tails(values, fit, name="lhs").data
    assert sum(bars.y) == 44
    assert curve.y[0] == pytest.approx(44 * bars.width / 0.96 / fit.scale)
    assert curve.y[-1] / curve.y[0] == pytest.approx(np.exp(-curve.x[-1] / fit.scale))
    assert mean.x[0] == pytest.approx(values.mean())
    assert bars.marker.line.color == style("lhs").color
    ten = studies.tails(np.append(values[:9], 0.0))
    assert "1 of them exactly 0" in ten.layout.meta["description"]
    assert "Anderson-Darling" in shown(ten.layout.title.subtitle.text)


def test_intervals_are_those_of_each_method():
    """A row a method, in the order asked for; the values above, the truth as a line."""
    values = np.random.default_rng(2).exponential(size=10)
    figure = studies.intervals(values, truth=1.0)
    ticks, bars, truth = figure.data
    np.testing.assert_allclose(ticks.x, values)
    labels = dict(zip(figure.layout.yaxis.tickvals, map(shown, figure.layout.yaxis.ticktext), strict=True))
    assert len(bars.x) == 5
    for k, height in enumerate(bars.y):
        found = INTERVALS[labels[height]](values)
        assert bars.x[k] - bars.error_x.arrayminus[k] == pytest.approx(found.low)
        assert bars.x[k] + bars.error_x.array[k] == pytest.approx(found.high)
    assert set(truth.x) == {1.0}
    assert "The true mean is 1." in figure.layout.meta["description"]
    with pytest.raises(ValueError, match=r"methods must be of gaussian, .*; got bayes"):
        studies.intervals(values, methods=["bayes"])


def test_findings_name_the_best_and_who_is_told_apart():
    """In the synthetic study grid loses least; random, three times as bad, is told apart where p after Holm says so."""
    found = studies.findings(TABLE)
    assert [one.resolution for one in found] == [2, 3, 5]
    for one in found:
        assert (one.best, one.rule, one.n_points) == ("grid", "optimum", one.resolution**2)
        pairs = paired_differences({name: lost(name, one.resolution) for name in NAMES}).set_index(["a", "b"])
        assert one.worse == tuple(name for name in ("lhs", "random") if pairs.loc[("grid", name), "p_holm"] <= 0.05)
        assert set(one.worse) | set(one.alike) == {"lhs", "random"}
        assert one.ranks.names[0] == "grid"
    assert any(one.worse for one in found)


def test_differences_to_the_best_are_turned_where_needed():
    """Best minus other, so none is above 0, with limits to match."""
    table = TABLE.assign(sampler=TABLE["sampler"].map({"grid": "z", "lhs": "a", "random": "m"}))
    last = studies.findings(table.sort_values("sampler"))[-1]
    rows = last.against_best
    assert last.best == "z"
    assert list(rows["b"]) == list(last.means)[1:]
    for row in rows.to_dict("records"):
        values = last.losses["z"] - last.losses[row["b"]]
        assert row["mean"] == pytest.approx(values.mean())
        assert row["low"] < row["mean"] < row["high"]
        assert row["mean"] <= 0


def test_without_a_known_optimum_the_pool_is_the_rule():
    """Also where only some rows lack it; one sampler alone is compared with nobody."""
    unknown = TABLE.assign(optimum=np.where(TABLE["batch"] == 0, np.nan, TABLE["optimum"]))
    assert {one.rule for one in studies.findings(unknown)} == {"pool"}
    alone = studies.findings(TABLE[TABLE["sampler"] == "lhs"])[0]
    assert (alone.best, alone.worse, alone.alike, alone.ranks) == ("lhs", (), (), None)
    assert alone.differences.empty


@pytest.mark.parametrize(
    "figure",
    [
        studies.curves(TABLE, "networks", 2),
        studies.forest(DIFFERENCES, "Networks"),
        studies.critical_differences(ranks({name: lost(name, 5) for name in NAMES})),
        studies.tails(lost("lhs", 5)),
        studies.intervals(lost("lhs", 5)),
    ],
    ids=["curves", "forest", "ranks", "tails", "intervals"],
)
def test_captions_fit_and_all_text_takes_the_pages_ink(figure):
    """Subtitles of at most 60 characters; no number at an axis is left in a grey that is too faint."""
    assert len(shown(figure.layout.title.subtitle.text)) <= 60
    for axis in (figure.layout.xaxis, figure.layout.yaxis):
        if axis.visible is False:
            continue
        assert all("var(--jp" in text for text in axis.ticktext) if axis.ticktext else "var(--jp" in axis.tickprefix
        assert axis.tickvals is None or axis.ticktext is not None


def test_samplers_that_learn_look_as_in_searches():
    """By the short names that studies give them."""
    assert style("gp") == style("BayesianOptimization")
    assert style("tpe") == style("TPE")
    assert style("sparse-grid") == style("SparseGrid")
    assert style("adaptive-random") == style("AdaptiveRandom")
