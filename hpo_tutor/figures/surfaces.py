"""Where is the loss small, and where did searches look? A map of two hyperparameters.

across, up   value of the first / second hyperparameter -> its unit coordinate, n_x and n_y of them
z            (n_y, n_x) expected loss
"""

from collections.abc import Mapping
from html import escape
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from hpo_tutor.figures.theme import axis, dressed, ink, log_ticks
from hpo_tutor.race.results import Race
from hpo_tutor.scenes.looks import SHADES, style
from hpo_tutor.scenes.surfaces import chart, shades
from hpo_tutor.scenes.ticks import number
from hpo_tutor.search_space import Choice, Domain, Float, Integer, SearchSpace
from hpo_tutor.trials import History

Array = NDArray[np.float64]

SMALL, LARGE = 9, 18  # symbols of trials and of the incumbent, pixels


def landscape(
    objective: Any,
    histories: Race | History | Mapping[str, History] | None = None,
    seed: int | None = None,
    n_levels: int = 61,
) -> go.Figure:
    """The expected loss over two hyperparameters, with the points that searches tried.

    Args:
        objective: has a two-dimensional ``space`` and ``expected(config)``: a landscape or a function.
        histories: searches to draw on it: a history, name -> history, or a race, of which one seed is drawn.
        seed: which seed of a race, which member of a family; None for the race's first, and the objective itself.
        n_levels: points along each axis at which the loss is computed; a recorded landscape has its own.

    Raises:
        ValueError: the space is not two-dimensional, the objective cannot tell its expected loss, or the race has no
            such seed.
    """
    if isinstance(histories, Race):
        seed = histories.seeds[0] if seed is None else seed
        if seed not in histories.seeds:
            raise ValueError(f"the race must have run the seed, it ran {list(histories.seeds)}; seed is {seed}")
        histories = {name: histories.histories[name, seed] for name in histories.samplers}
    elif isinstance(histories, History):
        histories = {"search": histories}
    if seed is not None and hasattr(objective, "draw"):
        objective = objective.draw(seed)
    space: SearchSpace = objective.space
    across, up, z, best, how = chart(objective, n_levels)
    figure = go.Figure(_surface(space, across, up, z, objective.loss_names[0]))
    for name, history in (histories or {}).items():
        figure.add_traces(_points(space, name, history))
    figure.add_scatter(
        x=[_shown(point[0]) for point in best],
        y=[_shown(point[1]) for point in best],
        mode="markers",
        marker={"symbol": "star", "size": 14, "color": "#ffffff", "line": {"color": "#000000", "width": 1.5}},
        name=ink(how),
        legendgroup="optimum",
        cliponaxis=False,
        hovertemplate="<br>".join([how, *_places(space)]) + "<extra></extra>",
    )
    labels = [_label(name, domain, objective) for name, domain in space.domains.items()]
    loss = objective.loss_names[0] + (f" in {objective.loss_unit}" if getattr(objective, "loss_unit", "") else "")
    figure.update_xaxes(axis(labels[0], **_scale(space.domains[space.names[0]]), showgrid=False))
    figure.update_yaxes(axis(labels[1], **_scale(space.domains[space.names[1]]), showgrid=False))
    searches = "".join(_sentence(name, history) for name, history in (histories or {}).items())
    return dressed(
        figure,
        f"Expected {loss}",
        "dark is low; each search's best trial is drawn large" if histories else "dark is low",
        f"Map of the expected {loss} over {labels[0]} and {labels[1]}, from {number(np.nanmin(z))} "
        f"to {number(np.nanmax(z))}; {how} at {' and '.join(f'({_text(a)}, {_text(b)})' for a, b in best)}.{searches}",
        height=500,
    )


