"""The player's hands: player.js alone on a page is stepped, played, turned, dragged and picked from."""

import re
from typing import Any

import numpy as np
import pytest
from player_looks import EMPTY, PLACES, UNIT, at, color_of, colors, is_at, panel, walk
from player_page import Players
from playwright.sync_api import expect

from hpo_tutor.scenes import Axis, Heatmap, Points, Scene, beside, looks
from hpo_tutor.widgets import Dial, Player

# --- stepping ---


def test_keys_step_a_player(players: Players):
    """Arrows step, home and end go to the ends and no further; sentence, range, counter and canvas agree."""
    player = players.mount(walk(start=1))
    is_at(player, 1)
    player.focus()
    for key, frame in [
        ("ArrowRight", 2),
        ("ArrowLeft", 1),
        ("ArrowLeft", 0),
        ("ArrowLeft", 0),
        ("End", 4),
        ("ArrowRight", 4),
        ("Home", 0),
    ]:
        players.page.keyboard.press(key)
        is_at(player, frame)


def test_buttons_step_a_player(players: Players):
    """First, back, forward and last are native buttons with names; those that lead nowhere say so and do nothing."""
    player = players.mount(walk())
    for name, frame in [("Forward", 1), ("Forward", 2), ("Back", 1), ("Last", 4), ("Forward", 4), ("First", 0)]:
        player.get_by_role("button", name=name).click(force=True)  # also where it says that it leads nowhere
        is_at(player, frame)
    spent = {name: player.get_by_role("button", name=name).get_attribute("aria-disabled") for name in ("Back", "Last")}
    assert spent == {"Back": "true", "Last": "false"}


def test_a_key_steps_once_wherever_the_focus_is(players: Players):
    """On a button the arrows step; on the range the browser steps, and nobody else; space on a button presses it."""
    player = players.mount(walk())
    player.get_by_role("button", name="Forward").focus()
    players.page.keyboard.press("ArrowRight")
    is_at(player, 1)
    players.page.keyboard.press("Space")
    is_at(player, 2)
    player.get_by_role("slider").focus()
    players.page.keyboard.press("ArrowRight")
    is_at(player, 3)
    players.page.keyboard.press("Home")
    is_at(player, 0)
    players.page.keyboard.press("ArrowUp")
    is_at(player, 1)


def test_the_range_can_be_moved(players: Players):
    """A click in the middle of the range shows the middle frame."""
    player = players.mount(walk())
    player.get_by_role("slider").click()
    is_at(player, 2)


def test_keys_stay_in_the_player(players: Players):
    """What it uses never reaches the page around it; other keys, and those with control, do."""
    player = players.mount(walk())
    players.page.evaluate("() => { window.seen = []; document.addEventListener('keydown', e => seen.push(e.key)); }")
    player.focus()
    for key in ("ArrowRight", "End", "Space", "Space", "Enter", "a", "Control+ArrowLeft"):
        players.page.keyboard.press(key)
    assert players.page.evaluate("() => seen") == ["a", "Control", "ArrowLeft"]
    assert player.get_attribute("data-lm-suppress-shortcuts") == "true"


def test_what_a_screen_reader_is_told(players: Players):
    """A named group that says its keys, a picture named by its sentence, and a line that is read when it changes."""
    player = players.mount(walk(pick=True))
    assert player.get_attribute("role") == "group"
    assert player.get_attribute("aria-label") == "A walk"
    assert "arrow step" in player.get_attribute("aria-description")
    assert "shift" in player.get_attribute("aria-description")
    assert player.get_by_role("status").get_attribute("aria-live") == "polite"
    names = [button.get_attribute("aria-label") for button in player.get_by_role("button").all()]
    assert names == ["First", "Back", "Play", "Forward", "Last"]


def test_a_single_picture_has_no_controls(players: Players):
    """Where there is nothing to step, only picture and sentence are shown, and a name all the same."""
    player = players.mount(Player([at(0.5, 0.5)]))
    assert player.get_by_role("button").count() + player.get_by_role("slider").count() == 0
    assert not player.locator(".hpo-controls").is_visible()
    assert player.get_attribute("aria-label")
    assert colors(player, (0.5, 0.5)) == [color_of(looks.RED)]


