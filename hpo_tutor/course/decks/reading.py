"""What does a source say about its deck? Its last cells, those tagged `slide` or `notes`, become slides.

Tags:
slide, markdown    begins a slide; its first line is `## Heading`, that of the first `# Title`, tagged `title`
slide, code        is run; what it shows belongs to the current slide; tagged `show-code`, so does its text
notes              what the speaker reads; begins with the minutes: `**3 min.**`
deck               an ordinary code cell of the notebook that the deck runs too, silently, before its slides
vote, build, beside, still    how a slide is set; see CONTRIBUTING
"""

import re
from dataclasses import dataclass
from pathlib import Path

from hpo_tutor.course.build import SLIDES, Cell, read_every_cell, tags

MARKDOWN_TAGS = frozenset({"slide", "title", "vote", "build", "beside", "still"})
CODE_TAGS = frozenset({"slide", "show-code"})
MINUTES = re.compile(r"\*\*(\d+(?:\.5)?) min\.\*\*\s*")
OPTION = re.compile(r"^- ([A-H]): (.+)$", flags=re.M)


@dataclass(frozen=True)
class Code:
    """A code cell of a slide, and whether the audience reads it too."""

    text: str
    shown: bool = False


@dataclass(frozen=True)
class Slide:
    """One slide as it is written.

    Attributes:
        heading: its first line, in markdown.
        text: the rest, in markdown.
        tags: how it is set.
        codes: its cells, in order.
        notes: what the speaker reads, in markdown, without the minutes.
        minutes: how long it stands.
    """

    heading: str
    text: str
    tags: frozenset[str]
    codes: tuple[Code, ...]
    notes: str
    minutes: float

    @property
    def options(self) -> tuple[tuple[str, str], ...]:
        """Letter and text of each answer of a vote."""
        return tuple((match[1], match[2]) for match in OPTION.finditer(self.text))


@dataclass(frozen=True)
class Deck:
    """A talk as it is written.

    Attributes:
        source: its file.
        prelude: the notebook's own cells that run before the first slide.
        slides: one or more; the first is the title.
    """

    source: Path
    prelude: tuple[str, ...]
    slides: tuple[Slide, ...]

    @property
    def title(self) -> str:
        """The heading of its first slide."""
        return self.slides[0].heading


def has_slides(source: Path) -> bool:
    """Whether a source tags any cell as a slide, which its text tells without parsing it."""
    return re.search(r'^# %% .*"slide"', source.read_text(encoding="utf-8"), flags=re.M) is not None


def read(source: Path) -> Deck:
    """The deck of a source.

    Raises:
        ValueError: it has no slides, or a cell breaks a rule; says which slide, which rule and what to do.
    """
    cells = read_every_cell(source)
    first = next((place for place, cell in enumerate(cells) if _is_of_a_slide(cell)), None)
    if first is None:
        raise ValueError(f'{source.name} has no slides; a slide begins with a markdown cell tagged "slide"')
    slides: list[Slide] = []
    for own in _grouped(source, cells[first:]):
        slides.append(_slide(source, own, is_first=not slides))
    return Deck(source, tuple(_prelude(source, cells[:first])), tuple(slides))


def _is_of_a_slide(cell: Cell) -> bool:
    return not SLIDES.isdisjoint(tags(cell))


def _prelude(source: Path, cells: list[Cell]) -> list[str]:
    for cell in cells:
        if "deck" in tags(cell) and cell["cell_type"] != "code":
            raise _refusal(source, _text(cell)[:60], 'only a code cell is tagged "deck"', "take the tag off")
    texts = [_text(cell) for cell in cells if cell["cell_type"] == "code" and {"setup", "deck"} & set(tags(cell))]
    return [re.sub(r"^doctor\(\)$", "", text, flags=re.M) for text in texts]  # its line is for a reader, not a room


def _grouped(source: Path, cells: list[Cell]) -> list[list[Cell]]:
    groups: list[list[Cell]] = []
    for cell in cells:
        opening = _text(cell)[:60]
        if not _is_of_a_slide(cell):
            raise _refusal(
                source,
                opening,
                "slides are the last cells of a source",
                'move this cell before the first slide, or tag it "slide"',
            )
        if cell["cell_type"] == "markdown" and "slide" in tags(cell):
            groups.append([])
        if not groups:
            raise _refusal(source, opening, "a deck begins with a markdown cell", "move this cell behind its title")
        groups[-1].append(cell)
    return groups


def _slide(source: Path, cells: list[Cell], is_first: bool) -> Slide:
    opening, *rest = cells
    head, _, text = _text(opening).partition("\n")
    own = frozenset(tags(opening))
    mark = "# " if is_first else "## "
    if not head.removeprefix(mark).strip() or not head.startswith(mark):
        raise _refusal(source, head, f"a {'deck' if is_first else 'slide'} begins with {mark!r}", "write its heading")
    heading = head.removeprefix(mark).strip()
    if unknown := own - MARKDOWN_TAGS:
        raise _refusal(source, heading, f"no slide is tagged {sorted(unknown)}", f"choose of {sorted(MARKDOWN_TAGS)}")
    if ("title" in own) != is_first:
        raise _refusal(source, heading, 'the first slide alone is tagged "title"', "mend the tags")
    notes = [_text(cell) for cell in rest if "notes" in tags(cell)]
    told = MINUTES.match(notes[0]) if len(notes) == 1 else None
    if told is None:
        raise _refusal(
            source,
            heading,
            f"each slide has one cell of notes that begins with its minutes; found {len(notes)}",
            "write a markdown cell tagged notes, beginning **2 min.**",
        )
    slide = Slide(
        heading,
        text.strip(),
        own,
        tuple(_code(source, heading, cell) for cell in rest if "notes" not in tags(cell)),
        notes[0][told.end() :].strip(),
        float(told[1]),
    )
    if "vote" in own and len(slide.options) < 2:
        raise _refusal(source, heading, "a vote offers two options or more", "write each as a line `- A: its text`")
    return slide


def _code(source: Path, heading: str, cell: Cell) -> Code:
    if unknown := set(tags(cell)) - CODE_TAGS:
        raise _refusal(
            source, heading, f"no code of a slide is tagged {sorted(unknown)}", f"choose of {sorted(CODE_TAGS)}"
        )
    return Code(_text(cell), "show-code" in tags(cell))


def _text(cell: Cell) -> str:
    return "".join(cell["source"])


def _refusal(source: Path, place: str, rule: str, remedy: str) -> ValueError:
    return ValueError(f"{source.name}, slide {place!r}: {rule}; {remedy}")
