"""The pictures of the talk of notebook 13 show the numbers they were given, in few words and large."""

import itertools

import numpy as np
import pytest

from hpo_tutor.course.pictures import nb13
from hpo_tutor.course.pictures.nb13 import slides
from hpo_tutor.designs.sparse_grids import regular
from hpo_tutor.problems import functions
from hpo_tutor.race.experiments import trained
from hpo_tutor.race.experiments.moved import Moved
from hpo_tutor.scenes.layers import Line, Marks, Points, Polygons, Segments, Text
from hpo_tutor.scenes.ticks import MINUS


def of_kind(scene, kind):
    """The layers of a scene that are of this kind."""
    return [layer for layer in scene.layers if isinstance(layer, kind)]


def test_bars_are_as_long_as_what_was_right():
    """From the top in the order given, each with its number behind it and its name before zero."""
    scene = slides.right({"grid": 10.1, "random": 97.4})
    (bars,), (numbers, names) = of_kind(scene, Polygons), of_kind(scene, Text)
    np.testing.assert_allclose(np.reshape(bars.x, (-1, 4)).max(axis=1), [97.4, 10.1], rtol=1e-6)
    assert list(numbers.text) == ["97.4\u00a0%", "10.1\u00a0%"]
    assert list(names.text) == ["random", "grid"]
    assert numbers.y[1] > numbers.y[0]
    assert np.all(names.x < 0)
    assert scene.sentence == "grid: 10.1\u00a0%; random: 97.4\u00a0%."


def test_the_sources_table_fits_its_picture():
    """Numbers stand within the axis, with room for four letters behind each bar."""
    scene = slides.right({row.sampler: row.accuracy for row in trained.SOURCE})
    assert max(np.max(text.x) for text in of_kind(scene, Text)) < scene.x.high - 20


def test_few_words_tell_how_many_points_a_sparse_grid_takes():
    """The count is that of all places whose levels add up to at most level + 1, and the picture is the notebook's."""
    for level in range(1, 6):
        groups = itertools.product(range(1, level + 1), repeat=2)
        n_taken = sum(2 ** (a + b - 2) for a, b in groups if a + b <= level + 1)
        board = slides.taken(level)
        assert board.sentence == f"Level {level}: {n_taken} of {(2**level - 1) ** 2} points."
        assert len(board.rows[0]) == len(nb13.tableau(level).rows[0]) == 2


def test_counts_are_written_above_their_points():
    """40,353,607 points of the full grid, 7^9, and 199 of the sparse one, within the panel."""
    scene = slides.paid(3, 9)
    (words,) = of_kind(scene, Text)
    assert list(words.text) == [f"{7**9:,}", "199"]
    assert np.all(words.y > [7**9, 199])
    assert scene.y.low < words.y.min() < words.y.max() < scene.y.high


@pytest.mark.parametrize("gamma", [0.0, 0.85, 1.0])
def test_grown_grids_have_a_map_and_few_words(gamma):
    """What was tried is drawn once, and the sentence has the regret."""
    scene = slides.grew(12, gamma, "rastrigin")
    assert not scene.title
    missed = nb13.regret(gamma, 12, "rastrigin")
    told = float(scene.sentence.rpartition(": ")[2].rstrip("."))
    assert told == pytest.approx(missed, rel=0.01)
    symbols = {points.name: points.symbol for points in of_kind(scene, Points) if points.name}
    assert symbols["new points"] == "diamond"
    assert slides.grew(0, gamma, "rastrigin").sentence.endswith("The middle comes first.")


@pytest.mark.parametrize(
    ("n_bumps", "shape", "said"), [(1, "hats", "1 bump"), (7, "hats", "7 hats"), (15, "cubic", "15 cubic bumps")]
)
def test_sums_pass_through_what_was_tried(n_bumps, shape, said):
    """Each node lies on the thick line, and the error is the largest distance between the two lines."""
    scene = slides.summed(n_bumps, shape)
    loss, total = of_kind(scene, Line)
    nodes = of_kind(scene, Points)
    assert sum(len(points.x) for points in nodes) == n_bumps
    for points in nodes:
        np.testing.assert_allclose(points.y, np.interp(points.x, total.x, np.ravel(total.y)), atol=2e-3)
    off = np.abs(np.ravel(loss.y) - np.ravel(total.y)).max()
    assert float(scene.sentence.split()[-1].rstrip(".")) == pytest.approx(off, rel=0.01)
    assert scene.sentence.startswith(f"{said}.")


