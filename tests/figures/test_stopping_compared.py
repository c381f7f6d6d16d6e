"""The picture of full trainings against early stopping holds the standings' numbers, in words too."""

import html
import re

import numpy as np
import pandas as pd
import pytest

from hpo_tutor.figures import stopping_won, theme
from hpo_tutor.figures.stopping_compared import CHOSEN, look
from hpo_tutor.race.experiments.stopping import BUDGETS, COLUMNS, CURVES, TOLD
from hpo_tutor.race.experiments.stopping_methods import METHODS
from hpo_tutor.race.experiments.stopping_standings import summary


def searches(seed=0, n_seeds=10):
    """Synthetic rows: regrets fall with the budget, and rise from method to method."""
    rng = np.random.default_rng(seed)
    rows = []
    for curves in sorted(CURVES):
        for k, name in enumerate(METHODS):
            for lap in range(n_seeds):
                for n in BUDGETS:
                    regret = (1 + 0.05 * k) * rng.gamma(4) * 10 / n
                    rows.append((curves, name, lap, n, lap % 5, regret + 1, regret, 81.0, 4))
    return pd.DataFrame(rows, columns=[*COLUMNS])


TABLE = searches()


def shown(text):
    """What a reader sees of text in the page's ink."""
    return html.unescape(re.sub("<[^>]*>", "", text))


def parts(figure):
    """(panel, method) -> its line, and -> its band; panels from the top, from 1."""
    lines, bands = {}, {}
    for trace in figure.data:
        panel = int(trace.yaxis[1:] or 1)
        if trace.fill == "toself":
            bands[panel, trace.name.removeprefix("band of ")] = trace
        else:
            lines[panel, trace.name] = trace
    return lines, bands


def labels(figure, panel):
    """The names at the ends of a panel's lines, from the lowest: (name, end of its line, where it stands, in log10)."""
    yaxis = figure.layout.yaxis if panel == 1 else figure.layout.yaxis2
    here = [one for one in figure.layout.annotations if one.yref == f"y{panel if panel > 1 else ''}"]
    span = yaxis.range[1] - yaxis.range[0]
    found = [(shown(one.text).removeprefix("● "), one.y, one.y - one.ay * span / 260) for one in here]
    return sorted(found, key=lambda one: one[2])


@pytest.mark.parametrize("height", ["median", "mean"])
def test_lines_and_bands_are_the_standings(height):
    """A panel a recording, digits on top; heights and edges of bands against the table, in each method's own look."""
    lines, bands = parts(stopping_won(TABLE, height=height))
    assert set(lines) == set(bands) == {(panel, name) for panel in (1, 2) for name in CHOSEN}
    table = summary(TABLE)
    low, high = {"median": ("lower", "upper"), "mean": ("low", "high")}[height]
    for (panel, name), line in lines.items():
        own = table[(table["method"] == name) & (table.curves == CURVES[panel - 1])].sort_values("total_epochs")
        np.testing.assert_allclose(line.x, own["total_epochs"])
        np.testing.assert_allclose(line.y, own[height])
        band = bands[panel, name]
        np.testing.assert_allclose(band.y, [*own[high], *np.maximum(own[low], 1e-12)[::-1]])
        np.testing.assert_allclose(band.x, [*own["total_epochs"], *own["total_epochs"][::-1]])
        assert (line.line.color, line.line.dash, line.marker.symbol) == tuple(look(name))
    assert stopping_won(TABLE).layout.showlegend is False


def test_no_two_methods_look_the_same():
    """Colour, dash and symbol: no two have all three, nor the same colour and dash."""
    looks = [look(name) for name in METHODS]
    assert len({(one.color, one.dash) for one in looks}) == len(looks)


