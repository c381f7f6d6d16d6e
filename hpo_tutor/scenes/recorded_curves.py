"""How does a table of learning curves look? Curves, what their beginnings are worth, best ends, and speeds.

means    (n_points, n_epochs), over the seeds, on data batch 0
ends     the table of the last epoch, a grid of the other hyperparameters
"""

from dataclasses import replace
from itertools import cycle

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.problems.landscapes.beginnings import after_the_last, curves_of, rank_correlations
from hpo_tutor.problems.landscapes.files import Recorded
from hpo_tutor.problems.landscapes.learning_curves import SPEEDS
from hpo_tutor.problems.landscapes.summary import alternative, written
from hpo_tutor.scenes.layers import Line
from hpo_tutor.scenes.looks import DASHES, GREY, style
from hpo_tutor.scenes.recordings import lines, loss_axis, lowest
from hpo_tutor.scenes.stage import Axis, Board, Scene

N_CURVES = 40
N_PLACES = 40  # along a curve, at equal steps of the logarithm
ASPECT, WIDE = 0.62, 0.28  # height over width of a panel, and of one that has a row of its own
FIRST = style("random").color  # of data batch 0, as in the pictures of other tables
EPOCHS_TOLD = (1, 3, 9, 27, 81)

Array = NDArray[np.float64]


def board(recorded: Recorded) -> Board:
    """The picture of a table of learning curves whose speeds were measured."""
    ends, n_epochs = after_the_last(recorded), len(recorded.axes[-1].values)
    panels = [_curves(recorded), _ranks(recorded)]
    for i, axis in enumerate(ends.axes):
        panels.append(replace(lowest(ends, i, ASPECT), title=f"Lowest after {n_epochs} epochs at each {axis.name}"))
    panels.append(_speeds(recorded, aspect=ASPECT if len(panels) % 2 else WIDE))
    return Board([panels[i : i + 2] for i in range(0, len(panels), 2)], alternative(recorded))


def _curves(recorded: Recorded) -> Scene:
    """Curves of every so many configurations in the order of their ends, and the best of all."""
    means, about = curves_of(recorded)[0], recorded.about
    n_points, n_epochs = means.shape
    order = means[:, -1].argsort(kind="stable")
    chosen = order[np.linspace(0, n_points - 1, N_CURVES).round().astype(int)]
    epochs = np.unique(np.geomspace(1, n_epochs, N_PLACES).round().astype(int))
    shown = means[chosen][:, epochs - 1].T
    layers = [
        Line(epochs, shown[:, 1:], GREY, width=1, opacity=0.6, name=f"{len(chosen) - 1} other configurations"),
        Line(epochs, shown[:, 0], FIRST, width=3, name="the best one at the end"),
    ]
    up = loss_axis(f"{about['loss_name']} ({about['loss_unit']})", shown)
    return Scene(layers, _along(n_epochs), up, title="Learning curves, data batch 0", aspect=ASPECT)


def _ranks(recorded: Recorded) -> Scene:
    """How well the losses after each epoch are in the order of the last ones."""
    ranks = rank_correlations(recorded)
    n_epochs = ranks.shape[1]
    up = Axis("rank correlation (Spearman)", min(0.0, float(ranks.min()) - 0.05), 1.05)
    title = f"Losses so far, and after {n_epochs} epochs"
    return Scene(lines(np.arange(1, n_epochs + 1), ranks.T), _along(n_epochs), up, title=title, aspect=ASPECT)


def _speeds(recorded: Recorded, aspect: float) -> Scene:
    """Milliseconds of an epoch against the width, a line for each batch size, at the largest input noise."""
    told, axes = recorded.about[SPEEDS], {axis.name: axis for axis in recorded.axes}
    medians, names = 1000 * np.array(told["medians"]), list(told["axes"])
    noise = ""
    for name in [name for name in names if name not in ("width", "batch_size")]:
        medians = medians.take(-1, axis=names.index(name))
        names.remove(name)
        noise = f", {name} {written(axes[name].values[-1])}"
    medians = medians.transpose([names.index(name) for name in ("width", "batch_size")])
    widths, sizes = axes["width"].values, axes["batch_size"].values
    layers = [
        Line(widths, column, FIRST if size == sizes[0] else GREY, dash, name=f"batch_size {size}")
        for column, size, dash in zip(medians.T, sizes, cycle(DASHES), strict=False)
    ]
    ticks = [(width, written(width)) for width in widths]
    across = Axis("width (units in each hidden layer, log scale)", widths[0] / 1.1, widths[-1] * 1.1, True, ticks)
    up = loss_axis("one epoch (ms)", medians)
    return Scene(layers, across, up, title=f"Speed of one network{noise}", aspect=aspect)


def _along(n_epochs: int) -> Axis:
    ticks = [(epoch, str(epoch)) for epoch in EPOCHS_TOLD if epoch <= n_epochs]
    return Axis("epochs (log scale)", 1, n_epochs, log=True, ticks=ticks)
