"""The knockout board shows what the schedulers decided over recorded curves."""

import numpy as np
import pytest

from hpo_tutor.course.pictures import nb16
from hpo_tutor.early_stopping import AsynchronousHalving, Hyperband, SuccessiveHalving
from hpo_tutor.scenes.layers import Circles, Points
from hpo_tutor.scenes.stage import legend
from hpo_tutor.widgets.unpacking import n_frames

RUNGS = (1, 3, 9, 27, 81)


def sha():
    """81 networks, one of which is trained to the end."""
    return SuccessiveHalving(81, 81)


@pytest.mark.parametrize("n_workers", [1, 4, 100])
@pytest.mark.parametrize("draw", range(3))
def test_successive_halving_ends_as_sorting_by_hand_does(draw, n_workers):
    """Rung by rung the best third of lists of numbers, whatever the number of workers; 297 epochs in all."""
    losses = nb16.drawn("digits", 81, draw).losses
    left = list(range(81))
    for epoch in RUNGS[:-1]:
        left = sorted(left, key=lambda k: losses[k, epoch - 1])[: len(left) // 3]
    moves = nb16.played(sha(), losses, n_workers)
    assert moves[-1].n_epochs == 297
    assert [k for k, state in moves[-1].states.items() if state == "finished"] == left
    assert all(move.loss == losses[move.job.trial, int(move.job.stop) - 1] for move in moves)


def test_workers_report_in_the_order_of_their_clocks():
    """Two workers: the second one's short jobs come in before the first one's long job."""
    losses = nb16.drawn("digits", 81).losses
    moves = nb16.played(AsynchronousHalving(81, 81), losses, n_workers=2)
    promoted = next(k for k, move in enumerate(moves) if move.job.rung == 1)
    assert moves[promoted - 1].job.rung == moves[promoted - 2].job.rung == 0
    assert [move.n_epochs for move in moves] == sorted(move.n_epochs for move in moves)


@pytest.mark.parametrize(
    "make", [sha, lambda: AsynchronousHalving(81, 81), lambda: AsynchronousHalving(81, 81, form="stopping")]
)
def test_every_report_is_on_the_board(make):
    """As many dots as reports in each column, the winner ringed at each of its own, at every step."""
    trained = nb16.drawn("digits", 81)
    winner = int(np.argmin(trained.losses[:, -1]))
    moves = nb16.played(make(), trained.losses)
    for step in range(1, len(moves) + 1):
        scene = nb16.board(trained, RUNGS, moves, step)
        dots = [one for one in scene.layers if isinstance(one, Points) and one.name != "newest report"]
        columns = np.concatenate([one.x for one in dots])
        assert sorted(columns.tolist()) == sorted(float(move.job.rung) for move in moves[:step])
        rings = [one for one in scene.layers if isinstance(one, Circles)]
        assert sum(len(one.x) for one in rings) == sum(move.job.trial == winner for move in moves[:step])
        spent = sum(move.job.stop - move.job.start for move in moves[:step])
        assert scene.title.startswith(f"{spent:,.0f} epoch")
        assert f"Report {step} of {len(moves)}: network {moves[step - 1].job.trial} " in scene.sentence
    names = set(legend([scene]))
    assert {"stopped", "went on", "trained to the end"} <= names


def test_turns_are_where_the_rung_changes():
    """Successive halving has a turn a rung."""
    moves = nb16.played(sha(), nb16.drawn("digits", 81).losses)
    assert nb16.turns(moves) == [80, 107, 116, 119, 120]


def test_players():
    """The longest of the three tournaments gives the steps; by rungs, successive halving has five."""
    trained = nb16.drawn("digits", 81)
    longest = max(
        len(nb16.played(AsynchronousHalving(81, 81, form=form), trained.losses)) for form in ("promotion", "stopping")
    )
    assert n_frames(nb16.knockout().frames) == 3 * longest
    assert n_frames(nb16.knockout(trained, {"halving": sha()}, by="rungs").frames) == 5


def test_what_makes_no_sense_is_refused():
    """Too few curves, several brackets, no such step."""
    few = nb16.drawn("digits", 5)
    with pytest.raises(ValueError, match="curves of 5 networks"):
        nb16.played(sha(), few.losses)
    with pytest.raises(ValueError, match="has 5"):
        nb16.knockout(nb16.drawn("digits", 300), {"Hyperband": Hyperband(81)})
    with pytest.raises(ValueError, match="got 'days'"):
        nb16.knockout(by="days")
    moves = nb16.played(SuccessiveHalving(5, 81, 27), few.losses)
    with pytest.raises(ValueError, match="got 0"):
        nb16.board(few, RUNGS, moves, 0)
