"""The cut over real curves says what a count by hand says, at every stop of its dials."""

import re

import numpy as np
import pytest

from hpo_tutor import problems
from hpo_tutor.course.pictures import nb16
from hpo_tutor.course.pictures.nb16 import cut
from hpo_tutor.course.pictures.nb16.trained import loss_axis, written
from hpo_tutor.scenes.layers import Line, Points
from hpo_tutor.scenes.ticks import number
from hpo_tutor.widgets.unpacking import n_frames, picture


def by_hand(losses, epoch, kept):
    """Survivors, winner and picked network, by sorting lists of numbers."""
    rows = losses.tolist()
    order = sorted(range(len(rows)), key=lambda k: rows[k][epoch - 1])
    survivors = order[:kept]
    winner = min(range(len(rows)), key=lambda k: rows[k][-1])
    return order, survivors, winner, min(survivors, key=lambda k: rows[k][-1])


def test_curves_are_those_that_were_recorded():
    """A drawn network's curve is what the recording says about its configuration and seed."""
    trained = nb16.drawn("digits", 5, draw=3, batch=2, seed=1)
    curves = problems.curves("digits-curves", batch=2)
    fixed = {name: value for name, value in curves.recorded().configs[0].items() if name not in trained.configs[0]}
    along = curves.along([fixed | dict(config) for config in trained.configs], seeds=[1] * 5)
    np.testing.assert_allclose(trained.losses, along, rtol=1e-6)
    assert len({tuple(config.items()) for config in trained.configs}) == 5


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("kept", [1, 3, 9, 27])
@pytest.mark.parametrize("epoch", [1, 3, 27, 81])
def test_a_cut_is_what_sorting_by_hand_says(epoch, kept, seed):
    """Survivors, winner, places and epochs; the epochs by adding up each network's own."""
    losses = nb16.drawn("digits", 27, seed).losses
    found = nb16.decided(losses, epoch, kept)
    order, survivors, winner, picked = by_hand(losses, epoch, kept)
    assert found.survivors.tolist() == survivors
    assert (found.winner, found.picked) == (winner, picked)
    assert found.winner_rank == order.index(winner) + 1
    assert found.picked_rank == 1 + sum(losses[:, -1] < losses[picked, -1])
    assert found.n_epochs == sum(81 if k in survivors else epoch for k in range(27))
    assert found.n_all == 27 * 81
    assert found.given_away == pytest.approx(losses[picked, -1] - losses[winner, -1])
    assert found.killed == (winner not in survivors)
    if epoch == 81 or kept == 27:
        assert not found.killed


def test_a_later_cut_kills_fewer_winners():
    """Of 300 draws, the winner is among the best third after 1 epoch less often than after 9, and after 27."""
    draws = [nb16.drawn("digits", 27, draw, batch=draw % 5) for draw in range(300)]
    killed = [np.mean([nb16.decided(one.losses, epoch, 9).killed for one in draws]) for epoch in (1, 9, 27)]
    assert killed[0] > killed[1] + 0.2
    assert killed[1] > killed[2] + 0.02


def test_every_stop_of_the_dials():
    """The sentence's numbers, the curves' ends and the ghost agree with the count by hand in all pictures."""
    player = nb16.cutter()
    sets = [(name, draw) for name, draw in cut.DRAWS]
    assert n_frames(player.frames) == len(sets) * len(cut.EPOCHS) * len(cut.KEPT)
    for name, draw in sets:
        trained = nb16.drawn(name, 27, draw)
        for epoch in cut.EPOCHS:
            for kept in cut.KEPT:
                scene = nb16.cut_scene(trained, epoch, kept)
                _, survivors, winner, picked = by_hand(trained.losses, epoch, kept)
                total = sum(81 if k in survivors else epoch for k in range(27))
                assert f"= {total:,} epochs in place of 2,187" in scene.sentence
                assert ("killed" in scene.sentence) == (winner not in survivors)
                ghosts = [one for one in scene.layers if isinstance(one, Line) and one.dash == "dot"]
                assert len(ghosts) == (winner not in survivors)
                if ghosts:
                    assert (ghosts[0].x[0], ghosts[0].x[-1]) == (epoch, 81)
                    assert number(trained.losses[picked, -1]) in scene.sentence
                (stopped,) = [one for one in scene.layers if isinstance(one, Points) and one.name == "stopped here"]
                assert np.all(stopped.x == epoch)
                assert len(stopped.x) == 27 - kept
                longest = sum(len(one.x) == 81 for one in scene.layers if isinstance(one, Line) and one.width == 1.25)
                assert longest == kept - (winner in survivors) + (epoch == 81)


def test_the_surprise_kills_the_winner():
    """A third of the training is over, and the picked network's loss is a third above the winner's, or more."""
    player = nb16.cutter(nb16.SURPRISE)
    sentence = picture(player.frames, player.start).sentence
    assert sentence.startswith("Cut after 27 epochs, 3 of 27")
    assert "is killed" in sentence
    got, best = map(float, re.search(r"its loss is (\S+) in place of (\S+) nats", sentence).groups())
    assert got > 4 / 3 * best


@pytest.mark.parametrize("seed", range(5))
def test_labels_lie_apart_and_near(seed):
    """No two are nearer than the gap, and one alone stays where it is."""
    heights = np.random.default_rng(seed).lognormal(0, 0.02, size=3)
    placed = np.sort(np.log(cut.apart(list(heights), 0.2)))
    assert np.diff(placed).min() >= 0.2 - 1e-6
    assert np.argsort(cut.apart(list(heights), 0.2)).tolist() == np.argsort(heights).tolist()
    assert cut.apart([0.3], 0.2) == [pytest.approx(0.3)]


def test_words_and_ranks():
    """Places in words, small numbers by powers of ten, ranks that keep the order of ties."""
    assert [nb16.nth(k) for k in (1, 2, 3, 4, 11, 12, 13, 21, 102, 111)] == (
        ["1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "102nd", "111th"]
    )
    assert [written(x) for x in (0.0, 0.001, 1e-5, 2.5e-6)] == ["0", "0.001", "10⁻⁵", "2.5·10⁻⁶"]
    assert nb16.places(np.array([0.3, np.inf, 0.1, 0.3])).tolist() == [2, 4, 1, 3]
    axis = loss_axis(np.array([1.0, 2.0, np.inf]), "nats")
    assert axis.low < 1 < 2 < axis.high < 3


def test_what_makes_no_sense_is_refused():
    """Epochs, numbers and names that are not there."""
    losses = np.ones((4, 9))
    with pytest.raises(ValueError, match="1 to 9 epochs, got 0"):
        nb16.decided(losses, 0, 2)
    with pytest.raises(ValueError, match="from 1 to all 4"):
        nb16.decided(losses, 3, 5)
    with pytest.raises(ValueError, match="there are curves of digits"):
        nb16.everyone("cifar10")
    with pytest.raises(ValueError, match="2 seeds"):
        nb16.everyone("digits", seed=2)
    with pytest.raises(ValueError, match="got 1000"):
        nb16.drawn("digits", 1000)
