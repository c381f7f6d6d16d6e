"""The pictures of notebook 02 show the numbers that they were given, and say so in a sentence."""

import itertools
import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.interpolate import RegularGridInterpolator
from scipy.spatial import cKDTree

from hpo_tutor import designs, problems
from hpo_tutor.course.pictures import nb02
from hpo_tutor.course.pictures.nb02 import lattices
from hpo_tutor.problems.landscapes import Landscape
from hpo_tutor.scenes import Board, Circles, Heatmap, Line, Points, Segments, Text, style

ROOT = Path(__file__).resolve().parents[3]
KINDS = ["grid", "grid-midpoints"]


@pytest.fixture(scope="module")
def digits() -> Landscape:
    """The recorded digits, the division that the notebook shows."""
    return problems.landscape("digits").draw(6)


@pytest.fixture(scope="module")
def places(digits: Landscape) -> nb02.Placements:
    """The grid of 25 points at 9 x 9 places."""
    return nb02.Placements(digits, n_steps=9)


def _layers(board: Board, scene: int, kind: type) -> list[Any]:
    return [layer for layer in list(board.scenes())[scene].layers if isinstance(layer, kind)]


# --- tiles, conventions, explosion ----------------------------------------------------------------------------------


def test_tiles_are_filled_in_the_order_of_the_trials() -> None:
    """After t + 1 trials as many tiles and losses are shown, each where its configuration is, the best one framed."""
    configs = [{"rate": r, "l2": l2} for r in (1e-3, 1e-2, 1e-1) for l2 in (1e-4, 1e-2, 1.0)]
    losses = np.array([0.9, 0.8, 0.7, 0.6, 0.2, 0.5, 0.4, 0.3, 0.25])
    frames = nb02.filling(configs, losses, "loss (nats)")
    assert len(frames) == 9
    for t, frame in enumerate(frames):
        tiles, text, border = frame.layers
        assert isinstance(tiles, Heatmap)
        assert isinstance(text, Text)
        assert isinstance(border, Line)
        assert np.isfinite(tiles.z).sum() == len(text.text) == t + 1
        best = int(losses[: t + 1].argmin())
        assert min(border.x) < configs[best]["rate"] < max(border.x)
        assert min(border.y) < configs[best]["l2"] < max(border.y)
    np.testing.assert_allclose(10**tiles.z, losses.reshape(3, 3).T, rtol=1e-6)  # the lowest row is the lowest l2
    assert text.text[4] == "0.200"
    assert frames[4].sentence == "Trial 5 of 9: rate 0.01, l2 0.01, loss 0.200. Best so far 0.200."


@pytest.mark.parametrize("n", range(2, 9))
def test_the_disc_is_the_largest_hole(n: int) -> None:
    """No place of the square is further from all points than the disc's radius; its middle is just that far."""
    board = nb02.conventions(n)
    corners = np.linspace(0, 1, 8 * n * (n - 1) + 1)  # holds the middles of all holes of both kinds
    square = np.array(list(itertools.product(corners, corners)))
    for scene, kind in enumerate(KINDS):
        points, (hole,) = designs.make(kind, n * n, 2), _layers(board, scene, Circles)
        tree = cKDTree(points)
        assert hole.radius[0] == pytest.approx(tree.query(square)[0].max(), abs=1e-6)
        assert hole.radius[0] == pytest.approx(tree.query([hole.x[0], hole.y[0]])[0], abs=1e-6)
        assert style(kind).color == _layers(board, scene, Points)[0].color
    n_border = n * n - max(n - 2, 0) ** 2
    assert f"grid: {n_border} of {n * n} points on the border" in board.sentence
    assert f"grid-midpoints: 0 of {n * n} points on the border" in board.sentence


@pytest.mark.parametrize(("n_dims", "n"), [(1, 5), (2, 3), (3, 5), (6, 2), (5, 3)])
def test_every_training_is_a_dot_of_its_own(n_dims: int, n: int) -> None:
    """There are n^d dots, all different and inside the square; copies do not touch one another."""
    (dots,) = _layers(nb02.explosion(n_dims, n, 1.0), 0, Points)
    places = np.stack([dots.x, dots.y], axis=1)
    assert len(np.unique(places.round(6), axis=0)) == n**n_dims
    assert ((places > 0) & (places < 1)).all()


def test_time_is_what_all_trainings_take() -> None:
    """The large dot stands at d and n^d trainings, on the line of its number of levels."""
    board = nb02.explosion(4, 3, 2.0)
    (here,) = _layers(board, 1, Points)
    assert (here.x[0], here.y[0]) == (4, pytest.approx(2.0 * 81))
    lines = {line.name: line for line in _layers(board, 1, Line)}
    np.testing.assert_allclose(lines["3 levels"].y, 2.0 * 3.0 ** lines["3 levels"].x, rtol=1e-6)
    assert board.sentence == "4 hyperparameters with 3 levels each: 81 trainings, 2.7 minutes at 2 seconds each."
    assert nb02.explosion(1, 5, 3600.0).sentence.startswith("1 hyperparameter with 5 levels each: 5 trainings, 5 hours")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.0666, "0.067 seconds"),
        (1, "1 second"),
        (90, "1.5 minutes"),
        (3600, "1 hour"),
        (86_400 * 40, "40 days"),
        (31_557_600 * 12_345, "12,345 years"),
    ],
)
def test_durations_are_spelt(seconds: float, words: str) -> None:
    """A duration is told in its largest unit, to two digits or in whole numbers."""
    assert lattices.spell(seconds) == words


