"""Functions whose boxes move: where their minima lie, against published values, a peer and searches of every kind."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize, rosen
from scipy.stats import qmc

from hpo_tutor.problems import function
from hpo_tutor.protocols import Objective
from hpo_tutor.race.experiments.moved import NAMES, REACH, Moved, chained_eggholder, published

# Vanaret, Gotteland, Durand & Alliot (2014), Certified global minima for a benchmark of difficult optimization problems
CERTIFIED = {2: -959.640662, 3: -1888.321390, 4: -2808.184792, 5: -3719.724836}

seeds = st.integers(0, 10_000)


def corners(f):
    """The lowest and the highest corner of the box, each (d,)."""
    return np.array([(domain.low, domain.high) for domain in f.space.domains.values()]).T


@pytest.mark.parametrize("d", CERTIFIED)
def test_eggholders_minimum_is_the_certified_one(d):
    """In the published box, for each number of dimensions, and it is the function's value at a point of the box."""
    f = published("eggholder", d)
    assert f.optimum == pytest.approx(CERTIFIED[d], abs=2e-6)
    assert f.values(f.minimisers) == pytest.approx(f.optimum, rel=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_published_functions_are_those_of_the_course(name):
    """Box, values and optimum in two dimensions; an objective; without ``draw``, so that a race never moves it."""
    ours, theirs = published(name, 2), function(name)
    points = np.random.default_rng(0).uniform(*corners(theirs), (20, 2))
    np.testing.assert_array_equal(corners(ours), corners(theirs))
    assert ours.values(points) == pytest.approx(theirs.values(points))
    assert ours.optimum == pytest.approx(theirs.optimum, abs=1e-9)
    assert isinstance(ours, Objective)
    assert not hasattr(ours, "draw")


@given(seeds, st.integers(2, 5), st.sampled_from(["rosenbrock", "rastrigin"]))
def test_the_minimiser_lies_in_the_box_and_is_one(seed, d, name):
    """The box keeps its size; the minimum is 0, at (1, ..., 1) or at (0, ..., 0), at a place from 0.1 to 0.9."""
    f = Moved(name, d, seed)
    low, high = corners(f)
    assert high - low == pytest.approx(15 if name == "rosenbrock" else 10.24)
    assert f.minimisers == pytest.approx(np.full((1, d), 1.0 if name == "rosenbrock" else 0.0))
    assert f.values(f.minimisers) == pytest.approx(0, abs=1e-12)
    place = (f.minimisers[0] - low) / (high - low)
    assert np.all((place >= 0.5 - REACH - 1e-12) & (place <= 0.5 + REACH + 1e-12))


def test_no_place_in_the_box_is_favoured():
    """Over members the minimiser's place is uniform: mean 1/2, standard deviation 0.8 / sqrt(12), not correlated."""
    places = []
    for seed in range(400):
        f = Moved("rastrigin", 3, seed)
        low, high = corners(f)
        places.append((f.minimisers[0] - low) / (high - low))
    places, spread = np.array(places), 2 * REACH / 12**0.5
    assert places.mean(axis=0) == pytest.approx(0.5, abs=4 * spread / 20)
    assert places.std(axis=0) == pytest.approx(spread, rel=0.1)
    assert np.corrcoef(places.T)[np.triu_indices(3, 1)] == pytest.approx(0, abs=4 / 20)


@pytest.mark.parametrize(("d", "seed"), [(2, 0), (2, 7), (3, 1), (3, 12), (5, 4)])
def test_nothing_in_a_moved_box_is_lower_than_eggholders_optimum(d, seed):
    """Descents from the best of 2^16 spread points end at the optimum in two dimensions, and nowhere below it."""
    f = Moved("eggholder", d, seed)
    low, high = corners(f)
    points = qmc.scale(qmc.Sobol(d, rng=1).random_base2(16), low, high)
    losses = f.values(points)
    assert losses.min() >= f.optimum
    ends = [
        minimize(lambda x: f.values(x[None])[0], start, bounds=np.stack([low, high], 1), method="L-BFGS-B").fun
        for start in points[np.argsort(losses)[:20]]
    ]
    assert min(ends) >= f.optimum - 1e-6
    if d == 2:
        assert min(ends) == pytest.approx(f.optimum, abs=1e-4)
    assert np.all((low <= f.minimisers[0]) & (f.minimisers[0] <= high))


@given(st.lists(st.floats(-600, 600), min_size=2, max_size=6))
def test_eggholder_in_a_chain_is_the_sum_of_its_links(x):
    """Against the course's function of two variables, pair by pair."""
    links = sum(function("eggholder")({"x1": a, "x2": b}) for a, b in pairwise(x))
    assert chained_eggholder(np.array([x]))[0] == pytest.approx(links, abs=1e-9)


@given(seeds)
@settings(max_examples=20)
def test_a_member_hangs_on_its_seed_alone(seed):
    """``draw`` gives the member of the seed, from whichever; another seed has another box; values are scipy's."""
    f = Moved("rosenbrock", 3, seed)
    again = Moved("rosenbrock", 3, seed + 1).draw(seed)
    assert again.space.describe() == f.space.describe()
    assert (again.member, f.member) == (seed, seed)
    assert Moved("rosenbrock", 3, seed + 1).space.describe() != f.space.describe()
    point = np.random.default_rng(seed).uniform(*corners(f))
    assert f.values([point])[0] == pytest.approx(rosen(point))


@pytest.mark.parametrize("make", [Moved, published])
def test_what_cannot_be_moved_is_refused(make):
    """The message names what there is."""
    with pytest.raises(ValueError, match="one of rosenbrock, rastrigin, eggholder; got 'branin'"):
        make("branin", 2)
    with pytest.raises(ValueError, match="eggholder needs n_dims >= 2 here, got n_dims=1"):
        make("eggholder", 1)
