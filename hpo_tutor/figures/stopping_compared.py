"""Who makes the most of its epochs? The searches of ``race.experiments.stopping``, a panel for each recording.

height   of a line: the median regret, or the mean
band     between the quartiles of the seeds, or the 95 % interval of the mean (Student's, over data batches)
regret   what the incumbent is worth when it is trained to the end, minus the smallest there is

Names stand at the ends of the lines, in the lines' order, so that no legend has to be learnt.
"""

from collections.abc import Mapping, Sequence
from html import escape
from types import MappingProxyType

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from hpo_tutor.figures.theme import FALLBACK, axis, dressed, ink, log_ticks, rgba
from hpo_tutor.race.experiments.stopping import CURVES, TOLD
from hpo_tutor.race.experiments.stopping_standings import summary
from hpo_tutor.scenes.looks import ORANGE, PINK, RED, SKY, Style, style
from hpo_tutor.scenes.ticks import number

CHOSEN = ("random", "tpe", "hyperband", "bohb")
PANEL, FRAME = 260, 150  # pixels: of a panel, and of all that is around the panels
LINE = 17  # pixels that a name at the end of a line takes
DEEPEST = 2.0  # times below the smallest line where the picture ends; a band may go on
BANDS = MappingProxyType({"median": ("lower", "upper", "middle half"), "mean": ("low", "high", "95 % interval")})

# families have a colour, their members a dash and a symbol: some would have looked the same
_FAMILIES: Mapping[str, Style] = MappingProxyType(
    {
        "halving": Style(ORANGE, "solid", "triangle-down"),
        "halving-3": Style(ORANGE, "dash", "diamond"),
        "halving-9": Style(ORANGE, "dot", "square"),
        "hyperband-9": Style(RED, "dot", "triangle-right"),
        "bohb-9": Style(SKY, "dot", "star"),
        "asha": Style(PINK, "longdash", "pentagon"),
        "asha-9": Style(PINK, "dot", "hexagon"),
        "asha-stopping": Style(PINK, "dashdot", "star-diamond"),
        "asha-bohb": Style(PINK, "dash", "cross"),
    }
)


def stopping_won(
    table: pd.DataFrame,
    methods: Sequence[str] = CHOSEN,
    *,
    curves: Sequence[str] | None = None,
    height: str = "median",
) -> go.Figure:
    """How far from the best each method is, the more epochs it has spent; a panel for each recording, both axes log.

    Args:
        table: of ``race.experiments.stopping.load``.
        methods: shows only these; five lines are as many as one can follow.
        curves: recordings, from the top; None is all of the table.
        height: "median", with a band between the quartiles of the seeds, or "mean", with its 95 % interval.

    Raises:
        ValueError: the height is neither, or the table has no such rows.
    """
    if height not in BANDS:
        raise ValueError(f"a line's height must be one of {', '.join(BANDS)}, it is {height!r}")
    rows = summary(table[table["method"].isin(methods)])
    there = set(table["curves"])
    usual = [one for one in CURVES if one in there]
    places = [*usual, *sorted(there - {*usual})] if curves is None else list(curves)
    rows = rows[rows["curves"].isin(places)]
    missing = [(one, name) for one in places for name in methods if rows[_of(rows, one, name)].empty]
    if missing or not places or not methods:
        raise ValueError(
            f"a picture needs searches of each method on all curves, there are none of {missing or 'any'}; the table "
            f"has {', '.join(sorted(set(table['method']))) or 'none'} on {', '.join(sorted(set(table['curves'])))}"
        )
    figure = make_subplots(len(places), 1, shared_xaxes=True, vertical_spacing=0.3 / len(places) ** 2)
    budgets = sorted({int(n) for n in rows["total_epochs"]})
    for panel, one in enumerate(places, start=1):
        here = rows[rows["curves"] == one]
        for name in methods:
            for trace in _traces(name, here[here["method"] == name], height):
                figure.add_trace(trace, row=panel, col=1)
        low, high = _ends(here, height)
        figure.update_yaxes(
            axis(f"regret, {one}", **log_ticks(low, high)) | {"range": np.log10([low, high]).tolist()}, row=panel, col=1
        )
        _name_lines(figure, here, panel, height, (low, high))
    ticks = log_ticks(budgets[0], budgets[-1]) | {"range": np.log10([budgets[0] / 1.05, budgets[-1] * 1.05]).tolist()}
    for panel in range(1, len(places) + 1):
        title = "epochs spent, over all trials" if panel == len(places) else ""
        figure.update_xaxes(axis(title, **ticks), row=panel, col=1)
    n_seeds, n_batches = int(rows["n_seeds"].min()), int(rows["n_batches"].min())
    band = BANDS[height][2]
    dressed(
        figure,
        "Who makes the most of its epochs?",
        f"{height} of {n_seeds} seeds, {n_batches} data batches; band: {band}",
        _told(rows, places, methods, height),
        height=FRAME + PANEL * len(places),
    )
    longest = max(len(name) for name in methods)
    return figure.update_layout(
        showlegend=False,
        margin={"r": 48 + 8 * longest},
        title={"xref": "container", "pad": {"t": 14, "l": 8}},  # from the edge, or a narrow window has no room for it
    )