@pytest.mark.parametrize(("value", "words"), [(0.1, "0.1"), (0.00316, "0.0032"), (1.78e-5, "1.8·10⁻⁵"), (1e-6, "10⁻⁶")])
def test_levels_are_written_short(value: float, words: str) -> None:
    """Two digits, with powers of ten where there would be many zeros."""
    assert lattices.short(value) == words


def test_what_cannot_be_drawn_is_refused() -> None:
    """More dots than pixels, and numbers of levels without a line, are refused with the rule."""
    with pytest.raises(ValueError, match="at most 6 hyperparameters can be drawn, got 7"):
        nb02.explosion(7, 5, 1.0)
    with pytest.raises(ValueError, match="one of 2, 3, 5, 10, got 4"):
        nb02.explosion(2, 4, 1.0)


# --- placements -----------------------------------------------------------------------------------------------------


def test_the_lowest_loss_at_each_place_is_that_of_an_interpolated_grid(
    digits: Landscape, places: nb02.Placements
) -> None:
    """Interpolating the recorded means with scipy, at levels written anew, gives the same lowest losses."""
    grid = digits.grid()
    means = RegularGridInterpolator([np.log10(axis.values) for axis in grid.axes], grid.losses)
    for kind in KINDS:
        shares = np.arange(5) / 4 if kind == "grid" else (np.arange(5) + 0.5) / 5
        for (i, x), (j, y) in itertools.product(enumerate(places.shifts[0]), enumerate(places.shifts[1])):
            rates = -4 + 3 * (0.1 + 0.8 * shares) + x  # powers of ten: 0.0001 to 0.1, of which the range takes 80 %
            penalties = -6 + 5 * (0.1 + 0.8 * shares) + y
            points = np.clip(np.array(list(itertools.product(rates, penalties))), [-4, -6], [-1, -1])
            assert places.losses[kind][i, j] == pytest.approx(means(points).min(), rel=1e-9)


def test_the_ranges_slide_by_a_step_of_the_edge_grid(digits: Landscape, places: nb02.Placements) -> None:
    """From one end to the other each level moves to where the next one stood; the ranges end at the surface's ends."""
    for axis, domain in enumerate(digits.space.domains.values()):
        first, last = places.shifts[axis][[0, -1]]
        start, end = (np.unique(places.points(*_at(axis, shift), "grid")[:, axis]) for shift in (first, last))
        np.testing.assert_allclose(start[1:], end[:-1], rtol=1e-9)
        assert places.ends(axis, first)[0] == pytest.approx(domain.low)
        assert places.ends(axis, last)[1] == pytest.approx(domain.high)


def _at(axis: int, shift: float) -> tuple[float, float]:
    return (shift, 0.0) if axis == 0 else (0.0, shift)


@pytest.mark.parametrize("kind", KINDS)
def test_a_place_shows_its_points_its_best_and_its_dot(digits: Landscape, places: nb02.Placements, kind: str) -> None:
    """25 points lie on the map, the large one is the best of them, and the large dot stands at its loss."""
    x, y = places.shifts[0][2], places.shifts[1][5]
    board = places.scene(x, y, {"grid": "edges", "grid-midpoints": "midpoints"}[kind])
    *small, best, star = _layers(board, 0, Points)
    assert star.symbol == "star"
    points = np.stack([small[0].x, small[0].y], axis=1)
    losses = [digits.expected({"learning_rate": float(a), "l2": float(b)}) for a, b in places.points(x, y, kind)]
    np.testing.assert_allclose(points, places.points(x, y, kind), rtol=1e-6)
    np.testing.assert_allclose([best.x[0], best.y[0]], points[np.argmin(losses)], rtol=1e-6)
    assert places.losses[kind][2, 5] == min(losses)
    *_, here = _layers(board, 1, Points)
    width = np.ptp([here.x[0], min(losses)])
    assert width < 0.02 * np.ptp(places.losses["grid"]) + 1e-3
    assert f"has loss {min(losses):.3g}" in board.sentence
    luckier = np.mean(places.losses[kind] < min(losses) - 1e-9)
    assert f"{100 * luckier:.0f} % of all places are luckier." in board.sentence


