"""Rank correlations agree with scipy's, by epoch, by group, and in every resample."""

import re

import numpy as np
import pytest
from scipy.stats import rankdata, spearmanr

from hpo_tutor.course.pictures import nb16
from hpo_tutor.course.pictures.nb16 import ranks
from hpo_tutor.scenes.layers import Points
from hpo_tutor.scenes.stage import legend
from hpo_tutor.widgets.unpacking import n_frames


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_a_weighted_correlation_is_that_of_the_resample(seed, ties):
    """Networks repeated as often as their weights say, given to scipy; some losses are equal or infinite."""
    rng = np.random.default_rng(seed)
    losses = rng.normal(size=(30, 4)) if not ties else rng.integers(0, 6, size=(30, 4)).astype(float)
    losses[rng.integers(30), 0] = np.inf
    weights = rng.multinomial(30, np.full(30, 1 / 30), size=5).astype(float)
    found = nb16.spearman(losses, weights)
    for row, weight in zip(found, weights.astype(int), strict=True):
        drawn = np.repeat(losses, weight, axis=0)
        truth = [spearmanr(rankdata(drawn[:, e]), rankdata(drawn[:, -1])).statistic for e in range(4)]
        np.testing.assert_allclose(row, truth, atol=1e-9)


@pytest.mark.parametrize("of", nb16.GROUPS)
@pytest.mark.parametrize("name", nb16.TABLES)
def test_correlations_of_recorded_curves(name, of):
    """Scipy's value, within the band, which is narrow where the rank is final."""
    losses = nb16.group(name, of).losses
    found = nb16.correlation(name, of)
    for epoch in (1, 9, 27, 81):
        truth = spearmanr(losses[:, epoch - 1], losses[:, -1]).statistic
        assert found.values[epoch - 1] == pytest.approx(truth, abs=1e-9)
        assert found.low[epoch - 1] <= truth <= found.high[epoch - 1] + 1e-9
    assert found.low[-1] == pytest.approx(1)


def test_groups_are_what_they_are_called():
    """Small and large learning rates are thirds of the grid's values; wide networks its upper widths."""
    rates = np.unique(nb16.everyone("digits").column("learning_rate"))
    small = np.unique(nb16.group("digits", "small learning rates").column("learning_rate"))
    large = np.unique(nb16.group("digits", "large learning rates").column("learning_rate"))
    np.testing.assert_array_equal(small, rates[:3])
    np.testing.assert_array_equal(large, rates[6:])
    assert set(nb16.group("digits", "wide networks").column("width")) == {64, 128}
    assert set(nb16.group("digits", "small batches (noisy)").column("batch_size")) == {16}


@pytest.mark.parametrize("batch", range(5))
def test_ranks_grow_truer_and_small_rates_are_ranked_well_among_themselves(batch):
    """On every data batch of digits: better after 27 epochs than after 1; small rates well from the start."""
    every = nb16.correlation("digits", "all", batch).values
    assert every[0] < 0.6 < 0.75 < every[26]
    assert nb16.correlation("digits", "small learning rates", batch).values[0] > every[0] + 0.2


@pytest.mark.parametrize("of", nb16.GROUPS)
@pytest.mark.parametrize("epoch", ranks.EPOCHS)
def test_the_sentence_and_the_dots(epoch, of):
    """Its numbers by counting anew; every network is a dot at its two ranks."""
    board = nb16.rank_board("digits", of, epoch)
    losses = nb16.group("digits", of).losses
    truth = spearmanr(losses[:, epoch - 1], losses[:, -1]).statistic
    told = float(re.search(r"digits ([\N{MINUS SIGN}\d.]+)", board.sentence)[1].replace("\N{MINUS SIGN}", "-"))
    assert told == pytest.approx(truth, abs=0.0051)
    k = len(losses)
    early, final = rankdata(losses[:, epoch - 1], "ordinal"), rankdata(losses[:, -1], "ordinal")
    survived = sum(1 for a, b in zip(early, final, strict=True) if b <= k // 10 and a <= k // 3)
    assert f"{survived} are among the {k // 3} best" in board.sentence
    dots = [one for one in board.rows[0][1].layers if isinstance(one, Points)]
    assert sum(len(one.x) for one in dots) == k
    assert sorted(y for one in dots for y in one.y) == sorted(rankdata(losses[:, -1]).tolist())
    assert set(nb16.TABLES) <= set(legend([board]))


def test_the_player_and_what_is_refused():
    """All combinations; no such group or epoch."""
    assert n_frames(nb16.rank_player().frames) == 3 * len(nb16.GROUPS) * len(ranks.EPOCHS)
    with pytest.raises(ValueError, match="the groups are all"):
        nb16.group("digits", "deep")
    with pytest.raises(ValueError, match="between 1 and 81, got 82"):
        nb16.rank_board("digits", "all", 82)
