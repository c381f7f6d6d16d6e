"""Which hyperparameter exists only when another has a certain value, and does that make sense?

conditions  name -> the Expression under which this hyperparameter exists; names without one always exist
outcomes    what a condition answers for each combination of its parents' values
"""

import math
from collections.abc import Mapping
from itertools import product
from typing import Any

from hpo_tutor.domains import MOST_PARENT_VALUES, Domain, finite_values
from hpo_tutor.expressions import Expression


def read_conditions(domains: Mapping[str, Domain], fixed: Mapping[str, Any]) -> dict[str, Expression]:
    """The conditions of a space, each checked.

    Raises:
        ValueError: a condition is no expression, speaks of what is not in the space or has too many values, cannot be
            evaluated, or never holds; the message names the hyperparameter.
    """
    conditions = {}
    for name, domain in domains.items():
        if domain.when is not None:
            try:
                conditions[name] = condition = Expression(domain.when)
                _check_parents(condition, domains, fixed)
                if not any(outcomes(condition, domains, fixed)):
                    raise ValueError(f"{condition.text!r} never holds; correct it, or leave {name} out")
            except ValueError as error:
                raise ValueError(f"{name}: its condition {error}") from error
    return conditions


def parents_first(domains: Mapping[str, Domain], conditions: Mapping[str, Expression]) -> tuple[str, ...]:
    """The names in an order in which each condition can be evaluated.

    Raises:
        ValueError: the conditions are circular.
    """
    order: list[str] = []

    def visit(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            circle = " -> ".join((*path[path.index(name) :], name))
            raise ValueError(f"{name}: its condition is circular ({circle}); one of them must not depend on the others")
        if name in order:
            return
        for parent in sorted(conditions[name].names & domains.keys()) if name in conditions else ():
            visit(parent, (*path, name))
        order.append(name)

    for name in domains:
        visit(name, ())
    return tuple(order)


def ancestors(name: str, conditions: Mapping[str, Expression], domains: Mapping[str, Domain]) -> set[str]:
    """Tuned hyperparameters that decide, directly or not, whether this one exists."""
    parents = conditions[name].names & domains.keys() if name in conditions else set()
    return set(parents).union(*(ancestors(parent, conditions, domains) for parent in parents))


def outcomes(condition: Expression, domains: Mapping[str, Domain], fixed: Mapping[str, Any]) -> list[bool]:
    """What a condition answers for each combination of its parents' values; all are tried, so that each error shows."""
    parents = sorted(condition.names & domains.keys())
    lists = [finite_values(domains[parent]) or () for parent in parents]
    if math.prod(len(values) for values in lists) > MOST_PARENT_VALUES:
        raise ValueError(
            f"{condition.text!r} has more than {MOST_PARENT_VALUES} cases; "
            "depend on fewer hyperparameters, or on narrower ones"
        )
    return [condition({**fixed, **dict(zip(parents, values, strict=True))}) for values in product(*lists)]


def _check_parents(condition: Expression, domains: Mapping[str, Domain], fixed: Mapping[str, Any]) -> None:
    for parent in sorted(condition.names):
        if parent not in domains and parent not in fixed:
            raise ValueError(
                f"{condition.text!r} needs {parent}, which is not in the space ({', '.join((*domains, *fixed))}); "
                "add it, or quote it if it is an option"
            )
        if parent in domains and finite_values(domains[parent]) is None:
            raise ValueError(
                f"depends on {parent}={domains[parent]}, but a parent needs to be an Integer or Choice "
                f"of at most {MOST_PARENT_VALUES} values; use constraints=[...] for the rest"
            )
