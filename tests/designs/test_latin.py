"""Latin hypercubes: each level once, wherever the levels lie."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import qmc

from hpo_tutor import designs

LEVELS = {
    "midpoints": lambda n: [(k + 0.5) / n for k in range(n)],
    "edges": lambda n: [k / (n - 1) for k in range(n)] if n > 1 else [0.5],
}


@settings(deadline=None)
@given(st.sampled_from(list(LEVELS)), st.integers(1, 200), st.integers(1, 6), st.integers(0, 2**32 - 1))
def test_each_axis_has_each_level_once(levels, n_points, n_dims, seed):
    """Midpoints are (k + 1/2) / N; with edges the first and the last level stand on the edges of the cube."""
    points = designs.make("lhs", n_points, n_dims, seed, levels=levels)
    assert points.shape == (n_points, n_dims)
    for axis in points.T:
        np.testing.assert_allclose(np.sort(axis), LEVELS[levels](n_points), rtol=0, atol=1e-15)


@pytest.mark.parametrize("seed", range(3))
def test_random_levels_are_those_of_scipy(seed):
    """Without further words the points are scipy's for the same random numbers."""
    known = qmc.LatinHypercube(4, rng=np.random.default_rng(seed)).random(13)
    assert np.array_equal(designs.make("lhs", 13, 4, seed), known)
    assert np.array_equal(designs.make("lhs", 13, 4, seed, levels="random"), known)


@pytest.mark.parametrize("levels", LEVELS)
def test_pairings_are_uniform(levels):
    """Each of the 3! ways to pair three levels on two axes comes equally often, within four standard errors."""
    n_draws = 6000
    counts = {}
    rng = np.random.default_rng(1)
    for _ in range(n_draws):
        points = designs.make("lhs", 3, 2, rng, levels=levels)
        pairing = tuple(np.argsort(points[np.argsort(points[:, 0]), 1]))
        counts[pairing] = counts.get(pairing, 0) + 1
    assert len(counts) == 6
    assert max(abs(count - n_draws / 6) for count in counts.values()) < 4 * (n_draws * 5 / 36) ** 0.5


def test_unknown_levels_are_named():
    """The error says which levels there are, and what was given."""
    with pytest.raises(ValueError, match="'random', 'midpoints' or 'edges', they are 'corners'"):
        designs.make("lhs", 5, 2, levels="corners")
