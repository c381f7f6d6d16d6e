"""What does a star say? Four hundred comparisons in four piles: equal or not, star or not.

equal, power, level   as in exercise 12.3: shares between 0 and 1 (a dial that is a choice gives the level as text)
"""

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.scenes.layers import AnyLayer, Points, Segments, Text
from hpo_tutor.scenes.looks import BLUE, GREY, INK, RED
from hpo_tutor.scenes.stage import Axis, Scene

Array = NDArray[np.float64]

N, ROWS = 400, 16


def piles(equal: float, power: float, level: float | str) -> Scene:
    """As many symbols as comparisons: those that differ on the left, equals on the right, stars on top."""
    n_equal = round(equal * N)
    n_differ = N - n_equal
    found, lucky = round(n_differ * power), round(n_equal * float(level))
    x_differ, y_differ = _places(n_differ, 0)
    wide = x_differ.max() + 2.5
    x_equal, y_equal = _places(n_equal, wide)
    layers: list[AnyLayer] = [Segments([wide - 1.25], [-0.5], [wide - 1.25], [ROWS], GREY, width=1.5)]
    told = (
        (x_differ[:found], y_differ[:found], BLUE, "star", "star, and they differ"),
        (x_equal[:lucky], y_equal[:lucky], RED, "star", "star, by luck"),
        (x_differ[found:], y_differ[found:], BLUE, "circle", "no star, but they differ"),
        (x_equal[lucky:], y_equal[lucky:], GREY, "circle", "no star, and they are equal"),
    )
    for x, y, color, symbol, name in told:
        layers.append(Points(x, y, color, symbol, 16.0 if symbol == "star" else 7.0, outline=None, name=name))
    middles = [float(x.min() + x.max()) / 2 for x in (x_differ, x_equal)]
    layers.append(Text(middles, [ROWS + 0.8] * 2, [f"{n_differ} differ", f"{n_equal} are equal"], color=INK))
    n_stars = found + lucky
    n_blank = N - n_stars
    sentence = (
        f"{n_stars} stars, of which {lucky} are luck: {100 * lucky / n_stars:.0f}\u00a0%. {n_blank} without, of which "
        f"{n_differ - found} differ: {100 * (n_differ - found) / n_blank:.0f}\u00a0%."
    )
    end = float(x_equal.max())
    return Scene(
        layers,
        Axis("", -1, end + 1, ticks=()),
        Axis("", -1, ROWS + 1.8, ticks=()),
        sentence,
        title=f"{N} comparisons",
        aspect=0.5,
        grid=False,
    )


def _places(n: int, left: float) -> tuple[Array, Array]:
    """Places of n symbols, row by row from the top, in as many columns as ROWS rows need."""
    columns = max(1, -(-n // ROWS))
    k = np.arange(n)
    return np.asarray(left + k % columns), np.asarray(ROWS - 1.0 - k // columns)
