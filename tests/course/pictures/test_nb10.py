"""The pictures of notebook 10 show what they say: numbers in their scenes, not pixels."""

import re
from collections import defaultdict
from itertools import combinations

import numpy as np
import pytest

from hpo_tutor import designs
from hpo_tutor.course.pictures import nb10
from hpo_tutor.course.pictures.nb10 import bodies, grown, lines, picks, tiles
from hpo_tutor.designs.multigrid import Multigrid, star
from hpo_tutor.scenes.layers import Line, Points, Polygons
from hpo_tutor.scenes.looks import channels_of
from hpo_tutor.scenes.solids import turned

FAMILIES = ("2", "3", "5")


def of_kind(scene, kind):
    """The layers of a scene that are of this kind."""
    return [layer for layer in scene.layers if isinstance(layer, kind)]


def shapes(scene):
    """All polygons with four corners of a scene, (m, 4, 2)."""
    found = [
        np.column_stack([layer.x, layer.y]).reshape(-1, 4, 2)
        for layer in of_kind(scene, Polygons)
        if layer.corners == 4
    ]
    return np.concatenate(found)


def inside(polygons, place):
    """Which convex polygons (m, k, 2) hold a place, (m,)."""
    ahead = np.roll(polygons, -1, axis=1)
    (x, y), (to_x, to_y) = np.moveaxis(ahead - polygons, -1, 0), np.moveaxis(place - polygons, -1, 0)
    turn = x * to_y - y * to_x
    return np.all(turn > 0, axis=1) | np.all(turn < 0, axis=1)


# --- lines and tiles ------------------------------------------------------------------------------------------------


def test_tiles_over_a_place_are_counted():
    """As many as polygons hold the place: one everywhere in a patch, two where a tile is there twice, none outside."""
    rng = np.random.default_rng(3)
    patch = Multigrid(star(5, 2), rng.uniform(-0.5, 0.5, 5)).tiles(np.zeros(2), 4)
    families, lowest = (np.concatenate([rows, rows[:20]]) for rows in (patch.grids, patch.lowest))
    places = rng.uniform(-9, 9, (300, 2))
    corners = np.concatenate([patch.corners(), patch.corners()[:20]])[:, [0, 1, 3, 2]]
    wanted = [int(inside(corners, place).sum()) for place in places]
    assert {*wanted} == {0, 1, 2}
    np.testing.assert_array_equal(nb10.tiles_over(places, patch.star, families, lowest), wanted)


@pytest.mark.parametrize("families", FAMILIES)
def test_each_crossing_is_one_tile(families):
    """As many dots on the left as rhombs on the right, in the same colours; the sentence counts them."""
    left, right = nb10.duality(0.1, -0.2, families).scenes()
    dots = sum(len(layer.x) for layer in of_kind(left, Points)[:-1])
    assert dots == len(shapes(right))
    assert nb10.duality(0.1, -0.2, families).sentence.startswith(f"{dots} crossings, {dots} tiles.")


@pytest.mark.parametrize("families", FAMILIES)
def test_the_crossing_follows_the_hand(families):
    """The large dot stands at the two dials, and the framed tile has the sides of the two families."""
    left, right = nb10.duality(0.25, -0.15, families).scenes()
    dot = of_kind(left, Points)[-1]
    np.testing.assert_allclose([dot.x[0], dot.y[0]], [0.25, -0.15], atol=1e-6)
    frame = of_kind(right, Line)[-1]
    sides = np.abs(np.diff(np.column_stack([frame.x, frame.y]), axis=0)[:2])
    np.testing.assert_allclose(sorted(sides.tolist()), sorted(np.abs(star(int(families), 2)[:2]).tolist()), atol=1e-5)


def test_two_families_make_squares_that_stay():
    """Whatever is pushed, the squares are where they were."""
    first = shapes(list(nb10.duality(-0.4, 0.4, "2").scenes())[1])
    for x, y in ((0.0, 0.1), (0.4, -0.4)):
        np.testing.assert_allclose(shapes(list(nb10.duality(x, y, "2").scenes())[1]), first, atol=1e-6)


