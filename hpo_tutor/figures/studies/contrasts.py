"""Who is better than whom, by how much, and who cannot be told apart?

forest   a row a pair: the mean difference over data batches with its interval; zero is a line
marks    a pair that is told apart after as many questions as rows (Holm) is filled, in the look of the better one
clique   samplers under one bar: their mean ranks differ by less than the critical difference
"""

from typing import NamedTuple

import pandas as pd
import plotly.graph_objects as go

from hpo_tutor.figures.studies.reach import LOST, error_bars, linear_ends, listed, ranged
from hpo_tutor.figures.theme import FALLBACK, axis, dressed, ink
from hpo_tutor.race.statistics import Ranks
from hpo_tutor.scenes.looks import GREY, style
from hpo_tutor.scenes.ticks import MINUS, number

ALPHA = 0.05
ROW, BAR = 26, 0.42  # pixels a row of the forest; of a row, from one clique's bar to the next
TOGETHER = "not told apart"


class _Row(NamedTuple):
    place: int
    a: str
    b: str
    mean: float
    low: float
    high: float
    p: float
    p_holm: float


def forest(differences: pd.DataFrame, title: str = "Differences", quantity: str = LOST) -> go.Figure:
    """Paired differences with their intervals, a row a pair.

    Args:
        differences: what ``race.statistics.paired_differences`` returned.
        title: what was raced on.
        quantity: what was compared, for the axis.

    Raises:
        ValueError: there is no pair.
    """
    if differences.empty:
        raise ValueError("a forest needs at least one pair of samplers, there is none")
    ends = linear_ends(differences["low"], differences["mean"], differences["high"])
    rows = [_Row(k, *row) for k, row in enumerate(differences[list(_Row._fields[1:])].to_numpy(dtype=object))]
    looks = [(row.a if row.mean < 0 else row.b) if row.p_holm <= ALPHA else TOGETHER for row in rows]
    figure = go.Figure()
    for name in [*dict.fromkeys(look for look in looks if look != TOGETHER), TOGETHER]:
        own = [row for row, look in zip(rows, looks, strict=True) if look == name]
        if not own:
            continue
        color, symbol = (GREY, "circle-open") if name == TOGETHER else style(name)[::2]
        means = [row.mean for row in own]
        figure.add_scatter(
            x=means,
            y=[-row.place for row in own],
            error_x=error_bars(means, [row.low for row in own], [row.high for row in own], ends, color=color),
            mode="markers",
            name=ink(name if name == TOGETHER else f"{name} better"),
            marker={"color": color, "symbol": symbol, "size": 12, "line": {"width": 2 if name == TOGETHER else 0}},
            customdata=[
                (f"{row.a} {MINUS} {row.b}", ranged(row.low, row.high), number(row.p), number(row.p_holm))
                for row in own
            ],
            hovertemplate="%{customdata[0]}: %{x:.3g} (%{customdata[1]})<br>p = %{customdata[2]}, "
            "after Holm %{customdata[3]}<extra></extra>",
        )
    figure.add_vline(x=0, line={"color": FALLBACK, "width": 1.5})
    figure.update_xaxes(axis(f"difference in {quantity}"), range=list(ends))
    names = [ink(f"{row.a} {MINUS} {row.b}") for row in rows]
    figure.update_yaxes(
        axis("", tickvals=[-row.place for row in rows], ticktext=names, showgrid=False, ticks="", showline=False),
        tickprefix="",
        ticksuffix="",
        range=[0.3 - len(rows), 0.7],
    )
    told = "; ".join(
        f"{row.a} minus {row.b} {number(row.mean)} ({ranged(row.low, row.high)}), "
        f"{TOGETHER if look == TOGETHER else 'told apart'}, p after Holm {number(row.p_holm)}"
        for row, look in zip(rows, looks, strict=True)
    )
    return dressed(
        figure,
        title,
        f"left: the first is better; filled: p < {ALPHA} after Holm",
        f"{title}: mean differences in {quantity} over the batches, with 95 % intervals. {told}.",
        height=170 + ROW * len(rows),
    )