@pytest.mark.parametrize("methods", [CHOSEN, tuple(METHODS), ("random",)])
def test_names_stand_at_the_ends_of_their_lines(methods):
    """In the lines' order, none on another, and each with a thread to where its line ends."""
    figure = stopping_won(TABLE, methods)
    lines, _ = parts(figure)
    for panel in (1, 2):
        found = labels(figure, panel)
        yaxis = figure.layout.yaxis if panel == 1 else figure.layout.yaxis2
        assert {name for name, _, _ in found} == {*methods}
        ends = [lines[panel, name].y[-1] for name, _, _ in found]
        assert ends == sorted(ends)
        np.testing.assert_allclose([end for _, end, _ in found], np.log10(ends), atol=1e-9)
        pixels = 260 / (yaxis.range[1] - yaxis.range[0])
        assert all(gap >= 16.9 for gap in np.diff([place for _, _, place in found]) * pixels)


def test_names_move_no_farther_than_they_must():
    """Where lines end far apart, each name stands beside its own."""
    table = TABLE[TABLE["method"].isin(["random", "bohb"])].copy()
    table.loc[table["method"] == "bohb", "regret"] *= 10
    for panel in (1, 2):
        for _, end, place in labels(stopping_won(table, ["random", "bohb"]), panel):
            assert place == pytest.approx(end)


def test_both_axes_are_logarithmic_and_all_lines_are_seen():
    """No line leaves its panel, whatever its band does; the epochs are written once, at the bottom."""
    for height in ("median", "mean"):
        figure = stopping_won(TABLE, tuple(METHODS), height=height)
        for trace in figure.data:
            if trace.fill is None:
                low, high = (figure.layout.yaxis2 if trace.yaxis == "y2" else figure.layout.yaxis).range
                assert low < np.log10(trace.y).min() <= np.log10(trace.y).max() < high
        assert {one.type for one in figure.select_xaxes()} == {one.type for one in figure.select_yaxes()} == {"log"}
        assert [shown(one.title.text) for one in figure.select_xaxes()] == ["", "epochs spent, over all trials"]


@pytest.mark.parametrize("height", ["median", "mean"])
def test_the_description_says_every_line(height):
    """What each method reached after 5, 10, 20 and 40 trainings' worth; the subtitle fits a narrow window."""
    figure = stopping_won(TABLE, height=height)
    said, table = figure.layout.meta["description"], summary(TABLE)
    for row in table[table["method"].isin(CHOSEN) & table.total_epochs.isin(TOLD)].to_dict("records"):
        place = said.split(f"{row['curves']}, {row['total_epochs']} epochs: ")[1].split(";")[0]
        assert f"{row['method']} {row[height]:.3g} (" in place
    assert len(shown(figure.layout.title.subtitle.text)) <= 60
    assert "10 seeds, 5 data batches" in shown(figure.layout.title.subtitle.text)


def test_text_takes_the_pages_own_colour():
    """Titles of axes, numbers and names."""
    figure = stopping_won(TABLE)
    assert all(theme.INK in one.text for one in figure.layout.annotations)
    for one in (*figure.select_xaxes(), *figure.select_yaxes()):
        assert theme.INK in one.title.text
        assert all(theme.INK in text for text in one.ticktext)


def test_one_recording_is_one_panel():
    """As high as one; the other is neither drawn nor told."""
    figure = stopping_won(TABLE, curves=["aleph-curves"])
    assert figure.layout.height < stopping_won(TABLE).layout.height
    assert "digits" not in figure.layout.meta["description"]


def test_what_is_not_there_is_refused():
    """The message says what is missing, and what there is."""
    with pytest.raises(ValueError, match=r"none of .*'mine'.*the table has asha, .* on aleph-curves, digits-curves"):
        stopping_won(TABLE, ["random", "mine"])
    with pytest.raises(ValueError, match="mnist-curves"):
        stopping_won(TABLE, curves=["mnist-curves"])
    with pytest.raises(ValueError, match="median, mean, it is 'best'"):
        stopping_won(TABLE, height="best")
