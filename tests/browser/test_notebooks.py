"""The course's notebooks as a student meets them: opened in JupyterLab and run from top to bottom."""

from html import escape
from pathlib import Path
from typing import Any

import contact_sheet
import pytest
from access import troubles
from driver import WIDGET, Lab

from hpo_tutor.course import places
from hpo_tutor.scenes.looks import STYLES, style

FIGURE = "application/vnd.plotly.v1+json"
FEWEST_COLORS = 10  # of a picture with axes, words and a few layers; an empty canvas has one
# what the course puts into JupyterLab, whose own menus and cells are not ours to mend
OURS = [f".jp-NotebookPanel:not(.lm-mod-hidden) {part}" for part in (".jp-OutputArea-output", ".jp-RenderedMarkdown")]


@pytest.mark.parametrize("number", list(places.notebooks()))
def test_a_notebook_runs_and_draws(lab: Lab, folder: Path, number: str, tmp_path: Path):
    """Run All proves every claim and draws every figure and player, in both themes, from this machine alone.

    axe-core has nothing serious against what is shown, each picture is said in words, and the same sampler looks the
    same everywhere. A sheet for each theme keeps what the players look like.
    """
    (notebook,) = folder.glob(f"{number}_*.ipynb")
    lab.open(notebook.name)
    lab.insist()
    lab.run_all()
    assert lab.errors() == []
    figures, players = lab.with_output(FIGURE), lab.players()
    assert figures or players
    unsaid, strangers = unsaid_pictures(lab.cells()), odd_samplers(lab.cells())
    assert unsaid == []
    assert strangers == []
    for theme in ("light", "dark"):
        lab.theme(theme)
        assert all(lab.traces(cell) > 0 for cell in figures)
        pictures = []
        for cell in players:
            assert lab.drawn(cell) >= FEWEST_COLORS
            pictures.append((f"{notebook.stem}, cell {cell}", lab.portrait(cell)))
        sheet = contact_sheet.folder(tmp_path) / f"{number}_{theme}.png"
        contact_sheet.paste(pictures, sheet, "#ffffff" if theme == "light" else "#111111")
        # the theme changes colours only
        assert troubles(lab.page, *OURS, only=() if theme == "light" else ("color-contrast",)) == []
    assert lab.foreign == []
    assert lab.complaints == []


def unsaid_pictures(cells: list[dict[str, Any]]) -> list[str]:
    """The cells with a picture that no words stand for: a figure's description, a player's sentence."""
    found = []
    for number, cell in enumerate(cells):
        bundles = [output.get("data", {}) for output in cell.get("outputs", [])]
        pages = "".join("".join(bundle.get("text/html", "")) for bundle in bundles)
        for bundle in bundles:
            if FIGURE in bundle:
                words = bundle[FIGURE]["layout"].get("meta", {}).get("description", "")
                if len(words) < 40 or escape(words) not in pages:
                    found.append(f"cell {number}: a figure")
            elif WIDGET in bundle and "<svg" in pages and "<title></title>" in pages:
                found.append(f"cell {number}: a player")
            elif any(mime.startswith("image/") for mime in bundle):
                found.append(f"cell {number}: an image")
    return found


def odd_samplers(cells: list[dict[str, Any]]) -> list[str]:
    """Traces of figures that bear the name of a sampler, and not its colour, dash or symbol."""
    found = []
    for number, cell in enumerate(cells):
        for output in cell.get("outputs", []):
            for trace in output.get("data", {}).get(FIGURE, {}).get("data", []):
                name = str(trace.get("name", "")).partition(">")[2].removesuffix("</span>")
                if name not in STYLES:
                    continue
                line, marker, look = trace.get("line", {}), trace.get("marker", {}), style(name)
                shown = [line.get("color", look.color), marker.get("color", look.color)]
                shown += [line.get("dash", look.dash), marker.get("symbol", look.symbol)]
                if shown != [look.color, look.color, look.dash, look.symbol]:
                    found.append(f"cell {number}: {name} looks like {shown}")
    return found
