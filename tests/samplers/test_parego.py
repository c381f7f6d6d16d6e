"""ParEGO looks all along a front, far ahead of random search, and with one loss it is Bayesian optimisation."""

import math
from itertools import product

import numpy as np
import pytest
from scipy.optimize import minimize as scipy_minimize

from hpo_tutor.pareto import hypervolume, non_dominated
from hpo_tutor.samplers import BayesianOptimization, ParEGO
from hpo_tutor.samplers.parego import augmented_tchebycheff, draw_weights, ends
from hpo_tutor.search_space import Float, Integer, SearchSpace
from hpo_tutor.trials import Trial
from hpo_tutor.tuning import minimize

SQUARE = SearchSpace(x=Float(0, 1), y=Float(0, 1))
NESTED = SearchSpace(depth=Integer(1, 2), x=Float(0, 1), y=Float(0, 1, when="depth == 2"))


def bulge(config):
    """Two losses whose front, at y = 0, bulges upwards: (x, 1 - x**2)."""
    g = 1 + 9 * config["y"]
    return config["x"], g * (1 - (config["x"] / g) ** 2)


def sized(config):
    """An error that falls with a size of 10 to 100,000."""
    return (1 - config["x"]) ** 2 + (config["y"] - 0.4) ** 2, 10 ** (1 + 4 * config["x"])


def at_random(function, n_trials, seed, space=SQUARE):
    """Losses of random search, shape (n, 2)."""
    rng = np.random.default_rng(seed)
    return np.array([function(space.sample(rng)) for _ in range(n_trials)])


def test_it_finds_most_of_a_front_that_bulges_upwards():
    """After 30 trials, in the mean, three quarters of what an integral gives; random search has half as much."""
    reference = (1.1, 1.2)
    possible = 1.1 * 1.2 - (1 - 1 / 3)  # the rectangle without what lies below 1 - x**2
    found = [
        hypervolume(minimize(bulge, ParEGO(SQUARE, seed), 30, progress=False, seed=seed).points, reference)
        for seed in range(3)
    ]
    assert max(found) <= possible
    assert np.mean(found) > 0.75 * possible
    assert np.mean([hypervolume(at_random(bulge, 30, seed), reference) for seed in range(20)]) < 0.5 * np.mean(found)


def test_it_goes_to_all_parts_of_the_front_and_not_to_its_ends_alone():
    """Every quarter of a front that bulges upwards has a trial close to it; weighted sums find none in between."""
    found = minimize(bulge, ParEGO(SQUARE, 1), 30, progress=False).points
    close = found[found[:, 1] - (1 - found[:, 0] ** 2) < 0.05, 0]
    assert set(np.minimum(close * 4, 3).astype(int)) == {0, 1, 2, 3}


def test_the_minima_of_the_weighted_loss_lie_all_along_the_front():
    """Peer: scipy finds, for weights (w, 1 - w), the point of 1 - x**2 where w x = (1 - w) (1 - x**2), but for rho."""
    for w in (0.2, 0.5, 0.8):
        weights = np.array([w, 1 - w])

        def loss(x, weights=weights):
            return float(augmented_tchebycheff([[x[0], 1 - x[0] ** 2]], weights, rho=1e-6)[0])

        found = scipy_minimize(loss, [0.5], method="Nelder-Mead", bounds=[(0, 1)]).x[0]
        root = (-w + math.sqrt(w**2 + 4 * (1 - w) ** 2)) / (2 * (1 - w))
        assert found == pytest.approx(root, abs=1e-3)


def test_the_weighted_loss_by_hand():
    """Weights 0.3 and 0.7 of (1, 0.5): the larger of 0.3 and 0.35, and a twentieth of their sum."""
    assert augmented_tchebycheff([[1, 0.5]], [0.3, 0.7]) == pytest.approx([0.35 + 0.05 * 0.65])


def test_a_dominated_point_always_has_the_larger_weighted_loss():
    """Where every weight is positive: because of the sum, also in a goal that is not the largest."""
    rng = np.random.default_rng(0)
    losses = rng.integers(0, 4, (40, 3)) / 3
    weights = np.array([0.2, 0.3, 0.5])
    values = augmented_tchebycheff(losses, weights)
    pairs = [(a, b) for a, b in product(range(40), repeat=2) if (losses[a] <= losses[b]).all() and a != b]
    strict = [(a, b) for a, b in pairs if (losses[a] < losses[b]).any()]
    assert len(strict) > 50
    assert all(values[a] < values[b] for a, b in strict)


@pytest.mark.parametrize(("n_goals", "n_vectors", "steps"), [(2, 11, 10), (3, 15, 4)])
def test_weights_are_those_of_an_even_grid(n_goals, n_vectors, steps):
    """All of them and none else, each about as often: the published 11 for two goals, 15 for three."""
    rng = np.random.default_rng(0)
    drawn = np.array([draw_weights(n_goals, rng) for _ in range(200 * n_vectors)])
    vectors, counts = np.unique(drawn, axis=0, return_counts=True)
    grid = [row for row in product(range(steps + 1), repeat=n_goals) if sum(row) == steps]
    np.testing.assert_allclose(vectors * steps, sorted(grid))
    assert len(grid) == n_vectors
    assert abs(counts - 200).max() < 5 * math.sqrt(200)


def test_many_goals_have_weights_all_over_the_simplex():
    """They sum to 1, none is negative, and each goal has the same mean: 1/5 of five."""
    drawn = np.array([draw_weights(5, np.random.default_rng(seed)) for seed in range(2000)])
    assert drawn.sum(axis=1) == pytest.approx(1)
    assert drawn.min() >= 0
    assert drawn.mean(axis=0) == pytest.approx(np.full(5, 0.2), abs=0.02)


