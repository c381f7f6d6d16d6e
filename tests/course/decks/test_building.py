"""A tiny deck is really built: one file with everything inside, fresh until something changes."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from typer.testing import CliRunner

from hpo_tutor.course import cli
from hpo_tutor.course.decks import building, parts, reading, rendering, running

SOURCE = """# %% [markdown]
# # Squares

# %% tags=["setup"]
from hpo_tutor import claim, doctor

doctor()

# %% tags=["deck"]
side = 7
print("never seen")

# %%
raise SystemExit("no deck runs this")

# %% [markdown] tags=["slide", "title"]
# # How large is a *square*?
# With $a^2$.

# %% tags=["slide"]
from IPython.display import Markdown
from hpo_tutor.course.decks import on_slide
from hpo_tutor.scenes import Axis, Line, Scene
from hpo_tutor.widgets import Player

claim("a square is positive", side**2 > 0)
Markdown(f"Its area is **{side**2}**.")

# %% [markdown] tags=["notes"]
# **1 min.** Say *hello* to $x$.

# %% [markdown] tags=["slide", "build", "beside"]
# ## Areas
# $$a \\cdot \\color{#D55E00}{b}$$
#
# One & two.

# %% tags=["slide"]
def scene(a):
    return Scene([Line([0, 1], [0, a])], Axis("x", 0, 1), Axis("y", 0, 4), sentence=f"A line up to {a}.")

# %% tags=["slide"]
on_slide(Player.over(scene, a=[1, 2, 3]), stops=[{"a": 2}, {"a": 3}], freeze=True)

# %% tags=["slide", "show-code"]
side + 1

# %% [markdown] tags=["notes"]
# **2 min.** Step.

# %% [markdown] tags=["slide", "vote", "still"]
# ## Which?
# - A: one
# - B: two

# %% tags=["slide"]
on_slide(scene(2))

# %% tags=["slide"]
on_slide(Player.over(scene, a=[1, 2, 3]))

# %% [markdown] tags=["notes"]
# **1 min.** Ask.
"""
FALSE = """# %% tags=["setup"]
from hpo_tutor.course.claims import claim

# %% [markdown] tags=["slide", "title"]
# # How large is a *square*?

# %% tags=["slide"]
side = 7

# %% tags=["slide"]
claim("a square is negative", side**2 < 0)

# %% [markdown] tags=["notes"]
# **1 min.** Welcome.
"""


class Built(NamedTuple):
    """A checkout with one deck, its file, what the builder said, and the deck's text."""

    root: Path
    deck: Path
    told: list[str]
    text: str


def _checkout(folder: Path, source: str) -> Path:
    (folder / "notebooks" / "source").mkdir(parents=True)
    (folder / "notebooks" / "source" / "07_squares.py").write_text(source, encoding="utf-8")
    modules = parts.node_modules()
    (folder / "package.json").write_bytes((modules.parent / "package.json").read_bytes())
    (folder / "node_modules").symlink_to(modules)
    return folder


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    """The tiny deck, built once, by a kernel of its own."""
    root = _checkout(tmp_path_factory.mktemp("checkout"), SOURCE)
    told: list[str] = []
    (deck,) = building.build(["7"], told=told.append, root=root)
    return Built(root, deck, told, deck.read_text(encoding="utf-8"))


def _slides(built: Built) -> list[str]:
    return re.findall(r"<section.*?</section>", built.text, flags=re.S)


def test_a_deck_is_one_file_that_names_no_other(built: Built) -> None:
    """Nothing in the page's own markup loads anything: no script, style, picture or frame has an address."""
    assert built.deck == built.root / "slides" / "07_squares.html"
    own = re.sub(r"<(script|style)\b.*?</\1>", r"<\1>", built.text, flags=re.S)
    assert re.findall(r"<(?:script|link|img|iframe|object)\b[^>]*", own) == (
        ['<link rel="icon" href="data:,"'] + ["<script"] * 3  # player, reveal.js, ours; no figure, so no plotly
    )
    styles = "".join(re.findall(r"<style>.*?</style>", built.text, flags=re.S))
    assert not re.search(r"@import|url\((?!#|data:)", styles)


def test_slides_hold_what_is_written_and_what_cells_show(built: Built) -> None:
    """Words, numbers from cells, code and notes are there; silent cells, claims and prints before are not."""
    title, areas, vote = _slides(built)
    assert "<h1>How large is a <em>square</em>?</h1>" in title
    assert "Its area is <strong>49</strong>." in title
    assert 'data-minutes="1.0" data-words="5"' in title
    assert '<aside class="notes"><p>Say <em>hello</em> to <span' in title
    assert "One &amp; two." in areas
    assert re.search(r'<div class="code">.*side.*</div>\s*<pre>8</pre>', areas, flags=re.S)
    assert vote.count("<li><b>") == 2
    for unseen in ("never seen", "✓", "a square is positive", "on_slide", "Markdown"):
        assert unseen not in "".join(_slides(built))


