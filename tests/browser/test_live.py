"""Live training's page without a kernel: the form, its keys, what it sends, and what it shows of what it is told."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from player_looks import EMPTY, channels, colors, contrast
from player_page import Players
from playwright.sync_api import expect

from hpo_tutor.scenes import looks, moment, replay
from hpo_tutor.scenes.training import RIM, WAITING, Scale
from hpo_tutor.widgets import LiveTraining
from hpo_tutor.widgets.live_form import fields
from hpo_tutor.widgets.player import stepped

MARKUP = '<img src=x onerror="window.hacked=1"><b>bold</b>'
N, T = 49, 20


@pytest.fixture
def live() -> Iterator[LiveTraining]:
    """A widget whose networks stand on a grid, so that it is known where; nothing trains."""
    widget = LiveTraining(hyperparameters=("learning_rate", "dropout"), design="grid-midpoints", n_networks=N)
    yield widget
    widget.close()


def losses(epochs: int) -> np.ndarray:
    """Losses that fall from guessing, the faster the later in the population."""
    rates = np.linspace(0.01, 0.2, N)
    return 2.3 * np.exp(-rates * np.arange(1, epochs + 1)[:, None])


def trained(widget: LiveTraining, epochs: int, **progress: Any) -> LiveTraining:
    """The widget as the thread leaves it after some epochs."""
    board = moment(widget._cohort, losses(epochs))
    state = {"running": True, "epoch": epochs, "text": f"epoch {epochs} of {T}: {N} still train"} | progress
    widget._show([board], **state)
    return widget


def place(number: int, widget: LiveTraining) -> tuple[float, float]:
    """Where that network stands, as shares of the map."""
    return tuple((RIM + widget._cohort.points[number]) / (1 + 2 * RIM))


# --- what is shown ---


def test_points_light_up_in_the_shade_of_their_loss(players: Players, live: LiveTraining):
    """Specks wait; with every epoch each disc has the shade of its loss, and the incumbent its design's colour."""
    element = players.mount(live)
    waiting = colors(element, *(place(number, live) for number in range(N)))
    assert {color[3] for color in waiting} == {round(255 * WAITING)}  # of the page's own ink
    for epochs in (1, 6):
        players.renew(trained(live, epochs))
        now = losses(epochs)[-1]
        scale = Scale.of(live._cohort.guess, now.min())
        found = colors(element, *(place(number, live) for number in range(N)))
        for number in range(N - 1):
            wanted = looks.channels_of(looks.shade(float(scale.shares([now[number]])[0])))
            assert found[number][:3] == pytest.approx(wanted, abs=5), number
        assert found[-1][:3] == looks.channels_of(looks.style("grid-midpoints").color)


def test_curves_grow(players: Players):
    """The incumbent's curve is drawn as far as it has come, and no further."""
    live = LiveTraining(design="random", n_networks=N)  # its line has no gaps
    element = players.mount(live)
    axis = moment(live._cohort, losses(1)).rows[0][1].x
    place = [(epoch - axis.low) / (axis.high - axis.low) for epoch in range(1, T + 1)]
    color = looks.channels_of(looks.style("random").color)
    for epochs in (3, 9):
        players.renew(trained(live, epochs))
        y = moment(live._cohort, losses(epochs)).rows[0][1].y
        flat = np.log if y.log else np.asarray
        heights = (flat(losses(epochs)[:, -1]) - flat(y.low)) / (flat(y.high) - flat(y.low))
        reached = colors(element, *zip(place, heights, strict=False), scene=1)
        for one in reached[1:]:  # where it begins its edge is blurred
            assert one[:3] == pytest.approx(color, abs=3)
        beyond = (place[epochs], float(heights[-1]))
        assert colors(element, beyond, scene=1)[0][:3] != color
    assert colors(element, (place[14] + 0.01, 0.55), scene=1) == [EMPTY]


