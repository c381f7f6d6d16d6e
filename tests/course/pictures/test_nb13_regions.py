"""The pictures of adaptive random search's regions show what they say, and where the regions' sizes come from."""

import re
from itertools import product

import numpy as np
import pytest

from hpo_tutor.course.pictures.nb13 import regions
from hpo_tutor.course.pictures.nb13.regions import MINIMUM, MOST_STEPS, PLACEMENTS, held, holds, nearest, placed, views
from hpo_tutor.samplers.adaptive_random import region
from hpo_tutor.scenes.layers import Circles, Line, Marks, Points, Polygons, Segments, Text
from hpo_tutor.scenes.looks import GREEN, ORANGE
from hpo_tutor.scenes.stage import legend

SEEDS = range(3)
CASES = list(product(PLACEMENTS, (1, 2, 5, MOST_STEPS), SEEDS))
every_case = pytest.mark.parametrize(("placement", "step", "seed"), CASES)


def named(scene, name):
    """The layer of this name."""
    return next(layer for layer in scene.layers if layer.name == name)


def places(layer):
    """Of a layer's points, (n, 2)."""
    return np.column_stack([layer.x, layer.y]).astype(float)


def outline(board):
    """The corners of the region that is drawn, (k, 2)."""
    return places(next(layer for layer in next(board.scenes()).layers if isinstance(layer, Polygons)))


def rows(points, drawn):
    """Which points (n, 2) are drawn at some places (m, 2), each of which is one."""
    apart = np.linalg.norm(points - drawn[:, None], axis=2)
    assert (apart.min(axis=1) < 1e-6).all()
    return set(apart.argmin(axis=1).tolist())


def area(corners):
    """Of a polygon (k, 2), by Gauss's formula."""
    (x, y), (to_x, to_y) = corners.T, np.roll(corners, -1, axis=0).T
    return abs(float((x * to_y - y * to_x).sum())) / 2


def inside(corners, point):
    """Whether a convex polygon holds a point: it lies on the same side of all its sides."""
    ahead, off = np.roll(corners, -1, axis=0) - corners, point - corners
    turns = ahead[:, 0] * off[:, 1] - ahead[:, 1] * off[:, 0]
    return bool((turns > 0).all() or (turns < 0).all())


def test_every_combination_of_the_dials_makes_the_same_board():
    """Two scenes with one legend, and a sentence of its own."""
    boards = [placed(*case) for case in product(PLACEMENTS, range(1, MOST_STEPS + 1), SEEDS)]
    names = {tuple(legend([board])) for board in boards}
    assert len(names) == 1
    assert all(len(list(board.scenes())) == 2 for board in boards)
    assert len({board.sentence for board in boards}) > 0.9 * len(boards)


@every_case
def test_points_are_those_of_the_search(placement, step, seed):
    """Ten at first and four a refinement; the children are the new ones, and those of boxes and balls lie in them."""
    board = placed(placement, step, seed)
    scene = next(board.scenes())
    drawn = [named(scene, name) for name in ("counts", "does not count, its level is higher")]
    refined, children = named(scene, "refined now"), places(named(scene, "its four children"))
    assert sum(len(layer.x) for layer in drawn) + len(refined.x) == 10 + 4 * (step - 1)
    assert children.shape == (4, 2)
    corners = outline(board)
    if placement != "normal":
        low, high = corners.min(axis=0) - 1e-6, corners.max(axis=0) + 1e-6
        assert ((children >= low) & (children <= high)).all()
    shadows = [layer for layer in scene.layers if isinstance(layer, Marks)]
    assert [sorted(layer.at) for layer in shadows] == [sorted(drawn[0].x), sorted(drawn[0].y)]


@every_case
def test_the_sentence_says_what_is_drawn(placement, step, seed):
    """Its sizes, distance and verdict follow from the drawn region and points alone."""
    board = placed(placement, step, seed)
    scene, corners = next(board.scenes()), outline(board)
    count, others, far, *sizes, verdict = re.fullmatch(
        rf"Refinement {step}, of a point of level \d+: (\d+) of (\d+) others count\. The minimum is (\S+) away; "
        + {
            "box": r"the box is (\S+) wide and (\S+) high\. ",
            "ball": r"the ball's radius is (\S+)\. ",
            "normal": r"the ellipse is (\S+) wide and (\S+) high\. ",
        }[placement]
        + r"It (.*) the minimum\.",
        board.sentence,
    ).groups()
    assert (int(count), int(others)) == (len(named(scene, "counts").x), 9 + 4 * (step - 1))
    refined = places(named(scene, "refined now"))[0]
    assert float(far) == pytest.approx(np.linalg.norm(refined - MINIMUM), rel=0.006)
    wide, high = np.ptp(corners, axis=0)
    if wide > 1e-3 and high > 1e-3:  # pictures are kept in single precision
        assert [float(size) for size in sizes] == pytest.approx(
            [wide / 2] if placement == "ball" else [wide, high], rel=0.01
        )
        assert verdict == ("holds" if inside(corners, np.array(MINIMUM)) else "does not hold")


