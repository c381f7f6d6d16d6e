"""Fixed hyperparameters leave the space, and nothing else changes."""

import numpy as np
import pytest

from hpo_tutor import problems
from hpo_tutor.problems import WithFixed, WithIdle, WithRanges
from hpo_tutor.protocols import Objective
from hpo_tutor.samplers import Design
from hpo_tutor.tuning import minimize

CNN = problems.landscape("digits-cnn-5")
HELD = {"batch_size": CNN.optimum_config["batch_size"], "width": CNN.optimum_config["width"]}


def test_losses_are_those_of_the_whole_configuration():
    """Call, evaluate and expected agree with the landscape's own, with and without the fixed values in the config."""
    part = WithFixed(CNN, **HELD)
    assert isinstance(part, Objective)
    assert part.space.names == ("learning_rate", "l2", "dropout")
    rng = np.random.default_rng(0)
    configs = [part.space.sample(rng) for _ in range(20)]
    tuned = [{name: config[name] for name in part.space.names} for config in configs]
    whole = [{**config, **HELD} for config in tuned]
    assert [part(config) for config in configs] == [CNN(config) for config in whole] == [part(c) for c in tuned]
    assert [part.expected(config) for config in configs] == [CNN.expected(config) for config in whole]
    assert part.evaluate(tuned, seeds=range(20)).tolist() == CNN.evaluate(whole, seeds=range(20)).tolist()


def test_the_family_and_the_optimum_are_the_landscapes():
    """Another data batch keeps the values; the optimum is that of the whole surface, below all that is found here."""
    part = WithFixed(CNN, **HELD).draw(3)
    assert (part.member, part.values, part.optimum) == (3, HELD, CNN.draw(3).optimum)
    assert part.loss_unit == CNN.loss_unit
    found = minimize(part, Design(part.space, "random"), 50, progress=False)
    assert all(part.expected(trial.config) > part.optimum for trial in found)


def test_it_goes_together_with_idle_hyperparameters_and_other_ranges():
    """Three hyperparameters, and an idle one, in ranges of their own."""
    both = WithRanges(WithIdle(WithFixed(CNN, **HELD), 1)).draw(4)
    assert both.space.n_dims == 4
    config = both.space.from_unit([0.5] * 4)
    assert both.expected(config) == CNN.draw(4).expected({n: config[n] for n in CNN.space.names})


def test_what_cannot_be_fixed_is_refused():
    """An unknown name and a value outside the domain are named."""
    with pytest.raises(ValueError, match="momentum is not tuned"):
        WithFixed(CNN, momentum=0.9)
    with pytest.raises(ValueError, match="dropout=3 is outside its domain"):
        WithFixed(CNN, dropout=3)
