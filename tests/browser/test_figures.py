"""A plotly figure in a real JupyterLab."""

from pathlib import Path

import nbformat
import pytest
from driver import Lab

FIGURE = "application/vnd.plotly.v1+json"
PYTHON = {"kernelspec": {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}}


@pytest.fixture
def notebook(folder: Path) -> str:
    """A notebook with a printed line, prose that fills the screen, and a figure of two traces below it."""
    cells = [
        nbformat.v4.new_code_cell("print('the kernel', 'answers')"),
        nbformat.v4.new_markdown_cell("\n\n".join(f"line {number}" for number in range(80))),
        nbformat.v4.new_code_cell(
            "import plotly.graph_objects as go\n"
            "go.Figure([go.Scatter(y=[3, 1, 2]), go.Scatter(y=[1, 2, 3])], {'title': 'two traces'})"
        ),
    ]
    name = "two traces.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=PYTHON), folder / name)
    return name


def test_a_figure_is_drawn_from_this_machine_alone(fresh_lab: Lab, notebook: str, tmp_path: Path):
    """Run All draws both traces; nothing is fetched from elsewhere, and the console stays silent."""
    fresh_lab.open(notebook)
    fresh_lab.run_all()
    assert fresh_lab.errors() == []
    assert fresh_lab.texts()[0] == "the kernel answers\n"
    assert fresh_lab.with_output(FIGURE) == [2]
    assert fresh_lab.traces(2) == 2
    assert "two traces" in fresh_lab.shown(2).text_content()
    fresh_lab.screenshot(tmp_path / "figure.png")
    assert fresh_lab.page.locator(".jp-Notification-List, .Toastify__toast, .jp-Dialog").count() == 0
    assert fresh_lab.foreign == []
    assert fresh_lab.complaints == []


def test_a_figure_stays_drawn_in_both_themes(lab: Lab, notebook: str):
    """Switching JupyterLab to dark and back leaves the figure drawn and the console silent."""
    lab.open(notebook)
    lab.run_all()
    for theme in ("dark", "light"):
        lab.theme(theme)
        assert lab.traces(2) == 2
    assert lab.complaints == []


def test_an_error_in_a_cell_is_seen(lab: Lab, folder: Path):
    """The driver reports the cell that raised and the one that was never reached: its silence means success."""
    cells = [nbformat.v4.new_code_cell(source) for source in ("1 / 0", "print('never')")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=PYTHON), folder / "broken.ipynb")
    lab.open("broken.ipynb")
    lab.run_all()
    assert lab.errors() == ["cell 0: ZeroDivisionError: division by zero", "cell 1 did not run"]


def test_a_foreign_request_is_seen(fresh_lab: Lab, notebook: str):
    """The driver notes a request to another machine: its silence means that there was none."""
    fresh_lab.page.route("**://example.org/**", lambda route: route.abort())
    fresh_lab.open(notebook)
    fresh_lab.page.evaluate("() => fetch('https://example.org/chart.js').catch(() => null)")
    assert fresh_lab.foreign == ["https://example.org/chart.js"]