def _surface(
    space: SearchSpace, across: Mapping[Any, float], up: Mapping[Any, float], z: Array, loss_name: str
) -> list[Any]:
    """The heatmap and its contours, by the logarithm of the height above the lowest point if most of it lies low."""
    lowest = float(np.nanmin(z))
    shaded, skewed = shades(z)
    marks = np.linspace(np.nanmin(shaded), np.nanmax(shaded), 5)
    heatmap = go.Heatmap(
        x=[_shown(value) for value in across],
        y=[_shown(value) for value in up],
        z=shaded,
        customdata=z,
        colorscale=[list(stop) for stop in SHADES],
        colorbar={
            "tickvals": marks,
            "ticktext": [ink(number(lowest + 10**mark if skewed else mark)) for mark in marks],
            "thickness": 12,
            "outlinewidth": 0,
        },
        hovertemplate="<br>".join([*_places(space), f"{escape(loss_name)} %{{customdata:.4g}}<extra></extra>"]),
    )
    lines = go.Contour(
        x=heatmap.x,
        y=heatmap.y,
        z=shaded,
        ncontours=9,
        contours={"coloring": "none"},
        line={"color": "rgba(255, 255, 255, 0.35)", "width": 1},
        showscale=False,
        showlegend=False,
        hoverinfo="skip",
    )
    return [heatmap] if any(isinstance(domain, Choice) for domain in space.domains.values()) else [heatmap, lines]


def _places(space: SearchSpace) -> list[str]:
    """The lines of a tooltip that tell where it points."""
    formats = [{Choice: "", Integer: ":d", Float: ":.4g"}[type(domain)] for domain in space.domains.values()]
    return [f"{escape(space.names[i])} %{{{letter}{formats[i]}}}" for i, letter in enumerate("xy")]


def _points(space: SearchSpace, name: str, history: History) -> list[go.Scatter]:
    """The trials of a search, and its incumbent drawn large."""
    trials = [trial for trial in history if set(space.names) <= trial.config.keys()]
    complete = [trial for trial in trials if trial.state == "complete"]
    best = [min(complete, key=lambda trial: trial.loss)] if complete else []
    look, loss = style(name), "loss %{customdata[1]:.4g}<extra></extra>"
    return [
        go.Scatter(
            x=[_shown(trial.config[space.names[0]]) for trial in chosen],
            y=[_shown(trial.config[space.names[1]]) for trial in chosen],
            mode="markers",
            marker={
                "color": look.color,
                "symbol": look.symbol,
                "size": size,
                "line": {"color": "#ffffff", "width": 1.5},
            },
            name=ink(name),
            legendgroup=name,
            showlegend=size == SMALL,
            customdata=[[trial.number, trial.loss] for trial in chosen],
            hovertemplate="<br>".join([f"{escape(name)}, trial %{{customdata[0]}}", *_places(space), loss]),
            cliponaxis=False,  # a grid's outer points lie on the frame
        )
        for chosen, size in ((trials, SMALL), (best, LARGE))
    ]


def _sentence(name: str, history: History) -> str:
    complete = [trial for trial in history if trial.state == "complete"]
    best = f"its best observed loss is {number(history.incumbent.loss)}" if complete else "all of them failed"
    return f" {name} tried {len(history)} points, {best}."


def _scale(domain: Domain) -> dict[str, Any]:
    """The axis of a hyperparameter: as far as its cells reach, logarithmic where it is."""
    if isinstance(domain, Choice):
        options = [str(option) for option in domain.options]
        return {
            "type": "category",
            "tickprefix": "",
            "ticksuffix": "",
            "tickvals": options,
            "ticktext": [ink(option) for option in options],
        }
    half = 0.5 if isinstance(domain, Integer) else 0.0
    low, high = domain.low - half, domain.high + half
    if not domain.log:
        few = {"dtick": 1} if isinstance(domain, Integer) and high - low <= 12 else {}
        return {"type": "linear", "range": [low, high], **few}
    return {"range": [np.log10(low), np.log10(high)], **log_ticks(low, high, decades=high >= 100 * low)}


def _label(name: str, domain: Domain, objective: Any) -> str:
    """What an axis says: the hyperparameter, its unit where a recording knows it, and its scale."""
    units = {axis.name: axis.unit for axis in objective.grid().axes} if hasattr(objective, "grid") else {}
    scale = "" if isinstance(domain, Choice) or not domain.log else "log scale"
    notes = ", ".join(note for note in (units.get(name, ""), scale) if note)
    return f"{name} ({notes})" if notes else name


def _shown(value: Any) -> Any:
    """A value as an axis takes it: numbers as they are, anything else as text."""
    return value if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def _text(value: Any) -> str:
    return number(value) if isinstance(value, float) else str(value)
