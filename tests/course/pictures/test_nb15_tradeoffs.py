"""The slider along a front shows the pictures that belong to each of its models."""

import numpy as np
import pytest

from hpo_tutor.course.pictures.nb15 import tradeoffs
from hpo_tutor.problems.tasks.reconstructions import Rebuilt
from hpo_tutor.scenes.layers import Heatmap, Text
from hpo_tutor.scenes.stage import legend


def made_up(n=200, k=6, n_pictures=4, seed=0):
    """Trials on a cloud, models on their front, and pictures that are noise of a known size."""
    rng = np.random.default_rng(seed)
    operations = np.exp(rng.uniform(np.log(300), np.log(1e5), size=n))
    losses = np.column_stack([8 - 0.5 * np.log(operations) + rng.exponential(1, size=n), operations])
    losses[5] = np.nan
    rows = tradeoffs.along(losses, k)
    originals = rng.integers(0, 17, size=(n_pictures, 8, 8)).astype(float)
    pictures = originals + np.arange(len(rows), 0, -1).reshape(-1, 1, 1, 1) * rng.choice([-0.5, 0.5], (8, 8))
    rebuilt = Rebuilt(originals, pictures, losses[rows, 0] + 0.1)
    linear = Rebuilt(originals, originals[None] + 2.0, np.array([2.5]))
    return losses, rows, rebuilt, linear


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("most", [2, 6, 10])
def test_models_along_the_front_are_on_it_and_hold_its_ends(seed, most):
    """No trial beats a chosen one; they are in order of operations, with the first and the last of the front."""
    losses = made_up(seed=seed)[0]
    rows = tradeoffs.along(losses, most)
    for row in rows:
        beaten = np.all(losses <= losses[row], axis=1) & np.any(losses < losses[row], axis=1)
        assert not beaten.any()
    assert len(rows) <= most
    assert np.all(np.diff(losses[rows, 1]) > 0)
    assert np.all(np.diff(losses[rows, 0]) < 0)
    assert losses[rows[0], 1] == np.nanmin(losses[:, 1])
    assert losses[rows[-1], 0] == np.nanmin(losses[:, 0])


def test_a_short_front_is_taken_whole_and_equals_once():
    """Fewer points than asked for are all chosen; of two equal ones the first."""
    assert tradeoffs.along([[1, 9], [3, 1], [3, 1], [2, 4], [4, 4]]) == [1, 3, 0]


@pytest.mark.parametrize("with_linear", [True, False])
@pytest.mark.parametrize("k", range(4))
def test_the_pictures_are_those_of_the_chosen_model(k, with_linear):
    """On the canvas, from above: originals, what the chosen model made of them, and what the linear code did."""
    losses, rows, rebuilt, linear = made_up()
    board = tradeoffs.picture(k, losses, rows, rebuilt, linear if with_linear else None)
    _, below = board.scenes()
    canvas = np.asarray(next(layer for layer in below.layers if isinstance(layer, Heatmap)).z)[::-1]
    bands = [(0, rebuilt.originals), (9, rebuilt.pictures[k]), *([(21, linear.pictures[0])] if with_linear else [])]
    for top, pictures in bands:
        for i, one in enumerate(pictures):
            np.testing.assert_allclose(canvas[top : top + 8, 9 * i : 9 * i + 8], one, rtol=1e-6)
    scale = next(layer for layer in below.layers if isinstance(layer, Heatmap))
    assert (scale.low, scale.high) == (0, 16)
    texts = next(layer for layer in below.layers if isinstance(layer, Text)).text
    assert texts[:4] == (f"{0.5 * (len(rows) - k):.1f}",) * 4
    assert texts[4:] == (("2.0",) * 4 if with_linear else ())


def test_the_front_rings_the_chosen_model_and_the_sentence_names_it():
    """The large mark stands at the model's operations and its loss after the second training; over all models."""
    losses, rows, rebuilt, linear = made_up()
    for k, row in enumerate(rows):
        board = tradeoffs.picture(k, losses, rows, rebuilt, linear)
        front = next(board.scenes())
        ring = next(layer for layer in front.layers if layer.name == "the model below")
        np.testing.assert_allclose([*ring.x, *ring.y], [losses[row, 1], rebuilt.losses[k]], rtol=1e-6)
        assert f"Model {k + 1} of {len(rows)}: {losses[row, 1]:,.0f} operations" in board.sentence
        assert "512 operations, has 2.5" in board.sentence
        for layer in front.layers:
            if layer.name in ("on the front", "trained once more", "linear code"):
                assert np.all((np.asarray(layer.x) >= front.x.low) & (np.asarray(layer.x) <= front.x.high))
                assert np.all((np.asarray(layer.y) >= front.y.low) & (np.asarray(layer.y) <= front.y.high))


def test_a_training_that_diverged_is_shown_as_none():
    """Its pictures stay empty and its numbers are words; the others are drawn as ever."""
    losses, rows, rebuilt, linear = made_up()
    broken = Rebuilt(rebuilt.originals, rebuilt.pictures.copy(), rebuilt.losses.copy())
    broken.pictures[1], broken.losses[1] = np.nan, np.nan
    board = tradeoffs.picture(1, losses, rows, broken, linear)
    texts = next(layer for layer in list(board.scenes())[1].layers if isinstance(layer, Text)).text
    assert texts[:4] == ("none",) * 4
    assert tradeoffs.slider("front", losses, rows, broken).label == "front"


def test_the_slider_has_a_step_for_each_model_and_one_legend():
    """From the fewest operations to the most."""
    losses, rows, rebuilt, linear = made_up()
    boards = [tradeoffs.picture(k, losses, rows, rebuilt, linear) for k in range(len(rows))]
    assert len({tuple(legend([board])) for board in boards}) == 1
    assert {"the model below", "trained once more", "linear code", "grey level"} <= set(legend(boards))


def test_models_and_rows_must_match():
    """A model too few is said."""
    losses, rows, rebuilt, _ = made_up()
    with pytest.raises(ValueError, match="needs its model"):
        tradeoffs.picture(0, losses, rows[:-1], rebuilt)
