"""The pictures of the talk of notebook 12 show the numbers they were given."""

import numpy as np
import pytest
from scipy import stats

from hpo_tutor.course.pictures.nb12 import promises, slides
from hpo_tutor.scenes.layers import Line, Marks, Points, Polygons, Segments, Text


def of_kind(scene, kind):
    """The layers of a scene that are of this kind."""
    return [layer for layer in scene.layers if isinstance(layer, kind)]


def test_every_bar_reaches_where_it_was_said_to():
    """The values stand on top as dots, and the bars below them in their order, each with its name."""
    made = {"first": (1.0, 2.0, 3.0), "second": (0.5, 2.0, 6.0)}
    scene = slides.barred([1.0, 2.0, 3.0], made, "loss")
    dots, *centres = of_kind(scene, Points)
    np.testing.assert_allclose(dots.x, [1, 2, 3])
    assert [words.text[0] for words in of_kind(scene, Text)] == ["second", "first"]  # from the lowest row up
    for bar, centre, (low, mean, high) in zip(of_kind(scene, Segments), centres, reversed(made.values()), strict=True):
        np.testing.assert_allclose([bar.x0[0], centre.x[0], bar.x1[0]], [low, mean, high])
        assert bar.y0[0] < dots.y[0]
    assert scene.x.high > 6


def test_a_hundred_bars_stand_on_the_side_that_their_symbol_says():
    """Each of a hundred studies has one bar; those that miss the true mean point away from it."""
    scene = slides.hundred(10, "exponential", "Gaussian")
    holds, below, above = of_kind(scene, Segments)
    assert sum(len(bars.x0) for bars in (holds, below, above)) == 100
    assert np.all((holds.y0 <= 1) & (holds.y1 >= 1))
    assert len(below.y1)
    assert np.all(below.y1 < 1)
    assert np.all(above.y0 > 1)
    assert [points.symbol for points in of_kind(scene, Points)] == ["circle", "triangle-down", "triangle-up"]
    (truth,) = of_kind(scene, Marks)
    assert truth.at[0] == promises.bars("Gaussian", "exponential", 10).mean == 1
    share = 100 * promises.held("Gaussian", "exponential", 10)
    assert f"{share:.0f}\u00a0% hold the true mean" in scene.sentence


def test_bars_that_are_far_too_long_fit_the_axis():
    """The exponential bars of a bell reach beyond its values, and half of them still end within the picture."""
    scene = slides.hundred(10, "bell curve", "exponential")
    made = promises.bars("exponential", "bell curve", 10)
    assert scene.y.high == pytest.approx(np.median(made.high))
    assert scene.y.low == pytest.approx(np.median(made.low))


def test_shares_are_those_of_the_notebook():
    """The bold line is the chosen interval's, and the dot stands at its share."""
    scene = slides.shares("exponential", "bootstrap-t")
    bold = max(of_kind(scene, Line), key=lambda line: line.width)
    assert bold.name == "bootstrap-t"
    (dot,) = of_kind(scene, Points)
    assert dot.y[0] == pytest.approx(100 * promises.held("bootstrap-t", "exponential", 10))


def test_studies_are_sorted_into_those_that_hold_and_those_that_miss():
    """A dot for each of a thousand studies; a bar misses if and only if its mean lies further off than it reaches."""
    holds, misses = of_kind(slides.together(10, "exponential"), Points)
    assert len(holds.x) + len(misses.x) == 1000
    assert np.all(np.abs(holds.x - 1) <= holds.y + 1e-6)
    assert np.all(np.abs(misses.x - 1) > misses.y - 1e-6)


def test_slips_are_those_of_the_notebook_and_large():
    """As many dots as slips, no legend, and the middle of the means once there are enough."""
    values, picks = np.arange(10.0), np.random.default_rng(0).integers(10, size=(100, 10))
    first, last = slides.slips(values, picks, "excess", (1, 100))
    (drawn,) = first.rows[0]
    dots = [points for points in of_kind(drawn, Points) if points.symbol == "circle"]
    np.testing.assert_allclose(np.sort(dots[0].x), np.sort(values[picks[0]]))
    assert not any(layer.name for board in (first, last) for scene in board.scenes() for layer in scene.layers)
    low, _ = np.quantile(values[picks].mean(axis=1), [0.025, 0.975])
    assert first.sentence == "1 study."
    assert f"between {low:.3g}" in last.sentence


def test_the_pile_of_t_holds_every_study():
    """The boxes are as high as there are studies, and the middle 95 % ends at its quantiles."""
    t = stats.t(9).rvs(size=1000, random_state=0)
    scene = slides.studentised(t)
    (boxes,) = of_kind(scene, Polygons)
    assert boxes.y.reshape(-1, 4).max(axis=1).sum() == 1000
    np.testing.assert_allclose(of_kind(scene, Marks)[1].at, np.quantile(t, [0.025, 0.975]), rtol=1e-6)


def test_stars_stand_below_the_level_and_holms_line_is_what_p_values_must_pass():
    """Two of four are below 0.05; only the first is below its step of Holm's line."""
    scene = slides.many([0.5, 0.001, 0.04, 0.9])
    plain, stars = of_kind(scene, Points)
    np.testing.assert_allclose(stars.y, [0.001, 0.04], rtol=1e-6)
    np.testing.assert_allclose(plain.y, [0.5, 0.9], rtol=1e-6)
    _, holm = of_kind(scene, Line)
    np.testing.assert_allclose(np.ravel(holm.y), 0.05 / np.array([4, 3, 2, 1]), rtol=1e-6)
    assert scene.sentence == "4 comparisons, 2 P-values below 0.05; after Holm 1."


def test_power_is_told_as_studies_of_ten():
    """A dot for each number of batches, ten times the share high, with its number beside it."""
    scene = slides.power({5: 0.12, 32: 0.81})
    (dots,) = of_kind(scene, Points)
    np.testing.assert_allclose(dots.y, [1.2, 8.1], rtol=1e-6)
    (words,) = of_kind(scene, Text)
    assert list(words.text) == ["1", "8"]