# --- playing ---


def test_playing_runs_to_the_end_and_stops(players: Players):
    """Space plays; meanwhile nothing is read aloud; at the end the last sentence is. Played again, it starts anew."""
    player = players.mount(walk(speed=50))
    players.page.evaluate(
        """() => {
            window.told = [];
            const status = document.querySelector('[role=status]'), button = document.querySelector('[data-key=play]');
            new MutationObserver(() => told.push([status.textContent, status.getAttribute('aria-live'), button.title]))
                .observe(status, {childList: true});
        }"""
    )
    player.focus()
    for first in (1, 0):
        players.page.keyboard.press("Space")
        players.page.wait_for_function("() => told.at(-1)?.[2] === 'Play'")
        heard = players.page.evaluate("() => told.splice(0)")
        sentences = [at(*place).sentence for place in PLACES]
        silently = [[words, "off", "Pause"] for words in sentences[first:-1]]
        assert heard == [*silently, [sentences[-1], "polite", "Play"]]
        is_at(player, 4)
        assert players.kept()["frames"] == 0


def test_a_step_by_hand_ends_the_playing(players: Players):
    """Space, an arrow, a button or the range pauses it; a slow player shows no frame early."""
    player = players.mount(walk(speed=0.01))
    hands = [
        (lambda: player.press("Space"), 0),
        (lambda: player.press("ArrowRight"), 1),
        (player.get_by_role("button", name="Pause").click, 1),
        (player.get_by_role("button", name="Forward").click, 2),
        (lambda: player.get_by_role("slider").press("ArrowRight"), 3),
    ]
    for move, frame in hands:
        player.get_by_role("button", name="Play").click()
        assert players.kept()["frames"] == 1
        move()
        expect(player.get_by_role("button", name="Play")).to_be_visible()
        assert players.kept()["frames"] == 0
        is_at(player, frame)


def test_what_nobody_sees_does_not_play(players: Players):
    """Scrolled out of view, or on a page that is hidden, a player pauses, so that many of them cost nothing."""
    player = players.mount(walk(speed=0.01))
    players.page.evaluate("() => document.body.style.paddingBottom = '3000px'")
    player.get_by_role("button", name="Play").click()
    players.page.evaluate("() => window.scrollTo(0, 2500)")
    players.page.wait_for_function("() => kept.frames.size === 0")
    players.page.evaluate("() => window.scrollTo(0, 0)")
    player.get_by_role("button", name="Play").click()
    assert players.kept()["frames"] == 1
    players.page.evaluate(
        """() => {
            Object.defineProperty(document, 'hidden', {value: true});
            document.dispatchEvent(new Event('visibilitychange'));
        }"""
    )
    assert players.kept()["frames"] == 0


# --- dials ---


def turned(width: float, height: float, kind: str) -> Scene:
    """One picture of three dials."""
    return at(width, height, f"{kind} at {width:.1f} and {height:.1f}")


def dialled(**options: Any) -> Player:
    """A point that two dials move, and a choice that only the sentence shows."""
    tenths = np.linspace(0.1, 0.9, 9)
    return Player.over(
        turned,
        label="A point to move",
        width=Dial("width", tenths, unit="m"),
        height=tenths,
        kind=["calm", "wild"],
        **options,
    )


