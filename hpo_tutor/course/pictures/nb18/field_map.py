"""How does the map look? Shades of the loss after whole trainings, and two kinds of arrows from each place.

one step         where T1-T2 walks, ``field.push``
full retraining  down the slope of the loss after whole trainings, ``field.slopes``
An arrow begins at its place, and its length grows with the root of what it stands for.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.course.pictures.nb18.field import THIRDS, Field, push, recorded, rises, slopes, uphill
from hpo_tutor.scenes.layers import AnyLayer, Heatmap, Points, Polygons
from hpo_tutor.scenes.looks import ORANGE, RED
from hpo_tutor.scenes.stage import Axis, Scene
from hpo_tutor.scenes.ticks import number
from hpo_tutor.widgets.dials import Dial
from hpo_tutor.widgets.player import Player

Array = NDArray[np.float64]

ARROWS = ("one step", "full retraining", "both")
RULES = {"exact": "exact", "the source's": "source"}
"""How a rule is called in the picture -> in the recording."""
N_LEVELS = 10  # shades of the surface, each of equally many cells
FINE = 8  # cells of the surface between two places
ASPECT = 0.8
ROOM = 0.06  # shares of a range between its end and that of the axis
LONGEST, SHORTEST = 0.86, 0.32  # of the arrows, in distances between two places
SHAFT, HEAD, BARB = 0.045, 0.14, 0.28  # half widths of shaft and head, and length of the head, likewise


def field_scene(field: Field, third: str = "all", arrows: str = "both", rule: str = "exact") -> Scene:
    """The surface with one or both kinds of arrows; where they disagree by more than 90 degrees, a cross.

    Args:
        field: the map.
        third: one of ``THIRDS``, of the one-step arrows.
        arrows: one of ``ARROWS``.
        rule: "exact" or "source", of the one-step arrows.

    Raises:
        ValueError: there is no such third, rule or kind of arrows.
    """
    if arrows not in ARROWS:
        raise ValueError(f"the arrows are one of {', '.join(ARROWS)}; got {arrows!r}")
    against = uphill(field, third, rule)
    x, y = (one.ravel() for one in np.meshgrid(field.l2s, field.noises))
    layers: list[AnyLayer] = [surface(field)]
    if arrows != ARROWS[0]:
        slope = slopes(field).mean(axis=0)
        layers.append(_arrows(field, -slope, "#ffffff", "#000000", "downhill after full retraining"))
    if arrows != ARROWS[1]:
        layers.append(_arrows(field, push(field, third, rule), ORANGE, "#000000", "one step: where T1-T2 walks"))
    if arrows == ARROWS[2]:
        off, on = against.ravel(), ~against.ravel()
        layers.append(Points(x[on], y[on], "#ffffff", "circle", 5.0, outline="#000000"))
        layers.append(Points(x[off], y[off], RED, "x", 13.0, outline="#ffffff", name="more than 90° apart"))
    layers.append(lowest(field))
    return Scene(
        layers,
        *axes(field, LONGEST + 0.1),
        _sentence(field, third, arrows, rule),
        _title(third, arrows),
        aspect=ASPECT,
        grid=False,
    )


def field_player(field: Field | None = None, label: str = "One step, and the whole training") -> Player:
    """The map behind three dials: the third of the training, which arrows, and whose hypergradient.

    Args:
        field: None is the recorded one.
        label: a heading.
    """
    shown = recorded() if field is None else field
    rules = [name for name, rule in RULES.items() if rule in shown.pushes]

    @cache
    def made(third: str, arrows: str, rule: str) -> Scene:
        return field_scene(shown, third, arrows, RULES[rule])

    return Player.over(
        made,
        third=Dial("third of the training", THIRDS),
        arrows=Dial("arrows", ARROWS),
        rule=Dial("one-step rule", rules),
        start={"third": "all"},
        label=label,
    )


# --- what is drawn ---


def axes(field: Field, steps: float | None = None) -> tuple[Axis, Axis]:
    """Of both hyperparameters, with room for so many steps of the map beyond it; None takes a little room."""
    rooms = [ROOM if steps is None else steps / (len(values) - 1) for values in (field.l2s, field.noises)]
    (left, right), (low, high) = map(_wider, (field.l2s, field.noises), rooms)
    return Axis("l2, log₁₀ of the penalty", left, right), Axis("input noise (share of white)", low, high)


def _wider(values: Array, by: float) -> tuple[float, float]:
    """The ends of the values, further out by a share of their range."""
    further = by * np.ptp(values)
    return float(values[0] - further), float(values[-1] + further)


def surface(field: Field) -> Heatmap:
    """The mean loss over the seeds between the places, linear in between, in few shades of equal areas."""
    mean = field.losses.mean(axis=0)
    rows, columns = ((np.arange(FINE * (size - 1)) + 0.5) / FINE for size in mean.shape)
    along = np.array([np.interp(columns, np.arange(mean.shape[1]), row) for row in mean])
    fine = np.array([np.interp(rows, np.arange(mean.shape[0]), column) for column in along.T]).T
    edges = np.quantile(fine, np.linspace(0, 1, N_LEVELS + 1)[1:-1])
    levels = np.searchsorted(edges, fine) / (N_LEVELS - 1)
    return Heatmap(
        levels,
        _wider(field.l2s, 0.0),
        _wider(field.noises, 0.0),
        low=0.0,
        high=1.0,
        name="validation loss (nats), equal areas",
        labels=(number(float(mean.min())), number(float(mean.max()))),
    )


def lowest(field: Field) -> Points:
    """A star on the place with the smallest mean loss."""
    i, j = _lowest(field)
    return Points([field.l2s[j]], [field.noises[i]], "#ffffff", "star", 17.0, outline="#000000", name="lowest")


def _lowest(field: Field) -> tuple[int, int]:
    mean = field.losses.mean(axis=0)
    i, j = np.unravel_index(int(np.argmin(mean)), mean.shape)
    return int(i), int(j)


def _arrows(field: Field, vectors: Array, fill: str, outline: str, name: str) -> Polygons:
    """An arrow from each place, as long as the root of the vector's length; seven corners each.

    Lengths are in distances between two places, the shorter of both on the screen.
    """
    n_steps = np.array([len(field.l2s) - 1, len(field.noises) - 1])
    unit = np.array([1.0, ASPECT * n_steps[0] / n_steps[1]])
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    shares = np.sqrt(lengths / max(float(lengths.max()), np.finfo(np.float64).tiny))
    along = vectors * n_steps * unit  # on the screen, in widths of a cell
    norms = np.linalg.norm(along, axis=-1, keepdims=True)
    along = along / np.maximum(norms, np.finfo(np.float64).tiny)
    size = float(unit.min())  # no arrow reaches the next place, whichever way it points
    reach = size * (SHORTEST + (LONGEST - SHORTEST) * shares) * (norms > 0)
    across = np.stack([-along[..., 1], along[..., 0]], axis=-1)
    neck = np.maximum(reach - size * BARB, 0)
    outlined = [
        size * SHAFT * across,
        neck * along + size * SHAFT * across,
        neck * along + size * HEAD * across,
        reach * along,
        neck * along - size * HEAD * across,
        neck * along - size * SHAFT * across,
        -size * SHAFT * across,
    ]
    j, i = np.meshgrid(np.arange(len(field.l2s)), np.arange(len(field.noises)))
    corners = np.stack([j, i], axis=-1)[..., None, :] + np.stack(outlined, axis=-2) / unit
    steps = np.array([field.l2s[1] - field.l2s[0], field.noises[1] - field.noises[0]])
    x, y = ((field.l2s[0], field.noises[0]) + corners * steps).reshape(-1, 2).T
    return Polygons(x, y, 7, fill, outline, 1.0, name=name)


def _title(third: str, arrows: str) -> str:
    if arrows == ARROWS[1]:
        return "Downhill after full retraining"
    return f"One-step arrows of the {'whole training' if third == 'all' else f'{third} third'}"


def _sentence(field: Field, third: str, arrows: str, rule: str) -> str:
    i, j = _lowest(field)
    start = (
        f"The loss is lowest, {number(float(field.losses.mean(axis=0)[i, j]))} nats, at l2 = {number(field.l2s[j])} "
        f"and noise {number(field.noises[i])}."
    )
    scale = "Arrows begin at their place and are as long as the root of"
    if arrows == ARROWS[0]:
        return f"{start} {scale} Adam's speed, mean over root mean square of the hypergradients."
    if arrows == ARROWS[1]:
        return f"{start} {scale} the slope, each range counted as 1."
    against = uphill(field, third, rule)
    n, size = int(against.sum()), against.size
    sure = int((rises(field, third, rule) > 0).all(axis=0).sum())
    wrong = (push(field, third, rule) * slopes(field).mean(axis=0) > 0).sum(axis=(0, 1))
    return (
        f"In {n} of {size} places, {100 * n / size:.0f}\N{NO-BREAK SPACE}%, the arrows are more than 90° apart: there "
        f"T1-T2 walks uphill; {sure} of them by each seed's own slope. "
        f"It pushes l2 the wrong way in {wrong[0]} places, the noise in {wrong[1]}. {start}"
    )