def test_a_triangle_that_closes_turns_three_rhombs_over():
    """Pushed across the place where three lines meet: the same hexagon of three tiles, whose common corner jumps."""
    outlines, middles = [], []
    for y in (0.35, 0.45):  # the third line runs through (0.1, 0.4)
        window = lines.window(3, 0.1, y)
        corners = window.corner_integers()
        here = lines.crossing_number(window)
        _, vertex = lines.smallest_triangle(lines.marked(3, 0.1, y))
        three = np.flatnonzero((corners == vertex).all(axis=2).any(axis=1))
        assert len(three) == 3
        assert here in three
        around = np.unique(corners[three].reshape(-1, 3), axis=0)
        outlines.append({tuple(row) for row in around} - {tuple(vertex)})
        middles.append(tuple(vertex))
        np.testing.assert_array_equal(np.sort(window.grids[three], axis=0), [[0, 1], [0, 2], [1, 2]])
    assert outlines[0] == outlines[1]
    assert len(outlines[0]) == 6
    assert middles[0] != middles[1]


def test_three_lines_in_one_point_are_no_trouble():
    """Where three lines meet, each place near the middle still lies in exactly one tile."""
    middle = (lines.marked(3, 0.1, 0.4).shifts + 0.5) @ star(3, 2)
    corners = lines.window(3, 0.1, 0.4).corners()[:, tiles.AROUND]
    places = middle + np.random.default_rng(0).uniform(-1, 1, (100, 2))
    assert [int(inside(corners, place).sum()) for place in places] == [1] * 100


def test_a_thick_line_is_a_row_of_tiles():
    """Neighbours along the red line share a side, which is the star vector of its family."""
    window = lines.window(5, 0.1, 0.1)
    _, right = nb10.duality(0.1, 0.1, "5").scenes()
    path = of_kind(right, Line)[0]
    assert path.color == lines.FIRST
    names = window.names()
    on_line = np.sum(((names[:, :2] == 0) & (names[:, 2:] == 0)).any(axis=1))
    assert len(path.x) == on_line > 6
    steps = np.diff(np.column_stack([path.x, path.y]), axis=0)
    assert np.all(np.linalg.norm(steps, axis=1) < 1.0)  # of neighbours; tiles one further on are more than a side away


@pytest.mark.parametrize("families", [3, 4, 5, 6, 7, 8])
def test_no_two_tiles_run_together(families):
    """Tiles that share a side have different colours, and a tile's colour is a shade of its shape's."""
    wall = grown.upright(families, 1).tiles(np.zeros(2), 9)
    colors, corners = tiles.fills(wall), wall.corner_integers()
    sides = defaultdict(list)
    for tile, (a, b, c, d) in enumerate(corners.tolist()):
        for ends in ((a, b), (a, c), (b, d), (c, d)):
            sides[tuple(map(tuple, ends))].append(tile)
    pairs = [pair for pair in sides.values() if len(pair) == 2]
    assert len(pairs) > len(wall)
    assert all(colors[one] != colors[other] for one, other in pairs)


def test_directions_can_be_told_apart():
    """The five directions of Penrose's thick rhomb are steps of lightness that one can see, from deep to pale."""
    blue = sorted(sum(channels_of(shade)) for shade in tiles.shades(5) if channels_of(shade)[2] > channels_of(shade)[0])
    assert len(blue) == 10  # two parities each
    assert blue[-1] - blue[0] > 200
    assert np.diff(blue[::2]).min() > 25


def test_shapes_have_names():
    """By their acute angle; a right one makes a square."""
    assert tiles.kind_names(star(5, 2)) == ["36° rhomb", "72° rhomb"]
    assert tiles.kind_names(star(6, 2)) == ["30° rhomb", "60° rhomb", "square"]


# --- walls ----------------------------------------------------------------------------------------------------------


def test_a_tiling_grows_from_the_middle():
    """Each frame keeps the tiles of the one before, adds the crossings that come next, and counts them."""
    frames = nb10.growth(nb10.penrose(), 200)
    before = 0
    for frame in frames:
        left, right = frame.scenes()
        n = len(shapes(right))
        assert n > before
        assert sum(len(layer.x) for layer in of_kind(left, Points)) == n
        assert frame.sentence.startswith(f"{n} crossings, {n} tiles:")
        before = n
    assert before == 200
    (_, small), (_, large) = frames[4].scenes(), frames[5].scenes()
    assert large.layers[: len(small.layers)] == small.layers


