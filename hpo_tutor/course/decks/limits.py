"""Is it a talk of 45 minutes? The limits that keep a deck from being a notebook cut in pieces.

n_words    how many words a slide shows besides its heading and its formulas
across     letters of a line of code, which is not broken
trouble    one sentence: the slide, the rule, and what was found
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from hpo_tutor.course.decks.reading import OPTION, Deck, Slide

SLIDES = 15, 25
MINUTES = 40.0, 50.0
MOST_WORDS = 40
MOST_CODES, MOST_LINES, MOST_ACROSS = 2, 8, 68


def troubles(deck: Deck, n_words: Sequence[int] | None = None) -> list[str]:
    """Everything that is wrong with a deck, empty when nothing is.

    Args:
        deck: as it is written.
        n_words: of each slide, where its cells were run and their words are known; else what is written is counted.
    """
    counts = n_words or [words(slide) for slide in deck.slides]
    return [*_length(deck), *_question(deck), *_code(deck), *_words(deck, counts), *_pictures(deck)]


def words(slide: Slide) -> int:
    """How many words of a slide stand in its source."""
    text = re.sub(r"\$\$.*?\$\$|\$.*?\$|<[^>]*>", " ", OPTION.sub(r"\2", slide.text), flags=re.S)
    return len(re.findall(r"\S*\w\S*", text))


def _length(deck: Deck) -> Iterator[str]:
    fewest, most = SLIDES
    if not fewest <= len(deck.slides) <= most:
        yield f"a deck has {fewest} to {most} slides: found {len(deck.slides)}"
    shortest, longest = MINUTES
    total = sum(slide.minutes for slide in deck.slides)
    if not shortest <= total <= longest:
        yield f"the minutes of the notes sum to {shortest:g} to {longest:g}: found {total:g}"


def _question(deck: Deck) -> Iterator[str]:
    again = [heading for heading, times in Counter(slide.heading for slide in deck.slides).items() if times > 1]
    places = [place for place, slide in enumerate(deck.slides) if slide.heading in again]
    half = len(deck.slides) / 2
    if not (len(again) == 1 and len(places) == 2 and places[0] < half <= places[1]):
        yield f"one question is asked twice under the same heading, early and late: found {again}"
    elif "vote" not in deck.slides[places[0]].tags:
        yield f'the question that is asked twice is a vote: tag {again[0]!r} with "vote"'


def _code(deck: Deck) -> Iterator[str]:
    shown = [(slide, code) for slide in deck.slides for code in slide.codes if code.shown]
    if len(shown) > MOST_CODES:
        yield f"at most {MOST_CODES} slides show code: found {len(shown)}"
    for slide, code in shown:
        lines = code.text.strip().splitlines()
        if len(lines) > MOST_LINES:
            yield f"{slide.heading!r} shows at most {MOST_LINES} lines of code: found {len(lines)}"
        if (across := max(map(len, lines), default=0)) > MOST_ACROSS:
            yield f"{slide.heading!r} shows lines of at most {MOST_ACROSS} letters: found {across}"


def _words(deck: Deck, counts: Sequence[int]) -> Iterator[str]:
    for slide, count in zip(deck.slides, counts, strict=True):
        if count > MOST_WORDS:
            yield f"{slide.heading!r} has at most {MOST_WORDS} words besides its heading: found {count}"


def _pictures(deck: Deck) -> Iterator[str]:
    if not any("stops=" in code.text for slide in deck.slides for code in slide.codes):
        yield "one player has stops that the presenter walks through: on_slide(player, stops=[...])"
