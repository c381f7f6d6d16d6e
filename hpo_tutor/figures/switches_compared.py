"""Who does justice to a space with switches, and what is a dead hyperparameter credited with?

The searches of ``race.experiments.switches``. Samplers and hyperparameters are named on the left, so that no legend
has to tell eleven lines apart; budgets are told apart by colour and symbol.

bar      the 95 % interval of a mean (Student's); of an importance, the middle 80 % of the seeds
regret   the incumbent's expected loss minus the smallest that there is
share    the hypervolume of the front that was found, in per cent of that of all recorded configurations
dead     switched off by the incumbent, so that it changes nothing there
"""

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from hpo_tutor.figures.theme import FALLBACK, axis, dressed, ink, log_ticks, rgba
from hpo_tutor.race.experiments.switch_standings import credited, false_credit, summary
from hpo_tutor.scenes.looks import BLUE, GREEN, ORANGE, PINK, RED
from hpo_tutor.scenes.ticks import number

BUDGET_LOOKS = ((ORANGE, "circle"), (BLUE, "diamond"), (RED, "square"), (GREEN, "triangle-up"))
ROOM = 0.6  # of a row that the points of its budgets take
ROW = 34  # pixels
MIDDLE = (0.1, 0.9)  # of the seeds, within a bar of importances
DEAD = " (dead)"


class _Measure(NamedTuple):
    """How a column is shown."""

    title: str
    label: str
    word: str
    factor: float
    best: str


_MEASURES = {
    "regret": _Measure("How far from the best auto-encoder?", "mean regret (grey levels)", "regret", 1, "smallest"),
    "loss": _Measure("How good is the auto-encoder?", "mean rmse (grey levels)", "rmse", 1, "smallest"),
    "share": _Measure(
        "How much of the front is found?", "mean hypervolume (% of all recorded)", "share", 100, "largest"
    ),
}


def switches_won(
    table: pd.DataFrame, column: str = "regret", *, live: bool = False, samplers: Sequence[str] | None = None
) -> go.Figure:
    """How each sampler did, a row each, a point for each budget; the best of the largest budget is on top.

    Args:
        table: of ``race.experiments.switches.load``.
        column: "regret", "loss" or "share".
        live: whether to show the searches that really trained.
        samplers: shows only these; None is all but probes.

    Raises:
        ValueError: the column is unknown, or the table has no such rows.
    """
    if column not in _MEASURES:
        raise ValueError(f"a picture shows {', '.join(_MEASURES)}, it cannot show {column!r}")
    measure, rows = _MEASURES[column], summary(table[table["live"] == live], column)
    if samplers is not None:
        rows = rows[rows["sampler"].isin(samplers)]
    if rows.empty:
        raise ValueError(
            f"a picture needs searches with a {column} and live={live} by {', '.join(samplers or ['any sampler'])}; "
            f"the table has {', '.join(sorted(set(table['sampler']))) or 'none'}"
        )
    budgets = sorted({int(n) for n in rows["n_trials"]})
    order = _best_first(rows, more=measure.best == "largest")
    places = {name: len(order) - 1 - k for k, name in enumerate(order)}
    figure = go.Figure()
    for k, n in enumerate(budgets):
        own = rows[rows["n_trials"] == n]
        nudge = ROOM * (0.5 - (k + 0.5) / len(budgets))  # the smallest budget on top, as one reads
        figure.add_trace(_points(own, n, [places[name] + nudge for name in own["sampler"]], k, measure))
    low, high = float(rows["low"].min()) * measure.factor, float(rows["high"].max()) * measure.factor
    wide = column == "regret" and low > 0 and high > 5 * low
    figure.update_xaxes(axis(measure.label, **(log_ticks(low / 1.05, high * 1.05) if wide else {})))
    figure.update_yaxes(_names(order))
    n_seeds = f"{int(rows['n_seeds'].min())} seeds"
    how = "really trained" if live else "recorded landscape"
    return _from_the_edge(
        figure,
        measure.title,
        f"{how}; mean and 95 % interval, {n_seeds}",
        _told(rows, measure, how, n_seeds, order),
        height=150 + ROW * len(order),
    )


