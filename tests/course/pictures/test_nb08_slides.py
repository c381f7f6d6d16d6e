"""The pictures of the talk on TPE show what they say: numbers in their scenes, not pixels."""

import numpy as np
import pytest

from hpo_tutor.course.pictures import nb08
from hpo_tutor.course.pictures.nb08 import cut, slides
from hpo_tutor.scenes.layers import Band, Line, Points


def named(scene, name):
    """The layer of a scene with this name."""
    return next(layer for layer in scene.layers if layer.name == name)


def test_the_talk_tells_sides_and_no_losses():
    """Four of thirteen are good, those with the lowest losses, and all stand at one height."""
    places, good = slides.trials()
    assert (len(places), good.sum()) == (13, 4)
    np.testing.assert_array_equal(np.sort(places[good]), np.sort(cut.PLACES[np.argsort(cut.LOSSES)[:4]]))
    scene = slides.told(places, good)
    shown = [named(scene, name) for name in ("good", "bad")]
    np.testing.assert_allclose(shown[0].x, places[good], rtol=1e-6)
    assert all(np.ptp(layer.y) == 0 for layer in shown)


def test_windows_of_the_talk_add_up_to_l():
    """The shaded windows, the prior among them, add up to l; l and g have an area of 1 but for what lies outside."""
    places, good = slides.trials()
    alone, both = slides.humps(places, good, both=False), slides.humps(places, good, both=True)
    windows = [layer.high for layer in alone.layers if isinstance(layer, Band)]
    assert len(windows) == good.sum() + 1
    np.testing.assert_allclose(np.sum(windows, axis=0), named(alone, "l, good trials").y, rtol=1e-4)
    for name in ("l, good trials", "g, bad trials"):
        assert np.trapezoid(named(both, name).y, cut.GRID) == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize(("loss", "side"), [(0.5, "bad"), (0.05, "good")])
def test_the_diamond_is_told_to_be_on_its_side_of_the_cut(loss, side):
    """The sentence says good below the cut and bad above; no curve or drop lies beyond the axis of densities."""
    board = slides.across_the_cut(0.68, loss)
    assert nb08.is_good(0.68, loss, 4) == (side == "good")
    assert board.sentence.startswith(f"The diamond is {side}")
    _, densities = board.scenes()
    for layer in densities.layers:
        if isinstance(layer, Line | Points):
            assert densities.y.low < layer.y.min() <= layer.y.max() < densities.y.high