def test_goals_are_scaled_by_the_front_so_that_a_disaster_changes_nothing():
    """The ends are those of the front; of a front of one point, those of all; and they never coincide."""
    front = np.array([[1.0, 30.0], [2.0, 20.0], [4.0, 10.0]])
    for losses in (front, np.vstack([front, [1e9, 1e9]])):
        low, high = ends(losses)
        assert (low.tolist(), high.tolist()) == ([1, 10], [4, 30])
    low, high = ends(np.array([[1.0, 1.0], [3.0, 1.0]]))
    assert (low.tolist(), high.tolist()) == ([1, 1], [3, 2])


@pytest.mark.parametrize("space", [SQUARE, NESTED], ids=["flat", "nested"])
def test_with_one_loss_it_is_bayesian_optimisation(space):
    """Trial for trial, with conditions or without."""

    def loss(config):
        return (config["x"] - 0.3) ** 2 + config.get("y", 0.4) ** 2

    runs = [minimize(loss, kind(space, 5), 14, progress=False) for kind in (ParEGO, BayesianOptimization)]
    assert [trial.config for trial in runs[0]] == [trial.config for trial in runs[1]]


def test_a_logarithm_is_taken_of_the_goal_that_asks_for_it():
    """Searching a size by its logarithm finds more of the front, drawn on a logarithmic axis, than by the size."""
    volumes = {}
    for log in ((), (1,)):
        found = []
        for seed in range(3):
            points = minimize(sized, ParEGO(SQUARE, seed, log=log), 22, progress=False).points
            found.append(hypervolume(np.column_stack([points[:, 0], np.log10(points[:, 1])]), (1.2, 5)))
        volumes[log] = np.mean(found)
    assert volumes[(1,)] > volumes[()]


def test_it_believes_in_the_weighted_loss_of_its_last_ask():
    """The view's losses are those that its weights and ends make of the trials; a failed trial is not among them."""
    sampler = ParEGO(SQUARE, 2, log=(1,), squeeze=False)
    assert (sampler.view().weights.shape, sampler.view().belief.proposal.shape) == ((0,), (0,))

    def loss(config):
        return sized(config) if config["y"] < 0.8 else (math.nan, 1)

    with pytest.warns(RuntimeWarning, match="trials failed"):
        history = minimize(loss, sampler, 16, progress=False)
    view = sampler.view()
    points = history[:-1].points  # what was known at the last ask
    points = np.column_stack([points[:, 0], np.log10(points[:, 1])])[~np.isnan(points[:, 0])]
    assert len(points) < 15
    front = points[non_dominated(points)]
    assert view.low == pytest.approx(front.min(axis=0))
    assert view.high == pytest.approx(front.max(axis=0))
    scaled = (points - view.low) / (view.high - view.low)
    expected = (scaled * view.weights).max(axis=1) + 0.05 * (scaled * view.weights).sum(axis=1)
    assert view.belief.losses == pytest.approx(expected)
    assert view.belief.best == pytest.approx(expected.min())
    assert len(view.belief.slices) == 1


def test_pending_trials_of_a_batch_are_asked_for_once():
    """Eight at once after a start: all differ, and the weights were drawn anew for each."""
    sampler = ParEGO(SQUARE, 0, n_startup=4)
    for _ in range(4):
        trial = sampler.ask()
        sampler.tell(trial, bulge(trial.config))
    asked, weights = [], []
    for _ in range(8):
        asked.append(sampler.ask().config)
        weights.append(tuple(sampler.view().weights))
    assert len({tuple(config.values()) for config in asked}) == 8
    assert len(set(weights)) > 2


def test_conditional_spaces_work_as_for_one_goal():
    """Deeper is better and costs more: both depths are on the front, and configs keep their conditions."""

    def loss(config):
        return config["x"] ** 2 + 0.5 / config["depth"] + config.get("y", 0.0) ** 2, config["depth"]

    front = minimize(loss, ParEGO(NESTED, 0), 25, progress=False).front
    assert {trial.config["depth"] for trial in front} == {1, 2}
    for trial in front:
        NESTED.validate(trial.config)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ParEGO(SQUARE, log=(-1,)), r"by their place, from 0, it is \(-1,\)"),
        (lambda: ParEGO(SQUARE, rho=-0.1), "rho must not be negative, it is -0.1"),
        (lambda: ParEGO(SQUARE, n_startup=0), "n_startup must be at least 1"),
    ],
)
def test_settings_without_a_meaning_are_refused(make, message):
    """When the sampler is made."""
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(
    ("losses", "message"),
    [
        ((1.0,), "needs 2 losses, as those before, trial 7 was told 1"),
        ((1.0, 0.0), "must be positive, loss 1 of trial 7 is 0.0; leave 1 out of log"),
    ],
)
def test_what_cannot_be_learnt_is_refused(losses, message):
    """Another number of goals than before, or nothing to take a logarithm of; then nothing is learnt."""
    sampler = ParEGO(SQUARE, log=(1,))
    sampler.tell(Trial(6, {"x": 0.5, "y": 0.5}), (1.0, 2.0))
    with pytest.raises(ValueError, match=message):
        sampler.tell(Trial(7, {"x": 0.5, "y": 0.5}), losses)
    assert len(sampler.told) == 1
    sampler.tell(Trial(7, {"x": 0.5, "y": 0.5}), math.nan)
    assert [trial.state for trial in sampler.told] == ["complete", "failed"]
    with pytest.raises(ValueError, match="log names loss 3, counted from 0, but trial 0 has 2 losses"):
        ParEGO(SQUARE, log=(3,)).tell(Trial(0, {"x": 0.5, "y": 0.5}), (1.0, 2.0))
