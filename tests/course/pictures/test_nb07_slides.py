"""The pictures of the talk on where Bayesian optimisation breaks show what they say."""

import numpy as np

from hpo_tutor.course.pictures.nb07 import slides
from hpo_tutor.scenes.layers import Heatmap, Points
from hpo_tutor.scenes.stage import Axis, Scene, beside

CONFIGS = [{"network": name} for name in "abacbbd"]  # the third, fifth and sixth were tried before


def named(scene, name):
    """The layer of a scene with this name."""
    return next(layer for layer in scene.layers if layer.name == name)


def test_repeats_are_crossed_in_the_log_of_a_search():
    """A cross for each trial that repeats an earlier one, a square for all others, ten in a row."""
    scene = slides.log_of(CONFIGS * 2)
    again, new = named(scene, "tried before"), named(scene, "new")
    assert (len(new.x), len(again.x)) == (4, 10)
    assert set(zip(again.x[again.y == 0], again.y[again.y == 0], strict=True)) == {(k, 0) for k in (3, 5, 6, 8, 9, 10)}
    assert scene.sentence == "14 trials, ten in a row: 10 repeat an earlier one."


def test_what_is_asked_for_lies_beside_what_is_tried():
    """The place of the talk is rounded to the corner with its larger coordinate."""
    scene = slides.between()
    asked, tried = named(scene, "asked for"), named(scene, "tried, and told")
    corner = np.eye(2)[np.argmax([asked.x[0], asked.y[0]])]
    np.testing.assert_array_equal([tried.x[0], tried.y[0]], corner)


def test_the_cube_says_what_is_left():
    """The sentence has the share that it was given, and the map keeps the name that explains its shades."""
    board = slides.unknown({(2, 30, slides.SCALE): 0.193, (3, 30, slides.SCALE): 0.5}, 2, 30)
    assert "19\u00a0%" in board.sentence
    left, _ = board.scenes()
    (ground,) = (layer for layer in left.layers if isinstance(layer, Heatmap))
    assert ground.name


def test_a_quiet_board_names_only_what_is_asked_for():
    """Names are renamed or dropped; nothing else of a layer changes."""
    layers = [Points([1], [2], name="kept"), Points([3], [4], name="dropped")]
    (scene,) = slides.quiet(beside(Scene(layers, Axis("x", 0, 5), Axis("y", 0, 5))), {"kept": "new"}, "Said.").scenes()
    assert [layer.name for layer in scene.layers] == ["new", ""]
    assert [float(layer.x[0]) for layer in scene.layers] == [1, 3]
