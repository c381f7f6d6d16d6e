"""What does a process believe of the losses along one hyperparameter, of the function and of a new training?

rates    (m,)  learning rates; the process lives on x from 0 (the lowest) to 1 (the highest), on a logarithmic scale
losses   (3, m)  three trainings at each rate, with other random numbers; rmse in GeV
"""

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.scenes.layers import Band, Points
from hpo_tutor.scenes.looks import GREY, SKY
from hpo_tutor.scenes.processes import process
from hpo_tutor.scenes.stage import Axis, Scene
from hpo_tutor.scenes.ticks import number
from hpo_tutor.surrogates import GaussianProcess

Array = NDArray[np.float64]

GRID = np.linspace(0, 1, 201)
OBSERVED = "mean ± 2 std of a new training"


def single(losses: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    """One of the trainings at each rate, drawn at random, and those that are left; shapes (m,) and (2, m)."""
    shuffled = rng.permuted(losses.astype(np.float64), axis=0)
    return shuffled[0], shuffled[1:]


def inside(gp: GaussianProcess, x: Array, y: Array) -> NDArray[np.bool_]:
    """Whether trainings y at x lie in the band that is promised for new ones, mean ± 2 std; all (k,)."""
    mean, std = gp.predict(x[:, None])
    return np.asarray(np.abs(y - mean) <= 2 * np.hypot(std, gp.kernel.noise))


def believed(
    gp: GaussianProcess,
    rates: Array,
    unseen: tuple[Array, Array] | None = None,
    up: tuple[float, float] | None = None,
    title: str = "",
    aspect: float = 0.55,
) -> Scene:
    """The band of the function, around it the wider one of a new training, and trainings that the process never saw.

    Args:
        gp: of one input, x from 0 to 1.
        rates: (m,) whose ends are those of the axis.
        unseen: x (k,) and losses (k,) of further trainings.
        up: ends of the vertical axis in GeV; None takes what the trainings span.
        title: above the picture.
        aspect: height over width.
    """
    mean, std = gp.predict(GRID[:, None])
    around = 2 * np.hypot(std, gp.kernel.noise)
    seen_y = gp.y if unseen is None else np.concatenate([gp.y, unseen[1]])
    room = 0.35 * float(np.ptp(seen_y))
    low, high = up or (float(seen_y.min()) - room, float(seen_y.max()) + room)
    scene = process(
        gp, GRID, across=rate_axis(rates), up=Axis("validation loss (rmse, GeV)", low, high), title=title, aspect=aspect
    )
    wider = Band(GRID, mean - around, mean + around, SKY, 0.22, name=OBSERVED)
    best, least = (number(2000 * float(end)) for end in (std.min(), std.max()))
    sentence = (
        f"{len(gp.y)} trainings, noise {number(1000 * gp.kernel.noise)} MeV. Two std of the function are {best} MeV "
        f"where it is known best, and {least} MeV where it is known least."
    )
    if unseen is None:
        return replace(scene, layers=[wider, *scene.layers], sentence=sentence)
    diamonds = Points(*unseen, GREY, "diamond", 6, 0.9, outline=None, name="not seen")
    held = inside(gp, *unseen)
    sentence += f" Of the {len(held)} trainings that were not seen, {held.sum()} lie in the outer band."
    return replace(scene, layers=[wider, diamonds, *scene.layers], sentence=sentence)


def rate_axis(rates: Array) -> Axis:
    """The axis from 0 to 1, with learning rates written at it."""
    low, high = math.log(rates[0]), math.log(rates[-1])
    marked = [rate for rate in (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03) if rates[0] <= rate <= rates[-1]]
    ticks = [((math.log(rate) - low) / (high - low), f"{rate:g}") for rate in marked]
    return Axis("learning rate", -0.02, 1.02, ticks=ticks)
