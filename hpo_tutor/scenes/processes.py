"""What does a Gaussian process believe along one axis? Its mean, its band, draws from it, and what it was told.

m       places of a fine grid, from left to right
x       (m,) the grid, in the units in which the process was built
draws   (k, m) values of k functions on the grid
"""

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hpo_tutor.scenes.layers import AnyLayer, Band, Line, Points
from hpo_tutor.scenes.looks import BLUE, GREEN, GREY, INK, ORANGE, PAGE, PINK, RED, SKY
from hpo_tutor.scenes.stage import Axis, Scene
from hpo_tutor.scenes.ticks import number

if TYPE_CHECKING:  # a process brings scipy, which a picture of its numbers does not need
    from hpo_tutor.surrogates import GaussianProcess

Array = NDArray[np.float64]

BELIEF = BLUE
"""The colour of a process's mean and band."""
BAND = "mean ± 2 std"
DRAWS = ((ORANGE, "solid"), (GREEN, "dash"), (PINK, "longdashdot"), (RED, "dot"), (SKY, "longdash"))
"""Colour and dash of the first draws, the same in every panel that shows them."""


def process(
    gp: "GaussianProcess",
    x: ArrayLike,
    *,
    draws: ArrayLike | None = None,
    truth: ArrayLike | None = None,
    across: Axis | None = None,
    up: Axis | None = None,
    title: str = "",
    sentence: str = "",
    aspect: float = 0.5,
) -> Scene:
    """A process of one input: the band of two standard deviations around its mean, draws, truth and observations.

    The band is that of the function; the noise of an observation is not in it.

    Args:
        gp: of one input, before or after observations.
        x: (m,) where it is drawn, increasing.
        draws: (k, m) functions to be shown with it, as ``gp.sample(x[:, None], k, rng)`` returns them; the first five
            have a look of their own, and of more than five all look alike.
        truth: (m,) the function that was observed, where it is known.
        across: the horizontal axis; None spans the grid.
        up: the vertical axis; None spans everything that is drawn.
        title: above the picture.
        sentence: what is to be seen; "" says where the band is narrowest and where widest.
        aspect: height over width.

    Raises:
        ValueError: the grid does not increase, or draws or truth have not one value for each of its places.
    """
    places = np.asarray(x, dtype=np.float64)
    if places.ndim != 1 or len(places) < 2 or not np.all(np.diff(places) > 0):
        raise ValueError(f"x is a grid of two or more increasing places, shape (m,); got shape {places.shape}")
    mean, std = gp.predict(places[:, None])
    curves = _on(places, draws, "draws", n_axes=2)
    true = _on(places, truth, "truth", n_axes=1)
    seen_x, seen_y = np.ravel(gp.x), np.ravel(gp.y)
    heights = [mean - 2 * std, mean + 2 * std, seen_y, *(np.ravel(one) for one in (curves, true) if one is not None)]
    layers: list[AnyLayer] = [
        Band(places, mean - 2 * std, mean + 2 * std, BELIEF, 0.28, name=BAND),
        *([] if curves is None else drawn(places, curves)),
        *([] if true is None else [Line(places, true, GREY, "dash", 2.0, name="truth")]),
        Line(places, mean, BELIEF, "solid", 2.5, name="mean"),
    ]
    if len(seen_x):
        layers.append(Points(seen_x, seen_y, INK, "circle", 10.0, outline=PAGE, name="observation"))
    return Scene(
        layers,
        across or Axis("x", places[0], places[-1]),
        up or spanning("f(x)", np.concatenate(heights)),
        sentence or told(places, mean, std, len(seen_x)),
        title,
        aspect,
    )


def drawn(x: ArrayLike, draws: ArrayLike) -> list[AnyLayer]:
    """Functions (k, m) over a grid (m,): up to five have a look and a name each, more than five share one."""
    curves = np.asarray(draws, dtype=np.float64)
    if len(curves) > len(DRAWS):
        return [Line(x, curves.T, DRAWS[0][0], "solid", 1.2, 0.5, name="draws")]
    looks = zip(curves, DRAWS, strict=False)
    return [Line(x, curve, *look, 1.8, name=f"draw {k}") for k, (curve, look) in enumerate(looks, start=1)]


def spanning(label: str, heights: Array) -> Axis:
    """An axis on which all these heights have room; those that are no numbers are left out."""
    heights = heights[np.isfinite(heights)]
    low, high = float(heights.min()), float(heights.max())
    room = 0.06 * (high - low) or 0.05 * abs(low) or 1.0
    return Axis(label, low - room, high + room)


def told(x: Array, mean: Array, std: Array, n_seen: int) -> str:
    """What is believed, in a sentence: where the band is narrowest and widest."""
    after = {0: "Before any observation", 1: "After 1 observation"}.get(n_seen, f"After {n_seen} observations")
    least, most = int(np.argmin(std)), int(np.argmax(std))
    if std[most] - std[least] <= 1e-6 * std[most]:
        return f"{after} the band is equally wide everywhere, mean ± {number(2 * float(std[most]))}."
    step = 10.0 ** math.floor(math.log10(2 * std[most])) / 100  # finer than that, nobody reads off a picture

    def rounded(value: float) -> str:
        return number(round(value / step) * step + 0.0)  # without the sign of -0.0

    ends = [f"{rounded(mean[i])} ± {rounded(2 * std[i])} at x = {number(x[i])}" for i in (least, most)]
    return f"{after} the band is narrowest, {ends[0]}, and widest, {ends[1]}."


def _on(x: Array, values: ArrayLike | None, name: str, n_axes: int) -> Array | None:
    """The values as an array with a column for each place."""
    if values is None:
        return None
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != n_axes or array.shape[-1] != len(x):
        wanted = f"(k, {len(x)})" if n_axes == 2 else f"({len(x)},)"
        raise ValueError(f"{name} have a value for each place of the grid, shape {wanted}; got shape {array.shape}")
    return array
