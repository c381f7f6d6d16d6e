"""The pictures of notebook 11 show what they say: numbers in their scenes, not pixels."""

import numpy as np
import pytest

from hpo_tutor.course.pictures import nb11
from hpo_tutor.course.pictures.nb11 import bets, inputs, mangled, scores, wander
from hpo_tutor.race.placements import Placements
from hpo_tutor.scenes.layers import Heatmap, Line, Points
from hpo_tutor.scenes.looks import BLUE, GREY, RED, style

NAMES = ("grid", "random", "lhs")


def of_kind(scene, kind):
    """The layers of a scene that are of this kind."""
    return [layer for layer in scene.layers if isinstance(layer, kind)]


def points(scene, color):
    """The places of all points in a colour, (n, 2)."""
    found = [np.column_stack([layer.x, layer.y]) for layer in of_kind(scene, Points) if layer.color == color]
    return np.concatenate(found)


# --- batches and their minima ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("track", list(wander.TRACKS))
def test_the_star_stands_at_the_lowest_point_of_the_surface(track):
    """On each batch the star is where the recorded mean is smallest, and nine dots are the other batches' minima."""
    for batch in (0, 4, 9):
        left, _ = nb11.wandering(batch, track).scenes()
        grid = wander.members(track)[batch].grid()
        place = np.unravel_index(grid.losses.argmin(), grid.losses.shape)
        best = [axis.values[i] for axis, i in zip(grid.axes, place, strict=True)]
        np.testing.assert_allclose(points(left, "#ffffff"), [best], rtol=1e-5)
        assert len(points(left, GREY)) == 9


def test_what_it_costs_elsewhere_is_looked_up_there():
    """The height over batch 7 is what the best of batch 2 reaches on it, above its own minimum, in per cent."""
    _, right = nb11.wandering(2, "jets").scenes()
    seven = wander.members("jets")[7]
    loss = seven.expected(wander.members("jets")[2].optimum_config)
    heights = dict(points(right, BLUE).tolist())
    assert heights[7] == pytest.approx(100 * (loss / seven.grid().losses.min() - 1), rel=1e-5)
    assert heights[2] == 0
    assert np.all(nb11.above("jets") >= 0)


def test_minima_within_ranges_are_those_of_a_plain_search():
    """Brute force over the recorded points within the ranges finds the same minima, and the same ones on an edge."""
    within = {"epochs": (20, 40), "learning_rate": (1e-3, 2e-2)}
    for member, found in zip(wander.members("jets"), nb11.minima("jets", within), strict=True):
        grid = member.grid()
        rates, epochs = (axis.values for axis in grid.axes)
        inside = {
            (rate, n): grid.losses[i, j]
            for i, rate in enumerate(rates)
            for j, n in enumerate(epochs)
            if 1e-3 <= rate <= 2e-2 and 20 <= n <= 40
        }
        best = min(inside, key=inside.get)
        assert found.config == pytest.approx(best)
        ends = [{min(one[k] for one in inside), max(one[k] for one in inside)} for k in (0, 1)]
        assert found.on_edge == (best[0] in ends[0] or best[1] in ends[1])


def test_a_frame_marks_the_minima_on_its_edge():
    """As many red crosses as the sentence says, on the frame; all others inside it, blue."""
    scene = nb11.ranges(20, 60, 1e-3)
    edge, inside, frame = points(scene, RED), points(scene, BLUE), of_kind(scene, Line)[0]
    assert len(edge) + len(inside) == 10
    assert f"{len(edge)} of 10 batches have their minimum on an edge" in scene.sentence
    walls = {"x": (frame.x.min(), frame.x.max()), "y": (frame.y.min(), frame.y.max())}
    near = np.isclose(edge[:, :1], walls["x"], rtol=1e-3) | np.isclose(edge[:, 1:], walls["y"])
    assert near.any(axis=1).all()
    assert np.all((inside[:, 1] > 20) & (inside[:, 1] < 60))
    assert "0 of 10" in nb11.ranges(1, 60, 1e-4).sentence


def test_ranges_that_hold_nothing_are_refused_or_explained():
    """The picture says that a range ends before it begins; the function asks for three values."""
    assert "must end above its beginning" in nb11.ranges(35, 10, 1e-4).sentence
    with pytest.raises(ValueError, match="three recorded values"):
        nb11.minima("jets", {"epochs": (35, 36)})


