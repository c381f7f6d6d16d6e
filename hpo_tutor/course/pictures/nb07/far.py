"""How much do 30 trials know of a cube with d dimensions?

unknown  share of the standard deviation that is left: 1 where nothing is known, 0 at a trial
plane    the first two axes, all others held in the middle, at 0.5
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hpo_tutor.scenes.layers import Heatmap, Line, Points
from hpo_tutor.scenes.looks import BLUE, GREY, ORANGE
from hpo_tutor.scenes.stage import Axis, Board, Scene, beside
from hpo_tutor.scenes.ticks import number
from hpo_tutor.surrogates import GaussianProcess, Kernel

Array = NDArray[np.float64]

N_PLANE, N_PLACES = 31, 500


def trials_in(n_dims: int, n_trials: int) -> Array:
    """Trials drawn at random, (n_trials, n_dims)."""
    return np.random.default_rng(n_dims).random((n_trials, n_dims))


def unknown(trials: ArrayLike, places: ArrayLike, length_scale: float) -> Array:
    """The share of the standard deviation that trials (n, d) leave at places (m, d), whatever their losses; (m,)."""
    known = GaussianProcess(Kernel("matern52", length_scale)).condition(trials, np.zeros(len(np.asarray(trials))))
    std: Array = known.predict(places)[1]
    return std


def left_unknown(n_dims: int, n_trials: int, length_scale: float) -> float:
    """The same, the mean over random places of the cube."""
    places = np.random.default_rng(0).random((N_PLACES, n_dims))
    return float(unknown(trials_in(n_dims, n_trials), places, length_scale).mean())


def cube(shares: Mapping[tuple[int, int, float], float], dims: int, trials: int, length_scale: float) -> Board:
    """The plane through the middle of the cube, its trials seen from above, and what is left unknown over d.

    Args:
        shares: (dimensions, trials, length scale) -> share left unknown.
        dims: of the cube that is shown.
        trials: how many are shown in it.
        length_scale: of the kernel.
    """
    points = trials_in(dims, trials)
    side = np.linspace(0, 1, N_PLANE)
    plane = np.full((N_PLANE**2, dims), 0.5)
    plane[:, :2] = np.column_stack([one.ravel() for one in np.meshgrid(side, side)])
    left = unknown(points, plane, length_scale).reshape(N_PLANE, N_PLANE)
    halves = ((0, "0"), (0.5, "0.5"), (1, "1"))
    map_of = Scene(
        [
            Heatmap(left, (0, 1), (0, 1), 0, 1, name="share of the std that is left", labels=("0", "1")),
            Points(points[:, 0], points[:, 1], ORANGE, "circle", 8, outline="#000000", name="trial, seen from above"),
        ],
        Axis("first axis", -0.03, 1.03, ticks=halves),
        Axis("second axis", -0.03, 1.03, ticks=halves),
        title=f"{trials} trials in {dims} dimensions",
        aspect=0.9,
        grid=False,
    )
    every = sorted({key[0] for key in shares})
    curve = [100 * shares[d, trials, length_scale] for d in every]
    here = 100 * shares[dims, trials, length_scale]
    over = Scene(
        [
            Line([every[0], every[-1]], [100, 100], GREY, "dash", 1.5, name="nothing is known"),
            Line(every, curve, BLUE, "solid", 2.5, name="mean over the cube"),
            Points([dims], [here], BLUE, "circle", 15, outline="ink"),
        ],
        Axis("dimensions", every[0] - 0.5, every[-1] + 0.5, ticks=[(d, str(d)) for d in every]),
        Axis("std that is left (%)", 0, 108),
        title=f"length scale {number(length_scale)}",
        aspect=0.9,
    )
    sentence = (
        f"{trials} trials in {dims} dimensions, length scale {number(length_scale)}: at a random place "
        f"{here:.0f}\u00a0% of the standard deviation is left."
    )
    return beside(map_of, over, sentence=sentence)
