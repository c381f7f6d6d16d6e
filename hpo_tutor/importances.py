"""Which hyperparameters made the difference? What a model of the trials says, and how far it can be trusted.

    losses  (n,)     of n trials, one loss each; nan where a trial failed
    values  (r, d)   the importance of d hyperparameters, once for each of r random forests, or r searches
    share            the part of the losses' variance over the space that one hyperparameter explains on its own

No method knows that a hyperparameter does nothing. A few trials in a space of many hyperparameters always leave some of
the variance to each of them, by chance: an importance that is no larger than that of a hyperparameter known to be idle
says nothing. And forests grown again on the same trials share the chance of these; what tells of it is another search.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hpo_tutor.domains import Choice, Domain, Float
from hpo_tutor.search_space import SearchSpace

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution
    from optuna.importance import BaseImportanceEvaluator
    from optuna.study import Study

Array = NDArray[np.float64]
Method = Literal["fanova", "ped-anova"]

QUANTILE = 0.1  # PED-ANOVA's good trials
FEWEST_GOOD = 2  # of them: one alone has no spread
MOST_STEPS = 50  # to PED-ANOVA a whole number with more values is a real one


class Importance(NamedTuple):
    """How much each hyperparameter matters.

    Attributes:
        names: of the d hyperparameters.
        values: (r, d) one row for each forest, or for each search; (1, d) of a method that does not draw.
    """

    names: tuple[str, ...]
    values: Array

    @property
    def mean(self) -> Array:
        """Mean over the rows, shape (d,)."""
        mean: Array = self.values.mean(axis=0)
        return mean

    @property
    def deviation(self) -> Array:
        """Standard deviation over the rows, shape (d,): that of one row, not of the mean; 0 where there is one row."""
        return self.values.std(axis=0, ddof=1) if len(self.values) > 1 else np.zeros(len(self.names))


def of(
    space: SearchSpace,
    configs: Sequence[Mapping[str, Any]],
    losses: ArrayLike,
    method: Method = "fanova",
    seeds: Iterable[int] = range(10),
    n_trees: int = 64,
) -> Importance:
    """Importances by one set of trials, computed by optuna.

    "fanova" grows a random forest on the trials, and splits the variance of what it predicts over the whole space: each
    value is a share, and what is missing to 1 is owed to several hyperparameters together. Its trials should lie all
    over the space; those of a sampler that has gathered them around one optimum tell of that region. Hutter, Hoos &
    Leyton-Brown (2014), PMLR 32, 754-762. It takes seconds a forest where there are hundreds of trials.

    "ped-anova" asks by how much the best tenth of the trials differs in its values from all of them; its values have no
    unit and are scaled to sum to 1. Watanabe, Bansal & Hutter (2023), arXiv 2304.10255.

    A share is measured in the space's own scale: on a log scale equal ratios have equal weight. Constraints are not
    known to either method.

    Args:
        space: where the trials are from; without conditions.
        configs: of the n trials.
        losses: (n,) what they reached; trials with a loss that is not finite are left out.
        method: "fanova" or "ped-anova".
        seeds: of the forests, one row of the values for each. They show the forests' chance and not that of the
            trials; ``over`` shows both. "ped-anova" does not draw, and has one row.
        n_trees: of a forest; the time grows with them.

    Raises:
        ValueError: the space has conditions, there are too few trials, or their losses are all the same.
    """
    if method not in get_args(Method):
        raise ValueError(f"method must be one of {', '.join(get_args(Method))}; it is {method!r}")
    if conditional := [name for name, domain in space.domains.items() if domain.when]:
        raise ValueError(
            "importances need a space whose hyperparameters all exist in every trial, and "
            f"{', '.join(conditional)} exist under conditions; look at one tile at a time, space.fix(...), or at a "
            "search of space.flat()"
        )
    u, reached = _complete(space, configs, losses)
    n_good = int(np.ceil(QUANTILE * len(reached)))
    if method == "ped-anova" and n_good < FEWEST_GOOD:
        raise ValueError(
            f"ped-anova looks at the best tenth of the trials and needs {FEWEST_GOOD} there, got {len(reached)} trials "
            'in all; take more than 10, or method="fanova"'
        )
    with _quiet():
        study = _study(space, u, reached, method)
        rows = [_evaluated(study, space.names, evaluator) for evaluator in _evaluators(method, seeds, n_trees)]
    if not rows:
        raise ValueError("seeds must name at least one forest, there is none; the default is range(10)")
    return Importance(space.names, np.array(rows))


def over(several: Iterable[Importance]) -> Importance:
    """Importances over several searches: one row for each, the mean of its own rows.

    The deviation is then that from one search to the next, which is what matters for a claim.

    Raises:
        ValueError: there is none, or they are not of the same hyperparameters.
    """
    given = list(several)
    if not given:
        raise ValueError("importances over several searches need at least one, got none")
    for importance in given:
        if importance.names != given[0].names:
            raise ValueError(
                f"all need the same hyperparameters, got {importance.names} beside {given[0].names}; compare them apart"
            )
    return Importance(given[0].names, np.array([importance.mean for importance in given]))


def _complete(space: SearchSpace, configs: Sequence[Mapping[str, Any]], losses: ArrayLike) -> tuple[Array, Array]:
    """Points of the unit cube (n, d) and losses (n,) of the trials that did not fail."""
    reached = np.asarray(losses, dtype=np.float64)
    if reached.shape != (len(configs),):
        raise ValueError(
            f"losses need the shape ({len(configs)},), one for each config, got {reached.shape}; "
            "of several losses take one, history.points[:, 0]"
        )
    known = np.isfinite(reached)
    reached = reached[known]
    if len(reached) < 2:
        raise ValueError(f"importances need at least 2 trials that did not fail, got {len(reached)}; search on")
    if np.ptp(reached) == 0:
        raise ValueError(f"all {len(reached)} losses are {reached[0]:g}: with no difference, nothing made it")
    points = [space.to_unit(config) for config, kept in zip(configs, known, strict=True) if kept]
    return np.array(points).reshape(len(points), space.n_dims), reached


def _study(space: SearchSpace, u: Array, losses: Array, method: Method) -> "Study":
    """The trials as optuna's."""
    import optuna

    columns = [_column(domain, u[:, i], method) for i, domain in enumerate(space.domains.values())]
    distributions = {name: own for name, (own, _) in zip(space.names, columns, strict=True)}
    study = optuna.create_study()
    study.add_trials(
        [
            optuna.trial.create_trial(
                params={name: values[i] for name, (_, values) in zip(space.names, columns, strict=True)},
                distributions=distributions,
                value=float(loss),
            )
            for i, loss in enumerate(losses)
        ]
    )
    return study


