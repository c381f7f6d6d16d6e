"""Where should N trials go, if all of them are chosen before the first is run?

N       n_points, how many
d       n_dims, the number of hyperparameters
points  (N, d) in the unit cube; ``SearchSpace.from_unit`` turns a row into a configuration

``grid``, ``grid-midpoints`` and ``jittered`` need the same number of levels on each axis, so they give
floor(N^(1/d))^d points; all others give exactly N.

    make       a design's points
    make_many  many draws of a design at once
    examine    its points, how good they are, and what was found out on the way
    quality    how good any points are
    saturate   spheres of one diameter, until no further one fits
"""

from collections.abc import Collection
from importlib import import_module
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.lazy import offer

_HOMES = {"make_many": "stacks", "quality": "measures", "saturate": "saturation"}


class _Recipe(NamedTuple):
    home: str  # "room:function"; it returns the points, or a NamedTuple that begins with them
    ordered: bool = False  # whether the order of the points is part of the design; otherwise any order is as good
    options: tuple[str, ...] = ()  # what can be chosen about it


_RECIPES = {
    "grid": _Recipe("lattices:edges"),
    "grid-midpoints": _Recipe("lattices:midpoints"),
    "jittered": _Recipe("lattices:jittered"),
    "random": _Recipe("uniform:uniform", ordered=True),
    "lhs": _Recipe("latin:latin_hypercube", options=("levels",)),
    "sobol": _Recipe("sequences:sobol", ordered=True),
    "rsa": _Recipe("spheres:rsa", options=("periodic", "n_restarts", "max_darts")),
    "hypertiling": _Recipe("quasicrystals:hypertiling", options=("symmetry",)),
    "rsa-lhs": _Recipe("rooks:rsa_lhs", options=("n_swaps",)),
}

NAMES = tuple(_RECIPES)
"""The designs that ``make`` knows."""


class Examined(NamedTuple):
    """A design, how good it is, and what was found out while it was made.

    Attributes:
        points: (N, d) in the unit cube.
        quality: its ``measures.Quality``.
        found: what else its room tells, such as the diameter of the spheres of ``rsa``; empty for most designs.
    """

    points: NDArray[np.float64]
    quality: Any
    found: dict[str, Any]


def make(
    name: str, n_points: int, n_dims: int, seed: int | np.random.Generator = 0, **options: Any
) -> NDArray[np.float64]:
    """A design's points in the unit cube, shape (N, d).

    Args:
        name: one of ``NAMES``.
        n_points: how many points are wanted; lattices give the largest n^d that is no larger.
        n_dims: how many hyperparameters.
        seed: the same seed gives the same points; ``grid`` and ``grid-midpoints`` have nothing random in them.
        options: ``levels`` of "lhs"; ``periodic``, ``n_restarts`` and ``max_darts`` of "rsa"; ``symmetry`` of
            "hypertiling"; ``n_swaps`` of "rsa-lhs"; see their rooms.

    Raises:
        ValueError: the name is unknown, a count is below 1, the design has no such option, or it does not exist for so
            many points or hyperparameters.
    """
    return _made(name, n_points, n_dims, seed, options)[0]


def examine(name: str, n_points: int, n_dims: int, seed: int | np.random.Generator = 0, **options: Any) -> Examined:
    """A design with its quality, and with what was found while it was made; arguments and errors as for ``make``."""
    from hpo_tutor.designs.measures import quality

    points, found = _made(name, n_points, n_dims, seed, options)
    return Examined(points, quality(points), found)


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


def check_options(name: str, options: Collection[str]) -> None:
    """Refuse options that a design does not have.

    Raises:
        ValueError: the name is unknown, or one of the options.
    """
    known = _recipe(name).options
    if unknown := set(options) - set(known):
        raise ValueError(
            f"the options of the design {name!r} are: {', '.join(known) or 'none'}; got {', '.join(sorted(unknown))}"
        )


def _made(
    name: str, n_points: int, n_dims: int, seed: int | np.random.Generator, options: dict[str, Any]
) -> tuple[NDArray[np.float64], dict[str, Any]]:
    """The points, and what else the design's room tells."""
    recipe = _recipe(name)
    for what, value in (("n_points", n_points), ("n_dims", n_dims)):
        if value % 1 or value < 1:
            raise ValueError(f"{what} must be a whole number of at least 1, it is {value}")
    check_options(name, options)
    room, function = recipe.home.split(":")
    build = getattr(import_module(f"hpo_tutor.designs.{room}"), function)
    made = build(int(n_points), int(n_dims), np.random.default_rng(seed), **options)
    if isinstance(made, np.ndarray):
        return made, {}
    found = made._asdict()
    return found.pop("points"), found


def _recipe(name: str) -> _Recipe:
    if name not in _RECIPES:
        raise ValueError(f"a design's name must be one of {', '.join(_RECIPES)}; it is {name!r}")
    return _RECIPES[name]


__getattr__, _, _offered = offer(__name__, _HOMES)
__all__ = ["NAMES", "Examined", "check_options", "examine", "is_lattice", "is_ordered", "make", *_offered]


def __dir__() -> list[str]:
    return sorted(__all__)
