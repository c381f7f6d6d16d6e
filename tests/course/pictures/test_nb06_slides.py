"""The pictures of the talk on Bayesian optimisation show what they say."""

from typing import Any

import numpy as np
import pytest

from hpo_tutor import acquisition, problems
from hpo_tutor.course.pictures import nb06
from hpo_tutor.course.pictures.nb06 import slides
from hpo_tutor.scenes import Band, style
from hpo_tutor.scenes.layers import Line, Marks, Polygons
from hpo_tutor.surrogates import GaussianProcess, Kernel

KERNEL = Kernel("matern52", 0.25, 0.1, 0.05)
U = np.array([0.05, 0.45, 0.8])


def _model(u: Any, losses: Any) -> GaussianProcess:
    return GaussianProcess(KERNEL, float(np.mean(losses))).condition(np.reshape(u, (-1, 1)), losses)


@pytest.fixture(scope="module")
def line() -> nb06.Line:
    """The learning rate of the jets at 40 epochs."""
    jets = problems.landscape("aleph")
    return nb06.Line(jets, jets.space.fix(epochs=40), _model)


@pytest.fixture(scope="module")
def losses(line: nb06.Line) -> np.ndarray:
    """What the three trials reached."""
    return np.array([line.expected(u) for u in U.tolist()])


def test_the_puzzle_does_not_tell_the_belief(line: nb06.Line, losses: np.ndarray) -> None:
    """Only the second picture has a band, and neither says where the next trial goes."""
    alone, believed = (slides.known(line, U, losses, told) for told in (False, True))
    assert [any(isinstance(layer, Band) for layer in scene.layers) for scene in (alone, believed)] == [False, True]
    across = [layer for layer in believed.layers if isinstance(layer, Marks) and layer.axis == "x"]
    assert not across


def test_the_hinge_is_the_gain() -> None:
    """The line of the picture is max(best - loss, 0), at all of its places."""
    scene = slides.hinge((5.0, 6.0), 5.6, "GeV")
    (curve,) = (layer for layer in scene.layers if isinstance(layer, Line))
    np.testing.assert_allclose(curve.y, np.maximum(5.6 - curve.x, 0), atol=1e-6)


def test_the_green_area_is_the_expected_improvement(line: nb06.Line, losses: np.ndarray) -> None:
    """The area between the sorted losses and the incumbent is the closed form, and the sentence says it."""
    board = slides.area(line, U, losses, 0.2)
    _, right = board.scenes()
    (green,) = (layer for layer in right.layers if isinstance(layer, Band))
    area = np.trapezoid(green.high - green.low, green.x / 100)
    mean, std = _model(U, losses).predict([[0.2]])
    gain = acquisition.expected_improvement(mean, std, losses.min())[0]
    assert area == pytest.approx(gain, rel=0.03)
    assert f"{gain:.4f}" in board.sentence


def test_three_machines_are_sent_somewhere(line: nb06.Line, losses: np.ndarray) -> None:
    """A picture for each machine; ignored, all sentences name one place, fantasised, they differ."""
    places = {
        way: {board.sentence.split()[-1] for board in slides.asks(line, U, losses, way)}
        for way in ("ignored", "fantasised")
    }
    assert len(places["ignored"]) == 1 < len(places["fantasised"])


def test_rectangles_have_the_mean_gain_as_their_area() -> None:
    """How often times how much; each rule's share and gain are told."""
    scene = slides.often_and_much(
        {"a": 0.5, "b": 0.2}, {"a": 0.1, "b": 0.4}, {"a": style("random"), "b": style("TPE")}, "GeV"
    )
    areas = [np.ptp(layer.x) / 100 * np.ptp(layer.y) for layer in scene.layers if isinstance(layer, Polygons)]
    np.testing.assert_allclose(areas, [0.05, 0.08], rtol=1e-6)
    assert "b improves in 20% of the searches, then by 0.4 GeV" in scene.sentence
