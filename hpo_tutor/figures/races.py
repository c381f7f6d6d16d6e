"""Who is ahead after how many trials, and by how much, seed by seed?

band        lower to upper quartile over the seeds; the line within is the median
difference  final score of one sampler minus that of another on the same seed; negative where the first is better
"""

from html import escape

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from scipy.stats import binom

from hpo_tutor.figures.theme import FALLBACK, axis, dressed, ink, log_ticks, rgba
from hpo_tutor.race.results import Race
from hpo_tutor.scenes.looks import style
from hpo_tutor.scenes.ticks import number

Array = NDArray[np.float64]

WIDE = 4  # below this ratio a logarithmic axis shows what a linear one does, with fewer labels
LEVEL = 0.95  # of the interval for a median

_NAMES = {
    "regret": ("Regret of the incumbent", "expected loss of the incumbent minus the smallest there is", "regret,"),
    "score": ("Expected loss of the incumbent", "what the incumbent is worth without its luck", "expected"),
    "incumbent": ("Observed loss of the incumbent", "lucky, where losses are noisy", "observed"),
}


def regret(race: Race, column: str | None = None) -> go.Figure:
    """Median and quartiles over the seeds, a line and a band for each sampler, over the trials.

    The loss axis is logarithmic where all values are positive and spread over more than a factor of four.

    Args:
        race: what ``race.compare`` returned.
        column: "regret", "score" or "incumbent"; None for the regret where the optimum is known, else the score.

    Raises:
        ValueError: there is no such column, or regret was asked for and the optimum is unknown.
    """
    column = column or ("regret" if race.optimum_is_known else "score")
    if column == "regret" and not race.optimum_is_known:
        raise ValueError("a regret needs an objective with a known optimum, this one has none; use column='score'")
    bands = {name: np.where(np.isfinite(band), band, np.nan) for name, band in race.bands(column).items()}
    trials = np.arange(1.0, race.n_trials + 1)
    figure = go.Figure()
    alpha = 0.18 if len(bands) <= 3 else 0.09
    for name, (low, _, high) in bands.items():  # all bands lie below all lines
        figure.add_traces(_band(name, trials, low, high, alpha))
    for name, band in bands.items():
        figure.add_trace(_median(name, trials, band))
    title, meaning, word = _NAMES[column]
    values = np.concatenate([band[np.isfinite(band)] for band in bands.values()])
    wide = len(values) and values.min() > 0 and values.max() > WIDE * values.min()
    scale = log_ticks(values.min(), values.max()) if wide else {"type": "linear"}
    figure.update_xaxes(
        axis(
            "trials",
            range=[1, race.n_trials] if race.n_trials > 1 else None,
            dtick=1 if race.n_trials <= 10 else None,
        ),
        unifiedhovertitle={"text": "after %{x:d} trials"},
        spikecolor=FALLBACK,
        spikethickness=1,
    )
    figure.update_yaxes(axis(f"{word} {race.loss_label}", **scale))
    figure.update_layout(hovermode="x unified")
    seeds = f"{len(race.seeds)} seeds" if len(race.seeds) > 1 else "1 seed"
    final = "; ".join(
        f"{name} {number(band[1, -1])} (quartiles {number(band[0, -1])} to {number(band[2, -1])})"
        for name, band in bands.items()
    )
    return dressed(
        figure,
        title,
        f"median (line) and quartiles (band) over {seeds}",
        f"{title}, {meaning}, against trials: median and quartiles over {seeds}. "
        f"After {race.n_trials} trials: {final}.",
    )


