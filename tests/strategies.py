"""Which search spaces and configurations should a property hold for? Random ones, drawn by hypothesis.

spaces()         SearchSpace with floats and integers (linear, log), choices, fixed values, conditions, constraints
configs(space)   valid configurations of a space, drawn through ``space.sample``
units(n_dims)    points of the unit cube, its faces included

Names are h0, h1, ...; a condition looks at earlier names only, so chains end after ``max_depth`` and never close.
"""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from hypothesis import strategies as st

from hpo_tutor.search_space import Choice, Float, Integer, SearchSpace

OPTIONS = ("adam", "sgd", "relu", "tanh", 16, 32, 0.5, True)  # strings, numbers and a truth value, all distinct
MOST_CASES = 1000  # a condition may have no more cases than this


@st.composite
def floats(draw: st.DrawFn, when: str | None = None) -> Float:
    """A Float whose ends lie well apart, so that rounding never merges two points of the unit cube."""
    if draw(st.booleans()):
        low_exponent = draw(st.integers(-9, 3))
        return Float(10.0**low_exponent, 10.0 ** draw(st.integers(low_exponent + 1, 6)), log=True, when=when)
    low = draw(st.integers(-1000, 1000)) / 8
    return Float(low, low + draw(st.integers(1, 8000)) / 8, when=when)


@st.composite
def integers(draw: st.DrawFn, when: str | None = None) -> Integer:
    """An Integer, small ranges more often than large ones."""
    log = draw(st.booleans())
    low = draw(st.integers(1 if log else -20, 20))
    return Integer(low, low + draw(st.integers(1, 5) | st.integers(6, 2000)), log=log, when=when)


@st.composite
def choices(draw: st.DrawFn, when: str | None = None) -> Choice:
    """A Choice of two to five distinct options, ordered or not."""
    options = draw(st.lists(st.sampled_from(OPTIONS), min_size=2, max_size=5, unique_by=repr))
    return Choice(options, ordered=draw(st.booleans()), when=when)


def domains(when: str | None = None) -> st.SearchStrategy[Float | Integer | Choice]:
    """Any domain, under the given condition."""
    return floats(when) | integers(when) | choices(when)


def _n_values(domain: Any) -> float:
    """How many values a domain has, for the question whether it may decide on others."""
    if isinstance(domain, Choice):
        return len(domain.options)
    return domain.high - domain.low + 1 if isinstance(domain, Integer) else math.inf


@st.composite
def _conditions(draw: st.DrawFn, parents: Mapping[str, Any]) -> tuple[str, list[str]]:
    """A condition on one or two parents, which some of their values meet and some do not, and the parents' names."""
    chosen = draw(st.lists(st.sampled_from(list(parents)), min_size=1, max_size=2, unique=True))
    if math.prod(_n_values(parents[name]) for name in chosen) > MOST_CASES:
        chosen = chosen[:1]
    parts = []
    for name in chosen:
        domain = parents[name]
        if isinstance(domain, Choice):
            option = draw(st.sampled_from(domain.options))
            parts.append(f"{name} {draw(st.sampled_from(['==', '!=']))} {option!r}")
        else:
            threshold = draw(st.integers(domain.low + 1, domain.high))
            parts.append(f"{name} {draw(st.sampled_from(['>=', '<', '==']))} {threshold}")
    return draw(st.sampled_from([" and ", " or "])).join(parts), chosen


@st.composite
def _constraints(draw: st.DrawFn, domains: Mapping[str, Any]) -> tuple[str, ...]:
    """At most two constraints on numeric hyperparameters; about a quarter of the space or more stays feasible."""
    numeric = [name for name, domain in domains.items() if not isinstance(domain, Choice)]
    if not numeric or draw(st.booleans()):
        return ()
    name = draw(st.sampled_from(numeric))
    middle = {
        key: (domains[key].low * domains[key].high) ** 0.5
        if domains[key].log
        else (domains[key].low + domains[key].high) / 2
        for key in numeric
    }
    single = f"{name} <= {middle[name]!r}"
    other = draw(st.sampled_from(numeric))
    if other == name:
        return (single,)
    return draw(st.sampled_from([(single,), (f"{name} + {other} <= {middle[name] + middle[other]!r}",)]))


@st.composite
def spaces(
    draw: st.DrawFn,
    *,
    min_dims: int = 1,
    max_dims: int = 5,
    max_depth: int = 3,
    conditions: bool = True,
    constraints: bool = True,
    fixed: bool = True,
) -> SearchSpace:
    """A random search space of ``min_dims`` to ``max_dims`` hyperparameters.

    Args:
        draw: given by hypothesis.
        min_dims: fewest hyperparameters that vary.
        max_dims: most hyperparameters that vary.
        max_depth: longest chain of conditions: 3 allows a parent, a child and a grandchild that is a parent itself.
        conditions: whether hyperparameters may depend on others.
        constraints: whether the space may have constraints.
        fixed: whether the space may hold fixed values.
    """
    drawn: dict[str, Any] = {}
    depths: dict[str, int] = {}
    for i in range(draw(st.integers(min_dims, max_dims))):
        eligible = {
            name: drawn[name] for name in drawn if depths[name] < max_depth and _n_values(drawn[name]) <= MOST_CASES
        }
        when, parents = None, []
        if conditions and eligible and draw(st.booleans()):
            when, parents = draw(_conditions(eligible))
        drawn[f"h{i}"] = draw(domains(when))
        depths[f"h{i}"] = max((depths[parent] + 1 for parent in parents), default=0)
    rules = draw(_constraints(drawn)) if constraints else ()
    extra = {"n_inputs": draw(st.integers(1, 9)), "data": "digits"} if fixed and draw(st.booleans()) else {}
    return SearchSpace({**drawn, **extra}, constraints=rules)


@st.composite
def configs(draw: st.DrawFn, space: SearchSpace) -> Mapping[str, Any]:
    """A valid configuration of the space."""
    return space.sample(np.random.default_rng(draw(st.integers(0, 2**32 - 1))))


def units(n_dims: int) -> st.SearchStrategy[np.ndarray]:
    """A point of the unit cube, shape (n_dims,), corners and faces included."""
    coordinate = st.sampled_from([0.0, 0.5, 1.0]) | st.floats(0, 1, allow_nan=False)
    return st.lists(coordinate, min_size=n_dims, max_size=n_dims).map(np.array)
