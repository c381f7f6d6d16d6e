"""Designs on random bowls: closed forms, an independent loop, and the means that are published."""

import numpy as np
import pytest

from hpo_tutor import designs, problems
from hpo_tutor.problems.quadratics import best_losses, mean_squared_distance, member_seeds, pattern_losses

# algorithms.md, section 1: published means and their errors; section 7: long-run means, to the digits they are given
PUBLISHED = {
    ("grid", 3, 8): (120.2, 1.0),
    ("grid", 3, 27): (27.0, 0.2),
    ("random", 3, 8): (77.1, 1.1),
    ("random", 3, 27): (24.0, 0.4),
    ("jittered", 3, 8): (59.1, 0.7),
    ("jittered", 3, 27): (19.3, 0.2),
    ("lhs", 3, 8): (65.3, 0.7),
    ("lhs", 3, 27): (21.7, 0.3),
}
LONG_RUN = {
    ("grid", 3, 8): 119.9,
    ("grid", 3, 27): 27.0,
    ("random", 3, 8): 74.5,
    ("random", 3, 27): 23.9,
    ("jittered", 3, 8): 58.4,
    ("jittered", 3, 27): 19.3,
    ("lhs", 3, 8): 64.9,
    ("lhs", 3, 27): 21.5,
    ("grid-midpoints", 3, 8): 40.7,
    ("grid-midpoints", 3, 27): 14.9,
    ("random", 2, 25): 17.5,
    ("random", 2, 100): 3.60,
    ("grid", 2, 25): 12.6,
    ("grid-midpoints", 2, 25): 8.6,
    ("grid", 4, 16): 77.9,
    ("grid-midpoints", 4, 16): 27.7,
}
# one fixed pattern each: design, its options, points that pattern had, its mean; what walls RSA had is not said
PATTERNS = [
    ("rsa", {"periodic": True}, 8, 63.1),
    ("rsa", {"periodic": True}, 29, 18.1),
    ("rsa", {"periodic": False}, 8, 63.1),
    ("rsa", {"periodic": False}, 29, 18.1),
    ("hypertiling", {}, 8, 49.3),
    ("hypertiling", {}, 26, 17.9),
]


def means(name, n_dims, n_points):
    """Mean over 10,000 bowls, a draw for each, and its error; the source's Latin hypercubes reach the edges."""
    options = {"levels": "edges"} if name == "lhs" else {}
    losses = best_losses(designs.make_many(name, n_points, n_dims, 10_000, seed=1, **options))
    return losses.mean(), losses.std(ddof=1) / 100


@pytest.mark.parametrize(("name", "n_dims", "n_points"), PUBLISHED)
def test_published_means(name, n_dims, n_points):
    """Within four combined standard errors of the mean of 10,000 trials that was published."""
    published, error = PUBLISHED[name, n_dims, n_points]
    mean, own = means(name, n_dims, n_points)
    assert abs(mean - published) < 4 * np.hypot(own, error)


@pytest.mark.parametrize(("name", "n_dims", "n_points"), LONG_RUN)
def test_long_run_means(name, n_dims, n_points):
    """Within four standard errors of the means over many more trials, besides their last digit."""
    mean, own = means(name, n_dims, n_points)
    assert abs(mean - LONG_RUN[name, n_dims, n_points]) < 4 * own + 0.05


@pytest.mark.parametrize(("name", "options", "n_points", "published"), PATTERNS)
def test_published_patterns_lie_within_the_spread_of_patterns(name, options, n_points, published):
    """The source kept one pattern for all trials: its mean lies within three spreads of the mean over 24 patterns."""
    patterns = designs.make_many(name, n_points, 3, 24, seed=7, **options)
    of_patterns = pattern_losses(patterns, 4000).mean(axis=0)
    assert abs(published - of_patterns.mean()) < 3 * of_patterns.std(ddof=1)


def test_a_single_pattern_proves_little():
    """Spheres and tilings of 8 points: single patterns differ by several times the luck of 4,000 bowls."""
    for name in ("rsa", "hypertiling"):
        losses = pattern_losses(designs.make_many(name, 8, 3, 24, seed=3), 4000)
        of_patterns = losses.mean(axis=0)
        # the same bowls for all: what is left between two patterns by the luck of the bowls
        luck = (losses - losses.mean(axis=1, keepdims=True)).std() / 4000**0.5
        assert of_patterns.std(ddof=1) > 3 * luck


@pytest.mark.parametrize("n_dims", [1, 2, 3, 5])
def test_a_single_point_in_the_centre_has_a_mean_in_closed_form(n_dims):
    """E |((x - p) A) * w|^2 = 10^4 / d^2 |x - p|^2 over A and w, and |p|^2 has the mean d / 12."""
    losses = best_losses(np.full((1, n_dims), 0.5), 40_000, seed=4)
    assert losses.mean() == pytest.approx(1e4 / (12 * n_dims), abs=4 * losses.std() / 200)


