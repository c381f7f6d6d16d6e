"""The pictures of the talk on random search show what they say."""

import numpy as np
import pytest

from hpo_tutor import designs
from hpo_tutor.course.pictures import nb03_slides
from hpo_tutor.scenes import Axis, Circles, Marks, Points
from hpo_tutor.scenes.stage import legend

POINTS = {name: designs.make(name, n_points=25, n_dims=2, seed=1) for name in ("grid-midpoints", "random")}


def test_shadows_fall_below_their_trials() -> None:
    """Every trial has a shadow at its own x, below the square; the sentence counts the different ones."""
    board = nb03_slides.plans(POINTS, shadows=True)
    _, dice = board.scenes()
    trials, shadows = (layer for layer in dice.layers if isinstance(layer, Points))
    np.testing.assert_array_equal(trials.x, shadows.x)
    assert np.max(shadows.y) < 0
    assert "grid-midpoints at 5 different values of x; 25 trials of random at 25" in board.sentence


def test_a_hole_holds_no_trial_and_touches_one() -> None:
    """Between four midpoints of a 5 x 5 grid is a hole of radius sqrt(2)/10; one among dice lies in the square too."""
    middle, radius = nb03_slides.hole(POINTS["random"])
    assert np.linalg.norm(POINTS["random"] - middle, axis=1).min() == pytest.approx(radius, abs=0.005)
    assert radius <= min(*middle, *(1 - middle)) + 1e-12
    assert nb03_slides.hole(POINTS["grid-midpoints"])[1] == pytest.approx(np.sqrt(2) / 10)


def test_a_disc_is_as_large_as_its_hole() -> None:
    """A radius counts in shares of the panel, which is wider than the square."""
    _, dice = nb03_slides.holes(POINTS).scenes()
    (disc,) = (layer for layer in dice.layers if isinstance(layer, Circles))
    across = dice.x.high - dice.x.low
    assert disc.radius[0] * across == pytest.approx(nb03_slides.hole(POINTS["random"])[1])


def test_each_grid_marks_the_values_it_tries() -> None:
    """A line for each value, none for the best ones; the sentence tells the range of the best."""
    tried = {"grid": [1e-4, 0.1], "grid-midpoints": [6e-4, 0.02]}
    scene = nb03_slides.two_values([0.003, 0.01], tried, Axis("rate", 5e-5, 0.2, log=True))
    marked = [list(layer.at) for layer in scene.layers if isinstance(layer, Marks)]
    np.testing.assert_allclose(marked, list(tried.values()), rtol=1e-6)
    assert "between 0.003 and 0.01" in scene.sentence


def test_a_board_without_legend_keeps_its_layers_and_its_sentence() -> None:
    """Nothing is left for a legend, and nothing else is changed."""
    board = nb03_slides.plans(POINTS)
    bare = nb03_slides.without_legend(board)
    assert not legend([bare])
    assert bare.sentence == board.sentence
    for one, other in zip(bare.scenes(), board.scenes(), strict=True):
        assert [type(layer) for layer in one.layers] == [type(layer) for layer in other.layers]
