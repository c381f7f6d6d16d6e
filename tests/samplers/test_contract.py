"""Every sampler keeps the contract. A new one joins by one line in SAMPLERS."""

import math
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hpo_tutor import designs, samplers
from hpo_tutor.course import games
from hpo_tutor.protocols import Sampler
from hpo_tutor.search_space import Choice, Float, Integer, SearchSpace
from tests.samplers import contract
from tests.strategies import spaces


def any_space(space):
    """Whatever it is."""
    return True


def few_branches(space):
    """Whether hyperopt's graph of a space is small: it grows with every value of every parent, and so does its time."""
    words = " ".join(domain.when or "" for domain in space.domains.values()).split()
    return math.prod(len(domain.values) for name, domain in space.domains.items() if name in words) <= 24


def few_enough(space):
    """Whether there are tilings of so many dimensions, and quickly."""
    return 2 <= space.n_dims <= 4


TILINGS = ("rsa", "hypertiling", "rsa-lhs")  # made with more care, so more slowly


class Entry(NamedTuple):
    """One sampler in the suite: its name, a factory (space, seed=...), how many random spaces it is tried on, which.

    One that does not draw asks for the same whatever its seed.
    """

    name: str
    factory: Callable[..., Sampler]
    n_spaces: int = 60
    fits: Callable[[SearchSpace], bool] = any_space
    draws: bool = True


SAMPLERS = [
    *(Entry(name, partial(samplers.Design, name=name)) for name in designs.NAMES if name not in TILINGS),
    *(Entry(name, partial(samplers.Design, name=name), n_spaces=12, fits=few_enough) for name in TILINGS),
    Entry("HandTuning", games.HandTuning),
    # few first draws, so that they soon learn
    Entry("BayesianOptimization", partial(samplers.BayesianOptimization, n_startup=3), n_spaces=20),
    Entry("ParEGO", partial(samplers.ParEGO, n_startup=3), n_spaces=10),
    Entry("SparseGrid", samplers.SparseGrid, n_spaces=15, draws=False),  # before it finishes
    *(
        Entry(f"AdaptiveRandom-{name}", partial(samplers.AdaptiveRandom, placement=name, n_startup=3), n_spaces=8)
        for name in ("box", "ball", "normal")
    ),
    Entry("TPE", partial(samplers.TPE, n_startup=3), n_spaces=12, fits=few_branches),
    Entry("BOHB", samplers.BOHB, n_spaces=30),
    Entry("Tiles", partial(samplers.Tiles, n_startup=3), n_spaces=8, fits=few_branches),  # BayesianOptimization in each
    *(
        Entry(
            f"Tiles-random-{allocation}",
            partial(samplers.Tiles, inner=samplers.Design, name="random", allocation=allocation),
            n_spaces=20,
            fits=few_branches,  # a tile for each
        )
        for allocation in ("even", "bandit")  # halving refuses so few trials
    ),
]

FLAT = SearchSpace(learning_rate=Float(1e-4, 1e-1, log=True), width=Float(1, 64))
NESTED = SearchSpace(
    n_layers=Integer(1, 3),
    width_1=Integer(4, 64, log=True),
    width_2=Integer(4, 64, log=True, when="n_layers >= 2"),
    activation=Choice(["relu", "tanh"], when="n_layers == 3"),
    batch_size=128,
    constraints=["width_2 <= width_1"],
)


def make_of(entry: Entry):
    """The entry's factory in the form that the contract uses."""
    return lambda space, seed: entry.factory(space, seed=seed)


every_sampler = pytest.mark.parametrize("entry", SAMPLERS, ids=lambda entry: entry.name)
both_spaces = pytest.mark.parametrize("space", [FLAT, NESTED], ids=["flat", "nested"])


@every_sampler
def test_it_is_a_sampler(entry):
    """It has the protocol's four methods and its space."""
    sampler = make_of(entry)(FLAT, 0)
    assert isinstance(sampler, Sampler)
    assert sampler.space is FLAT


@every_sampler
@pytest.mark.parametrize("losses", ["some fail", "all fail", "pairs"])
def test_it_gives_valid_configs_on_any_space_and_counts(entry, losses):
    """On random spaces, with conditions and constraints, whatever the losses are."""

    @settings(max_examples=entry.n_spaces, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(spaces().filter(entry.fits), st.integers(0, 2**32 - 1))
    def on_any_space(space, seed):
        contract.gives_valid_configs_and_counts(make_of(entry), space, seed, losses)

    on_any_space()


@every_sampler
@both_spaces
@pytest.mark.parametrize(
    "promise",
    [
        contract.never_waits,
        contract.starts_again,
        contract.seeds_differ,
        contract.accepts_foreign_trials,
        contract.stays_exhausted,
        contract.shows_what_it_believed,
        contract.warns_of_nothing,
    ],
    ids=lambda promise: promise.__name__,
)
def test_it_keeps_its_promise(entry, space, promise):
    """Each promise of the contract, on a flat and on a nested space; the promise is told where it is written."""
    if promise is contract.seeds_differ and not entry.draws:
        promise = contract.seeds_agree
    promise(make_of(entry), space)


@every_sampler
@both_spaces
@pytest.mark.parametrize("seed", [0, 2**32 - 1])
def test_it_repeats_itself(entry, space, seed):
    """The same seed and answers give the same configs, whatever happens to global random states."""
    contract.repeats_itself(make_of(entry), space, seed)
