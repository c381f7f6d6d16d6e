"""Figures of races hold the race's numbers."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from hpo_tutor import problems
from hpo_tutor.figures import differences, regret, style
from hpo_tutor.figures.races import median_interval
from hpo_tutor.race import Race, compare
from hpo_tutor.trials import History, Trial

RACE = compare(["grid", "random", "sobol"], problems.function("branin"), n_trials=12, seeds=range(9))


def tiny(scores, optimum=None):
    """A race with given scores, sampler -> a list of searches."""
    rows, histories = [], {}
    for name, searches in scores.items():
        for seed, search in enumerate(searches):
            histories[name, seed] = History([Trial(i, {}, losses=(x,)) for i, x in enumerate(search)])
            for i, x in enumerate(search):
                values = {"loss": x, "incumbent": x, "score": x, "regret": np.nan if optimum is None else x - optimum}
                rows.append({"sampler": name, "seed": seed, "trial": i, **values})
    n_seeds, n_trials = len(searches), len(search)
    return Race(pd.DataFrame(rows), tuple(scores), tuple(range(n_seeds)), n_trials, "error", histories)


def traces(figure, name):
    """The traces of one sampler: lower edge, upper edge, median."""
    return [trace for trace in figure.data if trace.legendgroup == name]


@pytest.mark.parametrize("column", ["regret", "score", "incumbent"])
def test_lines_are_medians_and_bands_are_quartiles(column):
    """Against numpy's quantiles of the race's curves, trial by trial."""
    figure = regret(RACE, column)
    for name in RACE.samplers:
        low, high, median = traces(figure, name)
        wanted = np.quantile(RACE.curves(column)[name], [0.25, 0.75, 0.5], axis=0)
        np.testing.assert_allclose([low.y, high.y, median.y], wanted, rtol=1e-12)
        np.testing.assert_array_equal(median.x, np.arange(1, 13))
        np.testing.assert_allclose(np.transpose(median.customdata), wanted[:2])
        assert high.fill == "tonexty"
        assert low.hoverinfo == high.hoverinfo == "skip"


def test_lines_lie_above_all_bands():
    """The order of drawing: each band with its own lower edge before it, then all medians."""
    modes = [trace.mode for trace in regret(RACE).data]
    assert modes == ["lines"] * 6 + ["lines+markers"] * 3
    assert [trace.fill for trace in regret(RACE).data[:6]] == [None, "tonexty"] * 3


def test_a_sampler_keeps_its_style():
    """Line and points have the sampler's colour, dash and symbol, in every figure."""
    for name in RACE.samplers:
        median = traces(regret(RACE), name)[2]
        assert (median.line.color, median.line.dash, median.marker.symbol) == style(name)
    better = traces(differences(RACE, "grid", "random"), "random")[0]
    assert (better.marker.color, better.marker.symbol) == (style("random").color, style("random").symbol)


def test_the_caption_names_the_band_and_the_description_the_outcome():
    """The subtitle says what line and band are; the description holds each sampler's final median and quartiles."""
    figure = regret(RACE)
    assert "median (line) and quartiles (band) over 9 seeds" in figure.layout.title.subtitle.text
    final = RACE.quartiles("regret").loc["sobol"]
    wanted = f"sobol {final['median']:.3g} (quartiles {final['lower quartile']:.3g} to {final['upper quartile']:.3g})"
    assert wanted in figure.layout.meta["description"]
    assert "After 12 trials" in figure.layout.meta["description"]


def test_the_axis_is_logarithmic_where_that_helps():
    """A regret of zero has no logarithm, and over less than a factor of four a linear axis has more labels."""
    assert regret(RACE).layout.yaxis.type == "log"
    assert regret(tiny({"a": [[3, 0], [2, 0]]}, optimum=0)).layout.yaxis.type == "linear"
    assert regret(tiny({"a": [[-3, -4], [-2, -5]]})).layout.yaxis.type == "linear"
    assert regret(tiny({"a": [[5.9, 5.5], [5.7, 5.6]]})).layout.yaxis.type == "linear"
    assert regret(tiny({"a": [[5.9, 0.5], [5.7, 0.6]]})).layout.yaxis.type == "log"


@pytest.mark.parametrize(
    ("scores", "wanted"),
    [
        ([0.3, 0.012], ["0.02", "0.05", "0.1", "0.2"]),
        ([3e4, 2e-7], ["10⁻⁶", "10⁻³", "1", "10³"]),
        ([9e-6, 2e-7], ["2·10⁻⁷", "10⁻⁶", "5·10⁻⁶"]),
        ([1e30, 1e-30], ["1"]),
    ],
)
def test_labels_of_a_logarithmic_axis(scores, wanted):
    """Full numbers at 1, 2 and 5 within few decades, powers of ten over many; never bare digits, never a mixture."""
    ax = regret(tiny({"a": [scores]})).layout.yaxis
    labels = [text.split(">")[1].split("<")[0] for text in ax.ticktext]
    assert set(wanted) <= set(labels)
    assert 3 <= sum(scores[1] <= value <= scores[0] for value in ax.tickvals) <= 13
    plain = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
    for value, label in zip(ax.tickvals, labels, strict=True):
        if label.isascii():
            assert float(label) == pytest.approx(value)
        else:
            step, _, power = label.rpartition("10")
            assert float((step.rstrip("·") or "1") + "e" + power.translate(plain)) == pytest.approx(value)


