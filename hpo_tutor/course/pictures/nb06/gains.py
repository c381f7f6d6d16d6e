"""What is one candidate worth? Its predictive bell, cut by the incumbent.

y          losses that are possible at the candidate: normally distributed, mean and std from the belief
best       the incumbent's loss, which may be moved
share      of the possible losses, the lowest first, 0 to 1

Sorted by share, the possible losses form the curve Q(share), the quantile function. The area between it and the
incumbent, where it lies below, is the mean of max(best - y, 0): the expected improvement.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from hpo_tutor import acquisition
from hpo_tutor.course.pictures.nb06.steps import GRID, Line
from hpo_tutor.scenes.beliefs import GAIN, LARGE
from hpo_tutor.scenes.layers import AnyLayer, Band, Marks, Points, Segments
from hpo_tutor.scenes.layers import Line as Curve
from hpo_tutor.scenes.looks import GREY, INK
from hpo_tutor.scenes.processes import BELIEF
from hpo_tutor.scenes.stage import Axis, Board, Scene
from hpo_tutor.scenes.ticks import number
from hpo_tutor.surrogates import GaussianProcess

Array = NDArray[np.float64]

SHARES = np.linspace(0.0005, 0.9995, 201)


def candidate(line: Line, u: Array, losses: Array, place: float, best: float) -> Board:
    """The belief with a candidate, the losses that are possible there, and how much each candidate is worth.

    Args:
        line: what is searched.
        u: (n,) places of the trials so far.
        losses: (n,) what they reached.
        place: of the candidate, on the unit interval.
        best: the incumbent's loss: the lowest, or any other for the sake of the question.
    """
    process = line.model(u, losses)
    (mean,), (std,) = process.predict([[place]])
    gain = float(acquisition.expected_improvement([mean], [std], best)[0])
    share = float(acquisition.probability_of_improvement([mean], [std], best)[0])
    unit = line.objective.loss_unit
    sentence = (
        f"Candidate {line.name} {number(line.value(place))}: mean {number(mean)}, std {number(std)}, "
        f"incumbent {number(best)}. {100 * share:.0f}\u00a0% of the losses that are possible there lie below the "
        f"incumbent; the expected improvement is {number(gain)} {unit}".rstrip()
        + "."
    )
    low, high = line.losses_axis
    (above,), (below,) = line.picture(line.step(u, losses)._replace(best=best, proposal=np.empty(0)), truth=False).rows
    at = Marks(line.value(place), across=True, color=INK, dash="longdash", width=2, name="candidate")
    belief = Scene((*above.layers, at), above.x, above.y, title="the belief", aspect=0.75)
    heights = above.y if (above.y.low, above.y.high) == (low, high) else Axis(above.y.label, low, high)
    return Board(
        (
            (belief, _bell(mean, std, best, heights)),
            (_gains(line, process, place, best, below), _sorted(mean, std, best, gain, heights)),
        ),
        sentence,
    )


def _bell(mean: float, std: float, best: float, losses: Axis) -> Scene:
    """The bell at the candidate on its side: the higher the density, the farther to the right."""
    peak = norm.pdf(0) / std
    x = peak * np.linspace(0.002, 1, 120)
    half = std * np.sqrt(-2 * np.log(x / peak))
    below = mean - half < best
    layers: list[AnyLayer] = [
        Band(x, mean - half, mean + half, BELIEF, 0.25, name="possible losses"),
        Band(
            x[below], (mean - half)[below], np.minimum(mean + half, best)[below], GAIN, 0.6, name="below the incumbent"
        ),
        Marks(best, "y", across=True, color=GREY, dash="dot", width=1.5),
        Segments(0, mean, peak, mean, BELIEF, width=2),
    ]
    across = Axis("density", 0, 1.05 * peak, ticks=())
    return Scene(layers, across, losses, title="possible losses there", aspect=0.75)


def _sorted(mean: float, std: float, best: float, gain: float, losses: Axis) -> Scene:
    """The possible losses in order; the area below the incumbent is the expected improvement."""
    possible = mean + std * norm.ppf(SHARES)
    percent, below = 100 * SHARES, possible < best
    layers: list[AnyLayer] = [
        Band(percent[below], possible[below], np.full(below.sum(), best), GAIN, 0.6, name="gain"),
        Curve(percent, possible, BELIEF, width=2.5),
        Marks(best, "y", across=True, color=GREY, dash="dot", width=1.5),
    ]
    across = Axis("possible losses, sorted (%)", 0, 100)
    return Scene(layers, across, losses, title=f"mean gain {number(gain)}", aspect=0.75)


def _gains(line: Line, process: GaussianProcess, place: float, best: float, like: Scene) -> Scene:
    """The expected improvement of every candidate, and of this one."""
    mean, std = process.predict(np.append(GRID, place)[:, None])
    *gains, here = acquisition.expected_improvement(mean, std, best)
    values = [line.value(u) for u in GRID.tolist()]
    top = float(max(gains))
    layers: list[AnyLayer] = [
        Band(values, np.zeros(len(GRID)), gains, GAIN, 0.25),
        Curve(values, gains, GAIN, width=2.5, name="expected improvement"),
        Points(line.value(place), here, GAIN, "diamond", LARGE, outline=INK),
    ]
    return Scene(layers, like.x, Axis("gain", 0, 1.1 * top or 1.0), title="worth of every candidate", aspect=0.75)