def look(name: str) -> Style:
    """A method's colour, dash and symbol."""
    return _FAMILIES.get(name) or style(name)


def _of(rows: pd.DataFrame, curves: str, name: str) -> "pd.Series[bool]":
    return (rows["curves"] == curves) & (rows["method"] == name)


def _traces(name: str, own: pd.DataFrame, height: str) -> list[go.Scatter]:
    """The band of a method, and its line."""
    own, shown = own.sort_values("total_epochs"), look(name)
    x, y = own["total_epochs"].to_numpy(np.float64), own[height].to_numpy(np.float64)
    low, high = (own[column].to_numpy(np.float64) for column in BANDS[height][:2])
    seen = ~np.isnan(low)
    bottom = np.maximum(low, 1e-12)  # a logarithm has no place for what is below
    band = go.Scatter(
        x=np.concatenate([x[seen], x[seen][::-1]]),
        y=np.concatenate([high[seen], bottom[seen][::-1]]),
        fill="toself",
        fillcolor=rgba(shown.color, 0.14),
        line={"width": 0},
        mode="lines",
        hoverinfo="skip",
        showlegend=False,
        name=f"band of {name}",
    )
    line = go.Scatter(
        x=x,
        y=y,
        mode="lines+markers",
        name=name,
        line={"color": shown.color, "dash": shown.dash, "width": 2.5},
        marker={"color": shown.color, "symbol": shown.symbol, "size": 8},
        customdata=np.column_stack([low, high]),
        hovertemplate=f"{escape(name)}, %{{x:.0f}} epochs: %{{y:.3g}} "
        "(%{customdata[0]:.3g} to %{customdata[1]:.3g})<extra></extra>",
    )
    return [band, line]


def _ends(here: pd.DataFrame, height: str) -> tuple[float, float]:
    """Of the vertical axis: around all lines, and the bands as far down as is worth its room."""
    lines = here[height][here[height] > 0]
    deep = np.nanmin(here[BANDS[height][0]])
    return float(max(deep, lines.min() / DEEPEST)) / 1.05, float(np.nanmax(here[BANDS[height][1]])) * 1.1


def _name_lines(figure: go.Figure, here: pd.DataFrame, panel: int, height: str, ends: tuple[float, float]) -> None:
    """Names at the ends of the lines, moved apart where they would stand on each other, with a thread to the end."""
    last = here[here["total_epochs"] == here["total_epochs"].max()].sort_values(height)
    bottom, top = np.log10(ends)
    heights = np.clip(np.log10(np.maximum(last[height].to_numpy(np.float64), ends[0])), bottom, top)
    gap = (top - bottom) * LINE / PANEL
    for name, end, place in zip(last["method"], heights, _apart(heights, gap, bottom, top), strict=True):
        figure.add_annotation(
            text=f'<span style="color:{look(name).color}">●</span> {ink(name)}',
            x=1,
            xref=f"x{panel if panel > 1 else ''} domain",
            y=float(end),
            yref=f"y{panel if panel > 1 else ''}",
            ax=22,
            ay=float((end - place) / (top - bottom) * PANEL),
            axref="pixel",
            ayref="pixel",
            xanchor="left",
            showarrow=True,
            arrowhead=0,
            arrowwidth=1,
            arrowcolor=FALLBACK,
            align="left",
        )


def _apart(heights: np.ndarray, gap: float, bottom: float, top: float) -> np.ndarray:
    """Rising heights (n,) moved as little as it takes to stand ``gap`` apart, between bottom and top if they fit."""
    steps = gap * np.arange(len(heights))
    # least squares under "no closer than gap": pool neighbours that would cross, as isotonic regression does
    blocks: list[list[float]] = []
    for value in heights - steps:
        blocks.append([value])
        while len(blocks) > 1 and np.mean(blocks[-2]) > np.mean(blocks[-1]):
            blocks[-2:] = [blocks[-2] + blocks[-1]]
    placed = np.concatenate([np.full(len(block), np.mean(block)) for block in blocks])
    return np.asarray(np.clip(placed, bottom, max(bottom, top - steps[-1])) + steps)


def _told(rows: pd.DataFrame, places: Sequence[str], methods: Sequence[str], height: str) -> str:
    """The lines in words, at the budgets that are compared."""
    low, high, band = BANDS[height]
    told = [n for n in TOLD if n in set(rows["total_epochs"])] or sorted(set(rows["total_epochs"]))[-1:]
    said = []
    for one in places:
        for n in told:
            points = []
            for name in methods:
                row = rows[_of(rows, one, name) & (rows["total_epochs"] == n)].iloc[0]
                points.append(f"{name} {number(row[height])} ({number(row[low])} to {number(row[high])})")
            said.append(f"{one}, {n} epochs: {', '.join(points)}")
    return f"The {height} regret against the epochs spent, with the {band} in brackets. {'; '.join(said)}."