def differences(race: Race, a: str, b: str, column: str = "score") -> go.Figure:
    """The final difference between two samplers, a point a seed, with the median and its interval.

    The interval covers the true median in at least 95 % of races, whatever the distribution (it takes the k-th
    smallest and largest difference, k from the binomial distribution); it needs six seeds.

    A seed on which only one of them found anything counts as infinitely far on its side, too far to be drawn; the
    description says how many there are. Seeds on which neither did are left out.

    Raises:
        ValueError: a sampler did not take part, or neither succeeded on any seed.
    """
    values, seeds = race.differences(a, b, column), np.array(race.seeds)
    decided = ~np.isnan(values)
    if not decided.any():
        raise ValueError(f"a difference needs a seed on which {a} or {b} succeeded, and there is none; see race.table")
    values, seeds = values[decided], seeds[decided]
    median, interval = float(np.median(values)), median_interval(values)
    n_better, n_worse = int(np.sum(values < 0)), int(np.sum(values > 0))
    heights = np.random.default_rng(0).uniform(-1, 1, len(values))  # spread, so that equal points are told apart
    figure = go.Figure()
    for name, chosen in ((a, values < 0), (b, values > 0), (None, values == 0)):
        if not chosen.any():
            continue
        look = style(name) if name else None
        figure.add_scatter(
            x=values[chosen],
            y=heights[chosen],
            mode="markers",
            name=ink(f"{name} better" if name else "equal"),
            legendgroup=name or "equal",
            marker={
                "color": look.color if look else FALLBACK,
                "symbol": look.symbol if look else "line-ns-open",
                "size": 9,
            },
            customdata=seeds[chosen],
            hovertemplate="seed %{customdata}: %{x:.3g}<extra></extra>",
        )
    low, high = interval or (median, median)
    figure.add_scatter(
        x=[median],
        y=[-1.7],
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [high - median],
            "arrayminus": [median - low],
            "color": FALLBACK,
            "thickness": 3,
            "width": 8,
            "visible": interval is not None,
        },
        mode="markers",
        marker={"color": FALLBACK, "symbol": "diamond", "size": 13},
        name=ink("median" if interval is None else "median and its 95 % interval"),
        legendgroup="median",
        hovertemplate=f"median {number(median)}, {number(low)} to {number(high)}<extra></extra>",
    )
    figure.add_vline(x=0, line={"color": FALLBACK, "width": 1.5})
    figure.update_xaxes(axis(f"{a} minus {b}, {race.loss_label}"))
    figure.update_yaxes(visible=False, range=[-2.4, 1.4], fixedrange=True)
    tail = "too few seeds for an interval" if interval is None else f"95 % interval {number(low)} to {number(high)}"
    return dressed(
        figure,
        f"{a} against {b}",
        f"a point a seed; left of zero {a} is better",
        f"Differences in {column} between {a} and {b} after {race.n_trials} trials, seed by seed: {a} is better in "
        f"{n_better} of {len(values)} seeds, {b} in {n_worse}; median difference {number(median)}, {tail}."
        + (f" {np.isinf(values).sum()} of them found nothing to compare with." if np.isinf(values).any() else ""),
        height=320,
    )


def median_interval(values: Array) -> tuple[float, float] | None:
    """An interval that covers the true median with at least 95 % probability; None for fewer than six values."""
    ordered = np.sort(values)
    k = int(binom.ppf((1 - LEVEL) / 2, len(ordered), 0.5))  # at most k - 1 values below: less than 2.5 %
    return None if k < 1 else (float(ordered[k - 1]), float(ordered[-k]))


def _band(name: str, trials: Array, low: Array, high: Array, alpha: float) -> list[go.Scatter]:
    """Lower edge, and upper edge filled down to it; both are shown and hidden together with the median."""
    edge = {"mode": "lines", "line": {"width": 0, "shape": "hv"}, "showlegend": False, "hoverinfo": "skip"}
    fill = {"fill": "tonexty", "fillcolor": rgba(style(name).color, alpha)}
    return [
        go.Scatter(x=trials, y=low, legendgroup=name, **edge),
        go.Scatter(x=trials, y=high, legendgroup=name, **fill, **edge),
    ]


def _median(name: str, trials: Array, band: Array) -> go.Scatter:
    """The line of a sampler; the quartiles are told on hovering."""
    look = style(name)
    return go.Scatter(
        x=trials,
        y=band[1],
        legendgroup=name,
        name=ink(name),
        mode="lines+markers",
        line={"color": look.color, "dash": look.dash, "width": 2.5, "shape": "hv"},
        marker={"color": look.color, "symbol": look.symbol, "size": 9, "maxdisplayed": 8},
        customdata=band[[0, 2]].T,
        hovertemplate=f"{escape(name)}: %{{y:.3g}} (%{{customdata[0]:.3g}} to %{{customdata[1]:.3g}})<extra></extra>",
    )
