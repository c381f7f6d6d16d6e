"""The pictures of notebook 09 show what they say: numbers in their scenes, not pixels."""

import itertools

import numpy as np
import pytest
from scipy.spatial.distance import cdist, pdist
from scipy.stats import qmc

from hpo_tutor import designs
from hpo_tutor.course.pictures.nb09 import balls, discs, measures, rooks, voxels
from hpo_tutor.designs.saturation import stages
from hpo_tutor.scenes.layers import Circles, Polygons, Segments
from hpo_tutor.scenes.looks import RED


def named(scene, name):
    """The layer of a scene whose name begins so."""
    return next(layer for layer in scene.layers if layer.name.startswith(name))


def corners(layer):
    """The polygons of a layer, (n, corners, 2)."""
    return np.stack([layer.x, layer.y], axis=-1).reshape(-1, layer.corners, 2)


def wrapped_distances(points):
    """All distances of two points on a square that is joined to itself, (n (n - 1) / 2,)."""
    copies = [points + np.array([i, j]) for i, j in itertools.product((-1, 0, 1), repeat=2)]
    table = np.min([cdist(points, copy) for copy in copies], axis=0)
    return table[np.triu_indices(len(points), 1)]


# --- rooks ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(10))
def test_rooks_in_a_line_are_counted(seed):
    """On each axis there are as many pairs as rooks minus different levels, and no piece stands between the two."""
    rng = np.random.default_rng(seed)
    squares = list(itertools.product(range(6), repeat=2))
    standing = [squares[k] for k in rng.choice(36, rng.integers(1, 15), replace=False)]
    found = rooks.clashes(standing)
    for axis in (0, 1):
        pairs = [clash for clash in found if clash.axis == axis]
        assert len(pairs) == len(standing) - len({rook[axis] for rook in standing})
        for one, other, _ in pairs:
            assert one[axis] == other[axis]
            low, high = sorted((one[1 - axis], other[1 - axis]))
            assert not any(rook[axis] == one[axis] and low < rook[1 - axis] < high for rook in standing)


def test_a_conflict_is_named_and_drawn():
    """Rooks b3 and b6 try one learning rate: a red line joins them, both are red, and the third one is not."""
    scene = rooks.board(6, ((1, 2), (1, 5), (3, 0)))
    assert "Rook b3 takes b6: both try learning rate b." in scene.sentence
    assert "learning rate 2 of 6; penalty 3 of 6" in scene.sentence
    line = named(scene, "they take each other")
    np.testing.assert_allclose(np.ravel([line.x0, line.y0, line.x1, line.y1]), [1.5, 2.5, 1.5, 5.5])
    assert line.color == RED
    taken = corners(named(scene, "rook that another"))
    np.testing.assert_allclose(taken.mean(axis=1)[:, 0], 1.5, atol=0.01)
    assert len(taken) == 2
    assert len(corners(named(scene, "rook"))) == 1
    assert "penalty 3." in rooks.told(6, ((0, 2), (4, 2)))


def test_shadows_show_levels_that_are_tried():
    """Three rooks in two columns and three rows: two cells below the board, one counted twice, and three beside it."""
    scene = rooks.board(5, ((0, 0), (0, 3), (2, 4)))
    single = np.concatenate([corners(layer) for layer in scene.layers if layer.name == "level tried"])
    several = np.concatenate([corners(layer) for layer in scene.layers if layer.name == "level tried several times"])
    below = single[single[:, :, 1].max(axis=1) < 0]
    beside = single[single[:, :, 0].max(axis=1) < 0]
    np.testing.assert_allclose(np.sort(below.mean(axis=1)[:, 0]), [2.5])
    np.testing.assert_allclose(np.sort(beside.mean(axis=1)[:, 1]), [0.5, 3.5, 4.5])
    np.testing.assert_allclose(several.mean(axis=1)[:, 0], [0.5])
    assert any(getattr(layer, "text", ()) == ("2 x",) for layer in scene.layers)


def test_a_click_places_a_rook_and_takes_it_away():
    """Inside a square; beside the board nothing happens, and rooks beyond a smaller board are kept for later."""
    bench = rooks.bench("")
    bench.click(0, 1.2, 2.9)
    bench.click(0, 4.99, 0.01)
    assert bench.values["rooks"] == ((1, 2), (4, 0))
    bench.click(0, -0.5, 2.5)
    bench.click(0, 5.5, 2.5)
    assert bench.values["rooks"] == ((1, 2), (4, 0))
    bench.click(0, 1.9, 2.1)
    assert bench.values["rooks"] == ((4, 0),)
    bench.set(n=4)
    assert "An empty board" in bench.picture.sentence
    bench.set(n=8)
    assert "1 rook, and none takes another" in bench.picture.sentence


