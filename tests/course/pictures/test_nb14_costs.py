"""What tiles cost before they earn anything: the picture counts what the samplers do."""

import re

import numpy as np
import pytest

from hpo_tutor.course.pictures import nb14
from hpo_tutor.course.pictures.nb14 import BUDGETS, CAPPED, TILINGS, WANTED
from hpo_tutor.samplers import BayesianOptimization, Tiles
from hpo_tutor.scenes.layers import Polygons, Text
from hpo_tutor.scenes.stage import legend
from hpo_tutor.scenes.ticks import number
from hpo_tutor.search_space import Float, Integer, SearchSpace
from hpo_tutor.widgets.unpacking import n_frames

SPACE = nb14.space()
SMALL = SearchSpace(n=Integer(1, 2), a=Float(0, 1), b=Float(0, 1, when="n == 2"), c=Float(0, 1, when="n == 2"))


def loss(config):
    """Anything smooth."""
    return (config["a"] - 0.3) ** 2 + config.get("b", 0.5) + 0.2 * config["n"]


def started(sampler, n_trials):
    """How many of a budget's trials rest on no model: none has been weighed against candidates."""
    sampler.start(n_trials)
    count = 0
    for _ in range(n_trials):
        trial = sampler.ask()
        view = sampler.view()
        belief = view if isinstance(sampler, BayesianOptimization) else view.inner
        count += len(belief.candidates) == 0
        sampler.tell(trial, loss(trial.config))
    return count


@pytest.mark.parametrize("n_trials", [6, 8, 20, 41])
def test_a_single_tile_starts_as_bayesian_optimisation_does(n_trials):
    """The sampler's own views, by a budget that cuts its start-up short and by one that does not."""
    (wanted,) = nb14.costs_of(SMALL, (), n_trials).n_startup
    assert started(BayesianOptimization(SMALL), n_trials) == wanted


@pytest.mark.parametrize("n_trials", [6, 20, 34])
def test_tiles_start_as_their_samplers_do(n_trials):
    """Two tiles of one and of three hyperparameters, with equal parts of the budget."""
    found = nb14.costs_of(SMALL, ("n",), n_trials)
    assert found.n_dims.tolist() == [1, 3]
    assert started(Tiles(SMALL, by=("n",), allocation="even"), n_trials) == found.n_startup.sum()


def test_the_tiles_of_the_auto_encoder_have_what_exists_in_them():
    """Of 9 tiles: learning rate, four a convolution and one a dense layer; 2 d + 2 of each wanted."""
    found = nb14.costs_of(SPACE, ("n_conv", "n_dense"), 90)
    assert found.n_dims.tolist() == [1 + 4 * n_conv + n_dense for n_conv in (1, 2, 3) for n_dense in (1, 2, 3)]
    assert [len(nb14.costs_of(SPACE, by, 90).n_dims) for by in TILINGS] == [1, 3, 9, 27]
    assert found.wanted.sum() == sum(2 * d + 2 for d in found.n_dims)


@pytest.mark.parametrize("by", TILINGS)
@pytest.mark.parametrize("n_trials", BUDGETS)
def test_nothing_of_a_budget_is_lost(by, n_trials):
    """Parts add up, differ by one trial at most, and no start-up is longer than its part or than wanted."""
    for capped in (True, False):
        found = nb14.costs_of(SPACE, by, n_trials, capped=capped)
        assert found.n_trials.sum() == n_trials
        assert np.ptp(found.n_trials) <= 1
        assert np.all(found.n_startup <= np.minimum(found.n_trials, found.wanted))
        assert np.all(found.n_guided >= 0)
        if capped:
            assert np.all(found.n_startup <= np.maximum(2, found.n_trials // 4))


@pytest.mark.parametrize("rule", [CAPPED, WANTED])
@pytest.mark.parametrize("n_trials", BUDGETS)
def test_the_bars_are_the_shares(rule, n_trials):
    """What is guided begins where the start-up ends, at the share that the sentence names."""
    scene = nb14.startups(rule, n_trials)
    shares = []
    for by in TILINGS:
        found = nb14.costs_of(SPACE, by, n_trials, capped=rule == CAPPED)
        shares.append(100 * sum(found.n_startup.tolist()) / n_trials)
    (guided,) = [layer for layer in scene.layers if isinstance(layer, Polygons)]
    rims = legend([scene])["hatched: start-up"]
    np.testing.assert_allclose(np.asarray(guided.x).reshape(-1, 4).min(axis=1), shares, atol=1e-4)
    np.testing.assert_allclose(np.asarray(guided.x).reshape(-1, 4).max(axis=1), 100)
    np.testing.assert_allclose(np.nanmax(np.asarray(rims.x).reshape(-1, 6), axis=1), shares, atol=1e-4)
    told = re.search(r"by the number of tiles: (.*?)\. A model", scene.sentence)[1]
    assert told == ", ".join(f"{number(share)} with {t}" for share, t in zip(shares, (1, 3, 9, 27), strict=True))
    heads = [text for layer in scene.layers if isinstance(layer, Text) for text in layer.text]
    assert sum("27 tiles by n_conv, n_dense, filters_1" in text for text in heads) == 1
    assert sum("get none" in text for text in heads) == (n_trials < 27)


def test_a_longer_start_is_what_more_tiles_want():
    """Without the cap the share grows with the tiles at every budget; 9 tiles want more than 90 trials."""
    for n_trials in BUDGETS:
        shares = [nb14.costs_of(SPACE, by, n_trials, capped=False).share for by in TILINGS]
        assert shares == sorted(shares)
    assert nb14.costs_of(SPACE, ("n_conv", "n_dense"), 90, capped=False).wanted.sum() > 90


def test_the_player_and_what_is_refused():
    """All budgets by both rules; no budget, no such rule, a hyperparameter without tiles."""
    assert n_frames(nb14.startup_costs().frames) == 2 * len(BUDGETS)
    with pytest.raises(ValueError, match="at least 1"):
        nb14.costs_of(SPACE, (), 0)
    with pytest.raises(ValueError, match="the rule is"):
        nb14.startups("none", 90)
    with pytest.raises(ValueError, match="Integer or a Choice"):
        nb14.costs_of(SPACE, ("learning_rate",), 90)