def test_regret_where_it_is_known_else_the_score():
    """Without an optimum the score is drawn; asking for the regret then is an error with a way out."""
    race = tiny({"a": [[3, 1], [2, 2]]})
    assert "expected error" in regret(race).layout.yaxis.title.text
    assert "regret" in regret(tiny({"a": [[3, 1]]}, optimum=0)).layout.yaxis.title.text
    with pytest.raises(ValueError, match="known optimum, this one has none; use column='score'"):
        regret(race, "regret")
    with pytest.raises(ValueError, match="must be one of incumbent, score, regret; it is 'loss'"):
        regret(race, "loss")


def test_what_has_not_succeeded_yet_is_not_drawn():
    """Where more than a quarter of the seeds failed so far, the upper quartile is infinite and left out."""
    nan = np.nan
    figure = regret(tiny({"a": [[nan, 2], [nan, 4], [1, 1], [1, 1]]}))
    low, high, median = traces(figure, "a")
    assert low.y[0] == 1
    assert np.isnan(high.y[0])
    assert list(np.isnan(median.y)) == [True, False]


def test_one_seed_and_one_trial_can_be_drawn():
    """The smallest race has a figure."""
    figure = regret(tiny({"a": [[3.0]]}))
    assert "over 1 seed<" in figure.layout.title.subtitle.text


def test_differences_are_the_races():
    """Points left of zero are seeds in which a was better; together they are all differences, each with its seed."""
    figure = differences(RACE, "grid", "random")
    values = RACE.differences("grid", "random")
    drawn = {}
    for name in ("grid", "random"):
        for trace in traces(figure, name):
            assert np.all(np.array(trace.x) < 0) if name == "grid" else np.all(np.array(trace.x) > 0)
            drawn |= dict(zip(trace.customdata, trace.x, strict=True))
    assert [drawn[seed] for seed in RACE.seeds] == list(values)
    median = traces(figure, "median")[0]
    assert median.x[0] == np.median(values)
    low, high = median_interval(values)
    assert median.error_x.array[0] == pytest.approx(high - np.median(values))
    assert median.error_x.arrayminus[0] == pytest.approx(np.median(values) - low)


def test_equal_seeds_and_few_seeds():
    """Equal scores are neither's success; with five seeds there is no interval, and the figure says so."""
    figure = differences(tiny({"a": [[1.0], [2.0], [3.0]], "b": [[1.0], [1.0], [4.0]]}), "a", "b")
    assert [len(traces(figure, name)[0].x) for name in ("a", "b", "equal")] == [1, 1, 1]
    assert not traces(figure, "median")[0].error_x.visible
    assert "a is better in 1 of 3 seeds, b in 1" in figure.layout.meta["description"]
    assert "too few seeds" in figure.layout.meta["description"]


@pytest.mark.parametrize("n", range(1, 60))
def test_the_interval_takes_the_tightest_pair_of_ranks_that_covers(n):
    """Ranks k and n + 1 - k cover the median with 1 - 2 P(fewer than k below), the largest k with at least 95 %."""
    interval = median_interval(np.arange(1.0, n + 1))
    k = max((k for k in range(1, n // 2 + 1) if 1 - 2 * binom.cdf(k - 1, n, 0.5) >= 0.95), default=0)
    assert interval == ((k, n + 1 - k) if k else None)


def test_the_interval_covers_the_true_median_of_a_skewed_distribution():
    """Of 2,000 samples of 20 exponential numbers, at least 94 % of intervals hold ln 2, whatever the skew."""
    draws = np.random.default_rng(0).exponential(size=(2000, 20))
    intervals = [median_interval(row) for row in draws]
    covered = np.mean([low <= np.log(2) <= high for low, high in intervals])
    assert covered >= 0.95 - 4 * (0.05 * 0.95 / 2000) ** 0.5


def test_a_search_that_found_nothing_counts_against_its_sampler():
    """Of five seeds a failed on two: the median moves to b's side, and the sentence tells of the two."""
    nothing = [np.nan, np.nan]
    race = tiny({"a": [[1, 1], [1, 1], [3, 3], nothing, nothing], "b": [[2, 2]] * 5})
    figure = differences(race, "a", "b")
    assert traces(figure, "median")[0].x[0] == 1
    assert "2 of them found nothing" in figure.layout.meta["description"]
    with pytest.raises(ValueError, match="needs a seed on which a or b succeeded"):
        differences(tiny({"a": [nothing], "b": [nothing]}), "a", "b")