@pytest.mark.parametrize("n", [4, 8])
def test_the_buttons_fill_the_board(n):
    """The diagonal is free of conflicts and has correlation 1; each random board is free of them, and another one."""
    bench = rooks.bench("")
    bench.set(n=n)
    bench.act("Surprise me")
    assert "each level of both is tried exactly once. Correlation of the two: 1.00." in bench.picture.sentence
    drawn = set()
    for _ in range(5):
        bench.act("Draw a board")
        assert "none takes another: each level" in bench.picture.sentence
        drawn.add(bench.values["rooks"])
    assert len(drawn) > 2
    bench.act("Take all away")
    assert bench.values["rooks"] == ()


# --- darts ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wrapped", [True, False])
def test_kept_darts_keep_their_distance_and_missed_ones_had_no_room(wrapped):
    """Against all distances: kept ones are D apart, and each miss lies nearer than D to a point kept before it."""
    darts, hits = discs.throw(np.random.default_rng(3).random((300, 2)), 0.2, wrapped)
    distances = wrapped_distances if wrapped else pdist
    assert distances(darts[hits]).min() >= 0.2
    for k in np.flatnonzero(~hits):
        before = darts[:k][hits[:k]]
        assert distances(np.vstack([before, darts[k]])).min() < 0.2


def test_the_free_share_is_what_discs_leave():
    """One point, joined: 1 - pi D^2, wherever it is; with walls and in a corner: a quarter of that is taken."""
    corner = np.array([[0.0, 0.0]])
    assert discs.free_share(corner, 0.3, True) == pytest.approx(1 - np.pi * 0.09, abs=2e-3)
    assert discs.free_share(corner + 0.37, 0.3, True) == pytest.approx(1 - np.pi * 0.09, abs=2e-3)
    assert discs.free_share(corner, 0.3, False) == pytest.approx(1 - np.pi * 0.09 / 4, abs=2e-3)
    assert discs.free_share(np.empty((0, 2)), 0.3, True) == 1


def test_the_free_share_is_the_chance_of_a_hit():
    """40,000 further darts hit as often as the picture says."""
    darts = discs.Darts(0.2, seed=1)
    board = darts.scene(10, "walls")
    kept = named(next(board.scenes()), "point that is kept")
    points = np.stack([kept.x, kept.y], axis=-1)
    hit = np.mean(cdist(np.random.default_rng(5).random((40_000, 2)), points).min(axis=1) >= 0.2)
    said = float(board.sentence.split("kept. ")[1].split("\u00a0")[0]) / 100
    assert said == pytest.approx(hit, abs=4 * np.sqrt(hit * (1 - hit) / 40_000) + 1e-3)


def test_discs_are_drawn_with_diameter_and_forbidden_zone():
    """A disc has the radius D/2, the zone D; what leaves a joined square on one side comes in on the other."""
    scene = next(discs.Darts(0.16).scene(32, "joined").scenes())
    disc, zone = named(scene, "disc of"), named(scene, "no centre here")
    np.testing.assert_allclose(disc.radius, 0.08, rtol=1e-6)
    np.testing.assert_allclose(zone.radius, 0.16, rtol=1e-6)
    kept = named(scene, "point that is kept")
    assert len(disc.x) > len(kept.x)
    inside = (disc.x >= 0) & (disc.x <= 1) & (disc.y >= 0) & (disc.y <= 1)
    assert inside.sum() == len(kept.x)
    assert set(np.round(disc.x[~inside] % 1, 4)) <= set(np.round(kept.x, 4))


# --- voxels ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(30))
def test_a_voxel_is_judged_by_its_farthest_corner(seed):
    """Against all four corners and both points: covered by one of them, or not; the cautious test never says more."""
    rng = np.random.default_rng(seed)
    low, side = rng.uniform(0.1, 0.7, 2), rng.uniform(0.02, 0.2)
    one = voxels.judge(voxels.TWO, voxels.TWO_D, low, side)
    table = cdist(voxels.squares(low[None], side), voxels.TWO)
    assert one.reach == pytest.approx(table.max(axis=0).min())
    assert one.nearest == np.argmin(table.max(axis=0))
    assert np.linalg.norm(one.corner - voxels.TWO[one.nearest]) == pytest.approx(one.reach)
    assert one.discarded == (table.max(axis=0).min() < voxels.TWO_D)
    assert one.by_centre <= one.discarded <= one.together


