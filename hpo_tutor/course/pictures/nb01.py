"""What does tuning by hand look like? A gesture on two scales, what choosing flatters, what training bears.

losses       in nats, validation and test rows apart
n_rates      learning rates that are tried
"""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike, NDArray

from hpo_tutor.course.games.fog import power
from hpo_tutor.course.pictures.nb03 import one_training as one_training
from hpo_tutor.figures.theme import FALLBACK, axis, dressed, ink, log_ticks
from hpo_tutor.scenes.layers import AnyLayer, Line, Points, Segments
from hpo_tutor.scenes.looks import BLUE, GREEN, GREY, ORANGE, RED, style
from hpo_tutor.scenes.stage import Axis, Scene
from hpo_tutor.scenes.ticks import number
from hpo_tutor.search_space import Float

Array = NDArray[np.float64]

WAYS = ((BLUE, "solid", "circle"), (ORANGE, "dash", "diamond"), (GREEN, "dashdot", "square"))
"""How kinds of networks are told apart, in the order in which they are given."""


def two_sliders(domain: Float, n_frames: int = 41) -> list[Scene]:
    """A slider is pushed from one end to the other: the value that it stands for on a linear and on a log scale.

    Args:
        domain: between which values; logarithmic.
        n_frames: places of the slider, the ends included.
    """
    way = np.linspace(0, 100, 101)
    linear = domain.low + (domain.high - domain.low) * way / 100
    even = domain.low * (domain.high / domain.low) ** (way / 100)
    x, y = Axis("way of the slider (%)", 0, 100), Axis("learning rate", domain.low, domain.high, log=True)
    lines: list[AnyLayer] = [
        Line(way, linear, RED, "dash", 2.5, name="linear slider"),
        Line(way, even, BLUE, "solid", 2.5, name="logarithmic slider"),
    ]
    frames = []
    for place in np.linspace(0, 100, n_frames):
        now = [float(np.interp(place, way, linear)), domain.low * (domain.high / domain.low) ** (place / 100)]
        hands: list[AnyLayer] = [
            Segments([place], [y.low], [place], [y.high], GREY, "dot"),
            Points([place], now[:1], RED, "square", 13),
            Points([place], now[1:], BLUE, "circle", 13),
        ]
        sentence = (
            f"At {place:.0f} % of its way the linear slider stands at {power(now[0])}, "
            f"the logarithmic one at {power(now[1])}."
        )
        frames.append(Scene([*lines, *hands], x, y, sentence, "One gesture, two scales", aspect=0.45))
    return frames


def chosen(validation: Array, test: Array) -> go.Figure:
    """The losses of all settings on two sets of rows, with what is lowest on each.

    Args:
        validation: (n,) losses of the networks on the validation rows.
        test: (n,) losses of the same networks on the test rows.
    """
    figure = go.Figure()
    figure.add_scatter(
        x=validation,
        y=test,
        mode="markers",
        marker={"color": BLUE, "size": 8},
        name=ink("a network"),
        hovertemplate="validation %{x:.3g}, test %{y:.3g}<extra></extra>",
    )
    picks = (("lowest on validation", validation, ORANGE, "diamond-open"), ("lowest on test", test, RED, "square-open"))
    for name, losses, color, symbol in picks:
        best = int(np.nanargmin(losses))
        figure.add_scatter(
            x=validation[best : best + 1],
            y=test[best : best + 1],
            mode="markers",
            marker={"color": color, "symbol": symbol, "size": 17, "line": {"width": 3}},
            name=ink(name),
            hoverinfo="skip",
        )
    figure.update_xaxes(axis("loss on the validation rows (nats)", **_between(validation)))
    figure.update_yaxes(axis("loss on the test rows (nats)", **_between(test)))
    first, second = int(np.nanargmin(validation)), int(np.nanargmin(test))
    return dressed(
        figure,
        f"{len(validation)} networks, judged twice",
        "each point is one trained network",
        f"Test loss over validation loss of {len(validation)} networks. Lowest on validation is "
        f"{number(validation[first])}, with {number(test[first])} on test; lowest on test is {number(test[second])}.",
    )


