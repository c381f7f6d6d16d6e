"""The kernel sees configurations as they will be tried, and there are candidates of every kind."""

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from hpo_tutor.samplers.geometry import MIDDLE, MOST_CONFIGS, Geometry, key
from hpo_tutor.search_space import Choice, Float, Integer, SearchSpace
from tests.strategies import spaces, units

MIXED = SearchSpace(
    rate=Float(1e-4, 1e-1, log=True),
    depth=Integer(1, 4),
    width=Integer(4, 512, log=True),
    activation=Choice(["relu", "tanh", "elu"]),
    size=Choice(["small", "medium", "large"], ordered=True),
)
NESTED = SearchSpace(
    model=Choice(["trees", "network"]),
    depth=Integer(1, 5, when="model == 'trees'"),
    rate=Float(0, 1, when="model == 'network'"),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(spaces(), st.data())
def test_a_snapped_point_is_that_of_its_configuration(space, data):
    """On any space: rounding, conditions included, agrees with the way through the configuration itself."""
    geometry = Geometry(space)
    u = np.array(data.draw(st.lists(units(space.n_dims), min_size=1, max_size=4)))
    snapped = geometry.snap(u)
    for point, rounded in zip(u, snapped, strict=True):
        np.testing.assert_allclose(rounded, geometry.point(space.from_unit(point)), atol=1e-9)
        config, again = space.from_unit(point), space.from_unit(rounded)
        assert config.keys() == again.keys()
        np.testing.assert_allclose(space.to_unit(again), space.to_unit(config), atol=1e-9)
    np.testing.assert_allclose(geometry.snap(snapped), snapped, atol=1e-12)


def test_inactive_hyperparameters_stay_in_the_middle():
    """Whatever their coordinates say."""
    snapped = Geometry(NESTED).snap(np.array([[0.2, 0.9, 0.7], [0.8, 0.9, 0.7]]))
    np.testing.assert_allclose(snapped, [[0.25, 0.9, MIDDLE], [0.75, MIDDLE, 0.7]])


def test_two_options_are_equally_far_apart_whichever_they_are():
    """No order: distance 1 between any two; an ordered choice and an integer keep theirs."""
    geometry = Geometry(MIXED)
    points = np.full((3, 5), 0.125)
    points[:, 3] = [1 / 6, 3 / 6, 5 / 6]
    np.testing.assert_allclose(cdist(*[geometry.features(points)] * 2), 1 - np.eye(3), atol=1e-12)
    points = np.full((3, 5), 0.125)
    points[:, 4] = [1 / 6, 3 / 6, 5 / 6]
    np.testing.assert_allclose(cdist(*[geometry.features(points)] * 2)[0], [0, 1 / 3, 2 / 3], atol=1e-12)


def test_each_feature_knows_its_hyperparameter():
    """Three columns for three options share one group."""
    geometry = Geometry(MIXED)
    assert geometry.groups.tolist() == [0, 1, 2, 3, 3, 3, 4]
    assert geometry.columns.tolist() == [0, 1, 2, 3, 6]
    assert geometry.smooth.tolist() == [True, False, True, False, False]
    assert geometry.features(np.full((2, 5), 0.5)).shape == (2, 7)


def test_all_points_of_a_small_space():
    """Each configuration once, those of inactive hyperparameters too; a real number makes a space infinite."""
    space = SearchSpace(
        model=Choice(["trees", "network"]),
        depth=Integer(1, 5, when="model == 'trees'"),
        width=Integer(1, 3, log=True, when="model == 'network'"),
    )
    every = Geometry(space).every
    assert len(every) == 5 + 3
    assert len({str(space.from_unit(point)) for point in every}) == 8
    assert Geometry(NESTED).every is None
    assert Geometry(SearchSpace(a=Integer(1, MOST_CONFIGS + 1))).every is None


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(spaces(), st.integers(0, 2**32 - 1))
def test_candidates_are_points_of_the_space(space, seed):
    """Those all over the cube and those near a point; snapping them again changes nothing."""
    geometry, rng = Geometry(space), np.random.default_rng(seed)
    for points in (geometry.spread(rng), geometry.near(geometry.spread(rng)[0], rng)):
        assert points.shape[1] == space.n_dims
        assert ((points >= 0) & (points <= 1)).all()
        np.testing.assert_allclose(geometry.snap(points), points, atol=1e-12)


def test_near_candidates_are_near_at_all_scales_and_leave_no_option_out():
    """Some within a hundredth of a side, some beyond a tenth; every neighbour of an integer, every option."""
    geometry = Geometry(MIXED)
    centre = geometry.snap(np.full((1, 5), 0.4))[0]
    rng = np.random.default_rng(0)
    points = np.concatenate([geometry.near(centre, rng) for _ in range(4)])
    moved = np.abs(points - centre)[:, 0]
    assert 0 < moved[moved > 0].min() < 0.01
    assert moved.max() > 0.1
    assert {0.125, 0.375, 0.625} <= set(points[:, 1].round(3))
    assert len(set(points[:, 3].round(3))) == 3


def test_keys_tell_points_apart_but_not_their_last_digits():
    """Also 0 and -0 are one."""
    assert key(np.array([0.1 + 0.2, 0.0])) == key(np.array([0.3, -0.0]))
    assert key(np.array([0.3])) != key(np.array([0.3 + 1e-9]))
