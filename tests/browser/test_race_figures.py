"""Figures of races as a student sees them: legible in both of JupyterLab's themes, and nothing leaves the machine."""

from pathlib import Path

import nbformat
import pytest
from driver import Lab
from eyes import channels, contrast

PYTHON = {"kernelspec": {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}}
CELLS = [
    "from hpo_tutor import figures, problems, race\n"
    "family = problems.function('random-quadratic', n_dims=2)\n"
    "laps = race.compare(['grid', 'random', 'sobol'], family, n_trials=16, seeds=range(8))",
    "figures.regret(laps)",
    "figures.differences(laps, 'random', 'grid')",
    "figures.landscape(family, laps)",
]
# the colour in which each text of a figure is painted, and the page behind it
PAINT = """figure => {
    const page = getComputedStyle(document.querySelector('.jp-NotebookPanel-notebook')).backgroundColor;
    const texts = [...figure.querySelectorAll('svg text')].filter(text => text.textContent.trim());
    return texts.map(text => {
        const inked = text.querySelector('tspan[style*=fill]') || text;
        return [text.textContent, getComputedStyle(inked).fill, page];
    });
}"""


@pytest.fixture
def notebook(folder: Path) -> str:
    """A notebook that races three designs and draws all three figures."""
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=PYTHON), folder / "race figures.ipynb")
    return "race figures.ipynb"


def test_every_text_is_legible_in_both_themes(lab: Lab, notebook: str, tmp_path: Path):
    """Titles, labels, numbers and legends have at least 4.5 to 1 against the page, light or dark."""
    lab.open(notebook)
    lab.run_all()
    assert lab.errors() == []
    pages = set()
    for theme in ("light", "dark"):
        lab.theme(theme)
        for cell in (1, 2, 3):
            assert lab.traces(cell) >= 3
            assert lab.shown(cell).locator(".main-svg").first.bounding_box()["height"] >= 300
            painted = lab.shown(cell).locator(".js-plotly-plot").evaluate(PAINT)
            assert len(painted) >= 8
            for text, fill, page in painted:
                behind = channels(page)
                assert contrast(channels(fill, behind), behind) >= 4.5, (theme, text, fill, page)
                pages.add(page)
            lab.screenshot(tmp_path / f"{theme}_{cell}.png")
    assert len(pages) == 2


def test_figures_follow_the_width_of_the_window(lab: Lab, notebook: str):
    """In a window that becomes narrow the figures become narrow too, and keep their height."""
    lab.open(notebook)
    lab.run_all()
    assert lab.traces(1) >= 3
    before = lab.shown(1).locator(".main-svg").first.bounding_box()
    lab.page.set_viewport_size({"width": 900, "height": 1000})
    lab.page.wait_for_function(
        "width => document.querySelector('.main-svg').getBoundingClientRect().width < width - 300", arg=before["width"]
    )
    after = lab.shown(1).locator(".main-svg").first.bounding_box()
    cell = lab.shown(1).locator(".jp-Cell-outputArea").bounding_box()
    assert after["height"] == before["height"]
    assert after["width"] <= cell["width"]


def test_the_mode_bar_has_no_way_off_the_machine(lab: Lab, notebook: str):
    """No logo and no upload among the buttons, no foreign request, no complaint in the console."""
    lab.open(notebook)
    lab.run_all()
    for cell in (1, 2, 3):
        assert lab.traces(cell) >= 3
        titles = lab.shown(cell).locator(".modebar-btn").evaluate_all("all => all.map(one => one.dataset.title)")
        assert set(titles) == {"Download plot as a PNG", "Zoom", "Pan", "Reset axes"}
        assert lab.shown(cell).locator(".modebar a[href]").count() == 0
    assert lab.foreign == []
    assert lab.complaints == []
