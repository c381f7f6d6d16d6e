"""The pictures of the talk of notebook 02 show the numbers they were given."""

import numpy as np
import pytest

from hpo_tutor import problems
from hpo_tutor.course.pictures.nb02 import Placements, slides
from hpo_tutor.scenes.layers import Band, Heatmap, Points, Segments, Text


@pytest.fixture(scope="module")
def places():
    """A grid of nine points on the recorded digits, which may be moved to nine places."""
    return Placements(problems.landscape("digits"), n=3, n_steps=3)


def layers(scene, kind):
    """The layers of one kind, from the bottom up."""
    return [layer for layer in scene.layers if isinstance(layer, kind)]


def test_grids_are_shown_with_their_losses_and_without_their_levels(places):
    """Each title tells the best loss of that place; no axis has a tick; both share their shades."""
    whose = {"Ann": places.extreme("grid", worst=False), "Ben": places.extreme("grid-midpoints", worst=True)}
    board = slides.unlabelled(places, whose)
    ends = set()
    for scene, best in zip(
        board.scenes(), (places.losses["grid"].min(), places.losses["grid-midpoints"].max()), strict=True
    ):
        assert float(scene.title.split()[-1]) == pytest.approx(best, rel=5e-3)
        assert not scene.x.ticks
        assert not scene.y.ticks
        (tiles,) = layers(scene, Heatmap)
        assert 10 ** float(np.min(tiles.z)) == pytest.approx(best, rel=1e-5)
        (numbers,) = layers(scene, Text)
        assert len(numbers.text) == 9
        ends.add((tiles.low, tiles.high))
    assert len(ends) == 1


def test_rows_that_are_compared_have_their_dots_and_their_mean_beside_a_ruler():
    """A dot stands at each result, a bar at their mean, and the ruler is as long as it was given."""
    values = {"first": [1.0, 2.0, 6.0], "second": [0.5, 0.5, 2.0]}
    scene = slides.compared(values, "change (nats)", ruler=4.0, said="one training")
    for dots, bar, given in zip(layers(scene, Points), layers(scene, Segments), values.values(), strict=True):
        np.testing.assert_allclose(dots.x, given)
        np.testing.assert_allclose([bar.x0[0], bar.x1[0]], np.mean(given))
    (ruler,) = layers(scene, Band)
    np.testing.assert_allclose(ruler.x, [0, 4])
    assert scene.x.high > 6
    assert scene.sentence == "Means: first 3; second 1. one training: 4."


def test_optima_stand_where_the_members_have_them():
    """One star for each member, at its optimum, on a map that bears no star of its own."""
    digits = problems.landscape("digits")
    members = [digits.draw(division) for division in range(3)]
    scene = slides.optima(digits, members)
    (stars,) = layers(scene, Points)
    found = [member.optimum_config for member in members]
    np.testing.assert_allclose(stars.x, [one["learning_rate"] for one in found], rtol=1e-6)
    np.testing.assert_allclose(stars.y, [one["l2"] for one in found], rtol=1e-6)
