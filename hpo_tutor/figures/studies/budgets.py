"""What does each sampler lose beyond the best of a data batch, and how fast does that fall with the number of points?

y - 1     a loss over the best one of its batch, minus 1 (``race.normalising``)
points    N = n^d for resolution n
interval  of the mean over data batches, by the studentised bootstrap, cut off at 0 where no value is below
"""

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from hpo_tutor.figures.studies.reach import LOST, error_bars, mean_interval, ranged
from hpo_tutor.figures.theme import axis, dressed, ink, log_ticks, rgba
from hpo_tutor.race.feasibility import shared_batches
from hpo_tutor.race.normalising import normalise, scores
from hpo_tutor.scenes.looks import style
from hpo_tutor.scenes.ticks import number

DODGE = 0.6  # of the room to the next number of points that the dots of one number take
WIDEST = 0.12  # of the whole axis that they take at most
FAR = 5.0  # times below the smallest mean, or above the largest, where the picture ends
BEST = {"pool": "the best of its batch", "optimum": "its batch's optimum"}


def curve_table(
    table: pd.DataFrame,
    track: str,
    n_dims: int,
    *,
    variant: str = "",
    live: bool = False,
    of: str = "score",
    by: str = "pool",
    level: float = 0.95,
) -> pd.DataFrame:
    """Mean of y - 1 over the data batches with its interval, a row for each sampler and number of points.

    Args:
        table: a study's rows.
        track: of ``race.tracks``.
        n_dims: d.
        variant: of the track.
        live: whether losses were really trained for.
        of: "score" or "observed".
        by: "pool" or "optimum"; ``race.protocol.normalise`` says what they are.
        level: of the interval.

    Returns:
        Columns sampler, resolution, points, mean, low, high, batches; only batches that all samplers of a number of
        points finished count, and numbers of points with fewer than two are left out.

    Raises:
        ValueError: the study has no such rows, or nowhere two batches that all samplers finished.
    """
    live_rows = table["live"].astype(bool) == live
    chosen = table[
        live_rows & (table["track"] == track) & (table["n_dims"] == n_dims) & (table["variant"].fillna("") == variant)
    ]
    if chosen.empty:
        there = sorted({f"{name}, d = {d}" for name, d in zip(table["track"], table["n_dims"], strict=True)})
        raise ValueError(
            f"a curve needs rows of {track}, d = {n_dims}, variant {variant!r}, live={live}; there are "
            f"{'; '.join(there) or 'none at all'}"
        )
    chosen = chosen.assign(y=normalise(chosen, by, of))
    rows = []
    for n, own in ((int(n), chosen[chosen["resolution"] == n]) for n in sorted(set(chosen["resolution"]))):
        if len(shared_batches(own)) < 2:
            continue
        found = scores(own, track=track, n_dims=n_dims, resolution=n, variant=variant, live=live, of="y")
        for name, values in found.items():
            low, mean, high, *_ = mean_interval(values, level)
            rows.append((name, n, n**n_dims, mean, low, high, len(values)))
    if not rows:
        raise ValueError(
            f"an interval needs two batches that all samplers finished; {track}, d = {n_dims} has none yet"
        )
    return pd.DataFrame(rows, columns=["sampler", "resolution", "points", "mean", "low", "high", "batches"])


