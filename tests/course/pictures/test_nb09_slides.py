"""The pictures of the talk of notebook 09 show what they say, by counts that need no picture."""

import math
from itertools import permutations

import numpy as np
import pytest

from hpo_tutor import designs
from hpo_tutor.course.pictures.intervals import Row
from hpo_tutor.course.pictures.nb09 import slides
from hpo_tutor.course.pictures.nb09.balls import Inflation
from hpo_tutor.course.pictures.nb09.voxels import judge
from hpo_tutor.designs.saturation import stages
from hpo_tutor.scenes.layers import Circles, Heatmap, Points, Polygons, Segments, Text
from hpo_tutor.scenes.looks import RED, style
from hpo_tutor.scenes.stage import Axis


def layers(scene, kind):
    """The layers of one kind, from the bottom up."""
    return [layer for layer in scene.layers if isinstance(layer, kind)]


def test_designs_in_a_row_keep_their_points_and_cast_their_shadows():
    """Each design is moved to the right as a whole; its shadows stand at its own coordinates; its discs just touch."""
    some = {name: designs.make(name, 9, 2, 0) for name in ("random", "grid")}
    scene = slides.in_a_row(some, {name: style(name) for name in some}, shadows=True, discs=True)
    shown, ticks, discs = (layers(scene, kind) for kind in (Points, Segments, Circles))
    for k, points in enumerate(some.values()):
        left = k * slides.WIDER
        np.testing.assert_allclose(np.stack([shown[k].x - left, shown[k].y], axis=1), points, atol=1e-6)
        np.testing.assert_allclose(ticks[2 * k].x0, points[:, 0] + left, atol=1e-6)
        np.testing.assert_allclose(ticks[2 * k + 1].y0, points[:, 1], atol=1e-6)
        nearest = min(math.dist(p, q) for i, p in enumerate(points) for q in points[:i])
        radius = discs[k].radius[0] * (scene.x.high - scene.x.low)
        assert 2 * radius == pytest.approx(nearest, rel=1e-5)
    assert scene.aspect == pytest.approx((scene.y.high - scene.y.low) / (scene.x.high - scene.x.low))
    assert not layers(slides.in_a_row(some, dict.fromkeys(some, style("random")), shadows=False), Segments)


def test_boards_that_are_nearly_a_diagonal_are_counted_and_red():
    """NumPy's own correlation finds the same boards of five rooks, and as many are drawn in red."""
    rows, steep = slides.sloping(5)
    assert {tuple(row) for row in rows.tolist()} == set(permutations(range(5)))
    r = np.array([np.corrcoef(range(5), row)[0, 1] for row in rows])
    np.testing.assert_array_equal(steep, np.abs(r) > 0.7 - 1e-6)
    scene = slides.all_boards(5)
    red, grey = layers(scene, Points)
    assert (red.color, len(red.x), len(grey.x)) == (RED, 5 * steep.sum(), 5 * (120 - steep.sum()))
    tiles = layers(scene, Polygons)[0]
    assert len(tiles.x) == 4 * steep.sum()


def test_the_disc_that_waits_is_as_large_as_the_others():
    """All discs have one radius, and in the units of the axes it is half the diameter."""
    points = np.random.default_rng(0).random((5, 2))
    there, waiting = layers(slides.full(points, 0.3), Circles)
    assert set(np.round(there.radius, 6)) == set(np.round(waiting.radius, 6))
    scene = slides.full(points, 0.3)
    assert waiting.radius[0] * (scene.x.high - scene.x.low) == pytest.approx(0.15)
    assert str(len(points)) in scene.sentence


def test_bare_pictures_say_as_much_as_those_of_the_notebook():
    """The stages keep their sentences; the voxel keeps its verdict; neither has a legend or ticks."""
    found = list(stages(0.3, 2, seed=0))
    boards = slides.proof(found, 0.3)
    for stage, board in zip(found, boards, strict=True):
        assert f"{len(stage.points)} points" in board.sentence
    assert [("proved" in board.sentence) for board in boards] == [stage.saturated for stage in found]
    inflation = Inflation([0.3, 0.4], 9)
    assert slides.inflated(inflation, 0.4).sentence == inflation.scene(0.4).sentence
    for scene in (*boards[0].scenes(), slides.voxel(0.38, 0.3, 0.14)):
        assert not any(layer.name for layer in scene.layers)
        assert scene.x.ticks == scene.y.ticks == ()
    for at in ((0.38, 0.3), (0.5, 0.24)):
        kept = not judge(slides.voxels.TWO, slides.voxels.TWO_D, np.array(at), 0.14).discarded
        assert ("kept" in slides.voxel(*at, 0.14).title) == kept
    board = slides.rooks(4, ((0, 0), (0, 2)))
    assert "Rook a1 takes a3" in board.sentence


def test_a_crowd_holds_every_point_where_it_lies():
    """The counts sum to the points, and those in the lower right corner are counted there."""
    runs = {"walls": [np.array([[0.99, 0.01], [0.98, 0.02]]), np.array([[0.5, 0.5]])]}
    (scene,) = slides.crowd(runs).scenes()
    (counts,) = layers(scene, Heatmap)
    assert counts.z.sum() == 3
    assert counts.z[0, -1] == 2


@pytest.mark.parametrize("edges", [True, False])
def test_what_lies_outside_is_the_share_that_simulation_finds(edges):
    """Random places of the cells of a lattice lie outside the square as often as the share says."""
    at = np.linspace(0, 1, 4) if edges else (np.arange(4) + 0.5) / 4
    places = np.random.default_rng(0).uniform(-0.5, 0.5, (40_000, 2)) * (at[1] - at[0])
    places += np.random.default_rng(1).choice(at, (40_000, 2))
    simulated = np.mean(np.any((places < 0) | (places > 1), axis=1))
    assert slides.outside(4, edges) == pytest.approx(simulated, abs=0.01)
    share = slides.outside(4, True)
    assert f"{100 * share:.0f}\u00a0%" in next(slides.cells(4).scenes()).title


def test_a_standing_is_sorted_and_its_intervals_are_two_errors_wide():
    """The best stands on top; an axis that is too short is refused, in words."""
    rows = [Row("grid", 10.0, 2.0, style("grid")), Row("rooks", -5.0, 1.0, style("lhs"))]
    scene = slides.standings(slides.best_first(rows), Axis("loss (%)", -10, 20), "random points")
    best, worst = layers(scene, Points)
    assert (best.x[0], worst.x[0]) == (-5, 10)
    assert best.y[0] > worst.y[0]
    bars = [bar for bar in layers(scene, Segments) if bar.width == 6]
    np.testing.assert_allclose([(bar.x0[0], bar.x1[0]) for bar in bars], [(-7, -3), (6, 14)])
    assert [text.text[0] for text in layers(scene, Text)] == ["random points: 0", "rooks", "grid"]
    assert scene.sentence.index("rooks") < scene.sentence.index("grid")
    with pytest.raises(ValueError, match="widen it"):
        slides.standings(rows, Axis("loss (%)", -10, 12), "random points")
