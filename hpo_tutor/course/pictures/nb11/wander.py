"""Why does one batch prove nothing? The minimum wanders from batch to batch, and a narrow range cuts it off.

batch     one part of the data, with rows of its own to train and to validate on: one member of a recorded landscape
edge      a batch whose smallest loss within the ranges lies at an end of one of them
above     the loss of a configuration on a batch, over the batch's own minimum, minus 1
"""

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.problems.landscapes import Landscape, landscape
from hpo_tutor.scenes import surfaces
from hpo_tutor.scenes.layers import AnyLayer, Heatmap, Line, Points, Segments
from hpo_tutor.scenes.looks import BLUE, GREY, RED
from hpo_tutor.scenes.stage import Axis, Board, Scene, beside
from hpo_tutor.scenes.ticks import number

Array = NDArray[np.float64]

TRACKS = {"jets": "aleph", "photographs": "cifar10", "houses": "danish_housing-44"}
TOUCH = 1e-9  # of a value: an end of a range that is a recorded value holds it
SHOWN = 10  # batches in a picture, of those that there are


class Minimum(NamedTuple):
    """Where a batch has its smallest expected loss within some ranges.

    Attributes:
        config: first and second hyperparameter.
        on_edge: whether it lies at an end of a range.
    """

    config: tuple[float, float]
    on_edge: bool


@cache
def members(track: str) -> list[Landscape]:
    """The first ten batches of a recorded landscape of two hyperparameters."""
    whole = landscape(TRACKS[track])
    if not isinstance(whole, Landscape):
        raise ValueError(f"a map needs a recorded grid, {track!r} has none; take one of {', '.join(TRACKS)}")
    return [whole.draw(batch) for batch in range(min(SHOWN, whole.n_batches))]


@cache
def above(track: str) -> Array:
    """(n, n): what the best configuration of batch i (row) costs on batch j (column), as a share above j's minimum."""
    batches = members(track)
    losses = [[member.expected(own.optimum_config) / member.optimum - 1 for member in batches] for own in batches]
    return np.array(losses)


@cache
def _map(track: str, batch: int) -> Scene:
    return surfaces.landscape(members(track)[batch], optimum=False)


def wandering(batch: int, track: str) -> Board:
    """One batch's surface with the minima of all; beside it, what this batch's best costs on the others."""
    batches, base = members(track), _map(track, batch)
    places = np.array([member.minimisers[0] for member in batches])
    others = np.delete(places, batch, axis=0)
    left = [
        *base.layers,
        Points(others[:, 0], others[:, 1], GREY, "circle", 10.0, name="minimum of another batch"),
        Points(
            [places[batch, 0]], [places[batch, 1]], "#ffffff", "star", 17.0, outline="#000000", name="of this batch"
        ),
    ]
    costs, numbers = 100 * above(track)[batch], np.arange(len(batches))
    right: list[AnyLayer] = [
        Segments(numbers, np.zeros(len(costs)), numbers, costs, BLUE, width=3.0),
        Points(numbers, costs, BLUE, "circle", 9.0),
        Points([batch], [0], "#ffffff", "star", 17.0, outline="#000000"),
    ]
    rest = np.delete(costs, batch)
    top = 1.08 * 100 * float(above(track).max())
    middle, worst = number(float(np.median(rest))), number(float(rest.max()))
    sentence = (
        f"{track}, batch {batch}. Its best configuration is on the other batches {middle}\u00a0% above the best one "
        f"(median), on the worst of them {worst}\u00a0%."
    )
    shown = Axis("batch", -0.6, len(batches) - 0.4, ticks=[(k, str(k)) for k in numbers.tolist()])
    return beside(
        Scene(left, base.x, base.y, title=f"Surface of batch {batch}", aspect=0.8, grid=False),
        Scene(right, shown, Axis("above the batch's minimum (%)", 0, top), title="What it costs there", aspect=0.8),
        sentence=sentence,
    )


def minima(track: str, ranges: Mapping[str, tuple[float, float]]) -> list[Minimum]:
    """Where each batch has its smallest loss among the recorded points within the ranges.

    Args:
        track: one of ``TRACKS``.
        ranges: hyperparameter's name -> (low, high); the others keep theirs.

    Raises:
        ValueError: a range holds fewer than three recorded values, so that nothing lies between its ends.
    """
    found = []
    for member in members(track):
        grid = member.grid()
        axes = [np.array(axis.values, dtype=np.float64) for axis in grid.axes]
        inside = []
        for axis, values in zip(grid.axes, axes, strict=True):
            low, high = ranges.get(axis.name, (values[0], values[-1]))
            inside.append(np.flatnonzero((values >= low * (1 - TOUCH)) & (values <= high * (1 + TOUCH))))
            if len(inside[-1]) < 3:
                raise ValueError(f"a range needs three recorded values or more, that of {axis.name} is {low} to {high}")
        losses = grid.losses[np.ix_(*inside)]
        place = np.unravel_index(int(losses.argmin()), losses.shape)
        edge = any(int(k) in (0, len(part) - 1) for k, part in zip(place, inside, strict=True))
        first, second = (float(v[part[int(k)]]) for v, part, k in zip(axes, inside, place, strict=True))
        found.append(Minimum((first, second), edge))
    return found


@cache
def _mean_map(track: str) -> Heatmap:
    """The mean over the batches of the loss over each batch's own minimum, minus 1; shaded by its logarithm."""
    grids = [member.grid() for member in members(track)]
    mean = np.mean([100 * (grid.losses / grid.losses.min() - 1) for grid in grids], axis=0).T
    low, high = float(mean.min()), float(mean.max())
    labels = (f"{number(low)} %", f"{number(high)} %")
    return Heatmap(np.log(mean), name="loss above the minimum, mean of the batches", labels=labels)


def ranges(first: int, last: int, lowest: float, track: str = "jets") -> Scene:
    """The minima of all batches within ranges of epochs and learning rate; those on an edge are red.

    Args:
        first: fewest epochs.
        last: most epochs.
        lowest: learning rate.
        track: whose second hyperparameter is the number of epochs.
    """
    space = members(track)[0].space
    rate, epochs = (surfaces.axis_of(name, domain) for name, domain in space.domains.items())
    title = f"{first} to {last} epochs, learning rate {number(lowest)} or more"
    if last - first < 2:
        words = "The range of epochs must end above its beginning."
        return Scene([_mean_map(track)], rate, epochs, words, title, aspect=0.62, grid=False)
    found = minima(track, {"epochs": (first, last), "learning_rate": (lowest, rate.high)})
    edge = np.array([one.config for one in found if one.on_edge]).reshape(-1, 2)
    inside = np.array([one.config for one in found if not one.on_edge]).reshape(-1, 2)
    rates = np.array(members(track)[0].grid().axes[0].values)
    left = float(rates[rates >= lowest * (1 - TOUCH)][0])  # where the first recorded rate stands
    x, y = [left, rate.high, rate.high, left, left], [first, first, last, last, first]
    layers: list[AnyLayer] = [
        _mean_map(track),
        Line(x, y, "#ffffff", width=6.0),
        Line(x, y, "#000000", width=2.5),
        Points(inside[:, 0], inside[:, 1], BLUE, "circle", 13.0, name="minimum of a batch, inside"),
        Points(edge[:, 0], edge[:, 1], RED, "x", 14.0, name="minimum on an edge"),
    ]
    sentence = f"{title}: {len(edge)} of {len(found)} batches have their minimum on an edge."
    return Scene(layers, rate, epochs, sentence, title, aspect=0.62, grid=False)