def test_dials_turn_a_player(players: Players):
    """Left and right move the played dial, up and down the second; ranges and choices are native and have names."""
    player = players.mount(dialled(start={"width": 0.3, "height": 0.5}))
    told = player.get_by_role("status")
    expect(told).to_have_text("calm at 0.3 and 0.5")
    for key, words in [
        ("ArrowRight", "calm at 0.4 and 0.5"),
        ("ArrowUp", "calm at 0.4 and 0.6"),
        ("ArrowDown", "calm at 0.4 and 0.5"),
        ("End", "calm at 0.9 and 0.5"),
    ]:
        player.press(key)
        expect(told).to_have_text(words)
    player.get_by_role("radio", name="wild").check()
    expect(told).to_have_text("wild at 0.9 and 0.5")
    assert player.get_by_role("group", name="kind").get_by_role("radio").count() == 2
    players.page.keyboard.press("ArrowLeft")  # a radio button has arrows of its own
    expect(told).to_have_text("calm at 0.9 and 0.5")
    height = player.get_by_role("slider", name="height")
    height.press("ArrowLeft")
    expect(told).to_have_text("calm at 0.9 and 0.4")
    assert (height.get_attribute("aria-valuetext"), height.input_value()) == ("0.4", "3")
    assert player.get_by_role("slider", name="width").get_attribute("aria-valuetext") == "0.9 m"
    assert colors(player, (0.9, 0.4), (0.9, 0.5)) == [color_of(looks.RED), EMPTY]
    player.get_by_role("button", name="Reset").click()
    expect(told).to_have_text("calm at 0.3 and 0.5")
    assert player.get_by_role("radio", name="calm").is_checked()


def test_the_played_dial_can_be_any_of_numbers(players: Players):
    """Buttons, arrows and play move the dial that was named."""
    player = players.mount(dialled(play="height", speed=60))
    player.get_by_role("button", name="Forward").click()
    expect(player.get_by_role("status")).to_have_text("calm at 0.1 and 0.2")
    player.press("ArrowUp")
    expect(player.get_by_role("status")).to_have_text("calm at 0.2 and 0.2")
    player.get_by_role("button", name="Play").click()
    expect(player.get_by_role("status")).to_have_text("calm at 0.2 and 0.9")


def test_many_choices_become_a_menu(players: Players):
    """More than four are a native select with a name; its keys are its own."""
    names = ["none", "few", "some", "many", "all"]
    player = players.mount(Player.over(lambda amount: at(0.5, 0.5, f"{amount} of them"), amount=names))
    menu = player.get_by_role("combobox", name="amount")
    assert menu.locator("option").all_text_contents() == names
    menu.select_option("some")
    expect(player.get_by_role("status")).to_have_text("some of them")
    menu.press("ArrowDown")
    expect(player.get_by_role("status")).to_have_text("many of them")
    player.press("ArrowLeft")
    expect(player.get_by_role("status")).to_have_text("some of them")
    assert player.get_by_role("button").count() == 0


def test_a_choice_says_which_trace_is_stepped(players: Players):
    """Its frames are shown at the same step; the shorter trace holds its last."""
    traces = {"up": [at(x, 0.9) for x in (0.1, 0.2, 0.3)], "down": [at(x, 0.1) for x in (0.6, 0.7)]}
    player = players.mount(Player(traces, name="trial", start=1))
    told = player.get_by_role("status")
    player.get_by_role("radio", name="down").check()
    expect(told).to_have_text("The point is at 0.70, 0.10.")
    player.get_by_role("button", name="Last").click()
    expect(told).to_have_text("The point is at 0.70, 0.10.")
    player.get_by_role("radio", name="up").check()
    expect(told).to_have_text("The point is at 0.30, 0.90.")
    player.get_by_role("button", name="Reset").click()
    expect(told).to_have_text("The point is at 0.20, 0.90.")


