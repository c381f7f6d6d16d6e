"""A picture of intervals shows what it was given, and says who is ahead only where the interval leaves no doubt."""

import numpy as np
import pytest

from hpo_tutor.course.pictures.intervals import LETTERS, Row, intervals
from hpo_tutor.scenes import Axis, Segments, Text
from hpo_tutor.scenes.looks import style

AXIS = Axis("difference", -4, 4)


def test_intervals_reach_two_standard_errors_and_stand_in_the_order_of_the_rows() -> None:
    """The first row is the highest; each runs from its mean minus to its mean plus two standard errors."""
    rows = [Row("one", -2, 0.5, style("random")), Row("two", 1, 1, style("grid"))]
    bars = [layer for layer in intervals(rows, AXIS, ("a", "b")).layers if isinstance(layer, Segments)]
    np.testing.assert_allclose([(bar.x0[0], bar.x1[0]) for bar in bars], [(-3, -1), (-1, 3)])
    assert bars[0].y0[0] > bars[1].y0[0]


@pytest.mark.parametrize(
    ("mean", "told"), [(-2.1, "ahead: dice"), (-1.9, "close"), (1.9, "close"), (2.1, "ahead: grid")]
)
def test_the_sentence_names_a_winner_only_beyond_two_errors(mean: float, told: str) -> None:
    """With an error of 1, a mean of 1.9 is too close to call, one of 2.1 is not."""
    assert told in intervals([Row("a race", mean, 1.0, style("random"))], Axis("d", -9, 9), ("dice", "grid")).sentence


def test_an_interval_beyond_the_axis_is_an_error() -> None:
    """What would be cut off is refused, with the ends that are needed."""
    with pytest.raises(ValueError, match="they from -5 to 0; widen it"):
        intervals([Row("far", -4, 0.5, style("random"))], AXIS, ("a", "b"))


@pytest.mark.parametrize(("low", "lines"), [(-4, 1), (-0.5, 2)])
def test_words_stay_within_the_axis(low: float, lines: int) -> None:
    """Beside zero where they have room; else from the end of the axis, on a line of their own."""
    axis = Axis("difference", low, 4)
    scene = intervals([Row("one", 1, 0.2, style("random"))], axis, ("the search", "random"), how="lower")
    sides = [layer for layer in scene.layers if isinstance(layer, Text) and "lower" in layer.text[0]]
    assert [side.text[0] for side in sides] == ["← the search lower", "random lower →"]
    for side in sides:
        far = side.x[0] + (1 if side.anchor == "start" else -1) * len(side.text[0]) * (4 - low) / LETTERS
        assert axis.low <= side.x[0] <= axis.high
        assert axis.low <= far <= axis.high
    assert len({side.y[0] for side in sides}) == lines
    assert max(side.y[0] for side in sides) < scene.y.high
