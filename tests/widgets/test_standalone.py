"""A player as HTML: nothing is lost on the way, nothing is asked for, and what cannot be shown is refused."""

import base64
import gzip
import itertools
import re
import struct
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from hpo_tutor import widgets
from hpo_tutor.scenes import Axis, Board, Points, Scene
from hpo_tutor.widgets import Player, Workbench, showing, standalone
from hpo_tutor.widgets.live_base import Live

UNIT = Axis("share", 0, 1)
WIDGET = "application/vnd.jupyter.widget-view+json"


def at(x: float, words: str = "") -> Scene:
    """One point, and a sentence that says where."""
    return Scene([Points(x, 0.5)], UNIT, UNIT, words or f"The point is at {x:.2f}.")


def walk(**options: object) -> Player:
    """Three frames."""
    return Player([at(0.1), at(0.2), at(0.3)], **options)


def _opened(data: str) -> bytes:
    """The frames of an element: behind the header all first bytes of differences, then all second bytes, ..."""
    packed = gzip.decompress(base64.b64decode(data))
    start = 4 + struct.unpack_from("<I", packed)[0]
    n = (len(packed) - start) // 4
    first, second, third, fourth = (packed[start + i * n : start + (i + 1) * n] for i in range(4))
    steps = (a + 256 * b + 256**2 * c + 256**3 * d for a, b, c, d in zip(first, second, third, fourth, strict=True))
    words = (word % 2**32 for word in itertools.accumulate(steps))
    return packed[:start] + b"".join(struct.pack("<I", word) for word in words)


class First(HTMLParser):
    """The attributes of the first tag, and the names of all tags."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.attributes: dict[str, str | None] = {}
        self.tags: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep it."""
        self.attributes = self.attributes or dict(attrs)
        self.tags.append(tag)


def test_the_data_arrive_byte_by_byte():
    """What the element holds is what the widget would be sent; the same player gives the same HTML again."""
    frames = [Scene([Points([x, np.nan, -x, np.inf], [0.0, 1e-30, x, x])], UNIT, UNIT) for x in (0.1, 0.2, -3e8)]
    player = Player(frames, label="A walk")
    given = First(standalone.element(player)).attributes
    assert _opened(given["data"] or "") == player.frames
    assert standalone.element(player) == standalone.element(player)


def test_what_the_player_says_and_what_the_page_says():
    """Label, speed, start and pick are the player's; start, stops, freeze and scale come from the page."""
    page = standalone.element(walk(label='"A" <walk>', speed=2.5, start=1, pick=True))
    given = First(page).attributes
    assert {name: given[name] for name in ("label", "speed", "start", "pick")} == {
        "label": '"A" <walk>',
        "speed": "2.5",
        "start": "1",
        "pick": None,
    }
    assert not {"stops", "freeze", "scale"} & given.keys()
    given = First(standalone.element(walk(), start=-1, stops=[0, -1, 1], freeze=True, scale=1.6)).attributes
    assert [given[name] for name in ("start", "stops", "freeze", "scale")] == ["2", "0 2 1", None, "1.6"]


def test_a_still_of_the_start_stands_in():
    """Inside the element, without a script, with its sentence; markup in words is shown, and any encoding will do."""
    player = Player([at(0.1), at(0.2, "a < b é <script>")], label="One <b>label</b>")
    page = standalone.element(player, start=1)
    assert page.isascii()
    assert {"figure", "svg", "figcaption"} <= set(First(page).tags)
    assert not {"script", "b"} & set(First(page).tags)
    assert "a < b é <script>" in unescape(page)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"start": 3}, "start and stops are frames, from -3 to 2; got 3"),
        ({"stops": [0, -4]}, "from -3 to 2; got -4"),
        ({"scale": 0}, "scale is how much larger everything is, from 0.25 to 8; got 0"),
        ({"scale": float("nan")}, "got nan"),
    ],
)
def test_what_an_element_cannot_be(options: dict, message: str):
    """The error says the rule and the value."""
    with pytest.raises(ValueError, match=message):
        standalone.element(walk(), **options)


def test_the_code_is_one_script_that_asks_nobody():
    """No module, no address; in ASCII, so that no page misreads it; and nothing in it ends a script tag."""
    code = standalone.code()
    assert code.isascii()
    assert not re.search(r"^\s*(import|export)\b", code, re.MULTILINE)
    assert not re.search(r"https?:|//\w+\.\w|\bfetch\(|XMLHttp|\beval\(|new Function", code)
    assert not re.search(r"</script|<!--", code, re.IGNORECASE)
    assert code.startswith("(() => {")
    assert code.endswith("})();\n")


def test_a_saved_player_is_one_script(tmp_path: Path):
    """Code and element in a file of that name; it is overwritten, as a figure's file would be."""
    path = tmp_path / "walk.js"
    assert walk().save(str(path)) == path
    first = path.read_text(encoding="ascii")
    assert first.startswith(standalone.code())
    assert first.count("<hpo-player ") == 1
    walk(label="Another").save(path)
    assert path.read_text(encoding="ascii") != first


def test_where_a_player_cannot_be_saved(tmp_path: Path):
    """Under a name that is no script's, or in no folder; nothing is written."""
    for wrong in ("walk.html", "walk", ".js"):
        with pytest.raises(ValueError, match=r"name ends in \.js; got"):
            walk().save(tmp_path / wrong)
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        walk().save(tmp_path / "none" / "walk.js")
    assert list(tmp_path.iterdir()) == []


def test_in_pages_a_player_is_an_element(monkeypatch: pytest.MonkeyPatch):
    """And no widget is promised, as nobody would keep it; elsewhere it is a widget with a still."""
    player = walk(start=1)
    monkeypatch.delenv("HPO_TUTOR_PAGES", raising=False)
    data, _ = player._repr_mimebundle_()
    assert WIDGET in data
    assert "hpo-player" not in data["text/html"]
    monkeypatch.setenv("HPO_TUTOR_PAGES", "1")
    data, _ = player._repr_mimebundle_()
    assert data == {"text/plain": "The point is at 0.20.", "text/html": standalone.element(player)}


def test_in_pages_what_needs_a_kernel_says_so(monkeypatch: pytest.MonkeyPatch):
    """Live training is a still, a workbench too, a question a text: with where they run, and no widget."""
    monkeypatch.setenv("HPO_TUTOR_PAGES", "1")
    live = widgets.LiveTraining("digits", n_networks=4)
    assert isinstance(live, Live)
    shown = [live._repr_mimebundle_()[0]]
    monkeypatch.setattr(showing, "_in_a_kernel", lambda: True)
    monkeypatch.setattr("IPython.display.display", lambda data, raw: shown.append(data))
    Workbench(lambda x: at(x), x=[0.1, 0.2])._ipython_display_()
    showing.show(lambda: pytest.fail("a widget was made"), "Which <first>?\nOptions: a | b")
    assert ["<svg" in data["text/html"] for data in shown] == [True, True, False]
    assert all(standalone.NO_KERNEL in data["text/html"] and WIDGET not in data for data in shown)
    assert "<p>Which &lt;first&gt;?</p>" in shown[2]["text/html"]


def test_a_board_of_many_rows_stands_in_whole():
    """The still of a board has all of its scenes."""
    board = Board([[at(0.1), at(0.2)], [at(0.3)]])
    assert standalone.element(Player([board])).count("<clipPath") == 3
