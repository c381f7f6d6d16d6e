"""A source says what its slides are, or is told which rule it breaks and what to do."""

from pathlib import Path

import pytest

from hpo_tutor.course.build import forms
from hpo_tutor.course.decks.reading import Code, has_slides, read

NOTEBOOK = """# %% [markdown]
# # Squares

# %% tags=["setup"]
from hpo_tutor import doctor

doctor()

# %% tags=["deck"]
side = 7

# %%
raise SystemExit("no deck runs this")
"""
SLIDES = """
# %% [markdown] tags=["slide", "title"]
# # How large is a *square*?
# A talk

# %% [markdown] tags=["notes"]
# **1 min.** Welcome.

# %% [markdown] tags=["slide", "vote"]
# ## Twice the side?
# - A: twice the area
# - B: four times

# %% tags=["slide"]
area = side**2

# %% tags=["slide", "show-code"]
side**2

# %% [markdown] tags=["notes"]
# **2.5 min.** Hands up.
"""


def _source(folder: Path, text: str) -> Path:
    source = folder / "notebooks" / "source" / "07_squares.py"
    source.parent.mkdir(parents=True, exist_ok=True)
    source.write_text(text, encoding="utf-8")
    return source


def test_cells_become_slides(tmp_path: Path) -> None:
    """Heading, text, tags, code, notes and minutes of each slide are those of its cells."""
    deck = read(_source(tmp_path, NOTEBOOK + SLIDES))
    first, vote = deck.slides
    assert (first.heading, first.text, first.minutes) == ("How large is a *square*?", "A talk", 1.0)
    assert deck.title == first.heading
    assert vote.options == (("A", "twice the area"), ("B", "four times"))
    assert vote.codes == (Code("area = side**2"), Code("side**2", shown=True))
    assert (vote.tags, vote.notes, vote.minutes) == (frozenset({"slide", "vote"}), "Hands up.", 2.5)


def test_only_the_set_up_and_what_is_tagged_runs_before(tmp_path: Path) -> None:
    """The doctor's line is for a reader, and the rest of the notebook is not run at all."""
    setup, tagged = read(_source(tmp_path, NOTEBOOK + SLIDES)).prelude
    assert setup.strip() == "from hpo_tutor import doctor"
    assert tagged == "side = 7"


def test_slides_leave_no_trace_in_the_notebooks(tmp_path: Path) -> None:
    """Both notebooks are byte for byte those of a source without slides and without the tag `deck`."""
    bare = forms(_source(tmp_path, NOTEBOOK.replace(' tags=["deck"]', "")))
    assert forms(_source(tmp_path, NOTEBOOK + SLIDES)) == bare


def test_a_source_without_slides_has_no_deck(tmp_path: Path) -> None:
    """It is not offered as a deck, and reading it says how a slide begins."""
    assert has_slides(_source(tmp_path, NOTEBOOK + SLIDES))
    assert not has_slides(_source(tmp_path, NOTEBOOK))
    with pytest.raises(ValueError, match=r'07_squares\.py has no slides; .* tagged "slide"'):
        read(_source(tmp_path, NOTEBOOK))


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("# ## Twice", "# Twice", r"'Twice the side\?': a slide begins with '## '"),
        ("# ## Twice the side?", "# ##  ", "a slide begins with '## '; write its heading"),
        ('"slide", "vote"', '"slide", "poll"', r"no slide is tagged \['poll'\]; choose of"),
        ('"slide", "show-code"', '"slide", "loud"', r"no code of a slide is tagged \['loud'\]"),
        ('"slide", "title"', '"slide"', "first slide alone is tagged"),
        ("**2.5 min.** Hands up.", "Hands up.", r"'Twice the side\?': each slide has one cell of notes .* found 1"),
        ('["notes"]\n# **1 min.**', '["slide"]\n# ## Two\n#', "one cell of notes .* found 0"),
        ("- B: four times", "- four times", "a vote offers two options or more"),
        ("area = side**2", "area = side**2\n\n# %%\n1 + 1", "slides are the last cells .* move this cell"),
        ('[markdown] tags=["slide", "title"]', 'tags=["slide"]', "a deck begins with a markdown cell"),
        ("# %% [markdown]\n# # Squares", '# %% [markdown] tags=["deck"]\n# # Squares', "only a code cell"),
    ],
)
def test_a_broken_rule_is_named(tmp_path: Path, old: str, new: str, rule: str) -> None:
    """The error says file, slide, rule and way out."""
    text = NOTEBOOK + SLIDES
    assert old in text
    with pytest.raises(ValueError, match=rf"(?s)07_squares\.py, slide .*{rule}"):
        read(_source(tmp_path, text.replace(old, new, 1)))
