"""A replay of a simulated tournament is that tournament; one of a real one differs by what the simulator leaves out."""

import math

import numpy as np
import pytest

from hpo_tutor.early_stopping import AsynchronousHalving, SuccessiveHalving
from hpo_tutor.tournaments.replays import replay
from hpo_tutor.tournaments.simulation import simulate
from hpo_tutor.tournaments.timelines import Timeline

MAKERS = {
    "halving": lambda: SuccessiveHalving(27, 27),
    "promotion": lambda: AsynchronousHalving(27, 27),
    "stopping": lambda: AsynchronousHalving(27, 27, form="stopping"),
}


def tournament(name: str, seed: int, **luck: float) -> tuple[Timeline, np.ndarray]:
    """A tournament at two workers, and its curves."""
    rng = np.random.default_rng(seed)
    losses = rng.random((27, 27))
    return simulate(MAKERS[name](), losses, rng.lognormal(size=27), 2, seed=seed, **luck), losses


@pytest.mark.parametrize("name", MAKERS)
def test_a_replay_finds_out_whose_turn_it_was(name):
    """With the jobs' times and losses alone, every span comes out again; crashes too."""
    real, _ = tournament(name, 0, stragglers=1.0, crashes=0.01)
    assert any(math.isnan(span.loss) for span in real.spans)
    again = replay(real, MAKERS[name]())
    assert again.same_jobs
    assert again.same_workers == 1
    assert again.makespan_error == pytest.approx(0)


@pytest.mark.parametrize("name", MAKERS)
def test_trials_of_steady_speed_are_foretold_from_their_speed(name):
    """Without stragglers a trial's seconds an epoch are all there is to know."""
    real, _ = tournament(name, 1)
    again = replay(real, MAKERS[name](), speeds="trials")
    assert again.same_jobs
    assert again.makespan_error == pytest.approx(0)


def test_pauses_between_jobs_show_as_an_error():
    """Workers that rest before each job, a quarter of its time, end later than the simulator says, and by so much."""
    real, _ = tournament("halving", 2)
    rested = []
    for span in real.spans:
        begin, end = 1.25 * span.begin, 1.25 * span.end
        rested.append(span._replace(begin=end - (end - begin) / 1.25, end=end))
    assert replay(Timeline(2, tuple(rested)), MAKERS["halving"]()).makespan_error == pytest.approx(1 / 1.25 - 1)


def test_schedules_that_part_need_the_curves():
    """Other speeds change who comes first: without losses that is said, with them the tournament goes on."""
    real, losses = tournament("promotion", 1, stragglers=2.0)
    with pytest.raises(ValueError, match="never done"):
        replay(real, MAKERS["promotion"](), speeds="trials")
    on = replay(real, MAKERS["promotion"](), speeds="trials", losses=dict(enumerate(losses)))
    assert not on.same_jobs
    assert on.same_workers < 1
    assert on.simulated.n_workers == 2
    with pytest.raises(ValueError, match="no spans"):
        replay(Timeline(2, ()), MAKERS["promotion"]())
