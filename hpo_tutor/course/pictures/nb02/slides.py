"""What does the talk of notebook 02 show besides? Two grids without their ranges, ten optima, two things compared.

n       levels on each axis
place   how the two ranges were moved, as ``Placements`` has it
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from hpo_tutor.course.pictures.nb02.lattices import filling
from hpo_tutor.course.pictures.nb02.placements import SPOKEN, Placements
from hpo_tutor.scenes.layers import AnyLayer, Band, Heatmap, Line, Points, Segments, Text
from hpo_tutor.scenes.looks import BLUE, GREEN, GREY, INK, RED
from hpo_tutor.scenes.stage import Axis, Board, Scene, beside
from hpo_tutor.scenes.surfaces import landscape
from hpo_tutor.scenes.ticks import number

LOOKS = ((RED, "square"), (BLUE, "circle"), (GREEN, "triangle-up"))


def unlabelled(places: Placements, whose: Mapping[str, Mapping[str, Any]]) -> Board:
    """The tiles of grids side by side, with their losses and without their levels, the best one framed.

    Args:
        places: a grid that may be moved.
        whose: name -> place of that person's grid, as ``Placements.extreme`` returns it.
    """
    kinds = {spoken: kind for kind, spoken in SPOKEN.items()}
    grids: dict[str, tuple[list[dict[str, float]], list[float]]] = {}
    for name, place in whose.items():
        points = places.points(place["x"], place["y"], kinds[place["levels_on"]])
        configs = [dict(zip(places.objective.space.names, point, strict=True)) for point in points.tolist()]
        grids[name] = configs, [places.objective.expected(config) for config in configs]
    everything = [loss for _, losses in grids.values() for loss in losses]
    ends = min(everything), max(everything)
    scenes = []
    for name, (configs, losses) in grids.items():
        scene = filling(configs, losses, "loss")[-1]
        layers = [_shared(layer, *ends) for layer in scene.layers]
        x, y = (replace(axis, ticks=()) for axis in (scene.x, scene.y))
        scenes.append(Scene(layers, x, y, title=f"{name}: best loss {number(min(losses))}", aspect=0.8, grid=False))
    told = "; ".join(scene.title for scene in scenes)
    return beside(*scenes, sentence=f"Grids of {places.n} by {places.n} trainings. {told}.")


def compared(values: Mapping[str, ArrayLike], label: str, ruler: float, said: str) -> Scene:
    """A row for each thing that was measured several times: a dot each time, a bar at their mean, and a ruler below.

    Args:
        values: what was measured -> (n,) results, none negative.
        label: of the axis, with its unit.
        ruler: a length to compare with.
        said: what the ruler is.
    """
    results = {name: np.asarray(one, dtype=np.float64) for name, one in values.items()}
    high = 1.15 * max(ruler, *(float(one.max()) for one in results.values()))
    layers: list[AnyLayer] = [
        Band([0, ruler], [0.0] * 2, [0.3] * 2, GREY, 0.6),
        Text([ruler], [0.42], [said], anchor="end", size=14),
    ]
    for row, ((name, one), (color, symbol)) in enumerate(zip(results.items(), LOOKS, strict=False)):
        at = len(results) - row
        layers += [
            Points(one, [at] * len(one), color, symbol, 12.0),
            Segments([one.mean()], [at - 0.22], [one.mean()], [at + 0.22], INK, width=4.0),
            Text([0.0], [at + 0.34], [f" {name}"], anchor="start", size=16),
        ]
    means = "; ".join(f"{name} {number(float(one.mean()))}" for name, one in results.items())
    return Scene(
        layers,
        Axis(label, 0, high),
        Axis("", 0, len(results) + 0.6, ticks=()),
        f"Means: {means}. {said}: {number(ruler)}.",
        aspect=0.42,
    )


def optima(objective: Any, members: Sequence[Any]) -> Scene:
    """Where the lowest losses of several surfaces lie, all on the map of one, beside one step of a grid.

    Args:
        objective: the landscape whose map is drawn.
        members: the surfaces, such as its divisions.
    """
    configs = [member.optimum_config for member in members]
    x, y = ([config[name] for config in configs] for name in objective.space.names)
    base = landscape(objective, optimum=False)
    stars = Points(x, y, "#ffffff", "star", 20.0, outline="#000000", name="optimum of a division")
    corners = [min(x), max(x), max(x), min(x), min(x)], [min(y), min(y), max(y), max(y), min(y)]
    return replace(
        base,
        layers=[*base.layers, Line(*corners, "#ffffff", "dash", 2.0), stars],
        sentence=f"The optima of {len(configs)} divisions lie between {number(min(x))} and {number(max(x))} across.",
        aspect=0.5,
    )


def _shared(layer: AnyLayer, low: float, high: float) -> AnyLayer:
    """A layer of tiles in the shades that all grids share, its numbers with the two digits that a last row can read."""
    if isinstance(layer, Heatmap):
        return replace(layer, low=math.log10(low), high=math.log10(high), labels=(number(low), number(high)))
    if isinstance(layer, Text):
        return replace(layer, text=[f"{float(one):.2f}" for one in layer.text], size=13.0)
    return layer
