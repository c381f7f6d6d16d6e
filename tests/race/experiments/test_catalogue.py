"""The experiments of source 003: what they tune, and with which budgets."""

import math

import pytest

from hpo_tutor.problems import tasks
from hpo_tutor.race import entries
from hpo_tutor.race.experiments.catalogue import EXPERIMENTS, SOURCE, USUAL, experiment, plan

NAMES = ("epochs", "batch_size", "learning_rate", "conv_layers", "dense_layers", "kernel", "pool", "neurons", "dropout")


def test_the_experiments_tune_what_the_source_tuned():
    """Two, three and five hyperparameters of the jets' network, and nine of the pictures', small and full alike."""
    dims = {name: len(one.tuned) for name, one in EXPERIMENTS.items()}
    assert dims == {"regression-2": 2, "regression-3": 3, "regression-5": 5, "mnist-9": 9, "mnist-9-full": 9}
    assert set(experiment("regression-2").tuned) < set(experiment("regression-3").tuned)
    assert set(experiment("regression-3").tuned) < set(experiment("regression-5").tuned)
    assert set(experiment("mnist-9").tuned) == set(NAMES)
    assert tasks.task("mnist-cnn-layers").domains == tasks.task("mnist-cnn-layers-full").domains
    assert "mnist-9-full" not in USUAL
    for one in EXPERIMENTS.values():
        known = {*entries.names(), "grid-uneven"}
        assert {sampler for sampler, _ in one.methods} <= known
        assert ("random", max(budget for _, budget in one.methods if budget <= 80)) in one.methods


def test_the_sources_configurations_lie_within_the_domains():
    """All that its table shows, but for kernels of two pixels, whose sides are even."""
    domains = tasks.task("mnist-cnn-layers").domains
    for row in SOURCE:
        for name, value in zip(NAMES, row.config, strict=True):
            if (name, value) != ("kernel", 2):
                assert value in domains[name]


def test_the_sources_accuracies_differ_by_less_than_their_errors():
    """97.4 and 97.5 % of 10,000 rows have errors of 0.16, by the binomial distribution; 93 is 1 + 2 d k + 2."""
    best = [row for row in SOURCE if row.accuracy > 90]
    for row in best:
        assert row.standard_error == pytest.approx(100 * math.sqrt(row.accuracy * row.error) / 100 / 100, rel=1e-9)
        assert round(row.standard_error, 2) == 0.16
    assert max(row.accuracy for row in best) - min(row.accuracy for row in best) < best[0].standard_error
    assert {row.sampler: row.cost for row in SOURCE}["sparse-grid"] == 1 + 2 * 9 * 5 + 2
    methods = experiment("mnist-9").methods
    assert {("random", 80), ("gp", 80), ("sparse-grid", 93), ("sparse-grid", 80), ("grid-midpoints", 80)} <= {*methods}


def test_a_plan_has_whole_repetitions_first():
    """Whoever stops early has all methods of the repetitions that are done, each search once."""
    searches = plan(["regression-2", "mnist-9"], 3)
    assert [one.repetition for one in searches] == sorted(one.repetition for one in searches)
    assert len(set(searches)) == len(searches) == 3 * (12 + 8)
    assert len(plan(["mnist-9-full"])) == 10 * 8
    assert len(plan(["regression-5"])) == 20 * 12


def test_what_is_not_there_is_refused():
    """The error says which experiments there are, and how often they can be repeated."""
    with pytest.raises(ValueError, match=r"must be one of regression-2, .* it is 'mnist-8'"):
        plan(["mnist-8"])
    with pytest.raises(ValueError, match=r"must lie in 1\.\.20, one a data batch, got 21"):
        plan(["mnist-9"], 21)


def test_another_space_has_another_meaning():
    """Rows of one experiment are never taken for those of another: the five meanings differ."""
    assert len({one.meaning for one in EXPERIMENTS.values()}) == len(EXPERIMENTS)
    assert experiment("mnist-9").meaning == experiment("mnist-9").meaning
