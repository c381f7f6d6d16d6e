"""The pictures of the talk on kernels and noise show the same balls, losses and estimates as they were given."""

import numpy as np
import pytest

from hpo_tutor.course.pictures import nb05
from hpo_tutor.course.pictures.nb05 import slides
from hpo_tutor.scenes import Axis, Marks, Points

RATES = np.geomspace(1e-4, 0.05, 31)


@pytest.fixture(scope="module")
def hills() -> nb05.Hills:
    """A small map of a smooth valley with luck."""
    rng = np.random.default_rng(0)
    x = np.sort(rng.choice(np.linspace(0, 1, 31), 16, replace=False))
    y = 5.6 + 0.1 * np.sin(5 * x) + 0.03 * rng.normal(size=16)
    return nb05.Hills(x[:, None], y, np.geomspace(0.03, 1, 9), np.geomspace(0.003, 0.15, 9))


def test_a_ball_is_shown_from_where_it_was_put_to_where_it_rests(hills: nb05.Hills) -> None:
    """Of two rolls in a row: the stops are the first and last pictures, and the ball lies where the map says."""
    starts = [(0, 0), (8, 8)]
    frames, stops = slides.rolling([(hills, start) for start in starts], RATES)
    paths = [hills.roll(start) for start in starts]
    assert len(frames) == sum(map(len, paths))
    assert stops == [0, len(paths[0]) - 1, len(paths[0]), len(frames) - 1]
    for stop, place in zip(stops, [paths[0][0], paths[0][-1], paths[1][0], paths[1][-1]], strict=True):
        landscape, _ = frames[stop].scenes()
        (dot,) = (layer for layer in landscape.layers if layer.name == "the ball")
        assert dot.x[0] == pytest.approx(hills.settings(place)["length_scale"], rel=1e-5)


def test_every_training_is_a_dot() -> None:
    """31 rates with three trainings each are 93 dots, and the sentence tells their spread."""
    losses = 5.6 + 0.03 * np.random.default_rng(1).normal(size=(3, 31))
    scene = slides.repeats(RATES, losses)
    (dots,) = (layer for layer in scene.layers if isinstance(layer, Points))
    np.testing.assert_allclose(np.sort(dots.y), np.sort(losses.ravel()), rtol=1e-6)
    assert f"{1000 * np.sqrt(losses.var(axis=0, ddof=1).mean()):.3g} MeV" in scene.sentence


def test_estimates_stand_beside_the_truth_and_their_median() -> None:
    """One line at 1, one at the median."""
    scene = slides.ratios([0.5, 0.8, 2.0], Axis("ratio", 0.2, 5, log=True), "a division")
    assert [float(layer.at[0]) for layer in scene.layers if isinstance(layer, Marks)] == pytest.approx([1, 0.8])
