"""The picture of stacked bumps in notebook 13 shows what it says: numbers against interpolation by other means."""

import re
from itertools import product

import numpy as np
import pandas as pd
import pytest

from hpo_tutor.course.pictures.nb13 import bumps
from hpo_tutor.scenes.layers import Band, Line, Points, Segments
from hpo_tutor.scenes.looks import BLUE, GREEN, RED
from hpo_tutor.scenes.stage import legend

FINE = np.linspace(0, 1, 257)
SETTINGS = list(product(range(1, 32), bumps.SHAPES, bumps.FUNCTIONS))


def named(scene, name):
    """The layer of a scene that bears this name."""
    return next(layer for layer in scene.layers if layer.name == name)


def drawn_line(layer):
    """The pieces of a line that nans break, as functions: zero outside of the piece."""
    x, y = np.asarray(layer.x, dtype=float), np.asarray(layer.y, dtype=float)
    ends = np.flatnonzero(np.isnan(x))
    pieces = zip(np.split(x, ends), np.split(y, ends), strict=True)
    cleaned = [(a[~np.isnan(a)], b[~np.isnan(a)]) for a, b in pieces]
    return [(a, b) for a, b in cleaned if len(a)]


def by_hand(n):
    """The first n nodes, coarse to fine and from left to right."""
    return np.array([k / 2**level for level in range(1, 6) for k in range(1, 2**level, 2)])[:n]


def extended(x, y):
    """Straight pieces through nodes, and on to the edges at the slope of the outermost pieces."""
    order = np.argsort(x)
    x, y = x[order], y[order]
    left, right = (y[1] - y[0]) / (x[1] - x[0]), (y[-1] - y[-2]) / (x[-1] - x[-2])
    return np.interp(FINE, [0, *x, 1], [y[0] - left * x[0], *y, y[-1] + right * (1 - x[-1])])


@pytest.mark.parametrize("function", bumps.FUNCTIONS)
@pytest.mark.parametrize("n", [3, 7, 15, 31])
def test_hats_of_whole_levels_join_the_nodes_by_straight_lines(n, function):
    """The sum of all hats up to a level is the polygon through its nodes, and goes on straight to the edges."""
    x = by_hand(n)
    f = bumps.FUNCTIONS[function]
    total = named(next(bumps.stacked(n, "hats", function).scenes()), "sum of the bumps").y
    np.testing.assert_allclose(total, extended(x, f(x)), atol=1e-6)


@pytest.mark.parametrize(("n", "shape", "function"), SETTINGS[::5])
def test_the_bumps_that_are_drawn_add_up_to_the_sum(n, shape, function):
    """Adding the curves of the lower panel gives the curve of the upper one, which meets the loss at every node."""
    upper, lower = bumps.stacked(n, shape, function).scenes()
    band = named(lower, "newest bump")
    np.testing.assert_allclose(band.low, 0)
    pieces = [*drawn_line(named(lower, "earlier bump")), (np.asarray(band.x), np.asarray(band.high))]
    assert len(pieces) == n
    summed = np.sum([np.interp(FINE, x, y, left=0, right=0) for x, y in pieces], axis=0)
    total = np.asarray(named(upper, "sum of the bumps").y)
    np.testing.assert_allclose(summed, total, atol=5e-3 if shape == "cubic" else 1e-5)  # curves are drawn by corners
    x = by_hand(n)
    np.testing.assert_allclose(np.interp(x, FINE, total), bumps.FUNCTIONS[function](x), atol=1e-6)


@pytest.mark.parametrize("function", bumps.FUNCTIONS)
def test_the_surplus_of_a_hat_is_its_height_and_stays(function):
    """The gap at the newest node is the coefficient of its hat, and no later hat changes it."""
    last = bumps.stack(31, 1, function)
    for n in range(1, 32):
        shown = bumps.stack(n, 1, function)
        assert shown.surplus == pytest.approx(shown.heights[-1], abs=1e-12)
        np.testing.assert_allclose(shown.heights, last.heights[:n], atol=1e-12)


def test_coefficients_of_cubic_bumps_change_and_are_not_the_surplus():
    """As the sentence says: a further node changes coefficients that were there before."""
    fewer, more = bumps.stack(5, 3, "smooth"), bumps.stack(6, 3, "smooth")
    assert np.abs(more.heights[:5] - fewer.heights).max() > 0.005
    assert abs(more.surplus - more.heights[-1]) > 0.01
    assert "solved for anew" in bumps.stacked(6, "cubic").sentence
    assert "solved for anew" not in bumps.stacked(6, "hats").sentence


@pytest.mark.parametrize("shape", bumps.SHAPES)
@pytest.mark.parametrize("function", bumps.FUNCTIONS)
def test_every_setting_has_its_picture_and_its_numbers(shape, function):
    """The segment goes from the sum before to the loss, the sentence says so, and nothing leaves the panels."""
    for n in range(1, 32):
        board = bumps.stacked(n, shape, function)
        upper, lower = board.scenes()
        x = by_hand(n)
        y = bumps.FUNCTIONS[function](x)
        piece, node = named(upper, "newest surplus"), named(upper, "newest node")
        before = 0.0
        if n > 1:
            earlier = named(next(bumps.stacked(n - 1, shape, function).scenes()), "sum of the bumps").y
            before = np.interp(x[-1], FINE, earlier)
        np.testing.assert_allclose([piece.x0[0], piece.y0[0], piece.y1[0]], [x[-1], before, y[-1]], atol=1e-6)
        np.testing.assert_allclose([node.x[0], node.y[0]], [x[-1], y[-1]], atol=1e-6)
        np.testing.assert_allclose(named(upper, "node tried").x, x[:-1], atol=1e-6)
        level = int(np.log2(n)) + 1
        assert board.sentence.startswith(f"Node {n} of 31, level {level}, at x = ")
        total = np.asarray(named(upper, "sum of the bumps").y, dtype=float)
        off = float(re.search(r"off by up to ([\d.]+\d)", board.sentence)[1])
        assert off == pytest.approx(np.abs(total - bumps.FUNCTIONS[function](FINE)).max(), rel=0.01)
        if n > 1:
            told = re.search(r"lowest, ([\d.]+), at x = ([\d.]+); there the loss is ([\d.]+)\.", sign(board.sentence))
            lowest, at, there = map(float, told.groups())
            assert abs(np.interp(at, FINE, total) - total.min()) < 0.01
            assert lowest == pytest.approx(abs(total.min()), abs=0.006)
            assert there == pytest.approx(bumps.FUNCTIONS[function](FINE)[np.argmin(total)], rel=0.01)
        for scene in (upper, lower):
            for layer in scene.layers:
                if isinstance(layer, Line | Points):
                    heights = np.asarray(layer.y)[~np.isnan(layer.y)]
                    assert ((scene.y.low < heights) & (heights < scene.y.high)).all()


