"""Players, live training and figures for those who cannot see them, use no mouse, or want nothing to move.

The notebooks' own run (test_notebooks.py) audits them in JupyterLab, and those of the book and the decks their pages.
"""

from collections.abc import Iterator
from pathlib import Path

import plotly.io as pio
import pytest
from access import focused, stops, troubles
from cells import notebook, run
from driver import Lab
from player_looks import UNIT, walk
from player_page import Players
from playwright.sync_api import Browser, expect

from hpo_tutor import figures, problems, race
from hpo_tutor.scenes import Points, Scene, looks
from hpo_tutor.widgets import LiveTraining, Player

# what the Tab key should reach in a widget: itself, and each control; of radio buttons the one that is chosen
CONTROLS = """roots => roots.flatMap(root => [null, ...[...root.querySelectorAll('button, input, select')]
    .filter(one => one.checkVisibility() && !one.matches(':disabled') && (one.type !== 'radio' || one.checked))
    .map(one => one.dataset.key)])"""
MOVING = """() => [
    document.getAnimations().length,
    ...[...document.querySelectorAll('main *')].map(one => getComputedStyle(one)).filter(
        ({transitionDuration, animationName}) => parseFloat(transitionDuration) > 0 || animationName !== 'none')
]"""


def three_dials() -> Player:
    """A player with a slider that plays, a choice between two and a list of five."""

    def picture(across: float, design: str, level: str) -> Scene:
        point = Points([across], [0.5], looks.RED, "square", 20)
        return Scene([point], UNIT, UNIT, f"{design}, {level}, {across}")

    return Player.over(
        picture, label="Three dials", across=[0.2, 0.5, 0.8], design=["grid", "random"], level=list("abcde")
    )


def css(color: str) -> str:
    """How a browser writes "#rrggbb"."""
    return f"rgb{looks.channels_of(color)}"


@pytest.fixture
def live() -> Iterator[LiveTraining]:
    """Live training that waits; nothing trains."""
    widget = LiveTraining(hyperparameters=("learning_rate", "dropout"), design="grid-midpoints", n_networks=9)
    yield widget
    widget.close()


def test_the_audit_finds_what_is_planted(players: Players):
    """An image without words, a nameless button and pale letters: in the part that is asked about, and there alone."""
    planted = '<img src="data:,"><button></button><p style="color: #999999; background: #ffffff">pale</p>'
    players.page.evaluate("html => document.querySelector('main').innerHTML = html", f"<div id=bad>{planted}</div><p>x")
    found = troubles(players.page, "#bad")
    assert {one.split(" ")[0] for one in found} == {"image-alt", "button-name", "color-contrast"}
    assert troubles(players.page, "main > p") == []
    assert [one.split(" ")[0] for one in troubles(players.page, only=("button-name",))] == ["button-name"]


def test_widgets_have_no_serious_trouble(players: Players, live: LiveTraining):
    """Players with every kind of control and live training, on a light and on a dark page."""
    for widget in (walk(), three_dials(), walk(pick=True), live):
        players.mount(widget)
    assert troubles(players.page) == []
    players.page.evaluate("() => document.documentElement.classList.add('dark')")
    assert troubles(players.page) == []


def test_figures_have_no_serious_trouble(chromium: Browser):
    """Figures of races on a page of their own, light and dark."""
    branin = problems.function("branin")
    laps = race.compare(["grid", "random"], branin, n_trials=9, seeds=range(8))
    shown = [figures.regret(laps), figures.differences(laps, "grid", "random"), figures.landscape(branin, laps)]
    parts = [
        pio.to_html(one, config=figures.CONFIG, full_html=False, include_plotlyjs=number == 0)
        for number, one in enumerate(shown)
    ]
    page = chromium.new_page(reduced_motion="reduce")
    style = "body { color: var(--words); background: var(--ground); --jp-content-font-color1: var(--words) }"
    head = f'<!doctype html><html lang="en"><title>Figures</title><style>{style}</style>'
    page.set_content(f"{head}<main><h1>Figures</h1>{''.join(parts)}</main>")
    for ground, words in (("#ffffff", "#212121"), ("#111111", "#e0e0e0")):
        page.evaluate("style => (document.documentElement.style = style)", f"--ground: {ground}; --words: {words}")
        expect(page.locator("body")).to_have_css("background-color", css(ground))
        expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible()
        assert troubles(page) == []
        assert page.evaluate("() => document.getAnimations().length") == 0
    page.close()


def test_tab_reaches_every_control_and_leaves(players: Players, live: LiveTraining):
    """Through four widgets and out again, forwards and backwards; wherever the focus is, it is seen."""
    for widget in (walk(), three_dials(), walk(pick=True), live):
        players.mount(widget)
    wanted = players.page.locator(".hpo-player").evaluate_all(CONTROLS)
    there = list(stops(players.page))
    assert [one["key"] for one in there] == wanted
    assert len(wanted) > 30
    assert all(one["seen"] and one["name"] for one in there)
    assert focused(players.page) is None  # the page around has it back
    back = list(stops(players.page, "Shift+Tab"))
    assert [one["key"] for one in back] == wanted[::-1]


