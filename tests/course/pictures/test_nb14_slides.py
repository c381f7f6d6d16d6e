"""The pictures of the talk of notebook 14 show the numbers they were given, in few words and large."""

import numpy as np
import pytest

from hpo_tutor.course.pictures import nb14
from hpo_tutor.course.pictures.nb14 import slides
from hpo_tutor.importances import Importance
from hpo_tutor.problems.tasks.reconstructions import Rebuilt
from hpo_tutor.scenes.layers import Heatmap, Line, Marks, Points, Polygons, Segments, Text
from hpo_tutor.scenes.ticks import MINUS
from hpo_tutor.search_space import Integer, SearchSpace
from hpo_tutor.trials import History, Trial

SHARES = {"rate": 0.4, "idle": 0.1, "width": 0.05, "gone": 0.02}
CREDITED = Importance(nb14.space().names, np.full((3, 18), 0.01) + np.array([[0.0], [0.001], [0.002]]))


def of_kind(scene, kind):
    """The layers of a scene that are of this kind."""
    return [layer for layer in scene.layers if isinstance(layer, kind)]


def test_pictures_stand_above_what_came_back_of_them():
    """The upper heatmaps are the originals, first row on top; what is darker than black is black; errors are told."""
    originals = np.arange(2 * 9, dtype=float).reshape(2, 3, 3) % 16
    back = originals - 1.0
    pictures, encoder = (row[0] for row in slides.rebuilt(Rebuilt(originals, back[None], np.array([1.0])), _one()).rows)
    upper, lower = of_kind(pictures, Heatmap)[:2], of_kind(pictures, Heatmap)[2:]
    for column in range(2):
        np.testing.assert_allclose(upper[column].z, originals[column][::-1])
        np.testing.assert_allclose(lower[column].z, np.maximum(back[column], 0)[::-1])
        assert upper[column].y[0] > lower[column].y[1]
        assert upper[column].x == lower[column].x
        assert (upper[column].low, upper[column].high) == (0, 16)
    assert pictures.sentence.endswith("grey levels of 16: 1.0, 1.0.")
    assert "3 layers, the last with 8 numbers" in encoder.sentence  # a convolution, a dense layer, the code
    said = [word for layer in of_kind(encoder, Text) for word in layer.text]
    assert said.count("off") == 4


def _one():
    return nb14.settings(1)["a"] | {"n_conv": 1, "n_dense": 1}


def test_hidden_bars_have_numbers_and_shown_ones_the_same_lengths():
    """From the top in falling order; with names the dead are hatched to the same end, and say that they are dead."""
    hidden, shown = slides.credited(SHARES), slides.credited(SHARES, {"idle", "gone"})
    assert list(of_kind(hidden, Text)[0].text) == ["1", "2", "3", "4"]
    assert list(of_kind(shown, Text)[0].text) == ["rate", "idle (dead)", "width", "gone (dead)"]
    (bars,), (alive,), (edges,) = of_kind(hidden, Polygons), of_kind(shown, Polygons), of_kind(shown, Line)
    lengths = np.reshape(bars.x, (-1, 4)).max(axis=1)
    np.testing.assert_allclose(lengths, [40, 10, 5, 2], rtol=1e-6)
    np.testing.assert_allclose(np.reshape(alive.x, (-1, 4)).max(axis=1), [40, 5], rtol=1e-6)
    np.testing.assert_allclose(np.nanmax(np.reshape(edges.x, (-1, 6)), axis=1), [10, 2], rtol=1e-6)
    (strokes,) = of_kind(shown, Segments)
    assert np.all(np.asarray(strokes.x1) <= 10 + 1e-5)
    assert np.all(np.asarray(strokes.x0) >= 0)
    assert len(of_kind(hidden, Segments)) == 0
    assert (hidden.x.low, hidden.x.high, hidden.y.low) == (shown.x.low, shown.x.high, shown.y.low)
    assert "rate" not in hidden.sentence
    assert shown.sentence == "The 2 dead get 21.1 % of all credit; idle stands above 1 that live."  # 12 of 57


@pytest.mark.parametrize(("n_conv", "n_dense", "n_dead"), [(3, 3, 0), (3, 2, 1), (2, 2, 5), (1, 1, 10)])
def test_the_board_tells_how_many_are_dead_and_what_they_have(n_conv, n_dense, n_dead):
    """Each of 18 has 1.1 % on the mean; the words of the boxes above the sliders are gone, the sliders stay."""
    scene = slides.board(CREDITED, nb14.settings(1)["a"], n_conv, n_dense)
    expected = f"{n_dead} of 18 are dead." + (f" They are credited {1.1 * n_dead:.3g} %." if n_dead else "")
    assert scene.sentence == expected
    said = [word for layer in of_kind(scene, Text) for word in layer.text]
    assert said.count("dead") == n_dead
    assert set(nb14.space().names) <= set(said)
    assert not {"off", "input", "code"} & set(said)
    tops = [np.max(layer.y) for layer in of_kind(scene, Text) if len(layer.text)]
    assert max(tops) < scene.y.high


def test_the_tree_tells_its_rarest_branch():
    """Counted by hand: of three configs one has a third convolution, none a third dense layer."""
    space = nb14.space()
    full = nb14.settings(1)["a"]
    drawn = []
    for n_conv, n_dense in ((3, 1), (2, 2), (1, 2)):
        one = full | {"n_conv": n_conv, "n_dense": n_dense}
        drawn.append({name: one[name] for name in space.names if name in space.active(one)})
    assert slides.lit(space, drawn, 1).sentence.startswith("Config 1: 16 of 18 exist.")
    last = slides.lit(space, drawn, 3).sentence
    assert last == f"Config 3: {len(drawn[2])} of 18 exist. Rarest branch: n_dense \u2265 3, 0 of 3."


