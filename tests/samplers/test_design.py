"""Design: which points become trials, in which order, and what constraints and conditions do to them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare

from hpo_tutor import designs
from hpo_tutor.protocols import SearchExhausted
from hpo_tutor.samplers import Design
from hpo_tutor.search_space import Choice, Float, Integer, SearchSpace
from hpo_tutor.trials import Trial

SQUARE = SearchSpace(x=Float(0, 1), y=Float(0, 1))
TRIANGLE = SearchSpace(x=Float(0, 1), y=Float(0, 1), constraints=["x + y <= 1"])


def configs(sampler):
    """All configs of a sampler, as (n, d) values."""
    values = []
    while True:
        try:
            values.append(list(sampler.ask().config.values()))
        except SearchExhausted:
            return np.array(values)


@pytest.mark.parametrize("name", designs.NAMES)
def test_the_budget_is_the_number_of_points(name):
    """Without n_points the design takes what start tells; a given n_points wins over the budget."""
    sampler = Design(SQUARE, name)
    sampler.start(16)
    assert len(configs(sampler)) == 16
    sampler = Design(SQUARE, name, n_points=9)
    sampler.start(16)
    assert len(configs(sampler)) == 9


def test_a_grid_may_give_fewer_trials_than_the_budget():
    """Of 60 trials, a 2-D grid uses 49; then the search is exhausted."""
    sampler = Design(SQUARE, "grid")
    sampler.start(60)
    assert len(configs(sampler)) == 49
    with pytest.raises(SearchExhausted, match=r"'grid' has 49 points, and all have been asked for"):
        sampler.ask()


def test_asked_before_its_number_of_points_is_known():
    """The error names both ways out; after one of them it works."""
    sampler = Design(SQUARE, "lhs")
    with pytest.raises(RuntimeError, match=r"give n_points=, or call start\(n_trials\)"):
        sampler.ask()
    sampler.start(5)
    assert sampler.ask().number == 0


def test_wrong_arguments():
    """Counts below one and unknown names are refused before any trial."""
    for count in (0, 2.5, float("nan"), float("inf")):
        with pytest.raises(ValueError, match=f"n_points must be a whole number of at least 1, it is {count}"):
            Design(SQUARE, "grid", n_points=count)
    with pytest.raises(ValueError, match=r"must be one of grid, .*'gird'"):
        Design(SQUARE, "gird")
    with pytest.raises(ValueError, match="n_trials must be at least 1, it is 0"):
        Design(SQUARE, "grid").start(0)


def test_a_count_may_come_from_arithmetic():
    """10.0 and numpy's 10 are 10."""
    for count in (10.0, np.int64(10)):
        assert len(configs(Design(SQUARE, "lhs", n_points=count))) == 10


@pytest.mark.parametrize("name", ["grid", "grid-midpoints", "jittered", "lhs"])
def test_order_without_meaning_is_drawn_by_the_seed(name):
    """A shuffled design tries the same points in another order for another seed; shuffle=False keeps the design's."""
    plain = configs(Design(SQUARE, name, n_points=25, shuffle=False, seed=1))
    shuffled = configs(Design(SQUARE, name, n_points=25, seed=1))
    assert not np.array_equal(plain, shuffled)
    assert sorted(map(tuple, plain)) == sorted(map(tuple, shuffled))
    if name.startswith("grid"):
        np.testing.assert_array_equal(plain, designs.make(name, 25, 2))


def test_every_point_of_a_grid_is_equally_likely_to_come_first():
    """Over 4,500 seeds the nine points come first equally often (chi-square test at one in ten thousand)."""
    first = [tuple(Design(SQUARE, "grid", n_points=9, seed=seed).ask().config.values()) for seed in range(4500)]
    counts = np.unique(np.array(first), axis=0, return_counts=True)[1]
    assert len(counts) == 9
    assert chisquare(counts).pvalue > 1e-4


@pytest.mark.parametrize("name", ["random", "sobol"])
def test_a_sequence_keeps_its_order_and_can_be_prolonged(name):
    """A larger budget continues what a smaller one began, with constraints too, also for a sampler already asked."""
    for space in (SQUARE, TRIANGLE):
        short, long = Design(space, name, seed=4), Design(space, name, seed=4)
        short.start(10)
        long.start(23)
        ten = [short.ask().config for _ in range(10)]
        assert ten == [long.ask().config for _ in range(10)]
        short.start(23)
        assert [short.ask().config for _ in range(13)] == [long.ask().config for _ in range(13)]


def test_a_later_budget_does_not_disturb_a_design_that_was_begun():
    """A grid keeps its points once one of them was asked; before that, it follows the budget."""
    sampler = Design(SQUARE, "grid")
    sampler.start(16)
    sampler.start(9)
    assert len(sampler.view().points) == 9
    sampler.ask()
    sampler.start(100)
    assert len(sampler.view().points) == 9


@settings(deadline=None, max_examples=50)
@given(st.sampled_from(["random", "lhs", "sobol"]), st.integers(1, 60), st.integers(0, 1000))
def test_constraints_leave_exactly_n_feasible_points(name, n_points, seed):
    """Designs of exactly N points give N feasible ones, all different."""
    values = configs(Design(TRIANGLE, name, n_points=n_points, seed=seed))
    assert values.shape == (n_points, 2)
    assert np.all(values.sum(axis=1) <= 1)
    assert len(np.unique(values, axis=0)) == n_points