def test_the_page_says_where_training_stands(players: Players, live: LiveTraining):
    """Bar, words, sentence and buttons follow; the form is locked while networks train, and no focus is lost."""
    element = players.mount(live)
    train, stop = (element.get_by_role("button", name=name) for name in ("Train", "Stop"))
    bar, text = element.get_by_role("progressbar", name="epochs trained"), element.locator(".hpo-progress")
    expect(text).to_have_text("Press Train.")
    assert (train.get_attribute("aria-disabled"), stop.get_attribute("aria-disabled")) == ("false", "true")
    train.focus()
    players.renew(trained(live, 7))
    expect(text).to_have_text("epoch 7 of 20: 49 still train")
    assert bar.evaluate("bar => [bar.value, bar.max]") == [7, T]
    assert (train.get_attribute("aria-disabled"), stop.get_attribute("aria-disabled")) == ("true", "false")
    expect(element.get_by_role("combobox", name="design")).to_be_disabled()
    expect(element.get_by_role("status")).to_contain_text("Epoch 7 of 20. The best of 49 networks")
    assert players.page.evaluate("() => document.activeElement.textContent") == "Train"
    live._show(replay(live._cohort, losses(7)), epoch=7, text="stopped after epoch 7 of 20: 49 networks trained")
    players.renew(live)
    expect(element.get_by_role("combobox", name="design")).to_be_enabled()
    expect(element.get_by_role("slider", name="epoch")).to_have_value("6")
    assert players.page.evaluate("() => document.activeElement.textContent") == "Train"


def test_an_update_lays_nothing_out_anew(players: Players, live: LiveTraining):
    """While only losses are new, panels and legend stay as they are; a new scale is drawn with its numbers."""
    element = players.mount(trained(live, 13))
    players.page.evaluate(
        """async () => {
            for (let i = 0; i < 3; i++) await new Promise(requestAnimationFrame); // it is told its size
            window.changed = 0;
            const watch = new MutationObserver(all => window.changed += all.length);
            watch.observe(document.querySelector('.hpo-legend'), {childList: true});
            watch.observe(document.querySelector('canvas[role=img]'), {attributeFilter: ['width', 'data-panels']});
        }"""
    )
    for epochs, words in ((14, "Epoch 14"), (15, "Epoch 15")):
        players.renew(trained(live, epochs))
        expect(element.get_by_role("status")).to_contain_text(words)
    assert players.page.evaluate("() => window.changed") == 0
    assert Scale.of(live._cohort.guess, losses(15).min()) != Scale.of(live._cohort.guess, losses(16).min())
    players.renew(trained(live, 16))
    expect(element.get_by_role("status")).to_contain_text("Epoch 16")
    assert players.page.evaluate("() => window.changed") > 0


def test_the_same_sentence_is_not_read_twice(players: Players, live: LiveTraining):
    """Updates that bring no new words leave what a screen reader reads as it is."""
    element = players.mount(trained(live, 5))
    players.page.evaluate(
        """() => {
            window.told = 0;
            const watch = new MutationObserver(all => window.told += all.length);
            for (const one of document.querySelectorAll('[role=status], [role=alert]'))
                watch.observe(one, {childList: true, characterData: true, subtree: true});
        }"""
    )
    board = moment(live._cohort, losses(6))
    object.__setattr__(board, "sentence", moment(live._cohort, losses(5)).sentence)
    live._show([board], running=True, epoch=6, text="epoch 6 of 20: 49 still train")
    players.renew(live)
    expect(element.locator(".hpo-progress")).to_contain_text("epoch 6")
    assert players.page.evaluate("() => window.told") == 0


# --- what is done ---


def test_buttons_ask_the_kernel(players: Players, live: LiveTraining):
    """Train and Stop send one message each, say that they asked, and do nothing when they cannot."""
    element = players.mount(live)
    train, stop = (element.get_by_role("button", name=name) for name in ("Train", "Stop"))
    stop.click(force=True)
    assert players.sent() == []
    train.click()
    expect(element.locator(".hpo-progress")).to_have_text("asking the kernel to train")
    players.renew(trained(live, 1))
    train.click(force=True)
    stop.press("Enter")
    assert players.sent() == [{"do": "train"}, {"do": "stop"}]


