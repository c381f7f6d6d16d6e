"""The pictures of notebook 01 show the numbers that they were given, and say so in a sentence."""

import math

import numpy as np
import pytest

from hpo_tutor.course.pictures import nb01
from hpo_tutor.scenes.layers import Line, Points
from hpo_tutor.search_space import Float

DOMAIN = Float(1e-4, 1e-1, log=True)


def test_the_two_sliders_move_as_their_scales_do() -> None:
    """At each place the symbols stand at the domain's own values: even differences, and even factors."""
    frames = nb01.two_sliders(DOMAIN, n_frames=5)
    assert len(frames) == 5
    plain = Float(1e-4, 1e-1)
    for frame, share in zip(frames, np.linspace(0, 1, 5), strict=True):
        linear, even = (layer for layer in frame.layers if isinstance(layer, Points))
        assert float(linear.y[0]) == pytest.approx(plain.from_unit(share), rel=1e-4)
        assert float(even.y[0]) == pytest.approx(DOMAIN.from_unit(share), rel=1e-4)
        assert float(linear.x[0]) == pytest.approx(100 * share)
    assert frames[2].sentence == (
        "At 50 % of its way the linear slider stands at 0.0501, the logarithmic one at 0.00316."
    )
    assert [layer.name for layer in frames[0].layers if isinstance(layer, Line)] == [
        "linear slider",
        "logarithmic slider",
    ]


def test_chosen_marks_the_lowest_of_each_set() -> None:
    """All networks are points; the marked ones are those lowest on validation and lowest on test, failed ones aside."""
    validation = np.array([0.5, 0.2, math.nan, 0.3])
    test = np.array([0.6, 0.4, math.nan, 0.25])
    cloud, by_validation, by_test = nb01.chosen(validation, test).data
    np.testing.assert_array_equal([cloud.x, cloud.y], [validation, test])
    assert (by_validation.x[0], by_validation.y[0]) == (0.2, 0.4)
    assert (by_test.x[0], by_test.y[0]) == (0.3, 0.25)
    description = nb01.chosen(validation, test).layout.meta["description"]
    assert "Lowest on validation is 0.2, with 0.4 on test; lowest on test is 0.25." in description


def test_beaten_counts_walks() -> None:
    """The histogram holds every count, and the sentence its range and median."""
    figure = nb01.beaten([10, 40, 90, 95])
    assert list(figure.data[0].x) == [10, 40, 90, 95]
    assert "4 walks beat between 10 and 95 of 100" in figure.layout.meta["description"]
    assert "at least 65" in figure.layout.meta["description"]


def test_above_optimum_has_a_dot_a_division_and_their_mean() -> None:
    """A row a task: all its numbers, their mean, and how many blind draws are better, in the picture and in words."""
    figure = nb01.above_optimum({"digits": [100, 300], "jets": [0.5, 1.5]}, {"digits": 0.25, "jets": 0.1})
    digits, digits_mean, jets, jets_mean = figure.data
    assert (list(digits.x), list(jets.x)) == ([100, 300], [0.5, 1.5])
    assert (digits_mean.x[0], jets_mean.x[0]) == (200, 1)
    assert (digits_mean.y[0], jets_mean.y[0]) == (0, 1)
    assert figure.layout.yaxis.range[0] > figure.layout.yaxis.range[1]  # the first task on top
    assert [("digits" in text, "25 %" in text, "10 %" in text) for text in figure.layout.yaxis.ticktext] == [
        (True, True, False),
        (False, False, True),
    ]
    assert "digits 200 %, and 25 % of blind draws are better; jets 1 %" in figure.layout.meta["description"]


def test_over_rates_leaves_out_what_blew_up() -> None:
    """A line a kind; infinite and missing losses are gaps, and the sentence counts what lies below the line."""
    figure = nb01.over_rates([0.01, 0.1, 1.0], {"plain": [2.3, 0.2, math.inf], "norm": [0.1, 0.2, math.nan]}, good=0.3)
    np.testing.assert_array_equal(figure.data[0].y, [2.3, 0.2, math.nan])
    np.testing.assert_array_equal(figure.data[1].y, [0.1, 0.2, math.nan])
    assert "below 0.3 lie: plain 1, norm 2." in figure.layout.meta["description"]
    assert figure.data[0].line.dash != figure.data[1].line.dash


def test_no_figure_leaves_its_width_or_its_words_behind() -> None:
    """Each figure has a title and a sentence for those who do not see it, and no fixed width."""
    shown = [
        nb01.chosen(np.array([0.2, 0.3]), np.array([0.3, 0.2])),
        nb01.beaten([1, 2]),
        nb01.above_optimum({"digits": [1, 2]}, {"digits": 0.5}),
        nb01.over_rates([0.1, 1.0], {"plain": [0.1, 0.2]}, good=0.3),
    ]
    for figure in shown:
        assert figure.layout.title.text
        assert figure.layout.meta["description"].endswith(".")
        assert figure.layout.width is None
