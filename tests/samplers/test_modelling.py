"""The model squeezes losses that lie far out where that makes them likelier, and counts failures as bad."""

import math

import numpy as np
import pytest
from scipy.optimize import approx_fprime

from hpo_tutor.samplers.modelling import FAR, Modeller, squeeze

X = np.random.default_rng(0).random((30, 1))
WAVE = np.sin(6 * X[:, 0])


def test_squeezing_keeps_the_order_and_what_is_near():
    """Below the fence nothing changes; above it the losses rise ever more slowly, without a jump or a corner."""
    losses = np.array([0.0, 1.0, 2.0, 2.0, 8.0, 8.0 + 1e-6, 20.0, 1e6, 1e300])  # the median is 8
    losses = np.sort(np.append(losses, [1.0] * 7))  # now it is 1, and the fence at 1 + FAR
    squeezed, _ = squeeze(losses)
    near = losses <= 1 + FAR
    np.testing.assert_array_equal(squeezed[near], losses[near])
    assert (np.diff(squeezed) >= 0).all()
    assert (np.diff(squeezed)[np.diff(losses) > 0] > 0).all()
    assert squeezed.max() < 1000


def test_the_slopes_are_those_of_the_squeezing():
    """Their logarithms agree with finite differences."""
    losses = np.array([0.0, 0.5, 1.0, 1.0, 1.5, 6.0, 40.0])
    for i in (4, 5, 6):

        def at(value, i=i):
            changed = losses.copy()
            changed[i] = value[0]
            return squeeze(changed)[0][i]

        slope = approx_fprime(losses[i : i + 1], at, 1e-6)[0]
        assert math.log(slope) == pytest.approx(squeeze(losses)[1][i], abs=1e-4)


def test_equal_losses_are_left_alone():
    """There is no scale to tell what is far."""
    np.testing.assert_array_equal(squeeze(np.array([2.0, 2.0, 2.0, 9.0]))[0], [2, 2, 2, 9])


def test_it_squeezes_where_that_is_likelier_and_only_there():
    """A wave is seen as it is; a wave with a cliff of a million is not, unless that is forbidden."""
    _, seen = Modeller("matern52", np.array([0])).fit(X, WAVE)
    np.testing.assert_array_equal(seen, WAVE)
    cliff = np.where(X[:, 0] > 0.9, 1e6, WAVE)
    process, seen = Modeller("matern52", np.array([0])).fit(X, cliff)
    assert seen.max() < 100
    np.testing.assert_array_equal(process.y, seen)
    _, seen = Modeller("matern52", np.array([0]), may_squeeze=False).fit(X, cliff)
    np.testing.assert_array_equal(seen, cliff)


def test_failures_have_the_worst_loss_seen():
    """And leave the others as they are."""
    losses = WAVE.copy()
    losses[[3, 7]] = math.nan
    process, seen = Modeller("matern52", np.array([0])).fit(X, losses)
    others = np.delete(WAVE, [3, 7])
    np.testing.assert_array_equal(seen[[3, 7]], [others.max()] * 2)
    np.testing.assert_array_equal(np.delete(seen, [3, 7]), others)
    assert np.isfinite(process.predict(X)[0]).all()


def test_columns_of_a_group_share_a_length_scale():
    """The three columns of a choice have one."""
    features = np.hstack([X, np.random.default_rng(1).random((30, 3))])
    process, _ = Modeller("matern32", np.array([0, 1, 1, 1])).fit(features, WAVE)
    one, *shared = process.kernel.length_scales
    assert len(set(shared)) == 1
    assert one != shared[0]


@pytest.mark.parametrize("scale", [1e-6, 1e6])
def test_the_unit_of_the_losses_passes_through(scale):
    """Scaled and shifted losses give the same length scales, and an amplitude, noise and mean in their unit."""
    plain, _ = Modeller("matern52", np.array([0])).fit(X, WAVE)
    scaled, _ = Modeller("matern52", np.array([0])).fit(X, scale * (WAVE + 5))
    assert scaled.kernel.length_scales == pytest.approx(plain.kernel.length_scales, rel=1e-3)
    assert scaled.kernel.amplitude == pytest.approx(scale * plain.kernel.amplitude, rel=1e-3)
    assert scaled.mean == pytest.approx(scale * (plain.mean + 5), rel=1e-3)
