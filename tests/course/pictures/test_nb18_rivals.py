"""Rivals and tuning sets: what is drawn is worked out anew from the rows."""

import numpy as np
import pytest
from online_tables import rivals as raced
from online_tables import tuning_sets as tried
from scipy import stats

from hpo_tutor.course.pictures.nb18 import rivals, tuning_sets
from hpo_tutor.scenes.layers import Band, Segments
from hpo_tutor.scenes.stage import legend

RACED, TRIED = raced(), tried()


def named(scene, name):
    """The layer that the legend calls so."""
    return next(layer for layer in scene.layers if layer.name == name)


def handed_in(method, units, cost, column):
    """Of each seed: the training with the smallest validation loss among those that are over."""
    found = []
    for seed in range(5):
        own = RACED[(RACED["method"] == method) & (RACED["seed"] == seed)].sort_values("number")
        over = [row for k, row in enumerate(own.to_dict("records")) if (k + 1) * cost <= units + 1e-9]
        if over:
            found.append(min(over, key=lambda row: row["validation_loss"])[column])
    return np.array(found)


@pytest.mark.parametrize("quantity", list(rivals.QUANTITIES))
def test_rivals_hand_in_the_best_of_what_is_over(quantity):
    """T1-T2's trainings take 1.2 units, so it has nothing at 1 and one at 2; means and intervals against scipy."""
    column, scale = rivals.QUANTITIES[quantity]
    scene = rivals.rivals_scene(RACED, quantity)
    bars = [layer for layer in scene.layers if isinstance(layer, Segments)]
    for (method, cost), bar in zip((("t1-t2", 1.2), ("random", 1.0), ("gp", 1.0)), bars, strict=True):
        line = named(scene, rivals.NAMES[method])
        units = np.round(2 * np.asarray(line.x)) / 2
        assert units[0] == (1.5 if method == "t1-t2" else 1.0)
        assert units[-1] == 10.0
        for k, at in enumerate(units):
            values = scale * handed_in(method, at, cost, column)
            low, high = stats.t.interval(0.95, 4, values.mean(), stats.sem(values))
            assert line.y[k] == pytest.approx(values.mean(), rel=1e-4)
            if at % 1 == 0:
                (here,) = np.flatnonzero(np.round(bar.x0) == at)
                assert [bar.y0[here], bar.y1[here]] == pytest.approx([low, high], rel=1e-4)
        assert len(bar.x0) == sum(units % 1 == 0)
    first, last = (handed_in("t1-t2", at, 1.2, column).mean() * scale for at in (1.5, 10.0))
    assert f"T1-T2 {rivals._at(first, 1)} (" in scene.sentence
    assert f"T1-T2 {rivals._at(last, 1)} (" in scene.sentence


def test_differences_of_rivals_are_paired():
    """The mean difference is the difference of the means, with the sign that is said."""
    told = rivals.rivals_scene(RACED).sentence
    for name, method in (("Random search", "random"), ("Bayesian optimisation", "gp")):
        gap = 100 * (handed_in(method, 10, 1.0, "test_error") - handed_in("t1-t2", 10, 1.2, "test_error")).mean()
        assert f"{name} minus T1-T2 then, seed by seed: {rivals._at(gap, 1)} (" in told


def test_rivals_player_offers_the_other_random_search():
    """Whose trainings take 1.5 units; and refuses what is not there."""
    assert list(rivals.rivals_player(RACED)._dials["rows"].values) == [
        "T1 for weights",
        "random search learns from T2, too",
    ]
    scene = rivals.rivals_scene(RACED, methods=("random-all",))
    line = named(scene, rivals.NAMES["random-all"])
    values = 100 * handed_in("random-all", 6.0, 1.5, "test_error")
    assert float(line.y[list(np.round(line.x, 3)).index(6.0)]) == pytest.approx(values.mean(), rel=1e-5)
    with pytest.raises(ValueError, match="quantity is one of"):
        rivals.rivals_scene(RACED, "seconds")
    with pytest.raises(ValueError, match="got tpe"):
        rivals.rivals_scene(RACED, methods=("tpe",))


@pytest.mark.parametrize(("knobs", "n_knobs"), [("few", 2), ("many", 8)])
def test_the_gap_is_shaded_between_the_means(knobs, n_knobs):
    """Of T2's own rows and of unseen ones."""
    scene = tuning_sets.losses_scene(TRIED, knobs)
    own = TRIED[TRIED["knobs"] == knobs].groupby("n_tuning")[["tuning_loss", "validation_loss"]].mean()
    (band,) = [layer for layer in scene.layers if isinstance(layer, Band)]
    np.testing.assert_allclose(band.low, own["tuning_loss"], rtol=1e-5)
    np.testing.assert_allclose(band.high, own["validation_loss"], rtol=1e-5)
    np.testing.assert_allclose(named(scene, "T2's own rows").y, own["tuning_loss"], rtol=1e-5)
    assert scene.title == f"{n_knobs} hyperparameters"
    assert list(legend([scene])) == ["gap", "unseen rows", "T2's own rows"]


def test_luck_that_is_shared_drops_out_of_the_gap():
    """By construction 2 and 8 hyperparameters over the rows are left, up to a hundredth of a nat."""
    scene = tuning_sets.overfit_scene(TRIED)
    bars = [layer for layer in scene.layers if isinstance(layer, Segments)]
    for n_knobs, bar in zip((2, 8), bars, strict=True):
        line = named(scene, f"{n_knobs} hyperparameters")
        np.testing.assert_allclose(line.y, n_knobs / np.array([20, 200, 2000]), atol=0.02)
        assert np.all(np.asarray(bar.y0) < line.y)
        assert np.all(np.asarray(bar.y1) > line.y)
    with pytest.raises(ValueError, match="not tuned"):
        tuning_sets.overfit_scene(TRIED[TRIED["knobs"] != "none"])


def test_the_board_of_tuning_sets_has_shared_axes():
    """Few and many beside each other, so that gaps can be compared."""
    board = tuning_sets.tuning_sets_board(TRIED)
    left, right = board.rows[0]
    assert (left.y.low, left.y.high) == (right.y.low, right.y.high)
    assert len(board.rows[1]) == 1
    assert "2 hyperparameters: gap" in board.sentence
    assert "Gap beyond that without tuning" in board.sentence
