"""The pictures of the talk of notebook 00 show the numbers they were given."""

import numpy as np
import pytest

from hpo_tutor import problems
from hpo_tutor.course.pictures import nb00_slides
from hpo_tutor.race import compare
from hpo_tutor.scenes.layers import Band, Heatmap, Line, Marks, Points, Segments, Text


def layers(scene, kind):
    """The layers of one kind, from the bottom up."""
    return [layer for layer in scene.layers if isinstance(layer, kind)]


def test_a_riddle_names_its_curves_by_letters_alone():
    """Each curve is drawn as it is given, its letter beside its end; no legend tells what was changed."""
    curves = {"A": np.array([3.0, 9.0, 12.0]), "B": np.array([2.0, 1.0, 0.5])}
    scene = nb00_slides.riddle(curves)
    lines = layers(scene, Line)
    for line, curve in zip(lines, curves.values(), strict=True):
        np.testing.assert_allclose(line.y, curve)
        assert not line.name
    (letters,) = layers(scene, Text)
    assert list(letters.text) == ["A", "B"]
    assert letters.x[0] > 3
    assert "A has a loss of 12, B has a loss of 0.5 nats" in scene.sentence


def test_two_scales_spread_the_same_numbers():
    """A draw on the plain scale stands as far along it as its twin along the logarithmic one; the sentence counts."""
    scene = nb00_slides.scales(0.001, 1.0, n=40)
    plain, even = (np.asarray(points.x) for points in layers(scene, Points))
    np.testing.assert_allclose((plain - 0.001) / 0.999, np.log(even / 0.001) / np.log(1000), atol=1e-5)
    assert f"plain scale {np.mean(plain < 0.01):.0%}" in scene.sentence
    assert f"logarithmic scale {np.mean(even < 0.01):.0%}" in scene.sentence


def test_a_valley_holds_the_places_near_the_lowest_loss_and_no_other():
    """Shaded in full are as many cells as the recorded losses within the given height; all others are faint."""
    digits = problems.landscape("digits")
    losses = digits.grid().losses
    inside = losses < losses.min() + 0.05
    scene = nb00_slides.valley(digits, 0.05)
    faint, floor = layers(scene, Heatmap)
    assert np.isfinite(floor.z).sum() == inside.sum()
    assert np.isfinite(faint.z).all()
    assert faint.opacity < 0.5 < floor.opacity
    assert scene.sentence.startswith(f"{inside.mean():.0%} of the map")


@pytest.fixture(scope="module")
def raced():
    """Seven short laps on a landscape."""
    return compare(["random", "grid"], problems.landscape("digits"), n_trials=4, seeds=range(7))


def test_ends_are_medians_with_their_intervals_beside_a_ruler(raced):
    """A symbol stands at the median of the final regrets; its bar covers the smallest to the largest of seven."""
    scene = nb00_slides.ends(raced, ["random", "grid"], ruler=0.1, high=3.0, typical=0.5)
    final = [raced.curves("regret")[name][:, -1] for name in ("random", "grid")]
    middles = [float(points.x[0]) for points in layers(scene, Points)][::-1]
    np.testing.assert_allclose(middles, [np.median(values) for values in final], rtol=1e-6)
    bars = [(float(bar.x0[0]), float(bar.x1[0])) for bar in layers(scene, Segments)][::-1]
    np.testing.assert_allclose(bars, [(values.min(), values.max()) for values in final], rtol=1e-6)
    (luck,) = layers(scene, Band)
    np.testing.assert_allclose(luck.x, [0, 0.1])
    (mark,) = layers(scene, Marks)
    assert mark.at[0] == 0.5


def test_without_a_typical_configuration_there_is_no_line_for_it(raced):
    """What is not given is not drawn, nor told."""
    scene = nb00_slides.ends(raced, ["grid"], ruler=0.1, high=3.0)
    assert not layers(scene, Marks)
    assert "typical" not in scene.sentence
