"""A workbench answers dials, clicks and buttons with a new picture; its controls and its values always agree."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from hpo_tutor.scenes import Axis, Points, Scene
from hpo_tutor.widgets import Dial, Workbench
from tests.widgets.packed import restored, unpack

UNIT = Axis("share", 0, 1)
HEIGHTS = np.linspace(0, 1, 11)
SIZES = Dial("size", np.geomspace(1, 100, 21), unit="px")


def at(height: float, size: float, kind: str, added: tuple[Any, ...]) -> Scene:
    """A picture whose sentence tells every value."""
    if kind == "broken":
        raise ValueError("kind must not be broken; choose another")
    xs, ys = [0.5, *(x for x, _ in added)], [height, *(y for _, y in added)]
    return Scene([Points(xs, ys, size=size)], UNIT, UNIT, f"{height:.1f}, {size:.1f}, {kind}, {len(added)} added")


def add(scene: int, x: float, y: float, added: tuple[Any, ...], **_: Any) -> Mapping[str, Any]:
    """A click adds a point; on the left edge it sets the height instead."""
    return {"height": y} if x < 0.1 else {"added": (*added, (x, y))}


def a_bench(**options: Any) -> Workbench:
    """A workbench with everything that one can have."""
    return Workbench(
        at,
        label="A bench",
        start={"height": 0.5},
        state={"added": ()},
        pick=add,
        actions={"Drop the last": lambda added, **_: {"added": added[:-1]}},
        presets={"Surprise me": {"kind": "odd", "height": 0.93}},
        height=HEIGHTS,
        size=SIZES,
        kind=["plain", "odd", "broken"],
        **options,
    )


def shown(bench: Workbench) -> str:
    """The sentence that the page was sent last."""
    return str(restored(*unpack(bench.form.children[3].frames), 0)["sentence"])


def controls(bench: Workbench) -> dict[str, Any]:
    """What each control of the page stands at."""
    dials = bench.form.children[0]
    return {control.description: control.value for control in dials.children}


def press(bench: Workbench, text: str) -> None:
    """Press a button of the page."""
    (button,) = [one for one in bench.form.children[1].children if one.description == text]
    button.click()


def test_dials_take_the_nearest_of_their_values() -> None:
    """By distance on an even scale, by ratio where values grow by equal factors; a choice must have its option."""
    bench = a_bench()
    bench.set(height=0.44, size=30)
    assert (bench.values["height"], bench.values["size"]) == pytest.approx((0.4, 10**1.5))
    bench.set(height=-7, size=1e-9)
    assert (bench.values["height"], bench.values["size"]) == pytest.approx((0, 1))
    with pytest.raises(ValueError, match="the dial 'kind' has the values plain, odd, broken; got 'strange'"):
        bench.set(kind="strange")


def test_a_turn_of_a_control_brings_a_new_picture() -> None:
    """A slider and a choice on the page change the values, and the page is sent the picture of these."""
    bench = a_bench()
    assert shown(bench) == "0.5, 1.0, plain, 0 added"
    height, _, kind = bench.form.children[0].children
    height.value = HEIGHTS[3]
    kind.value = "odd"
    assert shown(bench) == "0.3, 1.0, odd, 0 added"
    assert (bench.values["height"], bench.values["kind"]) == (HEIGHTS[3], "odd")


def test_a_click_in_the_picture_changes_state_and_dials() -> None:
    """What the page picks goes through ``pick``; the controls follow."""
    bench = a_bench()
    player = bench.form.children[3]
    player.picked = {"scene": 0, "x": 0.7, "y": 0.2}
    player.picked = {"scene": 0, "x": 0.05, "y": 0.81}
    assert shown(bench) == "0.8, 1.0, plain, 1 added"
    assert controls(bench)["height"] == pytest.approx(0.8)


def test_buttons_act_preset_and_start_again() -> None:
    """Each button does what it says; starting again brings back every dial and the state."""
    bench = a_bench()
    for x in (0.2, 0.4, 0.6):
        bench.click(0, x, 0.5)
    press(bench, "Drop the last")
    press(bench, "Surprise me")
    assert shown(bench) == "0.9, 1.0, odd, 2 added"
    assert controls(bench) == {"height": pytest.approx(0.9), "size": pytest.approx(1), "kind": "odd"}
    press(bench, "Start again")
    assert shown(bench) == "0.5, 1.0, plain, 0 added"
    assert controls(bench)["kind"] == "plain"


def test_an_error_is_told_on_the_page_and_nothing_is_lost() -> None:
    """The values, the controls and the picture go back to what was; the next picture takes the words away."""
    bench = a_bench()
    bench.click(0, 0.6, 0.5)
    problem = bench.form.children[2]
    bench.form.children[0].children[2].value = "broken"
    assert problem.value == "ValueError: kind must not be broken; choose another"
    assert problem.layout.display == ""
    assert bench.values["kind"] == controls(bench)["kind"] == "plain"
    assert shown(bench) == "0.5, 1.0, plain, 1 added"
    bench.set(height=0.1)
    assert (problem.value, problem.layout.display) == ("", "none")
    with pytest.raises(ValueError, match="must not be broken"):
        bench.set(kind="broken")


def test_each_touch_computes_once() -> None:
    """Neither a control's own echo nor a change of several controls at once computes a picture twice."""
    made: list[Any] = []

    def counted(height: float, kind: str) -> Scene:
        made.append((height, kind))
        return Scene([Points([0.5], [height])], UNIT, UNIT, kind)

    bench = Workbench(counted, presets={"Both": {"height": 1, "kind": "b"}}, height=HEIGHTS, kind=["a", "b"])
    bench.form.children[0].children[0].value = HEIGHTS[5]
    press(bench, "Both")
    assert made == [(0, "a"), (pytest.approx(0.5), "a"), (1, "b")]


def test_what_makes_no_sense_is_refused_at_once() -> None:
    """Unknown names in ``start``, a preset or ``set``; a name used twice; too many dials."""
    with pytest.raises(ValueError, match="has the values height; got width"):
        Workbench(at, start={"width": 1}, height=HEIGHTS)
    with pytest.raises(ValueError, match="has the values height; got width"):
        Workbench(at, presets={"Surprise me": {"width": 1}}, height=HEIGHTS)
    with pytest.raises(ValueError, match="has the values height, size, kind, added; got width"):
        a_bench().set(width=1)
    with pytest.raises(ValueError, match="a dial or an entry of the state, not both; got height"):
        Workbench(at, state={"height": 1}, height=HEIGHTS)
    with pytest.raises(ValueError, match="a button 'Start again' already"):
        Workbench(at, presets={"Start again": {}}, height=HEIGHTS)
    with pytest.raises(ValueError, match="room for 0 to 3 dials, got 4"):
        Workbench(at, **{name: [1, 2] for name in "abcd"})


def test_without_dials_there_is_a_picture_and_a_button() -> None:
    """Clicks alone are enough."""
    bench = Workbench(
        lambda added: at(0.5, 9, "plain", added), state={"added": ()}, pick=lambda scene, x, y, added: {"added": (1,)}
    )
    buttons, _, player, *_ = bench.form.children
    assert [button.description for button in buttons.children] == ["Start again"]
    assert player.pick


def test_outside_a_kernel_it_is_told_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    """No widget is made, the sentence is printed."""
    bench = a_bench()
    bench._ipython_display_()
    assert capsys.readouterr().out == "A bench: 0.5, 1.0, plain, 0 added\n"
