"""The luck of jobs has the moments of its model, and depends on nothing but seed, trial and rung."""

import math

import numpy as np
import pytest

from hpo_tutor.early_stopping import Job
from hpo_tutor.tournaments.stragglers import Luck

N_JOBS = 20_000


def jobs(rung: int = 0) -> list[Job]:
    """One job for each of many trials."""
    return [Job(trial, 0, rung, 0, 1) for trial in range(N_JOBS)]


@pytest.mark.parametrize("spread", [0.5, 1.0, 2.0])
def test_stragglers_are_as_slow_as_the_folded_normal_says(spread):
    """1 + |z| has the mean 1 + spread sqrt(2 / pi), and is never below 1."""
    luck = Luck(spread, seed=3)
    taken = np.array([luck.strike(job, 2.0)[0] for job in jobs()])
    error = taken.std() / N_JOBS**0.5
    assert taken.mean() == pytest.approx(2 * (1 + spread * math.sqrt(2 / math.pi)), abs=4 * error)
    assert taken.min() >= 2


@pytest.mark.parametrize(("probability", "units"), [(0.01, 27), (0.1, 3), (0.5, 1)])
def test_a_job_of_so_many_units_survives_with_the_power_of_the_chance(probability, units):
    """(1 - p)^T of the jobs live; those that are lost are lost before their end."""
    luck = Luck(0.0, probability, unit=4.0, seed=5)
    struck = [luck.strike(job, 4.0 * units) for job in jobs()]
    lost = np.array([lost for _, lost in struck])
    expected = 1 - (1 - probability) ** units
    assert lost.mean() == pytest.approx(expected, abs=4 * math.sqrt(expected * (1 - expected) / N_JOBS))
    assert all(taken < 4.0 * units if lost else taken == 4.0 * units for taken, lost in struck)


def test_luck_hangs_on_seed_trial_and_rung_alone():
    """Whoever asks first gets no other luck; another seed or another rung does."""
    forwards, backwards = Luck(1, 0.01, seed=1), Luck(1, 0.01, seed=1)
    there = [forwards.strike(job, 1.0) for job in jobs()[:3000]]
    back = [backwards.strike(job, 1.0) for job in reversed(jobs()[:3000])]
    assert there == back[::-1]
    assert there != [Luck(1, 0.01, seed=2).strike(job, 1.0) for job in jobs()[:3000]]
    assert there != [forwards.strike(job, 1.0) for job in jobs(rung=1)[:3000]]


def test_without_bad_luck_all_takes_what_it_should():
    """Zeros change nothing."""
    assert Luck().strike(Job(7, 0, 0, 0, 1), 3.5) == (3.5, False)


@pytest.mark.parametrize(
    ("options", "rule"),
    [
        ({"stragglers": -1}, "standard deviation"),
        ({"stragglers": math.inf}, "standard deviation"),
        ({"crashes": 1}, "probability"),
        ({"crashes": -0.1}, "probability"),
        ({"unit": 0}, "positive"),
    ],
)
def test_luck_that_cannot_be_is_refused(options, rule):
    """The rule and the value are named."""
    with pytest.raises(ValueError, match=rule):
        Luck(**options)