def test_the_form_tells_what_was_chosen(players: Players, live: LiveTraining):
    """Each control has a name and sends its key and value; the kernel's answer is shown, and the focus stays."""
    element = players.mount(live)
    names = ["data set", "network", "axis across", "axis up", "design"]
    for name in names:
        assert element.get_by_role("combobox", name=name).locator("option").count() >= 1, name
    element.get_by_role("combobox", name="design").select_option("sobol")
    number = element.get_by_role("spinbutton", name="networks")
    number.fill("100")
    number.press("Tab")
    assert players.sent() == [
        {"do": "choose", "key": "design", "value": "sobol"},
        {"do": "choose", "key": "n_networks", "value": "100"},
    ]
    element.get_by_role("combobox", name="axis up").focus()
    live._setting = type(live._setting)(design="sobol", up="epochs", n_networks=100)
    live._cohort = live._setting.cohort()
    live._wait_for_train()
    players.renew(live)
    assert element.get_by_role("combobox", name="axis up").input_value() == "epochs"
    assert number.input_value() == "100"
    assert players.page.evaluate("() => document.activeElement.dataset.key") == "up"
    assert element.get_by_role("group", name="What is trained").count() == 1
    expect(element.get_by_role("status")).to_contain_text("100 networks wait where the design sobol puts them")


def test_what_was_refused_is_not_shown_as_chosen(players: Players, live: LiveTraining):
    """With the words that say why, the form goes back to what holds, and the focus stays where it was."""
    element = players.mount(live)
    number = element.get_by_role("spinbutton", name="networks")
    number.fill("7000")
    number.press("Enter")
    live._handle_custom_msg(players.sent()[-1], [])
    players.renew(live)
    expect(element.get_by_role("alert")).to_contain_text("a whole number from 1 to 1000, got 7000")
    assert number.input_value() == str(N)
    assert players.page.evaluate("() => document.activeElement.dataset.key") == "n_networks"


def test_keys_in_the_form_are_the_forms(players: Players, live: LiveTraining):
    """Arrows in a menu or a number change it, and step no epoch; on the picture they do, once all is over."""
    live._show(replay(live._cohort, losses(5)), epoch=5)
    element = players.mount(live)
    slider = element.get_by_role("slider", name="epoch")
    element.press("Home")
    assert slider.input_value() == "0"
    number = element.get_by_role("spinbutton", name="networks")
    number.focus()
    for key in ("ArrowUp", "ArrowUp", "Home", "ArrowRight", "Space"):
        players.page.keyboard.press(key)
    assert (number.input_value(), slider.input_value()) == (str(75), "0")
    design = element.get_by_role("combobox", name="design")
    design.press("ArrowDown")
    assert (design.input_value(), slider.input_value()) == ("jittered", "0")
    element.get_by_role("button", name="Train").press("ArrowRight")
    assert slider.input_value() == "0"
    element.press("ArrowRight")
    assert slider.input_value() == "1"
    assert players.page.locator("[data-lm-suppress-shortcuts=true]").count() == 1


# --- how it looks ---


def test_markup_is_shown_as_text(players: Players, live: LiveTraining):
    """In the heading, the choices, the progress and the error: no element is made of it."""
    live.label = MARKUP
    form = fields(live._setting)
    form[4]["options"].append((MARKUP, MARKUP))
    form[4]["label"] = MARKUP
    live._show([moment(live._cohort, ())], form=form, text=MARKUP, problem=MARKUP)
    element = players.mount(live)
    assert element.locator("b, img, script").count() == 0
    assert element.get_by_role("alert").text_content() == MARKUP
    assert element.locator(".hpo-progress").text_content() == MARKUP
    assert element.locator(".hpo-label").text_content() == MARKUP
    assert element.locator("option").last.text_content() == MARKUP
    assert element.get_attribute("aria-label") == MARKUP
    assert players.page.evaluate("() => window.hacked") is None


