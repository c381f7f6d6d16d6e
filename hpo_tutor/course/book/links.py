"""Does a built book hold together? Every link within it leads somewhere, nothing comes from outside, no page is heavy.

Links to other sites are collected, not followed: the machine that builds the book may have no network.
"""

from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

HEAVIEST = 2_000_000  # bytes that a page may add to what all pages share
LOADED = {("script", "src"), ("link", "href"), ("img", "src"), ("source", "src"), ("iframe", "src"), ("video", "src")}
NOT_FETCHED = {"next", "prev", "search", "index", "canonical", "author", "copyright"}  # what a <link> may merely name


class Found(NamedTuple):
    """What was found in a book.

    Attributes:
        heaviest: the page that adds most, and its bytes.
        elsewhere: addresses of other sites -> a page that links there.
        problems: sentences; empty where all is well.
    """

    heaviest: tuple[str, int]
    elsewhere: dict[str, str]
    problems: list[str]


def must_hold(book: Path) -> Found:
    """What ``examine`` finds, where that is no problem.

    Raises:
        ValueError: there are problems; names all.
    """
    found = examine(book)
    if found.problems:
        raise ValueError("every page of a book must hold, and these do not:\n" + "\n".join(found.problems))
    return found


def examine(book: Path) -> Found:
    """Read every page of a built book."""
    pages = {path: _Page(path) for path in sorted(book.rglob("*.html")) if "_static" not in path.parts}
    problems: list[str] = []
    elsewhere: dict[str, str] = {}
    for path, page in pages.items():
        name = path.relative_to(book).as_posix()
        is_slide = name.startswith("slides/")
        if not is_slide and path.stat().st_size >= HEAVIEST:
            problems.append(
                f"{name} takes {path.stat().st_size / 1e6:.2f} MB, and a page must stay below {HEAVIEST / 1e6:g}"
            )
        for address in page.loaded:
            if urlsplit(address).scheme not in ("", "data") or urlsplit(address).netloc:
                problems.append(f"{name} loads {address[:100]} from outside")
        for address in [*page.loaded, *page.links]:
            parts = urlsplit(address)
            if parts.scheme in ("http", "https"):
                elsewhere.setdefault(address, name)
            elif not parts.scheme and not parts.netloc and not is_slide and (missing := _missing(path, address, pages)):
                problems.append(f"{name} links to {address}, and {missing}")
    weights = {path.relative_to(book).as_posix(): path.stat().st_size for path in pages if "slides" not in path.parts}
    heaviest = max(weights.items(), key=lambda pair: pair[1], default=("", 0))
    return Found(heaviest, elsewhere, problems)


def _missing(page: Path, address: str, pages: "dict[Path, _Page]") -> str:
    """What a link lacks, in words; empty where it leads somewhere."""
    parts = urlsplit(address)
    target = (page.parent / unquote(parts.path)).resolve() if parts.path else page.resolve()
    if not target.is_file():
        return "there is no such file"
    known = {path.resolve(): one for path, one in pages.items()}.get(target)
    anchor = unquote(parts.fragment)
    if anchor and known is not None and anchor not in known.ids:
        return f"{target.name} has no place called {anchor!r}"
    return ""


class _Page(HTMLParser):
    """Addresses and anchors of a page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.links: list[str] = []
        self.ids = {"", "top"}
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        self.ids |= {given[name] for name in ("id", "name") if name in given}
        for name in ("href", "src"):
            if not given.get(name) or (tag == "link" and NOT_FETCHED & set(given.get("rel", "").split())):
                continue
            (self.loaded if (tag, name) in LOADED else self.links).append(given[name])
