"""The walk in fog keeps its rules: what is spent is spent, what is refused costs nothing, re-running loses nothing."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from hpo_tutor import race
from hpo_tutor.course.games import BASELINE, WIDTHS, Ground, Grounds, Walk, ground, table, walk_in_fog
from hpo_tutor.trials import History
from tests.course.scripted import Scripted

GOOD = {"learning_rate": 1e-2, "width": 32, "l2": 1e-4}


@pytest.fixture
def forgotten() -> Iterator[None]:
    """The walk of this process is put aside, and put back afterwards."""
    kept, table._kept[:] = table._kept[:], []
    yield
    table._kept[:] = kept


def test_each_training_is_spent_and_remembered() -> None:
    """Twelve trainings become twelve trials with their configurations, seeds and losses; then nothing is left."""
    losses = [1.0, 0.5, 0.7, *[0.6] * 9]
    objective = Scripted(*losses)
    walk = Walk(objective)
    for number in range(12):
        assert walk.left == 12 - number
        step = walk.train(**GOOD)
        assert (step.trial.number, step.left) == (number, 11 - number)
    np.testing.assert_array_equal(walk.history.losses, losses)
    assert objective.asked == [({**GOOD, "epochs": 20, "batch_size": 128}, seed) for seed in range(12)]
    with pytest.raises(RuntimeError, match=r"all 12 trainings of this walk are spent; start_again\(\)"):
        walk.train(**GOOD)
    assert len(walk.history) == len(objective.asked) == 12


def test_a_step_says_what_it_brought() -> None:
    """The sentence names the loss, the best so far and what is left; it is what the last line of a cell shows."""
    walk = Walk(Scripted(0.5, 0.7, math.nan, 0.25))
    said = [repr(walk.train(**GOOD)) for _ in range(4)]
    assert said == [
        "Training 1: loss 0.5 nats. It is the best so far. 11 trainings left.",
        "Training 2: loss 0.7 nats. Best so far: 0.5 nats, training 1. 10 trainings left.",
        "Training 3: failed, no loss came out. Best so far: 0.5 nats, training 1. 9 trainings left.",
        "Training 4: loss 0.25 nats. It is the best so far. 8 trainings left.",
    ]


def test_a_failed_training_is_spent() -> None:
    """A network that diverged leaves a failed trial with its message, and no best one while there is no other."""
    walk = Walk(Scripted(math.inf), n_trainings=1)
    assert str(walk.train(**GOOD)) == (
        "Training 1: failed, no loss came out. Nothing has come out so far. No training is left."
    )
    assert (walk.history[0].state, walk.history[0].message) == ("failed", "the loss was inf")


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({**GOOD, "learning_rate": 5}, r"learning_rate must be a number from 0\.0001 to 0\.1, got 5\."),
        ({**GOOD, "learning_rate": "1e-2"}, r"learning_rate must be a number .*, got '1e-2'\."),
        ({**GOOD, "learning_rate": math.nan}, r"learning_rate must be a number .*, got nan\."),
        ({**GOOD, "l2": 0}, r"l2 must be a number from 1e-06 to 0\.1, got 0\."),
        ({**GOOD, "l2": True}, r"l2 must be a number .*, got True\."),
        ({**GOOD, "width": 10}, r"width must be one of 4, 8, 16, 32, 64, got 10\."),
        ({**GOOD, "width": [32]}, r"width must be one of .*, got \[32\]\."),
        ({"learning_rate": 1e-2, "width": 32}, r"l2 is missing; write train\(learning_rate=\.\.\., width=\.\.\., l2="),
        ({**GOOD, "momentum": 0.9}, r"'momentum' is not tuned here; write train\("),
        ({**GOOD, "epochs": 100}, r"'epochs' is not tuned here"),
    ],
)
def test_what_is_refused_costs_nothing(config: dict[str, Any], words: str) -> None:
    """The error says the rule and the value, and no training was spent."""
    objective = Scripted(0.5)
    walk = Walk(objective)
    with pytest.raises(ValueError, match=words + r".*Nothing was spent\."):
        walk.train(**config)
    assert (walk.left, objective.asked) == (12, [])


def test_a_refusal_comes_before_the_empty_purse() -> None:
    """A bad value is named also where nothing is left to spend."""
    walk = Walk(Scripted(0.5), n_trainings=1)
    walk.train(**GOOD)
    with pytest.raises(ValueError, match="width must be one of"):
        walk.train(**{**GOOD, "width": 7})


def test_numbers_of_numpy_become_plain() -> None:
    """A width from an array, or as a float, is the option itself; the history holds Python's own numbers."""
    walk = Walk(Scripted(0.5, 0.4))
    walk.train(learning_rate=np.float64(0.01), width=np.int64(16), l2=np.float32(1e-3))
    walk.train(learning_rate=0.01, width=16.0, l2=1e-3)
    for trial in walk.history:
        assert [type(trial.config[name]) for name in ("learning_rate", "width", "l2")] == [float, int, float]


