"""Every deck of the course is a talk of 45 minutes, and every notebook of the course proper has one."""

from dataclasses import replace
from pathlib import Path

import pytest

from hpo_tutor.course.decks.limits import troubles, words
from hpo_tutor.course.decks.reading import Code, Deck, Slide, has_slides, read

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "notebooks" / "source").glob("[0-9][0-9]_*.py"))
WITH_DECKS = [source for source in SOURCES if has_slides(source)]
LAST = "18"  # of the notebooks that are taught


def test_every_notebook_that_is_taught_has_a_deck() -> None:
    """00 to 15 end in slides."""
    assert [source.stem for source in SOURCES if source.name[:2] <= LAST and source not in WITH_DECKS] == []


@pytest.mark.parametrize("source", WITH_DECKS, ids=lambda source: source.stem)
def test_every_deck_keeps_the_limits(source: Path) -> None:
    """Slides, words, minutes, code, a question asked twice, a player with stops."""
    assert troubles(read(source)) == []


# --- the lint itself ------------------------------------------------------------------------------------------------


def _deck() -> Deck:
    slide = Slide("Heading", "Few words.", frozenset({"slide"}), (), "Say it.", 2.5)
    slides = [replace(slide, heading=f"Heading {i}") for i in range(18)]
    slides[2] = slides[16] = replace(slide, heading="Which?", text="- A: one\n- B: two", tags=frozenset({"vote"}))
    slides[5] = replace(slide, heading="A player", codes=(Code("on_slide(player, stops=[0, 1])"),))
    return Deck(Path("05_kernels.py"), (), tuple(slides))


def _with(place: int, **changes: object) -> Deck:
    slides = list(_deck().slides)
    slides[place] = replace(slides[place], **changes)  # type: ignore[arg-type]
    return replace(_deck(), slides=tuple(slides))


def test_a_good_deck_has_no_trouble() -> None:
    """What each case below spoils once is sound."""
    assert troubles(_deck()) == []


@pytest.mark.parametrize(
    ("deck", "trouble"),
    [
        (replace(_deck(), slides=_deck().slides[:14]), "15 to 25 slides: found 14"),
        (_with(0, minutes=9), "sum to 40 to 50: found 51.5"),
        (_with(0, text="word " * 41), "at most 40 words besides its heading: found 41"),
        (_with(16, heading="Who?"), "one question is asked twice"),
        (_with(4, heading="Which?"), "one question is asked twice"),
        (_with(2, tags=frozenset({"slide"})), "is a vote"),
        (_with(5, codes=()), "one player has stops"),
        (_with(4, codes=(Code("\n".join("abcdefghi"), shown=True),)), "at most 8 lines of code: found 9"),
        (_with(4, codes=(Code(f"{'a' * 69}\nb", shown=True),)), "at most 68 letters: found 69"),
        (_with(4, codes=(Code("a", shown=True),) * 3), "at most 2 slides show code: found 3"),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_the_lint_of_decks_notices(deck: Deck, trouble: str) -> None:
    """Each limit is broken once in a good deck, and the lint names it."""
    assert any(trouble in one for one in troubles(deck)), troubles(deck)


def test_words_that_cells_wrote_count_too() -> None:
    """Where a deck was built, its true words decide."""
    counts = [41] + [0] * 17
    assert troubles(_deck(), counts) == ["'Heading 0' has at most 40 words besides its heading: found 41"]


def test_formulas_and_letters_are_no_words() -> None:
    """What is set as a formula, a tag, or the letter of an option is not counted."""
    slide = replace(_deck().slides[2], text="Where $a + b$ is\n$$\nc + d\n$$\n- A: <b>one</b> option\n- B: another")
    assert words(slide) == len(["Where", "is", "one", "option", "another"])