def test_tiles_tell_their_fewest_and_most_trials():
    """Four trials over two tiles, one of them closed at the end; a tile's second line of words is left out."""
    space = SearchSpace(n_layers=Integer(1, 2), width=Integer(1, 9, when="n_layers == 2"))
    configs = [{"n_layers": 1}, {"n_layers": 2, "width": 3}, {"n_layers": 2, "width": 4}, {"n_layers": 2, "width": 5}]
    trials = [
        Trial(k, config, losses=(loss,), state="complete")
        for k, (config, loss) in enumerate(zip(configs, [4, 3, 2, 5], strict=True))
    ]
    closed = np.array([[False, False]] * 3 + [[True, False]])
    fillings = nb14.Fillings({"mine": nb14.Filling(History(trials), closed, ("n_layers",))}, space, ("n_layers",))
    draw = slides.filled(fillings)
    assert draw("mine", 2).sentence == "mine, 2 trials: 1 in each tile. Best: 3."
    assert draw("mine", 4).sentence == "mine, 4 trials: 1 to 3 a tile, 1 closed. Best: 2."
    said = [word for layer in of_kind(draw("mine", 4), Text) for word in layer.text]
    assert said == ["budget: 4 of 4 trials", "layers 1", "layers 2", "closed"]


@pytest.mark.parametrize("n_trials", nb14.BUDGETS)
def test_what_a_model_guides_is_what_the_start_ups_leave(n_trials):
    """Nine tiles of their own numbers of hyperparameters, counted by hand: 2 d + 2 each, as far as trials go."""
    dims = [4 * i + j + 1 for i in (1, 2, 3) for j in (1, 2, 3)]
    shares = [n_trials // 9 + (k < n_trials % 9) for k in range(9)]
    left = sum(max(share - 2 * d - 2, 0) for share, d in zip(shares, dims, strict=True))
    scene = slides.started(n_trials)
    assert scene.sentence == f"{n_trials} trials. Nine tiles: a model guides {left} of them."
    assert len(of_kind(scene, Text)[0].text) == 3


def test_shares_have_their_intervals():
    """In per cent, the first row on top, each interval about its mean; below zero nothing is drawn."""
    scene = slides.shares({"first": (0.2, 0.1, 0.3), "second": (0.01, -0.01, 0.03)}, "dead")
    (bars,), (means,) = of_kind(scene, Segments), of_kind(scene, Points)
    np.testing.assert_allclose(means.x, [1, 20], rtol=1e-6)
    np.testing.assert_allclose(bars.x0, [0, 10], rtol=1e-6)
    np.testing.assert_allclose(bars.x1, [3, 30], rtol=1e-6)
    assert means.y[1] > means.y[0]
    assert "first: 20 (10 to 30)" in scene.sentence
    assert scene.x.low < 0 < 30 < scene.x.high


def test_differences_are_paired_seed_by_seed():
    """Regrets of 1, 2 and 3 less than another's, and two errors to either side; the axis names the peer."""
    other = np.array([5.0, 9.0, 4.0])
    scene = slides.ahead({"one": (other - [1, 2, 3], other, "gp")}, (-4, 1), ("it", "random"), "random")
    (bar,), (centre,) = of_kind(scene, Segments), of_kind(scene, Points)
    half = 2 / np.sqrt(3)
    np.testing.assert_allclose([bar.x0[0], bar.x1[0]], [-2 - half, -2 + half], rtol=1e-6)
    assert centre.x[0] == pytest.approx(-2)
    assert of_kind(scene, Marks)[0].at[0] == 0
    assert scene.x.label == f"regret {MINUS} that of random (grey levels)"
    assert f"one: {MINUS}2.00 ± 1.15" in scene.sentence


def test_an_interval_beyond_the_axis_is_refused():
    """Nothing is cut off in silence."""
    with pytest.raises(ValueError, match="widen it"):
        slides.ahead({"one": (np.zeros(3), np.array([1.0, 2.0, 3.0]), "gp")}, (-2, 1), ("it", "random"), "random")


def test_searches_stand_in_the_order_of_their_means():
    """The lowest on top; a dot for each repetition, and two standard errors to either side of the mean."""
    scores = {"A, list": [0.1, 0.2, 0.3], "D, random": [0.4, 0.5, 0.9]}
    scene = slides.ended(scores, {"A, list": "gp", "D, random": "random"})
    assert list(of_kind(scene, Text)[0].text) == ["D, random", "A, list"]  # from the lowest row up
    dots = [points for points in of_kind(scene, Points) if len(points.x) == 3]
    means = [points for points in of_kind(scene, Points) if len(points.x) == 1]
    for row, values in enumerate(([0.4, 0.5, 0.9], [0.1, 0.2, 0.3])):
        np.testing.assert_allclose(dots[row].x, values, rtol=1e-6)
        assert means[row].x[0] == pytest.approx(np.mean(values))
        bar, error = of_kind(scene, Segments)[row], np.std(values, ddof=1) / np.sqrt(3)
        assert bar.x1[0] - bar.x0[0] == pytest.approx(4 * error, rel=1e-5)
    assert scene.sentence.index("A, list 0.20 ± 0.12") < scene.sentence.index("D, random 0.60")