def test_an_interrupted_training_costs_nothing() -> None:
    """Ctrl-C while the network trains leaves the walk as it was."""

    class Stopped(Scripted):
        def evaluate(self, *arguments: Any, **named: Any) -> np.ndarray:
            raise KeyboardInterrupt

    walk = Walk(Stopped())
    with pytest.raises(KeyboardInterrupt):
        walk.train(**GOOD)
    assert (walk.left, len(walk.history)) == (12, 0)


def test_listeners_hear_of_trainings_and_new_starts() -> None:
    """Each training and each new start is told; only the newest listeners are kept."""
    walk, heard = Walk(Scripted(0.5)), []
    for name in "abc":
        walk.on_change(lambda name=name: heard.append((name, walk.left)), keep=2)
    walk.train(**GOOD)
    walk.start_again()
    assert heard == [("b", 11), ("c", 11), ("b", 12), ("c", 12)]
    assert len(walk.history) == 0


def test_a_walk_without_trainings_is_refused() -> None:
    """There must be something to spend."""
    with pytest.raises(ValueError, match="at least one training, got n_trainings=0"):
        Walk(Scripted(), n_trainings=0)


@pytest.mark.usefixtures("forgotten")
def test_running_the_cell_again_keeps_the_walk() -> None:
    """walk_in_fog gives the same walk each time, with what was spent; the loss to beat may change."""
    walk = walk_in_fog(to_beat=0.1)
    walk.train(**GOOD)
    again = walk_in_fog(to_beat=0.2)
    assert again is walk
    assert (len(again.history), again.to_beat) == (1, 0.2)
    again.start_again()
    assert walk_in_fog().left == 12


@pytest.mark.usefixtures("forgotten")
def test_the_walk_trains_what_was_recorded() -> None:
    """A live training at a recorded place and seed gives the recorded loss: the fog hides the same ground."""
    walk, recorded = walk_in_fog(), Ground()
    rates, penalties, _ = (axis.values for axis in recorded.landscape.grid().axes)
    for number, width in enumerate((8, 64)):
        config = {"learning_rate": rates[12], "width": width, "l2": penalties[5]}
        step = walk.train(**config)
        assert step.trial.loss == pytest.approx(recorded.evaluate([config], seeds=[number])[0], rel=1e-2)


def test_the_ground_is_the_recorded_landscape() -> None:
    """Expected losses, surfaces and the optimum are those of the landscape, batch by batch."""
    here = Grounds().draw(13)
    assert here.member == 3
    assert here.landscape.space.fixed == here.space.fixed
    for width in WIDTHS:
        surface = here.surface(width)
        rates, penalties, _ = (axis.values for axis in here.landscape.grid().axes)
        config = {"learning_rate": rates[4], "width": width, "l2": penalties[11]}
        assert surface[11, 4] == pytest.approx(here.expected(config))
    assert min(here.surface(width).min() for width in WIDTHS) == here.optimum == here.expected(here.optimum_config)
    assert here(GOOD) == here.evaluate([GOOD], seeds=[0])[0]
    assert "digits-width" in repr(here)
    with pytest.raises(ValueError, match="width=10 is outside"):
        here.evaluate([{**GOOD, "width": 10}], seeds=[0])


def test_the_rows_are_those_that_were_recorded_on() -> None:
    """As many training and validation rows as the recording says, other ones in another batch."""
    one, other = Ground(0), Ground(1)
    about = one.landscape.about
    assert len(one.rows.train_inputs) == about["n_training_rows"]
    assert len(one.rows.validation_inputs) == about["n_validation_rows"]
    assert not np.array_equal(one.rows.train_targets, other.rows.train_targets)


def test_walkers_can_race_on_the_ground() -> None:
    """A race on one ground keeps to its batch; on the grounds, each lap has its own."""
    for objective, members in ((Ground(2), [2, 2]), (Grounds(), [4, 5])):
        raced = race.compare(["random"], objective, n_trials=3, seeds=[4, 5])
        assert sorted(raced.table.groupby("seed")["member"].first()) == members
        for history in raced.histories.values():
            assert {trial.config["width"] for trial in history} <= set(WIDTHS)


def test_the_baseline_belongs_to_the_space() -> None:
    """The cautious beginning is a configuration of the walk."""
    ground.space().validate(BASELINE)
    assert isinstance(Walk(Scripted()).history, History)
