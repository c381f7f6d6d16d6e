"""The pictures of the walk show what was trained and nothing else, until the fog lifts."""

import math
from typing import Any

import numpy as np
import pytest

from hpo_tutor import figures, race
from hpo_tutor.course.games import WIDTHS, Ground, arrivals, fog, lifting, n_beaten
from hpo_tutor.course.games.fog import FOG, HIGHEST, LIFTS, LOWEST, power
from hpo_tutor.race import Race
from hpo_tutor.scenes.layers import Band, Circles, Heatmap, Line, Marks, Points, Text
from hpo_tutor.scenes.looks import shade, style
from hpo_tutor.scenes.stage import Board, Scene
from hpo_tutor.trials import History, Trial


def trial(number: int, rate: float, width: int, l2: float, loss: float) -> Trial:
    """A complete trial, or one that failed where the loss is nan."""
    state = "complete" if math.isfinite(loss) else "failed"
    config = {"learning_rate": rate, "width": width, "l2": l2, "epochs": 20, "batch_size": 128}
    return Trial(number, config, number, None, (loss,), state)  # type: ignore[arg-type]


WALK = History(
    [
        trial(0, 1e-3, 8, 1e-5, 1.0),
        trial(1, 1e-2, 8, 1e-5, 0.2),
        trial(2, 1e-1, 8, 1e-5, math.nan),
        trial(3, 1e-2, 64, 1e-4, 0.08),
    ]
)


@pytest.fixture(scope="module")
def ground() -> Ground:
    """The ground of the walk."""
    return Ground()


@pytest.fixture(scope="module")
def walkers(ground: Ground) -> Race:
    """Six random walkers with five trainings each."""
    return race.compare(["random"], ground, n_trials=5, seeds=range(6))


def layers(scene: Scene, kind: type) -> list[Any]:
    """The layers of one kind."""
    return [layer for layer in scene.layers if isinstance(layer, kind)]


def panels(board: Board) -> dict[int, Scene]:
    """Width -> its panel."""
    return dict(zip(WIDTHS, board.rows[0], strict=True))


def test_at_first_there_is_fog_everywhere() -> None:
    """Five panels, all covered, and a curve without a point."""
    board = fog.fog(History())
    assert [scene.title for scene in board.rows[0]] == [f"width {width}" for width in WIDTHS]
    for scene in board.rows[0]:
        (cover,) = layers(scene, Band)
        assert (cover.color, cover.opacity) == (FOG, 1.0)
        assert list(cover.x) == pytest.approx([scene.x.low, scene.x.high])
        assert not layers(scene, Circles)
    assert not board.rows[1][0].layers
    assert board.sentence == "Fog everywhere. 12 trainings left."


def test_fog_gives_nothing_away() -> None:
    """No height of the surface is in the picture before the fog lifts, and the shades do not depend on it."""
    for board in (fog.fog(History()), fog.fog(WALK)):
        for scene in board.rows[0]:
            (surface,) = layers(scene, Heatmap)
            assert np.isnan(surface.z).all()
            assert (surface.low, surface.high) == pytest.approx((math.log10(LOWEST), math.log10(HIGHEST)))


def test_each_training_lights_a_disc_in_the_panel_of_its_width() -> None:
    """Discs lie where was trained, shaded by their losses on a logarithmic scale; a failed one is the lightest."""
    board = fog.fog(WALK)
    discs, ring = layers(panels(board)[8], Circles), layers(panels(board)[64], Circles)[1]
    np.testing.assert_allclose([discs[0].x, discs[0].y], [[1e-3, 1e-2, 1e-1], [1e-5] * 3], rtol=1e-6)
    span = math.log(HIGHEST / LOWEST)
    assert list(discs[0].fill) == [shade(math.log(1.0 / LOWEST) / span), shade(math.log(0.2 / LOWEST) / span), shade(1)]
    assert len(discs) == 1  # the best of all is elsewhere
    np.testing.assert_allclose([ring.x, ring.y], [[1e-2], [1e-4]], rtol=1e-6)
    assert (ring.name, ring.fill) == ("best so far", None)
    assert not any(layers(panels(board)[width], Circles) for width in (4, 16, 32))


def test_discs_are_numbered_beside_them() -> None:
    """The numbers stand on the right, on the left at the right border, and count from one."""
    texts = layers(panels(fog.fog(WALK))[8], Text)
    assert [(text.text, text.anchor) for text in texts] == [(("1", "2"), "start"), (("3",), "end")]
    assert texts[0].x[0] > 1e-3
    assert texts[1].x[0] < 1e-1


def test_the_curve_shows_each_loss_and_the_best_so_far() -> None:
    """Points at the losses, nan where one failed, a line of steps, and the loss to beat across."""
    (curve,) = fog.fog(WALK, to_beat=0.11).rows[1]
    each, last = layers(curve, Points)
    np.testing.assert_allclose(each.y, [1.0, 0.2, math.nan, 0.08], rtol=1e-6)
    np.testing.assert_allclose(layers(curve, Line)[0].y, [1.0, 1.0, 0.2, 0.2, 0.2, 0.2, 0.08], rtol=1e-6)
    np.testing.assert_allclose([last.x, last.y], [[4], [0.08]], rtol=1e-6)
    (line,) = layers(curve, Marks)
    assert (line.axis, line.across, line.name) == ("y", True, "to beat")
    np.testing.assert_allclose(line.at, [0.11], rtol=1e-6)


