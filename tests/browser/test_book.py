"""The book as a reader has it: plain files, opened without a server and without a network."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from access import troubles
from book_site import built
from playwright.sync_api import Browser, Page, ViewportSize, expect

from hpo_tutor.course import places
from hpo_tutor.course.book.links import HEAVIEST

DESK: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
MOVING = """() => [...document.querySelectorAll('*')].map(one => getComputedStyle(one)).filter(
    ({transitionDuration, animationName}) => parseFloat(transitionDuration) > 0 || animationName !== 'none').length"""

SETTLED = """one => Promise.race([
    Promise.allSettled(one.getAnimations({subtree: true}).map(each => each.finished)),
    new Promise(over => setTimeout(over, 5000))])"""


@pytest.fixture(scope="session")
def book() -> Path:
    """The folder of the book."""
    return built()


class Reader:
    """A page of the book; ``asked`` holds requests beyond the folder, ``complaints`` what the console says."""

    def __init__(self, page: Page, book: Path) -> None:
        self.page, self.book = page, book
        self.asked: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self._note(request.url))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)

    def _note(self, url: str) -> None:
        if not url.startswith((self.book.as_uri(), "data:", "blob:")):
            self.asked.append(url)

    def open(self, name: str) -> Page:
        """Open a page, by its address within the book."""
        self.page.goto(f"{self.book.as_uri()}/{name}", wait_until="load")
        return self.page


@pytest.fixture
def reader(chromium: Browser, book: Path) -> Iterator[Reader]:
    """A browser without a network; afterwards nothing was asked of anybody, and nothing went wrong."""
    context = chromium.new_context(viewport=DESK, offline=True)
    one = Reader(context.new_page(), book)
    yield one
    found = (one.asked, one.complaints)
    context.close()
    assert found == ([], [])


def _scrolls_sideways(page: Page) -> bool:
    return bool(page.evaluate("() => document.documentElement.scrollWidth > innerWidth"))


def test_no_page_is_heavy(book: Path) -> None:
    """Each adds less than 2 MB to what all share; that every link holds was seen when the book was built."""
    weights = {path.stat().st_size: path.name for path in [*book.glob("*.html"), *book.glob("notebooks/*.html")]}
    print(f"the heaviest page is {weights[max(weights)]}: {max(weights) / 1e6:.2f} MB")
    assert max(weights) < HEAVIEST


@pytest.mark.parametrize("notebook", places.notebooks().values(), ids=lambda path: path.stem)
def test_every_notebook_is_alive(reader: Reader, notebook: Path) -> None:
    """Its first player steps by keys, its first figure is drawn, its formulas are set, its solutions are folded.

    Nobody is shut out.
    """
    page = reader.open(f"notebooks/{notebook.stem}.html")
    expect(page.locator("h1").first).to_contain_text(notebook.stem[:2])
    player = page.locator("hpo-player").first
    if player.count():
        player.scroll_into_view_if_needed()
        told = player.locator("[aria-live]").first
        group = player.locator("[role=group]").first
        group.wait_for()
        before = told.text_content()
        group.focus()
        group.press("End" if player.get_attribute("start") == "0" else "Home")
        expect(told).not_to_have_text(before or "")
    figure = page.locator(".hpo-plotly").first
    if figure.count():
        figure.scroll_into_view_if_needed()
        figure.locator("svg.main-svg").first.wait_for()
    if page.locator(".math").count():
        page.locator("mjx-container svg").first.wait_for()
    solutions = page.locator(".cell.tag_solution")
    assert solutions.count() == notebook.read_text("utf-8").count('"exercise"')
    expect(solutions.first.locator(".highlight")).to_be_hidden()
    solutions.first.locator("summary").click()
    expect(solutions.first.locator(".highlight")).to_be_visible()
    solutions.first.evaluate(SETTLED)  # while a solution fades in, its letters are pale
    assert troubles(page) == []
    assert not _scrolls_sideways(page)
    page.set_viewport_size(PHONE)
    assert not _scrolls_sideways(page)


def test_pages_between_the_notebooks_shut_nobody_out(reader: Reader) -> None:
    """The audit finds nothing on any, and at 390 pixels none is wider than the screen; notebooks are seen above."""
    found: dict[str, list[str]] = {}
    for path in sorted(reader.book.glob("*.html")) + sorted(reader.book.glob("teaching/*.html")):
        page = reader.open(path.relative_to(reader.book).as_posix())
        found[path.name] = troubles(page)
        page.set_viewport_size(PHONE)
        found[path.name] += ["scrolls sideways"] * _scrolls_sideways(page)
        page.set_viewport_size(DESK)
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def test_nothing_moves_by_itself(reader: Reader) -> None:
    """Whoever asked for less motion gets none, from the theme either."""
    reader.page.emulate_media(reduced_motion="reduce")
    page = reader.open("index.html")
    assert page.evaluate(MOVING) == 0
    assert page.evaluate("document.getAnimations().length") == 0


def test_search_needs_no_server(reader: Reader) -> None:
    """Searching "expected improvement" leads to the notebook that teaches it."""
    page = reader.open("search.html?q=expected+improvement")
    page.locator("#search-results li a", has_text="Bayesian optimisation").first.wait_for()


def test_dark_is_dark_for_pictures_too(reader: Reader) -> None:
    """The switch turns page and player; the player's ink is then light."""
    page = reader.open("notebooks/03_random_search.html")
    player = page.locator("hpo-player").first
    player.scroll_into_view_if_needed()
    group = player.locator("[role=group]").first
    group.wait_for()
    for theme in ("dark", "light"):
        page.locator(".theme-switch-button").click()
        page.locator(f".dropdown-menu.show [data-mode={theme}]").click()
        expect(page.locator("html")).to_have_attribute("data-theme", theme)
        expect(group).to_have_css("color-scheme", theme)
        page.keyboard.press("Escape")
        if theme == "dark":
            assert troubles(page) == []


def test_pages_lead_on(reader: Reader) -> None:
    """From the start page to the map, and by "next" from page to page through the course."""
    page = reader.open("index.html")
    seen = []
    for _ in range(3):
        page.locator("a.right-next").click()
        page.wait_for_load_state()
        seen.append(Path(page.url).name)
    assert seen == ["map.html", *[f"{path.stem}.html" for path in places.notebooks().values()][:2]]