def test_between_two_points_there_is_no_room_and_no_proof():
    """The place that the notebook names: kept, though the two together leave no room; a quarter of it may go."""
    board = voxels.voxel(0.46, 0.42, 0.14)
    assert "kept" in board.sentence
    assert "leave no room in it" in board.sentence
    parts = [
        voxels.judge(voxels.TWO, voxels.TWO_D, np.array([0.46, 0.42]) + shift, 0.07) for shift in ([0, 0], [0.07, 0.07])
    ]
    assert all(part.discarded for part in parts)


def test_the_line_leads_to_the_farthest_corner():
    """Its length is the distance in the sentence, and where the tests differ the sentence says so."""
    seen = set()
    for x, y in itertools.product(np.linspace(0.02, 0.82, 21), np.linspace(0.1, 0.74, 17)):
        board = voxels.voxel(x, y, 0.14)
        line = named(next(board.scenes()), "to its farthest")
        assert isinstance(line, Segments)
        length = np.hypot(line.x1 - line.x0, line.y1 - line.y0)[0]
        assert float(board.sentence.split("corner: ")[1].split(" ")[0]) == pytest.approx(length, rel=5e-3)
        assert named(next(board.scenes()), "voxel").name.split(", ")[1] in board.sentence
        seen.add(("thrown away" in board.sentence, "By its centre it would be kept" in board.sentence))
    assert seen == {(True, True), (True, False), (False, False)}


@pytest.mark.parametrize("wrapped", [True, False])
def test_stages_end_with_the_proof(wrapped):
    """Voxels cover what the sentence says, until none is left; the frame is the part that is enlarged."""
    found = list(stages(0.2, 2, seed=0, periodic=wrapped))
    window = np.array([0.3, 0.5])
    for k, stage in enumerate(found):
        board = voxels.staged(found, k, 0.2, wrapped, window)
        whole, near = board.scenes()
        left = named(whole, "voxel")
        assert isinstance(left, Polygons)
        assert len(corners(left)) == len(stage.voxels)
        if stage.saturated:
            assert "No voxel is left" in board.sentence
        else:
            area = np.prod(np.ptp(corners(left), axis=1), axis=1).sum()
            said = float(board.sentence.split("are left, ")[1].split("\u00a0")[0])
            assert said == pytest.approx(100 * area, rel=0.01)
        assert near.x.high - near.x.low == pytest.approx(voxels.ZOOM)
        zoomed, plain = named(near, "disc of"), named(whole, "disc of")
        np.testing.assert_allclose(zoomed.radius * voxels.ZOOM, plain.radius, rtol=1e-5)
    assert found[-1].saturated


# --- inflated -------------------------------------------------------------------------------------------------------


def test_inflated_discs_do_not_overlap_and_are_counted():
    """At each diameter; the largest with at least N is the last one for which the picture shows N green ones."""
    inflation = balls.Inflation([0.12, 0.16, 0.2, 0.3], 20)
    for diameter in inflation.diameters:
        points = inflation.packed[diameter]
        assert wrapped_distances(points).min() >= diameter
        board = inflation.scene(diameter)
        assert f"{len(points)} discs, then no more fits" in board.sentence
        green = named(next(board.scenes()), "the first 20")
        inside = (green.x >= 0) & (green.x <= 1) & (green.y >= 0) & (green.y <= 1)
        assert inside.sum() == min(20, len(points))
    enough = [d for d in inflation.diameters if len(inflation.packed[d]) >= 20]
    assert inflation.largest == max(enough)


@pytest.mark.parametrize(("azimuth", "tilt"), [(24, -16), (0, 0), (-48, 40)])
def test_balls_touch_and_nearer_ones_are_drawn_later(azimuth, tilt):
    """Two of the balls just touch; of any two that overlap on the screen the one nearer to the eye comes later."""
    board = balls.cube("random", 27, azimuth, tilt)
    scene, shadows = board.scenes()
    layer = next(layer for layer in scene.layers if isinstance(layer, Circles))
    points = balls.cubed("random", 27)
    diameter = pdist(points).min()
    assert len(layer.x) == 3 * 27
    panel = scene.x.high - scene.x.low
    np.testing.assert_allclose(layer.radius[::3] * panel, diameter / 2 * 100, rtol=1e-4)
    eye = np.radians([azimuth, tilt])
    towards = np.array([-np.sin(eye[0]) * np.cos(eye[1]), -np.cos(eye[0]) * np.cos(eye[1]), -np.sin(eye[1])])
    order = np.argsort((points - 0.5) @ towards)
    right = np.array([np.cos(eye[0]), -np.sin(eye[0]), 0.0])
    np.testing.assert_allclose(layer.x[::3], 100 * (points[order] - 0.5) @ right, atol=1e-3)
    assert sum(isinstance(layer, Segments) for layer in shadows.layers) == 3
    said = float(board.sentence.split("together are ")[1].split("\u00a0")[0])
    assert said == pytest.approx(2700 * np.pi / 6 * diameter**3, rel=0.01)


