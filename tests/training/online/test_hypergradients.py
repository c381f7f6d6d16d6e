"""The one-step hypergradient is right: by double back-propagation, by hand, and by differences."""

import math

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hpo_tutor.training import MLP
from hpo_tutor.training.online import Knob, TwoSets
from hpo_tutor.training.randomness import NOISE as INPUT_NOISE
from hpo_tutor.training.randomness import Stream
from tests.training.online.reference import Learner, drawn
from tests.training.online.small_problems import (
    assert_equal,
    engine,
    knobs_of,
    make_sets,
    models,
    references,
    starts,
)

QUICK = settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
LEARNERS = {
    "sgd": Learner("sgd", 0.05),
    "momentum": Learner("sgd", 0.02, 0.9),
    "adam": Learner("adam", 0.01),
}
HELD = {"l2": Knob(-4.0, 0.0, 0.0), "input_noise": Knob(0.0, 1.0, 0.0), "noise_2": Knob(0.0, 1.0, 0.0)}
HELD |= {"dropout_noise": Knob(0.0, 1.0, 0.0)}


@pytest.mark.parametrize("rule", ["exact", "sgd", "source"])
@pytest.mark.parametrize("learner", LEARNERS)
@QUICK
@given(draws=st.data(), first_seed=st.integers(0, 2**63), every=st.integers(1, 3), asked=st.sampled_from([5, 10, 99]))
def test_every_rule_equals_automatic_differentiation(
    rule: str, learner: str, draws: st.DataObject, first_seed: int, every: int, asked: int
) -> None:
    """On random networks, from the first to the last of 12 steps, all that is logged agrees within 1e-6.

    "exact" is double back-propagation through the step really taken, Adam's memory of earlier steps included; "sgd"
    through one plain step; "source" is -eta g . theta, and the direct effect of a noise.
    """
    model = draws.draw(models())
    where = draws.draw(starts(model))
    data, seeds = make_sets(model), range(first_seed, first_seed + len(next(iter(where.values()))))
    tuned = engine(
        model, data, where, seeds, LEARNERS[learner], gradient=rule, every=every, tuning_batch_size=asked
    ).train()
    assert_equal(tuned, references(model, data, where, seeds, LEARNERS[learner], rule, every, asked))


@pytest.mark.parametrize("rule", ["exact", "sgd"])
@pytest.mark.parametrize("learner", LEARNERS)
def test_some_rows_may_speak_for_the_noise(rule: str, learner: str) -> None:
    """Three rows of eight say how the step changes with a noise: as differentiated by them alone, and not as by all."""
    model = MLP((7, 5), "tanh", n_outputs=2)
    where = {"l2": np.array([-1.0]), "input_noise": np.array([0.3]), "dropout_noise": np.array([0.5])}
    data, how = make_sets(model), LEARNERS[learner]
    tuned = engine(model, data, where, [0], how, gradient=rule, noise_rows=3).train()
    assert_equal(tuned, references(model, data, where, [0], how, rule, noise_rows=3))
    whole = engine(model, data, where, [0], how, gradient=rule).train()
    np.testing.assert_allclose(tuned.hypergradients[0, 0, 0], whole.hypergradients[0, 0, 0])
    assert not np.isclose(tuned.hypergradients[0, 0, 1:], whole.hypergradients[0, 0, 1:]).any()


@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_the_plain_rule_is_exact_for_gradient_descent(momentum: float) -> None:
    """With SGD, momentum or not, "sgd" and "exact" log the same; with Adam most are off by more than 30 %."""
    model = MLP((7, 5), "tanh", n_outputs=2)
    where = {"l2": [-1.0, -3.0], "input_noise": [0.3, 0.6], "dropout_noise": [0.1, 0.5]}

    def logged(learner: Learner, rule: str) -> np.ndarray:
        return engine(model, make_sets(model), where, [0, 1], learner, gradient=rule).train().hypergradients

    descent = Learner("sgd", 0.05, momentum)
    np.testing.assert_allclose(logged(descent, "sgd"), logged(descent, "exact"), rtol=1e-12)
    adam = Learner("adam", 0.01)
    ratios = logged(adam, "sgd") / logged(adam, "exact")
    assert np.mean(np.abs(ratios - 1) > 0.3) > 0.5


