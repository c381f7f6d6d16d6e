"""What do mean and standard deviation say of a single number that is not known yet? A bell, and draws below it.

std     standard deviation of the number; its mean is 0
reach   how many standard deviations to either side are asked about
law     where the draws come from: the bell itself, or numbers of which a few lie far out
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from hpo_tutor.scenes.layers import Band, Line, Marks, Points
from hpo_tutor.scenes.looks import GREY, ORANGE
from hpo_tutor.scenes.processes import BELIEF
from hpo_tutor.scenes.stage import Axis, Scene
from hpo_tutor.scenes.ticks import number

Array = NDArray[np.float64]

LAWS = ("the bell itself", "a few far out")
N_DRAWS = 400
WILD, TIMES = 0.05, 6.0  # share of the draws that lie far out, and how many times as far
GRID = np.linspace(-5, 5, 401)
FLOOR, ROOF = -0.42, 1.7  # of the picture, in units of the density; the draws lie below zero


def bell(std: float, reach: float, law: str) -> Scene:
    """A Gaussian's density with the area within ``reach`` standard deviations, and 400 draws.

    Both laws have mean 0 and this standard deviation; the same luck makes the draws of every picture.
    """
    draws = std * unit_draws(law)
    edge, inside = reach * std, np.abs(draws) <= reach * std
    area, share = stats.norm.cdf(reach) - stats.norm.cdf(-reach), inside.mean()
    heights = np.random.default_rng(1).uniform(FLOOR + 0.06, -0.06, N_DRAWS)
    middle = np.linspace(-edge, edge, 201)
    return Scene(
        [
            Band(middle, np.zeros(201), _density(middle, std), BELIEF, 0.3, name="area within reach"),
            Line(GRID, _density(GRID, std), BELIEF, "solid", 2.5, name="density"),
            Marks([-edge, edge], "x", across=True, color=BELIEF, dash="dash", width=1.5),
            Points(draws[inside], heights[inside], ORANGE, "circle", 6.0, 0.9, None, name="draw within reach"),
            Points(draws[~inside], heights[~inside], GREY, "x", 6.0, 1.0, None, name="draw beyond"),
        ],
        Axis("value", -5, 5),
        Axis("density (per unit of the value)", FLOOR, ROOF, ticks=[(at, f"{at:g}") for at in (0, 0.5, 1, 1.5)]),
        f"Standard deviation {number(std)}: the area between {number(-edge)} and {number(edge)} is "
        f"{100 * area:.1f}\u00a0% of all; of {N_DRAWS} draws {100 * share:.1f}\u00a0% lie there.",
        f"Within {number(reach)} std: area {100 * area:.1f} %, draws {100 * share:.1f} %",
        aspect=0.45,
    )


@cache
def unit_draws(law: str, n_draws: int = N_DRAWS) -> Array:
    """Draws with mean 0 and standard deviation 1 of one of the laws.

    Raises:
        ValueError: there is no such law.
    """
    if law not in LAWS:
        raise ValueError(f"a law is one of {', '.join(LAWS)}, got {law!r}")
    rng = np.random.default_rng(4)
    draws = rng.standard_normal(n_draws)
    if law == LAWS[1]:
        far = rng.random(n_draws) < WILD
        draws = np.where(far, TIMES, 1.0) * draws / np.sqrt(1 - WILD + WILD * TIMES**2)
    draws.setflags(write=False)
    return draws


def _density(x: Array, std: float) -> Array:
    density: Array = stats.norm.pdf(x, 0, std)
    return density