def test_the_grid_shows_three_values_on_each_axis():
    """And the Latin hypercube all 27."""
    for name, count in (("grid-midpoints", 3), ("lhs", 27)):
        texts = next(
            layer.text for layer in list(balls.cube(name, 27, 0, 0).scenes())[1].layers if hasattr(layer, "text")
        )
        assert texts == tuple(f"{parameter}: {count} values" for parameter in balls.PARAMETERS)


# --- measures -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["random", "grid", "lhs", "sobol"])
@pytest.mark.parametrize("n", [4, 25])
def test_the_hole_is_the_farthest_place(name, n):
    """No place of a fine grid, walls and corners among them, is farther from its nearest point."""
    points = designs.make(name, n, 2, 3)
    place = measures.hole(points)
    at = np.linspace(0, 1, 201)
    places = np.stack(np.meshgrid(at, at), axis=-1).reshape(-1, 2)
    farthest = cdist(places, points).min(axis=1).max()
    reach = cdist([place], points).min()
    assert farthest <= reach + 1e-9 <= farthest + 0.01
    assert measures.largest_hole(points).value == pytest.approx(reach)


@pytest.mark.parametrize("name", ["random", "lhs", "grid-midpoints"])
def test_the_largest_box_is_empty_and_as_large_as_said(name):
    """No point inside, its area is the value, and no box between the coordinates of points is larger."""
    points = designs.make(name, 9, 2, 1)
    drawn = measures.largest_box(points)
    box = corners(drawn.layers[0])[0].astype(float)
    low, high = box.min(axis=0), box.max(axis=0)
    assert not np.any(np.all((points > low + 1e-6) & (points < high - 1e-6), axis=1))
    assert drawn.value == pytest.approx(np.prod(high - low), rel=1e-5)
    lines = [np.unique([0, 1, *axis]) for axis in points.T]
    for (x0, x1), (y0, y1) in itertools.product(*(itertools.combinations(line, 2) for line in lines)):
        if not np.any((points[:, 0] > x0) & (points[:, 0] < x1) & (points[:, 1] > y0) & (points[:, 1] < y1)):
            assert (x1 - x0) * (y1 - y0) <= drawn.value + 1e-9


def test_the_nearest_pair_is_the_nearest():
    """The line is as long as the smallest of all distances, and so wide are the discs."""
    points = designs.make("random", 30, 2, 2)
    drawn = measures.nearest_pair(points)
    circles, line = drawn.layers
    assert drawn.value == pytest.approx(pdist(points).min())
    assert np.hypot(line.x1 - line.x0, line.y1 - line.y0)[0] == pytest.approx(drawn.value, rel=1e-4)
    np.testing.assert_allclose(2 * circles.radius, drawn.value, rtol=1e-5)


def test_the_uneven_box_holds_what_is_said():
    """Counted again; it reaches a corner of the square; no box of another 200 places is more uneven by much."""
    points = designs.make("random", 25, 2, 4)
    low, high, inside = measures.uneven_box(points)
    assert inside == np.sum(np.all((points >= low) & (points <= high), axis=1))
    assert np.all((low == 0) | (high == 1))
    worst = abs(inside / 25 - np.prod(high - low))
    for place in np.random.default_rng(0).random((200, 2)):
        corner = np.round(place)
        box = np.sort([place, corner], axis=0)
        share = np.mean(np.all((points >= box[0]) & (points <= box[1]), axis=1))
        assert abs(share - np.prod(box[1] - box[0])) <= worst + 0.02
    assert measures.most_uneven_box(points).value == pytest.approx(np.sqrt(qmc.discrepancy(points)))


@pytest.mark.parametrize("look_at", list(measures.MEASURES))
def test_the_gallery_says_who_is_best(look_at):
    """By the values that stand below the designs, and in the direction that is better."""
    board = measures.gallery(9, look_at, ("grid-midpoints", "random", "lhs"))
    values = {scene.title: float(scene.x.label.split(";")[0]) for scene in board.scenes()}
    best = (max if measures.MEASURES[look_at].larger else min)(values, key=values.__getitem__)
    assert f"best here: {best}" in board.sentence
    assert ("Larger" in board.sentence) == (look_at in ("nearest pair", "shadows"))