def test_a_line_through_two_points_by_hand() -> None:
    """One weight, one bias, one row of T1 and one of T2, one step of SGD: pen and paper give the same numbers."""
    (x, y), (u, v), log10, sigma, eta, seed = (1.5, -0.5), (-0.7, 1.1), -0.5, 0.4, 0.1, 3
    data = TwoSets(np.array([[x]]), np.array([y]), np.array([[u]]), np.array([v]))
    model, where = MLP(()), {"l2": log10, "input_noise": sigma}
    tuned = engine(model, data, where, [seed], Learner("sgd", eta), epochs=1, every=1).train()

    w, b = (float(one) for one in Stream(seed).weights(model.layers(1)))
    e = float(drawn(Stream(seed), (1, 1), 1, torch.tensor([0]), (INPUT_NOISE, 0, 0))["noise", 1])
    residual, penalty = w * (x + sigma * e) + b - y, 10**log10
    new_w = w - eta * (2 * residual * (x + sigma * e) + penalty * w)
    new_b = b - eta * (2 * residual + penalty * b)
    gap = new_w * u + new_b - v
    g_w, g_b = 2 * gap * u, 2 * gap
    by_l2 = -eta * math.log(10) * penalty * (g_w * w + g_b * b)
    by_noise = -eta * (g_w * 2 * (w * e * (x + sigma * e) + residual * e) + g_b * 2 * w * e)
    assert tuned.training_losses[0, 0] == pytest.approx(residual**2, rel=1e-12)
    assert tuned.tuning_losses[0, 0] == pytest.approx(gap**2, rel=1e-12)
    assert tuned.hypergradients[0, 0] == pytest.approx([by_l2, by_noise], rel=1e-12)


@pytest.mark.parametrize("name", HELD)
@pytest.mark.parametrize("task", ["regression", "classification"])
@pytest.mark.parametrize("seed", range(3))
def test_the_first_step_by_differences(name: str, task: str, seed: int) -> None:
    """T2's loss after one step of a tanh network, a little more against a little less: the slope that was logged.

    No automatic differentiation takes part. Of three networks of one seed the outer ones start 1e-5 to the sides.
    """
    model, width = MLP((9, 6), "tanh", task, 3), 1e-5
    middle = {"l2": -1.0, "input_noise": 0.3, "noise_2": 0.4, "dropout_noise": 0.2}
    where = {other: np.full(3, value) for other, value in middle.items()}
    where[name] += [-width, 0, width]
    whole = {"epochs": 1, "batch_size": 30, "tuning_batch_size": 24, "every": 1, "knobs": HELD}
    tuned = engine(model, make_sets(model), where, [seed] * 3, Learner("sgd", 0.5), **whole).train()
    below, _, above = tuned.tuning_losses[:, 0]
    assert tuned.hypergradients[1, 0, tuned.names.index(name)] == pytest.approx((above - below) / (2 * width), rel=1e-5)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("learner", LEARNERS)
def test_later_steps_by_differences(learner: str, seed: int) -> None:
    """In mid-training too, where Adam remembers eleven steps: the slope of T2's loss by each hyperparameter."""
    model, width = MLP((6, 5), "tanh", "classification", 3), 1e-4
    where = {"l2": np.array([-1.0]), "input_noise": np.array([0.3]), "dropout_noise_3": np.array([0.4])}
    tuned = engine(model, make_sets(model), where, [seed], LEARNERS[learner]).train()
    (run,) = references(model, make_sets(model), where, [seed], LEARNERS[learner], "exact")
    step, h = run.steps[-1], run.asked[-1]
    assert step.moments.n_steps == 11
    for place, name in enumerate(where):
        above, below = (float(step.loss_after({**h, name: h[name] + side}).detach()) for side in (width, -width))
        assert tuned.hypergradients[0, -1, place] == pytest.approx((above - below) / (2 * width), rel=1e-4)


