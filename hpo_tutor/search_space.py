"""What can be tuned, between which bounds, and under which conditions?

config  dict   hyperparameter's name -> value, fixed values included, inactive hyperparameters absent
u       (d,)   a point of the unit cube, one coordinate a tuned hyperparameter; nan where it is inactive
d              number of tuned hyperparameters, ``n_dims``; inactive ones count, fixed ones do not
"""

import keyword
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hpo_tutor.conditions import ancestors, outcomes, parents_first, read_conditions
from hpo_tutor.domains import Choice, Domain, Float, Integer
from hpo_tutor.expressions import Expression
from hpo_tutor.plain import plain_text

__all__ = ["Choice", "Domain", "Float", "Integer", "SearchSpace"]

MOST_DRAWS = 100_000  # a constraint that refuses all of these is refused itself


class SearchSpace:
    """Names, each with a domain or a fixed value, and the rules between them.

    ``SearchSpace(learning_rate=Float(1e-4, 1e-1, log=True), n_layers=Integer(1, 3),
    width_2=Integer(8, 64, when="n_layers >= 2"), batch_size=128, constraints=["width_2 <= 16 * n_layers"])``

    A condition (``when``) may depend on integers, choices and fixed values; a hyperparameter whose parent is inactive
    is inactive too. A constraint that speaks of an inactive hyperparameter does not apply.

    Args:
        hyperparameters: the same as a mapping.
        constraints: expressions that each config must satisfy.
        named: name -> Float, Integer or Choice; any other value is fixed.

    Raises:
        ValueError: a bound, a condition or a constraint makes no sense; the message names the hyperparameter.
    """

    def __init__(
        self, hyperparameters: Mapping[str, Any] | None = None, /, *, constraints: Sequence[str] = (), **named: Any
    ) -> None:
        given = {**(hyperparameters or {}), **named}
        domains = {name: value for name, value in given.items() if isinstance(value, Domain)}
        fixed = {name: value for name, value in given.items() if not isinstance(value, Domain)}
        for name in given:
            if not (isinstance(name, str) and name.isidentifier() and not keyword.iskeyword(name)):
                raise ValueError(
                    f"a hyperparameter's name must be a Python identifier, got {name!r}; try learning_rate"
                )
        for name, value in fixed.items():
            if value is Float or value is Integer or value is Choice:
                raise ValueError(
                    f"{name}: got the class {value.__name__}; give it its bounds or options, {value.__name__}(...)"
                )
        for name, domain in domains.items():
            try:
                domain.check()
            except ValueError as error:
                raise ValueError(f"{name}: {error}") from error
        self.domains: Mapping[str, Domain] = MappingProxyType(domains)
        self.fixed: Mapping[str, Any] = MappingProxyType(fixed)
        self.names: tuple[str, ...] = tuple(domains)
        self.constraints: tuple[Expression, ...] = tuple(Expression(text) for text in _texts(constraints))
        for constraint in self.constraints:
            for name in sorted(constraint.names - domains.keys() - fixed.keys()):
                raise ValueError(
                    f"the constraint {constraint.text!r} needs {name}, which is not in the space ({self._all_names()})"
                )
        self._conditions = read_conditions(domains, fixed)
        self._order = parents_first(domains, self._conditions)

    @property
    def n_dims(self) -> int:
        """The number of tuned hyperparameters d, active or not."""
        return len(self.names)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SearchSpace) and self.describe() == other.describe()

    def __hash__(self) -> int:
        return hash(self.names)

    def __repr__(self) -> str:
        parts = [f"{name}={value!r}" for name, value in {**self.domains, **self.fixed}.items()]
        if self.constraints:
            parts.append(f"constraints={[constraint.text for constraint in self.constraints]!r}")
        return f"SearchSpace({', '.join(parts)})"

    def describe(self) -> dict[str, Any]:
        """The space as texts, for a log's first line and for comparison."""
        return {
            "hyperparameters": {name: plain_text(domain) for name, domain in self.domains.items()},
            "fixed": {name: plain_text(value) for name, value in self.fixed.items()},
            "constraints": [constraint.text for constraint in self.constraints],
        }

    def active(self, config: Mapping[str, Any]) -> set[str]:
        """The tuned hyperparameters that exist in this config; values of inactive ones are not looked at."""
        known: dict[str, Any] = dict(self.fixed)
        for name in self._order:
            if self._is_active(name, known) and name in config:
                known[name] = config[name]
        return set(known) - set(self.fixed)

    def satisfies(self, config: Mapping[str, Any]) -> bool:
        """Whether the config keeps every constraint that applies to it."""
        values = {**self.fixed, **config}
        return all(constraint(values) for constraint in self.constraints if constraint.names <= values.keys())

    def validate(self, config: Mapping[str, Any]) -> None:
        """Check a config.

        Raises:
            ValueError: a name is missing, unknown or inactive, a value is outside its domain, or a constraint fails.
        """
        known: dict[str, Any] = dict(self.fixed)
        for name in self._order:
            if not self._is_active(name, known):
                if name in config:
                    raise ValueError(
                        f"{name} is inactive unless {self._conditions[name].text}; leave it out of {dict(config)}"
                    )
                continue
            known[name] = self._value(name, config)
        for name, value in config.items():
            if name not in known:
                raise ValueError(f"{name} is not a hyperparameter of this space, which has {self._all_names()}")
            if name in self.fixed and value != self.fixed[name]:
                raise ValueError(
                    f"{name} is fixed at {self.fixed[name]!r}, got {value!r}; leave it out, or change the space"
                )
        for constraint in self.constraints:
            if constraint.names <= known.keys() and not constraint(known):
                used = {name: known[name] for name in sorted(constraint.names)}
                raise ValueError(f"the constraint {constraint.text!r} fails with {used}; change one of these values")

    def to_unit(self, config: Mapping[str, Any]) -> NDArray[np.float64]:
        """The config's point of the unit cube, shape (d,); integers and choices at the centre of their bin.

        The coordinates of inactive hyperparameters are nan.

        Raises:
            ValueError: an active hyperparameter is missing or outside its domain; what is not of this space is ignored.
        """
        known: dict[str, Any] = dict(self.fixed)
        for name in self._order:
            if self._is_active(name, known):
                known[name] = self._value(name, config)
        return np.array([d.to_unit(known[name]) if name in known else np.nan for name, d in self.domains.items()])

    def from_unit(self, u: ArrayLike) -> dict[str, Any]:
        """The config at a point of the unit cube, shape (d,); coordinates of inactive hyperparameters are ignored.

        Raises:
            ValueError: the shape is not (d,), or an active coordinate is nan or outside [0, 1].
        """
        point = np.asarray(u, dtype=np.float64)
        if point.shape != (self.n_dims,):
            raise ValueError(
                f"a point needs shape ({self.n_dims},), one coordinate for each of {self.names}, got {point.shape}"
            )
        place = dict(zip(self.names, point.tolist(), strict=True))
        known: dict[str, Any] = dict(self.fixed)
        for name in self._order:
            if self._is_active(name, known):
                if not 0 <= place[name] <= 1:
                    raise ValueError(f"{name} is active and needs a coordinate from 0 to 1, got {place[name]}")
                known[name] = self.domains[name].from_unit(place[name])
        return {name: known[name] for name in (*self.names, *self.fixed) if name in known}

    def sample(self, rng: np.random.Generator) -> dict[str, Any]:
        """A config at a uniformly random point of the unit cube; drawn again until it keeps the constraints.

        Raises:
            ValueError: none of 100,000 draws keeps the constraints.
        """
        for _ in range(MOST_DRAWS):
            config = self.from_unit(rng.random(self.n_dims))
            if self.satisfies(config):
                return config
        raise ValueError(
            f"none of {MOST_DRAWS} random configs keeps the constraints {[c.text for c in self.constraints]}; "
            "loosen them, or narrow the bounds to where they hold"
        )

    def fix(self, **values: Any) -> "SearchSpace":
        """The space with some hyperparameters fixed; whatever can then never be active is gone.

        Raises:
            ValueError: a name is not tuned here, exists only under a condition, or its value is outside its domain.
        """
        for name, value in values.items():
            if name not in self.domains:
                raise ValueError(f"{name} is not tuned in this space; what can be fixed is {self.names}")
            if value not in self.domains[name]:
                raise ValueError(f"{name}={value!r} is outside its domain {self.domains[name]}")
            condition = self._conditions.get(name)
            if condition and not (condition.names <= self.fixed.keys() | values.keys()):
                raise ValueError(
                    f"{name} exists only when {condition.text}; fix {sorted(condition.names - self.fixed.keys())} first"
                )
        fixed = {**self.fixed, **values}
        for name in values:
            if not self._is_active(name, fixed):
                raise ValueError(f"{name} exists only when {self._conditions[name].text}; do not fix it with {values}")
        kept: dict[str, Domain] = {}
        for name in self._order:
            condition = self._conditions.get(name)
            reachable = condition is None or condition.names <= fixed.keys() | kept.keys()
            if name not in fixed and reachable and (condition is None or any(outcomes(condition, kept, fixed))):
                kept[name] = self.domains[name]
        texts = [c.text for c in self.constraints if c.names <= fixed.keys() | kept.keys()]
        return SearchSpace({name: kept[name] for name in self.names if name in kept} | fixed, constraints=texts)

    def flat(self) -> "SearchSpace":
        """The same hyperparameters without conditions: all of them always have a value, and some values are dead.

        Each constraint is guarded by the conditions under which its hyperparameters exist, so that dead values break
        no rule: ``pruned`` makes a config of this space of each config of the flat one, valid wherever that is.
        """
        domains = {name: replace(domain, when=None) for name, domain in self.domains.items()}
        return SearchSpace(domains | dict(self.fixed), constraints=[self._guarded(rule) for rule in self.constraints])

    def pruned(self, config: Mapping[str, Any]) -> dict[str, Any]:
        """The config without the values of hyperparameters that are inactive in it."""
        active = self.active(config)
        return {name: value for name, value in config.items() if name in active or name not in self.domains}

    def to_hyperopt(self) -> dict[str, Any]:
        """The space for hyperopt's ``fmin``: name -> expression; an inactive hyperparameter evaluates to None.

        ``from_hyperopt`` makes a config of what the objective then receives. hyperopt knows no constraints: report a
        config that fails ``satisfies`` as STATUS_FAIL.
        """
        from hpo_tutor.hyperopt_space import to_hyperopt

        deciding = {name: ancestors(name, self._conditions, self.domains) for name in self.names}
        parents = {name: [parent for parent in self._order if parent in deciding[name]] for name in self.names}
        return to_hyperopt({name: self.domains[name] for name in self._order}, self._conditions, parents, self.fixed)

    def from_hyperopt(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The config that hyperopt's evaluation of ``to_hyperopt()`` stands for: without what is inactive."""
        return self.pruned(values)

    def _value(self, name: str, config: Mapping[str, Any]) -> Any:
        """The value of an active hyperparameter, checked."""
        if name not in config:
            raise ValueError(f"{name} is missing from {dict(config)}; give it a value of {self.domains[name]}")
        if config[name] not in self.domains[name]:
            raise ValueError(f"{name}={config[name]!r} is outside its domain {self.domains[name]}")
        return config[name]

    def _guarded(self, rule: Expression) -> str:
        """A constraint's text, true wherever one of its hyperparameters does not exist."""
        deciding = rule.names.union(*(ancestors(name, self._conditions, self.domains) for name in rule.names))
        conditions = [self._conditions[name].text for name in self._order if name in deciding & self._conditions.keys()]
        guards = [f"not ({condition})" for condition in dict.fromkeys(conditions)]
        return " or ".join([*guards, f"({rule.text})"]) if guards else rule.text

    def _all_names(self) -> str:
        return ", ".join((*self.names, *self.fixed))

    def _is_active(self, name: str, known: Mapping[str, Any]) -> bool:
        """Whether a hyperparameter exists, given the values of all active ones before it."""
        condition = self._conditions.get(name)
        return condition is None or (condition.names <= known.keys() and condition(known))


def _texts(constraints: Sequence[str]) -> Sequence[str]:
    return [constraints] if isinstance(constraints, str) else constraints
