"""The tree of notebook 14: what exists in a config is lit, and branches count the configs that had them."""

from collections import Counter

import numpy as np
import pytest
from hyperopt.pyll import stochastic

from hpo_tutor.course.pictures import nb14
from hpo_tutor.scenes.layers import Points, Text
from hpo_tutor.scenes.looks import GREY, INK, PAGE
from hpo_tutor.scenes.stage import legend
from hpo_tutor.search_space import Choice, Float, Integer, SearchSpace
from hpo_tutor.widgets.unpacking import n_frames

SPACE = nb14.space()


def drawn(n, seed=0):
    """Configs as hyperopt's own conditional tree draws them, constraints aside."""
    rng = np.random.default_rng(seed)
    expression = SPACE.to_hyperopt()
    return [SPACE.from_hyperopt(stochastic.sample(expression, rng=rng)) for _ in range(n)]


CONFIGS = drawn(30)


def words(scene, color):
    """All texts of this colour."""
    return [text for layer in scene.layers if isinstance(layer, Text) and layer.color == color for text in layer.text]


@pytest.mark.parametrize("step", range(1, len(CONFIGS) + 1))
def test_what_hyperopt_drew_is_lit(step):
    """The names with values are those of hyperopt's config; all others are grey, hollow and without a value."""
    scene, config = nb14.lit(SPACE, CONFIGS, step), CONFIGS[step - 1]
    lit = {text.split(" = ")[0] for text in words(scene, INK) if " = " in text and text != "name = value"}
    assert lit == set(config)
    assert set(SPACE.names) - lit == set(words(scene, GREY)) & set(SPACE.names)
    hollow = [layer for layer in scene.layers if isinstance(layer, Points) and layer.color == PAGE]
    n_leaves = sum(len(layer.x) for layer in hollow if layer.symbol == "circle")
    assert n_leaves == SPACE.n_dims - len(config)
    assert f"{len(config)} of 18 hyperparameters exist" in scene.sentence
    assert f"n_conv = {config['n_conv']}, n_dense = {config['n_dense']}" in scene.sentence


@pytest.mark.parametrize("step", [1, 7, 30])
def test_branches_count_their_configs(step):
    """By the switches' values alone; the bars are as long as the counts."""
    some = CONFIGS[:step]
    wanted = {
        "": step,
        "n_conv >= 2": sum(config["n_conv"] >= 2 for config in some),
        "n_conv >= 3": sum(config["n_conv"] == 3 for config in some),
        "n_dense >= 2": sum(config["n_dense"] >= 2 for config in some),
        "n_dense >= 3": sum(config["n_dense"] == 3 for config in some),
    }
    assert nb14.seen(SPACE, some) == wanted
    scene = nb14.lit(SPACE, CONFIGS, step)
    bars = legend([scene])["configs so far that had the branch"]
    lengths = np.ptp(np.asarray(bars.x).reshape(-1, 4), axis=1)
    np.testing.assert_allclose(lengths / lengths[0], np.array(list(wanted.values())) / step, atol=1e-5)
    rarest = min(wanted.values())
    assert f"in {rarest} of {step}." in scene.sentence


def test_the_auto_encoder_has_five_branches():
    """Six leaves always, four for each further convolution, one for each further dense layer, and the two switches."""
    found = nb14.branches(SPACE)
    assert [(one.condition, one.switch, len(one.names)) for one in found] == [
        ("", "", 6),
        ("n_conv >= 2", "n_conv", 4),
        ("n_conv >= 3", "n_conv", 4),
        ("n_dense >= 2", "n_dense", 1),
        ("n_dense >= 3", "n_dense", 1),
    ]
    assert sum(len(one.names) for one in found) + 2 == SPACE.n_dims
    leaves = Counter(name for one in found for name in one.names)
    assert set(leaves.values()) == {1}
    texts = words(nb14.lit(SPACE, CONFIGS, 1), INK) + words(nb14.lit(SPACE, CONFIGS, 1), GREY)
    assert texts.count("6 always") == 1
    assert sum(text.startswith("+4 if") for text in texts) == sum(text.startswith("+1 if") for text in texts) == 2


def test_rows_do_not_meet():
    """No two words of one column stand in the same row."""
    scene = nb14.lit(SPACE, CONFIGS, 30)
    places = [
        (float(x), float(y))
        for layer in scene.layers
        if isinstance(layer, Text)
        for x, y in zip(layer.x, layer.y, strict=True)
    ]
    columns = {x for x, _ in places}
    for column in columns:
        heights = sorted(y for x, y in places if x == column)
        assert min(np.diff(heights), default=1) > 0.99


def test_another_space_has_a_tree_too():
    """A choice that switches, and one below it."""
    space = SearchSpace(
        model=Choice(("trees", "network")),
        rate=Float(0, 1, when="model == 'network'"),
        depth=Integer(1, 3, when="model == 'trees'"),
        leaves=Integer(2, 9, when="depth == 3"),
    )
    configs = [{"model": "trees", "depth": 3, "leaves": 5}, {"model": "network", "rate": 0.5}]
    assert nb14.seen(space, configs) == {"model == 'network'": 1, "model == 'trees'": 1, "depth == 3": 1}
    for step, config in enumerate(configs, start=1):
        scene = nb14.lit(space, configs, step)
        assert f"{len(config)} of 4 hyperparameters exist" in scene.sentence


def test_the_player_steps_over_the_configs():
    """One picture each; what is not there is refused."""
    assert n_frames(nb14.branching(SPACE, CONFIGS).frames) == len(CONFIGS)
    with pytest.raises(ValueError, match="from 1 to 30"):
        nb14.lit(SPACE, CONFIGS, 31)
    with pytest.raises(ValueError, match="under a condition"):
        nb14.branches(SearchSpace(x=Float(0, 1)))
