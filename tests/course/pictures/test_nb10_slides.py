"""The pictures of the talk of notebook 10 show what they say, by counts and distances that need no picture."""

import math

import numpy as np
import pytest

from hpo_tutor import designs
from hpo_tutor.course.pictures.nb10 import duality, shadows, slides, window
from hpo_tutor.scenes.layers import Heatmap, Points, Polygons


def layers(scene, kind):
    """The layers of one kind, from the bottom up."""
    return [layer for layer in scene.layers if isinstance(layer, kind)]


def tiles_of(board):
    """The corners of all tiles of a picture of lines and tiles."""
    _, tiles = board.scenes()
    return [np.stack([layer.x, layer.y], axis=1) for layer in layers(tiles, Polygons)]


def test_the_push_flips_rhombs_only_when_a_line_passes_a_crossing():
    """Before 0.1, where three lines meet, the tiles are the same in all pictures, and afterwards others."""
    boards = slides.pushed()
    n_two = len(slides.TWO)
    for board in boards[1:n_two]:
        np.testing.assert_allclose(tiles_of(board)[0], tiles_of(boards[0])[0], atol=1e-5)
    before, after = (
        [board for x, board in zip(slides.THREE, boards[n_two:], strict=True) if (x < 0.1) == early]
        for early in (True, False)
    )
    for some in (before, after):
        for board in some[1:]:
            np.testing.assert_allclose(
                np.sort(tiles_of(board)[0], axis=0), np.sort(tiles_of(some[0])[0], axis=0), atol=1e-4
            )
    assert not np.allclose(np.sort(tiles_of(before[0])[0], axis=0), np.sort(tiles_of(after[0])[0], axis=0), atol=1e-4)
    assert len({len(window(3, x, slides.HEIGHT)) for x in slides.THREE}) == 1


def test_pictures_of_the_talk_are_those_of_the_notebook_with_fewer_words():
    """A sentence keeps its counts; legends and ticks are gone."""
    first = slides.pushed()[0]
    assert duality(slides.TWO[0], slides.HEIGHT, "2").sentence.startswith(first.sentence)
    for board in (first, slides.grown(6)[0], slides.picked_bare(9)):
        for scene in board.scenes():
            assert not any(layer.name for layer in scene.layers)
            assert scene.x.ticks == scene.y.ticks == ()
    assert [board.sentence.split()[0] for board in slides.grown(4)] == ["2", "3", "4"]


def test_the_square_of_the_talk_holds_as_many_trials_as_it_says():
    """N points in the unit square, framed."""
    board = slides.picked_bare(31)
    assert board.sentence == "The square holds 31 corners: 31 trials."
    _, trials = board.scenes()
    (points,) = layers(trials, Points)
    assert len(points.x) == 31
    assert 0 < points.x.min() < points.x.max() < 1


def test_shadows_get_room_beside_them():
    """The same picture on a longer axis."""
    wide, given = slides.shadowed(4, 2), shadows(4, 2)
    assert wide.sentence == given.sentence
    assert wide.x.low < given.x.low < given.x.high < wide.x.high


def test_planes_are_added_and_the_last_body_is_turned():
    """So many planes make k (k - 1) (k - 2) / 6 tiles; afterwards the tiles stay and their places change."""
    scenes = slides.space()
    assert [scene.sentence.split(", ")[1] for scene in scenes[:4]] == ["1 tile", "4 tiles", "10 tiles", "20 tiles"]
    assert len({scene.sentence for scene in scenes[3:]}) == 1
    assert len({layers(scene, Polygons)[0].x.tobytes() for scene in scenes[3:]}) == len(slides.TURNS)


def test_far_places_are_as_far_as_simulation_says():
    """The mean over the middle and the rim is that of random places; the picture holds it on one scale."""
    draws = [designs.make("hypertiling", 9, 2, seed) for seed in range(3)]
    found = slides.far(draws)
    rng = np.random.default_rng(0)
    squares = [
        min(math.dist(place, point) for point in points) ** 2 for points in draws for place in rng.random((900, 2))
    ]
    assert found.mean() == pytest.approx(np.mean(squares), rel=0.1)
    inner, outer = slides.inner_and_outer(found)
    middle = (1 - 2 * slides.WALL) ** 2
    assert middle * inner + (1 - middle) * outer == pytest.approx(found.mean())
    board = slides.far_places({"tiling": found, "half": found / 2})
    maps = [layers(scene, Heatmap)[0] for scene in board.scenes()]
    assert maps[0].high == maps[1].high == pytest.approx(found.max())
    assert f"{inner:.4f} and {outer:.4f}" in board.sentence