def _column(domain: Domain, u: Array, method: Method) -> tuple["BaseDistribution", list[Any]]:
    """One hyperparameter as optuna sees it, and its values: real numbers from 0 to 1 wherever there is an order."""
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    n_values = None if isinstance(domain, Float) else len(domain.values)
    if isinstance(domain, Choice) and not domain.ordered:
        options = range(len(domain.values))
        return CategoricalDistribution(tuple(options)), np.floor(u * len(options)).astype(int).tolist()
    if method == "ped-anova" and n_values is not None and n_values <= MOST_STEPS:
        # it counts on a grid, which has to be that of the values
        places = [domain.to_unit(value) for value in domain.values] if not isinstance(domain, Float) else []
        return IntDistribution(0, n_values - 1), np.searchsorted(places, u - 1e-9).tolist()
    return FloatDistribution(0.0, 1.0), u.tolist()


def _evaluators(method: Method, seeds: Iterable[int], n_trees: int) -> Iterator["BaseImportanceEvaluator"]:
    from optuna.importance import FanovaImportanceEvaluator, PedAnovaImportanceEvaluator

    if method == "ped-anova":
        yield PedAnovaImportanceEvaluator(target_quantile=QUANTILE)
    else:
        yield from (FanovaImportanceEvaluator(n_trees=n_trees, seed=int(seed)) for seed in seeds)


def _evaluated(study: "Study", names: Sequence[str], evaluator: "BaseImportanceEvaluator") -> list[float]:
    from optuna.importance import FanovaImportanceEvaluator

    found = evaluator.evaluate(study)
    total = 1.0 if isinstance(evaluator, FanovaImportanceEvaluator) else sum(found.values()) or 1.0
    return [found[name] / total for name in names]


@contextmanager
def _quiet() -> Iterator[None]:
    """Without optuna's word about each study."""
    import optuna

    level = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        yield
    finally:
        optuna.logging.set_verbosity(level)
