"""The pictures of the talk of notebook 11 show the numbers they were given."""

import numpy as np
import pytest

from hpo_tutor.course.pictures.nb11 import bets, slides
from hpo_tutor.scenes.layers import Points, Segments, Text

NAMES = ("grid", "random", "lhs")


def of_kind(scene, kind):
    """The layers of a scene that are of this kind."""
    return [layer for layer in scene.layers if isinstance(layer, kind)]


@pytest.fixture(scope="module")
def field():
    """Three designs on four batches, two draws each; the third is truly the lowest."""
    values = np.random.default_rng(0).uniform(0, 1, size=(3, 4, 2)) + np.array([3.0, 2.0, 1.0])[:, None, None]
    return bets.Field(NAMES, values)


def test_every_design_shows_its_points():
    """Two rows of three squares, nine points in each; the grid's reach the corners."""
    board = slides.placed([*NAMES, "rsa", "hypertiling", "grid-midpoints"], 9)
    assert [len(row) for row in board.rows] == [3, 3]
    for scene in board.scenes():
        (points,) = of_kind(scene, Points)
        assert len(points.x) == 9
    (grid,) = of_kind(board.rows[0][0], Points)
    assert {(0.0, 0.0), (1.0, 1.0)} < set(zip(grid.x.tolist(), grid.y.tolist(), strict=True))


def test_each_paper_ranks_by_its_own_means():
    """The lowest mean stands on top, its interval is two standard errors to either side, and both share an axis."""
    first = np.array([[3.0, 5.0, 4.0], [1.0, 2.0, 3.0], [6.0, 6.0, 9.0]])
    board = slides.papers({"Paper 1": first, "Paper 2": first[::-1]}, NAMES)
    left, right = board.rows[0]
    assert [layer.text[0] for layer in of_kind(left, Text)] == ["lhs", "grid", "random"]  # from the lowest row up
    assert [layer.text[0] for layer in of_kind(right, Text)] == ["grid", "lhs", "random"]
    assert left.x == right.x
    top = of_kind(left, Segments)[-1]
    error = first[1].std(ddof=1) / np.sqrt(3)
    np.testing.assert_allclose([top.x0[0], top.x1[0]], [2 - 2 * error, 2 + 2 * error], rtol=1e-6)
    assert left.sentence == "random, grid, lhs."


def test_a_race_hides_its_names_until_the_bet(field):
    """Letters before, names and a star at each true mean after; the race is the notebook's."""
    hidden, shown = (slides.race(field, 9, 3, 10, revealed) for revealed in (False, True))
    assert {text for _, text in hidden.y.ticks} == set("ABC")
    assert {text for _, text in shown.y.ticks} == set(NAMES)
    stars = {float(layer.x[0]) for layer in of_kind(shown, Points) if layer.symbol == "star"}
    np.testing.assert_allclose(sorted(stars), np.sort(field.truth), rtol=1e-5)
    values, order = bets.race_of(field, 3)
    leader = "ABC"[int(values[:, :10].mean(axis=1).argmin())]
    assert hidden.sentence == f"9 points, 10 batches: {leader} leads."
    assert shown.sentence.startswith("9 points, 10 batches: ")
    assert shown.sentence.endswith(("it is truly the lowest.", "but truly lowest is lhs."))
    assert NAMES[order[0]] == next(text for row, text in shown.y.ticks if row == 2)


def test_a_score_that_moved_has_both_its_places():
    """A line from the score before to the score after, in the row of its design, with both numbers written at it."""
    before, after = {"grid": 0.7, "lhs": 0.3}, {"grid": 0.9, "lhs": 0.4}
    scene = slides.moved(before, after, ("three designs", "five designs"))
    rows = dict(scene.y.ticks)
    for line, words in zip(of_kind(scene, Segments), of_kind(scene, Text), strict=True):
        name = rows[float(line.y0[0])]
        np.testing.assert_allclose([line.x0[0], line.x1[0]], [before[name], after[name]], rtol=1e-6)
        assert words.text[0] == f"{before[name]} → {after[name]}"
    assert scene.sentence.startswith("three designs, then five designs: grid from 0.7 to 0.9")
