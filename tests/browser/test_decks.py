"""Every deck opens from a file, with the network cut, and is walked by keys from the first slide to the last."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from access import troubles
from playwright.sync_api import Browser, BrowserContext, Page

from hpo_tutor.course.decks import building

NUMBERS = sorted(building.decks())
SIZE = {"width": 1280, "height": 720}
PATIENCE = 60_000
MOST_STEPS = 200

# what a slide shows now: its heading, whether a player has settled, what is cut off, and how colourful players are
LOOK = """async () => {
    const frame = () => new Promise(requestAnimationFrame);
    const slide = Reveal.getCurrentSlide(), {left, top, right, bottom} = slide.getBoundingClientRect();
    const players = [...slide.querySelectorAll('hpo-player')];
    while (players.some(player => player.dataset.fitted !== 'yes')) await frame();
    await frame();
    const name = one => `${one.tagName.toLowerCase()}.${one.getAttribute('class')}: ${one.textContent.slice(0, 40)}`;
    const seen = one => one.getClientRects().length && !one.closest('.for-readers, svg svg, svg > *');
    const cut = [...slide.querySelectorAll('.slide *')].filter(seen).filter(one => {
        const box = one.getBoundingClientRect();
        return box.left < left - 1 || box.top < top - 1 || box.right > right + 1 || box.bottom > bottom + 1;
    });
    const narrow = [...slide.querySelectorAll('.slide, .body, .text, .pictures, .picture, pre, li')].filter(
        one => one.scrollHeight > one.clientHeight + 2 || one.scrollWidth > one.clientWidth + 2);
    const roots = players.map(player => player.shadowRoot.querySelector('.hpo-player'));
    const lost = roots.flatMap((root, i) => {
        const own = players[i].getBoundingClientRect();
        return [root, ...root.querySelectorAll('*')].filter(one => {
            const box = one.getBoundingClientRect();
            return box.width > 1 && (box.right > own.right + 2 || box.bottom > own.bottom + 2);
        }).map(one => 'player ' + name(one));
    });
    return {
        heading: slide.querySelector('h1, h2').innerText,
        cut: [...cut.map(name), ...narrow.map(one => 'too full ' + name(one)), ...lost],
        players: players.length,
        small: roots.filter(root => getComputedStyle(root).getPropertyValue('--hpo-zoom') < 1.35).length,
        elements: slide.querySelectorAll('*').length,
    };
}"""

# a number for each player's picture that is equal only for equal pictures, and how many colours it has
PICTURES = """() => [...Reveal.getCurrentSlide().querySelectorAll('hpo-player')].map(player => {
    const canvas = player.shadowRoot.querySelector('[role=img]');
    const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    const pixels = new Uint32Array(data.buffer);
    let sum = 0;
    for (const pixel of pixels) sum = (Math.imul(sum, 31) + pixel) | 0;
    return {sum, colours: new Set(pixels).size};
})"""

# whether the step just made went from stop to stop, and was neither a part of the text nor a thaw
STOPPED = """() => [...Reveal.getCurrentSlide().querySelectorAll('.current-fragment')].some(
    one => one.matches('.stop') && one.closest('.picture').querySelector('hpo-player').stops > 1)"""


class Talk:
    """A deck in a browser without a network."""

    def __init__(self, context: BrowserContext, deck: Path, query: str = "") -> None:
        context.set_offline(True)
        self.page: Page = context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.asked: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.address = deck.as_uri() + query
        self.page.goto(self.address)
        self.page.wait_for_selector("html[data-ready]", state="attached")

    def outside(self) -> list[str]:
        """What was asked of anybody but the file itself."""
        return [url for url in self.asked if url != self.address and not url.startswith(("data:", "blob:"))]

    def press(self, key: str) -> None:
        """One key, as the presenter presses it."""
        self.page.keyboard.press(key)

    def look(self) -> dict[str, Any]:
        """What the slide shows, once its players have settled."""
        return dict(self.page.evaluate(LOOK))

    def pictures(self) -> list[dict[str, int]]:
        """The picture of each player of the slide."""
        return list(self.page.evaluate(PICTURES))

    def at(self) -> tuple[int, int]:
        """The slide and the step that are shown."""
        slide, step = self.page.evaluate("() => { const {h, f} = Reveal.getIndices(); return [h, f ?? -1]; }")
        return slide, step


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """A browser that has never been here before."""
    fresh = chromium.new_context(viewport=SIZE)  # type: ignore[arg-type]
    yield fresh
    fresh.close()


@pytest.fixture(scope="session")
def decks() -> dict[str, Path]:
    """Number -> deck, for those that were built in this session."""
    return {}


def _deck(number: str, decks: dict[str, Path]) -> Path:
    """The deck of a number, from slides/ where it is fresh."""
    if number not in decks:
        (decks[number],) = building.build([number])
    return decks[number]


@pytest.mark.parametrize("number", NUMBERS)
def test_every_slide_is_walked_by_keys(number: str, decks: dict[str, Path], context: BrowserContext) -> None:
    """Nothing overflows, is requested or complains; players step, their letters are large, stops show; notes are there.

    The audit looks at the slide that holds most.
    """
    talk = Talk(context, _deck(number, decks))
    n_slides = talk.page.evaluate("Reveal.getTotalSlides()")
    cut: list[str] = []
    held: dict[int, int] = {}
    for _ in range(MOST_STEPS):
        place, seen = talk.at(), talk.look()
        held[place[0]] = seen["elements"]
        assert seen["small"] == 0, f"letters of the player on {seen['heading']!r} are smaller than 16 pixels"
        cut += [f"{place[0] + 1} {seen['heading']}: {one}" for one in seen["cut"]]
        before = talk.pictures()
        assert all(picture["colours"] > 8 for picture in before), seen["heading"]
        if before and not talk.page.evaluate("Reveal.availableFragments().next"):
            _steps_by_keys(talk)
            before = talk.pictures()
        talk.press("PageDown")
        if talk.at() == place:
            break
        if talk.at()[0] == place[0] and talk.page.evaluate(STOPPED):
            assert talk.pictures() != before, f"a stop shows nothing new on {seen['heading']!r}"
    assert cut == []
    assert talk.at()[0] == n_slides - 1
    words = talk.page.eval_on_selector_all("aside.notes", "all => all.map(one => one.textContent.trim().length)")
    assert len(words) == n_slides
    assert min(words) > 0
    talk.page.evaluate("place => Reveal.slide(place)", max(held, key=held.__getitem__))
    talk.look()
    assert troubles(talk.page) == []
    assert (talk.outside(), talk.complaints) == ([], [])


def _steps_by_keys(talk: Talk) -> None:
    """P gives a player the arrows, its picture changes, Escape gives them back, and the slide stays."""
    place = talk.at()
    talk.press("p")
    talk.press("Home")
    first = talk.pictures()
    talk.press("End")
    assert talk.pictures() != first, f"the player of slide {place[0] + 1} stands still"
    talk.press("Escape")
    assert talk.page.evaluate("document.activeElement === document.body && !Reveal.isOverview()")
    talk.press("p")  # a clicker means "next" all the same
    assert talk.at() == place


def test_nothing_moves_by_itself(decks: dict[str, Path], chromium: Browser) -> None:
    """For those who want less motion: slides and steps change at once."""
    context = chromium.new_context(viewport=SIZE, reduced_motion="reduce")  # type: ignore[arg-type]
    talk = Talk(context, _deck(NUMBERS[0], decks))
    for _ in range(4):
        talk.press("PageDown")
        assert talk.page.evaluate("document.getAnimations().length") == 0
    context.close()


def test_the_speaker_has_notes_in_a_second_window(decks: dict[str, Path], context: BrowserContext) -> None:
    """S opens it, from a file too: notes, minutes, clock, the next heading; its keys lead the talk."""
    talk = Talk(context, _deck(NUMBERS[0], decks))
    with context.expect_page() as opened:
        talk.press("s")
    desk = opened.value
    headings = talk.page.eval_on_selector_all("section h1, section h2", "all => all.map(one => one.innerHTML)")
    notes = talk.page.eval_on_selector_all("aside.notes", "all => all.map(one => one.innerHTML)")
    assert desk.inner_html("main") == notes[0]
    assert desk.inner_html("h2") == f"Next: {headings[1]}"
    assert re.fullmatch(r"\d\d:\d\d", desk.inner_text("#clock"))
    assert desk.inner_text("#due").startswith("this slide 1 min, ends at 01:00")
    desk.keyboard.press("PageDown")
    assert talk.at()[0] == 1
    assert desk.inner_html("main") == notes[1]
    assert (talk.outside(), talk.complaints) == ([], [])


def test_a_print_has_a_page_for_each_slide(decks: dict[str, Path], context: BrowserContext) -> None:
    """With and without ?print-pdf; players are stills there, and every step is shown."""
    for query in ("", "?print-pdf"):
        talk = Talk(context, _deck(NUMBERS[0], decks), query)
        pages = talk.page.pdf(prefer_css_page_size=True, print_background=True)
        n_slides = talk.page.evaluate("Reveal.getTotalSlides()")
        assert len(re.findall(rb"/Type\s*/Page\b", pages)) == n_slides
        assert set(re.findall(rb"/MediaBox ?\[(.*?)\]", pages)) == {b"0 0 960 540"}  # points: 1280 x 720 pixels
        talk.page.emulate_media(media="print")
        talk.page.evaluate("dispatchEvent(new Event('beforeprint'))")
        unseen = talk.page.eval_on_selector_all(
            ".fragment:not(.stop)", "all => all.filter(one => getComputedStyle(one).visibility !== 'visible').length"
        )
        assert unseen == 0
        assert talk.page.locator("hpo-player figure svg").first.is_visible()
        talk.page.close()
