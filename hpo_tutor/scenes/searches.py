"""Where did one search look, trial by trial? A design's points, and a history on its surface.

frame t   what is known after t + 1 trials
"""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from hpo_tutor.scenes.layers import AnyLayer, Marks, Points
from hpo_tutor.scenes.looks import style
from hpo_tutor.scenes.stage import Axis, Scene
from hpo_tutor.scenes.surfaces import landscape, place_of
from hpo_tutor.scenes.ticks import number
from hpo_tutor.search_space import SearchSpace
from hpo_tutor.trials import History, Trial
from hpo_tutor.views import DesignView

SMALL, LARGE = 9.0, 17.0  # symbols of trials and of the incumbent, pixels


def design(view: DesignView, title: str = "") -> list[Scene]:
    """The first two dimensions of a design in the unit square, one frame a point, with their shadows on both axes.

    Raises:
        ValueError: the design has no points yet, or fewer than two dimensions.
    """
    points = view.points
    if len(points) == 0 or points.shape[1] < 2:
        raise ValueError(
            f"a picture of a design needs points in two dimensions or more, this one has shape {points.shape}; "
            "call start(n_trials) first"
        )
    look = style(view.name)
    frames = []
    for n in range(1, len(points) + 1):
        x, y = points[:n, 0], points[:n, 1]
        shadows = [len(np.unique(places.round(9))) for places in (x, y)]
        layers: list[AnyLayer] = [
            Marks(x, "x", color=look.color),
            Marks(y, "y", color=look.color),
            Points(x, y, look.color, look.symbol, SMALL, name=view.name),
            Points(x[-1:], y[-1:], look.color, look.symbol, LARGE),
        ]
        sentence = f"{view.name}, {n} of {len(points)} points: {shadows[0]} values of u1 and {shadows[1]} of u2 tried."
        frames.append(Scene(layers, Axis("u1", 0, 1), Axis("u2", 0, 1), sentence, title or view.name, aspect=1.0))
    return frames


def search(objective: Any, history: History, name: str = "search", title: str = "") -> list[Scene]:
    """A history on the map of its objective, one frame a trial: the trials so far, the newest ringed, the best large.

    Args:
        objective: of two hyperparameters; see ``surfaces.chart``.
        history: what was tried on it.
        name: of the sampler, whose colour and symbol it has in every picture.
        title: above the map; "" takes the name.

    Raises:
        ValueError: the history is empty, or the objective cannot be drawn.
    """
    if not history:
        raise ValueError("a picture of a search needs at least one trial, the history is empty")
    base = landscape(objective, title=title or name)
    return [
        Scene(
            [*base.layers, *trail(objective.space, history[: t + 1], name)],
            base.x,
            base.y,
            f"Trial {t + 1} of {len(history)}: {told(trial)} {best_so_far(history[: t + 1])}",
            base.title,
            base.aspect,
            base.grid,
        )
        for t, trial in enumerate(history)
    ]


def trail(space: SearchSpace, history: History, name: str) -> list[AnyLayer]:
    """The layers of a search so far: its trials, the incumbent large, the newest trial ringed."""
    look = style(name)
    places = np.array([_place(space, trial.config) for trial in history])
    layers: list[AnyLayer] = [Points(places[:, 0], places[:, 1], look.color, look.symbol, SMALL, name=name)]
    complete = [i for i, trial in enumerate(history) if trial.state == "complete"]
    if complete:
        best = min(complete, key=lambda i: history[i].loss)
        layers.append(Points(places[best : best + 1, 0], places[best : best + 1, 1], look.color, look.symbol, LARGE))
    layers.append(Points(places[-1:, 0], places[-1:, 1], "#ffffff", "circle", 4.0, outline="#000000"))
    return layers


def told(trial: Trial) -> str:
    """What a trial reached, in words."""
    if trial.state != "complete":
        return f"it {'failed' if trial.state == 'failed' else 'is pending'}."
    return f"loss {number(trial.loss)}."


def best_so_far(history: History) -> str:
    """The incumbent in words, "Best so far 0.31."."""
    best = history.incumbent_losses[-1]
    return "None succeeded so far." if math.isnan(best) else f"Best so far {number(float(best))}."


def _place(space: SearchSpace, config: Mapping[str, Any]) -> list[float]:
    """Where a config stands on the map; nan where a hyperparameter is inactive."""
    return [place_of(domain, config[name]) if name in config else math.nan for name, domain in space.domains.items()]
