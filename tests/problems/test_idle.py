"""Idle hyperparameters change the space and never the loss."""

import numpy as np
import pytest

from hpo_tutor import problems
from hpo_tutor.problems import WithIdle
from hpo_tutor.protocols import Objective
from hpo_tutor.search_space import SearchSpace


def test_idle_hyperparameters_change_nothing() -> None:
    """Call, evaluate, expected and optimum are those of the objective, wherever the idle ones are."""
    real = problems.function("branin")
    widened = WithIdle(real, 2)
    assert isinstance(widened, Objective)
    assert widened.space.names == (*real.space.names, "idle_1", "idle_2")
    rng = np.random.default_rng(0)
    configs = [widened.space.sample(rng) for _ in range(5)]
    plain = [{name: config[name] for name in real.space.names} for config in configs]
    want = [real(config) for config in plain]
    assert widened.evaluate(configs, seeds=range(5)).tolist() == want
    assert [widened(config) for config in configs] == want == [widened.expected(config) for config in configs]
    assert widened.optimum == real.optimum


def test_a_family_stays_a_family() -> None:
    """Drawing gives the member that the objective itself would give, and an objective without a family is its own."""
    bowls = problems.function("random-quadratic", n_dims=2)
    config = {"x1": 0.1, "x2": -0.2, "idle_1": 0.5}
    assert WithIdle(bowls, 1).draw(7)(config) == bowls.draw(7)({"x1": 0.1, "x2": -0.2})
    branin = problems.function("branin")
    assert WithIdle(branin, 1).draw(7).objective is branin


def test_a_negative_number_is_refused() -> None:
    """The rule and the value are named."""
    with pytest.raises(ValueError, match="must not be negative, it is -1"):
        WithIdle(problems.function("branin"), -1)


def test_idle_hyperparameters_are_added_once() -> None:
    """A second wrapping would give two hyperparameters one name, and says so."""
    with pytest.raises(ValueError, match=r"\['idle_1'\] already"):
        WithIdle(WithIdle(problems.function("branin"), 1), 2)


def test_unit_and_constraints_are_kept() -> None:
    """The wider space keeps the rules, the figures the unit."""
    digits = problems.landscape("digits")
    assert WithIdle(digits, 1).loss_unit == "nats"
    digits.space = SearchSpace(dict(digits.space.domains), constraints=["l2 < learning_rate"])
    assert [rule.text for rule in WithIdle(digits, 1).space.constraints] == ["l2 < learning_rate"]
