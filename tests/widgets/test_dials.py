"""Dials: what can be chosen, how it is written, and what a player refuses."""

import math

import numpy as np
import pytest

from hpo_tutor.widgets import Dial
from hpo_tutor.widgets import dials as room


def test_numbers_become_a_slider_and_strings_a_choice():
    """Numbers are written to three digits with their unit; anything with texts of its own can be chosen too."""
    rate = Dial("learning rate", np.array([1e-3, 0.12345]), unit="per step").header()
    assert (rate["kind"], rate["texts"]) == ("slider", ["0.001 per step", "0.123 per step"])
    assert rate["values"] == [1e-3, 0.12345]
    kernel = Dial("kernel", ["rough", "smooth"]).header()
    assert (kernel["kind"], kernel["texts"], "values" in kernel) == ("choice", ["rough", "smooth"], False)
    switch = Dial("noise", [False, True], texts=["off", "on"]).header()
    assert (switch["kind"], switch["texts"]) == ("choice", ["off", "on"])
    assert Dial("size", [1, 2], texts=["small", "large"]).header()["kind"] == "slider"


def test_the_longest_text_is_known():
    """So the page leaves room for it before it is shown."""
    assert Dial("k", ["a", "ccc", "bb"]).header()["longest"] == "ccc"
    assert room.steps("trial", 25)["longest"] == "trial 25 of 25"


@pytest.mark.parametrize(
    ("values", "options", "message"),
    [
        ((), {}, r"'k' needs at least one value, got none"),
        ((1, "two"), {}, r"must all be numbers or all be strings, got \(1, 'two'\); .* texts="),
        ((True, False), {}, r"must all be numbers or all be strings, got \(True, False\)"),
        ((1, 2), {"texts": ["one"]}, r"has 2 values and must have as many texts, got 1"),
    ],
)
def test_values_that_make_no_dial(values: tuple, options: dict, message: str):
    """The error says the rule, the values and the way out."""
    with pytest.raises(ValueError, match=message):
        Dial("k", values, **options)


def test_a_value_is_found_though_rounding_moved_it():
    """0.1 + 0.2 is the 0.3 of the dial; what is on no dial is an error that lists what is."""
    dial = Dial("width", [0.1, 0.3])
    assert dial.place(0.1 + 0.2) == 1
    assert Dial("k", ["a", "b"]).place("b") == 1
    with pytest.raises(ValueError, match=r"'width' has the values 0\.1, 0\.3; got 0\.2"):
        dial.place(0.2)


def test_combinations_run_as_their_numbers_say():
    """The number of a picture is its place among all combinations, whichever dials are left out."""
    dials = room.settled({"a": [1, 2], "b": ["x", "y", "z"], "n_c": [0.5, 1.5]})
    assert dials["n_c"].name == "n c"
    every = list(room.combinations(dials))
    assert len(every) == 12
    assert [room.flat(dials, values) for values in every] == list(range(12))
    assert every[room.flat(dials, {"b": "y"})] == {"a": 1, "b": "y", "n_c": 0.5}
    with pytest.raises(ValueError, match="start names dials, which are a, b, n_c; got d"):
        room.flat(dials, {"d": 3})


def test_there_is_a_limit_to_dials_and_combinations():
    """Three dials, 20,000 pictures; the error multiplies them out."""
    with pytest.raises(ValueError, match="room for 1 to 3 dials, got 4: a, b, c, d"):
        room.settled({name: [1] for name in "abcd"})
    with pytest.raises(ValueError, match="room for 1 to 3 dials, got 0: none"):
        room.settled({})
    room.settled({"a": range(100), "b": range(200)})
    with pytest.raises(ValueError, match=r"at most 20,000; got 100 x 201 = 20,100; give the dials fewer"):
        room.settled({"a": range(100), "b": range(201)})


@pytest.mark.parametrize("values", [np.linspace(0, 1, 7), [3, 2, 1], -np.arange(3) / 10])
def test_equal_steps_can_be_dragged(values: object):
    """Upwards or downwards."""
    assert room.draggable("b", {"a": Dial("a", ["x"]), "b": Dial("b", values)}) == 1


@pytest.mark.parametrize("values", [[1.0], [1, 2, 4], [1, 1], np.geomspace(1, 100, 5), ["x", "y"]])
def test_other_dials_cannot_be_dragged(values: object):
    """One value, unequal steps, no step at all, or no numbers."""
    with pytest.raises(ValueError, match="two or more numbers at equal steps; 'b' has"):
        room.draggable("b", {"b": Dial("b", values)})
    with pytest.raises(ValueError, match="drag names two dials of b; got 'c'"):
        room.draggable("c", {"b": Dial("b", values)})


def test_keys_are_told_as_they_are():
    """A reader is told only of what there is to step, turn, drag and pick."""
    step, still = room.steps("trial", 3), room.steps("trial", 1)
    width, kernel = Dial("width", [1, 2]).header(), Dial("kernel", ["a", "b"]).header()
    assert "space plays" in room.hints([step], 0, drag=False, pick=False)
    assert room.hints([still], 0, drag=False, pick=False) == ""
    assert "space" not in room.hints([kernel], None, drag=False, pick=False)
    told = room.hints([kernel, width], 1, drag=True, pick=True)
    for part in ("Up and down arrow change kernel", "can be dragged", "press enter"):
        assert part in told


def test_a_dial_keeps_no_hold_on_what_it_was_made_of():
    """Changing the list afterwards changes no dial."""
    values = [1.0, math.pi]
    dial = Dial("k", values)
    values.append(9.0)
    assert dial.values == (1.0, math.pi)
