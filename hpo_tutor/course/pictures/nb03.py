"""What do the trials of a grid and of random search look like from the side?

shadow   where a trial falls on one axis when the other directions are ignored
rate     share of valleys on which random search ends nearer, between 0 and 1
"""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike, NDArray
from plotly.subplots import make_subplots

from hpo_tutor.figures.theme import FALLBACK, axis, dressed, ink
from hpo_tutor.race import Race
from hpo_tutor.scenes.looks import style
from hpo_tutor.scenes.ticks import number

Array = NDArray[np.float64]


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


def loss_against(race: Race, hyperparameters: Sequence[str], seed: int) -> go.Figure:
    """All trials of one lap seen from the side of each hyperparameter: the loss over its value alone."""
    histories = {name: race.histories[name, seed] for name in race.samplers}
    figure = make_subplots(cols=len(hyperparameters), shared_yaxes=True)
    for column, hyperparameter in enumerate(hyperparameters, start=1):
        for name, history in histories.items():
            figure.add_scatter(
                x=[trial.config[hyperparameter] for trial in history],
                y=history.losses,
                mode="markers",
                marker={"color": style(name).color, "symbol": style(name).symbol, "size": 8},
                name=ink(name),
                legendgroup=name,
                showlegend=column == 1,
                hovertemplate=f"{hyperparameter} %{{x:.2g}}, loss %{{y:.4g}}<extra></extra>",
                row=1,
                col=column,
            )
        figure.update_xaxes(axis(f"{hyperparameter} (log scale)", type="log", dtick=1, tickformat=".0e"), col=column)
    figure.update_yaxes(axis(""))
    figure.update_yaxes(title_text=ink(race.loss_label), col=1)
    losses = np.concatenate([history.losses for history in histories.values()])
    return dressed(
        figure,
        f"{len(losses)} networks, seen from two sides",
        "each point is one trained network",
        f"Loss of {len(losses)} networks over {' and over '.join(hyperparameters)}, "
        f"from {number(np.nanmin(losses))} to {number(np.nanmax(losses))}.",
    )


def valleys(trials: Array, angles: Sequence[float]) -> go.Figure:
    """The trials of a design, and a straight valley through the middle of the square at each angle.

    Args:
        trials: (N, 2) in the unit square.
        angles: in degrees; 0 where only the horizontal axis matters, so that the valley is upright.
    """
    figure = make_subplots(cols=len(angles), subplot_titles=[ink(f"{angle}°") for angle in angles])
    along = np.array([-0.75, 0.75])
    for column, angle in enumerate(angles, start=1):
        turned = np.radians(angle)
        figure.add_scatter(
            x=0.5 - along * np.sin(turned),
            y=0.5 + along * np.cos(turned),
            mode="lines",
            line={"color": FALLBACK, "width": 14},
            opacity=0.45,
            hoverinfo="skip",
            row=1,
            col=column,
        )
        look = {"color": style("grid-midpoints").color, "symbol": style("grid-midpoints").symbol, "size": 9}
        figure.add_scatter(
            x=trials[:, 0], y=trials[:, 1], mode="markers", marker=look, name=ink("trial"), row=1, col=column
        )
    figure.update_xaxes(axis("x", range=[0, 1], constrain="domain"))
    for column in range(1, len(angles) + 1):  # squares, so that 45° looks like 45°
        anchor = f"x{column if column > 1 else ''}"
        sides = axis("", range=[0, 1], dtick=0.5, constrain="domain", scaleanchor=anchor, showticklabels=column == 1)
        figure.update_yaxes(sides, col=column)
    figure.update_yaxes(title_text=ink("y"), col=1)
    dressed(
        figure,
        "A valley at an angle",
        "the broad line is the valley; the points are the midpoint grid",
        f"Squares with {len(trials)} trials and a straight valley through their middle, turned by "
        f"{', '.join(f'{angle}°' for angle in angles)}.",
    )
    return figure.update_layout(showlegend=False, margin_t=104)