def test_each_place_has_its_dot(places: nb02.Placements) -> None:
    """Both kinds have a dot for each of 81 places, in piles that hold losses of one bin; none covers another."""
    board = places.scene(0.0, 0.0, "edges")
    edges, midpoints, _ = _layers(board, 1, Points)
    for dots, kind in ((edges, "grid"), (midpoints, "grid-midpoints")):
        assert len(np.unique(np.stack([dots.x, dots.y]), axis=1).T) == places.losses[kind].size == 81
        assert np.abs(dots.x - places.losses[kind].ravel()).max() < np.ptp(places.losses["grid"]) / 40
        assert dots.color == style(kind).color
    assert edges.opacity > midpoints.opacity
    assert edges.y.max() < 1 < midpoints.y.min()
    (noise,) = _layers(board, 1, Segments)
    assert noise.x1[0] - noise.x0[0] == pytest.approx(places.noise, rel=1e-4)


def test_the_noise_is_that_of_the_best_places() -> None:
    """Over all ten divisions it is what the recorder wrote into its own page, 0.0104 nats, within a tenth."""
    page = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    (told,) = re.findall(r"Noise at the best tenth of the grid: ([\d.]+) nats", page.partition("<!-- digits ends")[0])
    noises = [nb02.Placements(problems.landscape("digits", batch=b), n_steps=1).noise for b in range(10)]
    assert math.sqrt(np.mean(np.square(noises))) == pytest.approx(float(told), rel=0.1)


@pytest.mark.parametrize("kind", KINDS)
def test_extremes_are_the_luckiest_and_the_unluckiest_place(places: nb02.Placements, kind: str) -> None:
    """The settings of the two extreme places show the smallest and the largest of all losses, and are told in words."""
    for worst in (True, False):
        place = places.extreme(kind, worst=worst)
        i, j = (places.shifts[axis].tolist().index(place[name]) for axis, name in enumerate("xy"))
        wanted = places.losses[kind].max() if worst else places.losses[kind].min()
        assert places.losses[kind][i, j] == wanted
        low, high = places.ends(0, place["x"])
        assert places.told(place).startswith(f"learning_rate: {lattices.short(low)} to {lattices.short(high)}; l2: ")


def test_the_player_begins_where_it_is_told(places: nb02.Placements) -> None:
    """The still picture of the player is that of its start, by default the middle with levels on the edges."""
    for start in (None, places.extreme("grid-midpoints", worst=True)):
        scene = places.scene(**(start or {"x": 0.0, "y": 0.0, "levels_on": "edges"}))
        data, _ = places.player("Drag", start)._repr_mimebundle_()
        assert scene.sentence in data["text/plain"]


def test_placements_need_two_logarithmic_rates() -> None:
    """Epochs are whole numbers on a linear scale, so no factor moves their range."""
    with pytest.raises(ValueError, match="two hyperparameters on logarithmic scales"):
        nb02.Placements(problems.landscape("aleph"))


# --- figures --------------------------------------------------------------------------------------------------------


def test_levels_lie_on_the_line_of_the_best_losses(digits: Landscape) -> None:
    """At recorded rates the symbols stand at the lowest recorded mean of all penalties; the sentence lists them."""
    rates = digits.grid().axes[0].values
    figure = nb02.rate_levels(digits, {"all": rates, "two": [1e-4, 1e-1]})
    line, every, two = figure.data
    np.testing.assert_allclose(line.y, digits.grid().losses.min(axis=1))
    np.testing.assert_allclose(every.y, line.y)
    assert list(two.x) == [1e-4, 1e-1]
    assert "two at 0.0001, 0.1." in figure.layout.meta["description"]


def test_close_calls_show_each_training_and_ring_the_winners() -> None:
    """A symbol for each recorded seed, at its loss; the rings stand at the lowest loss of each seed over the grid."""
    division = problems.landscape("digits").draw(8)
    figure = nb02.close_calls(division, "grid-midpoints", 49, n_best=4)
    configs = [division.space.from_unit(u) for u in designs.make("grid-midpoints", 49, 2)]
    losses = np.array([division.evaluate(configs, seeds=[s] * 49) for s in range(3)])
    *seeds, means, rings = figure.data
    assert len(seeds) == 3
    np.testing.assert_allclose(rings.x, losses.min(axis=1))
    np.testing.assert_allclose(means.x[:4], np.sort(losses.mean(axis=0))[:4])
    for seed, trace in enumerate(seeds):
        assert set(trace.x) <= set(losses[seed])
        place = list(trace.y).index(rings.y[seed])
        assert trace.x[place] == rings.x[seed]
    assert f"{len(set(losses.argmin(axis=1)))} different points win." in figure.layout.meta["description"]


def test_ahead_shows_means_and_two_standard_errors() -> None:
    """Bars reach two standard errors of the mean over batches, with the divisor n - 1."""
    differences = np.array([[1.0, 2.0, 3.0], [-1.0, -1.0, -4.0]])
    figure = nb02.ahead([9, 25], {"as given": differences}, "nats")
    (points,) = figure.data
    assert list(points.y) == [2.0, -2.0]
    np.testing.assert_allclose(points.error_y.array, [2 * 1 / math.sqrt(3), 2 * math.sqrt(3) / math.sqrt(3)])
    assert "9 points 2, 25 points \N{MINUS SIGN}2" in figure.layout.meta["description"]
