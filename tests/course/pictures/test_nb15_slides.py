"""The pictures of the talk of notebook 15 show the numbers they were given, in few words and large."""

import numpy as np
import pytest

from hpo_tutor.course.pictures import nb15
from hpo_tutor.course.pictures.nb15 import areas, slides
from hpo_tutor.problems.tasks.reconstructions import Rebuilt
from hpo_tutor.scenes.layers import Heatmap, Line, Points, Polygons, Segments, Text
from hpo_tutor.scenes.ticks import MINUS
from hpo_tutor.trials import History, Trial

POINTS = np.array([[4.0, 100.0], [3.0, 1000.0], [3.5, 2000.0], [2.0, 10000.0], [5.0, 20000.0]])  # 0, 1 and 3: the front


def of_kind(scene, kind):
    """The layers of a scene that are of this kind."""
    return [layer for layer in scene.layers if isinstance(layer, kind)]


def named(scene, name):
    """The layer that the legend calls so."""
    return next(layer for layer in scene.layers if getattr(layer, "name", "") == name)


def test_the_puzzle_does_not_tell_who_is_dominated():
    """Eight points of one look, each with its letter above it."""
    scene = slides.crowd()
    (points,), (letters,) = of_kind(scene, Points), of_kind(scene, Text)
    assert len(points.x) == len(letters.text) == 8
    for x, y, letter in zip(points.x, points.y, letters.text, strict=True):
        assert areas.MODELS[letter] == pytest.approx((x, y))
    assert np.all(letters.y > points.y)


def test_few_words_count_who_dominates():
    """Over the whole lattice, as brute force counts them; the picture is the notebook's."""
    models = np.array(list(areas.MODELS.values()))
    for x in areas.OPERATIONS:
        for y in areas.ERRORS:
            mine = np.array([x, y])
            over = int(((mine <= models).all(axis=1) & (mine < models).any(axis=1)).sum())
            under = int(((models <= mine).all(axis=1) & (models < mine).any(axis=1)).sum())
            told = slides.stood(x, y).sentence
            assert f"It dominates: {over}. Dominated by: {under}." in told


def test_a_cloud_has_its_front_as_stairs():
    """Stairs pass through all points of the front, by operations, and never rise."""
    scene = slides.cloud(POINTS)
    (stairs,), front = of_kind(scene, Line), named(scene, "on the front")
    np.testing.assert_allclose(front.x, [100, 1000, 10000])
    np.testing.assert_allclose(np.ravel(stairs.y), [4, 4, 3, 3, 2][: len(stairs.x)])
    assert np.all(np.diff(stairs.x) >= 0)
    assert scene.sentence == "3 of 5 encoders are on the front."
    assert not of_kind(scene, Polygons)


def test_a_plain_code_strikes_out_what_it_dominates():
    """Its corner reaches over all points that are no better in either; their share is told."""
    scene = slides.cloud(POINTS, (2.5, 500.0))
    (corner,) = of_kind(scene, Polygons)
    inside = (POINTS[:, 1] > corner.x.min()) & (POINTS[:, 0] > corner.y.min())
    assert list(inside) == [False, True, True, False, True]
    assert corner.x.max() >= POINTS[:, 1].max()
    assert corner.y.max() >= POINTS[:, 0].max()
    assert scene.sentence == "The linear code: 500 operations, rmse 2.50. It beats 60 %."
    assert slides.cloud(POINTS, (1.0, 500.0)).y.low < 1.0


def test_pictures_come_back_in_few_words():
    """The pictures are those of the notebook's slider; numbers of the model and of the linear code are told."""
    originals = np.arange(2 * 64, dtype=float).reshape(2, 8, 8) % 16
    rebuilt = Rebuilt(originals, np.stack([originals - 1, originals + 2]), np.array([1.04, 2.0]))
    linear = Rebuilt(originals, originals[None] + 3, np.array([3.0]))
    scene = slides.gave_back(1, POINTS, [0, 3], rebuilt, linear)
    assert scene.sentence == "10,000 operations: rmse 2.0. Linear code, 512: 3.0."
    (canvas,) = of_kind(scene, Heatmap)
    np.testing.assert_allclose(canvas.z[-8:, :8], originals[0][::-1])
    assert {"2.0", "3.0"} == {word for text in of_kind(scene, Text) for word in text.text}


@pytest.mark.parametrize("reference", areas.REFERENCES)
@pytest.mark.parametrize("way", areas.WAYS)
def test_sums_of_rectangles_are_told(way, reference):
    """Whole rectangles are told with the true area beside them, which a fine lattice of dots counts again."""
    models = np.array(list(areas.MODELS.values()))
    for n in range(len(models) + 1):
        scene = slides.counted(n, way, reference)
        x, y = np.meshgrid(np.arange(0.05, reference[0], 0.1), np.arange(0.05, reference[1], 0.1))
        dots = [(x > a) & (y > b) for a, b in models[:n]]
        area = 0.01 * np.any(dots, axis=0).sum() if n else 0.0
        assert float(scene.sentence.rstrip(".").split()[-1]) == pytest.approx(area, abs=0.01)
        assert not scene.title


