"""Where is a forest lowest in a space with switches and constraints?

S, d     starts, and hyperparameters
tile     what the switches say: the values of all hyperparameters that a condition speaks of

Each coordinate in turn moves to where the forest is lowest along it, exactly, among the values that keep the
constraints; switches stay as they are, and so what exists does. So each tile is searched by itself.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.problems.landscapes.forests import Forest, candidates_of
from hpo_tutor.problems.landscapes.places import point_of, switches
from hpo_tutor.search_space import Float, SearchSpace

N_RANDOM = 2000  # configurations that are looked at beside the recorded ones
N_STARTS = 50  # of each tile, its lowest

Config = dict[str, Any]
Points = NDArray[np.float64]


def lowest(forest: Forest, space: SearchSpace, recorded: Sequence[Mapping[str, Any]], seed: int) -> Config:
    """The lowest configuration that was found, fixed values left out.

    Args:
        forest: what is searched.
        space: which configurations there are.
        recorded: from the best of these, and of random ones, each tile is searched.
        seed: of the random ones.
    """
    rng, names = np.random.default_rng(seed), switches(space)
    known = [{name: config[name] for name in space.names if name in config} for config in recorded]
    drawn = [space.sample(rng) for _ in range(N_RANDOM)]
    starts = known + [{name: config[name] for name in space.names if name in config} for config in drawn]
    levels = forest.predict([point_of(space, config) for config in starts])
    tiles: dict[tuple[Any, ...], list[int]] = {}
    for place in np.argsort(levels, kind="stable").tolist():
        tiles.setdefault(tuple(starts[place].get(name) for name in names), []).append(place)
    ends = [_descended(forest, space, [starts[place] for place in tile[:N_STARTS]]) for tile in tiles.values()]
    return min(ends, key=lambda end: end[1])[0]


def _descended(forest: Forest, space: SearchSpace, configs: list[Config]) -> tuple[Config, float]:
    """Where the lowest of these starts of one tile ends, and how low that is."""
    configs = [dict(config) for config in configs]
    points = np.array([point_of(space, config) for config in configs])
    levels = forest.predict(points)
    ruled = set().union(*(constraint.names for constraint in space.constraints))
    moving = [name for name in space.names if name in configs[0] and name not in switches(space)]
    n_still, place = 0, 0
    while n_still < len(moving):
        name = moving[place % len(moving)]
        along, domain = space.names.index(name), space.domains[name]
        units = candidates_of(forest, along, domain)
        values = [domain.from_unit(unit) for unit in units] if isinstance(domain, Float) else list(domain.values)
        asked = np.repeat(points, len(units), axis=0)
        asked[:, along] = np.tile(units, len(points))
        profile = forest.predict(asked).reshape(len(points), len(units))
        if name in ruled:
            profile[~_allowed(space, configs, name, values)] = np.inf
        best = profile.argmin(axis=1)
        moves = profile[np.arange(len(points)), best] < levels - 1e-9  # less is rounding, and could go on for ever
        for start in np.flatnonzero(moves):
            configs[start][name] = values[best[start]]
            points[start, along] = units[best[start]]
            levels[start] = profile[start, best[start]]
        n_still, place = (0 if moves.any() else n_still + 1), place + 1
    lowest = int(levels.argmin())
    return configs[lowest], float(levels[lowest])


def _allowed(space: SearchSpace, configs: Sequence[Config], name: str, values: Sequence[Any]) -> NDArray[np.bool_]:
    """Which values of one hyperparameter keep the constraints in each configuration, shape (S, n_values)."""
    return np.array([[space.satisfies({**config, name: value}) for value in values] for config in configs])
