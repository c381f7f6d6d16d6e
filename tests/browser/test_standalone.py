"""Players on a page that knows nothing of Jupyter: from a file, with the network cut, beside a page's own keys.

page     a file with two players of five frames and a slide that is shown smaller than it is
pixels   of the page, unless they are the canvas' own
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from player_looks import PLACES, at, channels, color_of, colors, contrast, is_at, walk
from player_page import WATCH
from playwright.sync_api import Browser, Locator, Page, expect

from hpo_tutor.scenes import beside, looks
from hpo_tutor.widgets import Player, standalone

Opened = Callable[..., Page]
SLIDE = "display: flex; flex-direction: column; width: 900px; height: 500px; transform: scale(0.7)"
KEPT = """() => [kept.observers, kept.frames.size, kept.timers.size,
    ...kept.listeners.map(one => `${one.name} ${one.type}`).sort()]"""


def page_of(*bodies: str, head: str = "<!doctype html>", scripts: int = 1) -> str:
    """A page with the code once or more."""
    code = f"<script>{standalone.code()}</script>" * scripts
    return (
        f'{head}<html lang="en"><meta charset="utf-8"><title>Players</title><body>{"".join(bodies)}{code}</body></html>'
    )


@pytest.fixture
def opened(chromium: Browser, tmp_path: Path) -> Iterator[Opened]:
    """Opens a page from its file in an own browser without a network; it asks for nothing and complains of nothing."""
    contexts, wrong = [], []

    def open_page(text: str, files: int = 1, **options: Any) -> Page:
        (tmp_path / "page.html").write_text(text, encoding="utf-8")
        context = chromium.new_context(viewport={"width": 1000, "height": 800}, **options)
        contexts.append(context)
        context.set_offline(True)
        page = context.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.add_init_script(WATCH)
        page.goto((tmp_path / "page.html").as_uri())
        assert len(asked) == files
        page.on("request", lambda request: wrong.append(request.url))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []


def root(page: Page, number: int = 0) -> Locator:
    """The outermost element of a player that is made now, wherever it is."""
    page.locator("hpo-player").nth(number).evaluate("element => element.make()")
    return page.locator("hpo-player").nth(number).locator(".hpo-player")


def place_of(player: Locator, x: float, y: float, zoom: float = 1.0) -> tuple[float, float]:
    """Where a share of the first panel lies on the page, from the panel's lower left corner."""
    share = player.locator("canvas[role=img]").evaluate(
        """(canvas, [x, y, zoom]) => {
            const {left, top, width, height} = JSON.parse(canvas.dataset.panels)[0];
            const rect = canvas.getBoundingClientRect(), unit = rect.width * zoom / parseFloat(canvas.style.width);
            return [rect.left + (left + x * width) * unit, rect.top + (top + (1 - y) * height) * unit];
        }""",
        [x, y, zoom],
    )
    return share[0], share[1]


def test_two_players_step_by_keys(opened: Opened):
    """Each by its own, as inside Jupyter; what a player uses never reaches the page, all else does."""
    page = opened(page_of(standalone.element(walk(start=1)), standalone.element(walk(start=-1))))
    page.evaluate("() => { window.seen = []; document.addEventListener('keydown', event => seen.push(event.key)); }")
    first, second = root(page), root(page, 1)
    first.focus()
    for key, frame in [("ArrowRight", 2), ("End", 4), ("ArrowLeft", 3), ("Home", 0), ("PageDown", 0), ("n", 0)]:
        page.keyboard.press(key)
        is_at(first, frame)
    is_at(second, 4)
    second.get_by_role("button", name="Back").click()
    is_at(second, 3)
    page.keyboard.press("Escape")
    assert page.evaluate("() => seen") == ["PageDown", "n", "Escape"]


def test_a_presenter_walks_through_stops(opened: Opened):
    """Controls are dead until the second stop; meanwhile all keys are the page's. A reset leads to the start."""
    page = opened(page_of(standalone.element(walk(start=1), stops=[0, 3, -1], freeze=True)))
    element, player = page.locator("hpo-player"), root(page)
    page.evaluate("() => { window.seen = []; document.addEventListener('keydown', event => seen.push(event.key)); }")
    for stop, frame, frozen in [(None, 0, True), (1, 3, False), (2, 4, False), (0, 0, True)]:
        found = element.evaluate(
            "(element, i) => { if (i !== null) element.stop(i); return [element.stops, element.frozen]; }", stop
        )
        assert found == [3, frozen]
        is_at(player, frame)
        page.keyboard.press("Tab")
        page.keyboard.press("ArrowRight")
        is_at(player, frame if frozen or frame == 4 else frame + 1)
    assert page.evaluate("() => seen") == ["Tab", "ArrowRight", "Tab", "Tab", "Tab", "ArrowRight"]
    player.get_by_role("button", name="Forward").click(force=True)
    is_at(player, 0)
    element.evaluate("element => element.thaw()")
    player.get_by_role("button", name="Last").click()
    is_at(player, 4)
    assert element.evaluate("element => element.frozen") is False
    with pytest.raises(Exception, match="this player has 3; got 3"):
        element.evaluate("element => element.stop(3)")


