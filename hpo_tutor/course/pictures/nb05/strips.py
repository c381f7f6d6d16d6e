"""How do a few groups of results lie, each result a dot? Figures to zoom and hover.

panel   title -> group -> (n,) results, one for each draw or division
"""

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike
from plotly.subplots import make_subplots

from hpo_tutor.figures.theme import FALLBACK, axis, dressed, ink, log_ticks
from hpo_tutor.scenes.looks import BLUE, GREEN, ORANGE
from hpo_tutor.scenes.ticks import number

LOOKS = ((BLUE, "circle"), (ORANGE, "diamond"), (GREEN, "triangle-up"))


def strips(panels: Mapping[str, Mapping[str, ArrayLike]], label: str, title: str, subtitle: str) -> go.Figure:
    """A strip of dots for each group, the line is their median; one logarithmic scale for all panels.

    Args:
        panels: title -> group -> positive results; at most three groups a panel.
        label: what is measured, with its unit.
        title: of the figure.
        subtitle: how to read it.
    """
    figure = make_subplots(cols=len(panels), shared_yaxes=True, subplot_titles=[ink(name) for name in panels])
    rng, told, every = np.random.default_rng(0), [], []
    for column, (panel, groups) in enumerate(panels.items(), start=1):
        for place, ((group, results), (color, symbol)) in enumerate(zip(groups.items(), LOOKS, strict=False)):
            values = np.asarray(results, dtype=np.float64)
            middle = float(np.median(values))
            aside = place + rng.uniform(-0.22, 0.22, len(values))  # so that equal dots are told apart
            dots = {"color": color, "symbol": symbol, "size": 7, "opacity": 0.7}
            line = {"color": FALLBACK, "symbol": "line-ew-open", "size": 44, "line": {"width": 3}}
            for x, y, marker in ((aside, values, dots), ([place], [middle], line)):
                hover = f"{group}: %{{y:.3g}}<extra></extra>"
                figure.add_scatter(x=x, y=y, mode="markers", marker=marker, hovertemplate=hover, row=1, col=column)
            told.append(f"{panel}, {group}: median {number(middle)} of {len(values)}")
            every.append(values)
        names = [ink(group) for group in groups]
        ends = [-0.5, len(groups) - 0.5]
        figure.update_xaxes(
            axis("", tickvals=list(range(len(groups))), ticktext=names, range=ends, tickprefix="", ticksuffix=""),
            col=column,
        )
    low, high = np.concatenate(every).min(), np.concatenate(every).max()
    figure.update_yaxes(axis("", **log_ticks(low / 1.2, 1.2 * high, decades=high > 100 * low)))
    figure.update_yaxes(title_text=ink(label), col=1)
    dressed(figure, title, subtitle, "; ".join(told) + ".")
    return figure.update_layout(showlegend=False, margin_t=104)  # the panels have titles of their own
