"""How good is each method that tuned networks, and is it better than random search? Means, errors, paired differences.

measure   what is compared: test_error (per cent) where there are classes, else test, the loss
peer      random search with the same budget, or else the nearest
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from hpo_tutor.race import statistics
from hpo_tutor.race.experiments.catalogue import EXPERIMENTS
from hpo_tutor.race.experiments.records import Row

PEER = "random"


def summary(table: pd.DataFrame, level: float = 0.95) -> pd.DataFrame:
    """A row for each method: means over repetitions with standard errors, and differences from random search.

    A difference is paired: method minus random search on the same data batch with the same seeds, of test_error where
    there are classes, else of test; negative where the method is better. Random search of the same budget is the peer,
    or else of the nearest. Repetitions that a method or its peer lacks are left out of both.

    Args:
        table: rows as of ``load``.
        level: of the intervals, each for its own question; p_holm is for all questions to one peer together.

    Returns:
        experiment, sampler, budget, repetitions, n_made (the mean), validation, test, test_se, test_error,
        test_error_se, peer, difference, difference_se, low, high, p_holm.
    """
    rows = [row for name in _in_order(table) for row in _summed(table[table.experiment == name], level)]
    return pd.DataFrame(rows)


def _summed(table: pd.DataFrame, level: float) -> list[Row]:
    """The rows of one experiment."""
    measure = "test_error" if table.test_error.notna().all() else "test"
    groups: Iterable[Any] = table.groupby(["sampler", "budget"])
    methods = {(str(sampler), int(budget)): one for (sampler, budget), one in groups}
    random = [budget for sampler, budget in methods if sampler == PEER]
    peers = {method: _nearest(method[1], random) for method in methods} if random else {}
    apart: dict[tuple[str, int], Row] = {}
    for budget in random:
        group = [method for method in methods if peers[method] == budget]
        apart |= _differences({method: methods[method].set_index("repetition")[measure] for method in group}, level)
    rows = []
    for method in sorted(methods, key=lambda method: (method[1], method[0])):
        one = methods[method]
        test, error = _mean_and_error(one.test), _mean_and_error(one.test_error)
        rows.append(
            {
                "experiment": one.experiment.iloc[0],
                "sampler": method[0],
                "budget": method[1],
                "repetitions": len(one),
                "n_made": one.n_made.mean(),
                "validation": one.validation.mean(),
                "test": test[0],
                "test_se": test[1],
                "test_error": error[0],
                "test_error_se": error[1],
                "peer": f"{PEER} {peers[method]}" if method in peers else "",
                **dict.fromkeys(("difference", "difference_se", "low", "high", "p_holm"), math.nan),
                **apart.get(method, {}),
            }
        )
    return rows


def _differences(scores: Mapping[tuple[str, int], pd.Series], level: float) -> dict[tuple[str, int], Row]:
    """Each method minus random search, on the repetitions that all of them have."""
    peer = next(method for method in scores if method[0] == PEER)
    both = pd.concat(scores, axis=1, join="inner").sort_index()  # the resamples hang on the order
    if len(scores) < 2 or len(both) < 2:
        return {}
    labels = {f"{sampler} {budget}": (sampler, budget) for sampler, budget in scores}
    values = {label: both[method].to_numpy() for label, method in labels.items()}
    pairs = statistics.paired_differences(values, peer=f"{peer[0]} {peer[1]}", level=level)
    names = {"mean": "difference", "error": "difference_se", "low": "low", "high": "high", "p_holm": "p_holm"}
    return {labels[pair["a"]]: {new: pair[old] for old, new in names.items()} for pair in pairs.to_dict("records")}


def _mean_and_error(values: pd.Series) -> tuple[float, float]:
    """The mean and its standard error; nan where one value says nothing about others, or there are none."""
    if values.isna().any() or len(values) < 2:
        return float(values.mean()), math.nan
    mean, error = statistics.mean_and_error(values.to_numpy())
    return float(mean), float(error)


def _nearest(budget: int, there: Sequence[int]) -> int:
    return min(there, key=lambda other: (abs(other - budget), -other))


def _in_order(table: pd.DataFrame) -> list[str]:
    """The experiments of a table, as ``EXPERIMENTS`` has them, then others."""
    there = set(table.experiment)
    return [name for name in EXPERIMENTS if name in there] + sorted(there - set(EXPERIMENTS))
