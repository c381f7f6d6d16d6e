"""Which levels of a rate are of use, how close are the best points of a grid, and which grid is ahead?

kind         which grid, by its design's name
difference   final expected loss of the midpoint grid minus that of the edge grid; negative where midpoints are better
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike, NDArray

from hpo_tutor import designs
from hpo_tutor.course.pictures.nb02.lattices import short
from hpo_tutor.figures.theme import FALLBACK, axis, dressed, ink, log_ticks
from hpo_tutor.scenes.looks import BLUE, GREEN, ORANGE, PINK, RED, SKY
from hpo_tutor.scenes.surfaces import loss_label
from hpo_tutor.scenes.ticks import number

Array = NDArray[np.float64]

LOOKS = ((RED, "square"), (BLUE, "circle"), (GREEN, "triangle-up"), (PINK, "diamond"), (SKY, "cross"), (ORANGE, "star"))


def rate_levels(objective: Any, levels: Mapping[str, ArrayLike]) -> go.Figure:
    """The lowest expected loss over the first hyperparameter, and where sets of levels lie on it.

    Args:
        objective: a landscape whose first hyperparameter is logarithmic.
        levels: what a set is called -> its values.
    """
    rates, losses = objective.grid().axes[0].values, objective.grid().losses
    floor = losses.reshape(len(rates), -1).min(axis=1)
    name = objective.space.names[0]
    figure = go.Figure()
    figure.add_scatter(
        x=rates,
        y=floor,
        mode="lines",
        line={"color": FALLBACK, "width": 2},
        name=ink("best loss at this rate"),
        hovertemplate=f"{name} %{{x:.2g}}: loss %{{y:.3g}}<extra></extra>",
    )
    for row, ((said, values), (color, symbol)) in enumerate(zip(levels.items(), LOOKS, strict=False)):
        at = np.asarray(values, dtype=np.float64)
        figure.add_scatter(
            x=at,
            y=np.exp(np.interp(np.log(at), np.log(rates), np.log(floor))),
            mode="markers",
            marker={"color": color, "symbol": symbol, "size": 13 - 2 * row, "line": {"color": "#ffffff", "width": 1}},
            name=ink(said),
            hovertemplate=f"{name} %{{x:.3g}}<extra></extra>",
        )
    figure.update_xaxes(axis(f"{name} (log scale)", **log_ticks(rates[0], rates[-1], decades=True)))
    figure.update_yaxes(axis(loss_label(objective), **log_ticks(float(floor.min()), float(floor.max()))))
    where = "; ".join(
        f"{said} at {', '.join(number(float(v)) for v in np.ravel(values))}" for said, values in levels.items()
    )
    return dressed(
        figure,
        "Five learning rates, set in two ways",
        "the line is the best that any L2 makes of a rate",
        f"Lowest expected loss over {name}, from {number(float(floor.min()))} to "
        f"{number(float(floor.max()))}. {where}.",
    )


def close_calls(objective: Any, kind: str, n_points: int, n_best: int = 6) -> go.Figure:
    """The best points of a grid on a landscape, with their loss at each recorded seed; each seed's winner is ringed.

    Args:
        objective: a landscape.
        kind: the design.
        n_points: of the grid.
        n_best: how many points are shown, those with the lowest means.
    """
    configs = [objective.space.from_unit(u) for u in designs.make(kind, n_points, objective.space.n_dims)]
    losses = np.array([objective.evaluate(configs, seeds=[s] * len(configs)) for s in range(objective.n_seeds)])
    means, winners = losses.mean(axis=0), losses.argmin(axis=1)
    shown = np.argsort(means, kind="stable")[:n_best].tolist()
    shown += [int(w) for w in dict.fromkeys(winners.tolist()) if w not in shown]
    names = [", ".join(short(configs[i][name]) for name in objective.space.names) for i in shown]
    figure = go.Figure()
    for seed, ((color, symbol), row) in enumerate(zip(LOOKS, losses, strict=False)):
        figure.add_scatter(
            x=row[shown],
            y=names,
            mode="markers",
            marker={"color": color, "symbol": symbol, "size": 11},
            name=ink(f"seed {seed}"),
            hovertemplate=f"seed {seed}: %{{x:.4f}}<extra></extra>",
        )
    figure.add_scatter(
        x=means[shown],
        y=names,
        mode="markers",
        marker={"color": FALLBACK, "symbol": "line-ns-open", "size": 20, "line": {"width": 2}},
        name=ink("mean of the seeds"),
        hovertemplate="mean %{x:.4f}<extra></extra>",
    )
    figure.add_scatter(
        x=[losses[seed, winner] for seed, winner in enumerate(winners)],
        y=[names[shown.index(winner)] for winner in winners],
        mode="markers",
        marker={"color": FALLBACK, "symbol": "circle-open", "size": 24, "line": {"width": 2.5}},
        name=ink("winner with this seed"),
        hoverinfo="skip",
    )
    figure.update_xaxes(axis(loss_label(objective)))
    figure.update_yaxes(axis(", ".join(objective.space.names), autorange="reversed"))
    n_winners = len(set(winners.tolist()))
    return dressed(
        figure,
        "One grid, trained with three seeds",
        "a row for each configuration, a symbol for each training",
        f"Losses of the {len(shown)} best of {len(configs)} points at {objective.n_seeds} seeds; "
        f"{n_winners} different points win.",
        height=140 + 38 * len(shown),
    )


def ahead(n_points: Sequence[int], differences: Mapping[str, Array], unit: str) -> go.Figure:
    """How far the midpoint grid is ahead of the edge grid, by budget: mean over batches, with two standard errors.

    Args:
        n_points: (k,) the budgets.
        differences: what was raced on -> (k, n_batches) mean differences on each batch.
        unit: of the loss.
    """
    figure, told = go.Figure(), []
    for shift, ((said, values), (color, symbol)) in enumerate(zip(differences.items(), LOOKS, strict=False)):
        mean, error = values.mean(axis=1), values.std(axis=1, ddof=1) / np.sqrt(values.shape[1])
        places = np.arange(len(n_points)) + 0.14 * (shift - (len(differences) - 1) / 2)
        figure.add_scatter(
            x=places,
            y=mean,
            error_y={"type": "data", "array": 2 * error, "color": color, "thickness": 2, "width": 6},
            mode="markers",
            marker={"color": color, "symbol": symbol, "size": 12},
            name=ink(said),
            customdata=np.asarray(n_points),
            hovertemplate="%{customdata} points: %{y:.4f}<extra></extra>",
        )
        told.append(
            f"{said}: " + ", ".join(f"{n} points {number(float(m))}" for n, m in zip(n_points, mean, strict=True))
        )
    figure.add_hline(y=0, line={"color": FALLBACK, "width": 1.5})
    ticks = {"tickvals": list(range(len(n_points))), "ticktext": [ink(str(n)) for n in n_points], "tickprefix": ""}
    figure.update_xaxes(axis("points of the grid", **ticks, ticksuffix="", range=[-0.5, len(n_points) - 0.5]))
    figure.update_yaxes(axis(f"midpoints minus edges, {unit}"))
    return dressed(
        figure,
        "Which grid is ahead?",
        "below zero the midpoint grid is; bars: 2 standard errors",
        "Mean difference of the final expected loss, midpoint grid minus edge grid. " + "; ".join(told) + ".",
    )
