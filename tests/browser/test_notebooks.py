"""The course's notebooks as a student meets them: opened in JupyterLab and run from top to bottom."""

from pathlib import Path

import pytest
from driver import Lab

from hpo_tutor.course import places

FIGURE = "application/vnd.plotly.v1+json"
FEWEST_COLORS = 10  # of a picture with axes, words and a few layers; an empty canvas has one


@pytest.mark.parametrize("number", list(places.notebooks()))
def test_a_notebook_runs_and_draws(lab: Lab, folder: Path, number: str):
    """Run All ends without an error and draws every figure and player, in both themes, from this machine alone."""
    (notebook,) = folder.glob(f"{number}_*.ipynb")
    lab.open(notebook.name)
    lab.run_all()
    assert lab.errors() == []
    figures, players = lab.with_output(FIGURE), lab.players()
    assert figures or players
    for theme in ("light", "dark"):
        lab.theme(theme)
        assert all(lab.traces(cell) > 0 for cell in figures)
        assert all(lab.drawn(cell) >= FEWEST_COLORS for cell in players)
    assert lab.foreign == []
    assert lab.complaints == []