def curves(table: pd.DataFrame, track: str, n_dims: int, **options: Any) -> go.Figure:
    """Mean of y - 1 against the number of points, a line a sampler, with intervals; both axes are logarithmic.

    The legend is in the order of the last values, best first. An interval that ends outside the picture runs to its
    edge; a mean of 0, of a sampler that was the best of every batch, has no place on a logarithmic axis and is told
    in the description.

    Args:
        table: a study's rows.
        track: of ``race.tracks``.
        n_dims: d.
        options: of ``curve_table``.

    Raises:
        ValueError: as of ``curve_table``; or no mean is above 0.
    """
    rows = curve_table(table, track, n_dims, **options)
    drawn = rows[rows["mean"] > 0]
    if drawn.empty:
        raise ValueError("a logarithmic axis needs a mean above 0, and all are 0: did only one sampler take part?")
    ends = _ends(drawn)
    last = rows.sort_values("points").groupby("sampler")[["points", "mean"]].last()
    order = list(last.sort_values(["points", "mean"], ascending=[False, True]).index)
    counts = sorted(set(rows["points"]))
    gap = min(np.diff(np.log(counts)), default=0.3)
    room = min(DODGE * gap, WIDEST * np.log(counts[-1] / counts[0]) if len(counts) > 1 else gap)
    figure = go.Figure()
    for k, name in enumerate(order):
        look, own = style(name), drawn[drawn["sampler"] == name].sort_values("points")
        figure.add_scatter(
            x=own["points"] * np.exp(room * ((k + 0.5) / len(order) - 0.5)),
            y=own["mean"],
            error_y=error_bars(
                own["mean"], own["low"], own["high"], ends, color=rgba(look.color, 0.75), thickness=1.5, width=3
            ),
            mode="lines+markers",
            name=ink(name),
            line={"color": look.color, "dash": look.dash, "width": 2},
            marker={"color": look.color, "symbol": look.symbol, "size": 9},
            customdata=[
                (n, ranged(low, high)) for n, low, high in own[["points", "low", "high"]].itertuples(index=False)
            ],
            hovertemplate=f"{name}, %{{customdata[0]}} points: %{{y:.3g}} (%{{customdata[1]}})<extra></extra>",
        )
    by, of = options.get("by", "pool"), options.get("of", "score")
    figure.update_xaxes(
        axis("points, N", type="log", tickvals=counts, ticktext=[ink(f"{n}") for n in counts], showgrid=False),
        tickprefix="",
        ticksuffix="",
        range=[np.log10(counts[0]) - 0.2 * gap, np.log10(counts[-1]) + 0.2 * gap],
    )
    figure.update_yaxes(axis(f"{of} beyond {BEST[by]}, {LOST}", **log_ticks(*ends)), range=list(np.log10(ends)))
    batches = sorted(set(rows["batches"]))
    over = f"{batches[0]} to {batches[-1]}" if len(batches) > 1 else f"{batches[0]}"
    level = f"{100 * options.get('level', 0.95):g} %"
    kind = {True: ", really trained", False: ""}[options.get("live", False)]
    varied = f", {options['variant']}" if options.get("variant") else ""
    return dressed(
        figure,
        f"{track}, {n_dims} hyperparameters{varied}{kind}",
        f"mean and {level} interval (bootstrap-t), {over} batches",
        f"Mean {of} beyond {BEST[by]}, {LOST}, on {track} with {n_dims} hyperparameters{varied}{kind}, against the "
        f"number of points, over {over} batches. {_told(rows)}.",
        height=520,
    )


def _ends(drawn: pd.DataFrame) -> tuple[float, float]:
    """The ends of the axis: around all intervals, but not much farther than the means."""
    smallest, largest = drawn["mean"].min(), drawn["mean"].max()
    lows, highs = drawn["low"][drawn["low"] > 0], drawn["high"][np.isfinite(drawn["high"])]
    low = max(min(lows.min() if len(lows) else smallest, smallest), smallest / FAR)
    high = min(max(highs.max() if len(highs) else largest, largest), largest * FAR)
    return float(low / 1.1), float(high * 1.1)


def _told(rows: pd.DataFrame) -> str:
    """Every mean in words."""
    said: dict[int, list[str]] = {}
    for name, n, mean, low, high in rows.sort_values(["points", "mean"])[
        ["sampler", "points", "mean", "low", "high"]
    ].to_numpy(dtype=object):
        said.setdefault(n, []).append(f"{name} {number(mean)} ({ranged(low, high)})")
    return "; ".join(f"with {n} points {', '.join(each)}" for n, each in said.items())