@every_case
def test_the_reach_is_that_of_a_disc_as_large(placement, step, seed):
    """The last point of the green curve; the orange one is the distance to the minimum."""
    board = placed(placement, step, seed)
    left, right = board.scenes()
    green, orange = (
        next(one for one in right.layers if isinstance(one, Line) and one.color == color) for color in (GREEN, ORANGE)
    )
    assert len(green.x) == len(orange.x) == step
    assert orange.y[-1] == pytest.approx(np.linalg.norm(places(named(left, "refined now"))[0] - MINIMUM), rel=1e-3)
    disc = (area(outline(board)) / np.pi) ** 0.5
    if disc > 3e-3:
        assert green.y[-1] == pytest.approx(disc, rel=0.005)
    assert green.y[-1] >= regions.LOWEST


@every_case
def test_the_points_that_set_a_size_are_those_without_which_it_changes(placement, step, seed):
    """Taken away one by one: the region changes with them, and with no other."""
    view = views(placement, seed)[step - 1]
    tree, where = view.refinement, view.region
    before = int((tree.births < step).sum())
    points, levels = tree.points[:before], tree.sizes[:before]
    needed = set()
    for row in set(range(before)) - {tree.refined}:
        left = np.arange(before) != row
        without = region(points[left], levels[left], tree.refined - (row < tree.refined), placement)
        if not (np.array_equal(without.centre, where.centre) and np.array_equal(without.extent, where.extent)):
            needed.add(row)
    scene = next(placed(placement, step, seed).scenes())
    ringed = next(one for one in scene.layers if isinstance(one, Points) and one.size == regions.RINGED)
    leads = next(one for one in scene.layers if isinstance(one, Segments))
    assert rows(points, places(ringed)) == needed
    assert rows(points, np.column_stack([leads.x0, leads.y0])) == needed


@pytest.mark.parametrize("placement", PLACEMENTS)
def test_a_region_holds_its_centre_and_not_what_lies_beyond_its_ends(placement):
    """Along each axis half the way to its end is inside, and a hundredth past it is outside."""
    where = views(placement, 0)[0].region
    reach = where.extent * (2 if placement == "normal" else 1)
    assert holds(where, where.centre)
    for dim in range(2):
        ahead = np.eye(2)[dim] * reach
        assert holds(where, where.centre + 0.5 * ahead)
        assert not holds(where, where.centre + 1.01 * ahead)
    assert holds(where, where.centre + 0.9 * reach) == (placement == "box")


@pytest.mark.parametrize("first", [0, 100])
def test_balls_keep_the_minimum_and_boxes_lose_it(first):
    """From the seventh refinement on; the boxes and the gaps of the normal ones are cut by points from afar."""
    shares = held(range(first, first + 20))
    assert shares.shape == (MOST_STEPS, len(PLACEMENTS))
    assert list(shares.index) == list(range(1, MOST_STEPS + 1))
    assert (shares.loc[7:, "ball"] > 0.8).all()
    assert (shares.loc[7:, ["box", "normal"]] < 0.2).all(axis=None)


@pytest.mark.parametrize("first", [0, 100])
def test_only_balls_come_nearer_than_random_search(first):
    """Three times at least, by the median of 20 searches with 60 trials; boxes are no better than a fifth nearer."""
    medians = nearest(range(first, first + 20)).median()
    assert list(medians.index) == [*PLACEMENTS, "random"]
    assert medians["ball"] < medians["random"] / 3
    assert medians["box"] > 0.8 * medians["random"]


@every_case
def test_a_region_too_small_to_see_is_pointed_at(placement, step, seed):
    """By a ring around it and a word within the map; one that can be seen needs neither."""
    board = placed(placement, step, seed)
    scene, corners = next(board.scenes()), outline(board)
    rings = [layer for layer in scene.layers if isinstance(layer, Circles) and layer.color == GREEN]
    words = [layer for layer in scene.layers if isinstance(layer, Text)]
    assert bool(rings) == bool(words) == (np.ptp(corners, axis=0).max() / 2 <= regions.SPECK)
    for ring, word in zip(rings, words, strict=True):
        off = np.linalg.norm(corners - places(ring), axis=1)
        assert off.max() < ring.radius[0]
        room = 1 - word.x[0] if word.anchor == "start" else word.x[0]
        assert room > 0.2


def test_the_speck_that_the_notebook_shows_is_pointed_at():
    """Box, refinement 9, seed 2."""
    assert any(isinstance(layer, Text) for layer in next(placed("box", 9, 2).scenes()).layers)
