"""How often does a kernel draw just these data? Functions run a slalom: a gate stands around each observation.

places    (n,)  where the gates stand, between 0 and 1
heights   (n,)  their middles: what was observed
half      ()    half of the width of a gate
"""

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.course.pictures.nb05.families import NAMES
from hpo_tutor.scenes.layers import AnyLayer, Line, Segments
from hpo_tutor.scenes.looks import GREY, ORANGE, RED
from hpo_tutor.scenes.stage import Axis, Scene
from hpo_tutor.scenes.ticks import number
from hpo_tutor.surrogates import GaussianProcess, Kernel

Array = NDArray[np.float64]

GRID = np.linspace(0, 1, 101)
N_DRAWN, N_SHOWN = 4000, 40


def slalom(kernel: Kernel, gates: tuple[Array, Array, float], rate: float) -> Scene:
    """Some draws from the prior, and those among 4,000 that pass through all gates.

    Args:
        kernel: of the prior; its mean is 0. A draw is shown without noise, and passes with it.
        gates: places (n,), their middles (n,), and half of their width.
        rate: share of draws that pass, measured with more draws.
    """
    (places, heights, half), rng = gates, np.random.default_rng(1)
    draws = GaussianProcess(kernel).sample(np.concatenate([GRID, places])[:, None], N_DRAWN, rng)
    seen = draws[:, len(GRID) :] + kernel.noise * rng.normal(size=(N_DRAWN, len(places)))
    through = np.all(np.abs(seen - heights) < half, axis=1)
    curves = draws[:, : len(GRID)]
    passed = curves[through][:N_SHOWN]
    layers: list[AnyLayer] = [Line(GRID, curves[:N_SHOWN].T, GREY, "solid", 1, 0.35, name=f"{N_SHOWN} of the draws")]
    if len(passed):
        layers.append(Line(GRID, passed.T, ORANGE, "solid", 1.8, 0.8, name="pass all gates"))
    layers.append(Segments(places, heights - half, places, heights + half, RED, "solid", 6, name="a gate"))
    scale = number(float(np.min(kernel.length_scales)))
    found = f"{through.sum()} of {N_DRAWN:,} draws pass"
    sentence = (
        f"{NAMES[kernel.shape]}, length scale {scale}: {found}; of many more, {number(1000 * rate)} in a thousand."
    )
    title = f"Length scale {scale}: {number(1000 * rate)} of 1,000 pass"
    return Scene(layers, Axis("x", 0, 1), Axis("f(x)", -2.6, 2.6), sentence, title, 0.5)