@pytest.mark.parametrize(("name", "n_cells"), [("grid", 4), ("grid-midpoints", 5)])
def test_in_one_dimension_the_nearest_point_is_the_best(name, n_cells):
    """The loss is 10^4 (x - p)^2 there: five levels give 10^4 / (12 * 5^2) at midpoints, four cells' worth on edges."""
    losses = best_losses(designs.make(name, 5, 1), 40_000, seed=5)
    assert losses.mean() == pytest.approx(1e4 / (12 * n_cells**2), abs=4 * losses.std() / 200)


def test_each_bowl_is_a_member_of_the_family():
    """The losses are those that the objective itself gives, config by config, with a design of its own for each."""
    stack = designs.make_many("random", 6, 3, 50, seed=2)
    losses = best_losses(stack, 50, seed=9)
    for points, seed, loss in zip(stack, member_seeds(50, 9), losses, strict=True):
        bowl = problems.function("random-quadratic", 3, seed=seed)
        assert loss == pytest.approx(min(bowl(bowl.space.from_unit(point)) for point in points), rel=1e-9)


def test_the_formula_by_hand():
    """An independent loop over bowls drawn by another stream agrees in the mean: A to norm 1, w to norm 100."""
    rng = np.random.default_rng(123)
    points = designs.make("grid-midpoints", 8, 3)
    found = []
    for _ in range(4000):
        A, w, p = rng.uniform(-1, 1, (3, 3)), rng.uniform(0, 1000, 3), rng.uniform(-0.5, 0.5, 3)  # noqa: N806
        steps = (points - 0.5 - p) @ (A / np.sqrt((A**2).sum())) * (100 * w / np.sqrt((w**2).sum()))
        found.append(min(float(step @ step) for step in steps))
    losses = best_losses(points, 4000, seed=6)
    error = np.hypot(np.std(found), losses.std()) / 4000**0.5
    assert losses.mean() == pytest.approx(np.mean(found), abs=4 * error)


def test_all_designs_of_a_seed_meet_the_same_bowls():
    """One point more never does worse, bowl by bowl; another seed has other bowls; fewer are the first of more."""
    points = designs.make("random", 9, 2)
    losses = best_losses(points, 300)
    assert np.all(losses <= best_losses(points[:8], 300))
    assert np.array_equal(losses[:100], best_losses(points, 100))
    assert not np.any(losses == best_losses(points, 300, seed=1))


def test_patterns_keep_their_columns():
    """Column k is the k-th pattern on all bowls."""
    patterns = designs.make_many("sobol", 7, 3, 4, seed=1)
    losses = pattern_losses(patterns, 200, seed=2)
    assert losses.shape == (200, 4)
    for k in range(4):
        assert np.array_equal(losses[:, k], best_losses(patterns[k], 200, seed=2))


@pytest.mark.parametrize(("n", "n_dims"), [(2, 2), (3, 2), (2, 3), (3, 3)])
def test_an_edge_grid_is_as_near_as_midpoints_with_a_level_fewer(n, n_dims):
    """Mean squared distance to the nearest point: d / (12 n^2) at midpoints, d / (12 (n - 1)^2) with edges."""
    near = mean_squared_distance(designs.make("grid-midpoints", n**n_dims, n_dims))
    far = mean_squared_distance(designs.make("grid", n**n_dims, n_dims))
    assert near == pytest.approx(n_dims / (12 * n**2), rel=0.01)
    assert far == pytest.approx(n_dims / (12 * (n - 1) ** 2), rel=0.01)
    assert far == pytest.approx(
        mean_squared_distance(designs.make("grid-midpoints", (n - 1) ** n_dims, n_dims)), rel=0.02
    )


@pytest.mark.parametrize("name", ["grid", "grid-midpoints", "random"])
def test_the_best_point_is_at_least_as_good_as_the_nearest(name):
    """10^4 / d^2 times the mean squared distance bounds the mean of the best loss from above."""
    points = designs.make(name, 27, 3, seed=8)
    assert best_losses(points).mean() < 1e4 / 9 * mean_squared_distance(points)


def test_errors_say_the_shape_and_the_way_out():
    """Patterns are not taken for designs of single bowls, nor single designs for patterns."""
    with pytest.raises(ValueError, match=r"n_problems = 10, got shape \(3, 4, 2\); .* take pattern_losses"):
        best_losses(np.zeros((3, 4, 2)), 10)
    for count in (0, 2.5, float("nan")):
        with pytest.raises(ValueError, match=f"n_problems must be a whole number of at least 1, it is {count}"):
            best_losses(np.zeros((4, 2)), count)
    with pytest.raises(ValueError, match=r"got shape \(0, 2\)"):
        best_losses(np.zeros((0, 2)))
    for points in (np.zeros(4), np.zeros((0, 2))):
        with pytest.raises(ValueError, match=r"shape \(N, d\), with at least one of them, got shape"):
            mean_squared_distance(points)
    with pytest.raises(ValueError, match=r"got shape \(0, 4, 2\)"):
        pattern_losses(np.zeros((0, 4, 2)))
    with pytest.raises(ValueError, match=r"got shape \(4, 2\); for one pass \[points\]"):
        pattern_losses(np.zeros((4, 2)))