def beaten(counts: ArrayLike, n_walkers: int = 100) -> go.Figure:
    """How many random walkers were beaten in each of several walks, as a histogram.

    Args:
        counts: (n,) from 0 to ``n_walkers``.
        n_walkers: how many there were.
    """
    counts = np.asarray(counts)
    figure = go.Figure(
        go.Histogram(
            x=counts,
            xbins={"start": -0.5, "end": n_walkers + 4.5, "size": 5},
            marker={"color": style("by hand").color, "line": {"color": FALLBACK, "width": 1}},
            hovertemplate="%{x}: %{y} walks<extra></extra>",
        )
    )
    figure.update_xaxes(axis(f"random walkers beaten, of {n_walkers}", range=[-1, n_walkers + 1]))
    figure.update_yaxes(axis("walks"))
    return dressed(
        figure,
        "The same rule, the same start, other luck",
        f"each of {len(counts)} walks differs in its seeds alone",
        f"Histogram: {len(counts)} walks beat between {counts.min()} and {counts.max()} of {n_walkers} random walkers, "
        f"half of them at least {number(float(np.median(counts)))}.",
        height=340,
    )


def above_optimum(above: Mapping[str, ArrayLike], better: Mapping[str, float]) -> go.Figure:
    """How far above the lowest loss the defaults of several tasks are, a dot a data batch.

    Args:
        above: task -> (n,) in per cent of the lowest loss, positive.
        better: task -> share of blind draws that are better than the default.
    """
    figure, told, labels = go.Figure(), [], []
    for row, (name, percent) in enumerate(above.items()):
        values = np.asarray(percent, dtype=np.float64)
        mean = float(values.mean())
        figure.add_scatter(
            x=values,
            y=row + np.linspace(-0.18, 0.18, len(values)),
            mode="markers",
            marker={"color": BLUE, "size": 8, "opacity": 0.75},
            name=ink("a division"),
            showlegend=row == 0,
            hovertemplate=f"{name}: %{{x:.3g}} %<extra></extra>",
        )
        figure.add_scatter(
            x=[mean],
            y=[row],
            mode="markers",
            marker={"color": FALLBACK, "symbol": "line-ns-open", "size": 44, "line": {"width": 4}},
            name=ink("mean"),
            showlegend=row == 0,
            hovertemplate="mean %{x:.3g} %<extra></extra>",
        )
        told.append(f"{name} {number(mean)} %, and {100 * better[name]:.0f} % of blind draws are better")
        labels.append(f"<b>{ink(name)}</b><br>{ink(f'{100 * better[name]:.0f} % of draws')}<br>{ink('are better')}")
    everything = np.concatenate([np.ravel(percent) for percent in above.values()])
    low, high = float(everything.min()), float(everything.max())
    figure.update_xaxes(
        axis("default above the lowest loss (%, log scale)", **log_ticks(low, high, decades=high > 100 * low)),
        range=[np.log10(low) - 0.1, np.log10(high) + 0.1],
    )
    rows = list(range(len(above)))
    figure.update_yaxes(axis("", tickvals=rows, ticktext=labels, range=[len(above) - 0.5, -0.5], showgrid=False))
    return dressed(
        figure,
        "What is a default worth?",
        "a dot a division, the bar their mean",
        f"How far the default lies above the lowest loss, mean over divisions: {'; '.join(told)}.",
        height=360,
    )


def over_rates(rates: ArrayLike, losses: Mapping[str, Sequence[float]], good: float) -> go.Figure:
    """How well several kinds of networks train over the learning rate.

    Args:
        rates: (n_rates,) learning rates.
        losses: kind -> (n_rates,) validation losses; infinity or nan where training blew up: a gap in the line.
        good: below this a network counts as trained well.
    """
    rates = np.asarray(rates)
    figure = go.Figure()
    told = []
    for (color, dash, symbol), (name, values) in zip(WAYS, losses.items(), strict=False):
        shown = np.where(np.isfinite(values), values, np.nan)
        figure.add_scatter(
            x=rates,
            y=shown,
            mode="lines+markers",
            line={"color": color, "dash": dash, "width": 2.5},
            marker={"color": color, "symbol": symbol, "size": 8},
            name=ink(name),
            hovertemplate="learning rate %{x:.2g}: %{y:.3g}<extra></extra>",
        )
        told.append(f"{name} {np.sum(shown < good)}")
    figure.add_hline(y=good, line={"color": FALLBACK, "width": 1.5})
    figure.update_xaxes(axis("learning rate (log scale)", **log_ticks(rates.min(), rates.max(), decades=True)))
    figure.update_yaxes(axis("validation loss (nats)", rangemode="tozero"))
    return dressed(
        figure,
        "Which learning rates train?",
        f"below the line at {number(good)} a network counts as trained",
        f"Validation loss over {len(rates)} learning rates; below {number(good)} lie: {', '.join(told)}.",
    )


def _between(losses: Array) -> dict[str, object]:
    """A logarithmic axis around these losses."""
    low, high = float(np.nanmin(losses)), float(np.nanmax(losses))
    return {**log_ticks(low, high), "range": [np.log10(low) - 0.05, np.log10(high) + 0.05]}
