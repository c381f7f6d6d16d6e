"""Importances agree with known shares, idle hyperparameters get some by chance, what has no answer is refused."""

import math
from collections.abc import Callable

import numpy as np
import optuna
import pytest

from hpo_tutor import importances
from hpo_tutor.importances import Importance
from hpo_tutor.search_space import Choice, Float, Integer, SearchSpace

FEW = (0, 1)  # forests
TWO = SearchSpace(rate=Float(1e-4, 1, log=True), width=Integer(1, 8), idle=Float(-1, 1))
CROWD = SearchSpace({"real": Float(0, 1)} | {f"idle_{i}": Float(0, 1) for i in range(7)})


def searched(space: SearchSpace, loss: Callable[[dict], float], n: int, seed: int):
    """Random trials: configs and losses."""
    rng = np.random.default_rng(seed)
    configs = [space.sample(rng) for _ in range(n)]
    return configs, [loss(config) for config in configs]


def additive(config: dict) -> float:
    """The place of the rate on its log scale, and that of the width: variances as 1 to 63/64."""
    return (math.log10(config["rate"]) / 4 + 1) + (config["width"] - 0.5) / 8


@pytest.mark.parametrize("seed", range(2))
def test_fanova_finds_the_shares_of_a_sum(seed: int):
    """Of a sum the shares are ratios of variances: 1/12 and (1 - 1/64)/12; the rate's logarithm is what counts."""
    rate, width = 1 / 12, (1 - 1 / 64) / 12
    true = np.array([rate, width, 0]) / (rate + width)
    found = importances.of(TWO, *searched(TWO, additive, 100, seed), seeds=FEW, n_trees=16)
    assert found.names == ("rate", "width", "idle")
    assert found.values.shape == (2, 3)
    assert found.mean == pytest.approx(true, abs=0.12)  # deep trees split the second one too seldom
    assert found.mean.sum() <= 1


def test_a_product_leaves_a_rest_to_the_pair():
    """Of (x - 1/2) (y - 1/2) nobody alone explains anything: both shares are far below the whole."""
    space = SearchSpace(x=Float(0, 1), y=Float(0, 1))
    trials = searched(space, lambda config: (config["x"] - 0.5) * (config["y"] - 0.5), 60, 0)
    found = importances.of(space, *trials, seeds=(0,), n_trees=16)
    assert found.mean.sum() < 0.5


def test_an_idle_hyperparameter_gets_some_importance_by_chance_and_less_with_more_trials():
    """One of eight matters, with noise: the idle seven share more than 0.03 at 15 trials, and less at 60."""
    sums = {}
    for n in (15, 60):
        each = []
        for seed in range(3):
            noise = np.random.default_rng(1000 + seed)
            trials = searched(CROWD, lambda config, noise=noise: config["real"] + 0.1 * noise.normal(), n, seed)
            each.append(importances.of(CROWD, *trials, seeds=(0,), n_trees=16))
        together = importances.over(each)
        assert together.values.shape == (3, 8)
        assert (together.values[:, 1:] > 0).all()
        sums[n] = together.mean[1:].sum()
    assert sums[15] > 0.03
    assert sums[60] < 0.7 * sums[15]


def test_forests_agree_with_each_other_more_than_searches_do():
    """The spread over forests of one search is smaller than that from search to search."""
    each = [importances.of(TWO, *searched(TWO, additive, 20, seed), seeds=range(2), n_trees=16) for seed in range(4)]
    within = np.mean([importance.deviation[0] for importance in each])
    assert 0 < within < importances.over(each).deviation[0]


@pytest.mark.parametrize("method", ["fanova", "ped-anova"])
def test_every_kind_of_hyperparameter_counts_and_the_strongest_comes_first(method: str):
    """An option, an ordered option and a log integer that each decide alone are found among idle others."""
    space = SearchSpace(
        kind=Choice(["relu", "tanh", "selu"]),
        size=Choice([8, 16, 64], ordered=True),
        units=Integer(1, 512, log=True),
        idle=Float(0, 1),
    )
    losses = {
        "kind": lambda config: float(config["kind"] != "tanh"),
        "size": lambda config: float(config["size"]),
        "units": lambda config: math.log(config["units"]),
    }
    n = 40 if method == "fanova" else 150  # the best tenth of them is what PED-ANOVA sees
    for name, loss in losses.items():
        rng = np.random.default_rng(0)
        trials = searched(space, lambda config, loss=loss, rng=rng: loss(config) + 0.01 * rng.normal(), n, 1)
        found = importances.of(space, *trials, method=method, seeds=(0,), n_trees=16)
        assert found.names[int(np.argmax(found.mean))] == name
        assert found.mean.max() > 0.35


