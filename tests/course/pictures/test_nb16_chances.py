"""The chance that a cut kills the winner is what counting all draws gives."""

from itertools import combinations

import numpy as np
import pytest

from hpo_tutor.course.pictures import nb16
from hpo_tutor.course.pictures.nb16.chances import chance_killed


@pytest.mark.parametrize(("kept", "n"), [(1, 3), (2, 4), (4, 4)])
def test_the_chance_that_a_winner_is_killed_matches_brute_force(kept, n):
    """Over all draws of n of nine networks, counted one by one."""
    losses = np.random.default_rng(kept).uniform(size=(9, 3))
    for epoch in (1, 2, 3):
        deaths = [nb16.decided(losses[list(some)], epoch, kept).killed for some in combinations(range(9), n)]
        assert chance_killed(losses, epoch, kept, n) == pytest.approx(np.mean(deaths), abs=1e-9)


def test_the_chance_on_real_curves_matches_draws():
    """Four standard errors from 400 random draws."""
    losses = nb16.everyone("aleph").losses
    exact = chance_killed(losses, 9)
    deaths = [nb16.decided(nb16.drawn("aleph", 27, draw).losses, 9, 9).killed for draw in range(400)]
    assert np.mean(deaths) == pytest.approx(exact, abs=4 * (exact * (1 - exact) / 400) ** 0.5)


def test_dice_are_right_where_early_losses_are_noise():
    """A cut by losses that tell nothing kills the winner as often as two thirds of the networks stop."""
    rng = np.random.default_rng(0)
    chances = [chance_killed(rng.uniform(size=(200, 2)), 1) for _ in range(100)]
    assert np.mean(chances) == pytest.approx(2 / 3, abs=4 * np.std(chances) / 10)


def test_what_cannot_be_cut_is_refused():
    """An epoch before the first or after the last, more survivors than networks, more networks than there are."""
    losses = np.ones((5, 3))
    for epoch in (0, 4):
        with pytest.raises(ValueError, match="after 1 to 3 epochs"):
            chance_killed(losses, epoch, 1, 2)
    for kept, n in ((0, 2), (3, 2), (2, 6)):
        with pytest.raises(ValueError, match="of 5 networks"):
            chance_killed(losses, 1, kept, n)