def critical_differences(ranks: Ranks, title: str = "Mean ranks") -> go.Figure:
    """Mean ranks on a line, and a bar over those that cannot be told apart.

    Demsar (2006), figure 1a.

    Args:
        ranks: what ``race.statistics.ranks`` returned.
        title: what was raced on.
    """
    n_samplers, half = len(ranks.names), (len(ranks.names) + 1) // 2
    left, right = 1 - 0.06 * n_samplers, 1.06 * n_samplers
    top = BAR * (len(ranks.cliques) + 1)  # room for the bars, above the names
    figure = go.Figure()
    for k, (name, rank) in enumerate(zip(ranks.names, ranks.mean_ranks, strict=True)):
        look, first = style(name), k < half
        height = -top - (k if first else n_samplers - 1 - k)
        edge = left if first else right
        figure.add_scatter(
            x=[rank, rank, edge],
            y=[0, height, height],
            mode="lines+markers",
            line={"color": look.color, "width": 1.5},
            marker={"color": look.color, "symbol": look.symbol, "size": [12, 0, 0], "opacity": 1, "line": {"width": 0}},
            name=ink(name),
            showlegend=False,
            hovertemplate=f"{name}: mean rank {rank:.2f}<extra></extra>",
        )
        said = f"{name} {rank:.2f}" if first else f"{rank:.2f} {name}"
        _say(figure, said, edge, height, "right" if first else "left")
    for k, clique in enumerate(ranks.cliques):
        ends = [ranks.mean_ranks[ranks.names.index(name)] for name in (clique[0], clique[-1])]
        figure.add_scatter(
            x=[ends[0] - 0.04, ends[1] + 0.04],
            y=[-BAR * (k + 1)] * 2,
            mode="lines",
            line={"color": FALLBACK, "width": 6},
            name=ink(TOGETHER),
            showlegend=k == 0,
            hovertemplate=f"{TOGETHER}: {listed(clique)}<extra></extra>",
        )
    below = -top - half - 0.1
    figure.add_scatter(
        x=[1, 1 + ranks.critical_difference],
        y=[below, below],
        mode="lines+markers",
        line={"color": FALLBACK, "width": 2},
        marker={"symbol": "line-ns-open", "size": 10, "color": FALLBACK},
        name=ink(f"critical difference {ranks.critical_difference:.2f}"),
        hovertemplate=f"critical difference {ranks.critical_difference:.2f}<extra></extra>",
    )
    places = [*range(1, n_samplers + 1)]
    beside = (right - left) / 3  # room for the names
    figure.update_xaxes(
        axis("mean rank, 1 is best", tickvals=places, ticktext=[ink(f"{place}") for place in places], side="top"),
        tickprefix="",
        ticksuffix="",
        range=[left - beside, right + beside],
    )
    figure.update_yaxes(visible=False, range=[below - 0.5, 0.5], fixedrange=True)
    told = ", ".join(f"{name} {rank:.2f}" for name, rank in zip(ranks.names, ranks.mean_ranks, strict=True))
    apart = "; ".join(listed(clique) for clique in ranks.cliques) or "none"
    dressed(
        figure,
        title,
        f"over {ranks.n_batches} batches; Friedman's P-value {number(ranks.p_value)}",
        f"{title}: mean ranks over {ranks.n_batches} batches, 1 is best: {told}. Critical difference "
        f"{ranks.critical_difference:.2f}, Friedman's P-value {number(ranks.p_value)}. Cannot be told apart: {apart}.",
        height=int(220 + 28 * (half + top)),
    )
    return figure.update_layout(margin={"t": 124})  # the axis stands above


def _say(figure: go.Figure, text: str, x: float, y: float, anchor: str) -> None:
    figure.add_annotation(x=x, y=y, text=ink(text), xanchor=anchor, showarrow=False, font={"size": 13})
