"""How does a deck that has been run become one HTML file? Everything is inside: nothing is requested when it opens.

text       a slide's markdown, then what its cells wrote; with `build` each block of it is a step
picture    what its cells drew: a player, a figure, a still
step       an element that "next" brings (reveal.js calls it a fragment); a player's stops are steps unseen
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

from hpo_tutor.course.decks import parts
from hpo_tutor.course.decks.reading import OPTION, Deck, Slide
from hpo_tutor.course.decks.running import Outputs
from hpo_tutor.course.decks.shown import MIME

HERE = Path(__file__).parent


@dataclass
class Page:
    """One slide as HTML."""

    heading: str
    kind: str
    text: str = ""
    pictures: list[str] = field(default_factory=list)
    notes: str = ""
    minutes: float = 0.0
    n_words: int = 0


class Rendered(NamedTuple):
    """A deck as an HTML document, and how many words each of its slides shows besides heading and formulas."""

    html: str
    n_words: tuple[int, ...]


def render(deck: Deck, shown: Sequence[Sequence[Outputs]], folder: Path, fingerprint: str) -> Rendered:
    """The deck as one HTML document.

    Args:
        deck: what is written.
        shown: the outputs of each code cell of each slide.
        folder: ``node_modules``.
        fingerprint: of what it was made from, kept in the document.

    Raises:
        ValueError: a formula is no TeX, or an output cannot stand on a slide.
    """
    import jinja2

    prose = Prose()
    pages = [_page(deck, slide, outputs, prose) for slide, outputs in zip(deck.slides, shown, strict=True)]
    ready = parts.set_formulas(prose.formulas, folder)
    for page in pages:
        page.heading, page.text = prose.filled(page.heading, ready), prose.filled(page.text, ready)
        page.notes = prose.filled(page.notes, ready)
    loader = jinja2.FileSystemLoader(HERE)
    environment = jinja2.Environment(loader=loader, autoescape=True, undefined=jinja2.StrictUndefined)
    pictures = "".join(picture for page in pages for picture in page.pictures)
    html = environment.get_template("deck.jinja").render(
        title=_plain(pages[0].heading),
        pages=pages,
        fingerprint=fingerprint,
        styles=[_text(folder / "reveal.js/dist/reveal.css"), _text(HERE / "deck.css")],
        scripts=[*_scripts(pictures), _text(folder / "reveal.js/dist/reveal.js"), _text(HERE / "deck.js")],
    )
    return Rendered(html, tuple(page.n_words for page in pages))


class Prose:
    """Markdown to HTML; formulas are gathered, and filled in once all are known, as one call of node sets them all."""

    def __init__(self) -> None:
        from markdown_it import MarkdownIt
        from mdit_py_plugins.dollarmath import dollarmath_plugin

        self.formulas: list[parts.Formula] = []
        self._markdown = MarkdownIt("commonmark", {"typographer": False, "highlight": _highlighted}).enable("table")
        self._markdown.use(dollarmath_plugin, double_inline=True, renderer=self._formula)

    def blocks(self, text: str) -> str:
        """Markdown of any kind."""
        return str(self._markdown.render(text))

    def inline(self, text: str) -> str:
        """Markdown of one line."""
        return str(self._markdown.renderInline(text))

    def filled(self, page: str, ready: dict[parts.Formula, str]) -> str:
        """HTML of ours with its formulas set."""
        return re.sub(r"<formula-(\d+)>", lambda match: ready[self.formulas[int(match[1])]], page)

    def _formula(self, tex: str, options: dict[str, Any]) -> str:
        self.formulas.append(parts.Formula(tex.strip(), options["display_mode"]))
        return f"<formula-{len(self.formulas) - 1}>"


def _page(deck: Deck, slide: Slide, outputs: Sequence[Outputs], prose: Prose) -> Page:
    is_vote = "vote" in slide.tags
    page = Page(prose.inline(slide.heading), " ".join(sorted(slide.tags)), minutes=slide.minutes)
    page.notes = prose.blocks(slide.notes)
    page.text = prose.blocks(OPTION.sub("", slide.text) if is_vote else slide.text)
    if is_vote:
        page.text += _options(slide, prose)
    for code, made in zip(slide.codes, outputs, strict=True):
        if code.shown:
            page.text += _highlighted(code.text, "python", "")
        for output in made:
            _add(page, deck, slide, output, prose)
    if "$$" in re.sub(r"<(code|pre).*?</\1>", "", page.text + page.notes, flags=re.S):
        raise ValueError(f"{deck.source.name}, slide {slide.heading!r}: a formula begins and ends with $$; close it")
    page.n_words = _count(page.text)
    if page.pictures:
        page.kind += " with-picture" + (" crowded" if len(page.pictures) > 1 else "")
    if page.text.strip():
        page.kind += " with-text"
    return page


def _options(slide: Slide, prose: Prose) -> str:
    each = (f"<li><b>{letter}</b><span>{prose.inline(text)}</span></li>" for letter, text in slide.options)
    return f'<ol class="options" data-count="{len(slide.options)}">{"".join(each)}</ol>'


def _add(page: Page, deck: Deck, slide: Slide, output: dict[str, Any], prose: Prose) -> None:
    data = output.get("data", {})
    if output["output_type"] == "stream":
        page.text += f"<pre>{escape(output['text'])}</pre>"
    elif MIME in data:
        page.pictures.append(_picture(data[MIME], plays="still" not in slide.tags))
    elif "text/markdown" in data:
        page.text += prose.blocks(data["text/markdown"])
    elif set(data) & {"application/vnd.plotly.v1+json", "application/vnd.jupyter.widget-view+json"} or (
        "<hpo-player" in data.get("text/html", "")
    ):
        raise ValueError(
            f"{deck.source.name}, slide {slide.heading!r}: a picture comes onto a slide by on_slide; "
            "write on_slide(...) around it"
        )
    elif "text/html" in data:
        page.text += data["text/html"]
    else:
        page.text += f"<pre>{escape(data.get('text/plain', ''))}</pre>"


def _picture(made: dict[str, Any], plays: bool) -> str:
    sentence = escape(made["sentence"], quote=True)
    if made["kind"] == "figure":
        drawn = json.dumps(made["figure"]).replace("<", "\\u003c")
        inside = (
            f'<div class="plotly" role="img" aria-label="{sentence}">'
            f'<script type="application/json">{drawn}</script></div>'
        )
    elif plays or made["kind"] != "player":
        inside = made["html"]
    else:
        return f'<div class="picture player">{re.sub("</?hpo-player.*?>", "", made["html"])}</div>'
    steps = '<i class="fragment stop"></i>' * _n_steps(made)
    return f'<div class="picture {made["kind"]}">{inside}{steps}</div>'


def _n_steps(made: dict[str, Any]) -> int:
    """How often "next" moves a player: from stop to stop, or once to thaw it."""
    return int(max(made.get("stops", 0) - 1, made.get("freeze", False)))


def _scripts(pictures: str) -> Iterator[str]:
    if 'class="plotly"' in pictures:
        from plotly.offline import get_plotlyjs

        yield get_plotlyjs()
    if "<hpo-player" in pictures:
        from hpo_tutor.widgets import standalone

        yield standalone.code()


def _highlighted(text: str, language: str, _: str) -> str:
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import get_lexer_by_name

    return str(highlight(text, get_lexer_by_name(language or "text"), HtmlFormatter(cssclass="code")))


def _count(page: str) -> int:
    """How many words an audience reads: formulas, code and the letters of a vote are none."""
    read = re.sub(r"<pre.*?</pre>|<b>[A-H]</b>|<[^>]*>", " ", page, flags=re.S)
    return len(re.findall(r"\S*\w\S*", read))


def _plain(page: str) -> str:
    return re.sub(r"<[^>]*>", "", page)


def _text(path: Path) -> str:
    """A file as it may stand between <script> or <style> tags."""
    return path.read_text(encoding="utf-8").replace("</script", "<\\/script")
