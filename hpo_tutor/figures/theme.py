"""How do all figures look? A second sign beside each colour, text for light and dark pages, no way off the machine.

A figure's background is the page's. No single colour is legible on both: white and JupyterLab's dark #111111 differ by
18.9 to 1, so the best grey has 4.3 to 1 on each, and small text needs 4.5. Text therefore takes the page's own colour
through a CSS variable, where there is one, and that grey elsewhere.
"""

import html
import os
from typing import Any

import plotly.graph_objects as go
import plotly.io as pio
from plotly.io.base_renderers import ExternalRenderer, MimetypeRenderer

from hpo_tutor.scenes import ticks
from hpo_tutor.scenes.looks import BLUE, GREY, SIZES

FALLBACK = GREY
INK = f"var(--jp-content-font-color1, var(--vscode-foreground, {FALLBACK}))"
RULES = "rgba(128, 128, 128, 0.28)"  # grid lines
FONT = "system-ui, -apple-system, 'Segoe UI', 'Liberation Sans', sans-serif"
TOOLTIP = {"bgcolor": "#22262b", "bordercolor": "#22262b", "font": {"color": "#ffffff", "size": SIZES["labels"]}}

BUTTONS_TOO_MANY = ["select2d", "lasso2d", "zoomIn2d", "zoomOut2d", "autoScale2d"]  # they would cover narrow titles

# not "responsive": with it JupyterLab draws every figure 0 pixels high once the theme is changed, and without it a
# figure follows the width of its cell all the same
CONFIG: dict[str, Any] = {
    "displaylogo": False,
    "showSendToCloud": False,  # plotly 7 would offer to upload the chart
    "plotlyServerURL": "",
    "modeBarButtonsToRemove": BUTTONS_TOO_MANY,
}
"""Pass as ``config=`` to ``Figure.write_html`` and ``Figure.show``; notebooks have it already."""


def ink(text: str) -> str:
    """Text in the colour of the page's own text; markup in it is shown, not followed."""
    return f'<span style="color:{INK}">{html.escape(text, quote=False)}</span>'


def rgba(color: str, alpha: float) -> str:
    """A colour of the palette, made translucent."""
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, {alpha})"


def dressed(figure: go.Figure, title: str, subtitle: str, description: str, height: int = 420) -> go.Figure:
    """The figure with the course's layout.

    Args:
        figure: traces, with axes that are made by ``axis``.
        title: what is shown, in a few words.
        subtitle: how to read it, naming the band; one line of at most 60 characters, so that it fits a narrow window.
        description: a sentence for those who do not see it.
        height: pixels; the width is that of the page.
    """
    figure.update_layout(
        template="none",
        autosize=True,
        height=height,
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"family": FONT, "size": SIZES["labels"], "color": FALLBACK},
        title={
            "text": f"<b>{ink(title)}</b>",
            "subtitle": {"text": ink(subtitle), "font": {"size": SIZES["labels"]}},
            "font": {"size": SIZES["headings"]},
            "x": 0,
            "xref": "paper",
            "xanchor": "left",
            "y": 1,
            "yref": "container",
            "yanchor": "top",
            "pad": {"t": 14},
        },
        margin={"l": 64, "r": 16, "t": 72, "b": 48},
        legend={
            "orientation": "h",
            "x": 0,
            "xanchor": "left",
            "y": 0,
            "yref": "container",  # below the axis title, however many rows a narrow window makes of it
            "yanchor": "bottom",
            "itemsizing": "constant",
        },
        hoverlabel=TOOLTIP,
        modebar={
            "bgcolor": "rgba(0,0,0,0)",
            "color": FALLBACK,
            "activecolor": BLUE,
            "remove": ["sendChartToCloud", *BUTTONS_TOO_MANY],
        },
        meta={"description": description},
    )
    return figure


def axis(title: str, **options: Any) -> dict[str, Any]:
    """An axis with its name and unit, lines that show on any page, and numbers in the page's ink.

    Tooltips have a ground of their own: in their templates give each number of an axis a format (``%{x:.4g}``), or
    plotly takes the axis' label, ink and all.
    """
    prefix, suffix = ink("|").split("|")
    return {
        "title": {"text": ink(title), "standoff": 8, "font": {"size": SIZES["labels"]}},
        "tickprefix": prefix,
        "ticksuffix": suffix,
        "showtickprefix": "all",
        "showticksuffix": "all",
        "gridcolor": RULES,
        "linecolor": FALLBACK,
        "tickcolor": FALLBACK,
        "ticks": "outside",
        "showline": True,
        "zeroline": False,
        "automargin": True,
        **options,
    }


def log_ticks(low: float, high: float, decades: bool = False) -> dict[str, Any]:
    """A logarithmic axis labelled 1, 2, 5, 10, 20, ... between two positive values, by powers of ten if they are many.

    Plotly's own labels within a decade are bare digits, 2 for 0.02, and do not take the page's ink.

    Args:
        low: its lower end, positive.
        high: its upper end.
        decades: whether to label powers of ten alone.
    """
    values = ticks.logarithmic(low, high, decades)
    return {
        "type": "log",
        "tickvals": [value for value, _ in values],
        "ticktext": [ink(text) for _, text in values],
        "tickprefix": "",
        "ticksuffix": "",
    }


class Words(ExternalRenderer):  # type: ignore[misc]
    """What a figure shows, in words below it: JupyterLab draws plotly's own type and knows no alternative text.

    They are folded away, for they hold every number; a page of the book or of a deck says them as the figure's label.
    """

    def render(self, fig: dict[str, Any]) -> None:
        """Show the figure's description, where it has one."""
        words = fig.get("layout", {}).get("meta", {}).get("description")
        if words and os.environ.get("HPO_TUTOR_PAGES") != "1":
            from IPython.display import display

            page = f"<details><summary>This figure in words</summary><p>{html.escape(words)}</p></details>"
            display({"text/plain": words, "text/html": page}, raw=True)  # type: ignore[no-untyped-call]


def _stay_on_this_machine() -> None:
    """Give every notebook renderer the course's mode bar, and never put a copy of plotly into each output."""
    for name in pio.renderers:
        renderer = pio.renderers[name]
        if isinstance(getattr(renderer, "config", None), dict):
            renderer.config.update(CONFIG)
    if pio.renderers.default == "plotly_mimetype+notebook":  # plotly 6 in a notebook: 4 MB a figure
        pio.renderers.default = "plotly_mimetype"


def _speak() -> None:
    """Let every figure that a notebook shows come with its words."""
    pio.renderers["words"] = Words()
    shown = (pio.renderers.default or "").split("+")
    if any(isinstance(pio.renderers[name], MimetypeRenderer) for name in shown if name in pio.renderers):
        pio.renderers.default = "+".join([*shown, "words"])


_stay_on_this_machine()
_speak()
