"""The picture of TPE's belief shows the numbers of its view, for every kind of hyperparameter."""

import numpy as np
import pytest

from hpo_tutor import scenes
from hpo_tutor.samplers import TPE
from hpo_tutor.scenes.layers import Line, Marks, Points, Segments
from hpo_tutor.search_space import Choice, Float, Integer, SearchSpace
from hpo_tutor.trials import Trial

SPACE = SearchSpace(
    x=Float(-1, 1),
    rate=Float(1e-4, 1e-1, log=True),
    layers=Integer(1, 3),
    width=Integer(4, 64, log=True, when="layers >= 2"),
    activation=Choice(["relu", "tanh"]),
)


@pytest.fixture(scope="module")
def asked():
    """A sampler that knows 60 trials, and what it asks for."""
    sampler, rng = TPE(SPACE, gamma=1), np.random.default_rng(0)
    for number in range(60):
        config = SPACE.sample(rng)
        sampler.tell(Trial(number, config), abs(config["x"] - 0.2) + config["layers"])
    return sampler, sampler.ask().config


def panels(view):
    """Name of the hyperparameter -> its two scenes."""
    board = scenes.densities(view, SPACE)
    rows = [*zip(*board.rows[:2], strict=True), *zip(*board.rows[2:], strict=True)]
    return dict(zip(SPACE.names, rows, strict=True))


def named(scene, name):
    """The layer of a scene with this beginning of its name."""
    return next(layer for layer in scene.layers if layer.name.startswith(name))


def test_lines_are_the_densities(asked):
    """Of a float, l, g and l/g are lines over the grid, in the values of the axis; the ticks are the trials."""
    view = asked[0].view()
    for one in view.hyperparameters[:2]:
        above, below = panels(view)[one.name]
        x = np.exp(one.grid) if one.log else one.grid
        for line, y in (
            (named(above, "l,"), one.l_density),
            (named(above, "g,"), one.g_density),
            (named(below, "l/g"), one.l_density / one.g_density),
        ):
            assert isinstance(line, Line)
            np.testing.assert_allclose(line.x, x, rtol=1e-6)
            np.testing.assert_allclose(line.y, y, rtol=1e-6)
        bad, good = (layer for layer in above.layers if isinstance(layer, Marks))
        assert (len(bad.at), len(good.at)) == (len(view.bad), len(view.good)) == (52, 8)
        assert above.x.log == one.log


def test_separate_values_are_bars(asked):
    """Of a choice and of a few whole numbers, the heights of the bars are the probabilities."""
    view = asked[0].view()
    for one in (view.hyperparameters[2], view.hyperparameters[4]):
        above, _ = panels(view)[one.name]
        bars = named(above, "l,")
        assert isinstance(bars, Segments)
        np.testing.assert_allclose(bars.y1, one.l_density, rtol=1e-6)
    layers = panels(view)["layers"][0]
    np.testing.assert_allclose(named(layers, "candidate").x, view.hyperparameters[2].candidates + 1)  # an index: 0 is 1


def test_drops_grow_with_the_ratio(asked):
    """Every candidate is a drop, the larger the larger its l/g; the chosen one lies where the next trial goes."""
    sampler, config = asked
    for one in sampler.view().hyperparameters:
        if one.name not in config:
            continue
        above, below = panels(sampler.view())[one.name]
        drops, ringed = named(above, "candidate"), named(above, "chosen")
        ratio = np.exp(one.log_l - one.log_g)
        assert len(drops.x) == 24
        order = np.argsort(ratio)
        assert np.all(np.diff(drops.size[order]) >= 0)
        np.testing.assert_allclose(named(below, "candidate").y, ratio, rtol=1e-5)
        value = config[one.name]
        at = SPACE.domains[one.name].values.index(value) if isinstance(value, str) else value
        assert ringed.x[0] == pytest.approx(at, rel=1e-5)
        assert ringed.y[0] == drops.y[one.chosen] < 0


def test_the_beginning_has_the_same_panels(asked):
    """Before TPE takes over the board has the same rows, so that a player can step through a whole search."""
    board = scenes.densities(TPE(SPACE).view(), SPACE)
    later = scenes.densities(asked[0].view(), SPACE)
    assert [len(row) for row in board.rows] == [len(row) for row in later.rows] == [3, 3, 2, 2]
    assert board.sentence == "The trial is drawn at random; nothing is believed yet."
    assert not any(isinstance(layer, Points) for scene in board.scenes() for layer in scene.layers)


def test_the_sentence_tells_what_was_chosen(asked):
    """How many are good, and for each hyperparameter the choice, or that it is inactive."""
    sampler, config = asked
    sentence = scenes.densities(sampler.view(), SPACE).sentence
    assert sentence.startswith("8 good trials, 52 bad ones. x: of 24 candidates")
    assert ("width is inactive." in sentence) == ("width" not in config)
    assert f"activation: of 24 candidates {config['activation']} has" in sentence


def test_an_inactive_hyperparameter_has_no_rain():
    """Where the proposal does without a hyperparameter, its densities are shown and no candidate."""
    space = SearchSpace(n=Integer(1, 2), child=Float(0, 1, when="n == 2"))
    sampler = TPE(space)
    for number in range(30):
        config = {"n": 1} if number % 2 else {"n": 2, "child": number / 30}
        sampler.tell(Trial(number, config), config["n"] + number / 100)
    config = sampler.ask().config
    assert config == {"n": 1}
    above, below = (
        scenes.densities(sampler.view(), space).rows[0][1],
        scenes.densities(sampler.view(), space).rows[1][1],
    )
    assert named(above, "l,").y.max() > 0
    assert not [layer for scene in (above, below) for layer in scene.layers if isinstance(layer, Points)]
