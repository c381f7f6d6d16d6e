"""How far off is each way of filling gaps between trials? A row of symbols for each, with its median."""

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from hpo_tutor.figures.theme import FALLBACK, axis, dressed, ink
from hpo_tutor.scenes.looks import ORANGE, SKY
from hpo_tutor.scenes.processes import BELIEF
from hpo_tutor.scenes.ticks import number

LOOKS = ((ORANGE, "diamond"), (SKY, "x"), (BELIEF, "circle"))


def prediction_errors(errors: Mapping[str, ArrayLike], label: str) -> go.Figure:
    """A symbol for each lap: how far the predictions of one way were off, on a logarithmic axis; the median as a bar.

    Args:
        errors: way -> (laps,) positive errors.
        label: what they are, with unit.
    """
    figure, told = go.Figure(), []
    for row, (name, values) in enumerate(errors.items()):
        off = np.asarray(values, dtype=np.float64)
        (color, symbol), median = LOOKS[row % len(LOOKS)], float(np.median(off))
        aside = np.random.default_rng(0).uniform(-0.28, 0.28, len(off))  # so that equal dots are told apart
        marker = {"color": color, "symbol": symbol, "size": 7, "opacity": 0.65}
        figure.add_scatter(x=off, y=row + aside, mode="markers", marker=marker, name=ink(name), showlegend=False)
        bar = {"color": FALLBACK, "symbol": "line-ns-open", "size": 42, "line": {"width": 4}}
        figure.add_scatter(x=[median], y=[row], mode="markers", marker=bar, name=ink("median"), showlegend=row == 0)
        told.append(f"{name} {number(median)}")
    names = list(errors)
    figure.update_xaxes(axis(label, type="log"))
    figure.update_yaxes(axis("", tickvals=list(range(len(names))), ticktext=names, autorange="reversed"))
    return dressed(
        figure,
        "How far off between the trials?",
        "a symbol for each lap, on a logarithmic axis; left is better",
        f"Errors of {len(names)} ways to predict losses; the medians are {', '.join(told)}.",
    )