@pytest.mark.parametrize("log", [False, True])
def test_dragging_moves_both_dials(players: Players, log: bool):
    """By as much as the pointer moves, in units of the axes; on a logarithmic axis in powers of ten; never beyond."""
    powers = np.linspace(-4, 0, 9)
    x = Axis("rate", 1e-4, 1, log=True) if log else Axis("rate", -4, 0)

    def make(power: float, height: float) -> Scene:
        point = Points(10**power if log else power, height, looks.RED, "square", 20, outline=None)
        return Scene([point], x, UNIT, f"at {power:g} and {height:g}", grid=False)

    dials = {"power": powers, "height": [0.0, 0.25, 0.5, 0.75, 1.0]}
    player = players.mount(Player.over(make, drag=("power", "height"), start={"power": -2, "height": 0.5}, **dials))
    handle, box = player.locator(".hpo-handle"), panel(player)
    page = handle.bounding_box()
    assert (page["width"], page["height"]) == (box["width"], box["height"])
    assert handle.evaluate("element => getComputedStyle(element).touchAction") == "none"
    assert player.evaluate("element => getComputedStyle(element).touchAction") == "auto"
    mouse, told = players.page.mouse, player.get_by_role("status")
    start = (page["x"] + 0.3 * page["width"], page["y"] + 0.4 * page["height"])
    mouse.move(*start)
    assert handle.evaluate("element => getComputedStyle(element).cursor") == "grab"
    mouse.down()
    assert handle.evaluate("element => getComputedStyle(element).cursor") == "grabbing"
    for right, up, words in [(0.25, 0, "at -1 and 0.5"), (0.125, 0.27, "at -1.5 and 0.75"), (2, -3, "at 0 and 0")]:
        mouse.move(start[0] + right * page["width"], start[1] - up * page["height"], steps=4)
        expect(told).to_have_text(words)
    mouse.move(*start)
    mouse.up()
    expect(told).to_have_text("at -2 and 0.5")
    mouse.move(start[0] + 100, start[1])
    expect(told).to_have_text("at -2 and 0.5")
    assert colors(player, (0.5, 0.5)) == [color_of(looks.RED)]
    player.press("ArrowRight")
    player.get_by_role("button", name="Reset").click()
    expect(told).to_have_text("at -2 and 0.5")


# --- picking ---


def test_a_click_is_picked(players: Players):
    """In the units of the axes of the scene that was clicked; beside the panels nothing is."""
    right = Scene((), Axis("rate", 1e-4, 1, log=True), Axis("loss", 10, 50))
    player = players.mount(Player([beside(at(0.5, 0.5), right)], pick=True))
    canvas = player.locator("canvas[role=img]")
    for scene, x, y in [(0, 0.25, 0.75), (1, 0.5, 0.25)]:
        box = panel(player, scene)
        place = {"x": box["left"] + x * box["width"], "y": box["top"] + (1 - y) * box["height"]}
        canvas.click(position=place)
    canvas.click(position={"x": 2, "y": 2})
    first, second = players.saved()
    assert (first["scene"], second["scene"]) == (0, 1)
    assert (first["x"], first["y"]) == pytest.approx((0.25, 0.75), abs=0.01)
    assert second["x"] == pytest.approx(0.01, rel=0.05)
    assert second["y"] == pytest.approx(20, abs=0.3)


def test_the_keyboard_picks_too(players: Players):
    """Shift and the arrows move a cross, which is seen and read; enter picks; a step puts the cross away."""
    player = players.mount(walk(pick=True))
    player.focus()
    players.page.keyboard.press("Enter")
    assert players.saved() == []
    for _ in range(5):
        players.page.keyboard.press("Shift+ArrowRight")
        players.page.keyboard.press("Shift+ArrowUp")
    box = panel(player)
    cross = (0.5 + 40 / box["width"], 0.5 + 40 / box["height"])
    assert colors(player, cross)[0][3] == 255
    players.page.keyboard.press("Enter")
    (picked,) = players.saved()
    assert (picked["scene"], picked["x"], picked["y"]) == (0, pytest.approx(cross[0]), pytest.approx(cross[1]))
    told = [float(number) for number in re.findall(r"[\d.]+", player.get_by_role("status").text_content())]
    assert told == pytest.approx(cross, rel=0.01)
    players.page.keyboard.press("ArrowRight")
    is_at(player, 1)
    assert colors(player, cross) == [EMPTY]


def test_without_pick_nothing_is_picked(players: Players):
    """Neither clicks nor keys are reported."""
    player = players.mount(walk())
    player.locator("canvas[role=img]").click()
    for key in ("Shift+ArrowRight", "Enter"):
        player.press(key)
    assert players.saved() == []
    is_at(player, 0)


# --- new frames ---


