"""What do the trials of a grid and of random search look like from the side, and how much of a result is luck?

shadow   where a trial falls when one looks along a direction: two trials with one shadow differ in nothing that matters
rate     share of valleys to which random search comes nearer, between 0 and 1
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from hpo_tutor.figures.theme import FALLBACK, axis, dressed, ink
from hpo_tutor.problems.landscapes import Landscape
from hpo_tutor.race.results import Race
from hpo_tutor.scenes.layers import AnyLayer, Circles, Heatmap, Line, Points, Segments
from hpo_tutor.scenes.looks import GREY, style
from hpo_tutor.scenes.stage import Axis, Board, Scene, beside
from hpo_tutor.scenes.ticks import number

Array = NDArray[np.float64]

RING, REACH = 0.78, 0.92  # radius of the ring, and of the picture from the middle of the square; sides of the square
PIXELS, BREADTH = 40, 0.13  # of the valley: cells along each side, and how far it reaches
SUN = "#F0E442"  # the yellow of Okabe and Ito's palette, which no sampler has
HALVES = ((0.0, "0"), (0.5, "0.5"), (1.0, "1"))


def squares(points: Mapping[str, Array]) -> go.Figure:
    """The trials of each design in a square, and their shadows on the horizontal axis below it.

    Args:
        points: design's name -> (N, 2) in the unit square.
    """
    figure = make_subplots(cols=len(points), shared_yaxes=True, subplot_titles=[ink(name) for name in points])
    counts = []
    for column, (name, trials) in enumerate(points.items(), start=1):
        look = {"color": style(name).color, "symbol": style(name).symbol, "size": 9}
        figure.add_scatter(
            x=trials[:, 0], y=trials[:, 1], mode="markers", marker=look, name=ink(name), row=1, col=column
        )
        below = {"color": style(name).color, "symbol": "line-ns-open", "size": 14}
        figure.add_scatter(
            x=trials[:, 0],
            y=np.full(len(trials), -0.14),
            mode="markers",
            marker=below,
            name=ink("shadow"),
            row=1,
            col=column,
        )
        counts.append(f"{name} {len(np.unique(trials[:, 0].round(9)))}")
    figure.update_xaxes(axis("x", range=[-0.05, 1.05]))
    figure.update_yaxes(axis("", range=[-0.22, 1.05], tick0=0, dtick=0.5))
    figure.update_yaxes(title_text=ink("y"), col=1)
    n_trials = len(next(iter(points.values())))
    dressed(
        figure,
        f"{n_trials} trials, and the values of x they try",
        "below each square: the shadows on the x axis",
        f"Squares with the trials of {', '.join(points)}; different values of x: {', '.join(counts)}.",
    )
    return figure.update_layout(showlegend=False, margin_t=104)  # the squares have titles of their own


def across(points: Array, angle: float) -> Array:
    """Where the shadows of points (..., 2) fall if the valley is turned by an angle in degrees; shape (...)."""
    along_x: Array = points @ np.array([math.cos(math.radians(angle)), math.sin(math.radians(angle))])
    return along_x


def win_rate(points: Array, angle: float, n_valleys: int = 4000) -> float:
    """Share of valleys, each through a random place of the square, to which as many random draws come nearer.

    Args:
        points: (N, 2) in the unit square.
        angle: of the valleys in degrees; 0 where only x matters.
        n_valleys: how many; the draws are fresh for each.
    """
    rng = np.random.default_rng(0)
    valleys = across(rng.random((n_valleys, 1, 2)), angle)
    drawn = across(rng.random((n_valleys, len(points), 2)), angle)
    fixed = across(points, angle)
    return float(np.mean(np.abs(drawn - valleys).min(axis=1) < np.abs(fixed - valleys).min(axis=1)))


def one_training(landscape: Landscape) -> float:
    """How far one training typically lies from the mean of its configuration (standard deviation, unit of the loss).

    Among the best tenth of the recorded configurations of every batch, for that is where searches end.
    """
    variances = []
    for batch in range(landscape.n_batches):
        surface = landscape.draw(batch).grid()
        variances.append(np.mean(surface.spread[surface.losses <= np.quantile(surface.losses, 0.1)] ** 2))
    return float(np.sqrt(np.mean(variances)))


def ridge(
    points: Mapping[str, Array],
    n_shadows: Mapping[str, Mapping[float, int]],
    rates: Mapping[str, Mapping[float, float]],
    angle: float,
    design: str,
) -> Board:
    """A valley turned by an angle, the shadows that trials cast along it, and what that does to the win rate.

    Args:
        points: design's name -> (N, 2) in the unit square.
        n_shadows: design's name -> angle -> how many of its shadows differ.
        rates: design's name -> angle -> share of valleys to which random search comes nearer.
        angle: of the valley in degrees; 0 where only x matters, so that the valley is upright.
        design: whose trials are shown.
    """
    trials, count, rate = points[design], n_shadows[design][angle], rates[design][angle]
    rival = "another random draw" if design == "random" else "random search"
    sentence = (
        f"The valley is turned by {number(angle)}°. The {len(trials)} trials of {design} cast {count} different "
        f"shadows, and {rival} comes nearer to {100 * rate:.0f}\u00a0% of the valleys."
    )
    return beside(_sundial(trials, angle, count, design), _win_rates(rates, angle, design), sentence=sentence)


def _sundial(trials: Array, angle: float, count: int, design: str) -> Scene:
    """The square with its valley inside a ring: light shines along the valley, and shadows fall on the ring."""
    turned, look = math.radians(angle), style(design)
    across, along = np.array([[math.cos(turned), math.sin(turned)], [-math.sin(turned), math.cos(turned)]])
    places = (trials - 0.5) @ across
    shadows = 0.5 + np.outer(places, across) - np.outer(np.sqrt(RING**2 - places**2), along)
    ends = shadows - 0.07 * along
    lamp = 0.5 + RING * along
    sides = Axis("x", 0.5 - REACH, 0.5 + REACH, ticks=HALVES)
    return Scene(
        [
            Heatmap(_valley(angle), (0, 1), (0, 1), 0, 1, name="loss", labels=("low", "high")),
            Circles([0.5], [0.5], RING / (2 * REACH), color=GREY, width=1, opacity=0.6),
            _pieces(trials, shadows, GREY, 1, opacity=0.6),
            Points(trials[:, 0], trials[:, 1], look.color, look.symbol, 10),
            _pieces(shadows, ends, look.color, 4, name="shadow"),
            Points(lamp[:1], lamp[1:], SUN, "circle", 26, outline=GREY, name="light, along the valley"),
        ],
        sides,
        replace(sides, label="y"),
        title=f"{len(trials)} trials, {count} shadows",
        aspect=1,
        grid=False,
    )


def _pieces(starts: Array, ends: Array, color: str, width: float, opacity: float = 1.0, name: str = "") -> Segments:
    """Straight pieces between two arrays of (N, 2) places."""
    return Segments(
        starts[:, 0], starts[:, 1], ends[:, 0], ends[:, 1], color=color, width=width, opacity=opacity, name=name
    )


def _win_rates(rates: Mapping[str, Mapping[float, float]], angle: float, design: str) -> Scene:
    """The rates of all designs over the angle; the shown one is bold, and a dot stands at the present angle."""
    layers: list[AnyLayer] = [Segments([0], [50], [90], [50], color=GREY, width=1.5)]
    for name, over in sorted(rates.items(), key=lambda item: item[0] == design):  # the shown one lies on top
        look, shown = style(name), name == design
        line = {"width": 3.5 if shown else 1.5, "opacity": 1.0 if shown else 0.6}
        layers.append(
            Line(list(over), [100 * rate for rate in over.values()], look.color, look.dash, name=name, **line)
        )
    look = style(design)
    layers.append(Points([angle], [100 * rates[design][angle]], look.color, look.symbol, 19, outline="ink"))
    return Scene(
        layers,
        Axis("angle of the valley (degrees)", 0, 90, ticks=[(at, str(at)) for at in range(0, 91, 15)]),
        Axis("random search is nearer (% of valleys)", 0, 100),
        title="Who comes nearer?",
        aspect=1,
    )


@cache
def _valley(angle: float) -> NDArray[np.float32]:
    """The loss across the square, (PIXELS, PIXELS); one read-only array for all designs, kept once."""
    middles = (np.arange(PIXELS) + 0.5) / PIXELS - 0.5
    turned = math.radians(angle)
    distances = middles * math.cos(turned) + middles[:, None] * math.sin(turned)
    loss = (1 - np.exp(-((distances / BREADTH) ** 2))).astype(np.float32)
    loss.setflags(write=False)
    return loss


def flattery(race: Race, sampler: str, after: Sequence[int]) -> go.Figure:
    """How much worse the incumbent is than it looked, a point a search, after some numbers of trials.

    Args:
        race: on an objective that knows its expected losses.
        sampler: whose incumbents.
        after: numbers of trials, one column of points each.
    """
    figure = go.Figure()
    gap = race.curves("score")[sampler] - race.curves("incumbent")[sampler]
    aside = np.random.default_rng(0).uniform(-0.3, 0.3, len(gap))  # so that equal points are told apart
    look, told = style(sampler), []
    for column, n_trials in enumerate(after):
        worse = gap[:, n_trials - 1]
        figure.add_scatter(
            x=column + aside,
            y=worse,
            mode="markers",
            marker={"color": look.color, "symbol": look.symbol, "size": 7, "opacity": 0.7},
            name=ink("a search"),
            showlegend=column == 0,
            hovertemplate="worse by %{y:.3g}<extra></extra>",
        )
        told.append(f"after {n_trials} {np.mean(worse > 0):.0%}, by {number(float(np.median(worse)))}")
    medians = [float(np.median(gap[:, n_trials - 1])) for n_trials in after]
    figure.add_scatter(
        x=list(range(len(after))),
        y=medians,
        mode="markers",
        marker={"color": FALLBACK, "symbol": "line-ew-open", "size": 60, "line": {"width": 4}},
        name=ink("median"),
        hovertemplate="median %{y:.3g}<extra></extra>",
    )
    figure.add_hline(y=0, line={"color": FALLBACK, "width": 1.5})
    ticks = [f"{n_trials} trial{'s' if n_trials > 1 else ''}" for n_trials in after]
    figure.update_xaxes(axis("incumbent after", tickvals=list(range(len(after))), ticktext=ticks))
    figure.update_yaxes(axis(f"true minus seen, {race.loss_label}"))
    return dressed(
        figure,
        "The winner's curse",
        "a point a search; above zero, the winner is worse than it looked",
        f"Incumbents of {sampler} in {len(gap)} searches that are worse than they looked, and the median by how much: "
        f"{'; '.join(told)}.",
    )
