"""The functions of known optimum, against published values, a peer library, differentiation and minimisation."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize, rosen
from scipy.stats import qmc

from hpo_tutor import designs, problems
from hpo_tutor.problems.functions import FORMULAS, Function, function, quadratic_members, quadratic_values
from hpo_tutor.protocols import Objective

ALL = [
    ("branin", None),
    ("rosenbrock", 2),
    ("rosenbrock", 5),
    ("rastrigin", 1),
    ("rastrigin", 3),
    ("eggholder", None),
    ("ackley", 2),
    ("ackley", 4),
    ("hartmann6", None),
    ("waves", None),
    ("random-quadratic", 2),
    ("random-quadratic", 4),
]

PUBLISHED = [  # Surjanovic & Bingham, Virtual Library of Simulation Experiments: minimisers and minima as printed there
    ("branin", None, [[-math.pi, 12.275], [math.pi, 2.275], [9.42478, 2.475]], 0.397887),
    ("rosenbrock", 4, [[1, 1, 1, 1]], 0.0),
    ("rastrigin", 4, [[0, 0, 0, 0]], 0.0),
    ("eggholder", None, [[512, 404.2319]], -959.6407),
    ("ackley", 4, [[0, 0, 0, 0]], 0.0),
    ("hartmann6", None, [[0.20169, 0.150011, 0.476874, 0.275332, 0.311652, 0.6573]], -3.32237),
]


def corners(f: Function) -> tuple[np.ndarray, np.ndarray]:
    """The lowest and the highest corner of the domain, each (d,)."""
    bounds = [(domain.low, domain.high) for domain in f.space.domains.values()]
    return np.array(bounds).T


@pytest.mark.parametrize(("name", "n_dims", "minimisers", "minimum"), PUBLISHED)
def test_published_minima_are_reproduced(name, n_dims, minimisers, minimum):
    """At the published minimisers the value is the published one, to the digits that are printed."""
    f = function(name, n_dims)
    assert f.values(minimisers) == pytest.approx(minimum, abs=6e-6 if name != "eggholder" else 6e-5)
    assert f.optimum == pytest.approx(minimum, abs=6e-6 if name != "eggholder" else 6e-5)
    assert f.minimisers == pytest.approx(np.array(minimisers), abs=1e-4)


@pytest.mark.parametrize(("name", "n_dims"), ALL)
def test_optimum_is_the_value_at_every_minimiser(name, n_dims):
    """The optimum is reached at each minimiser, and each lies in the domain."""
    f = function(name, n_dims)
    low, high = corners(f)
    assert f.minimisers.ndim == 2
    assert f.values(f.minimisers) == pytest.approx(f.optimum, rel=1e-12, abs=1e-12)
    assert np.all((low <= f.minimisers) & (f.minimisers <= high))


@pytest.mark.parametrize(("name", "n_dims"), [case for case in ALL if case[0] not in ("ackley", "eggholder")])
def test_gradient_vanishes_at_the_minimisers(name, n_dims):
    """Central differences at a minimiser are zero (Ackley has a cusp there, Eggholder's lies on the boundary)."""
    f = function(name, n_dims)
    low, high = corners(f)
    for minimiser in f.minimisers:
        steps = 1e-6 * np.diag(high - low)
        slopes = (f.values(minimiser + steps) - f.values(minimiser - steps)) / (2e-6 * (high - low))
        assert slopes * (high - low) == pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize(("name", "n_dims"), ALL)
def test_minimisation_finds_nothing_lower(name, n_dims):
    """Local searches from the best of many spread points end at the optimum and never below it."""
    f = function(name, n_dims)
    low, high = corners(f)
    points = low + (high - low) * qmc.Sobol(f.space.n_dims, rng=0).random(2**13)
    starts = points[np.argsort(f.values(points))[:30]]
    ends = [
        minimize(lambda x: f.values([x])[0], x, bounds=list(zip(low, high, strict=True)), method="L-BFGS-B").fun
        for x in starts
    ]
    assert min(ends) >= f.optimum - 1e-9 * max(1, abs(f.optimum))
    assert f.values(points).min() >= f.optimum
    # gradient steps cannot enter Ackley's cusp or pick among Rastrigin's 1,331 dents, so those only bound from below
    if name not in ("ackley", "rastrigin"):
        assert min(ends) == pytest.approx(f.optimum, abs=1e-5 * max(1, abs(f.optimum)))


@given(st.lists(st.lists(st.floats(-5, 10), min_size=3, max_size=3), min_size=1, max_size=5))
def test_rosenbrock_equals_scipy(points):
    """Rosenbrock's function is scipy's, at any point."""
    assert function("rosenbrock", 3).values(points) == pytest.approx(rosen(np.array(points).T), rel=1e-12, abs=1e-12)


@pytest.mark.parametrize(
    ("name", "point", "value"),
    [
        ("branin", [0, 0], 36 + 20 - 10 / (8 * math.pi)),
        ("rastrigin", [1, -2], 1 + 4),
        ("rastrigin", [0.5, 0], 0.25 + 20),
        ("ackley", [1, 1], 3.625384938440362),  # 20 (1 - exp(-1/5)), the ripples cancel
        ("ackley", [0.5, 0.5], 20 - 20 * math.exp(-0.1) + math.e - 1 / math.e),
        ("eggholder", [0, 0], -47 * math.sin(math.sqrt(47))),
        ("eggholder", [100, -47], -100 * math.sin(10)),
    ],
)
def test_values_by_hand(name, point, value):
    """Values that the formula gives on paper."""
    assert function(name).values([point])[0] == pytest.approx(value, rel=1e-12)


def test_hartmann6_by_plain_sums():
    """Four terms summed one by one give the same value at a random point."""
    x = np.random.default_rng(0).random(6)
    scales = ["10 3 17 3.5 1.7 8", "0.05 10 17 0.1 8 14", "3 3.5 1.7 10 17 8", "17 8 0.05 10 0.1 14"]
    centres = [
        ".1312 .1696 .5569 .0124 .8283 .5886",
        ".2329 .4135 .8307 .3736 .1004 .9991",
        ".2348 .1451 .3522 .2883 .3047 .6650",
        ".4047 .8828 .8732 .5743 .1091 .0381",
    ]
    total = 0.0
    for weight, scale, centre in zip((1.0, 1.2, 3.0, 3.2), scales, centres, strict=True):
        terms = zip(map(float, scale.split()), x, map(float, centre.split()), strict=True)
        total -= weight * math.exp(-sum(a * (xi - p) ** 2 for a, xi, p in terms))
    assert function("hartmann6").values([x])[0] == pytest.approx(total, rel=1e-12)


@pytest.mark.parametrize(("name", "n_dims"), ALL)
def test_functions_are_objectives(name, n_dims):
    """Called one by one or all at once, configurations give the values of their points."""
    f = problems.function(name, n_dims)
    rng = np.random.default_rng(1)
    configs = [f.space.sample(rng) for _ in range(4)]
    points = np.array([[config[x] for x in f.space.names] for config in configs])
    assert isinstance(f, Objective)
    assert f.evaluate(configs, seeds=[1, 2, 3, 4]) == pytest.approx(f.values(points))
    assert [f(config) for config in configs] == pytest.approx(f.values(points))
    assert [f.expected(config) for config in configs] == pytest.approx(f.values(points))
    assert f.evaluate([], seeds=[]).shape == (0,)
    assert f.source


def test_random_quadratic_is_the_formula():
    """A member is ||((x - p) A) * w||^2 with A of Frobenius norm 1 and w of norm 100, computed by loops."""
    seed, d = 5, 3
    (A,), (w,), (p,) = quadratic_members([seed], d)  # noqa: N806
    assert np.sqrt((A**2).sum()) == pytest.approx(1)
    assert np.sqrt((w**2).sum()) == pytest.approx(100)
    assert (w >= 0).all()
    assert np.abs(p).max() <= 0.5
    x = np.array([0.1, -0.3, 0.4])
    by_hand = sum((sum((x[i] - p[i]) * A[i, j] for i in range(d)) * w[j]) ** 2 for j in range(d))
    assert function("random-quadratic", d, seed).values([x])[0] == pytest.approx(by_hand)


def test_draw_gives_members_by_seed():
    """A seed names a member, alone, in a batch or drawn from another one; other seeds give other members."""
    first = function("random-quadratic", 2, seed=3)
    x = np.random.default_rng(0).random((4, 2)) - 0.5
    batch = quadratic_values(x[None], *quadratic_members([2, 3], 2))
    assert batch[1] == pytest.approx(first.values(x))
    assert function("random-quadratic", 2).draw(3).values(x) == pytest.approx(first.values(x))
    assert not np.allclose(batch[0], batch[1])
    assert first.draw(4).optimum == 0


def mean_of_best(points, n_trials=10_000):
    """Mean and standard error of the best of n points over random quadratics; points (t, n, d) or (1, n, d)."""
    best = quadratic_values(points, *quadratic_members(range(n_trials), points.shape[2])).min(axis=1)
    return best.mean(), best.std() / n_trials**0.5


@pytest.mark.parametrize(("n_points", "d", "published"), [(8, 3, 74.5), (27, 3, 23.9), (25, 2, 17.5), (100, 2, 3.60)])
def test_benchmark_of_random_points(n_points, d, published):
    """Random points reach the long-run mean of the benchmark without data, within four standard errors."""
    points = np.random.default_rng(1).random((10_000, n_points, d)) - 0.5
    mean, error = mean_of_best(points)
    assert abs(mean - published) < 4 * error


@pytest.mark.parametrize(
    ("side", "published_edges", "published_midpoints"), [(2, 119.9, 40.7), (3, 27.0, 14.9)], ids=["N=8", "N=27"]
)
def test_benchmark_of_grids(side, published_edges, published_midpoints):
    """Both grids reach their long-run means; the midpoint grid wins by far."""
    for levels, published in [
        (np.linspace(-0.5, 0.5, side), published_edges),
        ((np.arange(side) + 0.5) / side - 0.5, published_midpoints),
    ]:
        points = np.stack(np.meshgrid(*[levels] * 3), axis=-1).reshape(1, -1, 3)
        mean, error = mean_of_best(points)
        assert abs(mean - published) < 4 * error


def test_mistakes_name_the_rule_and_the_way_out():
    """A wrong name, number of dimensions, seed or shape is refused with what would be right."""
    with pytest.raises(ValueError, match=r"no function 'brannin'.*branin.*random-quadratic"):
        function("brannin")
    with pytest.raises(ValueError, match=r"branin has 2 dimensions, got n_dims=3"):
        function("branin", 3)
    with pytest.raises(ValueError, match=r"rosenbrock needs n_dims >= 2, got n_dims=1"):
        function("rosenbrock", 1)
    with pytest.raises(ValueError, match=r"ackley needs n_dims >= 1, got n_dims=0"):
        function("ackley", 0)
    with pytest.raises(ValueError, match=r"n_dims >= 1, got n_dims=0"):
        function("random-quadratic", 0)
    with pytest.raises(ValueError, match=r"only random-quadratic is random.*seed=1"):
        function("branin", seed=1)
    with pytest.raises(ValueError, match=r"shape \(n, 2\), got shape \(2,\).*\[point\]"):
        function("branin").values([0, 0])
    with pytest.raises(ValueError, match=r"needs x1, x2 in every configuration, 'x2' is missing"):
        function("branin")({"x1": 0.0})


def test_fixed_dimensions_may_be_named():
    """The number of dimensions that a function has anyway is accepted."""
    assert function("hartmann6", 6).space.n_dims == 6
    assert set(FORMULAS) == {"branin", "rosenbrock", "rastrigin", "eggholder", "ackley", "hartmann6", "waves"}


def test_no_design_of_the_same_seed_knows_where_the_minimum_is():
    """A bowl's numbers are a stream of their own: the points drawn from its seed are no nearer than any others."""
    bests = {0: [], 1: []}
    for seed in range(400):
        bowl = problems.function("random-quadratic", n_dims=3, seed=seed)
        for shift, found in bests.items():
            found.append(bowl.values(designs.make("random", 30, 3, seed=seed + 1000 * shift) - 0.5).min())
    assert min(bests[0]) > 0
    same, other = (np.mean(found) for found in bests.values())
    spread = np.hypot(*(np.std(found) / 20 for found in bests.values()))
    assert abs(same - other) < 4 * spread
