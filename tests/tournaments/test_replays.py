"""A replay of a simulated tournament is that tournament; one of a real one differs by what the simulator leaves out."""

import math

import numpy as np
import pytest

from hpo_tutor.early_stopping import AsynchronousHalving, Job, SuccessiveHalving
from hpo_tutor.tournaments.replays import replay
from hpo_tutor.tournaments.simulation import run_clock, simulate
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
    """Workers that rest before each job, a quarter of its time, end later than the simulator says."""
    real, _ = tournament("halving", 2)
    rested = []
    for span in real.spans:
        begin, end = 1.25 * span.begin, 1.25 * span.end
        rested.append(span._replace(begin=end - (end - begin) / 1.25, end=end))
    first = max(min(span.begin for span in rested if span.worker == worker) for worker in range(2))
    again = replay(Timeline(2, tuple(rested)), MAKERS["halving"]())
    # only the rest before the first job is seen, as the second at which a worker was ready
    assert 1 / 1.25 - 1 <= again.makespan_error <= 1 / 1.25 - 1 + first / again.real.makespan


@pytest.mark.parametrize("name", ["promotion", "stopping"])
def test_what_handing_over_costs_is_seen_and_foretold(name):
    """Workers that need time for every new job: read off the timeline, a replay with it is exact, one without early."""
    rng = np.random.default_rng(3)
    real = simulate(MAKERS[name](), rng.random((27, 27)), rng.lognormal(size=27), 2, handover=0.25)
    assert real.handover == pytest.approx(0.25, rel=0.1)  # at the end of a promotion one may wait for the other
    assert real.handover >= 0.25 - 1e-9
    assert replay(real, MAKERS[name](), handover=0.25).makespan_error == pytest.approx(0)
    if name == "promotion":  # the other form may part without
        return
    losses = {span.job.trial: np.zeros(27) for span in real.spans}
    assert replay(real, MAKERS[name](), losses=losses).makespan_error < 0


@pytest.mark.parametrize("name", MAKERS)
def test_a_worker_that_comes_late_is_late_again(name):
    """A second process may need seconds to start; the replay reads off when it was ready."""
    rng = np.random.default_rng(6)
    losses, seconds = rng.random((27, 27)), rng.lognormal(size=27)
    whole = simulate(MAKERS[name](), losses, seconds, 2)
    late = whole.makespan / 3

    def course(job: Job) -> tuple[float, float]:
        return (job.stop - job.start) * seconds[job.trial], losses[job.trial, int(job.stop) - 1]

    real = run_clock(MAKERS[name](), course, 2, ready=(0.0, late))
    assert min(span.begin for span in real.spans if span.worker == 1) >= late
    again = replay(real, MAKERS[name]())
    assert again.same_jobs
    assert again.same_workers == 1
    assert again.makespan_error == pytest.approx(0)
    with pytest.raises(ValueError, match="ready"):
        run_clock(MAKERS[name](), course, 2, ready=(0.0,))


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
