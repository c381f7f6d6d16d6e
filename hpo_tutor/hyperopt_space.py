"""How does hyperopt see the same space?

hyperopt builds a graph: ``switch(index, a, b, ...)`` evaluates only the branch that the index chooses. A hyperparameter
that others depend on becomes such an index over its values, whatever its kind, and each dependent hangs in the
branches where its condition holds. All branches share one node, so hyperopt learns it once.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from hpo_tutor.domains import Choice, Domain, Float, Integer
from hpo_tutor.expressions import Expression


def to_hyperopt(
    domains: Mapping[str, Domain],
    conditions: Mapping[str, Expression],
    parents: Mapping[str, Sequence[str]],
    fixed: Mapping[str, Any],
) -> dict[str, Any]:
    """A dict of hyperopt expressions, one for each name; an inactive hyperparameter evaluates to None.

    Float becomes ``uniform`` or ``loguniform``, Integer ``uniformint`` (on a log scale ``qloguniform``, clipped to the
    bounds because its rounding steps over them), Choice and every parent ``choice``, on a log scale ``pchoice``.

    Args:
        domains: name -> domain, parents before their children.
        conditions: name -> the condition of those that have one.
        parents: name -> its ancestors, outermost first.
        fixed: name -> the value of what is not tuned.
    """
    from hyperopt import hp
    from hyperopt.pyll import Literal, scope

    branching = {name for ancestors in parents.values() for name in ancestors}
    nodes: dict[str, Any] = {}
    indices: dict[str, Any] = {}
    for name, domain in domains.items():
        if name in branching or isinstance(domain, Choice):
            values = domain.values  # type: ignore[union-attr]  # a Float is never a parent
            if isinstance(domain, Integer) and domain.log:
                indices[name] = scope.hyperopt_param(name, scope.categorical(domain.bins))
            else:
                indices[name] = scope.hyperopt_param(name, scope.randint(len(values)))
            nodes[name] = scope.switch(indices[name], *map(Literal, values))  # hyperopt takes a bare list apart
        elif isinstance(domain, Float):
            nodes[name] = (
                hp.loguniform(name, math.log(domain.low), math.log(domain.high))
                if domain.log
                else hp.uniform(name, domain.low, domain.high)
            )
        elif domain.log:
            rounded = hp.qloguniform(name, math.log(domain.low - 0.5), math.log(domain.high + 0.5), 1)
            nodes[name] = scope.int(scope.maximum(scope.minimum(rounded, domain.high), domain.low))
        else:
            nodes[name] = hp.uniformint(name, domain.low, domain.high)

    def guarded(name: str, ancestors: Sequence[str], values: Mapping[str, Any]) -> Any:
        """The node of ``name`` below switches over its ancestors; None where it is inactive."""
        if not ancestors:
            return nodes[name] if _active(name, conditions, values) else None
        parent, *rest = ancestors
        if not _active(parent, conditions, values):
            return None
        options = domains[parent].values  # type: ignore[union-attr]  # a Float is never a parent
        branches = [guarded(name, rest, {**values, parent: option}) for option in options]
        if all(branch is branches[0] for branch in branches):
            return branches[0]
        return scope.switch(indices[parent], *branches)

    constant = {name: Literal(value) for name, value in fixed.items()}
    return {**constant, **{name: guarded(name, parents[name], fixed) for name in domains}}


def _active(name: str, conditions: Mapping[str, Expression], values: Mapping[str, Any]) -> bool:
    condition = conditions.get(name)
    return condition is None or (condition.names <= values.keys() and condition(values))
