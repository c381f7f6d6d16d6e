"""The table of the walk: its controls say what is trained, and the picture follows the walk."""

import math
from typing import Any

import numpy as np
import pytest

from hpo_tutor.course.games.table import HOW, STEPS_PER_DECADE, FogWalk, Table
from tests.course.scripted import Scripted


def a_table(*losses: float, **options: Any) -> Table:
    """A table with a walk whose losses are known."""
    return Table(FogWalk(Scripted(*losses), **options))


def test_it_begins_at_the_baseline() -> None:
    """The controls stand at the cautious beginning, and nothing can be forgotten yet."""
    table = a_table()
    assert table.chosen == {"learning_rate": 1e-3, "width": 8, "l2": 1e-5}
    assert (table.go.description, table.go.disabled) == ("Train, 1 of 12", False)
    assert table.again.disabled


def test_the_button_trains_what_the_controls_say() -> None:
    """Moving sliders trains nothing; a press spends one training at their values, rounded to three digits."""
    table = a_table(0.5)
    table.learning_rate.value = 10**-2.3
    table.width.value = 64
    table.l2.value = 1e-2
    assert len(table.walk.history) == 0
    table.go.click()
    (trial,) = table.walk.history
    assert (trial.config["learning_rate"], trial.config["width"], trial.config["l2"]) == (5.01e-3, 64, 1e-2)
    assert table.go.description == "Train, 2 of 12"
    assert not table.again.disabled


def test_the_ends_of_the_sliders_belong_to_the_space() -> None:
    """Rounding never steps over a bound."""
    table = a_table(0.5, 0.4)
    for end in ("min", "max"):
        for slider in (table.learning_rate, table.l2):
            slider.value = 10 ** getattr(slider, end)
        table.go.click()
    assert len(table.walk.history) == 2


def test_spent_is_spent() -> None:
    """After the last training the button rests."""
    table = a_table(0.5, 0.4, n_trainings=2)
    table.go.click()
    table.go.click()
    assert (table.go.description, table.go.disabled) == ("All 2 are spent", True)


def test_starting_again_takes_two_presses() -> None:
    """The first press asks, the second forgets; a training in between calls it off."""
    table = a_table(0.5, 0.4)
    table.go.click()
    table.again.click()
    assert table.again.description == "Forget it all? Once more"
    assert len(table.walk.history) == 1
    table.go.click()
    assert table.again.description == "Start again"
    table.again.click()
    assert len(table.walk.history) == 2
    table.again.click()
    assert len(table.walk.history) == 0
    assert table.again.disabled


def test_a_click_in_the_fog_chooses() -> None:
    """The panel gives the width, the place learning rate and L2 to a tenth of a decade, kept within their bounds."""
    table = a_table()
    table.player.picked = {"scene": 3, "x": 2.1e-2, "y": 3.3e-6}
    assert table.width.value == 32
    exponents = np.log10([table.learning_rate.value, table.l2.value]) * STEPS_PER_DECADE
    np.testing.assert_allclose(exponents, [-17, -55], atol=1e-6)
    table.player.picked = {"scene": 0, "x": 5e-5, "y": 0.3}
    assert (table.chosen["learning_rate"], table.chosen["width"], table.chosen["l2"]) == (1e-4, 4, 1e-1)
    table.player.picked = {"scene": 5, "x": 7.0, "y": 0.2}  # the curve below chooses nothing
    assert (table.chosen["learning_rate"], table.chosen["width"]) == (1e-4, 4)
    assert len(table.walk.history) == 0


def test_the_picture_follows_the_controls_and_the_walk() -> None:
    """Each move and each training, also one in code, sends new frames to the player."""
    table = a_table(0.5)
    seen = [table.player.frames]
    table.width.value = 16
    seen.append(table.player.frames)
    table.walk.train(learning_rate=1e-2, width=16, l2=1e-4)
    seen.append(table.player.frames)
    assert len(set(seen)) == 3


def test_a_second_table_shows_the_same_walk() -> None:
    """Running the cell again makes new controls that stand at the last training; both pictures follow."""
    table = a_table(0.5, 0.4)
    table.walk.train(learning_rate=1e-2, width=16, l2=1e-4)
    second = Table(table.walk)
    assert second.chosen == {"learning_rate": 1e-2, "width": 16, "l2": 1e-4}
    second.go.click()
    assert table.go.description == second.go.description == "Train, 3 of 12"


def test_an_error_is_told_and_leaves_the_button_usable() -> None:
    """Whatever stops a training is shown as text, nothing was spent, and the next press is free to succeed."""
    table = a_table()  # no loss is scripted: the objective raises
    table.go.click()
    assert table.words.value == "Nothing was spent: IndexError: pop from empty list"
    assert (table.go.description, table.go.disabled) == ("Train, 1 of 12", False)
    table.walk.objective.losses.append(0.5)
    table.go.click()
    assert table.words.value == HOW
    assert table.walk.left == 11


def test_outside_a_kernel_the_walk_is_told_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    """No widget is made; the text says how things stand and how to walk in code."""
    FogWalk(Scripted())._ipython_display_()
    assert capsys.readouterr().out == (
        "Fog everywhere. 12 trainings left.\nIn code: walk.train(learning_rate=1e-2, width=16, l2=1e-4)\n"
    )


def test_every_control_has_a_name() -> None:
    """Sliders are described, buttons labelled, the picture has a heading."""
    table = a_table()
    for control in (table.learning_rate, table.width, table.l2, table.go, table.again):
        assert control.description
    assert table.player.label == "Walk in fog"
    assert math.isclose(table.learning_rate.step, 0.1)
