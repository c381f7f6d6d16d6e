"""How much does each hyperparameter alone move the loss, and what does it cost to try two values of it?

N, d     configurations that were really trained, and their hyperparameters
slice    configurations that lie side by side in one hyperparameter, the others being mixed
level    mean of the loss's natural logarithm over a slice
share    of the logarithm's variance that the levels explain, between 0 and 1
cost     how much higher a search ends, in the unit of the loss
"""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike, NDArray

from hpo_tutor.figures.theme import FALLBACK, axis, dressed, ink
from hpo_tutor.scenes import ticks
from hpo_tutor.scenes.layers import Line, Marks, Points, Segments, Text
from hpo_tutor.scenes.looks import GREY, INK, RED, style
from hpo_tutor.scenes.stage import Axis, Board, Scene, beside
from hpo_tutor.scenes.ticks import number
from hpo_tutor.search_space import Choice, Domain, Float, Integer, SearchSpace

Array = NDArray[np.float64]

TWO = {"grid": (0.0, 1.0), "grid-midpoints": (0.25, 0.75)}
"""Where a grid of two values along each axis has them, in the unit interval."""
PATTERNS = ("/", "")
ROOM = 2.0  # the bars' axis over the longest bar, so that name and number fit beside it
CLOSEST = 0.1  # numbers at an axis, as a share of it


def alone(
    space: SearchSpace,
    points: ArrayLike,
    losses: ArrayLike,
    levels: Mapping[str, ArrayLike],
    shares: Mapping[str, float],
    idle: float,
    label: str,
) -> list[Board]:
    """A picture for each hyperparameter, the one that explains most first.

    Args:
        space: the d hyperparameters.
        points: (N, d) in the unit cube, shown as dots.
        losses: (N,) their losses, positive.
        levels: hyperparameter -> levels of slices that hold equally many points, in its order.
        shares: hyperparameter -> share.
        idle: the share that nearly all hyperparameters stay below which do nothing: a line through the bars.
        label: what the loss is, with its unit.

    Raises:
        ValueError: a loss is not positive, for its logarithm is drawn.
    """
    heights = np.asarray(losses, dtype=np.float64)
    if not np.all(heights > 0):
        raise ValueError(f"losses must be positive, for their logarithm is drawn; the smallest is {heights.min():g}")
    up = Axis(label, 0.9 * heights.min(), 1.1 * heights.max(), log=True)
    places = np.asarray(points, dtype=np.float64)
    order = sorted(shares, key=lambda name: -shares[name])
    return [
        beside(
            _cloud(name, space, places, heights, np.asarray(levels[name], dtype=np.float64), up),
            _bars(shares, order, name, idle),
            sentence=_sentence(name, np.exp(levels[name]), shares, order),
        )
        for name in order
    ]


def two_values(costs: Mapping[str, Mapping[str, ArrayLike]], unit: str) -> go.Figure:
    """What it costs random search to have only two values of one hyperparameter, those of either grid.

    Args:
        costs: design -> hyperparameter -> (n_batches,) costs; the first design's order is kept.
        unit: of the loss.
    """
    figure, told = go.Figure(), []
    order = list(next(iter(costs.values())))
    for design, shape in zip(costs, PATTERNS, strict=False):
        each = np.array([costs[design][name] for name in order], dtype=np.float64)
        mean, error = each.mean(axis=1), each.std(axis=1, ddof=1) / each.shape[1] ** 0.5
        figure.add_bar(
            x=mean,
            y=order,
            orientation="h",
            name=ink(f"the two values of {design}"),
            marker={"color": style(design).color, "pattern": {"shape": shape, "solidity": 0.4}},
            error_x={"array": error, "color": FALLBACK, "thickness": 1.5, "width": 3},
            hovertemplate="%{y}: %{x:.3f}<extra></extra>",
        )
        told.append(f"with those of {design}, {number(mean.max())} {unit} for {order[int(mean.argmax())]}")
    figure.add_vline(x=0, line={"color": FALLBACK, "width": 1.5})
    figure.update_xaxes(axis(f"search ends higher by ({unit})"))
    figure.update_yaxes(axis("", autorange="reversed", tickvals=order, ticktext=[ink(name) for name in order]))
    dressed(
        figure,
        "What do two values cost?",
        "whiskers: standard error",
        f"Bars for {len(order)} hyperparameters; two values cost most: {'; '.join(told)}.",
        height=460,
    )
    return figure.update_layout(barmode="group", legend_traceorder="normal")


