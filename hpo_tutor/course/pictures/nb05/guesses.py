"""What does a model make of a function that its kernel does not expect? One draw as a picture, many as numbers.

problem   rng -> (x, y, new_x, new_y): what the model may see, and new observations that judge it; all (n,) or (m,)
model     (x, y, at) -> (mean, low, high): what it expects of new observations at these places, and the band, all (k,)
"""

from collections.abc import Callable, Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.scenes.layers import AnyLayer, Band, Line, Marks, Points
from hpo_tutor.scenes.looks import BLUE, GREY, INK, PAGE, RED, SKY
from hpo_tutor.scenes.stage import Axis, Scene
from hpo_tutor.scenes.ticks import number
from hpo_tutor.surrogates import GaussianProcess, Kernel

Array = NDArray[np.float64]
Problem = Callable[[np.random.Generator], tuple[Array, Array, Array, Array]]
Model = Callable[[Array, Array, Array], tuple[Array, Array, Array]]

GRID = np.linspace(0, 1, 301)
OBSERVED = "mean ± 2 std of a new observation"


def plain(shape: str) -> Model:
    """The process of this shape whose length scale, amplitude, noise and mean are fitted."""

    def model(x: Array, y: Array, at: Array) -> tuple[Array, Array, Array]:
        start = Kernel(shape, 0.3, y.std(), 0.1 * y.std())
        gp = GaussianProcess(start, float(y.mean())).condition(x[:, None], y).fitted(n_restarts=2)
        mean, std = gp.predict(at[:, None])
        wide = 2 * np.hypot(std, gp.kernel.noise)
        return mean, mean - wide, mean + wide

    return model


def compare(models: Mapping[str, Model], problem: Problem, seeds: Iterable[int]) -> dict[str, dict[str, Array]]:
    """How models fare at the new observations of many draws: model -> measure -> (draws,).

    The measures: "error" of the mean (rmse), "inside": share of observations in the band, "width" of the band on
    average, "below 0": share of places where the band reaches below 0.
    """
    results: dict[str, list[tuple[float, ...]]] = {name: [] for name in models}
    for seed in seeds:
        x, y, new_x, new_y = problem(np.random.default_rng(seed))
        for name, model in models.items():
            mean, low, high = model(x, y, new_x)
            error = float(np.sqrt(np.mean((mean - new_y) ** 2)))
            within = float(np.mean((low <= new_y) & (new_y <= high)))
            results[name].append((error, within, float(np.mean(high - low)), float(np.mean(low < 0))))
    measures = ("error", "inside", "width", "below 0")
    return {name: dict(zip(measures, np.transpose(rows), strict=True)) for name, rows in results.items()}


def guess(
    problem: Problem, model: Model, seed: int, across: Axis, up: Axis, title: str, floor: float | None = None
) -> Scene:
    """The observations, the band, and the new observations that it was to hold.

    Args:
        problem: as above.
        model: as above.
        seed: of the draw.
        across: the horizontal axis, x from 0 to 1.
        up: the vertical axis.
        title: names problem and model; the share inside is added.
        floor: what no observation can lie below, marked by a line.
    """
    x, y, new_x, new_y = problem(np.random.default_rng(seed))
    mean, low, high = model(x, y, np.concatenate([GRID, new_x]))
    inside = (new_y >= low[len(GRID) :]) & (new_y <= high[len(GRID) :])
    mean, low, high = (one[: len(GRID)] for one in (mean, low, high))
    layers: list[AnyLayer] = [
        Band(GRID, low, high, SKY, 0.3, name=OBSERVED),
        Points(new_x[inside], new_y[inside], GREY, "diamond", 5, outline=None, name="new, inside"),
        Line(GRID, mean, BLUE, "solid", 2.5, name="mean"),
        Points(new_x[~inside], new_y[~inside], RED, "x", 6, outline=None, name="new, outside"),
        Points(x, y, INK, "circle", 9, outline=PAGE, name="observation"),
    ]
    if floor is not None:
        layers.insert(1, Marks([floor], axis="y", across=True, color=GREY, dash="dash", width=1.5))
    sentence = f"{title}: {np.sum(inside)} of {len(inside)} new observations lie in the band ({share(inside)})."
    return Scene(layers, across, up, sentence, f"{title}: {share(inside)} inside", 0.5)


def share(inside: NDArray[np.bool_]) -> str:
    """A share in per cent, in words."""
    return f"{number(round(100 * float(np.mean(inside))))}\u00a0%"
