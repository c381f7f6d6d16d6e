"""What does one draw from a Gaussian of many dimensions look like? A row of dots, joined by a line.

n         how many numbers a draw has; they stand in a row, at equal distances from 0 to 1
length    how far the kernel reaches; 0 for numbers that have nothing to do with each other
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.scenes.layers import AnyLayer, Heatmap, Line, Points
from hpo_tutor.scenes.looks import PAGE
from hpo_tutor.scenes.processes import DRAWS
from hpo_tutor.scenes.stage import Axis, Board, Scene, beside
from hpo_tutor.scenes.ticks import number

Array = NDArray[np.float64]

SIZES = (2, 3, 5, 9, 17, 50)
N_DRAWS = 3
SYMBOLS = ("circle", "square", "diamond")
SEED = 38  # three hills each at length scale 0.1, as the question below the picture has it
JITTER = 1e-9  # near places make two rows of the matrix all but equal


def ranks(n: int, length: float) -> Board:
    """Three draws of n numbers each, and the matrix of the correlations behind them."""
    x, draws, correlation = np.linspace(0, 1, n), read_at(n, length), correlations(np.linspace(0, 1, n), length)
    size = 11.0 if n < 10 else 5.0
    layers: list[AnyLayer] = []
    for k, (values, (color, dash), symbol) in enumerate(zip(draws, DRAWS, SYMBOLS, strict=False), start=1):
        layers.append(Line(x, values, color, dash, 1.5, name=f"draw {k}"))
        layers.append(Points(x, values, color, symbol, size, outline=PAGE if n < 10 else None))
    row = Scene(layers, Axis("place x", -0.03, 1.03), Axis("value", -3.2, 3.2), title=f"Draws of {n} numbers", aspect=1)
    half = 0.5 / (n - 1)
    edges = (-half, 1 + half)
    matrix = Scene(
        [Heatmap(correlation, edges, edges, 0, 1, name="correlation", labels=("0", "1"))],
        Axis("place x", *edges, ticks=[(0, "0"), (0.5, "0.5"), (1, "1")]),
        Axis("place x'", *edges, ticks=[(0, "0"), (0.5, "0.5"), (1, "1")]),
        title=f"{n} x {n} correlations",
        aspect=1,
        grid=False,
    )
    neighbours = correlation[0, 1]
    return beside(
        row,
        matrix,
        sentence=f"Three draws of {n} numbers; neighbours have correlation {number(round(float(neighbours), 3))}, "
        f"the first and the last {number(round(float(correlation[0, -1]), 3))}.",
    )


def correlations(x: Array, length: float) -> Array:
    """The kernel between all pairs of different places (n,), shape (n, n)."""
    if length == 0:
        return np.eye(len(x))
    matrix: Array = np.exp(-((x[:, None] - x) ** 2) / (2 * length**2))
    return matrix


def read_at(n: int, length: float) -> Array:
    """Three draws (3, n), read off at n places; the same draws whatever n is, and the same luck at every length.

    Raises:
        ValueError: it is none of ``SIZES``, so that the draws were not made there.
    """
    if n not in SIZES:
        raise ValueError(f"draws are made for {', '.join(map(str, SIZES))} places, got {n}")
    places, draws = _everywhere(length)
    at = np.searchsorted(places, np.linspace(0, 1, n) - 1e-9)
    read: Array = draws[:, at]
    return read


@cache
def _everywhere(length: float) -> tuple[Array, Array]:
    """All places of all sizes, and three joint draws there.

    The places of small sizes come first in the Cholesky factor: dots that have nothing to do with each other then stay
    where they are, whatever the length scale.
    """
    by_size = np.concatenate([np.linspace(0, 1, n) for n in SIZES]).round(9)
    places, first = np.unique(by_size, return_index=True)
    drawn = np.argsort(first)
    mixing = np.linalg.cholesky(correlations(places[drawn], length) + JITTER * np.eye(len(places)))
    draws = np.random.default_rng(SEED).standard_normal((N_DRAWS, len(places))) @ mixing.T
    return places, draws[:, np.argsort(drawn)]
