"""Where does a configuration lie, and does it belong to the space at all? As quickly as can be: races ask one by one.

point    one coordinate a tuned hyperparameter: in the unit cube where it exists, ABSENT where it is switched off
switch   a hyperparameter that a condition speaks of
layout   what exists for certain values of the switches; found once for each, by the space's own full check
"""

import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.expressions import Expression
from hpo_tutor.search_space import Choice, Domain, Float, Integer, SearchSpace

# So far outside the cube that two configurations with different layers are never nearest neighbours while one with the
# same layers is there: within the cube squared distances reach the number of hyperparameters, out to here a hundred.
ABSENT = -10.0


def switches(space: SearchSpace) -> tuple[str, ...]:
    """The tuned hyperparameters that a condition of another one speaks of."""
    told = [Expression(domain.when).names for domain in space.domains.values() if domain.when is not None]
    return tuple(name for name in space.names if any(name in names for names in told))


def point_of(space: SearchSpace, config: Mapping[str, Any]) -> NDArray[np.float64]:
    """The point of a configuration, shape (d,).

    Raises:
        ValueError: as of ``SearchSpace.to_unit``.
    """
    unit = space.to_unit(config)
    return np.where(np.isnan(unit), ABSENT, unit)


class Places:
    """From configurations to points, with few checks where nothing is wrong; where something is, the space says what.

    Args:
        space: whose configurations they are.
    """

    def __init__(self, space: SearchSpace) -> None:
        self._space, self._fixed = space, tuple(space.fixed.items())
        self._places = {name: _place(domain) for name, domain in space.domains.items()}
        self._rules = [_Rule(constraint, space) for constraint in space.constraints]
        self._switches = switches(space)
        self._layouts: dict[tuple[Any, ...], _Layout] = {}

    def __call__(self, config: Mapping[str, Any]) -> tuple[float, ...]:
        """The point of a configuration.

        Raises:
            ValueError: it does not belong to the space; the message names the hyperparameter or the constraint.
        """
        try:
            layout = self._layouts.get(tuple([config[name] for name in self._switches if name in config]))
            if layout is None:
                layout = self._layout(config)
            point = tuple([ABSENT if place is None else place(config[name]) for name, place in layout.places])
            kept = all(rule.holds(config) for rule in layout.rules) and self._has_no_more(config, layout.n_active)
        except (KeyError, TypeError, ValueError):
            kept = False
        if not kept:
            self._space.validate(config)
            return tuple(point_of(self._space, config).tolist())  # a number of numpy, say, which the space accepts
        return point

    def _has_no_more(self, config: Mapping[str, Any], n_active: int) -> bool:
        """Whether beside the active hyperparameters there are none, or just the fixed ones."""
        n_more = len(config) - n_active
        return not n_more or (
            n_more == len(self._fixed) and all(config.get(name) == value for name, value in self._fixed)
        )

    def _layout(self, config: Mapping[str, Any]) -> "_Layout":
        """What exists in this configuration, which is checked first."""
        self._space.validate(config)
        active = self._space.active(config)
        places = [(name, place if name in active else None) for name, place in self._places.items()]
        known = active | self._space.fixed.keys()
        layout = _Layout(places, [rule for rule in self._rules if rule.names <= known], len(active))
        self._layouts[tuple([config[name] for name in self._switches if name in config])] = layout
        return layout


class _Rule:
    """A constraint, whose answers are kept where its hyperparameters have finitely many values."""

    def __init__(self, constraint: Expression, space: SearchSpace) -> None:
        self.names, self._constraint, self._fixed = constraint.names, constraint, space.fixed
        self._tuned = [name for name in space.names if name in constraint.names]
        self._is_finite = not any(isinstance(space.domains[name], Float) for name in self._tuned)
        self._known: dict[tuple[Any, ...], bool] = {}

    def holds(self, config: Mapping[str, Any]) -> bool:
        """Whether the configuration keeps it."""
        if not self._is_finite:
            return self._constraint({**self._fixed, **config})
        key = tuple([config[name] for name in self._tuned])
        if key not in self._known:
            self._known[key] = self._constraint({**self._fixed, **config})
        return self._known[key]


class _Layout(NamedTuple):
    """For certain values of the switches: each hyperparameter's place if it exists, and the constraints that apply."""

    places: list[tuple[str, Callable[[Any], float] | None]]
    rules: list[_Rule]
    n_active: int


def _place(domain: Domain) -> Callable[[Any], float]:
    """From a hyperparameter's value to its coordinate, several times as fast as the domain itself.

    What it cannot tell at once, such as a number of numpy or one outside the domain, it refuses: the space decides.
    """
    if isinstance(domain, Choice):
        return {option: domain.to_unit(option) for option in domain.options}.__getitem__
    if isinstance(domain, Integer):
        return _whole(domain)
    low, high, log = domain.low, domain.high, domain.log
    begin, span = (math.log(low), math.log(high) - math.log(low)) if log else (low, high - low)

    def place(value: Any) -> float:
        if type(value) is not float or not low <= value <= high:
            raise ValueError
        return ((math.log(value) if log else value) - begin) / span

    return place


def _whole(domain: Integer) -> Callable[[Any], float]:
    known: dict[int, float] = {}  # filled as they are asked for: a domain may be large

    def place(value: Any) -> float:
        if type(value) is not int:
            raise TypeError
        if value not in known:
            if not domain.low <= value <= domain.high:
                raise ValueError
            known[value] = domain.to_unit(value)
        return known[value]

    return place
