"""Notebook 00's two samplers are really what their libraries do; tests/samplers holds them to a sampler's contract."""

import math
from functools import partial

import numpy as np
import pytest
from scipy import stats

from hpo_tutor import minimize, problems
from hpo_tutor.course import previews
from hpo_tutor.search_space import Choice, Float, Integer, SearchSpace
from hpo_tutor.trials import Trial

SAMPLERS = [previews.BayesianOptimization, previews.TPE]
MIXED = SearchSpace(
    rate=Float(1e-4, 1e-1, log=True),
    momentum=Float(0, 1),
    epochs=Integer(1, 60),
    width=Integer(3, 100, log=True),
    layers=Integer(1, 3),
    second=Integer(4, 64, when="layers >= 2"),
    activation=Choice(["relu", "tanh", 3]),
)

every_sampler = pytest.mark.parametrize("sampler", SAMPLERS, ids=lambda sampler: sampler.__name__)

# --- against the libraries ------------------------------------------------------------------------------------------


def test_tpe_is_hyperopts_own():
    """Asked and told one by one, it tries exactly what hyperopt's fmin tries with the same random numbers."""
    from hyperopt import Trials, fmin, tpe

    def loss(config):
        layers = config["layers"] + (config.get("second") or 0) / 64
        return (math.log10(config["rate"]) + 2) ** 2 + layers + (config["activation"] == "tanh") + config["epochs"] / 60

    sampler = previews.TPE(MIXED, seed=5)
    asked = []
    for _ in range(30):
        trial = sampler.ask()
        sampler.tell(trial, loss(trial.config))
        asked.append(trial.config)
    kept = Trials()
    fmin(
        loss,
        MIXED.to_hyperopt(),
        partial(tpe.suggest, n_startup_jobs=previews.N_RANDOM),
        max_evals=30,
        trials=kept,
        rstate=previews.TPE(MIXED, seed=5).rng,
        show_progressbar=False,
    )
    assert [loss(config) for config in asked] == kept.losses()


def test_expected_improvement_matches_simulation():
    """The closed form lies within four standard errors of simulation; what is certain gains its own distance."""
    draws = np.random.default_rng(0).normal(0.2, 0.5, size=100_000)
    gains = np.maximum(0.1 - draws, 0)
    closed = previews.expected_improvement(np.array([0.2, -0.4, 0.3]), np.array([0.5, 0.0, 0.0]), best=0.1)
    assert closed[0] == pytest.approx(gains.mean(), abs=4 * gains.std() / 100_000**0.5)
    assert closed[1:] == pytest.approx([0.5, 0.0])


# --- what they do with what they are told ---------------------------------------------------------------------------


def told(sampler, space, losses, seed=0):
    """A sampler that was told random configs of a space with losses computed from their points."""
    rng = np.random.default_rng(seed)
    for number in range(losses):
        config = space.sample(rng)
        u = space.to_unit(config)
        sampler.tell(Trial(number, config), float(np.sum((u - 0.3) ** 2)))
    return sampler


@every_sampler
def test_it_goes_where_losses_were_low(sampler):
    """Told 25 points of a bowl with its minimum at (0.3, 0.3), it asks nearer to it than random points lie."""
    space = SearchSpace(x=Float(0, 1), y=Float(0, 1))
    distances = []
    for seed in range(20):
        asked = told(sampler(space, seed=seed), space, 25, seed).ask()
        distances.append(np.linalg.norm(space.to_unit(asked.config) - 0.3))
    drawn = np.linalg.norm(np.random.default_rng(0).random((1000, 2)) - 0.3, axis=1)
    assert stats.mannwhitneyu(distances, drawn, alternative="less").pvalue < 1e-4


def test_bayesian_optimisation_believes_the_bowl():
    """The candidate with the largest gain is what it asks for, and it lies in the bowl of a deterministic loss."""
    space = SearchSpace(x=Float(0, 1), y=Float(0, 1))
    sampler = told(previews.BayesianOptimization(space), space, 25)
    config = sampler.ask().config
    candidates, gains = sampler.view()
    np.testing.assert_allclose(candidates[np.argmax(gains)], space.to_unit(config), atol=1e-12)
    assert np.linalg.norm(space.to_unit(config) - 0.3) < 0.1


def test_pending_trials_are_not_asked_for_again():
    """Of ten trials asked for at once, no two lie within a hundredth of each other."""
    space = SearchSpace(x=Float(0, 1), y=Float(0, 1))
    sampler = told(previews.BayesianOptimization(space), space, 12)
    points = np.array([space.to_unit(sampler.ask().config) for _ in range(10)])
    distances = np.linalg.norm(points[:, None] - points, axis=2)[np.triu_indices(10, 1)]
    assert distances.min() > 0.01


@every_sampler
def test_failures_drive_it_away(sampler):
    """Where a third of the space fails, fewer of the later trials fall into it than a third."""
    space = SearchSpace(x=Float(0, 1), y=Float(0, 1))

    def ask_and_tell(seed):
        searcher, failed = sampler(space, seed=seed), []
        for _ in range(30):
            trial = searcher.ask()
            failed.append(trial.config["x"] > 2 / 3)
            searcher.tell(trial, math.nan if failed[-1] else (trial.config["y"] - 0.5) ** 2)
        return failed[10:]

    assert np.mean([ask_and_tell(seed) for seed in range(10)]) < 0.25


def test_both_find_the_valley_of_the_digits():
    """On the recorded landscape they place more of their later trials near the optimum than random search does."""
    digits = problems.landscape("digits")

    def share(factory):
        shares = []
        for seed in range(10):
            member = digits.draw(seed)
            history = minimize(member, factory(member.space, seed=seed), n_trials=20, seed=seed, progress=False)
            near = [member.expected(trial.config) < member.optimum + 0.05 for trial in history]
            shares.append(np.mean(near[previews.N_RANDOM :]))
        return np.mean(shares)

    from hpo_tutor.samplers import Design

    blind = share(partial(Design, name="random"))
    assert all(share(sampler) > blind for sampler in SAMPLERS)