def test_keys_turn_every_dial(players: Players):
    """Tab and arrows alone: the choice, the list, the slider and Reset do what a mouse would do."""
    player = players.mount(three_dials())
    told, press = player.get_by_role("status"), players.page.keyboard.press
    expect(told).to_have_text("grid, a, 0.2")
    for stop in stops(players.page):
        if stop["tag"] == "select":
            press("ArrowDown")
            expect(told).to_have_text("random, b, 0.2")
        elif stop["key"] == "1.0":
            press("ArrowRight")
            expect(told).to_have_text("random, a, 0.2")
        elif stop["key"] == "play":
            press("ArrowRight")
            expect(told).to_have_text("random, b, 0.5")
    for stop in stops(players.page, "Shift+Tab"):
        if stop["key"] == "reset":
            press("Enter")
            expect(told).to_have_text("grid, a, 0.2")


def test_keys_train_and_stop(players: Players, live: LiveTraining):
    """The form's lists change by arrows; Enter on Train and the space bar on Stop are heard by the kernel."""
    players.mount(live)
    press = players.page.keyboard.press
    for stop in stops(players.page):
        if stop["key"] == "design":
            press("ArrowDown")
        elif stop["key"] == "train":
            press("Enter")
            players.page.evaluate(
                "() => models[0].set('progress', {...models[0].get('progress'), running: true, text: 'at it'})"
            )
        elif stop["key"] == "stop":
            press("Space")
    assert [message["do"] for message in players.sent()] == ["choose", "train", "stop"]
    assert players.sent()[0]["key"] == "design"


def test_nothing_moves_by_itself(chromium: Browser, player_server: tuple[str, list[bytes]], live: LiveTraining):
    """For those who want less motion: no transition, no animation, no frame is asked for; on request it plays."""
    page = Players(chromium.new_page(reduced_motion="reduce"), *player_server)
    player = page.mount(walk(speed=50.0))
    page.mount(live)
    assert page.page.evaluate(MOVING) == [0]
    assert page.kept()["frames"] == 0
    player.focus()
    page.page.keyboard.press("Space")
    expect(player.locator(".hpo-count")).to_have_text("trial 5 of 5")
    page.page.close()


FORMS = """from hpo_tutor import predict, quiz
from hpo_tutor.course import games
from hpo_tutor.scenes import Axis, Points, Scene
from hpo_tutor.widgets import LiveSearch, Workbench
unit = Axis("share", 0, 1)
def picture(height, kind, option):
    return Scene([Points([0.5], [height])], unit, unit, f"{kind}, {option}, {height}")
guess = predict("Which first?", ["grid", "random"])
bench = Workbench(picture, label="A bench", presets={"Low": {"height": 0.1}}, pick=lambda *_, **values: {},
                  height=[0.1, 0.5, 0.9], kind=["plain", "other"], option=list("abcdef"))
display(bench, LiveSearch(), games.walk_in_fog())
quiz("00")"""
# the name of what has the focus -> what is pressed there
PRESSED = {
    "random": ["Space"],
    "height": ["ArrowRight"],
    "other": ["Enter"],
    "option": ["ArrowDown"],
    "The number of epochs": ["Space"],
}


def test_forms_in_jupyterlab_need_no_mouse(lab: Lab, folder: Path):
    """A guess, a workbench, a search, a walk in fog and a quiz: Tab reaches each control, and arrows and keys work."""
    lab.open(notebook(folder, "keys.ipynb", FORMS, "print(guess.guess, bench.values)"))
    run(lab, 0)
    assert lab.errors() == ["cell 1 did not run"]
    output = lab.shown(0)
    expect(output.get_by_role("button", name="Low", exact=True)).to_be_visible()
    output.get_by_role("radio", name="grid").focus()
    been = []
    for stop in stops(lab.page, most=150):
        if not lab.page.evaluate("() => Boolean(document.activeElement.closest('.jp-OutputArea'))"):
            break
        been.append(stop)
        for key in PRESSED.get(stop["name"], ()):
            lab.page.keyboard.press(key)
    names = [stop["name"] for stop in been]
    wanted = ["height", "plain", "other", "option", "Low", "Start again", "A bench", "Train", "Stop"]
    wanted += ["Learning rate", "Width", "L2", "Train, 1 of 12", "Walk in fog", "The number of epochs"]
    assert [name for name in names if name in wanted] == wanted
    assert [stop for stop in been if not (stop["seen"] and stop["name"])] == []
    expect(output.get_by_text("other, b, 0.5")).to_be_visible()
    expect(output.get_by_role("checkbox", name="The number of epochs")).to_be_checked()
    assert troubles(lab.page, ".jp-OutputArea-output") == []
    run(lab, 1)
    assert lab.texts()[1] == "random {'height': 0.5, 'kind': 'other', 'option': 'b'}\n"
