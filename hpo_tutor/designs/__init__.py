"""Where should N trials go, if all of them are chosen before the first is run?

N       n_points, how many
d       n_dims, the number of hyperparameters
points  (N, d) in the unit cube; ``SearchSpace.from_unit`` turns a row into a configuration

``grid``, ``grid-midpoints`` and ``jittered`` need the same number of levels on each axis, so they give
floor(N^(1/d))^d points; all others give exactly N.
"""

from importlib import import_module
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray


class _Recipe(NamedTuple):
    home: str  # "room:function"
    ordered: bool  # whether the order of the points is part of the design; otherwise any order is as good


_RECIPES = {
    "grid": _Recipe("lattices:edges", ordered=False),
    "grid-midpoints": _Recipe("lattices:midpoints", ordered=False),
    "jittered": _Recipe("lattices:jittered", ordered=False),
    "random": _Recipe("uniform:uniform", ordered=True),
    "lhs": _Recipe("latin:latin_hypercube", ordered=False),
    "sobol": _Recipe("sequences:sobol", ordered=True),
}

NAMES = tuple(_RECIPES)
"""The designs that ``make`` knows."""


def make(name: str, n_points: int, n_dims: int, seed: int | np.random.Generator = 0) -> NDArray[np.float64]:
    """A design's points in the unit cube, shape (N, d).

    Args:
        name: one of ``NAMES``.
        n_points: how many points are wanted; lattices give the largest n^d that is no larger.
        n_dims: how many hyperparameters.
        seed: the same seed gives the same points; ``grid`` and ``grid-midpoints`` have nothing random in them.

    Raises:
        ValueError: the name is unknown, or a count is below 1.
    """
    recipe = _recipe(name)
    for what, value in (("n_points", n_points), ("n_dims", n_dims)):
        if value != int(value) or value < 1:
            raise ValueError(f"{what} must be a whole number of at least 1, it is {value}")
    room, function = recipe.home.split(":")
    build = getattr(import_module(f"hpo_tutor.designs.{room}"), function)
    return cast("NDArray[np.float64]", build(int(n_points), int(n_dims), np.random.default_rng(seed)))


def is_ordered(name: str) -> bool:
    """Whether the order of the points belongs to the design, so that its first points are a design themselves.

    Raises:
        ValueError: the name is unknown.
    """
    return _recipe(name).ordered


def is_lattice(name: str) -> bool:
    """Whether the design has n levels on every axis, hence n^d points.

    Raises:
        ValueError: the name is unknown.
    """
    return _recipe(name).home.startswith("lattices:")


def _recipe(name: str) -> _Recipe:
    if name not in _RECIPES:
        raise ValueError(f"a design's name must be one of {', '.join(_RECIPES)}; it is {name!r}")
    return _RECIPES[name]
