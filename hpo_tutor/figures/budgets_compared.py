"""Who wins at which budget? The searches of ``race.experiments.budgets``, a panel for each number of hyperparameters.

height   of a point: a mean rank, or a median regret
rank     1 for the smallest regret of a seed; the mean is over functions and seeds
regret   the incumbent's loss minus the smallest that there is
bar      two standard errors of a mean rank either way; from quartile to quartile of a regret
"""

from collections.abc import Sequence
from html import escape

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from hpo_tutor.figures.theme import axis, dressed, ink, log_ticks, rgba
from hpo_tutor.race.experiments.standings import NEAR, standings, summary
from hpo_tutor.scenes.looks import style
from hpo_tutor.scenes.ticks import number

DODGE = 0.5  # of the room to the next budget that the points of one budget take
FAR = 30.0  # times below the smallest median where the picture of regrets ends
N_ERRORS = 2
BOXES = {True: "moved boxes", False: "published boxes"}


def budgets_won(
    table: pd.DataFrame,
    function: str | None = None,
    *,
    shifted: bool = True,
    samplers: Sequence[str] | None = None,
) -> go.Figure:
    """How well each sampler did at each budget, a panel for each number of hyperparameters.

    The legend is in the order of the last points, best first. Regrets have an axis of their own in each panel; a median
    below 1e-9 has no place on it, and is told in the description.

    Args:
        table: of ``race.experiments.budgets.load``.
        function: shows the regret on this function; None shows mean ranks over all.
        shifted: whether the seed moved the boxes, see ``race.experiments.moved``.
        samplers: shows only these; None is all. They are ranked among all even so.

    Raises:
        ValueError: the table has no such rows.
    """
    heights = _heights(table[table["shifted"] == shifted], function)
    if samplers is not None:
        heights = heights[heights["sampler"].isin(samplers)]
    if heights.empty:
        there = ", ".join(sorted(set(table["function"]))) or "none"
        raise ValueError(
            f"a picture needs searches of {function or 'any function'} with shifted={shifted} by "
            f"{', '.join(samplers or ['any sampler'])}; the table's functions are: {there}"
        )
    dims, counts = (sorted({int(value) for value in heights[name]}) for name in ("n_dims", "n_trials"))
    order = _best_first(heights)
    ranked = function is None
    reading = f"mean rank ± {N_ERRORS} standard errors" if ranked else "median, and bars to the quartiles"
    figure = make_subplots(1, len(dims), shared_yaxes=ranked, horizontal_spacing=0.04 if ranked else 0.1)
    for column, d in enumerate(dims, start=1):
        here = heights[heights["n_dims"] == d]
        for name, nudge in zip(order, _nudges(counts, len(order)), strict=True):
            own = here[(here["sampler"] == name) & (ranked | (here["height"] > NEAR))]
            figure.add_trace(_line(name, own.sort_values("n_trials"), nudge, column == 1), row=1, col=column)
        labels = [ink(str(n)) for n in counts]
        trials = axis(f"trials, d = {d}", type="log", tickvals=counts, ticktext=labels, showgrid=False)
        figure.update_xaxes(trials, tickprefix="", ticksuffix="", row=1, col=column)
        figure.update_yaxes(_ranks() if ranked else _regrets(here), row=1, col=column)
        if column > 1:
            figure.update_yaxes(title=None, row=1, col=column)
    return dressed(
        figure,
        "Who wins at which budget?" if ranked else f"Who wins on {function}?",
        f"{BOXES[shifted]}; {reading}",
        _told(heights, function, shifted),
        height=480,
    )


def _heights(rows: pd.DataFrame, function: str | None) -> pd.DataFrame:
    """Columns n_dims, n_trials, sampler, height, low, high."""
    if function is None:
        parts = standings(rows)
        reach = N_ERRORS * parts["error"]
        return parts.assign(height=parts["mean_rank"], low=parts["mean_rank"] - reach, high=parts["mean_rank"] + reach)
    parts = summary(rows[rows["function"] == function])
    return parts.assign(height=parts["median"])


def _best_first(heights: pd.DataFrame) -> list[str]:
    """The samplers by their places at their largest budgets, over the panels."""
    last = heights.sort_values("n_trials").groupby(["n_dims", "sampler"])["height"].last()
    places = last.groupby("n_dims").rank().groupby("sampler").mean()
    return [str(name) for name in places.sort_values(kind="stable").index]


def _nudges(counts: Sequence[int], n_samplers: int) -> list[float]:
    """What the number of trials is multiplied by, so that the points of one budget stand side by side."""
    gap = min(np.diff(np.log(counts)), default=0.3)
    return [float(np.exp(DODGE * gap * ((k + 0.5) / n_samplers - 0.5))) for k in range(n_samplers)]


def _line(name: str, own: pd.DataFrame, nudge: float, in_legend: bool) -> go.Scatter:
    """The points of a sampler in one panel, and their bars."""
    look = style(name)
    bars = {"color": rgba(look.color, 0.55), "thickness": 1.5, "width": 0}
    return go.Scatter(
        x=own["n_trials"] * nudge,
        y=own["height"],
        error_y={
            "type": "data",
            "symmetric": False,
            "array": own["high"] - own["height"],
            "arrayminus": own["height"] - own["low"],
            **bars,
        },
        mode="lines+markers",
        name=ink(name),
        legendgroup=name,
        showlegend=in_legend,
        line={"color": look.color, "dash": look.dash, "width": 2},
        marker={"color": look.color, "symbol": look.symbol, "size": 9},
        customdata=own[["n_trials", "low", "high"]],
        hovertemplate=f"{escape(name)}, %{{customdata[0]}} trials: %{{y:.3g}} "
        "(%{customdata[1]:.3g} to %{customdata[2]:.3g})<extra></extra>",
    )


def _ranks() -> dict[str, object]:
    return axis("mean rank, the best on top", autorange="reversed")


def _regrets(here: pd.DataFrame) -> dict[str, object]:
    """A logarithmic axis around the medians and, unless they are far below, the quartiles."""
    seen = here[here["height"] > NEAR]
    if seen.empty:
        return axis("regret")
    low = max(seen["low"].min(), seen["height"].min() / FAR) / 1.1
    high = float(seen["high"].max()) * 1.1
    return axis("regret", **log_ticks(low, high)) | {"range": list(np.log10([low, high]))}


def _told(heights: pd.DataFrame, function: str | None, shifted: bool) -> str:
    """Every point in words, the best first."""
    what = "Mean ranks over all functions and seeds" if function is None else f"Median regrets on {function}"
    said = []
    for (d, n), part in heights.groupby(["n_dims", "n_trials"]):
        ordered = part.sort_values("height", kind="stable")
        points = [f"{name} {number(value)}" for name, value in zip(ordered["sampler"], ordered["height"], strict=True)]
        said.append(f"d = {d}, {n} trials: {', '.join(points)}")
    return f"{what}, {BOXES[shifted]}, for each number of hyperparameters d and of trials. {'; '.join(said)}."
