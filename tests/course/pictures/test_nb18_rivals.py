"""Rivals and tuning sets: what is drawn is worked out anew from the rows."""

import numpy as np
import pytest
from online_tables import rivals as raced
from online_tables import tuning_sets as tried
from scipy import stats

from hpo_tutor.course.pictures.nb18 import rivals, tuning_sets
from hpo_tutor.scenes.layers import Band, Segments
from hpo_tutor.scenes.stage import legend
from hpo_tutor.scenes.ticks import number

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
    assert f"T1-T2 {number(round(first, 4))} (" in scene.sentence
    assert f"T1-T2 {number(round(last, 4))} (" in scene.sentence


def test_differences_of_rivals_are_paired():
    """The mean difference is the difference of the means, with the sign that is said."""
    told = rivals.rivals_scene(RACED).sentence
    told = told.split("Minus T1-T2 then, seed by seed, with 95\N{NO-BREAK SPACE}% interval (resampled): ")[1]
    for name, method in (("random search", "random"), ("Bayesian optimisation", "gp")):
        gap = 100 * (handed_in(method, 10, 1.0, "test_error") - handed_in("t1-t2", 10, 1.2, "test_error")).mean()
        assert f"{name} {number(round(gap, 4))} (" in told


@pytest.mark.parametrize("quantity", list(rivals.QUANTITIES))
def test_one_seed_has_neither_intervals_nor_differences(quantity):
    """Its numbers are drawn and told all the same."""
    scene = rivals.rivals_scene(RACED[RACED["seed"] == 0], quantity)
    assert "mean of 1 seed. After" in scene.sentence
    for word in ("interval", "nan", " to ", "Minus"):
        assert word not in scene.sentence
    assert sum(len(layer.x0) for layer in scene.layers if isinstance(layer, Segments)) == 0


def test_the_smallest_number_of_seeds_is_told():
    """Where a method has fewer; and what it shares with T1-T2 at fewer than two seeds is no difference."""
    fewer = RACED[(RACED["method"] != "gp") | (RACED["seed"] == 3)]
    told = rivals.rivals_scene(fewer).sentence
    assert "mean of at least 1 seeds and its" in told
    assert "mean of 5 seeds and its" in rivals.rivals_scene(fewer, methods=("t1-t2", "random")).sentence
    assert "Bayesian" not in told.split("Minus T1-T2 then")[1]


def test_methods_that_share_no_moment_are_told_at_the_last():
    """A method whose every training is longer than the race is not there yet."""
    slow = RACED.assign(seconds=RACED["seconds"].where(RACED["method"] != "t1-t2", 6000.0))
    told = rivals.rivals_scene(slow, methods=("random", "t1-t2")).sentence
    assert "T1-T2" not in told
    late = RACED[(RACED["method"] != "random-all")]
    seconds = late["seconds"].where(late["method"] != "t1-t2", 6000.0)
    both = rivals.rivals_scene(late.assign(seconds=seconds)).sentence
    assert "Minus" not in both


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
    assert list(legend([scene])) == ["gap", "unseen rows", "T2's own rows", "unseen rows, nothing tuned"]


@pytest.mark.parametrize("knobs", ["few", "many"])
def test_what_tuning_is_worth_on_unseen_rows_is_told_first(knobs):
    """With the fewest and the most rows of T2, against scipy; and the line of networks on which nothing was tuned."""
    scene = tuning_sets.losses_scene(TRIED, knobs)
    own = TRIED[TRIED["knobs"] == knobs].pivot_table(index="seed", columns="n_tuning", values="validation_loss")
    held = TRIED[TRIED["knobs"] == "none"].pivot_table(index="seed", columns="n_tuning", values="validation_loss")
    np.testing.assert_allclose(named(scene, "unseen rows, nothing tuned").y, held.mean(), rtol=1e-5)

    def between(values):
        low, high = stats.t.interval(0.95, len(values) - 1, values.mean(), stats.sem(values))
        return "{} ({} to {})".format(*(number(round(value, 3) + 0.0) for value in (values.mean(), low, high)))

    losses = [number(round(own[n].mean(), 3)) for n in (20, 2000)]
    told = f"loss on unseen rows {losses[0]} nats with 20 rows of T2, {losses[1]} with 2,000; 20 less 2,000"
    assert f"{told}, seed by seed, {between(own[20] - own[2000])}. " in scene.sentence
    gains = held - own
    assert f"Gained by tuning {between(gains[20])} and {between(gains[2000])}." in scene.sentence


def test_one_seed_of_tuning_sets_has_no_interval():
    """Means are told alone."""
    board = tuning_sets.tuning_sets_board(TRIED[TRIED["seed"] == 2])
    assert "mean of 1 seed (" in board.sentence
    assert "nan" not in board.sentence
    assert sum(len(layer.x0) for layer in board.rows[1][0].layers if isinstance(layer, Segments)) == 0


def test_luck_that_is_shared_drops_out_of_the_gap():
    """Where luck is equal, 2 and 8 hyperparameters over the rows are left, up to a hundredth of a nat."""
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
    assert "2 hyperparameters: loss on unseen rows" in board.sentence
    assert "Gap less that of held networks" in board.sentence
    assert "overfitting" in board.sentence.split("above 0 would be a sign of ")[1]