def test_a_stop_may_be_asked_for_before_the_player_is_there(opened: Opened):
    """It then appears at that stop."""
    page = opened(page_of('<div style="height: 5000px"></div>', standalone.element(walk(), stops=[1, 2], freeze=True)))
    assert page.locator("hpo-player").evaluate("element => { element.stop(1); return element.frozen; }") is False
    assert page.locator("hpo-player canvas").count() == 0
    is_at(root(page), 2)


@pytest.mark.parametrize("dots", [1, 2])
def test_larger_players_on_smaller_slides_stay_sharp(opened: Opened, dots: int):
    """A dot of the canvas is a dot of the screen; letters and controls grow by scale; a pick is where it was made."""
    slide = standalone.element(walk(pick=True), scale=1.6)
    plain = standalone.element(walk(pick=True))
    page = opened(page_of(plain, f'<div style="{SLIDE}">{slide}</div>'), device_scale_factor=dots)
    plain_player, player = root(page), root(page, 1)
    page.evaluate(
        """() => { window.picked = []; document.addEventListener('picked', e => picked.push(e.detail), true); }"""
    )
    heights = [one.locator(".hpo-label").bounding_box()["height"] for one in (plain_player, player)]
    assert heights[1] == pytest.approx(1.6 * 0.7 * heights[0], rel=0.06)
    for one, zoom in ((plain_player, 1), (player, 1.6)):
        canvas = one.locator("canvas[role=img]")
        ratio = canvas.evaluate("canvas => canvas.width / canvas.getBoundingClientRect().width")
        assert ratio == pytest.approx(dots, rel=0.005)
        canvas.scroll_into_view_if_needed()
        page.mouse.click(*place_of(one, 0.25, 0.75, zoom))
    for place in page.evaluate("() => picked"):
        assert place == {"scene": 0, "x": pytest.approx(0.25, abs=0.01), "y": pytest.approx(0.75, abs=0.01)}
    assert len(page.evaluate("() => picked")) == 2


def test_a_slide_gives_a_player_its_height(opened: Opened):
    """All of it has room in what is left below the heading, also when the slide is shown at another size."""
    board = standalone.element(
        Player([beside(at(0.1, 0.1), at(0.2, 0.2)), beside(at(0.3, 0.3), at(0.4, 0.4))]), scale=1.5
    )
    style = "<style>.slide hpo-player { flex: 1; min-height: 0; }</style>"
    page = opened(page_of(style, f'<div class="slide" style="{SLIDE}"><h1>A heading</h1>{board}</div>'))
    player, element = root(page), page.locator("hpo-player")
    inside = "element => element.offsetHeight - element.shadowRoot.querySelector('.hpo-player').offsetHeight"
    assert 0 <= element.evaluate(inside) < 12
    page.locator(".slide").evaluate("slide => { slide.style.height = '380px'; slide.style.transform = 'scale(1.3)'; }")
    page.wait_for_function(f"() => ({inside})(document.querySelector('hpo-player')) >= 0")
    page.wait_for_function(
        """() => {
            const canvas = document.querySelector('hpo-player').shadowRoot.querySelector('[role=img]');
            return Math.abs(canvas.width / canvas.getBoundingClientRect().width - devicePixelRatio) < 0.005;
        }"""
    )
    assert player.locator("canvas[role=img]").bounding_box()["height"] > 100


def test_print_shows_the_still(opened: Opened):
    """On paper the picture of the start stands where the player is on the screen."""
    page = opened(page_of(standalone.element(walk(start=2))))
    player, still = root(page), page.locator("hpo-player > figure svg")
    expect(still).to_be_hidden()
    page.emulate_media(media="print")
    expect(still).to_be_visible()
    expect(player).to_be_hidden()
    page.emulate_media(media="screen")
    expect(player).to_be_visible()
    is_at(player, 2)


def test_saved_players_need_one_line(opened: Opened, tmp_path: Path):
    """In a bare page of old, twice the same and another: each appears at its line, and no global comes along."""
    walk(start=1).save(tmp_path / "walk.js")
    Player([at(0.5, 0.5)], label="Another").save(tmp_path / "another.js")
    lines = "".join(f'<p>{name}</p><script src="{name}.js"></script>' for name in ("walk", "another", "walk"))
    page = opened(f"<script>var before = Object.keys(window);</script>{lines}", files=3)
    assert page.evaluate("() => document.compatMode") == "BackCompat"
    tags = "() => [...document.body.children].map(one => one.localName).filter(one => one !== 'script')"
    assert page.evaluate(tags) == ["p", "hpo-player"] * 3
    is_at(root(page, 2), 1)
    root(page, 2).press("ArrowRight")
    is_at(root(page, 2), 2)
    is_at(root(page, 0), 1)
    expect(root(page, 1).locator(".hpo-label")).to_have_text("Another")
    assert page.evaluate("() => Object.keys(window).filter(name => !before.includes(name))") == []


