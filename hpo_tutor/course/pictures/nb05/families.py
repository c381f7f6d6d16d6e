"""Which functions does a kernel expect? Its correlation over the distance, and draws from the process.

distance   how far two places are apart, along an axis from 0 to 1
ell        the length scale, in the same unit
"""

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.scenes.layers import AnyLayer, Line, Points, Segments
from hpo_tutor.scenes.looks import BLUE, GREY
from hpo_tutor.scenes.processes import process
from hpo_tutor.scenes.stage import Axis, Board, Scene, beside
from hpo_tutor.scenes.ticks import number
from hpo_tutor.surrogates import GaussianProcess, Kernel

Array = NDArray[np.float64]

NAMES = {"rbf": "RBF", "matern52": "Matérn 5/2", "matern32": "Matérn 3/2", "matern12": "Matérn 1/2"}
"""A kernel's shape -> its name on the page."""

X = np.linspace(0, 1, 401)


def family(shape: str, length_scale: float, n_draws: int = 3) -> Board:
    """The correlation of a kernel, the other shapes behind it, and functions drawn from it.

    The draws use the same random numbers at every setting, so that one sees what the kernel does.

    Args:
        shape: one of ``NAMES``.
        length_scale: positive, in shares of the axis.
        n_draws: how many functions, at most 5.
    """
    gp = GaussianProcess(Kernel(shape, length_scale))
    draws = gp.sample(X[:, None], n_draws, np.random.default_rng(4))
    crossings = int(np.sum(draws[0, 1:] * draws[0, :-1] < 0))
    right = process(gp, X, draws=draws, up=Axis("f(x)", -3.2, 3.2), title=f"Three draws, {NAMES[shape]}", aspect=0.8)
    sentence = (
        f"{NAMES[shape]} with length scale {number(length_scale)}. At a distance of 0.1 two values have the "
        f"correlation {number(float(correlation(shape, length_scale, np.array([0.1]))[0]))}. "
        f"Draw 1 crosses its mean {crossings} times."
    )
    return beside(_correlations(shape, length_scale), right, sentence=sentence)


def correlation(shape: str, length_scale: float, distances: Array) -> Array:
    """Correlation of two values that lie so far apart (m,); shape (m,)."""
    at: Array = Kernel(shape, length_scale)(np.zeros((1, 1)), distances[:, None])[0]
    return at


def _correlations(shape: str, length_scale: float) -> Scene:
    """All four shapes over the distance, the chosen one on top, and a dot at one length scale."""
    layers: list[AnyLayer] = [
        Line(X, correlation(other, length_scale, X), GREY, "solid", 1.2, 0.7, name="the other shapes")
        for other in NAMES
        if other != shape
    ]
    at_scale = correlation(shape, length_scale, np.array([length_scale]))
    layers += [
        Line(X, correlation(shape, length_scale, X), BLUE, "solid", 3, name="correlation of this shape"),
        Segments([length_scale], [0], [length_scale], at_scale, GREY, "dash", 1.5),
        Points([length_scale], at_scale, BLUE, "diamond", 13, outline="page", name="one length scale apart"),
    ]
    return Scene(
        layers,
        Axis("distance of two places", 0, 1),
        Axis("correlation of the values", 0, 1.04),
        title="How alike are two values?",
        aspect=0.8,
    )
