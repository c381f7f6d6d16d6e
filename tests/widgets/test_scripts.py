"""What is sent to the browser besides pictures: a few small scripts that ask nobody, each widget's in one piece."""

import re

import pytest
from hatchling.builders.wheel import WheelBuilder

from hpo_tutor.widgets import LiveTraining, Player, standalone
from hpo_tutor.widgets.pictures import HERE, script

SCRIPTS = {name: (HERE / f"{name}.js").read_text() for name in ("stage", "player", "live", "standalone")}


def size(*names: str) -> int:
    """Bytes of some scripts."""
    return sum(len(SCRIPTS[name].encode()) for name in names)


def test_the_scripts_are_small():
    """A player is under 30,000 bytes; live training adds little to it, and a page outside Jupyter not much more."""
    assert size("stage", "player") <= 30_000
    assert size("live") <= 4_000
    assert size("standalone") <= 10_000


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_asks_nobody(name: str):
    """It names no address, imports nothing, and never builds a page out of text; the icons' markup is its own."""
    text = SCRIPTS[name]
    assert not re.search(r"https?:|//\w+\.\w", text)
    assert not re.search(r"\bimport\b|\brequire\(|\beval\(|new Function|\bfetch\(", text)
    icons = ['innerHTML = `<svg viewBox="0 0 16 16" aria-hidden="true"><path d="${path}"/></svg>`;']
    assert re.findall(r"innerHTML.*", text) == (icons if name == "player" else [])


def test_the_style_asks_nobody():
    """It loads no file."""
    assert "url(" not in (HERE / "theme.css").read_text()


def test_each_widget_is_one_module():
    """Its scripts in order, joined, with the one thing that anywidget asks for at the end."""
    player, live = str(Player._esm), str(LiveTraining._esm)
    assert player.startswith(SCRIPTS["stage"])
    assert SCRIPTS["player"] in player
    assert "function live" not in player
    assert all(SCRIPTS[name] in live for name in ("stage", "player", "live"))
    assert all(SCRIPTS[name] in standalone.code() for name in ("stage", "player", "standalone"))
    defined = re.findall(r"^(?:async )?(?:const|let|function|class) (\w+)", standalone.code(), re.MULTILINE)
    assert len(defined) == len(set(defined)), "scripts that share a function share its names"
    for text, render in ((player, "render"), (live, "live")):
        assert re.findall(r"^export .*", text, re.MULTILINE) == [f"export default {{ render: {render} }};"]
        names = re.findall(r"^(?:const|let|function) (\w+)", text, re.MULTILINE)
        assert len(names) == len(set(names)), "scripts that share a module share its names"
    assert script("stage", render="paint").endswith("export default { render: paint };\n")


def test_scripts_and_style_reach_the_wheel():
    """The wheel takes them along with the rooms."""
    included = {file.distribution_path for file in WheelBuilder(str(HERE.parents[1])).recurse_included_files()}
    files = {"stage.js", "player.js", "live.js", "standalone.js", "theme.css", "player.py", "live.py"}
    assert {f"hpo_tutor/widgets/{name}" for name in files} <= included