def test_penrose_has_shifts_of_sum_zero():
    """And five upright families."""
    wall = nb10.penrose(3)
    assert wall.shifts.sum() == pytest.approx(0, abs=1e-12)
    np.testing.assert_array_equal(wall.star, star(5, 2))


@pytest.mark.parametrize("families", [3, 5, 6, 8])
def test_a_wall_covers_its_panel(families):
    """Every one of 200 places of the poster lies in exactly one tile."""
    scene = nb10.poster(families, 2)
    polygons = shapes(scene)
    rng = np.random.default_rng(0)
    places = rng.uniform([scene.x.low, scene.y.low], [scene.x.high, scene.y.high], (200, 2))
    assert [int(inside(polygons, place).sum()) for place in places] == [1] * 200


def test_the_corners_of_a_wall_are_corners_of_its_tiles():
    """Each point in the panel lies on a corner of a rhomb, and each such corner is shown."""
    scene = nb10.poster(5, 1, points=True)
    corners = {tuple(place) for place in shapes(scene).reshape(-1, 2).astype(float).round(3) + 0.0}
    points = of_kind(scene, Points)[0]
    shown = {tuple(place) for place in np.column_stack([points.x, points.y]).astype(float).round(3) + 0.0}
    assert shown <= corners
    within = {(x, y) for x, y in corners if abs(x) < grown.WIDE - 0.01 and abs(y) < grown.HIGH - 0.01}
    assert within <= shown


# --- points ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("families", [3, 4, 5, 6])
def test_the_square_holds_exactly_n(families):
    """For every N that can be chosen: N vertices in the square, all in the unit square, and the walls are clear."""
    for n in range(1, picks.LARGEST + 1):
        left, right = nb10.picked(n, families).scenes()
        points = of_kind(right, Points)[0]
        assert len(points.x) == n
        assert np.all((points.x > 0) & (points.x < 1) & (points.y > 0) & (points.y < 1))
        everything = of_kind(left, Points)[0]
        walls = of_kind(left, Line)[0]
        half = np.max(walls.x)
        assert np.sum(np.maximum(np.abs(everything.x), np.abs(everything.y)) < half) == n
        assert half < picks.WINDOW


@pytest.mark.parametrize("measure", list(nb10.MEASURES))
def test_the_best_design_is_the_best(measure):
    """The star stands at the design with the largest smallest distance, or with the smallest of the other measures."""
    board = nb10.side_by_side(9, measure)
    values = {name: nb10.measured(name, 9, measure) for name in designs.NAMES}
    best = max(values, key=values.get) if measure == "smallest distance" else min(values, key=values.get)
    starred = [scene.title for scene in board.scenes() if scene.title.startswith("★")]
    assert [title.removeprefix("★ ").split(":")[0] for title in starred] == [best]
    assert best in board.sentence
    assert [scene.title.removeprefix("★ ").split(":")[0] for scene in board.scenes()] == list(designs.NAMES)


def test_a_lattice_admits_that_it_has_fewer_points():
    """At N = 12 the grids have nine, and say so; the others have twelve."""
    for scene in nb10.side_by_side(12, "discrepancy").scenes():
        n, name = len(of_kind(scene, Points)[0].x), scene.title.removeprefix("★ ").split(",")[0].split(":")[0]
        assert n == (9 if designs.is_lattice(name) else 12)
        assert (", 9 points" in scene.title) == (n == 9)


def test_a_wall_counts_its_tiles_in_words():
    """No number stands beside another: so many rhombs of an angle, and squares."""
    told = nb10.poster(6, 1).sentence
    assert re.search(r"\d+ rhombs of 30°, \d+ rhombs of 60°, \d+ squares; \d+ corners", told), told


def test_shadows_are_the_points_seen_from_one_side():
    """A tick for each point at its value, in any draw; the grid's 27 points have three."""
    scene = nb10.shadows(27, 3)
    assert "grid 3 of 27" in scene.sentence
    assert "hypertiling 27 of 27" in scene.sentence
    ticks = scene.layers[0]  # of the last design, in the lowest row
    np.testing.assert_allclose(np.sort(ticks.x0), np.sort(designs.make(designs.NAMES[-1], 27, 3)[:, 0]), atol=1e-6)
    other = nb10.shadows(27, 3, seed=7).layers[0]
    np.testing.assert_allclose(np.sort(other.x0), np.sort(designs.make(designs.NAMES[-1], 27, 3, 7)[:, 0]), atol=1e-6)