def sign(sentence):
    """The sentence without minus signs."""
    return sentence.replace("\N{MINUS SIGN}", "")


def test_one_player_has_one_scale_and_one_legend():
    """The axes stand still while bumps are added, and each name has one look."""
    for function in bumps.FUNCTIONS:
        boards = [bumps.stacked(n, shape, function) for n in range(1, 32) for shape in bumps.SHAPES]
        for scenes in zip(*(board.scenes() for board in boards), strict=True):
            assert len({(scene.y.low, scene.y.high) for scene in scenes}) == 1
    names = legend([bumps.stacked(9, "cubic", "step")])
    assert [names[name].color for name in ("sum of the bumps", "node tried", "newest node")] == [RED, BLUE, GREEN]
    kinds = [type(names[name]) for name in ("newest surplus", "newest node", "newest bump")]
    assert kinds == [Segments, Points, Band]


def test_cubic_bumps_overshoot_a_step_and_hats_do_not():
    """Hats stay between the values they pass through; the cubic sum has a minimum that the loss has not."""
    f = bumps.FUNCTIONS["step"]
    for n in (7, 15, 31):  # whole levels
        hats, cubic = (bumps.stack(n, degree, "step").total for degree in (1, 3))
        nodes = f(by_hand(n))
        inner = (by_hand(n).min() <= FINE) & (by_hand(n).max() >= FINE)
        assert nodes.min() - 1e-12 <= hats[inner].min()
        assert hats[inner].max() <= nodes.max() + 1e-12
        assert cubic.min() < f(FINE).min() - 0.05
        assert cubic.max() > f(FINE).max() + 0.05


@pytest.mark.parametrize(
    "function", ["smooth", lambda x: np.exp(x) * np.sin(5 * x + 0.3), lambda x: np.cos(7 * x) + x**3]
)
def test_errors_fall_as_theory_says(function):
    """Inside, hats have order 2 and cubic splines order 4; up to the edge, where both are straight, about 2."""
    found = bumps.orders(bumps.errors(function))
    assert found.loc[1, "inside"] == pytest.approx(2, abs=0.1)
    assert found.loc[3, "inside"] == pytest.approx(4, abs=0.15)
    assert found.loc[1, "everywhere"] == pytest.approx(2, abs=0.15)
    assert 1.8 < found.loc[3, "everywhere"] < 3


def test_errors_of_hats_are_those_of_straight_pieces():
    """The table agrees with numpy's interpolation between the nodes of a level."""
    table = bumps.errors("smooth", levels=[4, 6])
    assert table["n_points"].tolist() == [15, 63] * 2
    f = bumps.FUNCTIONS["smooth"]
    dense = np.linspace(0.2, 0.8, 20_001)
    for level in (4, 6):
        x = np.arange(1, 2**level) / 2**level
        expected = np.abs(np.interp(dense, x, f(x)) - f(dense)).max()
        row = table[(table["degree"] == 1) & (table["level"] == level)]
        assert row["inside"].item() == pytest.approx(expected, rel=0.01)
        assert row["everywhere"].item() >= row["inside"].item()


def test_orders_are_the_slope_between_two_levels():
    """An error that falls eightfold over three levels has order 1; levels before the first that counts do not."""
    rows = [(1, 2, 3, 5.0, 5.0), (1, 6, 63, 0.8, 0.4), (1, 9, 511, 0.1, 0.4)]
    table = pd.DataFrame(rows, columns=["degree", "level", "n_points", "inside", "everywhere"])
    found = bumps.orders(table)
    np.testing.assert_allclose(found.loc[1, ["inside", "everywhere"]].astype(float), [1, 0], atol=1e-12)


@pytest.mark.parametrize("function", bumps.FUNCTIONS)
def test_cubic_bumps_are_worth_it_where_all_is_smooth(function):
    """At level 9 they are over 1,000 times better away from the edges of a smooth loss, and hardly better elsewhere."""
    table = bumps.errors(function)
    last = table[table["level"] == 9].set_index("degree")
    for where in ("inside", "everywhere"):
        times = last.loc[1, where] / last.loc[3, where]
        assert (times > 1000) == (function == "smooth" and where == "inside")
        assert times > 1000 or times < 4


def test_what_does_not_exist_is_refused():
    """A bump beyond the last, a shape or a function without name."""
    with pytest.raises(ValueError, match="n_bumps is from 1 to 31"):
        bumps.stacked(32)
    with pytest.raises(ValueError, match="shape is one of hats, cubic"):
        bumps.stacked(3, "round")
    with pytest.raises(ValueError, match="function is one of smooth, kink, step"):
        bumps.stacked(3, "hats", "noise")
