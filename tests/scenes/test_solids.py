"""A cube on a page: true to scale, nearer things known to be nearer, a drag by a degree turns by a degree."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hpo_tutor.scenes import Segments, Text, solids

azimuths, tilts = st.floats(-180, 180), st.floats(-90, 90)
POINTS = np.random.default_rng(0).random((20, 3))


@settings(deadline=None)
@given(azimuths, tilts)
def test_turning_keeps_all_distances(azimuth, tilt):
    """Screen and depth together are the points, turned and enlarged: no distance changes but by the scale."""
    screen, depth = solids.turned(POINTS, azimuth, tilt)
    seen = np.column_stack([screen, depth])
    before = np.linalg.norm(POINTS[:, None] - POINTS, axis=2)
    after = np.linalg.norm(seen[:, None] - seen, axis=2)
    assert after == pytest.approx(solids.SIDE * before, abs=1e-9)


def test_what_one_sees_without_turning():
    """From the front: the first axis to the right, the third upwards, and what is small on the second is near."""
    screen, depth = solids.turned([[1, 0.5, 0.5], [0.5, 0.5, 1], [0.5, 0, 0.5]], 0, 0)
    half = solids.SIDE / 2
    assert screen == pytest.approx(np.array([[half, 0], [0, half], [0, 0]]), abs=1e-9)
    assert depth == pytest.approx([0, 0, half], abs=1e-9)


def test_the_near_side_follows_the_hand():
    """A larger azimuth takes what is near to the right, a larger tilt takes it up; a negative tilt shows the top."""
    near, top = np.array([[0.5, 0.0, 0.5]]), np.array([[0.5, 0.5, 1.0]])
    assert solids.turned(near, 10, 0)[0][0, 0] > 0
    assert solids.turned(near, 0, 10)[0][0, 1] > 0
    assert solids.turned(top, 0, -30)[1][0] > 0


@settings(deadline=None)
@given(azimuths, tilts)
def test_the_cube_stays_in_the_panel_and_no_edge_before_it_is_hidden(azimuth, tilt):
    """All twelve edges are drawn once, in the panel; those of the farthest corner are behind everything."""
    behind, before = solids.cube_edges(azimuth, tilt, ("a", "b", "c"))
    (far,), (near, *words) = behind, before
    assert isinstance(far, Segments)
    assert isinstance(near, Segments)
    assert (len(far.x0), len(near.x0)) == (3, 9)
    for values in (far.x0, far.y0, near.x1, near.y1, *(word.x for word in words), *(word.y for word in words)):
        assert np.all(np.abs(values) <= solids.HALF_PANEL)
    assert all(isinstance(word, Text) for word in words)


def test_an_axis_is_named_unless_one_looks_along_it():
    """Its words would lie upon what is in the cube."""

    def named(azimuth, tilt):
        return [word.text[0] for word in solids.cube_edges(azimuth, tilt, ("a", "b", "c"))[1][1:]]

    assert named(30, -25) == ["a", "b", "c"]
    assert named(0, 0) == ["a", "c"]
    assert named(90, 0) == ["b", "c"]
    assert named(20, -90) == ["a", "b"]


def test_a_length_is_shared_out_in_the_panels_width():
    """The side of the cube, seen from the front, spans this share of the panel."""
    scene = solids.solid_scene([])
    width = scene.x.high - scene.x.low
    left, right = solids.turned([[0, 0, 0], [1, 0, 0]], 0, 0)[0][:, 0]
    assert solids.share(1.0) == pytest.approx((right - left) / width)
    assert scene.aspect == 1


def test_flat_points_cannot_be_turned():
    """Two coordinates are refused."""
    with pytest.raises(ValueError, match=r"shape \(n, 3\), got \(4, 2\)"):
        solids.turned(np.zeros((4, 2)), 0, 0)
