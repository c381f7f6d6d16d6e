"""Figures of placements hold the placements' numbers."""

import numpy as np
import pytest

from hpo_tutor import problems
from hpo_tutor.figures import placements, style
from hpo_tutor.race import place_on_landscape, place_on_quadratics

NAMES = ["grid", "grid-midpoints", "random", "lhs"]
HOUSES = place_on_landscape(NAMES, problems.landscape("king_county"), [9, 25], n_draws=4)
BOWLS = place_on_quadratics(NAMES, 8, 3, n_problems=500)


@pytest.mark.parametrize("result", [HOUSES, BOWLS])
def test_dots_are_means_and_intervals_two_errors(result):
    """Against the table, for each number of points, in the design's own colour and symbol."""
    table = result.table()
    for name, trace in zip(NAMES, placements(result).data, strict=True):
        rows = table.xs(name, level="design")
        np.testing.assert_allclose(trace.y, rows["mean"])
        np.testing.assert_allclose(trace.error_y.array, 2 * rows["error"])
        assert (trace.marker.color, trace.marker.symbol) == (style(name).color, style(name).symbol)


def test_against_a_peer_dots_are_paired_differences_in_per_cent():
    """Difference and error over the peer's mean; the peer is the line at zero and no dot."""
    figure, table = placements(HOUSES, "random"), HOUSES.table()
    base = table.xs("random", level="design")["mean"]
    assert len(figure.data) == len(NAMES) - 1
    for name, trace in zip(["grid", "grid-midpoints", "lhs"], figure.data, strict=True):
        rows = table.xs(name, level="design")
        np.testing.assert_allclose(trace.y, 100 * rows["minus random"] / base)
        np.testing.assert_allclose(trace.error_y.array, 200 * rows["its error"] / base)
    line = next(shape for shape in figure.layout.shapes if shape.y0 == shape.y1 == 0)
    assert line.line.color == style("random").color


def test_dots_of_one_number_of_points_stand_side_by_side():
    """No two designs at the same place, all within the room of their number, in the order of entry."""
    xs = np.array([trace.x for trace in placements(HOUSES).data])
    assert np.all(np.diff(xs, axis=0) > 0)
    assert np.array_equal(np.round(xs), np.broadcast_to([0, 1], xs.shape))
    assert [text for text in placements(HOUSES).layout.xaxis.ticktext if "9" in text or "25" in text]


def test_the_caption_names_the_interval_and_the_description_every_dot():
    """A subtitle that fits, and each design's mean for those who do not see the figure."""
    figure = placements(HOUSES)
    assert "mean, ± 2 standard errors over 10 batches" in figure.layout.title.subtitle.text
    assert "over 500 bowls" in placements(BOWLS).layout.title.subtitle.text
    assert "random quadratics in 3-D: designs against lhs" in placements(BOWLS, "lhs").layout.title.text
    description = figure.layout.meta["description"]
    assert description.startswith("Designs on king_county: with 9 points grid ")
    for name in NAMES:
        assert f"{name} {HOUSES.mean(name, 25)[0]:.3g} ± {2 * HOUSES.mean(name, 25)[1]:.3g}" in description


def test_a_peer_unknown_or_alone_is_refused():
    """The message says who took part."""
    with pytest.raises(ValueError, match="'random' alone took part; leave peer out"):
        placements(place_on_quadratics("random", 8, 3, n_problems=50), "random")
    with pytest.raises(ValueError, match="these took part: grid, grid-midpoints, random, lhs"):
        placements(HOUSES, "sobol")