def test_formulas_are_pictures_with_words(built: Built) -> None:
    """Each is an SVG in its colours, hidden from screen readers, which get MathML instead."""
    areas = _slides(built)[1]
    assert re.search(r'<span class="formula display"><svg [^>]*aria-hidden="true".*fill="#D55E00"', areas, flags=re.S)
    assert '<mstyle mathcolor="#D55E00">' in areas
    assert "$" not in re.sub(r"<hpo-player.*?</hpo-player>", "", "".join(_slides(built)), flags=re.S)


def test_a_player_has_its_stops_as_steps(built: Built) -> None:
    """Frames named by dials are flat numbers in the page; each stop after the first is a step."""
    areas = _slides(built)[1]
    assert re.search(r'<hpo-player [^>]*\bfreeze\b[^>]*start="1"[^>]*stops="1 2"', areas)
    assert areas.count('class="fragment stop"') == 1
    assert "A line up to 2." in areas


def test_a_still_slide_plays_nothing(built: Built) -> None:
    """With the tag `still` a player is its first picture, and a scene is one anyway."""
    vote = _slides(built)[2]
    assert vote.count("<svg") == 2
    assert "<hpo-player" not in vote


def test_limits_are_told_and_do_not_stop(built: Built) -> None:
    """One line says what was built, and each broken limit follows."""
    assert built.told[0] == f"{built.deck} has 3 slides for 4 minutes."
    assert "  07_squares.html: a deck has 15 to 25 slides: found 3" in built.told


def test_a_page_lists_the_decks(built: Built) -> None:
    """index.html leads to each by its title."""
    page = (built.root / "slides" / "index.html").read_text(encoding="utf-8")
    assert '<a href="07_squares.html">07 How large is a square?</a>' in page


def test_a_deck_is_made_again_only_if_something_changed(built: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the same source nothing runs; a changed one is run again."""
    ran: list[str] = []
    monkeypatch.setattr(building.running, "run", lambda deck: ran.append(deck.title) or [[] for _ in deck.slides])
    told: list[str] = []
    building.build([], told=told.append, root=built.root)
    assert (ran, told) == ([], [f"{built.deck} is fresh."])
    source = built.root / "notebooks" / "source" / "07_squares.py"
    cells = re.split(r"(?=^# %%)", SOURCE.replace("# # How large", "# # How big"), flags=re.M)
    source.write_text("".join(cell for cell in cells if '%% tags=["slide' not in cell), encoding="utf-8")
    building.build([], told=told.append, root=built.root)
    assert ran == ["How big is a *square*?"]


def test_a_false_claim_stops_the_build(tmp_path: Path) -> None:
    """The error says deck, slide, claim and cell."""
    source = tmp_path / "07_squares.py"
    source.write_text(FALSE, encoding="utf-8")
    with pytest.raises(
        ValueError,
        match=r"07_squares\.py, slide 'How large is a \*square\*\?': AssertionError: the text claims: a square is "
        r"negative; mend the cell that begins 'claim\(",
    ):
        running.run(reading.read(source))


def test_a_bare_player_is_refused(built: Built) -> None:
    """A picture comes by on_slide alone, which makes it large and gives it a sentence."""
    deck = reading.Deck(built.deck, (), (reading.Slide("A", "", frozenset(), (reading.Code("p"),), "", 1.0),))
    output = {"output_type": "execute_result", "data": {"text/html": "<hpo-player></hpo-player>"}}
    with pytest.raises(ValueError, match=r"slide 'A': a picture comes onto a slide by on_slide; write on_slide"):
        rendering.render(deck, [[[output]]], parts.node_modules(), "")


def test_a_formula_without_an_end_is_refused(built: Built) -> None:
    """Else its TeX would stand on the slide."""
    deck = reading.Deck(built.deck, (), (reading.Slide("A", "$$a + b", frozenset(), (), "", 1.0),))
    with pytest.raises(ValueError, match=r"slide 'A': a formula begins and ends with \$\$; close it"):
        rendering.render(deck, [[]], parts.node_modules(), "")


def test_unknown_numbers_are_refused() -> None:
    """The command names the decks that exist."""
    done = CliRunner().invoke(cli.app, ["slides", "77"])
    assert done.exit_code == 1
    assert "no deck has the number 77; these exist: 00" in done.stderr


def test_without_sources_one_is_told_where_slides_are_built(tmp_path: Path) -> None:
    """An installed package has no sources."""
    with pytest.raises(FileNotFoundError, match="clone the course"):
        building.decks(tmp_path)