@pytest.mark.parametrize("width", [1280, 700, 360, 320])
def test_nothing_leaves_the_page(players: Players, live: LiveTraining, width: int):
    """No control is cut off and nothing scrolls sideways; on a narrow page the curves are below the map."""
    players.page.set_viewport_size({"width": width, "height": 1000})
    element = players.mount(trained(live, 5, problem="RuntimeError: " + "a long word " * 20, running=False))
    assert players.page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    assert element.evaluate("root => root.scrollWidth <= root.clientWidth")
    right = element.bounding_box()["x"] + element.bounding_box()["width"]
    for control in element.locator("select, input, button, progress").all():
        box = control.bounding_box()
        if box:
            assert box["x"] + box["width"] <= right
            assert box["width"] >= 40 or control.evaluate("one => one.tagName") == "PROGRESS"
    controls = element.locator(".hpo-form select, .hpo-form input, .hpo-form button").all()
    assert all(control.bounding_box()["height"] >= 24 for control in controls)


def test_words_are_legible_in_both_themes(players: Players, live: LiveTraining):
    """Labels, choices, buttons and words have at least 4.5 to 1 against what is behind them."""
    element = players.mount(trained(live, 5, running=False, problem="It went wrong."))
    ground = "() => getComputedStyle(document.body).backgroundColor"
    for theme in ("light", "dark"):
        players.page.evaluate("theme => document.documentElement.className = theme", theme)
        expect(element).to_have_css("color-scheme", theme)
        page = channels(players.page.evaluate(ground))
        for name in (".hpo-choices select", ".hpo-choices input", ".hpo-progress", ".hpo-problem", "[role=status]"):
            color = element.locator(name).first.evaluate("one => getComputedStyle(one).color")
            assert contrast(channels(color), page) >= 4.5, (theme, name)
        faint = element.locator(".hpo-choices label span").first
        color, opacity = faint.evaluate("one => [getComputedStyle(one).color, +getComputedStyle(one).opacity]")
        seen = [opacity * top + (1 - opacity) * below for top, below in zip(channels(color), page, strict=True)]
        assert contrast(seen, page) >= 4.5, theme
        words, behind = element.locator(".hpo-train").evaluate(
            "one => [getComputedStyle(one).color, getComputedStyle(one).backgroundColor]"
        )
        assert contrast(channels(words), channels(behind)) >= 4.5, theme


def test_focus_is_seen(players: Players, live: LiveTraining):
    """Every control that the Tab key reaches has an outline then."""
    players.mount(live)
    seen = []
    for _ in range(9):
        players.page.keyboard.press("Tab")
        seen.append(
            players.page.evaluate(
                """() => {
                    const style = getComputedStyle(document.activeElement);
                    return [document.activeElement.dataset.key ?? 'root', style.outlineStyle, style.outlineWidth];
                }"""
            )
        )
    assert [key for key, *_ in seen] == [
        *("root", "dataset", "task", "across", "up", "design", "n_networks", "train", "stop")
    ]
    assert {tuple(look) for _, *look in seen} == {("solid", "2px")}


# --- the end ---


def test_live_training_leaves_nothing_behind(players: Players, live: LiveTraining):
    """Mounted, told, asked and taken away, many times: no listener, observer or timer stays."""
    before = players.kept()
    for index in range(5):
        players.mount(live)
        players.renew(trained(live, index + 1), index=index)
        players.page.get_by_role("button", name="Stop").click()
        players.page.evaluate("index => endings[index]()", index)
    assert players.kept() == before
    assert players.page.locator("main .hpo-player, main canvas").count() == 0
    assert players.page.evaluate("() => models.flatMap(model => Object.values(model.heard).flat()).length") == 0


def test_two_pages_show_the_same(players: Players, live: LiveTraining):
    """A second view of the widget, opened in mid-training, is where the first is."""
    first = players.mount(trained(live, 4))
    second = players.mount(live)
    for element in (first, second):
        expect(element.locator(".hpo-progress")).to_have_text("epoch 4 of 20: 49 still train")
        assert colors(element, place(10, live)) == colors(first, place(10, live))


def test_a_picture_of_one_epoch_has_no_slider(players: Players, live: LiveTraining):
    """What cannot be stepped shows no controls for it."""
    assert len(stepped([moment(live._cohort, losses(1))], "epoch").pictures) == 1
    element = players.mount(trained(live, 1))
    assert element.get_by_role("slider").count() == 0
    assert element.get_by_role("button").count() == 2
