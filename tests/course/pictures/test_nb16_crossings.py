"""Pairs that cross do cross with both seeds, and the shares of wrong pairs agree with a count of all pairs."""

import numpy as np
import pytest

from hpo_tutor.course.pictures import nb16
from hpo_tutor.course.pictures.nb16 import crossings
from hpo_tutor.scenes.layers import Line, Points
from hpo_tutor.scenes.stage import legend
from hpo_tutor.widgets.unpacking import n_frames


@pytest.mark.parametrize("batch", [0, 1])
@pytest.mark.parametrize("name", ["digits", "aleph"])
def test_pairs_cross_with_both_seeds(name, batch):
    """One hyperparameter differs; the fast one is ahead first, the slow one at the end, by what the pair says."""
    seeds = [nb16.everyone(name, batch, seed) for seed in (0, 1)]
    found = nb16.pairs(name, batch=batch)
    assert found
    for pair in found:
        slow, fast = (seeds[0].configs[k] for k in (pair.slow, pair.fast))
        assert sum(slow[key] != fast[key] for key in slow) == 1
        early = [one.losses[pair.slow, 2] / one.losses[pair.fast, 2] for one in seeds]
        late = [(one.losses[pair.fast] / one.losses[pair.slow])[-27:].min() for one in seeds]
        assert pair.early == pytest.approx(min(early))
        assert pair.late == pytest.approx(min(late))
        assert min(pair.early, pair.late) > 1.005
        for one in seeds:
            assert np.all(one.losses[pair.slow, pair.epoch - 1 :] < one.losses[pair.fast, pair.epoch - 1 :])
        assert any(one.losses[pair.slow, pair.epoch - 2] >= one.losses[pair.fast, pair.epoch - 2] for one in seeds)
    assert len({k for pair in found for k in (pair.slow, pair.fast)}) == 2 * len(found)


def test_the_pictures_of_pairs():
    """Both curves with both seeds, the values in the title, and the ratios in the sentence."""
    for name in nb16.TABLES:
        pool = nb16.everyone(name)
        for pair in nb16.pairs(name):
            scene = nb16.pair_scene(name, pair)
            lines = [one for one in scene.layers if isinstance(one, Line)]
            assert [np.shape(one.y) for one in lines] == [(81, 2), (81, 2)]
            key, slow, fast = crossings.difference(pool, pair)
            assert scene.title == f"{name}: {key} {slow} against {fast}"
            assert f"from epoch {pair.epoch} on" in scene.sentence
    assert n_frames(nb16.pair_player().frames) == sum(len(nb16.pairs(name)) for name in nb16.TABLES)


@pytest.mark.parametrize("epoch", [1, 9, 80])
@pytest.mark.parametrize("name", nb16.TABLES)
def test_wrong_pairs_are_counted(name, epoch):
    """Kendall's tau against the signs of all differences."""
    losses = nb16.everyone(name).losses
    k, at, last = len(losses), losses[:, epoch - 1], losses[:, -1]
    signs = np.sign(at[:, None] - at) * np.sign(last[:, None] - last)
    assert nb16.discordant(name)[epoch - 1] == pytest.approx((signs < 0).sum() / (k * (k - 1)), abs=1e-3)
    assert nb16.discordant(name)[-1] == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("batch", range(5))
def test_small_learning_rates_start_slowly(batch):
    """Digits after 3 epochs, on every data batch: small rates are ranked too badly, large ones too well."""
    rates, quartiles = nb16.delays("digits", 3, batch)
    assert len(rates) == 9
    assert np.all(quartiles[1:4, 1] > 0.08)
    assert np.all(quartiles[-3:-1, 1] < -0.08)


@pytest.mark.parametrize("epoch", crossings.EPOCHS)
@pytest.mark.parametrize("name", nb16.TABLES)
def test_the_board_of_slow_starters(name, epoch):
    """A median for each learning rate, above zero or not, and the three shares in the sentence."""
    board = nb16.slow_board(name, epoch)
    left, right = board.rows[0]
    rates, quartiles = nb16.delays(name, epoch)
    medians = [one for one in right.layers if isinstance(one, Points)]
    assert sum(len(one.x) for one in medians) == len(rates)
    assert sorted(y for one in medians for y in one.y) == pytest.approx(sorted(100 * quartiles[:, 1]), abs=1e-3)
    for one in nb16.TABLES:
        assert f"{one} {100 * nb16.discordant(one)[epoch - 1]:.0f}" in board.sentence
    assert set(nb16.TABLES) <= set(legend([left]))
    assert np.all(np.abs(100 * quartiles) < 80)  # on its axis
    assert max(100 * nb16.discordant(name)) < 65


def test_the_player_and_what_is_refused():
    """All combinations; no such epoch."""
    assert n_frames(nb16.slow_player().frames) == 3 * len(crossings.EPOCHS)
    with pytest.raises(ValueError, match="got 0"):
        nb16.slow_board("digits", 0)