@pytest.mark.parametrize("n_points", [5, 9, 13])
def test_ends_of_descents_are_told_with_their_true_loss(n_points):
    """Waves are sin 8x + sin 7y; the cross stands where that is what the sentence says."""
    board = slides.downhill(n_points)
    assert [scene.title for scene in board.rows[0]] == ["The truth", f"{n_points} points"]
    promised, true = (
        float(part.split()[-1].rstrip(".,").replace(MINUS, "-")) for part in board.sentence.split(", true ")
    )
    for scene in board.rows[0]:
        (end,) = (points for points in of_kind(scene, Points) if points.name == "its end")
        assert np.sin(8 * end.x[0]) + np.sin(7 * end.y[0]) == pytest.approx(true, abs=0.006)
    assert promised == pytest.approx(float(nb13.descent("nelder-mead", n_points).values[-1]), abs=0.006)


def test_the_same_points_lie_on_the_minimum_only_where_it_was_published():
    """Rastrigin by its formula: regret 0 at the middle of the published box, and what is told of the moved one."""
    published, moved = slides.addresses(2).rows[0]

    def lowest(scene):
        (points,) = (one for one in of_kind(scene, Points) if one.symbol == "circle")
        assert len(points.x) == len(regular(2, 2).levels) == 5
        values = 20 + sum(v**2 - 10 * np.cos(2 * np.pi * v) for v in (np.asarray(points.x), np.asarray(points.y)))
        return float(values.min())

    assert functions.function("rastrigin").optimum == Moved("rastrigin", 2, 10).optimum == 0
    assert lowest(published) == pytest.approx(0, abs=1e-6)
    assert published.title == "published: regret 0"
    assert float(moved.title.split()[-1]) == pytest.approx(lowest(moved), rel=0.01)
    assert lowest(moved) > 10


def test_factors_are_geometric_means_over_seeds():
    """Regrets of a hundredth, a tenth and one of another's have the factor 1/10; the interval is that of logarithms."""
    own, other = np.array([0.01, 0.1, 1.0]), np.ones(3)
    scene = slides.factors({"a valley": (own, other)}, (-4, 3), "random")
    (bar,) = of_kind(scene, Segments)
    half = 2 * 1 / np.sqrt(3)  # two standard errors of -2, -1, 0
    np.testing.assert_allclose([bar.x0[0], bar.x1[0]], [-1 - half, -1 + half], rtol=1e-6)
    (centre,) = of_kind(scene, Points)
    assert centre.x[0] == pytest.approx(-1)
    assert "a valley: 0.1, from" in scene.sentence
    assert of_kind(scene, Marks)[0].at[0] == 0
    assert [text for _, text in scene.x.ticks] == ["1/10,000", "1/100", "1", "100"]  # every other power
    close = slides.factors({"a valley": (own, other)}, (-2.5, 1.2), "random")
    assert [text for _, text in close.x.ticks] == ["1/100", "1/10", "1", "10"]


def test_a_regret_of_zero_has_a_place():
    """Its logarithm does not exist, so it counts as a regret that nobody needs smaller."""
    scene = slides.factors({"found": (np.zeros(3), np.full(3, 1e-9))}, (-1, 1), "gp")
    assert of_kind(scene, Points)[0].x[0] == 0


def test_methods_stand_in_the_order_of_their_means():
    """The lowest on top; a dot for each repetition, and two standard errors to either side of the mean."""
    scores = {"D, gp": [8.0, 10.0, 12.0], "B, random": [10.0, 20.0, 60.0]}
    scene = slides.missed(scores, {"D, gp": "gp", "B, random": "random"})
    assert list(of_kind(scene, Text)[0].text) == ["B, random", "D, gp"]  # from the lowest row up
    dots = [points for points in of_kind(scene, Points) if len(points.x) == 3]
    means = [points for points in of_kind(scene, Points) if len(points.x) == 1]
    for row, values in enumerate(([10.0, 20.0, 60.0], [8.0, 10.0, 12.0])):
        np.testing.assert_allclose(dots[row].x, values)
        assert means[row].x[0] == pytest.approx(np.mean(values))
        assert dots[row].y.max() < means[row].y[0] < row + 0.5
        bar, error = of_kind(scene, Segments)[row], np.std(values, ddof=1) / np.sqrt(3)
        assert bar.x1[0] - bar.x0[0] == pytest.approx(4 * error, rel=1e-5)
    assert scene.sentence.index("D, gp 10.0 ± 2.3") < scene.sentence.index("B, random 30.0")
    assert sum(bool(layer.name) for layer in scene.layers) == 2  # the legend says each kind once
