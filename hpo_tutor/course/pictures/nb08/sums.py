"""What does a density look like that is made of windows, and what does their width do to it?

h       width of the windows: the standard deviation of each
places  (n,) what was drawn, from two humps
"""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from hpo_tutor.scenes.layers import AnyLayer, Line, Marks, Points
from hpo_tutor.scenes.looks import BLUE, GREY, INK
from hpo_tutor.scenes.stage import Axis, Scene
from hpo_tutor.scenes.ticks import number
from hpo_tutor.surrogates import ParzenEstimator

Array = NDArray[np.float64]

LOW, HIGH, TALLEST = -4.0, 4.0, 1.1
GRID = np.linspace(LOW, HIGH, 241)
HUMPS = ((0.6, -1.2, 0.5), (0.4, 1.5, 0.4))
"""Weight, middle and width of each hump of the density from which the places are drawn."""


def humps(x: Array) -> Array:
    """The density from which the places are drawn; shape of x."""
    return np.asarray(sum(weight * norm.pdf(x, middle, width) for weight, middle, width in HUMPS))


def drawn(n: int, seed: int = 0) -> Array:
    """``n`` places of that density, (n,); the first few are the same for any n."""
    rng = np.random.default_rng(seed)
    weights, middles, widths = (np.array(one) for one in zip(*HUMPS, strict=True))
    pairs = rng.random((n, 1)), rng.normal(size=(n, 1))
    chosen = (pairs[0][:, 0] > weights[0]).astype(int)
    places: Array = middles[chosen] + widths[chosen] * pairs[1][:, 0]
    return places


def estimated(places: Array, h: float) -> Array:
    """The Parzen estimate on ``GRID``, shape (241,)."""
    density: Array = ParzenEstimator(places, h).density(GRID)
    return density


def misplaced(places: Array, h: float) -> float:
    """Share of the estimate's area that lies where the density has none for it."""
    return float(np.trapezoid(np.abs(estimated(places, h) - humps(GRID)), GRID)) / 2


def n_humps(places: Array, h: float) -> int:
    """How many humps the estimate has."""
    heights = estimated(places, h)
    return int(np.sum((heights[1:-1] > heights[:-2]) & (heights[1:-1] >= heights[2:])))


def windows(places: Array, n: int, h: float) -> Scene:
    """The windows of the first n places, their sum, and the density that they come from.

    Args:
        places: (N,) of which the first n are shown.
        n: how many.
        h: the width of each window.
    """
    seen = places[:n]
    each = ParzenEstimator(seen, h).windows(GRID).T.round(3)  # a quarter of a pixel, and a third of a page's bytes
    found = n_humps(seen, h)
    layers: list[AnyLayer] = [
        Line(GRID, humps(GRID), GREY, "dash", 2.5, name="where the points come from"),
        Line(GRID, each, BLUE, "solid", 1.0, opacity=0.5, name="a window over each point"),
        Line(GRID, estimated(seen, h), INK, "solid", 3.0, name="their sum"),
        Marks(seen, color=BLUE, width=2.0),
        Points(seen[-1:], [0.0], BLUE, "circle", 10.0, outline="#ffffff", name="the newest point"),
    ]
    said = (
        f"{n} point{'s' if n > 1 else ''}, windows of width {number(h)}: the sum has {found} "
        f"hump{'s' if found != 1 else ''}, and {100 * misplaced(seen, h):.0f}\u00a0% of it lies in the wrong place."
    )
    return Scene(layers, Axis("x", LOW, HIGH), Axis("density", 0, TALLEST), said, aspect=0.45)
