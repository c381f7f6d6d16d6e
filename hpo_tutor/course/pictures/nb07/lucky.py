"""Two configurations are handed over: that of the lowest loss, and that of the lowest mean. What are they worth?

x         (g,)  places on the learning rate's logarithmic axis, 0 to 1
expected  (g,)  the loss there, the mean of all recorded trainings
places    (n,)  the trials, as numbers of places
losses    (n,)  what they reached, luck included
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.scenes.layers import AnyLayer, Line, Points
from hpo_tutor.scenes.looks import GREEN, GREY, INK, ORANGE
from hpo_tutor.scenes.processes import process
from hpo_tutor.scenes.stage import Axis, Board, Scene, beside
from hpo_tutor.scenes.ticks import number
from hpo_tutor.surrogates import GaussianProcess

Array = NDArray[np.float64]


def two_winners(
    gp: GaussianProcess,
    x: Array,
    expected: Array,
    places: NDArray[np.int_],
    losses: Array,
    across: Axis,
    unit: str,
) -> Board:
    """The belief after a search with both winners in it, and beside it what was promised and what is true.

    Args:
        gp: the belief after all trials.
        x: the places that can be tried.
        expected: the losses there, without luck.
        places: the trials.
        losses: what they reached.
        across: the horizontal axis.
        unit: of the losses.
    """
    means = gp.predict(gp.x)[0]
    lucky, steady = int(np.argmin(losses)), int(np.argmin(means))
    reach = float(np.ptp(np.append(losses, expected)))
    up = Axis(f"loss ({unit})", min(losses.min(), expected.min()) - 0.08 * reach, float(losses.max()) + 0.08 * reach)
    belief = process(gp, x, truth=expected, across=across, up=up, aspect=0.62, title="what each of them saw")
    winners = (
        ("lowest loss", lucky, losses[lucky], ORANGE, "diamond"),
        ("lowest mean", steady, means[steady], GREEN, "square"),
    )
    marked = [
        Points([x[places[i]]], [seen], color, symbol, 17, outline=INK, name=name)
        for name, i, seen, color, symbol in winners
    ]
    layers: list[AnyLayer] = []
    told = []
    for row, (name, i, seen, color, symbol) in enumerate(winners):
        true = expected[places[i]]
        layers += [
            Line([row, row], [seen, true], color, "solid", 3),
            Points([row], [seen], color, symbol, 15, outline=INK),
            Points([row], [true], INK, "cross", 15, name="what it is worth" if row == 0 else ""),
        ]
        told.append(f"the {name} promised {number(float(seen))} and is worth {number(float(true))} {unit}")
    best = float(expected.min())
    layers.append(Line([-0.5, 1.5], [best, best], GREY, "dash", 2, name="lowest expected loss"))
    promised = Scene(
        layers,
        Axis("", -0.6, 1.6, ticks=((0, "lowest loss"), (1, "lowest mean"))),
        up,
        title="what was promised, what is true",
        aspect=0.62,
    )
    sentence = f"{len(losses)} trials: {told[0]}; {told[1]}. The lowest expected loss is {number(best)} {unit}."
    return beside(replace(belief, layers=[*belief.layers, *marked]), promised, sentence=sentence)
