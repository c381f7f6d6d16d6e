"""Figures on any page: legible text, no way off the machine, a second sign beside each colour."""

import re
import subprocess
import sys

import plotly.io as pio
import pytest
from eyes import channels, contrast

from hpo_tutor import problems
from hpo_tutor.figures import CONFIG, differences, landscape, regret, style, theme
from hpo_tutor.race import compare
from hpo_tutor.scenes import looks

BRANIN = problems.function("branin")
RACE = compare({"grid": "grid", "<b>mine</b>": "random"}, BRANIN, n_trials=9, seeds=range(8))
FIGURES = [regret(RACE), differences(RACE, "grid", "<b>mine</b>"), landscape(BRANIN, RACE)]

every_figure = pytest.mark.parametrize("figure", FIGURES, ids=["regret", "differences", "landscape"])


def texts(figure):
    """Every text of a figure that stands on the page itself."""
    layout = figure.layout
    found = [layout.title.text, layout.title.subtitle.text]
    for ax in (layout.xaxis, layout.yaxis):
        if ax.visible is not False:
            found.append(ax.title.text)
            found += ax.ticktext or [ax.tickprefix + "1" + ax.ticksuffix]
    for trace in figure.data:
        if trace.type == "scatter" and trace.showlegend is not False:
            found.append(trace.name)
        if trace.type == "heatmap":
            found += list(trace.colorbar.ticktext)
    return found


@every_figure
def test_text_takes_the_pages_own_colour(figure):
    """Each title, label, number and legend entry is drawn in the page's text colour, through a CSS variable."""
    found = texts(figure)
    assert len(found) >= 6
    for text in found:
        assert re.fullmatch(rf'(<b>)?<span style="color:{re.escape(theme.INK)}">.+</span>(</b>)?', text), text


def test_contrasts_of_text():
    """JupyterLab's text and the tooltips reach 4.5 to 1; no one colour can on both; the fallback is nearest."""
    white, dark = channels("#ffffff"), channels("#111111")
    assert contrast(channels("#212121"), white) >= 4.5  # JupyterLab light: black at 87 %
    assert contrast(white, dark) >= 4.5
    assert contrast(channels(theme.TOOLTIP["font"]["color"]), channels(theme.TOOLTIP["bgcolor"])) >= 4.5
    greys = {f"#{i:02x}{i:02x}{i:02x}" for i in range(256)}
    both = {grey: min(contrast(channels(grey), ground) for ground in (white, dark)) for grey in greys}
    assert max(both.values()) < 4.5
    assert both[theme.FALLBACK] >= 0.99 * max(both.values())


@every_figure
def test_the_page_shines_through(figure):
    """Paper and plot have no colour of their own."""
    assert figure.layout.paper_bgcolor == figure.layout.plot_bgcolor == "rgba(0,0,0,0)"


@every_figure
def test_the_width_is_the_pages(figure):
    """No figure has a width, and its lines of text fit a window of 500 pixels."""
    assert figure.layout.width is None
    assert figure.layout.autosize
    for text in texts(figure)[:2]:
        assert len(re.sub("<[^>]+>", "", text)) <= 60


@every_figure
def test_the_mode_bar_offers_no_way_off_the_machine(figure, monkeypatch):
    """In a notebook a figure is one piece of plotly's own type, without logo and without the upload button."""
    monkeypatch.setattr(pio.renderers, "default", "plotly_mimetype")
    bundle = figure._repr_mimebundle_()
    assert list(bundle) == ["application/vnd.plotly.v1+json"]
    config = bundle["application/vnd.plotly.v1+json"]["config"]
    assert config["displaylogo"] is False
    assert config["showSendToCloud"] is False
    assert "sendChartToCloud" in figure.layout.modebar.remove


def test_every_renderer_of_notebooks_has_the_same_mode_bar():
    """Whatever plotly chooses to show figures with, the course's settings are there."""
    renderers = [pio.renderers[name] for name in pio.renderers]
    with_config = [renderer for renderer in renderers if isinstance(getattr(renderer, "config", None), dict)]
    assert len(with_config) >= 5
    for renderer in with_config:
        assert CONFIG.items() <= renderer.config.items()


@every_figure
def test_it_says_in_words_what_it_shows(figure):
    """The description is a sentence of plain text with numbers in it."""
    description = figure.layout.meta["description"]
    assert len(description) > 60
    assert description.endswith(".")
    assert re.search(r"\d", description)
    assert "span" not in description


@every_figure
def test_no_latex_and_no_foreign_markup(figure):
    """Plotly would show LaTeX as raw text offline; a sampler's name that holds markup is shown as text."""
    for text in texts(figure):
        assert "$" not in text
        assert "\\" not in text
    assert "<b>mine" not in figure.to_json().replace("\\u003c", "<")
    assert "mine" in figure.to_json()


def test_known_samplers_differ_in_more_than_colour():
    """No two share a symbol, and none share colour and dash."""
    styles = [style(name) for name in looks.STYLES]
    assert len({look.symbol for look in styles}) == len(styles)
    assert len({(look.color, look.dash) for look in styles}) == len(styles)


def test_unknown_samplers_keep_one_style_that_is_nobodys():
    """A name has the same style in every process, and never that of a known sampler."""
    known = {(look.color, look.dash) for look in looks.STYLES.values()}
    drawn = {f"sampler {i}": style(f"sampler {i}") for i in range(200)}
    assert all((look.color, look.dash) not in known for look in drawn.values())
    assert len(set(drawn.values())) > 10
    code = "from hpo_tutor.figures import style; print(repr(tuple(style('sampler 7'))))"
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert other.strip() == repr(tuple(drawn["sampler 7"]))


def test_races_do_not_load_plotly():
    """Only figures import plotly."""
    code = "import sys, hpo_tutor.race, hpo_tutor.samplers.design; sys.exit('plotly' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
