"""Moments of a training: who stands where, in which shade, and what the sentence says."""

import numpy as np
import pytest

from hpo_tutor import problems, scenes
from hpo_tutor.scenes import Cohort, looks
from hpo_tutor.scenes.layers import Circles, Heatmap, Line, Marks
from hpo_tutor.scenes.training import N_SHADES, Scale, Standing
from hpo_tutor.search_space import Choice, Float, Integer, SearchSpace

RATE, L2 = Float(1e-4, 1e-1, log=True), Float(1e-6, 1e-1, log=True)
POINTS = np.array([[0.0, 0.0], [0.5, 0.5], [1.0, 0.2], [0.25, 0.9]])
NAN, INF = np.nan, np.inf
# four networks, three epochs: one is done after two, one diverges in the second, one is never better than guessing
LOSSES = np.array([[2.0, 1.0, 2.5, 3.0], [1.0, 0.5, INF, 2.9], [0.5, NAN, NAN, 2.8]])


def cohort(space: SearchSpace | None = None, points: np.ndarray = POINTS, ground: object = None, **options) -> Cohort:
    """Four networks that guess at a loss of 2.3."""
    space = space or SearchSpace(learning_rate=RATE, l2=L2)
    about = {"design": "random", "loss_name": "cross_entropy", "loss_unit": "nats", "guess": 2.3, "n_epochs": 3}
    return Cohort(space, points, **about | options, ground=ground)


def named(scene, name: str):
    """The layer of that name."""
    (layer,) = [layer for layer in scene.layers if layer.name == name]
    return layer


def of_kind(scene, kind: type) -> list:
    """All layers of a kind."""
    return [layer for layer in scene.layers if isinstance(layer, kind)]


def panels(shown: Cohort, losses: np.ndarray):
    """The map and the curves."""
    return scenes.moment(shown, losses).rows[0]


def test_networks_stand_at_their_settings():
    """The disc of each is at its two values, on axes that say name and scale."""
    shown = cohort()
    (discs,) = of_kind(panels(shown, np.full((1, 4), 1.0))[0], Circles)
    np.testing.assert_allclose(discs.x, [config["learning_rate"] for config in shown.configs], rtol=1e-6)
    np.testing.assert_allclose(discs.y, [config["l2"] for config in shown.configs], rtol=1e-6)
    np.testing.assert_allclose(discs.x, 10.0 ** np.array([-4, -2.5, -1, -3.25]), rtol=1e-5)
    x, y = shown.axes
    assert (x.label, x.log, y.label) == ("learning_rate (log scale)", True, "l2 (log scale)")


def test_options_keep_the_designs_places_apart():
    """Within the room of its option a network stands where the design put it; whole numbers stand at their value."""
    points = np.array([[0.1, 0.0], [0.2, 0.49], [0.9, 1.0]])
    shown = cohort(SearchSpace(width=Choice((4, 8, 16)), epochs=Integer(1, 3)), points)
    np.testing.assert_allclose(shown.places[:, 0], points[:, 0] * 3 - 0.5)
    assert [shown.axes[0].ticks[round(place)][1] for place in shown.places[:, 0]] == [
        str(config["width"]) for config in shown.configs
    ]
    assert shown.places[:, 1].tolist() == [1, 2, 3]
    borders = of_kind(panels(shown, np.empty((0, 3)))[0], Marks)
    assert [layer.at.tolist() for layer in borders] == [[0.5, 1.5]]


def test_shades_are_those_of_surfaces_and_sink_with_the_loss():
    """The better of two networks is darker; the shade is the table's at the loss's share of the scale."""
    (discs,) = of_kind(panels(cohort(), np.array([[0.02, 0.2, 1.0, 2.3]]))[0], Circles)
    scale = Scale.of(2.3, 0.02)
    assert discs.fill == tuple(
        looks.shade(round(share * N_SHADES) / N_SHADES) for share in scale.shares([0.02, 0.2, 1.0, 2.3])
    )
    brightness = [sum(looks.channels_of(fill)) for fill in discs.fill]
    assert brightness == sorted(brightness)
    assert discs.fill[-1] == looks.shade(1.0)


def test_each_kind_of_network_has_its_own_symbol():
    """Waiting, learning, worse than guessing and diverged differ in shape, on the map and at the curves' ends."""
    board = panels(cohort(), LOSSES)
    for scene in board:
        (discs,) = of_kind(scene, Circles)
        worse, diverged, best = (
            named(scene, name) for name in ("worse than guessing", "diverged", "best so far, random")
        )
        assert [len(layer.x) for layer in (discs, worse, diverged, best)] == [2, 1, 1, 1]
        assert len({worse.symbol, diverged.symbol, best.symbol}) == 3
    assert len(named(board[0], "not trained yet").x) == 0
    assert len(named(panels(cohort(), LOSSES[:0])[0], "not trained yet").x) == 4


def test_the_incumbent_looks_the_same_in_both_panels():
    """Colour and symbol of its design, as in races; its curve in the design's colour and dash."""
    for design in ("random", "grid"):
        board, look = panels(cohort(design=design), LOSSES), looks.style(design)
        ends = [named(scene, f"best so far, {design}") for scene in board]
        assert {(one.color, one.symbol) for one in ends} == {(look.color, look.symbol)}
        assert ends[0].x == pytest.approx(1e-4)  # the first network's loss of 0.5 is the smallest, its twin is later
        curve = of_kind(board[1], Line)[1]
        assert (curve.color, curve.dash) == (look.color, look.dash)
        np.testing.assert_allclose(curve.y, LOSSES[:, 0])