def test_a_difference_across_a_kink_is_wrong() -> None:
    """A ReLU that the noise has left at 1e-7: the logged slope stays right where a difference of 1e-5 is far off.

    The row of T1 is chosen so that the only hidden unit is just awake; a difference puts it to sleep on one side.
    """
    model, seed, sigma, deviation = MLP((1,)), 4, 0.3, {}
    weight, bias, *_ = Stream(seed).weights(model.layers(2))
    draw = drawn(Stream(seed), (2, 1, 1), 1, torch.tensor([0]), (INPUT_NOISE, 0, 0))["noise", 1]
    noisy = torch.tensor([[0.8, -0.4]], dtype=torch.float64)
    noisy += (1e-7 - bias - noisy @ weight) * weight.T / (weight**2).sum()
    data = TwoSets((noisy - sigma * draw).numpy(), np.array([2.0]), np.array([[1.0, 1.0], [-1.0, 0.5]]), np.zeros(2))
    for width in (1e-9, 1e-5):
        where = {"input_noise": sigma + np.array([-width, 0, width])}
        tuned = engine(
            model, data, where, [seed] * 3, Learner("sgd", 0.5), epochs=1, every=1, knobs={"input_noise": Knob(0, 1, 0)}
        ).train()
        exact, difference = tuned.hypergradients[1, 0, 0], np.diff(tuned.tuning_losses[[0, 2], 0])[0] / (2 * width)
        deviation[width] = abs(difference / exact - 1)
    assert deviation[1e-9] < 1e-4
    assert deviation[1e-5] > 0.3


def test_the_sources_l2_lacks_its_factor() -> None:
    """At the first hyper-step, ln(10) 10**l2 times what the source's program computes is the rule for plain SGD."""
    model, where = MLP((6,), n_outputs=2), {"l2": np.linspace(-4, 0, 5)}
    first = {
        rule: engine(model, make_sets(model), where, range(5), Learner("adam", 0.01), gradient=rule)
        .train()
        .hypergradients[:, 0, 0]
        for rule in ("sgd", "source")
    }
    np.testing.assert_allclose(first["sgd"], math.log(10) * 10 ** where["l2"] * first["source"], rtol=1e-12)


def test_the_sources_noise_is_no_hypergradient() -> None:
    """Of 20 networks the source's slope agrees with the exact one within a factor of two in fewer than a quarter."""
    model = MLP((16, 16), task="classification", n_outputs=3)
    where = {"input_noise": np.full(20, 0.4)}
    exact, source = (
        engine(model, make_sets(model), where, range(20), Learner("sgd", 0.1), gradient=rule).train().hypergradients
        for rule in ("exact", "source")
    )
    ratios = source[:, 0, 0] / exact[:, 0, 0]
    assert np.mean((ratios > 0.5) & (ratios < 2)) < 0.25


def test_single_precision_comes_close() -> None:
    """In float32 the first hypergradients of ten networks agree within 1e-3 of the largest of their kind."""
    model = MLP((12, 8), task="classification", n_outputs=3)
    where = {"l2": np.linspace(-4, -1, 10), "input_noise": np.linspace(0, 1, 10), "dropout_noise_2": np.full(10, 0.3)}
    double, single = (
        engine(model, make_sets(model), where, range(10), Learner("adam", 0.01), dtype=dtype, knobs=knobs_of(where))
        .train()
        .hypergradients[:, 0]
        for dtype in ("float64", "float32")
    )
    assert np.all(np.abs(single - double) < 1e-3 * np.abs(double).max(axis=0))
