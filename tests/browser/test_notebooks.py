"""The course's notebooks as a student meets them: opened in JupyterLab and run from top to bottom."""

from pathlib import Path

from driver import Lab

FIGURE = "application/vnd.plotly.v1+json"


def test_notebook_03_runs_and_draws(lab: Lab, folder: Path):
    """Run All ends without an error and draws every figure, in both themes, silently, and from this machine alone."""
    (notebook,) = folder.glob("03_*.ipynb")
    lab.open(notebook.name)
    lab.run_all()
    assert lab.errors() == []
    figures = lab.with_output(FIGURE)
    assert figures
    for theme in ("light", "dark"):
        lab.theme(theme)
        assert min(lab.traces(number) for number in figures) > 0
    assert lab.foreign == []
    assert lab.complaints == []
