"""The contract can fail: for each promise, a sampler that breaks it is caught."""

import random

import numpy as np
import pytest

from hpo_tutor.protocols import SearchExhausted
from hpo_tutor.samplers import BaseSampler
from hpo_tutor.trials import Trial
from hpo_tutor.views import DesignView
from tests.samplers import contract
from tests.samplers.test_contract import FLAT, NESTED


class Good(BaseSampler):
    """Random search, written in four lines."""

    def _suggest(self, number):
        return self.space.sample(self.rng)

    def view(self):
        """Nothing but how many were asked for."""
        points = np.zeros((1, 1))
        points.setflags(write=False)
        return DesignView(points, self.n_asked, "good")


class Waits(Good):
    """Proposes no more than three trials before it hears of one."""

    def ask(self):
        """The next trial, or none."""
        if len(self.pending) == 3:
            raise SearchExhausted
        return super().ask()


class ForgetsConstraints(Good):
    """Looks at the cube only."""

    def _suggest(self, number):
        return self.space.from_unit(self.rng.random(self.space.n_dims))


class CountsAnew(Good):
    """Takes the number of a foreign trial for its own."""

    def tell(self, trial, loss):
        """Learn, and lose count."""
        super().tell(trial, loss)
        self.n_asked = trial.number + 1


class UsesTheGlobalState(Good):
    """Draws from numpy's global generator."""

    def _suggest(self, number):
        return self.space.sample(np.random.mtrand._rand)


class UsesPythonsRandom(Good):
    """Draws its generator from the random module."""

    def _suggest(self, number):
        return self.space.sample(np.random.default_rng(random.randrange(2**32)))


class IgnoresItsSeed(Good):
    """Always the same."""

    def __init__(self, space, seed=0):
        super().__init__(space, 0)


class BeginsAgain(Good):
    """Draws anew at each start."""

    def start(self, n_trials):
        """Hear the budget, and forget where it was."""
        super().start(n_trials)
        self.rng = np.random.default_rng(self.n_asked)


class WakesUp(Good):
    """Is exhausted, until it is told something."""

    def _suggest(self, number):
        if len(self.pending) >= contract.BUDGET:
            raise SearchExhausted
        return super()._suggest(number)


class ShowsItsInsides(Good):
    """Hands out an array that goes on changing."""

    def view(self):
        """The live array."""
        self.points = getattr(self, "points", np.zeros((1, 1)))
        self.points[:] = self.n_asked
        shown = self.points.view()
        shown.setflags(write=False)
        return DesignView(shown, 0, "mine")


class StumblesOverFailures(Good):
    """Compares with nan."""

    def _learn(self, trial):
        assert trial.losses[0] == trial.losses[0]


class TakesOneLossOnly(Good):
    """Expects a float."""

    def tell(self, trial: Trial, loss):
        """Learn a float."""
        super().tell(trial, float(loss))


def valid(make, space):
    """The first promise, with losses of every kind, for any of several seeds."""
    for seed in range(5):
        for losses in ("some fail", "all fail", "pairs"):
            contract.gives_valid_configs_and_counts(make, space, seed, losses)


def repeats(make, space):
    """The promise of repetition, for one seed."""
    contract.repeats_itself(make, space, 0)


PROMISES = [
    valid,
    repeats,
    contract.never_waits,
    contract.starts_again,
    contract.seeds_differ,
    contract.accepts_foreign_trials,
    contract.stays_exhausted,
    contract.shows_what_it_believed,
    contract.warns_of_nothing,
]


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.__name__)
@pytest.mark.parametrize("space", [FLAT, NESTED], ids=["flat", "nested"])
def test_a_good_sampler_keeps_every_promise(promise, space):
    """Random search written on BaseSampler in four lines passes, so the contract asks for nothing odd."""
    promise(Good, space)


@pytest.mark.parametrize(
    ("sampler", "promise"),
    [
        (Waits, contract.never_waits),
        (ForgetsConstraints, valid),
        (CountsAnew, contract.accepts_foreign_trials),
        (UsesTheGlobalState, repeats),
        (UsesPythonsRandom, repeats),
        (IgnoresItsSeed, contract.seeds_differ),
        (BeginsAgain, contract.starts_again),
        (WakesUp, contract.stays_exhausted),
        (ShowsItsInsides, contract.shows_what_it_believed),
        (StumblesOverFailures, valid),
        (TakesOneLossOnly, valid),
    ],
    ids=lambda value: value.__name__,
)
def test_a_bad_sampler_is_caught(sampler, promise):
    """Breaking one promise fails the function of that promise."""
    with pytest.raises((AssertionError, TypeError, ValueError)):
        promise(sampler, NESTED)
