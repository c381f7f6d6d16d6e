"""Ranks against scipy, and against the worked example of Demsar (2006), tables 6 and section 3.2.2."""

import numpy as np
import pytest
from scipy import stats

from hpo_tutor.race.statistics import ranks

# AUC on fourteen data sets: C4.5, with tuned m, with tuned cf, with both. Two of them are printed as 0.975, but the
# published mean ranks count the first as the better one
DEMSAR = np.array(
    [
        [0.763, 0.768, 0.771, 0.798],
        [0.599, 0.591, 0.590, 0.569],
        [0.954, 0.971, 0.968, 0.967],
        [0.628, 0.661, 0.654, 0.657],
        [0.882, 0.888, 0.886, 0.898],
        [0.936, 0.931, 0.916, 0.931],
        [0.661, 0.668, 0.609, 0.685],
        [0.583, 0.583, 0.563, 0.625],
        [0.775, 0.838, 0.866, 0.875],
        [1.000, 1.000, 1.000, 1.000],
        [0.940, 0.962, 0.965, 0.962],
        [0.619, 0.666, 0.614, 0.669],
        [0.972, 0.981, 0.9751, 0.975],
        [0.957, 0.978, 0.946, 0.970],
    ]
)
LOSSES = dict(zip(["C4.5", "+m", "+cf", "+m+cf"], 1 - DEMSAR.T, strict=True))


def test_mean_ranks_are_demsars():
    """3.143, 2.000, 2.893 and 1.964, ties sharing their ranks; best first here."""
    found = ranks(LOSSES)
    assert found.names == ("+m+cf", "+m", "+cf", "C4.5")
    assert found.mean_ranks == pytest.approx((1.964, 2.000, 2.893, 3.143), abs=5e-4)
    assert found.n_batches == 14


def test_critical_differences_are_demsars():
    """1.25 at 5 %, where nothing is told apart; 1.12 at 10 %, where C4.5 is worse than two of the others."""
    five, ten = ranks(LOSSES), ranks(LOSSES, level=0.9)
    assert five.critical_difference == pytest.approx(1.25, abs=0.005)
    assert ten.critical_difference == pytest.approx(1.12, abs=0.005)
    assert five.cliques == (("+m+cf", "+m", "+cf", "C4.5"),)
    assert ten.cliques == (("+m+cf", "+m", "+cf"), ("+cf", "C4.5"))


def test_friedmans_p_value_is_scipys():
    """On the example, and its chi-square without the correction for ties is Demsar's 9.28."""
    found = ranks(LOSSES)
    assert found.p_value == pytest.approx(stats.friedmanchisquare(*LOSSES.values()).pvalue)
    squares = sum(mean**2 for mean in found.mean_ranks)
    assert 12 * 14 / (4 * 5) * (squares - 4 * 25 / 4) == pytest.approx(9.28, abs=0.005)


def test_equal_samplers_are_rarely_told_apart():
    """Any pair farther apart than the critical difference: in about 5 % of 2,000 studies of six equal samplers."""
    rng = np.random.default_rng(0)
    critical = ranks(dict(enumerate(rng.random((6, 44))))).critical_difference
    means = stats.rankdata(rng.random((2000, 6, 44)), axis=1).mean(axis=2)
    assert np.mean(np.ptp(means, axis=1) > critical) == pytest.approx(0.05, abs=0.015)


def test_clear_winners_stand_alone():
    """The first and the last of every batch belong to no clique; a clique within another is not named."""
    rng = np.random.default_rng(1)
    scores = {"worst": np.full(60, 9.0), "b": rng.random(60), "c": rng.random(60), "best": np.full(60, -1.0)}
    found = ranks(scores)
    assert (found.names[0], found.names[-1]) == ("best", "worst")
    assert found.cliques == ((found.names[1], found.names[2]),)
    assert found.p_value < 1e-10


def test_equal_scores_everywhere_say_nothing():
    """All share the middle rank, P is 1."""
    found = ranks({name: np.ones(10) for name in "abc"})
    assert found.mean_ranks == (2.0, 2.0, 2.0)
    assert found.p_value == 1.0
    assert found.cliques == (("a", "b", "c"),)


def test_two_samplers_are_sent_elsewhere():
    """And so are unequal batches."""
    with pytest.raises(ValueError, match="at least three samplers, got a, b; see paired_differences"):
        ranks({"a": [1, 2], "b": [2, 1]})
    with pytest.raises(ValueError, match="on the same batches"):
        ranks({"a": [1, 2], "b": [2, 1], "c": [1, 2, 3]})