def test_curves_are_the_losses():
    """All of them, a row an epoch; each ends where its network stopped."""
    _, curves = panels(cohort(), LOSSES)
    lines = of_kind(curves, Line)[0]
    np.testing.assert_allclose(lines.y, LOSSES)
    assert lines.x.tolist() == [1, 2, 3]
    (discs,) = of_kind(curves, Circles)
    assert (discs.x.tolist(), discs.y.tolist()) == ([3, 2], [0.5, 0.5])
    assert named(curves, "diverged").x.tolist() == [2]
    assert named(curves, "diverged").y == pytest.approx(curves.y.high)
    assert named(curves, "guessing").at == pytest.approx(2.3)
    (key,) = of_kind(curves, Heatmap)
    assert np.all(np.diff(key.z[:, 0]) >= 0)


def test_standing_is_each_networks_last_word():
    """Its last loss and the epoch of that; nan and 0 before the first; the best of those that are finite."""
    standing = Standing.of(LOSSES)
    np.testing.assert_array_equal(standing.loss, [0.5, 0.5, INF, 2.8])
    assert standing.epoch.tolist() == [3, 2, 2, 3]
    assert (standing.best, standing.diverged.tolist()) == (0, [False, False, True, False])
    waiting = Standing.of(LOSSES[:0])
    assert (np.isnan(waiting.loss).all(), waiting.epoch.tolist(), waiting.best) == (True, [0] * 4, None)
    late = Standing.of(np.array([[NAN, 1.0], [2.0, NAN]]))
    assert (late.loss.tolist(), late.epoch.tolist()) == ([2.0, 1.0], [2, 1])
    assert Standing.of(np.array([[INF, INF]])).best is None


@pytest.mark.parametrize(
    ("guess", "best", "low", "log"),
    [
        (2.3, 0.07, 0.05, True),
        (2.3, 0.2, 0.1, True),
        (6.0, 5.45, 5.4, False),
        (6.0, 5.6, 5.55, False),
        (2.3, 2.5, 2.07, False),
    ],
)
def test_a_scale_begins_at_a_round_number_below_the_best(guess: float, best: float, low: float, log: bool):
    """Logarithmic where the best is far below guessing; it holds the best, and what nobody reached is not shown."""
    scale = Scale.of(guess, best)
    assert (scale.low, scale.log) == (pytest.approx(low), log)
    assert scale.low < best
    shares = scale.shares([scale.low, (scale.low + guess) / 2, guess, 100 * guess])
    assert shares[[0, 2, 3]].tolist() == [0, 1, 1]
    assert 0 < shares[1] < 1
    assert scale.axis("loss").low == scale.low < guess < scale.axis("loss").high


def test_small_gains_leave_the_scale_alone():
    """So the picture does not jump from epoch to epoch."""
    assert len({Scale.of(2.3, best) for best in np.linspace(0.051, 0.099, 20)}) == 1


def test_a_recorded_landscape_lies_below_in_the_same_shades():
    """Faint, on the map's axes, its darkest cell where its optimum is; a network that reaches a loss has its shade."""
    digits = problems.landscape("digits")
    shown = cohort(ground=digits)
    board = panels(shown, np.full((1, 4), 1.0))
    ground = of_kind(board[0], Heatmap)[0]
    assert (ground.low, ground.high) == (0, 1)
    assert 0 < ground.opacity < 1
    scale = Scale.of(2.3, digits.optimum)
    np.testing.assert_allclose(ground.z.min(), scale.shares([digits.optimum])[0], rtol=1e-5)
    np.testing.assert_allclose(
        np.sort(ground.z.ravel()), np.sort(scale.shares(digits.grid().losses.ravel())), rtol=1e-4
    )


def test_a_replay_has_one_scale_and_ends_at_the_last_epoch():
    """A board an epoch; the axes never change; the curves of each are the first epochs of the last."""
    frames = scenes.replay(cohort(), LOSSES)
    assert len(frames) == 3
    assert len({(frame.rows[0][1].y.low, frame.rows[0][1].y.high) for frame in frames}) == 1
    for t, frame in enumerate(frames):
        np.testing.assert_allclose(of_kind(frame.rows[0][1], Line)[0].y, LOSSES[: t + 1])
    assert frames[-1].sentence == scenes.moment(cohort(), LOSSES).sentence


def test_the_sentence_says_who_leads_and_who_is_lost():
    """Epoch, best loss with its settings and unit, the median, and counts; none that is nought."""
    shown = cohort()
    assert scenes.moment(shown, LOSSES[:0]).sentence == (
        "4 networks wait where the design random puts them, over learning_rate and l2."
    )
    assert scenes.moment(shown, LOSSES[:2]).sentence == (
        "Epoch 2 of 3. The best of 4 networks has a loss of 0.5 nats, at learning_rate 0.00316 and l2 0.000316; half "
        "have 1.95 or less. 1 is worse than guessing (2.3). 1 has diverged."
    )
    assert scenes.moment(shown, np.full((1, 4), 1.0)).sentence.endswith("half have 1 or less.")
    assert scenes.moment(shown, np.full((1, 4), INF)).sentence == "Epoch 1 of 3. 4 have diverged."


def test_what_is_no_cohort():
    """A map has two axes, and a point two coordinates."""
    with pytest.raises(ValueError, match="two hyperparameters"):
        cohort(SearchSpace(learning_rate=RATE))
    with pytest.raises(ValueError, match=r"points of shape \(4, 3\)"):
        cohort(points=np.zeros((4, 3)))