def test_a_cross_marks_what_would_be_trained_next() -> None:
    """Lines at the chosen learning rate and L2, in the panel of the chosen width alone."""
    board = fog.fog(WALK, chosen={"learning_rate": 3e-2, "width": 16, "l2": 1e-3})
    for width, scene in panels(board).items():
        marks = layers(scene, Marks)
        assert [(mark.axis, pytest.approx(float(mark.at[0]))) for mark in marks] == (
            [("x", 3e-2), ("y", 1e-3)] if width == 16 else []
        )


def test_the_sentence_says_what_the_last_training_brought() -> None:
    """Place, loss, best so far, and what is left."""
    said = [fog.fog(WALK[:n]).sentence for n in range(1, 5)]
    assert said[0] == (
        "Training 1: learning rate 0.001, width 8, L2 10⁻⁵: loss 1 nats. It is the best so far. 11 trainings left."
    )
    assert "no loss came out. Best so far: 0.2 nats, training 2." in said[2]
    assert said[3].endswith("width 64, L2 10⁻⁴: loss 0.08 nats. It is the best so far. 8 trainings left.")


def test_the_fog_lifts_from_the_recorded_surface(ground: Ground) -> None:
    """The walk step by step, then thinner fog over the recorded losses, in the end a star at the optimum."""
    frames = lifting(WALK, ground)
    assert len(frames) == len(WALK) + 1 + len(LIFTS)
    for frame, thickness in zip(frames[-len(LIFTS) :], LIFTS, strict=True):
        for width, scene in panels(frame).items():
            (surface,) = layers(scene, Heatmap)
            np.testing.assert_allclose(surface.z, np.log10(ground.surface(width)), rtol=1e-5)
            assert [cover.opacity for cover in layers(scene, Band)] == ([thickness] if thickness else [])
    best = ground.optimum_config
    stars = {width: [p for p in layers(s, Points) if p.symbol == "star"] for width, s in panels(frames[-1]).items()}
    assert [width for width, found in stars.items() if found] == [best["width"]]
    (star,) = stars[best["width"]]
    np.testing.assert_allclose([star.x[0], star.y[0]], [best["learning_rate"], best["l2"]], rtol=1e-6)
    assert not any(p.symbol == "star" for frame in frames[:-1] for s in frame.rows[0] for p in layers(s, Points))


def test_walkers_arrive_one_by_one(ground: Ground, walkers: Race) -> None:
    """Frame n holds the first n walkers, at their best of as many trainings as the walk has, judged without luck."""
    frames = arrivals(walkers, ground, WALK, "the walk")
    assert len(frames) == 6
    ends = [walkers.histories["random", seed][:4].incumbent for seed in range(6)]
    scores = [ground.expected(end.config) for end in ends]
    own = ground.expected(WALK.incumbent.config)
    for n, frame in enumerate(frames, start=1):
        strip = layers(frame.rows[1][0], Points)
        np.testing.assert_allclose(strip[0].x, scores[:n], rtol=1e-6)
        assert strip[0].color == style("random").color
        there = [point for scene in frame.rows[0] for point in layers(scene, Points) if point.name]
        assert sum(len(point.x) for point in there) == n
        beaten = sum(score > own for score in scores[:n])
        assert frame.sentence.endswith(f"So far the walk beats {beaten} of {n}.")
        (line,) = layers(frame.rows[1][0], Marks)
        assert float(line.at[0]) == pytest.approx(own)


def test_no_two_dots_of_the_strip_lie_on_each_other(ground: Ground) -> None:
    """Walkers with like losses are stacked, each at its own height."""
    many = race.compare(["random"], ground, n_trials=3, seeds=range(60))
    strip = layers(arrivals(many, ground, WALK)[-1].rows[1][0], Points)[0]
    assert len({(round(float(x), 4), float(y)) for x, y in zip(strip.x, strip.y, strict=True)}) == 60


def test_the_beaten_are_counted_at_the_same_budget(ground: Ground, walkers: Race) -> None:
    """By brute force: walkers whose best of the first four trainings has a larger expected loss."""
    own = ground.expected(WALK.incumbent.config)
    ends = [min(walkers.histories["random", seed][:4], key=lambda trial: trial.loss) for seed in range(6)]
    assert n_beaten(walkers, ground, WALK) == sum(ground.expected(end.config) > own for end in ends)
    longer = History([*WALK, *WALK])  # a longer walk than the walkers' is compared with all that they have
    assert n_beaten(walkers, ground, longer) == sum(
        ground.expected(walkers.histories["random", seed].incumbent.config) > own for seed in range(6)
    )


def test_every_frame_can_be_drawn_still(ground: Ground, walkers: Race) -> None:
    """Where no widget runs, each picture becomes an SVG with its sentence."""
    for board in (fog.fog(History()), lifting(WALK, ground)[-1], arrivals(walkers, ground, WALK)[-1]):
        assert figures.still(board).startswith("<svg")


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.02, "0.02"), (1e-5, "10⁻⁵"), (3.162e-4, "3.2·10⁻⁴"), (2e-5, "2.0·10⁻⁵"), (1e-3, "0.001"), (64, "64")],
)
def test_small_numbers_are_written_as_powers(value: float, text: str) -> None:
    """From a thousandth up as they are, below as a factor and a power of ten."""
    assert power(value) == text
