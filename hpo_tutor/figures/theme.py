"""How do all figures look? A second sign beside each colour, text for light and dark pages, no way off the machine.

A figure's background is the page's. No single colour is legible on both: white and JupyterLab's dark #111111 differ by
18.9 to 1, so the best grey has 4.3 to 1 on each, and small text needs 4.5. Text therefore takes the page's own colour
through a CSS variable, where there is one, and that grey elsewhere.
"""

import html
import math
import zlib
from itertools import product
from typing import Any, NamedTuple

import plotly.graph_objects as go
import plotly.io as pio

FALLBACK = "#797979"  # the grey with the same contrast to white and to #111111
INK = f"var(--jp-content-font-color1, var(--vscode-foreground, {FALLBACK}))"
MINUS = "\N{MINUS SIGN}"
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
RULES = "rgba(128, 128, 128, 0.28)"  # grid lines
FONT = "system-ui, -apple-system, 'Segoe UI', 'Liberation Sans', sans-serif"
TOOLTIP = {"bgcolor": "#22262b", "bordercolor": "#22262b", "font": {"color": "#ffffff", "size": 13}}

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


class Style(NamedTuple):
    """How a sampler looks in every figure.

    Attributes:
        color: of the palette of Okabe and Ito, which the colour-blind can tell apart.
        dash: of its lines.
        symbol: of its points.
    """

    color: str
    dash: str
    symbol: str


ORANGE, SKY, GREEN, BLUE, RED, PINK = "#E69F00", "#56B4E9", "#009E73", "#0072B2", "#D55E00", "#CC79A7"

STYLES = {
    "grid": Style(RED, "dash", "square"),
    "grid-midpoints": Style(ORANGE, "longdash", "diamond"),
    "jittered": Style(PINK, "dot", "cross"),
    "random": Style(BLUE, "solid", "circle"),
    "lhs": Style(GREEN, "dashdot", "triangle-up"),
    "sobol": Style(SKY, "longdashdot", "pentagon"),
    "rsa": Style(GREEN, "dash", "hexagon"),
    "hypertiling": Style(ORANGE, "dot", "star-diamond"),
    "rsa-lhs": Style(SKY, "dash", "triangle-down"),
    "BayesianOptimization": Style(PINK, "solid", "star"),
    "TPE": Style(GREEN, "solid", "bowtie"),
    "SparseGrid": Style(RED, "solid", "x"),
    "AdaptiveRandom": Style(SKY, "solid", "hourglass"),
    "Tiles": Style(ORANGE, "solid", "square-x"),
}

_SPARE = [
    Style(color, dash, symbol)
    for (color, dash), symbol in zip(
        product((BLUE, RED, GREEN, PINK, ORANGE, SKY), ("dot", "dashdot", "longdash", "longdashdot", "dash")),
        ("triangle-left", "diamond-tall", "star-square", "triangle-right", "diamond-wide", "hexagram") * 5,
        strict=True,
    )
    if (color, dash) not in {(known.color, known.dash) for known in STYLES.values()}
]


def style(name: str) -> Style:
    """A sampler's colour, dash and symbol: the same in every figure, also for names that the course does not know."""
    return STYLES.get(name) or _SPARE[zlib.crc32(name.encode()) % len(_SPARE)]


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
        font={"family": FONT, "size": 13, "color": FALLBACK},
        title={
            "text": f"<b>{ink(title)}</b>",
            "subtitle": {"text": ink(subtitle), "font": {"size": 13}},
            "font": {"size": 16},
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
        "title": {"text": ink(title), "standoff": 8, "font": {"size": 13}},
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
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    steps = (1,) if decades or last - first > 4 else (1, 2, 5)
    plain = first >= -4 and last <= 4  # one way of writing for the whole axis
    stride = math.ceil((last - first) / 12)  # no more labels than there is room for
    values = [(step, decade) for decade in range(first, last + 1, max(stride, 1)) for step in steps]
    return {
        "type": "log",
        "tickvals": [step * 10.0**decade for step, decade in values],
        "ticktext": [ink(_scientific(step, decade, plain)) for step, decade in values],
        "tickprefix": "",
        "ticksuffix": "",
    }


def _scientific(step: int, decade: int, plain: bool) -> str:
    """A number as one would write it: 0.02, 500, or else 2·10⁻⁷."""
    if plain or decade in (0, 1):
        return f"{step * 10.0**decade:.10g}"
    return ("" if step == 1 else f"{step}·") + "10" + str(decade).translate(SUPERSCRIPTS)


def number(value: float) -> str:
    """A number for a sentence, to three digits; the whole number where it has more than three before the point."""
    return f"{value:{'.0f' if 1e3 <= abs(value) < 1e6 else '.3g'}}".replace("-", MINUS)


def _stay_on_this_machine() -> None:
    """Give every notebook renderer the course's mode bar, and never put a copy of plotly into each output."""
    for name in pio.renderers:
        renderer = pio.renderers[name]
        if isinstance(getattr(renderer, "config", None), dict):
            renderer.config.update(CONFIG)
    if pio.renderers.default == "plotly_mimetype+notebook":  # plotly 6 in a notebook: 4 MB a figure
        pio.renderers.default = "plotly_mimetype"


_stay_on_this_machine()
