"""Iterative adaptive random search: where children are drawn, in which order points are refined, and at what cost."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from hpo_tutor import minimize
from hpo_tutor.samplers import AdaptiveRandom
from hpo_tutor.samplers.adaptive_random import draw, gaps, region
from hpo_tutor.search_space import Float, Integer, SearchSpace

CUBE = {d: SearchSpace({f"x{i}": Float(0, 1) for i in range(d)}) for d in (1, 2, 3)}
PLACEMENTS = ("box", "ball", "normal")
POINTS = np.array([[0.5, 0.5], [0.2, 0.9], [0.8, 0.4], [0.6, 0.55], [0.45, 0.1]])
LEVELS = np.array([0, 0, 0, 1, 2])


def bowl(config):
    """A bowl."""
    return sum((value - 0.3) ** 2 for value in config.values())


def test_gaps_by_hand():
    """Only points of the same or a lower level count; without any on a side, the bound does."""
    low, high = gaps(POINTS, LEVELS, 0)
    np.testing.assert_allclose([low, high], [[0.2, 0.4], [0.8, 0.9]])
    low, high = gaps(POINTS, LEVELS, 3)
    np.testing.assert_allclose([low, high], [[0.5, 0.5], [0.8, 0.9]])
    low, high = gaps(POINTS, LEVELS, 1)
    np.testing.assert_allclose([low, high], [[0, 0.5], [0.5, 1]])


def test_the_balls_radius_by_hand():
    """(d_max + d_min) / (2 (level + 2)), of the distances to points of the same or a lower level."""
    far = math.hypot(0.3, 0.4), math.hypot(0.3, 0.1)
    np.testing.assert_allclose(region(POINTS, LEVELS, 0, "ball").extent, (sum(far)) / 4)
    apart = [math.dist(POINTS[3], other) for other in POINTS[:3]]
    np.testing.assert_allclose(region(POINTS, LEVELS, 3, "ball").extent, (max(apart) + min(apart)) / 6)


@pytest.mark.parametrize("n_dims", [1, 2, 3, 6])
def test_points_are_uniform_in_a_ball(n_dims):
    """The share within radius r is r^d, by Kolmogorov's test; no direction is preferred."""
    where = region(np.full((2, n_dims), 0.5) + np.array([[0.0], [0.1]]), np.zeros(2, int), 0, "ball")
    rng = np.random.default_rng(0)
    drawn = (np.array([draw(where, rng) for _ in range(2000)]) - where.centre) / where.extent
    assert stats.kstest(np.linalg.norm(drawn, axis=1) ** n_dims, "uniform").pvalue > 1e-3
    assert np.abs(drawn.mean(axis=0)).max() < 5 * drawn.std(axis=0).max() / 2000**0.5


def test_points_are_uniform_in_a_box_and_normal_in_a_gap():
    """By Kolmogorov's test; 95 % of the normal ones lie within the gap."""
    rng, low, high = np.random.default_rng(0), 0.4, 0.9
    regions = [region(POINTS, LEVELS, 0, placement) for placement in ("box", "normal")]
    box, normal = (np.array([draw(where, rng) for _ in range(2000)])[:, 1] for where in regions)
    assert stats.kstest(box, "uniform", (low, high - low)).pvalue > 1e-3
    inside = normal[(normal > 0) & (normal < 1)]
    assert stats.kstest(inside, stats.truncnorm(-5.2, 2.8, (low + high) / 2, (high - low) / 4).cdf).pvalue > 1e-3
    assert np.mean((normal > low) & (normal < high)) == pytest.approx(0.9545, abs=0.02)


@settings(max_examples=25, deadline=None)
@given(gamma=st.floats(0, 1), seed=st.integers(0, 100), placement=st.sampled_from(PLACEMENTS))
def test_each_refinement_follows_the_rule(gamma, seed, placement):
    """Ten points, then 2d around that of the smallest (rank + 1)^(1 - gamma) (level + refinements + 1)^gamma."""
    rng, sampler = np.random.default_rng(seed), AdaptiveRandom(CUBE[2], seed, gamma=gamma, placement=placement)
    losses: list[float] = []
    levels: list[int] = []
    refined: list[int] = []
    for step in range(8):
        trials = [sampler.ask() for _ in range(sampler.together())]
        view = sampler.view()
        assert len(trials) == (4 if step else 10)
        if step:
            ranks = [sorted(losses).index(loss) for loss in losses]
            worth = [(ranks[i] + 1) ** (1 - gamma) * (levels[i] + refined[i] + 1) ** gamma for i in range(len(losses))]
            row = view.refinement.refined
            assert worth[row] == pytest.approx(min(worth))
            levels += [levels[row] + 1] * 4
            refined[row] += 1
            assert view.refinement.parents[-4:].tolist() == [row] * 4
        else:
            levels = [0] * 10
        refined += [0] * (len(levels) - len(refined))
        assert view.refinement.sizes.tolist() == levels
        for trial in trials:
            losses.append(float(rng.normal()))
            sampler.tell(trial, losses[-1])


@pytest.mark.parametrize("placement", PLACEMENTS)
@pytest.mark.parametrize("n_trials", [1, 9, 10, 11, 30, 50])
def test_the_whole_budget_is_used(placement, n_trials):
    """A budget that is not 10 + 2dk ends in the midst of a refinement."""
    history = minimize(bowl, AdaptiveRandom(CUBE[3], placement=placement), n_trials, batch=None, progress=False)
    assert len(history) == n_trials


def test_balls_come_nearer_than_random_search_on_a_bowl():
    """Over 20 seeds and 60 trials, their median loss is at most a tenth of that of as many random points."""
    adaptive, random = [], []
    for seed in range(20):
        history = minimize(bowl, AdaptiveRandom(CUBE[2], seed, placement="ball"), 60, progress=False)
        adaptive.append(history.incumbent_losses[-1])
        random.append(((np.random.default_rng(seed).random((60, 2)) - 0.3) ** 2).sum(axis=1).min())
    assert np.median(adaptive) < np.median(random) / 10


@pytest.mark.parametrize("placement", PLACEMENTS)
def test_gamma_zero_digs_deeper_than_one(placement):
    """The deepest level after 60 trials, over 20 seeds: one level with gamma 1, several with gamma 0."""
    deepest = {0: [], 1: []}
    for gamma, seed in itertools.product(deepest, range(20)):
        sampler = AdaptiveRandom(CUBE[2], seed, gamma=gamma, placement=placement)
        minimize(bowl, sampler, 60, progress=False)
        deepest[gamma].append(sampler.view().refinement.sizes.max())
    assert set(deepest[1]) == {1}
    assert np.median(deepest[0]) >= 3


def test_few_configs_are_all_tried_before_one_comes_again():
    """Twelve integers are found within 20 trials, and the search goes on."""
    history = minimize(lambda c: c["n"], AdaptiveRandom(SearchSpace(n=Integer(1, 12)), gamma=1), 40, progress=False)
    assert len(history) == 40
    assert len({trial.config["n"] for trial in history[:10]}) == 10


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"gamma": -0.1}, "gamma must be from 0"),
        ({"placement": "cube"}, "box, ball, normal; it is 'cube'"),
        ({"n_startup": 0}, "n_startup must be at least 1"),
    ],
    ids=str,
)
def test_bad_options_are_refused(options, message):
    """The message says the rule and the value."""
    with pytest.raises(ValueError, match=message):
        AdaptiveRandom(CUBE[2], **options)