def test_ped_anova_has_one_row_that_sums_to_one():
    """It does not draw, so its deviation is 0, whatever the seeds are."""
    found = importances.of(TWO, *searched(TWO, additive, 60, 0), method="ped-anova", seeds=range(5))
    assert found.values.shape == (1, 3)
    assert found.values.sum() == pytest.approx(1)
    assert found.deviation.tolist() == [0, 0, 0]


def test_a_forest_is_the_one_that_optuna_grows_on_such_trials():
    """Peer: optuna, asked by its own front door for a space of numbers from 0 to 1."""
    space = SearchSpace(x=Float(0, 1), y=Float(0, 1))
    configs, losses = searched(space, lambda config: config["x"] ** 2 + 0.1 * config["y"], 40, 0)
    study = optuna.create_study()
    own = optuna.distributions.FloatDistribution(0, 1)
    for config, loss in zip(configs, losses, strict=True):
        study.add_trial(optuna.trial.create_trial(params=config, distributions={"x": own, "y": own}, value=loss))
    theirs = optuna.importance.get_param_importances(
        study, evaluator=optuna.importance.FanovaImportanceEvaluator(seed=3), normalize=False
    )
    found = importances.of(space, configs, losses, seeds=(3,))
    assert dict(zip(found.names, found.values[0], strict=True)) == pytest.approx(theirs)


def test_failed_trials_are_left_out_and_a_forest_repeats_itself():
    """With a nan and an infinite loss among them it is as without these trials."""
    configs, losses = searched(TWO, additive, 30, 0)
    plain = importances.of(TWO, configs, losses, seeds=(7,), n_trees=8)
    with_failed = [configs[3], *configs, configs[5]], [math.nan, *losses, math.inf]
    failed = importances.of(TWO, *with_failed, seeds=(7,), n_trees=8)
    np.testing.assert_array_equal(plain.values, failed.values)


def test_optuna_says_no_more_and_no_less_than_before(capfd):
    """Its verbosity is as it was, and no study is announced."""
    before = optuna.logging.get_verbosity()
    importances.of(TWO, *searched(TWO, additive, 12, 0), method="ped-anova")
    assert optuna.logging.get_verbosity() == before
    assert capfd.readouterr().err == ""


def test_mean_and_deviation_are_over_the_rows():
    """Two rows: by hand; the deviation is the one with n - 1."""
    importance = Importance(("a", "b"), np.array([[0.0, 0.5], [0.2, 0.1]]))
    assert importance.mean == pytest.approx([0.1, 0.3])
    assert importance.deviation == pytest.approx([0.2 / math.sqrt(2), 0.4 / math.sqrt(2)])
    assert importances.over([importance, importance]).values.tolist() == [pytest.approx([0.1, 0.3])] * 2


def test_a_space_with_switches_is_refused_and_told_the_way_out():
    """And so is what has no answer: too few trials, equal losses, another number of losses than of configs."""
    nested = SearchSpace(depth=Integer(1, 2), width=Integer(1, 4, when="depth == 2"))
    with pytest.raises(ValueError, match=r"width exist under conditions; look at one tile .* space\.flat\(\)"):
        importances.of(nested, [{"depth": 1}], [1.0])
    configs, losses = searched(TWO, additive, 9, 0)
    for arguments, message in [
        ((configs, losses, "shap"), "method must be one of fanova, ped-anova; it is 'shap'"),
        ((configs, losses, "ped-anova"), "needs 2 there, got 9 trials"),
        ((configs, losses[1:]), r"the shape \(9,\), one for each config, got \(8,\)"),
        ((configs, [math.nan] * 8 + [1.0]), "at least 2 trials that did not fail, got 1"),
        ((configs, [2.0] * 9), "all 9 losses are 2: with no difference"),
        ((configs, losses, "fanova", ()), "seeds must name at least one forest"),
    ]:
        with pytest.raises(ValueError, match=message):
            importances.of(TWO, *arguments)
    with pytest.raises(ValueError, match="at least one, got none"):
        importances.over([])
    with pytest.raises(ValueError, match="the same hyperparameters"):
        importances.over([Importance(("a",), np.ones((1, 1))), Importance(("b",), np.ones((1, 1)))])