def strips(shadows: Mapping[str, Array]) -> go.Figure:
    """Shadows on one axis, a row each.

    Args:
        shadows: what the row is called -> (N,) places on the axis; a row is drawn like the sampler it begins with.
    """
    figure = go.Figure()
    for name, places in shadows.items():
        look = style(name.split(",")[0])
        figure.add_scatter(
            x=places,
            y=[name] * len(places),
            mode="markers",
            marker={"color": look.color, "symbol": "line-ns-open", "size": 22, "line": {"width": 2}},
            hovertemplate="%{x:.3f}<extra></extra>",
        )
    figure.update_xaxes(axis("place across the valley, in sides of the square"))
    figure.update_yaxes(axis("", autorange="reversed"))
    counts = "; ".join(f"{name}: {len(np.unique(np.round(places, 9)))}" for name, places in shadows.items())
    dressed(
        figure,
        "Shadows across the valley",
        "each tick is a place that is tried at least once",
        f"Different places that are tried, {counts}.",
        height=120 + 44 * len(shadows),
    )
    return figure.update_layout(showlegend=False)


def win_rates(angles: ArrayLike, rates: Mapping[str, Sequence[float]]) -> go.Figure:
    """How often random search ends nearer to the valley than another design, over the valley's angle.

    Args:
        angles: (n,) in degrees, 0 where the valley lies along an axis.
        rates: the other design's name -> (n,) rates.
    """
    figure = go.Figure()
    for name, values in rates.items():
        look = style(name)
        figure.add_scatter(
            x=np.asarray(angles),
            y=100 * np.asarray(values),
            mode="lines+markers",
            line={"color": look.color, "dash": look.dash, "width": 2.5},
            marker={"color": look.color, "symbol": look.symbol, "size": 7},
            name=ink(f"against {name}"),
            hovertemplate="%{x}°: %{y:.0f} %<extra></extra>",
        )
    figure.add_hline(y=50, line={"color": FALLBACK, "width": 1.5})
    figure.update_xaxes(axis("angle of the valley (degrees)", tick0=0, dtick=15))
    figure.update_yaxes(axis("random search is nearer (%)", range=[0, 100]))
    ends = "; ".join(
        f"against {name} from {100 * min(values):.0f} to {100 * max(values):.0f} %" for name, values in rates.items()
    )
    return dressed(
        figure,
        "How often random search wins",
        "above the line at 50 % random search is ahead",
        f"Share of valleys on which random search ends nearer, over the angle of the valley: {ends}.",
    )


def luck(race: Race) -> go.Figure:
    """What each search saw as its best loss, and what that configuration is worth on average."""
    figure = go.Figure()
    observed, expected = race.curves("incumbent"), race.curves("score")
    for name in race.samplers:
        figure.add_scatter(
            x=observed[name][:, -1],
            y=expected[name][:, -1],
            mode="markers",
            marker={"color": style(name).color, "symbol": style(name).symbol, "size": 9},
            name=ink(name),
            hovertemplate="seen %{x:.4g}, worth %{y:.4g}<extra></extra>",
        )
    seen = np.concatenate([observed[name][:, -1] for name in race.samplers])
    worth = np.concatenate([expected[name][:, -1] for name in race.samplers])
    ends = [min(seen.min(), worth.min()), max(seen.max(), worth.max())]
    figure.add_scatter(
        x=ends, y=ends, mode="lines", line={"color": FALLBACK, "width": 1.5}, name=ink("as good as it looked")
    )
    figure.update_xaxes(axis(f"observed loss of the winner, {race.loss_label}"))
    figure.update_yaxes(axis(f"its expected loss, {race.loss_label}"))
    return dressed(
        figure,
        "The winner's curse",
        "a point a search; above the line, the winner was lucky",
        f"Expected over observed loss of {len(seen)} incumbents: {np.sum(worth > seen)} lie above the diagonal, "
        f"by {number(float(np.mean(worth - seen)))} on average.",
    )