# --- inputs and sensitivity -----------------------------------------------------------------------------------------


def test_the_pixels_of_largest_share_are_framed():
    """Every frame is a unit square around a pixel that is kept, counted from the top left."""
    shares = np.zeros(64)
    shares[[0, 9, 63]] = 0.5, 0.3, 0.2
    left, right = nb11.kept(3, shares, {3: 0.7, 64: 0.4}).scenes()
    frame = of_kind(left, Line)[0]
    corners = np.column_stack([frame.x, frame.y]).reshape(3, 6, 2)[:, :4].mean(axis=1)
    np.testing.assert_allclose(corners, [[0.5, 7.5], [1.5, 6.5], [7.5, 0.5]])
    heat = of_kind(left, Heatmap)[0].z
    assert heat[7, 0] == heat.max()
    assert of_kind(right, Points)[-1].y[0] == pytest.approx(0.7)
    assert "3 of 64 pixels hold 100\u00a0%" in nb11.kept(3, shares, {3: 0.7, 64: 0.4}).sentence


def test_random_losses_are_above_the_minimum():
    """Sorted, none below 0, as many as were drawn on ten batches; the median agrees with a plain mean of counts."""
    losses = nb11.random_losses("cifar10", n=50)
    assert losses.shape == (500,)
    assert losses[0] >= 0
    assert np.all(np.diff(losses) >= 0)
    scene = nb11.sensitivity(50, {"photographs": losses})
    assert of_kind(scene, Points)[0].y[0] == pytest.approx(100 * np.median(losses), rel=1e-5)
    assert inputs.LOOKS[0][0] == of_kind(scene, Points)[0].color


# --- normalising ----------------------------------------------------------------------------------------------------


def test_dividing_takes_the_batches_apart_from_the_designs():
    """A table made of levels times factors: after dividing, each design stands at its own factor on every batch."""
    levels = np.array([5.0, 2.0, 9.0, 4.0])
    table = {"grid": 1.2 * levels * (1 + 1e-6 * np.arange(4)), "random": levels.copy(), "lhs": 1.1 * levels}
    board = nb11.before_after("divided", 3, {3: table}, levels, "GeV")
    left, right = board.scenes()
    for layer in of_kind(left, Line):
        assert np.ptp(layer.y) == pytest.approx(0, abs=1e-3)
    means = sorted(float(layer.x[0]) for layer in of_kind(right, Points) if len(layer.x) == 1)
    assert means == pytest.approx([0, 10, 20], abs=1e-3)
    assert "lowest mean random" in board.sentence
    as_measured = next(iter(nb11.before_after("as measured", 3, {3: table}, levels, "GeV").scenes()))
    np.testing.assert_allclose(of_kind(as_measured, Line)[-1].y, 1.2 * levels, rtol=1e-5)
    assert list(scores.STEPS) == ["as measured", "divided"]


# --- mangling -------------------------------------------------------------------------------------------------------


def test_the_true_coefficients_bring_the_prices_back():
    """Exactly; and the inverse agrees with a search for the root for any guess."""
    assert "come back exactly" in nb11.mangling(*mangled.TRUE).sentence
    assert mangled.error(*mangled.TRUE) < 1e-12
    back = mangled.unbent(1.4, 0.2)
    bent = mangled.TRUE[0] * mangled.PRICES + mangled.TRUE[1] * mangled.PRICES**3
    np.testing.assert_allclose(1.4 * back + 0.2 * back**3, bent, atol=1e-9)


def test_the_error_is_smallest_at_the_truth():
    """Of all guesses on the map none has a smaller error than the true one, which is among them."""
    errors = {(a, b): mangled.error(a, b) for a in mangled.GUESSES for b in mangled.GUESSES}
    assert min(errors, key=errors.get) == mangled.TRUE
    _, right = nb11.mangling(1.0, 0.4).scenes()
    assert points(right, BLUE).tolist() == [pytest.approx([1.0, 0.4])]


# --- bets -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def race():
    """Three designs on six batches, whose true means are 1, 2 and 4."""
    rng = np.random.default_rng(0)
    values = rng.exponential(1.0, (3, 6, 8))
    return bets.Field(NAMES, values / values.mean(axis=(1, 2), keepdims=True) * np.array([1, 2, 4])[:, None, None])


