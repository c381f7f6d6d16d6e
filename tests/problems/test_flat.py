"""Without its conditions a space has dead values, and the losses know nothing of them."""

import copy

import numpy as np
import pytest

from hpo_tutor import problems
from hpo_tutor.problems import Flat
from hpo_tutor.protocols import Objective
from hpo_tutor.samplers import BayesianOptimization
from hpo_tutor.search_space import Float, Integer, SearchSpace
from hpo_tutor.tuning import minimize


class Wells:
    """A bowl for each layer that exists; two losses, one of them counted. It refuses what is not valid."""

    def __init__(self, member=0):
        self.space = SearchSpace(
            n=Integer(1, 2), x_1=Float(0, 1), x_2=Float(0, 1, when="n >= 2"), constraints=["x_2 <= x_1"], unit=1
        )
        self.loss_names, self.goals, self.loss_unit = ("depth", "layers"), ("layers",), "m"
        self.member, self.optimum = member, -1.0

    def __call__(self, config):
        """The depth."""
        return float(self.evaluate([config], seeds=[0])[0, 0])

    def evaluate(self, configs, *, seeds, fidelity=None):
        """Both losses."""
        for config in configs:
            self.space.validate(config)
        return np.array([[self.expected(config), config["n"]] for config in configs])

    def expected(self, config):
        """The depth."""
        return sum((config[name] - 0.3) ** 2 for name in ("x_1", "x_2") if name in config) - config["n"] / 2

    def draw(self, seed):
        """Another member."""
        return Wells(seed)


def test_dead_values_are_dropped_before_the_objective_sees_them():
    """The same losses whatever they are; a valid config of the flat space is never refused."""
    flat, wells = Flat(Wells()), Wells()
    assert isinstance(flat, Objective)
    assert flat.space.names == ("n", "x_1", "x_2")
    dead = {"n": 1, "x_1": 0.25, "x_2": 0.9, "unit": 1}
    alive = {"n": 1, "x_1": 0.25, "unit": 1}
    flat.space.validate(dead)
    assert flat(dead) == flat({**dead, "x_2": 0.1}) == wells(alive) == flat.expected(dead)
    assert flat.evaluate([dead, dead], seeds=[0, 1]).tolist() == wells.evaluate([alive, alive], seeds=[0, 1]).tolist()
    rng = np.random.default_rng(0)
    configs = [flat.space.sample(rng) for _ in range(50)]
    assert flat.evaluate(configs, seeds=range(50)).shape == (50, 2)
    assert {len(config) for config in configs} == {4}


def test_it_has_what_its_objective_has():
    """Optimum, goals, unit, members and names; and nothing that the objective lacks."""
    flat = Flat(Wells()).draw(3)
    assert (flat.member, flat.optimum, flat.goals, flat.loss_unit) == (3, -1.0, ("layers",), "m")
    assert flat.loss_names == ("depth", "layers")
    live = Flat(problems.live("digits-autoencoder", ["n_conv", "filters_2", "learning_rate"], goals=["operations"]))
    assert (live.goals, live.loss_names) == (("operations",), ("rmse", "operations"))
    assert not hasattr(live, "optimum")
    assert not hasattr(live, "expected")
    with pytest.raises(AttributeError, match=r"no 'recorded'; its \.objective may"):
        live.recorded  # noqa: B018 - the look-up is what is tested
    assert Flat(problems.function("branin")).draw(1).objective.name == "branin"
    assert copy.copy(flat).expected({"n": 1, "x_1": 0.3}) == -0.5


def test_the_real_task_trains_without_its_dead_values():
    """One epoch of an auto-encoder: the loss of a flat config is that of the config without them."""
    real = problems.live("digits-autoencoder", ["n_conv", "filters_2", "learning_rate"], goals=["operations"])
    flat = Flat(real)
    config = {"n_conv": 1, "filters_2": 8, "learning_rate": 0.01}
    losses = flat.evaluate([config, {**config, "filters_2": 2}], seeds=[0, 0], fidelity=1)
    alive = real.evaluate([{"n_conv": 1, "learning_rate": 0.01}], seeds=[0], fidelity=1)
    np.testing.assert_allclose(losses, np.vstack([alive, alive]), rtol=1e-4)


def test_a_search_goes_over_all_hyperparameters():
    """Each trial has them all, and its first loss is that of the living ones."""
    flat = Flat(Wells())
    history = minimize(flat, BayesianOptimization(flat.space, n_startup=4), 12, progress=False)
    assert all(trial.config.keys() == {"n", "x_1", "x_2", "unit"} for trial in history)
    assert [trial.loss for trial in history] == [Wells().expected(Wells().space.pruned(t.config)) for t in history]
