"""What does a polynomial do to prices? A bent scale, a guess that unbends it, and what a wrong guess costs.

y         (m,)  prices on the scale from -1 to 1: logarithm, mean off, divided by the largest
P         y -> c_0 y + c_1 y^3 with positive coefficients: it rises, so it can be undone
guess     the coefficients that the search tries; they undo P exactly only where they are the true ones
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.problems.mangling import Polynomial
from hpo_tutor.scenes.layers import AnyLayer, Heatmap, Line, Points, Segments
from hpo_tutor.scenes.looks import BLUE, GREY, INK, ORANGE
from hpo_tutor.scenes.stage import Axis, Board, Scene, beside
from hpo_tutor.scenes.ticks import number

Array = NDArray[np.float64]

TRUE = (0.8, 0.6)
PRICES = np.linspace(-1, 1, 81)
GUESSES = tuple(round(0.2 * k, 1) for k in range(1, 11))


@cache
def unbent(c0: float, c1: float) -> Array:
    """Prices, mangled with the true coefficients and brought back with guessed ones, (m,)."""
    mangled = Polynomial(np.array(TRUE))(PRICES)
    return np.asarray(Polynomial(np.array([c0, c1])).inverse(mangled), dtype=np.float64)


def error(c0: float, c1: float) -> float:
    """Root of the mean squared error that a guess makes, with predictions that are otherwise perfect."""
    return float(np.sqrt(np.mean((unbent(c0, c1) - PRICES) ** 2)))


@cache
def _errors() -> Heatmap:
    z = np.array([[error(c0, c1) for c0 in GUESSES] for c1 in GUESSES])
    half = (GUESSES[1] - GUESSES[0]) / 2
    ends = (GUESSES[0] - half, GUESSES[-1] + half)
    return Heatmap(z, ends, ends, 0.0, name="error of the prices", labels=("0", number(float(z.max()))))


def mangling(c0: float, c1: float) -> Board:
    """Prices bent by the true polynomial and unbent by a guess; beside it, the error over both coefficients."""
    bent, back = Polynomial(np.array(TRUE))(PRICES), unbent(c0, c1)
    some = PRICES[::10]
    at = np.interp(some, PRICES, back)
    left: list[AnyLayer] = [
        Line([-1.1, 1.1], [-1.1, 1.1], GREY, width=1.5, name="as it should be"),
        Line(PRICES, bent, ORANGE, "dash", 3.0, name="mangled"),
        Segments(some, some, some, at, GREY, width=2.0),
        Line(PRICES, back, BLUE, width=3.0, name="brought back with your coefficients"),
    ]
    half = (GUESSES[1] - GUESSES[0]) / 2
    ends = (GUESSES[0] - half, GUESSES[-1] + half)
    right: list[AnyLayer] = [
        _errors(),
        Points([TRUE[0]], [TRUE[1]], "#ffffff", "star", 17.0, outline="#000000", name="true coefficients"),
        Points([c0], [c1], BLUE, "circle", 15.0, outline=INK, name="yours"),
    ]
    loss = error(c0, c1)
    exact = "the prices come back exactly" if loss < 1e-9 else f"the prices come back with an error of {number(loss)}"
    return beside(
        Scene(left, Axis("price", -1.1, 1.1), Axis("", -1.7, 1.7), title="Bent, and brought back", aspect=0.85),
        Scene(right, Axis("c₀", *ends), Axis("c₁", *ends), title="A further plane to search", aspect=0.85, grid=False),
        sentence=f"Coefficients {number(c0)} and {number(c1)}: {exact}.",
    )
