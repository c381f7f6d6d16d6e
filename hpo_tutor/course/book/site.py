"""How are the pages gathered, and what do they bring with them? One folder of plain files that asks for nothing.

book/            pages written by hand, Sphinx's configuration, the book's own script and style
build/executed   the solution notebooks with what they show
slides/          decks, which the book takes with it if they are built
build/book       pages (what Sphinx reads), fresh (what it writes), html (the book, replaced once that is whole)
"""

import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from hpo_tutor.course.book.links import must_hold
from hpo_tutor.course.book.pages import figure, page
from hpo_tutor.course.executed import all_executed
from hpo_tutor.course.places import checkout

MARK = ".nojekyll"  # without it GitHub leaves out every folder that begins with an underscore
TEACHING = ("index", "plans", "forty_students", "exercises_and_grades", "own_slides", "elsewhere")
DATA_PAGES = {"README.md": "landscapes.md", "study.md": "study.md", "benchmarks.md": "benchmarks.md"}
MATHJAX = Path("mathjax") / "es5" / "tex-svg-full.js"  # SVG needs no fonts, "full" loads nothing later


def build(to: Path | None = None, root: Path | None = None) -> Path:
    """Make the book, running only those notebooks that changed since they ran last.

    Args:
        to: the folder of the book; ``build/book/html`` of the checkout by default.
        root: the checkout; that of this package by default.

    Returns:
        the start page.

    Raises:
        FileNotFoundError: this is no checkout, or a part that npm brings is missing.
        ImportError: Sphinx is not installed.
        RuntimeError: a cell of a notebook failed, or Sphinx warned.
        ValueError: a link leads nowhere, a page is too heavy, or the folder holds something that is no book.
    """
    top = root or checkout()
    if top is None or not (top / "book" / "conf.py").is_file():
        raise FileNotFoundError(
            f"a book is built in a clone of the course, and {top or 'the installed package'} has no book/conf.py; "
            "clone the course and install the clone with `pip install -e '.[book]'`"
        )
    try:
        from sphinx.cmd.build import build_main
    except ImportError:
        raise ImportError("the book is built by Sphinx, which is not installed; pip install -e '.[book]'") from None
    work, target = top / "build" / "book", to or top / "build" / "book" / "html"
    if target.exists() and any(target.iterdir()) and not (target / MARK).is_file():
        raise ValueError(f"a book replaces an older one or fills an empty folder; {target} holds something else")
    fresh = work / "fresh"
    gather(top, work / "pages")
    if fresh.exists():
        shutil.rmtree(fresh)
    words = ["-W", "--keep-going", "-q", "-E", "-b", "html", "-d", str(work / "doctrees")]
    if build_main([*words, str(work / "pages"), str(fresh)]):
        raise RuntimeError("Sphinx warned, and a warning is a mistake on a page; what it said stands above")
    if _decks(top):
        shutil.copytree(top / "slides", fresh / "slides", ignore=shutil.ignore_patterns(".*"))
    (fresh / MARK).touch()
    must_hold(fresh)
    if target.exists():
        shutil.rmtree(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(fresh, target)
    return target / "index.html"


def gather(top: Path, pages: Path) -> None:
    """Put everything that Sphinx reads into one folder, from scratch.

    Raises:
        FileNotFoundError: a part that npm brings is missing.
    """
    from hpo_tutor.course.decks.parts import node_modules

    solutions = sorted((top / "notebooks" / "solutions").glob("[0-9][0-9]_*.ipynb"))
    ran = all_executed(solutions, top / "build" / "executed")
    decks = {path.stem for path in _decks(top)}
    if pages.exists():
        shutil.rmtree(pages)
    shutil.copytree(top / "book", pages, ignore=shutil.ignore_patterns("__pycache__"))
    (pages / "notebooks").mkdir()
    for executed in ran:
        source = top / "notebooks" / "source" / f"{executed.stem}.py"
        (pages / "notebooks" / executed.name).write_text(page(source, executed, executed.stem in decks), "utf-8")
    shutil.copytree(top / "notebooks", pages / "learner", ignore=_all_but("[0-9][0-9]_*.ipynb"))
    for folder in ("notebooks", "data"):
        shutil.copytree(top / folder / "pictures", pages / "pictures", dirs_exist_ok=True)
    for name, target in DATA_PAGES.items():
        shutil.copy(top / "data" / name, pages / target)
    shutil.copy(top / "CHANGELOG.md", pages / "changes.md")
    written = [path.stem for path in sorted((pages / "teaching").glob("*.md"))]
    ordered = [name for name in TEACHING if name in written] + [name for name in written if name not in TEACHING]
    _fill_in(
        pages,
        {
            "map": _map,
            "teaching": lambda: "\n".join(f"teaching/{name}" for name in ordered),
            "decks": lambda: "\n".join(_deck_list(sorted(decks))),
        },
    )
    _shared(pages / "_static", node_modules(top) / MATHJAX)


def _decks(top: Path) -> list[Path]:
    return sorted((top / "slides").glob("[0-9][0-9]_*.html"))


def _all_but(pattern: str) -> Callable[[str, list[str]], set[str]]:
    from fnmatch import fnmatch

    return lambda _, names: {name for name in names if not fnmatch(name, pattern)}


def _fill_in(pages: Path, parts: Mapping[str, Callable[[], str]]) -> None:
    """Write what a page asks for by `<!-- name -->` on a line of its own."""
    for path in pages.glob("*.md"):
        text = path.read_text("utf-8")
        for name, make in parts.items():
            if f"<!-- {name} -->\n" in text:
                text = text.replace(f"<!-- {name} -->\n", make() + "\n")
                path.write_text(text, "utf-8")


def _map() -> str:
    """The map of the course, and its questions as a list with links."""
    from hpo_tutor.course import places
    from hpo_tutor.course.pictures.syllabus import COURSE, course_map

    there = places.notebooks()
    rows = [
        f"| [{number} {COURSE[number].title}](notebooks/{path.name}) | {COURSE[number].question} |"
        for number, path in there.items()
    ]
    drawn = figure(course_map().to_plotly_json() | {"config": {}})
    return "\n".join([f"```{{raw}} html\n{drawn}\n```", "", "| notebook | its question |", "|---|---|", *rows])


def _deck_list(names: list[str]) -> Iterator[str]:
    from hpo_tutor.course.pictures.syllabus import COURSE

    if not names:
        yield "This copy of the book was built without its decks; `make slides book` builds both."
        return
    yield "<ol class='hpo-decks'>"
    for name in names:
        yield f"<li value='{int(name[:2])}'><a href='slides/{name}.html'>{COURSE[name[:2]].title}</a></li>"
    yield "</ol>"


def _shared(static: Path, mathjax: Path) -> None:
    """What pages share, each once: MathJax, plotly, and the player."""
    from plotly.offline import get_plotlyjs

    from hpo_tutor.widgets import standalone

    static.mkdir(exist_ok=True)
    shutil.copy(mathjax, static / "mathjax.js")
    (static / "plotly.js").write_text(get_plotlyjs(), "utf-8")
    (static / "player.js").write_text(standalone.code(), "utf-8")