def test_halves_are_measured_up_to_the_reference():
    """Areas in decades times loss, by hand; who lies above the reference has no part in its shade."""
    front = np.array([[4.0, 10.0], [3.0, 100.0], [2.0, 1000.0], [1.0, 10000.0]])
    scene = slides.halves(front, 5.0, (5.0, 5.0))
    assert scene.sentence == "Reference at rmse 5. Areas: frugal 7.0, good 7.0."
    assert [shade.x.min() for shade in of_kind(scene, Polygons)] == pytest.approx([10, 1000])
    lower = slides.halves(front, 2.5, (5.0, 5.0))
    assert lower.sentence == "Reference at rmse 2.5. Areas: frugal 0.0, good 2.0."
    (shade,) = of_kind(lower, Polygons)
    assert shade.y.max() == 2.5
    for drawn in (*of_kind(scene, Polygons), shade):  # its outline encloses what is told, on the logarithmic axis
        x, y = np.log10(np.asarray(drawn.x, dtype=float)), np.asarray(drawn.y, dtype=float)
        enclosed = abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1))) / 2
        assert enclosed == pytest.approx(2.0 if drawn is shade else 7.0, rel=1e-4)


def test_growing_fronts_tell_their_area():
    """Few words have the number of models on the front, and the area of the notebook's picture."""
    trials = [
        Trial(k, {}, 0, losses=(loss, count), state="complete") for k, (loss, count) in enumerate(POINTS.tolist())
    ]
    growth = nb15.Growth({"random": History(trials)}, reference=(1e5, 6.0))
    picture = slides.grown(growth)
    assert picture("random", 1).sentence == "random, 1 trial: 1 on the front, area 6.0."  # 3 decades, 2 grey levels
    assert picture("random", 5).sentence.startswith("random, 5 trials: 3 on the front")
    assert not picture("random", 5).title
    legend = {layer.name for layer in picture("random", 5).layers if getattr(layer, "name", "")}
    assert legend == {"newest trial", "dominated by now", "reference"}


def test_a_race_has_its_means_and_intervals():
    """Differences seed by seed, with two standard errors; an interval beyond the axis is refused."""
    own, others = np.array([1.0, 2.0, 3.0]), np.array([2.0, 2.5, 4.5])
    gaps = own - others
    of = {"mine": (own, others, "gp")}
    scene = slides.ahead(of, (-3.0, 1.0), ("it", "random"), "regret")
    half = 2 * gaps.std(ddof=1) / 3**0.5
    (bar,) = of_kind(scene, Segments)
    np.testing.assert_allclose([bar.x0[0], bar.x1[0]], [gaps.mean() - half, gaps.mean() + half], rtol=1e-5)
    assert f"mine: {MINUS}1.00 ± {half:.2f}" in scene.sentence
    with pytest.raises(ValueError, match="widen it"):
        slides.ahead(of, (-1.0, 1.0), ("it", "random"), "regret")


def test_the_largest_share_is_on_top():
    """Each search is a dot, in per cent; rows rise with their means."""
    scores = {"A": [0.7, 0.8, 0.9], "B": [0.9, 1.0, 0.95]}
    scene = slides.won(scores, {"A": "gp", "B": "ParEGO"})
    (names,) = of_kind(scene, Text)
    assert list(names.text) == ["A", "B"]
    assert names.y[1] > names.y[0]
    dots = [points for points in of_kind(scene, Points) if len(points.x) == 3]
    np.testing.assert_allclose([np.mean(some.x) for some in dots], [80, 95], rtol=1e-5)
    assert scene.sentence.startswith(
        "Per cent of the area, mean ± two standard errors: B 95 ± 6; A 80 ± 12"
    )  # 2 * 5 / 3**0.5, and twice that
    assert scene.x.low < names.x.min()
    assert scene.x.high > 100


def test_luck_is_drawn_as_a_rise():
    """A line from each old loss to its new one, and the mean of them in words."""
    old, new = np.array([4.0, 3.0, 2.0]), np.array([4.25, 3.25, 2.25])
    scene = slides.risen(old, new, [10.0, 100.0, 1000.0])
    (rises,) = of_kind(scene, Segments)
    np.testing.assert_allclose(rises.y1 - rises.y0, 0.25)
    np.testing.assert_allclose(named(scene, "mean of its two others").y, new)
    assert "0.25 higher" in scene.sentence
    assert scene.y.low < 2.0 < 4.25 < scene.y.high