def test_only_what_is_near_is_made(opened: Opened):
    """A player far below is its still until one scrolls towards it; and code that comes twice does no harm."""
    far = standalone.element(walk(start=3))
    page = opened(page_of(standalone.element(walk()), '<div style="height: 6000px"></div>', far, scripts=2))
    expect(page.locator("hpo-player").nth(0).locator("canvas[role=img]")).to_be_visible()
    assert page.locator("hpo-player").nth(1).locator("canvas").count() == 0
    expect(page.locator("hpo-player").nth(1).locator("> figure svg")).to_be_visible()
    page.locator("hpo-player").nth(1).scroll_into_view_if_needed()
    expect(page.locator("hpo-player").nth(1).locator("canvas[role=img]")).to_be_visible()
    is_at(page.locator(".hpo-player").nth(1), 3)


def test_a_moved_player_goes_on_and_one_that_is_gone_leaves_nothing(opened: Opened):
    """It keeps its frame when it is put elsewhere; taken away, no listener, observer or frame of animation stays."""
    page = opened(page_of("<main></main>"))
    page.wait_for_function("() => true")  # brings listeners of the driver's own
    empty = page.evaluate(KEPT)
    page.evaluate("html => document.querySelector('main').innerHTML = html", standalone.element(walk(start=1)))
    player = root(page)
    player.press("ArrowRight")
    page.evaluate("() => document.body.append(document.querySelector('hpo-player'))")
    is_at(player, 2)
    page.evaluate("() => { window.gone = document.querySelector('hpo-player'); gone.remove(); }")
    page.wait_for_function("() => !gone.shadowRoot.querySelector('canvas')")
    element_only = [one for one in page.evaluate(KEPT) if not str(one).startswith("element ")]
    assert element_only == empty
    page.evaluate("() => document.body.append(gone)")
    is_at(root(page), 1)


def test_what_cannot_be_read_stays_a_still(opened: Opened):
    """With the reason, which is read aloud."""
    page = opened(page_of(standalone.element(walk()).replace('data="', 'data="AAAA')))
    expect(page.locator("hpo-player [aria-live]")).to_contain_text("This picture cannot move: ")
    expect(page.locator("hpo-player > figure svg")).to_be_visible()


DARK = "<style>[data-theme=dark], .has-dark-background { background: #121212; color: #eeeeee; }</style>"
INK = "element => getComputedStyle(element.shadowRoot.querySelector('.hpo-player')).color"
GROUND = "element => getComputedStyle(element.shadowRoot.querySelector('.hpo-player')).caretColor"


@pytest.mark.parametrize("dark", ["document.documentElement.dataset.theme = 'dark'", "document.body.firstElementChild"
                                  ".nextElementSibling.className = 'has-dark-background'"])  # fmt: skip
def test_ink_and_ground_are_the_pages(opened: Opened, dark: str):
    """On a white page as on one that turns dark later, as a whole (a book) or one slide of it."""
    page = opened(page_of(DARK, f"<section>{standalone.element(walk())}</section>"))
    player, element = root(page), page.locator("hpo-player")
    for ground in ([255.0] * 3, [18.0] * 3):
        page.wait_for_function("([code, wanted]) => eval(code)(document.querySelector('hpo-player')).includes(wanted)",
                               arg=[GROUND, "18, 18, 18" if ground[0] < 99 else "0, 0, 0, 0"])  # fmt: skip
        assert contrast(channels(element.evaluate(INK)), ground) >= 4.5
        assert colors(player, PLACES[0]) == [color_of(looks.RED)]
        page.evaluate(f"() => {{ {dark}; }}")


def test_nothing_moves_by_itself(opened: Opened):
    """Also for those who asked for less motion: no animation, no transition, no frame; but play plays on request."""
    page = opened(page_of(standalone.element(walk(speed=60))), reduced_motion="reduce")
    player = root(page)
    assert page.evaluate("() => [document.getAnimations().length, kept.frames.size, kept.timers.size]") == [0, 0, 0]
    styles = player.evaluate(
        "root => [...root.querySelectorAll('*')].map(one => getComputedStyle(one).transitionDuration)"
    )
    assert set(styles) == {"0s"}
    player.press("Space")
    is_at(player, 4)


def test_controls_are_seen_in_forced_colors(opened: Opened):
    """Buttons have a border and an icon in the colours that a reader has forced upon every page."""
    page = opened(page_of(standalone.element(walk())), forced_colors="active")
    button = root(page).get_by_role("button", name="Play")
    border, icon, ground = button.evaluate(
        """button => [getComputedStyle(button).borderTopColor, getComputedStyle(button.firstElementChild).fill,
            getComputedStyle(button).backgroundColor]"""
    )
    page_ground = page.evaluate("() => getComputedStyle(document.body).backgroundColor")
    ground = channels(ground if not ground.endswith(", 0)") else page_ground)
    assert contrast(channels(icon), ground) >= 4.5
    assert contrast(channels(border), ground) >= 3