def false_importances(table: pd.DataFrame, sampler: str = "one-tile", n_trials: int | None = None) -> go.Figure:
    """What each hyperparameter is credited with, a bar each, the most credited on top.

    Args:
        table: of ``race.experiments.switches.load``.
        sampler: whose trials fANOVA has seen: "one-tile" (all of one tile: 10 of 16 hyperparameters are dead for
            certain), "flat-random" or "flat-gp" (dead are those that the incumbent switches off, in most seeds).
        n_trials: how many; None is the smallest there is.

    Raises:
        ValueError: the table has no such rows.
    """
    rows = credited(table)
    there = sorted({(str(name), int(n)) for name, n in zip(rows["sampler"], rows["n_trials"], strict=True)})
    wanted = next((pair for pair in there if pair[0] == sampler and n_trials in (None, pair[1])), None)
    if wanted is None:
        raise ValueError(f"importances are kept of {there}, not of {sampler!r} with n_trials={n_trials}")
    own = rows[(rows["sampler"] == sampler) & (rows["n_trials"] == wanted[1])]
    groups = own.groupby("hyperparameter")["importance"]
    bars = pd.DataFrame(
        {
            "mean": 100 * groups.mean(),
            "low": 100 * groups.quantile(MIDDLE[0]),
            "high": 100 * groups.quantile(MIDDLE[1]),
            "dead": own.groupby("hyperparameter")["dead"].mean() > 0.5,
        }
    ).sort_values("mean", kind="stable")
    names = [f"{name}{DEAD}" if dead else str(name) for name, dead in bars["dead"].items()]
    figure = go.Figure()
    for dead, word, color in ((False, "alive", BLUE), (True, "dead", PINK)):
        part = bars[bars["dead"] == dead]
        figure.add_trace(_bars(part, np.flatnonzero(bars["dead"] == dead).tolist(), word, color))
    figure.update_xaxes(axis("credited by fANOVA (%)", rangemode="tozero"))
    figure.update_yaxes(_names(names[::-1]))
    n_seeds = own["seed"].nunique()
    shares = false_credit(table).set_index(["sampler", "n_trials"])["mean"]
    said = ", ".join(f"{name} {number(value)}" for name, value in zip(names[::-1], bars["mean"][::-1], strict=True))
    return _from_the_edge(
        figure,
        "Credit for what is dead",
        f"{wanted[1]} trials; mean and the middle 80 % of {n_seeds} seeds",
        f"Per cent of the variance that fANOVA credits to each hyperparameter after {wanted[1]} trials of {sampler}, "
        f"mean over {n_seeds} seeds: {said}. What is dead gets {number(100 * shares[wanted])} % of all that is "
        "credited.",
        height=150 + 24 * len(bars),
    )


def _from_the_edge(figure: go.Figure, title: str, subtitle: str, description: str, height: int) -> go.Figure:
    """The figure dressed, its title above the names too: they leave too little room for it in a narrow window."""
    dressed(figure, title, subtitle, description, height)
    return figure.update_layout(title={"xref": "container", "pad": {"t": 14, "l": 8}}, showlegend=True)


def _points(own: pd.DataFrame, n_trials: int, heights: Sequence[float], k: int, measure: _Measure) -> go.Scatter:
    """The samplers' means at one budget, with their intervals."""
    color, symbol = BUDGET_LOOKS[k % len(BUDGET_LOOKS)]
    means, low, high = (measure.factor * own[name].to_numpy(np.float64) for name in ("mean", "low", "high"))
    return go.Scatter(
        x=means,
        y=heights,
        error_x={
            "type": "data",
            "symmetric": False,
            "array": high - means,
            "arrayminus": means - low,
            "color": rgba(color, 0.6),
            "thickness": 2,
            "width": 0,
        },
        mode="markers",
        name=ink(f"{n_trials} trials"),
        marker={"color": color, "symbol": symbol, "size": 9},
        customdata=[[escape(name), a, b] for name, a, b in zip(own["sampler"], low, high, strict=True)],
        hovertemplate=f"%{{customdata[0]}}, {n_trials} trials: %{{x:.3g}} "
        "(%{customdata[1]:.3g} to %{customdata[2]:.3g})<extra></extra>",
    )


def _bars(part: pd.DataFrame, places: Sequence[int], word: str, color: str) -> go.Bar:
    """Importances of the living, or of the dead."""
    return go.Bar(
        x=part["mean"],
        y=list(places),
        orientation="h",
        name=ink(word),
        marker={
            "color": rgba(color, 0.75),
            "line": {"color": color, "width": 1},
            "pattern": {"shape": "/", "size": 5, "solidity": 0.5, "fgcolor": color, "bgcolor": rgba(color, 0.25)}
            if word == "dead"
            else {},
        },
        error_x={
            "type": "data",
            "symmetric": False,
            "array": part["high"] - part["mean"],
            "arrayminus": part["mean"] - part["low"],
            "color": FALLBACK,
            "thickness": 1.5,
            "width": 4,
        },
        customdata=[[escape(str(name)), a, b] for name, a, b in part[["low", "high"]].itertuples()],
        hovertemplate="%{customdata[0]}, "
        + word
        + ": %{x:.3g} % (%{customdata[1]:.3g} to %{customdata[2]:.3g})<extra></extra>",
    )


def _best_first(rows: pd.DataFrame, more: bool) -> list[str]:
    """The samplers by their means at their largest budgets."""
    last = rows.sort_values("n_trials").groupby("sampler")["mean"].last()
    return [str(name) for name in last.sort_values(ascending=not more, kind="stable").index]


def _names(order: Sequence[str]) -> dict[str, object]:
    """An axis with a name for each row, the first on top."""
    places = list(range(len(order)))[::-1]
    return axis(
        "",
        tickvals=places,
        ticktext=[ink(name) for name in order],
        tickprefix="",
        ticksuffix="",
        range=[-0.6, len(order) - 0.4],
        showgrid=True,
        ticks="",
        fixedrange=True,
    )


def _told(rows: pd.DataFrame, measure: _Measure, how: str, n_seeds: str, order: Sequence[str]) -> str:
    """Every point in words, in the picture's order."""
    said = []
    for n, part in rows.groupby("n_trials"):
        means = part.set_index("sampler")
        points = [
            f"{name} {number(measure.factor * means['mean'][name])} ({number(measure.factor * means['low'][name])} to "
            f"{number(measure.factor * means['high'][name])})"
            for name in order
            if name in means.index
        ]
        said.append(f"{n} trials: {', '.join(points)}")
    return f"{measure.label}, {how}, with 95 % intervals over {n_seeds}; the {measure.best} is best. {'; '.join(said)}."