def test_new_frames_keep_the_place(players: Players):
    """And the focus; shorter ones show their last; a start moves there. Nothing of the old ones is left."""
    player = players.mount(walk())
    widget = Player([at(0.5, 0.5)], name="trial")
    for _ in range(2):
        player.get_by_role("button", name="Forward").click()
    widget.update([at(x, 0.9) for x in (0.2, 0.4, 0.6, 0.8)])
    players.renew(widget)
    expect(player.get_by_role("status")).to_have_text("The point is at 0.60, 0.90.")
    assert colors(player, (0.6, 0.9), PLACES[2]) == [color_of(looks.RED), EMPTY]
    assert players.page.evaluate("() => document.activeElement.title") == "Forward"
    widget.update([at(0.2, 0.9)])
    players.renew(widget)
    expect(player.get_by_role("status")).to_have_text("The point is at 0.20, 0.90.")
    assert players.page.evaluate("() => document.activeElement.className") == "hpo-player"
    widget.update([at(x, 0.9) for x in (0.2, 0.4, 0.6, 0.8)], start=-1)
    players.renew(widget)
    expect(player.locator(".hpo-count")).to_have_text("trial 4 of 4")


def test_new_frames_may_have_another_board(players: Players):
    """Other rows, other layers, other controls: all of it follows; playing ends."""
    player = players.mount(walk(speed=0.01))
    player.get_by_role("button", name="Play").click()
    widget = Player({"a": [beside(at(0.1, 0.1), at(0.9, 0.9))], "b": [beside(at(0.2, 0.2), at(0.8, 0.8))]})
    players.renew(widget)
    player.get_by_role("radio", name="b").check()
    assert colors(player, (0.2, 0.2), scene=0) == colors(player, (0.8, 0.8), scene=1) == [color_of(looks.RED)]
    assert players.kept()["frames"] == 0


def test_new_surfaces_are_not_taken_for_old_ones(players: Players):
    """The bitmaps of surfaces are kept from frame to frame, but not from trace to trace."""
    player = players.mount(Player([Scene([Heatmap([[0.0]], low=0, high=1)], UNIT, UNIT)]))
    assert colors(player, (0.5, 0.5))[0] == pytest.approx(color_of(looks.shade(0)), abs=1)
    players.renew(Player([Scene([Heatmap([[1.0]], low=0, high=1)], UNIT, UNIT)]))
    assert colors(player, (0.5, 0.5))[0] == pytest.approx(color_of(looks.shade(1)), abs=1)


def test_many_surfaces_are_all_drawn_right(players: Players):
    """More of them than bitmaps are kept: forth and back, each has its own shade."""
    frames = [Scene([Heatmap([[share]], low=0, high=1)], UNIT, UNIT) for share in np.linspace(0, 1, 150)]
    player = players.mount(Player(frames))
    slider = player.get_by_role("slider")
    for frame in (0, 149, 60, 0, 149):
        slider.fill(str(frame))
        assert colors(player, (0.5, 0.5))[0] == pytest.approx(color_of(looks.shade(frame / 149)), abs=1)


# --- the end ---


def test_players_leave_nothing_behind(players: Players):
    """Ten players, stepped, played, dragged and renewed: once they are gone, so are listeners, observers and timers."""
    before = players.kept()
    mounted = [
        players.mount(dialled(drag=("width", "height")) if i % 2 else walk(speed=1, pick=True)) for i in range(10)
    ]
    for index, player in enumerate(mounted):
        player.press("ArrowRight")
        players.renew(walk(), index=index)
        player.get_by_role("button", name="Play").click()
    during = players.kept()
    assert during["observers"] == before["observers"] + 30
    assert sum(name.startswith("media") for name in during["listeners"]) == 10
    players.page.evaluate("() => endings.forEach(end => end())")
    assert players.kept() == before
    assert players.page.locator("main .hpo-player, main canvas").count() == 0
    assert players.page.evaluate("() => models.flatMap(model => Object.values(model.heard).flat()).length") == 0


def test_ten_thousand_frames_are_stepped(players: Players):
    """A long trace is mounted whole, and its last frame is one key away."""
    x = np.linspace(0, 1, 10_000)
    player = players.mount(Player([at(one, 0.5) for one in x]))
    player.press("End")
    expect(player.get_by_role("status")).to_have_text("The point is at 1.00, 0.50.")
    player.get_by_role("slider").fill("5000")
    assert colors(player, (x[5000], 0.5), (0.9, 0.5)) == [color_of(looks.RED), EMPTY]
