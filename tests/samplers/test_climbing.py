"""A climb ends higher than it began, and its slopes are right."""

import numpy as np
import pytest
from scipy.optimize import approx_fprime

from hpo_tutor.samplers.climbing import Worth, climb
from hpo_tutor.samplers.geometry import Geometry
from hpo_tutor.search_space import Choice, Float, Integer, SearchSpace
from hpo_tutor.surrogates import GaussianProcess, Kernel

SPACE = SearchSpace(x=Float(0, 1), option=Choice(["a", "b"]), y=Float(0, 1), n=Integer(1, 3))
GEOMETRY = Geometry(SPACE)
RNG = np.random.default_rng(0)
POINTS = GEOMETRY.snap(RNG.random((12, 4)))
PROCESS = GaussianProcess(Kernel("matern52", 0.4, 1.0, 0.01)).condition(
    GEOMETRY.features(POINTS), np.sin(5 * POINTS[:, 0]) + POINTS[:, 2]
)
NAMES = ["ei", "plug-in-ei", "pi", "lcb"]


def rank_of(worth, points):
    """Of points, by the model above."""
    return worth.ranks(*PROCESS.predict(GEOMETRY.features(points)))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("mean", "std"), [(0.3, 0.5), (-2.0, 0.4), (9.0, 0.3), (1.0, 3.0)])
def test_slopes_are_the_derivatives_of_the_ranks(name, mean, std):
    """With respect to mean and standard deviation, against finite differences, also far from the incumbent."""
    worth = Worth(name, 0.1, 2.0)
    differences = approx_fprime([mean, std], lambda at: worth.ranks(at[:1], at[1:])[0], 1e-7)
    rank, *slopes = worth.slopes(mean, std)
    assert rank == pytest.approx(worth.ranks(np.array([mean]), np.array([std]))[0], rel=1e-12)
    np.testing.assert_allclose(slopes, differences, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_ranks_are_in_the_order_of_the_gains(name):
    """Where the acquisition function is no underflow."""
    worth = Worth(name, 0.0, 2.0)
    mean, std = RNG.normal(size=(2, 50))
    np.testing.assert_array_equal(
        np.argsort(worth.gains(mean, np.abs(std) + 0.5)), np.argsort(worth.ranks(mean, np.abs(std) + 0.5))
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_climb_ends_where_no_small_step_leads_higher(name):
    """It rises, changes smooth hyperparameters only, stays in the cube, and its end is a local maximum."""
    worth = Worth(name, float(PROCESS.y.min()), 2.0)
    rises = []
    for start in GEOMETRY.snap(RNG.random((6, 4))):
        end = climb(PROCESS, worth, GEOMETRY, start)
        np.testing.assert_array_equal(end[[1, 3]], start[[1, 3]])
        assert ((end >= 0) & (end <= 1)).all()
        rises.append(rank_of(worth, end[None])[0] - rank_of(worth, start[None])[0])
        around = np.repeat(end[None], 40, axis=0)
        around[:, [0, 2]] += 0.003 * RNG.normal(size=(40, 2))
        assert rank_of(worth, np.clip(around, 0, 1)).max() < rank_of(worth, end[None])[0] + 1e-3
    assert min(rises) >= 0
    assert max(rises) > 0.01


def test_a_climb_from_a_trial_without_noise_is_safe():
    """There the standard deviation is 0 and so is the gain; the climb stays where it is, and raises nothing."""
    sure = GaussianProcess(Kernel("matern52", 0.4)).condition(PROCESS.x, PROCESS.y)
    end = climb(sure, Worth("ei", float(PROCESS.y.min()), 2.0), GEOMETRY, POINTS[0])
    assert np.isfinite(end).all()