def _cloud(name: str, space: SearchSpace, points: Array, losses: Array, levels: Array, up: Axis) -> Scene:
    """What was trained over one hyperparameter, the levels of its slices, and the two values that a grid tries."""
    place, domain, dots, grid = space.names.index(name), space.domains[name], style("random"), style("grid-midpoints")
    edges = np.linspace(0, 1, len(levels) + 1)
    log = not isinstance(domain, Choice) and domain.log
    return Scene(
        [
            Points(
                _spread(domain, points[:, place]),
                losses,
                dots.color,
                dots.symbol,
                5,
                0.85,
                None,
                name="a configuration",
            ),
            Marks(
                TWO["grid-midpoints"],
                across=True,
                color=grid.color,
                dash=grid.dash,
                width=3,
                name="the two values of grid-midpoints",
            ),
            Line(np.repeat(edges, 2)[1:-1], np.exp(np.repeat(levels, 2)), INK, width=3.5, name="mean of a slice"),
        ],
        Axis(f"{name} (log scale)" if log else name, 0, 1, ticks=_ticks(domain)),
        up,
        title=name,
        aspect=1.05,
    )


def _bars(shares: Mapping[str, float], order: Sequence[str], shown: str, idle: float) -> Scene:
    """A bar for each hyperparameter, the largest on top; that of the shown one is thick and blue."""
    percent = 100 * np.array([shares[name] for name in order])
    rows = np.arange(len(order), 0, -1.0)
    here, zero = order.index(shown), np.zeros(len(order))
    others = np.arange(len(order)) != here
    words = [f"{name}, {one:.0f} %" for name, one in zip(order, percent, strict=True)]
    return Scene(
        [
            Segments(zero[others], rows[others], percent[others], rows[others], color=GREY, width=8),
            Segments([0], [rows[here]], [percent[here]], [rows[here]], color=style("random").color, width=14),
            Marks(
                [100 * idle], across=True, color=RED, dash="dot", width=2.5, name="99 % of idle ones stay left of it"
            ),
            Text(np.maximum(percent, 100 * idle) + 0.03 * percent.max(), rows, words, anchor="start", size=12),
        ],
        Axis("share of the variance (%)", 0, ROOM * float(percent.max())),
        Axis("", 0.4, len(order) + 0.6, ticks=()),
        title="What each explains alone",
        aspect=1.05,
        grid=False,
    )


def _sentence(name: str, means: Array, shares: Mapping[str, float], order: Sequence[str]) -> str:
    return (
        f"Over the slices of {name} the mean loss lies between {number(means.min())} and {number(means.max())}. Alone "
        f"it explains {100 * shares[name]:.0f} % of the variance, number {order.index(name) + 1} of {len(order)}."
    )


def _spread(domain: Domain, places: Array) -> Array:
    """Places of single values, spread over the bins that they stand for, so that equal ones are told apart."""
    if isinstance(domain, Float):
        return places
    widths = domain.bins if isinstance(domain, Integer) else [1 / len(domain.options)] * len(domain.options)
    edges = np.cumsum([0, *widths])
    bins = np.searchsorted(edges, places) - 1
    spread: Array = edges[bins] + np.random.default_rng(0).random(len(places)) * np.array(widths)[bins]
    return spread


def _ticks(domain: Domain) -> list[ticks.Tick]:
    """Values of a hyperparameter at their places in the unit interval, as many as there is room for."""
    if not isinstance(domain, Float):
        values = [(value, str(value)) for value in domain.values]
    elif domain.log:
        values = ticks.logarithmic(domain.low, domain.high, decades=True)
    else:
        values = ticks.linear(domain.low, domain.high)
    kept: list[ticks.Tick] = []
    for place, text in ((domain.to_unit(value), text) for value, text in values if value in domain):
        if not kept or place - kept[-1][0] >= CLOSEST:
            kept.append((place, text))
    return kept