@pytest.mark.parametrize("n_points", range(1, 70))
def test_a_constrained_grid_is_the_finest_that_fits(n_points):
    """In a triangle the grid of n levels has n (n + 1) / 2 feasible points; the largest such count up to N is used."""
    space = SearchSpace(x=Float(0, 1), y=Float(0, 1), constraints=["x + y <= 1.000001"])  # the diagonal, safely
    n = max(k for k in range(1, 20) if k * (k + 1) // 2 <= n_points)
    assert len(configs(Design(space, "grid", n_points=n_points))) == n * (n + 1) // 2


def test_a_lattice_that_cannot_be_small_enough_is_thinned_at_random():
    """In six dimensions one level is infeasible and two have 63 feasible points: 40 of them are taken."""
    names = [f"h{i}" for i in range(6)]
    space = SearchSpace(
        {name: Float(0, 1) for name in names},
        constraints=["h0 != 0.5", " + ".join(names) + " < 5.9"],  # neither the centre nor the far corner
    )
    for seed in (0, 1):
        values = configs(Design(space, "grid", n_points=40, seed=seed))
        assert len(np.unique(values, axis=0)) == 40
        assert set(values.ravel()) == {0.0, 1.0}


@pytest.mark.parametrize("name", designs.NAMES)
def test_constraints_that_leave_almost_nothing(name):
    """Where under a thousandth of the cube is feasible the search gives up, naming the constraint and the way out."""
    space = SearchSpace(x=Float(0, 1), y=Float(0, 1), constraints=["x > 0.9999991 and x < 0.9999999"])
    with pytest.raises(ValueError, match=r"found \d+ among \d+; narrow the bounds .*x > 0\.9999991 and x < 0\.9999999"):
        Design(space, name, n_points=20).ask()


def test_what_is_hopeless_is_refused_before_a_large_design_is_made(monkeypatch):
    """Twenty thousand rooks would take minutes; random points tell as well that none would be feasible."""
    sizes, make = [], designs.make

    def noted(name, n_points, *rest):
        sizes.append(n_points)
        return make(name, n_points, *rest)

    monkeypatch.setattr(designs, "make", noted)
    space = SearchSpace(x=Float(0, 1), y=Float(0, 1), constraints=["x > y + 1"])
    with pytest.raises(ValueError, match="found 0 among 20000"):
        Design(space, "random", n_points=20).ask()
    assert sizes == [20]


def test_rare_but_possible_constraints_are_met():
    """One percent of the square is enough for every design that gives exactly N points, and for the midpoint grid."""
    space = SearchSpace(x=Float(0, 1), y=Float(0, 1), constraints=["x > 0.9 and y > 0.9"])
    for name in ("random", "lhs", "sobol", "hypertiling"):
        assert len(configs(Design(space, name, n_points=30))) == 30
    assert len(configs(Design(space, "grid-midpoints", n_points=30))) == 25


def test_conditions_make_points_the_same_config_and_all_are_tried():
    """A grid of 4 x 4 over a hyperparameter that is dead for half the values of its parent repeats those configs."""
    space = SearchSpace(kind=Choice(["plain", "wide"]), width=Float(0, 1, when="kind == 'wide'"))
    sampler = Design(space, "grid-midpoints", n_points=16)
    asked = [sampler.ask().config for _ in range(16)]
    assert sum(config == {"kind": "plain"} for config in asked) == 8
    assert sorted(config["width"] for config in asked if "width" in config) == sorted([1 / 8, 3 / 8, 5 / 8, 7 / 8] * 2)


def test_integers_are_hit_evenly():
    """A midpoint grid of six levels gives each of three integers twice on its axis."""
    sampler = Design(SearchSpace(n_layers=Integer(1, 3)), "grid-midpoints", n_points=6)
    assert sorted(sampler.ask().config["n_layers"] for _ in range(6)) == [1, 1, 2, 2, 3, 3]


def test_the_view_is_the_design_itself():
    """The view holds the points in the order of the trials, read-only, and how many were asked for."""
    sampler = Design(SQUARE, "lhs", seed=2)
    assert sampler.view().points.shape == (0, 2)
    sampler.start(8)
    trials = [sampler.ask() for _ in range(3)]
    points, n_asked, name = sampler.view()
    assert (n_asked, name, points.shape) == (3, "lhs", (8, 2))
    for trial, point in zip(trials, points[:3], strict=True):
        assert list(trial.config.values()) == list(point)
    with pytest.raises(ValueError, match="read-only"):
        points[0, 0] = 0.5


def test_the_books_are_kept():
    """Pending trials leave when told, in any order; failures and foreign trials are told too; no loss is an error."""
    sampler = Design(SQUARE, "random", n_points=5)
    trials = [sampler.ask() for _ in range(3)]
    sampler.tell(trials[2], 0.5)
    sampler.tell(trials[0], float("nan"))
    sampler.tell(Trial(1, {"x": 0.25, "y": 0.25}), (0.125, 3))
    assert list(sampler.pending) == [1]
    assert [trial.state for trial in sampler.told] == ["complete", "failed", "complete"]
    assert [trial.losses for trial in sampler.told][::2] == [(0.5,), (0.125, 3.0)]
    with pytest.raises(ValueError, match="trial 1 needs a loss"):
        sampler.tell(trials[1], ())


def test_a_sampler_does_not_share_its_random_numbers_with_an_objective():
    """With the same small seed, a random design is not made of the numbers that numpy gives an objective."""
    asked = configs(Design(SQUARE, "random", n_points=50, seed=0)).ravel()
    assert not set(asked) & set(np.random.default_rng(0).random(1000))