# --- in space -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("planes", [3, 4, 5, 6])
def test_each_three_planes_make_a_tile(planes):
    """As many tiles as there are threes, with the volumes of the star's parallelepipeds."""
    body = nb10.body(planes)
    assert len(body.kinds) == len(list(combinations(range(planes), 3)))
    edges = body.faces[:, 0, [1, 3]] - body.faces[:, 0, :1]
    depths = body.faces[:, 1, 0] - body.faces[:, 0, 0]  # from one end of the first edge to the other
    volumes = np.abs(np.linalg.det(np.concatenate([edges, depths[:, None]], axis=1)))
    scale = np.linalg.norm(edges[0, 0])
    wanted = [abs(np.linalg.det(star(6, 3)[list(three)])) for three in combinations(range(planes), 3)]
    np.testing.assert_allclose(np.sort(volumes / scale**3), np.sort(wanted), rtol=1e-6)
    assert np.all(body.kinds == (volumes / scale**3 > 0.6))


def test_nearer_tiles_hide_farther_ones():
    """At random places of the screen the face that is drawn last is the nearest, from six sides."""
    body = nb10.body(6)
    rng = np.random.default_rng(0)
    for azimuth, tilt in ((20, -30), (-60, 40), (0, 0), (50, 10), (-10, -40), (30, 30)):
        scene = nb10.rhombohedra(6, azimuth, tilt)
        drawn = shapes(scene).astype(float)
        flat, depth = turned(body.faces.reshape(-1, 3), azimuth, tilt)
        faces, depths = flat.reshape(-1, 4, 2), depth.reshape(-1, 4)
        checked = 0
        for place in rng.uniform(-60, 60, (60, 2)):
            over = np.flatnonzero(inside(faces, place))
            if len(over) < 2:
                continue
            heights = []
            for face in over:
                corner, *sides = faces[face][[0, 1, 3]]
                shares = np.linalg.solve((np.array(sides) - corner).T, place - corner)
                heights.append(depths[face, 0] + shares @ (depths[face, [1, 3]] - depths[face, 0]))
            top = faces[over[int(np.argmax(heights))]]
            last = drawn[np.flatnonzero(inside(drawn, place))[-1]]
            np.testing.assert_allclose(last, top, atol=1e-3)
            checked += 1
        assert checked > 15


def test_nothing_leaves_its_panel_when_it_is_turned():
    """At any angle the largest body stays within the axes."""
    for azimuth in range(-60, 61, 20):
        for tilt in range(-40, 41, 20):
            assert np.abs(shapes(nb10.rhombohedra(6, azimuth, tilt))).max() < 95


def test_from_the_front_a_grid_hides_two_of_three():
    """27 points of the midpoint grid are nine from the front; turned, they are 27, as the hypertiling's always are."""
    assert "9 of 27" in nb10.in_the_cube("grid-midpoints", 0, 0).sentence
    assert "27 of 27" in nb10.in_the_cube("grid-midpoints", 25, -20).sentence
    assert "27 of 27" in nb10.in_the_cube("hypertiling", 0, 0).sentence


def test_light_comes_from_above():
    """A face that looks up is paler than the one below it that looks down."""
    body = nb10.body(3)
    up, down = np.argmax(body.normals[0, :, 2]), np.argmin(body.normals[0, :, 2])
    brightness = [int(body.colors[0, face][1:3], 16) + int(body.colors[0, face][3:5], 16) for face in (up, down)]
    assert brightness[0] > brightness[1]


def test_the_star_of_a_wall_is_drawn_from_its_seed():
    """Two draws of one number of families differ in their shifts, not in their star."""
    one, other = grown.upright(6, 1), grown.upright(6, 2)
    np.testing.assert_array_equal(one.star, other.star)
    assert not np.allclose(one.shifts, other.shifts)
    assert isinstance(one, Multigrid)
    assert bodies.BODIES.keys() == {3, 4, 5, 6}
