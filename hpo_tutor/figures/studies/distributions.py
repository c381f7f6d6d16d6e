"""How are the values of data batches spread, and how far does each method say that their mean may lie?

values  (B,)  y - 1 of one sampler and number of points, one for each data batch
"""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from hpo_tutor.figures.studies.reach import LOST, error_bars, linear_ends, mean_interval, ranged
from hpo_tutor.figures.theme import FALLBACK, axis, dressed, ink, rgba
from hpo_tutor.race.statistics import INTERVALS, ExponentialFit, exponential_fit
from hpo_tutor.race.statistics.samples import checked
from hpo_tutor.scenes.looks import BLUE, ORANGE, style
from hpo_tutor.scenes.ticks import number

FIVE = ("gaussian", "student", "exponential", "percentile", "bootstrap-t")
FEWEST_BARS, PER_BAR = 4, 4  # batches a bar holds on average
N_CURVE = 200


def tails(values: ArrayLike, fit: ExponentialFit | None = None, name: str = "", title: str = "") -> go.Figure:
    """The values of the data batches as a histogram, with the exponential fitted to them, and their mean.

    Args:
        values: y - 1 on each data batch, (B,).
        fit: what ``race.statistics.exponential_fit`` returned; None to fit here.
        name: the sampler's, whose colour the bars have.
        title: what was raced on.

    Raises:
        ValueError: as of ``exponential_fit``.
    """
    data = checked(values)
    fit = fit or exponential_fit(data)
    n_bars = max(FEWEST_BARS, round(len(data) / PER_BAR))
    counts, edges = np.histogram(data, n_bars, range=(0, float(data.max())))
    width = edges[1] - edges[0]
    x = np.linspace(0, edges[-1] * 1.05, N_CURVE)
    expected = len(data) * width / fit.scale * np.exp(-x / fit.scale)
    mean = mean_interval(data)
    color = style(name).color if name else BLUE
    ends = (0.0, float(x[-1]))
    top = float(max(counts.max(), expected[0]))
    figure = go.Figure()
    figure.add_bar(
        x=((edges[:-1] + edges[1:]) / 2)[counts > 0],
        y=counts[counts > 0],
        width=width * 0.96,
        marker={"color": rgba(color, 0.45), "line": {"color": color, "width": 1.5}},
        name=ink(f"{name or 'values'}: batches"),
        hovertemplate="%{y:d} batches around %{x:.3g}<extra></extra>",
    )
    figure.add_scatter(
        x=x,
        y=expected,
        mode="lines",
        line={"color": FALLBACK, "width": 2.5, "dash": "dash"},
        name=ink("exponential of the same mean"),
        hovertemplate="expected around %{x:.3g}: %{y:.2g} batches<extra></extra>",
    )
    figure.add_scatter(
        x=[mean.centre],
        y=[-0.07 * top],
        error_x=error_bars([mean.centre], [mean.low], [mean.high], ends, color=FALLBACK, thickness=3, width=7),
        mode="markers",
        marker={"color": FALLBACK, "symbol": "diamond", "size": 12},
        name=ink("mean and 95 % interval"),
        hovertemplate=f"mean {number(mean.centre)} ({ranged(mean.low, mean.high)})<extra></extra>",
    )
    figure.update_xaxes(axis(LOST), range=list(ends))
    figure.update_yaxes(
        axis("batches", tickvals=_whole(top), ticktext=[ink(f"{n}") for n in _whole(top)]),
        tickprefix="",
        ticksuffix="",
        range=[-0.16 * top, 1.08 * top],
    )
    n_zeros = int(np.sum(data == 0))
    title = title or f"How {name or 'the values'} spread over {len(data)} batches"
    return dressed(
        figure,
        title,
        f"{fit.test} fit of an exponential: P-value {number(fit.p_value)}",
        f"{title}: a histogram of {LOST} over {len(data)} batches"
        + (f", {n_zeros} of them exactly 0" if n_zeros else "")
        + f"; the mean is {number(mean.centre)}, its 95 % interval (bootstrap-t) {ranged(mean.low, mean.high)}. "
        f"An exponential of this mean fits with P-value {number(fit.p_value)} ({fit.test}); a large one is no proof.",
    )


def intervals(
    values: ArrayLike, methods: Sequence[str] = FIVE, truth: float | None = None, level: float = 0.95, title: str = ""
) -> go.Figure:
    """The values, and below them how far the true mean may lie by each method.

    Args:
        values: y - 1 on each data batch, (B,).
        methods: of ``race.statistics.INTERVALS``.
        truth: the true mean where it is known, drawn as a line.
        level: of the intervals.
        title: what the values are.

    Raises:
        ValueError: there is no such method, or it does not take such values.
    """
    data = checked(values)
    if unknown := [method for method in methods if method not in INTERVALS]:
        raise ValueError(f"methods must be of {', '.join(INTERVALS)}; got {', '.join(unknown)}")
    found = [INTERVALS[method](data, level=level) for method in methods]
    low, mean, high = (np.array([each[k] for each in found]) for k in range(3))
    ends = linear_ends(low, high, data, [] if truth is None else [truth])
    heights = np.arange(len(found))[::-1]
    figure = go.Figure()
    figure.add_scatter(
        x=data,
        y=np.full(len(data), len(found) + 0.0),
        mode="markers",
        marker={"color": FALLBACK, "symbol": "line-ns-open", "size": 14, "line": {"width": 2}},
        name=ink("values of the batches"),
        hovertemplate="%{x:.3g}<extra></extra>",
    )
    figure.add_scatter(
        x=mean,
        y=heights,
        error_x=error_bars(mean, low, high, ends, color=BLUE, thickness=3, width=7),
        mode="markers",
        marker={"color": BLUE, "symbol": "diamond", "size": 11},
        name=ink(f"mean and {100 * level:g} % interval"),
        customdata=[(method, ranged(*pair)) for method, *pair in zip(methods, low, high, strict=True)],
        hovertemplate="%{customdata[0]}: %{x:.3g} (%{customdata[1]})<extra></extra>",
    )
    figure.add_vline(x=0, line={"color": FALLBACK, "width": 1})
    if truth is not None:
        figure.add_scatter(
            x=[truth, truth],
            y=[-0.6, len(found) + 0.4],
            mode="lines",
            line={"color": ORANGE, "width": 2, "dash": "dash"},
            name=ink("true mean"),
            hovertemplate=f"true mean {number(truth)}<extra></extra>",
        )
    figure.update_xaxes(axis(LOST), range=list(ends))
    figure.update_yaxes(
        axis(
            "",
            tickvals=[*heights, len(found)],
            ticktext=[ink(word) for word in (*methods, "values")],
            showgrid=False,
            ticks="",
            showline=False,
        ),
        tickprefix="",
        ticksuffix="",
        range=[-0.6, len(found) + 0.6],
    )
    title = title or f"How far may the mean of {len(data)} batches lie?"
    told = "; ".join(f"{method} {ranged(*pair)}" for method, *pair in zip(methods, low, high, strict=True))
    known = "" if truth is None else f" The true mean is {number(truth)}."
    return dressed(
        figure,
        title,
        f"mean and {100 * level:g} % intervals by {len(found)} methods",
        f"{title} {len(data)} values with mean {number(mean[0])}; {100 * level:g} % intervals: {told}.{known}",
        height=170 + 38 * (len(found) + 1),
    )


def _whole(top: float) -> list[int]:
    """About five whole numbers from 0 to the top."""
    step = max(1, round(top / 5))
    return [*range(0, int(top) + 1, step)]
