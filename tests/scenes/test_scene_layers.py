"""Layers are frozen numbers of one length, and say what is wrong with bad ones."""

import numpy as np
import pytest

from hpo_tutor.scenes import Band, Circles, Heatmap, Line, Marks, Points, Polygons, Segments, Text

ONE_OF_EACH = [
    Heatmap(np.eye(3)),
    Points([0, 1], [0, 1]),
    Line([0, 1], [0, np.nan]),
    Line([0, 1], [[0, 1, 2], [3, np.nan, 5]]),
    Band([0, 1], [0, 0], [1, 2]),
    Circles([0, 1], [0, 1], 0.1),
    Polygons([0, 1, 1], [0, 0, 1], 3),
    Segments([0], [0], [1], [1]),
    Marks([0.5]),
    Text([0.5], [0.5], "here"),
]


@pytest.mark.parametrize("layer", ONE_OF_EACH, ids=lambda layer: type(layer).__name__)
def test_arrays_cannot_be_changed(layer):
    """Every array of every layer is float32 and read-only, so that a kept scene is a record."""
    arrays = [value for value in vars(layer).values() if isinstance(value, np.ndarray)]
    assert arrays
    for array in arrays:
        assert array.dtype == np.float32
        with pytest.raises(ValueError, match="read-only"):
            array.flat[0] = 7


def test_the_callers_array_stays_its_own():
    """A layer copies what somebody could still write to, and shares what nobody can."""
    mine = np.zeros(2, dtype=np.float32)
    layer = Points(mine, mine)
    mine[0] = 5
    assert layer.x[0] == 0
    view = mine.view()
    view.setflags(write=False)
    kept = Points(view, view)
    mine[0] = 7
    assert kept.x[0] == 5, "a read-only view of what can be written to is copied too"
    mine.setflags(write=False)
    assert Points(mine, mine).x is mine or np.shares_memory(Points(mine, mine).x, mine)


def test_a_heatmap_takes_its_range_from_finite_heights():
    """Nan cells do not count; equal heights leave a range that can be divided by; labels say the range."""
    heatmap = Heatmap(np.array([[1.0, np.nan], [3.0, 2.0]]))
    assert (heatmap.low, heatmap.high, heatmap.labels) == (1.0, 3.0, ("1", "3"))
    flat = Heatmap(np.full((2, 2), 4.0))
    assert flat.low == 4.0
    assert flat.high > flat.low
    assert Heatmap(np.full((2, 2), np.nan), low=0, high=1).high == 1


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Points([0, 1], [0]), r"one length, got \{'x': 2, 'y': 1\}"),
        (lambda: Points([0], [0], color="blue"), "a colour is .*got 'blue'"),
        (lambda: Points([0], [0], symbol="heart"), "a symbol is one of circle.*'heart'"),
        (lambda: Points([0, 1], [0, 1], size=[1, 2, 3]), "one for each of 2 points, got 3"),
        (lambda: Points([0], [0], opacity=2), "between 0 and 1, got 2"),
        (lambda: Points([0], [0], size=-1), "size of Points must not be negative, got -1"),
        (lambda: Line([0], [0], width=np.nan), "width of Line must not be negative, got nan"),
        (lambda: Line([0], [0], None), "a colour is .*got None"),
        (lambda: Line([0, 1], np.zeros((3, 2))), r"shape \(2, k\), a row for each x, got \(3, 2\)"),
        (lambda: Points([0, 1], [0, 1], ["#ff0000", "#00ff00"]), "a colour is"),
        (lambda: Heatmap(np.eye(2), low=2, high=1), "low must not be above high, got 2 and 1"),
        (lambda: Line([0], [0], dash="wavy"), "a dash is one of solid.*'wavy'"),
        (lambda: Heatmap(np.zeros(3)), r"shape \(n_y, n_x\), got \(3,\)"),
        (lambda: Heatmap(np.full((2, 2), np.nan)), "needs a finite height"),
        (lambda: Circles([0, 1], [0, 1], fill=["#000000"]), "each of 2 circles, got 1"),
        (lambda: Circles([0], [0], fill=["red"]), "got 'red'"),
        (lambda: Marks([0], axis="z"), '"x" or "y", got \'z\''),
        (lambda: Text([0, 1], [0, 1], "one"), "each of 2 places needs one text, got 1"),
        (lambda: Text([0], [0], "one", anchor="left"), "got 'left'"),
    ],
)
def test_bad_layers_are_refused(make, says):
    """The message names the rule and the value."""
    with pytest.raises(ValueError, match=says):
        make()


def test_polygons_say_how_many_corners_they_need():
    """Corners that do not make whole polygons, colours that are not one for each, and corners without a place."""
    with pytest.raises(ValueError, match=r"at least 3 corners.*got corners=4 and 6 places"):
        Polygons(range(6), range(6))
    with pytest.raises(ValueError, match="at least 3 corners"):
        Polygons([0, 1], [0, 1], 2)
    with pytest.raises(ValueError, match="one for each of 2 polygons, got 3"):
        Polygons(range(6), range(6), 3, ["#000000"] * 3)
    with pytest.raises(ValueError, match="corners of polygons must be finite"):
        Polygons([0, 1, np.nan], [0, 1, 2], 3)
