"""Notebooks of a test's own in the server's folder, and their cells run one at a time."""

from pathlib import Path

import nbformat
from driver import Lab
from playwright.sync_api import Locator

PYTHON = {"kernelspec": {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}}

CHOOSE = """cell => {
    const {content} = window.jupyterapp.shell.currentWidget;
    content.activeCellIndex = cell;
    content.deselectAll();
}"""


def notebook(folder: Path, name: str, *sources: str) -> str:
    """A notebook of code cells in the server's folder."""
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=PYTHON), folder / name)
    return name


def run(lab: Lab, cell: int) -> None:
    """Run one cell to its end."""
    lab.page.evaluate(CHOOSE, cell)
    lab.page.evaluate(
        """async () => {
            await window.jupyterapp.commands.execute('notebook:run-cell');
            const {context} = window.jupyterapp.shell.currentWidget;
            await context.sessionContext.session.kernel.requestKernelInfo();
        }"""
    )


def opened(lab: Lab, folder: Path, name: str, source: str) -> tuple[Locator, Locator]:
    """The player that a cell shows in a notebook of its own, and the player's sentence."""
    lab.open(notebook(folder, name, source))
    run(lab, 0)
    player = lab.shown(0).locator(".hpo-player")
    return player, player.get_by_role("status")


def begin(lab: Lab, cell: int) -> None:
    """Run one cell, and go on as soon as the kernel is at it."""
    lab.page.evaluate(CHOOSE, cell)
    lab.page.evaluate("() => { window.jupyterapp.commands.execute('notebook:run-cell'); }")
    lab.page.wait_for_function(
        "() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.status === 'busy'"
    )


def under_way(lab: Lab, cell: int) -> bool:
    """Whether a cell has begun and not ended: JupyterLab shows a star in place of its number."""
    prompt = lab.page.evaluate(
        "cell => window.jupyterapp.shell.currentWidget.content.widgets[cell].inputArea.promptNode.textContent", cell
    )
    return "*" in str(prompt)
