"""The pictures of the talk on Gaussians say what they show, and show no other numbers than those of the notebook."""

import numpy as np
import pytest

from hpo_tutor.course.pictures.nb04 import slides
from hpo_tutor.course.pictures.nb04.three_views import linked
from hpo_tutor.scenes import Board, Line, Points, Scene, Segments


def test_three_views_in_a_row_are_those_of_the_notebook() -> None:
    """The same layers in the same order under the same sentence; only titles and shapes differ."""
    row, views = slides.in_a_row(0.45, 1.5, "yes"), linked(0.45, 1.5, "yes")
    assert len(row.rows) == 1
    assert row.sentence == views.sentence
    for scene, view in zip(row.scenes(), views.scenes(), strict=True):
        assert (len(scene.layers), scene.aspect) == (len(view.layers), 1)


def test_fewer_numbers_are_read_off_the_same_draws() -> None:
    """The first and the last number of a draw are the same among 2 and among 50."""
    two, fifty = slides.side_by_side((2, 50), 0.2).scenes()
    ends = [[layer.y[[0, -1]] for layer in scene.layers if isinstance(layer, Points)] for scene in (two, fifty)]
    np.testing.assert_allclose(*ends, atol=1e-6)


def test_bars_are_as_long_as_their_shares() -> None:
    """60 % are 60 on the axis, and the sentence says them."""
    scene = slides.kept({"its own": 0.95, "others": 0.6})
    ends = [layer.x1[0] for layer in scene.layers if isinstance(layer, Segments)]
    assert ends == pytest.approx([95, 60])
    assert "others: 60 %" in scene.sentence


@pytest.mark.parametrize("picture", [slides.unsliced(0.9), slides.one_hill(), slides.gap([0.1, 0.5], [0.0, -1.0], 0.3)])
def test_every_picture_has_a_sentence(picture: Scene | Board) -> None:
    """Who does not see it is told."""
    assert picture.sentence.endswith(".")


def test_nothing_of_the_slice_is_seen_before_it_is_cut() -> None:
    """Only the cloud, its ellipses, and the belief from before are drawn."""
    plane, told = slides.unsliced(0.9).scenes()
    assert [layer.name for layer in plane.layers] == ["draw of the pair", "ellipses: 1 and 2 std", ""]
    assert isinstance(plane.layers[-1], Line)  # the outer ellipse
    assert [layer.name for layer in told.layers] == ["a before"]
