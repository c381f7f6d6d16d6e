"""Which decks are there, and which must be made again? One HTML file each, and a page that lists them.

A deck is fresh while its source, the package, the landscapes and package.json are those it was made from.
"""

import hashlib
import os
import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from html import escape
from pathlib import Path

from hpo_tutor.course import executed
from hpo_tutor.course.decks import limits, parts, reading, rendering, running
from hpo_tutor.course.places import checkout

AT_ONCE = 2  # each deck has a kernel, a process of its own
HEAD = 2000  # characters within which a deck says what it was made from


def decks(root: Path | None = None) -> dict[str, Path]:
    """Number -> the source of each notebook that has slides.

    Raises:
        FileNotFoundError: there are no sources here.
    """
    top = root or checkout()
    if top is None or not (top / "notebooks" / "source").is_dir():
        raise FileNotFoundError(
            f"slides are built from notebooks/source, and {top or 'the installed package'} has no such folder; "
            "clone the course, install the clone with `pip install -e .`, and build there"
        )
    found = sorted((top / "notebooks" / "source").glob("[0-9][0-9]_*.py"))
    return {source.name[:2]: source for source in found if reading.has_slides(source)}


def build(
    numbers: Sequence[str] = (), to: Path | None = None, told: Callable[[str], None] = print, root: Path | None = None
) -> list[Path]:
    """Make the decks of these notebooks, or of all, where they are not fresh.

    Args:
        numbers: "5" or "05"; none means all.
        to: the folder; ``slides`` of the checkout by default.
        told: gets a line for each deck as it is done.
        root: the checkout.

    Raises:
        ValueError: a notebook has no deck, a rule is broken, a cell raised or a claim is false.
        OSError: npm or node is missing, or a file cannot be written.
    """
    there = decks(root)
    wanted = [number.zfill(2) for number in numbers] or list(there)
    if unknown := [number for number in wanted if number not in there]:
        raise ValueError(f"no deck has the number {', '.join(unknown)}; these exist: {', '.join(there) or 'none yet'}")
    folder = to or (root or checkout() or Path()) / "slides"
    folder.mkdir(parents=True, exist_ok=True)
    modules = parts.node_modules(root)

    def one(source: Path) -> Path:
        target = folder / f"{source.stem}.html"
        mark = fingerprint(source, modules)
        if _mark(target) == mark:
            told(f"{target} is fresh.")
            return target
        deck = reading.read(source)
        made = rendering.render(deck, running.run(deck), modules, mark)
        _write(target, made.html)
        told(f"{target} has {len(deck.slides)} slides for {sum(slide.minutes for slide in deck.slides):g} minutes.")
        for trouble in limits.troubles(deck, made.n_words):
            told(f"  {target.name}: {trouble}")
        return target

    with ThreadPoolExecutor(AT_ONCE) as pool:
        made = list(pool.map(one, [there[number] for number in wanted]))
    _list(folder)
    return made


def fingerprint(source: Path, modules: Path) -> str:
    """What a deck depends on, as a sha256 sum."""
    here = [modules.parent / "package.json", *sorted(Path(__file__).parent.glob("deck.*"))]
    return hashlib.sha256(
        executed.fingerprint(source).encode() + b"".join(path.read_bytes() for path in here)
    ).hexdigest()


def _write(target: Path, text: str) -> None:
    part = target.with_name(f".{target.name}.{os.getpid()}")  # whoever reads has the old deck or the new one, whole
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _head(deck: Path) -> str:
    with deck.open(encoding="utf-8") as stream:
        return stream.read(HEAD)


def _mark(deck: Path) -> str | None:
    found = re.search(r'<meta name="fingerprint" content="(\w+)"', _head(deck)) if deck.is_file() else None
    return found and found[1]


def _list(folder: Path) -> None:
    """Write the page that lists every deck of the folder."""
    rows = []
    for deck in sorted(folder.glob("[0-9][0-9]_*.html")):
        title = re.search(r"<title>(.*?)</title>", _head(deck))
        rows.append(f'<li><a href="{deck.name}">{deck.name[:2]} {title[1] if title else escape(deck.stem)}</a></li>')
    style = (
        "body{font:22px/1.7 system-ui,sans-serif;max-width:34em;margin:3em auto;padding:0 1em;color-scheme:light dark}"
    )
    _write(
        folder / "index.html",
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Decks of the course</title>'
        f'<link rel="icon" href="data:,"><style>{style}</style></head><body><main><h1>Decks</h1>'
        f"<ul>{''.join(rows)}</ul><p>Right arrow or space: next. S: notes. D: dark. P: the player takes the arrows, "
        f"Escape gives them back. For a PDF, add ?print-pdf to a deck's address and print.</p></main></body></html>\n",
    )