def test_a_field_holds_regrets_as_shares_of_the_optimum():
    """Y - 1 in per cent: the regret over the batch's optimum."""
    regrets = {("grid", 4): np.array([[0.1, 0.2], [0.3, 0.6]])}
    placed = Placements(regrets, {("grid", 4): 4}, frozenset(), "a task", "batch", "loss")
    np.testing.assert_allclose(nb11.field(placed, 4, [2.0, 3.0]).values, [[[5.0, 10.0], [10.0, 20.0]]])


def test_a_race_draws_the_same_batch_for_all(race):
    """In every column of a race the designs stand on one batch; over many races the means are the true ones."""
    marked = bets.Field(NAMES, np.broadcast_to(np.arange(6.0)[:, None], (3, 6, 8)))
    drawn = marked.drawn(20, 0, 5)
    assert drawn.shape == (5, 3, 20)
    assert np.all(drawn == drawn[:, :1])
    assert set(drawn.ravel()) == set(range(6))
    np.testing.assert_allclose(race.drawn(500, 1, 40).mean(axis=(0, 2)), [1, 2, 4], rtol=0.05)


def test_wrong_leaders_are_those_of_a_plain_loop(race):
    """The share after 1, 5 and 12 batches, counted race by race; and it falls."""
    shares = nb11.wrong_leaders(race, most=12, n_races=300)
    drawn = race.drawn(12, 0, 300)
    for k in (1, 5, 12):
        wrong = sum(int(np.argmin([one[s, :k].mean() for s in range(3)])) != 0 for one in drawn)
        assert shares[k - 1] == pytest.approx(wrong / 300)
    assert shares[0] > 2 * shares[-1]


def test_a_bet_reveals_names_and_counts(race):
    """Letters until the bet; then names, the true means as stars, and one bet more, right or wrong as it is."""
    bench = nb11.betting({4: race}, "Bets")
    for k in range(6):
        before, _ = bench.picture.scenes()
        assert {text for _, text in before.y.ticks} == {"A", "B", "C"}
        bench.act("Draw five")
        bench.act("Draw a batch")
        assert bench.values["drawn"] == 8
        values, order = bets.race_of(race, k)
        leader = order[values[:, :8].mean(axis=1).argmin()]
        bench.act("Bet on the leader")
        after, _ = bench.picture.scenes()
        assert {text for _, text in after.y.ticks} == set(NAMES)
        stars = [layer.x[0] for layer in of_kind(after, Points) if layer.symbol == "star"]
        assert sorted(stars) == pytest.approx([1, 2, 4], rel=1e-5)
        assert bench.values["bets"][-1] == (8, leader != 0)
        bench.act("Draw a batch")
        bench.act("Bet on the leader")
        assert bench.values["drawn"] == 8
        bench.act("Next race")
    n_wrong = sum(wrong for _, wrong in bench.values["bets"])
    assert f"Bets: 6, wrong: {n_wrong}." in bench.picture.sentence
    assert {len(np.ravel(layer.x)) for layer in of_kind(list(bench.picture.scenes())[1], Points)} == {
        6 - n_wrong,
        n_wrong,
    }


def test_before_the_bet_no_colour_tells_a_design(race):
    """Everything is grey or ink, and the order of the letters changes from race to race."""
    scene, _ = nb11.betting({4: race}, "Bets").picture.scenes()
    told = {style(name).color for name in NAMES}
    assert not told & {layer.color for layer in scene.layers}
    assert len({tuple(bets.race_of(race, k)[1]) for k in range(20)}) > 3


def test_more_batches_than_there_are_cannot_be_drawn(race):
    """Drawing stops at the last."""
    bench = nb11.betting({4: race}, "Bets")
    for _ in range(9):
        bench.act("Draw five")
    assert bench.values["drawn"] == bets.MOST


def test_the_bold_line_is_the_chosen_number_of_points(race):
    """And the truly lowest design is on top and in the sentence."""
    shares = {4: nb11.wrong_leaders(race, n_races=50), 9: nb11.wrong_leaders(race, n_races=50, seed=1)}
    board = nb11.wrong_bets(9, {4: race, 9: race}, shares)
    left, right = board.scenes()
    assert [layer.name for layer in of_kind(left, Line) if layer.width > 3] == ["9 points"]
    assert board.sentence.endswith("Truly lowest: grid.")
    assert right.y.ticks[-1][1] == "grid"
